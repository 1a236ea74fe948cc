# ruff: noqa: E501 - a case, a line
from __future__ import annotations

import datetime as dt
import gzip
import itertools
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.dates_in_text import label_date, line_date, text_date
from pipeline.ingest.dating import Found, date_extract, file_date, filename_date, first_date, url_date
from pipeline.ingest.readers import read_documents
from pipeline.ingest.readers.text import paragraphs
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from pathlib import Path

STORY = [
    "两市结好三十多年来，在经贸、教育、港口等领域的交流从未中断，市民之间的往来也越来越多，双方都从中受益。",
    "会谈中，双方回顾了合作的历程，一致认为应当继续扩大青年交流，并就明年的安排交换了意见。",
    "Die Partnerschaft der beiden Städte lebt von den Menschen, die sich seit Jahrzehnten besuchen und Briefe schreiben.",
]

# The first lines of a text, what stands between, the last lines, and the date that they say.
TEXTS: list[tuple[list[str], list[str], str | None]] = [
    # a date on a line of its own under the title
    (["在友好城市大会上的讲话", "（2014年5月15日）"], [], "2014-05-15"),
    (["在友好城市大会上的讲话", "(2014年5月15日)", "市长"], [], "2014-05-15"),
    (["在友好城市大会上的讲话", "（二〇一四年五月十五日）"], [], "2014-05-15"),
    (["在友好城市大会上的讲话", "二○一四年五月十五日"], [], "2014-05-15"),
    (["在友好城市大会上的讲话", "（二OO八年十二月三日）"], [], "2008-12-03"),
    (["在友好城市大会上的讲话", "（２０１４年５月１５日，北京）"], [], "2014-05-15"),
    (["在友好城市大会上的讲话", "（2014年5月15日 于武汉）"], [], "2014-05-15"),
    (["在友好城市大会上的讲话", "2014年5月15日，北京"], [], "2014-05-15"),
    (["告同胞书", "（民国三十八年十月一日）"], [], "1949-10-01"),
    (["告同胞书", "民國二十六年七月七日"], [], "1937-07-07"),
    (["关于城市外交的决议", "（2022年3月11日第三次会议通过）"], [], "2022-03-11"),
    (["政府工作报告", "1957年6月26日在第四次会议上", "周某某"], [], "1957-06-26"),
    (["Grußwort zum Städtetag", "Berlin, den 3. März 2015"], [], "2015-03-03"),
    (["Grußwort zum Städtetag", "Schloss Bellevue, 15. Mai 2014"], [], "2014-05-15"),
    (["Grußwort zum Städtetag", "15. Mai 2014"], [], "2014-05-15"),
    (["Grußwort zum Städtetag", "(15.05.2014)"], [], "2014-05-15"),
    (["Ein Hafen für zwei Städte", "Duisburg, im Mai 2014"], [], "2014-05"),
    (["Ein Hafen für zwei Städte", "Donnerstag, 15. Mai 2014"], [], "2014-05-15"),
    (["Ein Hafen für zwei Städte", "Do., 15.05.2014, 18:30 Uhr"], [], "2014-05-15"),
    # the title of a speech
    (["Rede von Bundespräsident Max Muster anlässlich der Verleihung des Preises am 15. Mai 2014 in Berlin"], [], "2014-05-15"),
    (["Ansprache der Oberbürgermeisterin am 15.5.2014"], [], "2014-05-15"),
    (["Rede des Ministers", "zur Eröffnung des Forums am 9. Oktober 2012 in Wuhan"], [], "2012-10-09"),
    (["Rede zum 30. Jahrestag des Vertrags vom 8. Oktober 1982 am 9. Oktober 2012 in Wuhan"], [], "2012-10-09"),
    (["Vortrag „Städte als Akteure“, 3. März 2015"], [], "2015-03-03"),
    (["携手共建友好城市——在友好大会上的讲话（2014年5月15日）王某某"], [], "2014-05-15"),
    (["在江城友好协会成立60周年纪念活动上的讲话（2014年5月15日）"], [], "2014-05-15"),
    (["在友好大会上的致辞", "（王某某 2014年5月15日）"], [], "2014-05-15"),
    (["在2014年5月15日友好城市大会上的讲话"], [], "2014-05-15"),
    # a label
    (["友好城市新闻", "发布时间：2014-05-15 10:20　来源：市外办"], [], "2014-05-15"),
    (["友好城市新闻", "发布日期：2014年05月15日　更新时间：2016-01-02　浏览：15"], [], "2014-05-15"),
    (["时间：2014年5月15日", "地点：市政府会议室"], [], "2014-05-15"),
    (["索引号 | A1-2014-003 | 成文日期 | 2014年05月15日"], [], "2014-05-15"),
    (["Neues aus Wuhan", "Veröffentlicht am 15. Mai 2014"], [], "2014-05-15"),
    (["Stadt Duisburg – Pressemitteilung vom 15.05.2014"], [], "2014-05-15"),
    (["Pressemitteilung Nr. 34/2014 vom 15. Mai 2014"], [], "2014-05-15"),
    (["Neues aus Wuhan", "Datum: 15.05.2014"], [], "2014-05-15"),
    (["Neues aus Wuhan", "Published on May 15, 2014"], [], "2014-05-15"),
    # a source, an office, a newspaper
    (["友好城市新闻", "来源：市外办　2014-05-15"], [], "2014-05-15"),
    (["友好城市新闻", "2014年05月15日08:20 | 来源：人民某报"], [], "2014-05-15"),
    (["Neues aus Wuhan", "15.05.2014 | Stadt Duisburg"], [], "2014-05-15"),
    (["友好城市新闻", "原载《某某日报》2014年5月15日第3版"], [], "2014-05-15"),
    # a dateline
    (["新闻", "新华社北京2014年5月15日电　两市代表今天签署协议，双方将扩大交流。"], [], "2014-05-15"),
    (["Neues aus Wuhan", "Duisburg, 15. Mai 2014 – Die Stadt empfing am Montag Gäste aus Wuhan und zeigte den Hafen."], [], "2014-05-15"),
    # below the text
    (["关于结好的通知"], ["武汉市人民政府", "二〇一四年五月十五日"], "2014-05-15"),
    (["关于结好的通知"], ["武汉市人民政府外事办公室 2014年5月15日"], "2014-05-15"),
    (["关于结好的通知"], ["（《某某日报》2014年5月15日 第3版）"], "2014-05-15"),
    (["Offener Brief"], ["Erika Beispiel", "Karlsruhe, den 3. März 2015"], "2015-03-03"),
    (["Offener Brief"], ["3. März 2015"], "2015-03-03"),
    # a journal's issue
    (["某某评论　2014年第3期", "论城市外交的兴起", "王某某"], [], "2014"),
    (["第35卷　第3期　　2014年5月", "论城市外交的兴起"], [], "2014-05"),
    (["Zeitschrift für Beispiele, Heft 3/2014", "Städte als Akteure"], [], "2014"),
    # lines that agree on a part only
    (["Protokoll", "15. Mai 2014"], ["22. Mai 2014"], "2014-05"),
    # what is no date of the text
    (["两市结好", "2008年奥运会期间，两市青年在北京相聚，共同度过了难忘的夏天。"], [], None),
    (["Partnerstädte", "Am 8. Oktober 1982 unterzeichneten beide Städte den Vertrag."], [], None),
    (["友城历程", "1982年10月8日，两市签署结好协议。"], [], None),
    (["Partnerstädte", "Stand: 15.05.2014"], [], None),
    (["Partnerstädte", "Stand:", "15.05.2014"], [], None),
    (["Partnerstädte"], ["Zuletzt geändert am 15.05.2014"], None),
    (["Partnerstädte"], ["Letzte Aktualisierung: 15. Mai 2014"], None),
    (["友城介绍", "更新时间：2014-05-15"], [], None),
    (["论城市外交", "收稿日期：2014-05-15"], [], None),
    (["Partnerstädte"], ["© 2014 Stadt Duisburg", "Copyright 2010-2014"], None),
    (["Partnerstädte"], ["Telefon 0203 2014-0515", "Fax 0203/15.05.2014"], None),
    (["Satzung", "nach § 4 der Gemeindeordnung in der Fassung vom 24. Juli 2000 (GBl. S. 581)"], [], None),
    (["Beschluss", "Aktenzeichen 12.05.2014/33", "Az. 2014-05-15/7"], [], None),
    (["Einladung", "Termin: 15. Mai 2014"], [], None),
    (["Einladung", "Anmeldeschluss: 15. Mai 2014"], [], None),
    (["Festwoche", "15. bis 17. Mai 2014"], [], None),
    (["友好周", "2014年5月15日至17日"], [], None),
    (["Abgerufen am 15.05.2014"], [], None),
    (["Chronik", "8. Oktober 1982", "Vertrag", "3. Mai 1985", "Besuch", "4. Juni 1990", "Feier", "7. Juli 2001"], [], None),
    (["Vorlage", "Gremium:", "Termin:", "24.07.2012"], ["13. Juli 2012"], None),
    (["新闻", "新华社北京5月15日电　两市代表今天签署协议。"], [], None),
    (["财政部公布2012年11月全国财政收入"], [], None),
    (["Neue Preise ab", "1.1.2015"], [], None),
    (["第30届友好城市大会"], ["参考文献：王某某：《城市外交》，2014年第3期，载于某某评论，另见其他作者在此前后发表的多篇论文与著作以及资料汇编。"], None),
]  # fmt: skip

