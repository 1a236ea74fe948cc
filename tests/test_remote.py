"""Sources and results on other machines' storage, by fsspec's file system in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from user_study import DE, LEXICON, TABLE, ZH, Ran, assert_short, documents, rejects, run, write_study

from pipeline.errors import InputError
from pipeline.remote import _inside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fsspec.implementations.memory import MemoryFileSystem

FOLDER = """
[[source]]
id = "speeches"
kind = "folder"
path = "memory://bucket/texts"
type = "speech"
metadata = "metadata.csv"
"""
SIDECAR = "file,date,language\nzh.txt,2014-05-15,zh\nunten/de.txt,2015,de\n"


@pytest.fixture
def there() -> Iterator[MemoryFileSystem]:
    fsspec = pytest.importorskip("fsspec")
    system: MemoryFileSystem = fsspec.filesystem("memory")
    system.store.clear()
    for name, text in {"zh.txt": ZH, "unten/de.txt": DE, "metadata.csv": SIDECAR}.items():
        system.pipe_file(f"/bucket/texts/{name}", text.encode())
    yield system
    system.store.clear()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path, FOLDER)
    return tmp_path


def build(capsys: pytest.CaptureFixture[str]) -> Ran:
    return run(capsys, "corpus", "--json", "--quiet")


@pytest.mark.usefixtures("there")
def test_a_folder_elsewhere_is_read_and_its_documents_lead_back_to_their_addresses(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(capsys).status == 0
    found = {row["doc_id"]: (row["path"], str(row["date"])) for row in documents(here)}
    assert found == {
        "speeches/zh.txt": ("memory://bucket/texts/zh.txt", "2014-05-15"),
        "speeches/unten/de.txt": ("memory://bucket/texts/unten/de.txt", "2015-01-01"),
    }
    assert not build(capsys).summary["worked"]


def test_only_what_changed_there_is_copied_again_and_what_is_gone_there_is_gone(
    here: Path, capsys: pytest.CaptureFixture[str], there: MemoryFileSystem
) -> None:
    build(capsys)
    copies = {path.name: path for path in (here / "corpora" / "mine" / "remote").rglob("*.txt")}
    times = {name: path.stat().st_mtime_ns for name, path in copies.items()}
    there.pipe_file("/bucket/texts/zh.txt", (ZH + "又及。").encode())
    there.pipe_file("/bucket/texts/neu.txt", DE.encode())
    there.rm_file("/bucket/texts/unten/de.txt")
    ran = build(capsys)
    assert ran.summary["stages"]["corpus"]["summary"]["files_read"] == 2
    assert {row["doc_id"] for row in documents(here)} == {"speeches/zh.txt", "speeches/neu.txt"}
    assert [reason for _, reason in rejects(here)] == ["missing_file"]
    assert copies["zh.txt"].stat().st_mtime_ns != times["zh.txt"]
    assert not copies["de.txt"].exists()


def test_a_table_elsewhere_is_read(here: Path, capsys: pytest.CaptureFixture[str], there: MemoryFileSystem) -> None:
    row = {"nr": 1, "text": ZH, "title": "新闻", "date": "2014", "lang": "zh"}
    there.pipe_file("/bucket/news.jsonl", json.dumps(row, ensure_ascii=False).encode())
    write_study(here, TABLE.replace("news.jsonl", "memory://bucket/news.jsonl"))
    assert build(capsys).status == 0
    assert [(row["doc_id"], row["path"]) for row in documents(here)] == [("news/1", "memory://bucket/news.jsonl")]


def test_when_nothing_is_there_old_copies_are_not_read(
    here: Path, capsys: pytest.CaptureFixture[str], there: MemoryFileSystem
) -> None:
    build(capsys)
    there.rm("/bucket/texts", recursive=True)
    assert_short(build(capsys), 1, "speeches", "memory://bucket/texts", "nothing at this address")
    assert len(documents(here)) == 2


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("s3://key:secret@bucket/texts", 2, "password"),
        ("https://example.org/x.csv?token=1", 2, "query"),
        ("zip://x::file:///y.zip", 2, "query"),
        ("nonsense://bucket/texts", 1, "nonsense"),
    ],
)
def test_an_address_that_cannot_be_used_is_said(
    here: Path, capsys: pytest.CaptureFixture[str], address: str, status: int, said: str
) -> None:
    pytest.importorskip("fsspec")
    write_study(here, FOLDER.replace("memory://bucket/texts", address))
    assert_short(build(capsys), status, said)


def test_a_name_that_leads_out_of_the_folder_is_refused() -> None:
    with pytest.raises(InputError, match="outside"):
        _inside("../../secret", "here")


def test_results_are_copied_once_and_again_when_they_change(
    here: Path, capsys: pytest.CaptureFixture[str], there: MemoryFileSystem
) -> None:
    more = '[run]\nworkers = 1\ncopy_to = "memory://out/mine"\n[timelines]\nbootstrap = 100\n'
    write_study(here, FOLDER, more=more)
    assert run(capsys, "timelines", "--quiet").status == 0
    exports = here / "exports" / "mine"
    assert there.cat_file("/out/mine/timelines.csv") == (exports / "timelines.csv").read_bytes()
    copied = set(there.find("/out/mine"))
    assert "/out/mine/manifest.json" in copied
    assert not any("/." in name for name in copied)
    there.rm_file("/out/mine/corpus.csv")
    assert "copied" not in run(capsys, "timelines", "--quiet").out
    (here / "lexicon.toml").write_text(LEXICON + '[[concept]]\nid = "dorf"\nde = ["Dorf"]\n', encoding="utf-8")
    assert "copied to memory://out/mine" in run(capsys, "timelines", "--quiet").out
