"""Rows of Excel workbooks and of separated text (CSV, TSV) as text cells."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from pipeline.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BROKEN_BOOK = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(KeyError, ValueError, TypeError, IndexError, SyntaxError),
)
"""What openpyxl raises for files that are none of its own; its XML parser's errors are SyntaxErrors."""

Numbered = tuple[int, "list[str] | str"]
"""The number of a row as a spreadsheet shows it, and its cells; a sentence where the row cannot be read."""


def book_rows(file: IO[bytes], path: Path) -> list[Numbered]:
    """The rows of a workbook's first sheet without the blank ones, cells as text; dates in ISO.

    Raises:
        StudyError: the file is no XLSX workbook; ``path`` is its name in the message.
    """
    import openpyxl

    try:
        with warnings.catch_warnings():  # of styles and validations that other programs wrote; we read values only
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            rows = [[_cell(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except _BROKEN_BOOK as problem:
        raise StudyError(
            f"{path}: this is no XLSX workbook, or it is locked ({problem}); save it as XLSX or as CSV in UTF-8"
        ) from None
    return [(number, row) for number, row in enumerate(rows, start=1) if any(row)]


def separated_rows(text: str, delimiter: str | None = None) -> Iterator[Numbered]:
    """The rows of CSV text without the blank ones; the delimiter is found in the first line where it is not given.

    A quotation mark that is opened and not closed would swallow the rows behind it: it makes a row that cannot be read.
    """
    first = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0]
    csv.field_size_limit(max(len(text), 1 << 17))
    delimiter = delimiter or max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield number, _say_quotes(str(problem))
            continue
        if any(cell.strip() for cell in row):
            yield number, row


def _say_quotes(problem: str) -> str:
    if problem == "unexpected end of data":
        return 'a quotation mark is opened here and never closed; inside a cell in quotes write "" for "'
    return f'{problem}; inside a cell in quotes write "" for "'


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
