"""When a concept is first seen and comes into use, where it steps up or down, and how it trends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.intervals import compare_rates
from pipeline.analyses.landmarks import find_peak, find_steady
from pipeline.analyses.periods import Period, cut_periods, period_of
from pipeline.analyses.permutation import PERMUTATIONS, Part, adjust_holm
from pipeline.analyses.quick_deal import quick_deal
from pipeline.analyses.steps import Step, find_steps, testable
from pipeline.analyses.timelines import Group, make_groups, mentions_by_document, timelines
from pipeline.analyses.trends import mann_kendall, rate_ratio, sen_slope, trend_p_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Row = dict[str, Any]

CHANGES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("group", pa.string()), ("kind", pa.string()),
        ("period", pa.string()), ("date", pa.date32()), ("doc_id", pa.string()),
        ("before", pa.float64()), ("after", pa.float64()), ("ratio", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("p_value", pa.float64()),
        ("documents_before", pa.int64()), ("documents_after", pa.int64()),
        ("date_precision", pa.string()), ("p_adjusted", pa.float64()),
        ("kendall_tau", pa.float64()), ("kendall_p", pa.float64()), ("sen_slope", pa.float64()),
        ("direction", pa.string()),
    ]
)  # fmt: skip


def changes(study: Study, corpus: Corpus, concepts: Sequence[Concept], curves: pa.Table | None = None) -> pa.Table:
    """The changes of each concept by language and group; a concept that is never seen has no row.

    ``first_seen``: the first dated document with a mention; of documents of one day the first in the corpus.
    ``steady``: the first document of the first of three years running with mentions. Both count in
    ``documents_before`` and ``documents_after`` the group's documents with words in that language, dated before that
    day, and on it or later. A date that is known to the year alone counts as its first day; ``date_precision`` says so.
    ``peak``, ``half_life``: ``landmarks.find_peak``. ``trend``: ``trends.rate_ratio``, with the fitted rates in the
    first and the last period and the documents of these; empty where there is too little. ``step``:
    ``steps.find_steps``; the rates and documents from the step before, or the beginning, up to the step, and from it to
    the next, or the end. ``direction`` is that of the curve that was tested, the rates are of the full counts.

    Args:
        study: The study.
        corpus: Its corpus.
        concepts: The concepts of its lexicon.
        curves: Its timelines; made where absent.
    """
    settings = study.timelines
    curves = timelines(study, corpus, concepts, lambda *_: None) if curves is None else curves
    by_curve: dict[tuple[str, ...], list[Row]] = {}
    for row in curves.to_pylist():
        by_curve.setdefault((row["concept"], row["language"], row["group"]), []).append(row)
    periods = cut_periods(corpus.dates, settings.period, settings.years)
    place = period_of(corpus.dates, periods)
    groups = make_groups(study, corpus)
    found: dict[tuple[str, ...], list[Row]] = {}
    for code in study.languages:
        mine = [concept for concept in concepts if any(term.language == code for term in concept.terms)]
        words = corpus.below_by_document(code)
        mentions = mentions_by_document(corpus, [concept.id for concept in mine], code)
        known: dict[bytes, list[list[Row]]] = {}  # a group that is all need not be tested again
        for group in groups:
            inside = np.where(group.members & (words > 0), place, -1)
            if inside.tobytes() not in known:
                rows_of = _tested_rows(study, corpus, periods, inside, words=words, mentions=mentions)
                known[inside.tobytes()] = rows_of
            tested = known[inside.tobytes()]
            for i, concept in enumerate(mine):
                key = (concept.id, code, group.name)
                seen = np.flatnonzero(mentions[:, i] > 0)
                first = _first_rows(corpus, periods, place, words, group=group, with_mention=seen)
                if first:
                    found[key] = [*first, *find_peak(by_curve.get(key, [])), *tested[i]]
    rows = [
        {"concept": concept.id, "language": code, "group": group.name} | row
        for concept in concepts
        for code in study.languages
        for group in groups
        for row in found.get((concept.id, code, group.name), [])
    ]
    return pa.Table.from_pylist(rows, CHANGES)


def _first_rows(
    corpus: Corpus, periods: Sequence[Period], place: Ints, words: Ints, *, group: Group, with_mention: Ints
) -> list[Row]:
    """The rows ``first_seen`` and ``steady``."""
    dated = ~np.isnat(corpus.dates)
    candidates = with_mention[dated[with_mention] & group.members[with_mention]]
    if not len(candidates):
        return []
    dates = corpus.dates[candidates]
    others = corpus.dates[dated & group.members & (words > 0)]
    steady = find_steady(dates)
    firsts = [("first_seen", int(np.argmin(dates))), *([] if steady is None else [("steady", steady)])]
    return [
        {
            "kind": kind,
            "period": periods[place[document]].name if place[document] >= 0 else None,
            "date": corpus.dates[document].astype(object),
            "doc_id": corpus.documents["doc_id"][document].as_py(),
            "documents_before": int((others < corpus.dates[document]).sum()),
            "documents_after": int((others >= corpus.dates[document]).sum()),
            "date_precision": corpus.documents["date_precision"][document].as_py(),
        }
        for kind, document in ((kind, int(candidates[at])) for kind, at in firsts)
    ]


def _tested_rows(
    study: Study, corpus: Corpus, periods: Sequence[Period], place: Ints, *, words: Ints, mentions: Ints
) -> list[list[Row]]:
    """The rows ``trend`` and ``step`` of each concept (column of ``mentions``); place -1: not of this part."""
    documents = np.flatnonzero(place >= 0)
    used, within = np.unique(place[documents], return_inverse=True)
    part = Part(
        corpus.documents["doc_id"].take(pa.array(documents)).to_pylist(),
        words[documents],
        mentions[documents],
        within.astype(np.int64),
        np.array([middle_of(periods[i]) for i in used], np.float64),
    )
    tested = [int(i) for i in testable(part)]
    rows: list[list[Row]] = [[{"kind": "trend"}] for _ in range(mentions.shape[1])]
    if not tested:
        return rows
    # With so many the smallest p-value stays below 0.025 after the correction for all concepts.
    permutations = max(PERMUTATIONS, 40 * len(tested) - 1)
    seed = study.timelines.seed
    dealt = quick_deal(part, tested, permutations, seed)
    steps = find_steps(part, tested, dealt, permutations, seed)
    p_values = trend_p_values(part, dealt)
    for i, p, adjusted in zip(tested, p_values, adjust_holm(p_values), strict=True):
        rows[i] = [_trend_row(part, i) | {"p_value": p, "p_adjusted": adjusted}]
        rows[i] += _step_rows(part, i, steps.get(i, []), [periods[j] for j in used])
    return rows


def _trend_row(part: Part, concept: int) -> Row:
    number = len(part.years)
    words = np.bincount(part.place, part.words, minlength=number)
    rates = 1e6 * np.bincount(part.place, part.mentions[:, concept], minlength=number) / words
    documents = np.bincount(part.place, minlength=number)
    kendall = mann_kendall(rates)
    row: Row = {
        "kind": "trend",
        "documents_before": int(documents[0]),
        "documents_after": int(documents[-1]),
        "kendall_tau": kendall.tau,
        "kendall_p": kendall.p_value,
        "sen_slope": sen_slope(rates, part.years),
    }
    fit = rate_ratio(part.mentions[:, concept], part.words, part.years[part.place])
    if fit is not None:
        ends = [int(np.argmax(part.place == 0)), int(np.argmax(part.place == number - 1))]
        before, after = (1e6 * float(fit.rate[end]) for end in ends)
        row |= {"before": before, "after": after, "ratio": fit.ratio, "low": fit.low, "high": fit.high}
    return row


def _step_rows(part: Part, concept: int, steps: Sequence[Step], periods: Sequence[Period]) -> Iterator[Row]:
    bounds = [0, *(step.first for step in steps), len(periods)]
    for number, step in enumerate(steps):
        sides = [part.between(*bounds[number + side : number + side + 2]) for side in (0, 1)]
        before, after = ((side.mentions[:, concept], side.words) for side in sides)
        ratio = compare_rates(before, after)
        yield {
            "kind": "step",
            "period": periods[step.first].name,
            "date": periods[step.first].start,
            "before": 1e6 * float(before[0].sum() / before[1].sum()),
            "after": 1e6 * float(after[0].sum() / after[1].sum()),
            **{name: _known(value) for name, value in zip(("ratio", "low", "high"), ratio, strict=True)},
            "p_value": step.p_value,
            "p_adjusted": step.p_adjusted,
            "direction": step.direction,
            "documents_before": len(before[1]),
            "documents_after": len(after[1]),
        }


def middle_of(period: Period) -> float:
    """The middle of a period in decimal years."""
    days = np.array([period.start, period.end], "datetime64[D]").astype(np.float64)
    return float(1970 + days.mean() / 365.2425)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
