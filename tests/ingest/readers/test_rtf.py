from __future__ import annotations

import time

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.rtf import read_rtf

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset134 SimSun;}}"
    r"{\stylesheet{\ql \f0\fs24 Normal;}{\s1\b\fs32 \sbasedon0 \snext0 heading 1;}{\s7 caption;}}"
)


def pairs(body: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_rtf((HEAD + body + "}").encode("latin-1")).blocks]


def test_headings_captions_paragraphs_and_line_breaks_are_told_apart() -> None:
    body = (
        r"\pard\plain\s1\b Einleitung\par\pard\plain Eine St\'e4dtepartnerschaft\~heute.\par"
        r"\pard\outlinelevel1 \u22478?\u24066?\par\pard\s7 Abbildung 1\par\pard Erstens.\line Zweitens.\par"
    )
    assert pairs(body) == [
        ("heading", "Einleitung"),
        ("body", "Eine Städtepartnerschaft heute."),
        ("heading", "城市"),
        ("caption", "Abbildung 1"),
        ("body", "Erstens."),
        ("body", "Zweitens."),
    ]


def test_notes_leave_the_sentence_and_follow_with_their_number() -> None:
    body = (
        r"\pard Die St\'e4dte{\super\chftn{\footnote\pard\plain{\super\chftn} Vgl. {\i M\'fcller}.\par Mehr.}} sind "
        r"Partner{\super\chftn}{\*\footnote\ftnalt\chftn Am Ende.}.\par"
    )
    assert pairs(body) == [
        ("body", "Die Städte sind Partner."),
        ("footnote", "1 Vgl. Müller."),
        ("footnote", "Mehr."),
        ("footnote", "1 Am Ende."),
    ]


def test_a_row_of_a_table_is_one_block_and_hidden_destinations_are_left_out() -> None:
    body = (
        r"{\header Kopf\par}{\*\generator X;}{\info{\title St\'e4dte}}\trowd\cellx1\cellx2\pard\intbl Stadt"
        r"\cell Partner\cell\row\pard\intbl K\'f6ln\par am Rhein\cell {\f1 \'b1\'b1\'be\'a9}\cell\row\pard Danach.\par"
    )
    assert pairs(body) == [("table", "Stadt | Partner"), ("table", "Köln am Rhein | 北京"), ("body", "Danach.")]


def test_chinese_in_bytes_of_its_own_code_page_and_beyond_the_first_plane() -> None:
    data = rb"{\rtf1\ansi\ansicpg936 " + "城市外交".encode("gbk") + rb"\u-10187?\u-9216?\par}"
    assert [block.text for block in read_rtf(data).blocks] == ["城市外交\U0001d400"]


def test_the_title_of_the_file_is_taken() -> None:
    data = HEAD.encode() + rb"{\info{\title St\'e4dte}{\author Admin}}Text.\par}"
    assert read_file(data, "a.txt").metadata == {"title": "Städte"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Text", "broken"),
        (b"{\\rtf1\\ansi}", "no_text"),
        (b"{\\rtf1 \\uc Text}", "broken"),
        (b"{\\rtf1 \\u99999999 Text}", "broken"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.rtf")
    assert refused.value.reason == reason


def test_deleted_and_hidden_words_and_what_the_program_numbers_are_left_out() -> None:
    body = (
        r"\pard Der Rat hat {\deleted\revauthdel1 niemals \'e4\u228\'e4}{\revised mehrfach} zugestimmt{\v geheim}.\par"
        r"\pard{\listtext\pard\plain 1.\tab}\ls1 Erster Punkt.\par\pard {\v a}\v b\v0 Danach.\v c\plain  Ende.\par"
    )
    assert pairs(body) == [
        ("body", "Der Rat hat mehrfach zugestimmt."),
        ("body", "Erster Punkt."),
        ("body", "Danach. Ende."),
    ]


def test_a_text_box_follows_its_paragraph_and_its_copy_for_old_programs_is_left_out() -> None:
    body = (
        r"\pard Vor{\shp{\*\shpinst\shpleft0{\sp{\sn shapeType}{\sv 202}}{\shptxt \pard\plain Im "
        r"Kasten.{\footnote Vgl.}\par Mehr.\par}}{\shprslt{\*\do\dptxbx{\dptxbxtext\pard Im Kasten.\par}}}}wort.\par"
    )
    assert pairs(body) == [
        ("body", "Vorwort."),
        ("footnote", "1 Vgl."),
        ("body", "Im Kasten."),
        ("body", "Mehr."),
    ]


def test_a_style_holds_until_the_next_paragraph_says_otherwise_and_is_known_by_what_it_derives_from() -> None:
    head = (
        r"{\rtf1\ansi{\stylesheet{\s1 heading 1;}{\s2\sbasedon1\snext0 Kapitel;}{\s3 toc 1;}{\s4\sbasedon5 A;}"
        r"{\s5\sbasedon4 B;}{\s6 \'dcberschrift 2;}}"
    )
    body = (
        r"\pard\s3 Einleitung\tab 3\par H\'e4fen\tab 5\par\pard\s2 Einleitung\par\pard Text.\par\pard\s4 "
        r"Mehr.\par\pard\s6 Ende\par}"
    )
    extract = read_rtf((head + body).encode())
    assert [(block.kind, block.text) for block in extract.blocks] == [
        ("boilerplate", "Einleitung 3"),
        ("boilerplate", "Häfen 5"),
        ("heading", "Einleitung"),
        ("body", "Text."),
        ("body", "Mehr."),
        ("heading", "Ende"),
    ]


def test_a_table_that_lays_out_the_page_is_its_paragraphs_and_an_empty_cell_stays() -> None:
    long = "Ein langer Satz über Städtepartnerschaften. " * 6
    row = r"\trowd\pard\intbl {}\cell {}\cell\row"
    assert pairs(row.format(long, r"Rand\par und Ufer") + r"\pard Danach.\par") == [
        ("body", long.strip()),
        ("body", "Rand"),
        ("body", "und Ufer"),
        ("body", "Danach."),
    ]
    table = row.format("Stadt", "Partner") + row.format("", "Wuhan")
    assert pairs(table) == [("table", "Stadt | Partner"), ("table", " | Wuhan")]


def test_a_link_is_its_words_without_its_address() -> None:
    link = r'{\field{\*\fldinst{HYPERLINK "https://example.org"}}{\fldrslt{die Stadt}}}'
    assert pairs(rf"Siehe {link} und {link}.\par") == [("body", "Siehe die Stadt und die Stadt.")]


def test_many_styles_and_links_take_no_longer_than_others() -> None:
    start = time.perf_counter()
    with pytest.raises(Unreadable):
        read_rtf((r"{\rtf1{\stylesheet{\s1" + r"\b " * 20_000 + "}}").encode())
    link = r'{\field{\*\fldinst{HYPERLINK "https://example.org"}}{\fldrslt{Stadt}}} '
    read_rtf((HEAD + link * 2_000 + "}").encode())
    assert time.perf_counter() - start < 5.0
