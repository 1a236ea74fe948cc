"""Copies: which documents say what another one said before them.

Two documents are **exact** copies if their letters and digits are the same without case, width, script, spaces,
punctuation and hyphens; a text of under fifteen letters, such as a title, only if it also has the same date. They are
**near** copies if `pipeline.ingest.resemblance.resembles` says so of their texts. Body and headings decide, not notes.

Documents are read in the order of their dates, undated ones last, those of the same date in the order of the corpus.
Each is a copy of the one original before it that it resembles most, or an original itself. A copy is thus compared with
what it is called a copy of, and nothing is chained: where B resembles A, and C resembles B but not A, C is an original
(the leader algorithm of Hartigan 1975, "Clustering algorithms", chapter 3).

Pairs that are worth comparing are found on MinHashes by locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman
and Ullman 2014, "Mining of massive datasets", chapter 3): two documents meet if two neighbouring slots of theirs agree,
in any of 128 bands. A pair whose texts resemble each other by 0.2 meets with a chance of 0.995. In a band a document
meets the 24 that are sorted nearest to it, and of all that it meets the 4 whose MinHashes promise most are read. So
time and memory grow with the number of documents, whatever they say; for the whole corpus only MinHashes are held.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.resemblance import glance, make_text, resemblance, resembles
from pipeline.ingest.shingles import DECIDING, SLOTS, read_letters
from pipeline.store import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.ingest.resemblance import Text
    from pipeline.stages import Progress

    Ints = NDArray[np.int64]
    Pairs = NDArray[np.int64]
    """Later and earlier document of each pair: pairs x 2."""

_BAND = 2
_NEAREST, _READ = 24, 4
_FEW_LETTERS, _FEW_SHINGLES = 15, 10
_PROMISING = {True: 0.55, False: 0.2}
"""How much of the shorter text's shingles must stand in the other, by its MinHash: a twentieth of the letters changed
leaves 0.73 of the shingles of six Chinese characters and 0.36 of those of three German words."""
_ADDED = 0.15
"""So much of a copy longer than its original must stand in that by their MinHashes; half of it must by their texts."""
_PAIRS = 20_000
_LETTERS = 4_000_000
"""So many pairs and so much text are compared at once."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that is a copy of an earlier one."""

    original: int
    kind: str
    resemblance: float


def mark_copies(folder: Path, signatures: pa.Table, progress: Progress) -> int:
    """Write into ``documents.parquet`` which documents are copies, of what, and how much they resemble it.

    Args:
        folder: Where the documents and passages of a corpus have just been written.
        signatures: The columns `pipeline.ingest.shingles.COLUMNS` of its documents, in their order.
        progress: Is told how many pairs were compared.

    Returns:
        How many copies there are.
    """
    documents = corpus.read_documents(folder)
    copies = find_copies(folder, documents, signatures, progress)
    names = documents["doc_id"].to_pylist()
    found = [copies.get(i) for i in range(len(names))]
    columns = {
        "duplicate_of": [names[copy.original] if copy else None for copy in found],
        "duplicate_kind": [copy.kind if copy else None for copy in found],
        "duplicate_resemblance": [copy.resemblance if copy else None for copy in found],
    }
    for name, values in columns.items():
        field = documents.schema.field(name)
        documents = documents.set_column(documents.column_names.index(name), field, pa.array(values, field.type))
    corpus.write_documents(folder, documents)
    return len(copies)


