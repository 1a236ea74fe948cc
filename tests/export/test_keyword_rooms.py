"""The room of keywords: both sides of a comparison, key terms by period, the company of concepts."""

from __future__ import annotations

import dataclasses
from functools import cache

from lxml import html

from pipeline.export.keyness_figures import MOST
from pipeline.export.keyword_rooms import KeywordRooms, make_keyword_rooms, shown_collocates
from pipeline.export.report import render_report
from pipeline.export.rooms import Rooms

from .made_rooms import HOSTILE, make_keywords
from .test_report import make_data

FIGURES = {("speech / rest", "zh"): "keywords/keyness_1_zh"}
FORMS = {("zh", "市长"): "市长", ("de", "Stadt"): "Stadt Städte Städten"}


@cache
def made() -> KeywordRooms:
    return make_keyword_rooms(make_keywords(), FIGURES, FORMS, 3)


@cache
def page() -> html.HtmlElement:
    return show(made())


def show(keywords: KeywordRooms | None) -> html.HtmlElement:
    return html.document_fromstring(render_report(dataclasses.replace(make_data(), rooms=Rooms(keywords=keywords))))


def test_a_report_without_keywords_says_how_to_get_them_and_has_no_empty_table() -> None:
    (section,) = show(None).xpath("//section[@id='keywords']")
    assert "make keywords finds them" in section.text_content()
    assert not section.xpath(".//table | .//details | .//h3")


def test_both_sides_of_a_comparison_are_shown_the_strongest_first() -> None:
    chinese, german = made().comparisons
    assert [(side.side, len(side.rows)) for side in chinese.sides] == [("target", MOST), ("reference", 1)]
    assert chinese.sides[0].rows[0][0]["lemma"] == "城市外交"
    assert chinese.compared == MOST + 3
    assert german.sides == []
    first, second = page().xpath("//section[@id='keywords']//table[.//th[contains(., 'G2')]]")[:2]
    cells = [cell.text_content() for cell in first.xpath(".//tbody/tr[1]/td")]
    assert cells == ["城市外交", "40", "12", "4", "3", "61.5", "4.5", "above 2.5", "", "0.002", "0.31"]
    cells = [cell.text_content() for cell in second.xpath(".//tbody/tr[1]/td")]
    assert cells == [HOSTILE, "50", "3", "2", "12", "61.5", "3", "2 to 4", "", "0.002", "0.8"]
    assert page().xpath("//a[@href='keywords/keyness_1_zh.pdf']")
    assert "no key word, 1 words compared" in page().xpath("string(//section[@id='keywords'])")


def test_a_drawn_interval_of_the_reference_points_to_the_right_too() -> None:
    (_, drawn), *_ = made().comparisons[0].sides[1].rows
    (line,) = html.fragment_fromstring(drawn).xpath(".//path[@class='line']/@d")
    left, right = line[1:].split(" ")[0], line.split("H")[1]
    circle = html.fragment_fromstring(drawn).xpath(".//circle/@cx")[0]
    assert 0 < float(left) < float(circle) < float(right) < 120


def test_key_terms_stand_by_part_and_method() -> None:
    ((language, parts, left_out),) = made().terms
    assert (language, left_out) == ("zh", 0)
    assert [(part.period, part.documents, len(part.terms["tf_idf"])) for part in parts] == [
        ("all", 30, 12),
        ("2013", 30, 12),
    ]
    rows = page().xpath("//table[contains(@class, 'key-terms')][.//th[contains(., 'C-value')]]//tbody/tr")
    assert [row.xpath("string(td[1])") for row in rows] == ["all texts", "2013"]
    assert rows[0].xpath("string(td[4])").startswith("对外工作1, 对外工作2")


def test_many_periods_are_shown_by_their_documents_and_the_others_counted() -> None:
    tables = make_keywords()
    rows = [
        row | {"period": f"{1990 + n}", "documents_of_part": n}
        for n in range(80)
        for row in tables["key_terms"].slice(0, 1).to_pylist()
    ]
    tables["key_terms"] = tables["key_terms"].schema.empty_table().from_pylist(rows, tables["key_terms"].schema)
    ((_, parts, left_out),) = make_keyword_rooms(tables, {}, {}, 3).terms
    assert left_out == 20
    assert [part.period for part in parts] == [f"{1990 + n}" for n in range(20, 80)]


def test_a_collocate_opens_the_lines_of_the_concept_that_have_it_in_one_of_its_forms() -> None:
    links = page().xpath("//details[@id='company-city_diplomacy']//a[@data-open]")
    opens = {(link.text_content(), link.get("data-open"), link.get("data-words")) for link in links}
    assert ("17", "lines-city_diplomacy-zh", "市长") in opens
    assert ("11", "lines-city_diplomacy-de", "Stadt Städte Städten") in opens
    assert ("8", "lines-city_diplomacy-zh", "友城") in opens
    blocks = set(page().xpath("//script[@type='application/json']/@id"))
    assert {block for _, block, _ in opens} <= blocks
    assert all(link.get("href") == "#concept-city_diplomacy" for link in links), "where it leads without a script"


def test_company_leaves_out_repelled_words_and_shows_what_changed() -> None:
    ((_, (chinese, german)),) = made().company
    assert [row["collocate"] for row in german.rows] == ["Stadt"]
    assert [period for period, _ in chinese.periods] == ["2013"]
    assert [row["collocate"] for row in chinese.changes] == ["企业"], "not what chance does"
    (table,) = page().xpath("//table[contains(caption, 'What changed')]")
    assert [cell.text_content() for cell in table.xpath(".//tbody//td")] == [
        "企业", "1", "19", "0.5", "4", "3.5", "2 to 5", "0.004",
    ]  # fmt: skip
    assert page().xpath("//section[@id='concept-city_diplomacy']//a[@href='#company-city_diplomacy']")
    assert not page().xpath("//section[@id='concept-peoples_diplomacy']//a[starts-with(@href, '#company')]")


def test_collocates_are_named_once_with_their_language() -> None:
    assert shown_collocates(make_keywords()) == {
        ("zh", "市长"), ("zh", "友城"), ("de", "Stadt"), ("de", "Geld"), ("zh", "企业"), ("zh", "问题"),
    }  # fmt: skip


def test_hostile_words_and_names_are_text_and_every_link_inside_the_page_is_there() -> None:
    assert len(page().xpath("//script[not(@type)]")) == 1
    assert not page().xpath("//section[@id='keywords']//b | //section[@id='keywords']//script")
    ids = page().xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page().xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_every_table_of_the_room_has_a_caption_and_heads() -> None:
    tables = page().xpath("//section[@id='keywords']//table")
    assert len(tables) >= 6
    for table in tables:
        assert table.xpath("string(caption)").strip()
        assert {len(row) for row in table.xpath(".//tbody/tr")} == {len(table.xpath(".//thead//th[@scope='col']"))}


def test_tables_without_rows_make_a_room_without_panels() -> None:
    empty = make_keyword_rooms({name: table.slice(0, 0) for name, table in make_keywords().items()}, {}, {}, 3)
    (section,) = show(empty).xpath("//section[@id='keywords']")
    assert not section.xpath(".//table | .//details | .//h3")