URLS = [
    ("http://www.example.cn/zwgk/2014-05/15/content_2680312.htm", "2014-05-15"),
    ("http://www.example.cn/web/t20140515_1156789.shtml", "2014-05-15"),
    ("http://www.example.cn/n1/2014/0515/c1001-25022514.html", "2014-05-15"),
    ("http://www.example.cn/art/2014/5/15/art_1234_567.html", "2014-05-15"),
    ("http://www.example.cn/201405/t20140515_123.html", "2014-05-15"),
    ("https://www.example.cn/a/202311/17/WS65571297a310.html", "2023-11-17"),
    ("http://www.example.cn/sywh/202010/t3714581.htm", "2020-10"),
    ("https://www.example.de/Reden/DE/2014/05/140515-Verleihung.html", "2014-05-15"),
    ("https://www.example.de/presse/2014-05-15-hafen.html", "2014-05-15"),
    ("https://www.example.de/presse/15-05-2014-hafen.html", "2014-05-15"),
    ("https://www.example.de/2014/05/15/hafen/", "2014-05-15"),
    ("https://www.example.de/archiv/2014/hafen.html", "2014"),
    ("http://www.example.cn/content_2680312.htm", None),
    ("http://www.example.cn/web/t1156789.shtml", None),
    ("https://www.example.de/agenda/2010/ziele.html", None),
    ("https://www.example.de/artikel-19871012.html", None),
    ("https://www.example.de/kalender?datum=2014-05-15", None),
    ("https://www.example.de/plan/2050/05/ziele.html", None),
    ("", None),
    ("http://[", None),
]

