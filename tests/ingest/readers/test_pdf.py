"""PDFs drawn for the purpose: what they say is known to the letter."""

from __future__ import annotations

import pytest
from pdf_pages import CHINESE, GERMAN, HAN, SECOND, Pages, one_page, texts, three_pages_with_heads, wrap

from pipeline.ingest.readers.pdf import read_pdf


def test_lines_become_a_paragraph() -> None:
    extract = read_pdf(one_page().data())
    assert texts(extract, "body") == [GERMAN]
    assert extract.blocks[0].page == 1
    assert extract.pages == 1
    assert extract.reader.startswith("pypdfium2 5.")
    assert extract.media_type == "application/pdf"
    assert extract.flags == ()


@pytest.mark.parametrize("engine", ["pypdfium2", "pdfminer"])
def test_both_engines_find_the_same_paragraphs(engine: str) -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(GERMAN, 400))
    pages.lines(80, y + 10, wrap(CHINESE, 400))
    extract = read_pdf(pages.data(), engine=engine)  # type: ignore[arg-type]
    assert texts(extract, "body") == [GERMAN, CHINESE]
    assert extract.reader.startswith(engine)


@pytest.mark.parametrize("indent", [0.0, 14.0])
def test_paragraphs_are_parted_by_a_gap_or_by_an_indent(indent: float) -> None:
    pages = Pages()
    y = 100.0
    for text in (GERMAN, SECOND, GERMAN):
        first, *rest = wrap(text, 400, indent=indent)
        pages.text(80 + indent, y, first)
        y = pages.lines(80, y + 12, rest) + (0 if indent else 8)
    assert texts(read_pdf(pages.data()), "body") == [GERMAN, SECOND, GERMAN]


def test_two_columns_under_a_title_are_read_one_after_the_other() -> None:
    pages = Pages()
    pages.text(120, 80, "Kommunen als Akteure der Außenpolitik", 18, font="Times-Bold")
    # Each row of both columns is drawn before the next, as some programs do it.
    left, right = wrap(f"{GERMAN} {SECOND} {GERMAN}", 200), wrap(f"{SECOND} {GERMAN} {SECOND}", 200)
    for row in range(max(len(left), len(right))):
        for x, lines in ((80, left), (310, right)):
            if row < len(lines):
                pages.text(x, 120 + 12 * row, lines[row])
    extract = read_pdf(pages.data())
    assert texts(extract, "heading") == ["Kommunen als Akteure der Außenpolitik"]
    assert texts(extract, "body") == [f"{GERMAN} {SECOND} {GERMAN}", f"{SECOND} {GERMAN} {SECOND}"]


@pytest.mark.parametrize("text", [GERMAN * 6, CHINESE * 12], ids=["German", "Chinese"])
def test_a_paragraph_that_runs_over_a_page_keeps_the_page_where_it_starts(text: str) -> None:
    pages = Pages()
    lines = wrap(text, 400)
    half = len(lines) // 2
    pages.lines(80, 100, lines[:half])
    pages.next_page()
    pages.lines(80, 100, lines[half:])
    (block,) = read_pdf(pages.data()).blocks
    assert block.page == 1
    assert block.text.replace(" ", "") == text.replace(" ", "")


def test_heads_page_numbers_and_stamps_are_boilerplate() -> None:
    extract = read_pdf(three_pages_with_heads().data())
    assert texts(extract, "body") == [SECOND, GERMAN, CHINESE]
    assert len(texts(extract, "boilerplate")) == 9


