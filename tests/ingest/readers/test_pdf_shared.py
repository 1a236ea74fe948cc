"""Real PDFs against the text that they were printed from; the floors stand in ``tests/floors.json``."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from pdf_speed import compare

from pipeline.ingest.readers.pdf import read_pdf
from pipeline.languages.identify import identify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.records import Extract

pytestmark = pytest.mark.shared
PROGRAMMES = ("gruene", "piraten", "spd")
MANUALS = ("debian-reference.zh-cn", "maint-guide.zh-cn")


@pytest.fixture(scope="module")
def floors(pytestconfig: pytest.Config) -> dict[str, float]:
    return dict(json.loads((pytestconfig.rootpath / "tests" / "floors.json").read_text(encoding="utf-8")))


@functools.cache
def read(path: Path) -> Extract:
    return read_pdf(path.read_bytes())


def counted(extract: Extract) -> str:
    return "\n".join(block.text for block in extract.blocks if block.kind in {"body", "heading"})


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def han_bigrams(text: str) -> Counter[str]:
    return Counter(re.findall(r"(?=([\u3400-\u9fff]{2}))", text))


def precision_recall(found: Counter[str], gold: Counter[str]) -> tuple[float, float]:
    both = (found & gold).total()
    return both / found.total(), both / gold.total()


def unbroken(paragraphs: Iterable[str]) -> str:
    """Text files break Chinese lines anywhere; a line end between Han is none."""
    wide = r"[\u3000-\u9fff\uff00-\uffef]"
    return re.sub(rf"(?<={wide})\s*\n\s*(?={wide})", "", "\n\n".join(paragraphs))


def test_german_programmes_reach_the_floor(shared: Path, floors: dict[str, float]) -> None:
    precisions = []
    for name in PROGRAMMES:
        gold = re.sub(r"[*_#>`]", "", (shared / "raw" / "pdf_de" / f"{name}.gold.md").read_text(encoding="utf-8"))
        precision, recall = precision_recall(
            words(counted(read(shared / "raw" / "pdf_de" / f"{name}.pdf"))), words(gold)
        )
        assert precision >= floors["pdf_de_precision"], name
        assert recall >= floors["pdf_de_recall"], name
        precisions.append(precision)
    assert sum(precisions) / len(precisions) >= floors["pdf_de_mean_precision"]


@pytest.mark.parametrize("name", MANUALS)
def test_chinese_prose_reaches_the_floor(shared: Path, floors: dict[str, float], name: str) -> None:
    text = (shared / "raw" / "pdf_zh" / f"{name}.txt").read_text(encoding="utf-8")
    paragraphs = re.split(r"\n\s*\n", text)
    # Prose: no tables, footnotes, commands, captions or tables of contents, and a sentence long.
    prose = [
        paragraph
        for paragraph in paragraphs
        if "|" not in paragraph
        and re.match(r"\s*(\^|\$|表|目录|\d+\.\d)", paragraph) is None
        and len(re.findall(r"[\u3400-\u9fff]", paragraph)) >= 20
    ]
    assert len(prose) > 400
    found = han_bigrams(counted(read(shared / "raw" / "pdf_zh" / f"{name}.pdf")))
    assert precision_recall(found, han_bigrams(unbroken(paragraphs)))[0] >= floors["pdf_zh_precision"]
    assert precision_recall(found, han_bigrams(unbroken(prose)))[1] >= floors["pdf_zh_recall"]


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@pytest.mark.parametrize(
    ("pdf", "sources"),
    [
        ("issue.pdf", ["10_article.tex", "20_short-essay-01.tex"]),
        ("ZChinR_Layout-Single-Redesign_v5_2024-10-08.pdf", ["10_article.tex"]),
    ],
)
def test_a_journals_columns_and_footnotes_are_those_of_its_source(shared: Path, pdf: str, sources: list[str]) -> None:
    folder = shared / "raw" / "pdf_bilingual"
    extract = read(folder / pdf)
    found = {
        kind: {letters(block.text) for block in extract.blocks if block.kind == kind} for kind in ("body", "footnote")
    }
    for source in sources:
        text = (folder / source).read_text(encoding="utf-8").partition("\\printtitle")[2]
        notes = re.findall(r"\\footnote\{((?:[^{}]|\{[^{}]*\})*)\}", text)
        text = re.sub(r"\\footnote\{(?:[^{}]|\{[^{}]*\})*\}", "", text)
        paragraphs = {letters(part) for part in text.split("\n\n") if len(part) > 60 and "\\" not in part}
        assert len(paragraphs) > 1
        assert paragraphs - found["body"] == set()
        for note in notes:
            plain = letters(re.sub(r"\\\w+", "", note).replace("~", ""))
            assert any(block.endswith(plain) for block in found["footnote"]), note
    # The abstract stands in German and in English, the first note begins in Chinese.
    body = [block.text for block in extract.blocks if block.kind == "body" and len(block.text) > 100]
    english = [text for text in body if "When Gregor Samsa woke up" in text]
    assert english
    assert all(
        language == ("en" if text in english else "de") for text, language in zip(body, identify(body), strict=True)
    )
    assert any(block.text.startswith("1 格里高尔") for block in extract.blocks if block.kind == "footnote")


CROSSINGS = (
    ("für jeden Einzelnen ein", "echter Mehrwert ist, wenn"),
    ("die NSA eine Sicher-", "heitslücke ausgenutzt hat, die"),
    ("geht zurzeit nicht ausreichend.", "Auch da müssen wir"),
    ("aus. Deutschland wird sich", "auf Jahre darauf einstellen"),
    ("uns nicht davon abhalten,", "die Kompetenzen zu bündeln."),
    ("sich selbst zu ver-", "stärken und sich zu"),
    ("für ihn ein riesiger", "Vorteil wäre. Allerdings hat"),
    ("Des Weiteren führt er", "einen ausgewogenen Interessenausgleich"),
    ("gehören insbesondere die Lebens-", "verbesserung und ganz eindeutig"),
    ("mit bestem Wissen und", "Gewissen sagen kann, dass"),
    ("Wie oft haben wir", "in diesem Hause, in"),
    ("gehen, sondern um Entwicklungszusammenarbeit.", "Auch hier gilt es,"),
    ("60 Prozent des Medianeinkom-", "mens. Wenn das Medianeinkommen"),
    ("Arbeit zu bringen; Herr", "Birkwald, ich hatte bereits"),
    ("die das Gefühl haben,", "sie könnten nichts bewegen"),
    ("den Antrag der Frak-", "tion Die Linke mit"),
    ("brauchen wir bessere Löh-", "ne. Es ist Zeit"),
    ("uns über alle Par-", "tei- und Fraktionsgrenzen hinweg"),
    ("Reorganisation des Gehirns statt,", "während der die Jugendlichen"),
    ("der die Pflege kontrol-", "lieren soll, vertreten sind."),
)
"""The last words of a column and the first of the next one, read off the pages."""


def test_sentences_of_a_record_in_two_columns_are_whole_over_columns_and_pages(shared: Path) -> None:
    extract = read(shared / "raw" / "pdf_de" / "two_column_parliament_18_238.pdf")
    blocks = [block for block in extract.blocks if block.kind == "body"]
    paragraphs = [block.text for block in blocks]
    for left, right in CROSSINGS:
        sentence = left[:-1] + right if left.endswith("-") else f"{left} {right}"
        (block,) = (block for block in blocks if sentence in block.text)
        assert len(block.boxes) > 1, sentence
    # In prose a paragraph begins with a capital, a number or a sign; what begins small was torn from its sentence.
    torn = [text for text in paragraphs if re.match(r"[a-zäöüß]{2,}", text)]
    assert len(torn) <= 0.06 * len(paragraphs)
    assert not any(text in {"(A)", "(B)", "(C)", "(D)"} or "Sitzung. Berlin" in text for text in paragraphs)


@pytest.mark.slow
@pytest.mark.alone
def test_reading_is_eight_times_as_fast_as_pdfminer(shared: Path, floors: dict[str, float]) -> None:
    paths = [path for kind in ("pdf_de", "pdf_zh", "pdf_bilingual") for path in (shared / "raw" / kind).glob("*.pdf")]
    *_, whole = compare(sorted(paths), most=12, runs=2)
    assert whole.ratio >= floors["pdf_speed_ratio"]
