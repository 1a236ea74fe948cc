from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_documents, read_file
from pipeline.records import Extract

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "<fileDesc><titleStmt><title>Städte</title><author>Anna Müller</author></titleStmt></fileDesc>"


def tei(body: str, header: str = HEADER) -> bytes:
    return (
        f'<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>{header}</teiHeader>'
        f"<text><body>{body}</body></text></TEI>"
    ).encode()


def pairs(body: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_file(tei(body), "a.tei").blocks]


def test_notes_leave_the_sentence_and_follow_the_paragraph() -> None:
    body = (
        '<div><head>Einleitung</head><p>Die Städte<note place="foot" n="3"><p>Vgl. <hi>Müller</hi>.</p></note>\n'
        "    sind <choice><sic>Parnter</sic><corr>Partner</corr></choice>.</p></div>"
    )
    assert pairs(body) == [
        ("heading", "Einleitung"),
        ("body", "Die Städte sind Parnter."),
        ("footnote", "3 Vgl. Müller."),
    ]


def test_speeches_are_body_and_who_speaks_or_claps_is_not() -> None:
    body = (
        "<sp><speaker>Anna Müller:</speaker><p>Meine Damen und Herren!</p><stage>(Beifall)</stage><p>Danke.</p></sp>"
        '<u who="#a"><note type="speaker">Der Präsident:</note><seg>Ich danke.</seg><kinesic><desc>Applaus</desc>'
        "</kinesic></u>"
    )
    assert pairs(body) == [
        ("boilerplate", "Anna Müller:"),
        ("body", "Meine Damen und Herren!"),
        ("boilerplate", "(Beifall)"),
        ("body", "Danke."),
        ("boilerplate", "Der Präsident:"),
        ("body", "Ich danke."),
        ("boilerplate", "Applaus"),
    ]


def test_printed_lines_are_joined_and_running_heads_kept_apart() -> None:
    body = (
        '<p>Die Städtepart-<lb break="no"/>\nnerschaft der<lb/>Häfen in 城市<lb/>外交<pb n="12"/>.</p>'
        "<fw>12 Kapitel</fw><lg><l>Erste Zeile,</l><l>zweite Zeile.</l></lg>"
    )
    assert pairs(body) == [
        ("body", "Die Städtepartnerschaft der Häfen in 城市外交."),
        ("boilerplate", "12 Kapitel"),
        ("body", "Erste Zeile, zweite Zeile."),
    ]


def test_tables_figures_and_bibliographies_have_their_kinds() -> None:
    body = (
        "<table><head>Tabelle 1</head><row><cell>Stadt</cell><cell>Partner</cell></row><row><cell>Köln</cell><cell>北京"
        "</cell></row></table><figure><head>Der Hafen</head><figDesc>Bild</figDesc></figure>"
        "<listBibl><bibl>Müller 2010.</bibl></listBibl><div><head>Literatur</head><p>Meier 2011.</p></div>"
    )
    assert pairs(body) == [
        ("caption", "Tabelle 1"),
        ("table", "Stadt | Partner"),
        ("table", "Köln | 北京"),
        ("caption", "Der Hafen"),
        ("reference", "Müller 2010."),
        ("heading", "Literatur"),
        ("reference", "Meier 2011."),
    ]


