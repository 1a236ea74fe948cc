"""What the report says of where things come from: evidence of dates, copies, the documents that it cites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.export.kwic import Concordance

EVIDENCE = {
    "metadata": "the study, its sidecar or table, or a bibliographic record",
    "markup": "what the page or file says of itself",
    "url": "the address",
    "text": "the text: a line under the title or at the end",
    "filename": "the file's name",
    "file": "the file's time of change",
}
"""What each ``date_evidence`` means."""

_COPIES = 200


@dataclass(frozen=True, slots=True)
class Provenance:
    """Tables about where documents come from; empty where there is nothing to say."""

    dates: Sequence[Mapping[str, Any]] = ()
    """A row for each source type, evidence and precision: how many documents."""
    copies: pa.Table | None = None
    """``copies.csv``."""
    dependence: pa.Table | None = None
    """``duplicates.csv``: what each curve would be with and without copies."""
    citations: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """For each document its reference in an author-date style, and in GB/T 7714."""


class Citation(NamedTuple):
    """A document that is cited on the page."""

    number: int
    doc_id: str
    author_date: str
    gbt: str


def count_evidence(documents: pa.Table) -> list[dict[str, Any]]:
    """How the documents' dates are known.

    Returns:
        Rows ``source_type evidence meaning day month year``, the three being numbers of documents by precision; the
        evidence is empty for documents without a date, whose number stands under ``none``.
    """
    columns = ["source_type", "date_evidence", "date_precision"]
    counts = documents.select(columns).group_by(columns).aggregate([([], "count_all")]).to_pylist()
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in counts:
        evidence = row["date_evidence"] or ""
        made = rows.setdefault(
            (row["source_type"], evidence),
            {"source_type": row["source_type"], "evidence": evidence or "none", "meaning": EVIDENCE.get(evidence, ""),
             "day": 0, "month": 0, "year": 0, "none": 0},
        )  # fmt: skip
        made[row["date_precision"] or "none"] += row["count_all"]
    order = {name: i for i, name in enumerate((*EVIDENCE, ""))}
    return [rows[key] for key in sorted(rows, key=lambda key: (key[0], order.get(key[1], len(order))))]


def number_citations(
    shown: Iterable[Concordance], citations: Mapping[str, tuple[str, str]]
) -> tuple[list[Citation], dict[str, int]]:
    """Number the documents of the lines shown in the order in which they first stand there.

    Returns:
        The list of references, and the number of each document.
    """
    numbers: dict[str, int] = {}
    for concordance in shown:
        for period in concordance.periods:
            for line in period.lines:
                if line.doc_id in citations:
                    numbers.setdefault(line.doc_id, len(numbers) + 1)
    return [Citation(number, doc_id, *citations[doc_id]) for doc_id, number in numbers.items()], numbers


def most_dependent(dependence: pa.Table | None) -> list[dict[str, Any]]:
    """The rows of ``duplicates.csv`` in which copies change a count, those that change it most first.

    Each has ``share``: mentions in copies among all mentions.
    """
    if dependence is None:
        return []
    changed = dependence.filter(pc.not_equal(dependence["mentions_all"], dependence["mentions_first"])).to_pylist()
    rows = [row | {"share": 1 - row["mentions_first"] / row["mentions_all"]} for row in changed]
    return sorted(rows, key=lambda row: -row["share"])


def first_copies(copies: pa.Table | None) -> list[dict[str, Any]]:
    """The pairs that the page lists; all are in ``copies.csv``."""
    return [] if copies is None else copies.slice(0, _COPIES).to_pylist()
