"""The lexicon's Chinese terms held whole: 城市 + 外交 under a mention of 城市外交 become one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.concepts.spans import Spans

    Ints = NDArray[np.int64]


def find_touched(start: Ints, end: Ints, low: Ints, high: Ints) -> NDArray[np.bool_]:
    """Whether each token overlaps one of some intervals; both are in order and do not overlap among themselves."""
    number = len(start)
    first, last = np.searchsorted(end, low, side="right"), np.searchsorted(start, high, side="left")
    edges = np.bincount(first, minlength=number + 1) - np.bincount(last, minlength=number + 1)
    touched: NDArray[np.bool_] = np.cumsum(edges[:number]) > 0
    return touched


def hold_whole(start: Ints, end: Ints, holds: Spans) -> tuple[Ints, Ints, Ints]:
    """Tokens in which each of ``holds`` is one token.

    A token that a hold cuts through is left with what stands outside: 外交部 beside a held 城市外交 becomes 部.

    Args:
        start: Code points before each token, in order, int64.
        end: Code points before what follows it, int64; tokens do not overlap.
        holds: Spans in order that do not overlap.

    Returns:
        Start and end of the new tokens, and for each the index of the token that it was, -1 if it is new.
    """
    if not len(holds.start):
        return start, end, np.arange(len(start))
    cut_starts = np.concatenate([start[~_strictly_inside(start, holds.start, holds.end)], holds.start,
                                 holds.end[_strictly_inside(holds.end, start, end)]])  # fmt: skip
    cut_ends = np.concatenate([end[~_strictly_inside(end, holds.start, holds.end)], holds.end,
                               holds.start[_strictly_inside(holds.start, start, end)]])  # fmt: skip
    new_start, new_end = _in_order(cut_starts), _in_order(cut_ends)
    was = np.minimum(np.searchsorted(start, new_start), max(len(start) - 1, 0))
    same = (start[was] == new_start) & (end[was] == new_end) if len(start) else np.zeros(len(new_start), np.bool_)
    return new_start, new_end, np.where(same, was, -1)


def _in_order(points: Ints) -> Ints:
    """Distinct points in order. They are almost sorted, for which a stable sort is far faster than hashing."""
    points = np.sort(points, kind="stable")
    distinct: Ints = points[np.concatenate([[True], points[1:] != points[:-1]])]
    return distinct


def _strictly_inside(points: Ints, low: Ints, high: Ints) -> NDArray[np.bool_]:
    """Whether each point lies strictly inside one of the intervals, which are in order and do not overlap."""
    if not len(low):
        return np.zeros(len(points), dtype=np.bool_)
    before = np.searchsorted(low, points, side="left") - 1
    inside: NDArray[np.bool_] = (before >= 0) & (points < high[before])
    return inside
