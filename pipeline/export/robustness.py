"""The figure of the robustness grid: for each concept its trend under each choice, below the study's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analyses.conclusions import SAME
from pipeline.analyses.grid import MAIN
from pipeline.export.figures import draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing, wrap_text
from pipeline.export.names import fit_names, short_title
from pipeline.export.panels import BAND, EDGE, INK, POINT, SMALL, STYLES, place_axes, short_period, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page

    Labels = Mapping[str, Mapping[str, str]]
    Row = dict[str, Any]
    Cell = tuple[str, str]

_ROW, _TICKS, _GAP = 3.7, 6.0, 3.0
_LONGEST = 200.0
"""Millimetres of height that a figure has on a page of a paper, room for its caption left."""
_WIDEST = 4.0
"""A ratio a year of more than this, or of less than one divided by it, does not stretch the axis."""

_NAMES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "main": "as the study counts", "duplicates first": "copies left out", "duplicates all": "copies counted",
        "notes in": "with notes, references", "notes out": "without notes, references",
        "per words": "per million words", "per characters": "per million characters",
        "nesting inclusive": "nested ones too", "term": "without {}",
        "axis": "rate ratio per year", "steps": "steps", "segmenter": "words of {}", "none": "–",
        "few": "too few mentions",
        "nothing": "No concept has enough mentions for a trend.",
    },
    "de": {
        "main": "wie die Studie zählt", "duplicates first": "ohne Kopien", "duplicates all": "mit Kopien",
        "notes in": "mit Fußnoten, Literatur", "notes out": "ohne Fußnoten, Literatur",
        "per words": "je Million Wörter", "per characters": "je Million Zeichen",
        "nesting inclusive": "auch eingebettete", "term": "ohne {}",
        "axis": "Ratenverhältnis je Jahr", "steps": "Sprünge", "segmenter": "Wörter von {}", "none": "–",
        "few": "zu wenige Nennungen",
        "nothing": "Kein Begriff hat genug Nennungen für einen Trend.",
    },
    "zh": {
        "main": "本研究的计数", "duplicates first": "不计重复文献", "duplicates all": "计入重复文献",
        "notes in": "计入脚注和参考文献", "notes out": "不计脚注和参考文献", "per words": "按词数",
        "per characters": "按字符数", "nesting inclusive": "计入嵌套提及", "term": "去除{}",
        "axis": "每年频率比", "steps": "突变", "segmenter": "{}分词", "none": "–", "few": "提及过少",
        "nothing": "没有概念的提及次数足以估计趋势。",
    },
}  # fmt: skip


def list_cells(grid: pa.Table, labels: Labels) -> list[Cell]:
    """The concepts and languages that have a trend under the study's own choices, in the labels' order."""
    found = {(r["concept"], r["language"]) for r in grid.to_pylist() if r["choice"] == MAIN and r["ratio"] is not None}
    languages = dict.fromkeys(grid["language"].to_pylist())
    return [(concept, code) for concept in labels for code in languages if (concept, code) in found]


def split_cells(grid: pa.Table, cells: Sequence[Cell], page: Page) -> list[list[Cell]]:
    """The cells in parts, each of which fits onto a page of a paper."""
    rows = _read_rows(grid)
    parts: list[list[Cell]] = []
    across, room = _across(page), 0.0
    for start in range(0, len(cells), across):
        some = list(cells[start : start + across])
        tall = max(_height(len(rows[cell])) for cell in some)
        if not parts or room < tall:
            parts.append([])
            room = _LONGEST
        parts[-1] += some
        room -= tall
    return parts


def draw_choices(grid: pa.Table, labels: Labels, cells: Sequence[Cell], page: Page) -> Figure:
    """A cell for each concept and language, in it a row for each choice that changes anything.

    A row shows the rate ratio a year with its interval; hollow where direction, significance or steps are not those of
    the study's own choices, whose interval is the band behind all rows. Steps stand beside it.

    Args:
        grid: The rows of ``robustness.csv``.
        labels: Names of the concepts by language code.
        cells: As `list_cells` gives them.
        page: Its width and language.
    """
    texts = _NAMES[page.phrases.code]
    if not cells:
        return draw_message(texts["nothing"], "", page)
    rows, across = _read_rows(grid), _across(page)
    column = (page.width - EDGE) / across
    lines = [list(cells[start : start + across]) for start in range(0, len(cells), across)]
    heights = [max(_height(len(rows[cell])) for cell in line) for line in lines]
    with drawing():
        figure = new_figure(sum(heights) + 2, page)
        y = 1.0
        for line, height in zip(lines, heights, strict=True):
            for number, cell in enumerate(line):
                _draw_cell(figure, rows[cell], labels[cell[0]], (EDGE + number * column, y, column), page)
            y += height
    return figure


def _across(page: Page) -> int:
    return 1 if page.narrow else 2


def _height(rows: int) -> float:
    return 5.0 + _ROW * rows + _TICKS + _GAP


def _read_rows(grid: pa.Table) -> dict[Cell, list[Row]]:
    """The rows that are drawn, by cell: the study's own, and choices that could be counted and change anything."""
    found: dict[Cell, list[Row]] = {}
    for row in grid.to_pylist():
        if row["choice"] == MAIN or (row["agrees"] is not None and row["note"] != SAME):
            found.setdefault((row["concept"], row["language"]), []).append(row)
    return found


