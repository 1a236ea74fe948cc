from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.ingest.readers.html import read_html

FLOORS_FILE = Path(__file__).parents[2] / "floors.json"
FLOORS: dict[str, Any] = json.loads(FLOORS_FILE.read_text("utf-8")) if FLOORS_FILE.exists() else {}

MENU = (
    "<ul class='nav'>" + "".join(f"<li><a href='/{n}'>{n}</a></li>" for n in ("首页", "新闻", "政务", "外事")) + "</ul>"
)
FOOT = "<div class='footer'><p>版权所有 某市外办</p><p>地址：某市某区</p></div>"
SPEECH = [
    "各位来宾，女士们、先生们：",
    "大家好！",
    "很高兴与大家相聚在江城。",
    "友城交往三十年来，两市在教育、文化、经贸等领域开展了丰富多彩的交流。今天，我们隆重集会，共同庆祝两市结好三十周年。",
    "一是加强往来。",
    "二是扩大青年交流，每年互派学生二十名。",
    "让我们携手并进！",
    "谢谢大家！",
]
GERMAN = [
    "Seit 1982 ist Duisburg mit Wuhan verbunden; es war die erste deutsch-chinesische Städtepartnerschaft überhaupt.",
    "Kurz darauf reisten die ersten Schülerinnen und Schüler.",
    "Heute arbeiten beide Häfen zusammen, und an jedem Wochenende kommen Züge aus Wuhan am Rhein an.",
]  # fmt: skip


def page(body: str, title: str = "讲话", lang: str = "zh-CN", charset: str = "utf-8", head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="{charset}"><title>{title}</title>{head}</head>'
        f"<body>{MENU}{body}{FOOT}</body></html>"
    )


def of_kind(data: bytes, *kinds: str) -> list[str]:
    return [block.text for block in read_html(data).blocks if block.kind in kinds]


