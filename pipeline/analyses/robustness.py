"""Each main curve again under the other choices that a reviewer would ask for: ``robustness.csv``."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.changes import middle_of
from pipeline.analyses.conclusions import SAME, UNCOUNTED, agree, conclude
from pipeline.analyses.grid import NOTHING_LEFT, TERM, TOO_LITTLE, count_choices, read_others
from pipeline.analyses.landmarks import find_steady
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.permutation import PERMUTATIONS, Part, adjust_holm
from pipeline.analyses.quick_deal import quick_deal
from pipeline.analyses.steps import Gains, keep_gains, learn_gains, place_anew, select_steps, testable
from pipeline.analyses.trends import rate_ratio, trend_p_values
from pipeline.executor import map_in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.grid import Counted
    from pipeline.analyses.periods import Period
    from pipeline.records import Concept
    from pipeline.stages import Progress
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Row = dict[str, Any]

ALL = "all"
NO_MENTIONS = "no mentions"
_COLUMNS_AT_ONCE = 50

ROBUSTNESS = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("choice", pa.string()), ("setting", pa.string()),
        ("mentions", pa.int64()), ("documents_with", pa.int64()), ("documents", pa.int64()), ("words", pa.int64()),
        ("per_million", pa.float64()), ("ratio", pa.float64()), ("low", pa.float64()), ("high", pa.float64()),
        ("p_value", pa.float64()), ("p_adjusted", pa.float64()), ("direction", pa.string()),
        ("significant", pa.bool_()), ("steps", pa.string()), ("step_directions", pa.string()),
        ("step_p_adjusted", pa.float64()),
        ("first_seen", pa.int64()), ("steady", pa.int64()), ("agrees", pa.bool_()), ("note", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Time:
    """The periods; of each document its date, its period or -1, and its id."""

    dates: NDArray[np.datetime64]
    periods: Sequence[Period]
    place: Ints
    names: pa.ChunkedArray


@dataclass(frozen=True, slots=True, eq=False)
class _Tested:
    """What the tests say of all counts that share their denominators."""

    part: Part
    used: Ints
    """The periods of the part."""
    column: Mapping[bytes, int]
    """The column of the part that holds some counts; only those with enough documents to be tested."""
    p_values: Mapping[int, float]
    """Of the trend, by column."""
    gains: Gains
    permutations: int
    fits: dict[int, Row]
    """The trend of each column, kept when it is asked for."""


def robustness(
    study: Study, corpus: Corpus, concepts: Sequence[Concept], changes: pa.Table, progress: Progress = lambda *_: None
) -> pa.Table:
    """Each concept in all texts of a language, as the study counts it and then with one choice changed at a time.

    The row ``main`` says what ``changes`` says. Every other row is what the study would have found with that choice:
    the same tests, corrected for the number of concepts (Holm) and not for the number of choices. ``direction``
    is up or down where the interval of the rate ratio a year excludes 1; ``significant`` is whether the trend's
    ``p_adjusted`` is below 5 %, null where nothing could be tested. ``agrees``: direction and significance as in
    ``main``, and as many steps, each within one period and in the same direction; null for ``main`` and where a choice
    could not be counted. A choice that leaves a concept's counts alone ``changes nothing``: its row is that of
    ``main``, though the correction may be another where the choice moves the p-values of other concepts.

    Args:
        study: The study.
        corpus: Its corpus.
        concepts: The concepts of its lexicon.
        changes: Its changes.
        progress: Told of the choices done, those that share their denominators as one.
    """
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    time = _Time(corpus.dates, periods, period_of(corpus.dates, periods), corpus.documents["doc_id"])
    others = read_others(study, corpus, progress)
    known = _read_changes(changes)
    rows: list[Row] = []
    for code in study.languages:
        mine = [concept for concept in concepts if any(term.language == code for term in concept.terms)]
        main_rows = [known.get((concept.id, code), {}) for concept in mine]
        counted = count_choices(corpus, others, mine, code)
        for i, row in _rows(study, time, counted, main_rows, progress):
            rows.append({"concept": mine[i].id, "language": code} | row)
    order = {concept.id: i for i, concept in enumerate(concepts)}
    rows.sort(key=lambda row: order[row["concept"]])
    return pa.Table.from_pylist(rows, ROBUSTNESS)


def _read_changes(changes: pa.Table) -> dict[tuple[str, str], Row]:
    """What is already known of each concept and language in all texts."""
    found: dict[tuple[str, str], Row] = {}
    for row in changes.to_pylist():
        if row["group"] != ALL:
            continue
        mine = found.setdefault((row["concept"], row["language"]), {"steps": []})
        if row["kind"] == "trend":
            mine |= {name: row[name] for name in ("ratio", "low", "high", "p_value", "p_adjusted")}
        elif row["kind"] == "step":
            mine["steps"].append((row["period"], row["direction"]))
            mine.setdefault("step_p_adjusted", row["p_adjusted"])
        elif row["kind"] in ("first_seen", "steady"):
            mine[row["kind"]] = row["date"].year
    return found


def _rows(
    study: Study, time: _Time, counted: Sequence[Counted], main_rows: Sequence[Row], progress: Progress
) -> list[tuple[int, Row]]:
    """The rows of one language, with the place of the concept of each.

    Choices that share their denominators are tested together, and beside others: dealing is done by NumPy, which lets
    other threads of Python go on.
    """
    groups: dict[bytes | None, list[int]] = {}
    for number, one in enumerate(counted):
        groups.setdefault(one.below.digest if one.note is None else None, []).append(number)
    found: list[list[tuple[int, Row]]] = [[] for _ in counted]
    workers = study.run.workers or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as threads:
        together = ([counted[number] for number in numbers] for numbers in groups.values())
        tested = map_in_order(
            threads, partial(_rows_of, study, time, counted[0], main_rows), together, under_way=workers
        )
        for done, (numbers, rows) in enumerate(zip(groups.values(), tested, strict=True), start=1):
            for number, own in zip(numbers, rows, strict=True):
                found[number] = own
            progress("robustness", done, len(groups))
    return [row for rows in found for row in rows]


def _rows_of(
    study: Study, time: _Time, main: Counted, main_rows: Sequence[Row], together: Sequence[Counted]
) -> list[list[tuple[int, Row]]]:
    """The rows of each of some choices that share their denominators, or that could not be counted."""
    tested = _test(study, time, together) if together[0].note is None else None
    found: list[list[tuple[int, Row]]] = []
    for one in together:
        changed = [] if one.note else [i for i in one.mentions if not _same(one, main, i)]
        results = _results(study, tested, (main, one), changed, time.periods) if tested and changed else {}
        rows: list[tuple[int, Row]] = []
        for i in one.mentions:
            row: Row = {"choice": one.choice, "setting": one.setting, "note": one.note}
            if one.note is None:
                row |= _count(time, one, i) | (results[i] if i in results else main_rows[i])
                row |= conclude(row)
                before = main_rows[i] | conclude(main_rows[i])
                row["note"] = _note(row, before, changed=one is main or i in results)
                if one is not main and row["note"] not in UNCOUNTED:
                    row["agrees"] = agree(row, before, [period.name for period in time.periods])
                steps = row.get("steps", ())
                row["steps"] = "; ".join(period for period, _ in steps) or None
                row["step_directions"] = "; ".join(direction for _, direction in steps) or None
            rows.append((i, row))
        found.append(rows)
    return found


def _note(row: Row, main: Row, *, changed: bool) -> str | None:
    if row["choice"] == TERM and not row["mentions"]:
        return NOTHING_LEFT
    if row["choice"] == TERM and row["significant"] is None and main["significant"] is not None:
        return TOO_LITTLE
    if not row["mentions"]:
        return NO_MENTIONS
    return None if changed else SAME


def _same(one: Counted, main: Counted, concept: int) -> bool:
    same_mentions = one.mentions[concept].digest == main.mentions[concept].digest
    return same_mentions and one.below.digest == main.below.digest


def _test(study: Study, time: _Time, counted: Sequence[Counted]) -> _Tested:
    """Deal the documents of choices with the same denominators, all of their different counts at once."""
    below = counted[0].below.of
    documents = np.flatnonzero((below > 0) & (time.place >= 0))
    used, within = np.unique(time.place[documents], return_inverse=True)
    different = {counts.digest: counts.of for one in counted for counts in one.mentions.values()}
    stacked = np.array([counts[documents] for counts in different.values()], np.int64)
    names = time.names.take(pa.array(documents)).to_pylist()
    years = np.array([middle_of(time.periods[i]) for i in used], np.float64)
    everything = Part(
        names, below[documents], stacked.reshape(len(different), len(documents)).T, within.astype(np.int64), years
    )
    enough = testable(everything)
    keys = list(different)
    part = Part(names, everything.words, everything.mentions[:, enough], everything.place, years)
    # As many as the study's own tests have, so that the smallest p-value survives the correction.
    permutations = max(PERMUTATIONS, 40 * max(len(one.mentions) for one in counted) - 1)
    p_values: dict[int, float] = {}
    gains: Gains = {}
    for first in range(0, len(enough), _COLUMNS_AT_ONCE):
        some = list(range(len(enough)))[first : first + _COLUMNS_AT_ONCE]
        dealt = quick_deal(part, some, permutations, study.timelines.seed)
        p_values |= dict(zip(some, trend_p_values(part, dealt), strict=True))
        keep_gains(dealt, some, (0, len(years)), gains)
    columns = {keys[column]: i for i, column in enumerate(enough.tolist())}
    result = _Tested(part, used, columns, p_values, gains, permutations, {})
    _learn_together(study, result, counted)
    return result


def _learn_together(study: Study, tested: _Tested, counted: Sequence[Counted]) -> None:
    """Test the segments of the first choice's steps for all counts of the same concept: most others step there too."""
    whole = (0, len(tested.part.years))
    first = counted[0]
    own = {i: tested.column.get(counts.digest) for i, counts in first.mentions.items()}
    concepts = sorted({column for column in own.values() if column is not None})
    _select(study, tested, concepts)
    wanted: dict[int, list[tuple[int, int]]] = {}
    for one in counted[1:]:
        for i, counts in one.mentions.items():
            column, model = tested.column.get(counts.digest), own.get(i)
            if column is not None and model is not None and column != model:
                segments = [(start, end) for start, end, of in tested.gains if of == model and (start, end) != whole]
                wanted.setdefault(column, []).extend(segments)
    seed = study.timelines.seed
    learn_gains(tested.part, wanted, tested.gains, tested.permutations, seed)


