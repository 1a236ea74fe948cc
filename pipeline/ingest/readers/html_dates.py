"""The day on which a web page was published, as its markup says it; the day of its last change is another thing."""

from __future__ import annotations

import json
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.ingest.dates import WRITTEN_DATE, iso_date
from pipeline.ingest.dates_in_text import label_date, line_date
from pipeline.ingest.readers.html_metadata import articles
from pipeline.ingest.readers.html_page import is_data, row_text
from pipeline.ingest.readers.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

_UNSET = ("1970-01-01", "1900-01-01", "0001-01-01")
"""What a system writes that knows no date."""

_LINE, _LEAD, _FEW = 100, 900, 12
"""Characters of a line about the page; of the text from the heading to such a line; elements in such a line."""

_FAR = 10**9
"""The place of a data table's row: a label in it dates the page, nothing else does."""

# Names of meta elements, letters only: article:published_time, PubDate, DC.date.issued, firstpublishedtime.
_PUBLISHED = re.compile(
    r"publish(?:ed)?(?:time|date|on)?$|pub(?:lication)?(?:date|time)|issued|firstpublish|onlinedate|citationdate"
)
_CREATED = re.compile(r"date$|creat(?:ed|edate|etime|edtime|edon)$|datecreated|dateavailable")
_OTHER = re.compile(
    r"modif|updat|last|expir|valid|publisher|birth|event|start|end|copyright|revi[sew]|death|unpub|until|verif"
)
_ARTICLE = re.compile(r"Article|Posting|Report|Speech|Review|CreativeWork|Document|Page$")
_CUE = re.compile(
    r"(?:^|[^a-z])[dD]at(?:e|um)|Dat(?:e|um)|dat(?:e|um)(?:$|[^a-z])|[tT]ime(?:$|[^a-z])|Time|[pP]ubli|pub[-_]|posted|byline"
    r"|shijian|riqi|(?:^|[-_\s])(?:sj|rq|fbsj|fbrq|zeit)(?:$|[-_\s])"
)
_ELSEWHERE = re.compile(
    r"comment|kommentar|reply|tie[-_]|pinglun|related|recommend|teaser|sidebar|aside|footer|copyright|ranking|weather|wetter"
    r"|event|termin|calend|kalender|xiangguan|tuijian|breadcrumb|modif|updat|change|aktualis|caption|archiv",
    re.IGNORECASE,
)
_ELSEWHERE_TAGS = frozenset(
    {"a", "aside", "footer", "nav", "figure", "figcaption", "select", "option", "script", "style", "head"}
)
_CHANGED = re.compile(r"modif|updat|last|revis|copyright", re.IGNORECASE)
_CHANGED_LINE = re.compile(r"aktualis|änder|update|modified|changed|\bStand\b|更新|修改", re.IGNORECASE)
_MODIFIED = re.compile(r"(?:modif|updat|last|copyright)\w*[\"'\s]*[:=].{0,40}", re.IGNORECASE)
_YEARLESS = re.compile(r"发布(?:时间|日期)\s*[:：]\s*(\d\d-\d\d)(?![\d-])")
_ABOUT = re.compile(r"\d{1,2}[:：]\d{2}|来源|來源|作者|记者|编辑|Quelle|Autor|Uhr|\|")
_MANY = frozenset({"body", "html", "tr", "ul", "ol", "dl", "table", "tbody"})
_BLOCKS = frozenset(
    {"div", "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "section", "article", "header", "td"}
)
_BARE = "0123456789〇○零一二三四五六七八九([（【"
"""How a line begins that holds a date without a place or a label."""
_DATED = re.compile(r"(?:19|20)\d\d|[〇○零OＯ一二三四五六七八九]{4}年|\d\.\d{1,2}\.\d\d|民[国國]")


class _Line(NamedTuple):
    """A short line of the page with a date in it."""

    text: str
    has_cue: bool
    """Whether the markup says that it is a date or speaks about the page."""
    distance: int
    """Characters from the heading to it; negative above the heading."""
    is_elsewhere: bool
    """Whether it belongs to a comment, an event, another page."""


class PageDates(NamedTuple):
    """The dates of a page: ``2014-05-15``, or shorter; as written where it cannot be a date; empty for none."""

    markup: str
    """The day of publication."""
    beside: str
    """The day that a bare line beside the heading gives."""
    others: frozenset[str]
    """Lines that are nothing but a date, of an event, a comment or another page by the names of their elements."""


def page_dates(tree: HtmlElement, title: str, guess: str = "") -> PageDates:
    """The day of publication that a page's markup says, and what bare lines say.

    Meta elements are asked first, then JSON-LD, ``itemprop``, lines such as ``发布时间：2014-05-15 来源：…``, elements
    near the heading whose class says that they hold a date, and ``<time>``. Comments, links to other pages, captions
    and the day of the last change are passed over.

    Args:
        tree: The page.
        title: Its title, by which the heading is found.
        guess: What htmldate finds; it knows more names of meta elements and scripts. Taken last, and only where that
            day does not stand in the text, in a picture's address or as the day of the last change.
    """
    lines = list(_lines(tree, title))
    others = frozenset(line.text for line in lines if line.is_elsewhere and line_date(line.text))
    lines = [line for line in lines if not line.is_elsewhere]
    near = [line for line in lines if -_LEAD // 3 <= line.distance <= _LEAD]
    near.sort(key=lambda line: (line.distance < 0, abs(line.distance)))
    said = (
        _meta(tree, _PUBLISHED),
        _linked_data(tree, title),
        _properties(tree),
        (label_date(line.text) for line in lines),
        _without_year(tree),
        _meta(tree, _CREATED),
        (line_date(line.text, is_about=True) for line in near if line.has_cue),
        (line_date(line.text) for line in near if _ABOUT.search(line.text)),
        _times(tree),
        (guess for _ in range(1) if guess and not _is_explained(tree, guess)),
    )
    bare = (line_date(line.text) for line in near if line.text[0] in _BARE)
    return PageDates(_first(chain.from_iterable(said)), _first(bare), others)


def _first(written: Iterable[str | None]) -> str:
    """The first that is a date; else the first that cannot be one."""
    bad = ""
    for each in filter(None, written):
        if date := iso_date(each):
            return date
        bad = bad or each
    return bad


def _without_year(tree: HtmlElement) -> Iterator[str]:
    """``发布时间：05-15`` with the year of the last change where that fell on the same day."""
    days = {found[1] for text in tree.itertext() if "发布" in text and (found := _YEARLESS.search(text))}
    changed = [str(e.get("content", ""))[:10] for e in tree.iter("meta") if _CHANGED.search(str(e.attrib.values()))]
    yield from (date for date in changed if date[5:] in days)


def _meta(tree: HtmlElement, names: re.Pattern[str]) -> Iterator[str]:
    for element in tree.iter("meta"):
        said = element.get("property") or element.get("name") or element.get("itemprop") or ""
        name = re.sub(r"[^a-z]", "", said.lower())
        if names.search(name) and not _OTHER.search(name):
            yield from _known(element.get("content", ""))


def _known(written: str) -> Iterator[str]:
    """A value of the markup, but for what a system writes that knows no date or writes no dates there."""
    written = clean(written)
    if re.search(r"\d{4}", written) and len(written) <= 60 and not written.startswith(_UNSET):
        yield written


def _linked_data(tree: HtmlElement, title: str) -> Iterator[str]:
    """``datePublished`` of JSON-LD, of the node that has the page's title first."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                nodes += articles(json.loads(script.text_content(), strict=False))
            except (ValueError, RecursionError):
                continue
    told = [node for node in nodes if _ARTICLE.search(str(node.get("@type", "")))]
    told.sort(key=lambda node: (str(node.get("headline", "")) not in title, "Page" in str(node.get("@type"))))
    for node in told:
        for name in ("datePublished", "dateCreated"):
            value = node.get(name)
            yield from _known(value if isinstance(value, str) else "")


def _properties(tree: HtmlElement) -> Iterator[str]:
    for element in tree.xpath("//*[@itemprop='datePublished' or @pubdate]"):
        yield from _known(element.get("datetime") or element.get("content") or str(element.text_content()))


def _times(tree: HtmlElement) -> Iterator[str]:
    """``<time>``, where a page has one or its first does not belong to another page."""
    for element in tree.iter("time"):
        _, line = _whole_line(element, clean(str(element.text_content())))
        if not _is_elsewhere(element) and not _CHANGED_LINE.search(line):
            yield from _known(element.get("datetime") or str(element.text_content()))


def _is_explained(tree: HtmlElement, date: str) -> bool:
    """Whether a day stands on the page for another reason than that it is the page's."""
    texts = (text for _, text in _texts(tree) if date[:4] in text)
    shown = {iso_date(found[0]) for text in texts for found in WRITTEN_DATE.finditer(text)}
    changed = [
        str(element.get("content", ""))
        for element in tree.iter("meta")
        if _CHANGED.search(str(element.attrib.values()))
    ]
    changed += [script.text or "" for script in tree.iter("script") if "ld+json" in (script.get("type") or "")]
    changed += [found[0] for script in tree.iter("script") for found in _MODIFIED.finditer(script.text or "")]
    pictures = tree.xpath("//img/@src | //meta[contains(@property, 'image')]/@content")
    forms = (date, date.replace("-", "/"), date.replace("-", ""))
    return date in shown or any(form in text for text in [*changed, *pictures] for form in forms)


def _is_elsewhere(element: HtmlElement) -> bool:
    near = [element, *(up for up, _ in zip(element.iterancestors(), range(4), strict=False))]
    return any(
        up.tag in _ELSEWHERE_TAGS
        or (up.tag != "body" and _ELSEWHERE.search(f"{up.get('class', '')} {up.get('id', '')}"))
        for up in near
    )


def _lines(tree: HtmlElement, title: str) -> Iterator[_Line]:
    """The lines with a date in them, in the order of the page; what stands elsewhere is left out."""
    body = tree.find(".//body")
    position, heading = 0, None
    found: dict[HtmlElement, tuple[str, int]] = {}
    tables: dict[HtmlElement, bool] = {}
    for element, text in _texts(tree if body is None else body):
        if heading is None and title and _begins(title, text):
            heading = position
        position += len(text)
        if len(text) > _LINE or not _DATED.search(text):
            continue
        line, whole = _whole_line(element, text)
        row = next(line.iterancestors("tr"), None)
        table = next(line.iterancestors("table"), None)
        if table is not None and table not in tables:
            tables[table] = is_data(table)
        if row is not None and table is not None and tables[table]:
            found[row] = (row_text(row.xpath("td|th")), _FAR)
        elif line not in found:
            found[line] = (whole, position)
    for line, (whole, place) in found.items():
        yield _Line(whole, _has_cue(line), place - (heading or 0), _is_elsewhere(line))


def _texts(body: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The texts of a page and the elements that they stand in."""
    for element in body.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style", "noscript", "template"}:
            pass
        elif element.text and (text := clean(element.text)):
            yield element, text
        parent = element.getparent()
        if element.tail and parent is not None and element is not body and (text := clean(element.tail)):
            yield parent, text


def _begins(title: str, text: str) -> bool:
    """Whether a text is the page's heading: its title, or most of the start of it."""
    return len(text) >= 4 and title.startswith(text) and 3 * len(text) >= len(title)


def _whole_line(element: HtmlElement, text: str) -> tuple[HtmlElement, str]:
    """The largest element around a text that is still a line; a ``dd`` with its ``dt``."""
    label = element.getprevious() if element.tag == "dd" else None
    if label is not None and label.tag == "dt":
        return element, clean(f"{label.text_content()} {element.text_content()}")
    for up in (element, *element.iterancestors()):
        children = [child.tag for child in islice(up, _FEW + 1)]
        if up.tag in _MANY or len(children) > _FEW or sum(tag in _BLOCKS for tag in children) > 1:
            break
        pieces: list[str] = []
        for piece in up.itertext():
            pieces.append(piece)
            if sum(map(len, pieces)) > 3 * _LINE:
                return element, text
        whole = clean(" ".join(pieces))
        if len(whole) > _LINE:
            break
        element, text = up, whole
    return element, text


def _has_cue(element: HtmlElement) -> bool:
    near = [
        element,
        *element.iterdescendants(),
        *(up for up, _ in zip(element.iterancestors(), range(2), strict=False)),
    ]
    return any(
        up.tag in {"time", "date"} or (up.tag != "body" and _CUE.search(f"{up.get('class', '')} {up.get('id', '')}"))
        for up in near
        if isinstance(up.tag, str)
    )
