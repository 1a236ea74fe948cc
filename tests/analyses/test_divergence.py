"""The distance of contexts: scipy's number, and corpora in which two concepts part or do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from scipy.spatial.distance import jensenshannon

from pipeline.analyses.divergence import Divergence, jensen_shannon, measure_divergence
from pipeline.analyses.linearised import error_of

LEMMAS = 1000
COMMON = 1 / np.arange(1, LEMMAS + 1) / (1 / np.arange(1, LEMMAS + 1)).sum()


def parted(share: float) -> tuple[np.ndarray, np.ndarray]:
    """Two distributions: ``share`` of each concept's contexts is its own."""
    even = np.arange(LEMMAS) % 2 == 0
    own = [np.where(mine, COMMON, 0) / COMMON[mine].sum() for mine in (even, ~even)]
    return (1 - share) * COMMON + share * own[0], (1 - share) * COMMON + share * own[1]


def draw_bursty(rng: np.random.Generator, p: np.ndarray, documents: int) -> np.ndarray:
    """Documents of about 20 words each, which come from 12 that the document keeps returning to."""
    palettes = [rng.choice(LEMMAS, 12, p=p) for _ in range(documents)]
    words = [palette[rng.integers(0, 12, rng.poisson(20) + 3)] for palette in palettes]
    return np.array([np.bincount(row, minlength=LEMMAS) for row in words])


def simulate(rng: np.random.Generator, share: float, *, first: int, second: int, both: int, draws: int) -> Divergence:
    """``both`` documents have both concepts; ``first`` and ``second`` count these too."""
    p, q = parted(share)
    a = np.zeros((first + second - both, LEMMAS), np.int64)
    b = a.copy()
    a[:first], b[first - both :] = draw_bursty(rng, p, first), draw_bursty(rng, q, second)
    return measure_divergence(csr_array(a), csr_array(b), draws, rng)


counts = arrays(np.float64, (3, 7), elements=st.integers(0, 50).map(float))


@given(counts, counts)
def test_the_divergence_is_the_square_of_scipys_distance(first: np.ndarray, second: np.ndarray) -> None:
    found = jensen_shannon(first, second)
    for p, q, value in zip(first, second, found, strict=True):
        if p.sum() and q.sum():
            assert value == pytest.approx(jensenshannon(p, q, base=2) ** 2, rel=1e-9, abs=1e-9)
        else:
            assert np.isnan(value)


def test_the_same_is_0_and_nothing_in_common_is_1() -> None:
    assert jensen_shannon(np.array([[2.0, 4.0]]), np.array([[1.0, 2.0]]))[0] == pytest.approx(0, abs=1e-12)
    assert jensen_shannon(np.array([[2.0, 0.0]]), np.array([[0.0, 1.0]]))[0] == pytest.approx(1)


@pytest.mark.parametrize("both", [0, 8])
def test_concepts_that_do_not_part_raise_no_alarm_and_have_no_excess(both: int) -> None:
    rng = np.random.default_rng(3)
    found = [simulate(rng, 0.0, first=16, second=12, both=both, draws=99) for _ in range(100)]
    assert np.mean([one.p_value <= 0.05 for one in found]) <= 0.11  # 5 % of 100, the 99 % bound
    assert abs(np.mean([one.excess for one in found])) < 0.02
    assert np.mean([one.distance for one in found]) > 0.4  # what small samples alone make of one distribution
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.93


@pytest.mark.parametrize(("first", "second", "both"), [(10, 10, 0), (30, 15, 8)])
def test_concepts_that_part_are_found_whatever_the_size_of_the_sample(first: int, second: int, both: int) -> None:
    rng = np.random.default_rng(4)
    truth = float(jensen_shannon(*parted(0.7)))
    found = [simulate(rng, 0.7, first=first, second=second, both=both, draws=99) for _ in range(60)]
    assert np.mean([one.p_value <= 0.05 for one in found]) >= 0.95
    assert np.mean([one.excess for one in found]) == pytest.approx(truth, abs=0.06)
    assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.85


def test_documents_are_dealt_and_not_words_so_that_a_documents_own_words_do_not_pass_for_its_concepts() -> None:
    rng = np.random.default_rng(5)
    table = draw_bursty(rng, COMMON, 20)
    first, second = table * (np.arange(20) < 10)[:, None], table * (np.arange(20) >= 10)[:, None]
    found = measure_divergence(csr_array(first), csr_array(second), 200, rng)
    words = np.repeat(np.arange(LEMMAS), table.sum(axis=0))
    half = rng.permuted(np.tile(words, (50, 1)), axis=1)[:, : int(first.sum())]
    dealt = np.array([np.bincount(row, minlength=LEMMAS) for row in half]).astype(float)
    by_words = jensen_shannon(dealt, table.sum(axis=0) - dealt)
    assert found.chance > by_words.mean() + 0.1
    assert found.distance > by_words.max()  # which would have claimed a difference
    assert found.p_value > 0.05


def test_the_same_documents_and_seed_give_the_same_numbers() -> None:
    one, other = (simulate(np.random.default_rng(6), 0.3, first=8, second=8, both=2, draws=50) for _ in range(2))
    assert one == other


def test_a_standard_error_is_that_of_a_mean() -> None:
    x = np.random.default_rng(7).normal(size=200)
    error = error_of((x - x.mean()) / len(x))
    assert error.standard == pytest.approx(x.std(ddof=1) / np.sqrt(len(x)), rel=1e-9)
    assert 1.96 < error.quantile < 2.0
    assert error_of(np.array([5.0, -5.0])).freedom == 1e6 or error_of(np.array([5.0, -5.0])).quantile > 1.9
