"""Documents as BibLaTeX, for the bibliography of the paper that they are cited in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipeline.export.citations import csl_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TYPES = {
    "article-journal": "article", "article-newspaper": "article", "article-magazine": "article", "book": "book",
    "chapter": "incollection", "entry-encyclopedia": "inreference", "paper-conference": "inproceedings",
    "thesis": "thesis", "report": "report", "webpage": "online", "post-weblog": "online", "manuscript": "unpublished",
    "patent": "patent",
}  # fmt: skip
_SUBTYPES = {"article-newspaper": "newspaper", "article-magazine": "magazine"}
_FIELDS = {
    "title": "title", "volume": "volume", "page": "pages", "publisher": "publisher", "publisher-place": "location",
    "edition": "edition", "genre": "type", "event-title": "eventtitle", "collection-title": "series", "DOI": "doi",
    "URL": "url", "ISSN": "issn", "ISBN": "isbn",
}  # fmt: skip
_BODIES = {"thesis": "institution", "report": "institution", "online": "organization", "misc": "organization"}
"""What BibLaTeX calls the publisher of these types; it does not print another one."""
_BABEL = {"zh": "chinese", "de": "ngerman", "en": "english"}
"""What BibLaTeX calls languages."""
_ESCAPED = re.compile(r"([&%#_$])")
_ADDRESS = re.compile(r"[{}\\\s\"^`]")
"""What no address has as it stands, and what would end the field."""
_KEY = re.compile(r"[^\w.:/+-]+")
"""What a key does not keep: what ends it, and what TeX reads as a sign of its own, as in a table."""
_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")
"""White space, and what no text has: biber ends at U+0000."""
_AND = re.compile(r"\band\b", re.IGNORECASE)


def to_bibtex(rows: Iterable[Mapping[str, Any]]) -> str:
    """The documents as a ``.bib`` file for BibLaTeX: UTF-8, an entry each, the key being the end of ``doc_id``.

    Args:
        rows: rows of ``documents.parquet``.
    """
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    library = Library()
    rows = list(rows)
    for key, row in zip(entry_keys(rows), rows, strict=True):
        item = csl_item(row)
        fields = [Field(name, f"{{{value}}}") for name, value in _fields(item).items() if value]
        library.add(Entry(_TYPES.get(item["type"], "misc"), key, fields))
    text: str = write_string(library, unparse_stack=[])
    return text


def entry_keys(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys that the documents have in the file, each its own.

    A document with a record keeps the record's key; one of a folder or a table has its source's name before its own,
    since rows of two tables may have one number.
    """
    used: set[str] = set()
    names = [row["doc_id"].partition("/")[2] if row.get("reference") else row["doc_id"] for row in rows]
    return [_unused(_KEY.sub("-", name).strip("-") or "document", used) for name in names]


def _fields(item: Mapping[str, Any]) -> dict[str, str]:
    fields = {name: _escape(str(item[variable])) for variable, name in _FIELDS.items() if item.get(variable)}
    fields |= {name: _ADDRESS.sub(_percent, str(item.get(name.upper(), ""))) for name in ("doi", "url")}
    fields["langid"] = _BABEL.get(str(item.get("language", ""))[:2].lower(), "")
    fields["title"] = f"{{{fields.get('title', '')}}}"
    fields["pages"] = fields.get("pages", "").replace("-", "--")
    where = "journaltitle" if item["type"].startswith("article") else "booktitle"
    fields[where] = _escape(str(item.get("container-title", "")))
    fields["number"] = _escape(str(item.get("issue") or item.get("number") or ""))
    body = _BODIES.get(_TYPES.get(item["type"], "misc"))
    if body:
        fields[body] = fields.pop("publisher", "")
    fields["entrysubtype"] = _SUBTYPES.get(item["type"], "")
    for role in ("author", "editor", "translator"):
        fields[role] = " and ".join(_name(person) for person in item.get(role, ()))
    for name, variable in (("date", "issued"), ("urldate", "accessed")):
        parts = item.get(variable, {}).get("date-parts", [[]])[0]
        fields[name] = "-".join(f"{part:02d}" for part in parts)
    return fields


def _name(person: Mapping[str, str]) -> str:
    if "literal" in person:
        return f"{{{_escape(person['literal'])}}}"
    parts = [_escape(person.get(part, "")) for part in ("family", "given")]
    # A comma or an "and" within a part would make two names of one.
    return ", ".join(f"{{{part}}}" if _AND.search(part) or "," in part else part for part in parts if part)


def _escape(text: str) -> str:
    r"""Text for LaTeX: its own signs escaped, a backslash as a command, braces left out."""
    text = _CONTROL.sub(" ", re.sub(r"[{}]", "", text)).strip().replace("\\", r"\textbackslash{}")
    return _ESCAPED.sub(r"\\\1", text).replace("~", r"\textasciitilde{}").replace("^", r"\textasciicircum{}")


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _unused(key: str, used: set[str]) -> str:
    number, free = 1, key
    while free.lower() in used:
        number += 1
        free = f"{key}-{number}"
    used.add(free.lower())
    return free
