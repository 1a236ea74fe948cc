"""Lines of a PDF's pages with pdfminer.six: slower by far than pdfium, sometimes right where pdfium is not."""

from __future__ import annotations

import io
import logging
import statistics
import struct
import zlib
from typing import TYPE_CHECKING

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTContainer, LTFigure, LTImage, LTTextLine
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException

from pipeline.ingest.readers.pdf_lines import BOLD, NOTE_SIZE, NUMBER, RAISED, SUPERSCRIPTS, Line, Page, is_note_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pdfminer.layout import LTItem, LTPage

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # what is doubtful becomes a flag, not a line on the screen
_FAILURES = (
    PDFException,
    PSException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pdfminer raises on damaged files, beside its own errors whatever its code runs into."""


def read_pages(data: bytes, indices: Sequence[int]) -> list[Page | None]:
    """Read the lines of the pages with these indices (the first is 0); None for those that cannot be read."""
    pages: dict[int, Page] = {}
    left = sorted(indices)
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=LAParams(boxes_flow=None))
    while left:
        try:
            for index, page in zip(left, PDFPage.get_pages(io.BytesIO(data), left), strict=False):
                pages[index] = _read_page(page, index, PDFPageInterpreter(resources, device), device)
            break
        except _FAILURES:
            # What fails on one page must not cost the others: go on behind it.
            failed = next(index for index in left if index not in pages)
            left = [index for index in left if index > failed]
    return [pages.get(index) for index in indices]


def _read_page(page: PDFPage, index: int, interpreter: PDFPageInterpreter, device: PDFPageAggregator) -> Page:
    """Read a page as it is shown, or as it was drawn where its lines run along the page only then."""
    interpreter.process_page(page)
    layout = device.get_result()
    left, bottom = (page.cropbox[i] - page.mediabox[i] for i in (0, 1))
    if not page.rotate:
        return _page(layout, index)._replace(origin=(left, bottom))
    chars = [char for line in _text_lines(layout) for char in line if isinstance(char, LTChar)]
    if 2 * sum(char.matrix[0] > 0 for char in chars) >= len(chars):
        return _page(layout, index)
    rotation, page.rotate = page.rotate // 90 % 4, 0
    interpreter.process_page(page)
    drawn = _page(device.get_result(), index)
    return drawn._replace(width=layout.width, height=layout.height, origin=(left, bottom), rotation=rotation)


def _page(layout: LTPage, index: int) -> Page:
    lines, sideways = [], []
    for row, found in enumerate(_text_lines(layout)):
        chars = [item for item in found if isinstance(item, LTChar)]
        if not chars:
            continue
        if not chars[len(chars) // 2].upright:
            sideways.append(_sideways(found, chars, index + 1))
            continue
        line = _line(found, chars, row)._replace(page=index + 1)
        if line.text or line.mark:
            lines.append(line)
    image = not lines and any(isinstance(item, (LTFigure, LTImage)) for item in layout)
    written = tuple(line for line in sideways if line.text)
    return Page(index + 1, layout.width, layout.height, tuple(lines), written, image)


def _sideways(found: LTTextLine, chars: Sequence[LTChar], page: int) -> Line:
    """A line that runs up (matrix with b > 0) or down the page, measured in the page turned so that it is upright."""
    turn = 1 if chars[0].matrix[1] > 0 else 3
    x0, x1, y = (found.y0, found.y1, -found.x1) if turn == 1 else (-found.y1, -found.y0, found.x0)
    return Line(found.get_text().strip(), x0, x1, y, round(found.width, 1), page=page, turn=turn)


def _text_lines(container: Iterable[LTItem]) -> Iterator[LTTextLine]:
    for item in container:
        if isinstance(item, LTTextLine):
            yield item
        elif isinstance(item, LTContainer):
            yield from _text_lines(item)


def _line(found: LTTextLine, chars: Sequence[LTChar], row: int) -> Line:
    size = statistics.median_high(char.size for char in chars)
    full = [char for char in chars if char.size > NOTE_SIZE * size]
    middle = full[len(full) // 2]
    baseline = middle.matrix[5]
    # The box begins below the baseline by the font's descent; a rise moves the box only.
    descent = (baseline - middle.y0) / size
    text, places = [], []  # the text, and for each of its characters the LTChar or None
    for item in found:
        written = item.get_text() if isinstance(item, LTChar) else " "
        text.append(written)
        places.extend([item if isinstance(item, LTChar) else None] * len(written))
    written, mark = _without_note_numbers("".join(text), places, size, middle.y0, descent)
    bold = BOLD.search(middle.fontname.encode("utf-8", "ignore")) is not None
    return Line(written, chars[0].x0, chars[-1].x1, baseline, round(size, 1), bold, mark, row=row)


def _without_note_numbers(
    text: str, places: Sequence[LTChar | None], size: float, bottom: float, descent: float
) -> tuple[str, str]:
    pieces, mark, at = [], "", 0
    for match in NUMBER.finditer(text):
        drawn = [place for place in places[match.start() : match.end()] if place is not None]
        raised = bool(drawn) and all(
            ord(char.get_text()[:1] or " ") in SUPERSCRIPTS
            or (char.size <= NOTE_SIZE * size and char.y0 + descent * (char.size - size) >= bottom + RAISED * size)
            for char in drawn
        )
        if not raised or not is_note_number(text[: match.start()], match.group()):
            continue
        if not text[: match.start()].strip():
            mark = match.group().translate(SUPERSCRIPTS)
        pieces.append(text[at : match.start()])
        at = match.end()
    return "".join([*pieces, text[at:]]).strip(), mark
