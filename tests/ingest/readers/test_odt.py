from __future__ import annotations

import pytest
from packages import ODF, odt, zipped

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.odt import read_odt


def pairs(data: bytes) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_odt(data).blocks]


def test_headings_captions_and_notes_are_told_apart() -> None:
    automatic = (
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
        '<style:style style:name="P2" style:parent-style-name="Illustration"/>'
    )
    body = (
        '<text:p text:style-name="P1">Städte</text:p><text:h text:outline-level="1">Einleitung</text:h>'
        '<text:p>Die <text:span>Städte</text:span><text:note text:note-class="footnote"><text:note-citation>1'
        "</text:note-citation><text:note-body><text:p>Vgl. Müller.</text:p><text:p>Mehr.</text:p></text:note-body>"
        '</text:note> sind<text:s text:c="3"/>Partner<text:note text:note-class="endnote"><text:note-citation>i'
        "</text:note-citation><text:note-body><text:p>Am Ende.</text:p></text:note-body></text:note>.</text:p>"
        '<text:p text:style-name="P2">Abbildung <text:sequence>1</text:sequence>: Hafen</text:p>'
        '<text:h text:outline-level="1">Literatur</text:h><text:p>Müller, Anna: Städte. Berlin 2010.</text:p>'
    )
    assert pairs(odt(body, automatic=automatic)) == [
        ("heading", "Städte"),
        ("heading", "Einleitung"),
        ("body", "Die Städte sind Partner."),
        ("footnote", "1 Vgl. Müller."),
        ("footnote", "Mehr."),
        ("footnote", "i Am Ende."),
        ("caption", "Abbildung 1: Hafen"),
        ("heading", "Literatur"),
        ("reference", "Müller, Anna: Städte. Berlin 2010."),
    ]


def test_tables_are_rows_lists_are_paragraphs_and_contents_are_boilerplate() -> None:
    row = "<table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell>" * 1
    row += "<table:table-cell><text:p>{}</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
    body = (
        "<text:table-of-content><text:table-of-content-source>Vorlage</text:table-of-content-source><text:index-body>"
        "<text:p>Einleitung 3</text:p></text:index-body></text:table-of-content>"
        f"<table:table>{row.format('Stadt', 'Partner')}{row.format('Köln', '北京')}</table:table>"
        "<text:list><text:list-item><text:p>erstens</text:p></text:list-item></text:list>"
    )
    assert pairs(odt(body)) == [
        ("boilerplate", "Einleitung 3"),
        ("table", "Stadt | Partner"),
        ("table", "Köln | 北京"),
        ("body", "erstens"),
    ]


def test_deleted_words_and_comments_are_left_out_and_text_boxes_follow() -> None:
    body = (
        "<text:tracked-changes><text:deletion><text:p>Alt</text:p></text:deletion></text:tracked-changes>"
        "<text:p>Vor<office:annotation><text:p>Kommentar</text:p></office:annotation><draw:frame><draw:text-box>"
        "<text:p>Im Kasten.</text:p></draw:text-box></draw:frame>wort.</text:p>"
    )
    assert pairs(odt(body)) == [("body", "Vorwort."), ("body", "Im Kasten.")]


def test_a_deletion_that_is_shown_where_it_was_is_left_out_with_all_that_it_holds() -> None:
    body = (
        "<text:tracked-changes><text:changed-region text:id='c1'><text:deletion/></text:changed-region>"
        "<text:changed-region text:id='c2'><text:insertion/></text:changed-region></text:tracked-changes><text:p>Der "
        "Rat hat <text:change-start text:change-id='c1'/>niemals <text:span>und nie</text:span></text:p><text:p>wieder"
        "<text:change-end text:change-id='c1'/><text:change-start text:change-id='c2'/>mehrfach<text:change-end "
        "text:change-id='c2'/> zugestimmt.</text:p>"
    )
    assert pairs(odt(body)) == [("body", "Der Rat hat"), ("body", "mehrfach zugestimmt.")]


def test_hidden_words_and_the_bytes_of_pictures_are_left_out() -> None:
    automatic = (
        '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="P9" style:family="paragraph"><style:text-properties text:display="none"/>'
        "</style:style>"
    )
    body = (
        "<text:p>Die Stadt<text:span text:style-name='T1'> geheim</text:span> am Fluss.<draw:frame><draw:image>"
        "<office:binary-data>iVBORw0KGgoAAAANSUhEUg</office:binary-data></draw:image></draw:frame></text:p>"
        "<text:p text:style-name='P9'>Vermerk</text:p><text:section text:display='none'><text:p>Entwurf</text:p>"
        "</text:section>"
    )
    assert pairs(odt(body, automatic=automatic)) == [("body", "Die Stadt am Fluss.")]


def test_notes_that_the_file_numbers_0_are_counted() -> None:
    note = (
        "<text:note text:note-class='{}'><text:note-citation>{}</text:note-citation><text:note-body>"
        "<text:p>Vgl.</text:p></text:note-body></text:note>"
    )
    body = f"<text:p>Text{note.format('footnote', 0)}{note.format('endnote', 0)}{note.format('footnote', 0)}</text:p>"
    assert [text for kind, text in pairs(odt(body)) if kind == "footnote"] == ["1 Vgl.", "i Vgl.", "2 Vgl."]


def test_the_heading_of_a_table_of_contents_is_no_heading_of_the_text() -> None:
    body = (
        "<text:table-of-content><text:index-body><text:index-title><text:p text:style-name='Contents_20_Heading'>Inhalt"
        "</text:p></text:index-title><text:h>Kapitel 1</text:h></text:index-body></text:table-of-content>"
        "<text:p text:style-name='_dc_berschrift_20_1'>Häfen</text:p>"
    )
    assert pairs(odt(body)) == [("boilerplate", "Inhalt"), ("boilerplate", "Kapitel 1"), ("heading", "Häfen")]


def test_metadata_are_title_author_and_language() -> None:
    meta = (
        "<dc:title>Städte</dc:title><meta:initial-creator>Anna Müller</meta:initial-creator><dc:creator>Wer "
        "anders</dc:creator><dc:date>2014-05-15</dc:date><dc:language>de-DE</dc:language>"
    )
    assert read_odt(odt("<text:p>Text.</text:p>", meta=meta)).metadata == {
        "title": "Städte",
        "author": "Anna Müller",
        "language": "de",
    }


def test_the_flat_form_in_one_xml_file_is_read_too() -> None:
    flat = f"<?xml version='1.0'?><office:document {ODF}><office:body><office:text><text:p>Text.</text:p></office:text>"
    data = f"{flat}</office:body></office:document>".encode()
    assert [block.text for block in read_file(data, "a.fodt").blocks] == ["Text."]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Text", "broken"),
        (odt("<text:p>Text.</text:p>")[:200], "broken"),
        (odt(""), "no_text"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "broken"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "unknown_format"),
        (
            zipped({"content.xml": "x", "META-INF/manifest.xml": "<manifest:encryption-data/>"}),
            "encrypted",
        ),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.odt")
    assert refused.value.reason == reason
