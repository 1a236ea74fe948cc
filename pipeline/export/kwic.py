"""Which lines of the concordance the report shows, and how they are cut: keywords in context by period."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.concordance import share_out
from pipeline.export.series import ALL, anchor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

CONTEXT = 60
"""Width of a context in Latin letters; a Han character counts as two."""
TITLE = 60
OUTSIDE, UNDATED = "outside the periods", "undated"
"""What stands for a period where there is none."""


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
    place: int
    """Where it stands among all periods."""
    period: str
    found: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Concordance:
    """The lines shown for one concept in one language."""

    concept: str
    language: str
    found: int
    shown: int
    periods: Sequence[PeriodLines]
    sampled: bool = False
    """Whether the study's own concordance is a sample."""

    @property
    def block(self) -> str:
        """The id of the element of the page that holds all of them."""
        return block_id(self.concept, self.language)


def block_id(concept: str, language: str) -> str:
    """The id of the element that holds the lines of a concept in a language."""
    return f"lines-{concept}-{language}"


def select_lines(rows: pa.Table, periods: pa.Table, concept: str, language: str, limit: int) -> Concordance:
    """Choose at most ``limit`` lines evenly over the periods, and evenly within each; every period keeps one.

    Args:
        rows: the rows of ``concordance.csv`` for this concept and language.
        periods: the rows of ``timelines.csv`` for this concept and language, all groups.
        concept: its id.
        language: its code.
        limit: lines to show; more only where there are more periods with mentions.
    """
    named = list_periods(rows, periods)
    at = place_lines(rows, [name for name, _ in named])
    order = np.lexsort((np.arange(rows.num_rows), _days(rows["date"]), at))
    counts = np.bincount(at, minlength=len(named))
    quota = share_out(counts, limit)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    picked = [
        order[bounds[n] + np.floor((np.arange(quota[n]) + 0.5) * counts[n] / max(quota[n], 1)).astype(np.int64)]
        for n in range(len(counts))
    ]
    lines = _read_lines(rows.take(pa.array(np.concatenate(picked))))
    ends_of = np.cumsum([len(part) for part in picked])
    groups = [
        PeriodLines(anchor(concept, language, name), n, name, found, lines[ends_of[n] - len(picked[n]) : ends_of[n]])
        for n, (name, found) in enumerate(named)
        if found
    ]
    whole = sum(found for _, found in named)
    return Concordance(concept, language, whole, len(lines), groups, sampled=_is_sample(rows))


def _is_sample(rows: pa.Table) -> bool:
    """Whether a concordance has fewer lines than there are mentions."""
    known = {"lines", "mentions"} <= set(rows.column_names)
    return known and bool(pc.any(pc.less(rows["lines"], rows["mentions"])).as_py())


def list_periods(rows: pa.Table, periods: pa.Table) -> list[tuple[str, int]]:
    """Each period with its counted mentions; behind them those that are in none, those without a date apart.

    A table without the columns ``undated`` and ``outside`` tells of these only the lines that it has.

    Args:
        rows: the rows of ``concordance.csv`` for a concept and language.
        periods: the rows of ``timelines.csv`` for them, all groups.
    """
    periods = periods.filter(pc.equal(periods["group"], ALL)).sort_by("start")
    outside = rows.filter(pc.is_null(rows["period"]))
    undated = outside["date"].null_count
    named = list(zip(periods["period"].to_pylist(), periods["mentions"].to_pylist(), strict=True))
    nowhere = {OUTSIDE: outside.num_rows - undated, UNDATED: undated}
    for name, column in ((OUTSIDE, "outside"), (UNDATED, "undated")):
        if column in rows.column_names and rows.num_rows:
            nowhere[name] = rows[column][0].as_py()  # of all mentions, of which these lines may be a sample
    return [*named, *nowhere.items()]


def place_lines(rows: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """Where the period of each line stands among the names, which end with `OUTSIDE` and `UNDATED`."""
    elsewhere = pc.if_else(pc.is_null(rows["date"]), UNDATED, OUTSIDE)
    found = pc.index_in(pc.coalesce(rows["period"], elsewhere), value_set=pa.array(names, pa.string()))
    place: NDArray[np.int64] = found.fill_null(len(names) - 2).to_numpy().astype(np.int64)
    return place


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
