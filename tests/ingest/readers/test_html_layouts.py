# ruff: noqa: E501 - a case, a line
from __future__ import annotations

import time

import pytest
from portals import GERMAN, PAGES, SPEECH, TITLE, Page, city_hall, portal

from pipeline.errors import Unreadable
from pipeline.ingest.readers.html import read_html
from pipeline.ingest.readers.html_blocks import is_furniture

TEXT = {"body", "heading", "table", "caption"}
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in SPEECH)


def texts(html: str, codec: str = "utf-8") -> list[str]:
    return [block.text for block in read_html(html.encode(codec, "xmlcharrefreplace")).blocks if block.kind in TEXT]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_s_text_is_all_and_only_what_was_written(name: str) -> None:
    assert texts(PAGES[name].html) == PAGES[name].text


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("German")])
@pytest.mark.parametrize(("codec", "declared"), [("gb18030", "utf-8"), ("gb18030", "gb2312"), ("utf-8", "gbk")])
def test_a_portal_s_page_reads_the_same_in_the_encoding_that_it_does_not_declare(
    name: str, codec: str, declared: str
) -> None:
    html = PAGES[name].html.replace("charset=utf-8", f"charset={declared}")
    assert texts(html, codec) == PAGES[name].text


@pytest.mark.parametrize("name", PAGES)
def test_title_and_date_of_publication_are_those_of_the_page(name: str) -> None:
    metadata = read_html(PAGES[name].html.encode()).metadata
    assert metadata["title"] == PAGES[name].title
    assert metadata.get("date", "") == PAGES[name].date


def test_more_is_found_than_by_plain_trafilatura_and_less_that_is_no_text() -> None:
    import trafilatura

    def shares(found: list[str], page: Page) -> tuple[float, float]:
        common = len(set(found) & set(page.text))
        return common / len(set(page.text)), common / max(len(set(found)), 1)

    plain = [
        shares([line.strip(" -") for line in (trafilatura.extract(page.html) or "").splitlines() if line.strip()], page)
        for page in PAGES.values()
    ]
    assert sum(recall for recall, _ in plain) / len(plain) < 0.9
    assert sum(precision for _, precision in plain) / len(plain) < 0.7


def test_lines_about_the_page_are_kept_apart() -> None:
    html = PAGES["content by id"].html
    found = {block.text: block.kind for block in read_html(html.encode()).blocks}
    assert found.get("责任编辑：李某", "boilerplate") == "boilerplate"
    assert not any("字体" in text and kind in TEXT for text, kind in found.items())


@pytest.mark.parametrize(
    "line",
    ["【字体：大 中 小】", "打印本页 | 关闭窗口", "责任编辑：李某", "（责编：赵某、钱某）", "上一篇：关于放假的通知", "当前位置：首页 > 外事动态",
     "来源：市外办　2014-05-15　浏览：15", "发布时间：2014-05-15 10:20", "2014-05-15 10:20:33", "分享到：微信 微博", "相关新闻：",
     "版权所有 江城市外办　ICP备00000000号", "Seite drucken", "Stand: 15.05.2014", "Sie sind hier: Startseite", "© 2024 Stadt Rheinstadt"],
)  # fmt: skip
def test_a_line_about_the_page_is_known(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    ["大家好！", "中小城市的外交", "小", "时间：2014年5月15日　地点：江城", "来源于生活的友谊最长久。", "（2014年5月15日）", "编辑部的故事",
     "下一步，两市将扩大交流。", "打印技术改变了城市。", "Der Stand der Partnerschaft ist gut.", "Weiter geht es mit Wuhan.", "首页上的照片拍摄于江城。"],
)  # fmt: skip
def test_a_line_of_the_text_is_not_taken_for_one_about_the_page(line: str) -> None:
    assert not is_furniture(line) or line == "小"


