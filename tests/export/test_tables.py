"""Tables as files: what a spreadsheet, TeX and a script find in them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import shutil
import subprocess
from typing import TYPE_CHECKING

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export import tables
from pipeline.store.cells import guard_formula, guard_formulas

if TYPE_CHECKING:
    from pathlib import Path

ODD = pa.table(
    {
        "text": ["城市外交, „Städte“", 'a "quoted" word', None, "two\nlines"],
        "rate": [1234.56789012345, 0.00001234, None, -2.5],
        "count": pa.array([1, None, -3, 4], pa.int64()),
        "date": pa.array([dt.date(2014, 5, 15), None, dt.date(1899, 1, 2), dt.date(2024, 12, 31)]),
        "counted": [True, False, None, True],
        "flags": [["no_date", "ocr"], [], None, ["x"]],
    }
)


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def test_csv_is_utf8_without_bom_with_line_feeds_and_empty_cells_for_null(tmp_path: Path) -> None:
    tables.write_csv(ODD, tmp_path / "t.csv")
    raw = (tmp_path / "t.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert read(tmp_path / "t.csv") == [
        ["text", "rate", "count", "date", "counted", "flags"],
        ["城市外交, „Städte“", "1234.56789", "1", "2014-05-15", "true", "no_date ; ocr"],
        ['a "quoted" word', "0.00001234", "", "", "false", ""],
        ["", "", "-3", "1899-01-02", "", ""],
        ["two\nlines", "-2.5", "4", "2024-12-31", "true", "x"],
    ]


def test_csv_is_read_back_by_another_library_with_the_same_numbers(tmp_path: Path) -> None:
    table = pa.table({"a": [0.1, 1e-7, 123456.789, 0.0, 1 / 3], "b": pa.array([1, 2, 3, 4, 5], pa.int64())})
    tables.write_csv(table, tmp_path / "t.csv")
    again = pa_csv.read_csv(tmp_path / "t.csv")
    assert again["b"].to_pylist() == [1, 2, 3, 4, 5]
    assert again["a"].to_pylist() == pytest.approx(table["a"].to_pylist(), rel=1e-9)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋"])
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(tmp_path: Path, start: str) -> None:
    text = f'{start}HYPERLINK("http://x.example")'
    tables.write_csv(pa.table({"text": [text, "harmless"], "flags": [[text], ["=a", "b"]]}), tmp_path / "t.csv")
    rows = read(tmp_path / "t.csv")
    assert rows[1] == [f"'{text}", f"'{text}"]
    assert rows[2] == ["harmless", "'=a ; b"]


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    tables.write_csv(pa.table({"n": [-1], "x": [-0.25], "text": ["-1"]}), tmp_path / "t.csv")
    assert read(tmp_path / "t.csv")[1] == ["-1", "-0.25", "'-1"]


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    tables.write_csv(ODD.slice(0, 0), tmp_path / "t.csv")
    tables.write_xlsx({"odd": ODD.slice(0, 0)}, tmp_path / "t.xlsx")
    assert read(tmp_path / "t.csv") == [ODD.column_names]
    header = next(openpyxl.load_workbook(tmp_path / "t.xlsx")["odd"].values)
    assert list(header) == ODD.column_names


@given(st.floats(-1e300, 1e300))
def test_a_number_is_written_with_ten_significant_digits_and_no_exponent_in_between(value: float) -> None:
    text = tables.format_number(value)
    assert math.isclose(float(text), value, rel_tol=1e-9, abs_tol=0)
    if value == 0 or 1e-9 <= abs(value) < 1e15:
        assert "e" not in text
        assert len(text.replace("-", "").replace(".", "").strip("0")) <= 10


@given(st.lists(st.text(), min_size=1))
def test_no_text_cell_of_a_csv_begins_like_a_formula(texts: list[str]) -> None:
    cells = guard_formulas(pa.array(texts, pa.string())).to_pylist()
    assert cells == [guard_formula(text) for text in texts]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]


def test_a_sheet_has_a_bold_frozen_header_and_typed_cells(tmp_path: Path) -> None:
    tables.write_xlsx({"odd": ODD, "again": ODD}, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["odd", "again"]
    sheet = book["odd"]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    day = dt.datetime(2014, 5, 15)  # noqa: DTZ001 - Excel has no time zones
    assert [cell.value for cell in sheet[2]] == ["城市外交, „Städte“", 1234.56789012345, 1, day, True, "no_date ; ocr"]
    assert sheet["D2"].number_format == "yyyy-mm-dd"
    assert sheet["D4"].value == "1899-01-02"
    assert [sheet.cell(4, n).value for n in (1, 2, 5, 6)] == [None, None, None, None]


def test_a_sheet_runs_no_formula_and_makes_no_link(tmp_path: Path) -> None:
    texts = ["=1+1", "http://x.example", "@cmd", "mailto:a@b"]
    tables.write_xlsx({"t": pa.table({"text": texts})}, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["t"]
    cells = [sheet.cell(row, 1) for row in range(2, 6)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)


def test_column_widths_fit_the_content_within_bounds(tmp_path: Path) -> None:
    table = pa.table({"a": ["x"], "han": ["城市外交" * 3], "long": ["word " * 100]})
    tables.write_xlsx({"t": table}, tmp_path / "t.xlsx")
    columns = openpyxl.load_workbook(tmp_path / "t.xlsx")["t"].column_dimensions
    assert columns["A"].width < 12
    assert 24 <= columns["B"].width <= 30
    assert columns["C"].width <= 62


def test_a_table_that_is_too_long_for_a_sheet_says_so_in_its_last_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SHEET_ROWS", 10)
    tables.write_xlsx({"nine": pa.table({"n": range(9)}), "long": pa.table({"n": range(20)})}, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert [row[0].value for row in book["nine"]] == ["n", *range(9)]
    values = [row[0].value for row in book["long"]]
    assert values[:-1] == ["n", *range(8)]
    assert values[-1] == "12 more rows do not fit into a sheet; all 20 are in long.csv"


def test_an_empty_sheet_says_why_and_a_full_one_has_its_rows_alone(tmp_path: Path) -> None:
    empty = ODD.slice(0, 0)
    tables.write_xlsx({"copies": empty, "of_another_kind": empty, "full": ODD}, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    said = {sheet.title: [row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book}
    assert said == {
        "copies": ["no rows: no document is a copy of another"],
        "of_another_kind": ["no rows: nothing of this kind was found in the corpus"],
        "full": ODD["text"].to_pylist(),
    }


def test_each_table_has_a_reason_why_its_sheet_can_be_empty() -> None:
    from pipeline.export import bibliography, bilingual, keywords_stage, stages, topics

    known = {*stages.TABLES, *keywords_stage.KEYWORD_TABLES, *topics.TABLES, *bilingual.TABLES, bibliography.TABLE}
    assert set(tables.NO_ROWS) == known


def test_a_workbook_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tables.write_xlsx({"odd": ODD}, tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheet_names_are_short_and_unlike_each_other(tmp_path: Path) -> None:
    names = ["a" * 40, "a" * 41, "A" * 31, "x/y:z"]
    tables.write_xlsx({name: pa.table({"n": [1]}) for name in names}, tmp_path / "t.xlsx")
    found = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert len({name.casefold() for name in found}) == 4
    assert max(map(len, found)) <= 31
    assert found[3] == "x_y_z"


def test_latex_escapes_what_tex_would_read_as_commands() -> None:
    assert tables.escape_latex("100 % of R&D_x {a} #1 $5 ~ ^ \\ 城市外交") == (
        r"100 \% of R\&D\_x \{a\} \#1 \$5 \textasciitilde{} \textasciicircum{} \textbackslash{} 城市外交"
    )
    assert tables.escape_latex('"ab\n[c]') == r"\textquotedbl{}ab {[}c{]}"
    assert tables.escape_latex("a\x00\x1bb") == "ab"


def test_latex_is_a_booktabs_table_with_numbers_to_the_right(tmp_path: Path) -> None:
    tables.write_latex(ODD, tmp_path / "t.tex", "A & B", "tab:x_1 ä")
    lines = (tmp_path / "t.tex").read_text(encoding="utf-8").splitlines()
    assert r"\begin{tabular}{lrrlll}" in lines
    assert r"\caption{A \& B}" in lines
    assert r"\label{tab:x_1--}" in lines
    assert lines.count(r"\toprule") == lines.count(r"\midrule") == lines.count(r"\bottomrule") == 1
    assert r"城市外交, „Städte“ & 1235 & 1 & 2014-05-15 & true & no\_date ; ocr \\" in lines


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="no TeX engine (xelatex) on this machine")
def test_tex_sets_the_table(tmp_path: Path) -> None:
    table = pa.table({"[a]": ["[b]", "\\end{table}", '%$#_&{}~^"<>|`'], "n": [1.5, 2.0, None]})
    tables.write_latex(table, tmp_path / "t.tex", "100 %", "tab:t")
    page = r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{t}\end{document}"
    (tmp_path / "page.tex").write_text(page, encoding="utf-8")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_parquet_keeps_every_type(tmp_path: Path) -> None:
    tables.write_parquet(ODD, tmp_path / "t.parquet")
    assert pq.read_table(tmp_path / "t.parquet").equals(ODD)
