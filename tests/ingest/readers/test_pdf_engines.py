"""Which engine reads which page, what was repaired, and where on the page each paragraph stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
import pytest
from pdf_pages import CHINESE, GERMAN, SECOND, Pages, one_page, texts, wrap

from pipeline.errors import Unreadable
from pipeline.ingest.readers import pdf_pdfium, pdf_pdfminer
from pipeline.ingest.readers.pdf import read_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.readers.pdf_lines import Page

GARBAGE = "ⲻ㠖⥖㲗▙㙤㳢㞾ⱀ㦔⺫㖕Ⳛ㘂▙㐈"


def three_pages() -> bytes:
    pages = Pages()
    for text in (GERMAN, SECOND, CHINESE):
        pages.lines(80, 100, wrap(text, 400))
        pages.next_page()
    return pages.data()


def spoil(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Have pypdfium2 read these pages as fonts without a Unicode map are read."""
    plain = pdf_pdfium.page_lines

    def page_lines(document: pypdfium2.PdfDocument, index: int) -> Page | None:
        page = plain(document, index)
        assert page is not None
        if index + 1 not in numbers:
            return page
        return page._replace(lines=tuple(line._replace(text=GARBAGE * 2) for line in page.lines))

    monkeypatch.setattr(pdf_pdfium, "page_lines", page_lines)


def test_a_page_that_the_first_engine_garbles_is_taken_from_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, 2, 3)
    extract = read_pdf(three_pages())
    assert texts(extract, "body") == [GERMAN, SECOND, CHINESE]
    assert extract.flags == ("second_engine",)
    first, second = extract.reader.split("; ")
    assert first.startswith("pypdfium2 5.")
    assert second.startswith("pdfminer.six 20")
    assert second.endswith(" (p. 2-3)")


def test_the_engine_that_was_asked_for_reads_all_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, 1, 2, 3)
    extract = read_pdf(three_pages(), engine="pdfminer")
    assert texts(extract, "body") == [GERMAN, SECOND, CHINESE]
    assert extract.flags == ()
    assert ";" not in extract.reader


def test_a_page_that_both_garble_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, 2)
    monkeypatch.setattr(pdf_pdfminer, "read_pages", lambda _, indices: [None] * len(indices))
    extract = read_pdf(three_pages(), ocr=False)
    assert texts(extract, "body") == [GERMAN, CHINESE]
    assert extract.flags == ("garbled_pages",)


def test_a_document_that_both_garble_needs_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def read_pages(data: bytes, indices: Sequence[int]) -> list[None]:
        asked.extend(indices)
        return [None] * len(indices)

    spoil(monkeypatch, *range(1, 41))
    monkeypatch.setattr(pdf_pdfminer, "read_pages", read_pages)
    pages = Pages()
    for _ in range(40):
        pages.lines(80, 100, wrap(GERMAN, 400))
        pages.next_page()
    with pytest.raises(Unreadable) as caught:
        read_pdf(pages.data(), ocr=False)
    assert caught.value.reason == "needs_ocr"
    assert "40 in fonts without a Unicode map" in caught.value.detail
    assert len(asked) < 10  # what it cannot read on four pages it cannot read on the others


def test_repairs_are_counted() -> None:
    pages = Pages()
    pages.lines(
        80,
        100,
        ["Die alte Städtepart-", "nerschaft der Städte-", "und Gemeinden, Baden-", "Württemberg, d i e s e s."],
    )
    pages.next_page()
    pages.lines(80, 200, ["中 国 的 城市外交与犮犻狋狔 犱犻狆犾狅犿犪犮狔，共２０１４年⼀次。"])
    extract = read_pdf(pages.data())
    assert dict(extract.repairs) == {
        "cipher": 13,
        "compatibility": 5,
        "han_space": 3,
        "hyphen_joined": 1,
        "hyphen_kept": 1,
        "hyphen_suspended": 1,
        "letter_spaced": 1,
    }
    assert read_pdf(one_page().data()).repairs == {}


def ink_outside(data: bytes, engine: str) -> tuple[int, float]:
    """Dark pixels of the pages as they are shown that are in no box; and the share of the boxes' rows with ink."""
    extract = read_pdf(data, engine=engine)  # type: ignore[arg-type]
    outside, rows = 0, []
    for number, page in enumerate(pypdfium2.PdfDocument(data), 1):
        ink = page.render(scale=2).to_numpy().min(axis=2) < 128
        free = ink.copy()
        for box in (box for block in extract.blocks for box in block.boxes if box.page == number):
            left, top, right, bottom = (round(2 * value) for value in box[1:])
            free[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False
            rows.append(max(np.mean(ink[top:bottom, left:right].any(axis=axis)) for axis in (0, 1)))
        outside += int(free.sum())
    return outside, min(rows)


def two_columns(pages: Pages) -> Pages:
    pages.text(120, 80, "Kommunen als Akteure", 18, font="Times-Bold")
    pages.lines(80, 120, wrap(f"{GERMAN} {SECOND}", 200))
    pages.lines(310, 120, wrap(f"{SECOND} {GERMAN}", 200))
    return pages


@pytest.mark.parametrize("engine", ["pypdfium2", "pdfminer"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_hold_the_print_of_the_page_as_it_is_shown(engine: str, rotation: int) -> None:
    pages = two_columns(Pages())
    pages.canvas.setPageRotation(rotation)
    outside, inside = ink_outside(pages.data(), engine)
    assert outside == 0
    assert inside > 0.5


def test_boxes_are_measured_from_the_edge_of_what_is_shown() -> None:
    pages = two_columns(Pages())
    pages.canvas.setCropBox((30, 200, 560, 800))
    outside, inside = ink_outside(pages.data(), "pypdfium2")
    assert outside == 0
    assert inside > 0.5


def test_a_stamp_that_runs_up_the_page_has_its_box() -> None:
    pages = one_page()
    pages.canvas.rotate(90)
    pages.canvas.drawString(200, -30, "arXiv:2104.00001v2")
    outside, _ = ink_outside(pages.data(), "pypdfium2")
    assert outside == 0


def test_each_passage_of_a_real_layout_has_its_box(pytestconfig: pytest.Config) -> None:
    for path in sorted((pytestconfig.rootpath / "corpora" / "demo" / "articles").glob("*.pdf"))[::5]:
        for block in read_pdf(path.read_bytes()).blocks:
            assert block.boxes, block
            assert block.boxes[0].page == block.page


def test_a_paragraph_over_columns_and_pages_has_a_box_in_each() -> None:
    pages = Pages()
    lines = wrap(f"{GERMAN} {SECOND} {GERMAN} {SECOND} {GERMAN}", 200)
    third = len(lines) // 3
    pages.lines(80, 100, lines[:third])
    pages.lines(310, 100, lines[third : 2 * third])
    pages.next_page()
    pages.lines(80, 100, lines[2 * third :])
    (block,) = read_pdf(pages.data()).blocks
    assert [box.page for box in block.boxes] == [1, 1, 2]
    assert block.boxes[0].right < block.boxes[1].left
