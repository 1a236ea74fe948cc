from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.languages import de, zh
from pipeline.languages.cuts import are_words, no_cuts, number_by_first_appearance


@pytest.mark.parametrize(
    "form", ["Stadt", "a", "城市", "2019", "3,5", "½", "②", "z.B.", "H2O", "-Armutsgrenze", "É", "ß"]
)
def test_letters_and_digits_make_a_word(form: str) -> None:
    assert are_words([form]) == [True]


@pytest.mark.parametrize(
    "form", [".", "...", "„", "。", "《", "–", "§", "€", "%", "😀", "\u200b", "_", "+", ":-)", "  "]
)
def test_punctuation_and_symbols_are_no_words(form: str) -> None:
    assert are_words([form]) == [False]


@given(st.lists(st.integers(0, 30)))
def test_numbers_follow_first_appearance(ids: list[int]) -> None:
    number, order = number_by_first_appearance(np.array(ids, dtype=np.int64), 31)
    assert order.tolist() == list(dict.fromkeys(ids))
    assert order[number].tolist() == ids


def test_no_texts_have_the_tokens_that_each_language_would_give() -> None:
    nothing = no_cuts()
    for found in (zh.cut([]), de.cut([])):
        assert found.forms == nothing.forms == []
        for name in ("passage", "start", "length", "form"):
            mine, theirs = getattr(nothing, name), getattr(found, name)
            assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape)
