"""PDFs that are locked, cut off, damaged, empty or none."""

from __future__ import annotations

import resource
import time
import unicodedata
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_pages import GERMAN, Pages, one_page, texts, three_pages_with_heads, wrap

from pipeline.errors import Unreadable
from pipeline.ingest.readers.pdf import read_pdf
from pipeline.records import REASONS

NO_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Size 3/Root 1 0 R>>\n%%EOF"
)


def test_a_file_under_a_password_is_named_so() -> None:
    pages = Pages(password="geheim")
    pages.text(80, 80, "Text")
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data())
    assert caught.value.reason == "encrypted"


def test_pages_of_pictures_are_flagged_and_a_file_of_them_needs_ocr() -> None:
    pages = Pages()
    pages.image(50, 50, 400, 600)
    pages.next_page()
    pages.image(50, 50, 400, 600)
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data(), ocr=False)
    assert caught.value.reason == "needs_ocr"
    assert "of 2 pages: 2 pictures" in caught.value.detail
    pages = one_page()
    pages.next_page()
    pages.image(50, 50, 400, 600)
    assert read_pdf(pages.data(), ocr=False).flags == ("image_only_pages",)


def test_empty_pages_are_no_doubt_and_a_file_of_them_has_no_text() -> None:
    pages = one_page()
    pages.next_page()
    pages.next_page()
    extract = read_pdf(pages.data())
    assert extract.flags == ()
    assert extract.pages == 2
    empty = Pages()
    empty.next_page()
    with pytest.raises(Unreadable) as caught:
        read_pdf(empty.data())
    assert caught.value.reason == "no_text"


def test_a_page_without_a_language_is_left_out_and_flagged() -> None:
    pages = one_page()
    pages.next_page()
    shifted = "".join(chr(ord(char) - 29) if "A" <= char <= "z" else char for char in GERMAN)
    pages.lines(80, 100, wrap(shifted * 2, 400))
    extract = read_pdf(pages.data(), ocr=False)
    assert texts(extract, "body") == [GERMAN]
    assert extract.flags == ("garbled_pages",)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_off_file_is_broken_or_flagged(cut: float) -> None:
    data = three_pages_with_heads().data()
    try:
        extract = read_pdf(data[: int(cut * len(data))])
    except Unreadable as error:
        assert error.reason in {"broken", "no_text"}  # noqa: PT017 - either is right
    else:
        assert "cut_off" in extract.flags


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        ("kein PDF, 不是PDF".encode(), "broken"),
        (b"%PDF-1.7\n", "broken"),
        (NO_PAGES, "broken"),
    ],
    ids=["nothing", "text", "header only", "no pages"],
)
def test_what_is_no_pdf_is_said_to_be_none(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_pdf(data)
    assert caught.value.reason == reason
    assert caught.value.reason in REASONS


def test_text_far_off_the_page_is_no_body() -> None:
    pages = one_page()
    pages.text(10.0**9, 80, "weit draußen")
    pages.text(80, -(10.0**9), "weit oben")
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN]


def test_a_title_that_is_no_utf_16_is_left_out() -> None:
    pages = one_page()
    pages.canvas.setTitle("XXXXXXXX")
    data = pages.data()
    damaged = data.replace(b"(XXXXXXXX)", b"<FEFFD800>")
    assert damaged != data
    assert "title" not in read_pdf(damaged).metadata


INTACT = three_pages_with_heads().data()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(INTACT) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_damaged_bytes_end_as_blocks_or_as_a_known_reason(damage: list[tuple[int, int]]) -> None:
    data = bytearray(INTACT)
    for at, byte in damage:
        data[at] = byte
    try:
        extract = read_pdf(bytes(data))
    except Unreadable as error:
        assert error.reason in REASONS  # noqa: PT017
    else:
        for block in extract.blocks:
            assert block.text
            assert "\n" not in block.text
            assert unicodedata.is_normalized("NFC", block.text)


def objects(*found: bytes) -> bytes:
    """A PDF of these objects, the first its catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(found, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(found) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (size, table, size, len(out))
    )


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def page(content: int) -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>" % content


def stream(content: bytes, filters: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content)


@pytest.mark.parametrize(
    "tree",
    [
        (b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>",),
        (b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Kids[2 0 R]/Parent 2 0 R/Count 1>>"),
        (b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"),
    ],
    ids=["its own child", "its child's child", "a million pages"],
)
def test_trees_of_pages_that_cannot_be_are_broken(tree: tuple[bytes, ...]) -> None:
    with pytest.raises(Unreadable) as caught:
        read_pdf(objects(CATALOGUE, *tree))
    assert caught.value.reason == "broken"


@pytest.mark.slow
def test_ten_thousand_pages_are_read_in_reasonable_time() -> None:
    number = 10_000
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(number))
    found = [CATALOGUE, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, number), FONT]
    for index in range(number):
        text = b"BT /F 12 Tf 72 700 Td (Auf Seite %d steht etwas von der Partnerstadt.) Tj ET" % index
        found += [page(5 + 2 * index), stream(text)]
    start = time.process_time()
    extract = read_pdf(objects(*found))
    assert time.process_time() - start < 20
    assert extract.pages == number
    assert len(extract.blocks) == number


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_too_big_and_takes_no_memory(layers: int) -> None:
    packer = zlib.compressobj(9)
    content = b"".join(packer.compress(b" " * 1_000_000) for _ in range(500)) + packer.flush()
    for _ in range(layers - 1):
        content = zlib.compress(content)
    bomb = objects(
        CATALOGUE,
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        FONT,
        page(5),
        stream(content, b"/Filter[%s]" % (b"/FlateDecode" * layers)),
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreadable) as caught:
        read_pdf(bomb)
    assert caught.value.reason == "too_big"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes on Linux


def test_a_large_honest_stream_is_read() -> None:
    lines = b"".join(
        b"BT /F 6 Tf 20 %d Td (Zeile %d der Partnerstadt) Tj ET\n" % (790 - i % 780, i) for i in range(9000)
    )
    data = objects(
        CATALOGUE,
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        FONT,
        page(5),
        stream(zlib.compress(lines), b"/Filter/FlateDecode"),
    )
    assert read_pdf(data).blocks
