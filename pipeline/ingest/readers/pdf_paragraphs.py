"""Lines to paragraphs: where one begins, and which go on in the next column or on the next page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.repair.spacing import is_cjk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.readers.pdf_layout import Column, Type
    from pipeline.ingest.readers.pdf_lines import Line
    from pipeline.records import Kind

BULLET = re.compile(
    r"(?:[•▪■●◦‣–—*-]|\(?[a-z]\)|\(?\d{1,2}[.)]|\d{1,2}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|[\[〔［]\d{1,3}[\]〕］])\s*(?=\S)"
)
NUMBERED_HEADING = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?\s+(?=\D)|[IVX]{1,5}\.\s|[A-Z]\.\s|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|"
    r"第[一二三四五六七八九十百\d]{1,4}[章节節篇部])"
)
_TERMINAL = re.compile(r"[.!?。！？；…:：][\"'”’»)）\]」』〕]*$")
_BROAD = re.compile(r"[A-ZÄÖÜmw]")
"""Letters that are broader than the others by more than half."""
_CLOSING = re.compile(r"[，。、；：？！”’》）】」』〕]+")
LABEL = re.compile(
    r"[\[【〔（(]?(?:摘\s*要|内容提要|关\s*键\s*词|中图分类号|文献标识码|文章编号|收稿日期|基金项目|作者简介|"
    r"Abstract|Key\s?words|Zusammenfassung|Schlüsselwörter|Schlagwörter)\s*[\]】〕）)]?\s*[:：]",
    re.IGNORECASE,
)
"""What stands before an article's abstract, key words and numbers."""
_RUNS_ON = re.compile(r"[a-zäöüß,，、]$")
_ENTRY = re.compile(r"[\[〔［](\d{1,3})[\]〕］]")
_BIG_GAP = 1.25
_NEARLY = 0.8
_SAME_SIZE = 0.5
_LONG = 8


class Paragraph(NamedTuple):
    """Lines that belong together, with the edges of the column that they stand in."""

    lines: tuple[Line, ...]
    page: int
    left: float
    right: float
    kind: Kind = "body"
    text: str = ""
    """Empty until the lines are put together."""

    @property
    def size(self) -> float:
        """Type size of its first line."""
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        """Whether all its lines are bold."""
        return all(line.bold for line in self.lines)


def split_paragraphs(column: Column, page: int, body: Type) -> list[Paragraph]:
    """Cut a column's lines into paragraphs."""
    found: list[Paragraph] = []
    current: list[Line] = []
    rows = column.lines
    for index, line in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        if current and begins_paragraph(current, line, following, column, body):
            found.append(Paragraph(tuple(current), page, column.left, column.right))
            current = []
        current.append(line)
    if current:
        found.append(Paragraph(tuple(current), page, column.left, column.right))
    return found


def begins_paragraph(  # noqa: PLR0911 - one return a sign, in their order
    current: Sequence[Line], line: Line, following: Line | None, column: Column, body: Type
) -> bool:
    """Tell whether ``line`` begins a paragraph after the lines of ``current``.

    Signs, in their order: another size; a table's row; a gap; for a heading's lines nothing more; a line before that
    has room for the next word; an indent; a hanging paragraph's end.
    """
    last, em = current[-1], line.size
    if abs(last.size - line.size) > _SAME_SIZE + 0.02 * em or (last.cells > 1) != (line.cells > 1):
        return True
    pitch = body.pitch * line.size / body.size
    usual = pitch if len(current) < 2 else min(pitch, 1.1 * (current[-2].y - last.y))
    if last.y - line.y > _BIG_GAP * max(usual, em):
        return True
    if line.cells > 1 or LABEL.match(line.text) or _is_next_entry(current[0], line):
        return True
    if is_display(last, body) and is_display(line, body):
        return NUMBERED_HEADING.match(line.text) is not None and not last.text.endswith("-")
    if last.text[-1:] == "-" and line.text[:1].islower():
        return False
    if last.bold != line.bold and has_room(last, line, column.right):
        return True
    return _by_edges(current, line, following, column)


def _is_next_entry(first: Line, line: Line) -> bool:
    """Tell whether a line begins with the number that follows that of the entry before it: [7] after [6]."""
    if line.text[:1] not in "[〔［":
        return False
    number, following = _ENTRY.match(first.text), _ENTRY.match(line.text)
    return number is not None and following is not None and int(following.group(1)) == int(number.group(1)) + 1


def _by_edges(  # noqa: PLR0911 - one return a sign, in their order
    current: Sequence[Line], line: Line, following: Line | None, column: Column
) -> bool:
    last, em = current[-1], line.size
    block = len(current) > 1 and abs(last.x1 - current[-2].x1) < 1.5 and abs(last.x1 - line.x1) < 1.5
    if _in_brackets(current) or _is_centred(last, line, column) or _is_justified(last, line, column):
        return False
    if not block and has_room(last, line, _right_of_block(current, line, column)):
        # A long word that did not fit leaves room too: then the line is nearly full and no sentence has ended.
        full = last.x1 - column.left > _NEARLY * (column.right - column.left)
        if not (full and len(current) > 1 and _RUNS_ON.search(last.text)):
            return True
    step = line.x0 - last.x0
    if step > 0.7 * em:
        # A first line's indent, or the second line of a hanging paragraph: how the line before it ends and where the
        # line after it stands tell.
        if len(current) == 1 and not is_terminal(last.text):
            return False
        hangs = following is not None and (
            abs(following.x0 - line.x0) < 0.3 * em or has_room(line, following, column.right)
        )
        return not (len(current) == 1 and (hangs or BULLET.match(last.text) is not None or bool(last.mark)))
    if step < -0.7 * em:
        # Back to the left: a hanging paragraph or a block set in has ended; one line alone was a first line.
        hanging = last.x0 - current[0].x0 > 0.7 * em
        return len(current) > 1 and (hanging or abs(last.x0 - current[-2].x0) < 0.3 * em)
    if len(current) == 1 and line.x0 - column.left > 0.7 * em and is_terminal(last.text):
        # Two lines set in: a quotation, or two paragraphs of one line each where nothing below is set in as well.
        return following is None or abs(following.x0 - line.x0) > 0.3 * em
    return (
        bool(BULLET.match(line.text))
        and bool(BULLET.match(current[0].text))
        and _TERMINAL.search(last.text) is not None
    )


