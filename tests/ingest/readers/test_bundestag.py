from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_documents, read_file
from pipeline.ingest.readers.bundestag import PROCEEDINGS, read_bundestag, root_name
from pipeline.ingest.readers.text import clean
from pipeline.records import Extract

if TYPE_CHECKING:
    from pathlib import Path

ASKER = '<redner id="2"><name><vorname>Li</vorname><nachname>Wang</nachname><fraktion>SPD</fraktion></name></redner>'
MINISTER = (
    '<redner id="1"><name><titel>Dr.</titel><vorname>Ursula</vorname><namenszusatz>von der</namenszusatz><nachname>Au'
    "</nachname><rolle><rolle_lang>Bundesministerin</rolle_lang><rolle_kurz>BM</rolle_kurz></rolle></name></redner>"
)
RECORD = f"""<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE dbtplenarprotokoll SYSTEM "dbtplenarprotokoll.dtd">
<dbtplenarprotokoll sitzung-datum="21.11.2017" sitzung-nr="2" wahlperiode="19">
<vorspann><kopfdaten><herausgeber>Deutscher Bundestag</herausgeber></kopfdaten><inhaltsverzeichnis><ivz-titel>Inhalt:
</ivz-titel></inhaltsverzeichnis></vorspann>
<sitzungsverlauf><sitzungsbeginn><name>Präsident Schmidt:</name><p klasse="J_1">Die Sitzung ist eröffnet.</p>
</sitzungsbeginn><tagesordnungspunkt top-id="Tagesordnungspunkt 2"><p klasse="T_NaS">Beratung des Antrags</p>
<p klasse="T_fett">Städtepartnerschaften stärken</p>
<rede id="ID1"><p klasse="redner">{MINISTER}Dr. Ursula von der Au, Bundesministerin:</p>
<p klasse="J_1">Meine Damen<a id="S1"/> und Herren! CO<sub>2</sub></p><kommentar>(Beifall)</kommentar>
<p klasse="redner">{ASKER}Li Wang (SPD):</p><p klasse="J_1">Erlauben Sie eine Frage?</p>
<p klasse="redner">{MINISTER}Dr. Ursula von der Au, Bundesministerin:</p><p klasse="J_1">Bitte.<sup>1</sup>
<fussnote> Siehe Anlage 3</fussnote></p>
<name>Präsident Schmidt:</name><p klasse="J_1">Vielen Dank.</p></rede>
<rede id="ID2"><p klasse="redner">{ASKER}Li Wang (SPD):</p></rede>
</tagesordnungspunkt></sitzungsverlauf>
<anlagen><anlagen-titel>Anlagen</anlagen-titel><anlage><anlagen-text><p klasse="AL_Namen">Wang, Li</p><p klasse="J">
<table><tr><th>Abgeordnete(r)</th><th>bis</th></tr></table></p></anlagen-text></anlage></anlagen>
<rednerliste>{ASKER}</rednerliste></dbtplenarprotokoll>"""


def found(data: str = RECORD) -> dict[str, Extract]:
    documents = read_documents(data.encode(), "19002-data.xml")
    return {key: document for key, document in documents if isinstance(document, Extract)}


def pairs(extract: Extract) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in extract.blocks]


def test_each_speech_is_a_document_with_the_words_of_its_speaker_alone() -> None:
    assert list(found()) == ["ID1", "ID1-2", PROCEEDINGS]
    assert pairs(found()["ID1"]) == [
        ("boilerplate", "Dr. Ursula von der Au, Bundesministerin:"),
        ("body", "Meine Damen und Herren! CO2"),
        ("boilerplate", "(Beifall)"),
        ("boilerplate", "Dr. Ursula von der Au, Bundesministerin:"),
        ("body", "Bitte."),
        ("footnote", "1 Siehe Anlage 3"),
    ]
    assert pairs(found()["ID1-2"])[1] == ("body", "Erlauben Sie eine Frage?")


def test_what_the_chair_says_and_what_is_no_speech_are_the_proceedings() -> None:
    assert pairs(found()[PROCEEDINGS]) == [
        ("boilerplate", "Präsident Schmidt:"),
        ("body", "Die Sitzung ist eröffnet."),
        ("heading", "Beratung des Antrags"),
        ("heading", "Städtepartnerschaften stärken"),
        ("boilerplate", "Präsident Schmidt:"),
        ("body", "Vielen Dank."),
        ("heading", "Anlagen"),
        ("table", "Wang, Li"),
        ("table", "Abgeordnete(r) | bis"),
    ]


def test_a_speech_knows_speaker_date_and_item_of_the_agenda() -> None:
    assert found()["ID1"].metadata == {
        "title": "Dr. Ursula von der Au: Tagesordnungspunkt 2: Städtepartnerschaften stärken",
        "author": "Dr. Ursula von der Au",
        "role": "Bundesministerin",
        "speaker_id": "1",
        "publisher": "Deutscher Bundestag",
        "date": "2017-11-21",
        "language": "de",
        "session": "19/2",
        "agenda_item": "Tagesordnungspunkt 2: Städtepartnerschaften stärken",
    }
    assert found()["ID1-2"].metadata["party"] == "SPD"
    assert "author" not in found()[PROCEEDINGS].metadata


def test_a_speaker_who_says_nothing_is_no_document_and_is_not_lost() -> None:
    unreadable = dict(read_documents(RECORD.encode(), "a.xml"))["ID2"]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.reason == "no_text"


