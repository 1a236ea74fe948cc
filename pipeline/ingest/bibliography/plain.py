"""References written out by GB/T 7714, one a line, as CNKI copies them: ``[1]张三.题名[J].刊名,2008(05):915-924.``.

CNKI's format for searches of novelty (查新) has the abstract and the keywords behind each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.ingest.bibliography.names import Name, parse_name, split_names
from pipeline.ingest.bibliography.record import make_record
from pipeline.ingest.bibliography.tagged import tagged_records
from pipeline.records import Reject

if TYPE_CHECKING:
    from pipeline.ingest.bibliography.record import Record

_LINE = re.compile(r"\s*(?P<tag>)[\[［](?P<number>\d+)[\]］]\s*(?P<value>.+)")
_TYPES = {
    "J": "article-journal", "N": "article-newspaper", "M": "book", "D": "thesis", "C": "paper-conference",
    "R": "report", "EB": "webpage", "P": "patent", "S": "standard", "A": "document", "Z": "document",
}  # fmt: skip
_REFERENCE = re.compile(
    r"(?P<authors>[^.．]*(?:[.．]\s?[A-Z]\b[^.．]*)*?)[.．]\s*(?P<title>.+?)\s*[\[［](?P<type>[A-Z]{1,2})(?:/[A-Z]+)?[\]］]\s*"
    r"(?:[.．]|//)\s*(?P<rest>.*)"
)
_LABEL = re.compile(r"[【\[]?(摘\s*要|关\s*键\s*词)[】\]]?\s*[:：]")
_LABELS = {"摘": "abstract", "关": "keyword"}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d(?:-\d\d?-\d\d?)?)(?!\d)")
_VOLUME = re.compile(r"[,，]\s*(\d+)\s*(?=[(（]|[:：])")
_ISSUE = re.compile(r"[(（]([^()（）]{1,12})[)）]")
_PAGES = re.compile(r"[:：]\s*([A-Z]?\d[\d+\-–,，\s]*)")
_ADDRESS = re.compile(r"https?://\S+")


def read_plain(text: str, name: str) -> list[Record | Reject]:
    """The records of a list of references; a line that is no such reference is a reject."""
    read: list[Record | Reject] = []
    for row in tagged_records(text, _LINE, ""):
        where = f"{name}, line {row.line}"
        reference, *labelled = _LABEL.split(row.fields[0][1])
        more = {_LABELS[label[0]]: [text] for label, text in zip(labelled[::2], labelled[1::2], strict=True)}
        found = _REFERENCE.fullmatch(reference.strip())
        record = _record(found, where, more) if found else None
        detail = f"{where}: no reference by GB/T 7714 (authors. title[J]. journal, year, volume(issue): pages.)"
        read.append(record or Reject("", f"record at line {row.line}", "corpus", "bad_row", detail))
    return read


def _record(found: re.Match[str], where: str, more: dict[str, list[str]]) -> Record | None:
    kind = _TYPES.get(found["type"], "document")
    rest = found["rest"]
    address = _ADDRESS.search(rest)
    rest = _ADDRESS.sub("", rest).rstrip(" .．")
    year = _YEAR.search(rest)
    before, after = (rest[: year.start()], rest[year.end() :]) if year else (rest, "")
    source = before.strip(" ,，(（")
    fields = more | {
        "title": [found["title"]],
        "issued": [year[1]] if year else [],
        "URL": [address[0].rstrip(".")] if address else [],
    }
    if kind.startswith("article"):
        fields["container-title"] = [source]
        fields["volume"] = [match[1] for match in [_VOLUME.search(after)] if match]
        fields["issue"] = [match[1] for match in [_ISSUE.search(after)] if match]
    else:
        place, colon, publisher = (part.strip() for part in source.partition(":" if ":" in source else "："))
        fields["publisher"] = [publisher if colon else place]
        fields["publisher-place"] = [place] if colon else []
    if kind == "article-newspaper":
        fields["page"] = fields.pop("issue")
    else:
        fields["page"] = [match[1].strip() for match in [_PAGES.search(after)] if match]
    authors = re.sub(r"[,，]?\s*(?:等|et\s+al)\s*$", "", found["authors"])
    names = [_name(part) for one in split_names(authors) for part in re.split(r"[,，]\s*", one) if part]
    return make_record(kind, fields, where, names={"author": names})


def _name(text: str) -> Name:
    """``SMITH J A`` is the family's name and initials; others as anywhere."""
    found = re.fullmatch(r"(.+?)\s+((?:[A-Z]\.?[\s-]?){1,3})", text.strip())
    return Name(found[1], found[2].strip()) if found else parse_name(text, bare_is_person=True)
