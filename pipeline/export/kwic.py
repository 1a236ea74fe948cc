"""Which lines of the concordance the report shows, and how they are cut: keywords in context by period."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.export.series import ALL, anchor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

CONTEXT = 60
"""Width of a context in Latin letters; a Han character counts as two."""
TITLE = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One mention with its context and where it stands."""

    date: str
    left: str
    match: str
    right: str
    title: str
    where: str
    """``p. 3``, or the address where it cannot be a link."""
    href: str
    """An http or https address, or nothing."""
    doc_id: str


@dataclass(frozen=True, slots=True)
class PeriodLines:
    """The lines shown for one period; ``anchor`` is where the figure's point leads to."""

    anchor: str
    period: str
    found: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Concordance:
    """The lines shown for one concept in one language."""

    language: str
    found: int
    shown: int
    periods: Sequence[PeriodLines]


def select_lines(rows: pa.Table, periods: pa.Table, concept: str, language: str, limit: int) -> Concordance:
    """Choose at most ``limit`` lines evenly over the periods, and evenly within each; every period keeps one.

    Args:
        rows: the rows of ``concordance.csv`` for this concept and language.
        periods: the rows of ``timelines.csv`` for this concept and language, all groups.
        concept: its id.
        language: its code.
        limit: lines to show; more only where there are more periods with mentions.
    """
    periods = periods.filter(pc.equal(periods["group"], ALL)).sort_by("start")
    names = periods["period"].to_pylist()
    starts, ends = (_days(periods[name]) for name in ("start", "end"))
    days = _days(rows["date"])
    at = np.searchsorted(starts, days, side="right") - 1
    inside = (at >= 0) & ~np.isnat(days)
    inside[inside] = days[inside] <= ends[at[inside]]
    at = np.where(inside, at, len(names))
    order = np.lexsort((np.arange(len(days)), days, at))
    counts = np.bincount(at, minlength=len(names) + 1)
    quota = share_out(counts, limit)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    mentions = [*periods["mentions"].to_pylist(), int(counts[-1])]
    picked = [
        order[bounds[n] + np.floor((np.arange(quota[n]) + 0.5) * counts[n] / max(quota[n], 1)).astype(np.int64)]
        for n in range(len(counts))
    ]
    lines = _read_lines(rows.take(pa.array(np.concatenate(picked))))
    ends_of = np.cumsum([len(part) for part in picked])
    groups = [
        PeriodLines(
            anchor(concept, language, name), name, int(mentions[n]), lines[ends_of[n] - len(picked[n]) : ends_of[n]]
        )
        for n, name in enumerate([*names, "without a period"])
        if mentions[n] or counts[n]
    ]
    return Concordance(language, rows.num_rows, len(lines), groups)


def share_out(counts: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """How many of each to take so that no more than ``limit`` are taken in all, none more than it must give.

    The highest ceiling under which the sum fits; one of each at least.
    """
    low, high = 1, max(1, int(counts.max(initial=0)))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(counts, middle).sum() <= limit else (low, middle - 1)
    return np.asarray(np.minimum(counts, low), dtype=np.int64)


def web_address(url: str | None) -> str:
    """The address if a browser may follow it: http or https with a host; otherwise nothing."""
    address = (url or "").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in {"http", "https"} and parts.netloc else ""


def cut_end(text: str, width: int) -> str:
    """The beginning of a text, as wide as ``width`` Latin letters."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return text[:place].rstrip() + "…"
    return text


def _cut_start(text: str, width: int) -> str:
    turned = cut_end(text[::-1], width)
    return turned[::-1]


def _read_lines(rows: pa.Table) -> list[Line]:
    return [_read_line(row) for row in rows.to_pylist()]


def _read_line(row: Mapping[str, object]) -> Line:
    date: dt.date | None = row["date"]  # type: ignore[assignment]
    url = str(row["url"] or "")
    href = web_address(url)
    page = f"p.\u00a0{row['page']}" if row["page"] is not None else ""
    return Line(
        date=date.isoformat() if date else "",
        left=_cut_start(str(row["left"] or ""), CONTEXT),
        match=str(row["match"] or ""),
        right=cut_end(str(row["right"] or ""), CONTEXT),
        title=cut_end(str(row["title"] or row["doc_id"]), TITLE),
        where=", ".join(part for part in (page, "" if href else cut_end(url, TITLE)) if part),
        href=href,
        doc_id=str(row["doc_id"]),
    )


def _days(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = column.cast(pa.date32()).to_numpy().astype("datetime64[D]")
    return days
