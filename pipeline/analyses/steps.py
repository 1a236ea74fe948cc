"""Steps of a curve: where the rate of a concept changes for good."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.analyses.permutation import Dealt, adjust_holm, cap_loud, p_value, size_per_word
from pipeline.analyses.quick_deal import quick_deal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.permutation import Part

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MIN_PERIODS, MIN_SIZE, MIN_DOCUMENTS_WITH = 5, 2, 5
"""Periods with words, periods on each side of a step, and documents with a mention: with fewer nothing is tested."""

LEVEL = 0.05
UP, DOWN = "up", "down"


class Step(NamedTuple):
    """A change of the rate between two periods."""

    first: int
    """The first period after it, counted without those that have no words."""
    p_value: float
    p_adjusted: float
    direction: str = ""
    """``UP`` or ``DOWN``, in the curve that decided: with a loud document the rates may say otherwise."""


class _Gain(NamedTuple):
    """How much better two rates describe some periods than one does."""

    observed: float
    first: int
    permuted: Floats


Gains = dict[tuple[int, int, int], _Gain | None]
"""Of segments, from one period up to another, and concepts: columns of the part; None where too few documents speak."""


def negative_binomial_cost(mentions: Floats, words: Floats, size: Floats | float) -> Floats:
    """Minus twice the log-likelihood of counts at their best common rate, less what does not depend on the rate.

    A document's count is negative binomial with mean ``r * w`` and size ``k * w`` for w words, which are its exposure;
    the variance is ``r * w * (1 + r / k)``. Sums of such counts are of the same kind (Johnson, Kemp and Kotz 2005,
    section 5.5), so that a segment's cost needs its sums alone, and the best rate is mentions / words.

    Args:
        mentions: Of the segments.
        words: Of the segments; above 0.
        size: k, the size per word.
    """
    rate = mentions / words
    cost: Floats = -2 * (
        mentions * np.log(np.maximum(rate, 1e-300) / (size + rate)) - size * words * np.log1p(rate / size)
    )
    return cost


def find_break(mentions: Floats, words: Floats, size: float, min_size: int = MIN_SIZE) -> int:
    """The first period after the one step that describes the periods best, by ``ruptures``, each place tried."""
    from ruptures import Dynp
    from ruptures.base import BaseCost

    class NegativeBinomial(BaseCost):  # type: ignore[misc]
        model = "negative_binomial"
        min_size = 1

        def fit(self, signal: Floats) -> NegativeBinomial:
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            hits, exposure = self.signal[start:end].sum(axis=0)
            return float(negative_binomial_cost(hits, exposure, size))

    signal = np.column_stack([mentions, words]).astype(np.float64)
    search = Dynp(custom_cost=NegativeBinomial(), min_size=min_size, jump=1).fit(signal)
    return int(search.predict(n_bkps=1)[0])


def best_gain(
    mentions: NDArray[np.floating], words: NDArray[np.floating], size: Floats | float, min_size: int = MIN_SIZE
) -> Floats:
    """The greatest fall of the cost by one step: that of ``find_break`` for many curves at once.

    Args:
        mentions: Curves x periods.
        words: Curves x periods.
        size: See ``negative_binomial_cost``.
        min_size: Periods on each side, at least.
    """
    hits, exposure = np.cumsum(mentions, axis=1, dtype=np.float64), np.cumsum(words, axis=1, dtype=np.float64)
    inner = slice(min_size - 1, mentions.shape[1] - min_size)
    whole = negative_binomial_cost(hits[:, -1:], exposure[:, -1:], size)
    left = negative_binomial_cost(hits[:, inner], exposure[:, inner], size)
    right = negative_binomial_cost(hits[:, -1:] - hits[:, inner], exposure[:, -1:] - exposure[:, inner], size)
    gains: Floats = (whole - left - right).max(axis=1)
    return gains


def testable(part: Part) -> Ints:
    """The concepts with enough documents and periods to be tested."""
    enough = len(part.years) >= MIN_PERIODS
    return np.flatnonzero((part.mentions > 0).sum(axis=0) >= MIN_DOCUMENTS_WITH) if enough else np.empty(0, np.int64)


def find_steps(
    part: Part, concepts: Sequence[int], whole: Dealt, permutations: int, seed: int
) -> dict[int, list[Step]]:
    """The steps of each concept, as many as sequential permutation tests find.

    The statistic is the fall of the cost by one step, in the curve of mentions without what is loud or in that of the
    documents with a mention, whichever is greater: the one sees that documents say more, the other that more documents
    speak. At each turn the best further step within the segments so far is compared with the best one when whole
    documents are dealt anew over the dates of their segment; Holm's correction is over all concepts; a concept for
    which it stays below 5 % goes on. At last each step is placed anew between its neighbours (Bai 1997, repartition).

    Args:
        part: The documents.
        concepts: Columns of ``part.mentions``, as ``testable`` gives them.
        whole: These concepts, dealt over all periods.
        permutations: How often the documents of a segment are dealt.
        seed: The study's.

    Returns:
        By concept, in order of time; only those with any.
    """
    known = keep_gains(whole, concepts, (0, len(part.years)), {})
    found = select_steps(part, concepts, known, permutations, seed)
    return {i: place_anew(part, i, steps) for i, steps in found.items()}


def select_steps(
    part: Part, concepts: Sequence[int], known: Gains, permutations: int, seed: int
) -> dict[int, list[Step]]:
    """The steps of ``find_steps`` where each was found first.

    Args:
        part: The documents.
        concepts: Columns of ``part.mentions``.
        known: What is known of them over all periods, and perhaps of segments; all that is learnt here is added.
        permutations: How often the documents of a segment are dealt.
        seed: The study's.
    """
    found: dict[int, list[Step]] = {}
    going = list(concepts)
    while going:
        segments = {i: list(pairwise([0, *(step.first for step in found.get(i, [])), len(part.years)])) for i in going}
        learn_gains(part, segments, known, permutations, seed)
        best = {i: _best_of(segments[i], i, known) for i in going}
        p_values = {i: 1.0 if gain is None else p_value(gain.observed, gain.permuted) for i, gain in best.items()}
        adjusted = dict(zip(concepts, adjust_holm([p_values.get(i, 1.0) for i in concepts]), strict=True))
        further: list[int] = []
        for i in going:
            gain = best[i]
            p = max([adjusted[i], *(step.p_adjusted for step in found.get(i, []))])
            if gain is not None and p < LEVEL:
                found[i] = sorted([*found.get(i, []), Step(gain.first, p_values[i], p)])
                further.append(i)
        going = further
    return found


def learn_gains(
    part: Part, segments: dict[int, list[tuple[int, int]]], known: Gains, permutations: int, seed: int
) -> None:
    """Test the segments that were not tested yet, each for all of its concepts at once."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for i, bounds in segments.items():
        for segment in bounds:
            if (*segment, i) not in known:
                wanted.setdefault(segment, []).append(i)
    for segment, concepts in wanted.items():
        known |= dict.fromkeys([(*segment, i) for i in concepts])
        inside = part.between(*segment)
        enough = (inside.mentions > 0).sum(axis=0) >= MIN_DOCUMENTS_WITH
        mine = [i for i in concepts if enough[i] and len(inside.years) >= 2 * MIN_SIZE]
        if mine:
            keep_gains(quick_deal(inside, mine, permutations, seed), mine, segment, known)


