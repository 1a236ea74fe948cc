"""Effects of covariates, against topica's regression and against effects that were planted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
import scipy.stats
import topica
from scipy.sparse import csr_array

from pipeline.analyses.topics.effects import DRAWS, draw_dirichlet, draw_logistic_normal, share_effects
from pipeline.analyses.topics.models import Given, Settings, fit
from pipeline.analyses.topics.quality import match_topics
from pipeline.analyses.topics.tables import topic_effects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.analyses.topics.tables import Chosen

estimate: Any = topica.estimate_effect


def drawn(documents: int, of_each: int, seed: int) -> tuple[list[NDArray[np.float64]], NDArray[np.int64], Any, Any]:
    """Draws of units' topics, the units' documents and words, and covariates of documents."""
    rng = np.random.default_rng(seed)
    document = np.repeat(np.arange(documents), of_each)
    covariates = np.column_stack([rng.integers(0, 2, documents), rng.normal(0, 1, documents)])[document]
    draws = [rng.dirichlet(np.ones(4), len(document)) for _ in range(6)]
    return draws, document, rng.integers(20, 90, len(document)), covariates


def test_effects_and_errors_are_those_of_topica_over_documents() -> None:
    draws, document, words, covariates = drawn(40, 3, 1)
    effects, errors = share_effects(draws, document, words, covariates)
    weights = np.zeros((40, len(document)))
    weights[document, np.arange(len(document))] = words
    weights /= weights.sum(axis=1, keepdims=True)
    whole = np.stack([weights @ theta for theta in draws])
    theirs = estimate(whole, covariates[::3], cluster=np.arange(40))
    # Its sandwich of clusters of one has the factor n / (n - p) of White's too.
    np.testing.assert_allclose(effects, [effect.coef for effect in theirs], atol=1e-12)
    np.testing.assert_allclose(errors, [effect.se for effect in theirs], rtol=1e-9)


def test_more_units_of_the_same_documents_do_not_narrow_the_errors() -> None:
    draws, document, words, covariates = drawn(30, 2, 2)
    once = share_effects(draws, document, words, covariates)
    thrice = share_effects(
        [np.tile(theta, (3, 1)) for theta in draws],
        np.tile(document, 3),
        np.tile(words, 3),
        np.tile(covariates, (3, 1)),
    )
    np.testing.assert_allclose(once[0], thrice[0], atol=1e-12)
    np.testing.assert_allclose(once[1], thrice[1], atol=1e-12)


def test_intervals_of_shares_are_those_of_student_over_documents() -> None:
    draws, document, words, covariates = drawn(9, 3, 4)
    effects, errors = share_effects(draws, document, words, covariates)
    more = {"share_effects": effects, "share_errors": errors, "log_prior_effects": effects, "log_prior_errors": errors}
    kept = SimpleNamespace(about={"covariates": ["a", "b"]}, fitted=SimpleNamespace(more=more))
    own = cast("Chosen", SimpleNamespace(language="de", document=document, kept=kept))
    rows = topic_effects([own]).to_pylist()
    for scale, quantile in (("share", scipy.stats.t(9 - 3).ppf(0.975)), ("log_prior", scipy.stats.norm.ppf(0.975))):
        reach = [row["high"] - row["effect"] for row in rows if row["scale"] == scale]
        np.testing.assert_allclose(reach, quantile * errors.ravel(), rtol=1e-6)


def test_covariates_that_cannot_be_told_apart_and_too_few_documents_have_no_errors() -> None:
    draws, document, words, covariates = drawn(30, 2, 3)
    twice = np.column_stack([covariates, covariates[:, 0]])
    assert np.isnan(share_effects(draws, document, words, twice)[1]).all()
    few = document < 3
    assert np.isnan(share_effects([t[few] for t in draws], document[few], words[few], covariates[few])[1]).all()


def test_draws_have_the_mean_and_the_spread_of_what_they_are_drawn_from() -> None:
    mean = np.tile([[1.0, -0.5]], (400, 1))
    covariance = np.array([[0.5, 0.2], [0.2, 0.4]])
    logs = np.concatenate(
        [np.log(theta[:, :2] / theta[:, 2:]) for theta in draw_logistic_normal(mean, mean, covariance, 1)]
    )
    np.testing.assert_allclose(logs.mean(axis=0), [1, -0.5], atol=0.03)
    np.testing.assert_allclose(np.cov(logs, rowvar=False), covariance, atol=0.03)
    share = np.tile([[0.6, 0.3, 0.1]], (400, 1))
    whole = np.stack(list(draw_dirichlet(share, np.full(400, 49), 1.0, 1)))
    assert len(whole) == DRAWS
    np.testing.assert_allclose(whole.mean(axis=(0, 1)), share[0], atol=0.01)
    np.testing.assert_allclose(whole.var(axis=(0, 1)), share[0] * (1 - share[0]) / 51, rtol=0.1)


def plant(seed: int, raised: float = 1.0) -> tuple[csr_array, Any, Any, NDArray[np.int64]]:
    """Four units of each of 100 documents; a covariate raises the logarithm of the first of four topics."""
    rng = np.random.default_rng(seed)
    document = np.repeat(np.arange(100), 4)
    topic_word = rng.dirichlet(np.full(200, 0.05), 4)
    covariate = (document % 2).astype(float)
    logs = rng.normal(0, 0.7, (100, 4))[document] + rng.normal(0, 0.7, (400, 4))
    logs[:, 0] += raised * covariate
    share = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    counts = np.stack([rng.multinomial(60, row @ topic_word) for row in share]).astype(np.int32)
    seen = counts.sum(axis=0) > 0
    return csr_array(counts[:, seen]), topic_word[:, seen].astype(np.float32), covariate[:, None], document


def planted_effect(raised: float = 1.0) -> NDArray[np.float64]:
    """What that does to the mean shares, by drawing very many documents."""
    logs = np.random.default_rng(0).normal(0, np.sqrt(2) * 0.7, (400_000, 4))
    means = []
    for more in (0.0, raised):
        share = np.exp(logs + np.array([more, 0, 0, 0]))
        means.append((share / share.sum(axis=1, keepdims=True)).mean(axis=0))
    return np.asarray(means[1] - means[0])


@pytest.mark.parametrize(("model", "corpora", "iterations"), [("stm", 12, 100), ("dmr", 6, 200)])
def test_planted_effects_lie_in_their_intervals(model: str, corpora: int, iterations: int) -> None:
    truth = planted_effect()
    inside, first = [], []
    for seed in range(corpora):
        counts, topic_word, covariates, document = plant(seed)
        given = Given(covariates=covariates, covariate_names=["raised"], document=document)
        settings = Settings(model, 4, iterations, 1, anchored=model == "stm")
        found = fit(counts, [str(i) for i in range(counts.shape[1])], settings, given)
        order = match_topics(topic_word, found.topic_word)
        effect, error = (found.more[name][order, 1] for name in ("share_effects", "share_errors"))
        inside += (np.abs(effect - truth) <= 1.96 * error).tolist()
        first.append(effect[0])
        assert effect[0] > 1.96 * error[0]  # the one that was raised
    assert np.mean(inside) >= 0.85
    assert np.mean(first) == pytest.approx(truth[0], abs=0.03)
