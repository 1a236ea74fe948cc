"""A web page's blocks as its own markup has them, each with what the markup says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.readers.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from pipeline.records import Kind

_BLOCK_TAGS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_UNSHOWN = frozenset({
    "audio", "button", "canvas", "datalist", "head", "iframe", "math", "noscript", "object", "option", "script",
    "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_AROUND = frozenset({"nav", "aside", "footer"})
_LISTS = frozenset({"ul", "ol", "dl", "table"})
_KINDS: dict[str, Kind] = {**dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
                           "caption": "caption", "figcaption": "caption"}  # fmt: skip
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:page)?(?:foot(?:er)?|copyright|bottom|nav(?:bar|i|igation)?|menu|breadcrumbs?|crumbs?|side(?:bar)?|comments?|kommentare?"
    r"|tie|pinglun|related|relevant|recommend\w*|tuijian|xiangguan|hot|rank\w*|share|teaser)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]")
_CODE = re.compile(r"[a-zA-Z]{2,3}(?=$|[-_])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LAYOUT_CELL = 200
"""Characters of a cell (a Han character counts three) above which a table only lays out a page."""


class PageBlock(NamedTuple):
    """A paragraph, heading, list's item or table's row as the markup has it."""

    text: str
    kind: Kind
    place: HtmlElement
    """The innermost block element that holds it."""
    is_link: bool
    """Whether all words of it are links; beside a link may stand its number or date."""
    is_around: bool
    """Whether it stands in what surrounds a text, by the names of elements: navigation, comments, the page's foot."""
    language: str | None
    """The one that the innermost element with ``lang`` declares, below the page's own."""
    listing: HtmlElement | None
    """The list or table that it is an item of."""


class _Open(NamedTuple):
    """An element that has begun, and what it hands down."""

    place: HtmlElement
    kind: Kind
    is_link: bool
    is_around: bool
    language: str | None
    listing: HtmlElement | None


def page_blocks(body: HtmlElement) -> Iterator[PageBlock]:
    """All shown blocks of a page in the order of the markup; a data table gives one block a row."""
    from lxml.etree import iterwalk

    pieces: list[tuple[str, bool]] = []
    opened = [_Open(body, "body", is_link=False, is_around=False, language=None, listing=None)]
    walk = iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        above = opened[-1]
        if event == "start":
            if element.tag in _BLOCK_TAGS:
                yield from _flushed(pieces, above)
            opened.append(_inside(element, above))
            if element.tag in _UNSHOWN or element.get("hidden") is not None or _HIDDEN.search(element.get("style", "")):
                walk.skip_subtree()
            elif element.tag == "table" and is_data(element):
                yield from _rows(element, opened[-1])
                walk.skip_subtree()
            else:
                pieces.append((element.text or "", opened[-1].is_link))
            continue
        if event == "end":
            if element.tag in _BLOCK_TAGS:
                yield from _flushed(pieces, above)
            opened.pop()
        pieces.append((element.tail or "", opened[-1].is_link))
    yield from _flushed(pieces, opened[0])


def is_data(table: HtmlElement) -> bool:
    """Whether a table holds data: rows of several short cells."""
    rows = [row.xpath("td|th|cell") for row in table.iter("tr", "row")]
    if table.find(".//table") is not None or max(map(len, rows), default=0) < 2:
        return False
    return all(length(str(cell.xpath("string()"))) <= _LAYOUT_CELL for row in rows for cell in row)


def row_text(cells: list[HtmlElement]) -> str:
    """A row's cells as one line, ``Wuhan | 1982``; empty where all of them are."""
    texts = [clean(" ".join(map(str, cell.itertext()))) for cell in cells]
    return " | ".join(texts) if any(texts) else ""


def squeezed(text: str) -> str:
    """A text without its spaces, by which the same text is known in two readings of the page."""
    return "".join(text.split())


def length(text: str) -> int:
    """Characters, a Han character counting three: it says as much as three letters."""
    return len(text) + 2 * len(_HAN.findall(text))


def language_code(value: str | None) -> str | None:
    """``zh`` of ``zh-CN``; None for what is no code."""
    code = _CODE.match((value or "").strip())
    return code[0].lower() if code else None


def _inside(element: HtmlElement, above: _Open) -> _Open:
    tag = element.tag
    declared = element.get("lang") or element.get("{http://www.w3.org/XML/1998/namespace}lang")
    return _Open(
        element if tag in _BLOCK_TAGS and tag != "br" else above.place,
        _KINDS.get(tag, above.kind),
        above.is_link or (tag == "a" and element.get("href") is not None),
        above.is_around
        or tag in _AROUND
        or _ASIDE.search(f"{element.get('class', '')} {element.get('id', '')}") is not None,
        (language_code(declared) or above.language) if tag != "body" else above.language,
        element if tag in _LISTS else above.listing,
    )


def _flushed(pieces: list[tuple[str, bool]], state: _Open) -> Iterator[PageBlock]:
    """The paragraphs gathered so far; a heading is one even over several lines."""
    text = "".join(piece for piece, _ in pieces)
    is_link = any(linked for _, linked in pieces) and not any(
        _WORD.search(piece) for piece, linked in pieces if not linked
    )
    pieces.clear()
    for raw in [text] if state.kind == "heading" else text.splitlines():
        if paragraph := clean(raw):
            yield PageBlock(paragraph, state.kind, state.place, is_link, *state[3:])


def _rows(table: HtmlElement, state: _Open) -> Iterator[PageBlock]:
    for row in table.iter("tr"):
        cells = row.xpath("td|th")
        if text := row_text(cells):
            linked = sum(length(str(link.text_content())) for link in row.iter("a"))
            is_link = linked >= 0.9 * sum(length(str(cell.text_content())) for cell in cells)
            yield PageBlock(text, "table", row, is_link, *state[3:])
