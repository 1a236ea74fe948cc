"""What the corpus is made of: sums by language and source type, and documents by year as a figure."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from pipeline.export import panels
from pipeline.export.captions import LANGUAGE_NAMES
from pipeline.export.fonts import check_glyphs, drawing, text_width
from pipeline.export.panels import POINT, SMALL, WIDTH, place_axes, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure

_FILLS = (
    ("#0072B2", ""),
    ("#E69F00", "////"),
    ("#009E73", "...."),
    ("#CC79A7", "\\\\\\\\"),
    ("#56B4E9", "xxxx"),
    ("#D55E00", "----"),
)
_EDGE, _AXIS, _ROW = 3.0, 13.0, 36.0
_YEAR_LABELS = 18


def draw_corpus(corpus: pa.Table) -> Figure | None:
    """Bars of documents by year, a panel for each language; None where no document is dated.

    Args:
        corpus: the rows of ``corpus.csv``.

    Raises:
        InputError: a source type has a character without a glyph.
    """
    counts = _count_documents(corpus)
    if not counts:
        return None
    found = dict.fromkeys(key[0] for key in counts)
    languages = sorted(found, key=lambda code: [*LANGUAGE_NAMES, code].index(code))
    kinds = list(dict.fromkeys(key[1] for key in counts))
    names = {kind: kind.replace("_", " ") for kind in kinds}
    first, last = min(key[2] for key in counts), max(key[2] for key in counts)
    with drawing():
        from matplotlib.figure import Figure

        widest = max(text_width(check_glyphs(name), SMALL) for name in names.values()) * POINT + 13
        columns = max(1, int((WIDTH - 2 * _EDGE) / widest))
        height = _ROW * len(languages) + 4.6 * -(-len(kinds) // columns) + 3
        figure = Figure(figsize=(WIDTH * panels.MM, height * panels.MM))
        bars: list[BarContainer] = []
        for row, language in enumerate(languages):
            top = row * _ROW
            axes = place_axes(figure, _AXIS, top + 5.5, WIDTH - _AXIS - _EDGE, _ROW - 12)
            write_text(figure, _AXIS, top + 0.8, [LANGUAGE_NAMES.get(language, language)], 8)
            stacks = {
                names[kind]: [counts.get((language, kind, year), 0) for year in range(first, last + 1)]
                for kind in kinds
            }
            bars = _draw_stacks(axes, stacks, first)
        figure.legend(
            handles=bars,
            loc="lower left",
            bbox_to_anchor=(_EDGE / WIDTH, 1.5 / height),
            ncol=columns,
            frameon=False,
            fontsize=SMALL,
            borderaxespad=0,
            borderpad=0,
        )
    return figure


def _count_documents(corpus: pa.Table) -> dict[tuple[str, str, int], int]:
    """Dated documents by language, source type and year."""
    rows = corpus.filter(pc.and_(pc.is_valid(corpus["year"]), pc.greater(corpus["documents"], 0))).to_pylist()
    return {(row["language"], row["source_type"], row["year"]): row["documents"] for row in rows}


def summarise_corpus(corpus: pa.Table, languages: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each language and source type, the study's languages first; ``years`` is the first and the last."""
    order = {code: number for number, code in enumerate(languages)}
    counts = ("documents", "passages", "words", "characters", "duplicates", "undated", "rejected")
    sums = corpus.group_by(["language", "source_type"], use_threads=False).aggregate(
        [*((name, "sum") for name in counts), ("year", "min"), ("year", "max")]
    )
    return [
        {
            "language": row["language"],
            "source_type": row["source_type"],
            "years": (row["year_min"], row["year_max"]) if row["year_min"] is not None else None,
            **{name: row[f"{name}_sum"] for name in counts},
        }
        for row in sorted(sums.to_pylist(), key=lambda row: order.get(row["language"], len(order)))
    ]


def _draw_stacks(axes: Axes, stacks: Mapping[str, Sequence[int]], first: int) -> list[BarContainer]:
    """One language's bars, type upon type, from the year ``first`` on."""
    floor = np.zeros(max(map(len, stacks.values())))
    years = np.arange(first, first + len(floor))
    bars = []
    for (name, values), (fill, hatch) in zip(stacks.items(), cycle(_FILLS), strict=False):
        look: dict[str, Any] = {"color": fill, "hatch": hatch, "edgecolor": "white", "linewidth": 0.3}
        bars.append(axes.bar(years, values, 0.82, floor, label=name, **look))
        floor += values
    most = int(floor.max())
    panels.scale_axis(axes, most * 1.05, ticks=min(4, most))  # there is no half document
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if len(years) / step <= _YEAR_LABELS)
    shown = years[years % step == 0] if len(years) > 1 else years
    axes.set_xticks(shown, [str(year) for year in shown])
    axes.set_ylabel("documents", fontsize=SMALL)
    axes.yaxis.set_label_coords(-(_AXIS - 4.5) / (WIDTH - _AXIS - _EDGE), 0.5)
    return bars
