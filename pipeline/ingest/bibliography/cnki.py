"""What CNKI exports as text: RefWorks, EndNote, NoteExpress, and its own two formats.

As they come in practice: several authors behind one tag, a tag without a space behind it, abstracts wrapped in the
middle of a sentence, a thesis whose university stands where a journal would, page numbers like 004.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.ingest.bibliography.names import HAN, parse_name, split_names
from pipeline.ingest.bibliography.record import ROLES, iso_date, make_record, page_range
from pipeline.ingest.bibliography.tagged import Tagged, by_variable, tagged_records
from pipeline.records import Reject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.ingest.bibliography.record import Record

_KINDS = {
    "journal article": "article-journal", "journal": "article-journal", "electronic article": "article-journal",
    "newspaper article": "article-newspaper", "newspaper": "article-newspaper", "magazine article": "article-magazine",
    "thesis": "thesis", "dissertation": "thesis", "dissertation/thesis": "thesis",
    "conference proceedings": "paper-conference", "conference proceeding": "paper-conference",
    "conference paper": "paper-conference", "book": "book", "book, whole": "book", "edited book": "book",
    "book section": "chapter", "book, section": "chapter", "book chapter": "chapter", "report": "report",
    "other article": "report", "web page": "webpage", "website": "webpage", "patent": "patent",
    "standard": "standard", "legal rule or regulation": "standard",
}  # fmt: skip
_DATABASES = {
    "报纸": "article-newspaper", "博士": "thesis", "硕士": "thesis", "博硕": "thesis", "学位": "thesis",
    "会议": "paper-conference", "年鉴": "chapter", "专利": "patent", "标准": "standard", "图书": "book",
    "成果": "report", "期刊": "article-journal", "辑刊": "article-journal",
}  # fmt: skip
"""CNKI's databases by a word of their names."""

_REFWORKS = re.compile(
    rf"\s*(?P<tag>(?:RT|SR|ID|[AT][1-6]|J[FO]|YR|FD|VO|vo|IS|SP|OP|K1|AB|NO|ED|PB|PP|SN|AV|AD|AN|LA|CL|SF|OT|LK|DO|CN|DB|"
    rf"DS|IP|RD|ST|U\d{{1,2}}|UR?L|C\d|WT|WP|OL)(?=\s|$)|[AT][1-3](?=[{HAN}]))\s*(?P<value>.*)"
)
_ENDNOTE = re.compile(r"\s*%(?P<tag>[0-9A-Z@~+!?>&(=)$*\[])(?:\s+|(?=[^\s\d])|$)(?P<value>.*)")
_SECOND_AUTHOR = re.compile(r"(?<=\S)[ \t]*(%[AKYE] )")
_NOTEEXPRESS = re.compile(r"\s*\{(?P<tag>[^{}\n]{1,40})\}\s*[:：]\s*(?P<value>.*)")
_OWN = re.compile(
    r"\s*(?P<tag>(?:DataType|SrcDatabase|Title|Author|Organ|Source|Keyword|Summary|PubTime|FirstDuty|Fund|Year|Volume|Roll|"
    r"Period|PageCount|Page|CLC|ISSN|ISBN|URL|Link|DOI|Tutor|Degree|Unit|Language)(?:-[^\s:：]{1,12})?)\s*[:：]\s*(?P<value>.*)"
)

_REFWORKS_VARIABLES = {
    "T1": "title", "A1": "author", "A2": "editor", "JF": "container-title", "JO": "container-title",
    "T2": "container-title", "VO": "volume", "vo": "volume", "IS": "issue", "PB": "publisher",
    "PP": "publisher-place", "ED": "edition", "CL": "genre", "SN": "ISSN", "LA": "language", "DO": "DOI",
    "LK": "URL", "UL": "URL", "URL": "URL", "AB": "abstract", "K1": "keyword", "FD": "date", "YR": "year",
}  # fmt: skip
_ENDNOTE_VARIABLES = {
    "T": "title", "A": "author", "E": "editor", "J": "container-title", "B": "container-title", "V": "volume",
    "N": "issue", "P": "page", "I": "publisher", "C": "publisher-place", "7": "edition", "9": "genre", "@": "ISSN",
    "G": "language", "R": "DOI", "U": "URL", "X": "abstract", "K": "keyword", "8": "date", "D": "year", ">": "file",
}  # fmt: skip
_NOTEEXPRESS_VARIABLES = {
    "Title": "title", "Author": "author", "Secondary Author": "editor", "Journal": "container-title",
    "Secondary Title": "container-title", "Tertiary Title": "container-title", "Volume": "volume", "Issue": "issue",
    "Pages": "page", "Publisher": "publisher", "Place Published": "publisher-place", "Edition": "edition",
    "Type of Work": "genre", "ISBN/ISSN": "ISSN", "Language": "language", "DOI": "DOI", "URL": "URL",
    "Abstract": "abstract", "Keywords": "keyword", "Date": "date", "Year": "year", "File": "file",
}  # fmt: skip
OWN_VARIABLES = {
    "Title": "title", "Author": "author", "Source": "container-title", "Volume": "volume", "Roll": "volume",
    "Period": "issue", "Page": "page", "PageCount-页码": "page", "ISSN": "ISSN", "Language": "language",
    "DOI": "DOI", "URL": "URL", "Link": "URL", "Summary": "abstract", "Keyword": "keyword", "PubTime": "date",
    "Year": "year", "Degree": "genre",
}  # fmt: skip
"""Of the table and the two text formats; PageCount is the pages where it is called 页码, their number where 页数."""