def find_copies(folder: Path, documents: pa.Table, signatures: pa.Table, progress: Progress) -> dict[int, Copy]:
    """The copies among documents, by row."""
    dates = documents["date"].cast(pa.int32()).fill_null(np.iinfo(np.int32).max).to_numpy()
    order = np.argsort(dates, kind="stable")
    letters = signatures["letters"].to_numpy()[order]
    first = _first_with_same_letters(signatures["digest"].take(pa.array(order)), letters, dates[order])
    shingles = signatures["shingles"].to_numpy()[order].astype(np.int64)
    read = np.flatnonzero((first == np.arange(len(order))) & (shingles >= _FEW_SHINGLES))
    slots = np.frombuffer(b"".join(signatures["minhash"].take(pa.array(order[read])).to_pylist()), "<u2")
    is_chinese = pc.equal(documents["language"], "zh").to_numpy()[order[read]]
    pairs = read[candidates(slots.reshape(-1, SLOTS), shingles[read], is_chinese)]
    near = _settle(folder, pairs, order, letters, progress)
    copies: dict[int, Copy] = {}
    for later, earlier in enumerate(first.tolist()):
        if earlier in near:
            original, likeness = near[earlier]
            copies[int(order[later])] = Copy(int(order[original]), "near", likeness)
        elif earlier != later:
            copies[int(order[later])] = Copy(int(order[earlier]), "exact", 1.0)
    return copies


def candidates(slots: NDArray[np.uint16], shingles: Ints, is_chinese: NDArray[np.bool_]) -> Pairs:
    """Pairs of documents that are worth reading, found on their MinHashes.

    Args:
        slots: MinHashes of documents in the order of their dates: documents x `SLOTS`.
        shingles: How many shingles each has.
        is_chinese: Whether each is Chinese: then fewer shingles break where a letter is changed.

    Returns:
        Later and earlier document of each pair, ascending: int64, pairs x 2.
    """
    number = len(shingles)
    met = np.zeros(0, np.int64)
    columns = np.ascontiguousarray(slots.T)
    for first in range(0, SLOTS, 16 * _BAND):
        meetings = [_meetings(columns, band, shingles) for band in range(first, first + 16 * _BAND, _BAND)]
        met = np.sort(np.concatenate([met, *meetings]))
        met = met[np.diff(met, prepend=-1) > 0]
    kept: list[Pairs] = []
    for start in range(0, len(met), _PAIRS):
        later, earlier = np.divmod(met[start : start + _PAIRS], number)
        alike = np.count_nonzero(slots[later] == slots[earlier], axis=1) / SLOTS
        a, b = shingles[later], shingles[earlier]
        held = alike / (1 + alike) * (a + b) / np.minimum(a, b)
        floor = np.where(is_chinese[later] & is_chinese[earlier], _PROMISING[True], _PROMISING[False])
        added = (a > b) & (alike / (1 + alike) * (a + b) / np.maximum(a, b) < _ADDED)
        good = (held >= floor) & ~added
        kept.append(np.column_stack([later, earlier, np.round(-20 * np.minimum(held, 1)).astype(np.int64)])[good])
    found = np.concatenate([*kept, np.zeros((0, 3), np.int64)])
    found = found[np.lexsort((found[:, 1], found[:, 2], found[:, 0]))]
    rank = np.arange(len(found)) - np.searchsorted(found[:, 0], found[:, 0])
    return found[rank < _READ, :2]


def _meetings(columns: NDArray[np.uint16], band: int, shingles: Ints) -> Ints:
    """The pairs that meet in a band, as ``later * documents + earlier``, if neither is much longer."""
    one, two, three = (columns[slot % SLOTS] for slot in range(band, band + _BAND + 1))
    order = np.argsort(three, kind="stable")  # it sorts those that meet
    for slot in (two, one):
        order = order[np.argsort(slot[order], kind="stable")]
    one, two = one[order], two[order]
    place = np.arange(len(order))
    found: list[Ints] = []
    for distance in range(1, _NEAREST + 1):
        place = place[place + distance < len(order)]
        place = place[(one[place] == one[place + distance]) & (two[place] == two[place + distance])]
        if not len(place):
            break
        here, there = order[place], order[place + distance]
        later, earlier = np.maximum(here, there), np.minimum(here, there)
        a, b = shingles[later], shingles[earlier]
        found.append((later * len(order) + earlier)[(6 * a >= b) & (a <= 2.5 * b)])
    return np.concatenate([*found, np.zeros(0, np.int64)])


