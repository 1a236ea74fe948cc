"""Passages in two writings are cut where one ends, and lose nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.languages import mixed
from pipeline.languages.identify import identify
from pipeline.languages.mixed import cut_mixed

GERMAN = "Im Rathaus sprach die Bürgermeisterin lange über die Partnerschaft der beiden Städte am Fluss"
CHINESE = "城市外交是国家总体外交的重要组成部分，也是民间外交的重要形式"
ENGLISH = "The exchange between the two cities has grown year by year, and their citizens visit each other"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"{GERMAN}: „{CHINESE}。“ {ENGLISH}.", [f"{GERMAN}:", f"„{CHINESE}。“", f"{ENGLISH}."]),
        (f"他说：“{CHINESE}。”“{ENGLISH}.”他又说：“{CHINESE}！”",
         [f"他说：“{CHINESE}。”", f"“{ENGLISH}.”", f"他又说：“{CHINESE}！”"]),
        (f"{ENGLISH}, p. 5. 参见{CHINESE}", [f"{ENGLISH}, p. 5.", f"参见{CHINESE}"]),
        (f"{CHINESE}。 2019 {ENGLISH}", [f"{CHINESE}。", f"2019 {ENGLISH}"]),
        (f"{CHINESE}（{ENGLISH}）", [CHINESE, f"（{ENGLISH}）"]),
        ("47 搭建起“一带一路”文化交流的平台 (Building the Belt and Road Initiative as a platform), 2021.",
         ["47 搭建起“一带一路”文化交流的平台", "(Building the Belt and Road Initiative as a platform), 2021."]),
        (f"{GERMAN} (城市外交) {ENGLISH}, {CHINESE}", [f"{GERMAN} (城市外交) {ENGLISH},", CHINESE]),
    ],
)  # fmt: skip
def test_a_passage_is_cut_where_another_writing_begins(text: str, parts: list[str]) -> None:
    assert cut_mixed([text])[0] == parts


@pytest.mark.parametrize(
    "text",
    [
        "城市外交（city diplomacy）是指城市政府为了发展而开展的国际交往活动，参见Tavares的著作Paradiplomacy。",
        "Es gibt Städtediplomatie (城市外交), Volksdiplomatie (民间外交) und Partnerstädte (友好城市).",
        f"{CHINESE}，见https://www.example.org/the/way/to/a/page/that/has/many/words/in/its/address.html，{CHINESE}",
        "Association of Southeast Asian Nations（东南亚国家联盟）",
        f"  {GERMAN} (城市外交，民间外交，友好城市) {GERMAN} ",
        CHINESE,
        GERMAN,
        "",
    ],
)
def test_names_terms_and_addresses_within_a_passage_do_not_cut_it(text: str) -> None:
    parts, rows = cut_mixed([text])
    assert parts == [text]
    assert rows.tolist() == [0]


@pytest.mark.parametrize(
    "eastern",
    [
        "①城市外交；②民间外交；③公共外交；④人民外交；⑤地方外交；⑥友好城市；",
        "コンピューターとインターネットのサービスとユーザーのデータ",
    ],
)
def test_circled_numbers_and_signs_of_length_are_no_letters_of_another_writing(eastern: str) -> None:
    assert cut_mixed([f"{GERMAN} {eastern} {GERMAN}"])[0] == [GERMAN, eastern, GERMAN]


def test_each_part_has_the_language_that_it_is_in() -> None:
    parts, rows = cut_mixed([f"{GERMAN}: {CHINESE}。 {ENGLISH}.", "Nur eine Zeile.", f"{ENGLISH} {CHINESE}"])
    assert rows.tolist() == [0, 0, 0, 1, 2, 2]
    assert identify(parts) == ["de", "zh", "en", "de", "en", "zh"]


pieces = st.sampled_from([
    GERMAN, CHINESE, ENGLISH, "城市", "city", " ", "。", "“", "”", "(", ")", "„", ", ", "\n", "2019", "\ud800",
    "\U0002070e", "の", "한국어", "http://a.cn/b，", "\u200b", "a", "外", "Ω",
])  # fmt: skip


@given(st.lists(st.lists(pieces, max_size=12).map("".join), max_size=6))
def test_parts_are_the_passages_but_for_spaces_and_none_is_empty(texts: list[str]) -> None:
    parts, rows = cut_mixed(texts)
    assert len(parts) == len(rows)
    for row, text in enumerate(texts):
        own = [part for part, of in zip(parts, rows.tolist(), strict=True) if of == row]
        assert "".join("".join(own).split()) == "".join(text.split())
        assert own == [text] or all(own)
        place = 0
        for part in own:  # in order, each as it stands there
            place = text.index(part, place) + len(part)


@given(st.lists(st.lists(pieces, max_size=12).map("".join), max_size=6))
def test_a_passage_is_cut_as_if_it_were_alone_and_what_is_whole_stays_so(texts: list[str]) -> None:
    parts, rows = cut_mixed(texts)
    assert parts == [part for text in texts for part in cut_mixed([text])[0]]
    inner = [
        part for part, number in zip(parts, np.bincount(rows, minlength=1)[rows].tolist(), strict=True) if number == 1
    ]
    assert cut_mixed(inner)[0] == inner


def test_passages_are_looked_at_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{GERMAN} {CHINESE}", GERMAN, CHINESE, f"{CHINESE} {ENGLISH}", "", GERMAN] * 3
    whole = cut_mixed(texts)
    monkeypatch.setattr(mixed, "_AT_ONCE", 150)
    parts, rows = cut_mixed(texts)
    assert parts == whole[0]
    assert rows.tolist() == whole[1].tolist()


@pytest.mark.parametrize("signs", ["@", "a@", ".", "x", "10."])
def test_many_signs_without_a_space_are_passed_over_in_time_that_grows_with_them(signs: str) -> None:
    long = (signs * 40_000)[:40_000]  # tried at each of them, this took hours
    parts = cut_mixed([f"{CHINESE} {long} {GERMAN}"])[0]
    assert [parts[0][: len(CHINESE)], parts[1][-len(GERMAN) :]] == [CHINESE, GERMAN]
