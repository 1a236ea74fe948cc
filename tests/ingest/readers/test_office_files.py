"""Files that LibreOffice, Pandoc and python-docx wrote, against the text that they were given."""

from __future__ import annotations

import re
from collections import Counter
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from pipeline.ingest.readers import read_file

OFFICE = Path(__file__).parents[2] / "data" / "office"

WRITER_DE = [
    ("heading", "Städtepartnerschaften im Wandel"),
    ("body", "Anna Berger"),
    ("boilerplate", "Inhaltsverzeichnis"),
    ("boilerplate", "Einleitung 1"),
    ("boilerplate", "Die Häfen im Vergleich 1"),
    ("boilerplate", "Literatur 1"),
    ("heading", "Einleitung"),
    (
        "body",
        (
            "Seit dem Frühjahr 1986 pflegt die Hafenstadt Nordhaven eine Städtepartnerschaft mit Linhai, und beide "
            "Räte tagen seither jedes Jahr gemeinsam."
        ),
    ),
    ("footnote", "1 Vgl. Berger 2009, S. 12."),
    ("body", "Der Rat hat dem Austausch mehrfach zugestimmt; die Bürger haben ihn getragen."),
    ("footnote", "2 Das Protokoll liegt im Stadtarchiv."),
    ("footnote", "Eine Abschrift besitzt die Universität."),
    ("body", "Im Kasten: Der Hafen zählte 340 Schiffe im Jahr."),
    ("heading", "Die Häfen im Vergleich"),
    ("body", "Drei Gründe nennt die Verwaltung für den E-Mail-Verkehr mit der Partnerstadt:"),
    ("footnote", "i Die Zahlen nennt der Jahresbericht."),
    ("body", "den Austausch der Schulen,"),
    ("body", "die Messe im Herbst"),
    ("body", "und den gemeinsamen Chor."),
    ("body", "Zuerst schrieb die Stadt einen Brief."),
    ("body", "Dann kam eine Delegation."),
    ("caption", "Tabelle 1: Besuche je Jahr"),
    ("table", "Jahr | Besuche | Stadt"),
    ("table", "1986 | 12 | Nordhaven"),
    ("table", "1987 | 31 | Linhai"),
    ("footnote", "3 Ohne Gäste der Messe."),
    ("caption", "Abbildung 1: Der Hafen von Nordhaven"),
    ("body", "Wir sind uns näher gekommen, als wir dachten."),
    ("body", "Auf der Karte liegen beide Städte am selben Fluss."),
    ("body", "Nach dem Umbruch steht eine neue Zeile."),
    ("body", "Mehr dazu steht auf Seite 1."),
    ("heading", "Literatur"),
    ("reference", "Berger, Anna: Städte am Fluss. Nordhaven 2009."),
    ("reference", "Kramer, Jost: Der Chor der Häfen. Linhai 2011."),
]
WRITER_ZH = [
    ("heading", "友好城市交往的变迁"),
    ("body", "林静安"),
    ("boilerplate", "目录"),
    ("boilerplate", "引言 1"),
    ("boilerplate", "港口之比较 1"),
    ("boilerplate", "参考文献 1"),
    ("heading", "引言"),
    ("body", "自一九八六年春天起，北港市与临海镇结为友好城市，两市议会此后每年举行一次联席会议。"),
    ("footnote", "1 参见林静安：《河边的城市》，2009年，第12页。"),
    ("body", "市议会对交流项目多次表示赞成，市民也积极参与。"),
    ("footnote", "2 会议记录保存在市档案馆。"),
    ("footnote", "大学另藏有一份抄本。"),
    ("body", "方框：港口每年停靠三百四十艘船。"),
    ("heading", "港口之比较"),
    ("body", "市政府说明了与友好城市往来的三个理由："),
    ("footnote", "i 数字见年度报告。"),
    ("body", "学校之间的交流；"),
    ("body", "秋季的博览会；"),
    ("body", "共同的合唱团。"),
    ("body", "市政府先写了一封信。"),
    ("body", "随后代表团来访。"),
    ("caption", "表 1：每年来访次数"),
    ("table", "年份 | 次数 | 城市"),
    ("table", "1986 | 12 | 北港"),
    ("table", "1987 | 31 | 临海"),
    ("footnote", "3 不含博览会来宾。"),
    ("caption", "图 1：北港的港口"),
    ("body", "我们彼此比想象中更接近。"),
    ("body", "从地图上看，两座城市位于同一条河边。"),
    ("body", "换行之后是新的一行。"),
    ("body", "详见第1页。"),
    ("heading", "参考文献"),
    ("reference", "[1] 林静安. 河边的城市[M]. 北港: 北港出版社, 2009."),
    ("reference", "[2] 康悦. 港口的合唱团[J]. 城市研究, 2011(3): 5-9."),
]
WRITER = {"de": WRITER_DE, "zh": WRITER_ZH}

