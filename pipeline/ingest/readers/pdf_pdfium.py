"""Lines of a PDF's pages with pypdfium2.

Asking pdfium for each character's box from Python costs more than reading the page. So the page's text comes in one
piece, pdfium's line breaks cut it, and only a line's first, middle and last character and its numbers are asked for.
"""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

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
NARROW = 0.8
"""A gap wider than this many type sizes may be a gutter or a margin, if other signs say so."""
OTHER_SIZE = 0.08
"""Type sizes that differ by this share are two."""
LONG = 16
"""A line of fewer characters is of one type."""
COLUMN = 60.0
"""A column is at least so many points broad; what is narrower is a number or a cell."""
MIN_ALIGNED = 6
"""So many gaps one above the other, at least, are a gutter."""
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
        # pdfium counts units of UTF-16: a character beyond U+FFFF (a rare Han character, a formula's italic) is two.
        self.wide = [i for i, char in enumerate(text) if char > "\uffff"] if max(text, default="") > "\uffff" else []
        # Where pdfium's list of characters and its text are of one length, an index means the same in both.
        self.same = count == len(text) + len(self.wide)
        self.index: Callable[[int], int] = (lambda i: i) if self.same and not self.wide else self._translate

    def _translate(self, index: int) -> int:
        unit = index + bisect_left(self.wide, index)
        return unit if self.same else max(0, int(pdfium.FPDFText_GetCharIndexFromTextIndex(self.raw, unit)))

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
        found = list(_lines(_Asked(textpage, count, text), text, index + 1))
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


def _lines(asked: _Asked, text: str, page: int) -> Iterator[Line]:
    found: list[tuple[int, _Pieces, bool]] = []
    for row, match in enumerate(SEGMENT.finditer(text)):
        start, end = match.span()
        soft = text[end - 1] in "\ufffe\x02"
        if soft:
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            found.append((row, _pieces(asked, text, start, end), soft))
    last = 0.0
    gaps = [gap for _, pieces, _ in found if pieces.gaps for gap in _gutters(asked, pieces)]
    strips = _find_strips(gaps, len(found)) if gaps else []
    for row, pieces, soft in found:
        spans = _cut(pieces, strips) if strips else pieces.spans
        for span in spans:
            line = _line(asked, text, span, last)._replace(row=row, page=page)
            last = line.size
            if soft and span is spans[-1]:
                line = line._replace(text=line.text + "-")
            if line.text or line.mark:
                yield line


class _Pieces(NamedTuple):
    """A line of pdfium, cut where it surely is several."""

    spans: list[tuple[int, int]]
    """First and last index of each piece, the last one not included."""
    gaps: list[tuple[float, float, int]]
    """What is or may be a gutter: left and right edge, and the index of the character after it."""


