"""The interval of a rate: how often it covers the truth, and what it says where it cannot be trusted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from corpora_of_counts import DESIGNS, draw_documents

from pipeline.analyses.intervals import burst_sizes, rate_intervals

FLOORS = json.loads((Path(__file__).resolve().parent.parent / "floors.json").read_text(encoding="utf-8"))


def intervals_of(mentions: np.ndarray, words: np.ndarray, draws: int = 300) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """One concept in many corpora: corpora x documents."""
    burst = burst_sizes(mentions.reshape(-1, 1))
    rng = np.random.default_rng(3)
    found = [rate_intervals(m[:, None], w, burst, draws, rng) for m, w in zip(mentions, words, strict=True)]
    low, high = np.array([f.low[0] for f in found]), np.array([f.high[0] for f in found])
    return low, high, [f.note[0] for f in found]


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_an_interval_covers_the_true_rate_as_often_as_it_says(name: str) -> None:
    rng = np.random.default_rng(11)
    mentions, words, truth = draw_documents(name, corpora=1000, documents=100, mean=100, rng=rng)
    low, high, _ = intervals_of(mentions, words, 100)
    assert FLOORS["interval_coverage"] <= ((low <= truth) & (truth <= high)).mean() <= 0.985


def test_a_document_s_mentions_are_no_independent_words() -> None:
    rng = np.random.default_rng(5)
    mentions, words, truth = draw_documents("bursty", corpora=300, documents=100, mean=100, rng=rng)
    low, high, _ = intervals_of(mentions, words, 200)
    m, w = mentions.sum(axis=1), words.sum(axis=1)
    by_words = np.abs(1e6 * m / w - truth) <= 1.96 * 1e6 * np.sqrt(m) / w
    assert by_words.mean() < 0.7 < ((low <= truth) & (truth <= high)).mean()


def test_the_bounds_of_bursts_are_those_of_poisson_events() -> None:
    # Garwood 1936, as scipy 1.17 has them: chi2.ppf(0.975, 2) / 2; chi2.ppf(0.025, 2) / 2 and chi2.ppf(0.975, 4) / 2
    words = np.full(50, 200)
    mentions = np.zeros((50, 2), np.int64)
    mentions[7, 1] = 3
    found = rate_intervals(mentions, words, np.array([2.0, 3.0]), 100, np.random.default_rng(1))
    assert found.low.tolist() == [0, pytest.approx(0.02531781 * 3 * 100)]
    assert found.high.tolist() == [pytest.approx(3.688879 * 2 * 100), pytest.approx(5.57164339 * 3 * 100)]
    assert found.note == ["no_mentions", "one_document"]


def test_many_alike_documents_have_nearly_the_exact_poisson_interval() -> None:
    # scipy 1.17: chi2.ppf(0.025, 200) / 2 and chi2.ppf(0.975, 202) / 2
    mentions = np.repeat([1, 0], [100, 19_900])[:, None]
    found = rate_intervals(mentions, np.full(20_000, 50), np.ones(1), 1_000, np.random.default_rng(1))
    assert found.low[0] == pytest.approx(81.36, rel=0.03)
    assert found.high[0] == pytest.approx(121.63, rel=0.03)
    assert found.note == [""]


@pytest.mark.parametrize(("documents", "with_any", "note"), [
    (0, 0, ""), (1, 1, "one_document"), (1, 0, "no_mentions"), (9, 9, "few_documents"),
    (10, 10, ""), (100, 4, "few_documents"), (100, 5, ""), (100, 1, "one_document"),
])  # fmt: skip
def test_an_interval_that_rests_on_little_says_so(documents: int, with_any: int, note: str) -> None:
    mentions = (np.arange(documents) < with_any).astype(np.int64)[:, None]
    found = rate_intervals(mentions, np.full(documents, 100), np.ones(1), 100, np.random.default_rng(1))
    assert found.note == [note]
    assert np.isnan(found.low).all() == np.isnan(found.high).all() == (documents < 2)


def test_documents_of_one_rate_have_no_interval_of_width_zero() -> None:
    words = np.array([100, 200, 300])
    found = rate_intervals(words[:, None] // 100, words, np.ones(1), 100, np.random.default_rng(1))
    assert found.low[0] < 8_000
    assert found.high[0] > 12_500


def test_the_burst_size_is_that_of_the_document_in_which_an_average_mention_stands() -> None:
    assert burst_sizes(np.array([[3, 1, 0], [1, 1, 0], [0, 1, 0]])).tolist() == [2.5, 1, 1]
