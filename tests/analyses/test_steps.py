"""Steps: the likelihood, where the break is, how often one is found and how often one is made up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from corpora_of_counts import draw_steps
from scipy.stats import nbinom

from pipeline.analyses.permutation import Part, adjust_holm, cap_loud, deal, p_value
from pipeline.analyses.steps import LEVEL, _Gain, best_gain, find_break, find_steps, keep_gains

FLOORS = json.loads((Path(__file__).resolve().parent.parent / "floors.json").read_text(encoding="utf-8"))


def first_steps(part: Part, permutations: int) -> np.ndarray:
    """Where the first step of each curve is, tested by itself; -1 where there is none."""
    known: dict[tuple[int, int, int], _Gain | None] = {}
    curves = list(range(part.mentions.shape[1]))
    keep_gains(deal(part, curves, permutations, 1), curves, (0, len(part.years)), known)
    gains = [gain for gain in known.values() if gain is not None]
    return np.array([gain.first if p_value(gain.observed, gain.permuted) < LEVEL else -1 for gain in gains])


def log_likelihood(mentions: np.ndarray, words: np.ndarray, size: float) -> float:
    """Of scipy, at the rate that fits best."""
    rate = mentions.sum() / words.sum()
    return float(nbinom.logpmf(mentions, size * words, size / (size + rate)).sum())


def test_the_gain_of_a_step_is_twice_the_difference_of_scipy_s_log_likelihoods() -> None:
    rng = np.random.default_rng(1)
    words, size = rng.integers(500, 2_000, 12), 0.003
    mentions = rng.poisson(words / np.where(np.arange(12) < 7, 300, 150))
    by_place = {
        place: 2 * (log_likelihood(mentions[:place], words[:place], size)
                    + log_likelihood(mentions[place:], words[place:], size) - log_likelihood(mentions, words, size))
        for place in range(2, 11)
    }  # fmt: skip
    assert best_gain(mentions[None, :], words[None, :], size)[0] == pytest.approx(max(by_place.values()))
    assert find_break(mentions, words, size) == max(by_place, key=lambda place: by_place[place])


def test_the_correction_is_that_of_holm() -> None:
    # statsmodels 0.15.0: multipletests([.01, .04, .03, .005, .5], method="holm")
    assert adjust_holm([0.01, 0.04, 0.03, 0.005, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])


def test_a_p_value_is_never_zero_and_counts_the_corpus_itself() -> None:
    assert p_value(5.0, np.array([1.0, 2.0, 3.0])) == 1 / 4
    assert p_value(2.0, np.array([1.0, 2.0, 3.0])) == 3 / 4


def test_the_loudest_document_is_cut_to_the_next_ones_and_a_long_one_is_not() -> None:
    words = np.array([1_000] * 30 + [100_000])
    mentions = np.array([1] * 29 + [400] + [400])[:, None]
    capped = cap_loud(mentions, words)
    assert capped[29, 0] < 10
    assert capped[30, 0] == 400
    assert capped[:29, 0].tolist() == [1] * 29


@pytest.mark.parametrize("loud", [False, True])
@pytest.mark.parametrize(("name", "factor"), [("negative_binomial", 2), ("negative_binomial", 1), ("bursty", 1)])
def test_a_doubling_is_found_and_nothing_is_made_up(name: str, factor: float, *, loud: bool) -> None:
    # 50 mentions a year in 100 documents over 20 years; the rate is multiplied from the eleventh on
    part = draw_steps(name, curves=200, factor=factor, loud=loud, rng=np.random.default_rng(3))
    places = first_steps(part, permutations=199)
    found = (places >= 0).mean()
    if factor == 1:
        assert found <= 0.09  # 5 %, and two and a half standard errors of 200
    else:
        assert found >= FLOORS["step_power"]
        assert (np.abs(places - 10) <= 1).mean() >= FLOORS["step_within_a_year"]


def test_steps_up_and_down_again_are_two() -> None:
    part = draw_steps("negative_binomial", curves=4, factor=4, loud=False, rng=np.random.default_rng(5), until=15)
    concepts = [0, 1, 2, 3]
    steps = find_steps(part, concepts, deal(part, concepts, 499, 1), 499, 1)
    assert [[step.first for step in steps[i]] for i in concepts] == [[10, 15]] * 4
    assert [[step.direction for step in steps[i]] for i in concepts] == [["up", "down"]] * 4
    assert all(step.p_value <= step.p_adjusted < LEVEL for i in concepts for step in steps[i])