NAMES = [
    ("2014-05-15_rede.txt", "2014-05-15"),
    ("20140515.pdf", "2014-05-15"),
    ("rede-15.05.2014.pdf", "2014-05-15"),
    ("rede_31-05-2014.docx", "2014-05-31"),
    ("2014年5月15日讲话.docx", "2014-05-15"),
    ("二〇一四年五月讲话.txt", "2014-05"),
    ("Rede_15._Mai_2014.docx", "2014-05-15"),
    ("rede_2014.docx", "2014"),
    ("2014年政府工作报告.txt", "2014"),
    ("sammlung.zip/2014-05.txt", "2014-05"),
    ("reden/2014/05/hafen.txt", "2014-05"),
    ("2008年奥运会.txt", None),
    ("Agenda 2010.pdf", None),
    ("haushalt_2015_2016.pdf", None),
    ("bericht 2012-2016.pdf", None),
    ("content_2680312.html", None),
    ("Drs 1912.pdf", None),
    ("scan_20140515.pdf", None),
    ("微信图片_20140515.pdf", None),
    ("rede_03-04-2014.txt", "2014"),
    ("masterplan_2035.pdf", None),
]


def blocks(head: list[str], tail: list[str]) -> tuple[Block, ...]:
    return tuple(Block(text) for text in [*head, *STORY * 4, *tail])


