from __future__ import annotations

import os
import plistlib
import quopri
from typing import TYPE_CHECKING

import pytest
from archived import SOURCE, build, read_here
from warcs import SITE, page, response, wacz, warc

from pipeline.ingest.readers.saved import saved_from

if TYPE_CHECKING:
    from pathlib import Path

A = f"{SITE}/a.html"
CHROME = f"<!DOCTYPE html>\n<!-- saved from url=({len(A):04d}){A} -->\n"
SINGLE_FILE = (
    "<!DOCTYPE html> <html lang=de><!--\n Page saved with SingleFile \n url: {} \n"
    " saved date: Mon Nov 02 2026 10:00:00 GMT+0100 (Mitteleuropäische Normalzeit)\n-->"
)


def single_file(address: str, text: str) -> str:
    return SINGLE_FILE.format(address) + page(text).removeprefix('<!DOCTYPE html><html lang="de">')


def webarchive(address: str, body: bytes, charset: str = "UTF-8") -> bytes:
    main = {"WebResourceData": body, "WebResourceURL": address, "WebResourceTextEncodingName": charset}
    parts = [{"WebResourceData": b"x", "WebResourceURL": f"{SITE}/b.png"}]
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": parts}, fmt=plistlib.FMT_BINARY)


def mhtml(address: str, text: str, date: str = "Mon, 2 Nov 2026 10:00:00 +0100") -> bytes:
    return (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {address}\r\nSubject: x\r\nDate: {date}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----b"\r\n\r\n'
        "------b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode() + quopri.encodestring(page(text).encode()) + b"\r\n------b--\r\n"  # fmt: skip


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (CHROME.encode() + page("A").encode(), (A, "")),
        (single_file(A, "A").encode(), (A, "2026-11-02T09:00:00Z")),
        (mhtml(A, "A"), (A, "2026-11-02T09:00:00Z")),
        (mhtml(A, "A", "gestern"), (A, "")),
        (mhtml(A, "A", "Mon, 2 Nov 99999 10:00:00 +0100"), (A, "")),
        (b"<!-- saved from url=(0012)about:internet -->" + page("A").encode(), ("about:internet", "")),
        (SINGLE_FILE.format(A).replace("Mon Nov 02", "Mon Nov 99").encode(), (A, "")),
        (page("A").encode(), ("", "")),
        (b"", ("", "")),
        (b"\xff\xfe\x00<!-- saved from url=(", ("", "")),
    ],
)
def test_a_saved_page_says_where_it_is_from_and_when_it_was_saved(data: bytes, expected: tuple[str, str]) -> None:
    assert saved_from(data) == expected


@pytest.mark.parametrize(
    ("name", "data", "captured"),
    [
        ("Seite.html", CHROME + page("Gespeichert"), ""),
        ("Seite.htm", single_file(A, "Gespeichert"), "2026-11-02T09:00:00Z"),
        ("Seite.mhtml", mhtml(A, "Gespeichert"), "2026-11-02T09:00:00Z"),
        ("Seite.mht", mhtml(A, "Gespeichert"), "2026-11-02T09:00:00Z"),
        ("Seite.webarchive", webarchive(A, page("Gespeichert").encode()), ""),
    ],
)
def test_a_saved_page_is_a_document_with_the_address_that_it_notes(
    tmp_path: Path, name: str, data: str | bytes, captured: str
) -> None:
    built = build(tmp_path, {f"storage/ABCD/{name}": data})
    row = built.one(A)
    assert (row["url"], row["path"], row.get("captured") or "") == (A, f"pages/storage/ABCD/{name}", captured)
    assert row["title"] == "Gespeichert"
    assert built.rejects == []


def test_the_parts_beside_saved_pages_are_no_items(tmp_path: Path) -> None:
    files = {
        "Eine Seite.html": CHROME + page("Eine Seite"),
        "Eine Seite_files/rahmen.html": page("Werbung"),
        "Eine Seite_files/bild.png": b"\x89PNG",
        "Zwei.htm": page("Zwei"),
        "Zwei-Dateien/stil.css": "p {}",
        "Akten_files/brief.html": page("Brief"),
        "logo.png": b"\x89PNG",
        "indexes/index.cdx.gz": b"\x1f\x8b",
        "datapackage.json": "{}",
    }
    built = build(tmp_path, files)
    assert built.keys == ["Akten_files/brief.html", A, "Zwei.htm"]
    assert built.rejects == []
    assert built.left_out == {"page_parts": 3}


