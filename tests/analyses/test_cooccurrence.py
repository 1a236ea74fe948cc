"""Whether two concepts stand together more often than chance: by hand, and on corpora whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analyses.cooccurrence import chance_ratio


def units(*kinds: tuple[int, int, int, int, int]) -> np.ndarray:
    """Rows of units, first, second and both, each as often as its last number says."""
    return np.array([kind[:4] for kind in kinds for _ in range(kind[4])], np.int64)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_the_ratio_is_observed_over_expected() -> None:
    # 100 documents, 20 with the first, 30 with the second, 12 with both; 6 are expected.
    table = units((1, 1, 1, 1, 12), (1, 1, 0, 0, 8), (1, 0, 1, 0, 18), (1, 0, 0, 0, 62))
    ratio = chance_ratio(table, 1000, rng())
    assert ratio.value == pytest.approx(12 / 6)
    assert 1.1 < ratio.low < 1.5
    assert 2.7 < ratio.high < 3.6


def test_passages_of_one_document_do_not_count_as_so_many_witnesses() -> None:
    apart = units((10, 1, 1, 1, 12), (10, 1, 0, 0, 8), (10, 0, 1, 0, 18), (10, 0, 0, 0, 62))
    one = units((10, 1, 1, 0, 8), (10, 1, 0, 0, 12), (10, 0, 1, 0, 22), (120, 12, 12, 12, 1), (10, 0, 0, 0, 57))
    narrow, wide = (chance_ratio(table, 1000, rng()) for table in (apart, one))
    assert np.log(wide.high / wide.low) > 2 * np.log(narrow.high / narrow.low)


def test_what_is_not_defined_is_not_told() -> None:
    nowhere = chance_ratio(units((1, 0, 1, 0, 5), (1, 0, 0, 0, 5)), 100, rng())
    assert np.isnan([*nowhere]).all()
    everywhere = chance_ratio(units((1, 1, 1, 1, 5), (1, 1, 0, 0, 5)), 100, rng())
    assert everywhere.value == 1
    assert np.isnan([everywhere.low, everywhere.high]).all()
    alone = chance_ratio(units((9, 3, 2, 1, 1)), 100, rng())
    assert alone.value == pytest.approx(1.5)
    assert np.isnan(alone.low)


def test_never_together_has_an_upper_bound() -> None:
    ratio = chance_ratio(units((1, 1, 0, 0, 20), (1, 0, 1, 0, 30), (1, 0, 0, 0, 50)), 100, rng())
    assert (ratio.value, ratio.low) == (0, 0)
    assert ratio.high == pytest.approx(3.6888794541139363 / 6)


@pytest.mark.parametrize("unit", ["document", "passage"])
@pytest.mark.parametrize("lift", [1.0, 3.0])
def test_intervals_cover_the_truth(unit: str, lift: float) -> None:
    random = np.random.default_rng(2)

    def draw(number: int) -> np.ndarray:
        p, u = 0.15, random.random(number)
        both = u < p * p * lift
        first = both | ((u >= p * p * lift) & (u < p))
        second = both | ((u >= p) & (u < 2 * p - p * p * lift))
        if unit == "document":
            return np.column_stack([np.ones(number), first, second, both]).astype(np.int64)
        size, heat = random.poisson(8, number) + 1, random.gamma(2, 0.2, number)
        one = random.binomial(size, np.clip(first * heat, 0, 1))
        shared = random.binomial(one, np.clip(second * heat, 0, 1))
        rest = random.binomial(size - one, np.clip(second * heat, 0, 1))
        return np.column_stack([size, one, shared + rest, shared])

    n, r, c, o = draw(300_000).sum(axis=0).tolist()
    truth = o * n / (r * c)
    found = [chance_ratio(draw(250), 200, random) for _ in range(200)]
    assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.90
