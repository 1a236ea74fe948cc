"""Points on a curve: steady use, the peak, and when half of it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analyses.intervals import FEW_DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

YEARS_RUNNING = 3


def find_steady(dates: NDArray[np.datetime64]) -> int | None:
    """The first of the dates, by place, in the first calendar year that begins three years running with a mention.

    Args:
        dates: of the documents with a mention; none undated.
    """
    years = dates.astype("datetime64[Y]").astype(np.int64)
    seen = np.unique(years)
    steady = seen[np.isin(seen + 1, seen) & np.isin(seen + 2, seen)]
    if not len(steady):
        return None
    mine = np.flatnonzero(years == steady[0])
    return int(mine[np.argmin(dates[mine])])


def find_peak(curve: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows ``peak`` and ``half_life`` of one curve: rows of the timelines in order of time.

    The peak is the highest rate among periods whose interval can be trusted (``interval_note`` empty), the earliest of
    several. The half-life is the first later period, with as many documents as an interval needs, whose rate is at most
    half of it.
    """
    trusted = [i for i, row in enumerate(curve) if row["mentions"] and row["interval_note"] is None]
    if not trusted:
        return []
    at = max(trusted, key=lambda i: float(curve[i]["per_million"]))
    top = curve[at]
    rows = [
        {"kind": "peak", "period": top["period"], "date": top["start"], "after": top["per_million"],
         "low": top["low"], "high": top["high"], "documents_after": top["documents"]}
    ]  # fmt: skip
    for row in curve[at + 1 :]:
        if row["documents"] >= FEW_DOCUMENTS and row["per_million"] <= top["per_million"] / 2:
            rows.append(
                {"kind": "half_life", "period": row["period"], "date": row["start"], "before": top["per_million"],
                 "after": row["per_million"], "ratio": row["per_million"] / top["per_million"],
                 "documents_before": top["documents"], "documents_after": row["documents"]}
            )  # fmt: skip
            break
    return rows
