"""The figure of the numbers of topics: a row of panels a language, the taken one filled, nothing drawn of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.analyses.topics.runs import NUMBERS_SCHEMA
from pipeline.export.topic_numbers import MEASURES, draw_topic_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def table(*rows: dict[str, Any]) -> pa.Table:
    empty = dict.fromkeys(NUMBERS_SCHEMA.names)
    return pa.Table.from_pylist(
        [empty | {"model": "lda", "fits": 3, "chosen": False} | row for row in rows], NUMBERS_SCHEMA
    )


def row(language: str, topics: int, value: float, **more: Any) -> dict[str, Any]:
    return {"language": language, "topics": topics, **dict.fromkeys(MEASURES, value), **more}


def words_of(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def test_each_language_has_its_panels_with_the_numbers_and_the_taken_one_filled() -> None:
    made = table(
        row("zh", 5, 0.5), row("zh", 10, 0.6, chosen=True), row("de", 5, 0.4, chosen=True, held_out=None),
        row("de", 10, 0.3, held_out=None),
    )  # fmt: skip
    figure = draw_topic_numbers(made, "A note.")
    assert len(figure.axes) == 2 * len(MEASURES)
    assert "Chinese German" in words_of(figure)
    assert "A note." in words_of(figure)
    line, taken = figure.axes[0].lines
    assert [list(map(float, values)) for values in line.get_data()] == [[5, 10], [0.5, 0.6]]
    assert [float(values[0]) for values in taken.get_data()] == [10, 0.6]
    missing = figure.axes[-1]
    assert not missing.lines
    assert [text.get_text() for text in missing.texts] == ["not measured"]


def test_of_one_number_the_figure_says_that_there_is_nothing_to_compare() -> None:
    for made in (table(row("zh", 20, 0.5, chosen=True)), table({"language": "de", "topics": 0, "fits": 0})):
        assert "No language has several numbers" in words_of(draw_topic_numbers(made))
