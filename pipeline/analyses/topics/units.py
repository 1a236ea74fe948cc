"""What topic models read: how often each word stands in each unit, by language.

A unit is a document or a passage. Of passages, those with fewer words than the study's ``min_words`` are put together
with what follows in the same document until they have as many: a heading then is part of the paragraph under it. What
is too short at the end of a document is put to what stands before it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.numerals import number_types
from pipeline.analyses.topics.phrases import Run, find_phrases, join_phrases, name_phrases
from pipeline.languages.stop_words import stop_types
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

JOINER = {"zh": ""}
"""What stands between the words of a term of several: ``_``, and nothing in Chinese."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The units of one language that hold words, and their words."""

    language: str
    counts: csr_array
    """Units x words, int32; no row is empty."""
    vocabulary: pa.Array
    """The word of each column: lemmas, and terms and phrases of several words."""
    document: Ints
    """The document (row) of each unit."""
    passage: Ints
    """The first passage of each unit."""
    unit_of_passage: Ints
    """For each passage of the corpus its unit; -1 where it is in none."""
    merged: int
    """Passages that were put together with others because they are short."""
    empty: int
    """Units that the rules for words left nothing of; they are not among the rows."""

    @property
    def lengths(self) -> Ints:
        """Words of each unit."""
        return np.asarray(self.counts.sum(axis=1)).ravel().astype(np.int64)

    def digest(self) -> str:
        """The sha256 of counts and vocabulary: what a model is made of."""
        digest = hashlib.sha256("\n".join(self.vocabulary.to_pylist()).encode("utf-8", "surrogatepass"))
        for part in (self.counts.indptr, self.counts.indices, self.counts.data, self.document):
            digest.update(b"\0" + np.ascontiguousarray(part, np.int64).tobytes())
        return digest.hexdigest()


class _Words(NamedTuple):
    """The words of a language before the rare and the common are left out."""

    names: pa.Array
    of_type: Ints
    """The word of each type; -1 for what is no word here."""
    is_token: Flags
    """Whether each type is a word of running text, stop words among them."""
    terms: Ints
    """The word of each distinct term form of the mentions."""


def read_units(study: Study, corpus: Corpus) -> dict[str, Units]:
    """The units of each language of the study.

    Raises:
        StudyError: a list of stop words cannot be read.
    """
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE, ["language", "form", "lemma", "tag", "is_word"])
    meant = types["is_word"].to_numpy() & ~stop_types(types, study)
    # A single letter is a piece of an abbreviation (u. a.) or of a table.
    meant = meant & ~pc.match_substring_regex(types["form"], r"^\p{Latin}$").to_numpy()
    if not study.topics.numbers:
        meant = meant & ~number_types(types, study)
    return {code: _read_language(study, corpus, types, meant, code) for code in study.languages}


def unit_of_passages(document: Ints, words: Ints, own: Ints, least: int) -> tuple[Ints, Ints]:
    """Number the units of some passages; short ones share a unit with their neighbours.

    Args:
        document: The document of each of them.
        words: Their words.
        own: Their rows in the corpus, in order.
        least: Words that a unit has, unless its document has fewer; 0 makes each document one unit.

    Returns:
        The unit of each passage, and the first passage (row in the corpus) of each unit.
    """
    unit = np.zeros(len(own), np.int64)
    first: list[int] = []
    before, filled, number, begun = -1, 0, -1, 0
    for i, (of, size) in enumerate(zip(document.tolist(), words.tolist(), strict=True)):
        if of != before:
            number, filled, before, begun = number + 1, 0, of, len(first)
            first.append(i)
        elif least and filled >= least:
            number, filled = number + 1, 0
            first.append(i)
        unit[i] = number
        filled += size
        last = i + 1 == len(own) or document[i + 1] != of
        if last and filled < least and len(first) - 1 > begun:  # the short rest of a document joins what precedes it
            unit[first[-1] : i + 1] -= 1
            first.pop()
            number -= 1
    return unit, own[np.array(first, np.int64)]


def _read_language(study: Study, corpus: Corpus, types: pa.Table, meant: Flags, code: str) -> Units:
    settings = study.topics
    own = np.flatnonzero(corpus.counted & (corpus.language == code))
    least = 0 if settings.unit == "document" else settings.min_words
    unit, first = unit_of_passages(corpus.document[own], corpus.words[own], own, least)
    of_passage = np.full(len(corpus.counted), -1, np.int64)
    of_passage[own] = unit
    words = _read_words(study, corpus, types, meant, code)
    counts, names = _count(study, corpus, words, of_passage, units=len(first), code=code)
    document = corpus.document[first]
    kept = _kept_words(counts, document, settings.min_documents, settings.max_share)
    counts = counts[:, kept]
    filled = np.diff(counts.indptr) > 0
    renumbered = np.where(filled, np.cumsum(filled) - 1, -1)
    of_passage[own] = renumbered[unit] if len(own) else unit
    return Units(
        language=code,
        counts=counts[filled],
        vocabulary=names.take(pa.array(np.flatnonzero(kept))),
        document=document[filled],
        passage=first[filled],
        unit_of_passage=of_passage,
        merged=0 if settings.unit == "document" else len(own) - len(first),
        empty=int((~filled).sum()),
    )


