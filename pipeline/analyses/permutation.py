"""Whole documents dealt anew over the dates of a corpus: what chance alone does to a curve."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PERMUTATIONS = 1_999
_AT_ONCE = 4_000_000
"""Dates dealt at once: 32 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The dated documents with words of one language and group."""

    names: Sequence[str]
    """Their ids."""
    words: Ints
    mentions: Ints
    """Documents x concepts."""
    place: Ints
    """The period of each, counted without those that have no words."""
    years: Floats
    """The middle of each of these periods in decimal years."""

    def between(self, first: int, end: int) -> Part:
        """The documents of the periods from ``first`` up to ``end``."""
        mine = np.flatnonzero((self.place >= first) & (self.place < end))
        names = [self.names[i] for i in mine.tolist()]
        return Part(names, self.words[mine], self.mentions[mine], self.place[mine] - first, self.years[first:end])


def cap_loud(mentions: Ints, words: Ints) -> Floats:
    """Mentions with each document's excess over the common rate cut at the 95 % quantile of those that have any.

    Winsorising (Tukey 1962): a loud document still counts, as one of the louder ones. The cut looks at no date, so that
    a permutation test of what is left is as exact as before. The quantile is the value of a document, never that of the
    loudest.

    Args:
        mentions: Documents x concepts.
        words: Words by document.
    """
    expected = mentions.sum(axis=0) / max(int(words.sum()), 1) * words[:, None]
    capped = mentions.astype(np.float64)
    for i in range(mentions.shape[1]):
        excess = (mentions[:, i] - expected[:, i])[mentions[:, i] > 0]
        if len(excess) > 1:
            most = np.sort(excess)[min(int(0.95 * (len(excess) - 1)), len(excess) - 2)]
            capped[:, i] = np.minimum(capped[:, i], np.maximum(expected[:, i] + most, 0))
    return capped


def permute_documents(
    mentions: Floats, part: Part, permutations: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mentions and words by period when the documents, each with its mentions and words, are dealt over the dates.

    Each period keeps its number of documents. The same documents are always dealt in the same way.

    Args:
        mentions: Documents x concepts, of the documents of ``part``.
        part: The documents.
        permutations: How often.
        seed: The study's.

    Returns:
        Concepts x permutations x periods, and permutations x periods.
    """
    number, periods = len(part.words), len(part.years)
    rng = np.random.default_rng([seed, *_digest(part.names)])
    hits = np.zeros((mentions.shape[1], permutations, periods), np.float32)
    words = np.empty((permutations, periods), np.float32)
    carriers = [np.flatnonzero(column) for column in mentions.T]
    at_once = max(1, _AT_ONCE // max(number, 1))
    for first in range(0, permutations, at_once):
        rows = min(at_once, permutations - first)
        place = np.repeat(part.place[None, :], rows, axis=0)
        rng.permuted(place, axis=1, out=place)
        place += np.arange(0, rows * periods, periods)[:, None]
        size = rows * periods
        weights = np.broadcast_to(part.words, place.shape).ravel()
        words[first : first + rows] = np.bincount(place.ravel(), weights, minlength=size).reshape(rows, periods)
        for i, mine in enumerate(carriers):
            weights = np.broadcast_to(mentions[mine, i], (rows, len(mine))).ravel()
            sums = np.bincount(place[:, mine].ravel(), weights, minlength=size)
            hits[i, first : first + rows] = sums.reshape(rows, periods)
    return hits, words


@dataclass(frozen=True, slots=True, eq=False)
class Dealt:
    """Two curves of each of some concepts, as they are and as chance deals them.

    The first half of the curves is that of mentions without what is loud (``cap_loud``), the second that of the
    documents with a mention, in the same order of concepts.
    """

    sizes: Floats
    """Of each curve: see ``size_per_word``."""
    hits: Floats
    """Curves x periods."""
    words: Floats
    """Periods."""
    dealt_hits: NDArray[np.float32]
    """Curves x permutations x periods."""
    dealt_words: NDArray[np.float32]
    """Permutations x periods."""


def deal(part: Part, concepts: Sequence[int], permutations: int, seed: int) -> Dealt:
    """Deal the documents of some concepts over the dates."""
    mentions = part.mentions[:, concepts]
    columns = np.concatenate([cap_loud(mentions, part.words), (mentions > 0).astype(np.float64)], axis=1)
    periods = len(part.years)
    hits = np.array([np.bincount(part.place, column, minlength=periods) for column in columns.T])
    dealt = permute_documents(columns, part, permutations, seed)
    words = np.bincount(part.place, part.words, minlength=periods).astype(np.float64)
    return Dealt(size_per_word(columns, part.words), hits.reshape(-1, periods), words, *dealt)


def size_per_word(hits: Floats, words: Ints) -> Floats:
    """The size, per word, of the negative binomial distribution (NB) that documents follow, by moments.

    With counts of mean ``r * w`` and size ``k * w`` the variance is ``r * w * (1 + r / k)``; the factor is estimated as
    Pearson's, sum((m - r * w)^2) / sum(m), never below 1.01.

    Args:
        hits: Documents x curves.
        words: Words by document.
    """
    total = hits.sum(axis=0)
    rate = np.maximum(total, 1e-300) / words.sum()
    factor = ((hits - rate * words[:, None]) ** 2).sum(axis=0) / np.maximum(total, 1e-300)
    size: Floats = rate / np.maximum(factor - 1, 0.01)
    return size


def p_value(observed: float, permuted: NDArray[np.floating]) -> float:
    """The share of permutations that reach the observed value, itself among them (Phipson and Smyth 2010)."""
    return float((1 + (permuted >= observed * (1 - 1e-6)).sum()) / (1 + len(permuted)))


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number so that the chance of any false claim stays below the level (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    factor = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(np.asarray(p_values)[order] * factor))
    return [float(p) for p in adjusted]


def _digest(names: Iterable[str]) -> list[int]:
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return [int(number) for number in np.frombuffer(digest, np.uint32)]
