"""RTF by striprtf, which knows its encodings; what it drops or flattens is marked in the source before it is read."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import Unreadable
from pipeline.ingest.readers.numbering import number_as
from pipeline.ingest.readers.office_names import STYLED, person, style_kind
from pipeline.ingest.readers.text import clean, paragraphs
from pipeline.ingest.readers.xml_blocks import data_rows, mark_lists, with_number
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.records import Kind

MEDIA_TYPE = "application/rtf"

# Characters for private use that no text has stand for what striprtf would drop.
_NOTE, _ENDNOTE, _BOX, _END, _CELL, _ROW, _LINE, _IN_TABLE = map(chr, range(0xE1F0, 0xE1F8))
_KIND_MARKS: dict[Kind, str] = {kind: chr(0xE1F8 + number) for number, kind in enumerate(STYLED)}
_MARKS = re.compile("[\ue1f0-\ue1ff]")
_INSET = re.compile(f"[{_NOTE}{_ENDNOTE}{_BOX}{_END}]")
_PIECE = re.compile(
    r"\{(?:\\\*\s*)?\\footnote(?![a-z])\s*(?P<end>\\ftnalt(?![a-z]))?|\\(?P<word>[a-z]+)(?P<number>-?\d*) ?"
    r"|\\\*\s*\\shpinst|\\.|[{}]",
    re.DOTALL,
)
_STYLE = re.compile(
    r"\{\\s(\d+)((?:\\(?!u-?\d)[a-z*]+-?\d* ?+|\s|\{[^{}]*\})*+)((?:[^;{}\\]|\\'[0-9a-f]{2}|\\u-?\d+ ?)*+);\}"
)
_BASED_ON = re.compile(r"\\sbasedon(\d+)")
_SKIPPED = frozenset({"shp", "shpinst", "listtext"})
"""Groups of which nothing is read, but for what stands in a text box within."""
_IN_HIDDEN = frozenset({"cell", "row", "nestcell", "nestrow", "intbl"})
_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")
_INFO = re.compile(r"\{\\(title|author) ?((?:[^{}\\]|\\[^{}])*)\}")


def read_rtf(data: bytes) -> Extract:
    """Read a Rich Text file.

    Kept are paragraphs, headings (by outline level or by the name of their style), tables as rows, captions, and
    text boxes behind the paragraph that they hang on, and footnotes and endnotes behind the paragraph that refers to
    them, each kind numbered from 1 in the order of reference. Tables of contents are ``boilerplate``, bibliographies
    ``reference``. Tracked insertions are read as accepted. Left out are headers and footers, comments, tracked
    deletions, hidden text, pictures, fields' instructions, and bullets and numbers that the program itself sets.

    Raises:
        Unreadable: ``broken`` (no RTF, or nothing that striprtf can read) or ``no_text``.
    """
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        raise Unreadable("broken", "no RTF inside")
    from striprtf.striprtf import rtf_to_text

    source = re.sub(rb"[\x80-\xff]", lambda byte: b"\\'%02x" % byte[0][0], data.lstrip()).decode("ascii")
    page = _CODE_PAGE.search(data)
    encoding = f"cp{page[1].decode()}" if page and page[1] not in {b"0", b"65001"} else "cp1252"
    try:
        marked = _marked(source, _style_marks(source, encoding))
        text = str(rtf_to_text(marked, encoding=encoding, errors="replace"))  # type: ignore[no-untyped-call]
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        metadata = _metadata(source, encoding)
    except (ValueError, TypeError, LookupError, OverflowError) as problem:
        raise Unreadable("broken", f"striprtf cannot read it: {problem}") from None
    blocks = mark_lists(_blocks(text, "lowerRoman" if "\\aftnnrlc" in source else "decimal"))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), f"striprtf {version('striprtf')}", MEDIA_TYPE, metadata=metadata)


def _sign(mark: str) -> str:
    return rf"{{\uc0\u{ord(mark)} }}"


_NOTHING = "{}"
"""In place of a control word: without it the word before would go on in what follows."""
_SIGNS = {
    **dict.fromkeys(("cell", "nestcell"), _sign(_CELL)),
    **dict.fromkeys(("row", "nestrow"), _sign(_ROW)),
    "line": _sign(_LINE),
    "intbl": _sign(_IN_TABLE),
    "chftn": _NOTHING,
}


def _style_marks(source: str, encoding: str) -> dict[str, str]:
    """The sign of each paragraph style whose name, or that of a style that it derives from, says a kind."""
    from striprtf.striprtf import rtf_to_text

    names: dict[str, str] = {}
    parents: dict[str, str] = {}
    for number, properties, name in _STYLE.findall(source):
        plain = rtf_to_text(f"{{{name}}}", encoding, "replace") if "\\" in name else name  # type: ignore[no-untyped-call]
        names[number] = plain.strip()
        parents[number] = parent[1] if (parent := _BASED_ON.search(properties)) else ""
    signs = {}
    for number in names:
        kind = None
        seen: set[str] = set()
        key = number
        while kind is None and key in names and key not in seen:
            kind = style_kind(names[key], is_own=not seen)
            seen.add(key)
            key = parents[key]
        if kind is not None:
            signs[number] = _sign(_KIND_MARKS[kind])
    return signs


class _Group(NamedTuple):
    """What holds within a pair of braces."""

    style: str
    """The sign of the paragraphs' kind."""
    is_hidden: bool
    is_skipped: bool
    closing: str
    """What is written before the closing brace."""


