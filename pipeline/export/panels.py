"""The parts of a figure: curves with their band, gaps, points that lead to the report, document bars, time axes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from pipeline.export.fonts import check_glyphs, text_width, wrap_text
from pipeline.export.phrases import ENGLISH, Phrases
from pipeline.export.series import ALL, Series, alone, anchor, gaps, line_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator
    from numpy.typing import NDArray

MM = 1 / 25.4
"""A millimetre in inches."""
POINT = 25.4 / 72
"""A point in millimetres."""
SMALL = 7.0
"""The smallest type, in points."""
INK = "#1a1a1a"
BAND, CUT, GAP, GAP_LINES, BARS, STEP = "#d3d6db", "#8f949c", "#f6f6f6", "#d8d8d8", "#a6a6a6", "#404040"
DENSE = 60
"""More periods than this are drawn without room for markers between the points."""
_LINES = 4
"""Lines of a period's name below an axis, at most."""
_CALENDAR = re.compile(r"\d{4}(-Q\d|-\d\d)?")
_OWN = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)")
_WORD = re.compile(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+")
"""What a name of a period is not broken within."""
_HEADROOM = 1.1
_OUTLIER = 3.0
"""Bands and groups beyond this many times the highest point of all texts do not stretch the axis."""


class Style(NamedTuple):
    """How a curve is told from the others, in colour and without."""

    color: str
    marker: str
    line: Literal["-"] | tuple[float, Sequence[float]]


# Okabe and Ito (2008), "Color Universal Design", without the yellow that is lost on white paper.
MAIN = Style("#000000", "o", "-")
STYLES = (
    Style("#D55E00", "s", (0, (5, 1.5))),
    Style("#0072B2", "^", (0, (1.2, 1.2))),
    Style("#009E73", "D", (0, (6, 1.5, 1.2, 1.5))),
    Style("#CC79A7", "v", (0, (3, 1.5))),
    Style("#E69F00", "P", (0, (6, 1.5, 1.2, 1.5, 1.2, 1.5))),
    Style("#56B4E9", "X", (0, (10, 2))),
)


WIDTH, EDGE = 170.0, 3.0
"""Millimetres: the text width of a page, and between its edge and text."""


@dataclass(frozen=True, slots=True)
class Page:
    """The room that a figure has, and the language that it speaks."""

    width: float = WIDTH
    """Millimetres."""
    phrases: Phrases = ENGLISH
    titled: bool = True
    """Whether its title stands in it; in a paper the caption has it."""

    @property
    def narrow(self) -> bool:
        """Whether there is no room for two languages beside each other."""
        return self.width < 120


@dataclass(frozen=True, slots=True)
class Frame:
    """What the panels of one figure share: the time axis and where its points lead."""

    concept: str
    first: float
    last: float
    """Decimal years."""


def place_axes(figure: Figure, x: float, y: float, width: float, height: float, *, share: Axes | None = None) -> Axes:
    """Axes at millimetres from the figure's upper left corner, with the two lines that a curve needs."""
    across, down = figure.get_size_inches() / MM
    axes = figure.add_axes((x / across, 1 - (y + height) / down, width / across, height / down), sharex=share)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.2, width=0.5, pad=2, labelsize=SMALL, labelcolor=INK)
    return axes


def write_text(figure: Figure, x: float, y: float, lines: Sequence[str], size: float, *, color: str = INK) -> None:
    """Lines of text whose first one's top stands at millimetres from the figure's upper left corner."""
    across, down = figure.get_size_inches() / MM
    leading = size * POINT * 1.32
    for number, line in enumerate(lines):
        position = (x / across, 1 - (y + number * leading) / down)
        figure.text(*position, check_glyphs(line), fontsize=size, va="top", color=color)


def top_of_axis(main: Series, groups: Sequence[Series] = (), *, band: bool = True) -> float:
    """The upper end of a panel's axis: all points of the main curve, and what else does not dwarf them."""
    highest = _largest(main.rate)
    others = [_largest(main.high) if band else 0.0, *(_largest(group.rate) for group in groups)]
    if highest == 0:
        return max(*others, 0.0) * _HEADROOM or 1.0
    return max(highest, *(min(other, _OUTLIER * highest) for other in others)) * _HEADROOM


def draw_gaps(axes: Axes, series: Series, frame: Frame) -> bool:
    """Shade the stretches without words; say whether there were any."""
    found = gaps(series, frame.first, frame.last)
    for start, end in found:
        axes.axvspan(start, end, facecolor=GAP, edgecolor=GAP_LINES, hatch="/////", linewidth=0, zorder=0)
    return bool(found)


