"""Web pages: the main text by trafilatura, told apart into headings, paragraphs, tables and what surrounds them."""

from __future__ import annotations

import dataclasses
import functools
import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.dating import date_extract, url_date
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers.html_blocks import completed, text_blocks, told_apart
from pipeline.ingest.readers.html_dates import page_dates
from pipeline.ingest.readers.html_metadata import main_heading, page_metadata, same_title
from pipeline.ingest.readers.html_page import page_blocks
from pipeline.ingest.readers.html_speech import speech_of
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from configparser import ConfigParser

    from lxml.html import HtmlElement

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CJK = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BREAK_IN_HAN = re.compile(rf"(?<={_CJK})[ \t]*[\r\n]+[ \t]*(?={_CJK})")
_BREAK = re.compile(r"[\r\n]+[ \t]*")
_HAN_LANGUAGES = frozenset({"zh", "ja", "yue", "wuu", "lzh"})
_HEAD = 4
"""Blocks in which a speech is named."""

_SHORT_HAN = "60"
"""Characters below which trafilatura distrusts what it found; its own 250 are a whole notice in Chinese."""


def read_html(data: bytes, *, url: str = "") -> Extract:
    """Read a web page's main text and what it says of title, author, date, publisher, language and address.

    Menus (runs of links), placeholders (blocks repeated again and again) and lines about the page (``责任编辑：…``,
    ``Seite drucken``) are kept as ``boilerplate``; a table's rows are ``table``, unless it only lays out the page. The
    page's first heading is taken even where it stands outside the text. A page of nothing but links has the flag
    ``links_only``. The date is the one of publication, with ``date_evidence``: what the markup says, else the address,
    else the lines about the text. A speech's ``speaker``, ``role`` and ``occasion`` are taken from its title.

    Args:
        data: All bytes of the page.
        url: Its address, where it is known.

    Raises:
        Unreadable: ``empty``, ``binary``, ``encoding``, ``broken`` (not HTML) or ``no_text`` (a page built by scripts).
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    tree, encoding = parse_page(data)
    _undo_source_lines(tree)
    is_han = _is_han(str(tree.text_content()))
    body = tree.find(".//body")
    page = list(page_blocks(tree if body is None else body))
    document = bare_extraction(
        tree,
        url=url or None,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
        config=_config(is_han=is_han),
    )
    if not isinstance(document, Document):
        raise Unreadable("no_text")
    found, outside = completed(list(text_blocks(document.body)), page, is_han=is_han)
    blocks = told_apart(found, tree, outside)
    if not blocks:
        raise Unreadable("no_text")
    flags = () if any(block.kind in {"body", "table"} for block in blocks) else ("links_only",)
    metadata = page_metadata(document, tree, page, url)
    heading = main_heading(tree, metadata.get("title", ""))
    if heading:
        metadata["title"] = heading
        blocks = _headed(blocks, heading)
    blocks = [_declared_language(block, metadata.get("language")) for block in blocks]
    said = speech_of(metadata.get("title", ""), [block.text for block in blocks if block.kind != "boilerplate"][:_HEAD])
    metadata |= said | ({"author": said["speaker"]} if "speaker" in said and "author" not in metadata else {})
    addressed = {found.date for found in map(url_date, (url, metadata.get("url", ""))) if found}
    guess = document.date if document.date not in addressed else None
    dates = page_dates(tree, metadata.get("title", ""), guess or "")
    if dates.markup:
        metadata |= {"date": dates.markup, "date_evidence": "markup"}
    blocks = [
        dataclasses.replace(block, kind="boilerplate") if block.text in dates.others else block for block in blocks
    ]
    reader = f"trafilatura {version('trafilatura')} ({encoding})"
    extract = date_extract(Extract(tuple(blocks), reader, "text/html", metadata=metadata, flags=flags), url=url)
    if dates.beside and "date" not in extract.metadata:
        return dataclasses.replace(
            extract, metadata={**extract.metadata, "date": dates.beside, "date_evidence": "text"}
        )
    return extract


def parse_page(data: bytes) -> tuple[HtmlElement, str]:
    """A page's tree and its encoding: the declared one, unless another reads better.

    Raises:
        Unreadable: ``empty``, ``binary``, ``encoding`` or ``broken`` (not HTML).
    """
    from trafilatura import load_html

    declared = _DECLARED.search(data[:4096])
    text, encoding = decode(data, declared[1].decode("ascii") if declared else None)
    tree = load_html(_XML_DECLARATION.sub("", text))
    if tree is None:
        raise Unreadable("broken", "no HTML")
    return tree, encoding


def _is_han(text: str) -> bool:
    """Whether the page's text is mostly Chinese; what is ASCII may be scripts and does not count."""
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


def _headed(blocks: list[Block], heading: str) -> list[Block]:
    """The blocks with the page's heading among them, once."""
    if any(
        b.kind != "boilerplate" and (b.text == heading or (b.kind == "heading" and same_title(b.text, heading)))
        for b in blocks
    ):
        return blocks
    return [Block(heading, "heading"), *(block for block in blocks if block.text != heading)]


def _declared_language(block: Block, of_page: str | None) -> Block:
    """A block with the language that its markup declares, where that is not the page's own and its script fits.

    Word and templates declare English for anything.
    """
    if block.language is None:
        return block
    is_han = len(_HAN.findall(block.text)) > 0.3 * len(block.text)
    fits = is_han == (block.language in _HAN_LANGUAGES)
    return block if fits and block.language != of_page else dataclasses.replace(block, language=None)
