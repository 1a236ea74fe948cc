from __future__ import annotations

import gzip
import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest
from archived import SOURCE, build, read_here
from warcs import (
    DAY,
    LATER,
    SITE,
    note,
    page,
    redirect,
    request,
    resource,
    response,
    revisit,
    wacz,
    warc,
    warcinfo,
)

from pipeline.errors import InputError, StudyError

if TYPE_CHECKING:
    from pathlib import Path

A, B = f"{SITE}/a.html", f"{SITE}/b.html"
ZH = (
    "<html><head><title>友好城市</title></head><body><h1>友好城市</h1>"
    + "".join(
        f"<p>第{n}段：两座城市自一九八二年起结为友好城市，往来密切，市长们每年都会见面，讨论学校和医院的合作。</p>"
        for n in "一二三"
    )
    + "</body></html>"
)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


def test_a_page_is_a_document_with_its_address_and_the_archive_as_its_place(tmp_path: Path) -> None:
    body = page("Partner", head='<link rel="canonical" href="https://anders.example/x">')
    built = build(tmp_path, {"eins/a.warc.gz": warc(warcinfo(), request(A), response(f"{A}#oben", body), note(A))})
    row = built.one(A)
    assert (row["url"], row["path"], row["title"]) == (A, "pages/eins/a.warc.gz", "Partner")
    assert row["sha256"] == hashlib.sha256(body.encode()).hexdigest()
    assert (row["captured"], row["language"], row["media_type"]) == (DAY, "de", "text/html")
    assert "unter Partner" in built.text(A)
    assert not any(name.startswith("_") for name in row)
    assert built.left_out == {}
    assert built.rejects == []


def test_a_date_in_the_address_is_the_date_of_the_page(tmp_path: Path) -> None:
    address = f"{SITE}/reden/2014/05/15/rede.html"
    row = build(tmp_path, {"a.warc": warc(response(address, page("Rede")), packed=False)}).one(address)
    assert str(row["date"]) == "2014-05-15"


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["a.wacz", "a.zip", "a"])
def test_a_wacz_gives_what_its_warcs_give_and_titles_where_the_page_has_none(
    tmp_path: Path, name: str, how: int
) -> None:
    untitled = page("Ohne").replace("<title>Ohne</title>", "").replace("<h1>Ohne</h1>", "")
    rows = [response(A, untitled), response(B, page("Rahmen")), response(f"{SITE}/c", page("Mit eigenem"))]
    pages = [{"url": A, "title": "Vom\nBrowser"}, {"url": f"{SITE}/c#x", "title": "Anders"}]
    built = build(tmp_path, {name: wacz(warc(rows[0]), warc(*rows[1:]), pages=pages, how=how)})
    titles = {row["doc_id"].removeprefix("web/"): row["title"] for row in built.documents}
    assert titles == {A: "Vom Browser", B: "Rahmen", f"{SITE}/c": "Mit eigenem"}
    assert {row["doc_id"].removeprefix("web/"): "unlisted_page" in row["flags"] for row in built.documents} == {
        A: False,
        B: True,
        f"{SITE}/c": False,
    }
    assert {row["path"] for row in built.documents} == {f"pages/{name}"}


def test_a_single_file_is_a_source_with_its_sidecar_beside_it(tmp_path: Path) -> None:
    source = SOURCE.replace('"pages"', '"pages/a.warc.gz"') + 'metadata = "m.csv"\n'
    files = {"a.warc.gz": warc(response(A, page("A"))), "m.csv": f"url,title\n{A},Vom Menschen\n", "b.html": page("B")}
    built = build(tmp_path, files, source)
    assert [row["title"] for row in built.documents] == ["Vom Menschen"]
    assert built.documents[0]["path"] == "pages/a.warc.gz"


