"""Footnotes: cut from the foot of a page's columns, and their marks taken out of the text."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.ingest.readers.pdf_kinds import list_begun
from pipeline.ingest.readers.pdf_paragraphs import LABEL, Paragraph, is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.readers.pdf_layout import Column, Type
    from pipeline.ingest.readers.pdf_lines import Line

MARK = re.compile(r"(?:([①-⑳㉑-㉟]|[*∗†‡]{1,3})|[\[〔［]?(\d{1,3})[\]〕］]?[.)]?(?=\s|[A-ZÄÖÜ\u4e00-\u9fff]))\s*")
UNNUMBERED = re.compile(
    r"[\[【〔（(]?(?:收稿日期|修回日期|基金项目|作者简介|作者单位|通讯作者)[\]】〕）)]?\s*[:：\s]|本文系.{0,40}(?:成果|项目)"
)
"""How notes on an article's origin begin, which Chinese journals set at its first page's foot without a number."""
_SMALLER = 0.95
_PARTED = 1.25
_ALIKE = 0.4
_LETTER = re.compile(r"[^\W\d_]")


def cut_footnotes(
    column: Column, page: int, body: Type, *, running: bool, under_text: bool, in_list: bool
) -> tuple[Column, list[Paragraph]]:
    """Cut the footnotes from a column's foot.

    They are the lowest lines, smaller than the body, from the first that begins with a number or mark; small lines
    above it belong to a note of the page before (``running``) if white space parts them from the body.

    Args:
        column: its lines from top to bottom.
        page: its page's number.
        body: the document's type.
        running: whether a note of the page before could go on here.
        under_text: whether lines of the body stand above the column on its page; a whole column in small type is
            otherwise a list or a bibliography.
        in_list: whether a bibliography of the column before can go on here.

    Returns:
        The column without them, and one paragraph for each note, the first perhaps without a mark.
    """
    rows = column.lines
    first = len(rows)
    size = rows[-1].size
    while first and abs(rows[first - 1].size - size) <= _ALIKE and not _is_gap(rows, first, body):
        first -= 1
    if size >= _SMALLER * body.size:
        return column, []
    foot = rows[first:]
    start = next((index for index, line in enumerate(foot) if mark_of(line) or UNNUMBERED.match(line.text)), None)
    if (start is None or start) and running and first and foot and LABEL.match(foot[0].text) is None:
        start = 0
    if in_list and not first and foot and not foot[0].mark:
        start = _after_list(foot)
    if start is None or (first + start == 0 and not (under_text or foot[0].mark or _is_symbol(foot[0]))):
        return column, []
    if any(list_begun(line.text) for line in rows[max(0, first - 1) : first + start + 1]):
        return column, []
    notes: list[list[Line]] = []
    number, signs = None, False
    for line in foot[start:]:
        mark = mark_of(line)
        sign = bool(mark) and not mark.isdecimal()
        # A line of a note that begins with a year or page is no note: it has not the next number, or notes have signs.
        numbered = mark.isdecimal() and (not signs if number is None else int(mark) == number + 1)
        if UNNUMBERED.match(line.text) or sign or line.mark or numbered or not notes:
            notes.append([line])
            number = int(mark) if mark.isdecimal() else number
            signs = signs or sign
        else:
            notes[-1].append(line)
    paragraphs = [Paragraph(tuple(note), page, column.left, column.right, "footnote") for note in notes]
    return column._replace(lines=rows[: first + start]), paragraphs


def _after_list(foot: Sequence[Line]) -> int | None:
    """Index of the first note under a list in the same type: it has a sign, other than the list, and a gap over it."""
    if _is_symbol(foot[0]):
        return None
    steps = [line.y - after.y for line, after in pairwise(foot)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0.0
    found = (index for index, step in enumerate(steps, 1) if step > _PARTED * usual)
    return next((index for index in found if _is_symbol(foot[index]) or foot[index].mark), None)


def runs_on(notes: Sequence[Paragraph], page: int) -> bool:
    """Tell whether the last note can go on in the next column: its last line is full or ends no sentence."""
    if not notes or page - notes[-1].page > 1:
        return False
    last = notes[-1].lines[-1]
    return notes[-1].right - last.x1 < 1.5 * last.size or not is_terminal(last.text)


def _is_gap(rows: Sequence[Line], first: int, body: Type) -> bool:
    """White space of several lines ends the foot from above."""
    return first < len(rows) and rows[first - 1].y - rows[first].y > 3 * body.pitch


def mark_of(line: Line) -> str:
    """The number or sign that a line begins with as footnotes do; empty if there is none."""
    if line.mark:
        return line.mark.strip("[]〔〕［］()")
    match = MARK.match(line.text)
    if match is None or _LETTER.search(line.text, match.end()) is None:
        return ""
    return match.group(1) or match.group(2)


def number_first(text: str, line: Line) -> str:
    """Write a note's text with its number or sign before it and a space between: ``12 Vgl. ...``."""
    mark = mark_of(line)
    if not mark:
        return text
    match = None if line.mark else MARK.match(text)
    return f"{mark} {text[match.end() :] if match else text}"


def _is_symbol(line: Line) -> bool:
    mark = mark_of(line)
    return bool(mark) and not mark.isdecimal()


def find_notes(lines: Sequence[Line], body: Type) -> set[int]:
    """Find lines that are surely of footnotes, before the page is laid out.

    A small one with a raised number or a sign, or with a number and another small line under it, and what follows it
    closely.
    """
    found: set[int] = set()
    for index, line in enumerate(lines):
        if line.size >= _SMALLER * body.size:
            continue
        before = lines[index - 1] if index else None
        after = lines[index + 1] if index + 1 < len(lines) else None
        goes_on = before is not None and index - 1 in found and _follows(before, line)
        marked = line.mark or _is_symbol(line) or (mark_of(line) and after is not None and _follows(line, after))
        if goes_on or marked:
            found.add(index)
    return found


def _follows(line: Line, after: Line) -> bool:
    return abs(line.size - after.size) < 0.1 * line.size and 0.9 * line.size < line.y - after.y < 1.6 * line.size


def drop_marks(text: str, marks: set[str]) -> tuple[str, set[str]]:
    """Take the first ① or * of each of a page's footnotes out of a text; returns what is left to look for."""
    left = set(marks)
    for mark in marks:
        match = re.search(rf"(?<=\S)\s?{re.escape(mark)}(?![*†])", text)
        if match is not None:
            text = text[: match.start()] + text[match.end() :]
            left.discard(mark)
    return text, left
