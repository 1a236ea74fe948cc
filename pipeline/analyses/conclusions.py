"""Which conclusions hold whatever is chosen: ``conclusions.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.analyses.grid import MAIN, NOT_INSTALLED, NOTHING_LEFT, TOO_LITTLE
from pipeline.analyses.periods import cut_periods
from pipeline.analyses.steps import LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

    Row = dict[str, Any]
    Step = tuple[str, str]
    """Its first period, and ``up`` or ``down``."""

CONCLUSIONS = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("conclusion", pa.string()), ("main", pa.string()),
        ("holds", pa.bool_()), ("agree", pa.int64()), ("choices", pa.int64()), ("differ", pa.string()),
        ("not_counted", pa.string()),
    ]
)  # fmt: skip
KINDS = ("direction", "significance", "step", "steady")
SAME = "changes nothing"
NOT_TESTED = "not tested"
UNCOUNTED = (NOT_INSTALLED, NOTHING_LEFT, TOO_LITTLE)


def conclude(row: Mapping[str, Any]) -> Row:
    """What a trend says: ``up`` or ``down`` where its interval excludes 1, else ``none``; whether it is significant.

    Significant is one whose p-value, corrected for all concepts, is below 5 %; None where nothing could be tested.
    """
    low, high, p = (row.get(name) for name in ("low", "high", "p_adjusted"))
    direction = "none"
    if low is not None and high is not None:
        direction = "up" if low > 1 else "down" if high < 1 else "none"
    return {"direction": direction, "significant": None if p is None else p < LEVEL}


def agree(row: Mapping[str, Any], main: Mapping[str, Any], periods: Sequence[str]) -> bool:
    """Whether two rows say the same of direction, significance and ``steps``: lists of periods and directions."""
    same = row["direction"] == main["direction"] and bool(row["significant"]) == bool(main["significant"])
    return same and same_steps(row.get("steps", ()), main.get("steps", ()), periods)


def same_steps(first: Sequence[Step], second: Sequence[Step], periods: Sequence[str]) -> bool:
    """Whether there are as many, each within one period of the other's and in the same direction."""
    if len(first) != len(second):
        return False
    at = {period: i for i, period in enumerate(periods)}
    return all(
        abs(at[one] - at[other]) <= 1 and way == other_way
        for (one, way), (other, other_way) in zip(first, second, strict=True)
    )


def conclusions(study: Study, corpus: Corpus, grid: pa.Table) -> pa.Table:
    """A row for each concept, language and conclusion: what ``main`` says, and under which choices it holds.

    Counted are the choices that could be counted and that change any count of the concept or its denominators;
    ``differ`` names those under which the conclusion is another one, with what it is there, ``not_counted`` those that
    could not be counted, and why. ``holds`` is null where there is no such choice, no mention under any, and, but for
    ``steady``, where nothing could be tested under any.

    Args:
        study: The study.
        corpus: Its corpus.
        grid: The rows of `robustness`.
    """
    cut = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    periods = [period.name for period in cut]
    by_concept: dict[tuple[str, str], list[Row]] = {}
    for row in grid.to_pylist():
        by_concept.setdefault((row["concept"], row["language"]), []).append(row)
    rows: list[Row] = []
    for (concept, language), own in by_concept.items():
        main = next(row for row in own if row["choice"] == MAIN)
        others = [row for row in own if row["agrees"] is not None and row["note"] != SAME]
        missing = "; ".join(f"{name_choice(row)}: {row['note']}" for row in own if row["note"] in UNCOUNTED)
        empty = not any(row["mentions"] for row in [main, *others])
        untested = all(row["significant"] is None for row in [main, *others])
        for kind in KINDS:
            asked = [] if empty or (untested and kind != "steady") else others
            found = [(row, _is_same(kind, row, main, periods)) for row in asked]
            rows.append(
                {
                    "concept": concept,
                    "language": language,
                    "conclusion": kind,
                    "main": _say(kind, main),
                    "holds": all(same for _, same in found) if found else None,
                    "agree": sum(same for _, same in found),
                    "choices": len(found),
                    "differ": "; ".join(f"{name_choice(r)}: {_say(kind, r)}" for r, same in found if not same) or None,
                    "not_counted": missing or None,
                }
            )
    return pa.Table.from_pylist(rows, CONCLUSIONS)


def name_choice(row: Mapping[str, Any]) -> str:
    """``duplicates all``; ``main`` alone."""
    return f"{row['choice']} {row['setting']}".strip()


def _is_same(kind: str, row: Row, main: Row, periods: Sequence[str]) -> bool:
    if kind == "significance":
        return bool(row["significant"]) == bool(main["significant"])
    if kind == "step":
        return same_steps(_steps(row), _steps(main), periods)
    return bool(row[kind] == main[kind])


def _steps(row: Row) -> list[Step]:
    if not row["steps"]:
        return []
    return list(zip(row["steps"].split("; "), row["step_directions"].split("; "), strict=True))


def _say(kind: str, row: Row) -> str:
    """The conclusion as a word or as years."""
    if kind != "steady" and row["significant"] is None:
        return NOT_TESTED
    if kind == "significance":
        return "yes" if row["significant"] else "no"
    if kind == "step":
        return "; ".join(f"{period} {direction}" for period, direction in _steps(row)) or "none"
    value = row[kind]
    return "none" if value is None else str(value)
