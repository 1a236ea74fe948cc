"""The paper's own figures: lines that can be told apart, steps with their years, nothing off the page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from matplotlib.text import Text

from export.boxes import boxes_of
from export.synthetic import CHANGES, make_timelines
from pipeline.export.fonts import text_width
from pipeline.export.names import fit_names
from pipeline.export.panels import STYLES, Page
from pipeline.export.paper.registry import COLUMNS, Material, list_figures
from pipeline.export.phrases import PHRASES

from .made_study import facts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {
    f"c{i}": {
        "zh": "中国特色大国外交与地方城市对外交往合作机制建设"[: 6 + 2 * i],
        "de": "Kommunale Klimapartnerschaftsvereinbarungen und Städtepartnerschaftsvereine"[: 20 + 5 * i],
    }
    for i in range(12)
}


def material(language: str, labels: dict[str, dict[str, str]] = LABELS) -> Material:
    steps = [
        dict.fromkeys(CHANGES.names)
        | {"concept": name, "language": code, "group": "all", "kind": "step", "date": dt.date(year, 1, 1)}
        for name in labels
        for code, year in (("zh", 2014), ("de", 2016))
    ]
    changes = pa.Table.from_pylist(steps, CHANGES)
    timelines = make_timelines(concepts=list(labels))
    said = facts(kinds_of_change=("first_seen", "step"))
    return Material(timelines, changes, labels, said, PHRASES[language], list(labels))


def draw(made: Material, stem: str, width: str) -> Figure:
    one = next(figure for figure in list_figures(made) if figure.stem == stem)
    return one.draw(Page(COLUMNS[width], made.phrases, titled=False))


@pytest.mark.parametrize("width", COLUMNS)
@pytest.mark.parametrize(
    ("stem", "language"), [("comparison", "de"), ("languages_1", "en"), ("multiples_1", "zh"), ("concept_c11", "de")]
)
def test_long_names_and_steps_stay_on_the_page_in_type_of_seven_points(stem: str, language: str, width: str) -> None:
    figure = draw(material(language), stem, width)
    boxes, across, down = boxes_of(figure)
    assert [b for b in boxes if b.x0 < 0 or b.y0 < 0 or b.x1 > across + 1 or b.y1 > down + 1] == []
    assert down / figure.dpi * 25.4 < 240
    assert min(text.get_fontsize() for text in figure.findobj(Text) if text.get_text()) >= 7


def test_a_step_is_marked_with_its_year_where_it_is() -> None:
    figure = draw(material("en"), "concept_c0", "2col")
    marked = {text.get_text(): round(text.xy[0]) for axes in figure.axes for text in axes.texts if hasattr(text, "xy")}
    assert marked == {"2014": 2014, "2016": 2016}
    assert any("step" in text.get_text() for text in figure.findobj(Text))


def test_lines_that_are_compared_differ_in_marker_and_in_dashes() -> None:
    assert len({style.marker for style in STYLES}) == len(STYLES)
    assert len({str(style.line) for style in STYLES}) == len(STYLES)


def test_numbers_and_words_are_those_of_the_language() -> None:
    words = {code: {t.get_text() for t in draw(material(code), "comparison", "1col").findobj(Text)} for code in PHRASES}
    assert "Nennungen je Million Wörter" in words["de"]
    assert "每百万词提及次数" in words["zh"]
    assert "Deutsch" in words["de"]
    assert PHRASES["de"].number(1234.5) == "1.234,5"
    assert PHRASES["zh"].number(1234.5) == "1,234.5"


def test_names_that_are_cut_short_stay_apart() -> None:
    names = ["Klimapartnerschaft mit Wuhan", "Klimapartnerschaft mit Wuxi", "Klima"]
    fitted = fit_names(names, 70)
    assert len(set(fitted)) == 3
    assert fitted[2] == "Klima"
    assert all(text_width(name, 7) <= 70 for name in fitted)


def test_one_concept_is_not_compared_and_none_gives_no_figure() -> None:
    one = {"c0": LABELS["c0"]}
    assert [figure.stem for figure in list_figures(material("en", one))] == ["languages_1", "multiples_1", "concept_c0"]
    timelines = make_timelines(concepts=["c0"], rate=0.0)
    assert list_figures(Material(timelines, CHANGES.empty_table(), {}, facts(), PHRASES["en"], [])) == []
