"""Word's DOCX: paragraphs, headings, notes, tables and captions, straight from its parts.

python-docx leaves out notes, tracked insertions and text boxes, mammoth the headings of styles that users derived from
Word's; so the parts are read with lxml.
"""

from __future__ import annotations

import functools
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import Unreadable
from pipeline.ingest.readers.numbering import number_as
from pipeline.ingest.readers.office_names import person, style_kind
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
_NUMBERED = {"footnotes": "decimal", "endnotes": "lowerRoman"}
"""How Word counts notes where a file does not say."""


class _Style(NamedTuple):
    name: str
    parent: str
    level: str


class _Notes(NamedTuple):
    by_id: Mapping[str, _Element]
    counted_as: str
    numbers: dict[str, str]
    """Of the notes referred to so far."""


def read_docx(data: bytes) -> Extract:
    """Read a Word document.

    Kept are paragraphs, headings (by outline level or by a style derived from Word's), tables as rows, captions, text
    boxes behind the paragraph that they hang on, and footnotes and endnotes behind the paragraph that refers to them,
    each kind numbered from 1 in the order of reference, in the file's way of counting. Tables of contents are
    ``boilerplate``, bibliographies ``reference``. Tracked insertions are read as accepted. Left out are headers and
    footers, comments, tracked deletions, hidden text, fields' instructions, prompts, formulas' layout, pictures and the
    numbers that Word itself sets before headings and items. The date at which the file was made is no date of
    publication and is not taken.

    Raises:
        Unreadable: ``broken``, ``encrypted``, ``too_big`` or ``no_text``.
    """
    file = open_zip(data)
    main = _main_part(file)
    root = parse_xml(read_entry(file, main), breaks=True)
    related = _related(file, main)
    kinds = _style_kinds(_part(file, related, "styles"))
    settings = _part(file, related, "settings")
    notes = {
        name: _Notes(_notes_by_id(_part(file, related, name)), _counted_as(name, root, settings), {})
        for name in _NOTES.values()
    }
    _make_text_plain(root)
    markup = Markup(functools.partial(_role, kinds=kinds), functools.partial(_note, notes=notes))
    blocks = read_blocks(root, markup)
    for part in notes.values():  # a note to which nothing refers is text all the same
        for key, note in part.by_id.items():
            if key not in part.numbers:
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
    while key in styles and key not in seen:
        style = styles[key]
        named = style_kind(style.name, is_own=not seen)
        if named is not None:
            return named
        if style.level.isdecimal():
            return "heading" if int(style.level) < 9 else "body"
        seen.add(key)
        key = style.parent
    return "body"


def _make_text_plain(root: _Element) -> None:
    """Drop what is not to be read between elements and in fields, and write out tabs, breaks and hyphens."""
    _drop_instructions(root)
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


def _drop_instructions(root: _Element) -> None:
    """Empty the texts of fields before their results: what other fields gave to a condition, and left-over data."""
    opened: list[list[_Element]] = []
    for element in below(root, "fldChar", "t"):
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            opened.append([])
        elif opened and local(element) == "t":
            opened[-1].append(element)
        elif opened and kind == "separate":
            for text in opened[-1]:
                text.text = None
            opened[-1] = []
        elif opened and kind == "end":
            results = opened.pop()
            if opened:  # the fewer to the more: fields nest as deeply as a stranger likes
                fewer, more = sorted((results, opened[-1]), key=len)
                more.extend(fewer)
                opened[-1] = more


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
    if name == "sdt":
        return _control_role(element)
    return "skip" if name in _SKIPPED else "inline"


_ROLES = {"tbl": "table", "tr": "row", "tc": "cell", "txbxContent": "aside", "body": "block"} | dict.fromkeys(
    _NOTES, "note"
)


def _control_role(sdt: _Element) -> str:
    """What Word fills by itself (a table of contents, a bibliography), and prompts that nobody has written over."""
    properties = (child for child in sdt if local(child) == "sdtPr")
    said = {local(mark): attribute(mark, "val") for each in properties for mark in each.iter()}
    if said.get("showingPlcHdr", "0") not in {"0", "false"}:
        return "skip"
    if said.get("docPartGallery") == "Table of Contents":
        return "boilerplate"
    return "reference" if "bibliography" in said else "inline"


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


def _counted_as(part: str, root: _Element, settings: _Element | None) -> str:
    """The way in which a file's footnotes or endnotes are counted."""
    for tree in (root, settings):
        for properties in [] if tree is None else below(tree, f"{part[:-1]}Pr"):
            style = next((attribute(child, "val") for child in properties if local(child) == "numFmt"), "")
            if style:
                return style
    return _NUMBERED[part]


def _note(reference: _Element, notes: Mapping[str, _Notes]) -> tuple[str, _Element | None]:
    """A note's number, counted on with each first reference; a mark that the author set stands in the note itself."""
    part, key = notes[_NOTES[local(reference)]], attribute(reference, "id")
    if key not in part.by_id or key in part.numbers:
        return "", None
    is_own = attribute(reference, "customMarkFollows") in {"1", "true", "on"}
    counted = 1 + sum(map(bool, part.numbers.values()))
    part.numbers[key] = "" if is_own else number_as(counted, part.counted_as)
    return part.numbers[key], part.by_id[key]


def _metadata(file: ZipFile) -> dict[str, str]:
    """Title, author and language that the file names, where they are no left-over of the program that made it."""
    if "docProps/core.xml" not in file.namelist():
        return {}
    root = parse_xml(read_entry(file, "docProps/core.xml"))
    said = {local(child): clean(text_of(child)) for child in root}
    title, author = said.get("title", ""), said.get("creator", "")
    found = {
        "title": "" if title.casefold().endswith((".doc", ".docx")) or title == "Word Document" else title,
        "author": person(author),
        "language": said.get("language", "")[:2].lower(),
    }
    return {name: value for name, value in found.items() if value}