def _right_of_block(current: Sequence[Line], line: Line, column: Column) -> float:
    """The right edge of lines that are set in from both edges of their column, a summary say; else the column's."""
    last = current[-1]
    indent = last.x0 - column.left
    if indent < 0.7 * line.size or abs(last.x0 - line.x0) > 1:
        return column.right
    if len(current) > 1:
        return max(last.x1, current[-2].x1) if abs(last.x1 - current[-2].x1) < line.size else column.right
    return last.x1 if abs(column.right - last.x1 - indent) < 1.2 * line.size else column.right


def _in_brackets(current: Sequence[Line]) -> bool:
    """Tell whether a bracket that a paragraph begins with or its last line opened is still open."""
    if current[0].text[:1] in "(（" and len(current) < _LONG:
        return sum(line.text.count("(") - line.text.count(")") for line in current) > 0
    return current[-1].text.count("(") > current[-1].text.count(")")


def _is_aside(lines: Sequence[Line]) -> bool:
    """Tell whether a paragraph is one bracket, closed at its end: an interjection in a record of speeches."""
    if lines[0].text[:1] not in "(（" or lines[-1].text[-1:] not in ")）":
        return False
    text = "".join(line.text for line in lines[-_LONG:])
    return sum(map(text.count, "(（")) == sum(map(text.count, ")）"))


def _is_centred(last: Line, line: Line, column: Column) -> bool:
    """Tell whether two lines are set around one middle with room at both sides: an interjection, a motto."""
    em = line.size
    return (
        abs(last.x0 + last.x1 - line.x0 - line.x1) < 0.4 * em
        and min(last.x0, line.x0) - column.left > em
        and column.right - max(last.x1, line.x1) > em
        and not is_terminal(last.text)
    )


def _is_justified(last: Line, line: Line, column: Column) -> bool:
    """Tell whether two long lines of words begin and end at the same places, which only justified ones do."""
    same = abs(last.x1 - line.x1) < 0.5 and abs(last.x0 - line.x0) < 0.5
    return same and line.x1 - line.x0 > _NEARLY * (column.right - column.left) and not is_cjk(line.text[0])


def is_display(line: Line, body: Type) -> bool:
    """Tell whether a line is set larger than the body, as headings and titles are."""
    return line.size > 1.06 * body.size + 0.2


def has_room(last: Line, line: Line, right: float) -> bool:
    """Tell whether the next line's first word would have fitted behind ``last``: then its end was meant."""
    text = line.text
    if not text:
        return False
    room = right - last.x1
    if is_cjk(text[0]):
        # No line begins with a closing sign, so a character and the signs behind it move together.
        signs = _CLOSING.match(text, 1)
        return room > (2.3 + (len(signs.group()) if signs else 0)) * line.size
    # Lines break at hyphens too; but what goes on in lower case was not ended by a hyphened word that did not fit.
    word = (text if text[0].islower() else text.replace("-", " ", 1)).partition(" ")[0]
    if any(is_cjk(char) for char in word):
        return room > 3 * line.size
    each = (line.x1 - line.x0) / len(text)
    if room < 0.8 * each * len(word):
        return False
    return room > 1.1 * each * (len(word) + 0.6 * len(_BROAD.findall(word))) + 0.5 * line.size


def is_terminal(text: str) -> bool:
    """Tell whether a text ends as sentences do."""
    return _TERMINAL.search(text) is not None


def continues(  # noqa: PLR0911 - one return a sign, in their order
    before: Paragraph, after: Paragraph, *, indented: bool
) -> bool:
    """Tell whether ``after``, first in its column, goes on with ``before``, last in the column or page before it.

    Args:
        before: the last paragraph of its column.
        after: the first paragraph of the next column.
        indented: whether paragraphs of the document begin with an indent.
    """
    last, first = before.lines[-1], after.lines[0]
    if abs(last.size - first.size) > _SAME_SIZE or last.cells > 1 or first.cells > 1:
        return False
    if last.bold != first.bold and before.bold != after.bold:
        return False
    if first.mark or BULLET.match(first.text) or LABEL.match(first.text) or _is_aside(before.lines):
        return False
    if last.text[-1:] == "-":
        return True
    starts_in = first.x0 - after.left > 0.7 * first.size
    if starts_in and before.lines[-1].x0 - before.left < 0.3 * first.size:
        return False
    if has_room(last, first, before.right):
        full = last.x1 - before.left > _NEARLY * (before.right - before.left)
        return not is_terminal(last.text) and (full or first.text[:1].islower())
    return not is_terminal(last.text) or first.text[:1].islower() or indented or before.right - last.x1 < 2


def uses_indents(paragraphs: Sequence[Paragraph]) -> bool:
    """Tell whether a document's body marks paragraphs by an indent of their first line."""
    long = [p for p in paragraphs if len(p.lines) > 1]
    indented = sum(p.lines[0].x0 - p.lines[1].x0 > 0.7 * p.size for p in long)
    return indented > 0.5 * len(long)
