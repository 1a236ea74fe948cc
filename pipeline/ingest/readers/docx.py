"""Word's DOCX: paragraphs, headings, notes, tables and captions, straight from its parts.

python-docx leaves out notes, tracked insertions and text boxes, mammoth the headings of styles that users derived from
Word's; so the parts are read with lxml.
"""

from __future__ import annotations

import functools
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import Unreadable
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import Markup, mark_lists, read_blocks, with_number
from pipeline.ingest.readers.xml_tree import attribute, below, local, parse_xml, reader_name, text_of
from pipeline.ingest.readers.zip_files import open_zip, read_entry
from pipeline.records import Extract, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zipfile import ZipFile

    from lxml.etree import _Element

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_SKIPPED = frozenset({"del", "moveFrom", "pPr", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr",
                      "Fallback", "instrText", "delText", "rt"})  # fmt: skip
_LITERALS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
_HEADING = re.compile(r"(?:heading|überschrift|标题)\s*\d", re.IGNORECASE)
_TITLE = re.compile(r"(?:sub|unter)?tit(?:le|el)$|副?标题$", re.IGNORECASE)
_CAPTION = re.compile(r"caption|beschriftung|题注|(?:table|image) ?caption", re.IGNORECASE)
_REFERENCE = re.compile(r".*(?:bibliograph|literaturverzeichnis|参考文献)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|verzeichnis|目录)\s*\d|table of (?:figures|authorities)|index \d", re.IGNORECASE)
_NOBODY = frozenset({"administrator", "admin", "user", "unknown", "owner", "python-docx", "微软用户", "windows 用户"})


class _Style(NamedTuple):
    name: str
    parent: str
    level: str


def read_docx(data: bytes) -> Extract:
    """Read a Word document.

    Kept are paragraphs, headings (by outline level or by a style derived from Word's), tables as rows, captions, text
    boxes behind the paragraph that they hang on, and footnotes and endnotes behind the paragraph that refers to them,
    each kind numbered from 1 in the order of reference. Tables of contents are ``boilerplate``, bibliographies
    ``reference``. Tracked insertions are read as accepted. Left out are headers and footers, comments, tracked
    deletions, hidden text, formulas' layout, pictures and the numbers that Word itself sets before headings and items.
    The date at which the file was made is no date of publication and is not taken.

    Raises:
        Unreadable: ``broken``, ``encrypted``, ``too_big`` or ``no_text``.
    """
    file = open_zip(data)
    main = _main_part(file)
    root = parse_xml(read_entry(file, main), breaks=True)
    related = _related(file, main)
    kinds = _style_kinds(_part(file, related, "styles"))
    notes = {name: _notes_by_id(_part(file, related, name)) for name in _NOTES.values()}
    numbers: dict[tuple[str, str], str] = {}
    _make_text_plain(root)
    markup = Markup(functools.partial(_role, kinds=kinds), functools.partial(_note, notes=notes, numbers=numbers))
    blocks = read_blocks(root, markup)
    for name, by_id in notes.items():  # a note to which nothing refers is text all the same
        for key, note in by_id.items():
            if (name, key) not in numbers:
                blocks += with_number("", read_blocks(note, markup))
    blocks = mark_lists(blocks)
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), reader_name(), MEDIA_TYPE, metadata=_metadata(file))


def _main_part(file: ZipFile) -> str:
    """The path of the document's main part; Word calls it ``word/document.xml``, others may not."""
    if "word/document.xml" in file.namelist():
        return "word/document.xml"
    target = _relations(file, "_rels/.rels").get("officeDocument")
    if not target:
        raise Unreadable("broken", "no Word document inside")
    return target.lstrip("/")


