# ruff: noqa: E501, ISC004 - references are longer than lines
"""References as the standards print them: against examples of GB/T 7714-2015 itself and against rules of Chicago."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.export import citations
from pipeline.export.bibliography import cite_table
from pipeline.export.citations import cite, csl_item
from pipeline.ingest.bibliography.names import Name, parse_name, to_csl
from pipeline.ingest.bibliography.record import ROLES, TEXTS, TYPES, make_record


def item(kind: str, title: str, authors: str = "", issued: str = "", **more: Any) -> dict[str, Any]:
    """An item with the row that holds it; authors ``家, 庭; Müller, Hans``, dates ``2019-05``."""
    made: dict[str, Any] = {"id": "x", "type": kind, "title": title}
    for role, people in {"author": authors, **{role: more.pop(role, "") for role in ("editor", "translator")}}.items():
        if people:
            made[role] = [to_csl(parse_name(name)) for name in people.split("; ")]
    for name, date in {"issued": issued, "accessed": more.pop("accessed", "")}.items():
        if date:
            made[name] = {"date-parts": [[int(part) for part in date.split("-")]]}
    return made | {name.replace("_", "-"): value for name, value in more.items()}


def row(described: dict[str, Any]) -> dict[str, Any]:
    return {"doc_id": "s/x", "reference": json.dumps(described)}


def plain(text: str) -> str:
    """A reference without the widths and spaces of its punctuation, which Chinese printers set as they like."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


STANDARD = [
    (item("book", "全唐五代诗格汇考", "张伯伟", "2002", publisher="江苏古籍出版社", publisher_place="南京", page="288"),
     "张伯伟. 全唐五代诗格汇考[M]. 南京：江苏古籍出版社，2002：288."),
    (item("book", "新生儿脑病和脑性瘫痪发病机制与病理生理", "美国妇产科医师学会", "2010", translator="段涛; 杨慧霞",
          publisher="人民卫生出版社", publisher_place="北京", page="38-39"),
     "美国妇产科医师学会. 新生儿脑病和脑性瘫痪发病机制与病理生理[M]. 段涛，杨慧霞，译. 北京：人民卫生出版社，2010：38-39."),
    (item("book", "中国森林群落分类及其群落学特征", "蒋有绪; 郭泉水; 马娟; 某人", "1998", publisher="科学出版社", publisher_place="北京"),
     "蒋有绪，郭泉水，马娟，等. 中国森林群落分类及其群落学特征[M]. 北京：科学出版社，1998."),
    (item("book", "战前中国经济的增长", "罗斯基", "2009", translator="唐巧天; 毛立坤; 姜修宪", publisher="浙江大学出版社", publisher_place="杭州"),
     "罗斯基. 战前中国经济的增长[M]. 唐巧天，毛立坤，姜修宪，译. 杭州：浙江大学出版社，2009."),
    (item("book", "科学革命的结构：第4版", "库恩", "2012", translator="金吾伦; 胡新和", edition="2", publisher="北京大学出版社", publisher_place="北京"),
     "库恩. 科学革命的结构：第4版[M]. 金吾伦，胡新和，译. 2版. 北京：北京大学出版社，2012."),
    (item("book", "Future libraries: dreams, madness, & reality", "Crawford, W.; Gorman, M.", "1995",
          publisher="American Library Association", publisher_place="Chicago"),
     "CRAWFORD W, GORMAN M. Future libraries: dreams, madness, & reality[M]. Chicago: American Library Association, 1995."),
    (item("report", "Factors regulating the immune response: report of WHO Scientific Group", "World Health Organization", "1970",
          publisher="WHO", publisher_place="Geneva"),
     "World Health Organization. Factors regulating the immune response: report of WHO Scientific Group[R]. Geneva: WHO, 1970."),
    (item("report", "国防白皮书：中国武装力量的多样化运用", "中华人民共和国国务院新闻办公室", "2013-04-16", accessed="2014-06-11",
          URL="http://www.mod.gov.cn/affair/2013-04/16/content_4442839.htm"),
     "中华人民共和国国务院新闻办公室. 国防白皮书：中国武装力量的多样化运用[R/OL]. (2013-04-16)[2014-06-11]. "
     "http://www.mod.gov.cn/affair/2013-04/16/content_4442839.htm."),
    (item("thesis", "间断动力系统的随机扰动及其在守恒律方程中的应用", "张志祥", "1998", publisher="北京大学", publisher_place="北京"),
     "张志祥. 间断动力系统的随机扰动及其在守恒律方程中的应用[D]. 北京：北京大学，1998."),
    (item("thesis", "Infrared spectroscopic studies on solid oxygen", "Calms, R. B.", "1965", publisher="Univ. of California",
          publisher_place="Berkeley"),
     "CALMS R B. Infrared spectroscopic studies on solid oxygen[D]. Berkeley: Univ. of California, 1965."),
    (item("chapter", "1998年长江洪水的成因与减灾对策", "程根伟", "1999", editor="许厚泽; 赵其国", container_title="长江流域洪涝灾害与科技对策",
          publisher="科学出版社", publisher_place="北京", page="32-36"),
     "程根伟. 1998年长江洪水的成因与减灾对策[M]//许厚泽，赵其国. 长江流域洪涝灾害与科技对策. 北京：科学出版社，1999：32-36."),
    (item("article-journal", "蓝田生物群：一个认识多细胞生物起源和早期演化的新窗口", "袁训来; 陈哲; 肖书海; 某人", "2012",
          container_title="科学通报", volume="55", issue="34", page="3219"),
     "袁训来，陈哲，肖书海，等. 蓝田生物群：一个认识多细胞生物起源和早期演化的新窗口[J]. 科学通报，2012，55（34）：3219."),
    (item("article-journal", "韩国图书馆法", "李炳穆", "2008", container_title="图书情报工作", volume="52", issue="6", page="6-12",
          accessed="2013-10-25", URL="http://www.docin.com/p-400265742.html"),
     "李炳穆. 韩国图书馆法[J/OL]. 图书情报工作，2008，52（6）：6-12[2013-10-25]. http://www.docin.com/p-400265742.html."),
    (item("article-journal", "Shaking without quaking", "Kanamori, H.", "1998", container_title="Science", volume="279", issue="5359", page="2063"),
     "KANAMORI H. Shaking without quaking[J]. Science, 1998, 279(5359): 2063."),
    (item("article-journal", "Next-generation sequencing: from understanding biology to personalized medicine",
          "Frese, K. S.; Katus, H. A.; Meder, B.", "2013", container_title="Biology", volume="2", issue="1", page="378-398",
          accessed="2013-03-19", URL="http://www.mdpi.com/2079-7737/2/1/378", DOI="10.3390/biology2010378"),
     "FRESE K S, KATUS H A, MEDER B. Next-generation sequencing: from understanding biology to personalized medicine[J/OL]. "
     "Biology, 2013, 2(1): 378-398[2013-03-19]. http://www.mdpi.com/2079-7737/2/1/378. DOI:10.3390/biology2010378."),
    (item("article-newspaper", "数字革命与竞争国际化", "丁文详", "2000-11-20", container_title="中国青年报", page="15"),
     "丁文详. 数字革命与竞争国际化[N]. 中国青年报，2000-11-20（15）."),
    (item("webpage", "出版业信息化迈入快车道", "萧钰", "2001-12-19", accessed="2002-04-15",
          URL="http://www.creader.com/news/20011219/200112190019.html"),
     "萧钰. 出版业信息化迈入快车道[EB/OL]. (2001-12-19)[2002-04-15]. http://www.creader.com/news/20011219/200112190019.html."),
]  # fmt: skip
"""Examples of GB/T 7714-2015, annex A and 8.1 (fourth authors, whom the standard leaves out, are ours)."""


