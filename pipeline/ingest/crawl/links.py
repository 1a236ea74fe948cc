"""The links of a web page, in the order in which they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.ingest.crawl.addresses import clean_address

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NO_DOCUMENT = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|bmp|ico|tiff?|css|js|mp[34]|m4[av]|avi|mov|wmv|flv|swf|wav|ogg|webm|woff2?|ttf|eot"
    r"|exe|apk|dmg|iso)(?:[?#]|$)",
    re.IGNORECASE,
)
"""Links to files that are no text for certain: nobody is asked for them."""
_LINKS = ("a", "area", "link", "frame", "iframe")
_REFRESH = re.compile(r"^\s*\d+\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"\s]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""", re.IGNORECASE)


def find_links(content: bytes, address: str) -> list[str]:
    """The addresses that a page links to, each once; none where the page asks robots to follow none.

    Args:
        content: The page's bytes.
        address: Its address.
    """
    from lxml import html

    declared = _DECLARED.search(content[:4096])
    encoding = _known(declared[1].decode("ascii")) if declared else "utf-8"
    try:
        tree = html.document_fromstring(content, parser=html.HTMLParser(encoding=encoding))
    except (ValueError, html.etree.ParserError):  # an empty page, or no page at all
        return []
    if any("nofollow" in (tag.get("content") or "").lower() for tag in _named(tree, "robots")):
        return []
    base = next((href for tag in tree.iter("base") if (href := tag.get("href"))), "")
    written = [_target(tag) for tag in tree.iter(*_LINKS)]
    written += [found[1] for tag in tree.iter("meta") if (found := _refresh(tag))]
    cleaned = (clean_address(one, clean_address(base, address) or address, encoding) for one in written if one)
    return list(dict.fromkeys(one for one in cleaned if one and not _NO_DOCUMENT.search(one)))


def _target(tag: HtmlElement) -> str:
    rel = (tag.get("rel") or "").lower().split()
    if "nofollow" in rel or (tag.tag == "link" and "next" not in rel):
        return ""
    return tag.get("href") or tag.get("src") or ""


def _named(tree: HtmlElement, name: str) -> list[HtmlElement]:
    return [tag for tag in tree.iter("meta") if (tag.get("name") or "").lower() in {name, "zwiesprache"}]


def _refresh(tag: HtmlElement) -> re.Match[str] | None:
    if (tag.get("http-equiv") or "").lower() != "refresh":
        return None
    return _REFRESH.match(tag.get("content") or "")


def _known(name: str) -> str:
    """The name of an encoding that Python has; GB2312 pages hold characters of its successor."""
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return "gb18030" if name.lower() in {"gb2312", "gbk"} else name
