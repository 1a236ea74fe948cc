"""Figures as small as a line of text, as SVG for the report's tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipeline.export.phrases import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

_WIDE, _TALL = 150.0, 34.0
_MARKED = 30
"""Timelines of more periods have no points."""
_EDGE = 4.0
_CELL_WIDE, _CELL_TALL = 120.0, 12.0


def draw_timeline(rows: Sequence[Row], top: float, name: str) -> Markup:
    """The shares of a topic with their intervals, from 0 to ``top``; a period without a share is a gap.

    Args:
        rows: of ``topic_timelines.csv``, in order: ``period``, ``prevalence``, ``low``, ``high``, ``documents``,
            ``words``, ``interval_note``.
        top: where the drawing ends; what lies above is cut.
        name: the id of the drawing.
    """
    step = (_WIDE - 2 * _EDGE) / max(len(rows) - 1, 1)
    places = [(_EDGE + step * i if len(rows) > 1 else _WIDE / 2, row) for i, row in enumerate(rows)]
    parts = []
    for known, group in groupby(places, key=lambda place: place[1]["prevalence"] is not None):
        stretch = list(group)
        if not known:
            continue
        parts.append(_band([place for place in stretch if place[1]["low"] is not None], top))
        line = " L".join(f"{x:.1f} {_height(row['prevalence'], top):.1f}" for x, row in stretch)
        parts.append(Markup('<path class="line" d="M{}"/>').format(line))
        if len(rows) <= _MARKED or len(stretch) == 1:
            parts += [
                Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.4"{}><title>{}</title></circle>').format(
                    x,
                    _height(row["prevalence"], top),
                    Markup(' class="unsure"') if row["interval_note"] else "",
                    _say_share(row),
                )
                for x, row in stretch
            ]
    return Markup('<g id="{}" class="shares"><path class="axis" d="M0 {:.1f}H{:.0f}"/>{}</g>').format(
        name, _TALL - _EDGE, _WIDE, Markup("").join(parts)
    )


def timeline_box() -> str:
    """The view box of a timeline."""
    return f"0 0 {_WIDE:.0f} {_TALL:.0f}"


def draw_interval(value: float, low: float | None, high: float | None, end: float) -> Markup:
    """A value and its interval on a scale from 0 to ``end``; a bound that is not known or lies beyond is an arrow."""
    across = _CELL_WIDE - 2 * _EDGE
    middle = _CELL_TALL / 2

    def at(number: float) -> float:
        return _EDGE + across * min(max(number, 0.0), end) / end

    right = _CELL_WIDE if high is None or high > end else at(high)
    left = 0.0 if low is None or low < 0 else at(low)
    arrow = (
        Markup('<path class="end" d="M{0:.0f} {1:.0f}l-4 -3v6z"/>').format(_CELL_WIDE, middle)
        if right == _CELL_WIDE
        else ""
    )
    return Markup(
        '<svg class="cell" viewBox="0 0 {:.0f} {:.0f}" aria-hidden="true"><path class="axis" d="M{:.0f} 0V{:.0f}"/>'
        '<path class="line" d="M{:.1f} {:.0f}H{:.1f}"/>{}<circle cx="{:.1f}" cy="{:.0f}" r="2.6"/></svg>'
    ).format(_CELL_WIDE, _CELL_TALL, _EDGE, _CELL_TALL, left, middle, right, arrow, at(value), middle)


def _band(stretch: Sequence[tuple[float, Row]], top: float) -> Markup:
    if not stretch:
        return Markup("")
    if len(stretch) == 1:
        x, row = stretch[0]
        return Markup('<path class="whisker" d="M{:.1f} {:.1f}V{:.1f}"/>').format(
            x, _height(row["low"], top), _height(row["high"], top)
        )
    upper = " L".join(f"{x:.1f} {_height(row['high'], top):.1f}" for x, row in stretch)
    lower = " L".join(f"{x:.1f} {_height(row['low'], top):.1f}" for x, row in reversed(stretch))
    return Markup('<path class="band" d="M{} L{}Z"/>').format(upper, lower)


def _height(share: float, top: float) -> float:
    return _TALL - _EDGE - (_TALL - 2 * _EDGE) * min(max(share, 0.0), top) / top


def _say_share(row: Row) -> str:
    interval = "no interval"
    if row["low"] is not None:
        interval = f"95 % interval {ENGLISH.share(row['low'])} to {ENGLISH.share(row['high'])}"
    number = ENGLISH.number
    return (
        f"{row['period']}: {ENGLISH.share(row['prevalence'])}, {interval}; "
        f"{number(row['documents'])} documents, {number(row['words'])} words"
    )
