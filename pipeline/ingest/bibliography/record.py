"""One item of a bibliography, whatever format it came in: its description as CSL-JSON, and what else we use of it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.ingest.bibliography.names import has_han, parse_name, to_csl
from pipeline.ingest.dates import parse_date
from pipeline.ingest.readers.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.ingest.bibliography.names import Name


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES = ("author", "editor", "translator")
"""Who CSL names, of those that exports tell apart."""

TEXTS = ("title", "container-title", "volume", "issue", "page", "publisher", "publisher-place", "edition", "genre",
         "event-title", "collection-title", "number", "ISSN", "ISBN", "DOI", "URL", "language")  # fmt: skip
"""The variables of CSL that hold text."""

TYPES = _words(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter dataset document "
    "entry-dictionary entry-encyclopedia event interview legal_case legislation manuscript map motion_picture "
    "paper-conference patent periodical personal_communication post post-weblog regulation report review "
    "review-book software song speech standard thesis treaty webpage"
)
"""The types of CSL 1.0.2 that bibliographies have."""

_TAGS = re.compile(r"</?(?:i|b|u|sub|sup|em|strong|span|p|br|jats:\w+|sc)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ABSTRACT_LABEL = re.compile(
    r"^(?:[〈⟨<＜]正[＞>⟩〉]\s*|[【\[]?(?:内容)?(?:摘\s*要|提\s*要)[】\]]?\s*[:：]?\s*|(?:Abstract|Zusammenfassung)\s*[:：]\s*)"
)
_KEYWORD_LABEL = re.compile(
    r"^(?:[【\[]?关\s*键\s*词[】\]]?\s*[:：]?|Key\s?words?\s*[:：]|Schlagw[öo]rte[r]?\s*[:：])\s*", re.IGNORECASE
)
_PARTS = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_LEADING_ZEROS = re.compile(r"(?<![\w.])0+(?=\d)")


@dataclass(frozen=True, slots=True)
class Record:
    """An item of a bibliography."""

    item: Mapping[str, Any]
    """CSL-JSON without an id."""
    where: str
    """Its place in the export: ``refs.bib, line 12``."""
    key: str = ""
    """Its citation key or Zotero key; nothing where the format has none."""
    date: str = ""
    """As the export has it, in ISO where that could be read."""
    abstract: tuple[str, ...] = ()
    """Its paragraphs."""
    keywords: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    """Paths as they are written, perhaps of another machine."""
    flags: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title; never empty."""
        return str(self.item["title"])


def make_record(
    kind: str,
    fields: Mapping[str, Sequence[str]],
    where: str,
    key: str = "",
    *,
    names: Mapping[str, Sequence[Name]] | None = None,
    flags: Sequence[str] = (),
) -> Record | None:
    """A record of an export's fields; None where there is no title.

    Args:
        kind: the type in CSL; an unknown one is ``document``.
        fields: by the name of CSL's variable what the export says, each value cleaned here; beside those of CSL
            ``abstract``, ``keyword`` (lists, see `split_keywords`), ``file`` and ``accessed``.
        where: the record's place.
        key: its key.
        names: by role the names; where absent they are read from ``fields``.
        flags: what is doubtful about it.
    """
    item: dict[str, Any] = {"type": kind if kind in TYPES else "document"}
    for name in TEXTS:
        text = next(filter(None, (_plain(value) for value in fields.get(name, ()))), "")
        text = _NORMAL[name](text) if name in _NORMAL else text
        if text:
            item[name] = text
    if "title" not in item:
        return None
    given = names or {role: [parse_name(name) for name in fields.get(role, ())] for role in ROLES}
    for role, people in given.items():
        listed = [to_csl(name) for name in people if any(name)]
        if listed:
            item[role] = listed
    issued = [iso_date(_plain(value)) for value in fields.get("issued", ())]
    date = max(filter(None, issued), key=_precision, default="")
    for name, text in (("issued", date), ("accessed", next(map(iso_date, fields.get("accessed", ())), ""))):
        if parts := date_parts(text):
            item[name] = {"date-parts": [parts]}
    abstract = [
        p
        for value in fields.get("abstract", ())
        for p in (_ABSTRACT_LABEL.sub("", _plain(line)) for line in value.splitlines())
        if p
    ]
    return Record(
        item=item,
        where=where,
        key=clean(key),
        date=date,
        abstract=tuple(dict.fromkeys(abstract)),
        keywords=tuple(dict.fromkeys(word for value in fields.get("keyword", ()) for word in split_keywords(value))),
        attachments=tuple(dict.fromkeys(path.strip() for path in fields.get("file", ()) if path.strip())),
        flags=(*flags, *(["garbled_record"] if "\ufffd" in f"{item}{abstract}" else [])),
    )


