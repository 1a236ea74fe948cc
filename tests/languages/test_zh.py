"""Chinese words: jieba's, over the folded text, with the characters as written."""

from __future__ import annotations

import gzip
import itertools
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import mixed_text, zh_text
from true_cuts import check

from pipeline.languages import joins, zh

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Load the dictionaries before hypothesis looks at the clock."""
    zh.cut(["帕夫洛普洛斯"])


def words(text: str) -> list[str]:
    cuts = zh.cut([text])
    return [cuts.forms[i] for i in cuts.form.tolist()]


@given(st.lists(zh_text | mixed_text, max_size=5))
def test_tokens_are_the_text_cut_and_only_whitespace_is_left_out(texts: list[str]) -> None:
    check(zh.cut(texts), texts)


@given(st.lists(zh_text, max_size=4))
def test_a_text_is_cut_alike_alone_and_among_others(texts: list[str]) -> None:
    cuts = zh.cut(texts)
    for i, text in enumerate(texts):
        mine = cuts.passage == i
        assert [cuts.forms[j] for j in cuts.form[mine].tolist()] == words(text)


@given(
    st.lists(
        zh_text | mixed_text | st.sampled_from(["1,", "000", "二〇", "一五年", "\r", "\n", " ", "帕夫", "洛普"]),
        max_size=6,
    )
)
def test_a_text_is_cut_alike_however_many_are_cut_at_once(texts: list[str]) -> None:
    alone = [words(text) for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        for characters in (1, 7, 100_000):
            patch.setattr(zh, "_AT_ONCE", characters)
            cuts = zh.cut(texts)
            found = [[cuts.forms[j] for j in cuts.form[cuts.passage == i].tolist()] for i in range(len(texts))]
            assert found == alone


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


DIFFERENCES = {
    "a hyphen inside (TD-LTE, 1992-2000); jieba for Rust takes it for a letter, as later versions of jieba do":
        r"[a-zA-Z0-9.%+#&_]*(?:-[a-zA-Z0-9.%+#&_]*)+",
    "a decimal, a Latin word or a host with points inside (www.gov.cn)": r"[a-zA-Z0-9%+#&_]+(?:\.[a-zA-Z0-9%+#&_]+)+",
    "thousands (1,000)": r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?%?",
    "a clock time or a score of that form (16:35)": r"[0-9]{1,2}(?::[0-5][0-9])+",
    "a fraction or a date (1/3, 2014/5/1)": r"[0-9]+(?:/[0-9]+)+",
    "per mille (0.5‰)": r"[0-9.]+‰",
    "an apostrophe inside (O'Neill)": r"[a-zA-Z]+(?:['’][a-zA-Z]+)+",
    "an address": r"(?:https?|ftp)://[!-~]+|[\w.+-]+@[\w.-]+",
    "a number with 〇 or 零, a year of four digits (二〇二〇年, 一九二|一年)": "[〇零○◯一二三四五六七八九]+年?",
    "a number in Chinese numerals (四百|二十七|亿), a share (百分之四十|五点四)":
        "(?:[十百千万]分之)?[〇零○◯一二三四五六七八九两十百千万亿点]+[多余]?",
    "a foreign name in pieces (帕夫洛|普洛斯)": f"[{joins._SOUNDS}]{{3,}}",
}  # fmt: skip
"""What may be one word here and several of jieba's, and nothing else may differ; docs/words.md has the same list."""


