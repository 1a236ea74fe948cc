"""Columns, margins and what stands between them: the order in which people read, on pages drawn for the purpose."""

from __future__ import annotations

import pytest
from journal_pages import Article, differences, prose
from pdf_pages import CHINESE, GERMAN, HAN, SECOND, Pages, texts, wrap
from reportlab.pdfbase import pdfmetrics

from pipeline.ingest.readers.pdf import read_pdf
from pipeline.ingest.readers.pdf_lines import BOLD


@pytest.mark.parametrize(("columns", "size", "gap"), [(3, 8.5, 14), (3, 8, 9), (4, 8, 12)])
def test_three_columns_and_more_are_read_one_after_the_other(columns: int, size: float, gap: float) -> None:
    article = Article(columns=columns, size=size, pitch=1.25 * size, gap=gap, side=40, head=("Der Rat", "Der Rat"))
    article.across("heading", "Kommunen als Akteure der Außenpolitik", 20, centred=True, font="Times-Bold")
    article.begin()
    for text in [text for text in prose("de") if "-" not in text][20:90]:
        article.lines("body", text, indent=10)
        if article.page == 2:
            break
    assert article.page == 2
    assert differences(read_pdf(article.data()), article.planted) == {}


@pytest.mark.parametrize("text", [" ".join([GERMAN, SECOND] * 3), CHINESE * 5], ids=["German", "Chinese"])
def test_columns_with_a_gutter_hardly_wider_than_a_space_drawn_row_by_row(text: str) -> None:
    pages = Pages()
    size, gutter = 10.0, 11.0
    lines = wrap(text, 200, size)
    half = (len(lines) + 1) // 2
    broad = max(pdfmetrics.stringWidth(line, HAN if text[0] == "城" else "Times-Roman", size) for line in lines)
    for row in range(half):
        pages.text(80, 100 + 14 * row, lines[row], size)
        if half + row < len(lines):
            pages.text(80 + broad + gutter, 100 + 14 * row, lines[half + row], size)
    assert texts(read_pdf(pages.data()), "body") == [text]


class _WithTable(Article):
    """An article whose second page begins with a table over both columns."""

    def _furniture(self) -> None:
        super()._furniture()
        if self.page == 1:
            self.pages.text(220, 90, "表1 三省友好城市的数量", 8.5)
            self.planted["caption"].append("表1 三省友好城市的数量")
            for row, cells in enumerate(("省份 1990年 2000年 2010年", "江苏 31 120 255", "浙江 12 48 79")):
                for cell, word in enumerate(cells.split()):
                    self.pages.text(150 + 85 * cell, 106 + 13 * row, word, 8.5)
                self.planted["table"].append(cells)
            self.tops = [165.0] * self.columns


def test_a_table_over_two_columns_keeps_its_rows_and_ends_no_sentence() -> None:
    article = _WithTable(size=10, pitch=14, head=("国际问题研究", "城市外交"))
    article.begin()
    over = False
    for text in prose("zh")[40:70]:
        page = article.page
        article.lines("body", text, indent=20)
        over = over or (page == 0 and article.page == 1 and article.y > article.tops[0] + 14)
    assert over  # a paragraph runs over the page's end, the table between its two parts
    assert differences(read_pdf(article.data()), article.planted) == {}


def test_side_notes_stand_apart_from_the_text_beside_them() -> None:
    pages = Pages()
    paragraphs = [GERMAN, SECOND, GERMAN + " " + SECOND, SECOND + " " + GERMAN]
    notes = {3: ["Die Rolle der", "Vereine seit 1980"], 12: ["Archivlage"], 20: ["Zahlen und", "ihre Herkunft"]}
    y, row = 100.0, 0
    for text in paragraphs:
        for number, line in enumerate(wrap(text, 300, indent=14)):
            pages.text(80 + (0 if number else 14), y, line)
            for step, note in enumerate(notes.get(row, [])):
                pages.text(392, y + 9 * step, note, 8)
            if row % 5 == 4:
                pages.text(50, y, str(row + 1), 7)
            y, row = y + 13, row + 1
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == paragraphs
    assert texts(extract, "footnote") == ["Die Rolle der Vereine seit 1980", "Archivlage", "Zahlen und ihre Herkunft"]
    assert texts(extract, "boilerplate") == ["5", "10", "15", "20"]


def test_an_abstract_in_small_type_at_the_foot_of_the_last_column_is_no_footnote() -> None:
    article = Article(size=10.5, pitch=16)
    article.begin()
    article.reserve(40)
    article.note(740, "① 参见李四：《城市外交研究》，2014年版，第12页。")
    for text in prose("zh")[10:24]:
        article.lines("body", text, indent=21)
    article.space(20)
    english = f"Abstract: {SECOND}"
    article.lines("body", english, size=8.5)
    article.lines("body", "Key words: city diplomacy; sister cities", size=8.5)
    extract = read_pdf(article.data())
    assert differences(extract, article.planted) == {}