@pytest.mark.parametrize(("head", "tail", "date"), TEXTS)
def test_the_lines_about_a_text_date_it_and_its_story_does_not(
    head: list[str], tail: list[str], date: str | None
) -> None:
    assert text_date(blocks(head, tail)) == date


@pytest.mark.parametrize(("url", "date"), URLS)
def test_an_address_is_read_for_its_date(url: str, date: str | None) -> None:
    assert url_date(url) == (Found(date, "url") if date else None)


@pytest.mark.parametrize(("name", "date"), NAMES)
def test_a_file_s_name_is_read_for_its_date(name: str, date: str | None) -> None:
    assert filename_date(name) == (Found(date, "filename") if date else None)


def extract_of(head: list[str], **metadata: str) -> Extract:
    return Extract(blocks(head, []), "a reader", "text/plain", metadata=metadata)


def dated(extract: Extract) -> tuple[str | None, str | None]:
    return extract.metadata.get("date"), extract.metadata.get("date_evidence")


def test_evidence_is_weighed_in_its_order() -> None:
    head = ["讲话", "（2014年5月15日）"]
    url = "https://www.example.org/2015-01/02/content_1.htm"
    name = "2016-03-04.txt"
    assert dated(date_extract(extract_of(head, date="2013-12-01", url=url), name)) == ("2013-12-01", "markup")
    assert dated(date_extract(extract_of(head, url=url), name)) == ("2015-01-02", "url")
    assert dated(date_extract(extract_of(head), name, url=url)) == ("2015-01-02", "url")
    assert dated(date_extract(extract_of(head), name)) == ("2014-05-15", "text")
    assert dated(date_extract(extract_of(["讲话"]), name)) == ("2016-03-04", "filename")
    assert dated(date_extract(extract_of(["讲话"]), "讲话.txt")) == (None, None)


def test_a_reader_s_own_evidence_is_kept_and_the_date_made_whole() -> None:
    known = date_extract(extract_of(["讲话"], date="15. Mai 2014", date_evidence="url"))
    assert dated(known) == ("2014-05-15", "url")
    assert date_extract(known, "2016.txt") == known


def test_weaker_evidence_adds_the_day_to_a_year_but_never_contradicts_it() -> None:
    head = ["讲话", "（2014年5月15日）"]
    assert dated(date_extract(extract_of(head, date="2014"))) == ("2014-05-15", "text")
    assert dated(date_extract(extract_of(head, date="2013"))) == ("2013", "markup")
    assert dated(date_extract(extract_of(head), "rede_2014.txt")) == ("2014-05-15", "text")


def test_a_dateline_without_a_year_takes_the_known_one() -> None:
    head = ["新闻", "新华社北京5月15日电　两市代表今天签署协议。"]
    assert dated(date_extract(extract_of(head), "2014/a.txt")) == ("2014-05-15", "text")
    assert dated(date_extract(extract_of(head, url="http://www.example.cn/2014/a.htm"))) == ("2014-05-15", "text")
    assert dated(date_extract(extract_of(head), "a.txt")) == (None, None)


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ("03/04/2018", "ambiguous_date"),
        ("3-4-2018 10:20", "ambiguous_date"),
        ("０３/０４/2018", "ambiguous_date"),
        ("2011/12", "ambiguous_date"),
        ("03/04/1850", "bad_date"),
        ("00/04/2018", "bad_date"),
        ("13/14/2018", "bad_date"),
        ("44842", "number_as_date"),
        (" 44842.0 ", "number_as_date"),
        ("44842,5", "number_as_date"),
        ("1400148000", "bad_date"),
        ("9999", "bad_date"),
    ],
)
def test_the_flag_of_a_date_that_is_not_taken_says_why(written: str, flag: str) -> None:
    assert date_extract(extract_of(["讲话"], date=written), "a.txt").flags == (flag,)


