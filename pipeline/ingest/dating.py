"""When a document was published, and what says so: each kind of evidence for itself, and the order of their weight.

What the study says (a sidecar, a table's column) comes first and is laid over when the corpus is put together. Then:
what the file's own markup says, its address, its first and last lines, its name. That a PDF or a Word file was made or
saved on some day is no evidence at all: it is the day of a scan, of a conversion or of a template. The day on which
the file was last changed on this disk counts only where the study asks for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from pipeline.ingest.dates import WRITTEN_DATE, is_ambiguous, is_serial, iso_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.records import Extract

Evidence = Literal["metadata", "markup", "url", "text", "filename", "file"]
BAD_DATE = "bad_date"
"""The flag of a document of which something gives a date that cannot be: in the future, or before 1900."""
DATE_DOUBTS = frozenset({BAD_DATE, "ambiguous_date", "number_as_date"})
"""The flags of a document of which something gives a date that was not taken."""

_Y, _Y_WEB = r"(?P<year>(?:19|20)\d\d)", r"(?P<year>199\d|20\d\d)"
_M, _D = r"(?P<month>0?[1-9]|1[0-2])", r"(?P<day>0?[1-9]|[12]\d|3[01])"
_MM, _DD = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
_END = r"(?=[/_.\-]|$)"
_IN_ADDRESS = tuple(
    re.compile(pattern)
    for pattern in (
        # /2014-05/15/, /2014/05/15/, /art/2014/5/15/, /2014-05-15-rede.html, /2014_05_15_229.shtml; /202311/17/
        rf"/{_Y_WEB}[-/_]{_M}[-/_]{_D}{_END}",
        rf"/{_Y_WEB}{_MM}/{_DD}{_END}",
        # /t20140515_1.shtml, /20140515/, /2014/0515/c1001.html, /rede-20140515.html
        rf"(?:/[a-z]{{0,3}}[-_]?|[-_]){_Y_WEB}/?{_MM}{_DD}{_END}",
        # /rede-2014-05-15.html, /15-05-2014-rede.html
        rf"[-_]{_Y_WEB}[-_]{_MM}[-_]{_DD}{_END}",
        rf"[-_/]{_DD}[-_.]{_MM}[-_.]{_Y_WEB}{_END}",
        # /Reden/2014/05/140515-rede.html: the year's folder confirms the short form
        rf"/(?P<year>20(?P<short>\d\d))/(?:\d\d/)?(?P=short){_MM}{_DD}(?=[-_.])",
        rf"/{_Y_WEB}[-/]?{_MM}(?=/)",
        rf"/{_Y_WEB}(?=/)",
    )
)
_IN_NAME = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_Y}[-_. ]?{_MM}[-_. ]?{_DD}(?!\d)",
        rf"(?<![\d.]){_D}\.{_M}\.{_Y}(?!\d)",
        rf"(?<!\d)(?P<day>1[3-9]|2\d|3[01])[-_]{_M}[-_]{_Y}(?!\d)",
        rf"(?<![\d.,-]){_Y}-{_MM}(?![\d-])",
        rf"(?<![0-9A-Za-z]){_Y}(?![0-9A-Za-z])",
    )
)
_EVENT = (
    r"agenda|vision|horizont?|strategie|masterplan|konzept|ziele?|expo|olymp\w*|\w*wahl(?:en)?|em|wm|weltausstellung"
    r"|haushalt"
)
_NUMBERED = (
    r"artikel|nr|no|num(?:mer)?|seite|page|id|drucksache|drs|vorlage|kapitel|band|bd|vol|node|article|content|第"
)
_OF_EVENT = re.compile(rf"(?:^|[\W_])(?:{_EVENT})[\W_]*$", re.IGNORECASE)
_OF_NUMBER = re.compile(rf"(?:^|[\W_])(?:{_NUMBERED})[\W_]*$", re.IGNORECASE)
_EVENT_BEHIND = re.compile(r"年?(?:北京|上海)?(?:奥运|世博|亚运|世界杯|奥林匹克|冬奥|级|届|年代)")
_NOT_TEXTS = re.compile(
    r"scan|img|dsc|screen ?shot|bildschirmfoto|whatsapp|mmexport|camscanner|download|kopie|copy|backup"
    r"|微信|截图|截屏|扫描|下载|备份",
    re.IGNORECASE,
)
_LONG = 2000
"""Characters of an address that are read."""
_FOLDERS = re.compile(rf"(?:^|/){_Y}(?:/{_MM}(?:/{_DD})?)?$")


class Found(NamedTuple):
    """A date and what says it."""

    date: str
    """``2014-05-15``, ``2014-05`` or ``2014``; as it is written where it cannot be a date."""
    evidence: Evidence


def url_date(url: str) -> Found | None:
    """The date in an address: ``/2014-05/15/content_2680312.htm``, ``/t20140515_1.shtml``, ``/2014/`` for the year.

    Only the path is read, and of several dates in it the finest. The number of an article (``content_2680312``) is no
    date, nor is the year of an event (``/agenda/2010/``) or one before there were web pages.
    """
    try:
        path = unquote(urlsplit(url).path)[:_LONG]
    except ValueError:
        return None
    for pattern in _IN_ADDRESS:
        for found in reversed(list(pattern.finditer(path))):
            date = _made(found)
            if date and (len(date) > 4 or not _OF_EVENT.search(path[: found.start()])):
                return Found(date, "url")
    return None


def filename_date(name: str) -> Found | None:
    """The date in a file's name or in its folders': ``2014-05-15_rede.txt``, ``rede_2014.docx``, ``2014/05/``.

    A year that belongs to a name (``Agenda 2010``, ``2008年奥运会``), two years, and the names of scans and downloads,
    which tell when they were made, give none.

    Args:
        name: The path of the file in its source.
    """
    path = PurePosixPath(unicodedata.normalize("NFKC", name))
    stem = path.name[: -len(path.suffix)] if path.suffix[1:].isalnum() and not path.suffix[1:].isdigit() else path.name
    if _NOT_TEXTS.match(stem):
        return None
    written = {date for found in WRITTEN_DATE.finditer(stem.replace("_", " ")) if (date := iso_date(found[0]))}
    numbers = ([found for found in pattern.finditer(stem) if _made(found)] for pattern in _IN_NAME)
    matches = next(filter(None, numbers), [])
    dates = written or {_made(found) for found in matches if len(matches) > 1 or _is_own(stem, found)}
    if dates:
        return Found(dates.pop(), "filename") if len(dates) == 1 else None
    folders = _FOLDERS.search(path.parent.as_posix())
    date = _made(folders) if folders else ""
    return Found(date, "filename") if date else None


def file_date(modified: float) -> Found:
    """The day on which a file was last changed on its disk, for a study that asks for it.

    Args:
        modified: Seconds since 1970, as ``Path.stat().st_mtime`` gives them; the day is that of UTC.
    """
    return Found(dt.datetime.fromtimestamp(modified, tz=dt.UTC).date().isoformat(), "file")


def date_doubt(written: str) -> str:
    """The flag of a document to which a date is given that cannot be taken: it is told why, to mend it."""
    flag = BAD_DATE
    if is_ambiguous(written):
        flag = "ambiguous_date"
    elif is_serial(written):
        flag = "number_as_date"
    return flag


def first_date(candidates: Iterable[Found | None]) -> tuple[Found | None, list[str]]:
    """The date of the weightiest evidence, and the doubts that some of no less weight, which is not taken, gives.

    Args:
        candidates: From the weightiest to the least. A later one counts where it says more of the same date: the year
            of an address and the day of the text are the day of the text.

    Returns:
        The date, and the flags of the candidates before it (of all, if there is none) that are no date.
    """
    best: Found | None = None
    flags: list[str] = []
    for candidate in filter(None, candidates):
        if not iso_date(candidate.date):
            flags += [date_doubt(candidate.date)] if best is None else []
        elif best is None or (candidate.date.startswith(best.date) and len(candidate.date) > len(best.date)):
            best = candidate
    return best, list(dict.fromkeys(flags))


def date_extract(extract: Extract, name: str = "", *, url: str = "") -> Extract:
    """Give a document the date that its markup, address, text or name says, with ``date_evidence``.

    Args:
        extract: As a reader made it; its ``date`` is what the file's markup says.
        name: The file's path in its source; empty where it has none, and passed over where it is an address.
        url: The address that it was fetched from; its metadata may name another.

    Returns:
        The same with ``date`` and ``date_evidence`` in its metadata, and one of `DATE_DOUBTS` where something says a
        date that cannot be or could be two.
    """
    said = extract.metadata.get("date", "")
    given = Found(iso_date(said) or said, _evidence(extract.metadata.get("date_evidence", ""))) if said else None
    if given and len(given.date) == 10 and iso_date(given.date):
        candidates: list[Found | None] = [given]
    else:
        from pipeline.ingest.dates_in_text import text_date  # compiling its patterns takes long

        candidates = [given, url_date(url), url_date(extract.metadata.get("url", ""))]
        named = None if "://" in name else filename_date(name)
        known = first_date([*candidates, named])[0]
        written = text_date(extract.blocks, int(known.date[:4]) if known else None)
        candidates += [Found(written, "text") if written else None, named]
    found, doubts = first_date(candidates)
    metadata = {key: value for key, value in extract.metadata.items() if key not in {"date", "date_evidence"}}
    if found:
        metadata |= {"date": found.date, "date_evidence": found.evidence}
    flags = (*extract.flags, *(doubt for doubt in doubts if doubt not in extract.flags))
    return dataclasses.replace(extract, metadata=metadata, flags=flags)


def _evidence(said: str) -> Evidence:
    known: tuple[Evidence, ...] = ("metadata", "markup", "url", "text", "filename", "file")
    return next((evidence for evidence in known if evidence == said), "markup")


def _made(found: re.Match[str]) -> str:
    """The date of a match's groups; empty for what is no day of the calendar or cannot be."""
    parts = [found[name].zfill(2) for name in ("year", "month", "day") if found.groupdict().get(name)]
    return iso_date("-".join(parts))


def _is_own(stem: str, found: re.Match[str]) -> bool:
    """Whether a date in a name is the text's; a year may belong to what the text is about, or be no year."""
    before = stem[: found.start()]
    is_other = _OF_EVENT.search(before) or _OF_NUMBER.search(before) or _EVENT_BEHIND.match(stem, found.end())
    return len(_made(found)) > 4 or not is_other