def test_a_line_of_a_note_that_begins_with_a_number_begins_no_note() -> None:
    pages = Pages()
    pages.lines(80, 100, wrap(CHINESE * 4, 400), 10.5, 16)
    first = "① 对此不同的看法，参见王五：《地方政府与对外关系：一个比较的视角》，载《世界经济与政治》2011年第"
    pages.lines(80, 700, [first[:45], first[45:]], 8, 11)
    pages.text(80, 722, "6 期，第 207 页。", 8)
    pages.text(80, 733, "② 同上，第30页。", 8)
    notes = texts(read_pdf(pages.data()), "footnote")
    assert [note[0] for note in notes] == ["①", "②"]
    assert notes[0].replace(" ", "").endswith("2011年第6期，第207页。")


def test_an_address_that_did_not_fit_goes_on_with_its_reference() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(CHINESE * 2, 400), 10.5, 16)
    y = pages.lines(80, y + 20, ["参考文献："], 10.5, 16)
    entries = [
        ["[1] 张三. 城市外交的理论与实践[J]. 国际展望, 2014(5): 12-18."],
        ["[2] 周小明. 我国民间外交研究述评[EB/OL]. (2014-03-12)[2021-05-06].", "http://www.example.org/c4/n148.html."],
        ["[3] 李四. 友好城市[M]. 北京: 新华出版社, 2011: 45."],
    ]
    for entry in entries:
        y = pages.lines(80, y, entry, 9, 13)
    extract = read_pdf(pages.data())
    assert texts(extract, "reference") == [" ".join(entry) for entry in entries]


def test_items_of_a_numbered_list_are_no_headings_and_a_numbered_heading_is_one() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(GERMAN, 400))
    y = pages.lines(80, y + 14, ["1 Einleitung"])
    y = pages.lines(80, y + 14, wrap(SECOND, 400))
    items = ("Anfrage an den Rat der Stadt", "Prüfung durch das Amt", "Beschluss und Urkunde")
    for number, item in enumerate(items, 1):
        y = pages.lines(80, y + 6, [f"{number}. {item}"])
    pages.lines(80, y + 14, wrap(GERMAN, 400))
    extract = read_pdf(pages.data())
    assert texts(extract, "heading") == ["1 Einleitung"]
    assert "2. Prüfung durch das Amt" in texts(extract, "body")


@pytest.mark.parametrize(
    "name", ["ABCDEF+FZHTK--GBK1-0", "FZXBSJW--GB1-0", "SimHei", "STHeiti-Regular", "FandolHei-Regular"]
)
def test_faces_of_chinese_headings_count_as_bold(name: str) -> None:
    assert BOLD.search(name.encode())
    assert BOLD.search("ABCDEF+黑体".encode("gbk"))


@pytest.mark.parametrize("name", ["FZShuSong-Z01", "FZSSK--GBK1-0", "FZKTK--GBK1-0", "STSong", "FandolSong-Regular"])
def test_faces_of_chinese_text_do_not(name: str) -> None:
    assert BOLD.search(name.encode()) is None


def test_characters_beyond_the_first_plane_shift_no_line(pytestconfig: pytest.Config) -> None:
    folder = pytestconfig.rootpath / "tests" / "data" / "pdf"
    source = (folder / "rare_han.tex").read_text(encoding="utf-8").partition("\\begin{document}\n")[2]
    blocks = read_pdf((folder / "rare_han.pdf").read_bytes()).blocks
    assert [block.text for block in blocks] == source.partition("\n\\end{document}")[0].split("\n\n")
    assert [block.boxes[0].left for block in blocks] == pytest.approx([85, 85, 85], abs=1)  # 3 cm


def test_signs_in_both_margins_divide_the_page_and_are_no_text() -> None:
    pages = Pages()
    text = f"{GERMAN} {SECOND} {GERMAN} {SECOND}"
    for row, line in enumerate(wrap(text, 300)):
        pages.text(120, 100 + 13 * row, line)
    for sign, x, y in (("(A)", 95, 100), ("(B)", 95, 191), ("(C)", 440, 100), ("(D)", 440, 191)):
        pages.text(x, y, sign)
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [text]
    assert texts(extract, "boilerplate") == ["(A)", "(B)", "(C)", "(D)"]


def test_a_bold_paragraph_that_ends_a_chinese_sentence_is_no_heading() -> None:
    assert not any(BOLD.search(name) for name in (b"NotoSansSC-Regular", b"Times-Roman"))
    pages = Pages()
    pages.canvas.setLineWidth(0.3)
    y = 100.0
    for text, mode in (
        (CHINESE, 0),
        ("在下文中，我们先说明城市外交一词从何而来，再说明它与民间外交有何不同。", 2),
        (CHINESE, 0),
    ):
        for line in wrap(text, 400):
            drawn = pages.canvas.beginText(80, 842 - y)
            drawn.setFont(HAN, 10)
            drawn.setTextRenderMode(mode)
            drawn.textOut(line)
            pages.canvas.drawText(drawn)
            y += 14
        y += 14
    assert {block.kind for block in read_pdf(pages.data()).blocks} == {"body"}
