"""Documents drawn from distributions whose rate is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.analyses.permutation import Part

if TYPE_CHECKING:
    from collections.abc import Callable


class Design(NamedTuple):
    """How long documents are, and how much more or less than on average one of them speaks of a concept."""

    spread: float
    """The standard deviation of the logarithm of a document's words."""
    heat: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
    """Mean 1."""


def gamma(shape: float) -> Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]:
    """With Poisson counts: the negative binomial of that dispersion (k)."""
    return lambda rng, size: rng.gamma(shape, 1 / shape, size)


DESIGNS = {
    "poisson": Design(0.7, lambda _, size: np.ones(size)),
    "negative_binomial": Design(0.7, gamma(0.3)),
    "bursty": Design(0.7, lambda rng, size: (rng.random(size) < 0.15) / 0.15 * rng.gamma(1, 1, size)),
    "long_tail": Design(1.2, gamma(0.3)),
    "bursty_long_tail": Design(1.2, lambda rng, size: (rng.random(size) < 0.15) / 0.15 * rng.gamma(1, 1, size)),
}
"""``bursty``: one document in seven speaks of the concept at all. ``long_tail``: the longest of 100 documents has a
tenth of all words."""

MEDIAN_WORDS = 400


def draw_documents(
    name: str, *, corpora: int, documents: int, mean: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """Mentions and words, corpora x documents each, and the true rate per million words.

    Args:
        name: One of ``DESIGNS``.
        corpora: How many.
        documents: In each.
        mean: Expected mentions in 100 documents.
        rng: Where the randomness comes from.
    """
    design = DESIGNS[name]
    size = (corpora, documents)
    words = np.ceil(MEDIAN_WORDS * rng.lognormal(0, design.spread, size)).astype(np.int64)
    rate = mean / 100 / (MEDIAN_WORDS * np.exp(design.spread**2 / 2) + 0.5)  # rounding up adds half a word
    return rng.poisson(rate * words * design.heat(rng, size)), words, rate * 1e6


def draw_steps(name: str, *, curves: int, factor: float, loud: bool, rng: np.random.Generator, until: int = 20) -> Part:
    """Twenty years of 100 documents; each curve has 50 mentions a year, from the eleventh on ``factor`` times as many.

    Args:
        name: One of ``DESIGNS``.
        curves: How many, over the same documents.
        factor: By which the rate is multiplied.
        loud: Whether one document, anywhere, has 200 mentions more.
        rng: Where the randomness comes from.
        until: The year before which the rate falls back.
    """
    design = DESIGNS[name]
    place = np.repeat(np.arange(20), 100)
    words = np.ceil(MEDIAN_WORDS * rng.lognormal(0, design.spread, len(place))).astype(np.int64)
    expected = 0.5 * words / (MEDIAN_WORDS * np.exp(design.spread**2 / 2) + 0.5)
    expected *= np.where((place >= 10) & (place < until), factor, 1)
    heat = np.stack([design.heat(rng, place.shape) for _ in range(curves)], axis=1)
    mentions = rng.poisson(expected[:, None] * heat)
    if loud:
        mentions[rng.integers(0, len(place), curves), np.arange(curves)] += 200
    return Part([str(rng.integers(1 << 60)) for _ in place], words, mentions, place, np.arange(2000.5, 2020))