@pytest.mark.parametrize(
    ("header", "date"),
    [
        ("<fileDesc><publicationStmt><date>2014-05-15</date></publicationStmt></fileDesc>", "2014-05-15"),
        (
            "<publicationStmt><date>2020</date></publicationStmt><sourceDesc><bibl><date>1914</date></bibl></sourceDesc>",
            "1914",
        ),
        ("<profileDesc><creation><date when='1921'/></creation></profileDesc>", "1921"),
        ("<fileDesc><sourceDesc><date>2015-10-20</date></sourceDesc></fileDesc>", None),
        ("<revisionDesc><change when='2020-01-01'>x</change></revisionDesc>", None),
    ],
)
def test_the_date_is_that_of_the_text_before_that_of_the_edition(header: str, date: str | None) -> None:
    assert read_file(tei("<p>Text.</p>", header), "a.xml").metadata.get("date") == date


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (tei("<p>Text.</p>")[:-20], "broken"),
        (tei(""), "no_text"),
        (b"<TEI><teiHeader/></TEI>", "no_text"),
        (b"<teiCorpus><TEI><text><p>a</p></text></TEI><TEI><text><p>b</p></text></TEI></teiCorpus>", "unknown_format"),
        (b'<teiCorpus xmlns:xi="urn:x"><teiHeader/><xi:include href="a.xml"/></teiCorpus>', "no_text"),
        (b"<rss><channel/></rss>", "unknown_format"),
        (b"kein XML", "broken"),
        (b'<!DOCTYPE TEI [<!ENTITY a "b">]><TEI><text><p>&a;</p></text></TEI>', "broken"),
        (b'<!DOCTYPE TEI SYSTEM "http://127.0.0.1:9/t.dtd"><TEI><text><p>&a;</p></text></TEI>', "broken"),
        (b"<TEI><text>" + b"<div>" * 100_000, "broken"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.xml")
    assert refused.value.reason == reason


CORPUS = """<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Reden</title><author>
Die Herausgeber</author></titleStmt><publicationStmt><publisher>Stadtarchiv</publisher><date>2020</date>
</publicationStmt></fileDesc><profileDesc><langUsage><language ident="deu"/></langUsage></profileDesc></teiHeader>
<TEI xml:id="rede1"><teiHeader><titleStmt><title>Eröffnung</title></titleStmt><profileDesc><creation>
<date when="1986-05-02"/></creation></profileDesc></teiHeader><text><p>Die Städte sind Partner.</p></text></TEI>
<teiCorpus><teiHeader/><TEI><teiHeader><publicationStmt><publisher>Rat</publisher></publicationStmt></teiHeader><text>
<p>城市外交。</p></text></TEI></teiCorpus><TEI xml:id="leer"><teiHeader/></TEI></teiCorpus>"""


def test_each_text_of_a_corpus_is_a_document_with_what_its_own_header_says() -> None:
    documents = read_documents(CORPUS.encode(), "corpus.xml")
    assert [key for key, _ in documents] == ["rede1", "2", "leer"]
    (_, first), (_, second), (_, third) = documents
    assert isinstance(first, Extract)
    assert isinstance(second, Extract)
    assert isinstance(third, Unreadable)
    assert [block.text for block in first.blocks] == ["Die Städte sind Partner."]
    assert first.metadata == {
        "title": "Eröffnung",
        "publisher": "Stadtarchiv",
        "date": "1986-05-02",
        "language": "de",
    }
    assert [block.text for block in second.blocks] == ["城市外交。"]
    assert second.metadata == {"publisher": "Rat", "language": "de"}
    assert third.reason == "no_text"


def test_a_corpus_of_one_text_is_that_text() -> None:
    data = b"<teiCorpus><teiHeader/><TEI><teiHeader/><text><p>Ein Text.</p></text></TEI></teiCorpus>"
    assert [block.text for block in read_file(data, "a.xml").blocks] == ["Ein Text."]


@pytest.mark.shared
def test_a_record_of_parliament_keeps_each_paragraph_of_each_speech(shared: Path) -> None:
    for path in sorted((shared / "raw" / "parliament_tei").glob("*.xml")):
        data = path.read_bytes()
        extract = read_file(data, path.name)
        body = [block.text for block in extract.blocks if block.kind == "body"]
        assert len(body) == data.count(b"<p>") - data.count(b"<p></p>")
        assert sum(block.kind == "boilerplate" for block in extract.blocks) == data.count(b"</speaker>") + data.count(
            b"</stage>"
        )
        assert extract.metadata["title"].startswith("Plenarprotokoll 1")
        assert extract.metadata["date"][:2] in {"19", "20"}
