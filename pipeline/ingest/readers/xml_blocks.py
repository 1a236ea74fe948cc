"""From a tree of marked-up text to blocks; the formats say what each of their elements is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.ingest.readers.pdf_kinds import CAPTION, list_begun
from pipeline.ingest.readers.text import clean, paragraphs
from pipeline.ingest.repair.hyphens import join_lines
from pipeline.records import KINDS, Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lxml.etree import _Element

    from pipeline.records import Kind

PRINTED_LINE = "\u2028"
"""Put into a tree's text where a printed line ends; ``\\n`` is a line break that the author set."""

_LAYOUT_CELL = 200
"""Characters of a cell (a Han character counts three) above which a table only lays out a page; as in web pages."""

_LONGEST_CAPTION = 300
"""Characters of a caption (a Han character counts three) that has no style."""

_DEEPEST = 40
"""Notes and text boxes within each other, beyond which they are read as running text."""

_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Markup:
    """What the elements of a format are."""

    role: Callable[[_Element], str]
    """A word for an element: a kind of `pipeline.records` (a paragraph of that kind), ``block`` (one of the kind
    around it), ``inline``, ``skip``, ``note``, ``aside`` (a text box: it follows the paragraph that it stands in),
    ``table``, ``row`` or ``cell``."""
    note: Callable[[_Element], tuple[str, _Element | None]]
    """A note's number as printed (empty if there is none) and the element with its text."""


def read_blocks(  # noqa: C901 - one walk, one branch an event
    root: _Element, markup: Markup, kind: Kind = "body", depth: int = 0
) -> list[Block]:
    """The blocks of a tree in reading order.

    A note follows the paragraph that refers to it, its number before its text. A table's rows are ``cell | cell``
    where the table holds data; where it only lays out the page, its paragraphs are read. What follows the heading of a
    bibliography is no body: see `mark_lists`.

    Args:
        root: read whatever its own role is, unless it is a table.
        markup: what the elements are.
        kind: that of text outside any paragraph.
        depth: in how many notes and text boxes this one stands.
    """
    found: list[Block] = []
    after: list[Block] = []
    pieces: list[str] = []
    kinds: list[Kind] = [kind]
    opened: list[bool] = []

    def flush() -> None:
        found.extend(_flushed(pieces, kinds[-1]))
        found.extend(after)
        after.clear()

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            role = markup.role(element)
            if element is root and role != "table":
                role = "block"
            if role in {"note", "aside"} and depth < _DEEPEST:
                after.extend(_note(element, markup, depth) if role == "note" else _below(element, markup, kinds, depth))
            if role == "table":
                rows = [] if kinds[-1] == "boilerplate" else _rows(element, markup, depth)
                if rows:
                    flush()
                found.extend(rows)
                role = "skip" if rows else "block"
            left = role == "skip" or (role in {"note", "aside"} and depth < _DEEPEST)
            is_block = role not in {"inline", "note", "aside", "skip"}
            opened.append(is_block)
            if left:
                walk.skip_subtree()
                continue
            if is_block:
                flush()
                is_own = role in KINDS and kinds[-1] != "boilerplate"  # a table of contents has its heading
                kinds.append(role if is_own else kinds[-1])  # type: ignore[arg-type]
            pieces.append(element.text or "")
        else:
            if opened.pop():
                flush()
                kinds.pop()
            if element is not root:
                pieces.append(element.tail or "")
    flush()
    return found


def mark_lists(blocks: Iterable[Block]) -> list[Block]:
    """Say of blocks what their text shows.

    What follows a bibliography's heading is ``reference``, what follows one of endnotes ``footnote``, and a short
    paragraph that begins as captions do (``Tabelle 1: …``) a ``caption``: many are typed without a style.
    """
    found: list[Block] = []
    inside: Kind | None = None
    for block in blocks:
        if block.kind in {"heading", "body"} and (begun := list_begun(block.text)):
            inside = begun
            is_heading = len(block.text) < 60
            found.append(Block(block.text, "heading" if is_heading else begun))
            continue
        if block.kind == "heading":
            inside = None
        kind = (inside or ("caption" if _is_caption(block.text) else "body")) if block.kind == "body" else block.kind
        found.append(block if kind == block.kind else Block(block.text, kind))
    return found


def _is_caption(text: str) -> bool:
    return CAPTION.match(text) is not None and _length(text) < _LONGEST_CAPTION and text[-1] not in "。；：:"


def with_number(number: str, blocks: Sequence[Block]) -> list[Block]:
    """A note's blocks, its number before the first unless it stands there already."""
    notes = [Block(block.text, "footnote") for block in blocks]
    if number and notes and not re.match(rf"[\[(]?{re.escape(number)}(?!\w)", notes[0].text):
        notes[0] = Block(f"{number} {notes[0].text}", "footnote")
    return notes


def _note(element: _Element, markup: Markup, depth: int) -> list[Block]:
    number, text = markup.note(element)
    return [] if text is None else with_number(clean(number), read_blocks(text, markup, depth=depth + 1))


def _below(element: _Element, markup: Markup, kinds: list[Kind], depth: int) -> list[Block]:
    return read_blocks(element, markup, "body" if kinds[-1] == "heading" else kinds[-1], depth + 1)


def _rows(table: _Element, markup: Markup, depth: int) -> list[Block]:
    """A table's captions, rows and notes; none for one that lays out a page."""
    inner = [(markup.role(element), element) for element in table.iterdescendants(etree.Element)]
    if depth >= _DEEPEST or any(role == "table" for role, _ in inner):  # before a cell is read: tables nest
        return []
    rows: list[list[str]] = []
    captions: list[Block] = []
    notes: list[Block] = []
    for role, element in inner:
        if role == "row":
            rows.append([])
        elif role == "caption" and not rows:
            captions += read_blocks(element, markup, "caption", depth + 1)
        elif role == "cell" and rows:
            blocks = read_blocks(element, markup, depth=depth + 1)
            notes += [block for block in blocks if block.kind == "footnote"]
            rows[-1].append(" ".join(block.text for block in blocks if block.kind != "footnote"))
    found = data_rows(rows)
    return [*captions, *found, *notes] if found else []


def data_rows(rows: Sequence[Sequence[str]]) -> list[Block]:
    """The rows of a table that holds data: several short cells side by side; none for one that lays out a page."""
    if max(map(len, rows), default=0) < 2 or any(_length(cell) > _LAYOUT_CELL for row in rows for cell in row):
        return []
    return [Block(" | ".join(row), "table") for row in rows if any(row)]


def _length(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))


def _flushed(pieces: list[str], kind: Kind) -> list[Block]:
    """The paragraphs gathered so far; the line breaks in a heading are no paragraphs' ends."""
    text = "".join(pieces)
    pieces.clear()
    if text.isspace() or not text:
        return []
    if PRINTED_LINE in text:
        text = join_lines(text.split(PRINTED_LINE), {})
    if kind == "body" and "\n" in text.strip():
        return [Block(paragraph) for paragraph in paragraphs(text)]
    text = clean(join_lines(text.strip().split("\n"), {}))
    return [Block(text, kind)] if text else []
