"""Frequencies of concepts over time, with the interval of a bootstrap over documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses import measures
from pipeline.analyses.periods import Period, cut_periods, period_of
from pipeline.errors import StudyError, known_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]

TIMELINES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("group", pa.string()), ("period", pa.string()),
        ("start", pa.date32()), ("end", pa.date32()),
        ("documents", pa.int64()), ("documents_with", pa.int64()), ("mentions", pa.int64()), ("words", pa.int64()),
        ("per_million", pa.float64()), ("low", pa.float64()), ("high", pa.float64()),
        ("document_share", pa.float64()), ("share_low", pa.float64()), ("share_high", pa.float64()),
        ("dispersion", pa.float64()), ("adjusted_per_million", pa.float64()),
    ]
)  # fmt: skip
"""``end`` is the last day of the period."""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the corpus: its name in the tables, and whether each document is in it."""

    name: str
    members: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """The documents of one language, group and period that have words."""

    documents: Ints
    words: Ints
    mentions: Ints
    """Documents x concepts."""


def timelines(
    study: Study, corpus: Corpus, concepts: Sequence[Concept], progress: Callable[[int, int], None]
) -> pa.Table:
    """Rates of all concepts by language, group and period; a row for each period, empty ones too.

    A concept has rows for the languages in which it has terms. The mentions of undated documents are in no row.
    """
    settings = study.timelines
    periods = cut_periods(corpus.dates, settings.period, settings.years)
    place = period_of(corpus.dates, periods)
    groups = make_groups(study, corpus)
    strata = _strata(study, corpus)
    rows: list[dict[str, Any]] = []
    intervals: dict[bytes, np.ndarray] = {}
    for step, language in enumerate(study.languages):
        mine = [concept for concept in concepts if any(term.language == language for term in concept.terms)]
        words = corpus.words_by_document(language)
        mentions = _mentions_by_document(corpus, [concept.id for concept in mine], language)
        for i, group in enumerate(groups):
            inside = group.members & (words > 0)
            adjusted = _adjusted(mentions, words, inside, place, strata=strata, periods=len(periods))
            for j, period in enumerate(periods):
                documents = np.flatnonzero(inside & (place == j))
                cell = _Cell(documents, words[documents], mentions[documents])
                low, high = _interval(study, cell, corpus, language, intervals)
                rows += _rows(cell, mine, language, group, period, low=low, high=high, adjusted=adjusted[j])
            progress(step * len(groups) + i + 1, len(study.languages) * len(groups))
    table = pa.Table.from_pylist(rows, TIMELINES)
    order = {concept.id: i for i, concept in enumerate(concepts)}
    by_concept = np.argsort([order[name] for name in table["concept"].to_pylist()], kind="stable")
    return table.take(pa.array(by_concept))


def make_groups(study: Study, corpus: Corpus) -> list[Group]:
    """``all``, then one group for each value of each column that the study groups by.

    Raises:
        StudyError: no such column of the documents.
    """
    groups = [Group("all", np.ones(len(corpus.dates), np.bool_))]
    for column in study.timelines.group_by:
        values = _column(study, corpus, column, "group_by")
        groups += [
            Group(f"{column}={value}", np.array([v == value for v in values], np.bool_))
            for value in sorted({v for v in values if v})
        ]
    return groups


def _column(study: Study, corpus: Corpus, column: str, key: str) -> list[str]:
    if column not in corpus.documents.column_names:
        known = known_names(column, corpus.documents.column_names)
        raise StudyError(f"{study.path}: [timelines] {key}: the documents have no column {column!r}; {known}")
    return ["" if v is None else str(v) for v in corpus.documents[column].to_pylist()]


def _mentions_by_document(corpus: Corpus, concepts: Sequence[str], language: str) -> Ints:
    """Mentions in counted passages: documents x concepts, int64."""
    table = corpus.mentions
    index = {concept: i for i, concept in enumerate(concepts)}
    mine = table["language"].to_numpy(zero_copy_only=False) == language
    names = table["concept"].to_numpy(zero_copy_only=False)[mine]
    column = np.fromiter((index[name] for name in names), np.int64, count=len(names))
    document = table["document"].to_numpy()[mine]
    cells = np.bincount(document * len(concepts) + column, minlength=len(corpus.dates) * len(concepts))
    return cells.reshape(len(corpus.dates), len(concepts)).astype(np.int64)


