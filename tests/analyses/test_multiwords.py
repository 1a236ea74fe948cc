"""Terms of several words: what is found in running text, and C-value by the numbers of its paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from pipeline.analyses.document_words import Stretch
from pipeline.analyses.multiwords import Multiwords, c_value, find_multiwords, mostly_nested

if TYPE_CHECKING:
    from collections.abc import Sequence

A, B, C, D, NOISE = range(5)


def stretch(words: Sequence[int], gap: int = 1) -> Stretch:
    """One passage of words of one letter each; -1 is a stop word."""
    lemma = np.array(words, np.int64)
    start = np.arange(len(lemma)) * (1 + gap)
    return Stretch(np.zeros(len(lemma), np.int64), start, start + 1, lemma, np.arange(len(lemma)))


def terms_of(*texts: Stretch, lemmas: int = 60, language: str = "de", least: int = 5) -> Multiwords:
    return find_multiwords(texts, texts, lemmas, language, least)


def planted(*sequence: int, times: int = 20, seed: int = 1) -> Stretch:
    """A sequence among words that follow no order."""
    rng = np.random.default_rng(seed)
    words: list[int] = []
    for _ in range(times):
        words += [*sequence, -1, *rng.integers(10, 60, 20).tolist(), -1]
    return stretch(words)


def test_a_planted_sequence_and_its_pieces_are_terms_and_nothing_else() -> None:
    found = terms_of(planted(A, B, C, D))
    assert found.words() == [[A, B], [B, C], [C, D], [A, B, C], [B, C, D], [A, B, C, D]]
    term, row = found.find(stretch([NOISE, A, B, C, -1, C, D]))
    assert sorted(zip(term.tolist(), row.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 5), (3, 1)]


def test_words_apart_or_behind_a_stop_word_are_no_term() -> None:
    assert len(terms_of(planted(A, -1, B))) == 0
    text = planted(A, B)
    apart = text._replace(start=text.start * 2, end=text.start * 2 + 1)  # two spaces or a comma
    assert len(terms_of(apart)) == 0
    assert len(terms_of(text, language="zh")) == 0  # a space between Chinese words is a border
    assert len(terms_of(stretch(text.lemma.tolist(), gap=0), language="zh")) == 1


def test_a_sign_without_a_space_is_a_border_too() -> None:
    text = planted(A, B)
    signs = np.cumsum(text.lemma == B)  # one before each B, as in Kunst/Kultur
    assert len(terms_of(text._replace(token=text.token + signs))) == 0


def test_frequent_words_that_meet_by_chance_are_no_term() -> None:
    words = np.random.default_rng(2).integers(0, 6, 4000)
    assert len(terms_of(stretch(words.tolist()))) == 0


def test_nothing_is_found_in_nothing() -> None:
    found = terms_of(stretch([]))
    assert (len(found), found.words(), found.containment().shape) == (0, [], (0, 0))
    assert found.find(stretch([A, B]))[0].tolist() == []


# Frantzi, Ananiadou and Mima (2000), table 1: "soft contact lens" etc.: C-value = log2 |a| (f - sum f(b) / P(T)).
def test_c_value_by_hand() -> None:
    found = terms_of(planted(A, B, C))
    assert found.words() == [[A, B], [B, C], [A, B, C]]
    counts = csr_array(np.array([[30.0, 20.0, 20.0], [4.0, 0.0, 0.0]]))
    values = c_value(counts, found).toarray()
    assert values[0] == pytest.approx([30 - 20, 20 - 20, np.log2(3) * 20])
    assert values[1] == pytest.approx([4, 0, 0])
    assert mostly_nested(counts, found).toarray().tolist() == [[1, 1, 0], [0, 0, 0]]


def test_c_value_shares_what_is_nested_among_the_longer_terms() -> None:
    left, right = planted(A, B, C), planted(A, B, D)
    text = stretch([*left.lemma.tolist(), -1, *right.lemma.tolist()])
    found = terms_of(text)
    words = found.words()
    counts = np.zeros((1, len(found)))
    counts[0, words.index([A, B])], counts[0, words.index([A, B, C])], counts[0, words.index([A, B, D])] = 50, 20, 10
    values = c_value(csr_array(counts), found).toarray()[0]
    assert values[words.index([A, B])] == pytest.approx(50 - (20 + 10) / 2)
    assert mostly_nested(csr_array(counts), found).toarray()[0, words.index([A, B])] == 0


@given(st.lists(st.integers(-1, 4), max_size=120))
def test_what_is_found_again_is_what_a_plain_count_finds(words: list[int]) -> None:
    text = stretch([*words, -1, *planted(A, B, C, D, times=8).lemma.tolist()])
    found = terms_of(text, least=3)
    term, _ = found.find(text)
    times = np.bincount(term, minlength=len(found))
    lemma = text.lemma.tolist()
    for i, own in enumerate(found.words()):
        places = [j for j in range(len(lemma)) if lemma[j : j + len(own)] == own]
        assert times[i] == len(places) >= 3
