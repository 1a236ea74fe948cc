"""Pages of pictures: what is said without OCR, and what OCR makes of them where it is installed."""

from __future__ import annotations

import difflib
import io
import json
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from pdf_pages import CHINESE, GERMAN, Pages, one_page, texts, wrap

from pipeline.errors import Unreadable
from pipeline.ingest.readers import ocr
from pipeline.ingest.readers.pdf import read_pdf
from pipeline.ingest.readers.pdf_lines import Line, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

TRADITIONAL = "城市外交是國家總體外交的重要組成部分，也是地方政府參與全球治理的重要途徑。"
needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason="the extra 'ocr' is not installed")


def scan(data: bytes, dpi: int = 300) -> bytes:
    """The same pages as pictures in shades of grey."""
    document = pypdfium2.PdfDocument(data)
    pictures = [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", resolution=dpi, save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


@pytest.fixture
def _not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)


@pytest.fixture
def _reads_hello(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_pages(document: Any, indices: Sequence[int]) -> list[Page | None]:
        return [
            Page(i + 1, 595, 842, (Line("Gruß aus der Partnerstadt.", 80, 300, 700, 10, page=i + 1),)) for i in indices
        ]

    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "read_pages", read_pages)
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


@needs_ocr
def test_a_picture_without_text_has_none() -> None:
    pages = Pages()
    pages.image(50, 50, 400, 600)
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data())
    assert caught.value.reason == "no_text"
