"""Figures: the same bytes each time, embedded fonts, gaps that are gaps, points that lead to the report."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from pipeline.errors import InputError
from pipeline.export import figures
from pipeline.export.panels import Page
from pipeline.export.phrases import PHRASES
from pipeline.export.series import anchor, concept_rows, read_series

from .boxes import boxes_of
from .synthetic import CONCEPTS, LABELS, TIMELINES, make_timelines, month_periods, year_periods

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTE = "152 documents (Chinese 80, German 72). 演示语料为本项目自编。The texts of the demo corpus are invented."
ONE = "city_diplomacy"


def draw(table: pa.Table, concept: str = ONE) -> Figure:
    return figures.draw_concept(table, concept, LABELS[concept], NOTE)


def rate_axes(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_ylabel() == figures.RATE]


def words_of(figure: Figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    table = make_timelines()
    first = figures.save(draw(table), tmp_path / "first")
    second = figures.save(draw(table), tmp_path / "second")
    assert [path.suffix for path in first] == [".pdf", ".svg", ".png"]
    assert [a.read_bytes() for a in first] == [b.read_bytes() for b in second]


def test_a_stem_may_hold_a_dot(tmp_path: Path) -> None:
    paths = figures.save(draw(make_timelines(periods=year_periods(2014, 2016))), tmp_path / "a.b")
    assert [path.name for path in paths] == ["a.b.pdf", "a.b.svg", "a.b.png"]


def test_a_pdf_has_only_embedded_truetype_fonts_and_its_chinese_can_be_copied(tmp_path: Path) -> None:
    pdf, _, _ = figures.save(draw(make_timelines()), tmp_path / "f")
    raw = pdf.read_bytes()
    assert raw.count(b"/FontFile2 ") == raw.count(b"/Type /FontDescriptor") > 0
    assert b"/Type3" not in raw
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        fonts = [
            pdfium.FPDFTextObj_GetFont(item.raw) for item in page.get_objects() if item.type == pdfium.FPDF_PAGEOBJ_TEXT
        ]
        assert fonts
        assert all(pdfium.FPDFFont_GetIsEmbedded(font) == 1 for font in fonts)
        text = page.get_textpage().get_text_range()
    assert "城市外交" in text
    assert "Städtediplomatie" in text
    assert "mentions per million words" in text


def test_the_page_of_a_paper_is_170_millimetres_wide_and_print_has_300_dots(tmp_path: Path) -> None:
    pdf, _, png = figures.save(draw(make_timelines()), tmp_path / "f")
    with pypdfium2.PdfDocument(pdf) as document:
        assert document[0].get_width() / 72 * 25.4 == pytest.approx(170, abs=0.1)
    with Image.open(png) as image:
        assert image.width == pytest.approx(170 / 25.4 * 300, abs=2)


def test_no_type_is_smaller_than_seven_points() -> None:
    from matplotlib.text import Text

    for figure in (draw(make_timelines()), figures.draw_overview(make_timelines(), LABELS, NOTE)):
        assert min(text.get_fontsize() for text in figure.findobj(Text) if text.get_text()) >= 7


def test_nothing_is_drawn_with_the_readers_fonts_in_an_svg(tmp_path: Path) -> None:
    _, svg, _ = figures.save(draw(make_timelines()), tmp_path / "f")
    text = svg.read_text(encoding="utf-8")
    assert "<text" not in text
    assert "font-family" not in text
    assert "<dc:date>" not in text


@pytest.mark.parametrize("periods", [year_periods(2004, 2024), month_periods(1998, 2024)])
def test_text_stays_on_the_page_and_apart(periods: list[tuple[str, dt.date, dt.date]]) -> None:
    for concept in ("city_diplomacy", "climate_partnership"):
        boxes, width, height = boxes_of(draw(make_timelines(periods=periods), concept))
        assert all(b.x0 >= 0 and b.y0 >= 0 and b.x1 <= width + 1 and b.y1 <= height for b in boxes)
        over = [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if _overlap(a, b) > 2]
        assert not over


def _overlap(a: object, b: object) -> float:
    from matplotlib.transforms import Bbox

    shared = Bbox.intersection(a, b)
    return 0.0 if shared is None else min(shared.width, shared.height)


def test_the_line_breaks_where_there_were_no_words_and_never_falls_to_zero() -> None:
    table = make_timelines(gaps=("2009", "2010"), rate=500)
    main = max(rate_axes(draw(table))[0].lines, key=lambda line: line.get_linewidth())
    x, y = main.get_xdata(), main.get_ydata()
    inside = (x > 2009) & (x < 2011)
    assert np.isnan(y[inside]).all()
    assert inside.sum() == 2
    assert np.isfinite(y[~inside]).all()


def test_a_year_without_a_row_also_breaks_the_line() -> None:
    table = make_timelines(gaps=())
    holed = table.filter(pc.invert(pc.is_in(table["period"], pa.array(["2015"]))))
    main = max(rate_axes(draw(holed))[0].lines, key=lambda line: line.get_linewidth())
    assert np.isnan(main.get_ydata()).sum() == 1


def test_a_quiet_period_is_a_point_at_zero_and_a_gap_is_no_point() -> None:
    table = make_timelines(rate=0.0, groups=(), gaps=("2009", "2010"))
    points = rate_axes(draw(table))[0].collections
    offsets = np.concatenate([p.get_offsets() for p in points if len(p.get_urls()) == 19])
    assert len(offsets) == 19
    assert (offsets[:, 1] == 0).all()


def test_points_whose_interval_cannot_be_trusted_are_hollow() -> None:
    table = make_timelines(languages=("zh",), groups=(), gaps=(), seed=3)
    few = sum(note is not None for note in concept_rows(table, ONE)["interval_note"].to_pylist())
    assert few
    (axes,) = rate_axes(draw(table))
    faces = [face for p in axes.collections if len(p.get_urls()) == 21 for face in p.get_facecolors().tolist()]
    assert faces.count([1.0, 1.0, 1.0, 1.0]) == few


def test_each_linked_point_leads_to_the_lines_counted_in_it(tmp_path: Path) -> None:
    table = make_timelines()
    _, svg, _ = figures.save(draw(table), tmp_path / "f")
    links = re.findall(r'<a xlink:href="([^"]*)"', svg.read_text(encoding="utf-8"))
    rows = concept_rows(table, ONE).to_pylist()
    counted = [f"#{anchor(ONE, row['language'], row['period'], row['group'])}" for row in rows if row["words"]]
    assert sorted(links) == sorted(counted)


def test_groups_differ_in_colour_marker_and_dashes() -> None:
    (axes, _) = rate_axes(draw(make_timelines()))
    lines = axes.lines
    assert len(lines) == 4
    assert len({line.get_color() for line in lines}) == 4
    assert len({line._dash_pattern[1] and tuple(line._dash_pattern[1]) for line in lines}) == 4
    legend = axes.figure.legends[0]
    names = [text.get_text() for text in legend.get_texts()]
    assert names == [
        "all texts",
        "speech",
        "article",
        "city website",
        "95 % interval",
        "interval not to be trusted",
        "no texts",
    ]


def test_a_group_that_is_all_there_is_is_not_drawn_twice() -> None:
    for axes in rate_axes(draw(make_timelines(groups=("source_type=news",)))):
        assert len(axes.lines) == 1


def test_a_language_without_any_text_has_no_empty_panel() -> None:
    years = tuple(str(year) for year in range(2004, 2025))
    figure = draw(make_timelines(gaps=years))
    assert len(rate_axes(figure)) == 1
    assert "Chinese" not in words_of(figure).splitlines()


@pytest.mark.parametrize(
    "table",
    [
        make_timelines(rate=0.0),
        make_timelines(periods=year_periods(2014, 2014)),
        make_timelines(periods=year_periods(2014, 2014), rate=0.0, groups=()),
        make_timelines(gaps=tuple(str(year) for year in range(2004, 2025)), languages=("zh",)),
        make_timelines(languages=("zh", "de", "en")),
        make_timelines(
            periods=[
                ("2004-01-01/2012-11-14", dt.date(2004, 1, 1), dt.date(2012, 11, 15)),
                ("first term", dt.date(2012, 11, 15), dt.date(2017, 10, 24)),
                ("COVID", dt.date(2020, 1, 1), dt.date(2020, 1, 2)),
            ]
        ),
        make_timelines(groups=tuple(f"city={name}" for name in "abcdefghij")),
    ],
    ids=[
        "no mention",
        "one year",
        "one year, no mention",
        "no text at all",
        "three languages",
        "own periods",
        "many groups",
    ],
)
def test_odd_tables_are_drawn_without_a_warning(table: pa.Table, tmp_path: Path) -> None:
    figures.save(draw(table), tmp_path / "one")
    figures.save(figures.draw_overview(table, LABELS, NOTE), tmp_path / "all")


def test_a_loud_small_group_does_not_flatten_the_curve() -> None:
    table = make_timelines(languages=("de",), gaps=())
    rates = table["per_million"].to_pylist()
    loud = [rate * 1000 if group == "source_type=speech" and rate else rate
            for rate, group in zip(rates, table["group"].to_pylist(), strict=True)]  # fmt: skip
    figure = draw(table.set_column(table.column_names.index("per_million"), "per_million", pa.array(loud)))
    (axes,) = rate_axes(figure)
    main = read_series(concept_rows(table, ONE))["de", "all"]
    assert axes.get_ylim()[1] < 4 * main.rate.max()
    assert "beyond the axis" in words_of(figure)


def test_an_unknown_concept_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="did you mean 'city_diplomacy'"):
        figures.draw_concept(make_timelines(), "city_diplomcy", {}, "")


def test_a_label_without_a_glyph_is_an_error_and_no_box() -> None:
    with pytest.raises(InputError, match=r"U\+20BB7"):
        figures.draw_concept(make_timelines(), ONE, {"zh": "𠮷"}, "")


def test_a_dollar_sign_and_markup_in_a_label_are_only_text(tmp_path: Path) -> None:
    label = {"zh": r"$\frac{1}{0}$ <script>", "de": "100 % $x$"}
    _, svg, _ = figures.save(figures.draw_concept(make_timelines(), ONE, label, "$"), tmp_path / "f")
    assert "<script" not in svg.read_text(encoding="utf-8")


def test_the_overview_has_a_row_for_each_mentioned_concept_and_a_column_for_each_language() -> None:
    silent = make_timelines(concepts=["silent"], rate=0.0)
    table = pa.concat_tables([make_timelines(), silent])
    figure = figures.draw_overview(table, {**CONCEPTS, "silent": {"zh": "无"}}, NOTE)
    assert len(figure.axes) == 6
    assert "无" not in words_of(figure).splitlines()


def test_the_overview_of_nothing_says_so(tmp_path: Path) -> None:
    for table in (make_timelines(rate=0.0), TIMELINES.empty_table()):
        figure = figures.draw_overview(table, LABELS, NOTE)
        assert "No concept of the lexicon" in words_of(figure)
        figures.save(figure, tmp_path / "f")


def test_the_overview_grows_with_the_concepts() -> None:
    small = figures.draw_overview(make_timelines(concepts=list(LABELS)[:2]), LABELS, NOTE)
    large = figures.draw_overview(make_timelines(concepts=list(LABELS)), LABELS, NOTE)
    assert large.get_size_inches()[1] > 10 * small.get_size_inches()[1] * 0.5
    assert large.get_size_inches()[0] == small.get_size_inches()[0]


@pytest.mark.parametrize("languages", [("zh",), ("zh", "de"), ("zh", "de", "en")])
@pytest.mark.parametrize("rate", [60.0, 2e5])
@pytest.mark.parametrize("page", [Page(), Page(84.0, PHRASES["de"], titled=False), Page(174.0, PHRASES["de"])])
def test_the_overview_s_heads_and_numbers_stay_apart_and_on_the_page(
    languages: tuple[str, ...], rate: float, page: Page
) -> None:
    table = make_timelines(languages=languages, rate=rate, periods=year_periods(2014, 2020))
    boxes, width, _ = boxes_of(figures.draw_overview(table, CONCEPTS, NOTE, page=page))
    assert all(box.x0 >= 0 and box.x1 <= width for box in boxes)
    assert not [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if _overlap(a, b) > 2]


def test_a_concept_without_terms_in_a_language_says_so() -> None:
    table = make_timelines()
    only = table.filter(pc.invert(pc.and_(pc.equal(table["concept"], ONE), pc.equal(table["language"], "de"))))
    assert "no term in this language" in words_of(figures.draw_overview(only, LABELS, NOTE))


def test_the_data_of_a_figure_are_the_rows_it_was_drawn_from() -> None:
    table = pa.concat_tables([make_timelines(), make_timelines(concepts=["silent"], rate=0.0)])
    assert set(figures.figure_data(table, ONE)["concept"].to_pylist()) == {ONE}
    overview = figures.figure_data(table)
    assert set(overview["concept"].to_pylist()) == set(CONCEPTS)
    assert set(overview["group"].to_pylist()) == {"all"}


@pytest.mark.parametrize(("code", "number"), [("en", 0), ("de", 0), ("zh", 2), ("zh", 5)])
def test_a_key_with_all_its_entries_stays_on_the_page(code: str, number: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from pipeline.export.fonts import drawing

    names = ("speech", "article", "city_website", "news", "parliament")[:number]
    table = make_timelines(concepts=[ONE], groups=tuple(f"source_type={name}" for name in names))
    high = pc.if_else(pc.equal(table["period"], "2012"), 1e6, table["high"])
    notes = pc.if_else(pc.equal(table["period"], "2013"), "few_documents", table["interval_note"])
    for name, column in (("high", high), ("interval_note", notes)):
        table = table.set_column(table.column_names.index(name), name, column)
    steps = {(ONE, "zh"): [2014.0]}
    page = Page(174.0, PHRASES[code], titled=False)
    figure = figures.draw_concept(table, ONE, LABELS[ONE], "", page=page, steps=steps)
    (key,) = figure.legends
    assert len(key.get_texts()) == 6 + number  # all that there can be
    with drawing():
        FigureCanvasAgg(figure).draw()
        assert key.get_window_extent().y0 >= 0
