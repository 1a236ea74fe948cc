"""Trends against numbers of other software."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analyses.trends import mann_kendall, rate_ratio, sen_slope

MENTIONS = np.array([0, 1, 0, 3, 2, 0, 4, 1, 6, 2, 0, 9])
WORDS = np.array([400, 900, 250, 1200, 800, 300, 1500, 640, 1900, 700, 350, 2100])
YEARS = np.array([2010, 2010, 2011, 2012, 2012, 2013, 2014, 2014, 2015, 2016, 2016, 2017]) + 0.5


def test_the_rate_ratio_is_that_of_statsmodels() -> None:
    # statsmodels 0.15.0: GLM(MENTIONS, add_constant(YEARS), Poisson(), exposure=WORDS).fit(cov_type="HC0"), exp of
    # params[1] and of conf_int()[1]
    found = rate_ratio(MENTIONS, WORDS, YEARS)
    assert found is not None
    assert found.ratio == pytest.approx(1.1906844382353694, rel=1e-9)
    assert (found.low, found.high) == (pytest.approx(1.09644866, rel=1e-7), pytest.approx(1.29301943, rel=1e-7))


def test_a_rate_that_has_no_ratio_has_none() -> None:
    late = np.where(YEARS > 2017, 5, 0)
    assert rate_ratio(late, WORDS, YEARS) is None
    assert rate_ratio(MENTIONS, WORDS, np.full(len(YEARS), 2012.5)) is None


@pytest.mark.parametrize(("values", "tau", "p", "slope"), [
    ([2, 5, 3, 3, 8, 7, 7, 12, 9, 14], 0.7333333333333333, 0.003909876320511874, 1.125),
    ([5, 4, 4, 3, 6, 1, 0], -0.5714285714285714, 0.09471773621506485, -0.8),
])  # fmt: skip
def test_mann_kendall_and_theil_sen_are_those_of_pymannkendall(
    values: list[float], tau: float, p: float, slope: float
) -> None:
    # pymannkendall 1.4.3: original_test
    array = np.array(values, np.float64)
    assert mann_kendall(array) == (pytest.approx(tau), pytest.approx(p))
    assert sen_slope(array, np.arange(2000.0, 2000 + len(array))) == pytest.approx(slope)


def test_what_never_changes_has_no_trend() -> None:
    assert mann_kendall(np.zeros(9)) == (0, 1)
