"""Documents dealt over the dates as in `permutation`, some ten times as fast: for corpora of many documents."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from pipeline.analyses.permutation import Dealt, cap_loud, deal, size_per_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.permutation import Part

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LONGEST = 200
"""So many of the longest documents are dealt one by one though they have no mention."""
_ENOUGH = 2_000
"""With fewer documents beside those that are dealt one by one, all are."""
_FEW = 100
"""So many documents of a period are too few for their sum to be normal."""
_AT_ONCE = 1_000_000
"""Dates dealt at once."""


def quick_deal(part: Part, concepts: Sequence[int], permutations: int, seed: int) -> Dealt:
    """Deal the documents of some concepts over the dates.

    Documents with a mention, and the longest ones, are dealt as they are: how many fall into each period is
    multivariate hypergeometric, and who they are is shuffled. Of the thousands of others only the sum of their words by
    period is drawn; where a period has many of them, from the normal distribution that such sums follow (Hajek 1960),
    with mean ``n_j * m`` and covariance
    ``S2 * (n_j * [j = k] - n_j * n_k / N)`` for n_j of N documents with mean m and variance S2 in period j.
    """
    mentions = part.mentions[:, concepts]
    single: NDArray[np.bool_] = np.any(mentions > 0, axis=1)
    if (~single).sum() > _LONGEST:
        single[np.argpartition(part.words, -_LONGEST)[-_LONGEST:]] = True
    if (~single).sum() < _ENOUGH:
        return deal(part, concepts, permutations, seed)
    columns = np.concatenate([cap_loud(mentions, part.words), (mentions > 0).astype(np.float64)], axis=1)
    periods = len(part.years)
    hits = np.array([np.bincount(part.place, column, minlength=periods) for column in columns.T])
    words = np.bincount(part.place, part.words, minlength=periods).astype(np.float64)
    digest = hashlib.sha256("\n".join(part.names).encode()).digest()
    rng = np.random.default_rng([seed, *np.frombuffer(digest, np.uint32).tolist()])
    sizes = np.bincount(part.place, minlength=periods)
    counts = rng.multivariate_hypergeometric(sizes, int(single.sum()), size=permutations)
    dealt_hits, dealt_words = _deal_single(columns[single, : len(concepts)], part.words[single], counts, rng)
    dealt_words += _draw_others(part.words[~single], sizes - counts, rng)
    return Dealt(
        size_per_word(columns, part.words), hits.reshape(-1, periods), words, dealt_hits, dealt_words.astype(np.float32)
    )


def _deal_single(
    mentions: Floats, words: Ints, counts: Ints, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Floats]:
    """Hits (curves x permutations x periods) and words of documents of which ``counts`` fall into each period.

    The curves are those of `Dealt`: mentions, then documents with one.
    """
    permutations, periods = counts.shape
    number, concepts = mentions.shape
    hits = np.zeros((2 * concepts, permutations, periods), np.float32)
    sums = np.empty((permutations, periods))
    carriers = [np.flatnonzero(column) for column in mentions.T]
    at_once = max(1, _AT_ONCE // number)
    for first in range(0, permutations, at_once):
        own = counts[first : first + at_once]
        rows = len(own)
        place = np.repeat(np.tile(np.arange(periods, dtype=np.uint16), rows), own.ravel()).reshape(rows, number)
        rng.permuted(place, axis=1, out=place)
        by_document = np.ascontiguousarray(place.T)
        offsets, size = np.arange(0, rows * periods, periods), rows * periods
        weights = np.repeat(words, rows)
        sums[first : first + rows] = np.bincount((by_document + offsets).ravel(), weights, size).reshape(rows, periods)
        for i, mine in enumerate(carriers):
            cells = (by_document[mine] + offsets).ravel()
            found = np.bincount(cells, np.repeat(mentions[mine, i], rows), minlength=size)
            hits[i, first : first + rows] = found.reshape(rows, periods)
            hits[concepts + i, first : first + rows] = np.bincount(cells, minlength=size).reshape(rows, periods)
    return hits, sums


def _draw_others(words: Ints, counts: Ints, rng: np.random.Generator) -> Floats:
    """The sums of words by period of documents of which ``counts`` (permutations x periods) fall into each.

    Into periods of few documents some of these are drawn; what is left is spread over the others.
    """
    sums = np.zeros(counts.shape)
    few = counts.max(axis=0) <= _FEW
    cells = np.repeat(np.arange(counts.size), np.where(few, counts, 0).ravel())
    drawn = words[rng.integers(0, len(words), size=len(cells))]
    sums += np.bincount(cells, drawn, minlength=counts.size).reshape(counts.shape)
    many = counts[:, ~few]
    number = many.sum(axis=1, keepdims=True)
    noise = rng.standard_normal(many.shape) * np.sqrt(many)
    noise -= many / number * noise.sum(axis=1, keepdims=True)
    left = words.sum() - sums.sum(axis=1, keepdims=True)
    sums[:, ~few] = np.maximum(many * left / number + words.std(ddof=1) * noise, many * float(words.min()))
    return sums
