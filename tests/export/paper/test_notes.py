"""What captions of the paper explain: the mark of exploratory concepts where it stands, and only there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from matplotlib.text import Text

from pipeline.export.marks import DAGGER
from pipeline.export.panels import Page
from pipeline.export.paper import captions, tables
from pipeline.export.paper.registry import COLUMNS, list_figures
from pipeline.export.phrases import PHRASES

from .test_plots import LABELS, material

MARKED = {name: label | ({"zh": f"{label['zh']}{DAGGER}"} if name == "c1" else {}) for name, label in LABELS.items()}
SAID = f"{DAGGER} means exploratory."


@pytest.mark.parametrize("language", PHRASES)
def test_a_caption_explains_the_mark_where_a_name_in_the_figure_has_it_and_nowhere_else(language: str) -> None:
    made = material(language, MARKED)
    made = replace(made, facts=replace(made.facts, dagger=SAID))
    explained = 0
    for figure in list_figures(made):
        drawn = figure.draw(Page(COLUMNS["2col"], made.phrases, titled=False))
        shown = [text.get_text() for text in drawn.findobj(Text)] + [figure.caption.removesuffix(SAID)]
        assert figure.caption.endswith(SAID) == any(DAGGER in text for text in shown), figure.stem
        explained += figure.caption.endswith(SAID)
    assert 0 < explained < len(list_figures(made))


def test_without_a_mark_no_caption_explains_one() -> None:
    made = material("en")
    made = replace(made, facts=replace(made.facts, dagger=SAID, note="The texts are invented."))
    assert {figure.caption.endswith("The texts are invented.") for figure in list_figures(made)} == {True}


def test_a_table_explains_the_mark_where_it_stands() -> None:
    made = material("en", MARKED)
    made = replace(made, facts=replace(made.facts, dagger="MARK"))
    assert ["MARK" in tables.timeline_table(made, name) for name in ("c0", "c1")] == [False, True]
    assert "MARK" in captions.table("changes", made.phrases, dagger="MARK", names=["a", f"b{DAGGER}"])
    assert "MARK" not in captions.table("changes", made.phrases, dagger="MARK", names=["a", "b"])


@pytest.mark.parametrize(("code", "written"), [("en", "2 March 2026"), ("de", "2. März 2026"), ("zh", "2026年3月2日")])
def test_days_are_written_as_the_language_writes_them(code: str, written: str) -> None:
    assert PHRASES[code].day(dt.date(2026, 3, 2)) == written
