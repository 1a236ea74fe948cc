"""The rows of ``timelines.csv`` as arrays to draw, and the anchor that each drawn point leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ALL = "all"
FEW_DOCUMENTS = 5
"""The rate of a period with fewer documents does not stretch a shared axis."""

_SAME_DAY = 0.5 / 366


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: a concept in one language and group, its periods in order.

    ``left`` and ``right`` are decimal years, the first day and the day after the last; ``rate``, ``low`` and ``high``
    are mentions per million of ``below``, which are words or characters, NaN in a period without words; ``doubtful``
    says whose interval cannot be trusted.
    """

    periods: tuple[str, ...]
    left: Floats
    right: Floats
    documents: Floats
    mentions: Floats
    words: Floats
    below: Floats
    rate: Floats
    low: Floats
    high: Floats
    doubtful: NDArray[np.bool_]

    @property
    def middle(self) -> Floats:
        """Where a period's point stands, in decimal years."""
        return (self.left + self.right) / 2


def anchor(concept: str, language: str, period: str, group: str = ALL) -> str:
    """The id in the report of the concordance lines that a point counts: ``city_diplomacy-zh-2014``.

    A group's point has the group behind it, ``~source_type%3Dspeech``: the report finds its lines among those of all.
    """
    place = "-".join(re.sub(r"[^\w.-]+", "_", part) for part in (concept, language, period))
    return place if group == ALL else f"{place}~{quote(group, safe='')}"


def concept_rows(timelines: pa.Table, concept: str) -> pa.Table:
    """The rows of one concept, by language, group and time as they stand."""
    return timelines.filter(pc.equal(timelines["concept"], concept))


def read_series(rows: pa.Table) -> dict[tuple[str, str], Series]:
    """The curves of one concept's rows, by language and group, in the table's order."""
    rows = rows.combine_chunks()
    languages, groups = rows["language"].to_pylist(), rows["group"].to_pylist()
    members: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(languages, groups, strict=True)):
        members.setdefault(key, []).append(row)
    left, right = _decimal_years(rows["start"]), _decimal_years(rows["end"], later=1)
    columns = {name: _floats(rows[name]) for name in ("documents", "mentions", "words", "per_million", "low", "high")}
    gap = ~(columns["words"] > 0)
    for name in ("per_million", "low", "high"):
        columns[name] = np.where(gap, np.nan, columns[name])
    below = columns["words"]
    if "characters" in rows.column_names and rows["characters"].null_count < rows.num_rows:
        below = _floats(rows["characters"])
    periods = np.array(rows["period"].to_pylist(), dtype=object)
    doubtful = np.zeros(rows.num_rows, np.bool_)
    if "interval_note" in rows.column_names:
        doubtful = rows["interval_note"].is_valid().to_numpy() & ~gap
    series = {}
    for key, found in members.items():
        at = np.array(found)[np.argsort(left[found], kind="stable")]
        series[key] = Series(
            periods=tuple(periods[at]),
            left=left[at],
            right=right[at],
            documents=columns["documents"][at],
            mentions=columns["mentions"][at],
            words=columns["words"][at],
            below=below[at],
            rate=columns["per_million"][at],
            low=columns["low"][at],
            high=columns["high"][at],
            doubtful=doubtful[at],
        )
    return series


def line_data(series: Series, values: Floats) -> tuple[Floats, Floats]:
    """Where a line runs, x and y; it breaks where there were no words, or no row: NaN, never a zero."""
    holes = np.flatnonzero(series.left[1:] - series.right[:-1] > _SAME_DAY) + 1
    return np.insert(series.middle, holes, np.nan), np.insert(values, holes, np.nan)


def alone(series: Series) -> NDArray[np.bool_]:
    """Periods with words whose neighbours have none: a line through them would be a point."""
    has = np.isfinite(series.rate)
    joined = (series.left[1:] - series.right[:-1] <= _SAME_DAY) & has[1:] & has[:-1]
    return np.asarray(has & ~np.append(joined, False) & ~np.insert(joined, 0, False))


def gaps(series: Series, first: float, last: float) -> list[tuple[float, float]]:
    """The stretches between ``first`` and ``last``, in decimal years, that no period with words covers."""
    has = np.isfinite(series.rate)
    ends = [first, *series.right[has].tolist()]
    starts = [*series.left[has].tolist(), last]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if start - end > _SAME_DAY]


def _floats(column: pa.ChunkedArray) -> Floats:
    """Numbers with NaN for null."""
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _decimal_years(column: pa.ChunkedArray, later: int = 0) -> Floats:
    """Dates, ``later`` days on, as years and the fraction of the year that has passed: 2014-07-02 is 2014.5."""
    days = column.cast(pa.date32()).to_numpy().astype("datetime64[D]") + later
    years = days.astype("datetime64[Y]")
    begin, end = years.astype("datetime64[D]"), (years + 1).astype("datetime64[D]")
    fraction = (days - begin) / (end - begin)
    return np.asarray(years.astype(np.int64) + 1970 + fraction, dtype=np.float64)
