"""Articles in the layouts of Chinese and German journals: each passage's kind is the one that was planted."""

from __future__ import annotations

import pytest
from journal_pages import Article, differences, prose, squeeze
from pdf_pages import wrap

from pipeline.ingest.readers.pdf import read_pdf

CNKI = "(C)1994-2023 China Academic Journal Electronic Publishing House. All rights reserved.   http://www.cnki.net"
ENTRIES = (
    "[1] 张三. 城市外交的理论与实践[J]. 国际展望, 2014(5): 12-18.",
    "[2] 李四, 王五. 友好城市与地方政府的国际行为：以华东地区十二个城市的档案为例[J]. 世界经济与政治, 2011(3): 45-67.",
    "[3] Acuto M. Global Cities, Governance and Diplomacy: The Urban Link[M]. London: Routledge, 2013: 22.",
    "[4] 赵六. 民间外交研究[D]. 北京: 外交学院, 2009.",
    "[5] 陈七. 城市外交: 中国实践与外国经验[M]. 北京: 新华出版社, 2014: 101-120.",
    "[6] 国家统计局. 中国城市统计年鉴2013[Z]. 北京: 中国统计出版社, 2014.",
)
ENGLISH = (
    "Abstract: City diplomacy has become part of the foreign relations of China. This paper asks who acts in the name "
    "of cities, how the centre answers, and what the partners in Europe make of it. It draws on the files of twelve "
    "cities and on interviews with their officials between 2010 and 2013."
)


def chinese_article(size: float, pitch: float, columns: int, **more: object) -> Article:
    return Article(
        columns=columns, size=size, pitch=pitch, head=("国际问题研究 2014年第5期", "城市外交的理论与实践"), **more
    )  # type: ignore[arg-type]


def opening(article: Article) -> None:
    article.across("heading", "城市外交的理论与实践：以友好城市为例", 18, centred=True)
    article.across("heading", "张三丰，李思远", 12, centred=True)  # larger than the text
    article.across("body", f"摘要：{prose('zh')[30]}", 9)
    article.across("body", "关键词：城市外交；友好城市；地方政府；民间外交", 9)
    article.begin()


@pytest.mark.parametrize(("size", "pitch", "columns"), [(10.5, 16, 2), (9, 13, 2), (10.5, 18, 1)])
def test_references_in_smaller_type_after_two_columns_of_chinese(size: float, pitch: float, columns: int) -> None:
    article = chinese_article(size, pitch, columns, foot=CNKI)
    opening(article)
    for number, title in enumerate(("一、问题的提出", "二、文献回顾", "三、案例", "四、结论")):
        article.space(8)
        article.lines("heading", title, size=size + 2)
        article.space(6)
        for text in prose("zh")[6 * number : 6 * number + 5]:
            article.lines("body", text, indent=2 * size)
    article.space(12)
    article.lines("heading", "参考文献：", size=size)
    for entry in ENTRIES:
        article.lines("reference", entry, size=size - 1.5)
    article.space(18)
    article.lines("heading", "City Diplomacy in Theory and Practice", size=size + 2, font="Times-Bold")
    article.space(6)
    article.lines("body", ENGLISH, size=size)
    article.lines("body", "Key words: city diplomacy; sister cities; local government", size=size)
    assert differences(read_pdf(article.data()), article.planted) == {}


def test_circled_footnotes_at_the_foot_of_two_columns() -> None:
    article = chinese_article(10.5, 16, 2)
    opening(article)
    texts = prose("zh")[40:60]
    notes = {
        0: ["① 参见李四：《城市外交研究》，2014年版，第12页。", "② 张三：《友好城市四十年》，第45—52页。"],
        1: [
            "① 同上，第30页。",
            "② 对此不同的看法，见王五：《地方政府与对外关系：一个比较的视角》，《世界经济与政治》2011年第3期。",
        ],
    }  # fmt: skip
    waiting = {page: ["①", "②"] for page in notes}
    page = -1
    for text in texts:
        if article.page != page:
            page = article.page
            article.reserve(60)
            for column, note in enumerate(notes.get(page, [])):
                article.note(715, note, column=column)
        written = text
        if waiting.get(page) and article.y < 600:
            middle = text.index("，")
            written = f"{text[:middle]}{waiting[page].pop(0)}{text[middle:]}"
        article.lines("body", written, indent=21)
    assert not any(waiting.values())
    meant = article.planted
    meant["body"] = [squeeze(text).replace("①", "").replace("②", "") for text in meant["body"]]
    assert differences(read_pdf(article.data()), meant) == {}