def test_a_page_without_an_address_is_called_as_its_file_and_keeps_what_it_says_of_itself(tmp_path: Path) -> None:
    canonical = '<link rel="canonical" href="https://stadt.example/eigen">'
    built = build(tmp_path, {"ohne.html": page("Ohne", head=canonical), "intern.html": CHROME.replace(A, "file:///x")
                             + page("Intern")})  # fmt: skip
    assert built.keys == ["intern.html", "ohne.html"]
    assert built.one("ohne.html")["url"] == "https://stadt.example/eigen"


def test_a_page_saved_twice_is_one_document_the_later_one(tmp_path: Path) -> None:
    later = single_file(A, "Neu").replace("2026", "2027")
    built = build(tmp_path, {"alt.html": single_file(A, "Alt"), "neu.html": later})
    assert "unter Neu" in built.text(A)
    assert built.one(A)["path"] == "pages/neu.html"
    assert built.refused == {f"{A} captured 2026-11-02T09:00:00Z": "duplicate_id"}


def test_saved_pages_archives_and_other_texts_lie_in_one_folder(tmp_path: Path) -> None:
    files = {
        "a.warc.gz": warc(response(A, page("A"))),
        "b.wacz": wacz(warc(response(f"{SITE}/b", page("B")))),
        "c.html": single_file(f"{SITE}/c", "C"),
        "d.txt": "Die Städtepartnerschaft mit Wuhan besteht seit 1982.",
        "e.rar": b"Rar!\x1a\x07\x00",
        "leer.html": "",
    }
    built = build(tmp_path, files)
    assert built.keys == [A, f"{SITE}/b", f"{SITE}/c", "d.txt"]
    assert built.refused == {"e.rar": "unknown_format", "leer.html": "empty"}


def test_a_saved_page_is_dated_by_its_address_else_by_its_name(tmp_path: Path) -> None:
    dated = f"{SITE}/2014/05/15/rede.html"
    files = {
        "a.html": CHROME.replace(A, dated) + page("A"),
        "b.mhtml": mhtml(f"{SITE}/2015/06/16/rede.html", "B"),
        "2016-07-17 Rede.html": page("C"),
        "d.warc.gz": warc(response(A, page("D"))),
    }
    dates = {row["path"].rpartition("/")[2]: str(row["date"]) for row in build(tmp_path, files).documents}
    assert dates == {
        "a.html": "2014-05-15",
        "b.mhtml": "2015-06-16",
        "2016-07-17 Rede.html": "2016-07-17",
        "d.warc.gz": "None",
    }


def test_the_day_of_the_capture_is_a_date_only_where_the_study_asks_for_it(tmp_path: Path) -> None:
    files = {"a.warc.gz": warc(response(A, page("A"))), "b.html": page("B"), "c.mhtml": mhtml(f"{SITE}/c", "C")}
    built = build(tmp_path, files)
    assert [row["date"] for row in built.documents] == [None, None, None]
    os.utime(tmp_path / "pages" / "b.html", (1_400_000_000, 1_400_000_000))
    built = build(tmp_path, source=SOURCE + "file_dates = true\n")
    assert [(str(row["date"]), row["date_evidence"]) for row in built.documents] == [
        ("2024-05-01", "file"),
        ("2014-05-13", "file"),
        ("2026-11-02", "file"),
    ]


def test_of_a_page_of_safari_the_encoding_that_it_notes_counts_and_a_torn_one_is_broken(tmp_path: Path) -> None:
    chinese = (
        "<html><body>"
        + "<p>两座城市自一九八二年起结为友好城市，往来密切，市长们每年都会见面。</p>" * 2
        + "</body></html>"
    )
    whole = webarchive(A, chinese.encode("gbk"), "gb2312")
    without = plistlib.dumps({"WebMainResource": {"WebResourceData": "Text"}}, fmt=plistlib.FMT_BINARY)
    built = build(tmp_path, {"a.webarchive": whole, "b.webarchive": whole[:-50], "c.webarchive": without})
    assert "友好城市" in built.text(A)
    assert built.refused == {"b.webarchive": "broken", "c.webarchive": "broken"}
