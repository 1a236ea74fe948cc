"""Figures of words: what they show, in which language, and what they do where there is nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipeline.analyses.collocations import COLLOCATION_CHANGES, COLLOCATIONS
from pipeline.analyses.keyness import KEYNESS
from pipeline.export import figures
from pipeline.export.collocation_figures import concept_changes, concept_collocates, draw_collocations
from pipeline.export.keyness_figures import MOST, comparison_rows, draw_keyness
from pipeline.export.panels import Page
from pipeline.export.phrases import CHINESE, GERMAN
from pipeline.export.word_panels import WordPanel, WordRow, draw_words, drawable

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

LABEL = {"zh": "城市外交", "de": "Städtediplomatie"}


def filled(schema: pa.Schema, **known: Any) -> dict[str, Any]:
    kinds = {pa.int64(): 7, pa.float64(): 1.5, pa.string(): "", pa.bool_(): True}
    return {field.name: kinds[field.type] for field in schema} | known


def key(lemma: str, ratio: float, **known: Any) -> dict[str, Any]:
    names = {"comparison": "zwei Teile", "language": "zh", "target": "讲话", "reference": "source_type=news"}
    interval = {"low": ratio - 1, "high": ratio + 1, "p_value": 0.001}
    return filled(KEYNESS, lemma=lemma, log_ratio=ratio, **(names | interval | known))


KEYS = pa.Table.from_pylist(
    [
        *(key(f"词{i}", 3.0, documents_target=1000 + i) for i in range(30)), key("友好城市", 6.0, high=None),
        key("Beiwerk", 0.2, key=False), key("一带一路", -9.0, low=None, documents_reference=1234), key("新闻", -2.0),
        key("其他", 2.0, comparison="another"),
    ],
    KEYNESS,
)  # fmt: skip


def words_of(figure: Figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_text())


def test_a_comparison_shows_the_strongest_key_words_of_both_parts() -> None:
    rows = comparison_rows(KEYS, "zwei Teile", "zh")
    lemmas = rows["lemma"].to_pylist()
    assert lemmas == [*(f"词{i}" for i in range(MOST)), "一带一路", "新闻"]
    shown = words_of(draw_keyness(rows, "zwei Teile", "zh", "A note."))
    for word in ("zwei Teile (Chinese)", "讲话 (7 words)", "source_type=news (7 words)", "词0", "1,234", "A note."):
        assert word in shown
    assert "Beiwerk" not in shown
    assert "词25" not in shown


def test_a_comparison_that_the_study_did_not_name_has_the_names_of_its_groups() -> None:
    parts = {"comparison": "source_type=city_website / rest", "target": "source_type=city_website", "reference": "rest"}
    rows = pa.Table.from_pylist([key("友好城市", 3.0, **parts)], KEYNESS)
    shown = words_of(draw_keyness(rows, parts["comparison"], "zh", "", page=Page(phrases=GERMAN)))
    assert "Websites von Städten / die übrigen Dokumente (Chinesisch)" in shown
    assert "Websites von Städten (7 Wörter)" in shown
    assert "source_type" not in shown


def test_values_of_the_reference_point_to_the_right_and_open_ends_are_arrows() -> None:
    figure = draw_keyness(comparison_rows(KEYS, "zwei Teile", "zh").slice(MOST), "zwei Teile", "zh", "")
    (axes,) = figure.axes
    points = [list(c.get_offsets()) for c in axes.collections if hasattr(c, "get_offsets") and len(c.get_offsets())]
    flat = [tuple(map(float, point)) for group in points for point in group]
    assert (2.0, 0.0) in flat  # the last row of the table is the strongest of the reference
    assert (9.0, 1.0) in flat
    assert (axes.get_xlim()[1], 1.0) in flat  # the arrow


@pytest.mark.parametrize(
    ("phrases", "said"), [(GERMAN, "Log Ratio (1: doppelt so häufig)"), (CHINESE, "对数比（1 表示频率为两倍）")]
)
def test_figures_speak_the_page_s_language(phrases: Any, said: str) -> None:
    rows = comparison_rows(KEYS, "zwei Teile", "zh")
    assert said in words_of(draw_keyness(rows, "zwei Teile", "zh", "", page=Page(84, phrases)))


def test_without_key_words_the_figure_says_so() -> None:
    assert "No word is key" in words_of(draw_keyness(KEYS.slice(0, 0), "leer", "de", ""))


def near(concept: str, word: str, language: str = "zh", **known: Any) -> dict[str, Any]:
    names = {"concept": concept, "collocate": word, "language": language, "period": "all", "mi": 2.0}
    return filled(COLLOCATIONS, **(names | known))


def change(word: str, difference: float, before: str = "2013", o11: int = 9, p: float = 0.01) -> dict[str, Any]:
    return filled(
        COLLOCATION_CHANGES, concept="city", language="zh", collocate=word, before=before, after=str(int(before) + 1),
        difference=difference, p_adjusted=p, o11_before=o11, o11_after=o11,
    )  # fmt: skip


def test_a_concept_s_company_is_shown_in_each_language_and_as_it_changed() -> None:
    table = pa.Table.from_pylist(
        [
            near("city", "合作", o11=1234), near("city", "远", mi=-1.0), near("city", "早", period="2014"),
            near("city", "Verein", "de"), near("people", "人民"),
        ],
        COLLOCATIONS,
    )  # fmt: skip
    changes = pa.Table.from_pylist(
        [
            change("一次", -9.0) | {"documents_before": 2},
            change("近了", 3.0),
            change("远了", -3.0),
            change("偶然", 2.0, p=0.4),
            change("旧", 3.0, "2011", o11=1),
        ],
        COLLOCATION_CHANGES,
    )
    near_rows, changed = concept_collocates(table, "city"), concept_changes(changes, "city", 3)
    assert near_rows["collocate"].to_pylist() == ["合作", "Verein"]
    assert changed["collocate"].to_pylist() == ["近了", "远了"]
    shown = words_of(draw_collocations(near_rows, changed, "city", LABEL, ""))
    for word in (
        "城市外交   Städtediplomatie",
        "Chinese",
        "German",
        "1,234",
        "Chinese: 2013 (ring) to 2014 (point)",
        "9 – 9",
    ):
        assert word in shown
    nothing = draw_collocations(near_rows.slice(0, 0), changed.slice(0, 0), "city", LABEL, "")
    assert "No word stands near" in words_of(nothing)


def test_a_word_without_a_glyph_is_shown_by_its_number(tmp_path: Path) -> None:
    assert drawable("ⲻ词") == "U+2CBB词"
    panel = WordPanel("ⲻ", "x", [WordRow("ⲻ词", 1.0), WordRow("w" * 200, 2.0)])
    figure = draw_words("ⲻ", [panel], "", "nothing")
    assert set(words_of(figure).split("\n")) >= {"U+2CBB", "U+2CBB词"}
    assert "ⲻ" not in words_of(figure)
    figures.save(figure, tmp_path / "a")
    figures.save(draw_words("ⲻ", [panel], "", "nothing"), tmp_path / "b")
    for kind in ("pdf", "svg", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
