"""Sheets for people: what is in them, that they are never written over, and what filled ones are good for."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest
from topic_studies import DE, run, themes, topic_study
from user_study import write_study, write_texts

from pipeline.__main__ import main
from pipeline.errors import InputError, ZwiespracheError
from pipeline.export.intrusion import ANSWER, read_scores, score_sheets, scored_sheet, write_sheets
from pipeline.stages import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.study import Study

Row = dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = topic_study(tmp_path_factory.mktemp("made"), themes(24), "topics = { de = 3, zh = 3 }")
    run(study)
    write_sheets(study)
    return study


def folder_of(study: Study) -> Path:
    return write_sheets(study).folder


def key_of(study: Study) -> dict[str, Row]:
    path = study.export_folder / "intrusion" / "keys" / f"{folder_of(study).name}.json"
    return {item["name"]: item for item in json.loads(path.read_text("utf-8"))["items"]}


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def filled(study: Study, path: Path, answer: Callable[[Row, int], str], kind: str = "words") -> Path:
    """A sheet with answers, each made from the row and the place of the intruder."""
    key = key_of(study)
    rows = rows_of(folder_of(study) / f"{kind}.csv")
    return write(path, [row | {ANSWER: answer(row, int(key[row["item"]]["intruder"]))} for row in rows])


def right(row: Row, place: int) -> str:
    return "abcdef"[place]


def test_the_sheets_ask_about_each_topic_and_tell_no_answer(made: Study) -> None:
    folder = folder_of(made)
    for kind, options in (("words", "abcdef"), ("passages", "abcd")):
        rows = rows_of(folder / f"{kind}.csv")
        assert len(rows) == 6
        assert list(rows[0]) == ["sheet", "item", "language", *options, ANSWER]
        assert all(row["sheet"] == folder.name and row[ANSWER] == "" for row in rows)
    for row in rows_of(folder / "words.csv"):
        if row["language"] == "de":
            theme = max(DE, key=lambda words: len(set(words) & set(row.values())))
            strange = {row[letter] for letter in "abcdef"} - set(theme)
            assert strange == {row["abcdef"[int(key_of(made)[row["item"]]["intruder"])]]}
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".csv") == ["passages.xlsx", "words.xlsx"]


def test_a_workbook_has_the_same_rows_a_list_to_pick_from_and_a_page_that_says_how(made: Study) -> None:
    for kind, letters in (("words", "a,b,c,d,e,f"), ("passages", "a,b,c,d")):
        book = openpyxl.load_workbook(folder_of(made) / f"{kind}.xlsx")
        cells = [[str(cell or "") for cell in row] for row in book["sheet"].iter_rows(values_only=True)]
        rows = rows_of(folder_of(made) / f"{kind}.csv")
        assert cells == [list(rows[0]), *(list(row.values()) for row in rows)]
        rule = book["sheet"].data_validations.dataValidation[0]
        assert rule.formula1 == f'"{letters}"'
        assert len([row for row in book["help"].iter_rows(values_only=True) if row[0]]) == 3


def test_what_is_there_is_left_as_it_is_and_the_same_models_give_the_same_bytes(made: Study, tmp_path: Path) -> None:
    folder = folder_of(made)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "intrusion.csv"}
    (folder / "words.csv").write_bytes(b"filled in")
    assert write_sheets(made).new is False
    assert (folder / "words.csv").read_bytes() == b"filled in"
    shutil.rmtree(folder)
    assert write_sheets(made).new is True
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    other = topic_study(tmp_path, themes(27), "topics = { de = 3, zh = 3 }")
    run(other)
    assert write_sheets(other).folder.name != folder.name


def test_scores_are_written_and_said(made: Study, tmp_path: Path) -> None:
    first = filled(made, tmp_path / "first.csv", lambda row, place: row["abcdef"[place]])
    second = filled(
        made, tmp_path / "second.csv", lambda row, place: "" if row["language"] == "zh" else str((place + 1) % 6 + 1)
    )
    third = filled(made, tmp_path / "third.csv", right, "passages")
    scored = score_sheets(made, [first, second, third])
    rows = {(row["kind"], row["language"], row["topic"]): row for row in rows_of(scored.path)}
    assert len(rows) == 16
    assert [rows["words", "de", ""][name] for name in ("judged", "found", "agreement")] == ["6", "3", "0"]
    assert [rows["words", "zh", ""][name] for name in ("judged", "found", "agreement")] == ["3", "3", ""]
    assert rows["passages", "de", "2"]["precision"] == "1"
    words, passages = scored.lines
    sure = "3 of 3 found (1.00, 95 % interval 0.44 to 1.00)"
    unsure = "3 of 6 found (0.50, 95 % interval 0.19 to 0.81, coders agree 0.00 (kappa -0.20))"
    assert words == f"words: de {unsure}; zh {sure}; by chance 0.17; 3 not judged"
    assert passages == f"passages: de {sure}; zh {sure}; by chance 0.25; 0 not judged"


def test_scores_are_found_again_while_the_models_are_those_of_the_sheet(made: Study, tmp_path: Path) -> None:
    scored = score_sheets(made, [filled(made, tmp_path / "words.csv", right)])
    assert scored_sheet(made) == scored.path
    rows = read_scores(scored.path)
    whole = next(row for row in rows if (row["kind"], row["language"], row["topic"]) == ("words", "de", None))
    assert (whole["judged"], whole["found"], whole["precision"], whole["agreement"]) == (3, 3, 1.0, None)
    key = made.export_folder / "intrusion" / "keys" / f"{scored.path.parent.name}.json"
    before = key.read_text("utf-8")
    said = json.loads(before)
    key.write_text(json.dumps(said | {"models": {"de": "another"}}), "utf-8")
    assert scored_sheet(made) is None
    key.write_text(before, "utf-8")
    scored.path.write_text("kind,language\nwords,de\n", "utf-8")
    with pytest.raises(InputError, match="--score"):
        read_scores(scored.path)
    scored.path.unlink()
    assert scored_sheet(made) is None


def test_a_workbook_that_was_filled_in_is_read(made: Study, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(folder_of(made) / "words.xlsx")
    key = key_of(made)
    for row in range(2, book["sheet"].max_row + 1):
        name = str(book["sheet"].cell(row, 2).value)
        book["sheet"].cell(row, 10).value = int(key[name]["intruder"]) + 1
    book.save(tmp_path / "words.xlsx")
    rows = rows_of(score_sheets(made, [tmp_path / "words.xlsx"]).path)
    assert {row["precision"] for row in rows if row["kind"] == "words"} == {"1"}


def test_a_csv_that_a_german_or_a_chinese_excel_saved_is_read(made: Study, tmp_path: Path) -> None:
    rows = rows_of(filled(made, tmp_path / "a.csv", right))
    for i, (delimiter, encoding) in enumerate([(";", "utf-8-sig"), (",", "gb18030"), ("\t", "utf-16")]):
        given = [row for row in rows if encoding != "gb18030" or row["language"] == "zh"]
        path = write(tmp_path / f"{i}.csv", given, delimiter, encoding)
        assert "3 of 3 found" in score_sheets(made, [path]).lines[0]


def changed(rows: list[Row], index: int, **cells: str) -> list[Row]:
    return [row | cells if i == index else row for i, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: changed(rows, 1, intruder="Kanzler"), r"row 3: 'Kanzler' is none of the options of w002: a "),
        (lambda rows: changed(rows, 1, intruder="g"), "row 3: 'g' is none of the options"),
        (lambda rows: changed(rows, 0, c="Kanzler"), "row 2: c is 'Kanzler', and was '.*': options were changed"),
        (lambda rows: changed(rows, 0, item="w999"), "there is no item 'w999'"),
        (lambda rows: [*rows, rows[0]], "the item 'w001' stands here a second time"),
        (lambda rows: changed(rows, 0, sheet="s00000000"), "rows of several sheets"),
        (lambda rows: [row | {"sheet": "s00000000"} for row in rows], "'s00000000' is none of the study 'made'"),
        (lambda rows: [row | {"intruder": " "} for row in rows], "nothing is filled in"),
        (lambda rows: [{k: v for k, v in row.items() if k != "intruder"} for row in rows], "'intruder' is missing"),
        (lambda rows: [{k: v for k, v in row.items() if k != "item"} for row in rows], "'item' is missing"),
        (lambda rows: [{k: v for k, v in row.items() if k != "d"} for row in rows], "the option 'd' is missing"),
    ],
)
def test_a_wrong_sheet_is_an_error_that_names_the_place(
    made: Study, tmp_path: Path, change: Callable[[list[Row]], list[Row]], said: str
) -> None:
    rows = rows_of(filled(made, tmp_path / "right.csv", right))
    path = write(tmp_path / "wrong.csv", change(rows))
    with pytest.raises(InputError, match=said) as problem:
        score_sheets(made, [path])
    assert str(path) in str(problem.value)
    assert str(problem.value).count("\n") <= 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", None, "No such file"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"\n\n", "the sheet is empty"),
        ("binary.csv", bytes(range(256)) * 9, "this is no CSV"),
        ("text.xlsx", b"PK no book", "no XLSX workbook"),
        ("short.csv", b"item,intruder,sheet\nw001,a\n", "sheet '' is none of the study"),
        ("quote.csv", b'sheet,item,intruder\ns1,"w001,a\n', "quotation mark"),
    ],
)
def test_a_file_that_is_no_sheet_is_an_error_of_one_line(
    made: Study, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ZwiespracheError, match=said) as problem:
        score_sheets(made, [tmp_path / name])
    assert name in str(problem.value)


def test_a_sheet_counts_once_and_two_sheets_are_scored_apart(made: Study, tmp_path: Path) -> None:
    path = filled(made, tmp_path / "a.csv", right)
    with pytest.raises(InputError, match="named twice"):
        score_sheets(made, [path, path])
    other = write(tmp_path / "b.csv", [row | {"sheet": "s1"} for row in rows_of(path)])
    with pytest.raises(InputError, match="score them apart"):
        score_sheets(made, [path, other])


def test_a_damaged_key_is_said_and_written_anew(made: Study, tmp_path: Path) -> None:
    path = filled(made, tmp_path / "a.csv", right)
    key = made.export_folder / "intrusion" / "keys" / f"{folder_of(made).name}.json"
    for damage in ("{", "[]", '{"sheet": 1, "models": 1, "items": []}'):
        key.write_text(damage, "utf-8")
        with pytest.raises(InputError, match="the key is damaged"):
            score_sheets(made, [path])
    write_sheets(made)
    assert score_sheets(made, [path]).lines


def test_a_sheet_of_models_that_were_fitted_anew_is_scored_and_the_summary_says_so(tmp_path: Path) -> None:
    study = topic_study(tmp_path, themes(24), "topics = { de = 3, zh = 3 }")
    run(study)
    path = filled(study, tmp_path / "a.csv", right)
    again = topic_study(tmp_path, themes(24), "topics = { de = 4, zh = 3 }")
    run(again)
    scored = score_sheets(again, [path])
    assert "fitted anew since" in scored.lines[-1]
    assert scored.path.parent != write_sheets(again).folder


def test_the_command_scores_and_says_it_in_lines_and_as_json(
    made: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made.root)
    path = filled(made, tmp_path / "a.csv", right)
    words = ["intrusion", "--study", str(made.path), "--score", str(path)]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("words: ")
    assert lines[-1].endswith("intrusion.csv")
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["said"] == lines[:-1]
    assert main(["topics", "--score", str(path)]) == 2
    assert "--score belongs to the verb intrusion" in capsys.readouterr().err


def test_a_study_without_topics_has_no_sheet(tmp_path: Path) -> None:
    study = topic_study(tmp_path, themes(2, ["de"]), languages=["de"])
    run(study)
    with pytest.raises(InputError, match="no topic can be asked about"):
        write_sheets(study)
    assert not (study.export_folder / "intrusion").exists()


def test_the_command_brings_topics_up_to_date_first_and_says_when_there_are_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_texts(tmp_path)
    path = write_study(tmp_path)
    assert main(["intrusion", "--quiet", "--study", str(path)]) == 1
    said = capsys.readouterr().err
    assert "no topic can be asked about" in said
    assert said.count("\n") == 1
    assert (tmp_path / "exports" / "mine" / "topics.csv").exists()


def test_the_command_says_where_the_sheets_are(
    made: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made.root)
    summary = {"documents": 0, "passages": 0, "characters": 0, "languages": {}, "copies": 0, "rejects": {}, "flags": {}}
    corpus = Outcome("corpus", None, 0.0, summary | {"files_read": 0, "undated": 0}, (made.corpus_folder / "x",))
    monkeypatch.setattr("pipeline.stages.bring_up_to_date", lambda *_: [corpus])
    assert main(["intrusion", "--quiet", "--study", str(made.path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("6 topics; questions: 6 about words and 6 about passages")
    assert lines[-1] == f"exports/made/intrusion/{folder_of(made).name}"
    assert main(["intrusion", "--quiet", "--json", "--study", str(made.path)]) == 0
    assert json.loads(capsys.readouterr().out)["intrusion"]["asked"] == {"words": 6, "passages": 6}
