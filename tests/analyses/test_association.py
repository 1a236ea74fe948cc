"""Measures of association against numbers of other software."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyses import association as am

# f, f2, then Dice, MI (log10), G2 (signed), t; f1 = 15334 and N = 191998 for all. UCS toolkit, as the package
# association-measures holds them in its tests (tests/ucs-gold-100.ds, rows 1, 2, 5, 13, 14, 27, 29).
F1, N = 15334, 191998
UCS = [
    (1, 2, 0.000130412102243088, 0.796611250194937, 2.4487567246743, 0.840269169470515),
    (7, 120, 0.00090591432638799, -0.136441960174449, -0.829802488929075, -0.976603439999581),
    (2, 5, 0.000260773192515809, 0.699701237186881, 3.87912640510113, 1.1318466787932),
    (2, 2, 0.000260824204486176, 1.09764124585892, 10.1098895166663, 1.30126680894114),
    (7, 73, 0.000908677873693776, 0.0794164257527196, 0.241023648358344, 0.442152170833886),
    (52, 658, 0.00650325162581291, -0.00458130412023773, -0.00633058968211841, -0.0764714189412685),
    (5, 38, 0.000650533437418683, 0.216827653578127, 1.17525940894601, 0.878825795867369),
]

# The four cells, then G2, MI (log10), t, Dice and Liddell of association-measures 0.3.2.
PACKAGE = [
    ((10, 90, 40, 9860), (43.81371197162112, 1.3010299956639813, 3.00416377715996, 0.13333333333333333,
     0.19095477386934673)),
    ((25, 0, 75, 900), (121.34666935130025, 1.0, 4.5, 0.4, 0.25)),
    ((3, 7, 5, 985), (18.114187241768896, 1.5740312677277188, 1.6858627860337072, 0.3333333333333333,
     0.36794354838709675)),
    ((150, 14850, 1850, 983150), (251.27328264986565, 0.6989700043360189, 9.797958971132713, 0.01764705882352941,
     0.06012024048096192)),
]  # fmt: skip

ALL = (am.log_likelihood, am.mutual_information, am.t_score, am.log_dice, am.delta_p)


def exactly(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("row", UCS)
def test_measures_are_those_of_ucs(row: tuple[float, ...]) -> None:
    f, f2, dice, mi, g2, t = row
    cells = [np.array([count]) for count in (int(f), F1 - int(f), int(f2 - f), N - F1 - int(f2 - f))]
    assert am.log_likelihood(*cells)[0] == exactly(abs(g2))
    assert am.mutual_information(*cells)[0] == exactly(mi / np.log10(2))
    assert am.t_score(*cells)[0] == exactly(t)
    assert am.log_dice(*cells)[0] == exactly(14 + np.log2(dice))


@pytest.mark.parametrize(("cells", "values"), PACKAGE)
def test_measures_are_those_of_association_measures(cells: tuple[int, ...], values: tuple[float, ...]) -> None:
    o11, o12, o21, o22 = (np.array([count]) for count in cells)
    g2, mi, t, dice, liddell = values
    assert am.log_likelihood(o11, o12, o21, o22)[0] == exactly(g2)
    assert am.mutual_information(o11, o12, o21, o22)[0] == exactly(mi / np.log10(2))
    assert am.t_score(o11, o12, o21, o22)[0] == exactly(t)
    assert am.log_dice(o11, o12, o21, o22)[0] == exactly(14 + np.log2(dice))
    assert am.delta_p(o11, o21, o12, o22)[0] == exactly(liddell)  # Liddell's measure is Delta P of row given column


def test_delta_p_is_that_of_gries_for_of_course() -> None:
    of_course = [np.array([count]) for count in (5610, 168938, 2257, 10233063)]  # Gries 2013, table 2
    assert am.delta_p(*of_course)[0] == pytest.approx(0.032, abs=0.0005)
    assert am.delta_p(of_course[0], of_course[2], of_course[1], of_course[3])[0] == pytest.approx(0.697, abs=0.0005)


def test_cells_of_zero_give_limits_or_nothing_and_no_warning() -> None:
    # Nothing near; nothing elsewhere; only this word near; no word at all; no window; the word nowhere.
    tables = np.array([[0, 9, 9, 99], [5, 9, 0, 99], [5, 0, 9, 99], [0, 0, 0, 0], [0, 0, 9, 99], [0, 9, 0, 99]]).T
    values = {measure.__name__: measure(*tables) for measure in ALL}
    assert values["mutual_information"][0] == values["t_score"][0] == values["log_dice"][0] == -np.inf
    assert np.isfinite([column[i] for column in values.values() for i in (1, 2)]).all()
    assert np.isnan([column[3] for column in values.values()]).all()
    assert np.isnan([values[name][i] for name in ("mutual_information", "t_score") for i in (4, 5)]).all()
    assert values["log_likelihood"][[4, 5]].tolist() == [0, 0]
    assert np.isnan(values["delta_p"][4])
    assert values["delta_p"][5] == 0


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=4))
def test_g2_is_never_negative_and_the_same_when_rows_and_columns_change_places(cells: list[int]) -> None:
    o11, o12, o21, o22 = (np.array([count]) for count in cells)
    one, other = am.log_likelihood(o11, o12, o21, o22), am.log_likelihood(o11, o21, o12, o22)
    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6 * max(sum(cells), 1) ** 0.5)
    assert np.isnan(one[0]) == (sum(cells) == 0)
    assert not one[0] < 0


def test_benjamini_and_hochberg_adjust_as_scipy_does() -> None:
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(1).random(50) ** 3
    np.testing.assert_allclose(am.adjust_benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12)
    assert am.adjust_benjamini_hochberg([]).tolist() == []
