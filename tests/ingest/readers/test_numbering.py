from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.readers.numbering import number_as


@pytest.mark.parametrize(
    ("number", "style", "printed"),
    [
        (7, "decimal", "7"),
        (4, "lowerRoman", "iv"),
        (1994, "I", "MCMXCIV"),
        (2, "a", "b"),
        (28, "upperLetter", "BB"),
        (1, "decimalEnclosedCircle", "①"),
        (21, "decimalEnclosedCircleChinese", "㉑"),
        (50, "decimalEnclosedCircle", "㊿"),
        (51, "decimalEnclosedCircle", "51"),
        (6, "chicago", "††"),
        (3, "chineseCounting", "3"),
    ],
)
def test_numbers_are_printed_as_word_processors_do(number: int, style: str, printed: str) -> None:
    assert number_as(number, style) == printed


@given(st.integers(1, 3999))
def test_a_roman_number_says_its_number(number: int) -> None:
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
    digits = [values[sign] for sign in number_as(number, "i")]
    total = sum(-digit if digit < max(digits[at:]) else digit for at, digit in enumerate(digits))
    assert total == number


@given(st.integers(1, 10**9), st.sampled_from(["i", "a", "decimalEnclosedCircle", "decimal", "nonsense"]))
def test_no_number_is_too_great(number: int, style: str) -> None:
    assert 1 <= len(number_as(number, style)) <= 160
