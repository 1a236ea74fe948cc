"""Terms of several words: neighbours that belong together, sequences of them, and how much of each is its own.

Two neighbours belong together where they stand next to each other often enough, their log-likelihood is significant
(Dunning 1993) and their mutual information shows strength (Church and Hanks 1990). A term has two to four words, of
which each two neighbours belong together; no stop word and nothing but a space is in it. C-value then takes from a term
what it has only as a piece of longer ones (Frantzi, Ananiadou and Mima 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.analyses import association

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.document_words import Stretch

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LONGEST = 4
LEAST_LIKELIHOOD = 15.13
"""G2 of two neighbours: p < 0.0001."""
LEAST_INFORMATION = 3.0
"""MI of two neighbours: eight times as often as by chance."""
_ROOM = {"zh": 0}
"""Code points between two words of a term: one, and none in Chinese."""
_MERGE_AT = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Multiwords:
    """The terms of several words of one language, in order of length and key."""

    pairs: Ints
    """The pairs that belong together, in order: ``first * lemmas + second``."""
    keys: tuple[Ints, ...]
    """For 2, 3 and 4 words the terms: the numbers of their pairs, as digits to the base ``len(pairs)``."""
    lemmas: int
    """How many lemmas there are."""
    room: int

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def find(self, stretch: Stretch) -> tuple[Ints, Ints]:
        """The terms in running text, nested ones too, and the row of the first word of each."""
        terms: list[Ints] = []
        rows: list[Ints] = []
        first = 0
        for length, key, row in _sequences(stretch, self.pairs, self.lemmas, self.room):
            known = self.keys[length - 2]
            at = np.minimum(np.searchsorted(known, key), max(len(known) - 1, 0))
            hit = known[at] == key if len(known) else np.zeros(len(key), np.bool_)
            terms.append(at[hit] + first)
            rows.append(row[hit])
            first += len(known)
        return np.concatenate(terms), np.concatenate(rows)

    def words(self) -> list[list[int]]:
        """The lemmas of each term."""
        made: list[list[int]] = []
        for length, keys in enumerate(self.keys, 2):
            digits = self._digits(keys, length)
            first, second = np.divmod(self.pairs[digits], self.lemmas)
            made += np.concatenate([first[:, :1], second], axis=1).tolist()
        return made

    def containment(self) -> csr_array:
        """Terms x terms: 1 where the term of the row is a piece of that of the column."""
        from scipy.sparse import csr_array

        starts = np.cumsum([0, *map(len, self.keys)])
        rows: list[Ints] = [np.empty(0, np.int64)]
        columns: list[Ints] = [np.empty(0, np.int64)]
        for length, keys in enumerate(self.keys, 2):
            digits = self._digits(keys, length)
            for inner in range(2, length):
                known = self.keys[inner - 2]
                for begin in range(length - inner + 1):
                    piece = _join(digits[:, begin : begin + inner - 1], len(self.pairs))
                    at = np.minimum(np.searchsorted(known, piece), max(len(known) - 1, 0))
                    hit = np.flatnonzero(known[at] == piece) if len(known) else np.empty(0, np.int64)
                    rows.append(at[hit] + starts[inner - 2])
                    columns.append(hit + starts[length - 2])
        where = np.unique(np.stack([np.concatenate(rows), np.concatenate(columns)]), axis=1)
        return csr_array((np.ones(where.shape[1]), (where[0], where[1])), shape=(len(self), len(self)))

    def lengths(self) -> Ints:
        """Words of each term."""
        return np.repeat(np.arange(2, LONGEST + 1), [len(keys) for keys in self.keys])

    def _digits(self, keys: Ints, length: int) -> Ints:
        base = max(len(self.pairs), 1)
        return np.stack([keys // base**power % base for power in range(length - 2, -1, -1)], axis=1)


def find_multiwords(
    stretches: Iterable[Stretch], again: Iterable[Stretch], lemmas: int, language: str, least: int
) -> Multiwords:
    """The terms of several words that stand so often, at least.

    Args:
        stretches: The running text.
        again: The same once more.
        lemmas: How many lemmas there are.
        language: Its code.
        least: How often two neighbours, and a term, stand there.
    """
    room = _ROOM.get(language, 1)
    single, total = np.zeros(lemmas, np.int64), 0

    def neighbours() -> Iterable[Ints]:
        nonlocal single, total
        for stretch in stretches:
            single += np.bincount(stretch.lemma[stretch.lemma >= 0], minlength=lemmas)
            total += len(stretch.lemma)
            row = _neighbours(stretch, room)
            yield stretch.lemma[row] * lemmas + stretch.lemma[row + 1]

    keys, count = _count(neighbours(), least)
    first, second = np.divmod(keys, max(lemmas, 1))
    o12, o21 = single[first] - count, single[second] - count
    o22 = np.maximum(total - count - o12 - o21, 0)
    together = association.log_likelihood(count, o12, o21, o22) >= LEAST_LIKELIHOOD
    together &= association.mutual_information(count, o12, o21, o22) >= LEAST_INFORMATION
    pairs = keys[together]

    def sequences() -> Iterable[Ints]:
        for stretch in again:
            for length, key, _ in _sequences(stretch, pairs, lemmas, room):
                if length > 2:
                    yield (key << 2) + length - 3

    longer, _ = _count(sequences(), least)
    by_length = [longer[(longer & 3) == length - 3] >> 2 for length in range(3, LONGEST + 1)]
    return Multiwords(pairs, (np.arange(len(pairs)), *by_length), lemmas, room)


def name_multiwords(terms: Multiwords, lemmas: pa.Array, language: str) -> pa.Array:
    """What the terms are called: their lemmas, a space between them, in Chinese none."""
    joiner = "" if language == "zh" else " "
    names = lemmas.to_pylist()
    return pa.array([joiner.join(names[i] for i in words) for words in terms.words()], pa.string())


def c_value(counts: csr_array, terms: Multiwords) -> csr_array:
    """C-value, log2(n) * (f - sum of f over the longer terms that hold it / how many these are); n its words.

    Args:
        counts: Parts of the corpus x terms: f.
        terms: The terms.

    Returns:
        Parts x terms, where f is not 0.
    """
    from scipy.sparse import csr_array

    holds = terms.containment()
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    inside, longer = (_at(matrix @ holds.T, row, counts.indices) for matrix in (counts, counts > 0))
    nested = np.divide(inside, longer, out=np.zeros(len(row)), where=longer > 0)
    values = np.log2(terms.lengths()[counts.indices]) * (counts.data - nested)
    return csr_array((values, counts.indices, counts.indptr), shape=counts.shape)


def mostly_nested(counts: csr_array, terms: Multiwords) -> csr_array:
    """The terms that in half of their places or more are pieces of one longer term: parts x terms, 1 where so."""
    from scipy.sparse import csr_array

    holds = terms.containment().tocoo()
    found: list[Ints] = [np.empty((2, 0), np.int64)]
    for part in range(counts.shape[0]):
        own = np.zeros(len(terms))
        row = slice(counts.indptr[part], counts.indptr[part + 1])
        own[counts.indices[row]] = counts.data[row]
        most = np.zeros(len(terms))
        np.maximum.at(most, holds.row, own[holds.col])
        nested = np.flatnonzero((own > 0) & (most >= own / 2))
        found.append(np.stack([np.full(len(nested), part), nested]))
    where = np.concatenate(found, axis=1)
    return csr_array((np.ones(where.shape[1]), (where[0], where[1])), shape=counts.shape)


def _at(matrix: csr_array, row: Ints, column: Ints) -> Floats:
    """Some cells of a sparse matrix."""
    if not len(row):
        return np.empty(0)
    matrix = matrix.tocsr()
    matrix.sort_indices()
    size = matrix.shape[1]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    known, wanted = rows * size + matrix.indices, row * size + column
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    if not len(known):
        return np.zeros(len(wanted))
    found: Floats = np.where(known[at] == wanted, matrix.data[at], 0).astype(np.float64)
    return found


def _neighbours(stretch: Stretch, room: int) -> Ints:
    """The rows of words that another one follows at once, with no sign between them."""
    gap = stretch.start[1:] - stretch.end[:-1]
    close = (stretch.passage[1:] == stretch.passage[:-1]) & (gap >= 0) & (gap <= room)
    close &= np.diff(stretch.token) == 1  # the slash of Kunst/Kultur is a token, the space of Neue Musik is none
    return np.flatnonzero(close & (stretch.lemma[1:] >= 0) & (stretch.lemma[:-1] >= 0))


def _sequences(stretch: Stretch, pairs: Ints, lemmas: int, room: int) -> Iterable[tuple[int, Ints, Ints]]:
    """For 2, 3 and 4 words the sequences of pairs that belong together: length, keys, rows of the first words."""
    row = _neighbours(stretch, room)
    key = stretch.lemma[row] * lemmas + stretch.lemma[row + 1]
    at = np.minimum(np.searchsorted(pairs, key), max(len(pairs) - 1, 0))
    number = np.full(len(stretch.lemma) + LONGEST, -1)
    if len(pairs):
        hit = pairs[at] == key
        number[row[hit]] = at[hit]
    row = np.flatnonzero(number >= 0)
    keys = number[row]
    yield 2, keys, row
    for length in range(3, LONGEST + 1):
        following = number[row + length - 2]
        row, keys, following = row[following >= 0], keys[following >= 0], following[following >= 0]
        keys = keys * len(pairs) + following
        yield length, keys, row


def _join(digits: Ints, base: int) -> Ints:
    key = digits[:, 0].copy()
    for column in range(1, digits.shape[1]):
        key = key * base + digits[:, column]
    return key


def _count(parts: Iterable[Ints], least: int) -> tuple[Ints, Ints]:
    """The keys that stand so often, at least, in order, and how often."""
    keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    waiting: list[Ints] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) > _MERGE_AT:
            keys, counts = _merge(keys, counts, waiting)
            waiting = []
    keys, counts = _merge(keys, counts, waiting)
    return keys[counts >= least], counts[counts >= least]


def _merge(keys: Ints, counts: Ints, waiting: list[Ints]) -> tuple[Ints, Ints]:
    more, number = np.unique(np.concatenate([np.empty(0, np.int64), *waiting]), return_counts=True)
    both, place = np.unique(np.concatenate([keys, more]), return_inverse=True)
    return both, np.bincount(place, np.concatenate([counts, number]), minlength=len(both)).astype(np.int64)
