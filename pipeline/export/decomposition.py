"""The figure of the decomposition: what of a change is of the sources themselves, and what of their mix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.analyses.decomposition import ALL
from pipeline.export.figures import draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing
from pipeline.export.names import fit_names, short_title
from pipeline.export.panels import EDGE, INK, POINT, SMALL, STYLES, place_axes, short_period, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page

    Labels = Mapping[str, Mapping[str, str]]
    Row = dict[str, Any]

_ROW, _TICKS, _KEY = 4.2, 9.0, 5.0
"""Millimetres: of a change, below the last, of the key."""
PARTS = (("within", STYLES[1].color, ""), ("mix", STYLES[4].color, "////"), ("one_sided", "#ffffff", "...."))
ROWS = 20
"""Changes on a page of a paper, in one column too."""

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {"within": "within sources", "mix": "mix of sources", "one_sided": "sources only before or after",
           "change": "whole change", "axis": "% of the higher of the two rates",
           "nothing": "No concept changed between periods that have words."},
    "de": {"within": "innerhalb der Quellen", "mix": "Zusammensetzung", "one_sided": "Quellen nur vorher/nachher",
           "change": "Gesamtänderung", "axis": "% der höheren der beiden Raten",
           "nothing": "Kein Begriff hat sich zwischen Zeiträumen mit Wörtern geändert."},
    "zh": {"within": "来源内部", "mix": "来源构成", "one_sided": "仅见于前期或后期的来源", "change": "总变化",
           "axis": "占两个频率中较高者的百分比", "nothing": "没有概念在有词的时期之间发生变化。"},
}  # fmt: skip


def list_rows(table: pa.Table, concepts: Sequence[str]) -> list[Row]:
    """The changes that are drawn: of all texts, from the first period to the last and over each step."""
    rows = [
        row
        for row in table.to_pylist()
        if row["kind"] in {"whole", "step"} and row["group"] == row["stratum"] == ALL and row["change"]
    ]
    place = {concept: i for i, concept in enumerate(concepts)}
    spoken = {code: i for i, code in enumerate(dict.fromkeys(row["language"] for row in rows))}
    own = [row for row in rows if row["concept"] in place]
    return sorted(own, key=lambda row: (place[row["concept"]], spoken[row["language"]], row["kind"] != "whole"))


def draw_changes(rows: Sequence[Row], labels: Labels, page: Page) -> Figure:
    """A bar for each change, in parts that add up to it.

    Lengths are in percent of the higher of the two rates, so that frequent and rare concepts can stand below each
    other: 100 is a concept that came from nothing, -100 one that went. Parts of opposite sign lie on both sides of 0;
    the diamond is their sum.

    Args:
        rows: As `list_rows` gives them.
        labels: Names of the concepts by language code.
        page: Its width and language.
    """
    texts = _TEXTS[page.phrases.code]
    if not rows:
        return draw_message(texts["nothing"], "", page)
    side, height = 0.46 * page.width, 2 * _ROW if page.narrow else _ROW
    with drawing():
        figure = new_figure(2 + height * len(rows) + _TICKS + _KEY * (2 if page.narrow else 1), page)
        axes = place_axes(figure, side, 1.5, page.width - side - EDGE, height * len(rows))
        for number, row in enumerate(rows):
            lines = [check_glyphs(line) for line in _name(row, labels, page)]
            comma = "，" if page.phrases.code == "zh" else ", "
            fitted = fit_names(lines if page.narrow else [comma.join(lines)], (side - EDGE - 2) / POINT)
            write_text(figure, EDGE, 1.5 + number * height + 0.7, fitted, SMALL)
            _draw_bar(axes, row, number)
        axes.axvline(0, color="#707070", linewidth=0.6, zorder=1)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.03)
        axes.set_xlabel(check_glyphs(texts["axis"]), fontsize=SMALL, labelpad=1)
        _draw_key(figure, texts, page)
    return figure


def _name(row: Row, labels: Labels, page: Page) -> list[str]:
    """The concept with its language, and the periods."""
    name = short_title(labels[row["concept"]], row["concept"], page.phrases.code)
    before, after = (_stretch(row[f"period_{side}"]) for side in ("before", "after"))
    return [page.phrases.aside(name, page.phrases.language(row["language"])), f"{before} → {after}"]


def _stretch(name: str) -> str:
    """One period, or the first and the last of several: ``2005 to 2013`` as ``2005–2013``."""
    ends = name.split(" to ")
    if len(ends) == 2 and all(short_period(end) != end for end in ends):
        return short_period(f"{ends[0].partition('/')[0]}/{ends[1].partition('/')[2]}")
    return "–".join(map(short_period, ends))


def _draw_bar(axes: Axes, row: Row, number: int) -> None:
    scale = 100 / max(row["before"], row["after"])
    ends = {True: 0.0, False: 0.0}
    for part, color, hatch in PARTS:
        size = (row[part] or 0.0) * scale
        look: dict[str, Any] = {"color": color, "hatch": hatch, "edgecolor": INK, "linewidth": 0.4}
        axes.barh(number, size, 0.62, ends[size > 0], zorder=2, **look)
        ends[size > 0] += size
    axes.scatter([row["change"] * scale], [number], 13, INK, marker="D", linewidths=0, clip_on=False, zorder=4)


def _draw_key(figure: Figure, texts: Mapping[str, str], page: Page) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    parts = [Patch(facecolor=color, hatch=hatch, edgecolor=INK, linewidth=0.4, label=check_glyphs(texts[part]))
             for part, color, hatch in PARTS]  # fmt: skip
    whole = Line2D([], [], color=INK, marker="D", linestyle="none", markersize=3.4, label=check_glyphs(texts["change"]))
    figure.legend(handles=[*parts, whole], loc="lower left", ncols=2 if page.narrow else 4, fontsize=SMALL,
                  frameon=False, borderpad=0.2, handlelength=1.8, columnspacing=1.4)  # fmt: skip