def _related(file: ZipFile, part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    targets = _relations(file, f"{folder}/_rels/{name}.rels").items()
    return {kind: posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/") for kind, target in targets}


def _relations(file: ZipFile, path: str) -> dict[str, str]:
    """The targets that a part of relationships names, by the last word of their type."""
    if path not in file.namelist():
        return {}
    links = below(parse_xml(read_entry(file, path), breaks=True), "Relationship")
    inner = (link for link in links if link.get("TargetMode") != "External")
    return {str(link.get("Type", "")).rsplit("/", 1)[-1]: str(link.get("Target", "")) for link in inner}


def _part(file: ZipFile, related: Mapping[str, str], kind: str) -> _Element | None:
    path = related.get(kind, f"word/{kind}.xml")
    return parse_xml(read_entry(file, path), breaks=True) if path in file.namelist() else None


def _style_kinds(root: _Element | None) -> dict[str, Kind]:
    """The kind of each paragraph style that is not body, its own or that of the style it derives from."""
    styles: dict[str, _Style] = {}
    for style in [] if root is None else below(root, "style"):
        found = {local(child): attribute(child, "val") for child in style}
        level = next((attribute(child, "val") for child in below(style, "outlineLvl")), "")
        styles[attribute(style, "styleId")] = _Style(found.get("name", ""), found.get("basedOn", ""), level)
    kinds = {key: _style_kind(key, styles) for key in styles}
    return {key: kind for key, kind in kinds.items() if kind != "body"}


def _style_kind(key: str, styles: Mapping[str, _Style]) -> Kind:
    seen: set[str] = set()
    if key in styles and _TITLE.match(styles[key].name):  # not inherited: templates derive author and date from it
        return "heading"
    while key in styles and key not in seen:
        seen.add(key)
        style = styles[key]
        for pattern, kind in _NAMED_KINDS:
            if pattern.match(style.name):
                return kind
        if style.level.isdecimal():
            return "heading" if int(style.level) < 9 else "body"
        key = style.parent
    return "body"


_NAMED_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (_CONTENTS, "boilerplate"),
    (_CAPTION, "caption"),
    (_REFERENCE, "reference"),
    (_HEADING, "heading"),
)


def _make_text_plain(root: _Element) -> None:
    """Drop the white space between elements, which means nothing in Word, and write out tabs, breaks and hyphens."""
    for element in list(root.iter()):
        name = local(element)
        element.tail = None
        if name == "r" and _is_hidden(element):
            for child in list(element):
                element.remove(child)
        if name in _LITERALS:
            is_break = name != "br" or attribute(element, "type") in {"", "textWrapping"}
            is_tab_stop = local(parent) == "tabs" if (parent := element.getparent()) is not None else False
            element.text = "" if is_tab_stop else _LITERALS[name] if is_break else " "
        elif name != "t":
            element.text = None


def _is_hidden(run: _Element) -> bool:
    for properties in run:
        if local(properties) == "rPr":
            return any(local(mark) == "vanish" and attribute(mark, "val") not in {"0", "false"} for mark in properties)
    return False


def _role(element: _Element, kinds: Mapping[str, Kind]) -> str:
    name = local(element)
    if name == "p":
        return _paragraph_kind(element, kinds)
    if name in _ROLES:
        return _ROLES[name]
    if name == "sdt" and any(True for _ in _contents(element)):
        return "boilerplate"
    return "skip" if name in _SKIPPED else "inline"


_ROLES = {"tbl": "table", "tr": "row", "tc": "cell", "txbxContent": "aside", "body": "block"} | dict.fromkeys(
    _NOTES, "note"
)


def _contents(sdt: _Element) -> list[_Element]:
    """The mark of a block that Word fills as a table of contents."""
    properties = (child for child in sdt if local(child) == "sdtPr")
    galleries = (mark for each in properties for mark in below(each, "docPartGallery"))
    return [mark for mark in galleries if attribute(mark, "val") == "Table of Contents"]


def _paragraph_kind(paragraph: _Element, kinds: Mapping[str, Kind]) -> str:
    properties = next((child for child in paragraph if local(child) == "pPr"), None)
    if properties is None:
        return "block"
    said = {local(child): attribute(child, "val") for child in properties}
    level = said.get("outlineLvl", "")
    if level.isdecimal():
        return "heading" if int(level) < 9 else "body"
    return kinds.get(said.get("pStyle", ""), "block")


def _notes_by_id(root: _Element | None) -> dict[str, _Element]:
    """The notes of a part; separators have a type and are none."""
    if root is None:
        return {}
    _make_text_plain(root)
    notes = below(root, "footnote", "endnote")
    return {attribute(note, "id"): note for note in notes if attribute(note, "type") in {"", "normal"}}


def _note(
    reference: _Element, notes: Mapping[str, Mapping[str, _Element]], numbers: dict[tuple[str, str], str]
) -> tuple[str, _Element | None]:
    """A note's number, counted on with each first reference; a mark that the author set stands in the note itself."""
    part, key = _NOTES[local(reference)], attribute(reference, "id")
    if key not in notes[part] or (part, key) in numbers:
        return "", None
    is_own = attribute(reference, "customMarkFollows") in {"1", "true", "on"}
    counted = sum(1 for (other, _), number in numbers.items() if other == part and number)
    numbers[part, key] = "" if is_own else str(counted + 1)
    return numbers[part, key], notes[part][key]


def _metadata(file: ZipFile) -> dict[str, str]:
    """Title, author and language that the file names, where they are no left-over of the program that made it."""
    if "docProps/core.xml" not in file.namelist():
        return {}
    root = parse_xml(read_entry(file, "docProps/core.xml"))
    said = {local(child): clean(text_of(child)) for child in root}
    title, author = said.get("title", ""), said.get("creator", "")
    found = {
        "title": "" if title.casefold().endswith((".doc", ".docx")) or title == "Word Document" else title,
        "author": "" if author.casefold() in _NOBODY else author,
        "language": said.get("language", "")[:2].lower(),
    }
    return {name: value for name, value in found.items() if value}
