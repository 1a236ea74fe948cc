"""Measures against numbers that others published, and against plain versions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyses.measures import bootstrap_rates, dispersion_dp, per_million, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_score_interval_is_that_of_newcombe_s_table(successes: int, trials: int, low: float, high: float) -> None:
    # Newcombe 1998, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17(8), table I,
    # method 3
    assert wilson(successes, trials) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 500), st.data())
def test_the_score_interval_holds_the_share_and_mirrors(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    assert wilson(trials - successes, trials) == (pytest.approx(1 - high), pytest.approx(1 - low))


def test_without_trials_there_is_no_interval() -> None:
    assert np.isnan(wilson(0, 0)).all()


def test_dispersion_is_that_of_gries_s_worked_example() -> None:
    # Gries 2008, Dispersions and adjusted frequencies in corpora, IJCL 13(4): five parts of 9, 10, 10, 10 and 11 words
    # with 1 to 5 occurrences of "a" have DP = 0.18; normalised as in Lijffijt and Gries 2012, IJCL 17(1), by 1 - 0.18
    assert dispersion_dp(np.arange(1, 6), np.array([9, 10, 10, 10, 11])) == pytest.approx(0.18 / 0.82)


def test_dispersion_runs_from_spread_as_the_words_to_all_in_the_smallest() -> None:
    words = np.array([100, 300, 600])
    assert dispersion_dp(words // 100, words) == pytest.approx(0)
    assert dispersion_dp(np.array([5, 0, 0]), words) == pytest.approx(1)
    assert dispersion_dp(np.array([5, 0, 0, 9]), np.array([100, 300, 600, 0])) == pytest.approx(1)


@pytest.mark.parametrize(("mentions", "words"), [([0, 0], [5, 5]), ([3], [10]), ([], []), ([3, 0], [10, 0])])
def test_dispersion_is_unknown_without_mentions_or_documents(mentions: list[int], words: list[int]) -> None:
    assert np.isnan(dispersion_dp(np.array(mentions, np.int64), np.array(words, np.int64)))


def test_a_rate_without_words_is_unknown() -> None:
    rates = per_million(np.array([2, 0, 0]), np.array([1_000, 10, 0]))
    assert rates[:2].tolist() == [2000, 0]
    assert np.isnan(rates[2])


def bootstrap_by_loop(mentions: np.ndarray, words: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    rates = []
    for _ in range(draws):
        drawn = [int(i) for i in rng.integers(0, len(words), len(words))]
        rates.append(1e6 * sum(mentions[i] for i in drawn) / sum(words[i] for i in drawn))
    return np.array(rates)


def test_the_bootstrap_has_the_distribution_of_a_plain_loop_over_documents() -> None:
    rng = np.random.default_rng(7)
    words = rng.integers(200, 3_000, 40)
    mentions = np.stack([rng.poisson(words / 500), rng.integers(0, 40, 40) * (np.arange(40) == 3), 0 * words], axis=1)
    draws = 4_000
    ours = bootstrap_rates(mentions, words, draws, np.random.default_rng(1))
    assert ours.shape == (draws, 3)
    for concept in range(2):
        theirs = bootstrap_by_loop(mentions[:, concept], words, draws, np.random.default_rng(2))
        error = 4 * np.sqrt(2) * theirs.std() / np.sqrt(draws)
        assert ours[:, concept].mean() == pytest.approx(theirs.mean(), abs=error)
        for quantile in (0.025, 0.25, 0.5, 0.75, 0.975):
            # the share of the loop's draws at or below our quantile, within four errors; there are ties at zero
            at = np.quantile(ours[:, concept], quantile)
            below, upto = (theirs < at).mean(), (theirs <= at).mean()
            slack = 4 * np.sqrt(2 * quantile * (1 - quantile) / draws)
            assert below - slack <= quantile <= upto + slack
    assert (ours[:, 2] == 0).all()


def test_the_bootstrap_draws_in_blocks_alike_whatever_their_size() -> None:
    words, mentions = np.full(3_000, 100), np.ones((3_000, 1), np.int64)
    assert np.allclose(bootstrap_rates(mentions, words, 700, np.random.default_rng(1)), 10_000)
    assert np.isnan(bootstrap_rates(mentions[:2], np.zeros(2, np.int64), 10, np.random.default_rng(1))).all()


def test_the_interval_covers_the_true_rate_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    covered, trials, rate = 0, 300, 2e-3
    for _ in range(trials):
        words = rng.integers(300, 900, 60)
        low, high = np.quantile(
            bootstrap_rates(rng.poisson(words * rate)[:, None], words, 300, rng)[:, 0], [0.025, 0.975]
        )
        covered += low <= 1e6 * rate <= high
    assert 0.89 <= covered / trials <= 0.99
