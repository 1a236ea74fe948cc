"""Text that is no language, told from text in many languages."""

from __future__ import annotations

import gzip
import itertools
import json
from typing import TYPE_CHECKING

import pytest

from pipeline.ingest.repair.garbage import is_garbage, likelihood

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = "Die Städtepartnerschaft zwischen deutschen und chinesischen Kommunen hat sich seit 1982 stark verändert. " * 4
LANGUAGES = {
    "German": GERMAN,
    "Simplified": "城市外交是国家总体外交的重要组成部分，也是地方政府参与全球治理的重要途径。" * 3,
    "Traditional": "城市外交是國家總體外交的重要組成部分，也是地方政府參與全球治理的重要途徑。" * 3,
    "Japanese": "都市外交は国家外交の重要な一部であり、地方政府が参加する重要な手段である。" * 3,
    "Russian": "Городская дипломатия является важной частью внешней политики государства. " * 3,
    "Greek": "Η διπλωματία των πόλεων είναι μέρος της εξωτερικής πολιτικής. " * 3,
    "numbers": "1982 1,5 2014 % 27.3 12.05.2019 " * 10,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_are_no_garbage(language: str) -> None:
    assert not is_garbage(LANGUAGES[language])


@pytest.mark.parametrize(
    "text",
    [
        "ⲻ㠖⥖㲗▙㙤㳢㞾ⱀ㦔⺫㖕Ⳛ㘂▙㐈" * 6,
        "".join(chr(0xE000 + ord(char)) for char in GERMAN),
        "(cid:12)(cid:40)(cid:7)" * 40,
        "".join(chr(ord(char) - 29) if "A" <= char <= "z" else char for char in GERMAN),
        "".join(chr(ord(char) + 3) if "A" <= char <= "w" else char for char in GERMAN),
    ],
    ids=["no Unicode map", "private use", "cid", "shifted down", "shifted up"],
)
def test_pages_without_a_language_are_garbage(text: str) -> None:
    assert is_garbage(text)


def test_a_few_strange_characters_are_no_reason() -> None:
    assert not is_garbage("ⲻ㠖⥖㲗▙")
    assert not is_garbage(GERMAN + "ⲻ㠖⥖㲗▙")


def test_nothing_is_neither_likely_nor_unlikely() -> None:
    assert likelihood(" \n") == 0.0


@pytest.mark.shared
@pytest.mark.parametrize("name", ["zh_news_2012_2019", "zh_work_reports", "de_parliament_2012_2016"])
def test_real_texts_are_no_garbage(shared: Path, name: str) -> None:
    with gzip.open(shared / "corpora" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"][:3000] for line in itertools.islice(lines, 300)]
    assert [text[:40] for text in texts if is_garbage(text)] == []