@pytest.mark.parametrize(("described", "printed"), STANDARD, ids=[printed[:12] for _, printed in STANDARD])
def test_examples_of_the_standard_come_out_as_it_prints_them(described: dict[str, Any], printed: str) -> None:
    assert plain(cite(row(described), "gbt")) == plain(printed)


AUTHOR_DATE = [
    (item("article-journal", "Städtediplomatie heute", "Müller, Hans-Peter; von der Aa, Eva", "2019-05", container_title="Zeitschrift für Politik",
          volume="55", issue="3", page="3-19", DOI="10.1234/zfp"),
     "Müller, Hans-Peter und Eva von der Aa. 2019. Städtediplomatie heute. Zeitschrift für Politik 55, Nr. 3 (Mai): 3–19. doi:10.1234/zfp."),
    (item("book", "Partner", "Groß, Karl", "2016", publisher="Verlag am Fluss", publisher_place="Bonn", edition="3"),
     "Groß, Karl. 2016. Partner. 3. Aufl. Bonn: Verlag am Fluss."),
    (item("chapter", "Ein Begriff", "Schäfer, Jörg", "2010", editor="Berg, Ute", container_title="Handbuch", publisher="Musterverlag",
          publisher_place="Köln", page="77-95"),
     "Schäfer, Jörg. 2010. Ein Begriff. In: Handbuch, hrsg. von Ute Berg, 77–95. Köln: Musterverlag."),
    (item("webpage", "Unsere Partnerstadt", "Stadt Musterstadt", "2019-11-04", URL="https://m.example/wuhan"),
     "Stadt Musterstadt. 2019. Unsere Partnerstadt. 4. November. https://m.example/wuhan."),
    (item("article-journal", "城市外交", "陈志敏; 张三", "2009", container_title="世界", issue="5"),
     "陈志敏 und 张三. 2009. 城市外交. 世界, Nr. 5."),
    (item("book", "Viele", "; ".join(f"Nach{i}, Vor" for i in range(12)), "2001"),
     "Nach0, Vor, " + ", ".join(f"Vor Nach{i}" for i in range(1, 7)) + ", u. a. 2001. Viele."),
    (item("book", "Ohne Namen", "", "2001"), "o. A. 2001. Ohne Namen."),
    (item("book", "Wohin?", "Inc., Acme", "2001"), "Inc., Acme. 2001. Wohin?"),
]  # fmt: skip


