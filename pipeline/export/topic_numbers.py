"""The figure of the numbers of topics that were tried: what is measured of each, by language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.export.figures import REPORT, draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing, wrap_text
from pipeline.export.names import text_room
from pipeline.export.panels import EDGE, INK, SMALL, STYLES, place_axes, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page

MEASURES = {
    "score": "stability × C_v", "stability": "stability", "c_v": "C_v", "npmi": "NPMI", "held_out": "left-out words",
}  # fmt: skip
"""Columns of ``topic_numbers`` that are drawn, and what their panels are called."""
_NOTE = (
    "By number of topics. Filled: the number that is taken, the largest whose score lies within a standard error of "
    "the best. Left-out words: their log-likelihood per word, higher is better."
)
_HEIGHT, _HEAD, _TITLE, _LEFT, _BELOW = 30.0, 7.0, 5.0, 8.5, 7.0


def draw_topic_numbers(numbers: pa.Table, note: str = "", *, page: Page = REPORT) -> Figure:
    """A row of panels for each language in which several numbers were tried.

    Args:
        numbers: The table ``topic_numbers``.
        note: What stands under the figure, behind what it says of itself.
        page: Its width and language.

    Returns:
        The figure; where no language has several numbers, a page that says so.
    """
    rows = [row for row in numbers.to_pylist() if row["fits"]]
    languages = dict.fromkeys(row["language"] for row in rows)
    tried = {code: [row for row in rows if row["language"] == code] for code in languages}
    tried = {code: own for code, own in tried.items() if len(own) > 1}
    if not tried:
        return draw_message('No language has several numbers of topics; topics = "auto" tries several.', note, page)
    with drawing():
        notes = wrap_text(f"{_NOTE} {note}".strip(), text_room(page), SMALL)
        height = len(tried) * (_HEAD + _HEIGHT + _BELOW) + 3.3 * len(notes) + 3
        figure = new_figure(height, page)
        width = (page.width - 2 * EDGE) / len(MEASURES)
        for line, (code, own) in enumerate(tried.items()):
            top = line * (_HEAD + _HEIGHT + _BELOW)
            write_text(figure, EDGE, top + 3.5, [check_glyphs(page.phrases.language(code))], 8.0)
            for column, (name, title) in enumerate(MEASURES.items()):
                place = (EDGE + column * width + _LEFT, top + _HEAD + _TITLE, width - _LEFT - 1, _HEIGHT - _TITLE)
                axes = place_axes(figure, *place)
                _draw_measure(axes, own, name, title)
        write_text(figure, EDGE, height - 3.3 * len(notes) - 0.5, notes, SMALL, color="#404040")
    return figure


def _draw_measure(axes: Axes, rows: Sequence[Mapping[str, Any]], name: str, title: str) -> None:
    known = [row for row in rows if row[name] is not None]
    axes.set_title(title, fontsize=SMALL, color=INK, loc="left", pad=3)
    axes.set_xlim(0, 1.06 * max(row["topics"] for row in rows))
    axes.locator_params(axis="both", nbins=4)
    if not known:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "not measured", fontsize=SMALL, ha="center", va="center", transform=axes.transAxes)
        return
    places, values = [row["topics"] for row in known], [row[name] for row in known]
    color = STYLES[1].color
    axes.plot(places, values, color=color, linewidth=0.9, marker="o", markersize=3.4, markerfacecolor="white")
    taken = [(row["topics"], row[name]) for row in known if row["chosen"]]
    axes.plot(*zip(*taken, strict=True), color=color, marker="o", markersize=4.4, linestyle="") if taken else None
    axes.margins(y=0.2)
