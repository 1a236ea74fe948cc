"""RTF by striprtf, which knows its encodings; what it drops or flattens is marked in the source before it is read."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.readers.text import clean, paragraphs
from pipeline.ingest.readers.xml_blocks import mark_lists, with_number
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_TYPE = "application/rtf"

# Characters for private use that no text has stand for what striprtf would drop.
_NOTE, _NOTE_END, _HEADING, _CAPTION, _CELL, _ROW, _LINE, _IN_TABLE = map(chr, range(0xE1F0, 0xE1F8))
_MARKS = re.compile(f"[{_NOTE}-{_IN_TABLE}]")
_PIECE = re.compile(r"\{(?:\\\*\s*)?\\footnote(?![a-z])(?:\\ftnalt)?|\\[a-z]+-?\d* ?|\\.|[{}]", re.DOTALL)
_STYLE = re.compile(r"\{\\s(\d+)(?:\\[a-z*]+-?\d* ?+|\s|\{[^{}]*\})*+([^;{}\\]*);\}")
_HEADING_NAME = re.compile(r"heading \d|überschrift \d|title$|titel$|标题 ?\d", re.IGNORECASE)
_CAPTION_NAME = re.compile(r"caption|beschriftung|题注", re.IGNORECASE)
_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")
_INFO = re.compile(r"\{\\(title|author) ?((?:[^{}\\]|\\[^{}])*)\}")
_NOBODY = frozenset({"administrator", "admin", "user", "unknown", "owner", "微软用户", "windows 用户"})


def read_rtf(data: bytes) -> Extract:
    """Read a Rich Text file.

    Kept are paragraphs, headings (by outline level or by the name of their style), tables as rows, captions, and
    footnotes and endnotes behind the paragraph that refers to them, numbered from 1 in their order. Left out are
    headers and footers, comments, pictures, text boxes, hidden data, and fields' instructions.

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
        text = str(rtf_to_text(_marked(source), encoding=encoding, errors="replace"))  # type: ignore[no-untyped-call]
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        metadata = _metadata(source, encoding)
    except (ValueError, TypeError, LookupError, OverflowError) as problem:
        raise Unreadable("broken", f"striprtf cannot read it: {problem}") from None
    blocks = mark_lists(_blocks(text))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), f"striprtf {version('striprtf')}", MEDIA_TYPE, metadata=metadata)


def _sign(mark: str) -> str:
    return rf"{{\uc0\u{ord(mark)} }}"


def _marked(source: str) -> str:
    """The source with its notes, headings, captions, cells and rows marked by characters of their own."""
    source = source.replace("\\field{", "\\field {")  # or striprtf writes each link's address into the sentence
    names = {number: name.strip() for number, name in _STYLE.findall(source)}
    signs = {f"\\s{n}": _sign(_HEADING) for n, name in names.items() if _HEADING_NAME.match(name)}
    signs |= {f"\\s{n}": _sign(_CAPTION) for n, name in names.items() if _CAPTION_NAME.match(name)}
    signs |= {"\\cell": _sign(_CELL), "\\nestcell": _sign(_CELL), "\\row": _sign(_ROW), "\\nestrow": _sign(_ROW)}
    signs |= {"\\line": _sign(_LINE), "\\chftn": "", "\\intbl": _sign(_IN_TABLE)}
    signs |= {f"\\outlinelevel{level}": _sign(_HEADING) for level in range(9)}
    pieces: list[str] = []
    notes: list[int] = []
    depth = last = 0
    for found in _PIECE.finditer(source):
        pieces.append(source[last : found.start()])
        last = found.end()
        piece = found[0]
        if "footnote" in piece:
            depth += 1
            notes.append(depth)
            piece = "{" + _sign(_NOTE)
        elif piece == "{":
            depth += 1
        elif piece == "}":
            if notes and notes[-1] == depth:
                notes.pop()
                piece = _sign(_NOTE_END) + "}"
            depth -= 1
        else:
            piece = signs.get(piece.rstrip(" "), piece)
        pieces.append(piece)
    return "".join([*pieces, source[last:]])


def _blocks(text: str) -> Iterator[Block]:
    """The blocks of marked text; a note's own paragraphs stand inside the one that refers to it."""
    number = 0
    for raw in _outer_paragraphs(text):
        body, notes = _split_notes(raw)
        yield from _paragraph(body)
        for note in notes:
            number += 1
            inner = [Block(cleaned) for line in note.split("\n") if (cleaned := clean(_MARKS.sub(" ", line)))]
            yield from with_number(str(number), inner)


def _outer_paragraphs(text: str) -> Iterator[str]:
    """Cut at line ends outside notes, and at rows' ends: the cells of a row are paragraphs too."""
    start = depth = 0
    in_row = False
    for found in re.finditer(rf"[\n{_NOTE}{_NOTE_END}{_ROW}{_IN_TABLE}]", text):
        mark = found[0]
        depth = max(0, depth + (mark == _NOTE) - (mark == _NOTE_END))
        in_row = in_row or mark == _IN_TABLE
        if (mark == "\n" and depth == 0 and not in_row) or mark == _ROW:
            yield text[start : found.end()]
            start, in_row = found.end(), False
    yield text[start:]


def _split_notes(raw: str) -> tuple[str, list[str]]:
    """A paragraph without its notes, and the notes."""
    parts = re.split(rf"{_NOTE}([^{_NOTE}{_NOTE_END}]*){_NOTE_END}", raw)
    return "".join(parts[::2]), parts[1::2]


def _paragraph(raw: str) -> list[Block]:
    if _CELL in raw:
        cells = [clean(_MARKS.sub(" ", cell)) for cell in raw.split(_CELL)]
        row = [cell for cell in cells if cell]
        return [Block(" | ".join(row), "table" if len(row) > 1 else "body")] if row else []
    if _HEADING in raw or _CAPTION in raw:
        text = clean(_MARKS.sub(" ", raw))
        return [Block(text, "heading" if _HEADING in raw else "caption")] if text else []
    return [Block(found) for found in paragraphs(_MARKS.sub(" ", raw.replace(_LINE, "\n")))]


def _metadata(source: str, encoding: str) -> dict[str, str]:
    from striprtf.striprtf import rtf_to_text

    said = {
        name: clean(rtf_to_text(f"{{{value}}}", encoding, "replace"))  # type: ignore[no-untyped-call]
        for name, value in _INFO.findall(source)
    }
    return {name: text for name, text in said.items() if text and text.casefold() not in _NOBODY}
