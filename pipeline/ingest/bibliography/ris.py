"""RIS, as Zotero, publishers and libraries write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.ingest.bibliography.record import make_record, page_range
from pipeline.ingest.bibliography.tagged import by_variable, tagged_records
from pipeline.records import Reject

if TYPE_CHECKING:
    from pipeline.ingest.bibliography.record import Record

_STRICT = re.compile(r"\s*(?P<tag>[A-Z][A-Z0-9])  -\s?(?P<value>.*)")
_LOOSE = re.compile(r"\s*(?P<tag>[A-Z][A-Z0-9])\s{1,2}-\s?(?P<value>.*)")
"""With one space before the dash, as some write; a wrapped line (``EU - China``) could look the same."""

_TYPES = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "ABST": "article-journal", "INPR": "article-journal",
    "MGZN": "article-magazine", "NEWS": "article-newspaper", "BOOK": "book", "EBOOK": "book", "EDBOOK": "book",
    "SER": "book", "CHAP": "chapter", "ECHAP": "chapter", "CONF": "paper-conference", "CPAPER": "paper-conference",
    "THES": "thesis", "RPRT": "report", "GOVDOC": "report", "ELEC": "webpage", "WEB": "webpage",
    "BLOG": "post-weblog", "UNPB": "manuscript", "MANSCPT": "manuscript", "LEGAL": "legislation",
    "STAT": "legislation", "BILL": "bill", "CASE": "legal_case", "PAT": "patent", "STAND": "standard",
    "ICOMM": "personal_communication", "PCOMM": "personal_communication", "DATA": "dataset", "COMP": "software",
    "VIDEO": "motion_picture", "MPCT": "motion_picture", "SOUND": "song", "SLIDE": "speech",
    "ENCYC": "entry-encyclopedia", "DICT": "entry-dictionary", "MAP": "map", "PREPRINT": "article",
}  # fmt: skip

_VARIABLES = {
    "TI": "title", "T1": "title", "CT": "title", "JF": "container-title", "T2": "container-title",
    "JO": "container-title", "BT": "container-title", "J2": "container-title", "JA": "container-title",
    "AU": "author", "A1": "author", "ED": "editor", "A2": "editor", "A4": "translator",
    "DA": "issued", "PY": "issued", "Y1": "issued", "Y2": "accessed", "VL": "volume", "IS": "issue",
    "PB": "publisher", "CY": "publisher-place", "PP": "publisher-place", "ET": "edition", "M3": "genre",
    "T3": "collection-title", "C3": "event-title", "DO": "DOI", "UR": "URL", "LA": "language", "AB": "abstract",
    "N2": "abstract", "KW": "keyword", "L1": "file", "L2": "file", "L4": "file", "LK": "URL",
}  # fmt: skip
_WHOLE = {"book", "report", "thesis", "manuscript"}
"""Types whose T2 is the series that they are part of."""


def read_ris(text: str, name: str) -> list[Record | Reject]:
    """The records of a RIS file.

    Args:
        text: the whole file.
        name: what the file is called, for the records' places.

    Returns:
        Records, and in its place a reject for one without a title; a last record without ``ER`` has the flag
        ``cut_off``.
    """
    first = re.search(r"^\s*TY(\s+)-", text, re.MULTILINE)
    line = _STRICT if first and len(first[1]) == 2 else _LOOSE
    read: list[Record | Reject] = []
    for number, tagged in enumerate(tagged_records(text, line, "TY", "ER"), start=1):
        kind = _TYPES.get(tagged.first("TY").upper(), "document")
        fields = by_variable(tagged, _VARIABLES)
        if kind in _WHOLE and "container-title" in fields:
            fields.setdefault("collection-title", fields.pop("container-title"))
        if kind in _WHOLE and "title" not in fields:
            fields["title"] = fields.pop("collection-title", [])
        if kind == "speech":
            fields.setdefault("event-title", fields.pop("container-title", []))
        fields["page"] = [page_range(tagged.first("SP"), tagged.first("EP"))]
        fields["ISSN" if kind.startswith("article") else "ISBN"] = [tagged.first("SN")]
        where = f"{name}, line {tagged.line}"
        record = make_record(kind, fields, where, tagged.first("ID"), flags=() if tagged.ended else ("cut_off",))
        read.append(record or Reject("", f"record {number}", "corpus", "bad_row", f"{where}: it has no title (TI)"))
    return read