@pytest.mark.parametrize(("described", "printed"), AUTHOR_DATE, ids=[printed[:12] for _, printed in AUTHOR_DATE])
def test_the_german_author_date_style_comes_out_as_typed(described: dict[str, Any], printed: str) -> None:
    assert cite(row(described), "author-date") == printed


def test_more_authors_are_abbreviated_in_the_language_of_the_item() -> None:
    chinese = item("book", "城市", "甲乙; 丙丁; 戊己; 庚辛", "2001")
    english = item("book", "Cities", "A, B; C, D; E, F; G, H", "2001")
    assert "戊己, 等. " in cite(row(chinese), "gbt")
    assert "E F, et al. " in cite(row(english), "gbt")
    assert "E F, 等. " in cite(row(english), "gbt", "zh")


def test_a_chinese_name_in_pinyin_has_an_initial_for_each_character_and_is_never_turned_round() -> None:
    described = item("book", "Cities", "Chen, Zhimin; 欧阳, 修", "2001")
    assert cite(row(described), "gbt").startswith("CHEN Z M, 欧阳修. ")
    assert cite(row(described), "author-date").startswith("Chen, Zhimin und 欧阳修. ")
    second = item("chapter", "Cities", "Berg, Ute; Chen, Zhimin", "2001", editor="Li, Ruoshui", container_title="Buch")
    assert (
        cite(row(second), "author-date") == "Berg, Ute und Chen Zhimin. 2001. Cities. In: Buch, hrsg. von Li Ruoshui."
    )


@pytest.mark.parametrize(
    ("columns", "gbt", "author_date"),
    [
        ({"source_type": "speech", "title": "在大会上的讲话", "author": "张三", "date": dt.date(2014, 5, 15), "date_precision": "day"},
         "张三. 在大会上的讲话[Z]. 2014.", "张三. 2014. 在大会上的讲话. 15. Mai."),
        ({"source_type": "speech", "title": "Rede", "author": "Dr. Eva Berg", "url": "https://x.example/r", "date": dt.date(2014, 1, 1),
          "date_precision": "year"},
         "BERG E. Rede[EB/OL]. (2014). https://x.example/r.", "Berg, Eva. 2014. Rede. https://x.example/r."),
        ({"source_type": "city_website", "title": "Partnerstädte?", "publisher": "Stadt Köln", "url": "https://x.example/p",
          "date": dt.date(2019, 3, 1), "date_precision": "month"},
         "Stadt Köln. Partnerstädte?[EB/OL]. (2019-03). https://x.example/p.",
         "Stadt Köln. 2019. Partnerstädte? März. https://x.example/p."),
        ({"source_type": "news", "title": "新闻", "publisher": "江滨日报", "date": dt.date(2014, 5, 15), "date_precision": "day"},
         "新闻[N]. 江滨日报, 2014-05-15.", "o. A. 2014. 新闻. 江滨日报, 15. Mai."),
        ({"source_type": "article", "title": None}, "x.pdf[J].", "o. A. x.pdf."),
        ({"source_type": "letters", "title": "  Zwei   Wörter ", "author": "张三; Müller, Hans"},
         "张三, MÜLLER H. Zwei Wörter[Z].", "张三 und Hans Müller. Zwei Wörter."),
    ],
)  # fmt: skip
def test_a_document_without_a_record_is_cited_by_its_columns(
    columns: dict[str, Any], gbt: str, author_date: str
) -> None:
    document = {"doc_id": "s/x.pdf", "publisher": None, "author": None, "url": None, "language": "de", **columns}
    assert (cite(document, "gbt"), cite(document, "author-date")) == (gbt, author_date)


