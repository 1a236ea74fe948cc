"""Key terms: what the documents of a group or a period are about, as single words and as terms of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.document_words import Stretch, count_terms, read_stretches, read_vocabulary
from pipeline.analyses.multiwords import c_value, find_multiwords, mostly_nested, name_multiwords
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.timelines import make_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.document_words import Block
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

KEY_TERMS = pa.schema(
    [
        ("language", pa.string()), ("group", pa.string()), ("period", pa.string()), ("method", pa.string()),
        ("rank", pa.int64()), ("term", pa.string()), ("score", pa.float64()),
        ("count", pa.int64()), ("documents", pa.int64()), ("documents_of_part", pa.int64()),
    ]
)  # fmt: skip

MOST = 25
"""Terms of each part by each method."""
ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Parts of the corpus; a document may be in several."""

    names: list[tuple[str, str]]
    """Group and period of each."""
    members: csr_array
    """Documents x parts."""


def key_terms(study: Study, corpus: Corpus) -> pa.Table:
    """The key terms of all texts, of each group and of each period, in each language, the best first.

    ``tf_idf``: the mean, over the part's documents, of weights ``(1 + ln f) * ln(N / n)`` scaled to length 1 in each
    document, less the mean over the documents outside the part; f is how often the term stands in it, n in how many of
    the language's N documents (SMART ``ltc``, Salton and Buckley 1988; the difference as Rocchio 1971). A document
    counts once, however long or loud it is. ``c_value``: `multiwords.c_value`, of terms of several words. A term stands
    in ``[keyness] min_documents`` documents of the part, at least; one that in half of its places or more is a piece
    of one longer term is left out.

    Raises:
        StudyError: a list of stop words cannot be read, or no such column to group by.
    """
    tables = [KEY_TERMS.empty_table()]
    for code in study.languages:
        tables += _of_language(study, corpus, code)
    return pa.concat_tables(tables)


def make_parts(study: Study, corpus: Corpus, with_words: NDArray[np.bool_]) -> Parts:
    """All texts, each group, each period; those of them that have a document with words."""
    from scipy.sparse import csr_array

    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    place = period_of(corpus.dates, periods)
    named = [((group.name, ALL), group.members) for group in make_groups(study, corpus)]
    named += [((ALL, period.name), place == i) for i, period in enumerate(periods)]
    kept = [(name, members & with_words) for name, members in named if (members & with_words).any()]
    columns = [members for _, members in kept] or [np.zeros((len(with_words)), np.bool_)]
    return Parts([name for name, _ in kept], csr_array(np.stack(columns, axis=1).astype(np.float64)))


def _of_language(study: Study, corpus: Corpus, code: str) -> Iterable[pa.Table]:
    from scipy.sparse import csr_array

    vocabulary = read_vocabulary(study, code, study.keyness.without_tags.get(code, ()))
    single = len(vocabulary.lemmas)
    texts = (read_stretches(study, corpus, vocabulary) for _ in range(4))
    terms = find_multiwords(next(texts), next(texts), single, code, study.keyness.min_count)

    def find(stretch: Stretch) -> tuple[Ints, Ints]:
        row = np.flatnonzero(stretch.lemma >= 0)
        several, first = terms.find(stretch)
        return np.concatenate([stretch.lemma[row], several + single]), np.concatenate([row, first])

    size = single + len(terms)
    frequency = document_frequency(count_terms(next(texts), corpus, find, size), size)
    with_words = corpus.words_by_document(code) > 0
    parts = make_parts(study, corpus, with_words)
    kept = np.flatnonzero(frequency >= study.keyness.min_documents)
    names = pa.concat_arrays([vocabulary.lemmas, name_multiwords(terms, vocabulary.lemmas, code)])
    blocks = count_terms(next(texts), corpus, find, size)
    whole = int(with_words.sum())
    score, count, documents = weigh(blocks, parts, frequency, whole)
    score = stand_out(score, parts, whole)
    several = csr_array(count[:, single:])
    values = _shift(c_value(several, terms), single, count.shape)
    pieces = _shift(mostly_nested(several, terms), single, count.shape)
    in_part = np.asarray(parts.members.sum(axis=0)).ravel()
    for number, name in enumerate(parts.names):
        free = np.setdiff1d(kept, pieces.indices[pieces.indptr[number] : pieces.indptr[number + 1]])
        for method, own in (("tf_idf", score), ("c_value", values)):
            yield _rows(
                (code, *name, method), number, own, (count, documents),
                names=names, kept=free, least=study.keyness.min_documents, in_part=in_part,
            )  # fmt: skip


