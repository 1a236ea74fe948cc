from __future__ import annotations

import csv
import json
import os
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from user_study import (
    FOLDER,
    FR,
    OTHER_LEXICON,
    ROWS,
    SIDECAR,
    TABLE,
    TEXTS,
    ZH,
    assert_short,
    built,
    documents,
    run,
    write_rows,
    write_study,
    write_texts,
)

from pipeline.__main__ import main
from pipeline.export import stages as export_stages

if TYPE_CHECKING:
    from pathlib import Path


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture
def drawn_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures as empty files: what they look like is tested elsewhere."""

    def draw(_: object, draft: Path, concept: str | None) -> None:
        stem = draft / export_stages.FIGURES / concept if concept else draft / export_stages.FIGURES
        for kind in ("pdf", "svg", "png", "csv"):
            stem.with_name(f"{stem.name}.{kind}").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    monkeypatch.setattr(export_stages, "_write_figure", draw)


@pytest.mark.alone
def test_a_second_run_does_nothing_says_so_and_touches_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    first = run(capsys, "timelines")
    assert (first.status, "made in" in first.out) == (0, True)
    before = times(here)
    started = time.perf_counter()
    second = run(capsys, "timelines")
    assert time.perf_counter() - started < 2
    assert second.status == 0
    assert second.out.startswith("nothing to do: everything is up to date\n")
    assert second.out.splitlines()[-1] == "exports/mine: 12 tables, 1 workbook, 4 figures (--verbose names them)"
    assert times(here) == before


def test_the_paths_that_are_printed_are_all_there(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    for verb, names in (
        ("corpus", {"corpora/mine/documents.parquet", "corpora/mine/rejects.csv"}),
        ("tokens", {"corpora/mine/documents.parquet", "corpora/mine/tokens.arrow", "corpora/mine/mentions.parquet"}),
        ("timelines", {"exports/mine/timelines.csv", "exports/mine/concordance.csv", "exports/mine/tables.xlsx"}),
    ):
        lines = run(capsys, verb, "--verbose").out.splitlines()
        paths = {line for line in lines if line.startswith(("corpora/", "exports/"))}
        assert names <= paths
        assert all((here / path).exists() for path in paths)


def test_a_changed_lexicon_counts_again_and_neither_reads_nor_cuts(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    run(capsys, "timelines")
    kept = ("documents.parquet", "passages.parquet", "rejects.csv", "cuts.arrow", "cut_types.parquet")
    before = {name: (here / "corpora" / "mine" / name).stat().st_mtime_ns for name in kept}
    (here / "lexicon.toml").write_text(OTHER_LEXICON, encoding="utf-8")
    stale = json.loads(run(capsys, "status", "--json").out)["stages"]
    assert [name for name, why in stale.items() if why is None] == ["corpus", "tokens", "bibliography"]
    ran = run(capsys, "timelines", "--json")
    assert ran.ran() == ["mentions", "timelines", "figures"]
    assert ran.summary["stages"]["mentions"]["why"] == "input lexicon.toml changed"
    assert before == {name: (here / "corpora" / "mine" / name).stat().st_mtime_ns for name in kept}
    terms = pq.read_table(here / "corpora/mine/mentions.parquet")["term"].to_pylist()
    assert terms.count("友好城市") == ZH.count("友好城市") * 2


def test_a_changed_setting_of_the_curves_draws_only_the_curves_again(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    run(capsys, "timelines")
    write_study(here, FOLDER + TABLE, more='[timelines]\nbootstrap = 100\nperiod = "month"\n[run]\nworkers = 1\n')
    assert run(capsys, "timelines", "--json").ran() == ["timelines", "figures"]


def test_an_undated_document_more_draws_the_figures_again_for_their_caption(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    run(capsys, "timelines")
    write_rows(here / "news.jsonl", (*ROWS, {"nr": 3, "text": "Ohne Datum.", "lang": "de"}))
    assert "figures" in run(capsys, "timelines", "--json").ran()


@pytest.mark.parametrize("name", ["timelines.csv", "corpus.csv", "tables.xlsx"])
def test_an_edited_output_is_made_again(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None, name: str
) -> None:
    run(capsys, "timelines")
    path = here / "exports" / "mine" / name
    before = path.read_bytes()
    path.write_bytes(before + b"1")
    ran = run(capsys, "timelines")
    assert f"output {name} is not as it was written" in ran.out
    assert path.read_bytes() == before


def test_one_added_text_gives_the_bytes_of_a_build_from_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run(capsys, "timelines")
    sidecar = SIDECAR + "neu.txt,Neu,2016,zh\n"
    write_texts(here, {"neu.txt": ZH + "城市外交。"}, sidecar)
    ran = run(capsys, "timelines", "--json")
    assert ran.summary["stages"]["corpus"]["summary"]["files_read"] == 1
    anew = tmp_path_factory.mktemp("anew")
    os.chdir(anew)
    write_texts(anew, {**TEXTS, "neu.txt": ZH + "城市外交。"}, sidecar)
    write_rows(anew / "news.jsonl")
    write_study(anew, FOLDER + TABLE)
    run(capsys, "timelines")
    assert built(anew) == built(here)


def test_one_and_two_workers_give_the_same_tables(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.corpus.GROUP_CHARACTERS", 60)  # so that there are batches to spread
    run(capsys, "timelines")
    before = built(here)
    more = '[passages]\nduplicates = "all"\n[timelines]\nbootstrap = 100\n[run]\nworkers = 2\n'
    write_study(here, FOLDER + TABLE, more=more)
    for folder in ("corpora", "exports"):
        (here / folder).rename(here / f"old_{folder}")
    assert run(capsys, "timelines", "--json").summary["worked"]
    assert built(here) == before


def test_parquet_is_written_when_asked_for_and_never_left_behind_the_csv(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    run(capsys, "timelines")
    path = here / "exports" / "mine" / "timelines.parquet"
    assert not path.exists()
    ran = run(capsys, "timelines", "--parquet", "--json")
    assert ran.ran() == ["parquet"]
    before = path.read_bytes()
    lines = (here / "exports/mine/timelines.csv").read_text(encoding="utf-8").splitlines()
    assert pq.read_table(path).num_rows == len(lines) - 1
    (here / "lexicon.toml").write_text(OTHER_LEXICON, encoding="utf-8")
    run(capsys, "timelines")
    assert path.read_bytes() != before
    assert "parquet" in run(capsys, "status").out


def test_an_interrupted_run_keeps_the_old_results_whole(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "timelines")
    before = built(here)
    (here / "lexicon.toml").write_text(OTHER_LEXICON, encoding="utf-8")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.store.tokens.TokenWriter.add", stop)
        ran = run(capsys, "timelines")
    assert_short(ran, 130, "stopped")
    assert built(here) == before
    assert not list(here.rglob(".draft*"))
    assert run(capsys, "timelines", "--json").ran() == ["mentions", "timelines", "figures"]


def test_the_counts_are_those_of_the_texts(here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None) -> None:
    run(capsys, "timelines")
    with (here / "exports" / "mine" / "timelines.csv").open(encoding="utf-8", newline="") as file:
        rows = {(r["language"], r["period"]): r for r in csv.DictReader(file) if r["group"] == "all"}
    assert {key: row["mentions"] for key, row in rows.items() if int(row["mentions"])} == {
        ("zh", "2014"): str(ZH.count("城市外交") * 2),
        ("de", "2015"): "1",
        ("de", "2016"): "1",
    }


def test_another_language_is_in_the_corpus_and_in_no_curve(
    here: Path, capsys: pytest.CaptureFixture[str], drawn_fast: None
) -> None:
    write_texts(here, {"fr.txt": FR.replace("villes", "Städtediplomatie")}, SIDECAR + "fr.txt,Discours,2014,fr\n")
    ran = run(capsys, "timelines")
    assert ran.status == 0
    assert "1 fr" in ran.out
    with (here / "exports" / "mine" / "timelines.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] == "all"]
    assert {row["language"] for row in rows} == {"zh", "de"}
    assert sum(int(row["documents"]) for row in rows if row["language"] == "de") == 2


@pytest.mark.slow
def test_the_report_is_made_once_and_made_again_for_a_new_doubt(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "report")
    assert ran.status == 0, ran.err
    assert ran.out.splitlines()[-1] == "exports/mine/report.html"
    assert ran.out.splitlines()[-2].startswith("exports/mine: ")
    assert len({line.find(" made in ") for line in ran.out.splitlines() if " made in " in line}) == 1, "in one column"
    assert "exports/mine/timelines.csv" in run(capsys, "report", "--verbose").out.splitlines()
    assert "讲话" in (here / "exports" / "mine" / "report.html").read_text(encoding="utf-8")
    assert run(capsys, "report").out.startswith("nothing to do")
    write_texts(here, sidecar=SIDECAR.replace(",de\n", ",Plattdeutsch (Holstein)\n"))
    assert run(capsys, "report", "--json").ran()[-1] == "report"
    assert run(capsys, "report").out.startswith("nothing to do")


def test_the_date_in_a_column_of_a_table_is_metadata(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "corpus").status == 0
    rows = [row for row in documents(here) if row["source_id"] == "news"]
    assert [row["date_evidence"] for row in rows if row["date"]] == ["metadata"] * len(rows)


def test_a_run_says_that_another_study_of_its_name_made_what_it_overwrites(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here.joinpath("mine.toml").rename(here / "first.toml")
    assert main(["corpus", "--quiet", "--study", "first.toml"]) == 0
    assert capsys.readouterr().err == ""
    write_study(here, FOLDER.replace("speeches", "talks"))
    assert "mine.toml: first.toml is named 'mine' too and made what is in corpora/mine" in run(capsys, "check").out
    second = run(capsys, "corpus", "--quiet")
    assert second.err.startswith("mine.toml: first.toml is named 'mine' too")
    assert (second.status, len(second.err.splitlines())) == (0, 1)
    assert run(capsys, "corpus", "--quiet").err == ""  # what is there is its own now


def test_a_study_file_that_was_renamed_or_named_anew_is_no_other_study(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "corpus", "--quiet")
    text = here.joinpath("mine.toml").read_text(encoding="utf-8")
    here.joinpath("mine.toml").rename(here / "new.toml")
    assert main(["corpus", "--quiet", "--study", "new.toml"]) == 0
    here.joinpath("mine.toml").write_text(text.replace('name = "mine"', 'name = "other"'), encoding="utf-8")
    assert main(["corpus", "--quiet", "--study", "new.toml"]) == 0
    assert capsys.readouterr().err == ""