def keep_gains(dealt: Dealt, concepts: Sequence[int], segment: tuple[int, int], known: Gains) -> Gains:
    """Add to what is known the best step of each of some concepts in a segment, and what chance makes of it."""
    for row, i in enumerate(concepts):
        curves = (row, row + len(concepts))
        observed = [best_gain(dealt.hits[[curve]], dealt.words[None, :], dealt.sizes[curve]) for curve in curves]
        permuted = [best_gain(dealt.dealt_hits[curve], dealt.dealt_words, dealt.sizes[curve]) for curve in curves]
        first = segment[0] + _place(dealt, curves)
        known[*segment, i] = _Gain(float(np.max(observed)), first, np.max(permuted, axis=0))
    return known


def _place(dealt: Dealt, curves: Sequence[int]) -> int:
    """The first period after the best step of the curve that it describes best."""
    best = _best_curve(dealt, curves)
    return find_break(dealt.hits[best], dealt.words, float(dealt.sizes[best]))


def _best_curve(dealt: Dealt, curves: Sequence[int]) -> int:
    return max(
        curves, key=lambda curve: float(best_gain(dealt.hits[[curve]], dealt.words[None, :], dealt.sizes[curve])[0])
    )


def _best_of(segments: Sequence[tuple[int, int]], concept: int, known: Gains) -> _Gain | None:
    """The best step of all segments, with the best of all segments in each permutation."""
    gains = [gain for segment in segments if (gain := known[*segment, concept]) is not None]
    if not gains:
        return None
    best = max(gains, key=lambda gain: gain.observed)
    return best._replace(permuted=np.max([gain.permuted for gain in gains], axis=0))


def place_anew(part: Part, concept: int, steps: Sequence[Step]) -> list[Step]:
    """Steps, each placed anew between its neighbours, with its direction."""
    placed = list(steps)
    for number in range(len(steps) if len(steps) > 1 else 0):
        bounds = [0, *(step.first for step in placed), len(part.years)]
        first = bounds[number] + _place(_curves(part, concept, bounds[number], bounds[number + 2]), (0, 1))
        placed[number] = placed[number]._replace(first=first)
    bounds = [0, *(step.first for step in placed), len(part.years)]
    return [
        step._replace(direction=_direction(_curves(part, concept, low, high), step.first - low))
        for step, low, high in zip(placed, bounds, bounds[2:], strict=False)
    ]


def _curves(part: Part, concept: int, first: int, end: int) -> Dealt:
    """Both curves of one concept in the periods from ``first`` up to ``end``, as they are; nothing is dealt."""
    mine = np.flatnonzero((part.place >= first) & (part.place < end))
    mentions, words, place = part.mentions[mine, concept][:, None], part.words[mine], part.place[mine] - first
    columns = np.concatenate([cap_loud(mentions, words), (mentions > 0).astype(np.float64)], axis=1)
    periods = end - first
    hits = np.array([np.bincount(place, column, minlength=periods) for column in columns.T])
    nothing = np.empty((0, periods), np.float32)
    exposure = np.bincount(place, words, minlength=periods).astype(np.float64)
    return Dealt(size_per_word(columns, words), hits, exposure, np.empty((2, 0, periods), np.float32), nothing)


def _direction(curves: Dealt, first: int) -> str:
    """Whether the curve that a step describes best goes up or down at it."""
    hits = curves.hits[_best_curve(curves, (0, 1))]
    before, after = (hits[side].sum() / curves.words[side].sum() for side in (slice(first), slice(first, None)))
    return UP if after > before else DOWN
