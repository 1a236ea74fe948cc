"""The pages of a document, as lines, put together to blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.ingest.readers.pdf_asides import Asides, cut_asides
from pipeline.ingest.readers.pdf_boxes import find_boxes
from pipeline.ingest.readers.pdf_gutters import find_gutters
from pipeline.ingest.readers.pdf_kinds import CAPTION, classify, is_contents, list_begun, mark_references, mark_rows
from pipeline.ingest.readers.pdf_layout import (
    Column,
    Type,
    attach_numbers,
    measure_type,
    merge_rows,
    read_columns,
    share_edges,
)
from pipeline.ingest.readers.pdf_notes import (
    UNNUMBERED,
    cut_footnotes,
    drop_marks,
    find_notes,
    mark_of,
    number_first,
    runs_on,
)
from pipeline.ingest.readers.pdf_paragraphs import (
    Paragraph,
    continues,
    is_display,
    is_terminal,
    split_paragraphs,
    uses_indents,
)
from pipeline.ingest.repair.furniture import Placed, find_furniture
from pipeline.ingest.repair.hyphens import count_words, join_lines, spaces_han_from_latin
from pipeline.ingest.repair.ligatures import join_broken_ligatures
from pipeline.ingest.repair.spacing import clean_spaces, join_letterspaced
from pipeline.records import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.ingest.readers.pdf_lines import Line, Page
    from pipeline.records import Kind


_FLOATS = 12
"""So many paragraphs at most are looked over at a column's end for where its text goes on: a table's rows."""


def read_document(pages: Sequence[Page]) -> tuple[list[Block], Counter[str]]:
    """Make a document's blocks of its pages, whose characters are mended.

    Returns:
        Blocks in reading order, a page's furniture before its text; and how often each repair changed the text.
    """
    pages = [page._replace(lines=tuple(attach_numbers(page.lines))) for page in pages]
    pages = _ignore_common_bold(pages)
    body = measure_type([page.lines for page in pages])
    furniture = _find_furniture(pages, body)
    seen = count_words(line.text for page in pages for line in page.lines)
    writer = _Writer(seen, "\n".join(line.text for page in pages for line in page.lines), pages)

    columns: list[tuple[int, Column]] = []
    blocks_of_page: dict[int, list[Block]] = {}
    parted = [
        _part_asides([line for index, line in enumerate(page.lines) if index not in out], body)
        for page, out in zip(pages, furniture, strict=True)
    ]
    gutters = find_gutters([page.text for page in parted], body.size)
    for page, out, asides, strips in zip(pages, furniture, parted, gutters, strict=True):
        edge = (*(page.lines[i] for i in sorted(out)), *page.sideways, *asides.numbers)
        blocks = [writer.block((line,), "boilerplate") for line in edge]
        blocks_of_page[page.number] = [block for block in blocks if block.text]
        columns += [(page.number, column) for column in read_columns(asides.text, body, strips)]
    flow: list[list[Paragraph]] = []  # one list for each column
    notes: list[Paragraph] = []
    text_top: dict[int, float] = {}
    in_list = False
    for (number, _), column in zip(columns, share_edges([column for _, column in columns]), strict=True):
        text_top[number] = max(
            [text_top.get(number, 0.0), *(line.y for line in column.lines if line.size > 0.95 * body.size)]
        )
        under_text = text_top[number] > column.lines[0].y
        running = runs_on(notes, number)
        kept, found = cut_footnotes(column, number, body, running=running, under_text=under_text, in_list=in_list)
        in_list = _ends_in_list(column, body, in_list=in_list)
        notes += found
        flow.append(_split(kept, number, body))
    rows = iter(mark_rows([paragraph for column in flow for paragraph in column], body))
    paragraphs = _join_columns([[next(rows) for _ in column] for column in flow if column])
    around = zip([None, *paragraphs], paragraphs, [*paragraphs[1:], None], strict=False)
    paragraphs = [classify(before, paragraph, following, body) for before, paragraph, following in around]
    paragraphs = mark_references(paragraphs)
    beside = [
        Paragraph(tuple(note), page.number, note[0].x0, note[0].x1, "footnote")
        for page, asides in zip(pages, parted, strict=True)
        for note in asides.notes
    ]
    return _blocks(paragraphs, [*_join_notes(notes), *beside], blocks_of_page, writer), writer.repairs


def _part_asides(lines: list[Line], body: Type) -> Asides:
    """Part side notes from a page's text; the numbers at the edges of a table of contents are none."""
    asides = cut_asides(lines, body.size)
    if (asides.notes or asides.numbers) and is_contents(merge_rows(lines)):
        return Asides(lines, [], [])
    return asides


def _ends_in_list(column: Column, body: Type, *, in_list: bool) -> bool:
    """Tell whether a column ends inside a bibliography: one has begun, and no line as large as a heading follows."""
    for line in column.lines:
        if list_begun(line.text) is not None:
            in_list = True
        elif is_display(line, body):
            in_list = False
    return in_list


