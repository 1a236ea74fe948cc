"""The table of all references, and the references in the concordance."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from made_records import RECORDS, write_bibtex
from user_study import run, write_study

from pipeline.export import stages as export_stages

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = """
[[source]]
id = "lib"
kind = "bibliography"
path = "lib"
type = "article"
language = "zh"

[[source]]
id = "reden"
kind = "folder"
path = "reden"
type = "speech"
metadata = "metadata.csv"
language = "zh"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "z.bib").write_text(write_bibtex(RECORDS[:3], biblatex=True), encoding="utf-8")
    (tmp_path / "lib" / "城市外交的三个层次_理论与案例_陈明远.txt").write_text(
        "我们谈城市外交。城市外交很重要。", encoding="utf-8"
    )
    (tmp_path / "reden").mkdir()
    (tmp_path / "reden" / "a.txt").write_text("城市外交在发展。", encoding="utf-8")
    (tmp_path / "reden" / "metadata.csv").write_text(
        "file,title,author,date\na.txt,讲话,=张三,2014-05-15\n", encoding="utf-8"
    )
    write_study(tmp_path, SOURCES)
    path = tmp_path / "mine.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["zh", "de"]', '["zh"]'), encoding="utf-8")

    def draw(_: object, draft: Path, concept: str | None) -> None:
        stem = draft / export_stages.FIGURES / concept if concept else draft / export_stages.FIGURES
        for kind in ("pdf", "svg", "png", "csv"):
            stem.with_name(f"{stem.name}.{kind}").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    monkeypatch.setattr(export_stages, "_write_figure", draw)
    return tmp_path


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "exports" / "mine" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_document_is_cited_in_both_styles_and_so_is_each_mention(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = run(capsys, "timelines", "--json").summary["stages"]
    assert stages["bibliography"]["summary"] == {"documents": 4, "with_record": 3, "cited_now": 4}
    rows = {row["doc_id"]: row for row in table(here, "bibliography")}
    assert set(rows) == {"lib/chen2009", "lib/wang2011", "lib/zhao2014", "reden/a.txt"}
    chen = rows["lib/chen2009"]
    assert chen["citation_gbt"] == (
        "陈明远, 李若水. 城市外交的三个层次：理论与案例[J/OL]. 城市国际研究, 2009, 12(5): 33-41. "
        "https://link.example/1. DOI:10.13549/j.made.2009.05.004."
    )
    assert chen["citation"].startswith("陈明远 und 李若水. 2009. 城市外交的三个层次")
    assert (chen["record_match"], chen["flags"], rows["lib/wang2011"]["flags"]) == ("title_in_file_name", "", "no_file")
    assert rows["reden/a.txt"]["author"] == "'=张三", "a name that a spreadsheet would run is guarded"
    assert rows["reden/a.txt"]["citation_gbt"] == "'=张三. 讲话[Z]. 2014."
    mentions = table(here, "concordance")
    assert {"citation_gbt", "citation"} <= set(mentions[0])
    assert {row["doc_id"]: row["citation"] for row in mentions} == {
        name: rows[name]["citation"] for name in ("lib/chen2009", "reden/a.txt")
    }


def test_what_is_doubtful_about_a_document_stands_beside_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sidecar = here / "reden" / "metadata.csv"
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace("2014-05-15", "2014-15-15"), encoding="utf-8")
    run(capsys, "timelines")
    rows = {row["doc_id"]: row for row in table(here, "bibliography")}
    assert rows["reden/a.txt"]["flags"] == "bad_date ; no_date"


def test_another_lexicon_cites_nothing_again_and_a_corrected_record_itself_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "bibliography" in run(capsys, "timelines", "--json").ran()
    lexicon = here / "lexicon.toml"
    lexicon.write_text(lexicon.read_text(encoding="utf-8").replace('["城市外交"]', '["外交"]'), encoding="utf-8")
    assert "bibliography" not in run(capsys, "timelines", "--json").ran()
    library = here / "lib" / "z.bib"
    library.write_text(library.read_text(encoding="utf-8").replace("城市国际研究", "城市研究"), encoding="utf-8")
    assert run(capsys, "timelines", "--json").summary["stages"]["bibliography"]["summary"]["cited_now"] == 2
    assert {row["doc_id"] for row in table(here, "bibliography") if "城市研究" in row["citation"]} == {
        "lib/chen2009", "lib/wang2011",
    }  # fmt: skip