def _select(study: Study, tested: _Tested, columns: Sequence[int]) -> dict[int, Any]:
    seed = study.timelines.seed
    return select_steps(tested.part, columns, tested.gains, tested.permutations, seed)


def _results(
    study: Study,
    tested: _Tested,
    main_and_one: tuple[Counted, Counted],
    wanted: Sequence[int],
    periods: Sequence[Period],
) -> dict[int, Row]:
    """Trend and steps of some concepts under a choice, corrected for all concepts as they are under it."""
    main, one = main_and_one
    columns = {i: tested.column.get(one.mentions.get(i, counts).digest) for i, counts in main.mentions.items()}
    tests = [column for column in columns.values() if column is not None]
    adjusted = dict(zip(tests, adjust_holm([tested.p_values[column] for column in tests]), strict=True))
    steps = _select(study, tested, list(dict.fromkeys(tests)))
    found: dict[int, Row] = {}
    for i in wanted:
        column = columns[i]
        if column is None:
            found[i] = {"steps": []}
            continue
        if column not in tested.fits:
            tested.fits[column] = _fit(tested.part, column)
        placed = place_anew(tested.part, column, steps.get(column, []))
        found[i] = tested.fits[column] | {
            "p_value": tested.p_values[column],
            "p_adjusted": adjusted[column],
            "steps": [(periods[tested.used[step.first]].name, step.direction) for step in placed],
            "step_p_adjusted": placed[0].p_adjusted if placed else None,
        }
    return found


def _fit(part: Part, column: int) -> Row:
    fit = rate_ratio(part.mentions[:, column], part.words, part.years[part.place])
    return {} if fit is None else {"ratio": fit.ratio, "low": fit.low, "high": fit.high}


def _count(time: _Time, one: Counted, concept: int) -> Row:
    """Mentions, documents and words in all periods together, and the first years."""
    counts = one.mentions[concept].of
    inside = (time.place >= 0) & (one.below.of > 0)
    mentions, below = int(counts[inside].sum()), int(one.below.of[inside].sum())
    seen = time.dates[(counts > 0) & ~np.isnat(time.dates)]
    steady = find_steady(seen)
    return {
        "mentions": mentions,
        "documents_with": int((counts[inside] > 0).sum()),
        "documents": int(inside.sum()),
        "words": int(one.words[inside].sum()),
        "per_million": 1e6 * mentions / below if below else None,
        "first_seen": _year(seen.min()) if len(seen) else None,
        "steady": None if steady is None else _year(seen[steady]),
    }


def _year(date: np.datetime64) -> int:
    return int(date.astype("datetime64[Y]").astype(np.int64)) + 1970
