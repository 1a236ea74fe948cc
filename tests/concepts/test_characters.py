"""Chinese terms on characters: each rule of the contract, and a plain search as the truth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made import build, find, make_document, make_study
from strategies import mixed_text, zh_text

from pipeline.concepts.characters import find_in_characters
from pipeline.languages import han
from pipeline.records import Term

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = """
[[concept]]
id = "city"
zh = ["城市外交", "国际友好城市网络"]
[[concept]]
id = "people"
zh = ["民间外交", { form = "人民外交", not_in = ["人民外交学会"] }]
[[concept]]
id = "twin"
zh = [{ form = "友好城市", not_in = ["友好城市联合会"] }, "国际友好城市"]
[[concept]]
id = "road"
zh = ["21世纪海上丝绸之路", "BRI", "一带一路"]
[[concept]]
id = "union"
zh = ["友好城市联合会"]
"""


def marks(folder: Path, *texts: str) -> list[tuple[str, str, bool]]:
    return find(folder, LEXICON, "zh", *texts)


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("论城市外交的兴起", "城市外交"),
        ("在 21世纪海上丝绸之路 上", "21世纪海上丝绸之路"),
        ("在２１世纪海上丝绸之路上", "２１世纪海上丝绸之路"),
        ("談民間外交", "民間外交"),
        ("一帶一路倡議", "一帶一路"),
        ("城市 外交", "城市 外交"),
        ("城 市 外 交", "城 市 外 交"),
        ("城市\n外交", "城市\n外交"),
        ("城市\u3000外交", "城市\u3000外交"),
        ("民間\r\n  外交", "民間\r\n  外交"),
        ("⼈民外交", "⼈民外交"),
        ("谈BRI的", "BRI"),
        ("谈ＢＲＩ的", "ＢＲＩ"),
    ],
)
def test_width_script_and_spaces_do_not_hide_a_term(tmp_path: Path, text: str, surface: str) -> None:
    assert [found for _, found, _ in marks(tmp_path, text)] == [surface]


@pytest.mark.parametrize(
    "text", ["城市，外交", "城市a外交", "BRIEF", "ABRI", "BRI5", "城市", "一带 a 一路", "城\u200d市外交x"]
)
def test_what_is_no_term_is_not_found(tmp_path: Path, text: str) -> None:
    assert marks(tmp_path, text) == []


def test_a_term_does_not_span_two_passages(tmp_path: Path) -> None:
    assert marks(tmp_path, "城市", "外交") == []


def test_not_in_is_no_mention_and_another_concept_may_be_there(tmp_path: Path) -> None:
    assert marks(tmp_path, "中国人民外交学会") == []
    assert marks(tmp_path, "人民外交与中国人民外交 学会") == [("people", "人民外交", True)]
    assert marks(tmp_path, "友好城市联合会") == [("union", "友好城市联合会", True)]


def test_the_longest_wins_over_all_concepts_and_the_shorter_is_recorded(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, ["zh"])
    rows = build(study, [make_document("a", ("zh", "国际友好城市网络"))]).to_pylist()
    assert [(r["concept"], r["surface"], r["nested_in"], r["counted"]) for r in rows] == [
        ("city", "国际友好城市网络", None, True),
        ("twin", "国际友好城市", "city", False),
        ("twin", "友好城市", "city", False),
    ]


def test_the_same_term_counts_as_often_as_it_stands_there(tmp_path: Path) -> None:
    assert len(marks(tmp_path, "城市外交城市外交，城市外交")) == 3


def test_an_expression_stays_in_its_passage_and_reads_folded_text(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nzh = [{ form = "城市.{0,9}?外交", match = "regex" }]\n'
    found = find(tmp_path, lexicon, "zh", "城市", "外交", "城市的外交", "城 市与民间外交")
    assert [surface for _, surface, _ in found] == ["城市的外交", "城 市与民间外交"]
    lexicon = '[[concept]]\nid = "a"\nzh = [{ form = "^（.*民間.+", match = "regex" }]\n'
    assert [surface for _, surface, _ in find(tmp_path, lexicon, "zh", "x（民间a）", "（民间ａ）")] == ["（民间ａ）"]


def terms_for(forms: list[str]) -> list[Term]:
    return [Term("c", "zh", form, "form") for form in forms]


def plain_find(texts: list[str], forms: list[str]) -> set[tuple[int, int, int]]:
    """Every occurrence by `str.find` in each text with spaces inside Han taken out; places in the texts joined."""
    found: set[tuple[int, int, int]] = set()
    offset = 0
    for text in texts:
        read = han.fold(text)
        gaps = {i for gap in re.finditer(r"\s+", read) for i in range(*gap.span()) if _in_run(read, *gap.span())}
        places = [i for i in range(len(read)) if i not in gaps]
        solid = "".join(read[i] for i in places)
        for number, form in enumerate(forms):
            at = solid.find(form)
            while at >= 0:
                found.add((offset + places[at], offset + places[at + len(form) - 1] + 1, number))
                at = solid.find(form, at + 1)
        offset += len(text) + 1
    return found


def _in_run(text: str, start: int, end: int) -> bool:
    def is_han(place: int) -> bool:
        return 0 <= place < len(text) and bool(han.is_han_table()[ord(text[place])])

    return is_han(start - 1) and is_han(end)


@given(st.lists(st.one_of(zh_text, mixed_text), max_size=4))
@example(["城市\n", "外交", " 民间　外交 ", "\x00城市外交"])
@example([])
def test_all_occurrences_are_those_of_a_plain_search(texts: list[str]) -> None:
    forms = ["城市外交", "外交", "友好城市", "国际友好城市", "民间外交", "城市", "一带一路", "对外关系", "人民外交学会"]
    found, longer = find_in_characters(texts, terms_for(forms))
    spans = zip(found.start.tolist(), found.end.tolist(), found.term.tolist(), strict=True)
    assert sorted(spans) == sorted(plain_find(texts, forms))
    assert not len(longer.start)


@given(zh_text)
def test_the_surface_folded_and_joined_is_the_form(text: str) -> None:
    forms = ["城市外交", "民间外交", "国际友好城市"]
    found, _ = find_in_characters([text], terms_for(forms))
    for start, end, term in zip(found.start, found.end, found.term, strict=True):
        assert "".join(han.fold(text[start:end]).split()) == forms[term]
