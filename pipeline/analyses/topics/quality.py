"""How good and how sure topics are: one function a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

TOP = 10
_EPSILON = 1e-12
"""Added to the probability of a pair, as gensim and Palmetto do."""


def top_words(topic_word: NDArray[np.float32], number: int = TOP) -> Ints:
    """The likeliest words of each topic, the likeliest first; of equal ones that with the lower number.

    Returns:
        Topics x number; fewer where there are fewer words.
    """
    order: Ints = np.argsort(-topic_word, axis=1, kind="stable")[:, :number]
    return order


def frex(topic_word: NDArray[np.float32], weight: float = 0.5) -> Floats:
    """Frequent and exclusive: ``1 / (w / F(exclusivity) + (1 - w) / F(frequency))`` (Bischof and Airoldi 2012).

    F is the rank among the words of the topic over their number; exclusivity the word's probability in the topic over
    the sum of its probabilities in all topics. As in the R package stm, whose weight for labels is 0.5.

    Returns:
        Topics x words, above 0 and up to 1.
    """
    from scipy.stats import rankdata

    probability = topic_word.astype(np.float64)
    exclusivity = probability / np.maximum(probability.sum(axis=0), 1e-300)
    ranks = [rankdata(values, "max", axis=1) / values.shape[1] for values in (exclusivity, probability)]
    scores: Floats = 1 / (weight / ranks[0] + (1 - weight) / ranks[1])
    return scores


def exclusivity(topic_word: NDArray[np.float32], number: int = TOP) -> Floats:
    """The mean FREX (weight 0.7, as stm's ``exclusivity``, which gives the sum) of each topic's likeliest words."""
    scores = frex(topic_word, 0.7)
    mean: Floats = np.take_along_axis(scores, top_words(topic_word, number), axis=1).mean(axis=1)
    return mean


def diversity(topic_word: NDArray[np.float32], number: int = 25) -> float:
    """The share of different words among the likeliest 25 of all topics (Dieng, Ruiz and Blei 2020)."""
    top = top_words(topic_word, number)
    return len(np.unique(top)) / top.size


class Coherence(NamedTuple):
    """Coherence by topic."""

    npmi: Floats
    """-1 to 1."""
    c_v: Floats
    """About 0 to 1."""


def coherence(counts: csr_array, top: Ints) -> Coherence:
    """How often the likeliest words of a topic stand in the same units.

    NPMI: the mean over all pairs of ``log(p(a, b) / (p(a) p(b))) / -log(p(a, b))`` (Bouma 2009; Aletras and Stevenson
    2013). C_v: each word's vector of NPMI with all of the topic's words, its cosine with the sum of these vectors, the
    mean over words (Röder, Both and Hinneburg 2015). p is the share of units, of which each is one window.

    Args:
        counts: Units x words.
        top: Topics x words.
    """
    words, index = np.unique(top, return_inverse=True)
    index = index.reshape(top.shape)
    present = counts[:, words].copy()
    present.data = np.ones_like(present.data, np.int64)
    together = np.asarray((present.T.astype(np.int64) @ present.astype(np.int64)).todense(), np.float64)
    units = max(counts.shape[0], 1)
    joint = together / units + _EPSILON
    single = np.diag(together) / units
    with np.errstate(divide="ignore", invalid="ignore"):
        association = np.log(joint / np.outer(single, single)) / -np.log(joint)
    association = np.nan_to_num(association, nan=0.0, posinf=1.0, neginf=-1.0)
    pairs = np.triu_indices(top.shape[1], 1)
    npmi, c_v = [], []
    for row in index:
        own = association[np.ix_(row, row)]
        npmi.append(own[pairs].mean() if len(pairs[0]) else np.nan)
        whole = own.sum(axis=0)
        norm = np.linalg.norm(own, axis=1) * np.linalg.norm(whole)
        c_v.append(np.divide(own @ whole, norm, out=np.zeros(len(row)), where=norm > 0).mean())
    return Coherence(np.array(npmi), np.array(c_v))


def rank_biased_overlap(first: Ints, second: Ints, persistence: float = 0.9) -> float:
    """How alike two rankings of equal length are, 0 to 1; RBO_EXT of Webber, Moffat and Zobel (2010), equation 32."""
    depth = np.arange(1, len(first) + 1)
    places = np.full(len(first), len(first), np.int64)
    found = {word: i for i, word in enumerate(second.tolist())}
    for i, word in enumerate(first.tolist()):
        if word in found:
            places[i] = max(i, found[word])
    overlap = np.cumsum(np.bincount(places, minlength=len(first) + 1)[: len(first)]) / depth
    tail = overlap[-1] * persistence ** len(first)
    return float((1 - persistence) / persistence * (overlap * persistence**depth).sum() + tail)


class Stability(NamedTuple):
    """How far other fits find the same topics; by topic, NaN without another fit."""

    overlap: Floats
    """Mean rank-biased overlap of the 20 likeliest words with the topic of another fit that it is matched with."""
    jaccard: Floats
    """Mean Jaccard index of the 10 likeliest words."""
    units: Floats
    """Mean Pearson correlation, over units, of the topic's share in the two fits."""


def match_topics(first: NDArray[np.float32], second: NDArray[np.float32]) -> Ints:
    """The topic of ``second`` that each topic of ``first`` is matched with so that the cosines' sum is largest
    (Kuhn 1955); -1 where ``second`` has too few.
    """  # noqa: D205
    from scipy.optimize import linear_sum_assignment

    a, b = (
        m.astype(np.float64) / np.maximum(np.linalg.norm(m, axis=1, keepdims=True), 1e-300) for m in (first, second)
    )
    rows, columns = linear_sum_assignment(-np.einsum("iw,jw->ij", a, b))
    matched = np.full(len(first), -1, np.int64)
    matched[rows] = columns
    return matched


def stability(
    topic_word: NDArray[np.float32],
    unit_topic: NDArray[np.float32],
    others: list[tuple[NDArray[np.float32], NDArray[np.float32]]],
) -> Stability:
    """Match the topics with those of other fits of the same units; a topic without a match counts as 0."""
    topics = len(topic_word)
    sums = np.zeros((3, topics))
    mine = top_words(topic_word, 20)
    for words, units in others:
        matched = match_topics(topic_word, words)
        theirs = top_words(words, 20)
        for topic in np.flatnonzero(matched >= 0):
            other = matched[topic]
            a, b = set(mine[topic, :TOP].tolist()), set(theirs[other, :TOP].tolist())
            sums[0, topic] += rank_biased_overlap(mine[topic], theirs[other])
            sums[1, topic] += len(a & b) / len(a | b)
            sums[2, topic] += _correlation(unit_topic[:, topic], units[:, other])
    return Stability(*(sums / len(others) if others else np.full((3, topics), np.nan)))


def finest_number(scores: Sequence[Floats]) -> int:
    """Which number of topics to take: the last whose mean score lies within a standard error of the best mean.

    The rule of one standard error (Breiman et al. 1984), for the finest instead of the simplest model: where scores
    hardly differ, few large topics are no better, and say less. The error is that of the best mean over its topics.

    Args:
        scores: For each number, in rising order, the scores of its topics.
    """
    means = np.array([own.mean() for own in scores])
    best = scores[int(np.argmax(means))]
    error = best.std(ddof=1) / np.sqrt(len(best)) if len(best) > 1 else 0.0
    return int(np.flatnonzero(means >= means.max() - error - 1e-12)[-1])


def held_out_likelihood(topic_word: NDArray[np.float32], theta: NDArray[np.float32], counts: csr_array) -> float:
    """The log-likelihood per word of words whose units' topics were found from other words (document completion,
    Wallach et al. 2009); natural logarithm, higher is better.

    Args:
        topic_word: Topics x words.
        theta: Units x topics, found from the first halves.
        counts: Units x words of the second halves.
    """  # noqa: D205
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    words = topic_word.T.astype(np.float64)
    whole = 0.0
    step = max(1, 4_000_000 // len(topic_word))
    for start in range(0, len(row), step):
        cells = slice(start, start + step)
        share = (theta[row[cells]] * words[counts.indices[cells]]).sum(axis=1)
        whole += float((counts.data[cells] * np.log(np.maximum(share, 1e-300))).sum())
    return whole / max(int(counts.sum()), 1)


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    a, b = first - first.mean(dtype=np.float64), second - second.mean(dtype=np.float64)
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > 0 else 0.0
