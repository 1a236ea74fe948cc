"""The figures of the paper pack. A new kind of figure is one function more in `KINDS`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.decomposition import DECOMPOSITION
from pipeline.analyses.emancipation import EMANCIPATION
from pipeline.analyses.robustness import ROBUSTNESS
from pipeline.export import decomposition, emancipation, figures, robustness
from pipeline.export.names import title_of
from pipeline.export.panels import Page
from pipeline.export.paper import captions, plots
from pipeline.export.series import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure

    from pipeline.export.paper.facts import Facts
    from pipeline.export.phrases import Phrases

COLUMNS: Mapping[str, float] = {"1col": 84.0, "2col": 174.0}
"""Millimetres of one and of two columns of a journal, by the end of the file's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What figures are drawn from."""

    timelines: pa.Table
    changes: pa.Table
    labels: Mapping[str, Mapping[str, str]]
    """The mentioned concepts in the lexicon's order, each with its names by language code."""
    facts: Facts
    phrases: Phrases
    chosen: Sequence[str]
    """The concepts that have figures of their own, in the lexicon's order."""
    grid: pa.Table = field(default_factory=ROBUSTNESS.empty_table)
    """The rows of ``robustness.csv``."""
    decomposition: pa.Table = field(default_factory=DECOMPOSITION.empty_table)
    """The rows of ``decomposition.csv``."""
    pairs: pa.Table = field(default_factory=EMANCIPATION.empty_table)
    """The rows of ``emancipation.csv``."""

    @property
    def steps(self) -> dict[tuple[str, str], list[float]]:
        """Decimal years of the rows of ``changes.csv`` with kind ``step`` for all texts, by concept and language."""
        found: dict[tuple[str, str], list[float]] = {}
        for row in self.changes.to_pylist():
            if row["kind"] == "step" and row["group"] == ALL and row["date"] is not None:
                year = row["date"].year + (row["date"].timetuple().tm_yday - 1) / 365.25
                found.setdefault((row["concept"], row["language"]), []).append(year)
        return found

    def most_mentioned(self, number: int) -> list[str]:
        """Of the chosen concepts those with most mentions in all texts, in the lexicon's order."""
        return most_mentioned(self.timelines, self.chosen, number)


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure of the pack: one file for each width and format, its numbers and its caption."""

    stem: str
    concepts: Sequence[str]
    """Whose rows of ``timelines.csv`` it shows."""
    groups: bool
    """Whether it shows the groups beside all texts."""
    caption: str
    draw: Callable[[Page], Figure]
    data: pa.Table | None = None
    """What it is drawn from, where that is not ``timelines.csv``."""

    def rows(self, material: Material) -> pa.Table:
        """The rows that it is drawn from."""
        if self.data is not None:
            return self.data
        table = material.timelines
        keep = pc.is_in(table["concept"], pa.array(self.concepts, pa.string()))
        return table.filter(keep if self.groups else pc.and_(keep, pc.equal(table["group"], ALL)))


def most_mentioned(timelines: pa.Table, concepts: Sequence[str], number: int) -> list[str]:
    """The concepts with most mentions in all texts, in the order in which they were given."""
    rows = timelines.filter(pc.equal(timelines["group"], ALL))
    sums = rows.group_by("concept").aggregate([("mentions", "sum")])
    counts = dict(zip(sums["concept"].to_pylist(), sums["mentions_sum"].to_pylist(), strict=True))
    most = sorted(concepts, key=lambda concept: -counts[concept])[:number]
    return [concept for concept in concepts if concept in most]


def list_figures(material: Material) -> list[PaperFigure]:
    """All figures of the pack, in the order of the paper."""
    return [figure for kind in KINDS for figure in kind(material)]


def _comparison(material: Material) -> list[PaperFigure]:
    chosen = _chosen(material, material.most_mentioned(plots.COMPARED))
    if len(chosen) < 2:
        return []
    caption = captions.comparison(chosen, material.facts, material.phrases)
    draw = partial(plots.draw_comparison, material.timelines, chosen)
    return [PaperFigure("comparison", list(chosen), groups=False, caption=caption, draw=draw)]


def _side_by_side(material: Material) -> list[PaperFigure]:
    """Rows of concepts, a column for each language; in as many parts as pages."""
    labels = _chosen(material, material.chosen)
    pages = figures.split_overview(labels, Page(COLUMNS["2col"], material.phrases))
    narrow = figures.split_overview(labels, Page(COLUMNS["1col"], material.phrases))
    parts = pages if len(pages) >= len(narrow) else narrow
    made = []
    for number, part in enumerate(parts, 1):
        chosen = _chosen(material, part)
        caption = captions.side_by_side(chosen, material.facts, material.phrases, number, len(parts))
        draw = partial(figures.draw_overview, material.timelines, chosen, "")
        made.append(PaperFigure(f"languages_{number}", part, groups=False, caption=caption, draw=_on_page(draw)))
    return made


def _small_multiples(material: Material) -> list[PaperFigure]:
    size = plots.CELL_ROWS * plots.cells_across(Page(COLUMNS["1col"]))
    concepts = list(material.labels)
    parts = [concepts[start : start + size] for start in range(0, len(concepts), size)]
    made = []
    for number, part in enumerate(parts, 1):
        chosen = _chosen(material, part)
        caption = captions.small_multiples(chosen, material.facts, material.phrases, number, len(parts))
        draw = partial(plots.draw_cells, material.timelines, chosen, steps=material.steps)
        made.append(PaperFigure(f"multiples_{number}", part, groups=False, caption=caption, draw=_on_page(draw)))
    return made


def _concepts(material: Material) -> list[PaperFigure]:
    made = []
    for concept, label in _chosen(material, material.chosen).items():
        caption = captions.one_concept(title_of(label, concept), material.facts, material.phrases)
        draw = partial(figures.draw_concept, material.timelines, concept, label, "", steps=material.steps)
        made.append(PaperFigure(f"concept_{concept}", [concept], groups=True, caption=caption, draw=_on_page(draw)))
    return made


def _robustness(material: Material) -> list[PaperFigure]:
    """The trends under other choices; in as many parts as pages."""
    labels = _chosen(material, material.chosen)
    cells = robustness.list_cells(material.grid, labels)
    narrow, wide = (robustness.split_cells(material.grid, cells, Page(COLUMNS[width])) for width in ("1col", "2col"))
    parts = narrow if len(narrow) > len(wide) else wide
    made = []
    for number, part in enumerate(parts, 1):
        concepts = list(dict.fromkeys(concept for concept, _ in part))
        shown = _chosen(material, concepts)
        caption = captions.robustness(shown, material.facts, material.phrases, number, len(parts))
        draw = partial(robustness.draw_choices, material.grid, labels, part)
        rows = material.grid.filter(pc.is_in(material.grid["concept"], pa.array(concepts, pa.string())))
        stem = f"robustness_{number}"
        made.append(PaperFigure(stem, concepts, groups=False, caption=caption, draw=_on_page(draw), data=rows))
    return made


def _decomposition(material: Material) -> list[PaperFigure]:
    """What of the changes is of the sources and what of their mix; in as many parts as pages."""
    rows = decomposition.list_rows(material.decomposition, material.chosen)
    parts = [rows[start : start + decomposition.ROWS] for start in range(0, len(rows), decomposition.ROWS)]
    made = []
    for number, part in enumerate(parts, 1):
        concepts = list(dict.fromkeys(row["concept"] for row in part))
        labels = _chosen(material, concepts)
        caption = captions.decomposition(labels, material.facts, material.phrases, number, len(parts))
        draw = partial(decomposition.draw_changes, part, labels)
        data = pa.Table.from_pylist(part, material.decomposition.schema)
        stem = f"decomposition_{number}"
        made.append(PaperFigure(stem, concepts, groups=False, caption=caption, draw=_on_page(draw), data=data))
    return made


def _emancipation(material: Material) -> list[PaperFigure]:
    """Each pair of concepts that the study asks about, where a period has enough mentions to compare."""
    made = []
    for pair in emancipation.list_pairs(material.pairs):
        rows = emancipation.pair_rows(material.pairs, pair)
        if not emancipation.comparable(rows).num_rows:
            continue
        labels = {concept: material.labels.get(concept, {}) for concept in pair}
        caption = captions.pair_of_concepts(labels, material.facts, material.phrases)
        draw = partial(emancipation.draw_emancipation, material.pairs, pair, labels, "")
        stem = f"emancipation_{pair[0]}_{pair[1]}"
        made.append(PaperFigure(stem, pair, groups=False, caption=caption, draw=_on_page(draw), data=rows))
    return made


KINDS: tuple[Callable[[Material], list[PaperFigure]], ...] = (
    _comparison,
    _side_by_side,
    _small_multiples,
    _concepts,
    _decomposition,
    _robustness,
    _emancipation,
)
"""Where a kind of figure is registered: a function from the material to its figures, none where it has nothing."""


def _chosen(material: Material, concepts: Sequence[str]) -> dict[str, Mapping[str, str]]:
    return {concept: material.labels[concept] for concept in concepts}


def _on_page(draw: Callable[..., Figure]) -> Callable[[Page], Figure]:
    return lambda page: draw(page=page)
