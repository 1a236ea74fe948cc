"""Which format an export is in, by its content; reading it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import StudyError, Unreadable
from pipeline.ingest.bibliography import tables
from pipeline.ingest.bibliography.bibtex import read_bibtex
from pipeline.ingest.bibliography.cnki import read_endnote, read_noteexpress, read_own, read_refworks
from pipeline.ingest.bibliography.csl import read_csl
from pipeline.ingest.bibliography.plain import read_plain
from pipeline.ingest.bibliography.rdf import read_rdf
from pipeline.ingest.bibliography.ris import read_ris
from pipeline.ingest.encodings import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.ingest.bibliography.record import Record
    from pipeline.records import Reject


def _start(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


class Format(NamedTuple):
    """A format of text."""

    name: str
    start: re.Pattern[str]
    """What stands at the beginning of such a file, behind white space."""
    media_type: str
    read: Callable[[str, str], list[Record | Reject]]


_CNKI = r"(?:DataType\s*[:：]\s*\d|SrcDatabase-[^\s:：]+\s*[:：]|Title-题名\s*[:：])"
_ENTRY = r"(?s)(?:[^@]{0,2000}?^\s*)?@\s*[A-Za-z]+\s*[{(]"

FORMATS = (
    Format("RIS", _start(r"(?s).{0,500}?^TY\s{1,2}- ?[A-Z]"), "application/x-research-info-systems", read_ris),
    Format("NoteExpress", _start(r"\{Reference Type\}\s*[:：]"), "text/plain", read_noteexpress),
    Format("RefWorks", _start(r"RT [A-Z]"), "text/plain", read_refworks),
    Format("EndNote", _start(r"%0 \S"), "application/x-endnote-refer", read_endnote),
    Format("CNKI", _start(_CNKI), "text/plain", read_own),
    Format("GB/T 7714", _start(r"[\[［]1[\]］].{2,400}[\[［][A-Z]{1,2}(?:/[A-Z]{2})?[\]］]"), "text/plain", read_plain),
    Format("BibTeX", _start(_ENTRY), "application/x-bibtex", read_bibtex),
    Format("CSL-JSON", _start(r"\[\s*(?:[{\]]|$)|\{\s*(?:\"|$)"), "application/vnd.citationstyles.csl+json", read_csl),
)
_RDF = re.compile(r"(?s)(?:<\?xml.{0,200}?\?>\s*)?(?:<!--.*?-->\s*)*<rdf:RDF[\s>]")
_RDF_TYPE = "application/rdf+xml"

SUFFIXES = (".ris", ".bib", ".bibtex", ".json", ".rdf", ".enw", ".net", ".txt", *tables.SUFFIXES)
"""What exports are called; a text file among them is one by what stands in it."""


class Export(NamedTuple):
    """What an export holds."""

    path: Path
    media_type: str
    read: list[Record | Reject]


def read_export(path: Path) -> Export:
    """Read an export of a bibliography, whatever its format and encoding.

    Raises:
        StudyError: no format that is known, its encoding cannot be found, or it is damaged as a whole.
    """
    data = _bytes(path)
    if _is_table(data, path):
        return Export(path, "text/csv", tables.read_table(data, path))
    try:
        text, _ = decode(data)
    except Unreadable as problem:
        raise StudyError(f"{path}: the export cannot be read ({problem}); export it again, in UTF-8") from None
    body = text.lstrip("\ufeff \t\r\n")
    if _RDF.match(body):
        return Export(path, _RDF_TYPE, _named(path, partial(read_rdf, _utf8(body), path.name)))
    for known in FORMATS:
        if known.start.match(body):
            return Export(path, known.media_type, _named(path, partial(known.read, text, path.name)))
    names = ", ".join(["Zotero RDF", *(known.name for known in FORMATS), "a table"])
    raise StudyError(f"{path}: this is no export of a bibliography that is known; known: {names}")


def is_export(path: Path) -> bool:
    """Whether a file of a folder is an export: by its name, and a text or a table by what stands in it."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        data = _bytes(path)
        if _is_table(data, path):
            tables.read_table(data, path)
            return True
        body = decode(data)[0].lstrip("\ufeff \t\r\n")
    except (StudyError, Unreadable):
        return False
    if _RDF.match(body):
        return True
    return any(known.start.match(body) for known in FORMATS) and not (
        path.suffix.lower() == ".json" and "schema.oparl.org" in body[:5000]
    )


def _is_table(data: bytes, path: Path) -> bool:
    return path.suffix.lower() in tables.SUFFIXES or data.startswith(b"\xd0\xcf\x11\xe0")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise StudyError(f"{path}: {problem.strerror}; the study names this export") from None


def _utf8(body: str) -> bytes:
    """XML as UTF-8, without the declaration of the encoding that it had."""
    return re.sub(r"^<\?xml[^>]*\?>", "", body, count=1).encode("utf-8", "replace")


def _named(path: Path, read: Callable[[], list[Record | Reject]]) -> list[Record | Reject]:
    """What a reader gives; its errors with the whole path instead of the name."""
    try:
        return read()
    except StudyError as problem:
        raise StudyError(str(problem).replace(path.name, str(path), 1)) from None
