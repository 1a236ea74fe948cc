from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_documents, read_file
from pipeline.records import Extract

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "https://schema.oparl.org/1.1/"
PAPER: dict[str, Any] = {
    "id": "https://rat.example/oparl/papers/vo/17",
    "type": f"{SCHEMA}Paper",
    "name": "Städtepartnerschaft mit Wuhan",
    "reference": "2015/0446",
    "paperType": "Antrag",
    "date": "2015-07-29",
    "modified": "2025-03-03T14:30:22+01:00",
    "mainFile": {"type": f"{SCHEMA}File", "date": "2025-03-03", "name": "Antrag", "text": "Der Rat\n\nbeschließt."},
    "auxiliaryFile": [{"type": f"{SCHEMA}File", "date": "2024-01-01", "name": "Anlage", "text": "Die Anlage."}],
}


def read(content: Any) -> Extract:
    return read_file(json.dumps(content).encode(), "a.json")


def test_a_paper_has_its_name_the_text_of_its_files_and_its_own_date() -> None:
    extract = read(PAPER)
    assert [(block.kind, block.text) for block in extract.blocks] == [
        ("heading", "Städtepartnerschaft mit Wuhan"),
        ("heading", "Antrag"),
        ("body", "Der Rat"),
        ("body", "beschließt."),
        ("heading", "Anlage"),
        ("body", "Die Anlage."),
    ]
    assert extract.metadata == {
        "title": "Städtepartnerschaft mit Wuhan",
        "date": "2015-07-29",
        "url": "https://rat.example/oparl/papers/vo/17",
        "reference": "2015/0446",
        "paper_type": "Antrag",
    }
    assert extract.flags == ()


def test_a_file_s_date_never_stands_for_the_paper_s() -> None:
    assert "date" not in read({key: value for key, value in PAPER.items() if key != "date"}).metadata
    assert "date" not in read(PAPER["mainFile"]).metadata


def test_a_paper_whose_text_is_elsewhere_is_flagged() -> None:
    extract = read({**PAPER, "mainFile": {"name": "Antrag"}, "auxiliaryFile": []})
    assert extract.flags == ("title_only",)
    assert [(block.kind, block.text) for block in extract.blocks] == [
        ("heading", "Städtepartnerschaft mit Wuhan"),
        ("reference", "Antrag"),
    ]


def test_a_list_gives_a_document_an_object() -> None:
    objects = [PAPER, {"type": f"{SCHEMA}Person", "id": "https://rat.example/p/2", "name": "Li"}, 3]
    for content in (objects, {"data": objects, "pagination": {}}):
        documents = read_documents(json.dumps(content).encode(), "a.json")
        assert [key for key, _ in documents] == ["17", "2", "3"]
        assert isinstance(documents[0][1], Extract)
        assert [each.reason for _, each in documents[1:] if isinstance(each, Unreadable)] == ["unknown_format"] * 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"type": "https://schema.oparl.org/1.1/Paper", "name": "a"', "broken"),
        (b"[" * 100_000, "broken"),
        (b'{"title": "Text"}', "unknown_format"),
        (b'["a", 1, null]', "unknown_format"),
        (b"17", "unknown_format"),
        (json.dumps({**PAPER, "deleted": True}).encode(), "no_text"),
        (json.dumps({"type": PAPER["type"]}).encode(), "no_text"),
        (json.dumps({**PAPER, "name": 5, "mainFile": 3, "auxiliaryFile": [None]}).encode(), "no_text"),
        (json.dumps({"type": f"{SCHEMA}File", "accessUrl": "https://rat.example/1.pdf"}).encode(), "no_text"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.json")
    assert refused.value.reason == reason


@pytest.mark.shared
def test_real_papers_have_their_own_date_and_not_that_of_a_migration(shared: Path) -> None:
    for path in sorted((shared / "raw" / "city_council_json").glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        extract = read_file(path.read_bytes(), path.name)
        assert extract.metadata.get("date") == content.get("date")
        assert extract.metadata["title"] == " ".join(content["name"].split())
