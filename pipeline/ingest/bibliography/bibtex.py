"""BibTeX and BibLaTeX, as Zotero, JabRef and CNKI write them; read by bibtexparser, their LaTeX by pylatexenc."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING

from pipeline.ingest.bibliography.names import Name, has_han, parse_name, split_names
from pipeline.ingest.bibliography.record import ROLES, make_record, split_keywords
from pipeline.records import Reject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bibtexparser.model import Block, Entry
    from pylatexenc.latex2text import LatexNodes2Text

    from pipeline.ingest.bibliography.record import Record

_TYPES = {
    "article": "article-journal", "book": "book", "mvbook": "book", "collection": "book", "mvcollection": "book",
    "proceedings": "book", "mvproceedings": "book", "booklet": "book", "reference": "book", "manual": "report",
    "incollection": "chapter", "inbook": "chapter", "bookinbook": "chapter", "suppbook": "chapter",
    "inreference": "entry-encyclopedia", "inproceedings": "paper-conference", "conference": "paper-conference",
    "thesis": "thesis", "phdthesis": "thesis", "mastersthesis": "thesis", "report": "report", "techreport": "report",
    "online": "webpage", "electronic": "webpage", "www": "webpage", "unpublished": "manuscript", "patent": "patent",
    "standard": "standard", "legislation": "legislation", "jurisdiction": "legal_case", "dataset": "dataset",
    "software": "software", "letter": "personal_communication", "misc": "document", "newspaper": "article-newspaper",
}  # fmt: skip
_SUBTYPES = {"newspaper": "article-newspaper", "magazine": "article-magazine"}

_VARIABLES = {
    "title": "title", "journaltitle": "container-title", "journal": "container-title", "booktitle": "container-title",
    "maintitle": "container-title", "date": "issued", "urldate": "accessed", "volume": "volume", "number": "issue",
    "issue": "issue", "pages": "page", "publisher": "publisher", "institution": "publisher", "school": "publisher",
    "organization": "publisher", "location": "publisher-place", "address": "publisher-place", "edition": "edition",
    "type": "genre", "eventtitle": "event-title", "series": "collection-title", "doi": "DOI", "url": "URL",
    "issn": "ISSN", "isbn": "ISBN", "langid": "language", "language": "language", "abstract": "abstract",
}  # fmt: skip
_CONCATENATED = re.compile(r"\{[^{}]*\}|\"[^\"]*\"|[^\s#{}\"]+")
"""The parts of ``zfp # { Nord}``; bibtexparser puts in strings that stand alone only."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SIMPLE = re.compile(r"\\([&%_#$])")
_BARE = re.compile(r"(?<!\\)([&%#])")
"""Signs that LaTeX would take for its own, as programs that do not write LaTeX leave them."""
_HAS_LATEX = re.compile(r"\\|\$|~|--|``|''")


def read_bibtex(text: str, name: str) -> list[Record | Reject]:
    """The records of a BibTeX file.

    Returns:
        Records, and rejects for entries that cannot be read: a brace that is not closed, no title. An entry whose key
        or field stands twice is read; of a field that stands twice the first counts.
    """
    from bibtexparser.entrypoint import parse_string

    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # what it warns of becomes rejects
    library = parse_string(text)
    strings = {key: string.value for key, string in library.strings_dict.items()}
    return [read for block in library.blocks if (read := _read(block, name, strings)) is not None]


def _read(block: Block, name: str, strings: Mapping[str, str]) -> Record | Reject | None:
    """A record of a block; None for comments and strings."""
    from bibtexparser.model import Entry, ParsingFailedBlock

    line = (block.start_line or 0) + 1
    if isinstance(block, ParsingFailedBlock) and not isinstance(block.ignore_error_block, Entry):
        said = " ".join(str(getattr(block.error, "abort_reason", block.error)).split())
        return Reject("", f"record at line {line}", "corpus", "bad_row", f"{name}, line {line}: {said}"[:300])
    entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
    return _record(entry, f"{name}, line {line}", line, strings) if isinstance(entry, Entry) else None


