"""Where rates are per million characters, no caption, legend, axis, table or methods paragraph says words."""

from __future__ import annotations

import pytest
from matplotlib.text import Text

from export.synthetic import make_timelines
from pipeline.export.captions import write_caption
from pipeline.export.panels import Page
from pipeline.export.paper import captions
from pipeline.export.paper.methods import write_english
from pipeline.export.paper.methods_de import write_german
from pipeline.export.paper.methods_zh import write_chinese
from pipeline.export.paper.registry import COLUMNS, Material, list_figures
from pipeline.export.phrases import phrases_of

from .made_study import facts
from .test_plots import LABELS, material

WORDS = {"en": "words", "de": "Wörter", "zh": "词"}
CHARACTERS = {"en": "characters", "de": "Zeichen", "zh": "字符"}
METHODS = {"en": write_english, "de": write_german, "zh": write_chinese}
STEPS = ("first_seen", "step", "trend")


def made(language: str, per: str) -> Material:
    plain = material(language, {name: LABELS[name] for name in ("c0", "c1")})
    timelines = make_timelines(concepts=["c0", "c1"])
    below = timelines["words"].to_numpy() * 6 if per == "characters" else [None] * timelines.num_rows
    timelines = timelines.append_column("characters", [below])
    return Material(
        timelines, plain.changes, plain.labels, facts(kinds_of_change=STEPS, per=per), phrases_of(language, per),
        plain.chosen,
    )  # fmt: skip


def everything_said(of: Material) -> list[str]:
    """All captions of figures and tables, and all texts of the figures."""
    said = [figure.caption for figure in list_figures(of)]
    said += [captions.table(kind, of.phrases, "c0") for kind in ("changes", "steps_table", "timeline")]
    for figure in list_figures(of):
        said += [text.get_text() for text in figure.draw(page(of)).findobj(Text)]
    return said


def page(of: Material) -> Page:
    return Page(COLUMNS["2col"], of.phrases, titled=False)


@pytest.mark.parametrize("language", WORDS)
def test_captions_axes_and_legends_name_what_rates_are_divided_by(language: str) -> None:
    for per, said, unsaid in (("words", WORDS, CHARACTERS), ("characters", CHARACTERS, WORDS)):
        texts = everything_said(made(language, per))
        assert [text for text in texts if unsaid[language] in text] == []
        assert sum(said[language] in text for text in texts) > 10


@pytest.mark.parametrize("language", WORDS)
def test_the_count_above_a_panel_is_of_what_its_rates_are_divided_by(language: str) -> None:
    of = made(language, "characters")
    rows = of.timelines.to_pylist()
    figure = next(one for one in list_figures(of) if one.stem == "concept_c0")
    texts = [text.get_text() for text in figure.draw(page(of)).findobj(Text)]
    for code in ("zh", "de"):
        mine = [r for r in rows if (r["concept"], r["language"], r["group"]) == ("c0", code, "all")]
        size = of.phrases.number(sum(r["characters"] for r in mine), 0)
        assert any(size in text and CHARACTERS[language] in text for text in texts)


@pytest.mark.parametrize("language", WORDS)
def test_the_methods_say_characters_below_the_line_and_as_exposure(language: str) -> None:
    by_words, by_characters = (
        METHODS[language](facts(kinds_of_change=STEPS, per=per)).split("\n\n") for per in ("words", "characters")
    )
    assert CHARACTERS[language] not in by_words[2]
    # How words are cut stays: the table of the corpus counts words in either case.
    assert by_characters[2].count(CHARACTERS[language]) >= 2
    lost = {"en": ["million running words", "the words as exposure"],
            "de": ["laufender Wörter", "Bezugsgröße sind die Wörter", "Wörtern als Exposition"],
            "zh": ["每百万词", "词数"]}[language]  # fmt: skip
    for phrase in lost:
        assert phrase in by_words[2]
        assert phrase not in by_characters[2]
    assert by_words[:2] == by_characters[:2]
    assert by_words[3] == by_characters[3]


def test_the_caption_of_the_study_s_own_figures_says_it_too() -> None:
    caption = write_caption(
        title="T", documents={"de": 2}, years=None, undated=0, kinds=["body"], duplicates="all", draws=100, seed=1,
        note="", per="characters",
    )  # fmt: skip
    assert "Mentions per million characters of body text" in caption
    assert "words" not in caption
