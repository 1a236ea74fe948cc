"""What a paragraph of a PDF is: heading, caption, table, reference or body."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.ingest.readers.pdf_paragraphs import NUMBERED_HEADING, Paragraph, has_room, is_display, is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.readers.pdf_layout import Type
    from pipeline.ingest.readers.pdf_lines import Line
    from pipeline.records import Kind

BIBLIOGRAPHY = re.compile(
    r"(?:[\dIVX]+(?:\.\d+)*\.?\s+|[一二三四五六七八九十]+、)?[\[【〔]?\s*(?:literatur(?:verzeichnis|angaben|hinweise)?|"
    r"quellen(?:verzeichnis)?|quellen-? und literatur(?:verzeichnis)?|bibliogra(?:ph|f)ie|references|bibliography|"
    r"works cited|(?:主要)?参\s*考\s*文\s*献|参考资料|引用文献)\s*[\]】〕]?\s*[:：]?$",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"(?:abb(?:ildung)?|tab(?:elle)?|fig(?:ure)?|table|grafik|schaubild|übersicht|karte|图|表|圖)\.?\s?\d+(?:[.\-–]\d+)*"
    r"(?:\s*[:：.|–—]|\s(?=[\u4e00-\u9fff]))",
    re.IGNORECASE,
)
_ENTRY_END = re.compile(r"(?:\s|\.|…)\d{1,4}(?:\s?(?:ff?\.|[A-D]))?$")
_LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}")
_PLACES = re.compile(r"\D{2,60}?,?\s\d{1,4}(?:[,–-]\s?\d{1,4}(?:ff?\.?)?)*,?$")
_ALIKE = 0.4
_MAX_HEADING = 220
_MAX_LIST_HEADING = 60
_INLINE_BIBLIOGRAPHY = re.compile(r"[\[【〔]?参\s*考\s*文\s*献[\]】〕]?\s*[:：]?\s*[\[〔［]\s*1\s*[\]〕］]")
_NUMBERED_ENTRY = re.compile(r"[\[〔［]\d{1,3}[\]〕］]")
_ADDRESS = re.compile(r"https?:|www\.|doi\b", re.IGNORECASE)
_ITEM = re.compile(r"(\d{1,2})[.)]\s")
ENDNOTES = re.compile(
    r"[\[【〔]?\s*(?:endnoten|anmerkungen|endnotes|notes|注\s*释|尾\s*注)\s*[\]】〕]?\s*[:：]?", re.IGNORECASE
)


def is_contents(rows: Sequence[Line]) -> bool:
    """Tell whether a page's lines are a table of contents or a register: most end in page numbers.

    In a table of contents they rise; where leaders stand before them a third of the lines is enough.
    """
    if len(rows) < 5:
        return False
    leaders = sum(_LEADERS.search(line.text) is not None for line in rows)
    ends = [line for line in rows if _ENTRY_END.search(line.text)]
    if leaders >= max(3, 0.3 * len(rows)):
        return True
    if len(ends) < max(5, 0.4 * len(rows)):
        return False
    numbers = [int(match.group()) for line in ends for match in re.finditer(r"\d{1,4}(?=\D{0,3}$)", line.text)]
    rising = sum(a <= b for a, b in pairwise(numbers))
    register = sum(_PLACES.fullmatch(line.text) is not None for line in rows)
    return rising >= 0.85 * (len(numbers) - 1) or register >= 0.6 * len(rows)


def mark_rows(paragraphs: Sequence[Paragraph], body: Type) -> list[Paragraph]:
    """Make single lines ``table`` that stand at rows with wide gaps: heads and rows whose cells are near each other.

    They are smaller than the body, or most of what they say is numbers.
    """
    marked = list(paragraphs)
    rows = [_is_row(paragraph) for paragraph in marked]
    order = [*range(len(marked)), *range(len(marked) - 1, -1, -1)]  # rows next to rows, downwards and upwards
    for index in order:
        near = [other for other in (index - 1, index + 1) if 0 <= other < len(marked) and rows[other]]
        if near and not rows[index] and _may_be_row(marked[index], body):
            rows[index] = any(_stands_at(marked[other], marked[index].lines[0], body) for other in near)
    return [
        paragraph._replace(kind="table") if row and paragraph.lines[0].cells == 1 else paragraph
        for paragraph, row in zip(marked, rows, strict=True)
    ]


def _may_be_row(paragraph: Paragraph, body: Type) -> bool:
    line = paragraph.lines[0]
    if len(paragraph.lines) > 1 or line.cells > 1 or paragraph.kind != "body" or CAPTION.match(line.text):
        return False
    words = line.text.split()
    numbers = len(words) > 1 and sum(any(map(str.isdigit, word)) for word in words) >= 0.5 * len(words)
    return (line.size <= body.size - _ALIKE or numbers) and not is_terminal(line.text)


def _is_row(paragraph: Paragraph) -> bool:
    return paragraph.kind == "table" or paragraph.lines[0].cells > 2 or _has_cells(paragraph.lines[0])


def _has_cells(line: Line) -> bool:
    return line.cells > 1 and len(line.text) < 8 * line.cells


def _stands_at(row: Paragraph, line: Line, body: Type) -> bool:
    steps = [abs(other.y - line.y) for other in (row.lines[0], row.lines[-1])]
    return row.page == line.page and min(steps) < 2.2 * body.pitch and abs(row.size - line.size) <= _ALIKE


def classify(before: Paragraph | None, paragraph: Paragraph, following: Paragraph | None, body: Type) -> Paragraph:
    """Give a body paragraph its kind: heading, caption, table or body; it depends on what stands before and after."""
    if paragraph.kind != "body":
        return paragraph
    text = " ".join(line.text for line in paragraph.lines)
    if CAPTION.match(text) and len(text) < 300 and (paragraph.size < body.size - 0.4 or len(paragraph.lines) <= 2):
        return paragraph._replace(kind="caption")
    first = paragraph.lines[0]
    if _is_heading(paragraph, following, text, body) and not _is_item(before, paragraph, following):
        return paragraph._replace(kind="heading")
    if first.cells > 2 or _has_cells(first):
        return paragraph._replace(kind="table")
    return paragraph


def _is_item(before: Paragraph | None, paragraph: Paragraph, following: Paragraph | None) -> bool:
    """Tell whether a paragraph is an item of a numbered list: the one before or after it has the number beside its own.

    Between headings in the type of the text there is text.
    """
    numbers = [
        int(match.group(1)) if other is not None and (match := _ITEM.match(other.lines[0].text)) else None
        for other in (before, paragraph, following)
    ]
    own = numbers[1]
    if own is None or paragraph.bold:
        return False
    return numbers[0] == own - 1 or numbers[2] == own + 1 or paragraph.lines[0].text.partition(" ")[2][:1].islower()


def _is_heading(  # noqa: PLR0911 - one return a sign, in their order
    paragraph: Paragraph, following: Paragraph | None, text: str, body: Type
) -> bool:
    if len(text) > _MAX_HEADING or not any(char.isalpha() for char in text) or text[0] in "•▪■●–":
        return False
    if all(is_display(line, body) for line in paragraph.lines):
        return True
    if paragraph.size < body.size - 0.6 or paragraph.lines[0].cells > 2:
        # Chinese print sets lower headings in another face and smaller type.
        small = paragraph.size < 0.8 * body.size or len(paragraph.lines) > 1 or paragraph.lines[0].cells > 2
        return paragraph.bold and not small and NUMBERED_HEADING.match(text) is not None and not is_terminal(text)
    if paragraph.bold:
        return len(paragraph.lines) <= 4 and not text.endswith((",", ";", "，", "；", "。"))
    if BIBLIOGRAPHY.match(text) or ENDNOTES.fullmatch(text):
        return True
    if len(paragraph.lines) > 1 or NUMBERED_HEADING.match(text) is None or is_terminal(text):
        return False
    return following is not None and has_room(paragraph.lines[0], following.lines[0], paragraph.right)


def mark_references(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Make what follows a bibliography's heading ``reference`` and what follows that of endnotes ``footnote``.

    Up to the next heading. A list can also begin on the line of its heading: ``参考文献：[1] 张三 ...``.
    """
    found: list[Paragraph] = []
    inside: Kind | None = None
    for paragraph in paragraphs:
        kind = paragraph.kind
        text = " ".join(line.text for line in paragraph.lines).strip()
        opened = list_begun(text) if kind in {"heading", "body"} else None
        if opened is not None:
            inside = opened
            if _INLINE_BIBLIOGRAPHY.match(text) is None:
                found.append(paragraph._replace(kind="heading"))
                continue
        elif kind == "heading" and not _NUMBERED_ENTRY.match(text):
            inside = None
        in_list = inside is not None and kind in {"body", "heading", "table"}
        if in_list and found and found[-1].kind == "reference" and _goes_on(found[-1], text):
            found[-1] = found[-1]._replace(lines=found[-1].lines + paragraph.lines)
            continue
        found.append(paragraph._replace(kind=inside) if in_list and inside is not None else paragraph)
    return found


def _goes_on(entry: Paragraph, text: str) -> bool:
    """Tell whether a text goes on with an entry of a numbered list: it has no number, and no sentence has ended.

    An address that was too long for the line goes on, too.
    """
    numbered = _NUMBERED_ENTRY.match(entry.lines[0].text) is not None
    ended = entry.lines[-1].text.endswith((".", "。", "．")) and _ADDRESS.match(text) is None
    return numbered and not ended and _NUMBERED_ENTRY.match(text) is None and text[:1] not in "（("


def list_begun(text: str) -> Kind | None:
    """The kind of the list that a paragraph is the heading or the first entry of; None if it is of no list."""
    if (len(text) < _MAX_LIST_HEADING and BIBLIOGRAPHY.match(text)) or _INLINE_BIBLIOGRAPHY.match(text):
        return "reference"
    return "footnote" if ENDNOTES.fullmatch(text) else None
