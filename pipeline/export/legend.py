"""The key under a figure: one for all its panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.export import panels
from pipeline.export.fonts import text_width
from pipeline.export.names import group_name
from pipeline.export.panels import EDGE, MAIN, POINT, SMALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page, Style


def draw_legend(
    figure: Figure,
    styles: Mapping[str, Style],
    shown: Mapping[str, bool],
    y: float,
    columns: int,
    *,
    page: Page,
    strips: bool,
) -> None:
    """All texts, the groups, the band, and what of the rest was drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Line2D([], [], color=MAIN.color, marker="o", markersize=4, linewidth=1.7, label=page.phrases.all_texts)
    ]
    for group, style in styles.items():
        handles.append(_line(style, group_name(group, page.phrases), line="-" if strips else style.line))
    handles += [Patch(facecolor=panels.BAND, label=page.phrases.interval), *marks(shown, page)]
    place_key(figure, handles, y, columns, page)


def draw_names(
    figure: Figure, styles: Mapping[str, Style], shown: Mapping[str, bool], y: float, columns: int, *, page: Page
) -> None:
    """A key of curves with the names that they are given under, and what else was drawn."""
    handles: list[Artist] = [_line(style, name) for name, style in styles.items()]
    place_key(figure, [*handles, *marks(shown, page)], y, columns, page)


def marks(shown: Mapping[str, bool], page: Page) -> list[Artist]:
    """The entries for doubtful intervals, gaps, what lies beyond the axis, and steps, as far as they were drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found: list[Artist] = []
    look: dict[str, Any]
    if shown.get("few"):
        look = {"marker": "o", "markersize": 4, "markerfacecolor": "white", "linestyle": "none"}
        found.append(Line2D([], [], color=MAIN.color, label=page.phrases.few, **look))
    if shown.get("gap"):
        look = {"edgecolor": panels.GAP_LINES, "hatch": "/////", "linewidth": 0}
        found.append(Patch(facecolor=panels.GAP, label=page.phrases.no_texts, **look))
    if shown.get("beyond"):
        look = {"marker": "^", "markersize": 4, "linestyle": "none"}
        found.append(Line2D([], [], color="#606060", label=page.phrases.beyond, **look))
    if shown.get("step"):
        look = {"linewidth": 0.6, "linestyle": (0, (2, 1.5))}
        found.append(Line2D([], [], color=panels.STEP, label=page.phrases.step, **look))
    return found


def legend_size(further: Sequence[str], page: Page) -> tuple[int, int]:
    """Rows and columns of the key that fit into the width, if each entry there can be is there.

    Args:
        further: the names of groups, and what else not every key has.
        page: its width and language.
    """
    words = page.phrases
    return key_size([words.all_texts, *further, words.interval, words.few, words.no_texts, words.beyond], page)


def key_size(entries: Sequence[str], page: Page) -> tuple[int, int]:
    """Rows and columns of a key with these entries."""
    widths = sorted((text_width(entry, SMALL) * POINT + 13 for entry in entries), reverse=True)
    fits = (number for number in range(len(entries), 1, -1) if sum(widths[:number]) <= page.width - 2 * EDGE + 4)
    columns = next(fits, 1)
    return -(-len(entries) // columns), columns


def place_key(figure: Figure, handles: Sequence[Artist], y: float, columns: int, page: Page) -> None:
    """The key, its top at ``y`` millimetres from the figure's."""
    height = figure.get_size_inches()[1] / panels.MM
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(EDGE / page.width, 1 - y / height),
        ncol=columns,
        frameon=False,
        fontsize=SMALL,
        borderaxespad=0,
        borderpad=0,
        handlelength=2.6,
        columnspacing=1.6,
        labelspacing=0.55,
    )


def _line(style: Style, label: str, line: Any = None) -> Artist:
    from matplotlib.lines import Line2D

    made = Line2D([], [], color=style.color, marker=style.marker, markersize=3, linewidth=0.9, label=label)
    made.set_linestyle(style.line if line is None else line)
    return made