def test_a_body_keeps_its_case_and_its_point() -> None:
    described = item("book", "About", "", "2001") | {"author": [to_csl(Name(literal="Example Library, Inc."))]}
    assert cite(row(described), "gbt") == "Example Library, Inc. About[M]. 2001."
    assert cite(row(described), "author-date") == "Example Library, Inc. 2001. About."


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Zl", "Zp"]), min_size=1, max_size=12)
WORDS = st.one_of(LINE, st.text("aBÄ城市外 .,;:!?？()„“—-/&'\"", min_size=1, max_size=9))
WORDS = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
PEOPLE = st.one_of(
    WORDS.map(lambda text: {"literal": text}),
    st.sampled_from([{"family": "Müller", "given": "Hans-Peter"}, {"family": "Chen", "given": "Zhimin"}]),
)
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2030, 1, 1)).flatmap(
    lambda day: st.sampled_from([[day.year], [day.year, day.month], [day.year, day.month, day.day]])
)
KINDS = st.sampled_from(["webpage", "speech", "document", "article-newspaper", "article-journal"])
SIMPLE = st.fixed_dictionaries(
    {"id": st.just("x"), "type": KINDS, "title": WORDS},
    optional={
        "author": st.lists(PEOPLE, min_size=1, max_size=5), "URL": WORDS, "publisher": WORDS, "container-title": WORDS,
        "issued": DATES.map(lambda parts: {"date-parts": [parts]}),
    },
)  # fmt: skip
STYLES = st.sampled_from(["gbt", "author-date"])


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(SIMPLE, STYLES, st.sampled_from(["zh", "en", "de"]))
def test_the_fast_way_gives_what_the_library_gives(
    described: dict[str, Any], style: citations.Style, language: str
) -> None:
    quick = citations._quickly(described, style, language)
    assert quick in {"", citations._render(described, style, language)}


def test_the_fast_way_is_taken_for_pages_speeches_and_articles_without_a_record() -> None:
    for kind in ("webpage", "speech", "article-newspaper", "article-journal"):
        described = item(kind, "标题：城市（外交）", "张三", "2014-05-15", URL="https://x.example/1.html")
        assert citations._quickly(described, "gbt", "zh")
        assert citations._quickly(described, "author-date", "de")


def test_ten_thousand_pages_are_cited_in_both_styles_within_seconds() -> None:
    pages = pa.Table.from_pylist([
        {"doc_id": f"n/{i}", "source_type": "news", "title": f"新闻{i}", "url": f"https://x.example/{i}", "language": "zh",
         "date": dt.date(2012, 1, 1) + dt.timedelta(i % 2000), "date_precision": "day", "author": None, "publisher": None}
        for i in range(10_000)
    ])  # fmt: skip
    start = time.perf_counter()
    assert len({*cite_table(pages)}) == 10_000
    assert time.perf_counter() - start < 10


VALUES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Co"]), max_size=9),
        st.sampled_from(["3-19", "xii", "{", "12 & 14", "5. Aufl.", "2019-05-15"]),
    ),
    max_size=2,
)
FIELDS = st.dictionaries(st.sampled_from([*TEXTS, *ROLES, "issued", "accessed"]), VALUES, max_size=8)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(TYPES)), FIELDS, STYLES)
def test_whatever_a_record_says_it_can_be_cited(
    kind: str, fields: dict[str, list[str]], style: citations.Style
) -> None:
    record = make_record(kind, {**fields, "title": [*fields.get("title", []), "Titel"]}, "made")
    assert record is not None
    text = cite(row({"id": "x", **record.item}), style)
    assert text
    assert not [c for c in text if ord(c) >= 0xF0000]


def test_an_item_of_columns_is_csl() -> None:
    columns = {"doc_id": "s/a", "source_type": "news", "title": "T", "author": "Eva Berg", "publisher": "Blatt", "url": "https://x.example",
               "language": "de", "date": dt.date(2014, 5, 1), "date_precision": "month"}  # fmt: skip
    assert csl_item(columns) == {
        "id": "s/a", "type": "article-newspaper", "title": "T", "author": [{"family": "Berg", "given": "Eva"}], "container-title": "Blatt",
        "issued": {"date-parts": [[2014, 5]]}, "URL": "https://x.example", "language": "de",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("author", "gbt"),
    [
        ("Staatsministerin Dr. Ulrike Hallermann", "HALLERMANN U"),
        ("Oberbürgermeister Heinz-Joachim Terstegen", "TERSTEGEN H J"),
        ("Bürgermeisterin a. D. Eva Berg", "BERG E"),
        ("随团记者阮芜生", "阮芜生"),
        ("本报记者 钮秀兰", "钮秀兰"),
        ("Referat Internationales", "Referat Internationales"),
        ("Ratsbüro", "Ratsbüro"),
    ],
)
def test_offices_and_degrees_are_no_part_of_a_name(author: str, gbt: str) -> None:
    row = {"doc_id": "a/b", "source_type": "speech", "title": "T", "author": author, "language": "de"}
    assert cite(row, "gbt") == f"{gbt}. T[Z]."