def _first_with_same_letters(digest: pa.ChunkedArray, letters: Ints, dates: NDArray[np.int32]) -> Ints:
    """For each document the first one with the same letters; for one without letters itself."""
    digests = digest.to_pylist()
    first: dict[tuple[int, int], int] = {}
    few, none = letters < _FEW_LETTERS, letters == 0
    found = [
        i if none[i] else first.setdefault((known, int(dates[i]) if few[i] else 0), i)
        for i, known in enumerate(digests)
    ]
    return np.array(found, np.int64)


def _settle(folder: Path, pairs: Pairs, order: Ints, letters: Ints, progress: Progress) -> dict[int, tuple[int, float]]:
    """The original and the resemblance of each near copy.

    A document that resembles only copies is compared with what these are copies of.
    """
    known: dict[tuple[int, int], float | None] = {}
    while len(pairs):
        known |= _compare(folder, pairs, order, letters, progress)
        near, open_ = _assign(known)
        pairs = np.array(sorted(open_ - known.keys()), np.int64).reshape(-1, 2)
    return near if known else {}


def _assign(known: dict[tuple[int, int], float | None]) -> tuple[dict[int, tuple[int, float]], set[tuple[int, int]]]:
    """The near copies with their originals; and pairs still to be compared."""
    alike: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (later, earlier), likeness in known.items():
        if likeness is not None:
            alike[later].append((-likeness, earlier))
    near: dict[int, tuple[int, float]] = {}
    open_: set[tuple[int, int]] = set()
    for later in sorted(alike):
        originals = [pair for pair in alike[later] if pair[1] not in near]
        if originals:
            likeness, original = min(originals)
            near[later] = original, -likeness
        open_ |= {(later, near[earlier][0]) for _, earlier in alike[later] if earlier in near}
    return near, open_


def _compare(
    folder: Path, pairs: Pairs, order: Ints, letters: Ints, progress: Progress
) -> dict[tuple[int, int], float | None]:
    """How much the two of each pair resemble each other; None where the later is no copy of the earlier."""
    deciding = pc.is_in(corpus.read_passages(folder, ["kind"])["kind"], pa.array(DECIDING)).to_numpy()
    document = corpus.passage_documents(folder).to_numpy()
    known: dict[tuple[int, int], float | None] = {}
    for some in _portions(pairs, letters):
        texts = _read_texts(folder, np.unique(order[some]), deciding, document)
        for later, earlier in some.tolist():
            copy, original = texts[int(order[later])], texts[int(order[earlier])]
            is_copy = glance(copy, original) and resembles(copy, original)
            known[later, earlier] = resemblance(copy, original) if is_copy else None
        progress("copies", len(known), len(pairs))
    return known


def _portions(pairs: Pairs, letters: Ints) -> Iterator[Pairs]:
    """Cut pairs, those of one original together, into portions of about `_LETTERS` letters of text."""
    pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    start, held, size = 0, set[int](), 0
    for i, pair in enumerate(pairs.tolist()):
        new = set(pair) - held
        more = sum(int(letters[document]) for document in new)
        if held and size + more > _LETTERS:
            yield pairs[start:i]
            start, held, size = i, set(pair), sum(int(letters[document]) for document in pair)
        else:
            held |= new
            size += more
    if len(pairs):
        yield pairs[start:]


def _read_texts(folder: Path, rows: Ints, deciding: NDArray[np.bool_], document: NDArray[np.int32]) -> dict[int, Text]:
    """The texts of some documents, by row."""
    wanted = np.flatnonzero(np.isin(document, rows) & deciding)
    texts: list[str] = []
    for _, _, some in corpus.select_texts(folder, wanted.tolist()):
        texts += some
    letters = read_letters(texts, np.searchsorted(document[wanted], rows, side="right"))
    spans: Sequence[tuple[int, int]] = list(zip(letters.bounds[:-1].tolist(), letters.bounds[1:].tolist(), strict=True))
    return {
        row: make_text(letters.codes[start:end], letters.is_han[start:end])
        for row, (start, end) in zip(rows.tolist(), spans, strict=True)
    }