def _find_furniture(pages: Sequence[Page], body: Type) -> list[set[int]]:
    """For each page the indices of its furniture; footnotes can be the same on two pages and are left out."""
    places = [
        [index for index in range(len(page.lines)) if index not in notes]
        for page, notes in ((page, find_notes(page.lines, body)) for page in pages)
    ]
    placed = [
        [Placed(line.text, line.x0, line.y, line.size) for line in (page.lines[index] for index in kept)]
        for page, kept in zip(pages, places, strict=True)
    ]
    found = find_furniture(placed, body.size)
    return [{kept[index] for index in out} for kept, out in zip(places, found, strict=True)]


class _Writer:
    """Turns lines into text with the evidence of the whole document."""

    def __init__(self, seen: dict[str, int], text: str, pages: Sequence[Page]) -> None:
        self.seen = seen
        self.han_space = spaces_han_from_latin(text)
        self.pages = {page.number: page for page in pages}
        self.repairs: Counter[str] = Counter()

    def write(self, lines: Sequence[Line]) -> str:
        text = join_lines([line.text for line in lines], self.seen, han_space=self.han_space, repairs=self.repairs)
        return join_letterspaced(clean_spaces(text, self.repairs), self.repairs)

    def block(self, lines: Sequence[Line], kind: Kind, text: str | None = None) -> Block:
        written = self.write(lines) if text is None else text
        return Block(written, kind, lines[0].page, boxes=find_boxes(lines, self.pages))


def _ignore_common_bold(pages: Sequence[Page]) -> list[Page]:
    """Where most of a document is bold, bold means nothing."""
    letters = bold = 0
    for page in pages:
        letters += sum(len(line.text) for line in page.lines)
        bold += sum(len(line.text) for line in page.lines if line.bold)
    if 2 * bold <= letters:
        return list(pages)
    return [page._replace(lines=tuple(line._replace(bold=False) for line in page.lines)) for page in pages]


def _split(column: Column, page: int, body: Type) -> list[Paragraph]:
    if is_contents(column.lines):
        return [Paragraph((line,), page, column.left, column.right, "table") for line in column.lines]
    return split_paragraphs(column, page, body) if column.lines else []


def _join_columns(flow: Sequence[list[Paragraph]]) -> list[Paragraph]:
    """Put the columns one after the other, paragraphs that go on in the next one whole.

    A figure's caption or a table at the foot or head of a column does not end the sentence around it.
    """
    indented = uses_indents([paragraph for column in flow for paragraph in column])
    joined: list[Paragraph] = []
    for column in flow:
        at = _first_text(joined, range(len(joined) - 1, max(-1, len(joined) - 1 - _FLOATS), -1))
        first = _first_text(column, range(min(len(column), _FLOATS)))
        rest = list(column)
        if at is not None and first is not None and continues(joined[at], column[first], indented=indented):
            between = at < len(joined) - 1 or first > 0
            if not between or not is_terminal(joined[at].lines[-1].text):
                joined[at] = joined[at]._replace(lines=joined[at].lines + column[first].lines)
                del rest[first]
        joined += rest
    return joined


def _first_text(paragraphs: Sequence[Paragraph], order: Iterable[int]) -> int | None:
    """Index of the first paragraph, in this order, that is no table or caption; None if there is none of the body."""
    for index in order:
        paragraph = paragraphs[index]
        first = paragraph.lines[0]
        if first.cells == 1 and paragraph.kind != "table" and CAPTION.match(first.text) is None:
            return index if paragraph.kind == "body" else None
    return None


def _join_notes(notes: Sequence[Paragraph]) -> list[Paragraph]:
    """Put a note that runs over a page's end together."""
    joined: list[Paragraph] = []
    for note in notes:
        if joined and not mark_of(note.lines[0]) and UNNUMBERED.match(note.lines[0].text) is None:
            joined[-1] = joined[-1]._replace(lines=joined[-1].lines + note.lines)
        else:
            joined.append(note)
    return joined


def _blocks(
    paragraphs: Sequence[Paragraph], notes: Sequence[Paragraph], edges: dict[int, list[Block]], writer: _Writer
) -> list[Block]:
    """Write the paragraphs of each page, then its notes; a page's furniture stands first."""
    marks: dict[int, set[str]] = {}
    for note in notes:
        mark = mark_of(note.lines[0])
        if mark and not mark.isdecimal():
            marks.setdefault(note.page, set()).add(mark)
    by_page = {number: list(found) for number, found in edges.items()}
    for paragraph in paragraphs:
        text = writer.write(paragraph.lines)
        for page in {line.page for line in paragraph.lines}:
            if marks.get(page):
                text, marks[page] = drop_marks(text, marks[page])
        if paragraph.kind == "footnote":
            text = number_first(text, paragraph.lines[0])
        if text:
            by_page.setdefault(paragraph.page, []).append(writer.block(paragraph.lines, paragraph.kind, text))
    for note in notes:
        text = number_first(writer.write(note.lines), note.lines[0])
        by_page.setdefault(note.page, []).append(writer.block(note.lines, "footnote", text))
    blocks = [block for number in sorted(by_page) for block in by_page[number]]
    text = "\n".join(block.text for block in blocks)
    mended = join_broken_ligatures(text, writer.seen, repairs=writer.repairs)
    if mended != text:
        blocks = [replace(old, text=new) for old, new in zip(blocks, mended.split("\n"), strict=True)]
    return blocks
