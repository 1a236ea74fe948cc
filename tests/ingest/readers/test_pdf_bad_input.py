"""PDFs that are locked, cut off, damaged, empty or none."""

from __future__ import annotations

import unicodedata

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


def test_pages_of_pictures_are_flagged_and_a_file_of_them_has_no_text() -> None:
    pages = Pages()
    pages.image(50, 50, 400, 600)
    pages.next_page()
    pages.image(50, 50, 400, 600)
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data())
    assert caught.value.reason == "no_text"
    assert "2 of 2 pages" in caught.value.detail
    pages = one_page()
    pages.next_page()
    pages.image(50, 50, 400, 600)
    assert read_pdf(pages.data()).flags == ("image_only_pages",)


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
    extract = read_pdf(pages.data())
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
