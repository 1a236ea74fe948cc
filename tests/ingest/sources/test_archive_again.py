from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from archived import SOURCE, build, read_here
from warcs import LATER, SITE, page, response, wacz, warc

from pipeline.errors import Unreadable
from pipeline.ingest.sources import archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

A, B, C = (f"{SITE}/{name}.html" for name in "abc")


def parts(folder: Path) -> set[str]:
    return {path.name for path in (folder / "corpora" / "mine" / ".parts").iterdir()}


def test_an_archive_more_reads_one_archive_and_one_less_reads_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here(monkeypatch)
    files = {"a.warc.gz": warc(response(A, page("A"))), "b.wacz": wacz(warc(response(B, page("B"))))}
    assert build(tmp_path, files).summary["files_read"] == 2
    before = parts(tmp_path)
    grown = build(tmp_path, {"c.warc.gz": warc(response(C, page("C")), response(A, page("A neu"), date=LATER))})
    assert grown.summary["files_read"] == 1
    assert "A neu" in grown.text(A)
    assert before < parts(tmp_path)
    (tmp_path / "pages" / "c.warc.gz").unlink()
    shrunk = build(tmp_path)
    assert shrunk.summary["files_read"] == 0
    assert "A neu" not in shrunk.text(A)
    assert parts(tmp_path) == before


def test_the_same_archives_in_any_number_of_files_and_parts_make_the_same_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here(monkeypatch)
    records = [response(f"{SITE}/{i}", page(f"Nummer {i}")) for i in range(7)]
    made = []
    for at_once in (1, 3, 32):
        monkeypatch.setattr(archive, "_CAPTURES", at_once)
        folder = tmp_path / str(at_once)
        folder.mkdir()
        built = build(folder, {"a.warc.gz": warc(*records)})
        made.append((built.documents, built.passages, built.left_out))
    assert made[0] == made[1] == made[2]
    assert len(made[0][0]) == 7


def test_a_page_that_breaks_a_limit_is_a_reject_and_its_neighbours_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[int, ...]] = []

    def here(function: object, tasks: Sequence[archive.Task], _limits: object) -> Iterator[tuple[archive.Task, object]]:
        for task in tasks:
            tried.append(task.rows)
            is_slow = 1 in task.rows and slow
            if not is_slow:
                archive.read_into_part(task)
            yield task, Unreadable("too_slow", "more than 120 s") if is_slow else None

    monkeypatch.setattr(archive, "read_each", here)
    slow = True
    files = {"a.warc.gz": warc(*(response(address, page(address[-6])) for address in (A, B, C)))}
    built = build(tmp_path, files)
    assert built.keys == [A, C]
    assert built.refused == {B: "too_slow"}
    assert tried == [(0, 1, 2), (0,), (1,), (2,)]
    assert not any(name.endswith((".one", ".draft")) for name in parts(tmp_path))
    tried.clear()
    assert build(tmp_path).refused == {B: "too_slow"}
    assert tried == [], "what is known is not read again"
    slow = False
    assert build(tmp_path, more="[run]\nseconds_per_file = 500\n").keys == [A, B, C]
    assert tried == [(0, 1, 2)], "another limit reads again what broke the first"
    tried.clear()
    assert build(tmp_path).keys == [A, B, C]
    assert tried == []


@pytest.mark.slow
def test_pages_are_read_in_processes_that_may_be_stopped(tmp_path: Path) -> None:
    nested = "<html><body>" + "<div>" * 3000 + "<p>Text</p>" * 100_000 + "</body></html>"
    files = {"a.warc.gz": warc(response(A, page("A")), response(B, nested), response(C, page("C")))}
    started = time.monotonic()
    built = build(tmp_path, files, SOURCE, "[run]\nworkers = 2\nseconds_per_file = 3\n")
    assert {A, C} <= set(built.keys)
    assert time.monotonic() - started < 60


def test_a_link_to_nothing_is_a_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "b.warc.gz").symlink_to("nirgends.warc.gz")
    built = build(tmp_path, {"a.warc.gz": warc(response(A, page("A")))})
    assert built.refused == {"b.warc.gz": "missing_file"}


@pytest.mark.skipif(os.name == "nt", reason="names of other bytes")
def test_a_file_whose_name_is_no_utf8_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)
    (tmp_path / "pages").mkdir()
    path = os.fsencode(tmp_path / "pages") + b"/\xb3\xc7.warc.gz"
    with open(path, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(warc(response(A, page("A"))))
    assert build(tmp_path).one(A)["path"] == "pages/\\xb3\\xc7.warc.gz"