@pytest.mark.parametrize("written", ["2099-01-01", "1850-05-15", "0001-01-01"])
def test_a_date_that_cannot_be_is_flagged_and_the_next_evidence_taken(written: str) -> None:
    alone = date_extract(extract_of(["讲话"], date=written), "a.txt")
    assert (dated(alone), alone.flags) == ((None, None), ("bad_date",))
    named = date_extract(extract_of(["讲话"], date=written), "rede_2014.txt")
    assert (dated(named), named.flags) == (("2014", "filename"), ("bad_date",))


def test_a_date_to_come_under_a_title_is_a_flag() -> None:
    extract = date_extract(extract_of(["讲话", "（2099年1月1日）"]))
    assert (dated(extract), extract.flags) == ((None, None), ("bad_date",))


def test_the_first_good_date_wins_and_a_finer_one_of_the_same_refines_it() -> None:
    year, day, other = Found("2014", "url"), Found("2014-05-15", "text"), Found("2015-01-01", "filename")
    bad = Found("2099-01-01", "markup")
    assert first_date([None, year, other]) == (year, [])
    assert first_date([year, day, other]) == (day, [])
    assert first_date([bad, year]) == (year, ["bad_date"])
    assert first_date([year, bad]) == (year, [])
    assert first_date([bad, bad]) == (None, ["bad_date"])
    assert first_date([]) == (None, [])


def test_a_file_s_own_day_is_that_of_its_last_change() -> None:
    assert file_date(dt.datetime(2014, 5, 15, 12, tzinfo=dt.UTC).timestamp()) == Found("2014-05-15", "file")


def test_short_years_are_read_behind_a_label_only() -> None:
    assert label_date("Veröffentlicht am 15.05.14 um 10:20 Uhr") == "2014-05-15"
    assert label_date("发布时间：14-05-15 10:20") == "2014-05-15"
    assert label_date("Veröffentlicht am 15.05.89") == "1989-05-15"
    assert line_date("15.05.14") is None


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=40), st.text(max_size=60))
def test_any_text_name_and_address_are_read_or_left(texts: list[str], name: str, url: str) -> None:
    extract = Extract(tuple(Block(text) for text in texts if text), "a reader", "text/plain", metadata={"url": url})
    found = date_extract(extract, name)
    assert found.blocks == extract.blocks
    assert ("date" in found.metadata) == ("date_evidence" in found.metadata)


@pytest.mark.shared
def test_every_paper_of_the_council_has_its_own_date(shared: Path) -> None:
    files = sorted((shared / "raw/city_council_json").glob("*.json"))
    for file in files:
        data = file.read_bytes()
        ((_, paper),) = read_documents(data, file.name)
        assert isinstance(paper, Extract)
        assert dated(date_extract(paper, file.name)) == (json.loads(data)["date"], "markup")
    assert files


@pytest.mark.shared
@pytest.mark.parametrize(
    ("corpus", "least_right", "most_wrong"),
    [("zh_news_2012_2019", 0, 0), ("zh_work_reports", 7, 0), ("de_parliament_2012_2016", 0, 0),
     # Two attachments of council papers are dated by themselves, and not as the paper that they belong to.
     ("de_city_council_sample", 1, 2)],
)  # fmt: skip
def test_hardly_a_story_s_date_is_taken_for_the_text_s(
    shared: Path, corpus: str, least_right: int, most_wrong: int
) -> None:
    right = wrong = 0
    with gzip.open(shared / f"corpora/{corpus}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in itertools.islice(file, 300):
            item = json.loads(line)
            found = text_date([Block(paragraph) for paragraph in paragraphs(item["text"])])
            if found:
                is_right = found.startswith(item["date"]) or item["date"].startswith(found)
                right, wrong = right + is_right, wrong + (not is_right)
    assert right >= least_right
    assert wrong <= most_wrong
