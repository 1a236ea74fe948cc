"""Chinese characters folded: what Unicode and OpenCC say, one code point for one."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from opencc import OpenCC
from strategies import any_text, mixed_text, zh_text

from pipeline.languages import han


@given(any_text | zh_text | mixed_text)
def test_folding_keeps_the_length_and_folds_once(text: str) -> None:
    folded = han.fold(text)
    assert len(folded) == len(text)
    assert han.fold(folded) == folded
    assert han.to_text(han.to_codes(text)) == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("民間外交", "民间外交"),
        ("一帶一路倡議", "一带一路倡议"),
        ("姊妹城市", "姊妹城市"),
        ("國際關係與臺灣", "国际关系与台湾"),
        ("２０１４年ＢＲＩ（％）", "2014年BRI(%)"),
        ("⼈⼝", "人口"),
        ("豈\uf900", "岂岂"),
        ("\u3000", " "),
        ("Städte-Diplomatie ² ㎡ ①…", "Städte-Diplomatie ² ㎡ ①…"),
    ],
)
def test_traditional_and_wide_forms_are_read_as_the_ordinary_ones(written: str, read: str) -> None:
    assert han.fold(written) == read


def test_simplified_text_of_the_common_characters_stays_as_it_is() -> None:
    level_one = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low))
    text = level_one.decode("gb2312", "ignore")  # the 3,755 characters of GB 2312, level 1
    assert len(text) == 3755
    changed = {a: b for a, b in zip(text, han.fold(text), strict=True) if a != b}
    assert changed == {"乾": "干"}  # 乾净 in Traditional; 乾坤 is found and cut as 干坤 would be


def test_the_tables_agree_with_unicode() -> None:
    spaces = np.flatnonzero(han.is_space_table())
    assert spaces.tolist() == [code for code in range(0x110000) if chr(code).isspace()]
    is_han = han.is_han_table()
    named = [code for code in range(0x110000) if unicodedata.name(chr(code), "").startswith("CJK UNIFIED IDEOGRAPH")]
    assert is_han[named].all()
    assert not is_han[[ord(character) for character in "aä、。，あア한〆"]].any()


def test_each_chinese_character_is_read_as_opencc_reads_it_alone() -> None:
    convert = OpenCC("t2s").convert
    codes = [code for code in np.flatnonzero(han.is_han_table()).tolist() if not unicodedata.decomposition(chr(code))]
    simplified = [convert(chr(code)) for code in codes]
    read = [text if len(text) == 1 else chr(code) for code, text in zip(codes, simplified, strict=True)]
    assert sum(chr(code) != one for code, one in zip(codes, read, strict=True)) > 3_000
    assert han.fold_table()[codes].tolist() == [ord(one) for one in read]


def test_spaces_between_chinese_characters_are_taken_out_and_no_others() -> None:
    assert han.join_runs("城 市\n外　交 a 外交 5 城 𠀀 市") == "城市外交 a 外交 5 城𠀀市"