def test_a_sidecar_names_pages_by_address_before_or_behind_redirects_or_by_file(tmp_path: Path) -> None:
    rows = "url,file,title,province\n"
    rows += f"http://stadt.example/a.html#x,,Erste,Baden\n{SITE}/alt,,Zweite,\n,gespeichert.html,Dritte,\n"
    rows += f"{SITE}/nie,,Vierte,\n,{SITE}/c,Fünfte,\n"
    files = {
        "a.warc.gz": warc(response(A, page("A")), redirect(f"{SITE}/alt", B), response(B, page("B"))),
        "c.warc.gz": warc(response(f"{SITE}/c", page("C"))),
        "gespeichert.html": page("D"),
        "m.csv": rows,
    }
    built = build(tmp_path, files, SOURCE + 'metadata = "m.csv"\n')
    assert {key: built.one(key)["title"] for key in built.keys} == {
        A: "Erste",
        B: "Zweite",
        f"{SITE}/c": "Fünfte",
        "gespeichert.html": "Dritte",
    }
    assert built.one(A)["province"] == "Baden"
    assert list(built.refused.values()) == ["missing_file"]
    assert "nie" in next(iter(built.refused))


def test_what_is_no_page_is_counted_and_no_item(tmp_path: Path) -> None:
    parts = [
        response(f"{SITE}/{name}", "x", media_type=kind)
        for name, kind in {
            "b.png": "image/png",
            "s.css": "text/css",
            "s.js": "application/javascript; charset=utf-8",
            "f.woff2": "font/woff2",
            "d": "application/json",
            "robots.txt": "text/plain",
            "f2.woff2": "application/octet-stream",
            "sitemap.xml.gz": "application/gzip",
        }.items()
    ]
    missing = response(f"{SITE}/favicon.ico", "fehlt", status="404 Not Found")
    maps = [
        response(
            f"{SITE}/sitemap.xml", '<?xml version="1.0"?><urlset xmlns="x"><url/></urlset>', media_type="text/xml"
        ),
        response(f"{SITE}/rss", '<rss version="2.0"><channel/></rss>', media_type="application/rss+xml"),
    ]
    other = resource("urn:text:https://stadt.example/a", "Text", "text/plain")
    built = build(tmp_path, {"a.warc.gz": warc(*parts, missing, *maps, other, response(A, page("A")))})
    assert built.keys == [A]
    assert built.left_out == {"page_parts": len(parts) + 2, "site_files": 2}
    assert built.rejects == []


