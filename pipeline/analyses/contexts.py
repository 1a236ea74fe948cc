"""The words around each counted mention: what collocations and the distance of two concepts are made of.

A window holds the words (tokens with ``is_word``) up to a number left and right of a mention, inside its passage. Stop
words take up room in it, since it is a stretch of the running text, but have no lemma here. The mention's own words,
and those of the same concept's other mentions, are in no window. Where windows of one concept overlap, a word in both
is counted once: a word then is either near the concept or not, which is what a contingency table needs (surface
co-occurrence, Evert 2008, section 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.languages.stop_words import stop_types
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

    Ints = NDArray[np.int64]


class Words(NamedTuple):
    """Words that stand to concepts in one relation; a row for each pair of word and concept, by concept and place."""

    concept: Ints
    document: Ints
    token: Ints
    """The row of ``tokens.arrow``."""
    lemma: Ints
    """Index into the language's lemmas; -1 for a stop word."""

    def of(self, concept: int) -> Words:
        """Those of one concept."""
        mine = slice(*np.searchsorted(self.concept, [concept, concept + 1]).tolist())
        return Words(self.concept[mine], self.document[mine], self.token[mine], self.lemma[mine])

    def where(self, wanted: NDArray[np.bool_]) -> Words:
        """Some of them."""
        return Words(*(column[wanted] for column in self))


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """The windows of all concepts in one language."""

    lemmas: pa.Array
    lemma_of_type: Ints
    """For each type its lemma; -1 for stop words, for what is no word and for other languages."""
    near: Words
    """Words in a window."""
    own: Words
    """Words of the mentions themselves; a word counts as such if one of its characters is the mention's."""

    def matrix(self, words: Words, documents: int) -> csr_array:
        """Documents x lemmas: how often each lemma stands among some words."""
        from scipy.sparse import csr_array

        mine = words.lemma >= 0
        where = (words.document[mine], words.lemma[mine])
        return csr_array((np.ones(int(mine.sum()), np.int64), where), shape=(documents, len(self.lemmas)))


def read_contexts(study: Study, corpus: Corpus, concepts: Sequence[str]) -> dict[str, Contexts]:
    """The windows of the study's width (``[collocations] window``) around all counted mentions, by language.

    Reads no more of the tokens than those of passages with a mention, batch by batch.

    Args:
        study: The study.
        corpus: Its corpus.
        concepts: Their ids; the index of a concept in these is its number in the result.

    Raises:
        StudyError: a list of stop words cannot be read.
    """
    folder = study.corpus_folder
    types = tokens.read_types(folder / tokens.TYPES_FILE, ["language", "form", "lemma", "tag", "is_word"])
    is_word = types["is_word"].to_numpy()
    language_of = types["language"].combine_chunks()
    meant = is_word & ~stop_types(types, study)
    lemma = types["lemma"].combine_chunks()
    made: dict[str, Contexts] = {}
    for code in study.languages:
        rows = np.flatnonzero(meant & pc.equal(language_of, code).to_numpy(zero_copy_only=False))
        encoded = lemma.take(pa.array(rows)).dictionary_encode()
        lemma_of_type = np.full(len(types), -1, np.int64)
        lemma_of_type[rows] = encoded.indices.to_numpy()
        near, own = _read_words(study, corpus, concepts, code, is_word)
        parts = (Words(w.concept, w.document, w.token, lemma_of_type[w.lemma]) for w in (near, own))
        made[code] = Contexts(encoded.dictionary, lemma_of_type, *parts)
    return made


def count_lemmas(
    study: Study, contexts: Mapping[str, Contexts], wanted: Mapping[str, Ints], place: Ints, places: int
) -> dict[str, Ints]:
    """How often lemmas stand in all words of some passages.

    Args:
        study: The study.
        contexts: By language.
        wanted: For each language the lemmas that are asked for.
        place: For each passage a number from 0, or -1 for one that is not counted.
        places: How many numbers there are.

    Returns:
        For each language places x wanted lemmas.
    """
    first, column_of_type = 0, np.array([], np.int64)
    slots: dict[str, slice] = {}
    for code, lemmas in wanted.items():
        own = contexts[code]
        column = np.full(len(own.lemmas) + 1, -1, np.int64)
        column[lemmas] = np.arange(first, first + len(lemmas))
        of_type = column[own.lemma_of_type]
        column_of_type = np.maximum(column_of_type, of_type) if len(column_of_type) else of_type
        slots[code] = slice(first, first + len(lemmas))
        first += len(lemmas)
    sums = np.zeros(places * (first + 1), np.int64)
    row = place * (first + 1)
    for batch in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE):
        passage, type_ = batch["passage"].to_numpy(), batch["type"].to_numpy()
        start = row[passage]
        cell = start + column_of_type[type_] + 1
        sums += np.bincount(cell[start >= 0], minlength=len(sums))
    counts = sums.reshape(places, first + 1)[:, 1:]
    return {code: counts[:, own] for code, own in slots.items()}


