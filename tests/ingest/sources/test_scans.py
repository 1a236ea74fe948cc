"""Books of scans: page by page over the workers, and a page that goes wrong is lost alone."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest
import scanned
from user_study import FOLDER, TEXTS, Ran, built, documents, passages, rejects, run, write_study, write_texts

from pipeline.errors import Unreadable
from pipeline.ingest.readers import ocr
from pipeline.ingest.readers.pdf import read_pdf
from pipeline.ingest.sources import folder, scans
from pipeline.settings import PdfSettings, RunSettings
from pipeline.store.parts import read_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not ocr.is_installed(), reason="the extra 'ocr' is not installed")
NO_SIDECAR = FOLDER.replace('metadata = "metadata.csv"', "")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(place: Path, capsys: pytest.CaptureFixture[str], book: bytes, workers: int = 2, seconds: float = 120) -> Ran:
    write_texts(place, {**TEXTS, "buch.pdf": book}, None)
    write_study(place, NO_SIDECAR, more=f"[run]\nworkers = {workers}\nseconds_per_file = {seconds}\n")
    os.chdir(place)
    return run(capsys, "corpus", "--json")


def book_of(place: Path) -> dict[str, object]:
    (found,) = (row for row in documents(place) if row["doc_id"] == "speeches/buch.pdf")
    return found


def kept(place: Path) -> list[str]:
    return sorted(path.name.partition("-")[2] for path in (place / "corpora" / "mine" / ".parts").glob("*.json"))


def watch(patch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the pages that are given to workers from now on."""
    asked: list[int] = []
    read_each = scans.read_each

    def watched(function: object, tasks: list[object], limits: object) -> Iterator[object]:
        asked.extend(task.number for task in tasks if isinstance(task, scans.ScannedPage))
        yield from read_each(function, tasks, limits)  # type: ignore[arg-type]

    patch.setattr(scans, "read_each", watched)
    return asked


def test_one_and_two_workers_give_the_same_bytes(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "read_page", scanned.read_in_no_time)
    book = scanned.small_book(12)
    for workers in (1, 2):
        (here / f"{workers}").mkdir()
        ran = build(here / f"{workers}", capsys, book, workers)
        assert ran.status == 0, ran.err
    assert built(here / "1") == built(here / "2")
    found = book_of(here / "1")
    assert (found["flags"], found["pages"]) == (["ocr", "no_date"], 12)
    assert str(found["reader"]).startswith("rapidocr ")
    assert kept(here / "1") == []


def test_workers_read_what_is_read_here(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = scanned.small_book(2)
    assert build(here, capsys, book, workers=1).status == 0
    meant = [(block.page, block.text) for block in read_pdf(book).blocks]
    assert [(row["page"], row["text"]) for row in passages(here) if row["doc_id"] == "speeches/buch.pdf"] == meant
    assert "Größere Städte pflegten 3" in meant[0][1]


@pytest.mark.parametrize(("third", "reason"), [(scanned.hang_at_third, "too_slow"), (scanned.die_at_third, "crashed")])
def test_a_page_that_goes_wrong_is_lost_alone_and_read_again_under_another_limit(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, third: object, reason: str
) -> None:
    book = scanned.small_book(12)
    with monkeypatch.context() as patch:
        patch.setattr(scans, "read_page", third)
        assert build(here, capsys, book, seconds=4.0).status == 0
    found = book_of(here)
    assert {"ocr", "ocr_failed", "image_only_pages"} <= set(found["flags"])  # type: ignore[call-overload]
    assert str(found["reader"]).endswith(f"; not read: p. 3 ({reason})")
    assert len(kept(here)) == 11
    assert rejects(here) == []
    assert not any("pflegten 5" in row["text"] for row in passages(here))
    with monkeypatch.context() as patch:
        patch.setattr(scans, "read_page", scanned.read_in_no_time)
        asked = watch(patch)
        assert build(here, capsys, book, seconds=30.0).status == 0
    assert asked == [3]
    assert book_of(here)["flags"] == ["ocr", "no_date"]
    assert any("pflegten 5" in row["text"] for row in passages(here))
    assert kept(here) == []


def test_a_book_whose_pages_are_all_lost_is_a_reject_that_names_them(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "read_page", scanned.die_at_each)
    assert build(here, capsys, scanned.small_book(3)).status == 0
    assert rejects(here) == [("buch.pdf", "crashed")]
    said = (here / "corpora" / "mine" / "rejects.csv").read_text(encoding="utf-8")
    assert "of 3 pages: 3 pictures without text; OCR failed: p. 1-3 (crashed): exit code 9" in said


def test_the_pages_that_have_to_be_read_are_counted_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "read_page", scanned.read_in_no_time)
    path = tmp_path / "buch.pdf"
    path.write_bytes(scanned.small_book(3))
    task = folder.Task(path, path.name, tmp_path / "part.arrow", tmp_path / "failed.arrow", PdfSettings())
    waiting = folder.read_into_part(task)
    assert waiting == (0, 1, 2)
    assert not task.target.exists()
    told: list[tuple[int, int]] = []
    scans.read_scans([(task, waiting)], RunSettings(workers=1), lambda done, whole: told.append((done, whole)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert read_part(task.target).documents["flags"].to_pylist() == [["ocr"]]


def test_pages_that_a_stopped_run_has_read_are_not_read_again(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = scanned.small_book(6)
    read_each = scans.read_each

    def stop_after_four(function: object, tasks: list[object], limits: object) -> Iterator[object]:
        yield from read_each(function, tasks[:4], limits)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(scans, "read_page", scanned.read_in_no_time)
        patch.setattr(scans, "read_each", stop_after_four)
        assert build(here, capsys, book).status == 130
    (damaged,) = (here / "corpora" / "mine" / ".parts").glob("*-page00002.json")
    damaged.write_text("[[1, 2", encoding="utf-8")
    monkeypatch.setattr(scans, "read_page", scanned.read_in_no_time)
    asked = watch(monkeypatch)
    assert build(here, capsys, book).status == 0
    assert asked == [2, 5, 6]
    assert book_of(here)["flags"] == ["ocr", "no_date"]


def test_a_scan_in_an_archive_is_read_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "recognise", lambda _, indices: dict.fromkeys(indices, Unreadable("too_slow")))
    path = tmp_path / "alles.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("buch.pdf", scanned.small_book(1))
        archive.writestr("rede.txt", TEXTS["de_2015.txt"])
    target = tmp_path / "part.arrow"
    task = folder.Task(path, path.name, target, target, PdfSettings())
    assert folder.read_into_part(task) == ()
    part = read_part(target)
    assert part.documents["key"].to_pylist() == ["alles.zip/rede.txt"]
    assert part.rejects["item"].to_pylist() == ["alles.zip/buch.pdf"]
    folder.reject_into_part(task, Unreadable("too_slow", "more than 120 s"))
    assert "scans in an archive count with it" in read_part(target).rejects["detail"][0].as_py()
