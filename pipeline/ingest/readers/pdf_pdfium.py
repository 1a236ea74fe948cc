"""Lines of a PDF's pages with pypdfium2.

Asking pdfium for each character's box from Python costs more than reading the page. So the page's text comes in one
piece, pdfium's line breaks cut it, and only a line's first, middle and last character and its numbers are asked for.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.ingest.readers.pdf_lines import (
    BOLD,
    GAP,
    HAS_NUMBER,
    NOTE_SIZE,
    NUMBER,
    RAISED,
    SIGNS,
    SUPERSCRIPTS,
    Line,
    Page,
    is_note_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEGMENT = re.compile(r"[^\r\n\ufffe\x02]+[\ufffe\x02]?")
FORCE_BOLD = 1 << 18
"""A flag of the font's descriptor, ISO 32000-1, table 123."""
SCAN = 200
"""A page of fewer characters can be a scan with a stamp of who let it be downloaded."""
COVERED = 0.6
"""A picture that covers more than this share of a page is a picture of the page."""


class _Asked:
    """One text page and the memory that pdfium writes its answers to."""

    def __init__(self, textpage: Any, count: int, text: str) -> None:
        self.raw = textpage.raw
        self.rect = pdfium.FS_RECTF()
        self.matrix = pdfium.FS_MATRIX()
        self.numbers = [ctypes.c_double() for _ in range(4)]
        self.name = ctypes.create_string_buffer(128)
        self.flags = ctypes.c_int()
        # Where pdfium's list of characters and its text are of one length, an index means the same in both.
        self.index: Callable[[int], int] = (lambda i: i) if count == len(text) else self._translate

    def _translate(self, index: int) -> int:
        return max(0, int(pdfium.FPDFText_GetCharIndexFromTextIndex(self.raw, index)))

    def box(self, index: int) -> tuple[float, float, float, float]:
        pdfium.FPDFText_GetLooseCharBox(self.raw, self.index(index), self.rect)
        return self.rect.left, self.rect.bottom, self.rect.right, self.rect.top

    def origin(self, index: int) -> tuple[float, float]:
        x, y = self.numbers[:2]
        pdfium.FPDFText_GetCharOrigin(self.raw, self.index(index), x, y)
        return x.value, y.value

    def size(self, index: int) -> tuple[float, int]:
        """Type size in points and direction in quarter turns."""
        i = self.index(index)
        size = pdfium.FPDFText_GetFontSize(self.raw, i)
        if not pdfium.FPDFText_GetMatrix(self.raw, i, self.matrix):
            return abs(size), 0
        m = self.matrix
        turn = round(math.atan2(m.b, m.a) / (math.pi / 2)) % 4
        return abs(size) * math.hypot(m.c, m.d), turn

    def bold(self, index: int) -> bool:
        """Whether the character's font is bold, or its outline is drawn too, as word processors do it."""
        i = self.index(index)
        pdfium.FPDFText_GetFontInfo(self.raw, i, self.name, 128, self.flags)
        if self.flags.value & FORCE_BOLD or BOLD.search(self.name.value) is not None:
            return True
        drawn_by = pdfium.FPDFText_GetTextObject(self.raw, i)
        return bool(pdfium.FPDFTextObj_GetTextRenderMode(drawn_by) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE)

    def symbol(self, index: int) -> bool:
        """Whether the character is of a font of signs, where a letter is drawn as a bullet."""
        pdfium.FPDFText_GetFontInfo(self.raw, self.index(index), self.name, 128, self.flags)
        return SIGNS.search(self.name.value) is not None

    def spans(self, start: int, end: int) -> list[tuple[float, float, float, float]]:
        """Boxes of the text objects that the characters from start to end were drawn by."""
        first = self.index(start)
        count = pdfium.FPDFText_CountRects(self.raw, first, self.index(end - 1) + 1 - first)
        found = []
        for i in range(count if count > 1 else 0):
            pdfium.FPDFText_GetRect(self.raw, i, *self.numbers)
            left, top, right, bottom = (number.value for number in self.numbers)
            found.append((left, bottom, right, top))
        return found


def page_lines(document: pypdfium2.PdfDocument, index: int) -> Page | None:
    """Read the lines of the page with this index (the first is 0).

    Returns:
        None where the page draws text that pdfium has no characters for.

    Raises:
        pypdfium2.PdfiumError: if pdfium cannot read the page.
    """
    page = document[index]
    textpage = page.get_textpage()
    try:
        width, height = page.get_width(), page.get_height()
        count = textpage.count_chars()
        text = textpage.get_text_range() if count > 0 else ""
        if not text.strip():
            kinds = {item.type for item in page.get_objects(max_depth=3)}
            if pdfium.FPDF_PAGEOBJ_TEXT in kinds:
                return None
            return Page(index + 1, width, height, (), image=pdfium.FPDF_PAGEOBJ_IMAGE in kinds)
        left, bottom = page.get_cropbox()[:2]
        rotation = page.get_rotation() // 90
        scan = len(text) < SCAN and _is_scan(page, width * height)
        found = [line._replace(page=index + 1) for line in _lines(_Asked(textpage, count, text), text)]
    finally:
        textpage.close()
        page.close()
    upright, sideways = _main_direction(found)
    return Page(index + 1, width, height, upright, sideways, scan, (left, bottom), rotation)