def test_footnotes_are_cut_from_the_foot_and_their_numbers_from_the_text() -> None:
    pages = Pages()
    first, *rest = wrap(GERMAN, 400)
    x = pages.text(80, 100, first.rpartition(" ")[0])
    pages.raised(x, 100, "1")
    pages.text(x + 6, 100, first.rpartition(" ")[2])
    y = pages.lines(80, 112, rest)
    pages.raised(80, 700, "1", 8)
    pages.lines(
        84,
        700,
        wrap("Vgl. die Darstellung bei Anna Müller, Städte und ihre Freunde, Wiesbaden 2012, S. 12.", 300, 8),
        8,
        10,
    )
    pages.raised(80, 730, "2", 8)
    pages.text(84, 730, "Gespräch am 3. Mai 2014.", 8)
    assert y < 300
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN]
    assert texts(extract, "footnote") == [
        "1 Vgl. die Darstellung bei Anna Müller, Städte und ihre Freunde, Wiesbaden 2012, S. 12.",
        "2 Gespräch am 3. Mai 2014.",
    ]


def test_circled_marks_leave_the_text_when_a_footnote_has_them() -> None:
    pages = Pages()
    pages.lines(80, 100, wrap(CHINESE.replace("途径。", "途径。①"), 400, 10.5), 10.5, 17)
    pages.lines(80, 700, ["① 参见李四：《城市外交研究》，世界知识出版社2014年版，第12页。"], 8, 10)
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [CHINESE]
    assert texts(extract, "footnote") == ["① 参见李四：《城市外交研究》，世界知识出版社2014年版，第12页。"]


def test_a_power_is_no_footnote() -> None:
    pages = one_page()
    x = pages.text(80, 200, "Die Fläche beträgt 200 km")
    pages.raised(x, 200, "2")
    assert texts(read_pdf(pages.data()), "body")[-1] == "Die Fläche beträgt 200 km2"


@pytest.mark.parametrize("title", ["Literatur", "References", "参考文献"])
def test_a_bibliography_is_reference(title: str) -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(GERMAN, 400))
    y = pages.lines(80, y + 12, [title], 12, 20, font="Times-Bold")
    entries = [f"{name}, Anna: Städte im Wandel, Wiesbaden 2012, S. 12–45." for name in ("Li", "Müller", "Zhang")]
    pages.lines(80, y, entries)
    extract = read_pdf(pages.data())
    assert texts(extract, "heading") == [title]
    assert texts(extract, "reference") == entries


def test_a_chinese_list_that_begins_beside_its_heading_is_reference() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(CHINESE, 400))
    entries = [
        "参考文献：[1] 张三．城市外交[J]．国际展望，2015．",
        "[2] 李四．友好城市[M]．北京：世界知识出版社，2014．",
    ]
    pages.lines(80, y + 12, entries, 8)
    assert texts(read_pdf(pages.data()), "reference") == entries


def test_endnotes_are_footnotes() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(CHINESE, 400))
    y = pages.lines(80, y + 12, ["注释"], 10, 18)
    notes = ["[1] 参见李四：《城市外交研究》，第12页。", "[2] 参见张三：《友好城市》，第7页。"]
    pages.lines(80, y, notes, 8)
    extract = read_pdf(pages.data())
    assert texts(extract, "footnote") == ["1 参见李四：《城市外交研究》，第12页。", "2 参见张三：《友好城市》，第7页。"]
    assert texts(extract, "body") == [CHINESE]


def test_a_caption_between_does_not_tear_a_sentence() -> None:
    pages = Pages()
    lines = wrap(GERMAN, 400)
    pages.lines(80, 100, lines[:2])
    pages.text(80, 160, "Abbildung 1: Eine Karte", 8)
    pages.next_page()
    pages.text(80, 100, "Tabelle 2: Zahlen", 8)
    pages.lines(80, 140, lines[2:])
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN]
    assert texts(extract, "caption") == ["Abbildung 1: Eine Karte", "Tabelle 2: Zahlen"]


def test_latin_words_in_the_cipher_of_some_journals_are_read() -> None:
    pages = Pages()
    text = "本文讨论犮犻狋狔 犱犻狆犾狅犿犪犮狔这一概念的由来与发展。"
    pages.lines(80, 100, [text])
    assert texts(read_pdf(pages.data()), "body") == ["本文讨论city diplomacy这一概念的由来与发展。"]