def test_endnotes_under_their_heading() -> None:
    article = chinese_article(10.5, 17, 1, foot=CNKI)
    opening(article)
    for text in prose("zh")[60:72]:
        article.lines("body", text, indent=21)
    article.space(10)
    article.lines("heading", "注释：", size=10.5)
    for number in range(1, 9):
        note = (
            f"[{number}] 参见李四：《城市外交研究》，世界知识出版社2014年版，第{number * 7}页；"
            "另见张三：《友好城市四十年》，载《国际展望》2013年第2期，第45—52页。"
        )
        article.lines("footnote", note, size=8.5)
        article.planted["footnote"][-1] = f"{number} {note.partition('] ')[2]}"
    assert differences(read_pdf(article.data()), article.planted) == {}


def test_a_table_and_a_figure_between_chinese_columns_and_a_stamp_at_the_margin() -> None:
    article = chinese_article(9.5, 14.5, 2)
    opening(article)
    for number, text in enumerate(prose("zh")[80:100]):
        article.lines("body", text, indent=19)
        if number == 3:
            article.space(10)
            article.lines("caption", "表1 三省友好城市的数量", size=8.5)
            for row in ("省份 1990年 2000年 2010年", "江苏 31 120 255", "浙江 12 48 79", "山东 25 81 163"):
                article.y += 13
                for cell, word in enumerate(row.split()):
                    article.pages.text(article.x + 8 + 52 * cell, article.y, word, 8.5)
                article.planted["table"].append(row)
            article.space(10)
        if number == 9:
            if article.y > article.floor - 160:
                article.next_column()
            article.pages.image(article.x + 20, article.y + 10, 150, 90)
            article.space(106)
            article.lines("caption", "图1 友好城市的增长（1973—2013）", size=8.5)
            article.space(8)
    canvas = article.pages.canvas
    canvas.rotate(90)
    canvas.setFont("Times-Roman", 8)
    canvas.drawString(250, -20, "Downloaded from library.example.org on 12 March 2023")
    article.planted["boilerplate"].append("Downloaded from library.example.org on 12 March 2023")
    assert differences(read_pdf(article.data()), article.planted) == {}


def german_article(columns: int, **more: object) -> Article:
    return Article(
        columns=columns,
        head=("Anna Weber: Kommunen als Akteure", "Sinn und Macht 1/2021"),
        foot="SM 1-2021.indb   {}     2021-11-17   10:23:45",
        first_number=129,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("columns", "size", "pitch"), [(1, 11, 14), (2, 9.5, 12)])
def test_a_german_article_with_captions_and_a_bibliography(columns: int, size: float, pitch: float) -> None:
    article = german_article(columns, size=size, pitch=pitch)
    article.across("heading", "Kommunen als Akteure der Außenpolitik", 20, centred=True, font="Times-Bold")
    article.across("heading", "Anna Weber", 12, centred=True)
    article.begin()
    for number, title in enumerate(("1. Einleitung", "2. Forschungsstand", "3. Befunde")):
        article.space(12)
        article.lines("heading", title, font="Times-Bold", size=size + 1)
        article.space(4)
        for text in prose("de")[4 * number : 4 * number + 4]:
            article.lines("body", text, indent=14)
        if number == 1:
            article.space(10)
            article.lines("caption", "Tabelle 1: Partnerschaften nach Ländern", size=size - 1.5)
            for row in ("Land 1990 2020", "China 31 120", "Frankreich 1230 2204"):
                article.y += 13
                for cell, word in enumerate(row.split()):
                    article.pages.text(article.x + 70 * cell, article.y, word, size - 1.5)
                article.planted["table"].append(row)
            article.space(12)
    article.space(14)
    article.lines("heading", "Literaturverzeichnis", font="Times-Bold", size=size + 1)
    article.space(6)
    for name in ("Acuto, Michele", "Bauer, Hans", "Çelik, Ayşe".replace("ş", "s"), "Müller, Anna", "Zhang, Wei"):
        entry = (
            f"{name} (2013): Städte und ihre auswärtigen Beziehungen. Eine vergleichende Untersuchung "
            "kommunaler Partnerschaften in vier Ländern, Wiesbaden: Verlag für Sozialwissenschaften."
        )
        article.lines("reference", entry, hang=16, size=size - 0.5)
    assert differences(read_pdf(article.data()), article.planted) == {}


