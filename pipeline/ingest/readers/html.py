"""Web pages: the main text by trafilatura, told apart into headings, paragraphs, tables and what surrounds them."""

from __future__ import annotations

import functools
import re
from collections import Counter
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.dates import parse_date
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers.text import clean
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from configparser import ConfigParser

    from lxml.etree import _Element
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

    from pipeline.records import Kind

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CJK = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BREAK_IN_HAN = re.compile(rf"(?<={_CJK})[ \t]*[\r\n]+[ \t]*(?={_CJK})")
_BREAK = re.compile(r"[\r\n]+[ \t]*")
_BLOCKS = frozenset(
    {"body", "div", "p", "head", "item", "list", "quote", "code", "table", "row", "cell", "fw", "dt", "dd"}
)
_SHORT_HAN = "60"
"""Characters below which trafilatura distrusts what it found; its own 250 are a whole notice in Chinese."""

_LAYOUT_CELL = 200
"""Characters of a cell (a Han character counts three) above which a table only lays out a page."""

_RUN = 3
"""Link texts in a row that make a menu; times that a block is repeated to be a placeholder."""

_LONG_HEADING = 120
"""Characters (a Han character counts three) beyond which what is set bold is emphasis."""

_NUMBERED = re.compile(r"^[\d\s.、·•–-]+(?=\D)")
_ENDS = ".:;,。：；，…"
_NOBODY = re.compile(
    r"(?:作者|佚名|编辑|责任编辑|管理员|admin|administrator|redaktion|editor|webmaster)", re.IGNORECASE
)
_RIGHTS = re.compile(r"(?:版权所有|©|Copyright|All rights reserved|Alle Rechte vorbehalten)", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"(?:发布|发表|更新|时间|日期|来源|Veröffentlicht|Erstellt|Datum|Stand|Published)[^\d]{0,12}(?P<late>\d[^来源编辑浏览|]*)"
    r"|(?P<early>\d{4}[-年/.]\s?\d{1,2}[-月/.]\s?\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?)\s*(?:来源|发布|编辑|浏览|作者|\||$).*"
)
_TITLE_PLACES = (
    "//*[self::div or self::p or self::span or self::td][contains(@class, 'title') or contains(@id, 'title')]"
)
_WITH_CHANNEL = re.compile(r"(?<=[\u3400-\u9fff？！”》）])\s?_.+$")  # 标题_频道_站名
_SITE_NAME = re.compile(r"\s*(?:[_|｜—–-]|\s-\s)")
_DATE_PLACES = ("div", "span", "p", "li", "td", "em", "small", "time")


def read_html(data: bytes) -> Extract:
    """Read a web page's main text and what its markup says of title, author, date, publisher, language and address.

    The date is the one of publication as the markup has it, never one that only stands in the text. Menus (runs of
    links) and placeholders (blocks repeated again and again) are kept as ``boilerplate``; a table's rows are ``table``,
    unless the table only lays out the page. The page's first heading is taken even where it stands outside the text.
    A page of nothing but links has the flag ``links_only``.

    Raises:
        Unreadable: ``empty``, ``binary``, ``encoding``, ``broken`` (not HTML) or ``no_text`` (a page built by scripts).
    """
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    declared = _DECLARED.search(data[:4096])
    text, encoding = decode(data, declared[1].decode("ascii") if declared else None)
    tree = load_html(_XML_DECLARATION.sub("", text))
    if tree is None:
        raise Unreadable("broken", "no HTML")
    _undo_source_lines(tree)
    document = bare_extraction(
        tree,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
        config=_config(is_han=_is_han(text)),
    )
    if not isinstance(document, Document):
        raise Unreadable("no_text")
    blocks = _told_apart(list(_blocks(document.body)), tree)
    if not blocks:
        raise Unreadable("no_text")
    flags = () if any(block.kind in {"body", "table"} for block in blocks) else ("links_only",)
    metadata = _metadata(document, tree)
    heading = _main_heading(tree, metadata.get("title", ""))
    if heading:
        metadata["title"] = heading
        if not any(
            block.text == heading or (block.kind == "heading" and _same(block.text, heading)) for block in blocks
        ):
            blocks.insert(0, Block(heading, "heading"))
    reader = f"trafilatura {version('trafilatura')} ({encoding})"
    return Extract(tuple(blocks), reader, "text/html", metadata=metadata, flags=flags)


