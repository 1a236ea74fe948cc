from __future__ import annotations

import time

import pytest
from packages import W, docx, paragraph, zipped

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.docx import MEDIA_TYPE, read_docx

SEPARATOR = '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'


def pairs(data: bytes) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_docx(data).blocks]


def test_paragraphs_headings_and_captions_are_told_apart_by_style_and_by_outline_level() -> None:
    body = (
        paragraph("Städte und Partner", "Titel")
        + paragraph("Anna Müller", "Autor")
        + paragraph("1 Einleitung 3", "Verzeichnis1")
        + paragraph("Einleitung", "berschrift1")
        + paragraph("城市外交", "Eigene")
        + '<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Häfen</w:t></w:r></w:p>'
        + paragraph("Seit 1982 ist Duisburg mit Wuhan verbunden.")
        + paragraph("Abbildung 1: Der Hafen", "Beschriftung")
    )
    assert pairs(docx(body)) == [
        ("heading", "Städte und Partner"),
        ("body", "Anna Müller"),
        ("boilerplate", "1 Einleitung 3"),
        ("heading", "Einleitung"),
        ("heading", "城市外交"),
        ("heading", "Häfen"),
        ("body", "Seit 1982 ist Duisburg mit Wuhan verbunden."),
        ("caption", "Abbildung 1: Der Hafen"),
    ]


def test_notes_follow_their_paragraph_with_their_number_and_leave_the_sentence_whole() -> None:
    body = (
        '<w:p><w:r><w:t>Die Städte</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r>\n'
        '<w:r><w:t xml:space="preserve"> sind</w:t></w:r><w:r><w:endnoteReference w:id="2"/></w:r><w:r><w:t> '
        'Partner</w:t></w:r><w:r><w:footnoteReference w:id="3"/></w:r><w:r><w:t>.</w:t></w:r></w:p>'
        + paragraph("Danach.")
    )
    footnotes = (
        SEPARATOR
        + f'<w:footnote w:id="3">{paragraph("Zweite Note.")}</w:footnote>'
        + f'<w:footnote w:id="7">{paragraph("Vgl. Müller 2010.")}{paragraph("Ihr Absatz.")}</w:footnote>'
        + f'<w:footnote w:id="9">{paragraph("Auf sie weist nichts.")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="2">{paragraph("Am Ende.")}</w:endnote>'
    assert pairs(docx(body, footnotes=footnotes, endnotes=endnotes)) == [
        ("body", "Die Städte sind Partner."),
        ("footnote", "1 Vgl. Müller 2010."),
        ("footnote", "Ihr Absatz."),
        ("footnote", "i Am Ende."),
        ("footnote", "2 Zweite Note."),
        ("body", "Danach."),
        ("footnote", "Auf sie weist nichts."),
    ]


def test_a_table_is_rows_and_a_table_that_lays_out_the_page_is_its_paragraphs() -> None:
    def table(*rows: tuple[str, ...]) -> str:
        cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
        return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"

    long = "Ein langer Satz über Städtepartnerschaften. " * 8
    body = table(("Stadt", "Partner"), ("Köln", "北京")) + table(("Ein Kasten.",)) + table((long, "Rand"))
    assert pairs(docx(body)) == [
        ("table", "Stadt | Partner"),
        ("table", "Köln | 北京"),
        ("body", "Ein Kasten."),
        ("body", long.strip()),
        ("body", "Rand"),
    ]


def test_insertions_are_kept_and_deletions_comments_hidden_text_and_fields_left_out() -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>Neu</w:t></w:r></w:ins><w:del><w:r><w:delText>Alt</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r><w:r><w:commentReference w:id='1'/></w:r>"
        '<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t xml:space="preserve"> und Link</w:t></w:r>'
        "</w:hyperlink><w:r><w:noBreakHyphen/><w:t>Text</w:t><w:tab/><w:t>Ende</w:t></w:r></w:p>"
    )
    assert pairs(docx(body)) == [("body", "Neu und Link-Text Ende")]


def test_a_text_box_stands_behind_its_paragraph_once() -> None:
    box = f"<w:txbxContent>{paragraph('Im Kasten.')}</w:txbxContent>"
    body = (
        f'<w:p><w:r><w:t>Vor</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice>{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>wort.</w:t></w:r></w:p>"
    )
    assert pairs(docx(body)) == [("body", "Vorwort."), ("body", "Im Kasten.")]


def test_what_follows_the_heading_of_a_bibliography_is_reference() -> None:
    body = (
        paragraph("参考文献", "berschrift1")
        + paragraph("[1] 陈浩苏. 民间外交[J]. 2010.")
        + paragraph("附录", "berschrift1")
    )
    assert [kind for kind, _ in pairs(docx(body))] == ["heading", "reference", "heading"]