def test_a_footnote_that_runs_over_the_page_is_one() -> None:
    article = german_article(1, size=11, pitch=14)
    long = (
        "Die Akten des Amtes liegen im Stadtarchiv unter verschiedenen Signaturen, weil die Abteilung zweimal umzog; "
        "benutzt wurden die Bestände zur Partnerschaft, zum Schüleraustausch und zur Messe, jeweils bis zum Jahr "
        "1998. Für die spätere Zeit wurden Gespräche mit sechs Beteiligten geführt, die nicht genannt werden wollen."
    )
    article.reserve(70)
    lines = wrap(f"1 {long}", article.width, 8.5)
    article.pages.lines(article.side, 705, lines[:2], 8.5, 10.5)
    for text in prose("de")[20:34]:
        page = article.page
        article.lines("body", text, indent=14)
        if article.page == 1 and page == 0:
            article.reserve(70)
            article.pages.lines(article.side, 705, lines[2:], 8.5, 10.5)
            article.pages.text(article.side, 705 + 10.5 * (len(lines) - 2), "2 Gespräch am 3. Mai 2014.", 8.5)
    article.planted["footnote"] += [f"1 {long}", "2 Gespräch am 3. Mai 2014."]
    assert article.page == 1
    assert differences(read_pdf(article.data()), article.planted) == {}


def test_a_figure_across_two_columns_ends_no_sentence() -> None:
    article = german_article(2, size=10, pitch=12.5)
    article.floor = 500
    article.pages.image(100, 520, 395, 180)
    article.pages.text(
        article.side, 716, "Abbildung 1: Die Partnerschaften deutscher Städte nach Ländern und Jahren", 8.5
    )
    article.planted["caption"].append("Abbildung 1: Die Partnerschaften deutscher Städte nach Ländern und Jahren")
    for text in prose("de")[30:44]:
        article.lines("body", text, indent=12)
    assert differences(read_pdf(article.data()), article.planted) == {}


def test_raised_numbers_in_brackets_and_what_stands_under_the_first_page() -> None:
    article = chinese_article(10.5, 16, 2, foot=CNKI)
    opening(article)
    article.reserve(75)
    under = (
        "[收稿日期] 2014-03-12",
        "[基金项目] 国家社会科学基金项目“城市外交的理论与实践”（13BGJ021）",
        "[作者简介] 张三丰（1975— ），男，北京人，外交学院教授。",
    )
    for row, line in enumerate(under):
        article.note(702 + 20 * row, line)
    for text in (text for text in prose("zh")[100:150] if text.count("。") > 2):
        written = "。".join(text.split("。")[:2]) + "。"
        for number, line in enumerate(wrap(written, article.width, 10.5, indent=21)):
            if article.y + article.pitch > article.floor:
                article.next_column()
            article.y += article.pitch
            end = article.pages.text(article.x + (0 if number else 21), article.y, line, 10.5)
        if end < article.x + article.width - 20:
            article.pages.text(end, article.y - 4, "[3]", 6)
        article.planted["body"].append(written)
    extract = read_pdf(article.data())
    assert differences(extract, article.planted) == {}


@pytest.mark.parametrize(
    ("columns", "size", "brackets"),
    [(2, 10.5, "[]"), (2, 9.5, "［］"), (1, 10.5, "［］"), (2, 10, "〔〕"), (1, 11, "[]")],
)
def test_numbered_references_that_run_into_the_next_column_stay_references(
    columns: int, size: float, brackets: str
) -> None:
    article = chinese_article(size, 1.6 * size, columns, foot="万方数据   · {} ·")
    opening(article)
    start = int(10 * size)
    for number, title in enumerate(("引 言", "一 城市外交的兴起", "（一）历史背景", "二 结 论")):
        article.space(8)
        article.lines("heading", title, size=size + 1.5)
        article.space(5)
        for text in prose("zh")[start + 5 * number : start + 5 * number + 5]:
            article.lines("body", text, indent=2 * size)
    article.space(10)
    article.lines("heading", "参 考 文 献", size=size - 1)
    for number in range(1, 19):
        entry = ENTRIES[number % len(ENTRIES)].partition("]")[2].strip()
        entry = f"{'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦'[number - 1]}{entry}"  # no two alike
        article.lines("reference", f"{brackets[0]}{number}{brackets[1]} {entry}", size=size - 1.5)
    assert differences(read_pdf(article.data()), article.planted) == {}