PANDOC_DE = [
    ("heading", "Einleitung"),
    (
        "body",
        (
            "Seit dem Frühjahr 1986 pflegt die Hafenstadt Nordhaven eine Städtepartnerschaft mit Linhai, und beide "
            "Räte tagen seither jedes Jahr gemeinsam (Berger 2009, 12)."
        ),
    ),
    ("footnote", "1 Das Protokoll liegt im Stadtarchiv."),
    ("footnote", "Eine Abschrift besitzt die Universität."),
    ("body", "Wir sind uns näher gekommen, als wir dachten."),
    ("heading", "Die Häfen im Vergleich"),
    ("body", "Drei Gründe nennt die Verwaltung:"),
    ("body", "den Austausch der Schulen,"),
    ("body", "die Messe im Herbst"),
    ("footnote", "2 Sie dauert drei Tage."),
    ("body", "mit vielen Gästen,"),
    ("body", "und den gemeinsamen Chor."),
    ("body", "Zuerst schrieb die Stadt einen Brief."),
    ("body", "Dann kam eine Delegation."),
    ("caption", "Tabelle 1: Besuche je Jahr"),
    ("table", "Jahr | Besuche | Stadt"),
    ("table", "1986 | 12 | Nordhaven"),
    ("table", "1987 | 31 | Linhai"),
    ("body", "Begriff"),
    ("body", "Eine Erklärung des Begriffs."),
    ("heading", "Literatur"),
    ("reference", "Berger, Anna. 2009. Städte am Fluss. Nordhaven: Flussverlag."),
    ("reference", "Kramer, Jost. 2011. Der Chor der Häfen. Linhai: Flussverlag."),
]
PANDOC_ZH = [
    ("heading", "引言"),
    ("body", "自一九八六年春天起，北港市与临海镇结为友好城市，两市议会此后每年举行一次联席会议。"),
    ("footnote", "1 参见林静安：《河边的城市》，2009年，第12页。"),
    ("heading", "港口之比较"),
    ("body", "市政府说明了三个理由："),
    ("body", "学校之间的交流；"),
    ("body", "秋季的博览会；"),
    ("caption", "表 1 每年来访次数"),
    ("table", "年份 | 次数 | 城市"),
    ("table", "1986 | 12 | 北港"),
    ("table", "1987 | 31 | 临海"),
    ("body", "大学另藏有一份抄本。"),
    ("footnote", "2 数字见年度报告。"),
    ("heading", "参考文献"),
    ("reference", "[1] 林静安. 河边的城市[M]. 北港: 北港出版社, 2009."),
    ("reference", "[2] 康悦. 港口的合唱团[J]. 城市研究, 2011(3): 5-9."),
]
PANDOC = {"de": PANDOC_DE, "zh": PANDOC_ZH}


def read(name: str) -> list[tuple[str, str]]:
    """Kinds and texts; a hyphen that does not break is one."""
    extract = read_file((OFFICE / name).read_bytes(), name)
    return [(block.kind, block.text.replace("\u2011", "-")) for block in extract.blocks]