def test_entries_with_hanging_lines_are_one_reference_each() -> None:
    pages = Pages()
    y = pages.lines(80, 100, wrap(GERMAN, 420))
    y = pages.lines(80, y + 12, ["Literaturverzeichnis"], 12, 20, font="Times-Bold")
    entry = (
        "{}, Anna: Städtepartnerschaften im Wandel. Eine Untersuchung kommunaler Beziehungen, Wiesbaden 2012, S. 45."
    )
    entries = [entry.format(name) for name in ("Li", "Müller", "Schmidt", "Zhang")]
    for text in entries:
        first, *rest = wrap(text, 400)
        pages.text(80, y, first)
        y = pages.lines(100, y + 12, rest)
    assert texts(read_pdf(pages.data()), "reference") == entries


def test_headings_are_known_by_size_weight_or_number() -> None:
    pages = Pages()
    y = 100.0
    for heading, size, font in (
        ("1. Einleitung", 14, "Times-Roman"),
        ("Forschungsstand", 10, "Times-Bold"),
        ("一、结论", 10, HAN),
    ):
        y = pages.lines(80, y + 20, [heading], size, 20, font=font)
        y = pages.lines(80, y, wrap(CHINESE if font == HAN else GERMAN, 400, indent=20))
    extract = read_pdf(pages.data())
    assert texts(extract, "heading") == ["1. Einleitung", "Forschungsstand", "一、结论"]
    assert texts(extract, "body") == [GERMAN, GERMAN, CHINESE]


def test_captions_and_tables_are_no_body() -> None:
    pages = one_page()
    pages.text(80, 200, "Abbildung 3: Partnerschaften nach Jahren", 9)
    for row in range(4):
        for column in range(4):
            pages.text(80 + 100 * column, 240 + 14 * row, f"{row}{column}")
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN]
    assert texts(extract, "caption") == ["Abbildung 3: Partnerschaften nach Jahren"]
    assert texts(extract, "table") == [" ".join(f"{row}{column}" for column in range(4)) for row in range(4)]


def test_a_table_of_contents_is_no_body() -> None:
    pages = Pages()
    entries = [
        f"{number}. Kapitel über Städte und Gemeinden {'. ' * (30 - number)}{3 * number}" for number in range(1, 12)
    ]
    pages.lines(80, 100, entries)
    pages.next_page()
    pages.lines(80, 100, wrap(GERMAN, 400))
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN]
    assert len(texts(extract, "table")) == 11


def test_sideways_stamps_are_boilerplate() -> None:
    pages = one_page()
    pages.canvas.rotate(90)
    pages.canvas.drawString(200, -30, "arXiv:2104.00001v2")
    extract = read_pdf(pages.data())
    assert texts(extract, "body") == [GERMAN]
    assert texts(extract, "boilerplate") == ["arXiv:2104.00001v2"]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pages_drawn_in_another_direction_are_read_all_the_same(degrees: int) -> None:
    pages = Pages()
    pages.canvas.translate(300, 400)
    pages.canvas.rotate(degrees)
    pages.canvas.translate(-300, -500)
    pages.lines(150, 400, wrap(GERMAN, 300))
    assert texts(read_pdf(pages.data()), "body") == [GERMAN]


def test_title_and_author_come_from_the_file_where_they_make_sense() -> None:
    pages = one_page()
    pages.canvas.setTitle("城市外交 und Städtediplomatie")
    pages.canvas.setAuthor("王小明")
    assert read_pdf(pages.data()).metadata == {"title": "城市外交 und Städtediplomatie", "author": "王小明"}
    pages = one_page()
    pages.canvas.setTitle("Microsoft Word - Entwurf_final2.doc")
    pages.canvas.setAuthor("Administrator")
    assert read_pdf(pages.data()).metadata == {}
