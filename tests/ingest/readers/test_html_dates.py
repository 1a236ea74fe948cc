# ruff: noqa: E501 - a case, a line
from __future__ import annotations

import pytest
from portals import GERMAN, SPEECH, city_hall, portal

from pipeline.ingest.readers.html import read_html

TITLE = "Partnerschaft mit Jiangcheng"
STORY = "".join(f"<p>{text}</p>" for text in GERMAN)
ZH_TITLE = "两市庆祝结好三十周年"
ZH_STORY = "".join(f"<p>　　{text}</p>" for text in SPEECH)
LD = '<script type="application/ld+json">%s</script>'

# What stands in the head, what between heading and text, what below the text; the date and what says it.
GERMAN_PAGES = [
    ('<meta property="article:published_time" content="2014-05-15T10:00:00+02:00">', "", "", "2014-05-15 markup"),
    ('<meta name="date" content="2014-05-15">', "", "", "2014-05-15 markup"),
    ('<meta name="DC.date.issued" content="15.05.2014">', "", "", "2014-05-15 markup"),
    ('<meta name="citation_publication_date" content="2014/05">', "", "", "2014-05 markup"),
    (LD % '{"@type": "NewsArticle", "datePublished": "2014-05-15T08:00:00Z", "dateModified": "2019-01-01"}', "", "", "2014-05-15 markup"),
    (LD % '{"@graph": [{"@type": "WebPage", "datePublished": "2010-01-01"}, {"@type": "Article", "headline": "Partnerschaft mit Jiangcheng", "datePublished": "2014-05-15"}]}', "", "", "2014-05-15 markup"),
    ("", '<time datetime="2014-05-15">15. Mai</time>', "", "2014-05-15 markup"),
    ("", '<span itemprop="datePublished">15. Mai 2014</span>', "", "2014-05-15 markup"),
    ("", '<p class="date">15.05.2014</p>', "", "2014-05-15 markup"),
    ("", '<div class="metaInfoDateTime"><span>15.05.2014</span>, <span>Lesezeit 3 Min.</span></div>', "", "2014-05-15 markup"),
    ("", "<p>Veröffentlicht am 15. Mai 2014</p>", "", "2014-05-15 markup"),
    ("", "<p>Veröffentlicht am 15.05.14 um 10:20 Uhr</p>", "", "2014-05-15 markup"),
    ("", "", "<p>Pressemitteilung vom 15.05.2014</p>", "2014-05-15 markup"),
    ("", "<p>15.05.2014 10:20 Uhr | Stadt Rheinstadt</p>", "", "2014-05-15 markup"),
    ("", "<p>Rheinstadt, den 15. Mai 2014</p>", "", "2014-05-15 text"),
    ("", "<p>15. Mai 2014</p>", "", "2014-05-15 text"),
    ('<link rel="canonical" href="https://www.example.de/2014/05/15/partnerschaft.html">', "", "", "2014-05-15 url"),
    # an address gives the year, the text the day
    ('<link rel="canonical" href="https://www.example.de/2014/partnerschaft.html">', "<p>Rheinstadt, den 15. Mai 2014</p>", "", "2014-05-15 text"),
    # a date of no publication
    ('<meta property="article:modified_time" content="2014-05-15">', "", "", ""),
    (LD % '{"@type": "Article", "dateModified": "2014-05-15"}', "", "", ""),
    (LD % '{"@type": "Event", "name": "Fest", "startDate": "2014-05-15", "datePublished": "2014-05-15"}', "", "", ""),
    (LD % '{"@type": "ItemList", "itemListElement": [{"@type": "Article", "datePublished": "2014-05-15"}]}', "", "", ""),
    (LD % '{"@type": "Article", "datePublished": ', "", "", ""),
    ('<meta property="article:published_time" content="1970-01-01T00:00:00+00:00">', "", "", ""),
    ('<meta name="copyright" content="2014">', "", "<footer>© 2010-2014 Stadt Rheinstadt</footer>", ""),
    ("", '<p class="date">Stand: 15.05.2014</p>', "", ""),
    ("", "", "<p>Zuletzt geändert am 15.05.2014</p>", ""),
    ("", "", "<p>Letzte Aktualisierung: <time datetime='2014-05-15'>15.05.2014</time></p><div class='last-updated'><time datetime='2014-05-15'>15.05.</time></div>", ""),
    ("", "<p>Am 8. Oktober 1982 unterzeichneten beide Städte den Vertrag.</p>", "", ""),
    ("", '<div class="info">Am 8. Oktober 1982 unterzeichneten beide Städte den Vertrag.</div>', "", ""),
    ("", "", "<ul class='teaser-list'><li><a href='/a'>Fest am Rhein</a> <span class='date'>15.05.2014</span></li></ul>", ""),
    ("", "", "<div class='comments'><p class='date'>15.05.2014</p><p>Schön!</p></div>", ""),
    ("", "<figure><img src='a.jpg'><figcaption>Wuhan, 3. Mai 2010</figcaption></figure>", "", ""),
    ("", "<p>Tel. 0203 2014-0515, Fax 15.05.2014/7</p>", "", ""),
    ("", "<div class='event-date'>15.05.2014</div>", "", ""),
]  # fmt: skip