def _is_scan(page: pypdfium2.PdfPage, area: float) -> bool:
    """Tell whether a picture covers most of a page."""
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) > COVERED * area:
            return True
    return False


def _main_direction(found: list[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Part the lines that run as most of the page from those that do not."""
    if not any(line.turn for line in found):
        return tuple(found), ()
    letters: Counter[int] = Counter()
    for line in found:
        letters[line.turn] += len(line.text)
    main = letters.most_common(1)[0][0]
    return tuple(line for line in found if line.turn == main), tuple(line for line in found if line.turn != main)


def _lines(asked: _Asked, text: str) -> Iterator[Line]:
    for row, match in enumerate(SEGMENT.finditer(text)):
        start, end = match.span()
        soft = text[end - 1] in "\ufffe\x02"
        if soft:
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        pieces = _pieces(asked, text, start, end)
        for piece_start, piece_end in pieces:
            line = _line(asked, text, piece_start, piece_end, row)
            if soft and piece_end == end:
                line = line._replace(text=line.text + "-")
            if line.text or line.mark:
                yield line


def _pieces(asked: _Asked, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a line of pdfium where a wide gap or a jump shows that it is several."""
    spans = asked.spans(start, end)
    if not spans:
        return [(start, end)]
    tall = max(1.0, sorted(top - bottom for _, bottom, _, top in spans)[len(spans) // 2])
    wide = any(
        b[0] - a[2] > GAP * tall or b[0] < a[0] - tall or abs(b[1] + b[3] - a[1] - a[3]) > 2 * tall
        for a, b in pairwise(spans)
    )
    if not wide:
        return [(start, end)]
    size, turn = asked.size(_middle_letter(text, start, end))
    if turn:
        return [(start, end)]
    pieces = []
    begin, last = start, asked.box(start)
    previous = start
    for i in range(start + 1, end):
        if text[i].isspace():
            continue
        box = asked.box(i)
        if box[0] - last[2] > GAP * size or box[0] < last[0] - size or abs(box[1] - last[1]) > size:
            pieces.append((begin, previous + 1))
            begin = i
        last, previous = box, i
    pieces.append((begin, end))
    return pieces


def _middle_letter(text: str, start: int, end: int) -> int:
    """Index of a letter near the middle: a number there may be a note's, and a space that pdfium made has no size."""
    middle = (start + end) // 2
    if text[middle].isalpha():
        return middle
    letters = [i for i in range(start, end) if text[i].isalpha()]
    return letters[len(letters) // 2] if letters else start


def _line(asked: _Asked, text: str, start: int, end: int, row: int) -> Line:
    middle = _middle_letter(text, start, end)
    size, turn = asked.size(middle)
    left, bottom, right, top = asked.box(start)
    left2, bottom2, right2, top2 = asked.box(end - 1)
    x, y = asked.origin(middle)
    written, mark = _without_note_numbers(asked, text, (start, end), size, y)
    if written[1:2] == " " and asked.symbol(start):
        written = f"• {written[2:].lstrip()}"
    if turn == 1:
        left, right2, y = min(bottom, bottom2), max(top, top2), -x
    elif turn == 3:
        left, right2, y = -max(top, top2), -min(bottom, bottom2), x
    elif turn == 2:
        left, right2, y = -max(right, right2), -min(left, left2), -y
    bold = asked.bold(middle) and asked.bold(next((i for i in range(start, end) if text[i].isalpha()), start))
    return Line(written, left, right2, y, round(size, 1), bold, mark, row=row, turn=turn)


def _without_note_numbers(
    asked: _Asked, text: str, span: tuple[int, int], size: float, baseline: float
) -> tuple[str, str]:
    """The line's text without its raised note numbers, and the one that it begins with."""
    start, end = span
    if HAS_NUMBER.search(text, start, end) is None:
        return text[start:end], ""
    raised = []
    for match in NUMBER.finditer(text, start, end):
        digit = next((i for i in range(*match.span()) if text[i] not in "[〔［("), match.start())
        if not any(ord(char) in SUPERSCRIPTS for char in match.group()):
            small, _ = asked.size(digit)
            if small > NOTE_SIZE * size or asked.origin(digit)[1] < baseline + RAISED * size:
                continue
        if is_note_number(text[start : match.start()], match.group()):
            raised.append(match.span())
    if not raised:
        return text[start:end], ""
    mark, pieces, at = "", [], start
    for a, b in raised:
        if a == start:
            mark = text[a:b].translate(SUPERSCRIPTS)
        # pdfium sets a space before a raised number that it finds far away
        pieces.append(text[at:a].rstrip() if text[at:a].endswith(" ") and _closes(text, b, end) else text[at:a])
        at = b
    pieces.append(text[at:end])
    return "".join(pieces).strip(), mark


def _closes(text: str, at: int, end: int) -> bool:
    return at >= end or text[at].isspace() or not text[at].isalnum()