SHAPES = {
    "paragraphs": "<div class='content'>" + "".join(f"<p>{p}</p>" for p in SPEECH) + "</div>",
    "indented paragraphs": "<div id='zoom'>" + "".join(f"<p>　　{p}</p>\n" for p in SPEECH) + "</div>",
    "spans": "<div class='article'>" + "".join(f"<p><span>{p}</span></p>" for p in SPEECH) + "</div>",
    "line breaks": "<div class='content'>" + "<br/>".join("　　" + p for p in SPEECH) + "</div>",
    "double breaks": "<div class='content'>" + "<br><br>".join(SPEECH) + "</div>",
    "divisions": "<div class='TRS_Editor'>" + "".join(f"<div>{p}</div>" for p in SPEECH) + "</div>",
    "layout table": "<table><tr><td>" + "".join(f"<p>{p}</p>" for p in SPEECH) + "</td></tr></table>",
    "wrapped source": "<div class='content'>"
    + "".join("<p>" + p[:8] + "\n      " + p[8:] + "</p>" if len(p) > 20 else f"<p>{p}</p>" for p in SPEECH)
    + "</div>",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_short_chinese_paragraph_is_lost_nor_the_last(shape: str) -> None:
    data = page("<h1>讲话</h1>" + SHAPES[shape]).encode()
    assert of_kind(data, "body") == SPEECH
    assert of_kind(data, "heading") == ["讲话"]


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "utf-8", "big5", "nonsense"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_page_reads_right_whatever_it_declares(codec: str, declared: str) -> None:
    data = page("<h1>讲话</h1>" + SHAPES["paragraphs"], charset=declared).encode(codec)
    assert of_kind(data, "body") == SPEECH
    assert codec in read_html(data).reader


def test_an_xml_declaration_of_another_encoding_does_no_harm() -> None:
    data = ('<?xml version="1.0" encoding="gb2312"?>\n' + page("<h1>讲话</h1>" + SHAPES["paragraphs"])).encode()
    assert of_kind(data, "body") == SPEECH


def test_a_german_page_in_windows_1252_keeps_its_umlauts() -> None:
    body = "<h1>Partnerstädte</h1>" + "".join(f"<p>{p}</p>" for p in GERMAN)
    data = page(body, "Partnerstädte", "de", "iso-8859-1").encode("cp1252", errors="xmlcharrefreplace")
    assert of_kind(data, "body") == GERMAN


def test_the_markup_s_metadata_are_taken() -> None:
    head = (
        '<meta property="og:site_name" content="Stadt Duisburg"><meta name="author" content="Erika Beispiel">'
        '<meta property="article:published_time" content="2014-05-15T10:00:00+02:00">'
        '<meta property="article:modified_time" content="2020-01-01T10:00:00+02:00">'
        '<link rel="canonical" href="https://www.example.org/partner">'
    )
    body = "<h1>Partnerstadt Wuhan</h1>" + "".join(f"<p>{p}</p>" for p in GERMAN)
    extract = read_html(page(body, "Partnerstadt Wuhan | Stadt Duisburg", "de-DE", head=head).encode())
    assert dict(extract.metadata) == {
        "title": "Partnerstadt Wuhan",
        "author": "Erika Beispiel",
        "publisher": "Stadt Duisburg",
        "date": "2014-05-15",
        "date_evidence": "markup",
        "language": "de",
        "url": "https://www.example.org/partner",
    }
    assert extract.media_type == "text/html"
    assert extract.pages is None


@pytest.mark.parametrize(
    "line",
    [
        "发布时间：2014-05-15 10:20",
        "2014年5月15日 来源：某市外办",
        "日期：2014年05月15日",
        "2014-05-15 10:20 来源：外办 浏览：15",
    ],
)
def test_a_chinese_page_s_date_line_is_its_date(line: str) -> None:
    data = page(f"<h1>讲话</h1><div class='info'>{line}</div>" + SHAPES["paragraphs"]).encode()
    assert read_html(data).metadata["date"] == "2014-05-15"


def test_a_date_inside_the_text_is_not_the_page_s_date() -> None:
    text = (
        "<p>1982年10月8日，两市签署友好城市协议。2009年3月1日再次签署合作备忘录，双方同意扩大各领域的交流与合作。</p>"
    )
    data = page("<h1>讲话</h1>" + text + SHAPES["paragraphs"] + "<p>Copyright 2023</p>").encode()
    assert "date" not in read_html(data).metadata


def test_the_main_heading_is_taken_from_outside_the_text() -> None:
    body = f"<header><h1>Partnerstadt Wuhan</h1></header><main><article>{''.join(f'<p>{p}</p>' for p in GERMAN)}"
    extract = read_html(page(body + "</article></main>", "Partnerstadt Wuhan - Stadt Duisburg", "de").encode())
    assert (extract.blocks[0].kind, extract.blocks[0].text) == ("heading", "Partnerstadt Wuhan")


def test_a_heading_stands_once() -> None:
    body = "<article><h1>Partnerstadt Wuhan</h1>" + "".join(f"<p>{p}</p>" for p in GERMAN) + "</article>"
    assert of_kind(page(body, "Partnerstadt Wuhan", "de").encode(), "heading") == ["Partnerstadt Wuhan"]


def test_bold_lines_are_headings_and_bold_words_are_not() -> None:
    bold = "<p><strong>中美合作共赢</strong></p><p>我们<b>共同</b>庆祝这个日子。</p>"
    data = page(f"<h1>讲话</h1><div><p>{SPEECH[3]}</p>{bold}</div>").encode()
    assert of_kind(data, "heading") == ["讲话", "中美合作共赢"]
    assert of_kind(data, "body") == [SPEECH[3], "我们共同庆祝这个日子。"]


def test_tables_are_rows_and_lists_are_paragraphs() -> None:
    body = (
        "<h1>Partnerstädte</h1><article>"
        + "".join(f"<p>{p}</p>" for p in GERMAN)
        + "<table><tr><th>Stadt</th><th>seit</th></tr><tr><td>Wuhan</td><td>1982</td></tr></table>"
        "<ul><li>Wuhan liegt am Jangtse.</li><li>Portsmouth liegt am Meer.</li></ul><p>Soweit die Liste.</p></article>"
    )
    blocks = read_html(page(body, "Partnerstädte", "de").encode()).blocks
    assert [(block.kind, block.text) for block in blocks[4:]] == [
        ("table", "Stadt | seit"),
        ("table", "Wuhan | 1982"),
        ("body", "Wuhan liegt am Jangtse."),
        ("body", "Portsmouth liegt am Meer."),
        ("body", "Soweit die Liste."),
    ]


def test_a_heading_that_begins_the_first_paragraph_is_still_a_heading() -> None:
    body = "<header><h1>Seit 1982</h1></header><article>" + "".join(f"<p>{p}</p>" for p in GERMAN) + "</article>"
    assert of_kind(page(body, "Seit 1982", "de").encode(), "heading") == ["Seit 1982"]


def test_a_page_of_links_is_kept_and_flagged() -> None:
    links = "".join(f"<li><a href='/{n}'>Meldung Nummer {n} aus dem Rathaus</a></li>" for n in range(12))
    extract = read_html(page(f"<main><ul>{links}</ul></main>", "Meldungen", "de").replace(FOOT, "").encode())
    assert extract.flags == ("links_only",)
    assert len([block for block in extract.blocks if block.kind == "boilerplate"]) >= 12


def test_what_comes_again_and_again_is_no_text() -> None:
    note = "<p>Externer Inhalt nicht verfügbar, bitte die Einstellungen zur Privatsphäre anpassen.</p>"
    body = "<h1>Partnerstädte</h1><article>" + note.join(f"<p>{p}</p>" for p in [*GERMAN, *GERMAN[:1]]) + "</article>"
    data = page(body, "Partnerstädte", "de").encode()
    assert len(of_kind(data, "boilerplate")) <= 3
    assert not any("Externer" in text for text in of_kind(data, "body", "heading"))


def test_scripts_and_entities_are_harmless() -> None:
    body = (
        "<h1>Stadt &amp; Land</h1><script>document.write('<p>falsch</p>')</script><style>p {color: red}</style>"
        f"<p onclick='alert(1)'>{GERMAN[0]}</p><p>Ein &lt;script&gt; im Text &ndash; und ein&nbsp;Leerzeichen, "
        f"dazu ein weicher Trenn&shy;strich und &#132;Gänsefüße&#147; aus alter Zeit.</p><p>{GERMAN[2]}</p>"
    )
    texts = of_kind(page(body, "Stadt &amp; Land", "de").encode(), "body")
    assert texts[1] == (
        "Ein <script> im Text – und ein Leerzeichen, dazu ein weicher Trennstrich und „Gänsefüße“ aus alter Zeit."
    )
    assert not any("falsch" in text or "color" in text or "alert" in text for text in texts)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<html><body><p>a\x00\x01\x02\x00\x00b</p></body></html>" * 9, "binary"),
        (
            b"<html><head><title>App</title></head><body><div id='root'></div><script>run()</script></body></html>",
            "no_text",
        ),
        (b"<html><body></body></html>", "no_text"),
    ],
)
def test_a_page_without_text_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_html(data)
    assert refused.value.reason == reason


