"""Old records of the Bundestag: texts of ours in the shape that the published files of each time have."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.bundestag_old import read_text_of_record

FLOORS = json.loads((Path(__file__).parents[2] / "floors.json").read_text("utf-8"))


def pairs(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_text_of_record(text).blocks]


def heads(text: str) -> list[str]:
    return [block.text for block in read_text_of_record(text).heads]


PERIOD_1 = """Deutscher Bundestag — 20. und 21. Sitzung. Bonn, Freitag,-den 2. Dezember 1949\t623

20. und 21. Sitzung
Bonn, Freitag, den 2. Dezember 1949.
Antrag der Fraktion der SPD betr. Partnerschaft der Häfen \t 624A
Frau Dr. Baumgart (CDU)\t624A
Kurz (KPD) . . . \t 629C
Die Sitzung wird um 17 Uhr 36 Minuten durch den Präsidenten Dr. Ahrens eröffnet..
Präsident Dr. Ahrens: Die Sitzung ist eröffnet.
Wir treten in die Tagesordnung ein und kommen zunächst zu Punkt 15, der von den
624\tDeutscher Bundestag\tund 21. Sitzung. Bonn, Freitag, den 2. Dezember 1949
(Präsident Dr. Ahrons)
Häfen und ihren Partnern handelt.
(Abg. Kurz: Herr Präsident, zur Geschäftsordnung! So geht das nicht!).
—\tVerzeihung, das ist ganz korrekt.
Frau Dr. Baumgart (CDU): Es ist angenehm, vor einem vollen Hause über die Freundschaft der Städte zu sprechen.
Wir sollten nur wissen, daß diese Freundschaft von
Nordhaven und Linhai wertvoll für alle ist, die an
Häfen arbeiten und dort leben. Ich sage
das den Männern, die so eifrig lachen.
(Heiterkeit.)
(Schluß der Sitzung: 18 Uhr 12 Minuten.)"""


def test_speeches_of_the_first_periods_begin_on_the_line_that_names_the_speaker() -> None:
    assert pairs(PERIOD_1) == [
        ("boilerplate", "20. und 21. Sitzung Bonn, Freitag, den 2. Dezember 1949."),
        ("boilerplate", "Antrag der Fraktion der SPD betr. Partnerschaft der Häfen 624A"),
        ("boilerplate", "Frau Dr. Baumgart (CDU) 624A"),
        ("boilerplate", "Kurz (KPD) . . . 629C"),
        ("body", "Die Sitzung wird um 17 Uhr 36 Minuten durch den Präsidenten Dr. Ahrens eröffnet.."),
        ("boilerplate", "Präsident Dr. Ahrens:"),
        ("body", "Die Sitzung ist eröffnet."),
        (
            "body",
            (
                "Wir treten in die Tagesordnung ein und kommen zunächst zu Punkt 15, der von den Häfen und ihren "
                "Partnern handelt."
            ),
        ),
        ("boilerplate", "(Abg. Kurz: Herr Präsident, zur Geschäftsordnung! So geht das nicht!)."),
        ("body", "— Verzeihung, das ist ganz korrekt."),
        ("boilerplate", "Frau Dr. Baumgart (CDU):"),
        ("body", "Es ist angenehm, vor einem vollen Hause über die Freundschaft der Städte zu sprechen."),
        (
            "body",
            (
                "Wir sollten nur wissen, daß diese Freundschaft von Nordhaven und Linhai wertvoll für alle ist, die an "
                "Häfen arbeiten und dort leben. Ich sage das den Männern, die so eifrig lachen."
            ),
        ),
        ("boilerplate", "(Heiterkeit.)"),
        ("boilerplate", "(Schluß der Sitzung: 18 Uhr 12 Minuten.)"),
    ]
    assert heads(PERIOD_1)[1:] == [
        "624 Deutscher Bundestag und 21. Sitzung. Bonn, Freitag, den 2. Dezember 1949",
        "(Präsident Dr. Ahrons)",
    ]


PERIOD_5 = """Deutscher Bundestag
50. Sitzung
Bonn, den 23. Juni 1966
Inhalt:
Fragestunde (Drucksache V/720) Frage des Abg. Fuchs (Neustadt) :
Dr. Brandl, Staatssekretär . . . . 2421 D Fuchs (Neustadt) (SPD) . . . . . 2422 A
Vizepräsident Dr. Ohm\t2426 A
II\tDeutscher Bundestag — 5. Wahlperiode — 50. Sitzung. Bonn, Donnerstag, den 23. Juni 1966
Nächste Sitzung \t 2455 D
Deutscher Bundestag — 5. Wahlperiode — 50. Sitzung. Bonn, Donnerstag, den 23. Juni
1966\t2421
50. Sitzung
Stenographischer Bericht
Beginn: 9.01 Uhr
Vizepräsident Dr. Ohm: Die Sitzung ist eröffnet.
Ich rufe die Frage III/1 des Abgeordneten Fuchs (Neustadt) auf *):
Beabsichtigt die Bundesregierung, die Partnerschaft der Häfen zu fördern, die seit dem Jahr 1962 auf Beschluß des
Rates besteht?
Bitte, Herr Staatssekretär!
*) Siehe 49. Sitzung, Seite 2379 A
Dr. Brandl, Staatssekretär im Bundesministerium der Justiz: Das Gesetz über die Häfen ist zuletzt geändert worden.
2422\tDeutscher Bundestag — 5. Wahlperiode — 50. Sitzung. Bonn, Donnerstag, den 23. Juni 1966
Staatssekretär Dr. Brandl
Gleichwohl prüft das Ministerium die Sache.
Fuchs (Neustadt) (SPD) : Herr Staatssekretär, trifft das zu?
(Beifall bei der SPD. — Abg. Kurz [CDU/CSU]: Sehr
richtig!) Das war die Frage.
von Dassel, Bundesminister der Verteidigung: Nein.
(Schluß: 17.53 Uhr.)
Anlage 1
Liste der beurlaubten Abgeordneten
Abgeordnete(r)\tbeurlaubt bis einschließlich
Arnold (Weilheim)\t15. 3.
Schlegel\t14. 4.
Anlage 2
Schriftliche Antwort des Bundesministers auf die Mündliche Frage des Abgeordneten Fuchs.
Die Partnerschaft der Häfen besteht seit langem."""


def test_later_records_have_their_table_of_contents_remarks_notes_and_annexes_told_apart() -> None:
    found = pairs(PERIOD_5)
    begin = found.index(("boilerplate", "Beginn: 9.01 Uhr"))
    assert {kind for kind, _ in found[:begin]} == {"boilerplate"}
    assert found[begin:] == [
        ("boilerplate", "Beginn: 9.01 Uhr"),
        ("boilerplate", "Vizepräsident Dr. Ohm:"),
        ("body", "Die Sitzung ist eröffnet."),
        ("body", "Ich rufe die Frage III/1 des Abgeordneten Fuchs (Neustadt) auf *):"),
        (
            "body",
            (
                "Beabsichtigt die Bundesregierung, die Partnerschaft der Häfen zu fördern, die seit dem Jahr 1962 auf "
                "Beschluß des Rates besteht?"
            ),
        ),
        ("body", "Bitte, Herr Staatssekretär!"),
        ("footnote", "*) Siehe 49. Sitzung, Seite 2379 A"),
        ("boilerplate", "Dr. Brandl, Staatssekretär im Bundesministerium der Justiz:"),
        ("body", "Das Gesetz über die Häfen ist zuletzt geändert worden."),
        ("body", "Gleichwohl prüft das Ministerium die Sache."),
        ("boilerplate", "Fuchs (Neustadt) (SPD) :"),
        ("body", "Herr Staatssekretär, trifft das zu?"),
        ("boilerplate", "(Beifall bei der SPD. — Abg. Kurz [CDU/CSU]: Sehr richtig!)"),
        ("body", "Das war die Frage."),
        ("boilerplate", "von Dassel, Bundesminister der Verteidigung:"),
        ("body", "Nein."),
        ("boilerplate", "(Schluß: 17.53 Uhr.)"),
        ("heading", "Anlage 1"),
        ("heading", "Liste der beurlaubten Abgeordneten"),
        ("table", "Abgeordnete(r) beurlaubt bis einschließlich"),
        ("table", "Arnold (Weilheim) 15. 3."),
        ("table", "Schlegel 14. 4."),
        ("heading", "Anlage 2"),
        ("body", "Schriftliche Antwort des Bundesministers auf die Mündliche Frage des Abgeordneten Fuchs."),
        ("body", "Die Partnerschaft der Häfen besteht seit langem."),
    ]
    assert "1966 2421" in heads(PERIOD_5)
    assert "Staatssekretär Dr. Brandl" in heads(PERIOD_5)


PERIOD_13 = """Beginn: 9.00 Uhr
Dr. Theo Wagenbach, Bundesminister der Finanzen: Arbeit in unseren Häfen ist

