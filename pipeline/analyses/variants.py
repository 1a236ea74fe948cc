"""What each term contributes to its concept's curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.periods import cut_periods, period_of
from pipeline.concepts.lock import find_exploratory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]

ALL = "all"
"""Stands for all periods together."""

VARIANTS = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("term", pa.string()), ("period", pa.string()),
        ("mentions", pa.int64()), ("mentions_nested", pa.int64()), ("documents", pa.int64()), ("share", pa.float64()),
        ("exploratory", pa.bool_()),
    ]
)  # fmt: skip


def variants(study: Study, corpus: Corpus, concepts: Sequence[Concept]) -> pa.Table:
    """Mentions of each term by period, and in all periods together: a row each, also where there are none.

    ``mentions`` add up to those of the concept in ``timelines`` (group ``all``); ``mentions_nested`` lie in a longer
    mention, of the same concept or another, and are in no curve. ``documents`` are those with a counted mention;
    ``share`` is that of the concept's mentions, null where it has none.
    """
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    place = period_of(corpus.dates, periods)
    named = [
        (concept.id, language, form)
        for concept in concepts
        for language in study.languages
        for form in dict.fromkeys(term.form for term in concept.terms if term.language == language)
    ]
    shape = (len(named), len(periods))
    cells = [_cells(table, named, corpus, place, len(periods)) for table in (corpus.mentions, corpus.nested)]
    mentions, nested = (_count(cell[0], shape) for cell in cells)
    cell, document = cells[0]
    documents = _count(np.unique(np.stack([cell, document]), axis=1)[0], shape)
    owner = pa.array([f"{concept} {language}" for concept, language, _ in named], pa.string())
    owner_index = owner.dictionary_encode().indices.to_numpy()
    whole = np.zeros((int(owner_index.max(initial=-1)) + 1, mentions.shape[1]), np.int64)
    np.add.at(whole, owner_index, mentions)
    total = whole[owner_index].ravel()
    share = np.divide(mentions.ravel(), total, out=np.full(total.shape, np.nan), where=total > 0)
    marks = find_exploratory(study.lexicon, concepts)
    row = np.repeat(np.arange(len(named)), len(periods) + 1)
    names = [pa.array(column, pa.string()) for column in zip(*named, strict=True)]
    columns = [
        *(column.take(pa.array(row)) for column in names),
        pa.array([period.name for period in periods] + [ALL], pa.string()).take(
            pa.array(np.tile(np.arange(len(periods) + 1), len(named)))
        ),
        *(pa.array(count.ravel()) for count in (mentions, nested, documents)),
        pa.array(share, from_pandas=True),
        pa.array([marks and term in marks.terms for term in named], pa.bool_()).take(pa.array(row)),
    ]
    return pa.table(columns, schema=VARIANTS)


def _cells(
    table: pa.Table, named: Sequence[tuple[str, str, str]], corpus: Corpus, place: Ints, periods: int
) -> tuple[Ints, Ints]:
    """For each mention of a period its cell (term and period) and its document; others are left out."""
    if not table.num_rows or not named:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys = pc.binary_join_element_wise(table["concept"], table["language"], table["term"], "\0")
    term = pc.index_in(keys, value_set=pa.array(["\0".join(name) for name in named], pa.string()))
    document = table["document"].to_numpy()
    known = term.is_valid().to_numpy() & (place[document] >= 0) & _has_words(corpus, table)
    row = term.fill_null(0).to_numpy().astype(np.int64)
    return (row * periods + place[document])[known], document[known]


def _has_words(corpus: Corpus, table: pa.Table) -> NDArray[np.bool_]:
    """Whether each mention's document has words in its language: only then it is in the timelines."""
    has = np.zeros(table.num_rows, np.bool_)
    document, language = table["document"].to_numpy(), table["language"]
    for code in pc.unique(language).to_pylist():
        mine = pc.equal(language, code).to_numpy()
        has |= mine & (corpus.words_by_document(code)[document] > 0)
    return has


def _count(cells: Ints, shape: tuple[int, int]) -> Ints:
    """Cells of terms x periods counted; the last column holds all periods."""
    counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)
    return np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
