"""Rows of Excel workbooks as text."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import IO, TYPE_CHECKING

from pipeline.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sheet_rows(file: IO[bytes], path: Path) -> Iterator[list[str]]:
    """The rows of a workbook's first sheet, cells as text; dates in ISO.

    Raises:
        StudyError: the file is no XLSX workbook; ``path`` is its name in the message.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(cell) for cell in row]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as problem:
        raise StudyError(f"{path}: this is no XLSX workbook ({problem}); save it as XLSX or as CSV in UTF-8") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
