"""Standard errors by what each document adds to a statistic (linearisation, the infinitesimal jackknife)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Error(NamedTuple):
    """A standard error and the 97.5 % quantile of Student's distribution that goes with it."""

    standard: float
    quantile: float
    freedom: float


def error_of(influence: NDArray[np.float64]) -> Error:
    """The standard error of a statistic, given what each document adds to it.

    ``s^2 = S2 * n / (n - 1)`` with degrees of freedom ``2 * S2^2 / (S4 - S2^2 / n)``, Sk the sum of the k-th powers
    over the n documents (Efron 1982, chapter 6; Satterthwaite 1946): where few documents add much, they are few.

    Args:
        influence: One number a document; they sum to 0. At least two.
    """
    from scipy.special import stdtrit

    number = len(influence)
    second, fourth = float((influence**2).sum()), float((influence**4).sum())
    spread = max(fourth - second**2 / number, 1e-12 * fourth, 1e-300)
    freedom = min(max(2 * second**2 / spread, 2.0), 1e6)
    return Error(float(np.sqrt(second * number / max(number - 1, 1))), float(stdtrit(freedom, 0.975)), freedom)