def _strata(study: Study, corpus: Corpus) -> Ints:
    """The stratum of each document that the adjusted curve holds constant."""
    columns = [_column(study, corpus, column, "adjust") for column in study.timelines.adjust]
    keys = list(zip(*columns, strict=True)) if columns else [()] * len(corpus.dates)
    number: dict[tuple[str, ...], int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], np.int64)


def _adjusted(
    mentions: Ints, words: Ints, inside: NDArray[np.bool_], place: Ints, *, strata: Ints, periods: int
) -> NDArray[np.float64]:
    """Rates by direct standardisation: the strata's rates in a period, weighted by their share of all dated words.

    As in epidemiology (Fleiss, Levin and Paik 2003, chapter 19). NaN where a stratum has no words in the period: what
    it would have said is not known.

    Returns:
        Periods x concepts.
    """
    dated = inside & (place >= 0)
    number = int(strata.max(initial=-1)) + 1
    cell = place[dated] * number + strata[dated]
    exposure = np.bincount(cell, words[dated], minlength=periods * number).reshape(periods, number)
    sums = np.zeros((periods * number, mentions.shape[1]))
    np.add.at(sums, cell, mentions[dated])
    hits = sums.reshape(periods, number, mentions.shape[1])
    total = exposure.sum(axis=0)
    used = total > 0
    weight = total[used] / total.sum() if used.any() else total[used]
    rates = measures.per_million(hits[:, used], exposure[:, used, None])
    adjusted: NDArray[np.float64] = (rates * weight[None, :, None]).sum(axis=1)
    return adjusted if used.any() else np.full((periods, mentions.shape[1]), np.nan)


def _interval(
    study: Study, cell: _Cell, corpus: Corpus, language: str, known: dict[bytes, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The 2.5 % and 97.5 % quantiles of the bootstrap, by concept; the same documents always give the same interval."""
    concepts = cell.mentions.shape[1]
    if len(cell.documents) < 2:
        nothing = np.full(concepts, np.nan)
        return nothing, nothing
    names = corpus.documents["doc_id"].take(pa.array(cell.documents)).to_pylist()
    key = hashlib.sha256("\n".join([language, *names]).encode()).digest()
    if key not in known:
        rng = np.random.default_rng([study.timelines.seed, *np.frombuffer(key, np.uint32).tolist()])
        rates = measures.bootstrap_rates(cell.mentions, cell.words, study.timelines.bootstrap, rng)
        known[key] = np.quantile(rates, [0.025, 0.975], axis=0)
    return known[key][0], known[key][1]


def _rows(
    cell: _Cell, concepts: Sequence[Concept], language: str, group: Group, period: Period,
    *, low: np.ndarray, high: np.ndarray, adjusted: np.ndarray,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    words = int(cell.words.sum())
    mentions = cell.mentions.sum(axis=0)
    with_any = (cell.mentions > 0).sum(axis=0)
    last_day = (np.datetime64(period.end, "D") - 1).astype(object)
    number = len(cell.documents)
    for i, concept in enumerate(concepts):
        share = measures.wilson(int(with_any[i]), number)
        yield {
            "concept": concept.id,
            "language": language,
            "group": group.name,
            "period": period.name,
            "start": period.start,
            "end": last_day,
            "documents": number,
            "documents_with": int(with_any[i]),
            "mentions": int(mentions[i]),
            "words": words,
            "per_million": 1e6 * int(mentions[i]) / words if words else None,
            "low": _known(low[i]),
            "high": _known(high[i]),
            "document_share": with_any[i] / number if number else None,
            "share_low": _known(share[0]),
            "share_high": _known(share[1]),
            "dispersion": _known(measures.dispersion_dp(cell.mentions[:, i], cell.words)),
            "adjusted_per_million": _known(adjusted[i]),
        }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
