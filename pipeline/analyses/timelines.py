"""Frequencies of concepts over time, with the interval of a bootstrap over documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses import measures
from pipeline.analyses.counts import inclusive_mentions
from pipeline.analyses.intervals import Intervals, burst_sizes, rate_intervals
from pipeline.analyses.periods import Period, cut_periods, period_of
from pipeline.concepts.lock import find_exploratory
from pipeline.errors import StudyError, known_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.concepts.lock import Exploratory
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
        ("dispersion", pa.float64()), ("adjusted_per_million", pa.float64()), ("interval_note", pa.string()),
        ("mentions_inclusive", pa.int64()), ("per_million_inclusive", pa.float64()), ("exploratory", pa.bool_()),
        ("characters", pa.int64()),
    ]
)  # fmt: skip
"""``end`` is the last day of the period. ``exploratory`` is null where the lexicon is not locked. Where ``characters``
is null rates are per million words, else per million of these characters."""


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
    below: Ints
    """What mentions are divided by: words or characters."""
    mentions: Ints
    """Documents x concepts."""
    inclusive: Ints
    """Mentions of each concept, those inside longer mentions too."""


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
    strata = make_strata(study, corpus)[0]
    everywhere = inclusive_mentions(corpus)
    marks = find_exploratory(study.lexicon, concepts)
    rows: list[dict[str, Any]] = []
    intervals: dict[bytes, Intervals] = {}
    for step, language in enumerate(study.languages):
        mine = [concept for concept in concepts if any(term.language == language for term in concept.terms)]
        words, below = corpus.words_by_document(language), corpus.below_by_document(language)
        names = [concept.id for concept in mine]
        mentions = mentions_by_document(corpus, names, language)
        inclusive = mentions_by_document(corpus, names, language, everywhere)
        burst = burst_sizes(mentions[(words > 0) & (place >= 0)])
        for i, group in enumerate(groups):
            inside = group.members & (words > 0)
            adjusted = _adjusted(mentions, below, inside, place, strata=strata, periods=len(periods))
            for j, period in enumerate(periods):
                documents = np.flatnonzero(inside & (place == j))
                sizes = (words[documents], below[documents])
                cell = _Cell(documents, *sizes, mentions[documents], inclusive[documents].sum(axis=0))
                key = _cell_key(cell, corpus, language)
                if key not in intervals:
                    rng = np.random.default_rng([settings.seed, *np.frombuffer(key, np.uint32).tolist()])
                    intervals[key] = rate_intervals(cell.mentions, cell.below, burst, settings.bootstrap, rng)
                interval = intervals[key]
                rows += _rows(
                    cell, mine, language, group, period, interval=interval, adjusted=adjusted[j], marks=marks,
                    characters=corpus.characters is not None,
                )  # fmt: skip
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
        values = pa.array(_column(study, corpus, column, "group_by"), pa.string()).dictionary_encode()
        number = {name: code for code, name in enumerate(values.dictionary.to_pylist()) if name}
        codes = values.indices.to_numpy()
        groups += [Group(f"{column}={name}", codes == number[name]) for name in sorted(number)]
    return groups


def _column(study: Study, corpus: Corpus, column: str, key: str) -> list[str]:
    if column not in corpus.documents.column_names:
        known = known_names(column, corpus.documents.column_names)
        raise StudyError(f"{study.where}: [timelines] {key}: the documents have no column {column!r}; {known}")
    return ["" if v is None else str(v) for v in corpus.documents[column].to_pylist()]


def mentions_by_document(corpus: Corpus, concepts: Sequence[str], language: str, other: pa.Table | None = None) -> Ints:
    """Mentions in counted passages, or those of another table: documents x concepts, int64."""
    table = corpus.mentions if other is None else other
    index = {concept: i for i, concept in enumerate(concepts)}
    mine = table["language"].to_numpy(zero_copy_only=False) == language
    names = table["concept"].to_numpy(zero_copy_only=False)[mine]
    column = np.fromiter((index[name] for name in names), np.int64, count=len(names))
    document = table["document"].to_numpy()[mine]
    cells = np.bincount(document * len(concepts) + column, minlength=len(corpus.dates) * len(concepts))
    return cells.reshape(len(corpus.dates), len(concepts)).astype(np.int64)


def make_strata(study: Study, corpus: Corpus) -> tuple[Ints, list[str]]:
    """The stratum of each document that the adjusted curve holds constant, and the strata's names."""
    columns = [_column(study, corpus, column, "adjust") for column in study.timelines.adjust]
    keys = list(zip(*columns, strict=True)) if columns else [()] * len(corpus.dates)
    number: dict[tuple[str, ...], int] = {}
    strata = np.array([number.setdefault(key, len(number)) for key in keys], np.int64)
    named = [zip(study.timelines.adjust, key, strict=True) for key in number]
    return strata, [", ".join(f"{column}={value}" for column, value in pairs) for pairs in named]


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
    document, concept = np.nonzero(mentions[dated])
    sums = np.bincount(
        cell[document] * mentions.shape[1] + concept,
        mentions[dated][document, concept],
        minlength=periods * number * mentions.shape[1],
    )
    hits = sums.reshape(periods, number, mentions.shape[1])
    total = exposure.sum(axis=0)
    used = total > 0
    weight = total[used] / total.sum() if used.any() else total[used]
    rates = measures.per_million(hits[:, used], exposure[:, used, None])
    adjusted: NDArray[np.float64] = (rates * weight[None, :, None]).sum(axis=1)
    return adjusted if used.any() else np.full((periods, mentions.shape[1]), np.nan)


def _cell_key(cell: _Cell, corpus: Corpus, language: str) -> bytes:
    """What seeds a cell's draws: the same documents always give the same interval."""
    names = corpus.documents["doc_id"].take(pa.array(cell.documents)).to_pylist()
    return hashlib.sha256("\n".join([language, *names]).encode()).digest()


def _rows(
    cell: _Cell, concepts: Sequence[Concept], language: str, group: Group, period: Period,
    *, interval: Intervals, adjusted: np.ndarray, marks: Exploratory | None, characters: bool,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    below = int(cell.below.sum())
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
            "words": int(cell.words.sum()),
            "per_million": 1e6 * int(mentions[i]) / below if below else None,
            "low": _known(interval.low[i]),
            "high": _known(interval.high[i]),
            "document_share": with_any[i] / number if number else None,
            "share_low": _known(share[0]),
            "share_high": _known(share[1]),
            "dispersion": _known(measures.dispersion_dp(cell.mentions[:, i], cell.below)),
            "adjusted_per_million": _known(adjusted[i]),
            "interval_note": interval.note[i] or None,
            "mentions_inclusive": int(cell.inclusive[i]),
            "per_million_inclusive": 1e6 * int(cell.inclusive[i]) / below if below else None,
            "exploratory": marks and (concept.id, language) in marks.concepts,
            "characters": below if characters else None,
        }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
