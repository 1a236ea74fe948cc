"""What is a number among words: digits, numerals, and in Chinese what is counted with them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.analyses.numerals import are_numbers


def is_number(language: str, form: str, tag: str | None) -> bool:
    return bool(are_numbers(pa.table({"language": [language], "form": [form], "tag": pa.array([tag], pa.string())}))[0])


NUMBERS = ["年", "日", "十八", "亿元", "一名", "多次", "第十二届", "首次", "几天", "万", "百分点", "一系列"]


@pytest.mark.parametrize("form", NUMBERS)
def test_chinese_numerals_and_what_they_count_are_numbers(form: str) -> None:
    assert is_number("zh", form, "m")


@pytest.mark.parametrize("form", ["两会", "全方位", "多元", "十二五", "众多", "一线", "一路", "大部分"])
def test_words_that_the_dictionary_calls_numerals_and_that_are_none_stay(form: str) -> None:
    assert not is_number("zh", form, "m")


def test_a_word_is_no_number_for_its_letters_alone() -> None:
    assert not is_number("zh", "元", "n")  # a dynasty, where its tag says so
    assert not is_number("de", "drei", "NE")


def test_digits_and_tagged_numerals_are_numbers_in_each_language() -> None:
    assert is_number("de", "2014", None)
    assert is_number("de", "drei", "CARD")
    assert is_number("en", "three", "CD")
    assert not is_number("de", "Jahr", "NN")
    assert not is_number("zh", "城市", None)
