"""What the corpus holds beside the lexicon's terms: lemmas, short sequences of them, and the words around them.

Everything is read from ``tokens.arrow`` batch by batch, in counted passages. Lemmas of all languages have one
numbering. A sequence is of two words, in Chinese of two or three, that stand next to each other and none of which is a
stop word; only those with a word that is asked for are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError
from pipeline.languages.stop_words import stop_types
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_BITS = 21
"""Of a lemma's number in the key of a sequence: three of them are one int64."""
NONE = (1 << _BITS) - 1
"""Stands for no lemma behind the last of a sequence."""


@dataclass(frozen=True, slots=True, eq=False)
class Lemmas:
    """The lemmas of the study's languages."""

    text: list[str]
    language: NDArray[np.object_]
    parts: list[list[str]]
    """Of its first type."""
    of_type: Ints
    """For each type its lemma; -1 for what is no word and for other languages."""
    is_stop: Flags
    count: Ints
    """In counted passages."""


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Sequences of lemmas, and how often each stands in counted passages."""

    lemmas: Ints
    """Sequences x 3; `NONE` behind the last lemma."""
    count: Ints


class Place(NamedTuple):
    """Where a candidate stands."""

    documents: int
    passage: int
    """Of the first."""
    start: int
    end: int


class _Stretch(NamedTuple):
    """The words of one batch in counted passages."""

    passage: Ints
    start: Ints
    end: Ints
    lemma: Ints


def read_lemmas(study: Study, corpus: Corpus) -> Lemmas:
    """The lemmas of the study's languages, with what is known of each.

    Raises:
        StudyError: a list of stop words cannot be read.
        InputError: there are more lemmas than a sequence's key has room for.
    """
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).combine_chunks()
    wanted = pc.and_(types["is_word"], pc.is_in(types["language"], pa.array(study.languages)))
    rows = np.flatnonzero(wanted.to_numpy())
    mine = types.take(pa.array(rows))
    keys = pc.binary_join_element_wise(mine["language"], mine["lemma"], "\0").combine_chunks().dictionary_encode()
    if len(keys.dictionary) >= NONE:
        raise InputError(
            f"{study.corpus_folder}: more than {NONE:,} distinct words; sequences of so many are not sought"
        )
    number = keys.indices.to_numpy().astype(np.int64)
    first = np.full(len(keys.dictionary), len(rows))
    np.minimum.at(first, number, np.arange(len(rows)))
    of_type = np.full(len(types), -1, np.int64)
    of_type[rows] = number
    is_stop = np.zeros(len(first), np.bool_)
    is_stop[number[stop_types(mine, study)]] = True
    heads = mine.take(pa.array(first))
    count = np.zeros(len(first), np.int64)
    for stretch in _stretches(study, corpus, of_type):
        count += np.bincount(stretch.lemma, minlength=len(first))
    return Lemmas(
        heads["lemma"].to_pylist(),
        heads["language"].to_numpy(),
        heads["parts"].to_pylist(),
        of_type,
        is_stop,
        count,
    )


def read_sequences(study: Study, corpus: Corpus, lemmas: Lemmas, wanted: Flags, least: int) -> Sequences:
    """The sequences that have one of some lemmas.

    Args:
        study: The study.
        corpus: Its corpus.
        lemmas: Its lemmas.
        wanted: For each lemma whether it is one of those.
        least: A sequence stands so often, at least.
    """
    keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    waiting: list[Ints] = []
    size = 0
    for stretch in _stretches(study, corpus, lemmas.of_type):
        for index, length in _sequences(stretch, lemmas):
            found = _columns(stretch.lemma, index, length)
            found = found[:, np.any([(row != NONE) & wanted[row % len(wanted)] for row in found], axis=0)]
            waiting.append(_key(found))
            size += found.shape[1]
        if size > 4_000_000:
            keys, counts = _add(keys, counts, waiting)
            waiting, size = [], 0
    keys, counts = _add(keys, counts, waiting)
    keys, counts = keys[counts >= least], counts[counts >= least]
    columns = [(keys >> shift) & NONE for shift in (2 * _BITS, _BITS, 0)]
    return Sequences(np.stack(columns, axis=1), counts)


def count_neighbours(
    study: Study, corpus: Corpus, lemmas: Lemmas, rows: Mapping[str, Ints], columns: Mapping[str, Ints]
) -> dict[str, NDArray[np.int32]]:
    """How often lemmas stand near each other, up to ``[collocations] window`` words apart inside a passage.

    Args:
        study: The study.
        corpus: Its corpus.
        lemmas: Its lemmas.
        rows: By language the lemmas whose neighbours are asked for.
        columns: By language the lemmas that count as neighbours.

    Returns:
        By language rows x columns.
    """
    made = {code: np.zeros((len(rows[code]), len(columns[code])), np.int32) for code in rows}
    places = {code: _places(len(lemmas.text), rows[code], columns[code]) for code in rows}
    for stretch in _stretches(study, corpus, lemmas.of_type):
        for code, (row, column) in places.items():
            centre, near = row[stretch.lemma], column[stretch.lemma]
            flat = made[code].reshape(-1)
            for step in range(1, study.collocations.window + 1):
                same = stretch.passage[step:] == stretch.passage[:-step]
                for left, right in ((centre[:-step], near[step:]), (centre[step:], near[:-step])):
                    both = same & (left >= 0) & (right >= 0)
                    np.add.at(flat, left[both] * made[code].shape[1] + right[both], 1)
    return made


def find_places(study: Study, corpus: Corpus, lemmas: Lemmas, wanted: Ints) -> list[Place]:
    """In how many documents each of some sequences stands, and where first.

    Args:
        study: The study.
        corpus: Its corpus.
        lemmas: Its lemmas.
        wanted: Distinct sequences x 3, `NONE` behind the last lemma; a single lemma is one too.
    """
    keys = _key(wanted.T)
    order = np.argsort(keys)
    in_order = keys[order]
    pairs: list[Ints] = []
    first: dict[int, tuple[int, int, int]] = {}
    for stretch in _stretches(study, corpus, lemmas.of_type):
        for index, length in ((np.arange(len(stretch.lemma)), 1), *_sequences(stretch, lemmas)):
            found = _key(_columns(stretch.lemma, index, length))
            at = np.minimum(np.searchsorted(in_order, found), len(in_order) - 1)
            hits = np.flatnonzero(in_order[at] == found) if len(in_order) else np.empty(0, np.int64)
            number, token = order[at[hits]] if len(hits) else hits, index[hits]
            pairs.append(np.unique(np.stack([number, corpus.document[stretch.passage[token]]]), axis=1))
            which, where = np.unique(number, return_index=True)
            for candidate, here in zip(which.tolist(), token[where].tolist(), strict=True):
                end = stretch.end[here + length - 1]
                first.setdefault(candidate, (int(stretch.passage[here]), int(stretch.start[here]), int(end)))
    distinct = np.unique(np.concatenate([np.empty((2, 0), np.int64), *pairs], axis=1), axis=1)
    documents = np.bincount(distinct[0], minlength=len(keys))
    return [Place(int(documents[i]), *first[i]) for i in range(len(keys))]


def _stretches(study: Study, corpus: Corpus, of_type: Ints) -> Iterator[_Stretch]:
    for batch in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE):
        passage = batch["passage"].to_numpy()
        lemma = of_type[batch["type"].to_numpy()]
        mine = np.flatnonzero((lemma >= 0) & corpus.counted[passage])
        start = batch["start"].to_numpy()[mine].astype(np.int64)
        end = start + batch["length"].to_numpy()[mine]
        yield _Stretch(passage[mine].astype(np.int64), start, end, lemma[mine])


def _sequences(stretch: _Stretch, lemmas: Lemmas) -> Iterator[tuple[Ints, int]]:
    """First tokens of sequences, and their length: of two words, then of three."""
    is_chinese = lemmas.language[stretch.lemma] == "zh"
    room = np.where(is_chinese, 0, 1)  # a space between the words
    meant = ~lemmas.is_stop[stretch.lemma]
    gap = stretch.start[1:] - stretch.end[:-1]
    joined = (stretch.passage[1:] == stretch.passage[:-1]) & (gap >= 0) & (gap <= room[:-1]) & meant[1:] & meant[:-1]
    yield np.flatnonzero(joined), 2
    yield np.flatnonzero(joined[:-1] & joined[1:] & is_chinese[: max(len(is_chinese) - 2, 0)]), 3


def _columns(lemma: Ints, index: Ints, length: int) -> Ints:
    """The three lemmas of each sequence: 3 x sequences."""
    nothing = np.full(len(index), NONE, np.int64)
    return np.stack([lemma[index + i] if i < length else nothing for i in range(3)])


def _key(columns: Ints) -> Ints:
    key: Ints = (columns[0] << 2 * _BITS) | (columns[1] << _BITS) | columns[2]
    return key


def _add(keys: Ints, counts: Ints, waiting: list[Ints]) -> tuple[Ints, Ints]:
    """Counts of keys with further keys added."""
    more, number = np.unique(np.concatenate([np.empty(0, np.int64), *waiting]), return_counts=True)
    both, place = np.unique(np.concatenate([keys, more]), return_inverse=True)
    return both, np.bincount(place, np.concatenate([counts, number]), minlength=len(both)).astype(np.int64)


def _places(size: int, rows: Ints, columns: Ints) -> tuple[Ints, Ints]:
    row, column = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
    row[rows] = np.arange(len(rows))
    column[columns] = np.arange(len(columns))
    return row, column
