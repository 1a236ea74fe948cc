"""How often two concepts stand together, against what chance would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.analyses.intervals import burst_sizes
from pipeline.analyses.linearised import error_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_ZERO = 3.6888794541139363
"""The 97.5 % bound of a Poisson mean of which nothing was seen: -log(0.025)."""


class Ratio(NamedTuple):
    """Observed over expected, with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


def chance_ratio(units: Ints, draws: int, rng: np.random.Generator) -> Ratio:
    """Units with both concepts over those expected if the two knew nothing of each other: O11 / E11, E11 = R1 C1 / N.

    1 is chance, 2 twice as often as chance. Units are documents or passages; documents are what varies. The interval is
    ``ratio * exp(+- t * s)``: s is the standard error of the ratio over a bootstrap of documents (Efron 1979), relative
    to the ratio, and never below that of Poisson counts of ``both``. Documents that are alike in their four numbers are
    drawn as one kind, which is the same and costs as much as there are kinds. Without a unit that has both, the ratio
    is 0 and its interval goes up to ``-log(0.025) * burst / E11``, burst being the units of a concept that a document
    has at once (sum(m^2) / sum(m)), of the concept of which it has fewer.

    Args:
        units: Documents x 4: all its units, those that have the first concept, the second, both.
        draws: Samples of the bootstrap.
        rng: Where the randomness comes from.

    Returns:
        NaN where one of the two concepts is nowhere; without bounds where there are fewer than two documents, or where
        each of all units has one of the concepts, so that the ratio is 1 by itself.
    """
    n, r, c, o = (int(total) for total in units.sum(axis=0))
    if not r or not c:
        return Ratio(np.nan, np.nan, np.nan)
    expected = r * c / n
    ratio = o / expected
    if len(units) < 2 or n in {r, c}:
        return Ratio(ratio, np.nan, np.nan)
    if not o:
        burst = float(burst_sizes(units[:, 1:3]).min())
        return Ratio(0.0, 0.0, _ZERO * burst / expected)
    kinds, number = np.unique(units, axis=0, return_counts=True)
    drawn = rng.multinomial(len(units), number / len(units), size=draws) @ kinds
    known = (drawn[:, 1] > 0) & (drawn[:, 2] > 0)
    ratios = drawn[known, 3] * drawn[known, 0] / (drawn[known, 1].astype(np.float64) * drawn[known, 2])
    quantile = error_of(units @ np.array([1 / n, -1 / r, -1 / c, 1 / o])).quantile
    error = max(float(ratios.std()) / ratio, _poisson_error(n, r, c, o))
    return Ratio(ratio, ratio * float(np.exp(-quantile * error)), ratio * float(np.exp(quantile * error)))


def _poisson_error(n: int, r: int, c: int, o: int) -> float:
    """Half the standard error of log(O11 / E11) if all units were drawn apart (delta method on the multinomial)."""
    return 0.5 * float(np.sqrt(max(1 / o - 1 / r - 1 / c + 1 / n, 0.0)))
