"""Pages of pictures: what is said without OCR, and what OCR makes of them where it is installed."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from pdf_pages import CHINESE, GERMAN, SECOND, Pages, one_page, texts, wrap
from scanned import scan, scan_badly

from pipeline.errors import Unreadable
from pipeline.ingest.readers import ocr
from pipeline.ingest.readers.pdf import read_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

TRADITIONAL = "城市外交是國家總體外交的重要組成部分，也是地方政府參與全球治理的重要途徑。"
FLOORS = json.loads((Path(__file__).parents[2] / "floors.json").read_text(encoding="utf-8"))
needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason="the extra 'ocr' is not installed")


@pytest.fixture
def _not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)


@pytest.fixture
def _reads_hello(monkeypatch: pytest.MonkeyPatch) -> None:
    def recognise(document: Any, indices: Sequence[int]) -> dict[int, list[ocr.Found]]:
        return {i: [ocr.Found(80, 130, 300, 145, "Gruß aus der Partnerstadt.", 135.1, 142)] for i in indices}

    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "recognise", recognise)
    monkeypatch.setattr(ocr, "ENGINE", "pytest")  # any package that has a version


@pytest.mark.usefixtures("_not_installed")
def test_a_file_of_scans_says_how_to_get_what_reads_it() -> None:
    with pytest.raises(Unreadable) as caught:
        read_pdf(scan(one_page().data(), 72))
    assert caught.value.reason == "needs_ocr"
    assert "of 1 pages: 1 pictures without text" in caught.value.detail
    assert "zwiesprache[ocr]" in caught.value.detail


@pytest.mark.usefixtures("_not_installed")
def test_a_stamp_on_each_scan_is_no_text_of_it() -> None:
    pages = Pages()
    for _ in range(3):
        pages.image(0, 0, 595, 842)
        pages.text(100, 830, "(C)1994-2020 Academic Journal Electronic Publishing House. All rights reserved.", 7)
        pages.next_page()
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data())
    assert caught.value.reason == "needs_ocr"


@pytest.mark.usefixtures("_reads_hello")
def test_pages_of_pictures_are_read_by_ocr_and_it_is_said() -> None:
    pages = one_page()
    for _ in range(2):
        pages.next_page()
        pages.image(50, 50, 400, 600)
    data = pages.data()
    extract = read_pdf(data)
    assert texts(extract, "body") == [GERMAN, "Gruß aus der Partnerstadt. Gruß aus der Partnerstadt."]
    assert extract.flags == ("ocr",)
    assert extract.reader.startswith("pypdfium2 ")
    assert extract.reader.endswith(f"; pytest {pytest.__version__} (p. 2-3)")
    assert read_pdf(data, ocr=False).flags == ("image_only_pages",)


@pytest.mark.usefixtures("_reads_hello")
def test_what_no_engine_reads_is_given_to_ocr() -> None:
    pages = one_page()
    pages.next_page()
    shifted = "".join(chr(ord(char) - 29) if "A" <= char <= "z" else char for char in GERMAN)
    pages.lines(80, 100, wrap(shifted * 2, 400))
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN, "Gruß aus der Partnerstadt."]
    assert extract.flags == ("ocr",)


def test_pages_that_ocr_failed_over_are_named_and_counted_as_pictures() -> None:
    lost = {1: Unreadable("too_slow", "more than 120 s"), 2: Unreadable("crashed"), 3: Unreadable("too_slow")}
    pages = one_page()
    for _ in range(4):
        pages.next_page()
        pages.image(50, 50, 400, 600)
    data = pages.data()
    read = {4: [ocr.Found(80, 130, 300, 145, "Gruß aus der Partnerstadt.", 135.1, 142)]}
    extract = read_pdf(data, recognise=lambda _, indices: {index: (lost | read)[index] for index in indices})
    assert texts(extract, "body") == [GERMAN, "Gruß aus der Partnerstadt."]
    assert extract.flags == ("image_only_pages", "ocr", "ocr_failed")
    assert extract.reader.endswith(" (p. 5); not read: p. 2, 4 (too_slow); not read: p. 3 (crashed)")


@pytest.mark.usefixtures("_reads_hello")
def test_a_file_whose_pages_all_failed_says_with_what() -> None:
    with pytest.raises(Unreadable) as caught:
        read_pdf(scan(one_page().data(), 72), recognise=lambda *_: {0: Unreadable("too_slow", "more than 120 s")})
    assert caught.value.reason == "too_slow"
    assert caught.value.detail == "of 1 pages: 1 pictures without text; OCR failed: p. 1 (too_slow): more than 120 s"


def lines_of(*inks: tuple[float, float], text: str = "die Stadt baut hier") -> list[ocr.Found]:
    """Lines over each other, each by the lower edge of its ink and how high that is."""
    return [ocr.Found(80, base - ink, 400, base, text, base - ink, base) for base, ink in inks]


def sizes_of(found: list[ocr.Found], usual: float | None = None) -> list[float]:
    document = pypdfium2.PdfDocument(one_page().data())
    (page,) = ocr.lay_out(document, {0: found}, usual)
    return [line.size for line in sorted(page.lines, key=lambda line: -line.y)]


def test_a_pixel_more_makes_no_heading_of_a_line_among_others() -> None:
    inks = [(100, 6.9), (112, 6.9), (124, 7.8), (136, 6.9), (148, 6.1), (160, 6.9), (172, 6.9)]
    assert sizes_of(lines_of(*inks)) == [10.0] * 7
    apart = [(100, 6.9), (112, 6.9), (136, 8.2), (160, 6.9), (172, 6.9), (184, 6.9), (208, 5.8), (218, 5.8)]
    assert sizes_of(lines_of(*apart)) == [10.0, 10.0, 12.0, 10.0, 10.0, 10.0, 8.5, 8.5]


@pytest.mark.parametrize(
    ("text", "ink"), [("Öl baut auf", 6.9), ("Öl baut auf", 8.6), ("baut, aber", 6.9), ("baut, aber", 8.3)]
)
def test_dots_and_commas_that_are_seen_or_not_change_no_size(text: str, ink: float) -> None:
    others = lines_of((100, 6.9), (112, 6.9), (124, 6.9))
    apart = lines_of((200, ink), text=text)
    assert sizes_of(others + apart)[-1] == 10.0


def test_print_is_of_the_size_that_the_other_pages_are_set_in() -> None:
    inks = [(100, 6.5), (112, 6.5), (124, 6.5)]
    assert set(sizes_of(lines_of(*inks))) == {9.4}
    assert set(sizes_of(lines_of(*inks), usual=10.0)) == {10.0}
    assert set(sizes_of(lines_of(*inks), usual=12.0)) == {9.4}


def alike(found: str, meant: str) -> float:
    """Share of the letters and digits of a text that were found in their order."""
    a, b = ([char for char in text if char.isalnum()] for text in (found, meant))
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(len(a), len(b))


@needs_ocr
def test_chinese_of_both_scripts_and_german_are_read() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(GERMAN, 400, 11), 11, 16)
    y = pages.lines(80, y + 20, wrap(CHINESE, 400, 11), 11, 16)
    pages.lines(80, y + 20, wrap(TRADITIONAL, 400, 11), 11, 16)
    extract = read_pdf(scan(pages.data()))
    assert extract.flags == ("ocr",)
    assert extract.reader.startswith(ocr.ENGINE)
    found = texts(extract, "body")
    assert len(found) == 3
    assert all(alike(text, meant) > 0.99 for text, meant in zip(found, (GERMAN, CHINESE, TRADITIONAL), strict=True))
    assert "Städtepartnerschaft" in found[0]


@needs_ocr
def test_columns_headings_and_footnotes_of_a_scan_are_told_apart(pytestconfig: pytest.Config) -> None:
    folder = pytestconfig.rootpath / "corpora" / "demo"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["documents"]
    name = "articles/zh_2016_city_networks.pdf"
    meant = next(document for document in truth if document["doc_id"] == name)
    extract = read_pdf(scan((folder / name).read_bytes(), 200))
    assert texts(extract, "heading") == meant["headings"]
    body = texts(extract, "body")
    close = [any(alike(text, paragraph) > 0.98 for text in body) for paragraph in meant["paragraphs"]]
    assert sum(close) >= 0.9 * len(close)
    assert len(texts(extract, "footnote")) == len(meant["footnotes"])
    for box in extract.blocks[0].boxes:
        assert 0 <= box.left < box.right <= 600
        assert 0 <= box.top < box.bottom <= 850


def set_apart(pages: Pages, x: float, text: str, size: float = 9, width: float = 170) -> None:
    """Set a paragraph to the full width, as print does: wide gaps between words."""
    y = 100
    *lines, last = wrap(text, width, size)
    for i, line in enumerate(lines):
        words = line.split()
        gap = (width - sum(pages.canvas.stringWidth(word, "Times-Roman", size) for word in words)) / (len(words) - 1)
        at = x
        for word in words:
            at = pages.text(at, y + 1.25 * size * i, word, size) + gap
    pages.text(x, y + 1.25 * size * len(lines), last, size)


@needs_ocr
def test_two_leaning_columns_are_read_one_after_the_other_with_their_words_apart() -> None:
    pages = Pages()
    set_apart(pages, 80, f"{GERMAN} {SECOND}")
    set_apart(pages, 300, f"{SECOND} {GERMAN}")
    extract = read_pdf(scan_badly(pages.data(), tilt=2.0))
    found = texts(extract, "body")
    assert len(found) == 2
    meant = [f"{GERMAN} {SECOND}", f"{SECOND} {GERMAN}"]
    assert min(alike(text, text_) for text, text_ in zip(found, meant, strict=True)) >= FLOORS["ocr_de_letters"]
    words, missing = (
        Counter(" ".join(meant).split()),
        Counter(" ".join(meant).split()) - Counter(" ".join(found).split()),
    )
    assert 1 - missing.total() / words.total() >= FLOORS["ocr_de_words"]
    assert [char for char in "".join(found) if char in "äöüßÄÖÜ"] == [c for c in "".join(meant) if c in "äöüßÄÖÜ"]


@needs_ocr
def test_leaning_chinese_is_read_in_paragraphs() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(CHINESE, 300, 10.5), 10.5, 17)
    pages.lines(80, y + 20, wrap(TRADITIONAL, 300, 10.5), 10.5, 17)
    found = texts(read_pdf(scan_badly(pages.data(), tilt=-0.7)), "body")
    assert len(found) == 2
    assert min(alike(*pair) for pair in zip(found, (CHINESE, TRADITIONAL), strict=True)) >= FLOORS["ocr_zh_letters"]


@needs_ocr
def test_a_picture_without_text_has_none() -> None:
    pages = Pages()
    pages.image(50, 50, 400, 600)
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data())
    assert caught.value.reason == "no_text"
