"""OpenDocument text (ODT, and FODT, the same in one XML file).

odfdo and odfpy give text with the notes inside the sentence that refers to them and the deleted words among the others;
so the parts are read with lxml.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.readers.numbering import number_as
from pipeline.ingest.readers.office_names import person, style_kind
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import Markup, mark_lists, read_blocks
from pipeline.ingest.readers.xml_tree import attribute, below, local, parse_xml, reader_name, text_of
from pipeline.ingest.readers.zip_files import open_zip, read_entry
from pipeline.records import Extract

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from lxml.etree import _Element

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"

_ROLES = {
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
                      "binary-data",
                      "table-of-content-source", "bibliography-source", "alphabetical-index-source", "hidden-text",
                      "illustration-index-source", "table-index-source", "object-index-source",
                      "user-index-source", "script", "dde-connection-decls"})  # fmt: skip
_COUNTED_AS = {"footnote": "1", "endnote": "i"}
_CODE = re.compile(r"_([0-9a-f]{2,4})_")
"""A character that a style's name may not have: ``Heading_20_1``."""
_SPACES = 1000
"""The most spaces that one element may stand for."""


def read_odt(data: bytes) -> Extract:
    """Read an OpenDocument text.

    Kept are paragraphs, headings, tables as rows, captions (by their style), text boxes behind the paragraph that they
    hang on, and footnotes and endnotes with their number behind the paragraph that refers to them; where the file has
    not numbered them they are counted. Tables of contents and registers are ``boilerplate``, bibliographies
    ``reference``. Left out are headers and footers, comments, tracked deletions, hidden text, pictures' descriptions,
    and numbers that are set before headings and items. The date at which the file was made is no date of publication
    and is not taken.

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
    _drop_deletions(text)
    styles = _styles(parts)
    kinds = {key: _style_kind(key, styles) for key in styles if key[0] == "paragraph"}
    hidden = {name for (family, name), style in styles.items() if family == "text" and _is_hidden(style)}
    settings = (found for part in parts for found in below(part, "notes-configuration"))
    counted_as = _COUNTED_AS | {attribute(each, "note-class"): attribute(each, "num-format") for each in settings}
    note = functools.partial(_note, counted_as=counted_as, numbers=Counter())
    markup = Markup(functools.partial(_role, kinds=kinds, hidden=hidden), note)
    blocks = mark_lists(read_blocks(text, markup))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), reader_name(), MEDIA_TYPE, metadata=_metadata(parts))


def _drop_deletions(text: _Element) -> None:
    """Empty what stands between the marks of a tracked deletion that is shown where it was."""
    changes = [region for tracked in below(text, "tracked-changes") for region in below(tracked, "changed-region")]
    deleted = {attribute(region, "id") for region in changes if next(below(region, "deletion"), None) is not None}
    if not deleted:
        return
    opened: set[str] = set()
    for event, element in etree.iterwalk(text, events=("start", "end")):
        change = attribute(element, "change-id") if local(element) in {"change-start", "change-end"} else ""
        if event == "start":
            if opened:
                element.text = None
            if change in deleted:
                (opened.add if local(element) == "change-start" else opened.discard)(change)
        elif opened:
            element.tail = None


def _styles(parts: list[_Element]) -> dict[tuple[str, str], _Element]:
    """The styles by family and name; one that is made for a single paragraph hides a common one of its name."""
    found: dict[tuple[str, str], _Element] = {}
    for part in reversed(parts):
        for style in below(part, "style"):
            found[attribute(style, "family") or "paragraph", attribute(style, "name")] = style
    return found


def _is_hidden(style: _Element) -> bool:
    return any(attribute(properties, "display") == "none" for properties in below(style, "text-properties"))


def _parent(element: _Element) -> _Element:
    parent = element.getparent()
    return element if parent is None else parent


def _style_kind(key: tuple[str, str], styles: Mapping[tuple[str, str], _Element]) -> str:
    """The kind that a style's name says, its own or that of the style it derives from; ``skip`` where it hides."""
    seen: set[str] = set()
    family, name = key
    is_own = True
    if key in styles and _is_hidden(styles[key]):
        return "skip"
    while name not in seen:
        seen.add(name)
        style = styles.get((family, name))
        is_automatic = style is not None and local(_parent(style)) == "automatic-styles"
        if not is_automatic:  # made for a single paragraph: its name says nothing
            kind = style_kind(_CODE.sub(_character, name), is_own=is_own)
            if kind is not None:
                return kind
            is_own = False
        name = name if style is None else attribute(style, "parent-style-name")
    return "block"


def _character(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))


def _role(element: _Element, kinds: Mapping[tuple[str, str], str], hidden: Container[str]) -> str:
    name = local(element)
    if name in {"p", "h"}:
        key = ("paragraph", attribute(element, "style-name"))
        kind = kinds[key] if key in kinds else _style_kind(key, {})
        return kind if name == "p" or kind in {"boilerplate", "skip"} else "heading"
    if name in _SKIPPED or (name == "span" and attribute(element, "style-name") in hidden):
        return "skip"
    if name == "section" and attribute(element, "display") == "none":
        return "skip"
    return _ROLES.get(name, "inline")


def _note(note: _Element, counted_as: Mapping[str, str], numbers: Counter[str]) -> tuple[str, _Element | None]:
    """A note's number and its text; LibreOffice without a window writes files in which each number is 0."""
    kind = attribute(note, "note-class")
    numbers[kind] += 1
    said = text_of(next(below(note, "note-citation"), None))
    number = said if said not in {"", "0"} else number_as(numbers[kind], counted_as.get(kind, "1"))
    return number, next(below(note, "note-body"), None)


def _metadata(parts: list[_Element]) -> dict[str, str]:
    """Title, first author and language as the file names them."""
    meta = next((found for part in parts for found in below(part, "meta")), None)
    if meta is None:
        return {}
    said = {local(child): clean(text_of(child)) for child in meta}
    found = {
        "title": said.get("title", ""),
        "author": person(said.get("initial-creator", "") or said.get("creator", "")),
        "language": said.get("language", "")[:2].lower(),
    }
    return {name: value for name, value in found.items() if value}
