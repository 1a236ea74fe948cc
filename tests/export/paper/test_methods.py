"""The methods paragraph: each number is one of the study's, in the way that each language writes numbers."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from made import TWO_CONCEPTS, make_study

from pipeline.export.paper.facts import LockFacts, manifest_facts
from pipeline.export.paper.methods import TERMS, write_english
from pipeline.export.paper.methods_de import REASONS_DE, write_german
from pipeline.export.paper.methods_zh import REASONS_ZH, write_chinese
from pipeline.export.paper.tools import list_works
from pipeline.records import REASONS
from pipeline.stages import MANIFEST

from .made_study import facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.export.paper.facts import Facts

LANGUAGES: dict[str, tuple[Callable[[Facts], str], str]] = {
    "en": (write_english, ","), "de": (write_german, "."), "zh": (write_chinese, ","),
}  # fmt: skip
SAID = {1234, 5678, 6912, 2345678, 3456789, 12, 3456, 3461, 1998, 2024, 21, 34, 55, 67, 1089, 13, 1102, 17, 144, 8,
        98765, 87654, 2000, 42, 2, 2026}  # fmt: skip


def numbers(text: str, thousands: str) -> set[int]:
    """All whole numbers of a text but those of versions, hashes, and 95 %."""
    text = re.sub(r"SHA-256|0{64}|95[\s-]?%|(?<![\d.])\d{1,2}\.\d{1,2}\.\d{1,2}(?!\d)", " ", text)
    found = re.findall(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+", text)
    return {int(number.replace(thousands, "")) for number in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_one_of_the_facts_and_every_fact_is_said(language: str) -> None:
    write, thousands = LANGUAGES[language]
    found = numbers(write(facts()), thousands)
    assert found - {11} == SAID  # November is 11 in Chinese


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_there_was_none_of_is_not_said(language: str) -> None:
    write, thousands = LANGUAGES[language]
    none = dict.fromkeys(
        ("other_documents", "copies", "undated", "undated_mentions", "outside_mentions", "excluded"), 0
    )
    clean = facts(**none, rejects={})
    assert numbers(write(clean), thousands) - {11} == SAID - {12, 21, 34, 55, 67, 1089, 13, 1102, 8}
    assert "  " not in write(clean)


ONE = facts(
    documents={"zh": 1, "de": 0}, words={"zh": 1, "de": 0}, copies=1, undated=1, undated_mentions=1,
    concepts=1, terms=1,
    other_documents=1, excluded=1, found=1, counted=1, rejects={"empty": 1}, types={"speech": 1}, years=(2014, 2014),
)  # fmt: skip


def test_one_of_a_thing_is_singular() -> None:
    english, german = write_english(ONE), write_german(ONE)
    for wrong in ("1 documents", "1 words", "1 concepts", "1 terms", "1 mentions", "1 items", "1 longer strings"):
        assert wrong not in english
    for wrong in (
        "1 Dokumente",
        "1 Wörter",
        "1 Begriffen",
        "1 Suchwörtern",
        "1 Nennungen",
        "1 Einheiten",
        "1 längere Zeichenfolgen",
    ):
        assert not re.search(rf"\b{wrong}\b", german)
    assert "The corpus holds 1 document, dated 2014: 1 in Chinese (1 word)" in english
    assert "Das Korpus umfasst 1 Dokument aus dem Jahr 2014: 1 auf Chinesisch (1 Wort)" in german
    assert "1 document is a copy of another and was left out" in english
    assert "1 Dokument ist eine Kopie eines anderen und wurde ausgeschlossen" in german


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert "2,345,678 words" in write_english(facts())
    assert "2.345.678 Wörter" in write_german(facts())
    assert "2,345,678词" in write_chinese(facts())
    assert "2 November 2026" in write_english(facts())
    assert "2. November 2026" in write_german(facts())
    assert "2026年11月2日" in write_chinese(facts())


def test_every_reason_of_a_reject_has_words_in_german_and_chinese() -> None:
    assert set(REASONS_DE) == set(REASONS_ZH) == set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_and_trends_are_described_where_there_are_some(language: str) -> None:
    write, _ = LANGUAGES[language]
    plain = write(facts())
    changed = write(facts(kinds_of_change=("first_seen", "step", "trend")))
    assert len(changed) > len(plain)


LOCK = LockFacts(date=dt.date(2026, 3, 1), sha256="a" * 64, earlier=(), reason="", exploratory=(), removed=())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lexicon_that_was_never_locked_is_said_to_be_none(language: str) -> None:
    said = {"en": "It was not locked", "de": "Es wurde nicht festgelegt", "zh": "词表未经锁定"}
    write, _ = LANGUAGES[language]
    assert said[language] in write(facts(lock=None))
    assert said[language] not in write(facts(lock=LOCK))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lock_is_named_with_its_date_its_hash_and_the_terms_that_came_later(language: str) -> None:
    write, _ = LANGUAGES[language]
    dates = {"en": "1 March 2026", "de": "1. März 2026", "zh": "2026年3月1日"}
    before = {"en": "24 December 2025", "de": "24. Dezember 2025", "zh": "2025年12月24日"}
    unchanged = {"en": "those of the lock", "de": "die der Festlegung", "zh": "与锁定时一致"}
    text = write(facts(lock=LOCK))
    assert dates[language] in text
    assert "a" * 64 in text
    assert unchanged[language] in text
    again = LockFacts(
        date=LOCK.date, sha256=LOCK.sha256, earlier=((dt.date(2025, 12, 24), "b" * 64),), reason="a reviewer asked",
        exploratory=("都市外交", "Stadtaußenpolitik"), removed=("Städtefreundschaft",),
    )  # fmt: skip
    text = write(facts(lock=again))
    for part in (dates[language], before[language], "b" * 64, "a reviewer asked", *again.exploratory, *again.removed):
        assert part in text
    assert unchanged[language] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_hundreds_of_exploratory_terms_do_not_fill_the_paragraph(language: str) -> None:
    write, thousands = LANGUAGES[language]
    terms = tuple(f"xq{letter}" for letter in "abcdefghijklmnopqrstuvwxyzäöüß" * 40)
    text = write(facts(lock=replace(LOCK, exploratory=terms)))
    assert text.count("xq") == TERMS
    assert {len(terms), len(terms) - TERMS} <= numbers(text, thousands)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_methods_name_the_segmenter_that_cut_and_the_model_that_was_used(language: str, tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS)
    study.corpus_folder.mkdir(parents=True)
    tools = {"rjieba": "0.2.2", "spacy": "3.8.18"}
    settings = {"segmenters": {"zh": "thulac 0.2.1; rjieba 0.2.2"}, "models": {"de": {"model": "de_mine 1.2.3"}}}
    write, _ = LANGUAGES[language]
    found = {}
    for name, known in (("own", {}), ("other", settings)):
        entry = {"made_from": {"tools": tools, "settings": {"languages": ["zh", "de"], **known}}}
        manifest = json.dumps({"stages": {"tokens": entry}, "files": {}})
        (study.corpus_folder / MANIFEST).write_text(manifest, encoding="utf-8")
        made = manifest_facts(study)
        found[name] = facts(tools=made["tools"], models=made["models"])
    cut = {"en": "cut by rjieba 0.2.2", "de": "mit rjieba 0.2.2", "zh": "中文用rjieba 0.2.2"}[language]
    assert cut in write(found["own"])
    assert cut.replace("rjieba 0.2.2", "THULAC 0.2.1") in write(found["other"])
    assert "spaCy 3.8.18 + de_mine 1.2.3" in write(found["other"])
    assert "de_mine" not in write(found["own"])
    assert ["thulac" in [key for key, _, _ in list_works(found[name])] for name in ("own", "other")] == [False, True]