def _draw_cell(
    figure: Figure, rows: Sequence[Row], label: Mapping[str, str], place: tuple[float, float, float], page: Page
) -> None:
    """One cell; ``place`` is x, y and its width in millimetres."""
    texts, (x, y, width) = _NAMES[page.phrases.code], place
    side, steps = 0.37 * width, 0.2 * width
    middle = width - side - steps - 4
    name = short_title(label, rows[0]["concept"], page.phrases.code)
    title = page.phrases.aside(name, page.phrases.language(rows[0]["language"]))
    write_text(figure, x, y, wrap_text(check_glyphs(title), (side + middle) / POINT, 7.5)[:1], 7.5)
    write_text(figure, x + width - steps - 1, y, [texts["steps"]], SMALL, color="#404040")
    names = fit_names([check_glyphs(_name(row, texts)) for row in rows], (side - 1.5) / POINT)
    top = y + 5.0
    axes = place_axes(figure, x + side, top, middle, _ROW * len(rows))
    _scale(axes, rows, page)
    main = rows[0]
    axes.axvspan(main["low"], main["high"], color=BAND, linewidth=0, zorder=0)
    axes.axvline(1.0, color="#707070", linewidth=0.6, zorder=1)
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        write_text(figure, x, top + number * _ROW + 0.5, [name], SMALL)
        found = fit_names([_steps(row, texts)], (steps - 0.5) / POINT)
        write_text(figure, x + width - steps - 1, top + number * _ROW + 0.5, found, SMALL)
        if row["ratio"] is not None:
            _draw_row(axes, row, number, main=number == 0)
        else:
            look: dict[str, Any] = {"va": "center_baseline", "fontsize": SMALL, "color": "#606060"}
            axes.text(0.02, number, texts["few"], transform=axes.get_yaxis_transform(), **look)
    axes.set_xlabel(texts["axis"], fontsize=SMALL, labelpad=1)


def _scale(axes: Axes, rows: Sequence[Row], page: Page) -> None:
    """A logarithmic axis around 1 that holds all intervals within reason; beyond a half and 2 with powers of 2."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    ends = [value for row in rows if row["ratio"] is not None for value in (row["low"], row["high"], row["ratio"])]
    reach = np.abs(np.log(np.clip([*ends, 1.0], 1 / _WIDEST, _WIDEST)))
    wide = max(float(reach.max()) * 1.08, 0.02)
    axes.set_xscale("log")
    axes.set_xlim(np.exp(-wide), np.exp(wide))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(FixedLocator(_ticks(wide)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: page.phrases.number(round(value, 4))))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _ticks(wide: float) -> list[float]:
    """1 and round ratios on both sides of it, as far as the logarithm ``wide``."""
    if wide > np.log(2.2):
        return [0.25, 0.5, 1.0, 2.0, 4.0]
    step = next(step for step in (0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01) if step < 1 - np.exp(-wide))
    reach = int((np.exp(wide) - 1) / step)
    return [1 + step * number for number in range(-reach, reach + 1) if 1 + step * number > np.exp(-wide)]


def _draw_row(axes: Axes, row: Row, number: int, *, main: bool) -> None:
    color = INK if main or row["agrees"] else STYLES[0].color
    axes.plot([row["low"], row["high"]], [number, number], color=color, linewidth=1.6 if main else 0.8, zorder=3)
    face = color if main or row["agrees"] else "#ffffff"
    marker = "D" if main else "o"
    size = 14 if main else 11
    axes.scatter([row["ratio"]], [number], size, face, marker=marker, edgecolors=color, linewidths=0.8, zorder=4)


def _name(row: Row, texts: Mapping[str, str]) -> str:
    known = texts.get(row["choice"])
    return known.format(row["setting"]) if known else texts.get(f"{row['choice']} {row['setting']}", row["setting"])


def _steps(row: Row, texts: Mapping[str, str]) -> str:
    return "; ".join(map(short_period, row["steps"].split("; "))) if row["steps"] else texts["none"]
