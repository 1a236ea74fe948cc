"""Chinese words: jieba's, over the folded text, with the characters as written."""

from __future__ import annotations

import gzip
import itertools
import json
import logging
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import mixed_text, zh_text

from pipeline.languages import zh

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.languages.cuts import Cuts


def words(text: str) -> list[str]:
    cuts = zh.cut([text])
    return [cuts.forms[i] for i in cuts.form.tolist()]


def check(cuts: Cuts, texts: list[str]) -> None:
    """The promise of `Cuts`, and that nothing but whitespace is left out."""
    end = cuts.start + cuts.length
    for passage, start, stop, form in zip(cuts.passage, cuts.start, end, cuts.form, strict=True):
        assert texts[passage][start:stop] == cuts.forms[form]
    same = cuts.passage[1:] == cuts.passage[:-1]
    assert (cuts.start[1:][same] == end[:-1][same]).sum() <= same.sum()
    assert (cuts.start[1:][same] >= end[:-1][same]).all()
    assert (np.diff(cuts.passage) >= 0).all()
    assert len(set(cuts.forms)) == len(cuts.forms)
    assert list(dict.fromkeys(cuts.form.tolist())) == list(range(len(cuts.forms)))
    covered = [np.zeros(len(text), np.bool_) for text in texts]
    for passage, start, stop in zip(cuts.passage, cuts.start, end, strict=True):
        covered[passage][start:stop] = True
    for text, seen in zip(texts, covered, strict=True):
        assert not "".join(itertools.compress(text, ~seen)).strip()


@given(st.lists(zh_text | mixed_text, max_size=5))
def test_tokens_are_the_text_cut_and_only_whitespace_is_left_out(texts: list[str]) -> None:
    check(zh.cut(texts), texts)


@given(st.lists(zh_text, max_size=4))
def test_a_text_is_cut_alike_alone_and_among_others(texts: list[str]) -> None:
    cuts = zh.cut(texts)
    for i, text in enumerate(texts):
        mine = cuts.passage == i
        assert [cuts.forms[j] for j in cuts.form[mine].tolist()] == words(text)


def test_traditional_text_is_cut_as_simplified_and_keeps_its_characters() -> None:
    assert words("中華人民共和國與臺灣") == ["中華人民共和國", "與", "臺灣"]
    assert [len(word) for word in words("中华人民共和国与台湾")] == [7, 1, 2]
    assert words("２０１４年") == ["２０１４", "年"]


def test_the_lemma_is_simplified_of_ordinary_width_and_without_spaces() -> None:
    assert zh.lemmatize(["民間", "ＢＲＩ", "城市 外交", "北京\n", "a b", ""]) == [
        "民间",
        "BRI",
        "城市外交",
        "北京\n",
        "a b",
        "",
    ]
    assert zh.lemmatize([]) == []
    assert zh.split_compounds(["民間"], ["民间"]) == [()]


@given(st.lists(zh_text))
def test_each_form_has_one_lemma(forms: list[str]) -> None:
    assert zh.lemmatize(forms) == [lemma for form in forms for lemma in zh.lemmatize([form])]


def news(shared: Path, number: int) -> list[str]:
    with gzip.open(shared / "corpora" / "zh_news_2012_2019.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in itertools.islice(lines, 0, number * 40, 40)]


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::SyntaxWarning")
def test_words_are_those_of_jieba_but_at_marks_inside_latin_words(shared: Path) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    texts = news(shared, 400)
    differing = []
    for text in texts:
        ours = words(text)
        theirs = [word for word in jieba.cut(zh.han.fold(text)) if not word.isspace()]
        if zh.lemmatize(ours) == theirs:
            continue
        differing.append(text)
        # what differs are Latin words and numbers with a hyphen or a point inside (TD-LTE, www.gov.cn): whole here
        ends = {0, *np.cumsum([len(word) for word in ours]).tolist()}
        theirs_ends = {0, *np.cumsum([len(word) for word in theirs]).tolist()}
        joined = "".join(theirs)
        runs = [run.span() for run in re.finditer(r"[a-zA-Z0-9.%+#&_-]+", joined) if "-" in run[0] or "." in run[0]]
        for at in ends ^ theirs_ends:
            assert any(start <= at <= end for start, end in runs), joined[max(at - 9, 0) : at + 9]
    assert len(differing) <= len(texts) * 0.05
