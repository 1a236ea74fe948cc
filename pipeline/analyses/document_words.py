"""How often each word stands in each document, read in blocks of whole documents.

A corpus has tens of millions of tokens and far fewer pairs of document and word. Sums over documents are made of these,
and no more of them than a block is ever in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.numerals import number_types
from pipeline.languages.stop_words import stop_types
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

    Ints = NDArray[np.int64]

_AT_ONCE = 2_000_000
"""Tokens whose documents make a block."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The words of one language that can be key."""

    language: str
    lemmas: pa.Array
    of_type: Ints
    """For each type its lemma; -1 for stop words, numbers, left-out tags, what is no word, other languages."""
    is_word: NDArray[np.bool_]
    """Whether each type is a word of the language at all."""


class Stretch(NamedTuple):
    """Words of running text, in order."""

    passage: Ints
    start: Ints
    end: Ints
    lemma: Ints
    """-1 where it is none of the vocabulary."""
    token: Ints
    """Its place among all tokens of the batch, signs too."""


class Block(NamedTuple):
    """Pairs of document and term, in order; each document is whole in its block."""

    document: Ints
    term: Ints
    times: Ints


def read_vocabulary(study: Study, language: str, without_tags: Sequence[str] = ()) -> Vocabulary:
    """The lemmas of a language without stop words, numbers and single letters.

    Numbers are those of `number_types`. A single letter of an alphabet is a piece of an abbreviation (u. a.); a single
    Han character is a word.

    Raises:
        StudyError: a list of stop words cannot be read.
    """
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE, ["language", "form", "lemma", "tag", "is_word"])
    is_word = types["is_word"].to_numpy() & pc.equal(types["language"], language).to_numpy()
    meant = is_word & ~stop_types(types, study) & ~number_types(types, study)
    meant &= ~pc.match_substring_regex(types["form"], r"^\p{Latin}$").to_numpy()
    for tag in without_tags:
        meant &= ~pc.fill_null(pc.starts_with(types["tag"], tag), fill_value=False).to_numpy()
    rows = np.flatnonzero(meant)
    encoded = types["lemma"].combine_chunks().take(pa.array(rows)).dictionary_encode()
    of_type = np.full(len(types), -1, np.int64)
    of_type[rows] = encoded.indices.to_numpy()
    return Vocabulary(language, encoded.dictionary, of_type, is_word)


def read_stretches(study: Study, corpus: Corpus, vocabulary: Vocabulary) -> Iterator[Stretch]:
    """The words of a language in counted passages, batch by batch."""
    mine = corpus.counted & (corpus.language == vocabulary.language)
    for batch in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE):
        passage, type_ = batch["passage"].to_numpy(), batch["type"].to_numpy()
        rows = np.flatnonzero(mine[passage])
        rows = rows[vocabulary.is_word[type_[rows]]]
        if len(rows):
            start = batch["start"].to_numpy()[rows].astype(np.int64)
            end = start + batch["length"].to_numpy()[rows]
            yield Stretch(passage[rows].astype(np.int64), start, end, vocabulary.of_type[type_[rows]], rows)


def count_terms(
    stretches: Iterator[Stretch], corpus: Corpus, terms: Callable[[Stretch], tuple[Ints, Ints]], size: int
) -> Iterator[Block]:
    """Count terms by document.

    Args:
        stretches: The running text.
        corpus: Its corpus.
        terms: Gives the terms of a stretch, and for each the row of its first word.
        size: How many terms there are.
    """
    in_order = bool((np.diff(corpus.document) >= 0).all())
    waiting: list[Ints] = []
    number = 0
    for stretch in stretches:
        term, row = terms(stretch)
        waiting.append(corpus.document[stretch.passage[row]] * size + term)
        number += len(row)
        if number >= _AT_ONCE and in_order:
            keys = np.concatenate(waiting)
            last = corpus.document[stretch.passage[-1]] * size
            waiting = [keys[keys >= last]]  # the last document may go on in the next batch
            number = len(waiting[0])
            yield _block(keys[keys < last], size)
    yield _block(np.concatenate([np.empty(0, np.int64), *waiting]), size)


def single_words(stretch: Stretch) -> tuple[Ints, Ints]:
    """The terms of a stretch where each lemma is one."""
    row = np.flatnonzero(stretch.lemma >= 0)
    return stretch.lemma[row], row


def _block(keys: Ints, size: int) -> Block:
    keys, count = np.unique(keys, return_counts=True)
    return Block(*np.divmod(keys, max(size, 1)), count)
