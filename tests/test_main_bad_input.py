from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from user_study import (
    DE,
    FOLDER,
    LEXICON,
    ROWS,
    SIDECAR,
    TABLE,
    TEXTS,
    ZH,
    Ran,
    assert_short,
    built,
    documents,
    rejects,
    run,
    write_rows,
    write_study,
    write_texts,
)

from pipeline.__main__ import VERBS, main

if TYPE_CHECKING:
    from pathlib import Path

BAD_LINES = ("{cut", '{"nr": 1, "text": "zweimal"}', '{"nr": 9, "text": ""}')


def make_pdf(path: Path, password: str = "") -> bytes:
    canvas = Canvas(str(path), invariant=1, encrypt=StandardEncryption(password) if password else None)
    for y in range(700, 100, -14):
        canvas.drawString(70, y, "Die Partnerschaft der Hafenstadt und ihr langer Weg durch die Jahre.")
    canvas.save()
    return path.read_bytes()


@pytest.mark.parametrize("verb", ["corpus", "report", "check", "status"])
def test_a_missing_path_is_said_with_its_source(here: Path, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    write_study(here, FOLDER.replace('"texts"', '"textes"'))
    assert_short(run(capsys, verb), 2, "mine.toml: [[source]] speeches: path: there is no", "textes")
    assert not (here / "corpora").exists()


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "inspect"])
def test_a_missing_study_is_said_with_those_that_are_there(
    here: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    status = main([verb, "--study", "mien.toml"])
    assert_short(Ran(status, *capsys.readouterr()), 2, "mien.toml: there is no such file", "mine.toml")


def test_a_name_alone_is_a_study_in_configs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = here / "configs"
    folder.mkdir()
    text = (here / "mine.toml").read_text("utf-8")
    for name in ("texts", "lexicon.toml", "news.jsonl"):
        text = text.replace(f'"{name}"', f'"../{name}"')
    (folder / "paper.toml").write_text(text, encoding="utf-8")
    (folder / "other.toml").write_text(text, encoding="utf-8")
    for words in (["--study", "paper"], ["--study", "paper.toml"], ["--study", "configs/paper"], ["STUDY=paper"]):
        assert main(["check", *words]) == 0, words
        assert capsys.readouterr().out.startswith("nothing is wrong")
    for words in (["--study", "papper"], ["STUDY=papper"]):
        status = main(["check", *words])
        said = "papper: there is no such study; did you mean configs/paper.toml? (there is configs/other.toml, configs"
        assert_short(Ran(status, *capsys.readouterr()), 2, said)


def test_messages_name_the_study_in_one_way(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = here / "mine.toml"
    text = path.read_text("utf-8")
    for wrong in ("tpye = 1\n", '[paper]\nconcepts = ["city"]\n', '[emancipation]\npairs = [["a", "b"]]\n'):
        path.write_text(f"{text}{wrong}", encoding="utf-8")
        for named in ("mine.toml", str(path), "./mine.toml"):
            status = main(["check", "--study", named])
            ran = Ran(status, *capsys.readouterr())
            assert_short(ran, 2, "mine.toml: ")
            assert ran.err.startswith("mine.toml: ")


@pytest.mark.parametrize("verb", ["check", "corpus", "report"])
def test_a_concept_that_is_none_is_said_before_the_work(
    here: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    write_study(here, more='[paper]\nconcepts = ["city_diplomcy"]\n')
    said = "mine.toml: [paper] concepts: the lexicon has no concept 'city_diplomcy'; did you mean 'city_diplomacy'?"
    assert_short(run(capsys, verb), 2, said)
    assert not (here / "corpora").exists()


def test_inspect_takes_the_settings_of_a_study_that_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.txt").write_text("Ein Satz.", encoding="utf-8")
    assert main(["inspect", "a.txt"]) == 0
    capsys.readouterr()
    status = main(["inspect", "a.txt", "--study", "mien.toml"])
    assert_short(Ran(status, *capsys.readouterr()), 2, "mien.toml: there is no such file", "mine.toml")


def test_a_missing_lexicon_and_a_missing_sidecar_are_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "texts" / "metadata.csv").unlink()
    assert_short(run(capsys, "corpus"), 2, "mine.toml: [[source]] speeches: metadata: there is no", "metadata.csv")
    write_texts(here)
    (here / "lexicon.toml").unlink()
    assert_short(run(capsys, "corpus"), 2, "[study] lexicon: there is no file", "lexicon.toml")


def test_an_unknown_key_is_said_with_the_nearest(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(here, FOLDER.replace("type =", "tpye ="))
    assert_short(run(capsys, "corpus"), 2, "mine.toml: [[source]] number 1: tpye", "did you mean 'type'?")
    write_study(here, lexicon=LEXICON.replace("label =", "lable ="))
    assert_short(run(capsys, "corpus"), 2, "lexicon.toml: concept 'city_diplomacy'", "did you mean 'label'?")


def test_a_form_in_two_concepts_is_said_before_any_work(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(here, lexicon=LEXICON + '[[concept]]\nid = "cities"\nzh = ["城市外交"]\n')
    assert_short(run(capsys, "report"), 2, "lexicon.toml", "'城市外交'", "'city_diplomacy'", "'cities'")
    assert not (here / "corpora").exists()


def test_a_date_that_is_none_keeps_its_document_and_is_counted_as_doubtful(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_texts(here, sidecar=SIDECAR.replace("2014-05-15", "im Frühling"))
    ran = run(capsys, "corpus")
    assert ran.status == 0
    assert "1 document has no date and is in no period" in ran.out
    assert "doubtful: 1 bad_date (a date was given that cannot be right" in ran.out
    assert "doubtful: 1 no_date (nothing tells when it is from" in ran.out
    assert len(documents(here)) == 4


def test_bad_files_are_rejects_with_their_reasons_and_nothing_else_is_lost(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = make_pdf(here / "draft.pdf")
    bad: dict[str, tuple[bytes, str]] = {
        "abgeschnitten.pdf": (whole[: len(whole) // 3], "broken"),
        "verschlüsselt.pdf": (make_pdf(here / "locked.pdf", "geheim"), "encrypted"),
        "leer.txt": (b"", "empty"),
        "null.txt": (b"\x00" * 4096, "binary"),
        "kaputt.txt": (bytes(range(128, 256)) * 40, "encoding"),
        "weiß.txt": (b" \n\n", "empty"),
        "archiv.rar": (b"Rar!\x1a\x07\x00" + b"\x00" * 64, "unknown_format"),
        "notiz.xyz": (b"text of an unknown kind", "unknown_format"),
    }
    good = {"ganz.pdf": whole, "gb.txt": ZH.encode("gb18030"), "latin.txt": DE.encode("cp1252")}
    files = {**TEXTS, **good, **{name: data for name, (data, _) in bad.items()}}
    write_texts(here, files, SIDECAR + "nirgends.txt,X,,\n")
    write_rows(here / "news.jsonl", (*ROWS, *BAD_LINES))
    ran = run(capsys, "corpus", "--json")
    assert ran.status == 0
    summary = ran.summary["stages"]["corpus"]["summary"]
    wanted = {name: reason for name, (_, reason) in bad.items()}
    wanted |= {"nirgends.txt": "missing_file", "row 3": "bad_row", "1": "duplicate_id", "9": "no_text"}
    assert dict(rejects(here)) == wanted
    assert summary["documents"] == len(documents(here)) == len(TEXTS) + len(good) + len(ROWS)
    assert sum(summary["rejects"].values()) == len(rejects(here)) == len(wanted)
    by_name = {row["doc_id"]: row for row in documents(here)}
    assert by_name["speeches/gb.txt"]["characters"] == len(ZH)
    assert by_name["speeches/latin.txt"]["characters"] == len(DE)


def test_strict_fails_when_input_could_not_be_used_and_the_work_is_done_all_the_same(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(here / "news.jsonl", (*ROWS, *BAD_LINES))
    assert_short(run(capsys, "corpus", "--strict"), 1, "--strict: 3 items could not be used")
    assert len(documents(here)) == 4
    assert_short(run(capsys, "corpus", "--strict", "--json"), 1, "--strict")
    ran = run(capsys, "corpus")
    assert ran.status == 0
    assert "3 items could not be used (1 bad_row, 1 duplicate_id, 1 no_text): see corpora/mine/rejects.csv" in ran.out
    write_rows(here / "news.jsonl")
    assert run(capsys, "corpus", "--strict").status == 0


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("texts/metadata.csv", "Datei,Titel\nzh_2014.txt,T\n", ("no column 'file'", "Datei, Titel")),
        ("news.jsonl", '{"id": 1, "txt": "城市外交"}\n', ("news.jsonl: columns: ", "there is no such column")),
    ],
)
def test_a_table_without_the_named_columns_is_said_and_the_old_corpus_stays(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, words: tuple[str, ...]
) -> None:
    assert run(capsys, "corpus").status == 0
    before = built(here)
    (here / name).write_text(text, encoding="utf-8")
    assert_short(run(capsys, "corpus"), 2, name.rpartition("/")[2], *words)
    assert built(here) == before
    assert not list((here / "corpora" / "mine").glob(".draft*"))


def test_a_csv_of_a_chinese_excel_is_a_table_and_a_sidecar(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "news.csv").write_bytes(f"编号;正文;日期\r\n甲;{ZH};2014年5月15日\r\n乙;{DE};\r\n".encode("gb18030"))
    (here / "texts" / "metadata.csv").write_bytes(SIDECAR.replace(",", ";").encode("gb18030"))
    columns = 'columns = { id = "编号", text = "正文", date = "日期" }'
    head = '[[source]]\nid = "news"\nkind = "table"\npath = "news.csv"\ntype = "news"\n'
    write_study(here, f"{FOLDER}{head}{columns}\n")
    assert run(capsys, "corpus").status == 0
    rows = {row["doc_id"]: row for row in documents(here)}
    assert set(rows) == {"news/甲", "news/乙", "speeches/zh_2014.txt", "speeches/de_2015.txt"}
    assert rows["speeches/zh_2014.txt"]["title"] == "讲话"
    assert rows["news/乙"]["flags"] == ["no_date"]


def test_an_excel_sidecar_is_as_good_as_a_csv(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "corpus").status == 0
    before = documents(here)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in SIDECAR.splitlines():
        sheet.append(line.split(","))
    book.save(here / "texts" / "metadata.xlsx")
    (here / "texts" / "metadata.csv").unlink()
    write_study(here, (FOLDER + TABLE).replace("metadata.csv", "metadata.xlsx"))
    assert run(capsys, "corpus").status == 0
    assert documents(here) == before


def test_check_names_columns_that_are_not_there_or_called_otherwise(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is not read as" not in run(capsys, "check").out
    write_texts(here, sidecar=SIDECAR.replace("date", "Datum").replace("title", "标题"))
    said = run(capsys, "check").out
    assert "metadata.csv: the column 'Datum' is not read as 'date'" in said
    assert "metadata.csv: the column '标题' is not read as 'title'" in said
    write_rows(here / "news.jsonl", tuple({"Volltext": row["text"], **row} for row in ROWS))
    study = here / "mine.toml"
    study.write_text(study.read_text(encoding="utf-8").replace('text = "text"', 'text = "Text"'), encoding="utf-8")
    assert_short(run(capsys, "check"), 2, "there is no such column; did you mean 'text'?")


def test_the_summary_names_the_copies_and_the_languages_in_one_order(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "corpus").out
    assert "4 documents (2 de, 2 zh)" in said
    assert "2 documents are copies of others and are counted like the others" in said
    study = here / "mine.toml"
    study.write_text(study.read_text(encoding="utf-8").replace('duplicates = "all"', ""), encoding="utf-8")
    assert "2 documents are copies of others and are not counted (see copies.csv)" in run(capsys, "corpus").out
    assert {row["date_evidence"] for row in documents(here)} == {"metadata"}