_CNKI_KEY = re.compile(r"[?&]filename=([A-Za-z0-9.]+)", re.IGNORECASE)


def read_refworks(text: str, name: str) -> list[Record | Reject]:
    """The records of a file in RefWorks' tagged format; see `read_ris` for what comes back."""
    tagged = tagged_records(text, _REFWORKS, "RT")
    return [
        _record(row, _REFWORKS_VARIABLES, row.first("RT"), name, page_range(row.first("OP") or row.first("SP"), ""))
        for row in tagged
    ]


def read_endnote(text: str, name: str) -> list[Record | Reject]:
    """The records of a file in EndNote's tagged format (``%0 Journal Article``)."""
    tagged = tagged_records(_SECOND_AUTHOR.sub(r"\n\1", text), _ENDNOTE, "0")
    return [_record(row, _ENDNOTE_VARIABLES, row.first("0"), name) for row in tagged]


def read_noteexpress(text: str, name: str) -> list[Record | Reject]:
    """The records of a file of NoteExpress (``{Reference Type}: Journal Article``)."""
    tagged = tagged_records(text, _NOTEEXPRESS, "Reference Type")
    return [_record(row, _NOTEEXPRESS_VARIABLES, row.first("Reference Type"), name) for row in tagged]


def read_own(text: str, name: str) -> list[Record | Reject]:
    """The records of CNKI's E-Study (``DataType: 1``) and of its own format (``SrcDatabase-来源库: 期刊``)."""
    first = _OWN.search(text)
    tagged = tagged_records(text, _OWN, first["tag"]) if first else ()
    return [own_record(row, name) for row in tagged]


def own_record(row: Tagged, name: str) -> Record | Reject:
    """A record of tags like ``Title-题名``."""
    short = Tagged(
        row.line, [(tag if tag in OWN_VARIABLES else tag.split("-")[0], value) for tag, value in row.fields], row.ended
    )
    database = next((value for tag, value in row.fields if tag.startswith("SrcDatabase")), "")
    kind = next((kind for word, kind in _DATABASES.items() if word in database), "article-journal")
    return _record(short, OWN_VARIABLES, kind, name)


def _record(row: Tagged, variables: Mapping[str, str], kind: str, name: str, page: str = "") -> Record | Reject:
    kind = _KINDS.get(kind.strip().lower(), kind)
    fields = by_variable(row, variables)
    if page:
        fields["page"] = [page]
    names = {
        role: [parse_name(one, bare_is_person=True) for value in fields.get(role, ()) for one in split_names(value)]
        for role in ROLES
    }
    if (
        kind == "thesis"
    ):  # the university stands as the journal or as the publisher, the month of the degree as an issue
        fields["publisher"] = [*fields.get("publisher", ()), *fields.pop("container-title", ())]
        fields.pop("issue", None)
    elif kind == "article-newspaper" and "container-title" not in fields:
        fields["container-title"] = fields.pop("publisher", [])
    if not kind.startswith("article"):
        fields["ISBN"] = fields.pop("ISSN", [])
    fields["issued"] = _dates(fields.pop("date", []), fields.pop("year", []))
    where = f"{name}, line {row.line}"
    key = next((found[1] for url in fields.get("URL", ()) if (found := _CNKI_KEY.search(url))), "")
    record = make_record(kind, fields, where, key, names=names)
    return record or Reject("", f"record at line {row.line}", "corpus", "bad_row", f"{where}: it has no title")


def _dates(dates: list[str], years: list[str]) -> list[str]:
    """A day only where it lies in the year of the issue: CNKI puts articles online before the journal is out."""
    year = next((year.strip()[:4] for year in years if year.strip()), "")
    near = [date for date in dates if not year or iso_date(date).startswith(year)]
    return [*near, *years] if years or near else dates