@given(st.text(alphabet=st.sampled_from("<>/pdivh1 城市外交。&;!-\"'=atr\n"), max_size=200))
def test_any_markup_is_read_or_refused(text: str) -> None:
    try:
        extract = read_html(text.encode())
    except Unreadable as refused:
        assert refused.reason in {"empty", "broken", "no_text"}  # noqa: PT017 - which it is does not matter here
    else:
        assert all(block.text and block.text == " ".join(block.text.split()) for block in extract.blocks)


def test_deep_and_long_markup_takes_no_longer_than_other() -> None:
    start = time.perf_counter()
    for odd in ("<div>" * 3000, "<p>" + " " * 90_000 + "\n</p>", "<!-- -- >" * 3000, "<b>" * 2000 + "Text"):
        body = odd + "".join(f"<p>{p}</p>" for p in GERMAN)
        try:
            read_html(page(body, "Odd", "de").encode())
        except Unreadable as refused:
            assert refused.reason in {"broken", "no_text"}  # noqa: PT017
    assert time.perf_counter() - start < 10


# -- the real pages ------------------------------------------------------------------------------------------------


def words(text: str) -> Counter[str]:
    """Words, and each Han character as one."""
    return Counter(re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", text))


def f1(found: Counter[str], gold: Counter[str]) -> float:
    common = sum((found & gold).values())
    return 2 * common / (sum(found.values()) + sum(gold.values())) if common else 0.0


def gold_texts(outlet: dict[str, Any]) -> list[Counter[str]]:
    """The texts that people marked in the versions of an outlet's page."""
    bodies = [version["body"] for version in outlet.values() if "body" in version]
    return [
        words("\n".join([*body["summary"], *(t for s in body["sections"] for t in [*s["headline"], *s["paragraphs"]])]))
        for body in bodies
    ]


@pytest.mark.shared
def test_real_pages_are_read_better_than_by_plain_trafilatura(shared: Path) -> None:
    import trafilatura

    ours, plain, dates, authors = [], [], 0, 0
    files = sorted((shared / "raw/html").glob("*.html.gz"))
    for file in files:
        outlet = json.loads(
            (file.parent / (re.sub(r"_\d{4}_\d\d_\d\d\.html\.gz$", "", file.name) + ".json")).read_text()
        )
        gold = gold_texts(outlet)
        data = gzip.decompress(file.read_bytes())
        extract = read_html(data)
        text = "\n".join(block.text for block in extract.blocks if block.kind in {"body", "heading", "table"})
        ours.append(max(f1(words(text), one) for one in gold))
        plain.append(max(f1(words(trafilatura.extract(data) or ""), one) for one in gold))
        published = {str(version.get("publishing_date"))[:10] for version in outlet.values()}
        dates += extract.metadata.get("date") in published
        author = extract.metadata.get("author", "").casefold()
        authors += any(all(name.casefold() in author for name in version["authors"]) for version in outlet.values())
    assert sum(ours) / len(ours) >= FLOORS.get("html_f1", 0.95)
    assert sum(ours) > sum(plain)
    assert dates / len(files) >= FLOORS.get("html_dates", 0.94)
    assert authors / len(files) >= FLOORS.get("html_authors", 0.9)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["gmw", "youth"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_real_chinese_pages_are_read_whole(shared: Path, name: str, codec: str) -> None:
    from lxml import html

    folder = shared / "raw/html_zh"
    data = (folder / f"{name}__source.html").read_text("utf-8").encode(codec)
    gold = words(html.fromstring((folder / f"{name}__expected.html").read_text("utf-8")).text_content())
    text = "\n".join(block.text for block in read_html(data).blocks if block.kind in {"body", "heading", "table"})
    assert f1(words(text), gold) >= FLOORS.get("html_zh_f1", 0.98)
