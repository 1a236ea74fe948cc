"""The figure of a pair of concepts: how often they stand together, and how far their contexts are, against chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError
from pipeline.export import panels
from pipeline.export.figures import REPORT, draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing, wrap_text
from pipeline.export.names import text_room, title_of
from pipeline.export.panels import BAND, EDGE, MAIN, SMALL, STYLES, Frame, place_axes, write_text
from pipeline.export.series import read_series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from pipeline.export.panels import Page, Style
    from pipeline.export.series import Series

    Floats = NDArray[np.float64]

_AXIS, _PANEL, _HEAD, _KEY = 15.5, 38.0, 5.5, 5.0
"""Millimetres: left of a panel, of a panel, above it, of a line of the key."""
_LEAST, _MOST = 1 / 16, 64.0
"""The axis of ratios shows no more than this."""


class _Said(NamedTuple):
    """What the figure says in one language."""

    together: str
    distance: str
    passages: str
    documents: str
    contexts: str
    chance: str
    as_by_chance: str
    none: str
    nothing: str


_SAID = {
    "en": _Said(
        "together: observed / expected", "distance of contexts", "passages", "documents", "distance, 95 % interval",
        "what chance gives (95 %)", "as by chance", "never together (line up to the bound)",
        "In no period have both concepts enough mentions to be compared.",
    ),
    "de": _Said(
        "gemeinsam: beobachtet / erwartet", "Abstand der Kontexte", "Absätze", "Dokumente", "Abstand, 95-%-Intervall",
        "was der Zufall ergibt (95 %)", "wie durch Zufall", "nie gemeinsam (Strich bis zur oberen Grenze)",
        "In keinem Zeitraum haben beide Begriffe genug Nennungen für einen Vergleich.",
    ),
    "zh": _Said(
        "共现：观测值／期望值", "语境距离", "段落", "文献", "距离（95%区间）", "随机水平（95%区间）", "等于随机水平",
        "从未共现（竖线至区间上限）", "没有任何时期的数据足以比较这两个概念。",
    ),
}  # fmt: skip


def draw_emancipation(
    table: pa.Table,
    pair: tuple[str, str],
    labels: Mapping[str, Mapping[str, str]],
    note: str,
    *,
    page: Page = REPORT,
) -> Figure:
    """One pair over time: for each language how often both stand together against chance, and the distance below.

    Args:
        table: the rows of ``emancipation.csv``.
        pair: the ids of the two concepts, as the table has them.
        labels: for each concept its name by language code.
        note: what stands under the figure.
        page: its width and language, and whether it has a title.

    Returns:
        The figure; where no period has anything to compare, a page that says so.

    Raises:
        InputError: the table has no such pair, or a text has a character without a glyph.
        MissingTool: the font is not there.
    """
    rows = pair_rows(table, pair)
    if not rows.num_rows:
        raise InputError(f"the table emancipation has no pair {pair[0]!r} and {pair[1]!r}")
    said = _SAID.get(page.phrases.code, _SAID["en"])
    rows = rows.filter(pc.is_valid(rows["start"]))
    shown = comparable(rows)
    languages = pc.unique(shown["language"]).to_pylist()
    if not languages:
        return draw_message(said.nothing, note, page)
    with drawing():
        title = " – ".join(title_of(labels.get(name, {}), name) for name in pair)
        titles = wrap_text(title, text_room(page), 10) if page.titled else []
        notes = wrap_text(note, text_room(page), SMALL) if note else []
        beside = len(languages) == 2 and not page.narrow
        share = len(languages) if beside else 1
        width = (page.width - EDGE) / share - _AXIS - (0.5 if beside else 0)
        each = _HEAD + 2 * _PANEL + 18
        top = 5.5 * len(titles) + EDGE + 1 if page.titled else 1.0
        key = top + each * (1 if beside else len(languages)) + 1
        key_rows = 5 if page.narrow else 2
        figure = new_figure(key + _KEY * key_rows + (3.3 * len(notes) + 2 if notes else 0) + 1.5, page)
        write_text(figure, EDGE, EDGE, titles, 10)
        for number, language in enumerate(languages):
            x = _AXIS + number * (page.width - EDGE) / share if beside else _AXIS
            y = top if beside else top + number * each
            own = rows.filter(pc.equal(rows["language"], language))
            write_text(figure, x, y + 0.6, [page.phrases.language(language)], 8)
            _draw_language(figure, own, (x, y + _HEAD, width), said, page, labelled=not number or not beside)
        _draw_key(figure, said, key, page)
        write_text(figure, EDGE, key + _KEY * key_rows + 1, notes, SMALL, color="#404040")
    return figure


def pair_rows(table: pa.Table, pair: tuple[str, str]) -> pa.Table:
    """The rows that a pair's figure is drawn from."""
    return table.filter(pc.and_(pc.equal(table["first"], pair[0]), pc.equal(table["second"], pair[1])))


