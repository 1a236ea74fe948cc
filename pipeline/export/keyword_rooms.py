"""The report's room of words: what sets texts apart, what they are about, and the company that concepts keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc

from pipeline.export.collocation_figures import concept_changes, concept_collocates
from pipeline.export.keyness_figures import comparison_rows
from pipeline.export.series import ALL
from pipeline.export.small_figures import draw_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from markupsafe import Markup

    Row = Mapping[str, Any]

_REACH = 1.4
"""Scales of log ratios end at so many times the largest of a table."""
_TERMS = 12
_PARTS = 60
"""Parts of the corpus with key terms that stand in the page, in each language."""
_NEAR = 8
"""Collocates named for a period."""


class Side(NamedTuple):
    """The key words of one part of a comparison."""

    side: str
    """``target`` or ``reference``."""
    name: str
    rows: Sequence[tuple[Row, Markup]]
    """The rows of ``keyness.csv``, each with its log ratio drawn. For the reference it is that of the reference to the
    target, so it is above 0 on either side."""


class Comparison(NamedTuple):
    """Two parts of the corpus in one language."""

    name: str
    language: str
    compared: int
    """Words."""
    sides: Sequence[Side]
    """Those with key words."""
    figure: str
    """The path of its figure without an ending, or nothing."""


class PartTerms(NamedTuple):
    """The key terms of a part of the corpus."""

    group: str
    period: str
    documents: int
    terms: Mapping[str, Sequence[Row]]
    """By method."""


class Company(NamedTuple):
    """The words around a concept in a language."""

    concept: str
    language: str
    rows: Sequence[Row]
    periods: Sequence[tuple[str, Sequence[Row]]]
    changes: Sequence[Row]
    """The words whose tie changed more than chance does, between two periods."""
    compared: int
    """Words whose tie was compared between two periods."""


@dataclass(frozen=True, slots=True)
class KeywordRooms:
    """What is shown of words."""

    comparisons: Sequence[Comparison]
    terms: Sequence[tuple[str, Sequence[PartTerms], int]]
    """By language: parts with their terms, and how many parts are left out."""
    company: Sequence[tuple[str, Sequence[Company]]]
    """By concept: its company in each language."""
    forms: Mapping[tuple[str, str], str]
    """By language and lemma: the forms that the lines have of a collocate, a space between them."""


def make_keyword_rooms(
    tables: Mapping[str, pa.Table],
    figures: Mapping[tuple[str, str], str],
    forms: Mapping[tuple[str, str], str],
    least: int,
) -> KeywordRooms:
    """The room of what the stage ``keywords`` found.

    Args:
        tables: its tables by name.
        figures: by comparison and language the path of the figure, without an ending.
        forms: by language and lemma the forms of collocates.
        least: documents on which a changed tie rests, at least.
    """
    keyness = tables["keyness"]
    compared = keyness.group_by(["comparison", "language"], use_threads=False).aggregate([("lemma", "count")])
    comparisons = [
        _compare(keyness, row["comparison"], row["language"], row["lemma_count"], figures)
        for row in compared.to_pylist()
    ]
    return KeywordRooms(comparisons, _terms(tables["key_terms"]), _company(tables, least), forms)


def shown_collocates(tables: Mapping[str, pa.Table]) -> set[tuple[str, str]]:
    """Language and lemma of each collocate."""
    return {
        (row["language"], row["collocate"])
        for name in ("collocations", "collocation_changes")
        for row in tables[name].select(["language", "collocate"]).to_pylist()
    }


def _compare(
    keyness: pa.Table, name: str, language: str, compared: int, figures: Mapping[tuple[str, str], str]
) -> Comparison:
    rows = comparison_rows(keyness, name, language).to_pylist()
    end = _REACH * max([abs(row["log_ratio"]) for row in rows] or [1.0])
    over = [row for row in rows if row["log_ratio"] > 0]
    under = [row for row in reversed(rows) if row["log_ratio"] < 0]
    sides = [
        Side(
            side,
            found[0][side],
            [(row, draw_interval(row["log_ratio"], row["low"], row["high"], end)) for row in found],
        )
        for side, found in (("target", over), ("reference", [_turn(row) for row in under]))
        if found
    ]
    return Comparison(name, language, compared, sides, figures.get((name, language), ""))


def _turn(row: Row) -> Row:
    """A row as the reference sees it: how much oftener the word is here than in the target."""
    low, high = (None if row[name] is None else -row[name] for name in ("high", "low"))
    return {**row, "log_ratio": -row["log_ratio"], "low": low, "high": high}


def _terms(table: pa.Table) -> list[tuple[str, Sequence[PartTerms], int]]:
    found: list[tuple[str, Sequence[PartTerms], int]] = []
    for code in pc.unique(table["language"]).to_pylist():
        parts: dict[tuple[str, str], dict[str, list[Row]]] = {}
        for row in table.filter(pc.equal(table["language"], code)).to_pylist():
            parts.setdefault((row["group"], row["period"]), {}).setdefault(row["method"], []).append(row)
        rows = [
            PartTerms(*key, next(iter(terms.values()))[0]["documents_of_part"], _best(terms))
            for key, terms in parts.items()
        ]
        most = {id(part) for part in sorted(rows, key=lambda part: -part.documents)[:_PARTS]}
        shown = [part for part in rows if id(part) in most]
        found.append((code, shown, len(rows) - len(shown)))
    return found


def _best(terms: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    return {method: sorted(rows, key=lambda row: row["rank"])[:_TERMS] for method, rows in terms.items()}


def _company(tables: Mapping[str, pa.Table], least: int) -> list[tuple[str, Sequence[Company]]]:
    table, changes = tables["collocations"], tables["collocation_changes"]
    found: list[tuple[str, Sequence[Company]]] = []
    for concept in pc.unique(table["concept"]).to_pylist():
        mine = table.filter(pc.equal(table["concept"], concept))
        near = concept_collocates(mine, concept).to_pylist()
        changed = concept_changes(changes, concept, least).to_pylist()
        compared = changes.filter(pc.equal(changes["concept"], concept))["language"].to_pylist()
        companies = [
            Company(
                concept,
                code,
                [row for row in near if row["language"] == code],
                _by_period(mine.filter(pc.equal(mine["language"], code))),
                [row for row in changed if row["language"] == code],
                compared.count(code),
            )
            for code in pc.unique(mine["language"]).to_pylist()
        ]
        found.append((concept, companies))
    return found


def _by_period(rows: pa.Table) -> list[tuple[str, Sequence[Row]]]:
    periods: dict[str, list[Row]] = {}
    for row in rows.to_pylist():
        if row["period"] != ALL and row["mi"] > 0:
            periods.setdefault(row["period"], []).append(row)
    return [(period, found[:_NEAR]) for period, found in periods.items()]