def _read_words(study: Study, corpus: Corpus, types: pa.Table, meant: Flags, code: str) -> _Words:
    language = pc.equal(types["language"], code).to_numpy()
    wanted = meant & language
    tags = study.topics.tags.get(code)
    if tags:
        has = [pc.fill_null(pc.starts_with(types["tag"], tag), fill_value=False).to_numpy() for tag in tags]
        wanted &= np.logical_or.reduce(has)
    rows = np.flatnonzero(wanted)
    forms = pa.array(sorted(set(corpus.mentions["term"].to_pylist())), pa.string())
    joiner = JOINER.get(code, "_")
    names = pa.chunked_array(
        [types["lemma"].take(pa.array(rows)).combine_chunks(), pc.replace_substring(forms, " ", joiner)]
    )
    encoded = pa.concat_arrays(names.chunks).dictionary_encode()
    index = encoded.indices.to_numpy().astype(np.int64)
    of_type = np.full(len(types), -1, np.int64)
    of_type[rows] = index[: len(rows)]
    return _Words(encoded.dictionary, of_type, types["is_word"].to_numpy() & language, index[len(rows) :])


def _count(
    study: Study, corpus: Corpus, words: _Words, of_passage: Ints, *, units: int, code: str
) -> tuple[csr_array, pa.Array]:
    """Units x words, and the words' names; phrases are words where the study wants them."""
    from scipy.sparse import csr_array

    names = words.names
    pairs = None
    if study.topics.phrases:
        runs = (run for _, run in _runs(study, corpus, words, code, of_passage))
        pairs = find_phrases(runs, of_passage, len(names))
        names = pa.concat_arrays([names, name_phrases(pairs, names, JOINER.get(code, "_"))])
    counts = csr_array((units, len(names)), dtype=np.int32)
    for _, run in _runs(study, corpus, words, code, of_passage):
        word = run.word if pairs is None else join_phrases(run, pairs, len(words.names))
        inside = word >= 0
        where = (of_passage[run.passage[inside]], word[inside])
        counts = counts + csr_array((np.ones(int(inside.sum()), np.int32), where), shape=counts.shape)
    counts.sort_indices()
    return counts, names


def _runs(study: Study, corpus: Corpus, words: _Words, code: str, of_passage: Ints) -> Iterator[tuple[int, Run]]:
    """The running text of each batch: a mention of several words is one word."""
    table = corpus.mentions.filter(pc.equal(corpus.mentions["language"], code))
    forms = pa.array(sorted(set(corpus.mentions["term"].to_pylist())), pa.string())
    term = words.terms[pc.index_in(table["term"], value_set=forms).to_numpy().astype(np.int64)]
    passage, start, end = (table[name].to_numpy().astype(np.int64) for name in ("passage", "start", "end"))
    for i, batch in enumerate(tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE)):
        type_ = batch["type"].to_numpy()
        row = np.flatnonzero((of_passage[batch["passage"].to_numpy()] >= 0) & words.is_token[type_])
        if not len(row):
            continue
        of = batch["passage"].to_numpy()[row].astype(np.int64)
        begin = (of << 32) + batch["start"].to_numpy()[row]
        stop = begin + batch["length"].to_numpy()[row]
        mine = slice(*np.searchsorted(passage, [of[0], of[-1] + 1]).tolist())
        low = np.searchsorted(stop, (passage[mine] << 32) + start[mine], side="right")
        high = np.searchsorted(begin, (passage[mine] << 32) + end[mine])
        several = np.flatnonzero(high - low > 1)
        apart = 2 * (row - np.arange(len(row)))  # signs are no words, but they keep two words apart
        begin, stop = begin + apart, stop + apart
        word = words.of_type[type_[row]]
        stays = np.ones(len(row), np.bool_)
        size = (high - low)[several]
        covered = np.repeat(low[several] - np.cumsum(size) + size, size) + np.arange(int(size.sum()))
        stays[covered] = False
        stays[low[several]] = True
        word[low[several]] = term[mine][several]
        stop[low[several]] = stop[high[several] - 1]
        yield i, Run(of[stays], begin[stays], stop[stays], word[stays])


def _kept_words(counts: csr_array, document: Ints, least: int, share: float) -> Flags:
    """Words in enough documents and in no more than a share of the units."""
    from scipy.sparse import csr_array

    units = np.bincount(counts.indices, minlength=counts.shape[1])
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    index = np.unique(document, return_inverse=True)[1]
    where = (index[rows], counts.indices)
    by_document = csr_array(
        (np.ones(len(rows), np.int32), where), shape=(int(index.max(initial=-1)) + 1, counts.shape[1])
    )
    documents = np.bincount(by_document.indices, minlength=counts.shape[1])
    kept: Flags = (documents >= least) & (units <= share * counts.shape[0])
    return kept
