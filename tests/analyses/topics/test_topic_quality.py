"""Measures of topics against gensim, against numbers worked by hand, and against each other."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_topics import plant
from scipy.sparse import csr_array

from pipeline.analyses.topics import quality
from pipeline.analyses.topics.models import Settings, fit, transform

if TYPE_CHECKING:
    from numpy.typing import NDArray


def by_gensim(counts: NDArray[np.int64], top: NDArray[np.int64], measure: str) -> NDArray[np.float64]:
    """The coherence of topics with whole units as windows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what gensim's own modules warn of
        from gensim.corpora import Dictionary
        from gensim.models.coherencemodel import CoherenceModel

        names = [f"w{i}" for i in range(counts.shape[1])]
        texts = [[names[w] for w, n in enumerate(row) for _ in range(n)] for row in counts]
        model: Any = CoherenceModel(
            topics=[[names[w] for w in row] for row in top], texts=texts, dictionary=Dictionary([names, *texts]),
            coherence=measure, window_size=int(counts.sum(axis=1).max()) + 1, topn=top.shape[1], processes=1,
        )  # fmt: skip
        return np.array(model.get_coherence_per_topic())


def random_counts(seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.3, 1.0, (60, 40)))
    counts[0] += 1  # each word stands somewhere
    top = np.stack([rng.permutation(40)[:10] for _ in range(6)])
    return counts, top


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_npmi_and_c_v_are_those_of_gensim(seed: int) -> None:
    counts, top = random_counts(seed)
    ours = quality.coherence(csr_array(counts), top)
    np.testing.assert_allclose(ours.npmi, by_gensim(counts, top, "c_npmi"), atol=1e-9)
    np.testing.assert_allclose(ours.c_v, by_gensim(counts, top, "c_v"), atol=1e-9)


def test_words_that_always_stand_together_are_as_coherent_as_can_be() -> None:
    counts = csr_array(np.array([[1, 2, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    found = quality.coherence(counts, np.array([[0, 1], [2, 3]]))
    assert found.npmi[0] == pytest.approx(1, abs=1e-6)
    assert found.npmi[1] < -0.85


def test_frex_is_the_harmonic_mean_of_two_ranks() -> None:
    words = np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]], np.float32)
    # Topic 1: exclusivity 6/7, 1/2, 1/7 and probability .6, .3, .1 have the ranks 3, 2, 1 of 3.
    np.testing.assert_allclose(quality.frex(words)[0], [1, 2 / 3, 1 / 3], atol=1e-12)


def test_a_word_of_all_topics_is_less_frex_than_one_of_a_single_topic() -> None:
    words = np.array([[0.5, 0.4, 0.05, 0.05], [0.5, 0.0, 0.25, 0.25]], np.float32)
    scores = quality.frex(words, 0.7)
    assert scores[0, 1] > scores[0, 0]


def test_diversity_counts_different_words_once() -> None:
    same = np.tile(np.linspace(1, 0.1, 50, dtype=np.float32), (4, 1))
    assert quality.diversity(same) == 0.25
    assert quality.diversity(same[:1]) == 1


def extrapolated(first: list[int], second: list[int], p: float) -> float:
    """RBO_EXT as the paper's equation 32 has it, depth by depth."""
    k = len(first)
    overlap = [len(set(first[:d]) & set(second[:d])) for d in range(1, k + 1)]
    return overlap[-1] / k * p**k + (1 - p) / p * sum(x / d * p**d for d, x in enumerate(overlap, 1))


@given(st.permutations(range(12)), st.permutations(range(12)), st.integers(1, 12))
def test_rank_biased_overlap_is_that_of_the_definition(first: list[int], second: list[int], depth: int) -> None:
    a, b = first[:depth], second[:depth]
    ours = quality.rank_biased_overlap(np.array(a), np.array(b))
    assert ours == pytest.approx(extrapolated(a, b, 0.9), abs=1e-12)
    assert quality.rank_biased_overlap(np.array(a), np.array(a)) == pytest.approx(1)


def test_the_same_topics_in_another_order_are_wholly_stable() -> None:
    planted = plant(40, 4, 200, 50, 1)
    order = [2, 0, 3, 1]
    share = planted.unit_topic.astype(np.float32)
    found = quality.stability(planted.topic_word, share, [(planted.topic_word[order], share[:, order])])
    for measure in found:
        np.testing.assert_allclose(measure, 1, atol=1e-6)


def test_topics_without_a_counterpart_are_not_stable() -> None:
    words = np.eye(4, 80, dtype=np.float32)[:, :40].repeat(2, axis=1)[:, :80] + 1e-6
    share = np.random.default_rng(1).random((30, 4), dtype=np.float32)
    found = quality.stability(words, share, [(words[:2], share[:, :2])])
    assert found.overlap[2:].tolist() == [0, 0]
    assert np.isnan(quality.stability(words, share, []).overlap).all()


def test_the_finest_number_is_taken_that_cannot_be_told_from_the_best() -> None:
    clear = [np.array([0.5, 0.6]), np.array([0.98, 0.97, 0.99]), np.array([0.8, 0.9, 0.95, 0.7])]
    assert quality.finest_number(clear) == 1
    flat = [np.array([0.9, 0.5, 0.4]), np.array([0.5, 0.6, 0.55, 0.6]), np.array([0.2, 0.3, 0.2, 0.3])]
    assert quality.finest_number(flat) == 1  # 0.6 with an error of 0.153, and 0.5625
    assert quality.finest_number([np.array([0.5])]) == 0
    assert quality.finest_number([np.array([0.5, 0.5]), np.array([0.5, 0.5])]) == 1


@pytest.mark.parametrize(("seed", "topics"), [(2, 8), (3, 10)])
def test_the_planted_number_of_topics_is_the_one_that_is_taken(seed: int, topics: int) -> None:
    counts = plant(500, topics, 1500, 80, seed).counts
    scores = []
    for number in (4, topics, topics + 4, 2 * topics):
        first, other = (fit(counts, [str(i) for i in range(counts.shape[1])], Settings("lda", number, 60, s, s == 1))
                        for s in (1, 2))  # fmt: skip
        sure = quality.stability(first.topic_word, first.unit_topic, [(other.topic_word, other.unit_topic)])
        scores.append(sure.overlap * quality.coherence(counts, quality.top_words(first.topic_word)).c_v)
    assert quality.finest_number(scores) == 1


def test_held_out_likelihood_is_that_of_the_mixture() -> None:
    words = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    theta = np.array([[0.5, 0.5], [1, 0]], np.float32)
    counts = csr_array(np.array([[1, 2], [0, 1]]))
    truth = (math.log(0.55) + 2 * math.log(0.45) + math.log(0.1)) / 4
    assert quality.held_out_likelihood(words, theta, counts) == pytest.approx(truth, abs=1e-6)


def test_the_true_number_of_topics_foretells_left_out_words_better_than_too_few() -> None:
    planted = plant(500, 8, 400, 60, 5)
    train, test = planted.counts[:400], planted.counts[400:]
    rng = np.random.default_rng(1)
    first = test.copy()
    first.data = rng.binomial(test.data, 0.5).astype(np.int32)
    likelihood = {}
    for number in (2, 8):
        fitted = fit(train, planted.vocabulary, Settings("lda", number, 150, 1, anchored=True))
        theta = transform(fitted.topic_word, fitted.alpha, first)
        likelihood[number] = quality.held_out_likelihood(fitted.topic_word, theta, test - first)
    assert likelihood[8] > likelihood[2] + 0.2