def list_pairs(table: pa.Table) -> list[tuple[str, str]]:
    """The pairs of ``emancipation.csv``, in its order."""
    pairs = zip(table["first"].to_pylist(), table["second"].to_pylist(), strict=True)
    return list(dict.fromkeys(pairs))


def comparable(rows: pa.Table) -> pa.Table:
    """The rows of periods in which there is enough of both concepts for a ratio or a distance."""
    enough = pc.or_(pc.is_valid(rows["passage_low"]), pc.is_valid(rows["distance"]))
    return rows.filter(pc.and_(pc.is_valid(rows["start"]), enough))


def _draw_language(
    figure: Figure, rows: pa.Table, place: tuple[float, float, float], said: _Said, page: Page, *, labelled: bool
) -> None:
    x, y, width = place
    line = _series(rows)
    frame = Frame("", float(line.left[0]), float(line.right[-1]))
    above = place_axes(figure, x, y, width, _PANEL)
    below = place_axes(figure, x, y + _PANEL + 6, width, _PANEL, share=above)
    _draw_ratios(above, rows, line, page)
    _draw_distances(below, rows, line, page)
    above.tick_params(labelbottom=False)
    panels.scale_time(below, line, frame, width, 1)
    if labelled:
        for axes, label in ((above, said.together), (below, said.distance)):
            axes.set_ylabel(check_glyphs(label), fontsize=7.5, labelpad=3)
            axes.yaxis.set_label_coords(-(_AXIS - 5.0) / width, 0.5)


def _draw_ratios(axes: Axes, rows: pa.Table, line: Series, page: Page) -> None:
    """Ratios that have an interval, on a logarithmic axis; 0 stands at its foot, its bound above it."""
    from matplotlib.ticker import NullLocator

    axes.axhline(1, color=MAIN.color, linewidth=0.6, linestyle=(0, (2, 1.5)), zorder=2)
    axes.set_yscale("log", base=2)
    seen = [np.ones(1)]
    for unit, style, weight in (("document", STYLES[1], 0.9), ("passage", MAIN, 1.3)):
        ratio, low, high = (_numbers(rows, f"{unit}_{name}") for name in ("ratio", "low", "high"))
        ratio = np.where(np.isfinite(low), ratio, np.nan)
        never = ratio == 0
        ratio, low, high = (np.clip(values, _LEAST, _MOST) for values in (ratio, low, high))
        _draw_points(axes, line, (ratio, low, high), style, weight, hollow=never)
        seen += [values[np.isfinite(values)] for values in (ratio, low, high)]
    values = np.concatenate(seen)
    axes.set_ylim(float(values.min()) / 1.25, float(values.max()) * 1.25)
    powers = np.arange(np.ceil(np.log2(values.min()) - 0.01), np.floor(np.log2(values.max()) + 0.01) + 1)
    shown = 2.0 ** powers[powers % next(step for step in (1, 2, 4) if len(powers) <= 5 * step or step == 4) == 0]
    axes.set_yticks(shown, [_write_ratio(value, page) for value in shown.tolist()])
    axes.yaxis.set_minor_locator(NullLocator())