def _read_words(
    study: Study, corpus: Corpus, concepts: Sequence[str], language: str, is_word: NDArray[np.bool_]
) -> tuple[Words, Words]:
    """The words near to mentions and those of mentions; in place of a lemma its type."""
    table = corpus.mentions.filter(pc.equal(corpus.mentions["language"], language))
    index = pc.index_in(table["concept"], value_set=pa.array(concepts, pa.string()))
    table = table.append_column("number", index).filter(index.is_valid())
    concept, passage, start, end = (
        table[name].to_numpy().astype(np.int64) for name in ("number", "passage", "start", "end")
    )
    near: list[Words] = []
    own: list[Words] = []
    first_row = 0
    for batch in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE):
        if batch.num_rows:
            first, last = (batch["passage"][row].as_py() for row in (0, batch.num_rows - 1))
            mine = slice(*np.searchsorted(passage, [first, last + 1]).tolist())
            mentions = (passage[mine], start[mine], end[mine])
            for kind, (mention, token) in zip(
                (near, own), _of_batch(batch, mentions, is_word, study.collocations.window), strict=True
            ):
                where = corpus.document[batch["passage"].to_numpy()[token]]
                type_ = batch["type"].to_numpy()[token].astype(np.int64)
                kind.append(Words(concept[mine][mention], where, token + first_row, type_))
        first_row += batch.num_rows
    of_mentions, around = _distinct(own, first_row), _distinct(near, first_row)
    keys, own_keys = (words.concept * first_row + words.token for words in (around, of_mentions))
    return around.where(~np.isin(keys, own_keys, assume_unique=True)), of_mentions


def _of_batch(
    batch: pa.RecordBatch, mentions: tuple[Ints, Ints, Ints], is_word: NDArray[np.bool_], window: int
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """The words near to the mentions of a batch (passage, start, end) and those of them: mention and token of each."""
    passage, start, end = mentions
    column = batch["passage"].to_numpy()
    passages = np.unique(passage).astype(column.dtype)
    token = _spread(np.searchsorted(column, passages), np.searchsorted(column, passages, side="right"))
    token = token[is_word[batch["type"].to_numpy()[token]]]
    of = column[token].astype(np.int64)
    # Passage and offset as one number: words and mentions of all passages are then on one line.
    begin = (of << 32) + batch["start"].to_numpy()[token]
    stop = begin + batch["length"].to_numpy()[token]
    first, last = np.searchsorted(of, passage), np.searchsorted(of, passage, side="right")
    low = np.clip(np.searchsorted(stop, (passage << 32) + start, side="right"), first, last)
    high = np.clip(np.searchsorted(begin, (passage << 32) + end), low, last)
    left, right = np.maximum(low - window, first), np.minimum(high + window, last)
    number = np.arange(len(start))
    around = np.concatenate([np.repeat(number, low - left), np.repeat(number, right - high)])
    near = token[np.concatenate([_spread(left, low), _spread(high, right)])]
    return (around, near), (np.repeat(number, high - low), token[_spread(low, high)])


def _distinct(parts: Sequence[Words], rows: int) -> Words:
    """Each pair of concept and token once, in order."""
    columns = [np.concatenate([np.empty(0, np.int64), *(part[i] for part in parts)]) for i in range(len(Words._fields))]
    words = Words(*columns)
    return words.where(np.unique(words.concept * rows + words.token, return_index=True)[1])


def _spread(first: Ints, end: Ints) -> Ints:
    """All numbers from each ``first`` up to its ``end``, one after the other."""
    size = end - first
    return np.repeat(first - np.cumsum(size) + size, size) + np.arange(int(size.sum()))