CHINESE_PAGES = [
    ('<meta name="PubDate" content="2014-05-15 10:20:33">', "", "", "2014-05-15 markup"),
    ('<meta name="firstpublishedtime" content="2014-05-15-10:20:33"><meta name="lastmodifiedtime" content="2016-01-01-10:20:33">', "", "", "2014-05-15 markup"),
    ('<meta name="publishdate" content="2014-05-15">', "", "", "2014-05-15 markup"),
    ("", "<div class='info'>发布时间：2014-05-15 10:20　来源：市外办</div>", "", "2014-05-15 markup"),
    ("", "<div>发布日期：2014年05月15日　更新时间：2016-01-02</div>", "", "2014-05-15 markup"),
    ("", "<p>来源：江城日报　2014-05-15</p>", "", "2014-05-15 markup"),
    ("", "<div>2014年05月15日23:52 | 来源：<a href='/'>江城日报</a></div>", "", "2014-05-15 markup"),
    ("", "<span id='pubtime_baidu'>2014-05-15 10:20:33</span>", "", "2014-05-15 markup"),
    ("", "<table border='1'><tr><td>索引号</td><td>A1-003</td></tr><tr><td>发布日期</td><td>2014-05-15</td></tr></table>", "", "2014-05-15 markup"),
    ("", "<p>（2014年5月15日）</p>", "", "2014-05-15 text"),
    ("", "<p>（二〇一四年五月十五日）</p>", "", "2014-05-15 text"),
    ("", "", "<p>江城市人民政府外事办公室</p><p>2014年5月15日</p>", "2014-05-15 text"),
    ('<link rel="canonical" href="http://www.example.cn/201405/t20140515_123.html">', "", "", "2014-05-15 url"),
    ('<link rel="canonical" href="http://www.example.cn/2014/c1.html">', "<p>新华社江城5月15日电　两市代表今天签署协议。</p>", "", "2014-05-15 text"),
    ("", "<p>更新时间：2014-05-15</p>", "", ""),
    ("", "<p>1982年10月8日，两市签署结好协议。</p>", "", ""),
    ("", "", "<div class='tie-list'><span class='tie-time'>2014-05-15 10:20:33</span><p>好！</p></div>", ""),
    ("", "", "<p>版权所有 2010-2014 江城市外办</p>", ""),
    ("", "<p>今年10月8日是两市结好三十周年的日子。</p>", "", ""),
]  # fmt: skip


def dated(html: str) -> str:
    metadata = read_html(html.encode()).metadata
    return f"{metadata.get('date', '')} {metadata.get('date_evidence', '')}".strip()


@pytest.mark.parametrize(("head", "above", "below", "date"), GERMAN_PAGES)
def test_a_german_page_is_dated_by_what_speaks_of_its_publication(head: str, above: str, below: str, date: str) -> None:
    assert dated(city_hall(f"<h1>{TITLE}</h1>{above}{STORY}{below}", TITLE, head)) == date


@pytest.mark.parametrize(("head", "above", "below", "date"), CHINESE_PAGES)
def test_a_chinese_page_is_dated_by_what_speaks_of_its_publication(
    head: str, above: str, below: str, date: str
) -> None:
    html = portal(
        f"<div class='c'><h1>{ZH_TITLE}</h1>{above}<div class='text'>{ZH_STORY}</div>{below}</div>", ZH_TITLE, head
    )
    assert dated(html) == date


@pytest.mark.parametrize("written", ["2099-05-15", "1850-05-15"])
def test_a_date_that_cannot_be_is_a_flag(written: str) -> None:
    head = f'<meta property="article:published_time" content="{written}">'
    extract = read_html(city_hall(f"<h1>{TITLE}</h1>{STORY}", TITLE, head).encode())
    assert "date" not in extract.metadata
    assert extract.flags == ("bad_date",)
    extract = read_html(city_hall(f"<h1>{TITLE}</h1><p>Rheinstadt, den 15. Mai 2014</p>{STORY}", TITLE, head).encode())
    assert extract.metadata["date"] == "2014-05-15"
    assert extract.flags == ("bad_date",)
