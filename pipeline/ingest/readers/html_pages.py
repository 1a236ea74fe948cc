"""Articles that a site cuts into several pages: the address of the next page of the same article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urldefrag, urlencode, urljoin, urlsplit

from pipeline.ingest.readers.text import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NEXT_PAGE = re.compile(r"下一?[页頁]|后一页|余下全文|(?:zur )?nächsten? seite|seite \d+|next page", re.IGNORECASE)
_ONWARDS = re.compile(r"继续阅读|nächste|weiter(?:lesen)?|vorwärts|next|older|→", re.IGNORECASE)
_MARKS = " []【】()（）<>《》«»‹›→·|"
_WEAK = 3
"""The weight of a link that says no more than onwards."""

_QUERY = frozenset({"page", "p", "pg", "seite", "pagenum", "pageno", "page_no", "pn", "currentpage", "currpage",
                    "pageindex", "start_page"})  # fmt: skip
_IN_PATH = (
    # content_2680312_2.htm, c1001-25022514-2.html, index_1.html, artikel,2.html
    re.compile(r"^(?P<stem>.*[^/_,.-])[-_,](?P<number>\d{1,3})(?P<end>(?:\.[a-z]{3,5})?/?)$", re.IGNORECASE),
    # /artikel/seite-2, /artikel/page/2/, /artikel/komplettansicht is none
    re.compile(
        r"^(?P<stem>.*?)/(?:seite|page|p|s)[-/]?(?P<number>\d{1,3})(?P<end>/?(?:\.[a-z]{3,5})?)$", re.IGNORECASE
    ),
    # /artikel/2/
    re.compile(r"^(?P<stem>.*[^/\d])/(?P<number>\d{1,2})(?P<end>/?)$"),
)
_SCRIPT = re.compile(
    r"createPageHTML\(\s*(?P<pages>\d{1,3})\s*,\s*(?P<page>\d{1,3})\s*,\s*[\"'](?P<name>[\w-]{1,100})[\"']"
    r"\s*,\s*[\"'](?P<end>\w{2,5})[\"']"
)
"""Of the system TRS, in which many Chinese authorities publish: pages are counted from 0, the first has no number."""


class _Place(NamedTuple):
    """An address without the number of its page, and the number; 0 where it names none."""

    article: str
    number: int


def next_page(tree: HtmlElement, url: str) -> str | None:
    """The address of the next page of the article that a page belongs to.

    It is where ``rel="next"``, ``下一页``, ``Nächste Seite`` or the number of the next page leads, or what a script of
    the page counts, but only if the address is the same but for the number of the page (``_2.htm``, ``?page=2``,
    ``/seite/2``): the next article is another one. The caller has to stop at an address that it has seen.

    Args:
        tree: The page.
        url: Its address.

    Returns:
        An absolute address on the same host, without a fragment; None on the last page and without pages.
    """
    here = _places(url)
    base = urljoin(url, next((link.get("href", "") for link in tree.iter("base")), ""))
    found: list[tuple[int, int, str, str]] = []
    linked: set[_Place] = set()
    for element in tree.iter("a", "link"):
        try:
            address = urldefrag(urljoin(base, (element.get("href") or "").strip())).url
            places = _places(address) if element.get("href") and address != url else set()
        except ValueError:
            continue
        linked |= places
        for place, number in ((each, mine.number) for each in places for mine in here if mine.article == each.article):
            weight = _weight(element, number)
            if weight and number < place.number <= max(number + 1, 2):
                found.append((weight, place.number, address, place.article))
    for weight, _, address, article in sorted(found):
        # Onwards may lead to the next article, which has the next number: pages of an article link back to its first.
        if weight < _WEAK or _Place(article, 0) in here or linked & {_Place(article, 0), _Place(article, 1)}:
            return address
    return _of_script(tree, url)


def _weight(link: HtmlElement, number: int) -> int:
    """How surely a link leads to the next page: 1 it says so, 2 a page's number, `_WEAK` onwards, 0 not at all."""
    text = clean(str(link.text_content())).strip(_MARKS) if link.tag == "a" else ""
    if _NEXT_PAGE.fullmatch(text):
        return 1
    if text.isdecimal() and len(text) <= 3 and (number or text == "2"):
        return 2
    is_onwards = "next" in (link.get("rel") or "").lower().split() or _ONWARDS.fullmatch(text) is not None
    return _WEAK if is_onwards else 0


def _places(url: str) -> set[_Place]:
    """What an address can be: an article's only or first page, and each page that a number in it can stand for."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return set()
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    paged = [value for name, value in pairs if name.lower() in _QUERY and value.isascii() and value.isdigit()]
    others = urlencode(sorted(pair for pair in pairs if pair[0].lower() not in _QUERY))
    host, path = parts.netloc.lower().removeprefix("www."), unquote(parts.path)
    if paged:
        return {_Place(f"{host}{path.rstrip('/')}?{others}", int(paged[0][:9]))}
    places = {_Place(f"{host}{path.rstrip('/')}?{others}", 0)}
    for found in filter(None, (pattern.match(path) for pattern in _IN_PATH)):
        article = f"{host}{(found['stem'] + found['end']).rstrip('/')}?{others}"
        places.add(_Place(article, int(found["number"])))
    return places


def _of_script(tree: HtmlElement, url: str) -> str | None:
    for script in tree.iter("script"):
        found = _SCRIPT.search(script.text or "")
        if found and int(found["page"]) + 1 < int(found["pages"]):
            return urljoin(url, f"{found['name']}_{int(found['page']) + 1}.{found['end']}")
    return None