def test_a_speech_that_names_no_speaker_is_a_document_all_the_same() -> None:
    record = (
        '<dbtplenarprotokoll><sitzungsverlauf><rede id="X"><p>Text.</p></rede></sitzungsverlauf></dbtplenarprotokoll>'
    )
    assert pairs(found(record)["X"]) == [("body", "Text.")]
    assert "author" not in found(record)["X"].metadata


def test_two_speeches_with_one_id_are_two_documents() -> None:
    speech = f'<rede id="X"><p klasse="redner">{ASKER}Li Wang:</p><p>Text.</p></rede>'
    record = f"<dbtplenarprotokoll><sitzungsverlauf>{speech}{speech}</sitzungsverlauf></dbtplenarprotokoll>"
    assert list(found(record)) == ["X", "X-2"]


def test_a_record_is_no_single_document() -> None:
    with pytest.raises(Unreadable, match="unknown_format"):
        read_file(RECORD.encode(), "a.xml")


OLD = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE DOKUMENT SYSTEM "BUNDESTAGSDOKUMENTE.dtd">
<DOKUMENT><WAHLPERIODE>18</WAHLPERIODE><DOKUMENTART>PLENARPROTOKOLL</DOKUMENTART><NR>18/179</NR>
<DATUM>23.06.2016</DATUM><TITEL>Plenarprotokoll vom 23.06.2016</TITEL><TEXT>{}</TEXT></DOKUMENT>"""


def old_page(number: int) -> str:
    return (
        "Deutscher Bundestag – 18. Wahlperiode – 179. Sitzung. Berlin, Donnerstag, den 23. Juni 2016 "
        f"{number}\n(A)\n(C)\nVizepräsidentin Petra Pau:\n"
        "Meine sehr geehrten Damen und Herren! Wir reden heute\n"
        "über die Städtepartnerschaften und über die Zusammen-\n"
        "arbeit der Kommunen, die seit vielen Jahren in allen\n"
        "Ländern der Welt gepflegt wird und die wir stärken.\n"
        "(Beifall bei der SPD sowie bei Abgeordneten der\nLINKEN)\n"
        "Deshalb bitte ich um Ihre Zustimmung zu dem Antrag der\nKoalition."
    )


def test_an_old_record_is_one_document_of_joined_paragraphs() -> None:
    extract = read_file(OLD.format("\n".join(map(old_page, range(17575, 17585)))).encode(), "18179.xml")
    body = Counter(block.text for block in extract.blocks if block.kind == "body")
    sentence = "Deshalb bitte ich um Ihre Zustimmung zu dem Antrag der Koalition."
    assert any("über die Zusammenarbeit der Kommunen" in text for text in body)
    assert body[sentence] == 10
    other = Counter(block.text for block in extract.blocks if block.kind == "boilerplate")
    assert other["(Beifall bei der SPD sowie bei Abgeordneten der LINKEN)"] == 10
    assert sum("Wahlperiode" in text for text in other) == 10
    assert other["Vizepräsidentin Petra Pau:"] == 10
    assert extract.metadata == {
        "title": "Plenarprotokoll vom 23.06.2016",
        "publisher": "Deutscher Bundestag",
        "date": "2016-06-23",
        "language": "de",
        "session": "18/179",
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (RECORD.encode()[:-30], "broken"),
        (b"<dbtplenarprotokoll><sitzungsverlauf/></dbtplenarprotokoll>", "no_text"),
        (OLD.format("").encode(), "no_text"),
        (b"<other/>", "unknown_format"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_bundestag(data)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <a> --><!DOCTYPE b [<!ENTITY c 'd'>]><x:TEI>", "TEI"),
        ("\ufeff<?xml version='1.0' encoding='utf-16'?><DOKUMENT>".encode("utf-16-le"), "DOKUMENT"),
        (b"text <TEI>", ""),
        (b"<!-- " * 20_000, ""),
    ],
)
def test_the_root_is_found_without_parsing(data: bytes, name: str) -> None:
    assert root_name(data) == name


@pytest.mark.shared
def test_each_paragraph_of_a_real_record_is_in_one_document(shared: Path) -> None:
    for path in sorted((shared / "raw" / "parliament_xml").glob("*.xml")):
        root = etree.fromstring(path.read_bytes())
        wanted: Counter[str] = Counter()
        for part in ("sitzungsverlauf", "anlagen"):
            for paragraph in root.find(part).iter("p", "kommentar"):  # type: ignore[union-attr]
                if paragraph.find(".//redner") is None and paragraph.find(".//table") is None:
                    for note in paragraph.iter("fussnote", "sup"):
                        note.text = ""
                    wanted[clean("".join(map(str, paragraph.itertext())))] += 1
        wanted.pop("", None)
        documents = read_documents(path.read_bytes(), path.name)
        got = Counter(block.text for _, each in documents if isinstance(each, Extract) for block in each.blocks)
        assert not wanted - got
        keys = [key for key, _ in documents]
        assert [speech.get("id") for speech in root.iter("rede")] == [key for key in keys[:-1] if "-" not in key]
        speeches = [each for key, each in documents[:-1] if isinstance(each, Extract)]
        assert all({"author", "date", "title", "publisher"} <= set(speech.metadata) for speech in speeches)
        assert {"SPD", "CDU/CSU", "AfD"} <= {speech.metadata.get("party") for speech in speeches}