def draw_band(axes: Axes, series: Series) -> bool:
    """The 95 % interval as a band; over a period that stands alone, as wide as a part of it.

    Args:
        axes: with its y limits set.
        series: the curve.

    Returns:
        Whether the band reached beyond the axis, which carets then show.
    """
    x, low = line_data(series, series.low)
    high = line_data(series, series.high)[1]
    axes.fill_between(x, low, high, color=BAND, linewidth=0, zorder=1)
    single = alone(series) & np.isfinite(series.low)
    if single.any():
        width = 0.5 * (series.right - series.left)[single]
        height = (series.high - series.low)[single]
        axes.bar(series.middle[single], height, width, series.low[single], color=BAND, linewidth=0, zorder=1)
    return _draw_carets(axes, series, series.high > axes.get_ylim()[1], CUT)


def _draw_carets(
    axes: Axes, series: Series, beyond: NDArray[np.bool_], color: str, links: Sequence[str | None] = ()
) -> bool:
    """Small arrows at the upper edge for what lies above it."""
    if not beyond.any():
        return False
    at = series.middle[beyond]
    top = np.full(at.shape, axes.get_ylim()[1])
    carets = axes.scatter(at, top, 14, color, marker="^", linewidths=0, clip_on=False, zorder=6)
    if links:
        carets.set_urls([links[i] for i in np.flatnonzero(beyond).tolist()])
    return True


def draw_curve(axes: Axes, series: Series, style: Style, links: Sequence[str | None], *, weight: float = 0.9) -> bool:
    """A line with a point at each period with words; hollow where its interval is doubtful, a caret beyond the axis.

    A group with more than `DENSE` periods has points only where a line cannot show it.

    Args:
        axes: with its y limits set.
        series: the curve.
        style: its colour, marker and dashes.
        links: the fragment that each period's point leads to, or None.
        weight: the line's width in points; the points grow with it.

    Returns:
        Whether a point lay beyond the axis.
    """
    top = axes.get_ylim()[1]
    dense = len(series.periods) > DENSE
    width, size = (0.5 * weight, 2.3 * weight) if dense else (weight, 9.0 * weight)
    line = "-" if dense else style.line
    x, y = line_data(series, series.rate)
    axes.plot(x, y, color=style.color, linestyle=line, linewidth=width, zorder=4 if style is MAIN else 3)
    # Hundreds of markers would bury a group's line; the points of all texts lead to the same lines of the report.
    drawn = alone(series) if dense and style is not MAIN else np.isfinite(series.rate)
    beyond = drawn & (series.rate > top)
    _draw_points(axes, series, drawn & ~beyond, style, size=size, links=links)
    return _draw_carets(axes, series, beyond, style.color, links)


def _draw_points(
    axes: Axes, series: Series, shown: NDArray[np.bool_], style: Style, *, size: float, links: Sequence[str | None]
) -> None:
    if not shown.any():
        return
    at = np.flatnonzero(shown)
    faces = np.where(series.doubtful[at], "#ffffff", style.color)
    points = axes.scatter(
        series.middle[at],
        series.rate[at],
        size,
        faces.tolist(),
        marker=style.marker,
        edgecolors=style.color,
        linewidths=0.7 if size > 5 else 0.4,
        clip_on=False,
        zorder=5,
    )
    points.set_urls([links[i] for i in at.tolist()])


def draw_documents(axes: Axes, series: Series, number: Callable[[float], str] = ENGLISH.number) -> None:
    """Grey bars: how many documents a period's rate rests on."""
    width = 0.8 * (series.right - series.left)
    axes.bar(series.middle, series.documents, width, color=BARS, linewidth=0)
    scale_axis(axes, max(1.0, _largest(series.documents)) * 1.05, 2, number)


def draw_steps(axes: Axes, steps: Sequence[float]) -> bool:
    """A thin upright line at each decimal year, with the year at its upper end; say whether there was any."""
    top, (first, last) = axes.get_ylim()[1], axes.get_xlim()
    for number, year in enumerate(steps):
        axes.axvline(year, color=STEP, linewidth=0.6, linestyle=(0, (2, 1.5)), zorder=2)
        late = year > (first + last) / 2
        # One below the other, so that steps of neighbouring years can both be read.
        place = (-2.0 if late else 2.0, -1.0 - number * SMALL * 1.15)
        look: dict[str, Any] = {"ha": "right" if late else "left", "va": "top", "fontsize": SMALL, "color": STEP}
        axes.annotate(str(int(year)), (year, top), place, textcoords="offset points", zorder=7, **look)
    return bool(steps)


