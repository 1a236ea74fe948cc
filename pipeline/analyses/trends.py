"""Trends of a curve: how much the rate of a concept grows or falls from year to year."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.analyses.measures import Z_95
from pipeline.analyses.permutation import p_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.analyses.permutation import Dealt, Part

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class RateRatio(NamedTuple):
    """How a rate changes from year to year."""

    ratio: float
    """The rate of a year divided by that of the year before."""
    low: float
    high: float
    rate: Floats
    """The fitted rate of each document's date."""


class MannKendall(NamedTuple):
    """Whether values rise or fall."""

    tau: float
    p_value: float


def rate_ratio(mentions: Ints, words: Ints, years: Floats) -> RateRatio | None:
    """The rate ratio a year of a log-linear model of counts with exposure, with errors by document.

    Poisson regression of the mentions of documents with the logarithm of their words as offset; the covariance is the
    sandwich (White 1980; HC0), so that it does not matter that counts are no Poisson counts (Wooldridge 1999).

    Args:
        mentions: By document.
        words: By document; above 0.
        years: The date of each document, in decimal years.

    Returns:
        The ratio with its 95 % interval; None where the fit does not settle, as when all mentions are of one date.
    """
    middle = np.average(years, weights=words)
    design = np.column_stack([np.ones(len(years)), years - middle])
    beta = np.array([np.log(mentions.sum() / words.sum()), 0.0])
    for _ in range(50):
        expected = words * np.exp(np.clip(design @ beta, -500, 50))
        bread = design.T @ (design * expected[:, None])
        if not np.isfinite(bread).all() or np.linalg.cond(bread) > 1e12:
            return None
        step = np.linalg.solve(bread, design.T @ (mentions - expected))
        beta += step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    else:
        return None
    meat = design.T @ (design * ((mentions - expected) ** 2)[:, None])
    inverse = np.linalg.inv(bread)
    error = float(np.sqrt((inverse @ meat @ inverse)[1, 1]))
    low, ratio, high = (float(np.exp(beta[1] + z * error)) for z in (-Z_95, 0, Z_95))
    return RateRatio(ratio, low, high, np.exp(design @ beta))


def trend_p_values(part: Part, dealt: Dealt) -> list[float]:
    """The chance that whole documents, dealt over the dates, lean as far in time as they do; by concept, two-sided.

    The statistic is the score of ``rate_ratio``, sum(t * (m - r * w)) with r the common rate, of mentions without what
    is loud.
    """
    half = len(dealt.sizes) // 2
    years = part.years - part.years.mean()
    rates = dealt.hits[:half].sum(axis=1) / dealt.words.sum()
    observed = np.abs((dealt.hits[:half] - rates[:, None] * dealt.words) @ years)
    permuted = [np.abs((dealt.dealt_hits[i] - rates[i] * dealt.dealt_words) @ years) for i in range(half)]
    return [p_value(float(observed[i]), permuted[i]) for i in range(half)]


def mann_kendall(values: Floats) -> MannKendall:
    """The test of Mann (1945) and Kendall (1975) with continuity correction and its variance corrected for ties.

    ``tau = S / (n * (n - 1) / 2)``, S the pairs that rise less those that fall.
    """
    from scipy.special import ndtr

    number = len(values)
    s = float(np.sign(values[None, :] - values[:, None])[np.triu_indices(number, 1)].sum())
    ties = np.unique(values, return_counts=True)[1]
    variance = (number * (number - 1) * (2 * number + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
    return MannKendall(s / (number * (number - 1) / 2), float(2 * ndtr(-abs(z))))


def sen_slope(values: Floats, years: Floats) -> float:
    """The median of the slopes of all pairs (Theil 1950, Sen 1968), in units of the values per year."""
    from scipy.stats import theilslopes

    return float(theilslopes(values, years).slope)
