"""The libraries that fit models, called so that each fit is one thread and all the models come out in one form."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analyses.topics.effects import draw_dirichlet, draw_logistic_normal, share_effects
from pipeline.analyses.topics.lda import BETA, fit_from
from pipeline.analyses.topics.models import Fitted, Given, Settings
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float32]
    Fit = Callable[[csr_array, Sequence[str], Settings, Given], Fitted]

_BURN_IN, _EVERY = 100, 25
"""Sweeps before the priors are learned, and between: as in MALLET, but sooner."""
_NMF_ROUNDS = 100
"""Of the factorisation that lda starts from."""
_DTM_ROUNDS, _DTM_ALPHA = 20, 0.01
_NMF_ALPHA = 0.1


def fit_lda(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Collapsed variational Bayes from the topics of a non-negative factorisation."""
    del vocabulary, given
    start = _factorise(counts, settings, _NMF_ROUNDS)[0]
    found = fit_from(counts, np.asarray(_rows_to_one(start), np.float64), settings.iterations)
    return _fitted(found.topic_word, found.unit_topic, found.alpha)


def fit_dmr(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Collapsed Gibbs sampling with a regression of the prior."""
    import topica

    model: Any = topica.DMR(
        settings.topics, beta=BETA, seed=settings.seed, burn_in=_burn_in(settings), optimize_interval=_EVERY
    )
    model.fit(
        _corpus(counts, vocabulary), given.covariates, feature_names=list(given.covariate_names),
        iters=settings.iterations, keep_theta_draws=False, check_every=0,
    )  # fmt: skip
    words = _words_of(counts)
    draws = draw_dirichlet(model.doc_topic, words, float(np.sum(model.alpha)), settings.seed)
    more = _effects(draws, given, words) | {"log_prior_effects": model.feature_effects}
    if model.feature_effect_se is not None:
        more["log_prior_errors"] = model.feature_effect_se
    return _fitted(model.topic_word, model.doc_topic, model.alpha, more)


def fit_stm(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Variational EM."""
    import topica

    model: Any = topica.STM(settings.topics, seed=settings.seed, init=_start(settings))
    model.fit(
        _corpus(counts, vocabulary), given.covariates, prevalence_names=list(given.covariate_names), num_threads=1,
        keep_eta_cov=False, iters=settings.iterations,
    )  # fmt: skip
    design = np.insert(np.asarray(given.covariates, np.float64), 0, 1, axis=1)
    usual = np.einsum("np,pk->nk", design, model.prevalence_effects)
    draws = draw_logistic_normal(model.eta_mean, usual, model.topic_covariance, settings.seed)
    more = _effects(draws, given, _words_of(counts))
    return _fitted(model.topic_word, model.doc_topic, _mean(model.doc_topic), more)


def fit_hdp(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Gibbs sampling by direct assignment."""
    import topica

    del given
    model: Any = topica.HDP(seed=settings.seed, beta=BETA)
    model.fit(_corpus(counts, vocabulary), iters=settings.iterations, keep_theta_draws=False)
    return _fitted(model.topic_word, model.doc_topic, _mean(model.doc_topic) * float(model.alpha))


def fit_keyatm(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Collapsed Gibbs sampling; the topics of keywords come first, then ``settings.topics`` without."""
    import topica

    index = {word: str(i) for i, word in enumerate(vocabulary)}
    keywords = {name: [index[word] for word in words if word in index] for name, words in given.keywords.items()}
    keywords = {name: words for name, words in keywords.items() if words}
    if not keywords:
        raise InputError('keyatm: none of the lexicon\'s terms is a word of these texts; take model = "lda"')
    asked: Mapping[str, Sequence[str]] = keywords
    model: Any = topica.KeyATM(dict(asked), num_topics=len(keywords) + settings.topics, seed=settings.seed)
    model.fit(_corpus(counts, vocabulary), iters=settings.iterations, keep_theta_draws=False)
    return _fitted(model.topic_word, model.doc_topic, model.alpha, names=tuple(keywords))


def fit_dtm(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Variational Kalman smoothing; ``topic_word`` is the mean over the periods, weighted by their words."""
    import topica

    if given.period is None:
        raise AssertionError("dtm needs periods")
    model: Any = topica.DTM(settings.topics, seed=settings.seed)
    model.fit(_corpus(counts, vocabulary), given.period.tolist(), iters=_DTM_ROUNDS)
    moving = np.stack([model.topic_word(i) for i in range(int(given.period.max()) + 1)])
    words = np.bincount(given.period, np.asarray(counts.sum(axis=1)).ravel(), minlength=len(moving))
    mean = np.tensordot(words / words.sum(), moving, axes=1)
    return _fitted(mean, model.doc_topic, np.full(settings.topics, _DTM_ALPHA), {"period_word": moving})


def fit_nmf(counts: csr_array, vocabulary: Sequence[str], settings: Settings, given: Given) -> Fitted:
    """Coordinate descent on tf-idf; a topic's share in a unit is that of its weights."""
    del vocabulary, given
    topic_word, unit_topic = _factorise(counts, settings, settings.iterations)
    return _fitted(topic_word, unit_topic * topic_word.sum(axis=1), np.full(settings.topics, _NMF_ALPHA))


def _factorise(counts: csr_array, settings: Settings, rounds: int) -> tuple[Any, Any]:
    """Topics x words and units x topics whose product is near the tf-idf of the counts."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfTransformer
    from threadpoolctl import threadpool_limits

    few = settings.topics > min(counts.shape)
    start = "nndsvda" if settings.anchored and not few else "random"
    with threadpool_limits(1), warnings.catch_warnings():
        # It warns where it stops before it converged; how many rounds there are is ours to say.
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
        model = NMF(settings.topics, init=start, random_state=settings.seed, max_iter=rounds)
        unit_topic = model.fit_transform(weights)
    return model.components_, unit_topic


MODELS: dict[str, Fit] = {
    "lda": fit_lda, "dmr": fit_dmr, "stm": fit_stm, "dtm": fit_dtm, "hdp": fit_hdp, "keyatm": fit_keyatm,
    "nmf": fit_nmf,
}  # fmt: skip


def _corpus(counts: csr_array, vocabulary: Sequence[str]) -> Any:
    """The counts as the library wants them. It knows words by their strings: ours are numbers, so it changes none."""
    import topica

    numbers = [str(i) for i in range(len(vocabulary))]
    flat = np.array(numbers, object)[np.repeat(counts.indices, counts.data)]
    ends = np.cumsum(np.asarray(counts.sum(axis=1)).ravel()).tolist()
    documents = [flat[start:end].tolist() for start, end in zip([0, *ends], ends, strict=False)]
    return topica.Corpus.from_documents(documents, vocabulary=numbers)


def _effects(draws: Iterable[NDArray[np.float64]], given: Given, words: NDArray[np.int64]) -> dict[str, Any]:
    if given.covariates is None:
        raise AssertionError("dmr and stm need covariates")
    document = np.arange(len(words)) if given.document is None else given.document
    effects, errors = share_effects(draws, document, words, given.covariates)
    return {"share_effects": effects, "share_errors": errors}


def _words_of(counts: csr_array) -> NDArray[np.int64]:
    words: NDArray[np.int64] = np.asarray(counts.sum(axis=1), np.int64).ravel()
    return words


def _burn_in(settings: Settings) -> int:
    return min(_BURN_IN, settings.iterations // 2)


def _start(settings: Settings) -> str:
    return "spectral" if settings.anchored else "random"


def _mean(topics: Any) -> Any:
    """A prior for models whose own is no Dirichlet distribution."""
    return np.maximum(np.asarray(topics).mean(axis=0), 1e-6)


def _fitted(
    topic_word: Any, unit_topic: Any, alpha: Any, more: Mapping[str, Any] | None = None, names: tuple[str, ...] = ()
) -> Fitted:
    arrays = {name: np.asarray(value, np.float32) for name, value in (more or {}).items()}
    return Fitted(_rows_to_one(topic_word), _rows_to_one(unit_topic), np.asarray(alpha, np.float32), names, arrays)


def _rows_to_one(values: Any) -> Floats:
    values = np.maximum(np.asarray(values, np.float64), 0)
    sums = values.sum(axis=1, keepdims=True)
    even = np.full_like(values, 1 / values.shape[1])
    rows: Floats = np.divide(values, sums, out=even, where=sums > 0).astype(np.float32)
    return rows