def scale_axis(axes: Axes, top: float, ticks: int, number: Callable[[float], str] = ENGLISH.number) -> None:
    """A y axis from zero to ``top`` with about ``ticks`` whole or round numbers, written by ``number``."""
    from matplotlib.ticker import FuncFormatter

    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(_locator(top, ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def label_room(tops: Sequence[float], ticks: int, number: Callable[[float], str] = ENGLISH.number) -> float:
    """Millimetres that the numbers of y axes with these upper ends take, as `scale_axis` writes them; at least 9."""
    values = {value for top in set(tops) for value in _locator(top, ticks).tick_values(0, top) if value <= top}
    widest = max((text_width(number(value), SMALL) for value in values), default=0.0)
    return max(9.0, (widest + 2.2 + 2) * POINT + 0.6)  # the tick, its pad, and a little air


def _locator(top: float, ticks: int) -> MaxNLocator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10], integer=top >= ticks)


def scale_time(axes: Axes, series: Series, frame: Frame, width: float, lines: int = _LINES) -> None:
    """Ticks of the time axis: years, or the names of the periods, as many as fit into ``width`` millimetres.

    The user's own periods that do not all have room for their names have ticks where they begin.
    """
    axes.set_xlim(frame.first, frame.last)
    names = name_periods(series, frame, width, lines)
    if names:
        axes.set_xticks(series.middle, names)
        return
    if _are_own(series):
        axes.set_xticks(*_beginnings(series, frame, width))
        return
    spans = series.right - series.left
    yearly = bool(np.all(np.abs(spans - 1) < 0.01) and np.all(series.left % 1 == 0))
    if not yearly and frame.last - frame.first < 3:
        widest = max(text_width(period, SMALL) for period in series.periods) * POINT + 2
        step = max(1, int(np.ceil(widest * len(series.periods) / width)))
        axes.set_xticks(series.middle[::step], series.periods[::step])
        return
    room = width / (text_width("0000", SMALL) * POINT + 2.2)
    years = np.arange(np.ceil(frame.first), np.ceil(frame.last))
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if len(years) / step <= room or step == 1000)
    shown = years[years % step == 0] if len(years) > 1 else years
    axes.set_xticks(shown + 0.5 if yearly else shown, [f"{year:.0f}" for year in shown])
    if step > 1 and len(years) < 3 * room:
        axes.set_xticks(years + 0.5 if yearly else years, minor=True)
        axes.tick_params(axis="x", which="minor", length=1.3, width=0.4)


def name_periods(series: Series, frame: Frame, width: float, lines: int = _LINES) -> list[str]:
    """The user's own periods as labels, each wrapped to its share of the axis.

    None for periods of the calendar, nor where one of them would have to be cut or be broken within a word.
    """
    if not _are_own(series):
        return []
    rooms = ((series.right - series.left) / (frame.last - frame.first) * width - 1.5) / POINT
    labels: list[str] = []
    for period, room in zip(series.periods, rooms.tolist(), strict=True):
        name = check_glyphs(short_period(period))
        if any(text_width(word, SMALL) > room for word in _WORD.findall(name)):
            return []
        wrapped = wrap_text(name, room, SMALL)
        if len(wrapped) > lines:
            return []
        labels.append("\n".join(wrapped))
    return labels


def short_period(name: str) -> str:
    """``2005-01-01/2006-12-31`` as ``2005–2006``, ``2005-01-01/2005-03-31`` as ``2005-01–2005-03``; others as is."""
    found = _OWN.fullmatch(name)
    if not found:
        return name
    start, last = (dt.date.fromisoformat(day) for day in found.groups())
    end = last + dt.timedelta(1)
    size = 10 if start.day > 1 or end.day > 1 else 7 if start.month > 1 or end.month > 1 else 4
    ends = [day.isoformat()[:size] for day in (start, last)]
    return "–".join(dict.fromkeys(ends))


def _are_own(series: Series) -> bool:
    """Whether the periods are the user's own."""
    return not all(_CALENDAR.fullmatch(period) for period in series.periods)


def _beginnings(series: Series, frame: Frame, width: float) -> tuple[list[float], list[str]]:
    """Where periods begin, in decimal years and as labels; those that have room."""
    places: list[float] = []
    labels: list[str] = []
    size = 4 if np.all(series.left % 1 == 0) else 7
    scale = width / (frame.last - frame.first)
    for left in series.left.tolist():
        first = dt.date(int(left), 1, 1)
        days = (dt.date(int(left) + 1, 1, 1) - first).days
        label = (first + dt.timedelta(round(left % 1 * days))).isoformat()[:size]
        needed = text_width(label, SMALL) * POINT + 1.5
        if not places or (left - places[-1]) * scale >= needed:
            places.append(left)
            labels.append(label)
    return places, labels


def point_links(series: Series, concept: str, language: str, group: str = ALL) -> list[str | None]:
    """For each period with words the fragment of the report with its lines."""
    pairs = zip(series.periods, series.words.tolist(), strict=True)
    return [f"#{anchor(concept, language, period, group)}" if words > 0 else None for period, words in pairs]


def _largest(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else 0.0
