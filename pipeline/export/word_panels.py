"""Panels of words: a word in each row, its value as a point, its interval as a line, what it was before as a ring."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.errors import InputError
from pipeline.export.figures import REPORT, draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing, text_width, wrap_text
from pipeline.export.names import fit_names, text_room
from pipeline.export.panels import CUT, EDGE, POINT, SMALL, STYLES, place_axes, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page, Style

_ROW, _HEAD, _FOOT, _LINE = 4.1, 5.5, 9.5, 3.3
"""Millimetres: of a row, above a panel's rows, below them, of a line of small type."""
_LABELS, _COUNTS = 34.0, 11.0
"""Millimetres at most left of a panel, and right of it."""
_BEYOND = 1.4
"""Bounds up to so many times the furthest point are drawn; arrows stand for those beyond."""


class WordRow(NamedTuple):
    """One word."""

    word: str
    value: float
    low: float = np.nan
    """NaN where there is no interval; infinite where it has no bound."""
    high: float = np.nan
    before: float = np.nan
    """What the value was before, where that is shown."""
    beside: str = ""
    """Stands right of the panel."""


class WordPanel(NamedTuple):
    """Words under one heading."""

    heading: str
    axis: str
    rows: Sequence[WordRow]
    style: Style = STYLES[1]


def draw_words(title: str, wanted: Sequence[WordPanel], note: str, nothing: str, *, page: Page = REPORT) -> Figure:
    """Panels of words, two beside each other where the page is wide enough.

    Args:
        title: stands above.
        wanted: the panels; those without a row are left out.
        note: stands below.
        nothing: what the figure says where no panel has a row.
        page: its width, and whether it has a title.

    Raises:
        InputError: the note has a character without a glyph; in a word or a name it is shown as its number.
        MissingTool: the font is not there.
    """
    made = [panel for panel in wanted if panel.rows]
    if not made:
        return draw_message(nothing, f"{drawable(title)}. {note}", page)
    across = 1 if page.narrow or len(made) == 1 else 2
    lines = [made[i : i + across] for i in range(0, len(made), across)]
    with drawing():
        titles = wrap_text(drawable(title), text_room(page), 9) if page.titled and title else []
        notes = wrap_text(note, text_room(page), SMALL) if note else []
        share = (page.width - 2 * EDGE) / across
        headings = [[wrap_text(drawable(p.heading), (share - 4) / POINT, 8) for p in line] for line in lines]
        heads = [_HEAD + 3.8 * (max(map(len, of_line)) - 1) for of_line in headings]
        longest = [max(len(panel.rows) for panel in line) for line in lines]
        heights = [head + _ROW * rows + _FOOT for head, rows in zip(heads, longest, strict=True)]
        top = 4.8 * len(titles) + EDGE + 1 if titles else 1.0
        figure = new_figure(top + sum(heights) + (_LINE * len(notes) + 2 if notes else 0) + 1, page)
        write_text(figure, EDGE, EDGE, titles, 9)
        y = top
        for line, own, head, height in zip(lines, headings, heads, heights, strict=True):
            for number, (panel, heading) in enumerate(zip(line, own, strict=True)):
                x = EDGE + number * share
                write_text(figure, x, y + 0.6, heading, 8)
                _draw_panel(figure, panel, (x, y + head, share - (2 if across > 1 else 0)), page)
            y += height
        write_text(figure, EDGE, y + 1, notes, SMALL, color="#404040")
    return figure


def drawable(word: str) -> str:
    """A word as it can be drawn: a character without a glyph as its number, ``U+2CFB``."""
    try:
        return check_glyphs(word)
    except InputError:
        return "".join(map(_one, unicodedata.normalize("NFC", word)))


def _one(character: str) -> str:
    try:
        return check_glyphs(character)
    except InputError:
        return f"U+{ord(character):04X}"


def _draw_panel(figure: Figure, panel: WordPanel, place: tuple[float, float, float], page: Page) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    x, y, width = place
    names = [drawable(row.word) for row in panel.rows]
    side = min(max(text_width(name, SMALL) * POINT for name in names) * 1.03 + 2.5, _LABELS)
    counts = min(max(text_width(row.beside, SMALL) * POINT for row in panel.rows) + 2, _COUNTS)
    axes = place_axes(figure, x + side, y, width - side - counts, _ROW * len(names))
    at = np.arange(len(names))
    values = np.array([[row.value, row.low, row.high, row.before] for row in panel.rows])
    points = values[:, [0, 3]][np.isfinite(values[:, [0, 3]])]
    far = _BEYOND * float(np.abs(points).max())  # a bound that is further away does not stretch the axis
    shown = np.clip(np.concatenate([points, values[np.isfinite(values)]]), -far, far)
    first, last = min(float(shown.min()), 0.0), max(float(shown.max()), 0.0)
    room = 0.05 * (last - first or 1.0)
    axes.set_xlim(first - room * (first < 0), last + room)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(at, fit_names(names, (side - 2) / POINT))
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: page.phrases.number(round(value, 6))))
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.5)
    axes.set_axisbelow(True)
    if first < 0 < last:
        axes.axvline(0, color=CUT, linewidth=0.6)
    axes.set_xlabel(check_glyphs(panel.axis), fontsize=SMALL, labelpad=1.5)
    _draw_rows(axes, panel, values)
    for i, row in enumerate(panel.rows):
        axes.annotate(
            row.beside, (1, i), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=SMALL, color="#404040", annotation_clip=False,
        )  # fmt: skip


def _draw_rows(axes: Axes, panel: WordPanel, values: np.ndarray) -> None:
    """Intervals as lines, with an arrow where they have no end; the way from before as a line of dots."""
    at = np.arange(len(values))
    value, low, high, before = values.T
    color = panel.style.color
    left, right = axes.get_xlim()
    some = ~np.isnan(low) & ~np.isnan(high)
    axes.hlines(at[some], np.maximum(low, left)[some], np.minimum(high, right)[some], color=color, linewidth=0.9)
    for bound, edge, marker in ((low < left, left, "<"), (high > right, right, ">")):
        ends = np.full(int((some & bound).sum()), edge)
        axes.scatter(ends, at[some & bound], 12, color, marker=marker, linewidths=0, clip_on=False)
    moved = ~np.isnan(before)
    axes.hlines(at[moved], before[moved], value[moved], color=CUT, linewidth=0.8, linestyle=(0, (1, 1.2)))
    axes.scatter(before[moved], at[moved], 14, "#ffffff", edgecolors=color, linewidths=0.8, zorder=3)
    axes.scatter(value, at, 15, color, marker=panel.style.marker, linewidths=0, zorder=4)
