"""From a built study to its page: every point of every figure leads to the lines that are counted in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from lxml import html
from made import build, make_document, make_study

from pipeline.analyses.changes import changes
from pipeline.analyses.composition import composition
from pipeline.analyses.concordance import concordance
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.timelines import timelines
from pipeline.concepts.lexicon import load_lexicon
from pipeline.export import figures
from pipeline.export.points import read_points, say_point
from pipeline.export.report import ReportData, render_report

from .synthetic import make_rejects

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

LEXICON = """
[[concept]]
id = "city"
label = { zh = "城市外交", de = "Städtediplomatie" }
zh = ["城市外交"]
de = ["Städtediplomatie"]
[[concept]]
id = "twin"
label = { zh = "友好城市", de = "Partnerstadt" }
zh = ["友好城市"]
de = ["Partnerstadt"]
"""
LABELS = {"city": {"zh": "城市外交", "de": "Städtediplomatie"}, "twin": {"zh": "友好城市", "de": "Partnerstadt"}}
DOCUMENTS = [
    make_document(
        f"{year}{kind}{n}",
        ("zh", "两市推动城市外交，友好城市也谈城市外交。" * (n + 1)),
        ("de", "Die Partnerstadt nennt es Städtediplomatie. " * (year % 3)),
        date=f"{year}-0{n + 1}-1{n}" if n < 3 else None,
        source_type=kind,
    )
    for year in (2012, 2013, 2015)
    for kind in ("speech", "news & more")
    for n in range(4)
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, html.HtmlElement]:
    """The timelines of a study that was built, and its page."""
    folder: Path = tmp_path_factory.mktemp("points")
    study = make_study(folder, LEXICON, timelines="years = [2012, 2014]")
    build(study, DOCUMENTS)
    corpus, concepts = read_corpus(study), load_lexicon(study.lexicon)
    curves = timelines(study, corpus, concepts, lambda *_: None)
    labels = {concept.id: concept.label for concept in concepts}
    data = ReportData(
        title="Made",
        name="made",
        version="1",
        languages=study.languages,
        note="",
        sources=(),
        corpus=composition(study, corpus, {}),
        rejects=make_rejects(),
        timelines=curves,
        changes=changes(study, corpus, concepts, curves),
        concordance=concordance(study, corpus, concepts),
        concepts=concepts,
        figures={name: figures.to_svg(figures.draw_concept(curves, name, labels[name], "")) for name in labels},
        overview=figures.to_svg(figures.draw_overview(curves, labels, "")),
    )
    return curves, html.document_fromstring(render_report(data))


def say(row: dict[str, Any]) -> str:
    return say_point(row, LABELS[row["concept"]][row["language"]])


def read(page: html.HtmlElement, name: str) -> Any:
    return json.loads(page.xpath("//script[@id=$name]/text()", name=name)[0])


def lines_behind(page: html.HtmlElement, link: html.HtmlElement) -> tuple[int, int]:
    """The lines that the page's script finds for a link, and how many it says there are."""
    target = link.get("xlink:href").removeprefix("#")
    (body,) = page.xpath("//tbody[@id=$id]", id=target)
    block = read(page, body.xpath("ancestor::details/@data-lines")[0])
    listed = read(page, "documents")
    place, group = int(body.get("data-period")), link.get("data-group")
    name, mentions, of_groups = block["periods"][place]
    found = [line for line in block["lines"] if line[1] == place]
    assert body.xpath(".//th/text()")[0].strip() == name
    if group == "all":
        return len(found), mentions
    number = listed["groups"].index(unquote(group))
    return sum(number in listed["documents"][line[0]][6] for line in found), of_groups[str(number)]


def test_the_lines_of_every_point_are_its_mentions(built: tuple[pa.Table, html.HtmlElement]) -> None:
    curves, page = built
    counted = {say(row): row["mentions"] for row in curves.to_pylist() if row["mentions"]}
    links = page.xpath("//figure//a[@data-group]")
    titles = [link.xpath("./title/text()")[0] for link in links]
    for link, title in zip(links, titles, strict=True):
        assert lines_behind(page, link) == (counted[title], counted[title])
    assert set(titles) == set(counted), "no point is missing"
    assert all(titles.count(title) == 1 + (", all texts: " in title) for title in counted), "those of all stand twice"


def test_what_is_in_no_period_has_entries_of_its_own(built: tuple[pa.Table, html.HtmlElement]) -> None:
    _, page = built
    block = read(page, "lines-city-zh")
    assert [(name, mentions) for name, mentions, _ in block["periods"][-2:]] == [
        ("outside the periods", 24),
        ("undated", 48),
    ]
    assert sum(line[1] == len(block["periods"]) - 1 for line in block["lines"]) == 48
    links = page.xpath("//section[@id='concept-city']/p[@class='counts']/a/@href")
    assert {"#city-zh-undated", "#city-zh-outside_the_periods"} <= set(links)
    assert {link[1:] for link in links} <= set(page.xpath("//@id"))


def test_a_point_without_a_mention_is_no_link_but_says_what_it_is(built: tuple[pa.Table, html.HtmlElement]) -> None:
    curves, page = built
    quiet = [row for row in curves.to_pylist() if row["words"] and not row["mentions"]]
    titles = page.xpath("//figure//g[@class='point']/title/text()")
    assert all("0 mentions in" in title and "not to be trusted: no mention" in title for title in titles)
    assert set(titles) == {say(row) for row in quiet}


def test_a_point_says_concept_period_mentions_words_rate_interval_and_doubt() -> None:
    row = {
        "concept": "c",
        "language": "de",
        "period": "2014",
        "group": "source_type=city_website",
        "mentions": 1,
        "words": 2500,
        "per_million": 400.0,
        "low": 10.04,
        "high": 2228.6,
        "interval_note": "one_document",
    }
    assert say_point(row, "Städtediplomatie") == (
        "Städtediplomatie, German, 2014, city website: 1 mention in 2,500 words, 400.0 per million, 95 % interval 10.0 "
        "to 2,229 (not to be trusted: one document)"
    )
    assert "no interval" in say_point(row | {"low": None, "high": None}, "x")
    assert "in 9,000 characters" in say_point(row | {"characters": 9000}, "x")
    assert "\x00" not in say_point(row, "a\x00b"), "no character that XML forbids"


def test_periods_and_groups_with_any_characters_have_points_of_their_own(
    built: tuple[pa.Table, html.HtmlElement],
) -> None:
    curves, _ = built
    city = curves.filter([name == "city" for name in curves["concept"].to_pylist()])
    with_words = [row for row in city.to_pylist() if row["words"]]
    assert len(read_points(city, {"de": "x"})) == len(with_words)
