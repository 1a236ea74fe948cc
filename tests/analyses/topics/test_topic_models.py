"""Models on planted topics: what they find, that they repeat, and what they cannot be fitted to."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from planted_topics import Planted, plant
from scipy.sparse import csr_array

from pipeline.analyses.topics.models import Fitted, Given, Settings, fit, transform
from pipeline.errors import InputError

FLOORS = json.loads((Path(__file__).parents[2] / "floors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def planted() -> Planted:
    return plant(600, 8, 1000, 80, 0, spread=0.03)


def given_to(planted: Planted) -> Given:
    units, top = planted.counts.shape[0], np.argsort(-planted.topic_word, axis=1)
    names = {f"k{k}": [planted.vocabulary[w] for w in top[k, :3]] for k in range(3)}
    first = (planted.unit_topic[:, 0] > 0.3).astype(float)
    return Given(first[:, None], ["first"], period=np.arange(units) % 3, keywords=names)


def fitted(planted: Planted, model: str, seed: int = 1, iterations: int = 150) -> Fitted:
    topics = 5 if model == "keyatm" else 8
    anchored = model in {"lda", "nmf", "stm"}
    return fit(
        planted.counts, planted.vocabulary, Settings(model, topics, iterations, seed, anchored), given_to(planted)
    )


@pytest.mark.parametrize("model", ["lda", "dmr", "stm", "dtm", "keyatm", "nmf"])
def test_planted_topics_are_found(planted: Planted, model: str) -> None:
    found = fitted(planted, model)
    assert found.topic_word.shape == planted.topic_word.shape
    assert planted.cosine(found.topic_word) >= FLOORS[f"topics_{model}"]


def test_hdp_finds_the_planted_topics_among_its_own(planted: Planted) -> None:
    found = fitted(planted, "hdp")
    assert planted.cosine(found.topic_word) >= FLOORS["topics_hdp"]


@pytest.mark.parametrize("model", ["lda", "dmr", "stm", "dtm", "keyatm", "nmf", "hdp"])
def test_the_same_seed_gives_the_same_bytes_and_rows_sum_to_one(planted: Planted, model: str) -> None:
    first, second = (fitted(planted, model, iterations=40) for _ in range(2))
    assert first.topic_word.tobytes() == second.topic_word.tobytes()
    assert first.unit_topic.tobytes() == second.unit_topic.tobytes()
    np.testing.assert_allclose(first.topic_word.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(first.unit_topic.sum(axis=1), 1, atol=1e-4)


def test_lda_finds_as_much_as_another_library() -> None:
    planted = plant(400, 6, 500, 60, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what gensim's own modules warn of
        from gensim.matutils import Sparse2Corpus
        from gensim.models import LdaModel

        words = dict(enumerate(planted.vocabulary))
        model: Any = LdaModel(
            Sparse2Corpus(planted.counts.T.tocsc()), num_topics=6, id2word=words, passes=20, random_state=1
        )
    found = fit(planted.counts, planted.vocabulary, Settings("lda", 6, 150, 1, anchored=True))
    assert planted.cosine(found.topic_word) >= planted.cosine(model.get_topics()) - 0.005


def test_keywords_lead_the_first_topics(planted: Planted) -> None:
    found = fitted(planted, "keyatm")
    assert found.names == ("k0", "k1", "k2")
    cosine = [
        float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        for a, b in zip(planted.topic_word[:3], found.topic_word[:3], strict=True)
    ]
    assert min(cosine) > 0.8


def test_a_covariate_raises_the_topic_that_it_goes_with(planted: Planted) -> None:
    found = fitted(planted, "dmr", iterations=300)
    a, b = planted.topic_word[0], found.topic_word
    topic = int(np.argmax(b @ a / np.linalg.norm(b, axis=1)))
    assert int(np.argmax(found.more["log_prior_effects"][:, 1])) == topic


@pytest.mark.parametrize("model", ["lda", "nmf"])
def test_new_units_get_the_topics_that_they_are_made_of(planted: Planted, model: str) -> None:
    found = fit(planted.counts[:500], planted.vocabulary, Settings(model, 8, 150, 1, anchored=True))
    theta = transform(found.topic_word, found.alpha, planted.counts[500:])
    a = planted.topic_word / np.linalg.norm(planted.topic_word, axis=1, keepdims=True)
    b = found.topic_word / np.linalg.norm(found.topic_word, axis=1, keepdims=True)
    truth = planted.unit_topic[500:, np.argmax(b @ a.T, axis=1)]
    assert np.corrcoef(theta.ravel(), truth.ravel())[0, 1] > 0.95


def test_a_unit_has_the_same_topics_whatever_stands_beside_it(planted: Planted) -> None:
    alpha = np.full(8, 0.1, np.float32)
    whole = transform(planted.topic_word, alpha, planted.counts)
    alone = np.concatenate([transform(planted.topic_word, alpha, planted.counts[[i]]) for i in range(40)])
    assert whole[:40].tobytes() == alone.tobytes()


def test_a_unit_without_words_has_the_prior() -> None:
    words = np.array([[0.9, 0.1], [0.1, 0.9]], np.float32)
    counts = csr_array(np.array([[0, 0], [9, 0], [0, 0]], np.int32))
    found = transform(words, np.array([3, 1], np.float32), counts)
    np.testing.assert_allclose(found[[0, 2]], [[0.75, 0.25]] * 2, atol=1e-6)
    assert found[1, 0] > 0.8
    assert transform(words, np.ones(2, np.float32), counts[:0]).shape == (0, 2)


@pytest.mark.parametrize("model", ["lda", "nmf", "hdp"])
@pytest.mark.parametrize("shape", [(1, 30), (30, 1)])
def test_one_unit_or_one_word_is_an_error_that_says_so(model: str, shape: tuple[int, int]) -> None:
    counts = csr_array(np.ones(shape, np.int32))
    with pytest.raises(InputError, match="cannot be fitted to"):
        fit(counts, [f"w{i}" for i in range(shape[1])], Settings(model, 2, 20, 1))


def test_more_topics_than_units_are_an_error() -> None:
    with pytest.raises(InputError, match="9 topics cannot be fitted to 5 units"):
        fit(csr_array(np.ones((5, 9), np.int32)), list("abcdefghi"), Settings("lda", 9, 20, 1))


def test_keywords_that_no_text_has_are_an_error(planted: Planted) -> None:
    with pytest.raises(InputError, match="none of the lexicon's terms"):
        fit(planted.counts, planted.vocabulary, Settings("keyatm", 2, 20, 1), Given(keywords={"a": ["none"]}))