def test_errors_and_unread_pages_are_rejects_under_their_address(tmp_path: Path) -> None:
    records = [
        response(f"{SITE}/weg", "fehlt", status="404 Not Found"),
        response(f"{SITE}/kaputt", "x", status="500 Internal Server Error"),
        response(f"{SITE}/leer", ""),
        response(f"{SITE}/huelle", "<html><body><div id=app></div></body></html>"),
        response(f"{SITE}/alt.doc", b"\xd0\xcf\x11\xe0" + b"x" * 99, media_type="application/msword"),
        response(f"{SITE}/teil.pdf", b"%PDF-1.4", media_type="application/pdf", status="206 Partial Content"),
        redirect(f"{SITE}/ziel", f"{SITE}/nie"),
        redirect(f"{SITE}/kreis", f"{SITE}/kreis2"),
        redirect(f"{SITE}/kreis2", f"{SITE}/kreis"),
        revisit(f"{SITE}/wieder", page("Nirgends"), f"{SITE}/nirgends"),
        response(A, page("A")),
    ]
    built = build(tmp_path, {"a.warc.gz": warc(*records)})
    assert built.refused == {
        f"{SITE}/weg": "http_error",
        f"{SITE}/kaputt": "http_error",
        f"{SITE}/leer": "empty",
        f"{SITE}/huelle": "no_text",
        f"{SITE}/alt.doc": "unknown_format",
        f"{SITE}/teil.pdf": "broken",
        f"{SITE}/ziel": "http_error",
        f"{SITE}/kreis": "http_error",
        f"{SITE}/kreis2": "http_error",
        f"{SITE}/wieder": "missing_file",
    }
    details = {row["item"]: row["detail"] for row in built.rejects}
    assert details[f"{SITE}/weg"] == "status 404"
    assert f"{SITE}/nie" in details[f"{SITE}/ziel"]
    assert "without end" in details[f"{SITE}/kreis"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_captures_the_newest_that_can_be_read_is_the_document(tmp_path: Path, order: int) -> None:
    old, new = page("Alt"), page("Neu")
    captures = [
        response("http://stadt.example:80/a.html#x", old, date="2023-05-01T10:00:00Z"),
        response(A, new, date=DAY),
        response(A, new.replace("<main>", '<main class="anders">'), date="2024-06-01T10:00:00Z"),
        response(A, "<html><body><div></div></body></html>", date=LATER),
        response(A, "fehlt", status="404 Not Found", date="2025-06-01T10:00:00Z"),
        redirect("http://stadt.example/a.html", A),
    ]
    built = build(tmp_path, {f"{i}.warc.gz": warc(one) for i, one in enumerate(captures[::order])})
    assert built.keys == [A]
    assert built.one(A)["captured"] == "2024-06-01T10:00:00Z"
    assert "unter Neu" in built.text(A)
    assert built.refused == {
        "http://stadt.example/a.html": "duplicate_id",
        f"{A} captured {LATER}": "no_text",
    }
    assert built.left_out == {"answers_without_page": 1, "redirects": 1, "repeats": 1}


@pytest.mark.parametrize("order", [1, -1])
def test_a_repeat_is_no_second_document_and_a_page_seen_again_is_the_newest(tmp_path: Path, order: int) -> None:
    first, second = page("Erste Fassung"), page("Zweite Fassung")
    records = [
        response(A, first, date="2023-05-01T10:00:00Z"),
        response(A, second, date=DAY),
        revisit(A, first, A, date=LATER),
        response(A, media_type="", status="304 Not Modified", date="2025-06-01T10:00:00Z"),
    ]
    built = build(tmp_path, {"a.warc.gz": warc(*records[::order])})
    assert built.keys == [A]
    assert "Erste Fassung" in built.text(A)
    assert built.refused == {f"{A} captured {DAY}": "duplicate_id"}
    assert built.left_out == {"repeats": 2}


@pytest.mark.parametrize("of", ["", A])
def test_the_same_bytes_at_another_address_are_a_document_of_their_own(tmp_path: Path, of: str) -> None:
    body = page("Druckansicht")
    again = revisit(B, body, of or f"{SITE}/unbekannt")
    built = build(tmp_path, {"a.warc.gz": warc(response(A, body), again, again)})
    assert built.keys == [A, B]
    assert built.text(A) == built.text(B)
    assert built.one(B)["url"] == B
    assert built.one(B)["captured"] == LATER
    assert built.one(A)["sha256"] == built.one(B)["sha256"]
    assert built.left_out == {"repeats": 1}


@pytest.mark.parametrize(
    "header", ["text/html; charset=gbk", "text/html;charset=GB2312", 'text/html; charset="gb18030"']
)
def test_the_charset_of_the_header_counts_where_the_page_names_none(tmp_path: Path, header: str) -> None:
    built = build(tmp_path, {"a.warc.gz": warc(response(A, ZH.encode("gbk"), media_type=header))})
    assert "两座城市自一九八二年起结为友好城市" in built.text(A)
    assert built.one(A)["language"] == "zh"


def test_a_charset_in_the_header_that_is_wrong_does_no_harm(tmp_path: Path) -> None:
    declared = ZH.replace("<head>", '<head><meta charset="gbk">').encode("gbk")
    records = [
        response(A, ZH, media_type="text/html; charset=iso-8859-1"),
        response(B, declared, media_type="text/html; charset=utf-8"),
        response(f"{SITE}/c", page("Größe"), media_type="text/html; charset=klingon"),
    ]
    built = build(tmp_path, {"a.warc.gz": warc(*records)})
    assert "友好城市" in built.text(A)
    assert "友好城市" in built.text(B)
    assert "Größe" in built.text(f"{SITE}/c")


def test_other_formats_than_pages_are_read_by_what_their_bytes_and_types_say(tmp_path: Path) -> None:
    text = "Die Städtepartnerschaft mit Wuhan besteht seit 1982 und wird von vielen getragen."
    records = [
        response(f"{SITE}/rede.php?nr=5", text, media_type="text/plain"),
        response(
            f"{SITE}/download", b"{\\rtf1 " + text.replace("ä", "a").encode() + b"}", media_type="application/rtf"
        ),
        response(f"{SITE}/falsch.pdf", page("Anmeldung")),
    ]
    built = build(tmp_path, {"a.warc.gz": warc(*records)})
    assert text in built.text(f"{SITE}/rede.php?nr=5")
    assert "Wuhan" in built.text(f"{SITE}/download")
    assert "Anmeldung" in built.text(f"{SITE}/falsch.pdf")


def test_the_language_of_the_source_holds_for_all_passages(tmp_path: Path) -> None:
    built = build(tmp_path, {"a.warc.gz": warc(response(A, page("A")))}, SOURCE + 'language = "zh"\n')
    assert {row["language"] for row in built.passages} == {"zh"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://x<script>alert(1)</script>.example/",
        "data:text/html,<p>x",
        "https:///nichts",
        "https://stadt.example:99999/",
        "ftp://stadt.example/a",
        "https://stadt.example/" + "x" * 9000,
    ],
)
def test_what_has_no_address_of_the_web_is_no_page(tmp_path: Path, address: str) -> None:
    built = build(tmp_path, {"a.warc.gz": warc(response(address, page("X")), response(A, page("A")))})
    assert built.keys == [A]
    assert built.left_out == {"page_parts": 1}


