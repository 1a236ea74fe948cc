"""Periods: none left out, each day in one."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyses.periods import Bounds, Period, cut_periods, period_of

days = st.dates(dt.date(1900, 1, 1), dt.date(2050, 12, 31))


def to_array(dates: list[dt.date | None]) -> np.ndarray:
    return np.array([np.datetime64("NaT") if day is None else day for day in dates], "datetime64[D]")


@pytest.mark.parametrize(
    ("period", "names"),
    [
        ("year", ["2013", "2014", "2015"]),
        ("quarter", ["2013-Q4", "2014-Q1", "2014-Q2", "2014-Q3", "2014-Q4", "2015-Q1"]),
        ("month", ["2013-11", "2013-12", *(f"2014-{m:02d}" for m in range(1, 13)), "2015-01"]),
    ],
)
def test_calendar_periods_run_from_the_first_date_to_the_last(period: str, names: list[str]) -> None:
    dates = to_array([dt.date(2015, 1, 1), None, dt.date(2013, 11, 30)])
    found = cut_periods(dates, period, None)  # type: ignore[arg-type]
    assert [one.name for one in found] == names
    assert all(a.end == b.start for a, b in itertools.pairwise(found))


def test_the_first_day_of_a_period_begins_it() -> None:
    dates = to_array([dt.date(2014, 4, 1), dt.date(2014, 6, 30)])
    assert [one.name for one in cut_periods(dates, "quarter", None)] == ["2014-Q2"]
    assert [one.name for one in cut_periods(dates, "month", None)] == ["2014-04", "2014-05", "2014-06"]


def test_years_of_the_study_take_the_place_of_those_of_the_dates() -> None:
    dates = to_array([dt.date(2015, 1, 1)])
    assert [one.name for one in cut_periods(dates, "year", [2013, 2016])] == ["2013", "2014", "2015", "2016"]
    assert len(cut_periods(to_array([]), "month", [2013, 2013])) == 12


def test_without_dates_there_are_no_periods() -> None:
    assert cut_periods(to_array([None]), "year", None) == ()
    assert period_of(to_array([None, dt.date(2014, 1, 1)]), ()).tolist() == [-1, -1]


def test_own_periods_keep_their_bounds_and_their_gaps() -> None:
    bounds: Bounds = [[dt.date(2008, 3, 15), dt.date(2013, 3, 14)], [dt.date(2014, 1, 1), dt.date(2018, 3, 17)]]
    periods = cut_periods(to_array([dt.date(1999, 1, 1)]), bounds, None)
    assert [(one.start, one.end) for one in periods] == [tuple(pair) for pair in bounds]
    assert [one.name for one in periods] == ["2008-03-15/2013-03-13", "2014-01-01/2018-03-16"]
    dates = [
        dt.date(2008, 3, 14),
        dt.date(2008, 3, 15),
        dt.date(2013, 3, 13),
        dt.date(2013, 3, 14),
        dt.date(2014, 1, 1),
        None,
    ]
    assert period_of(to_array([*dates, dt.date(2018, 3, 17)]), periods).tolist() == [-1, 0, 0, -1, 1, -1, -1]


@given(days, st.integers(1, 4000))
def test_an_own_period_is_called_by_its_first_and_last_day(start: dt.date, length: int) -> None:
    (period,) = cut_periods(to_array([]), [[start, start + dt.timedelta(length)]], None)
    first, last = (dt.date.fromisoformat(day) for day in period.name.split("/"))
    around = [first - dt.timedelta(1), first, last, last + dt.timedelta(1)]
    assert period_of(to_array(around), [period]).tolist() == [-1, 0, 0, -1]


@given(st.lists(st.none() | days, max_size=12), st.sampled_from(["year", "quarter", "month"]))
def test_each_dated_day_lies_in_its_period_and_an_undated_one_in_none(dates: list[dt.date | None], period: str) -> None:
    periods = cut_periods(to_array(dates), period, None)  # type: ignore[arg-type]
    for day, index in zip(dates, period_of(to_array(dates), periods).tolist(), strict=True):
        if day is None:
            assert index == -1
        else:
            assert periods[index].start <= day < periods[index].end
            assert periods[index].name.startswith(f"{day:%Y}")


def test_a_period_is_a_plain_value() -> None:
    assert Period("a", dt.date(2014, 1, 1), dt.date(2015, 1, 1)) == Period(
        "a", dt.date(2014, 1, 1), dt.date(2015, 1, 1)
    )


def test_the_study_names_its_own_periods() -> None:
    bounds = [["before Xi", dt.date(2002, 11, 15), dt.date(2012, 11, 15)], [dt.date(2012, 11, 15), dt.date(2022, 1, 1)]]
    days = np.array(["2012-11-14", "2012-11-15", "2001-01-01"], "datetime64[D]")
    periods = cut_periods(days, bounds, None)
    assert [period.name for period in periods] == ["before Xi", "2012-11-15/2021-12-31"]
    assert period_of(days, periods).tolist() == [0, 1, -1]
