"""Measures of frequency, each one function in the field's notation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def per_million(mentions: Ints | Floats, words: Ints | Floats) -> Floats:
    """Mentions per million words; NaN where there are no words."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(words) > 0, 1e6 * np.asarray(mentions) / np.asarray(words), np.nan)


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927, without continuity correction); NaN without trials."""
    if trials == 0:
        return float("nan"), float("nan")
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * float(np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)))
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == trials else (centre + spread) / scale
    return low, high


def dispersion_dp(mentions: Ints, words: Ints) -> float:
    """Gries' deviation of proportions, normalised: 0 spread as the words are, 1 all in the smallest document.

    DP = sum(abs(v - s)) / 2 with s the documents' shares of the words and v their shares of the mentions (Gries 2008);
    divided by 1 - min(s) (Lijffijt and Gries 2012). NaN without mentions or with fewer than two documents with words.

    Args:
        mentions: Mentions by document.
        words: Words by document; documents without words are left out.
    """
    mentions, words = mentions[words > 0], words[words > 0]
    if len(words) < 2 or not mentions.sum():
        return float("nan")
    s = words / words.sum()
    v = mentions / mentions.sum()
    return float(np.abs(v - s).sum() / 2 / (1 - s.min()))


def bootstrap_rates(mentions: Ints, words: Ints, draws: int, rng: np.random.Generator) -> Floats:
    """Rates per million of samples of documents, drawn with replacement, as many as there are (Efron 1979).

    Documents, not words, are what varies: words of one document are not independent of each other.

    Args:
        mentions: Documents x concepts.
        words: Words by document.
        draws: How many samples.
        rng: Where the randomness comes from.

    Returns:
        Draws x concepts; NaN for a sample without words.
    """
    from scipy.sparse import csr_array

    number, concepts = mentions.shape
    with_any: NDArray[np.bool_] = np.any(mentions, axis=1)
    slot, used = np.cumsum(with_any) - 1, int(with_any.sum())
    by_concept = csr_array(mentions[with_any].T.astype(np.float64))
    sums = np.empty(draws)
    hits = np.zeros((draws, concepts))
    at_once = max(1, 2_000_000 // max(number, 1))
    for first in range(0, draws, at_once):
        rows = min(at_once, draws - first)
        drawn = rng.integers(0, number, size=rows * number, dtype=np.uint16 if number <= 1 << 16 else np.uint32)
        sums[first : first + rows] = words[drawn].reshape(rows, number).sum(axis=1)
        if used:
            place = np.flatnonzero(with_any[drawn])
            cell = place // number * used + slot[drawn[place]]
            weights = np.bincount(cell, minlength=rows * used).reshape(rows, used)
            hits[first : first + rows] = (by_concept @ weights.T).T
    return per_million(hits, sums[:, None])