def _is_han(text: str) -> bool:
    """Whether the page's visible text is mostly Chinese; tags and scripts are ASCII and do not count."""
    beyond_ascii = len(text) - len(text.encode("ascii", errors="ignore"))
    return len(_HAN.findall(text)) > 0.5 * beyond_ascii > 0


def _undo_source_lines(tree: HtmlElement) -> None:
    """Make the source's line breaks what they mean, a space or, in Chinese, nothing: those left are the page's own."""
    for element in tree.iter():
        if element.text and "\n" in element.text and element.tag != "pre":
            element.text = _BREAK.sub(" ", _BREAK_IN_HAN.sub("", element.text))
        if element.tail and "\n" in element.tail:
            element.tail = _BREAK.sub(" ", _BREAK_IN_HAN.sub("", element.tail))


@functools.cache
def _config(*, is_han: bool) -> ConfigParser:
    from trafilatura.settings import use_config

    config = use_config()
    if is_han:
        config.set("DEFAULT", "MIN_EXTRACTED_SIZE", _SHORT_HAN)
    return config


def _blocks(body: _Element) -> Iterator[Block]:
    """The blocks of trafilatura's tree in reading order."""
    from lxml.etree import iterwalk

    pieces: list[str] = []
    kinds: list[Kind] = ["body"]
    walk = iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        is_block = tag in _BLOCKS
        if is_block:
            yield from _flushed(pieces, kinds[-1])
        if event == "start":
            if tag == "table" and _is_data(element):
                yield from _rows(element)
                walk.skip_subtree()
                continue
            if is_block:
                kinds.append("heading" if tag == "head" else kinds[-1])
            pieces.append("\n" if tag == "lb" else element.text or "")
        else:
            if is_block and not (tag == "table" and _is_data(element)):
                kinds.pop()
            pieces.append(element.tail or "")
    yield from _flushed(pieces, "body")


def _flushed(pieces: list[str], kind: Kind) -> Iterator[Block]:
    """The paragraphs gathered so far; a heading is one even over several lines."""
    text = "".join(pieces)
    pieces.clear()
    texts = [text] if kind == "heading" else text.splitlines()
    return (Block(paragraph, kind) for raw in texts if (paragraph := clean(raw)))


def _is_data(table: _Element) -> bool:
    """Whether a table holds data: rows of several short cells."""
    rows = [row.findall("cell") for row in table.iter("row")]
    if table.find(".//table") is not None or max(map(len, rows), default=0) < 2:
        return False
    return all(_length(str(cell.xpath("string()"))) <= _LAYOUT_CELL for row in rows for cell in row)


def _length(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))


def _rows(table: _Element) -> Iterator[Block]:
    for row in table.iter("row"):
        cells = [clean(" ".join(map(str, cell.itertext()))) for cell in row.findall("cell")]
        if any(cells):
            yield Block(" | ".join(cells), "table")


def _texts_of(tree: HtmlElement, *tags: str) -> frozenset[str]:
    return frozenset(clean(str(element.text_content())) for element in tree.iter(*tags))


