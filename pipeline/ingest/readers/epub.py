"""EPUB 2 and 3: the chapters of a book in their order.

ebooklib is under the AGPL; the container is two small XML files, and the chapters are web pages that are all text.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.readers.epub_links import mark_headings, mark_notes
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import Markup, mark_lists, read_blocks
from pipeline.ingest.readers.xml_tree import attribute, below, local, parse_xml, reader_name, text_of, undo_source_lines
from pipeline.ingest.readers.zip_files import open_zip, read_entry
from pipeline.records import Extract

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

    from lxml.etree import _Element

    from pipeline.records import Block

MEDIA_TYPE = "application/epub+zip"

_ROLES = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("body", "p", "div", "section", "article", "aside", "main", "header", "footer", "blockquote", "pre",
                     "ul", "ol", "li", "dl", "dt", "dd", "figure", "address", "hgroup", "details", "summary", "hr",
                     "center", "fieldset"), "block"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    **dict.fromkeys(("head", "script", "style", "svg", "math", "rt", "rp", "template", "audio", "video", "object",
                     "iframe", "nav", "form"), "skip"),
    "table": "table",
    "tr": "row",
    "td": "cell",
    "th": "cell",
}  # fmt: skip
_MEANT = (
    (re.compile(r"\b(?:doc-)?(?:footnote|rearnote|endnote)\b"), "footnote"),
    (re.compile(r"\b(?:doc-)?(?:footnotes|rearnotes|endnotes)\b"), "footnote"),
    (re.compile(r"\b(?:doc-)?(?:bibliography|biblioentry)\b"), "reference"),
    (re.compile(r"\b(?:doc-)?(?:toc|landmarks|page-list|lot|loi|index)\b"), "boilerplate"),
    (re.compile(r"\b(?:doc-)?(?:noteref|backlink|pagebreak)\b"), "skip"),
    (re.compile(r"\bheading\b"), "heading"),
)
_CAPTION = re.compile(r"(?:^|[\s_-])caption(?:$|[\s_-])", re.IGNORECASE)
_CLOCK = re.compile(r"T\d\d:(?!00:00)")
"""A time of day: of making the file, no date of publication."""
_WEB_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_FONTS = re.compile(r"font|idpf\.org/2008/embedding|adobe\.com/pdf/enc#RC", re.IGNORECASE)


def read_epub(data: bytes) -> Extract:
    """Read a book's chapters in the order of its spine, those out of the order (``linear="no"``) after the others.

    Kept are paragraphs, headings (in chapters without any, the paragraphs that the table of contents names), tables as
    rows, captions, and footnotes and endnotes where ``epub:type`` or ``role`` or a link there and back says so, each
    where the book has it and with the number of the link that leads to it; the links' marks are taken out of the
    running text. Bibliographies are ``reference``, tables of contents and registers ``boilerplate``. Left out
    are the navigation file, readings above characters (ruby), formulas, pictures and scripts. The date is the one of
    publication that the book names, never that at which the file was made or changed.

    Raises:
        Unreadable: ``broken``, ``encrypted`` (rights management), ``too_big`` or ``no_text``.
    """
    file = open_zip(data)
    _refuse_encrypted(file)
    package_path = _package_path(file)
    package = parse_xml(read_entry(file, package_path))
    folder = posixpath.dirname(package_path)
    chapters = [(path, _chapter(read_entry(file, path))) for path in _spine(file, package, folder)]
    metadata = _metadata(package)
    mark_headings(chapters, *_contents(file, package, folder), metadata.get("title", ""))
    mark_notes(chapters)
    blocks: list[Block] = []
    for _, chapter in chapters:
        for element in below(chapter, "br"):
            element.text = "\n"
        blocks += mark_lists(read_blocks(chapter, Markup(chapter_role, lambda note: ("", note))))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), reader_name(), MEDIA_TYPE, metadata=metadata)


def _refuse_encrypted(file: ZipFile) -> None:
    """Books may hide their fonts; a book whose text is hidden is under rights management."""
    if "META-INF/encryption.xml" not in file.namelist():
        return
    root = parse_xml(read_entry(file, "META-INF/encryption.xml"))
    for part in below(root, "EncryptedData"):
        if any(not _FONTS.search(attribute(method, "Algorithm")) for method in below(part, "EncryptionMethod")):
            raise Unreadable("encrypted", "a book under rights management")


def _package_path(file: ZipFile) -> str:
    if "META-INF/container.xml" in file.namelist():
        container = parse_xml(read_entry(file, "META-INF/container.xml"))
        paths = [attribute(found, "full-path") for found in below(container, "rootfile")]
    else:
        paths = [name for name in file.namelist() if name.endswith(".opf")]
    if not paths or not paths[0]:
        raise Unreadable("broken", "an EPUB that does not say what is in it")
    return paths[0]


def _spine(file: ZipFile, package: _Element, folder: str) -> Iterator[str]:
    """The paths of the chapters in reading order; a chapter that is named and not there makes the book broken."""
    items = {attribute(item, "id"): item for item in below(package, "item")}
    references = list(below(package, "itemref"))
    first = [reference for reference in references if attribute(reference, "linear") != "no"]
    names = set(file.namelist())
    seen: set[str] = set()
    for reference in [*first, *(other for other in references if attribute(other, "linear") == "no")]:
        item = items.get(attribute(reference, "idref"))
        if item is None or attribute(item, "media-type") not in _WEB_PAGES:
            continue
        if "nav" in attribute(item, "properties").split():
            continue
        href = posixpath.normpath(posixpath.join(folder, attribute(item, "href").partition("#")[0]))
        path = href if href in names else unquote(href)
        if path not in seen:
            seen.add(path)
            yield path


def _chapter(data: bytes) -> _Element:
    """A chapter's body: XHTML, or what browsers would make of it where it is none."""
    try:
        root = parse_xml(data)
    except Unreadable:
        parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as problem:
            raise Unreadable("broken", f"a chapter is no XHTML: {problem}") from None
        if root is None:
            raise Unreadable("broken", "a chapter is empty") from None
        undo_source_lines(root)
    return next(below(root, "body", "book"), root)


