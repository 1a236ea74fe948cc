from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StudyError
from pipeline.ingest.sources.sheets import book_rows, separated_rows

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


def make_book(*rows: list[object]) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    data = io.BytesIO()
    book.save(data)
    data.seek(0)
    return data


def test_cells_of_a_workbook_are_text_dates_in_iso_and_whole_numbers_whole() -> None:
    book = make_book(
        ["datum", "zahl", "text", "leer", "bruch", "zeit"],
        [dt.datetime(2014, 5, 15), 2014.0, "城市外交", None, 1.5, dt.datetime(2014, 5, 15, 9, 30)],  # noqa: DTZ001
        [None, None, None, None, None, None],
        [7, True, "=1+1", "", 0, dt.date(2014, 5, 15)],
    )
    rows = book_rows(book, Path("m.xlsx"))
    assert rows[1] == (2, ["2014-05-15", "2014", "城市外交", "", "1.5", "2014-05-15 09:30:00"])
    assert [number for number, _ in rows] == [1, 2, 4]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0 locked or old", "名,日期".encode()])
def test_what_is_no_workbook_is_named_with_what_to_do(data: bytes) -> None:
    with pytest.raises(StudyError, match=r"m\.xlsx: this is no XLSX workbook, or it is locked .*save it as"):
        book_rows(io.BytesIO(data), Path("m.xlsx"))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_workbook_that_is_cut_off_is_refused(share: float) -> None:
    data = make_book(["a"], ["b"]).getvalue()
    with pytest.raises(StudyError, match="no XLSX workbook"):
        book_rows(io.BytesIO(data[: int(share * len(data))]), Path("m.xlsx"))


def test_a_workbook_with_damaged_xml_is_refused() -> None:
    import zipfile

    data, damaged = make_book(["a"], ["b"]), io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<cut" if "sheet" in name else old.read(name))
    with pytest.raises(StudyError, match="no XLSX workbook"):
        book_rows(damaged, Path("m.xlsx"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_and_the_line_ends_are_found(delimiter: str, end: str) -> None:
    text = end.join(["file,title", "a.txt,城市", ""]).replace(",", delimiter)
    assert list(separated_rows(text)) == [(1, ["file", "title"]), (2, ["a.txt", "城市"])]


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    text = 'file,title\n\na.txt,"two\nlines"\n,\nb.txt,x\n'
    assert list(separated_rows(text)) == [(1, ["file", "title"]), (3, ["a.txt", "two\nlines"]), (5, ["b.txt", "x"])]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_rows_in_silence() -> None:
    rows = list(separated_rows('file,title\na.txt,"open\nb.txt,x\n'))
    assert rows[0] == (1, ["file", "title"])
    assert rows[1][0] == 2
    assert "never closed" in rows[1][1]


def test_a_row_behind_a_broken_one_is_read() -> None:
    rows = list(separated_rows('file,title\na.txt,"Die" Rede\nb.txt,x\n'))
    assert isinstance(rows[1][1], str)
    assert rows[2] == (3, ["b.txt", "x"])


def test_quotation_marks_inside_a_cell_without_quotes_stay() -> None:
    assert list(separated_rows('file,title\na.txt,Die „Rede" von Köln\n'))[1] == (2, ["a.txt", 'Die „Rede" von Köln'])


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["file", "title"], *rows])
    wanted = [["file", "title"], *(row for row in rows if any(cell.strip() for cell in row))]
    assert [row for _, row in separated_rows(text.getvalue())] == wanted
