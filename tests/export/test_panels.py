"""Time axes of the user's own periods: names whole and apart, else where the periods begin."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from export.synthetic import make_timelines
from pipeline.export.figures import draw_concept, draw_overview
from pipeline.export.fonts import drawing
from pipeline.export.panels import Frame, Page, name_periods, short_period
from pipeline.export.series import ALL, concept_rows, read_series

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipeline.export.series import Series

Bounds = list[tuple[str, dt.date, dt.date]]


def own(*bounds: tuple[str, int, int]) -> Bounds:
    made = [(name, dt.date(first, 1, 1), dt.date(end, 1, 1)) for name, first, end in bounds]
    return [(name or f"{start}/{end - dt.timedelta(1)}", start, end) for name, start, end in made]


UNEVEN = own(
    ("", 1990, 1995), ("", 2005, 2007), ("", 2007, 2009), ("in der Mitte", 2009, 2014), ("Zukunft", 2040, 2050)
)
EVEN = own(("before Xi", 2004, 2012), ("", 2012, 2018), ("neue Ära", 2018, 2025))


def series(periods: Bounds) -> Series:
    table = make_timelines(concepts=["city_diplomacy"], languages=("de",), groups=(), periods=periods, gaps=())
    return read_series(concept_rows(table, "city_diplomacy"))["de", ALL]


def test_names_of_periods_are_as_short_as_their_days_allow() -> None:
    assert short_period("2005-01-01/2006-12-31") == "2005–2006"
    assert short_period("2005-01-01/2005-12-31") == "2005"
    assert short_period("2005-01-01/2005-03-31") == "2005-01–2005-03"
    assert short_period("2004-02-01/2004-02-29") == "2004-02"
    assert short_period("2013-03-14/2018-03-16") == "2013-03-14–2018-03-16"
    assert short_period("2014-05") == "2014-05"
    assert short_period("term 1/2") == "term 1/2"


def test_names_stand_whole_where_all_have_room_and_nowhere_else() -> None:
    one, frame = series(EVEN), Frame("", 2004.0, 2025.0)
    assert [name.replace("\n", " ") for name in name_periods(one, frame, 130)] == ["before Xi", "2012–2017", "neue Ära"]
    assert name_periods(one, frame, 20) == []
    assert name_periods(series(UNEVEN), Frame("", 1990.0, 2050.0), 70) == []


@pytest.mark.parametrize("periods", [UNEVEN, EVEN])
@pytest.mark.parametrize("width", [84.0, 174.0])
def test_labels_of_a_time_axis_do_not_touch_and_none_is_cut(periods: Bounds, width: float) -> None:
    table = make_timelines(concepts=["city_diplomacy"], languages=("zh", "de"), periods=periods, gaps=())
    label = {"city_diplomacy": {"zh": "城市外交", "de": "Städtediplomatie"}}
    page = Page(width)
    for figure in (
        draw_overview(table, label, "", page=page),
        draw_concept(table, "city_diplomacy", {}, "", page=page),
    ):
        assert overlapping(figure) == []
        known = {short_period(name) for name, *_ in periods} | {str(start.year) for _, start, _ in periods}
        shown = {text.get_text().replace("\n", " ") for axes in figure.axes for text in axes.get_xticklabels()}
        assert shown - {""} <= known


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Neighbouring labels of the same time axis that touch."""
    with drawing():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        found = []
        for axes in figure.axes:
            shown = [text for text in axes.get_xticklabels() if text.get_text() and text.get_visible()]
            boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in shown]
            found += [(left[0], right[0]) for left, right in pairwise(boxes) if left[1].x1 > right[1].x0]
    return found
