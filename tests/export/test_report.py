"""The report: hostile text stays text, each point leads to its lines, nothing is fetched."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import json
import re
from functools import cache

import pyarrow as pa
import pytest
from fontTools.ttLib import TTFont
from lxml import html

from pipeline.export import figures
from pipeline.export.composition import draw_corpus
from pipeline.export.flags import FLAGS
from pipeline.export.report import ReportData, render_report, tag_han
from pipeline.records import REASONS, Concept, Term

from .synthetic import (
    CHANGES,
    CONCEPTS,
    CONCORDANCE,
    CORPUS,
    REJECTS,
    TIMELINES,
    make_changes,
    make_concordance,
    make_corpus,
    make_rejects,
    make_timelines,
)

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>\'"&'


@cache
def make_data() -> ReportData:
    timelines = make_timelines()
    lines = make_concordance(timelines)
    concepts = [
        Concept(
            name,
            label,
            (
                Term(name, "zh", label["zh"], "form", (f"{label['zh']}学会",)),
                Term(name, "de", label["de"], "compound"),
            ),
        )
        for name, label in CONCEPTS.items()
    ]
    return ReportData(
        title="City diplomacy 城市外交",
        name="demo",
        version="0.1.0",
        languages=("zh", "de"),
        note="The texts are invented.",
        sources=[{"id": "speeches", "kind": "folder", "type": "speech"}],
        corpus=make_corpus(),
        rejects=make_rejects(),
        timelines=timelines,
        changes=make_changes(lines),
        concordance=lines,
        concepts=[*concepts, Concept("absent", {"zh": "枢纽城市"}, ())],
        figures={
            name: figures.to_svg(figures.draw_concept(timelines, name, label, "")) for name, label in CONCEPTS.items()
        },
        overview=figures.to_svg(figures.draw_overview(timelines, CONCEPTS, "")),
        composition=figures.to_svg(figure) if (figure := draw_corpus(make_corpus())) else "",
        flags={"no_date": 2},
        facts={"lexicon": "sha256 ab12"},
        notes=("2 documents have no date.",),
    )


def render(**changed: object) -> html.HtmlElement:
    return html.document_fromstring(render_report(dataclasses.replace(make_data(), **changed)))


@cache
def page() -> html.HtmlElement:
    return render()


def with_lines(**cells: object) -> pa.Table:
    """The concordance with cells of all its rows replaced."""
    table = make_data().concordance
    for name, value in cells.items():
        column = pa.array([value] * table.num_rows, CONCORDANCE.field(name).type)
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def test_the_page_declares_its_encoding_and_forbids_the_network_and_all_scripts_but_its_own() -> None:
    (policy,) = page().xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (script,) = page().xpath("//script[not(@type)]/text()")
    sha256 = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{sha256}'; style-src 'unsafe-inline'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert set(page().xpath("//script/@type")) == {"application/json"}
    assert page().xpath("//meta/@charset") == ["utf-8"]
    assert not page().xpath("//link | //iframe | //object | //img | //*[@src]")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp", script)
    assert "@import" not in render_report(make_data())
    assert not re.search(r"url\((?!#|data:font/woff)", render_report(make_data()))


def test_every_point_of_a_figure_leads_to_lines_of_the_page() -> None:
    anchors = page().xpath("//*[@id]/@id")
    assert len(anchors) == len(set(anchors))
    links = [
        link for link in page().xpath("//a/@*[local-name()='href' or name()='xlink:href']") if link.startswith("#")
    ]
    assert len(links) > 300
    assert {link[1:] for link in links} <= set(anchors)
    uses = page().xpath("//use/@*[name()='xlink:href']")
    assert {use[1:] for use in uses} <= set(anchors)
    clips = set(re.findall(r"url\(#([^)]+)\)", render_report(make_data())))
    assert clips <= set(anchors)


def test_what_is_doubtful_is_said_in_words() -> None:
    rows = page().xpath("//h3[.='What is doubtful']/following-sibling::table[1]/tbody/tr")
    assert [row.xpath("td/text()") for row in rows] == [["no_date", "2", FLAGS["no_date"]]]


def test_items_that_were_not_read_are_so_called_in_the_table_of_the_corpus() -> None:
    lost = {"source_type": "speech", "rejected": 3} | dict.fromkeys(
        ("documents", "passages", "words", "characters", "duplicates", "undated"), 0
    )
    unknown = lost | {"language": "und", "documents": 1, "rejected": 0}
    corpus = pa.concat_tables([make_corpus(), pa.Table.from_pylist([unknown, lost], make_corpus().schema)])
    cells = render(corpus=corpus).xpath("//*[@id='corpus']//tr[td[10]]/td[1]/text()")
    assert sorted(cells)[-2:] == ["not known", "not read"]


def test_a_point_opens_no_new_window() -> None:
    assert not page().xpath("//@target")


def test_the_lines_of_a_point_are_those_of_its_period() -> None:
    (body,) = page().xpath("//tbody[@id='city_diplomacy-de-2023']")
    dates = body.xpath(".//tr[@lang]/td[1]/text()")
    assert dates
    assert {date[:4] for date in dates} == {"2023"}
    assert set(body.xpath(".//b/text()")) == {"Städtediplomatie"}
    assert set(body.xpath(".//tr[td]/@lang")) == {"de"}


def test_chinese_and_german_are_declared() -> None:
    for text in page().xpath("//main//text()[not(ancestor::title)]"):
        if re.search("[\u4e00-\u9fff]", text):
            assert text.getparent().xpath("ancestor-or-self::*[@lang][1]/@lang") == ["zh"], text
        if "Städtediplomatie" in text or "Klimapartnerschaft" in text:
            assert text.getparent().xpath("ancestor-or-self::*[@lang][1]/@lang") == ["de"], text


def test_hostile_text_is_escaped_everywhere() -> None:
    rejects = pa.Table.from_pylist([dict.fromkeys(REJECTS.names, HOSTILE)], REJECTS)
    concept = Concept(
        "city_diplomacy", {"zh": HOSTILE, "de": HOSTILE}, (Term("city_diplomacy", "de", HOSTILE, "lemma", (HOSTILE,)),)
    )
    lines = with_lines(
        title=HOSTILE, left=HOSTILE, match=HOSTILE, right=HOSTILE, doc_id=HOSTILE, url=f"https://x.example/{HOSTILE}"
    )
    text = render_report(
        dataclasses.replace(
            make_data(),
            title=HOSTILE,
            note=HOSTILE,
            notes=(HOSTILE,),
            sources=[{"id": HOSTILE}],
            rejects=rejects,
            concepts=[concept],
            concordance=lines,
            flags={HOSTILE: 1},
            facts={HOSTILE: HOSTILE},
        )
    )
    tree = html.document_fromstring(text)
    assert not tree.xpath("//img | //*[@onerror]")
    assert len(tree.xpath("//script[not(@type)]")) == text.count("<script>") == 1
    assert text.count("<script") == 1 + len(tree.xpath("//script[@type='application/json']"))
    assert tree.xpath("//h1")[0].text_content() == HOSTILE
    assert HOSTILE in tree.xpath("//b/text()")


def test_a_hostile_figure_keeps_only_shapes() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">'
        "<script>alert(1)</script><foreignObject><p>x</p></foreignObject><image xlink:href='http://x.example/a.png'/>"
        "<a xlink:href='javascript:alert(1)'><path d='M 0 0' onclick='x()'/></a></svg>"
    )
    text = render_report(dataclasses.replace(make_data(), figures={"city_diplomacy": svg}))
    assert not re.search(r"<(script>alert|foreignObject|image)|javascript:|onload|onclick|x\.example/a", text)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_an_address_that_is_no_web_address_is_text(url: str) -> None:
    tree = render(concordance=with_lines(url=url))
    assert not [link for link in tree.xpath("//a/@href") if not re.match(r"#|\w+\.csv$", link)]
    assert url in tree.xpath("//tr[@lang]")[0].text_content()
    documents = json.loads(tree.xpath("//script[@id='documents']/text()")[0])["documents"]
    assert {(href, where) for _, _, _, href, where, *_ in documents} == {("", url)}


def test_a_line_shows_date_page_and_link() -> None:
    linked = page().xpath("//details//a[starts-with(@href, 'https://stadt.example/')]")
    assert linked
    cells = [cell.text_content() for cell in page().xpath("//tr[@lang]/td[5]")]
    assert any(cell.startswith("p.\u00a02 · ") for cell in cells)


def test_more_lines_than_the_page_shows_are_said_to_be_in_the_csv() -> None:
    timelines = make_timelines(concepts=["city_diplomacy"], languages=("zh",), rate=3000)
    lines = make_concordance(timelines)
    tree = render(timelines=timelines, concordance=lines, changes=CHANGES.empty_table())
    (summary,) = [s.text_content() for s in tree.xpath("//summary") if "Concordance" in s.text_content()]
    found = re.search(r"Chinese: (\d+) of ([\d,]+) shown", summary)
    assert found
    assert int(found[1]) <= 60
    assert int(found[2].replace(",", "")) == lines.num_rows
    assert len(tree.xpath("//tr[@lang]")) == int(found[1])


def test_terms_first_mentions_and_numbers_stand_with_each_concept() -> None:
    (section,) = page().xpath("//section[@id='concept-city_diplomacy']")
    text = " ".join(section.text_content().split())
    assert "城市外交 not in 城市外交学会" in text
    assert "Städtediplomatie (compound)" in text
    dated = {
        row["language"]: row["date"] for row in make_data().changes.to_pylist() if row["concept"] == "city_diplomacy"
    }
    first = section.xpath(".//dt[starts-with(., 'first in')]/following-sibling::dd[1]")
    assert sorted(one.text_content()[:10] for one in first) == sorted(map(str, dated.values()))
    assert "no texts" in text
    row = next(r for r in make_data().timelines.to_pylist() if r["period"] == "2024" and r["group"] == "all")
    assert f"{row['words']:,}" in text


def test_what_was_rejected_is_explained() -> None:
    text = page().xpath("//section[@id='rejected']")[0].text_content()
    assert REASONS["encrypted"] in text
    assert "2011/讲话.pdf" in text


def test_a_concept_that_was_not_found_is_named_and_has_no_empty_panel() -> None:
    assert not page().xpath("//section[@id='concept-absent']")
    assert "枢纽城市" in page().xpath("//section[@id='absent']")[0].text_content()


def test_a_study_without_anything_is_a_page_that_says_so() -> None:
    tree = render(
        corpus=CORPUS.empty_table(),
        rejects=REJECTS.empty_table(),
        timelines=TIMELINES.empty_table(),
        changes=CHANGES.empty_table(),
        concordance=CONCORDANCE.empty_table(),
        figures={},
        overview="",
        composition="",
        sources=(),
        flags={},
        notes=(),
    )
    text = tree.text_content()
    assert "every item of the sources is a document" in text
    assert "城市外交" in tree.xpath("//section[@id='absent']")[0].text_content()


def test_the_same_data_give_the_same_page() -> None:
    assert render_report(make_data()) == render_report(make_data())


def test_han_runs_are_tagged_and_the_rest_escaped() -> None:
    assert tag_han("a <b> 城市，外交 c") == 'a &lt;b&gt; <span lang="zh">城市，外交</span> c'


def test_the_page_carries_a_glyph_for_each_of_its_chinese_characters() -> None:
    text = render_report(make_data())
    (font,) = re.findall(r"url\(data:font/woff;base64,([A-Za-z0-9+/=]+)\)", text)
    with TTFont(io.BytesIO(base64.b64decode(font))) as woff:
        drawn = set(woff.getBestCmap())
    chinese = {ord(c) for c in text if "\u4e00" <= c <= "\u9fff"}
    assert chinese
    assert chinese <= drawn


def test_rates_per_million_characters_are_called_so() -> None:
    timelines = make_data().timelines
    counted = pa.array([None if words is None else 2 * words for words in timelines["words"].to_pylist()], pa.int64())
    per_characters = timelines.append_column("characters", counted)
    for table, below, other in ((timelines, "words", "characters"), (per_characters, "characters", "words")):
        page = render(timelines=table)
        text = page.text_content()
        assert f"Rates are mentions per million {below}; a period without {below} is a gap" in text
        assert f"per million {other}" not in text
        assert all(f"per million {below}" in figure.get("aria-label") for figure in page.iter("figure")
                   if "per million" in (figure.get("aria-label") or ""))  # fmt: skip
        assert any(heading.text == below for heading in page.iter("th"))


@pytest.mark.parametrize("mentions", [80, 5000])
def test_where_the_concordance_is_a_sample_the_page_does_not_say_that_all_is_in_it(mentions: int) -> None:
    timelines = make_timelines(concepts=["city_diplomacy"], languages=("zh",), rate=500)
    every = make_concordance(timelines)
    lines = every.slice(every.num_rows - 80)  # the undated ones are the last
    for name, number in (("lines", 80), ("mentions", mentions), ("undated", 7), ("outside", 3)):
        lines = lines.append_column(name, pa.array([number] * 80, pa.int64()))
    text = " ".join(
        render(timelines=timelines, concordance=lines, changes=CHANGES.empty_table()).text_content().split()
    )
    is_sample = mentions > 80
    assert "; 3 outside the periods, Chinese; 7 undated, Chinese." in text
    assert ("The study asks for a sample of the lines: concordance.csv." in text) == is_sample
    assert ("All are in concordance.csv." in text) != is_sample
