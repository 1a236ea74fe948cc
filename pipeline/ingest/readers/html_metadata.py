"""What a web page says of itself: title, author, publisher, language, address."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pipeline.ingest.readers.html_page import language_code, length
from pipeline.ingest.readers.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement
    from trafilatura.settings import Document

    from pipeline.ingest.readers.html_page import PageBlock

_NOBODY = re.compile(
    r"(?:作者|佚名|编辑|责任编辑|管理员|本站|admin|administrator|redaktion|editor|webmaster|\d+)", re.IGNORECASE
)
_RIGHTS = re.compile(r"(?:版权所有|©|Copyright|All rights reserved|Alle Rechte vorbehalten)", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1>|$)|</?[a-z][^<>]*>", re.IGNORECASE | re.DOTALL)
_TITLE_PLACES = (
    "//*[self::div or self::p or self::span or self::td][contains(@class, 'title') or contains(@id, 'title')]"
)
_WITH_CHANNEL = re.compile(r"(?<=[\u3400-\u9fff？！”》）])\s?_.+$")  # 标题_频道_站名
_SITE_NAME = re.compile(r"\s*(?:[_|｜—–-]|\s-\s)")
_BYLINE = re.compile(
    r"(?:von|text|autor(?:in(?:nen)?)?(?:/autor)?|by)\b\s*[:|]?\s*(?P<names>[^:|]{5,90})", re.IGNORECASE
)
_HAN_BYLINE = re.compile(
    r"(?:作者|撰文|撰稿|文)\s*[:：/／]\s*(?P<names>[\u3400-\u9fff·]{2,4}(?:[、，,\s]+[\u3400-\u9fff·]{2,4}){0,4})(?![\u3400-\u9fff])"
)
_PERSON = re.compile(
    r"(?:(?:Dr|Prof|h\.c)\.\s*)*[A-ZÄÖÜ][\w'’.-]+(?:\s(?:von|van|de|zu|der|den|di|da|le|[A-ZÄÖÜ][\w'’.-]*)){1,4}"
)


def page_metadata(document: Document, tree: HtmlElement, page: Sequence[PageBlock], url: str) -> dict[str, str]:
    """Title, author, publisher, language and address as trafilatura finds them, and a byline where it finds no person.

    Args:
        document: What trafilatura made of the page.
        tree: The page.
        page: Its blocks.
        url: Its address where it is known.
    """
    publisher = clean(_RIGHTS.sub("", document.sitename or ""))
    author = document.author or ""
    publishers = (publisher, *tree.xpath("//meta[@name='publisher']/@content"))
    if not author or _NOBODY.fullmatch(author) or any(same_title(author, each) for each in publishers):
        author = _byline(page) or "; ".join(_linked_authors(tree)) or ("" if _NOBODY.fullmatch(author) else author)
    found = {
        "title": _WITH_CHANNEL.sub("", plain_title(document.title or "")),
        "author": author,
        "publisher": publisher,
        "language": _language(tree) or "",
        "url": document.url or url,
    }
    said = {name: value for name, raw in found.items() if (value := clean(raw))}
    if same_title(said.get("publisher", ""), said.get("title", "")):
        del said["publisher"]
    return said


def main_heading(tree: HtmlElement, title: str) -> str | None:
    """The heading that the title repeats, an h1 or what stands for one; else the only h1 of a page without a title."""
    first = _short_texts(tree.iter("h1"))
    repeated = [text for text in first if same_title(text, title)]
    others = _short_texts([*tree.iter("h2", "h3"), *tree.xpath(_TITLE_PLACES)])
    repeated += [text for text in others if title == text or _SITE_NAME.match(title.removeprefix(text))]
    if repeated:
        return repeated[0]
    return first[0] if len(first) == 1 and not title else None


def same_title(text: str, heading: str) -> bool:
    """Whether one text is the other but for punctuation, case and the name of the site behind it."""
    one, other = (re.sub(r"\W+", "", text).casefold() for text in (text, heading))
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and longer.startswith(shorter) and len(longer) <= 3 * len(shorter) + 12


def plain_title(title: str) -> str:
    """A title without markup that was written into it."""
    return clean(_SCRIPT.sub(" ", title))


def _short_texts(elements: Iterable[HtmlElement]) -> list[str]:
    return [text for element in elements if (text := clean(str(element.text_content()))) and len(text) <= 300]


def _byline(page: Sequence[PageBlock]) -> str:
    """The names of a line that says who wrote the text: ``Von Erika Beispiel und Max Muster``, ``作者：王某``."""
    for block in page:
        if length(block.text) > 240:
            continue
        if found := _HAN_BYLINE.search(block.text):
            names = re.split(r"[、，,\s]+", found["names"])
        elif found := _BYLINE.fullmatch(block.text):
            names = re.split(r"\s*(?:,|;|\bund\b|\band\b|&)\s*", found["names"].strip(" ,"))
            if not _PERSON.fullmatch(" ".join(names[0].split())):
                continue
        else:
            continue
        return "; ".join(clean(name) for name in names if name and not _NOBODY.fullmatch(name))
    return ""


def _linked_authors(tree: HtmlElement) -> list[str]:
    """The names of an article's authors in JSON-LD."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                data = json.loads(script.text_content(), strict=False)
            except (ValueError, RecursionError):
                continue
            names = [name for node in articles(data) for name in _names(node.get("author"))]
            if names:
                return list(dict.fromkeys(names))
    return []


def articles(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects of JSON-LD that speak of the page: those at the top, in a graph, or as its main entity."""
    if isinstance(data, list):
        for each in data:
            yield from articles(each, depth)
    elif isinstance(data, dict) and depth < 4:
        yield data
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from articles(data.get(name), depth + 1)


def _names(author: Any) -> list[str]:
    if isinstance(author, list):
        return [name for each in author for name in _names(each)]
    name = author.get("name") if isinstance(author, dict) else author
    return [clean(name)] if isinstance(name, str) and name.strip() else []


def _language(tree: HtmlElement) -> str | None:
    """The ISO 639-1 code of ``lang`` on the root, or of the meta elements that say the same."""
    places = (
        "/html/@lang",
        "/html/@xml:lang",
        "/html/body/@lang",
        "//meta[@http-equiv='content-language']/@content",
        "//meta[@property='og:locale']/@content",
    )
    codes = (language_code(value) for place in places for value in tree.xpath(place))
    return next((code for code in codes if code), None)