def split_keywords(text: str, *, at_commas: bool = False) -> list[str]:
    """The keywords of a list: parted by ``;;``, ``;`` or ``；``, where there is none and ``at_commas`` by commas."""
    text = _KEYWORD_LABEL.sub("", _plain(text))
    parts = re.split(r";;|[;；]", text)
    if len(parts) == 1 and at_commas:
        parts = re.split(r"[,，、]", text)
    return [part.strip() for part in parts if part.strip()]


def keyword_lists(keywords: Sequence[str]) -> list[str]:
    """The keywords as passages: one for the Chinese list, one for the others."""
    lists = [[word for word in keywords if has_han(word) is han] for han in (True, False)]
    return ["; ".join(words) for words in lists if words]


def iso_date(text: str) -> str:
    """A date in ISO as far as it is known: ``2019``, ``2019-05``, ``2019-05-15``; as written where it cannot be read.

    RIS ends the parts that a date has not with slashes (``2019/05//``), BibLaTeX writes ranges (``2019-05/2019-06``:
    its first day counts) and marks of doubt (``2019~``).
    """
    text = text.strip()
    ris = re.fullmatch(r"(\d{4})/(\d{1,2})?/(\d{1,2})?(?:/.*)?", text)
    if ris and text.count("/") >= 2:
        text = "-".join(f"{int(part):02d}" for part in ris.groups() if part)
    text = re.sub(r"^(\d{4}(?:-\d\d){0,2})/(?:\d{4}.*|\.\.)?$", r"\1", text.rstrip("~?%"))
    dated = parse_date(text)
    if dated is None:
        return text
    return dated.date.isoformat()[: {"year": 4, "month": 7, "day": 10}[dated.precision]]


def date_parts(text: str) -> list[int]:
    """Year, month and day of an ISO date; also the year of one that is older than our sources may be."""
    found = _PARTS.match(text)
    parts = [int(part) for part in found.groups() if part] if found else []
    return parts[:1] + [part for part in parts[1:2] if 1 <= part <= 12] + ([parts[2]] if len(parts) == 3 else [])


def page_range(first: str, last: str) -> str:
    """``3`` and ``19`` as ``3-19``."""
    first, last = first.strip(), last.strip()
    return f"{first}-{last}" if first and last and last != first and "-" not in first else first or last


def _precision(date: str) -> int:
    return len(date) if _PARTS.fullmatch(date) else 0


def _plain(text: str) -> str:
    """Text without the tags and entities that databases put into titles; one line."""
    if "<" in text:
        text = _TAGS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return clean(text)


def _number(text: str) -> str:
    """A number without the zeros that CNKI puts before it: ``07`` is 7, ``004`` is 4; S2 stays."""
    return _LEADING_ZEROS.sub("", text)


def _pages(text: str) -> str:
    return _number(re.sub(r"\s*(?:--+|[-–—~～])\s*", "-", text))


def doi(text: str) -> str:
    """``https://doi.org/10.1/x`` and ``doi:10.1/x`` as ``10.1/x``; nothing where there is no DOI."""
    found = _DOI.search(text)
    return found[0].rstrip(".,;，。；") if found else ""


_BABEL = {
    "chinese": "zh",
    "german": "de",
    "english": "en",
    **dict.fromkeys(("ngerman", "naustrian", "nswissgerman", "austrian", "swissgerman"), "de"),
    **dict.fromkeys(("american", "british", "usenglish", "ukenglish", "australian", "canadian"), "en"),
}
"""Names of languages that BibLaTeX has from babel."""


def _language(text: str) -> str:
    code = text.strip(" ;；").split(";")[0]
    return _BABEL.get(code.lower(), code)


_NORMAL = {"volume": _number, "issue": _number, "page": _pages, "DOI": doi, "language": _language}
