"""The rooms of the report for what goes beyond the curves: what changed, why, by which words, and how firmly.

Each is built from a table as it was exported; where a table is missing or empty there is no room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc

from pipeline.export.series import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.export.keyword_rooms import KeywordRooms
    from pipeline.export.topic_rooms import TopicRooms

    Row = Mapping[str, Any]

_KINDS = ("steady", "peak", "half_life", "trend", "step")
_SAYS = {
    "steady": "three years running from",
    "peak": "highest rate",
    "half_life": "down to half by",
    "trend": "trend, ratio a year",
    "step": "step",
}


class Pair(NamedTuple):
    """Two concepts side by side."""

    first: str
    second: str
    rows: Sequence[Row]
    figure: str
    """An SVG, or nothing."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the rooms show; empty where there is nothing to show."""

    changes: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By concept: rows of ``changes.csv`` about all texts, without first mentions, each with what its kind ``says``."""
    decomposition: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By concept: from the first period to the last and over each step, by stratum."""
    variants: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By concept: its terms over all periods, where it has more than one in a language."""
    pairs: Sequence[Pair] = ()
    conclusions: Sequence[Row] = ()
    """Rows of ``conclusions.csv``, without those that no other choice could test."""
    grid: str = ""
    """The SVG of the robustness grid, or nothing."""
    topics: TopicRooms | None = None
    """None where topics were never made."""
    keywords: KeywordRooms | None = None
    """None where keywords were never made."""


def make_rooms(tables: Mapping[str, pa.Table], pairs: Mapping[tuple[str, str], str], grid: str = "") -> Rooms:
    """The rooms for the tables that are there.

    Args:
        tables: by name, as they are exported.
        pairs: the SVG of each pair of concepts of ``emancipation``.
        grid: the SVG of the robustness grid.
    """
    return Rooms(
        changes=_by_concept(_landmarks(tables.get("changes"))),
        decomposition=_by_concept(_large_changes(tables.get("decomposition"))),
        variants=_by_concept(_terms(tables.get("variants"))),
        pairs=tuple(Pair(*pair, _pair_rows(tables["emancipation"], pair), svg) for pair, svg in pairs.items()),
        conclusions=tuple(row for row in _rows(tables.get("conclusions")) if row["choices"]),
        grid=grid,
    )


def _rows(table: pa.Table | None) -> list[dict[str, Any]]:
    return [] if table is None else table.to_pylist()


def _by_concept(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["concept"], []).append(row)
    return found


def _landmarks(table: pa.Table | None) -> list[Row]:
    rows = [row for row in _rows(table) if row["group"] == ALL and row["kind"] in _KINDS]
    told = [
        {"p_adjusted": None, **row, "says": " ".join(filter(None, [_SAYS[row["kind"]], row.get("direction")]))}
        for row in rows
        if row["kind"] != "trend" or row["ratio"] is not None
    ]
    order = list(dict.fromkeys(row["language"] for row in _rows(table)))
    return sorted(told, key=lambda row: (order.index(row["language"]), _KINDS.index(row["kind"]), row["period"] or ""))


def _large_changes(table: pa.Table | None) -> list[Row]:
    if table is None or not table.num_rows:
        return []
    large = pc.and_(pc.equal(table["group"], ALL), pc.not_equal(table["kind"], "consecutive"))
    return [row for row in table.filter(large).to_pylist() if row["change"] is not None]


def _terms(table: pa.Table | None) -> list[Row]:
    if table is None or not table.num_rows:
        return []
    rows = table.filter(pc.equal(table["period"], ALL)).to_pylist()
    terms: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["concept"], row["language"])
        terms[key] = terms.get(key, 0) + 1
    several = [row for row in rows if terms[row["concept"], row["language"]] > 1]
    order = list(dict.fromkeys(row["language"] for row in several))
    return sorted(several, key=lambda row: (order.index(row["language"]), -row["mentions"]))


def _pair_rows(table: pa.Table, pair: tuple[str, str]) -> list[Row]:
    return [row for row in table.to_pylist() if (row["first"], row["second"]) == pair]
