"""The figure of the robustness grid: what its cells hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from matplotlib.text import Text

from pipeline.analyses.robustness import ROBUSTNESS
from pipeline.export.panels import Page
from pipeline.export.phrases import PHRASES
from pipeline.export.robustness import draw_choices, list_cells, split_cells

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {"city": {"zh": "城市外交", "de": "Städtediplomatie", "en": "city diplomacy"}, "b": {}, "never": {}}


def row(concept: str, choice: str, setting: str = "", **columns: Any) -> dict[str, Any]:
    found = {"mentions": 9, "ratio": 1.1, "low": 1.02, "high": 1.2, "direction": "up", "steps": "2012"}
    return {"concept": concept, "language": "zh", "choice": choice, "setting": setting} | found | columns


def grid() -> pa.Table:
    rows = [
        row("city", "main"),
        row("city", "duplicates", "all", agrees=True, note="changes nothing"),
        row("city", "notes", "in", agrees=False, ratio=0.9, low=0.5, high=40.0, steps=None),
        row("city", "segmenter", "thulac", mentions=None, note="not installed"),
        row("city", "term", "都市外交", agrees=True),
        row("city", "term", "城市外交", agrees=False, ratio=None, low=None, high=None, steps=None),
        row("never", "main", ratio=None, low=None, high=None, steps=None, mentions=0),
        *(row("b", choice) for choice in ("main",)),
    ]
    return pa.Table.from_pylist(rows, ROBUSTNESS)


def words(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text)}


def test_a_cell_has_a_row_for_each_choice_that_changes_something() -> None:
    cells = list_cells(grid(), LABELS)
    assert cells == [("city", "zh"), ("b", "zh")]
    figure = draw_choices(grid(), LABELS, cells, Page(174.0, PHRASES["zh"]))
    said = words(figure)
    assert {
        "城市外交（中文）",
        "本研究的计数",
        "计入脚注和参考文献",
        "去除都市外交",
        "去除城市外交",
        "提及过少",
        "2012",
    } <= said
    assert not {"计入重复文献", "thulac分词"} & said
    axes = figure.axes[0]
    assert len(axes.lines) == 4  # 1, and three intervals
    faces = [tuple(points.get_facecolor()[0][:3]) for points in axes.collections if points.get_offsets().size]
    assert faces[1] == (1.0, 1.0, 1.0)  # hollow: it does not agree
    assert faces[0] == faces[2] != faces[1]
    assert axes.get_xlim()[1] < 5


def test_names_are_those_of_the_paper_s_language_and_long_figures_are_parted() -> None:
    for code, main in (("de", "wie die Studie zählt"), ("en", "as the study counts")):
        assert main in words(draw_choices(grid(), LABELS, [("city", "zh")], Page(84.0, PHRASES[code])))
    many = {f"c{i}": {} for i in range(20)}
    table = pa.Table.from_pylist([row(name, "main") for name in many], ROBUSTNESS)
    cells = list_cells(table, many)
    parts = split_cells(table, cells, Page(84.0))
    assert [cell for part in parts for cell in part] == cells
    assert len(parts) > 1
    assert all(draw_choices(table, many, part, Page(84.0)).get_figheight() * 25.4 <= 205 for part in parts)


def test_without_a_trend_there_is_a_sentence() -> None:
    empty = ROBUSTNESS.empty_table()
    assert list_cells(empty, LABELS) == []
    for phrases in PHRASES.values():
        assert len("".join(words(draw_choices(empty, LABELS, [], Page(84.0, phrases))))) > 10


def test_the_axis_writes_numbers_as_the_language_does() -> None:
    for code, mark, other in (("de", ",", "."), ("en", ".", ","), ("zh", ".", ",")):
        figure = draw_choices(grid(), LABELS, [("city", "zh")], Page(174.0, PHRASES[code]))
        ticks = figure.axes[0].xaxis.get_major_formatter()
        assert ticks(1.25) == f"1{mark}25"
        assert other not in ticks(0.5)


def test_the_axis_has_1_and_ticks_on_both_sides_of_it() -> None:
    for low, high in ((0.5, 40.0), (0.9, 1.3), (0.6, 1.1), (1.2, 2.3), (0.99, 1.003)):
        table = pa.Table.from_pylist([row("city", "main", low=low, high=high)], ROBUSTNESS)
        axes = draw_choices(table, LABELS, [("city", "zh")], Page(84.0)).axes[0]
        shown = [tick for tick in axes.get_xticks() if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]]
        assert 1 in shown
        assert shown[0] < 1 < shown[-1]
        assert len(shown) <= 7
