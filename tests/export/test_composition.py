"""The figure of what the corpus is made of."""

from __future__ import annotations

import pyarrow as pa

from pipeline.export.composition import draw_corpus
from pipeline.export.figures import to_svg

from .synthetic import CORPUS, make_corpus


def test_bars_add_up_to_the_dated_documents() -> None:
    table = make_corpus()
    figure = draw_corpus(table)
    assert figure is not None
    drawn = sum(patch.get_height() for axes in figure.axes for patch in axes.patches)
    dated = sum(row["documents"] for row in table.to_pylist() if row["year"] is not None)
    assert drawn == dated
    assert len(figure.axes) == 2
    assert to_svg(figure) == to_svg(draw_corpus(table))


def test_one_year_is_drawn() -> None:
    figure = draw_corpus(make_corpus(2014, 2014))
    assert figure is not None
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["2014"]


def test_without_a_dated_document_there_is_no_figure() -> None:
    assert draw_corpus(CORPUS.empty_table()) is None


def test_no_axis_counts_half_documents() -> None:
    rows = make_corpus(2014, 2016).to_pylist()[:3]
    for most in (1, 2, 3, 7):
        table = pa.Table.from_pylist([row | {"documents": most} for row in rows], CORPUS)
        figure = draw_corpus(table)
        assert figure is not None
        assert all(float(tick) % 1 == 0 for axes in figure.axes for tick in axes.get_yticks())