def _contents(file: ZipFile, package: _Element, folder: str) -> tuple[_Element | None, str]:
    """The navigation file of EPUB 3, or that of EPUB 2, and its path."""
    items = list(below(package, "item"))
    found = [item for item in items if "nav" in attribute(item, "properties").split()]
    found += [item for item in items if attribute(item, "media-type") == "application/x-dtbncx+xml"]
    for item in found:
        path = posixpath.normpath(posixpath.join(folder, unquote(attribute(item, "href"))))
        if path in file.namelist():
            try:
                return parse_xml(read_entry(file, path)), path
            except Unreadable:  # it only helps
                continue
    return None, ""


def _types(element: _Element) -> str:
    return (
        f"{attribute(element, 'type')} {attribute(element, 'role')}"
        if local(element) != "ol"
        else attribute(element, "role")
    )


def _meant(element: _Element) -> str:
    """What ``epub:type`` and ``role`` say an element is; empty if they say nothing that matters."""
    types = _types(element)
    if types.isspace() or not types:
        return ""
    return next((role for pattern, role in _MEANT if pattern.search(types)), "")


def chapter_role(element: _Element) -> str:
    """What an element of a page is that is all text: see `Markup.role`."""
    meant = _meant(element)
    if meant == "skip" or local(element) == "nav":
        return "skip"
    role = _ROLES.get(local(element), "inline")
    if role == "block" and _CAPTION.search(attribute(element, "class")):
        return "caption"
    return meant if meant and role in {"block", "inline"} else role


def _metadata(package: _Element) -> dict[str, str]:
    meta = next(below(package, "metadata"), package)
    said: dict[str, list[str]] = {}
    for child in meta.iter():
        if local(child) == "date" and attribute(child, "event") not in {"", "publication"}:
            continue
        said.setdefault(local(child), []).append(clean(text_of(child)))
    found = {
        "title": said.get("title", [""])[0],
        "author": "; ".join(filter(None, said.get("creator", []))),
        "publisher": said.get("publisher", [""])[0],
        "date": next((date for date in said.get("date", []) if not _CLOCK.search(date)), ""),
        "language": said.get("language", [""])[0][:2].lower(),
    }
    return {name: value for name, value in found.items() if value}
