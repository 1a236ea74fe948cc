from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import InputError
from pipeline.ingest.crawl import warc
from pipeline.ingest.crawl.fetch import Answer, Failure
from pipeline.ingest.crawl.warc import Journal, newest_round

if TYPE_CHECKING:
    from pathlib import Path

    from warcio.recordloader import ArcWarcRecord


def answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, "OK", (("Content-Type", "text/html"), *named), body, body, "127.0.0.1")


def url(number: int) -> str:
    return f"http://x.de/{number}"


def all_records(folder: Path) -> list[ArcWarcRecord]:
    found = []
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content = record.content_stream().read()
                found.append(record)
    return found


def test_what_is_written_can_be_read_back_and_found(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1)
    page = journal.add_answer(url(1), answer(b"eins", ETag='"7"', Last_Modified="gestern"))
    gone = journal.add_answer(url(2), answer(b"weg", 404))
    moved = journal.add_answer(url(3), answer(b"", 301, Location="/1"))
    failed = journal.add_failure(url(4), Failure("too_big", "larger\nthan"), 50)
    assert journal.content(page) == b"eins"
    journal.close()
    again = Journal(tmp_path, 1)
    assert [again.known(url(i)) for i in range(1, 5)] == [page, gone, moved, failed]
    assert again.known(url(5)) is None
    assert (page.etag, page.modified, page.media_type, moved.location) == ('"7"', "gestern", "text/html", "/1")
    assert (failed.reason, failed.detail, failed.megabytes, failed.status) == ("too_big", "larger than", 50, 0)
    assert again.content(page) == b"eins"
    first = all_records(tmp_path)[0]
    assert (first.rec_type, first.rec_headers.protocol) == ("warcinfo", "WARC/1.1")


def test_the_same_content_is_kept_once_and_a_page_that_did_not_change_not_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1)
    journal.add_answer(url(1), answer(b"gleich"))
    copy = journal.add_answer(url(2), answer(b"gleich"))
    journal.close()
    later = Journal(tmp_path, 2)
    assert later.known(url(1)) is None
    same = later.add_answer(url(1), answer(b"", 304, ETag='"8"'))
    assert (same.status, same.round, same.etag) == (200, 2, '"8"')
    assert [later.content(record) for record in (copy, same)] == [b"gleich", b"gleich"]
    later.close()
    kinds = [(r.rec_type, r.rec_headers.get_header("WARC-Profile") or "") for r in all_records(tmp_path)]
    profile = "http://netpreserve.org/warc/1.1/revisit/"
    assert [kind for kind in kinds if kind[0] != "warcinfo"] == [
        ("response", ""),
        ("revisit", profile + "identical-payload-digest"),
        ("revisit", profile + "server-not-modified"),
    ]
    third = Journal(tmp_path, 3)
    assert third.content(third.pages[url(1)]) == b"gleich"
    assert third.pages[url(1)].etag == '"8"'


def test_files_are_rotated_and_the_last_one_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "FILE_SIZE", 3000)
    for start in (0, 10):
        journal = Journal(tmp_path, 1)
        for i in range(start, start + 10):
            journal.add_answer(url(i), answer(random.Random(i).randbytes(500)))
        journal.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[:2] == ["0001-00000.warc.gz", "0001-00001.warc.gz"]
    assert len(names) < 10
    journal = Journal(tmp_path, 1)
    assert all(journal.content(journal.pages[url(i)]) == random.Random(i).randbytes(500) for i in range(20))
    assert [r.rec_type for r in all_records(tmp_path)].count("warcinfo") == len(names)


def test_wherever_a_stop_tears_the_file_what_was_whole_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a", 1)
    for i in range(5):
        journal.add_answer(url(i), answer(f"Seite {i} ".encode() * 20))
    journal.close()
    whole = (tmp_path / "a" / "0001-00000.warc.gz").read_bytes()
    ends = [journal.pages[url(i)].offset for i in range(5)] + [len(whole)]
    for size in {*random.Random(1).sample(range(len(whole)), 40), *ends, ends[2] - 1, ends[2] + 1}:
        folder = tmp_path / str(size)
        folder.mkdir()
        (folder / "0001-00000.warc.gz").write_bytes(whole[:size])
        torn = Journal(folder, 1)
        kept = [i for i in range(5) if torn.known(url(i)) is not None]
        assert kept == [i for i in range(5) if ends[i + 1] <= size]
        for i in range(5):
            if i not in kept:
                torn.add_answer(url(i), answer(f"Seite {i} ".encode() * 20))
        torn.close()
        mended = Journal(folder, 1)
        assert all(mended.content(mended.pages[url(i)]) == f"Seite {i} ".encode() * 20 for i in range(5))
        assert [r.rec_type for r in all_records(folder)].count("warcinfo") == 1


def test_damage_in_the_middle_is_said_and_nothing_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "0001-00000.warc.gz"
    journal = Journal(tmp_path, 1)
    for i in range(3):
        journal.add_answer(url(i), answer(b"x" * 1000))
    journal.close()
    data = bytearray(path.read_bytes())
    data[journal.pages[url(1)].offset + 30] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"0001-00000\.warc\.gz: damaged behind byte"):
        Journal(tmp_path, 1)
    assert path.read_bytes() == data


def test_a_warc_file_of_others_in_the_folder_is_said(tmp_path: Path) -> None:
    assert newest_round(tmp_path / "none") == 0
    (tmp_path / "mine.warc.gz").write_bytes(gzip.compress(b"WARC/1.0\r\n"))
    with pytest.raises(InputError, match="kind = 'archive'"):
        newest_round(tmp_path)


def test_a_chunked_answer_is_kept_without_its_chunks(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1)
    page = journal.add_answer(url(1), answer(b"ganz", Transfer_Encoding="chunked"))
    journal.close()
    assert journal.content(page) == b"ganz"
    http = all_records(tmp_path)[1].http_headers
    assert (http.get_header("Transfer-Encoding"), http.get_header("X-Crawler-Transfer-Encoding")) == (None, "chunked")
    assert http.get_header("Content-Length") == "4"


def test_headers_and_phrases_beyond_ascii_can_be_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1, "zwiesprache/0 (+me@x.de)")
    odd = Answer(404, "Nicht\tgefunden ü 找不到", (("X-Titel", "城市"), ("Location", "/städte")), b"", b"", "::1")
    record = journal.add_answer(url(1), odd)
    journal.close()
    assert Journal(tmp_path, 1).known(url(1)) == record
    info, kept = all_records(tmp_path)
    assert b"zwiesprache/0 (+me@x.de)" in info.content
    assert kept.http_headers.get_header("Location") == "/st%C3%A4dte"
