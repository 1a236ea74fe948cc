"""The figure of the topics of two languages: Chinese ones left, German ones right, lines between those alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.export.figures import REPORT, draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing, wrap_text
from pipeline.export.names import fit_names, text_room
from pipeline.export.panels import EDGE, INK, POINT, SMALL, STYLES, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page

_ROW, _HEAD = 5.6, 8.0
"""Millimetres of a topic, and of the names of the languages."""
_MARK = 4.2
"""Diameter in millimetres of the mark of the largest topic; the area is in proportion to the share."""
_GREY = "#8a8f98"
_WEAKEST = 0.25
"""Lines of pairs less alike are left out, unless they are counterparts."""


def draw_topic_pairs(pairs: pa.Table, note: str, *, page: Page = REPORT) -> Figure:
    """Both sides of ``topic_pairs``: counterparts stand beside each other, topics without one below, in grey.

    Args:
        pairs: The table.
        note: What stands under the figure.
        page: Its width and language.

    Returns:
        The figure; where one language has no topics, a page that says so.

    Raises:
        InputError: a label has a character without a glyph.
        MissingTool: the font is not there.
    """
    rows = pairs.to_pylist()
    sides = [_topics(rows, code) for code in ("zh", "de")]
    if not all(sides):
        return draw_message("One of the two languages has no topics, so that there is nothing to pair.", note, page)
    order = _order(rows, sides)
    with drawing():
        notes = wrap_text(note, text_room(page), SMALL)
        height = _HEAD + _ROW * max(map(len, order)) + 3.3 * len(notes) + 4
        figure = new_figure(height, page)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, page.width)
        axes.set_ylim(height, 0)
        room = 0.37 * page.width
        across = (room + 3, page.width - room - 3)
        heads = [page.phrases.language(code) for code in ("zh", "de")]
        for x, align, name in zip(across, ("right", "left"), heads, strict=True):
            axes.text(x, 3.6, check_glyphs(name), fontsize=8, ha=align, va="center", color=INK)
        place = [{topic: _HEAD + _ROW * (i + 0.5) for i, topic in enumerate(topics)} for topics in order]
        _draw_lines(axes, rows, place, across)
        largest = max(share for side in sides for _, share in side.values()) or 1.0
        paired = [{row[f"{code}_topic"] for row in rows if row["counterpart"]} for code in ("zh", "de")]
        for out, topics, x, at, own in zip((-1, 1), sides, across, place, paired, strict=True):
            names = fit_names([f"{topic} {topics[topic][0]}" for topic in at], (room - EDGE - 3) / POINT)
            for (topic, y), name in zip(at.items(), names, strict=True):
                size = _MARK * (max(topics[topic][1], 0) / largest) ** 0.5
                colour = INK if topic in own else _GREY
                axes.scatter([x], [y], s=(max(size, 0.8) / POINT) ** 2, color=colour, linewidths=0, zorder=3)
                align = "right" if out < 0 else "left"
                at_x = x + out * 3.2
                axes.text(at_x, y, check_glyphs(name), fontsize=SMALL, ha=align, va="center_baseline", color=colour)
        write_text(figure, EDGE, height - 3.3 * len(notes) - 1.5, notes, SMALL, color="#404040")
    return figure


def _topics(rows: Sequence[Mapping[str, Any]], code: str) -> dict[int, tuple[str, float]]:
    """Label and share of each topic of a language."""
    return {
        row[f"{code}_topic"]: (row[f"{code}_label"] or "", row[f"{code}_prevalence"] or 0.0)
        for row in rows
        if row[f"{code}_topic"] is not None
    }


def _order(rows: Sequence[Mapping[str, Any]], sides: Sequence[Mapping[int, Any]]) -> tuple[list[int], list[int]]:
    """The topics of each side from top to bottom: counterparts, the most alike first, then the others by number."""
    counterparts = [(row["zh_topic"], row["de_topic"]) for row in rows if row["counterpart"]]
    firsts = [[pair[side] for pair in counterparts] for side in (0, 1)]
    zh, de = ([*first, *sorted(set(side) - set(first))] for first, side in zip(firsts, sides, strict=True))
    return zh, de


def _draw_lines(
    axes: Axes, rows: Sequence[Mapping[str, Any]], place: Sequence[Mapping[int, float]], across: tuple[float, float]
) -> None:
    for row in sorted(rows, key=lambda row: row["counterpart"]):
        if row["similarity"] is None:
            continue
        alike = min(max(row["similarity"], 0.0), 1.0)
        if not row["counterpart"] and alike < _WEAKEST:
            continue
        ends = (place[0][row["zh_topic"]], place[1][row["de_topic"]])
        axes.plot(
            across, ends, zorder=2 if row["counterpart"] else 1,
            color=STYLES[1].color if row["counterpart"] else _GREY, alpha=0.25 + 0.75 * alike,
            linewidth=0.4 + 2.2 * alike if row["counterpart"] else 0.6,
            linestyle="-" if row["counterpart"] else (0, (2, 2)), solid_capstyle="butt",
        )  # fmt: skip
        if row["counterpart"]:
            middle = sum(across) / 2
            axes.text(
                middle, sum(ends) / 2, f"{row['similarity']:.2f}", fontsize=SMALL, ha="center", va="center", color=INK,
                zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