def test_a_passage_has_the_language_that_its_element_declares() -> None:
    english = "Our cities have been partners since 1982, and we are glad to welcome you here today."
    body = (
        f"<h1>Partnerstadt</h1><p>{GERMAN[0]}</p><blockquote lang='en'><p>{english}</p></blockquote>"
        f"<div lang='zh-CN'><p>{SPEECH[3]}</p><p>{SPEECH[0]}</p></div><p lang='de-AT'>{GERMAN[2]}</p><p>{GERMAN[1]} <i lang='en'>Cheers</i></p>"
    )
    blocks = read_html(city_hall(body, "Partnerstadt").encode()).blocks
    declared = {block.text: block.language for block in blocks if block.kind in TEXT}
    assert declared[english] == "en"
    assert declared[SPEECH[3]] == declared[SPEECH[0]] == "zh"
    assert [declared[text] for text in (GERMAN[0], GERMAN[2], GERMAN[1] + " Cheers")] == [None, None, None]


def test_what_word_and_templates_declare_for_chinese_is_not_believed() -> None:
    body = "".join(f"<p lang='EN-US'>{text}</p>" for text in SPEECH)
    assert {block.language for block in read_html(portal(f"<div>{body}</div>", TITLE).encode()).blocks} == {None}


def test_a_speech_page_names_speaker_office_and_occasion() -> None:
    metadata = read_html(PAGES["German: a speech"].html.encode()).metadata
    assert metadata["speaker"] == metadata["author"] == "Erika Beispiel"
    assert metadata["role"] == "Oberbürgermeisterin"
    assert metadata["occasion"] == "anlässlich des Partnerschaftsjubiläums"
    html = portal(f"<h1>{TITLE}</h1><p>（2014年5月15日）</p><p>市长 王某某</p>{PARAGRAPHS}", TITLE)
    metadata = read_html(html.encode()).metadata
    assert (metadata["speaker"], metadata["role"]) == ("王某某", "市长")
    assert metadata["occasion"] == "江城与莱茵结好三十周年大会"
    assert (metadata["date"], metadata["date_evidence"]) == ("2014-05-15", "text")


def test_the_address_dates_a_page_that_does_not_say_it_and_is_kept() -> None:
    html = portal(f"<h1>{TITLE}</h1>{PARAGRAPHS}", TITLE).encode()
    metadata = read_html(html, url="https://www.example.cn/2014-05/15/content_2680312.htm").metadata
    assert (metadata["date"], metadata["date_evidence"]) == ("2014-05-15", "url")
    assert metadata["url"] == "https://www.example.cn/2014-05/15/content_2680312.htm"
    assert "date" not in read_html(html).metadata


@pytest.mark.parametrize(
    "html",
    ["<div>" * 100_000 + "<p>Text</p>" + "</div>" * 100_000, "<table><tr><td>" * 50_000 + "Text", "<b><i>" * 50_000 + "Text",
     f"<p>{GERMAN[0]}</p>" + "<ul><li>" * 50_000 + "Text", "<span lang='zh'>" * 100_000 + "Text", "<!--x-->" * 100_000],
    ids=["div", "table", "inline", "list", "lang", "comments"],
)  # fmt: skip
def test_a_hundred_thousand_nested_elements_end_in_a_text_or_a_reason(html: str) -> None:
    start = time.perf_counter()
    try:
        extract = read_html(f"<html><body>{html}</body></html>".encode())
    except Unreadable as refused:
        assert refused.reason in {"no_text", "broken"}  # noqa: PT017 - either will do
    else:
        assert extract.blocks
    assert time.perf_counter() - start < 30


def test_a_script_in_a_title_is_no_title() -> None:
    head = "<title><script>alert('x')</script>Partnerstadt</title>"
    html = f"<html><head>{head}</head><body>{''.join(f'<p>{text}</p>' for text in GERMAN)}</body></html>"
    assert read_html(html.encode()).metadata["title"] == "Partnerstadt"


def test_a_broken_byte_costs_a_character_and_not_the_page() -> None:
    page = portal(f"<div>{PARAGRAPHS}</div>", TITLE).encode("gb18030")
    place = page.index("三十年来".encode("gb18030"))
    found = [b.text for b in read_html(page[:place] + b"\xff" + page[place:]).blocks if b.kind == "body"]
    assert sum(text in found for text in SPEECH) >= len(SPEECH) - 1
    assert any("三十年来" in text or "\ufffd" in text for text in found)


@pytest.mark.parametrize("body", ["", "<!-- -->", "<script>x</script>", "<style>p{}</style>", "   ", "<br><br>"])
def test_an_empty_body_is_refused(body: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_html(f"<html><head><title>Leer</title></head><body>{body}</body></html>".encode())
    assert refused.value.reason == "no_text"
