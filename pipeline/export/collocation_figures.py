"""The figure of a concept's company: its strongest collocates in each language, and how they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.export.figures import REPORT
from pipeline.export.names import title_of
from pipeline.export.panels import MAIN, STYLES
from pipeline.export.word_panels import WordPanel, WordRow, draw_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from pipeline.export.panels import Page

ALL = "all"
MOST, MOST_CHANGED = 15, 8
"""Collocates of a language; words that came closer, and words that moved away."""


class _Said(NamedTuple):
    strength: str
    change: str
    changed: str
    note: str
    note_of_changes: str
    nothing: str


_SAID = {
    "en": _Said(
        "logDice", "log ratio near / elsewhere", "{}: {} (ring) to {} (point)",
        "Collocates by log-likelihood, at the right how often they stand near the concept.",
        "Rings and points: the words whose tie changed most among those with p < 0.05 after Benjamini and Hochberg.",
        "No word stands near this concept often enough.",
    ),
    "de": _Said(
        "logDice", "Log Ratio nahe / anderswo", "{}: {} (Ring) bis {} (Punkt)",
        "Kollokate nach Log-Likelihood, rechts ihre Häufigkeit nahe dem Begriff.",
        "Ringe und Punkte: die Wörter, deren Bindung sich am stärksten änderte, unter denen mit p < 0,05 nach "
        "Benjamini und Hochberg.",
        "Kein Wort steht oft genug nahe diesem Begriff.",
    ),
    "zh": _Said(
        "logDice", "对数比（邻近／其他位置）", "{}：{}（圆圈）至{}（实点）",
        "按对数似然值排列的搭配词，右侧为与该概念共现的次数。",
        "圆圈与实点为关联变化最大的词（经 Benjamini-Hochberg 校正后 p < 0.05）。",
        "没有足够的搭配词。",
    ),
}  # fmt: skip


def concept_collocates(collocations: pa.Table, concept: str) -> pa.Table:
    """The rows of ``collocations.csv`` that a concept's figure shows."""
    mine = pc.and_(pc.equal(collocations["concept"], concept), pc.equal(collocations["period"], ALL))
    rows = collocations.filter(pc.and_(mine, pc.greater(collocations["mi"], 0)))
    codes = pc.unique(rows["language"]).to_pylist()
    return pa.concat_tables(
        [rows.slice(0, 0), *(rows.filter(pc.equal(rows["language"], code)).slice(0, MOST) for code in codes)]
    )


def concept_changes(changes: pa.Table, concept: str, least: int) -> pa.Table:
    """The rows of ``collocation_changes.csv`` that a concept's figure shows.

    In each language those of the two periods that have most words near the concept in common, and of these the words
    whose stronger tie rests on so many documents, at least: one text that says a rare word once makes a tie of it.
    """
    mine = changes.filter(pc.equal(changes["concept"], concept))
    chosen = [mine.slice(0, 0)]
    for code in pc.unique(mine["language"]).to_pylist():
        own = mine.filter(pc.equal(mine["language"], code))
        weight: dict[tuple[str, str], int] = {}
        for row in own.to_pylist():
            pair = (row["before"], row["after"])
            weight[pair] = weight.get(pair, 0) + min(row["o11_before"], row["o11_after"])
        before, after = max(weight, key=lambda pair: weight[pair])
        own = own.filter(pc.and_(pc.equal(own["before"], before), pc.equal(own["after"], after)))
        closer = pc.greater(own["difference"], 0)
        documents = pc.if_else(closer, own["documents_after"], own["documents_before"])
        shown = pc.and_(pc.less(own["p_adjusted"], 0.05), pc.greater_equal(documents, least))
        own = own.filter(shown).sort_by([("difference", "descending")])
        nearer, away = (own.filter(compare(own["difference"], 0)) for compare in (pc.greater, pc.less))
        chosen += [nearer.slice(0, MOST_CHANGED), away.slice(max(away.num_rows - MOST_CHANGED, 0))]
    return pa.concat_tables(chosen)


def draw_collocations(
    collocates: pa.Table,
    changes: pa.Table,
    concept: str,
    label: Mapping[str, str],
    note: str,
    *,
    page: Page = REPORT,
) -> Figure:
    """The company of a concept.

    Args:
        collocates: rows of `concept_collocates`.
        changes: rows of `concept_changes`.
        concept: its id.
        label: its name by language code.
        note: what stands under the figure, before what explains it.
        page: its width and language.

    Returns:
        The figure; where there is no collocate, a page that says so.
    """
    said = _SAID.get(page.phrases.code, _SAID["en"])
    made: list[WordPanel] = []
    for code in pc.unique(collocates["language"]).to_pylist():
        rows = [_collocate(row, page) for row in collocates.to_pylist() if row["language"] == code]
        made.append(WordPanel(page.phrases.language(code), said.strength, rows, MAIN))
    for code in pc.unique(changes["language"]).to_pylist():
        own = [row for row in changes.to_pylist() if row["language"] == code]
        heading = said.changed.format(page.phrases.language(code), own[0]["before"], own[0]["after"])
        made.append(WordPanel(heading, said.change, [_change(row) for row in own], STYLES[1]))
    notes = [note, said.note, *([said.note_of_changes] if changes.num_rows else [])]
    return draw_words(title_of(label, concept), made, " ".join(filter(None, notes)), said.nothing, page=page)


def _collocate(row: dict[str, Any], page: Page) -> WordRow:
    return WordRow(row["collocate"], row["log_dice"], beside=page.phrases.number(row["o11"]))


def _change(row: dict[str, Any]) -> WordRow:
    counts = f"{row['o11_before']} – {row['o11_after']}"
    return WordRow(row["collocate"], row["log_ratio_after"], before=row["log_ratio_before"], beside=counts)