def _pieces(asked: _Asked, text: str, start: int, end: int) -> _Pieces:
    """Cut a line of pdfium where a wide gap or a jump shows that it is several, or a gap and another type size."""
    whole = _Pieces([(start, end)], [])
    spans = asked.spans(start, end)
    if not spans:
        return whole
    tall = max(1.0, sorted(top - bottom for _, bottom, _, top in spans)[len(spans) // 2])
    wide = any(
        b[0] - a[2] > GAP * tall or b[0] < a[0] - tall or abs(b[1] + b[3] - a[1] - a[3]) > 2 * tall
        for a, b in pairwise(spans)
    )
    narrow = [] if wide else [b[0] for a, b in pairwise(spans) if b[0] - a[2] > tall]
    if not wide and not narrow:
        return whole
    size, turn = asked.size(_middle_letter(text, start, end))
    if turn:
        return whole
    if not wide:
        return _narrow_pieces(asked, text, (start, end), size, narrow)
    pieces, gaps = [], []
    begin, last = start, asked.box(start)
    previous = start
    for i in range(start + 1, end):
        if text[i].isspace():
            continue
        box = asked.box(i)
        gap = box[0] - last[2]
        jumps = gap > GAP * size or box[0] < last[0] - size or abs(box[1] - last[1]) > size
        if jumps or (gap > NARROW * size and _changes_size(asked, text, (begin, previous, i, end), size)):
            pieces.append((begin, previous + 1))
            begin = i
        if gap > NARROW * size:
            gaps.append((last[2], box[0], i))
        last, previous = box, i
    pieces.append((begin, end))
    return _Pieces(pieces, gaps)


def _narrow_pieces(asked: _Asked, text: str, span: tuple[int, int], size: float, places: list[float]) -> _Pieces:
    """Look at the gaps before these places of a line only: asking for all of its characters takes long."""
    begin, end = span
    pieces, gaps = [], []
    for place in places:
        i = _find_character(asked, text, begin, end, place)
        previous = next((j for j in range(i - 1, begin - 1, -1) if not text[j].isspace()), -1)
        if previous < 0:
            continue
        left, right = asked.box(previous)[2], asked.box(i)[0]
        if right - left > NARROW * size:
            gaps.append((left, right, i))
            if _changes_size(asked, text, (begin, previous, i, end), size):
                pieces.append((begin, previous + 1))
                begin = i
    return _Pieces([*pieces, (begin, end)], gaps)


def _find_character(asked: _Asked, text: str, start: int, end: int, x: float) -> int:
    """Index of the first character of a line that ends to the right of ``x``, by halves."""
    low, high = start, end - 1
    while low < high:
        middle = (low + high) // 2
        seen = next((i for i in range(middle, high) if not text[i].isspace()), high)
        if asked.box(seen)[2] > x + 0.1:
            high = middle
        else:
            low = seen + 1
    return next((i for i in range(low, end) if not text[i].isspace()), low)


def _changes_size(asked: _Asked, text: str, places: tuple[int, int, int, int], size: float) -> bool:
    """Tell whether words on both sides of a gap are of two type sizes: a text and a note beside it."""
    begin, previous, following, end = places
    if abs(asked.size(previous)[0] - asked.size(following)[0]) < OTHER_SIZE * size:
        return False
    return any(map(str.isalpha, text[begin : previous + 1])) and any(map(str.isalpha, text[following:end]))


def _gutters(asked: _Asked, pieces: _Pieces) -> Iterator[tuple[float, float, int]]:
    """The gaps of a line with a column's breadth on both sides: what stands before others is a number or a cell."""
    for left, right, i in pieces.gaps:
        first = max(begin for begin, _ in pieces.spans if begin < i)
        last = min(end for _, end in pieces.spans if end > i) - 1
        if left - asked.box(first)[0] > COLUMN and asked.box(last)[2] - right > COLUMN:
            yield left, right, i


def _find_strips(gaps: list[tuple[float, float, int]], lines: int) -> list[tuple[float, float]]:
    """Find where the gaps of many lines are one above the other: gutters that are hardly wider than a space."""
    strips: list[tuple[float, float]] = []
    gaps = sorted(gaps)
    while len(gaps) >= max(MIN_ALIGNED, 0.2 * lines):
        # The place that most gaps hold: at the left edge of one of them.
        place = max((gap[0] for gap in gaps), key=lambda x: sum(left <= x < right for left, right, _ in gaps))
        same = [gap for gap in gaps if gap[0] <= place < gap[1]]
        if len(same) < max(MIN_ALIGNED, 0.2 * lines):
            break
        strips.append((place, min(right for _, right, _ in same)))
        gaps = [gap for gap in gaps if not gap[0] <= place < gap[1]]
    return strips


def _cut(pieces: _Pieces, strips: list[tuple[float, float]]) -> list[tuple[int, int]]:
    """Cut the pieces of a line at the strips."""
    at = [i for left, right, i in pieces.gaps if any(left <= place < right for place, _ in strips)]
    starts = sorted({begin for begin, _ in pieces.spans} | set(at))
    spans = []
    for begin, following in zip(starts, [*starts[1:], None], strict=True):
        last = max(end for start, end in pieces.spans if start <= begin)
        spans.append((begin, last if following is None or following >= last else following))
    return spans


def _middle_letter(text: str, start: int, end: int) -> int:
    """Index of a letter near the middle: a number there may be a note's, and a space that pdfium made has no size."""
    middle = (start + end) // 2
    if text[middle].isalpha():
        return middle
    letters = [i for i in range(start, end) if text[i].isalpha()]
    return letters[len(letters) // 2] if letters else start


def _line(asked: _Asked, text: str, span: tuple[int, int], last: float) -> Line:
    """Make a line; ``last`` is the type size of the line before it."""
    start, end = span
    middle = _middle_letter(text, start, end)
    size, turn = asked.size(middle)
    if abs(size - last) > OTHER_SIZE * last > 0 and end - start > LONG:
        # A word in another type can stand in the middle: the letters on both sides of it tell.
        half = (start + end) // 2
        sides = _middle_letter(text, start, half), _middle_letter(text, half, end)
        if all(abs(asked.size(i)[0] - last) < OTHER_SIZE * last for i in sides):
            middle = sides[0]
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
    return Line(written, left, right2, y, round(size, 1), bold, mark, turn=turn)


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