def _marked(source: str, styles: Mapping[str, str]) -> str:
    """The source with notes, boxes, kinds, cells and rows marked by characters of their own, and no hidden text."""
    source = source.replace("\\field{", "\\field {")  # or striprtf writes each link's address into the sentence
    pieces: list[str] = []
    outer: list[_Group] = []
    group = _Group("", is_hidden=False, is_skipped=False, closing="")
    last = 0
    for found in _PIECE.finditer(source):
        is_read = not (group.is_hidden or group.is_skipped)
        if is_read:
            pieces.append(source[last : found.start()])
        last = found.end()
        piece, word = found[0], found["word"]
        if piece[0] == "{":
            outer.append(group)
            is_note = is_read and len(piece) > 1
            mark = _ENDNOTE if found["end"] else _NOTE
            pieces.append("{" + _sign(mark) if is_note else "{")
            group = _Group("" if is_note else group.style, group.is_hidden, group.is_skipped, _END if is_note else "")
        elif piece == "}":
            pieces.append((_sign(group.closing) if group.closing else "") + "}")
            group = outer.pop() if outer else group._replace(closing="")
        elif word is None:
            pieces.append(piece if is_read and not piece.endswith("shpinst") else "")
            group = group._replace(is_skipped=group.is_skipped or piece.endswith("shpinst"))
        else:
            group = _entered(group, word, found["number"], styles)
            if group.closing == _BOX:
                group = group._replace(closing=_END)
                pieces.append(_sign(_BOX))
            else:
                is_dropped = group.is_skipped or (group.is_hidden and word not in _IN_HIDDEN)
                pieces.append(_NOTHING if is_dropped else _written(piece, word, group.style))
    return "".join([*pieces, source[last:]])


def _entered(group: _Group, word: str, number: str, styles: Mapping[str, str]) -> _Group:
    """What holds behind a control word."""
    match word:
        case "pard" | "s":
            return group._replace(style=styles.get(number, "") if word == "s" else "")
        case "outlinelevel" if not group.style and number in set("012345678"):
            return group._replace(style=_sign(_KIND_MARKS["heading"]))
        case "deleted" | "v" | "plain":
            return group._replace(is_hidden=word != "plain" and number != "0")
        case "shptxt" if group.is_skipped and not group.is_hidden:
            return group._replace(is_skipped=False, style="", closing=_BOX)
    return group._replace(is_skipped=True) if word in _SKIPPED else group


