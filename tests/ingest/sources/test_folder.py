from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import openpyxl
import pytest
from user_study import FOLDER, write_study, write_texts

from pipeline.errors import StudyError
from pipeline.ingest.sources.folder import Task, check_sidecar, list_files, read_into_part, read_sidecar, sidecar_key
from pipeline.settings import PdfSettings
from pipeline.store.parts import read_part
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "file{d}title{d}date{d}province\nzh.txt{d}城市外交与友好城市{d}2014年5月15日{d}广东\nde.txt{d}Städte{d}2015{d}\n"
WANTED = {
    "zh.txt": {"title": "城市外交与友好城市", "date": "2014年5月15日", "province": "广东"},
    "de.txt": {"title": "Städte", "date": "2015"},
}


def names_in(folder: Path) -> list[str]:
    study = load_study(write_study(folder), folder)
    root = study.resolve("texts")
    return [path.relative_to(root).as_posix() for path in list_files(study, study.sources[0])]


def test_files_are_listed_in_order_with_those_in_folders_and_without_hidden_ones(tmp_path: Path) -> None:
    names = ["b.txt", "a.txt", "2014/a.txt", ".DS_Store", ".git/x.txt", "~$lock.docx", "市/二 三.txt"]
    write_texts(tmp_path, dict.fromkeys(names, "x"))
    assert names_in(tmp_path) == ["2014/a.txt", "a.txt", "b.txt", "市/二 三.txt"]


def test_what_the_study_writes_is_no_text_of_it(tmp_path: Path) -> None:
    write_texts(tmp_path, {"corpora/mine/rejects.csv": "x", "exports/mine/t.csv": "x", "corpora/other/a.txt": "x"})
    study = load_study(write_study(tmp_path, FOLDER), tmp_path / "texts")
    names = [path.relative_to(study.resolve("texts")).as_posix() for path in list_files(study, study.sources[0])]
    assert names == ["corpora/other/a.txt"]


@pytest.mark.parametrize("place", ["nowhere.txt", "elsewhere"])
def test_a_link_to_nothing_or_to_a_folder_is_an_item_and_a_reject(tmp_path: Path, place: str) -> None:
    root = write_texts(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (root / "lost.txt").symlink_to(tmp_path / place)
    assert "lost.txt" in names_in(tmp_path)
    part = tmp_path / "part.arrow"
    read_into_part(Task(root / "lost.txt", "lost.txt", part, part, PdfSettings()))
    assert read_part(tmp_path / "part.arrow").rejects["reason"].to_pylist() == ["missing_file"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_sidecar_is_read_as_excel_writes_it_here_and_there(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "metadata.csv"
    path.write_bytes(ROWS.format(d=delimiter).replace("\n", "\r\n").encode(encoding))
    assert read_sidecar(path) == WANTED


def test_an_xlsx_sidecar_is_read_like_the_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in ROWS.format(d=",").splitlines():
        book.worksheets[0].append(line.split(","))
    book.save(tmp_path / "metadata.xlsx")
    assert read_sidecar(tmp_path / "metadata.xlsx") == WANTED


def test_the_known_columns_are_found_in_capitals_too(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("File,Title,DATE,Province\na.txt,T,2014,X\n", encoding="utf-8")
    assert read_sidecar(tmp_path / "m.csv") == {"a.txt": {"title": "T", "date": "2014", "Province": "X"}}


def test_line_breaks_in_a_cell_become_spaces_and_backslashes_slashes(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text('file,title\n2014\\a.txt,"Rede\nin Köln"\n', encoding="utf-8")
    assert read_sidecar(tmp_path / "m.csv") == {"2014/a.txt": {"title": "Rede in Köln"}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,title\na.txt,T\n", ("no column 'file'", "its columns are: name, title")),
        ("", ("cannot be read", "empty")),
        ("file,title\na.txt,T\na.txt,U\n", ("row 3", "'a.txt'", "one file, one row")),
        ("file,title,date\na.txt,Rede, gehalten,2014\n", ("row 2", "4 cells under 3 columns", "in quotes")),
        ('file,title\na.txt,"Rede\nb.txt,x\n', ("row 2", "never closed")),
        ("file,title,title\na.txt,T,U\n", ("two columns are called 'title'",)),
        ("file,characters\na.txt,3\n", ("cannot be called 'characters'", "otherwise")),
        ("file\x00,title\x00\n", ("cannot be read", "binary")),
    ],
)
def test_a_mistake_in_the_sidecar_is_said_with_its_row(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "metadata.csv").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_sidecar(tmp_path / "metadata.csv")
    for word in ("metadata.csv", *words):
        assert word in str(caught.value)


def test_empty_cells_beyond_the_columns_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file;title\na.txt;T;;;\n;;;;\n", encoding="utf-8")
    assert read_sidecar(tmp_path / "m.csv") == {"a.txt": {"title": "T"}}


def test_a_mac_name_with_umlauts_is_found_in_the_sidecar(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file,title\nStädte.txt,T\n", encoding="utf-8")
    name = unicodedata.normalize("NFD", "Städte.txt")
    sidecar = read_sidecar(tmp_path / "m.csv")
    assert name != "Städte.txt"
    assert sidecar[sidecar_key(name)] == {"title": "T"}
    assert check_sidecar(sidecar, tmp_path / "m.csv", {name}) == []


def test_a_file_that_the_sidecar_names_and_nobody_has_is_a_reject_with_the_nearest_name(tmp_path: Path) -> None:
    sidecar: dict[str, dict[str, str]] = {"a.txt": {}, "rede_2014.txt": {}, "zh.txt": {}, "q": {}}
    lost = check_sidecar(sidecar, tmp_path / "m.csv", {"a.txt", "rede-2014.txt", "2014/zh.txt"})
    assert [(r.item, r.reason) for r in lost] == [(name, "missing_file") for name in ("rede_2014.txt", "zh.txt", "q")]
    assert [r.detail for r in lost] == [
        "m.csv names it; the folder has 'rede-2014.txt'",
        "m.csv names it; the folder has '2014/zh.txt'",
        "m.csv names it",
    ]
