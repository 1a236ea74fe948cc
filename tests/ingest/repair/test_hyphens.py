"""Line-end hyphens, against hand-made cases and the gold set of manuals."""

from __future__ import annotations

import csv
import json
import time
from functools import reduce
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.repair.hyphens import count_words, join_lines, judge_hyphen, spaces_han_from_latin

if TYPE_CHECKING:
    from pathlib import Path

FLOORS = "tests/floors.json"


@pytest.mark.parametrize(
    ("left", "right", "judgement"),
    [
        ("Städtepart", "nerschaft", "join"),
        ("Städte", "und", "suspend"),
        ("Ein", "oder", "suspend"),
        ("EU", "Beitritt", "keep"),
        ("EU", "weit", "keep"),
        ("BÜND", "NIS", "join"),
        ("Bürger", "Innen", "join"),
        ("Baden", "Württemberg", "keep"),
        ("18", "jährige", "keep"),
        ("people-to", "people", "keep"),
        ("http://www.debian.org/", "doc", "join"),
    ],
)
def test_without_evidence_the_form_of_both_parts_decides(left: str, right: str, judgement: str) -> None:
    assert judge_hyphen(left, right, {}) == judgement


def test_a_form_that_stands_elsewhere_in_the_document_decides() -> None:
    seen = count_words(["eine schwarz-gelbe Koalition, das Berlinale-Fest und die VerbraucherInnen"])
    assert judge_hyphen("schwarz", "gelbe", seen) == "keep"
    assert judge_hyphen("Verbraucher", "Innen", seen) == "join"
    assert judge_hyphen("schwarz", "gelbe", {}) == "join"


def test_broken_words_are_no_evidence() -> None:
    assert count_words(["die Städtepart-", "nerschaft ist alt"]) == {"die": 1, "ist": 1, "alt": 1}


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["die Städtepart-", "nerschaft"], "die Städtepartnerschaft"),
        (["der Städte-", "und Gemeindebund"], "der Städte- und Gemeindebund"),
        (["die Städtepart\u00ad", "nerschaft"], "die Städtepartnerschaft"),
        (["die Städtepart\ufffe", "nerschaft"], "die Städtepartnerschaft"),
        (["weiche Tren\u00adnung"], "weiche Trennung"),
        (["中国与德国的", "城市外交"], "中国与德国的城市外交"),
        (["他说：", "“城市外交”"], "他说：“城市外交”"),
        (["第88—", "103页"], "第88—103页"),
        (["einerseits –", "andererseits"], "einerseits – andererseits"),
        (["the sister", "cities"], "the sister cities"),
    ],
)
def test_lines_become_one(lines: list[str], text: str) -> None:
    assert join_lines(lines, {}) == text


def test_between_han_and_latin_the_habit_of_the_document_decides() -> None:
    assert join_lines(["使用", "Debian 系统"], {}, han_space=True) == "使用 Debian 系统"
    assert join_lines(["使用", "Debian系统"], {}, han_space=False) == "使用Debian系统"
    assert spaces_han_from_latin("使用 Debian 系统")
    assert not spaces_han_from_latin("使用Debian系统")
    assert not spaces_han_from_latin("nur Deutsch")


@given(st.lists(st.text(st.characters(categories=["Ll", "Lu", "Lo", "Nd", "Po"]), min_size=1), min_size=1))
def test_joining_loses_no_letter(lines: list[str]) -> None:
    joined = join_lines(lines, {})
    assert [char for char in joined if char.isalnum()] == [char for char in "".join(lines) if char.isalnum()]


@pytest.mark.parametrize("line", ["a-", "www.stadt-"])
def test_a_paragraph_of_forty_thousand_lines_is_joined_within_seconds(line: str) -> None:
    start = time.process_time()
    assert len(join_lines([line] * 40_000, {})) >= 40_000
    assert time.process_time() - start < 10


def test_a_long_paragraph_is_joined_as_its_lines_are_two_by_two() -> None:
    lines = ["die Städtepart-", "nerschaft von 2010-", "2012, Städte-", "und Gemeinde", "使用", "A/", "b"] * 200
    joined = join_lines(lines, {}, han_space=True)
    assert len(joined) > 5_000
    assert joined == reduce(lambda text, line: join_lines([text, line], {}, han_space=True), lines)


@pytest.mark.shared
def test_hyphens_of_manuals_are_judged_as_people_did(shared: Path, request: pytest.FixtureRequest) -> None:
    floor = json.loads((request.config.rootpath / FLOORS).read_text(encoding="utf-8"))["dehyphenation_de"]
    with (shared / "gold" / "dehyphenation_de.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts: dict[str, list[str]] = {}
    for row in rows:  # what stands around the hyphens is all that is left of two of the manuals
        around = [row["left_context"].rpartition(" ")[0], row["right_context"].partition(" ")[2]]
        texts.setdefault(row["doc"], []).extend(around)
    seen = {name: count_words(lines) for name, lines in texts.items()}
    right = sum(judge_hyphen(row["left"], row["right"], seen[row["doc"]]) == row["label"] for row in rows)
    assert right / len(rows) >= floor