def _written(piece: str, word: str, style: str) -> str:
    """A control word as striprtf is to read it; a paragraph's style holds for those after it too."""
    if word in {"s", "outlinelevel"}:
        return style or _NOTHING
    return style + piece if word == "par" else _SIGNS.get(word, piece)


def _blocks(text: str, counted_as: str) -> Iterator[Block]:
    """The blocks of marked text; notes and boxes stand inside the paragraph that they hang on."""
    numbers: Counter[str] = Counter()
    rows: list[str] = []
    after: list[Block] = []
    for raw in _outer_paragraphs(text):
        body, insets = _without_insets(raw)
        if _CELL not in body:
            yield from (*_table(rows), *after)
            rows, after = [], []
            yield from _paragraph(body)
        for mark, inset in insets:
            inner = [block for line in inset.split("\n") for block in _paragraph(line)]
            if mark != _BOX:
                numbers[mark] += 1
                inner = with_number(number_as(numbers[mark], counted_as if mark == _ENDNOTE else "decimal"), inner)
            after += inner
        if _CELL in body:
            rows.append(body)
        else:
            yield from after
            after = []
    yield from (*_table(rows), *after)


def _table(rows: Sequence[str]) -> Iterator[Block]:
    """The rows of a table, or the paragraphs of one that only lays out a page."""
    cells = [row.split(_CELL) for row in rows]
    found = data_rows([[clean(_MARKS.sub(" ", cell)) for cell in row[:-1]] for row in cells])
    yield from found or (
        block for row in cells for cell in row for line in cell.split("\n") for block in _paragraph(line)
    )


def _outer_paragraphs(text: str) -> Iterator[str]:
    """Cut at line ends outside insets, and at rows' ends: the cells of a row are paragraphs too."""
    start = depth = 0
    in_row = False
    for found in re.finditer(rf"[\n{_NOTE}{_ENDNOTE}{_BOX}{_END}{_ROW}{_IN_TABLE}]", text):
        mark = found[0]
        depth = max(0, depth + (mark in {_NOTE, _ENDNOTE, _BOX}) - (mark == _END))
        in_row = in_row or (mark == _IN_TABLE and depth == 0)
        if (mark == "\n" and depth == 0 and not in_row) or mark == _ROW:
            yield text[start : found.end()]
            start, in_row = found.end(), False
    yield text[start:]


def _without_insets(raw: str) -> tuple[str, list[tuple[str, str]]]:
    """A paragraph without its notes and boxes, and these with their mark; what was not closed ends with it."""
    opened: list[tuple[str, list[str]]] = [("", [])]
    insets: list[tuple[str, str]] = []
    last = 0
    for found in _INSET.finditer(raw):
        opened[-1][1].append(raw[last : found.start()])
        last = found.end()
        if found[0] != _END:
            opened.append((found[0], []))
        elif len(opened) > 1:
            mark, pieces = opened.pop()
            insets.append((mark, "".join(pieces)))
    opened[-1][1].append(raw[last:])
    insets += [(mark, "".join(pieces)) for mark, pieces in opened[:0:-1]]
    return "".join(opened[0][1]), insets


def _paragraph(raw: str) -> list[Block]:
    kind = next((kind for kind, mark in _KIND_MARKS.items() if mark in raw), None)
    if kind is not None:
        text = clean(_MARKS.sub(" ", raw))
        return [Block(text, kind)] if text else []
    return [Block(found) for found in paragraphs(_MARKS.sub(" ", raw.replace(_LINE, "\n")))]


def _metadata(source: str, encoding: str) -> dict[str, str]:
    from striprtf.striprtf import rtf_to_text

    said = {
        name: clean(rtf_to_text(f"{{{value}}}", encoding, "replace"))  # type: ignore[no-untyped-call]
        for name, value in _INFO.findall(source)
    }
    return {name: text for name, text in said.items() if text and (name != "author" or person(text))}