def in_order(found: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> bool:
    """Whether the headings and paragraphs stand as in the source; a text box may come sooner or later."""
    box = next((text for _, text in wanted if text.startswith(("Im Kasten", "方框"))), "")

    def running(blocks: list[tuple[str, str]]) -> list[str]:
        return [text for kind, text in blocks if kind in {"heading", "body"} and text != box]

    return running(found) == running(wanted)


@pytest.mark.parametrize("language", ["de", "zh"])
@pytest.mark.parametrize("name", ["writer_{}.fodt", "libreoffice_{}.odt", "libreoffice_{}.docx", "libreoffice_{}.rtf"])
def test_what_a_writer_put_into_a_document_comes_back_with_its_kind(name: str, language: str) -> None:
    found = read(name.format(language))
    assert Counter(found) == Counter(WRITER[language])
    assert in_order(found, WRITER[language])


@pytest.mark.parametrize("name", ["writer_de.fodt", "libreoffice_de.odt", "libreoffice_de.docx", "libreoffice_de.rtf"])
def test_what_is_no_text_of_the_document_is_nowhere(name: str) -> None:
    whole = " ".join(text for _, text in read(name))
    assert not re.search("niemals|Beleg|geheim|Berger: Städte|Seite 2|Bildbeschreibung|Alt|•|[A-Za-z0-9+/]{40}", whole)


@pytest.mark.parametrize("language", ["de", "zh"])
def test_a_book_that_libreoffice_made_has_its_notes_and_the_headings_that_its_contents_name(language: str) -> None:
    found = read(f"libreoffice_{language}.epub")
    wanted = WRITER[language]
    assert Counter(pair for pair in found if pair[0] == "footnote") == Counter(
        pair for pair in wanted if pair[0] == "footnote"
    )
    assert {text for kind, text in found if kind == "heading"} >= {wanted[0][1], wanted[6][1], wanted[-3][1]}
    for kind in ("reference", "caption"):
        assert [pair for pair in found if pair[0] == kind] == [pair for pair in wanted if pair[0] == kind]
    assert wanted[7] in found  # the sentence is whole, its mark gone


@pytest.mark.parametrize("name", ["a.html", "a.mhtml"])
def test_a_web_page_that_libreoffice_saved_is_read_as_the_document_that_it_was(name: str) -> None:
    data = (OFFICE / "libreoffice_de.html").read_bytes()
    if name == "a.mhtml":
        related = MIMEMultipart("related")
        related.attach(MIMEText(data.decode(), "html", "utf-8"))
        data = related.as_bytes()
    found = [(block.kind, block.text.replace("\u2011", "-")) for block in read_file(data, name).blocks]
    # What is deleted is no longer marked there; the heads of pages stand at both ends.
    shown = [("body", "Der Rat hat dem Austausch niemalsmehrfach zugestimmt; die Bürger haben ihn getragen.")]
    heads = [("boilerplate", "Berger: Städtepartnerschaften"), ("boilerplate", "Seite 2")]
    meant = [pair for pair in WRITER_DE if "mehrfach" not in pair[1]]
    assert Counter(found) == Counter([*meant, *shown, *heads])


@pytest.mark.parametrize("language", ["de", "zh"])
@pytest.mark.parametrize("suffix", [".docx", ".odt", ".rtf", ".epub", "_2.epub", ".xml"])
def test_what_pandoc_was_given_comes_back_with_its_kind(suffix: str, language: str) -> None:
    found = read(f"pandoc_{language}{suffix}")
    wanted = list(PANDOC[language])
    if suffix == ".xml":  # its TEI has no numbers of notes and no captions of tables
        wanted = [(kind, re.sub(r"^\d ", "", text) if kind == "footnote" else text) for kind, text in wanted]
        wanted = [pair for pair in wanted if pair[0] != "caption"]
    if suffix == ".rtf":  # its bullets and numbers are typed
        found = [(kind, re.sub(r"^(?:•|\d\.) ", "", text)) for kind, text in found]
    assert not Counter(wanted) - Counter(found)
    begin = found.index(wanted[0])
    more = Counter(found[begin:]) - Counter(wanted)
    assert {kind for kind, _ in more} <= {"body", "caption"}  # verse, code, the picture's caption
    assert len(more) <= 7
    assert all(text.strip("0123456789") for _, text in found)


def test_the_title_of_a_book_or_a_document_is_a_heading() -> None:
    for name in ("pandoc_de.docx", "pandoc_de.odt", "pandoc_de.epub", "pandoc_de_2.epub", "python_docx.docx"):
        assert read(name)[0] == ("heading", "Städtepartnerschaften im Wandel")


def test_a_document_of_python_docx_has_its_tables_and_no_header() -> None:
    assert read("python_docx.docx") == [
        ("heading", "Städtepartnerschaften im Wandel"),
        ("heading", "Anna Berger"),  # under the style of a subtitle
        ("heading", "Einleitung"),
        ("body", "Seit 1986 pflegt Nordhaven eine Partnerschaft mit Linhai."),
        ("body", "Neue Zeile."),
        ("body", "Erster Punkt"),
        ("body", "Zweiter Punkt"),
        ("body", "Wir sind uns näher gekommen."),
        ("caption", "Tabelle 1: Besuche"),
        ("table", "Jahr | Besuche | Stadt"),
        ("table", "1986 | 12 | Nordhaven"),
        ("body", "Ein Kasten als Tabelle mit einem Satz."),
        ("table", "Besuche nach Ort"),
        ("table", "Nordhaven | 12"),
        ("heading", "Literatur"),
        ("reference", "Berger, Anna: Städte. 2009."),
    ]


@pytest.mark.parametrize("path", sorted(OFFICE.glob("[!a]*_de.*")), ids=lambda path: path.name)
def test_title_author_and_language_are_those_of_the_document(path: Path) -> None:
    metadata = read_file(path.read_bytes(), path.name).metadata
    if path.name != "pandoc_de.rtf":  # it has none
        assert metadata["title"] == "Städtepartnerschaften im Wandel"
        assert metadata["author"] == "Anna Berger"
    assert "date" not in metadata or metadata["date"] == "2014-05-15"
