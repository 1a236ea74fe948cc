"""What is a number among words: digits, numerals, and in Chinese what is counted with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from made import build, make_document, make_study

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.document_words import read_vocabulary
from pipeline.analyses.numerals import are_numbers
from pipeline.analyses.topics.units import read_units
from pipeline.languages import zh

if TYPE_CHECKING:
    from pathlib import Path


def is_number(language: str, form: str, lemma: str, tag: str | None) -> bool:
    columns = {"language": [language], "form": [form], "lemma": [lemma], "tag": pa.array([tag], pa.string())}
    return bool(are_numbers(pa.table(columns))[0])


def is_chinese_number(form: str) -> bool:
    """As the tagger has it."""
    lemmas = zh.lemmatize([form])
    return is_number("zh", form, lemmas[0], zh.tag([form], lemmas)[0])


NUMBERS = [
    "年",
    "日",
    "元",
    "十五",
    "十八",
    "亿元",
    "一名",
    "多次",
    "几天",
    "万",
    "百分点",
    "一系列",
    "第",
    "零",
    "零六个",
]
YEARS = ["一九四九", "一九四九年", "一九八○年", "二〇一二", "二〇一二年", "二零一二", "一百二十三万"]
TRADITIONAL = ["億元", "兩個", "一個", "幾萬", "兩億", "一條"]
ABOUT = ["一二", "两三", "二三", "三四", "四五", "五六", "六七", "七八", "八九", "七八年", "兩三個"]


@pytest.mark.parametrize("form", [*NUMBERS, *YEARS, *TRADITIONAL, *ABOUT])
def test_chinese_numerals_and_what_they_count_are_numbers(form: str) -> None:
    assert is_chinese_number(form)


WORDS = ["两会", "全方位", "多元", "众多", "一线", "一路", "大部分"]
PLANS = ["一五", "二五", "十二五", "十三五", "十四五", "十五五"]
EVENTS = [
    "五四",
    "九一八",
    "七七",
    "六四",
    "一二九",
    "九二",
    "八一",
    "五一",
    "三八",
    "七一",
    "二七",
    "六五",
    "七五",
    "八五",
]
ORDINALS = ["第一", "第二次", "第十二届", "首次", "首届", "首屆", "首个", "首批"]
MORE = ["百年", "千年", "百家", "百日", "二元", "四周", "四週", "六部", "二十一条", "二十一條", "零件", "零度"]


@pytest.mark.parametrize("form", [*WORDS, *PLANS, *EVENTS, *ORDINALS, *MORE])
def test_names_ordinals_and_words_that_the_dictionary_calls_numerals_stay(form: str) -> None:
    assert not is_chinese_number(form)


@pytest.mark.parametrize("form", ["十月", "日元", "小时", "城市", "周"])
def test_a_word_that_the_tagger_calls_otherwise_is_none_however_it_is_written(form: str) -> None:
    assert not is_chinese_number(form)


def test_digits_and_tagged_numerals_are_numbers_in_each_language() -> None:
    assert is_number("de", "2014", "2014", None)
    assert is_number("de", "drei", "drei", "CARD")
    assert is_number("en", "three", "three", "CD")
    assert not is_number("de", "drei", "drei", "NE")
    assert not is_number("de", "Jahr", "Jahr", "NN")
    assert not is_number("de", "Jahr", "Jahr", None)


LEXICON = """
[[concept]]
id = "plan"
zh = ["{}"]
de = ["G20", "zwölf"]
"""


@pytest.mark.parametrize("term", ["八项", "八項"])
def test_a_term_of_the_lexicon_is_a_word_of_topics_and_a_key_word(tmp_path: Path, term: str) -> None:
    limits = "[topics]\nmin_documents = 1\nmax_share = 1.0\nmin_words = 1\n"
    study = make_study(tmp_path, LEXICON.format(term), timelines=limits)
    texts = [
        ("zh", "城市的八项规定，还有四项原则。"),
        ("zh", "城市的八項規定。"),
        ("de", "Die Schule baut zwölf und elf Brücken."),
    ]
    build(study, [make_document(f"{i}", text) for i, text in enumerate(texts)])
    corpus = read_corpus(study)
    units = read_units(study, corpus)
    for code, its_own, other in (("zh", "八项", "四项"), ("de", "zwölf", "elf")):
        for words in (units[code].vocabulary, read_vocabulary(study, code).lemmas):
            assert its_own in words.to_pylist()
            assert other not in words.to_pylist()
