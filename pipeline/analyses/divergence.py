"""How far apart the contexts of two concepts are, beyond what chance makes of small samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.analyses.linearised import error_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]

_AT_ONCE = 4_000_000
"""Cells of drawn counts held at once: 32 MB."""


class Divergence(NamedTuple):
    """The distance of two distributions, what chance alone gives, and what is beyond it."""

    distance: float
    chance: float
    """The mean of what chance gives; and its 2.5 % and 97.5 % quantiles."""
    chance_low: float
    chance_high: float
    excess: float
    low: float
    high: float
    p_value: float


def jensen_shannon(first: Floats, second: Floats) -> Floats:
    """The Jensen-Shannon divergence in bits: 0 the same distribution, 1 no word in common (Lin 1991, equal weights).

    The square of ``scipy.spatial.distance.jensenshannon(p, q, base=2)``.

    Args:
        first: Counts of the words; one distribution a row.
        second: Those to compare with, in the same shape.

    Returns:
        One number a row; NaN where a row sums to 0.
    """
    from scipy.special import entr

    sums = first.sum(axis=-1, keepdims=True), second.sum(axis=-1, keepdims=True)
    p, q = first / np.maximum(sums[0], 1e-300), second / np.maximum(sums[1], 1e-300)
    nats = entr((p + q) / 2).sum(axis=-1) - (entr(p).sum(axis=-1) + entr(q).sum(axis=-1)) / 2
    known = (sums[0] > 0)[..., 0] & (sums[1] > 0)[..., 0]
    bits: Floats = np.where(known, np.clip(nats / np.log(2), 0, 1), np.nan)
    return bits


def measure_divergence(first: csr_array, second: csr_array, draws: int, rng: np.random.Generator) -> Divergence:
    """The divergence of two concepts' contexts with its null distribution and an interval, documents being what varies.

    Few words make distributions look different that are not. What chance gives is found by dealing the labels anew: a
    document that has one of the concepts keeps its words together and gets one of the two labels, as many documents
    having each as before; in a document that has both the two are swapped by a coin. That is a permutation test of
    whether it matters at all which of the concepts is named. ``excess = (distance - chance) / (1 - chance)``, as other
    measures are corrected for chance (Hubert and Arabie 1985): 0 no further apart than one concept from itself, 1 not a
    word in common. Its interval is ``excess +- t * s``, s being the bootstrap's standard error over documents: the
    quantiles of the draws themselves lie too high, since a sample drawn with replacement holds fewer documents still.

    Args:
        first: Documents x lemmas, of documents that have either; counts.
        second: The same for the other concept.
        draws: Samples of the bootstrap, and deals.
        rng: Where the randomness comes from.
    """
    size = (first + second).sum(axis=0)
    first, second = (matrix[:, np.flatnonzero(size)].astype(np.float64).tocsr() for matrix in (first, second))
    a, b = first.sum(axis=0), second.sum(axis=0)
    distance = float(jensen_shannon(a, b))
    deals, samples = [], []
    words = first.sum(axis=1), second.sum(axis=1)
    both = (words[0] > 0) & (words[1] > 0)
    moves = (first - second).multiply(both[:, None]).tocsr()[np.flatnonzero(both)]
    lone = (first + second).tocsr()[np.flatnonzero(~both)]
    labels = (words[0] > 0)[~both].astype(np.float64)
    shared = second.T @ both.astype(np.float64)
    at_once = max(1, _AT_ONCE // max(first.shape[1], first.shape[0]))
    for done in range(0, draws, at_once):
        rows = min(at_once, draws - done)
        dealt = rng.permuted(np.broadcast_to(labels, (rows, len(labels))), axis=1)
        swapped = rng.integers(0, 2, (rows, int(both.sum()))).astype(np.float64)
        drawn = np.maximum((lone.T @ dealt.T).T + (moves.T @ swapped.T).T + shared, 0)
        deals.append(jensen_shannon(drawn, np.maximum(a + b - drawn, 0)))
        number = first.shape[0]
        weights = rng.multinomial(number, np.full(number, 1 / number), size=rows).astype(np.float64)
        samples.append(jensen_shannon((first.T @ weights.T).T, (second.T @ weights.T).T))
    null = np.concatenate(deals)
    chance = float(null.mean())
    spread = float(np.nanstd(np.concatenate(samples)))
    quantile = error_of(_influence(first, second, a, b)).quantile
    scale = max(1 - chance, 1e-12)
    excess, error = (distance - chance) / scale, quantile * spread / scale
    p_value = (1 + int((null >= distance - 1e-12).sum())) / (1 + draws)
    chance_low, chance_high = np.quantile(null, [0.025, 0.975]).tolist()
    low, high = max(excess - error, -1.0), min(excess + error, 1.0)
    return Divergence(distance, chance, chance_low, chance_high, excess, low, high, p_value)


def _influence(first: csr_array, second: csr_array, a: Floats, b: Floats) -> Floats:
    """What each document adds to the divergence, to first order (the infinitesimal jackknife, Efron 1982)."""
    p, q = a / a.sum(), b / b.sum()
    middle = (p + q) / 2
    total = np.zeros(first.shape[0])
    for matrix, share, size in ((first, p, a.sum()), (second, q, b.sum())):
        bits = np.log2(np.where(share > 0, share / middle, 1.0))
        total += (matrix @ bits - matrix.sum(axis=1) * float(share @ bits)) / (2 * size)
    return total
