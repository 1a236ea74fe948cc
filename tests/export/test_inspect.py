from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html

from pipeline.__main__ import main
from pipeline.errors import InputError
from pipeline.export.inspect import describe, inspect_file, render_inspection
from pipeline.settings import PdfSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

DEMO = Path(__file__).resolve().parents[2] / "corpora" / "demo"
ARTICLE = DEMO / "articles" / "de_2019_systemic_rival.pdf"


def lines_of(path: Path, width: int = 100) -> Sequence[str]:
    return list(describe(path, inspect_file(path, PdfSettings()), width))


def test_each_planted_heading_and_footnote_is_listed_under_its_kind() -> None:
    documents = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))["documents"]
    truth = next(document for document in documents if document["doc_id"] == f"articles/{ARTICLE.name}")
    lines = [line.split(maxsplit=4) for line in lines_of(ARTICLE, 10_000) if line.startswith("  p. ")]
    assert [words[4] for words in lines if words[2] == "heading"] == truth["headings"]
    assert [words[4].split(maxsplit=1)[1] for words in lines if words[2] == "footnote"] == truth["footnotes"]


def test_no_line_is_wider_than_the_terminal() -> None:
    for path in (ARTICLE, DEMO / "articles" / "zh_2010_city_as_actor.pdf"):
        passages = [line for line in lines_of(path, 60) if line.startswith("  p. ")]
        assert passages
        assert all(sum(2 if ord(c) > 0x2E80 else 1 for c in line) <= 60 for line in passages)


def test_the_page_shows_each_page_of_the_pdf_with_boxes_inside_it() -> None:
    page = html.fromstring(render_inspection(ARTICLE, inspect_file(ARTICLE, PdfSettings())))
    assert len(page.xpath("//img[starts-with(@src, 'data:image/jpeg;base64,')]")) == 2
    boxes = page.xpath("//div[@class='page']/b/@style")
    assert len(boxes) > 20
    for style in boxes:
        place = {key: float(value.rstrip("%")) for key, value in (part.split(":") for part in style.split(";"))}
        assert place["left"] >= 0
        assert place["top"] >= 0
        assert place["left"] + place["width"] <= 100
        assert place["top"] + place["height"] <= 100


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "böse.txt"
    path.write_text("Ein Satz mit <script>alert(1)</script> darin und genug Wörtern, um gelesen zu werden.", "utf-8")
    page = render_inspection(path, inspect_file(path, PdfSettings()))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_paragraph_in_two_writings_is_listed_as_the_passages_that_it_gives(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    german = "Im Rathaus sprach die Bürgermeisterin lange über die Partnerschaft der beiden Städte am Fluss:"
    path.write_text(f"{german} 城市外交是国家总体外交的重要组成部分，也是民间外交的重要形式。", encoding="utf-8")
    lines = [line.split()[:3] for line in lines_of(path, 10_000)]
    assert ["body", "de", "Im"] in lines
    assert ["body", "zh", "城市外交是国家总体外交的重要组成部分，也是民间外交的重要形式。"] in lines
    assert ["2", "body", f"({len(german) + 31}"] in lines


def test_a_file_that_would_be_a_reject_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "leer.pdf"
    path.write_bytes(b"")
    assert any("would be a reject: empty" in line for line in lines_of(path))
    assert "Would be a reject" in render_inspection(path, inspect_file(path, PdfSettings()))


def test_a_missing_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nirgends\.pdf.*name a file to inspect"):
        inspect_file(tmp_path / "nirgends.pdf", PdfSettings())


def test_the_command_lists_the_passages_and_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["inspect", str(ARTICLE), "--html", "look.html"]) == 0
    out = capsys.readouterr().out
    assert "boilerplate" in out
    assert out.rstrip().endswith("look.html")
    assert "data:image/jpeg" in (tmp_path / "look.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("order", ["inspect FILE OPTIONS", "inspect OPTIONS FILE", "OPTIONS inspect FILE"])
def test_the_file_may_stand_before_or_behind_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], order: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rede.txt").write_text("Die Stadt pflegt seit vielen Jahren eine Partnerschaft.", encoding="utf-8")
    words = order.replace("FILE", "rede.txt").replace("OPTIONS", "--html look.html --quiet").split()
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("rede.txt")
    assert (tmp_path / "look.html").exists()


@pytest.mark.parametrize(("words", "said"), [(["inspect"], "name a file"), (["corpus", "a.pdf"], "not expected")])
def test_a_file_is_named_to_inspect_and_to_nothing_else(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err