def _told_apart(blocks: list[Block], tree: HtmlElement) -> list[Block]:
    """Give blocks the kind that the page's own elements say: headings, captions, menus, placeholders."""
    links = _texts_of(tree, "a")
    headings = _texts_of(tree, "h1", "h2", "h3", "h4", "h5", "h6", "strong", "b")
    captions = _texts_of(tree, "figcaption", "caption")
    times = Counter(block.text for block in blocks)
    kinds: list[Kind] = []
    for block in blocks:
        if block.kind != "body":
            kinds.append(block.kind)
        elif times[block.text] >= _RUN or _NUMBERED.sub("", block.text) in links:
            kinds.append("boilerplate")
        elif block.text in captions:
            kinds.append("caption")
        else:
            is_heading = block.text in headings and _length(block.text) <= _LONG_HEADING
            kinds.append("heading" if is_heading and block.text[-1] not in _ENDS else "body")
    # One link among paragraphs is a reference and stays; a menu is a run of them.
    told: list[Block] = []
    for kind, run in groupby(zip(blocks, kinds, strict=True), key=lambda pair: pair[1]):
        members = [block for block, _ in run]
        is_kept = kind == "boilerplate" and len(members) < _RUN
        told.extend(Block(m.text, "body" if is_kept and times[m.text] < _RUN else kind) for m in members)
    return _without_last_headings(told)


def _without_last_headings(blocks: list[Block]) -> list[Block]:
    """Headings at a page's end with nothing but menus below them are those of the menus."""
    end = len(blocks)
    while end and blocks[end - 1].kind in {"heading", "boilerplate"}:
        end -= 1
    return blocks[:end] + [Block(block.text, "boilerplate") for block in blocks[end:]] if end else blocks


def _metadata(document: Document, tree: HtmlElement) -> dict[str, str]:
    """What the markup says; only what it has."""
    found = {
        "title": _WITH_CHANNEL.sub("", document.title or ""),
        "author": None if _NOBODY.fullmatch(document.author or "") else document.author,
        "publisher": _RIGHTS.sub("", document.sitename or ""),
        "date": document.date or _date_line(tree),
        "language": _language(tree),
        "url": document.url,
    }
    said = {name: value for name, raw in found.items() if (value := clean(raw or ""))}
    if _same(said.get("publisher", ""), said.get("title", "")):
        del said["publisher"]
    return said


def _language(tree: HtmlElement) -> str | None:
    """The ISO 639-1 code of ``lang`` on the root, or of the meta elements that say the same."""
    places = (
        "/html/@lang",
        "//meta[@http-equiv='content-language']/@content",
        "//meta[@property='og:locale']/@content",
    )
    for place in places:
        for value in tree.xpath(place):
            code = re.match(r"[a-zA-Z]{2}(?=$|[-_])", value.strip())
            if code:
                return code[0].lower()
    return None


def _date_line(tree: HtmlElement) -> str | None:
    """The date of a page's line ``发布时间：2014-05-15 来源：…``: short elements that hold little else."""
    for element in tree.iter(*_DATE_PLACES):
        text = clean(element.text_content()) if len(element) < 8 else ""
        found = _DATE_LINE.match(text) if len(text) <= 80 else None
        dated = parse_date((found["late"] or found["early"]).strip()) if found else None
        if dated and dated.precision == "day":
            return dated.date.isoformat()
    return None


def _main_heading(tree: HtmlElement, title: str) -> str | None:
    """The heading that the title repeats, an h1 or what stands for one; else the only h1 of a page without a title."""
    first = _short_texts(tree.iter("h1"))
    repeated = [text for text in first if _same(text, title)]
    others = _short_texts([*tree.iter("h2", "h3"), *tree.xpath(_TITLE_PLACES)])
    repeated += [text for text in others if title == text or _SITE_NAME.match(title.removeprefix(text))]
    if repeated:
        return repeated[0]
    return first[0] if len(first) == 1 and not title else None


def _short_texts(elements: Iterable[HtmlElement]) -> list[str]:
    return [text for element in elements if (text := clean(str(element.text_content()))) and len(text) <= 300]


def _same(text: str, heading: str) -> bool:
    """Whether one text is the other but for punctuation, case and the name of the site behind it."""
    one, other = (re.sub(r"\W+", "", text).casefold() for text in (text, heading))
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and longer.startswith(shorter) and len(longer) <= 3 * len(shorter) + 12