def _write_ratio(value: float, page: Page) -> str:
    """16, 4, 1/4; at the foot ``≤ 1/16``, where 0 stands too."""
    if value >= 1:
        return page.phrases.number(round(value))
    return ("≤ " if value <= _LEAST else "") + f"1/{round(1 / value)}"


def _draw_distances(axes: Axes, rows: pa.Table, line: Series, page: Page) -> None:
    """Distances with their intervals, over what chance gives in each period."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    distance, chance = _numbers(rows, "distance"), _numbers(rows, "chance")
    low, high = (chance + _numbers(rows, f"excess_{end}") * (1 - chance) for end in ("low", "high"))
    bottom, top = _numbers(rows, "chance_low"), _numbers(rows, "chance_high")
    axes.bar(line.middle, top - bottom, line.right - line.left, bottom, color=BAND, linewidth=0, zorder=1)
    axes.hlines(chance, line.left, line.right, color=panels.CUT, linewidth=0.8, zorder=2)
    _draw_points(axes, line, (distance, np.maximum(low, 0), np.minimum(high, 1)), MAIN, 1.3)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: page.phrases.number(round(value, 2))))


def _draw_points(
    axes: Axes,
    line: Series,
    values: tuple[Floats, Floats, Floats],
    style: Style,
    weight: float,
    *,
    hollow: NDArray[np.bool_] | None = None,
) -> None:
    """Points with upright lines for their intervals, joined where periods follow each other."""
    value, low, high = values
    shift = 0.0 if style is MAIN else 0.08 * (line.right - line.left)
    x = line.middle + shift
    axes.vlines(x, low, high, color=style.color, linewidth=0.8 * weight, zorder=3)
    axes.plot(x, value, color=style.color, linestyle=style.line, linewidth=0.6 * weight, zorder=4)
    empty = np.zeros(len(value), np.bool_) if hollow is None else hollow
    faces = np.where(empty, "#ffffff", style.color)[np.isfinite(value)].tolist()
    axes.scatter(
        x[np.isfinite(value)],
        value[np.isfinite(value)],
        12 * weight,
        faces,
        marker=style.marker,
        edgecolors=style.color,
        linewidths=0.7,
        clip_on=False,
        zorder=5,
    )


def _draw_key(figure: Figure, said: _Said, y: float, page: Page) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def point(style: Style, label: str, *, hollow: bool = False) -> Line2D:
        face = "#ffffff" if hollow else style.color
        line = "none" if hollow else style.line
        return Line2D([], [], color=style.color, marker=style.marker, linestyle=line, linewidth=0.9, markersize=3.4,
                      markerfacecolor=face, markeredgewidth=0.7, label=check_glyphs(label))  # fmt: skip

    handles = [
        point(MAIN, f"{said.passages} / {said.contexts}"),
        point(STYLES[1], said.documents),
        point(MAIN, said.none, hollow=True),
        Patch(facecolor=BAND, label=check_glyphs(said.chance)),
        Line2D([], [], color=MAIN.color, linewidth=0.6, linestyle=(0, (2, 1.5)), label=check_glyphs(said.as_by_chance)),
    ]
    across, down = figure.get_size_inches() / panels.MM
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(EDGE / across, 1 - y / down),
        ncols=1 if page.narrow else 3,
        fontsize=SMALL,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=2.2,
        columnspacing=1.6,
    )


def _series(rows: pa.Table) -> Series:
    """The periods of some rows, for the axis of time."""
    columns = {name: rows[name] for name in ("language", "group", "period", "start", "end", "documents")}
    nothing = pa.nulls(rows.num_rows, pa.float64())
    drawn = {"mentions": rows["documents_either"], "words": rows["documents"], "per_million": rows["distance"]}
    made = pa.table(columns | drawn | {"low": nothing, "high": nothing})
    return next(iter(read_series(made).values()))


def _numbers(rows: pa.Table, name: str) -> Floats:
    numbers: Floats = rows[name].cast(pa.float64()).to_numpy().astype(np.float64)
    return numbers
