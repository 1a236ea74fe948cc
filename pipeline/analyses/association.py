"""Measures of association between a concept and a word near it, in the notation of Evert (2008).

O11 counts the word within the windows, O12 other words within them, O21 the word elsewhere, O22 the rest;
R1 = O11 + O12, C1 = O11 + O21, N is the sum of all and E11 = R1 * C1 / N. A measure without a value (its row or column
is empty) is NaN; one whose limit is minus infinity (O11 is 0) is that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64] | NDArray[np.float64]


def expected(o11: Counts, o12: Counts, o21: Counts, o22: Counts) -> Floats:
    """E11, what O11 would be if the word did not care for the concept."""
    r1, c1 = np.asarray(o11, np.float64) + o12, np.asarray(o11, np.float64) + o21
    return _ratio(r1 * c1, r1 + o21 + o22)


def log_likelihood(o11: Counts, o12: Counts, o21: Counts, o22: Counts) -> Floats:
    """G2 over four cells, 2 * sum(O * ln(O / E)) (Dunning 1993); 0 or more, whether attracted or repelled."""
    table = np.array([o11, o12, o21, o22], np.float64)
    rows = np.array([table[0] + table[1]] * 2 + [table[2] + table[3]] * 2)
    columns = np.array([table[0] + table[2], table[1] + table[3]] * 2)
    share = np.where(table > 0, _ratio(table * table.sum(axis=0), rows * columns), 1.0)
    g2: Floats = np.where(table.sum(axis=0) > 0, np.maximum(2 * (table * np.log(share)).sum(axis=0), 0), np.nan)
    return g2


def mutual_information(o11: Counts, o12: Counts, o21: Counts, o22: Counts) -> Floats:
    """MI, log2(O11 / E11) (Church and Hanks 1990)."""
    return _log2(_ratio(np.asarray(o11, np.float64), expected(o11, o12, o21, o22)))


def t_score(o11: Counts, o12: Counts, o21: Counts, o22: Counts) -> Floats:
    """t, (O11 - E11) / sqrt(O11) (Church et al. 1991)."""
    e11 = expected(o11, o12, o21, o22)
    with np.errstate(divide="ignore", invalid="ignore"):
        t: Floats = (o11 - e11) / np.sqrt(np.asarray(o11, np.float64))
    return t


def log_dice(o11: Counts, o12: Counts, o21: Counts, o22: Counts) -> Floats:  # noqa: ARG001 - all measures are called alike
    """LogDice, 14 + log2(2 * O11 / (R1 + C1)) (Rychlý 2008, the concept's frequency being the words in its windows)."""
    o11 = np.asarray(o11, np.float64)
    return 14 + _log2(_ratio(2 * o11, 2 * o11 + o12 + o21))


def delta_p(o11: Counts, o12: Counts, o21: Counts, o22: Counts) -> Floats:
    """Delta P of the word given the concept, O11 / R1 - O21 / R2 (Ellis 2006, Gries 2013).

    That of the concept given the word is ``delta_p(o11, o21, o12, o22)``.
    """
    o11, o21 = np.asarray(o11, np.float64), np.asarray(o21, np.float64)
    return _ratio(o11, o11 + o12) - _ratio(o21, o21 + o22)


def adjust_benjamini_hochberg(p_values: Floats | Sequence[float]) -> Floats:
    """P-values corrected so that of the claims below a level no greater share is false (Benjamini, Hochberg 1995)."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(-p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1)))
    return adjusted


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(below > 0, above / below, np.nan)
    return ratio


def _log2(ratio: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        logarithm: Floats = np.log2(ratio)
    return logarithm
