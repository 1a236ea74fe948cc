"""What means the same in another language: cosines of centred vectors, corrected for hubs.

The vectors of an encoder lie in a narrow cone, and those of one language in a part of it: their mean is taken away
from each side (docs/bilingual.md has what this is worth). Some
vectors are near to everything ("hubs"); CSLS (Conneau et al. 2018) takes from a cosine how near both are to their
neighbours on the other side: ``2 cos(x, y) - r(x) - r(y)``, r the mean of the `NEIGHBOURS` largest cosines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Vectors = NDArray[np.floating]

NEIGHBOURS = 10
_LEAST = 3
"""Vectors from which a mean is taken: that of one or two is what they mean, not what their language is."""
_ROWS = 2_000
"""Rows of a matrix of cosines that are in memory at a time."""


class Matches(NamedTuple):
    """The nearest text of the other language for each text of one."""

    partner: Ints
    """Its row; -1 for a text without a vector, or where the other side has none."""
    cosine: Floats
    mutual: NDArray[np.bool_]
    """Whether the text is also the nearest of its partner."""


def centre(vectors: Vectors, of: Vectors | None = None) -> Floats:
    """Unit vectors less the mean of their language, of length 1 again; a row of zeros stays one.

    Args:
        vectors: Rows of length 1, or of zeros.
        of: The vectors whose mean is taken; the same where absent.
    """
    rows = vectors.astype(np.float64)
    base = rows if of is None else of.astype(np.float64)
    base = base[base.any(axis=1)]
    if len(base) >= _LEAST:
        has = np.asarray(rows.any(axis=1))
        rows = np.where(has[:, None], rows - base.mean(axis=0), 0.0)
    return unit(rows)


def unit(rows: Floats) -> Floats:
    """Rows of length 1; a row of zeros, or next to it, becomes one."""
    length = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return np.where(length > 1e-9, rows / np.maximum(length, 1e-9), 0.0)


def correct_hubs(cosines: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """CSLS of a matrix of cosines; with few rows or columns the neighbours are at most a third of them."""
    if not cosines.size:
        return cosines
    rows, columns = cosines.shape
    of_rows = _mean_of_largest(cosines, min(neighbours, max(1, columns // 3)))
    of_columns = _mean_of_largest(cosines.T, min(neighbours, max(1, rows // 3)))
    return 2 * cosines - of_rows[:, None] - of_columns[None, :]


def match_texts(first: Vectors, second: Vectors) -> tuple[Matches, Matches]:
    """Match the texts of two languages both ways; memory depends on the number of texts, not on that of their pairs.

    Args:
        first: The vectors of one language's texts.
        second: Those of the other's.

    Returns:
        For each text of the first its nearest of the second, and the other way round. Of equals the first is taken.
    """
    left, right = centre(first), centre(second)
    if not len(left) or not len(right):
        return _unmatched(len(left)), _unmatched(len(right))
    of_left = _near(left, right, min(NEIGHBOURS, max(1, len(right) // 3)))
    of_right = _near(right, left, min(NEIGHBOURS, max(1, len(left) // 3)))
    there, back = _best(left, right, of_right), _best(right, left, of_left)
    return _matches(left, right, there, back), _matches(right, left, back, there)


def precision_at_1(found: Ints, truth: Ints) -> float:
    """The share of texts whose nearest text is their translation."""
    return float((found == truth).mean())


def _mean_of_largest(matrix: Floats, number: int) -> Floats:
    largest = np.partition(matrix, matrix.shape[1] - number, axis=1)[:, matrix.shape[1] - number :]
    mean: Floats = np.sort(largest, axis=1).mean(axis=1)
    return mean


def _near(of: Floats, others: Floats, number: int) -> Floats:
    parts = [_mean_of_largest(of[at : at + _ROWS] @ others.T, number) for at in range(0, len(of), _ROWS)]
    return np.concatenate(parts)


def _best(of: Floats, others: Floats, near_others: Floats) -> Ints:
    """The column with the largest CSLS (what is the same for a row changes nothing); -1 where there is no vector."""
    parts = [(2 * of[at : at + _ROWS] @ others.T - near_others).argmax(axis=1) for at in range(0, len(of), _ROWS)]
    best: Ints = np.where(of.any(axis=1) & others.any(), np.concatenate(parts), -1)
    return best


def _matches(left: Floats, right: Floats, there: Ints, back: Ints) -> Matches:
    cosine = np.where(there >= 0, (left * right[there]).sum(axis=1), np.nan)
    return Matches(there, cosine, (there >= 0) & (back[there] == np.arange(len(left))))


def _unmatched(number: int) -> Matches:
    return Matches(np.full(number, -1, np.int64), np.full(number, np.nan), np.zeros(number, np.bool_))