def _record(entry: Entry, where: str, line: int, strings: Mapping[str, str]) -> Record | Reject:
    raw: dict[str, str] = {}
    for field in entry.fields:
        value = str(field.value)
        if field.enclosing == "no-enclosing" and "#" in value:
            value = "".join(strings.get(part, part.strip('{}"')) for part in _CONCATENATED.findall(value))
        raw.setdefault(field.key.lower(), value)
    fields: dict[str, list[str]] = {}
    for tag, variable in _VARIABLES.items():
        if raw.get(tag):
            fields.setdefault(variable, []).append(raw[tag] if variable in {"URL", "DOI"} else decode_latex(raw[tag]))
    for tag in ("DOI", "URL"):
        fields[tag] = [_SIMPLE.sub(r"\1", value).replace("{", "").replace("}", "") for value in fields.get(tag, [])]
    kind = _TYPES.get(entry.entry_type.lower(), "document")
    kind = _SUBTYPES.get(raw.get("entrysubtype", "").lower(), kind)
    if kind == "document" and fields.get("URL") and "howpublished" not in raw:
        kind = "webpage"
    if not kind.startswith("article"):
        fields["number"] = fields.pop("issue", [])
    if subtitle := decode_latex(raw.get("subtitle", "")):
        fields["title"] = [f"{title}: {subtitle}" for title in fields.get("title", [])]
    fields.setdefault("issued", []).extend(_year_and_month(raw))
    keywords = decode_latex(raw.get("keywords", raw.get("keyword", "")))
    fields["keyword"] = split_keywords(keywords, at_commas=True)
    fields["file"] = attachments(raw.get("file", ""))
    names = {role: _names(raw.get(role, "")) for role in ROLES}
    record = make_record(kind, fields, where, entry.key, names=names)
    item = entry.key or f"record at line {line}"
    return record or Reject("", item, "corpus", "bad_row", f"{where}: it has no title")


def decode_latex(value: str) -> str:
    r"""The text of LaTeX: ``M{\"u}ller`` is Müller, ``{EU}`` EU, ``\&`` &."""
    simple = _SIMPLE.sub(r"\1", value)
    if not _HAS_LATEX.search(simple):
        value = simple
    else:
        from pylatexenc.latexwalker import LatexWalkerError

        try:
            value = _decoder().latex_to_text(_BARE.sub(r"\\\1", value))
        except (LatexWalkerError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
            value = simple  # what is no LaTeX, or a command that the library fails over, stays as it is written
    return value.replace("{", "").replace("}", "")


@cache
def _decoder() -> LatexNodes2Text:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="verbatim", keep_comments=True, strict_latex_spaces=False)


def attachments(value: str) -> list[str]:
    r"""The paths of a field ``file``: ``Text:C\:\\x\\a.pdf:application/pdf;Snap:b.html:text/html``, or a path alone."""
    paths = []
    for entry in re.split(r"(?<!\\);", value):
        parts = [re.sub(r"\\([:;\\{}])", r"\1", part) for part in re.split(r"(?<!\\):", entry)]
        for i, part in enumerate(parts[:-1]):  # a drive's colon that nobody escaped
            if re.fullmatch("[A-Za-z]", part) and parts[i + 1][:1] in {"\\", "/"}:
                parts[i : i + 2] = [f"{part}:{parts[i + 1]}"]
                break
        path = ":".join(parts[1:-1]) if len(parts) > 2 else parts[0]
        paths.append(path.replace("{", "").replace("}", "").strip())
    return [path for path in paths if path]


def _names(value: str) -> list[Name]:
    from bibtexparser.middlewares.names import split_multiple_persons_names

    names: list[Name] = []
    for one in split_multiple_persons_names(value) if value else ():
        text = " ".join(decode_latex(one).split())
        if one.startswith("{") and one.endswith("}"):
            names.append(Name(literal=text))
        elif has_han(text) and "," not in text:
            names += [parse_name(part) for part in split_names(text)]
        elif text != "others":
            names.append(_western(text))
    return names


def _western(text: str) -> Name:
    """``Müller, Hans``, ``Müller, Jr., Hans`` and, without a comma, ``Hans von Müller``: as BibTeX reads names."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3:
        return Name(parts[0], f"{parts[2]}, {parts[1]}")
    if len(parts) > 1:
        return parse_name(text)
    words = text.split(" ")
    lower = next((i for i, word in enumerate(words[:-1]) if word[:1].islower()), len(words) - 1)
    return Name(" ".join(words[lower:]), " ".join(words[:lower])) if lower else Name(literal=text)


def _year_and_month(raw: dict[str, str]) -> list[str]:
    year = decode_latex(raw.get("year", "")).strip()
    month = raw.get("month", "").strip('{}" ').lower()
    if month[:3] in _MONTHS:
        month = str(_MONTHS.index(month[:3]) + 1)
    if re.fullmatch(r"\d{4}", year) and re.fullmatch(r"\d{1,2}", month):
        return [f"{year}-{int(month):02d}"]
    return [year] if year else []