def regions(ours: list[str], theirs: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The stretches between common bounds in which two cuts of a text differ."""
    at = [0, 0]
    here, there = ([0, *itertools.accumulate(map(len, cut))] for cut in (ours, theirs))
    assert here[-1] == there[-1]
    for start in sorted(set(here) & set(there))[1:]:
        now = [here.index(start, at[0]), there.index(start, at[1])]
        mine, other = ours[at[0] : now[0]], theirs[at[1] : now[1]]
        if mine != other:
            yield mine, other
        at = now


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::SyntaxWarning")
def test_words_are_those_of_jieba_but_for_the_named_differences(shared: Path) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    texts = [*passages(shared, "zh_news_2012_2019", 2000, 16), *passages(shared, "zh_work_reports", 1000, 1)]
    assert len(texts) == 3000
    differing = 0
    for text in texts:
        ours = zh.lemmatize(words(text))
        theirs = [word for word in jieba.lcut(zh.han.fold(text)) if not word.isspace()]
        if ours == theirs:
            continue
        differing += 1
        for mine, other in regions(ours, theirs):
            (whole,) = mine
            assert any(re.fullmatch(pattern, whole) for pattern in DIFFERENCES.values()), (mine, other)
    assert differing <= len(texts) * 0.1  # in old work reports numbers are written in Chinese numerals


def passages(shared: Path, name: str, number: int, step: int) -> list[str]:
    """Paragraphs of each ``step``-th document of a collection, ``number`` at most."""
    with gzip.open(shared / "corpora" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = (json.loads(line)["text"] for line in itertools.islice(lines, 0, None, step))
        found = (line.strip() for text in texts for line in text.split("\n"))
        return list(itertools.islice(filter(None, found), number))


def sentences(shared: Path) -> Iterator[tuple[str, list[str]]]:
    """Text and words of each sentence of the gold set."""
    gold = (shared / "gold" / "zh_gsdsimp-ud-dev.conllu").read_text(encoding="utf-8")
    for block in gold.strip().split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line[:1].isdigit()]
        text = next(line for line in block.split("\n") if line.startswith("# text = "))[9:].strip()
        yield text, [row[1] for row in rows if row[0].isdigit()]


def spans_of(found: list[str]) -> set[tuple[int, int]]:
    """Start and end of each word in the text without spaces."""
    solid = ["".join(word.split()) for word in found]
    ends = list(itertools.accumulate(map(len, solid)))
    return {(end - len(word), end) for word, end in zip(solid, ends, strict=True) if word}


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::SyntaxWarning")
def test_words_are_nearer_to_the_gold_than_those_of_jieba(shared: Path) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)

    def f1(cut: Callable[[str], list[str]]) -> float:
        both = [(spans_of(gold), spans_of(cut(text))) for text, gold in sentences(shared)]
        right = sum(len(gold & found) for gold, found in both)
        return 2 * right / sum(len(gold) + len(found) for gold, found in both)

    ours = f1(words)
    assert ours >= json.loads(FLOORS.read_text(encoding="utf-8"))["zh_words_f1"]
    assert ours > f1(jieba.lcut)


FLOORS = Path(__file__).parents[1] / "floors.json"
NAMES = Path(__file__).with_name("names_zh.tsv")
FRAMES = ("他在{}说", "与{}的合作", "（{}）")


def whole_names(kinds: Container[str], cut: Callable[[str], list[str]]) -> tuple[int, int]:
    """How many names of some kinds are whole in all of three sentences, and how many there are."""
    rows = (line.split("\t") for line in NAMES.read_text(encoding="utf-8").splitlines())
    names = [name for kind, names in rows if kind in kinds for name in dict.fromkeys(names.split(" "))]
    return sum(all(name in cut(frame.format(name)) for frame in FRAMES) for name in names), len(names)


def test_names_and_numbers_are_kept_whole() -> None:
    assert whole_names({"chinese_city"}, words) == (80, 80)
    assert whole_names({"number"}, words) >= (24, 25)
    kinds = {"chinese_person", "german_city", "german_land", "german_person", "foreign_place"}
    found, number = whole_names(kinds, words)
    assert number == 250
    assert found >= 204


def test_joins_only_join() -> None:
    import rjieba

    kinds = {"chinese_person", "german_city", "german_land", "german_person", "foreign_place", "number", "with_dot"}
    assert whole_names(kinds, words) > whole_names(kinds, rjieba.cut)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("有1,234,567.5%的人", "有 1,234,567.5% 的 人"),
        ("有３，１５４元", "有 ３，１５４ 元"),
        ("第5，300人", "第 5 ， 300 人"),
        ("2013,201人", "2013 , 201 人"),
        ("1,23", "1 , 23"),
        ("今晚22：15播出", "今晚 22：15 播出"),
        ("比分3:2", "比分 3 : 2"),
        ("共1/3，2014/5/1", "共 1/3 ， 2014/5/1"),
        ("0.5‰", "0.5‰"),
        ("二〇一五年和二〇二〇年代", "二〇一五年 和 二〇二〇 年代"),
        ("从一九二一年到一九四九年", "从 一九二一年 到 一九四九年"),
        ("一二年", "一二年"),
        ("从一九八○年到二○○○年", "从 一九八○年 到 二○○○年"),
        ("十三五规划", "十三五 规划"),
        ("六百四十三亿七千万元", "六百四十三亿七千万 元"),
        ("二万六千多个", "二万六千多 个"),
        ("增长百分之七十二点三，一是", "增长 百分之七十二点三 ， 一是"),
        ("15万两千多人次", "15 万 两千多 人次"),
        ("两两对决", "两 两 对决"),
        ("十一点五十", "十一点 五十"),
        ("见http://www.gov.cn/a?b=1，或pxzx@mos.gov.cn。", "见 http://www.gov.cn/a?b=1 ， 或 pxzx@mos.gov.cn 。"),
        ("http", "http"),
        ("O'Neill说'好'", "O'Neill 说 ' 好 '"),
        ("帕夫洛普洛斯总统", "帕夫洛普洛斯 总统"),
        ("海南万宁", "海南 万宁"),
        ("法国总统奥朗德和默克尔", "法国 总统 奥朗德 和 默克尔"),
        ("马克龙、埃尔多安与斯托尔滕贝格", "马克龙 、 埃尔多安 与 斯托尔滕贝格"),
        ("伊拉克库尔德武装", "伊拉克 库尔德 武装"),
        ("伊朗布什尔核电站", "伊朗 布什尔 核电站"),
        ("拉萨路", "拉萨 路"),
        ("丝路基金", "丝路 基金"),
        ("1,\n000", "1 , 000"),
    ],
)
def test_what_is_joined(text: str, cut: str) -> None:
    assert " ".join(words(text)) == cut


def test_passages_are_not_joined() -> None:
    cuts = zh.cut(["1,", "000", "二〇", "二〇年", "帕夫洛", "普洛斯"])
    assert cuts.passage.tolist() == [0, 0, 1, 2, 3, 3, 4, 5]


def test_a_passage_of_one_character_is_a_token() -> None:
    for character in "人a5。·〇,:/@'‰-.年\u200b\ue000\x00\u202e🎉":
        assert words(character) == [character]
    assert words(" ") == words("") == []


@given(st.lists(st.sampled_from([*"12,，:/.-%‰@'’a〇零一九年·普洛斯里尔 ", "300", "http", "b.c"]), max_size=20))
def test_marks_in_any_order_leave_offsets_true(pieces: list[str]) -> None:
    text = "".join(pieces)
    check(zh.cut([text, text[::-1], "", text]), [text, text[::-1], "", text])


def test_a_hundred_thousand_characters_without_a_mark() -> None:
    text = "城市外交民间往来帕夫洛普洛斯" * 7200
    check(zh.cut([text]), [text])


@pytest.mark.slow
def test_a_passage_of_fifty_megabytes() -> None:
    text = "中國城市外交，１,０００人在二〇二〇年。" * 900_000
    assert len(text.encode()) > 50_000_000
    cuts = zh.cut([text])
    ends = cuts.start + cuts.length
    assert (cuts.start[1:] == ends[:-1]).all()
    assert (cuts.start[0], ends[-1]) == (0, len(text))
    assert all(text[at : at + size] == cuts.forms[form] for at, size, form in zip(
        cuts.start[::9973], cuts.length[::9973], cuts.form[::9973], strict=True))  # fmt: skip
