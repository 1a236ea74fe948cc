"""The figures of changes: where they come from, how much hangs on a choice, and how pairs of concepts part."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.export import figures, tables
from pipeline.export.decomposition import ROWS, draw_changes, list_rows
from pipeline.export.emancipation import draw_emancipation, pair_rows
from pipeline.export.marks import mark_concepts
from pipeline.export.panels import Page
from pipeline.export.phrases import phrases_of
from pipeline.export.robustness import draw_choices, list_cells, split_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from pipeline.study import Study


def list_change_figures(study: Study, made: Mapping[str, pa.Table]) -> dict[str, tuple[Callable[[], Figure], pa.Table]]:
    """What draws each figure, and the rows it is drawn from, by the name of its files; in as many parts as pages.

    Args:
        study: the study.
        made: its tables ``decomposition``, ``robustness`` and ``emancipation``.

    Returns:
        ``decomposition_1`` …, ``robustness_1`` …, and ``emancipation_FIRST_SECOND`` for each pair of the study. A
        figure that has nothing to show says why.
    """
    page = Page(phrases=phrases_of("en", study.timelines.per))
    labels = {concept.id: concept.label for concept in mark_concepts(study)}
    found: dict[str, tuple[Callable[[], Figure], pa.Table]] = {}
    split, grid, pairs = (made[name] for name in ("decomposition", "robustness", "emancipation"))
    rows = list_rows(split, list(labels))
    for number, start in enumerate(range(0, max(len(rows), 1), ROWS), 1):
        part = rows[start : start + ROWS]
        drawn = partial(draw_changes, part, labels, page)
        found[f"decomposition_{number}"] = (drawn, pa.Table.from_pylist(part, split.schema))
    for number, cells in enumerate(split_cells(grid, list_cells(grid, labels), page) or [[]], 1):
        concepts = pa.array({concept for concept, _ in cells}, pa.string())
        own = grid.filter(pc.is_in(grid["concept"], concepts))
        found[f"robustness_{number}"] = (partial(draw_choices, grid, labels, cells, page), own)
    for first, second in study.emancipation.pairs:
        drawn = partial(draw_emancipation, pairs, (first, second), labels, "", page=page)
        found[f"emancipation_{first}_{second}"] = (drawn, pair_rows(pairs, (first, second)))
    return found


def write_change_figures(study: Study, made: Mapping[str, pa.Table], folder: Path) -> None:
    """Draw all of them into a new folder, each with its rows as CSV."""
    folder.mkdir()
    for name, (draw, rows) in list_change_figures(study, made).items():
        figures.save(draw(), folder / name)
        tables.write_csv(rows, folder / f"{name}.csv")
