"""Web pages that Word and LibreOffice save: documents in all but the format, read whole and not as pages of a site."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers.epub import chapter_role
from pipeline.ingest.readers.epub_links import mark_notes
from pipeline.ingest.readers.office_names import person, style_kind
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import Markup, mark_lists, read_blocks
from pipeline.ingest.readers.xml_tree import below, local, reader_name, text_of, undo_source_lines
from pipeline.records import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element

MEDIA_TYPE = "text/html"

_FIRST = 5
"""Paragraphs among which the title stands."""
_HEAD = 16_384
"""Bytes within which a page says by what it was made."""
_MADE_BY = re.compile(
    rb"<meta\s[^<>]*(?:\bgenerator\b[^<>]*(?:Microsoft Word|LibreOffice|OpenOffice|StarOffice)"
    rb"|(?:Microsoft Word|LibreOffice|OpenOffice|StarOffice)[^<>]*\bgenerator\b)",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)
_UNREAD_STYLE = re.compile(r"mso-list:\s*ignore|mso-element:\s*comment|mso-hide:\s*all|display:\s*none", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:table of contents|inhaltsverzeichnis|目录|(?:\w+ )?index)\s*\d*$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")


def is_office_page(data: bytes) -> bool:
    """Whether a web page says that a word processor made it."""
    return _MADE_BY.search(data[:_HEAD]) is not None


def read_office_page(data: bytes) -> Extract:
    """Read a page that a word processor saved.

    Kept are paragraphs, headings, tables as rows, captions, and footnotes and endnotes with their number, where the
    page has them; the marks are taken out of the running text. Running heads and tables of contents are
    ``boilerplate``, bibliographies ``reference``. Left out are comments, deleted and hidden text, pictures, and bullets
    and numbers that the program itself sets.

    Raises:
        Unreadable: ``empty``, ``binary``, ``encoding``, ``broken`` or ``no_text``.
    """
    declared = _CHARSET.search(data[:_HEAD])
    text, _ = decode(data, declared[1].decode("ascii") if declared else None)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Unreadable("broken", f"no web page: {problem}") from None
    if root is None:
        raise Unreadable("broken", "an empty web page")
    undo_source_lines(root)
    body = next(below(root, "body"), root)
    metadata = _metadata(root, body)
    for paragraph in islice(below(body, "p"), _FIRST):
        if text_of(paragraph) and clean(text_of(paragraph)) == metadata.get("title"):
            paragraph.set("role", "heading")
    mark_notes([("", body)])
    for element in below(body, "br"):
        element.text = "\n"
    blocks = mark_lists(read_blocks(body, Markup(_role, lambda note: ("", note))))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(tuple(blocks), reader_name(), MEDIA_TYPE, metadata=metadata)


def _role(element: _Element) -> str:
    name = local(element)
    if name == "del" or _UNREAD_STYLE.search(str(element.get("style", ""))):
        return "skip"
    if name == "div" and (element.get("title") in {"header", "footer"} or _CONTENTS.match(str(element.get("id", "")))):
        return "boilerplate"
    style = str(element.get("class", ""))
    if name == "p" and style in {"sdfootnote", "sdendnote"}:
        return "footnote"
    kind = style_kind(_CAMEL.sub(" ", style.removeprefix("Mso")), is_own=True) if style.startswith("Mso") else None
    return kind if kind is not None and name == "p" else chapter_role(element)


def _metadata(root: _Element, body: _Element) -> dict[str, str]:
    said = {str(meta.get("name", "")).lower(): clean(str(meta.get("content", ""))) for meta in below(root, "meta")}
    found = {
        "title": clean(text_of(next(below(root, "title"), None))),
        "author": person(said.get("author", "")),
        "language": str(body.get("lang", "") or root.get("lang", ""))[:2].lower(),
    }
    return {name: value for name, value in found.items() if value}