def test_an_address_with_a_script_or_a_line_break_is_written_harmlessly(tmp_path: Path) -> None:
    raw = warc(response(f"{SITE}/PLATZ", page("A")), packed=False)
    raw = raw.replace(b"/PLATZ", b'/<script>alert("1")</script>\r\n\tb')
    (key,) = build(tmp_path, {"a.warc": raw}).keys
    assert key.startswith(f"{SITE}/%3Cscript%3E")
    assert not set(key) & set('<>"\n\r\t ')


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.warc.gz", b"", "empty"),
        ("a.warc", b"kein WARC " * 100, "broken"),
        ("a.warc.gz", gzip.compress(b"kein WARC " * 100), "broken"),
        ("a.warc.gz", b"\x1f\x8b\x08" + b"\xff" * 100, "broken"),
        ("a.wacz", b"kein ZIP", "broken"),
        ("a.wacz", wacz(warc(response(A, page("A"))))[:-30], "broken"),
        ("a.wacz", wacz(), "broken"),
        ("a.wacz", wacz(b"x", names=["innen.wacz"]), "broken"),
        ("a.wacz", wacz(warc(response(A, page("A"))), names=["../archive/a.warc.gz"]), "broken"),
        ("a.wacz", wacz(warc(response(A, page("A"))), names=["/etc/a.warc.gz"]), "broken"),
        ("a.wacz", wacz(b"kaputt"), "broken"),
        ("a.arc.gz", gzip.compress(b"filedesc://a.arc 0.0.0.0 20240501000000 text/plain 76\n"), "unknown_format"),
    ],
)
def test_an_archive_that_cannot_be_read_is_one_reject_of_its_name(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    built = build(tmp_path, {name: data, "z.warc.gz": warc(response(B, page("B")))})
    assert built.keys == [B]
    ((item, why),) = built.refused.items()
    assert item.startswith(name)
    assert why == reason


def test_of_a_torn_archive_what_is_whole_is_read_and_the_rest_is_broken(tmp_path: Path) -> None:
    whole = warc(response(A, page("A")), response(B, page("B")))
    built = build(tmp_path, {"a.warc.gz": whole[:-40]})
    assert built.keys == [A]
    assert built.refused == {B: "broken"}


def test_an_archive_of_nothing_but_images_ends_with_a_word(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        build(tmp_path, {"a.warc.gz": warc(response(f"{SITE}/b.png", "x", media_type="image/png"))})


def test_a_sidecar_without_a_column_for_the_page_is_an_error_that_names_it(tmp_path: Path) -> None:
    files = {"a.warc.gz": warc(response(A, page("A"))), "m.csv": "seite,titel\nx,y\n"}
    with pytest.raises(StudyError, match=r"m\.csv.*'url'"):
        build(tmp_path, files, SOURCE + 'metadata = "m.csv"\n')
