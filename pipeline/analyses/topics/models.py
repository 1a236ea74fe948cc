"""The models behind one interface: `fit` and `transform`. Nothing else here knows the libraries that do the work.

Each model runs in one thread: the same counts, settings and seed give the same bytes on any machine of a kind.

========  ===========================================================================================================
lda       latent Dirichlet allocation (Blei, Ng and Jordan 2003), from the topics of nmf; `pipeline.analyses.topics.lda`
dmr       topics' prior regressed on covariates (Mimno and McCallum 2008); by topica
stm       structural topic model, prevalence covariates (Roberts et al. 2014); by topica
dtm       words of a topic change from period to period (Blei and Lafferty 2006); by topica
hdp       finds the number of topics (Teh et al. 2006); by topica
keyatm    topics led by keywords (Eshima, Imai and Sasaki 2024); by topica
nmf       non-negative matrix factorisation of tf-idf (Lee and Seung 1999); by scikit-learn
========  ===========================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float32]

FORMAT = 3
"""Raised when what `fit` gives for the same input, or how a model is kept, changes."""
_FOLD_IN_ROUNDS, _FOLD_IN_VALUES = 50, 4_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What is fitted."""

    model: str
    topics: int
    iterations: int
    seed: int
    anchored: bool = False
    """Whether the fit starts without chance: lda and nmf from singular vectors (Boutsidis and Gallopoulos 2008), stm
    from anchor words (Arora et al. 2013)."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What some models know of units and words beside the counts."""

    covariates: NDArray[np.float64] | None = None
    """Units x covariates, no constant among them."""
    covariate_names: Sequence[str] = ()
    document: NDArray[np.int64] | None = None
    """The document of each unit; each unit is one where absent."""
    period: NDArray[np.int64] | None = None
    """The period of each unit, numbered without gaps from 0."""
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Words of the vocabulary by topic."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A model as arrays; rows of ``topic_word`` and ``unit_topic`` sum to 1."""

    topic_word: Floats
    """Topics x words."""
    unit_topic: Floats
    """Units x topics."""
    alpha: Floats
    """The prior over topics."""
    names: tuple[str, ...] = ()
    """Topics that have a name from the start: those of keywords."""
    more: Mapping[str, Floats] = field(default_factory=dict)
    """``share_effects`` and ``share_errors``, ``log_prior_effects`` and ``log_prior_errors`` (topics x covariates, the
    constant first), ``period_word`` (periods x topics x words)."""


def fit(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given | None = None) -> Fitted:
    """Fit a model.

    Args:
        counts: Units x words; no unit and no word without a count.
        vocabulary: The word of each column.
        settings: What is fitted.
        given: What some models need beside it.

    Raises:
        InputError: the model cannot be fitted to this.
        KeyError: there is no such model.
    """
    units, words = counts.shape
    if units < 2 or words < 2 or (settings.topics > units and settings.model != "hdp"):
        raise InputError(f"{settings.topics} topics cannot be fitted to {units} units with {words} different words")
    from pipeline.analyses.topics import samplers

    return samplers.MODELS[settings.model](counts, vocabulary, settings, given or Given())


def transform(topic_word: Floats, alpha: Floats, counts: csr_array) -> Floats:
    """The topics of units, new ones too, with the topics' words as they are.

    Iterates ``theta_k = (alpha_k + sum_w n_w * r_wk) / (sum(alpha) + n)`` with ``r_wk`` in proportion to ``theta_k *
    phi_kw`` (CVB0 with fixed words, Asuncion et al. 2009). Gives the same whatever units stand beside a unit. A unit
    without a known word has the prior.

    Args:
        topic_word: Topics x words.
        alpha: The prior over topics.
        counts: Units x words.

    Returns:
        Units x topics; rows sum to 1.
    """
    units, topics = counts.shape[0], len(topic_word)
    theta = np.empty((units, topics), np.float32)
    words = np.ascontiguousarray(topic_word.T, np.float64)
    start = 0
    while start < units:
        least = counts.indptr[start] + _FOLD_IN_VALUES // topics
        end = max(start + 1, int(np.searchsorted(counts.indptr, least, side="right")) - 1)
        end = min(end, units)
        low, high = counts.indptr[start], counts.indptr[end]
        row = np.repeat(np.arange(end - start), np.diff(counts.indptr[start : end + 1]))
        phi, times = words[counts.indices[low:high]], counts.data[low:high].astype(np.float64)
        theta[start:end] = _fold_in(row, phi, times, alpha.astype(np.float64), end - start)
        start = end
    return theta


def _fold_in(row: Any, phi: Any, times: Any, alpha: Any, units: int) -> Any:
    theta = np.tile(alpha / alpha.sum(), (units, 1))
    bounds = np.searchsorted(row, np.arange(units))
    empty = np.bincount(row, minlength=units) == 0
    moving = np.ones(units, np.bool_)
    for _ in range(_FOLD_IN_ROUNDS):
        share = theta[row] * phi
        share *= (times / np.maximum(share.sum(axis=1), 1e-300))[:, None]
        sums = np.zeros_like(theta)
        if len(row):
            sums = np.add.reduceat(np.vstack([share, np.zeros((1, len(alpha)))]), bounds, axis=0)
        sums[empty] = 0
        fresh = sums + alpha
        fresh /= fresh.sum(axis=1, keepdims=True)
        # A unit stays as it is once it has settled, however long others take: it depends on its words alone.
        settled = np.abs(fresh - theta).max(axis=1, initial=0) < 1e-6
        theta[moving] = fresh[moving]
        moving &= ~settled
        if not moving.any():
            break
    return theta