def document_frequency(blocks: Iterable[Block], size: int) -> Ints:
    """In how many documents each term stands."""
    frequency = np.zeros(size, np.int64)
    for block in blocks:
        frequency += np.bincount(block.term, minlength=size)
    return frequency


def weigh(
    blocks: Iterable[Block], parts: Parts, frequency: Ints, documents: int
) -> tuple[csr_array, csr_array, csr_array]:
    """Mean weight, count and documents of each term in each part: parts x terms.

    Args:
        blocks: Terms by document.
        parts: The parts.
        frequency: In how many documents each term stands.
        documents: How many there are.
    """
    from scipy.sparse import csr_array

    rarity = np.log(max(documents, 1) / np.maximum(frequency, 1))
    shape = (parts.members.shape[1], len(frequency))
    sums = [csr_array(shape, dtype=np.float64) for _ in range(3)]
    for block in blocks:
        row = np.unique(block.document, return_inverse=True)[1]
        if not len(row):
            continue
        weight = (1 + np.log(block.times)) * rarity[block.term]
        length = np.sqrt(np.bincount(row, weight**2))
        weight = np.divide(weight, length[row], out=np.zeros(len(row)), where=length[row] > 0)
        members = parts.members[np.unique(block.document)].T
        for i, values in enumerate((weight, block.times.astype(np.float64), np.ones(len(row)))):
            sums[i] = sums[i] + members @ csr_array((values, (row, block.term)), shape=(members.shape[1], shape[1]))
    size = np.asarray(parts.members.sum(axis=0)).ravel()
    score = sums[0].tocsr()
    score.data = score.data / np.repeat(np.maximum(size, 1), np.diff(score.indptr))
    return score, sums[1].tocsr(), sums[2].tocsr()


def stand_out(score: csr_array, parts: Parts, documents: int) -> csr_array:
    """Mean weights less the mean over the documents outside each part; where there is none, as they are.

    Args:
        score: Parts x terms; the first part holds all documents.
        parts: The parts.
        documents: How many there are.
    """
    size = np.asarray(parts.members.sum(axis=0)).ravel()
    if not score.nnz:
        return score
    everywhere = np.asarray(score[[0]].todense()).ravel()
    inside = np.repeat(size, np.diff(score.indptr))
    outside = (everywhere[score.indices] * documents - score.data * inside) / np.maximum(documents - inside, 1)
    score.data = np.where(inside < documents, score.data - outside, score.data)
    return score


def _shift(matrix: csr_array, columns: int, shape: tuple[int, int]) -> csr_array:
    """A matrix of terms of several words with columns for single words before them."""
    from scipy.sparse import csr_array

    return csr_array((matrix.data, matrix.indices + columns, matrix.indptr), shape=shape)


def _rows(
    of: tuple[str, str, str, str], number: int, scores: csr_array, sums: Sequence[csr_array],
    *, names: pa.Array, kept: Ints, least: int, in_part: Floats,
) -> pa.Table:  # fmt: skip
    own = slice(scores.indptr[number], scores.indptr[number + 1])
    term, value = scores.indices[own].astype(np.int64), scores.data[own]
    count, documents = (np.asarray(matrix[[number]].todense()).ravel()[term].astype(np.int64) for matrix in sums)
    wanted = np.flatnonzero((value > 0) & (documents >= least) & np.isin(term, kept))
    best = wanted[np.lexsort([term[wanted], -value[wanted]])][:MOST]
    alike = dict(zip(("language", "group", "period", "method"), of, strict=True))
    columns: dict[str, Any] = {name: [one] * len(best) for name, one in alike.items()}
    columns |= {
        "rank": np.arange(1, len(best) + 1), "term": names.take(pa.array(term[best])), "score": value[best],
        "count": count[best], "documents": documents[best],
        "documents_of_part": [int(in_part[number])] * len(best),
    }  # fmt: skip
    return pa.table([pa.array(columns[field.name], field.type) for field in KEY_TERMS], schema=KEY_TERMS)