Bundesminister Dr. Theo Wagenbach
produktiv, aber auch teuer. Im Falle ei-

Bundesminister Dr. Theo Wagenbach
ner späteren Gründung ist das anders.
(Joseph Kranich [Frankfurt] [BÜNDNIS 90/
DIE GRÜNEN]: Per Saldo!)
- Warten Sie doch ab!"""


def test_a_name_at_a_pages_head_does_not_cut_the_sentence_even_where_the_head_itself_is_missing() -> None:
    assert pairs(PERIOD_13)[2:] == [
        (
            "body",
            "Arbeit in unseren Häfen ist produktiv, aber auch teuer. Im Falle einer späteren Gründung ist das anders.",
        ),
        ("boilerplate", "(Joseph Kranich [Frankfurt] [BÜNDNIS 90/DIE GRÜNEN]: Per Saldo!)"),
        ("body", "- Warten Sie doch ab!"),
    ]


PERIOD_18 = """Beginn: 13.00 Uhr

Vizepräsident Peter Hinrichs:
Haben Sie eine Zusatzfrage, Frau Kollegin? – Bitte

schön.

Dr. Karin Tamm (DIE LINKE):
Vielen Dank. – Alle, die mit dem Geschehen in den Häfen

befasst waren, können sich ja noch sehr genau daran er-
innern, wie lange die Städte über ihre Partnerschaft ver-
handelt haben, und auch daran, was der Rat am Ende
Nordhaven und Linhai geraten hat. Das war nicht leicht.
Deswegen befriedigt mich Ihre Antwort nicht so ganz, ver-
ehrter Herr Staatssekretär, und ich frage noch einmal da-
nach, was die Häfen in den nächsten Jahren von der Bun-
desregierung zu erwarten haben, wenn der Austausch so
weitergeht.

