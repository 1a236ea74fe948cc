"""The interval of a rate: a bootstrap over documents, read on the log scale with few degrees of freedom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.analyses.measures import bootstrap_rates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FEW_DOCUMENTS, FEW_DOCUMENTS_WITH = 10, 5
"""Below either, an interval of this very kind of period covers less than it says (docs/validation.md)."""

NOTES = ("", "few_documents", "one_document", "no_mentions")

_ZERO = 3.6888794541139363
"""The 97.5 % bound of a Poisson mean of which nothing was seen: -log(0.025)."""
_ONE = (0.025317807984289897, 5.571643390938898)
"""The 95 % interval of a Poisson mean of which one event was seen (Garwood 1936)."""


class Intervals(NamedTuple):
    """The 95 % intervals of several concepts' rates per million words, and which of them cannot be trusted."""

    low: Floats
    high: Floats
    note: list[str]
    """One of ``NOTES`` for each concept."""


def burst_sizes(mentions: Ints) -> Floats:
    """Mentions that come at once: those of the document in which an average mention stands, sum(m^2) / sum(m).

    1 where each document has at most one; 1 too for a concept without a mention.

    Args:
        mentions: Documents x concepts.
    """
    total = mentions.sum(axis=0)
    sizes: Floats = np.where(total > 0, (mentions**2).sum(axis=0) / np.maximum(total, 1), 1.0)
    return sizes


def rate_intervals(mentions: Ints, words: Ints, burst: Floats, draws: int, rng: np.random.Generator) -> Intervals:
    """The 95 % intervals of mentions / words, documents being what varies.

    With r the rate, s its bootstrap standard error (never below half that of single Poisson events) and t the quantiles
    of Student's distribution, from ``r * exp(-t(f) * s / r)`` to ``r * exp(t(max(2, f / 2)) * s / r)``. The degrees of
    freedom are those of the variance's own estimate (Satterthwaite 1946): ``f = 2 * S2^2 / (S4 - S2^2 / n)`` with Sk
    the sums of ``abs(m - r * w) ** k`` over the n documents. Half of them above, because a variance is guessed too low
    just where the rate is (found by simulation: docs/validation.md). Without a mention from 0 to
    ``-log(0.025) * burst / words``, what a Poisson number of bursts of that size can hide; with all mentions in one
    document the exact Poisson bounds of one burst (Garwood 1936).

    Args:
        mentions: Documents x concepts.
        words: Words by document, all above 0.
        burst: The burst size of each concept over the whole corpus.
        draws: Samples of the bootstrap.
        rng: Where the randomness comes from.

    Returns:
        NaN where there are fewer than two documents.
    """
    number, concepts = mentions.shape
    total, with_any = mentions.sum(axis=0), (mentions > 0).sum(axis=0)
    notes = [_note(number, int(n)) for n in with_any]
    low, high = np.full(concepts, np.nan), np.full(concepts, np.nan)
    if number < 2:
        return Intervals(low, high, notes)
    whole = int(words.sum())
    low[total == 0], high[total == 0] = 0.0, _ZERO * 1e6 * burst[total == 0] / whole
    one, several = with_any == 1, np.flatnonzero(with_any > 1)
    low[one] = _ONE[0] * 1e6 * total[one] / whole
    high[one] = _ONE[1] * 1e6 * np.maximum(burst[one], total[one]) / whole
    if len(several):
        rate = 1e6 * total[several] / whole
        # One row a concept: its sum is then the same, to the last bit, whatever concepts stand beside it.
        drawn = np.ascontiguousarray(bootstrap_rates(mentions[:, several], words, draws, rng).T)
        deviation = drawn.std(axis=1) * np.sqrt(number / (number - 1))
        error = np.maximum(deviation / rate, 0.5 / np.sqrt(total[several]))
        below, above = _quantiles(mentions[:, several], words)
        low[several], high[several] = rate * np.exp(-below * error), rate * np.exp(above * error)
    return Intervals(low, high, notes)


def _quantiles(mentions: Ints, words: Ints) -> tuple[Floats, Floats]:
    """Student's 97.5 % quantiles below and above, by concept."""
    from scipy.special import stdtrit

    freedom = _freedom(mentions, words)[0]
    return stdtrit(freedom, 0.975), stdtrit(np.maximum(freedom / 2, 2), 0.975)


def _freedom(mentions: Ints, words: Ints) -> tuple[Floats, Floats]:
    """Degrees of freedom of a rate's variance, and the sum of squares that it is made of; by concept."""
    squares = np.ascontiguousarray((mentions - mentions.sum(axis=0) / words.sum() * words[:, None]).T) ** 2
    second, fourth = squares.sum(axis=1), (squares**2).sum(axis=1)
    spread = np.maximum(fourth - second**2 / len(words), 1e-12 * np.maximum(fourth, 1e-300))
    return np.clip(2 * second**2 / spread, 2, 1e6), second


def _note(documents: int, with_any: int) -> str:
    if not documents:
        return ""
    if not with_any:
        return "no_mentions"
    if documents == 1 or with_any == 1:
        return "one_document"
    return "few_documents" if documents < FEW_DOCUMENTS or with_any < FEW_DOCUMENTS_WITH else ""


class Ratio(NamedTuple):
    """How two rates compare, with a 95 % interval; NaN where either has no mention."""

    value: float
    low: float
    high: float


def compare_rates(before: tuple[Ints, Ints], after: tuple[Ints, Ints]) -> Ratio:
    """The rate after divided by the rate before, each of them (mentions, words) by document.

    The variances on the log scale are those of the linearised rates, sum((m - r * w)^2) / sum(m)^2 * n / (n - 1), with
    half of the degrees of freedom of ``rate_intervals``, put together as by Welch (1947).
    """
    rates, variances, shares = [], [], []
    for mentions, words in (before, after):
        total = int(mentions.sum())
        if not total or len(words) < 2:
            return Ratio(np.nan, np.nan, np.nan)
        freedom, second = _freedom(mentions[:, None], words)
        rates.append(total / int(words.sum()))
        variances.append(max(float(second[0]) * len(words) / (len(words) - 1), total / 4) / total**2)
        shares.append(max(float(freedom[0]) / 2, 2))
    from scipy.special import stdtrit

    whole = sum(variances)
    t = stdtrit(whole**2 / sum(v * v / f for v, f in zip(variances, shares, strict=True)), 0.975)
    ratio = rates[1] / rates[0]
    return Ratio(ratio, ratio * float(np.exp(-t * np.sqrt(whole))), ratio * float(np.exp(t * np.sqrt(whole))))
