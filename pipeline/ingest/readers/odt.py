"""OpenDocument text (ODT, and FODT, the same in one XML file).

odfdo and odfpy give text with the notes inside the sentence that refers to them and the deleted words among the others;
so the parts are read with lxml.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import Markup, mark_lists, read_blocks
from pipeline.ingest.readers.xml_tree import attribute, below, local, parse_xml, reader_name, text_of
from pipeline.ingest.readers.zip_files import open_zip, read_entry
from pipeline.records import Extract, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"

_ROLES = {
    "h": "heading",
    "note": "note",
    "text-box": "aside",
    "table": "table",
    "table-row": "row",
    "table-cell": "cell",
    "list-item": "block",
    "section": "block",
    "bibliography": "reference",
    "table-of-content": "boilerplate",
    "illustration-index": "boilerplate",
    "table-index": "boilerplate",
    "object-index": "boilerplate",
    "user-index": "boilerplate",
    "alphabetical-index": "boilerplate",
}
_SKIPPED = frozenset({"tracked-changes", "annotation", "ruby-text", "forms", "sequence-decls", "variable-decls",
                      "user-field-decls", "note-citation", "title", "desc", "index-title-template", "object",
                      "table-of-content-source", "bibliography-source", "alphabetical-index-source", "hidden-text",
                      "illustration-index-source", "table-index-source", "object-index-source",
                      "user-index-source", "script", "dde-connection-decls"})  # fmt: skip
_HEADING = re.compile(r"(?:heading|title|subtitle)(?:[ _]|$)", re.IGNORECASE)
_CAPTION = re.compile(r".*caption$|illustration$|figure$|drawing$|table$", re.IGNORECASE)
_REFERENCE = re.compile(r"bibliograph", re.IGNORECASE)
_SPACES = 1000
"""The most spaces that one element may stand for."""


def read_odt(data: bytes) -> Extract:
    """Read an OpenDocument text.

    Kept are paragraphs, headings, tables as rows, captions (by their style), text boxes behind the paragraph that they
    hang on, and footnotes and endnotes with their number behind the paragraph that refers to them. Tables of contents
    and registers are ``boilerplate``, bibliographies ``reference``. Left out are headers and footers, comments, tracked
    deletions, hidden text, pictures' descriptions, and numbers that are set before headings and items. The date at
    which the file was made is no date of publication and is not taken.

    Raises:
        Unreadable: ``broken``, ``encrypted``, ``too_big`` or ``no_text``.
    """
    if data[:2] == b"PK":
        file = open_zip(data)
        names = file.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in read_entry(file, "META-INF/manifest.xml"):
            raise Unreadable("encrypted", "it opens with a password only")
        parts = [parse_xml(read_entry(file, "content.xml"))]
        parts += [parse_xml(read_entry(file, name)) for name in ("styles.xml", "meta.xml") if name in names]
    else:
        parts = [parse_xml(data)]
    text = next((found for found in below(parts[0], "text") if local(_parent(found)) == "body"), None)
    if text is None:
        raise Unreadable("broken", "no text document inside")
    for element in below(text, "s", "tab", "line-break"):
        count = attribute(element, "c")
        spaces = " " * min(int(count[:4]) if count.isdecimal() else 1, _SPACES)
        element.text = "\n" if local(element) == "line-break" else spaces
    styles = {attribute(style, "name"): style for part in parts for style in below(part, "style")}
    kinds: dict[str, Kind] = {}
    for name in styles:
        kinds[name] = _style_kind(name, styles)
    blocks = mark_lists(read_blocks(text, Markup(functools.partial(_role, kinds=kinds), _note)))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), reader_name(), MEDIA_TYPE, metadata=_metadata(parts))


def _parent(element: _Element) -> _Element:
    parent = element.getparent()
    return element if parent is None else parent


def _style_kind(name: str, styles: Mapping[str, _Element]) -> Kind:
    """The kind that a style's name says, its own or that of the style it derives from."""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        shown = name.replace("_20_", " ")
        for pattern, kind in _NAMED_KINDS:
            if pattern.match(shown):
                return kind
        name = attribute(styles[name], "parent-style-name") if name in styles else name
    return "body"


_NAMED_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (_HEADING, "heading"),
    (_CAPTION, "caption"),
    (_REFERENCE, "reference"),
)


def _role(element: _Element, kinds: Mapping[str, Kind]) -> str:
    name = local(element)
    if name == "p":
        style = attribute(element, "style-name")
        kind = kinds[style] if style in kinds else _style_kind(style, {})
        return "block" if kind == "body" else kind
    if name in _SKIPPED:
        return "skip"
    return _ROLES.get(name, "inline")


def _note(note: _Element) -> tuple[str, _Element | None]:
    return text_of(next(below(note, "note-citation"), None)), next(below(note, "note-body"), None)


def _metadata(parts: list[_Element]) -> dict[str, str]:
    """Title, first author and language as the file names them."""
    meta = next((found for part in parts for found in below(part, "meta")), None)
    if meta is None:
        return {}
    said = {local(child): clean(text_of(child)) for child in meta}
    found = {
        "title": said.get("title", ""),
        "author": said.get("initial-creator", "") or said.get("creator", ""),
        "language": said.get("language", "")[:2].lower(),
    }
    return {name: value for name, value in found.items() if value}
