from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages import docx, epub, odt, paragraph

from pipeline.errors import Unreadable
from pipeline.ingest.readers import SUFFIXES, read_documents, read_file
from pipeline.records import REASONS

HTML = """<!DOCTYPE html><html lang="de"><head><title>Wuhan</title></head><body><h1>Wuhan</h1>
<p>Seit 1982 ist Duisburg mit Wuhan verbunden; es war die erste Städtepartnerschaft dieser Art in Deutschland.</p>
<p>Heute arbeiten beide Häfen zusammen, und jede Woche kommen Züge an.</p></body></html>""".encode()
TEXT = "Städtepartnerschaft\n\n城市外交".encode()


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "a.xhtml", "a.txt", "ordner/a", "a.php"])
@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\n  ", b'<?xml version="1.0"?>\n', b"<!-- saved from -->\n"]
)
def test_a_web_page_is_known_by_its_first_bytes(name: str, before: bytes) -> None:
    assert read_file(before + HTML, name).media_type == "text/html"


def test_markdown_may_begin_with_html() -> None:
    assert read_file(b"<body> is a tag\n", "a.md").media_type == "text/plain"


@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "a.md", "ordner.pdf/a.txt"])
def test_a_text_is_known_by_its_suffix(name: str) -> None:
    assert [block.text for block in read_file(TEXT, name).blocks] == ["Städtepartnerschaft", "城市外交"]


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a"])
def test_a_pdf_is_known_by_its_first_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipeline.ingest.readers.pdf as module

    monkeypatch.setattr(module, "read_pdf", lambda data: data)
    data = b"%PDF-1.7\n..."
    assert read_file(data, name) == data  # type: ignore[comparison-overlap]


def test_a_text_that_speaks_of_pdf_is_a_text() -> None:
    assert read_file(b"Die Datei beginnt mit %PDF-1.4, sagt das Handbuch.", "a.txt").media_type == "text/plain"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b"", "a.pdf", "empty"),
        (b" \n\t\n", "a.html", "empty"),
        (TEXT, "a.docx", "broken"),
        (TEXT, "a.doc", "unknown_format"),
        (TEXT, "a", "unknown_format"),
        (b"PK\x03\x04" + bytes(60), "a.docx", "broken"),
        (b"PK\x03\x04" + bytes(60), "a.txt", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(60), "a.doc", "unknown_format"),
        (b"<?xml version='1.0'?><rss/>", "a.xml", "unknown_format"),
        (TEXT, "a.xml", "broken"),
        (TEXT, "a.rtf", "broken"),
        (TEXT, "a.zip", "broken"),
        (gzip.compress(TEXT), "a.html", "unknown_format"),
        (b"HN\x00\x00" + bytes(60), "a.caj", "unknown_format"),
        (b"\x00\x01\x02\x03" * 50, "a.bin", "binary"),
        (b"\x00\x01\x02\x03" * 50, "a.txt", "binary"),
        (TEXT, "a.pdf", "broken"),
        (HTML, "a.pdf", "unknown_format"),
    ],
)
def test_what_no_reader_takes_is_refused_with_a_reason(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, name)
    assert refused.value.reason == reason


def test_the_suffixes_of_a_folder_are_in_lower_case_and_each_has_a_reader() -> None:
    assert all(suffix == suffix.lower() for suffix in SUFFIXES)
    for suffix in SUFFIXES:
        (_, outcome), *_ = read_documents(b"\x01\x02\x03", f"a{suffix}")
        assert not (isinstance(outcome, Unreadable) and outcome.reason == "unknown_format")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (docx(paragraph("Text.")), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (odt("<text:p>Text.</text:p>"), "application/vnd.oasis.opendocument.text"),
        (epub({"a.xhtml": "<p>Text.</p>"}), "application/epub+zip"),
        (b"{\\rtf1 Text.}", "application/rtf"),
        (b"<TEI><text><p>Text.</p></text></TEI>", "application/tei+xml"),
        (b"<DOKUMENT><TEXT>Text.</TEXT></DOKUMENT>", "application/xml"),
    ],
)
@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.zip", "a.txt", "a.html", "a.xml", "a", "ordner/a.json"])
def test_what_a_file_is_stands_in_it_whatever_its_name_says(data: bytes, media_type: str, name: str) -> None:
    extract = read_file(data, name)
    assert extract.media_type == media_type
    assert [block.text for block in extract.blocks] == ["Text."]


def test_a_file_of_one_document_has_no_path_within_it() -> None:
    assert [key for key, _ in read_documents(TEXT, "a.txt")] == [""]
    assert [(key, str(problem)) for key, problem in read_documents(b"", "a.txt")] == [("", "empty")]


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.html", "a.md", "a.htm", "a.bin", "a"]))
def test_any_file_is_read_or_refused_with_a_known_reason(data: bytes, name: str) -> None:
    try:
        extract = read_file(data.replace(b"%PDF-", b""), name)
    except Unreadable as refused:
        assert refused.reason in REASONS  # noqa: PT017 - which it is does not matter here
    else:
        assert extract.blocks


@pytest.mark.alone
def test_a_file_of_comments_takes_no_longer_than_another() -> None:
    start = time.perf_counter()
    read_file(b"<!-- a --> " * 370 + b"Text", "a.txt")
    assert time.perf_counter() - start < 1.0
