"""Quick dealing against the dealing of each document."""

from __future__ import annotations

import numpy as np

from pipeline.analyses.permutation import Part, deal
from pipeline.analyses.quick_deal import quick_deal
from pipeline.analyses.trends import trend_p_values


def make_part(number: int = 9_000) -> Part:
    """Documents of very unequal length and number a period, one in twenty with a mention, more of them late."""
    rng = np.random.default_rng(7)
    place = np.sort(np.concatenate([np.arange(12), rng.choice(12, number - 12, p=np.arange(1, 13) / 78)]))
    words = rng.lognormal(5, 1.2, number).astype(np.int64) + 1
    mentions = (rng.random((number, 2)) < 0.02 + np.outer(place, [0.003, 0.0001])).astype(np.int64)
    return Part(
        [f"d{i}" for i in range(number)], words, mentions * rng.integers(1, 4, (number, 2)), place, np.arange(12.0)
    )


def test_sums_by_period_are_distributed_as_when_each_document_is_dealt() -> None:
    part = make_part()
    quick, slow = (dealer(part, [0, 1], 3_000, 1) for dealer in (quick_deal, deal))
    assert np.array_equal(quick.hits, slow.hits)
    assert np.array_equal(quick.words, slow.words)
    assert np.array_equal(quick.sizes, slow.sizes)
    # Standard errors of a mean and of a standard deviation of 3,000 draws, four of them allowed.
    for mine, theirs in ((quick.dealt_words, slow.dealt_words), (quick.dealt_hits[0], slow.dealt_hits[0])):
        error = theirs.std(axis=0) / np.sqrt(3_000)
        assert (np.abs(mine.mean(axis=0) - theirs.mean(axis=0)) < 4 * np.sqrt(2) * error).all()
        assert np.allclose(mine.std(axis=0), theirs.std(axis=0), rtol=0.12)
    cells = [np.corrcoef(dealt.dealt_words[:, -1], dealt.dealt_hits[0][:, -1])[0, 1] for dealt in (quick, slow)]
    assert abs(cells[0] - cells[1]) < 0.1
    rise, flat = trend_p_values(part, quick), trend_p_values(part, slow)
    assert np.allclose(rise, flat, atol=0.03)


def test_each_mention_and_each_word_is_dealt_once_and_the_same_documents_alike() -> None:
    part = make_part()
    first, again = quick_deal(part, [0, 1], 50, 1), quick_deal(part, [0, 1], 50, 1)
    assert np.array_equal(first.dealt_hits, again.dealt_hits)
    assert np.array_equal(first.dealt_words, again.dealt_words)
    assert np.allclose(first.dealt_hits[2].sum(axis=1), (part.mentions[:, 0] > 0).sum())
    assert np.allclose(first.dealt_words.sum(axis=1), part.words.sum(), rtol=1e-5)
    assert (first.dealt_words > 0).all()


def test_few_documents_are_dealt_one_by_one() -> None:
    part = make_part(500)
    assert np.array_equal(quick_deal(part, [0], 20, 3).dealt_words, deal(part, [0], 20, 3).dealt_words)


def test_where_nothing_changes_small_p_values_are_as_rare_as_they_should_be() -> None:
    rng = np.random.default_rng(11)
    found = []
    for corpus in range(300):
        place = np.sort(rng.integers(0, 8, 2_600))
        words = rng.lognormal(5, 1, 2_600).astype(np.int64) + 1
        mentions = rng.poisson(words / words.mean() * 0.05 * rng.gamma(0.3, 1 / 0.3, 2_600))[:, None]
        part = Part([f"{corpus}-{i}" for i in range(2_600)], words, mentions, place, np.arange(8.0))
        found.append(trend_p_values(part, quick_deal(part, [0], 199, 1))[0])
    # Binomial: 300 corpora, standard deviation 3.8 at 5 % and 8.7 at 50 %.
    assert 5 <= sum(p <= 0.05 for p in found) <= 26
    assert 124 <= sum(p <= 0.5 for p in found) <= 176
