"""Tables as files: CSV, Excel, LaTeX and Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.store.cells import guard_formulas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

SHEET_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""

NO_ROWS = {
    "timelines": "no document with a date has words in a language of the study",
    "variants": "the lexicon has no term in a language of the study",
    "changes": "no concept is mentioned in a document with a date",
    "decomposition": "no rate changes between two periods that both have texts, or all texts are of one kind "
    "([timelines] adjust)",
    "emancipation": "the study names no pair of concepts ([emancipation] pairs)",
    "concordance": "no concept of the lexicon is mentioned in the passages that are counted",
    "copies": "no document is a copy of another",
    "corpus": "there is no document",
    "duplicates": "the lexicon has no term in a language of the study",
    "robustness": "no concept is mentioned in a document with a date",
    "conclusions": "no concept is mentioned in a document with a date",
    "topic_numbers": "the study has no language",
    "keyness": "there are no two parts of the corpus to compare, no word is frequent enough ([keyness] min_count, "
    "min_documents), or none is key; keyness.csv has all words that were compared",
    "collocation_changes": "there are no two periods with a concept that has company in both",
    "key_terms": "no word is frequent enough ([keyness] min_count, min_documents)",
    "topics": "no language has enough text for a model; topic_numbers says what is missing",
    "topic_timelines": "no language has a model, or no document has a date",
    "topic_passages": "no language has a model",
    "topic_concepts": "no concept is mentioned where a model has words",
    "topic_effects": "only the models dmr and stm have covariates ([topics] model)",
    "topic_words": "no language has a model",
    "topic_pairs": "neither language has a model",
    "term_candidates": "no concept has a term in one language for which the other has frequent words",
    "collocations": "no word is often enough near a concept ([collocations] min_count, min_documents)",
    "bibliography": "there is no document",
}
"""Why a table has no rows, in place of which a sheet says it."""

_CELL_CHARACTERS = 32_767
_BATCH_ROWS = 50_000
MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel has no time zones; a fixed date gives the same bytes
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",  # babel makes "a an ä
        "`": r"\textasciigrave{}",
        "[": "{[}",  # after \\ a bracket would be its argument
        "]": "{]}",
    }
)


def write_csv(table: pa.Table, path: Path) -> None:
    r"""Write UTF-8 without a BOM, ``.`` decimal, ISO dates, LF line ends; null is an empty cell.

    Floats have at most 10 significant digits. A text that a spreadsheet would run as a formula gets a leading
    apostrophe; a negative number in a column of numbers stays a number.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(guard_formulas(pa.array(table.column_names, pa.string())).to_pylist())
        for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
            writer.writerows(zip(*(_csv_cells(column) for column in batch.columns), strict=True))


def write_xlsx(tables: Mapping[str, pa.Table], path: Path) -> None:
    """Write each table as a sheet of one workbook: bold frozen header, fitted widths, nothing run as a formula.

    A table longer than a sheet ends with a row that says how many rows are missing and where they are; one without
    rows has a line that says why.
    """
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": MADE})
        header, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        taken: set[str] = set()
        for name, table in tables.items():
            sheet = book.add_worksheet(_sheet_name(name, taken))
            sheet.freeze_panes(1, 0)
            for number, (column, width) in enumerate(zip(table.column_names, _widths(table), strict=True)):
                sheet.write_string(0, number, column, header)
                sheet.set_column(number, number, width)
            _write_rows(sheet, name, table, date)


def write_latex(table: pa.Table, path: Path, caption: str, label: str) -> None:
    r"""Write a ``booktabs`` table of ``table`` with escaped text; floats with 4 significant digits.

    Args:
        table: a small table; LaTeX does not break it over pages.
        path: the ``.tex`` file, to be read with ``\input``.
        caption: plain text.
        label: of ASCII letters, digits and ``:._-``; anything else becomes ``-``.
    """
    spec = "".join("r" if _is_number(column.type) else "l" for column in table.columns)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in ":._-") else "-" for c in label)
    columns = [_latex_cells(column) for column in table.columns]
    body = [" & ".join(row) + r" \\" for row in zip(*columns, strict=True)]
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escape_latex(caption)}}}",
        rf"\label{{{safe}}}",
        rf"\begin{{tabular}}{{{spec}}}",
        r"\toprule",
        " & ".join(escape_latex(name) for name in table.column_names) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write the table as it is, compressed with zstd."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")


def escape_latex(text: str) -> str:
    """Text that TeX sets as it reads: special characters escaped, line breaks as spaces, Chinese as it is."""
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) != "Cc")
    return visible.translate(_LATEX)


