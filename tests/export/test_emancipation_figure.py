"""The figure of a pair: what it shows, in which language, and what it does where there is nothing to show."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipeline.analyses.emancipation import EMANCIPATION
from pipeline.errors import InputError
from pipeline.export import figures
from pipeline.export.emancipation import draw_emancipation
from pipeline.export.fonts import drawing
from pipeline.export.panels import Page
from pipeline.export.paper.registry import COLUMNS, Material, list_figures
from pipeline.export.phrases import CHINESE, GERMAN, PHRASES

from .paper.made_study import facts
from .synthetic import CHANGES, make_timelines

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

PAIR = ("city", "people")
LABELS = {"city": {"zh": "城市外交", "de": "Städtediplomatie"}, "people": {"zh": "民间外交", "de": "Volksdiplomatie"}}


def row(year: int | None, language: str = "zh", **known: Any) -> dict[str, Any]:
    days = {} if year is None else {"start": dt.date(year, 1, 1), "end": dt.date(year, 12, 31)}
    counts = {field.name: 20 for field in EMANCIPATION if field.type == pa.int64()}
    names = {"first": "city", "second": "people", "language": language, "group": "all", "period": str(year or "all")}
    return counts | names | days | known


def ratios(unit: str, value: float, low: float, high: float) -> dict[str, float]:
    return {f"{unit}_ratio": value, f"{unit}_low": low, f"{unit}_high": high}


def distances(distance: float, chance: float, excess: float) -> dict[str, float]:
    return {
        "distance": distance, "chance": chance, "chance_low": chance - 0.05, "chance_high": chance + 0.05,
        "excess": excess, "excess_low": excess - 0.1, "excess_high": excess + 0.1,
    }  # fmt: skip


ROWS = [
    row(None, **ratios("passage", 9.0, 8.0, 10.0)),
    row(2010, **ratios("passage", 2.0, 1.0, 4.0), **ratios("document", 1.1, 0.9, 1.3), **distances(0.7, 0.69, 0.03)),
    row(2011, note="no_texts"),
    row(2012, **ratios("passage", 0.0, 0.0, 0.5), **ratios("document", 900.0, 3.0, 9e4), **distances(0.9, 0.6, 0.75)),
    row(2012, "de", document_ratio=3.0),
]


def draw(rows: list[dict[str, Any]], page: Page = figures.REPORT) -> Figure:
    return draw_emancipation(pa.Table.from_pylist(rows, EMANCIPATION), PAIR, LABELS, "A note.", page=page)


def words_of(figure: Figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_each_language_that_has_intervals_or_distances_has_two_panels() -> None:
    figure = draw(ROWS)
    assert len(figure.axes) == 2
    said = words_of(figure)
    for text in ("Chinese", "城市外交", "Volksdiplomatie", "together: observed / expected", "A note.", "≤ 1/16"):
        assert text in said
    assert "German" not in said


def test_points_stand_at_their_values_and_beyond_the_axis_at_its_edge() -> None:
    above, below = draw(ROWS).axes
    offsets = [tuple(point) for found in above.collections for point in found.get_offsets().tolist()]
    assert (2010.5, 2.0) in offsets
    assert (2012.5, pytest.approx(1 / 16)) in [(x, y) for x, y in offsets]
    assert max(y for _, y in offsets) == 64.0
    assert (2012.5, 0.9) in [tuple(p) for found in below.collections for p in found.get_offsets().tolist()]
    assert [bar.get_height() for bar in below.patches if bar.get_height() == pytest.approx(0.1)]


@pytest.mark.parametrize(("page", "said"), [(Page(85, GERMAN, titled=False), "Abstand der Kontexte"),
                                            (Page(170, CHINESE), "语境距离")])  # fmt: skip
def test_it_speaks_the_language_of_its_page_and_keeps_its_width(page: Page, said: str) -> None:
    figure = draw([*ROWS, row(2010, "de", **distances(0.5, 0.4, 0.16))], page)
    assert said in words_of(figure)
    assert len(figure.axes) == 4
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(page.width)


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (figures.save(draw(ROWS), tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_nothing_to_compare_is_said_and_an_unknown_pair_is_an_error() -> None:
    assert "enough mentions to be compared" in words_of(draw([row(None), row(2010, note="no_first")]))
    with pytest.raises(InputError, match="no pair 'city' and 'people'"):
        draw([])


@pytest.mark.parametrize("language", PHRASES)
def test_the_paper_has_a_pair_that_can_be_compared_and_none_that_cannot(language: str) -> None:
    other = dict.fromkeys(("first", "second"), "alone")
    pairs = pa.Table.from_pylist([*ROWS, row(2011, note="no_texts") | other], EMANCIPATION)
    known, table = facts(dagger="MARK", note="Invented."), make_timelines(concepts=list(LABELS))
    material = Material(table, CHANGES.empty_table(), LABELS, known, PHRASES[language], list(LABELS), pairs=pairs)
    (figure,) = [one for one in list_figures(material) if one.stem.startswith("emancipation")]
    assert figure.stem == "emancipation_city_people"
    names = {"zh": "城市外交 – 民间外交", "de": "Städtediplomatie – Volksdiplomatie"}.get(language, "Städtediplomatie")
    assert figure.caption.startswith(names)
    assert "MARK" not in figure.caption
    assert figure.rows(material).num_rows == len(ROWS)
    for width in COLUMNS.values():
        drawn = figure.draw(Page(width, material.phrases, titled=False))
        assert drawn.get_size_inches()[0] * 25.4 == pytest.approx(width)
        assert names not in words_of(drawn), "the caption says it"
        assert off_the_page(drawn) == []


def off_the_page(figure: Figure) -> list[str]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with drawing():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        page = figure.bbox
        boxes = {text.get_text(): text.get_window_extent(canvas.get_renderer()) for text in figure.findobj(Text)}
    return [text for text, box in boxes.items() if text.strip() and (box.x1 > page.x1 + 1 or box.x0 < page.x0 - 1)]