Peter Blank, Parl. Staatssekretär beim Bundes-
minister für Ernährung und Landwirtschaft:

Eine Fortbildung der Häfen, verbunden mit Städte- und
Gemeindetagen, erfolgt bereits im Rahmen der fachli-

Deutscher Bundestag – 18. Wahlperiode – 16. Sitzung. Berlin, Mittwoch, den 19. Februar 2014 1163

Parl. Staatssekretär Peter Blank

(A) (C)

(D)(B)
chen Begleitung vor Ort.

(Beifall bei der SPD sowie bei Abgeordneten der
LINKEN – Karin Tamm [DIE LINKE]: Na
endlich!)

Hans Strobel (BÜNDNIS 90/DIE
GRÜNEN):

Danke, Herr Präsident.
Ja

CDU/CSU

Albert Stephan
Albsteig Katrin
Altmaier Peter
Auer Artur
(Schluss: 18.54 Uhr)"""


def test_the_lines_of_printed_columns_are_joined_over_blank_lines_heads_and_hyphens() -> None:
    assert pairs(PERIOD_18) == [
        ("boilerplate", "Beginn: 13.00 Uhr"),
        ("boilerplate", "Vizepräsident Peter Hinrichs:"),
        ("body", "Haben Sie eine Zusatzfrage, Frau Kollegin? – Bitte schön."),
        ("boilerplate", "Dr. Karin Tamm (DIE LINKE):"),
        (
            "body",
            ("Vielen Dank. – Alle, die mit dem Geschehen in den Häfen befasst waren, können sich ja noch sehr genau "
            "daran erinnern, wie lange die Städte über ihre Partnerschaft verhandelt haben, und auch daran, was der "
            "Rat am Ende Nordhaven und Linhai geraten hat. Das war nicht leicht. Deswegen befriedigt mich Ihre "
            "Antwort nicht so ganz, verehrter Herr Staatssekretär, und ich frage noch einmal danach, was die Häfen in "
            "den nächsten Jahren von der Bundesregierung zu erwarten haben, wenn der Austausch so weitergeht."),
        ),
        ("boilerplate", "Peter Blank, Parl. Staatssekretär beim Bundesminister für Ernährung und Landwirtschaft:"),
        (
            "body",
            ("Eine Fortbildung der Häfen, verbunden mit Städte- und Gemeindetagen, erfolgt bereits im Rahmen der "
            "fachlichen Begleitung vor Ort."),
        ),
        (
            "boilerplate",
            "(Beifall bei der SPD sowie bei Abgeordneten der LINKEN – Karin Tamm [DIE LINKE]: Na endlich!)",
        ),
        ("boilerplate", "Hans Strobel (BÜNDNIS 90/DIE GRÜNEN):"),
        ("body", "Danke, Herr Präsident."),
        *[("table", name) for name in ("Ja", "CDU/CSU", "Albert Stephan", "Albsteig Katrin", "Altmaier Peter",
                                       "Auer Artur")],
        ("boilerplate", "(Schluss: 18.54 Uhr)"),
    ]  # fmt: skip
    assert read_text_of_record(PERIOD_18).repairs == {"hyphen_joined": 7}


def test_what_the_chair_repeats_is_said_and_no_head_of_a_page() -> None:
    text = "Inhalt:\nPräsident Baum 3 A\n" + "".join(
        f"Präsident Baum: Bitte.\nIch rufe den Einzelplan {number:02} des Haushalts auf:\nStadt {number}.\n"
        for number in range(1, 12)
    )
    body = [text for kind, text in pairs(text) if kind == "body"]
    assert sum(text.startswith("Ich rufe den Einzelplan") for text in body) == 11


def test_a_begin_that_is_named_late_takes_no_speech_with_it() -> None:
    text = "Inhalt:\nPräsident Baum 3 A\nPräsident Baum: Guten Tag.\nKurz (SPD): Ein Satz.\nBeginn: 14.00 Uhr\nEnde."
    assert ("body", "Ein Satz.") in pairs(text)


def test_a_bracket_that_nobody_closes_takes_nothing_with_it() -> None:
    text = "Beginn: 9.00 Uhr\nPräsident Baum: Guten Tag.\n(Beifall bei der\n" + "Ein Satz über Häfen.\n" * 40
    assert Counter(kind for kind, _ in pairs(text))["body"] >= 40


def test_a_text_that_is_no_record_is_its_paragraphs() -> None:
    assert pairs("Antrag\nder Fraktion\nDie Städte sind Partner.\n\nDer Rat möge beschließen.") == [
        ("body", "Antrag der Fraktion"),
        ("body", "Die Städte sind Partner."),
        ("body", "Der Rat möge beschließen."),
    ]


@given(st.text(alphabet=st.sampled_from("aÄB. -\n\r()[]:,1“–—\t\u00ad"), max_size=300))
def test_no_letter_is_lost_and_no_block_is_empty(text: str) -> None:
    found = read_text_of_record(text)
    blocks = [block.text for block in (*found.blocks, *found.heads)]
    assert all(block.strip() and "\n" not in block for block in blocks)
    letters = sorted(re.sub(r"[\W_]", "", "".join(blocks)))
    assert letters == sorted(re.sub(r"[\W_]", "", text))


@pytest.mark.shared
def test_the_body_of_a_record_is_the_one_that_its_pages_have(shared: Path) -> None:
    data = (shared / "raw" / "pdf_de" / "two_column_parliament_18_238.pdf").read_bytes()
    document = pypdfium2.PdfDocument(data)
    raw = "\n".join(page.get_textpage().get_text_range() for page in document)
    # As the published files of that time have it: the lines of the columns, hyphens as printed.
    raw = re.sub(r"[\ufffe\x02]", "-\n", raw).replace("\r\n", "\n")
    raw = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\uffff]", "", raw)
    record = read_file(f"<DOKUMENT><NR>18/238</NR><TEXT>{escape(raw)}</TEXT></DOKUMENT>".encode(), "a.xml")
    remarks = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)")
    speech = [block.text for block in read_file(data, "a.pdf").blocks if block.kind == "body"]
    gold = Counter(word for text in speech if not remarks.fullmatch(text) for word in re.findall(r"\w+", text))
    body = [block.text for block in record.blocks if block.kind == "body"]
    found = Counter(word for text in body for word in re.findall(r"\w+", text))
    both = (gold & found).total()
    assert both / found.total() >= FLOORS["bundestag_old_precision"]
    assert both / gold.total() >= FLOORS["bundestag_old_recall"]
    torn = [text for text in body if re.match(r"[a-zäöüß]{2,}", text)]  # those behind a remark go on with a sentence
    assert len(torn) <= 0.03 * len(body)