def format_number(value: float, digits: int = 10) -> str:
    """The shortest decimal with at most ``digits`` significant digits; an exponent only beyond 1e-9 and 1e15."""
    if value != value:  # noqa: PLR0124 - not a number: no cell
        return ""
    if value in (0.0, float("inf"), float("-inf")):
        return "0" if value == 0.0 else str(value)
    if 1e-4 <= abs(value) < 10.0**digits or not 1e-9 <= abs(value) < 1e15:
        return f"{value:.{digits}g}"
    rounded = np.float64(f"{value:.{digits}g}")
    return str(np.format_float_positional(rounded, trim="-"))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _texts(column: pa.Array | pa.ChunkedArray) -> Sequence[str | None]:
    """The cells as text, before any escaping of the format."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_null(kind):
        return [None] * len(column)
    if pa.types.is_floating(kind):
        # Rates repeat (zeros, ones): format each distinct value once.
        values, codes = np.unique(column.cast(pa.float64()).to_numpy(zero_copy_only=False), return_inverse=True)
        texts = np.array([format_number(value) for value in values.tolist()], dtype=object)
        spread: list[str] = texts[codes].tolist() if len(values) else []
        return spread
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [None if row is None else " ; ".join(map(str, row)) for row in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        return [None if moment is None else moment.isoformat() for moment in column.to_pylist()]
    texts_of: list[str | None] = column.cast(pa.string()).to_pylist()
    return texts_of


def _csv_cells(column: pa.Array) -> Sequence[str | None]:
    texts = _texts(column)
    if _is_number(column.type):
        return texts
    cells: Sequence[str | None] = guard_formulas(pa.array(texts, pa.string())).to_pylist()
    return cells


def _latex_cells(column: pa.ChunkedArray) -> list[str]:
    if pa.types.is_floating(column.type):
        return ["" if value is None else format_number(value, 4) for value in column.to_pylist()]
    return [escape_latex(text or "") for text in _texts(column)]


def _sheet_name(name: str, taken: set[str]) -> str:
    r"""At most 31 characters, none of ``[]:*?/\``, and unlike the others whatever the case."""
    clean = "".join("_" if c in "[]:*?/\\" else c for c in name).strip("'")[:31] or "table"
    number, unique = 2, clean
    while unique.casefold() in taken:
        unique = f"{clean[:28]}_{number}"
        number += 1
    taken.add(unique.casefold())
    return unique


def _widths(table: pa.Table) -> list[int]:
    """Column widths in characters, from the header and the first rows; Han count double."""
    head = table.slice(0, 500)
    texts = [[name, *(text or "" for text in _texts(head[name].combine_chunks()))] for name in table.column_names]
    return [min(60, max(8, 2 + max(_display_width(text) for text in column))) for column in texts]


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:60])


def _write_rows(sheet: Any, name: str, table: pa.Table, date: object) -> None:
    room = SHEET_ROWS - 1
    shown = table if table.num_rows <= room else table.slice(0, room - 1)
    row = 0
    for batch in shown.to_batches(max_chunksize=_BATCH_ROWS):
        for cells in zip(*(_xlsx_cells(column) for column in batch.columns), strict=True):
            row += 1
            _write_row(sheet, row, cells, date)
    if shown.num_rows < table.num_rows:
        left, whole = table.num_rows - shown.num_rows, table.num_rows
        sheet.write_string(row + 1, 0, f"{left:,} more rows do not fit into a sheet; all {whole:,} are in {name}.csv")
    if not table.num_rows:
        sheet.write_string(1, 0, f"no rows: {NO_ROWS.get(name, 'nothing of this kind was found in the corpus')}")


def _xlsx_cells(column: pa.Array) -> Sequence[object]:
    if _is_number(column.type) or pa.types.is_date(column.type) or pa.types.is_boolean(column.type):
        values: Sequence[object] = column.to_pylist()
        return values
    return _texts(column)


def _write_row(sheet: Any, row: int, cells: Iterable[object], date: object) -> None:
    for number, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        if isinstance(cell, bool):
            sheet.write_boolean(row, number, cell)
        elif isinstance(cell, float) and not np.isfinite(cell):
            sheet.write_string(row, number, format_number(cell))
        elif isinstance(cell, (int, float)):
            sheet.write_number(row, number, cell)
        elif isinstance(cell, dt.date) and cell.year > 1900:  # Excel's calendar begins there
            sheet.write_datetime(row, number, cell, date)
        else:
            text = str(cell)
            cut = text if len(text) <= _CELL_CHARACTERS else f"{text[: _CELL_CHARACTERS - 1]}…"
            sheet.write_string(row, number, cut)