def test_metadata_are_those_of_people_and_the_date_of_the_file_is_none() -> None:
    core = (
        "<dc:title>Städte</dc:title><dc:creator>Anna Müller</dc:creator><dc:language>de-DE</dc:language>"
        "<created>2014-05-15T10:00:00Z</created>"
    )
    extract = read_docx(docx(paragraph("Text."), core=core))
    assert extract.metadata == {"title": "Städte", "author": "Anna Müller", "language": "de"}
    assert extract.media_type == MEDIA_TYPE
    assert read_docx(docx(paragraph("Text."), core="<dc:creator>Administrator</dc:creator>")).metadata == {}


def test_the_main_part_and_the_namespace_may_be_others() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    data = zipped(
        {
            "[Content_Types].xml": "<Types>wordprocessingml.document.main+xml</Types>",
            "_rels/.rels": '<R><Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/></R>',
            "word/document2.xml": f'<w:document xmlns:w="{strict}"><w:body>{paragraph("Text.")}</w:body></w:document>',
        }
    )
    assert [block.text for block in read_file(data, "a.docx").blocks] == ["Text."]


def field(*parts: str) -> str:
    """A field of instructions and result, the marks between them as Word sets them."""
    marks = ("begin", "separate", "end")
    chars = [f'<w:r><w:fldChar w:fldCharType="{mark}"/></w:r>' for mark in marks]
    return "".join(a + b for a, b in zip(chars, (*parts, ""), strict=True))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_of_a_field_the_result_is_read_and_not_what_it_was_made_from() -> None:
    condition = field(field("<w:r><w:instrText>PAGE</w:instrText></w:r>", run("7")) + run("data"), run("die Stadt"))
    assert pairs(docx(f"<w:p>{run('Hier ist ')}{condition}{run('.')}</w:p>")) == [("body", "Hier ist die Stadt.")]
    opened = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    assert pairs(docx(f"<w:p>{opened}{run('Nie zu Ende.')}</w:p>")) == [("body", "Nie zu Ende.")]


def test_deeply_nested_fields_take_no_longer_than_others() -> None:
    start = time.perf_counter()
    one = '<w:r><w:fldChar w:fldCharType="{}"/><w:t>a</w:t></w:r>'
    read_docx(docx("<w:p>" + one.format("begin") * 20_000 + one.format("end") * 20_000 + "</w:p>"))
    assert time.perf_counter() - start < 5.0


def test_a_prompt_is_no_text_and_a_bibliography_that_word_fills_is_reference() -> None:
    def control(properties: str, content: str) -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    body = (
        control("<w:showingPlcHdr/>", paragraph("Klicken Sie hier, um Text einzugeben."))
        + control('<w:showingPlcHdr w:val="0"/>', paragraph("Ein Text."))
        + control("<w:bibliography/>", paragraph("Meier, Anna: Häfen. 2011."))
        + control('<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>', paragraph("Inhalt"))
    )
    assert pairs(docx(body)) == [
        ("body", "Ein Text."),
        ("reference", "Meier, Anna: Häfen. 2011."),
        ("boilerplate", "Inhalt"),
    ]


@pytest.mark.parametrize(("way", "number"), [("decimalEnclosedCircle", "①"), ("upperRoman", "I"), ("chicago", "*")])
def test_notes_are_numbered_as_the_file_counts_them(way: str, number: str) -> None:
    body = (
        '<w:p><w:r><w:t>Text</w:t><w:footnoteReference w:id="1"/></w:r></w:p>'
        f'<w:sectPr><w:footnotePr><w:numFmt w:val="{way}"/></w:footnotePr></w:sectPr>'
    )
    note = f'<w:footnote w:id="1">{paragraph("Vgl. Müller.")}</w:footnote>'
    assert pairs(docx(body, footnotes=note))[1] == ("footnote", f"{number} Vgl. Müller.")


def test_a_caption_without_a_style_is_known_by_how_it_begins() -> None:
    body = (
        paragraph("Abb. 2: Der Hafen von Wuhan")
        + paragraph("图 3 武汉的港口")
        + paragraph("图 3 显示，两市贸易额逐年增长。")
        + paragraph("Tabelle 4 zeigt die Häfen.")
    )
    assert [kind for kind, _ in pairs(docx(body))] == ["caption", "caption", "body", "body"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Kein ZIP, nur Text.", "broken"),
        (docx(paragraph("Text."))[:300], "broken"),
        (docx(""), "no_text"),
        (zipped({"a.txt": "Text"}), "broken"),
        (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document"}), "broken"),
        (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<x/>"}), "unknown_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_is_no_word_document_is_said_to_be_none(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.docx")
    assert refused.value.reason == reason


def test_entities_are_not_expanded() -> None:
    part = (
        '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>'
    )
    for use in ("&b;", "&f;", "Text"):
        with pytest.raises(Unreadable, match="broken"):
            read_docx(zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": part % use}))
