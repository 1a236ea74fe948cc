"""Rows of timelines.csv as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.export.series import alone, anchor, concept_rows, gaps, read_series

from .synthetic import make_timelines, month_periods, year_periods


def test_a_year_stands_between_its_first_day_and_the_next_years() -> None:
    table = make_timelines(periods=year_periods(2003, 2005), gaps=("2004",))
    series = read_series(concept_rows(table, "city_diplomacy"))["zh", "all"]
    assert series.left.tolist() == [2003, 2004, 2005]
    assert series.right.tolist() == [2004, 2005, 2006]
    assert series.middle.tolist() == [2003.5, 2004.5, 2005.5]
    assert np.isnan(series.rate).tolist() == [False, True, False]
    assert alone(series).tolist() == [True, False, True]
    assert gaps(series, 2003, 2007) == [(2004, 2005), (2006, 2007)]


def test_months_of_a_leap_year_follow_each_other() -> None:
    table = make_timelines(periods=month_periods(2004, 2004), gaps=())
    series = read_series(concept_rows(table, "city_diplomacy"))["de", "all"]
    assert series.left[1:] == pytest.approx(series.right[:-1])
    assert series.right[1] - series.left[1] == pytest.approx(29 / 366)
    assert not alone(series).any()


def test_rows_may_come_in_any_order() -> None:
    table = make_timelines()
    shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
    a, b = (read_series(concept_rows(t, "city_diplomacy"))["zh", "all"] for t in (table, shuffled))
    assert a.periods == b.periods
    np.testing.assert_array_equal(a.rate, b.rate)


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2014", "c-zh-2014"), ("2014-Q2", "c-zh-2014-Q2"), ("before Xi", "c-zh-before_Xi"), ('a/b"<', "c-zh-a_b_")],
)
def test_an_anchor_is_fit_for_an_id_and_a_link(period: str, expected: str) -> None:
    assert anchor("c", "zh", period) == expected
