"""The rooms of topics: built from the tables, each topic with its numbers, its words and its passages."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pytest
from lxml import html

from pipeline.export.report import render_report
from pipeline.export.rooms import Rooms
from pipeline.export.topic_rooms import TopicRooms, make_topic_rooms

from .made_rooms import HOSTILE, STABILITY, make_pairs, make_topics
from .test_report import make_data

if TYPE_CHECKING:
    import pyarrow as pa


@cache
def made() -> TopicRooms:
    return make_topic_rooms(make_topics(), make_pairs())


@cache
def page() -> html.HtmlElement:
    return show(made())


def show(topics: TopicRooms | None) -> html.HtmlElement:
    return html.document_fromstring(render_report(dataclasses.replace(make_data(), rooms=Rooms(topics=topics))))


def text_of(tree: html.HtmlElement, name: str) -> str:
    (section,) = tree.xpath("//*[@id=$name]", name=name)
    return " ".join(section.text_content().split())


def test_a_report_without_topics_says_how_to_get_them_and_has_no_empty_table() -> None:
    tree = show(None)
    assert text_of(tree, "topics") == (
        "Topics This report was made without topics: make topics finds them, then make the report again."
    )
    assert not tree.xpath("//section[@id='topics']//table | //section[@id='topics']//figure")
    assert tree.xpath("//nav//a[@href='#topics']")


def test_each_circle_leads_to_its_topic() -> None:
    for code in ("zh", "de"):
        links = page().xpath("//section[@id=$id]//figure//a/@href", id=f"topics-{code}")
        assert sorted(links) == [f"#topic-{code}-{n}" for n in (1, 2, 3)]
        for link in links:
            assert page().xpath("//article[@id=$id]", id=link[1:])


def test_every_link_inside_the_page_and_every_drawing_it_shows_again_is_there() -> None:
    ids = page().xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page().xpath("//a/@href") if link.startswith("#")} <= set(ids)
    shown = page().xpath("//article//use/@href")
    assert len(shown) == 6
    assert {link[1:] for link in shown} <= set(ids)


def test_stability_and_coherence_stand_wherever_a_topic_is() -> None:
    links = page().xpath("//main//a[starts-with(@href, '#topic-') and not(ancestor::figure)]")
    assert len(links) > 12
    for link in links:
        near = link.getparent().getparent() if link.getparent().tag == "td" else link.getparent()
        code, number = link.get("href").split("-")[1:]
        value = STABILITY[code][int(number) - 1]
        assert ("not measured" if value is None else f"{value}") in near.text_content(), link.get("href")
        assert "0.11" in near.text_content()
    assert "share 30.0 %; stability 0.24 (low), NPMI 0.11" in text_of(page(), "topic-zh-2")
    titles = page().xpath("//figure//a/title/text()")
    assert any("stability 0.24, NPMI 0.11" in title for title in titles)
    assert page().xpath("//a[@href='#topic-zh-2']/circle/@class") == ["unsure"]
    assert not page().xpath("//a[@href='#topic-zh-3']/circle/@class"), "what was not measured is not called unsure"


def test_what_people_found_of_a_topic_s_intruders_stands_with_the_topic() -> None:
    base = {"language": "zh", "label": "x", "low": 0.5, "high": 0.97, "chance": 1 / 6, "agreement": 0.8, "kappa": 0.76}
    rows = [
        base | {"kind": "words", "topic": 2, "judged": 8, "found": 7, "precision": 0.875},
        base | {"kind": "words", "topic": None, "judged": 24, "found": 20, "precision": 0.83},
        base | {"kind": "words", "topic": 3, "judged": 0, "found": 0, "precision": None},
    ]
    tree = show(make_topic_rooms(make_topics(), make_pairs(), scores=rows))
    said = text_of(tree, "topic-zh-2")
    assert "intruders among words" in said
    assert "people found 7 of 8: 87.5 %" in said
    assert "95 % interval 50.0 % to 97.0 %; by guessing 16.7 %; coders agree 0.80, kappa 0.76" in said
    assert "intruders" not in text_of(tree, "topic-zh-1") + text_of(tree, "topic-zh-3") + text_of(tree, "topic-de-2")


def test_a_topic_has_its_words_its_shares_and_its_ten_passages() -> None:
    said = text_of(page(), "topic-de-1")
    assert "guter Wille" in said, "words of one term are written as in the text"
    (article,) = page().xpath("//article[@id='topic-de-1']")
    rows = [[cell.text_content() for cell in row] for row in article.xpath(".//table//tbody/tr")]
    assert rows[0] == ["2012", "50.0\u00a0%", "40.0\u00a0% to 60.0\u00a0%", "7", "900"]
    assert [row[1] for row in rows] == ["50.0\u00a0%"] * 3
    (third,) = page().xpath("//article[@id='topic-de-3']")
    assert "no texts" in third.text_content()
    passages = article.xpath(".//ol/li")
    assert [item.xpath("string(span)") for item in passages] == [f"{HOSTILE} {rank}" for rank in range(1, 11)]
    assert "89.0\u00a0% · 2013-01-01 · p.\u00a01" in passages[0].text_content()
    assert article.xpath(".//ol//a/@href") == ["https://example.org/a?b=1&c=2"] * 5, "no script is a link"


def test_the_shares_of_periods_are_drawn_up_to_a_tenth_above_the_highest_and_never_above_one() -> None:
    assert [room.top for room in made().languages] == [pytest.approx(0.55)] * 2
    data = make_topics()
    timelines = data.tables["topic_timelines"]
    shares = pc.if_else(pc.equal(timelines["topic"], 1), 0.98, timelines["prevalence"])
    place = timelines.column_names.index("prevalence")
    high = {**data.tables, "topic_timelines": timelines.set_column(place, "prevalence", shares)}
    assert [room.top for room in make_topic_rooms(dataclasses.replace(data, tables=high), {}).languages] == [1.0, 1.0]


def test_a_word_that_is_a_term_opens_the_lines_of_its_concept() -> None:
    links = page().xpath("//article[@id='topic-zh-1']//a[@data-open]")
    assert {link.text_content() for link in links} >= {"城市外交"}
    assert {link.get("data-open") for link in links} == {"lines-city_diplomacy-zh"}


def test_a_concept_stands_by_the_topics_it_lives_in() -> None:
    (room,) = [room for room in made().languages if room.language == "zh"]
    (city, absent) = room.concepts
    assert [(city.concept, city.mentions), (absent.concept, absent.mentions)] == [("city_diplomacy", 30), ("absent", 1)]
    assert [(row["topic"], row["share"]) for row in city.topics] == [(2, 0.8), (1, 0.1), (3, 0.1)]
    assert [[row["concept"] for row in topic.concepts] for topic in room.topics] == [[], ["city_diplomacy"], []]
    assert "80.0 % (× 2.7): 2 " in text_of(page(), "topics-zh")


def test_pairs_are_shown_with_chance_and_topics_without_a_counterpart_are_named() -> None:
    pairs = made().pairs
    assert pairs is not None
    assert [(row["zh_topic"], row["de_topic"]) for row in pairs.counterparts] == [(1, 2)]
    assert [(one.language, one.topic) for one in pairs.alone] == [("zh", 2), ("zh", 3), ("de", 1), ("de", 3)]
    assert [one.nearest and one.nearest["similarity"] for one in pairs.alone] == [0.25, None, 0.25, None]
    said = text_of(page(), "topic-pairs")
    assert "0.52 7.3 0.019" in " ".join(page().xpath("//table[contains(@class, 'pairs')]//td/text()"))
    assert "Topics without a counterpart" in said
    assert f"Städtediplomatie* (0.61), {HOSTILE} (0.61)" in said
    assert "counterpart: 2 Vereine" in text_of(page(), "topic-zh-1")


def test_hostile_words_labels_and_passages_are_text() -> None:
    assert not page().xpath("//main//b[not(ancestor::*[contains(@class, 'kwic')])]")
    assert len(page().xpath("//script[not(@type)]")) == 1
    assert HOSTILE in page().xpath("string(//article[@id='topic-zh-2']/h3)")


@pytest.mark.parametrize("pairs", [{}, make_pairs()])
def test_a_language_without_a_model_says_why(pairs: dict[str, pa.Table]) -> None:
    rooms = make_topic_rooms(make_topics(de="too_few_units"), pairs)
    assert rooms.pairs is None
    tree = show(rooms)
    assert "No model: too few units of text are left" in text_of(tree, "topics-de")
    assert not tree.xpath("//section[@id='topics-de']//table")
    assert tree.xpath("//section[@id='topics-zh']//table")
    assert not tree.xpath("//section[@id='topic-pairs']")


def test_every_table_of_the_rooms_has_a_caption_and_heads() -> None:
    tables = page().xpath("//section[contains(@class, 'topics')]//table")
    assert len(tables) > 10
    for table in tables:
        assert table.xpath("string(caption)").strip()
        assert table.xpath(".//thead//th/@scope") == ["col"] * len(table.xpath(".//thead//th"))
        width = len(table.xpath(".//thead//th"))
        assert {len(row) for row in table.xpath(".//tbody/tr")} == {width}
