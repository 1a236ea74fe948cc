"""Time cut into periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MONTHS = {"year": 12, "quarter": 3, "month": 1}
Bounds = Sequence[Sequence[dt.date | str]]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: the first day, and the day after the last."""

    name: str
    start: dt.date
    end: dt.date


def cut_periods(
    dates: NDArray[np.datetime64], period: Literal["year", "quarter", "month"] | Bounds, years: Sequence[int] | None
) -> tuple[Period, ...]:
    """The periods from the first date to the last, none left out.

    Args:
        dates: datetime64[D]; not-a-time entries are passed over.
        period: calendar periods, or the study's own as [start, end) in order, a name before the dates or none; without
            one a period is called by its first and last day (``2012-11-15/2017-10-23``).
        years: the first and the last year, in place of those of the dates.
    """
    if not isinstance(period, str):
        return tuple(map(_own, period))
    known = dates[~np.isnat(dates)]
    if years:
        first, last = years
    elif len(known):
        first, last = (int(str(day)[:4]) for day in (known.min(), known.max()))
    else:
        return ()
    step = _MONTHS[period]
    months = range(first * 12, (last + 1) * 12, step)
    periods = [Period(_name(month, step), _day(month), _day(month + step)) for month in months]
    if years or not len(known):
        return tuple(periods)
    low, high = known.min().astype(object), known.max().astype(object)
    return tuple(p for p in periods if p.end > low and p.start <= high)


def period_of(dates: NDArray[np.datetime64], periods: Sequence[Period]) -> NDArray[np.int64]:
    """The index of each date's period; -1 for a date in none and for no date. Periods are in order."""
    starts = np.array([p.start for p in periods], "datetime64[D]")
    ends = np.array([p.end for p in periods], "datetime64[D]")
    if not len(starts):
        return np.full(len(dates), -1, np.int64)
    index = np.searchsorted(starts, dates, side="right") - 1
    inside = (index >= 0) & ~np.isnat(dates) & (dates < ends[np.maximum(index, 0)])
    return np.where(inside, index, -1)


def _own(bounds: Sequence[dt.date | str]) -> Period:
    start, end = (bound for bound in bounds if isinstance(bound, dt.date))
    # Readers see first and last days, here as in the columns `start` and `end`; so does EDTF write intervals.
    last = end - dt.timedelta(days=1)
    name = bounds[0] if isinstance(bounds[0], str) else f"{start.isoformat()}/{last.isoformat()}"
    return Period(name, start, end)


def _day(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def _name(month: int, step: int) -> str:
    year, within = divmod(month, 12)
    if step == 12:
        return f"{year:04d}"
    return f"{year:04d}-Q{within // 3 + 1}" if step == 3 else f"{year:04d}-{within + 1:02d}"
