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
