"""The rows of a table by the names of its columns, in each format that a table may have."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import StudyError, Unreadable, known_names
from pipeline.ingest.encodings import decode
from pipeline.ingest.sources.sheets import book_rows, separated_rows
from pipeline.records import Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pipeline.ingest.sources.sheets import Numbered

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
}
SUFFIXES = tuple(MEDIA_TYPES)
_READ_AHEAD = 1 << 16
"""Bytes of a gzipped table, whose lines Python's gzip would find more slowly."""
_LOOK_AHEAD = 100
"""The text's column must stand in one of the first so many rows; JSON lines may have another one later."""

Row = tuple[int, "Mapping[str, Any] | Reject | bytes"]
"""The number of a row (of a line in JSON lines, of a spreadsheet's row with the header as the first), and its cells by
name; a reject where the row could not be read; of JSON lines the line, which the worker parses."""


def first_rows(path: Path, columns: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """A table's first rows that can be read; none of a file that is no table.

    Raises:
        StudyError: it has not the columns that the study names, or it cannot be read.
    """
    if suffix_of(path) not in MEDIA_TYPES:
        return []
    some = islice(read_rows(path, columns), _LOOK_AHEAD)
    rows = [json_row(row, number) if isinstance(row, bytes) else row for number, row in some]
    return [row for row in rows if not isinstance(row, Reject)]


def read_rows(path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a table.

    Says which column that the study names is in none of them. Once all were seen, nothing is parsed.
    """
    names: dict[str, None] = {}
    seen, why = 0, ""
    for number, row in _READERS[suffix_of(path)](path):
        if not seen or not names.keys() >= set(columns.values()):
            cells = json_row(row, number) if isinstance(row, bytes) else row
            if isinstance(cells, Reject):
                why = why or f"; {cells.item}: {cells.detail}"
            else:
                seen += 1
                names |= dict.fromkeys(cells)
            if seen == _LOOK_AHEAD:
                _check_names(path, {"text": columns["text"]} if suffix_of(path) == ".jsonl" else columns, names)
        yield number, row
    if not seen:
        raise StudyError(f"{path}: this table has no row that can be read{why}")
    _check_names(path, columns, names)


def _check_names(path: Path, columns: Mapping[str, str], names: Mapping[str, None]) -> None:
    for name, column in columns.items():
        if column not in names:
            raise StudyError(
                f"{path}: columns: {name} = {column!r}: there is no such column; {known_names(column, names)}"
            )


def suffix_of(path: Path) -> str:
    """How a table's name ends, but for ``.gz``."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _read_bytes(path: Path) -> bytes:
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        return gzip.decompress(path.read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise StudyError(f"{path}: the gzip file is damaged or cut off ({problem})") from None


def _jsonl_rows(path: Path) -> Iterator[Row]:
    number = 0
    packed = path.suffix.lower() == ".gz"
    with io.BufferedReader(gzip.open(path), _READ_AHEAD) if packed else path.open("rb") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise StudyError(f"{path}: the gzip file is damaged or cut off after line {number} ({problem})") from None


def json_row(line: bytes, number: int) -> Mapping[str, Any] | Reject:
    """The cells of a line of JSON lines by name."""
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as problem:
        return Reject("", f"row {number}", "corpus", "encoding", f"byte {problem.start} of the line is not UTF-8")
    except (ValueError, RecursionError) as problem:
        return Reject("", f"row {number}", "corpus", "bad_row", f"no JSON: {problem}"[:200])
    if not isinstance(row, dict):
        return Reject("", f"row {number}", "corpus", "bad_row", "a row is a JSON object: {…}")
    return row


def _separated_rows(path: Path, delimiter: str | None) -> Iterator[Row]:
    try:
        text, _ = decode(_read_bytes(path))
    except Unreadable as problem:
        raise StudyError(f"{path}: the table cannot be read ({problem}); save it as CSV in UTF-8") from None
    yield from _named(separated_rows(text, delimiter), path)


def _named(rows: Iterable[Numbered], path: Path) -> Iterator[Row]:
    """Rows of cells as rows by name, after the first, which holds the names."""
    rows = iter(rows)
    _, header = next(rows, (1, []))
    if isinstance(header, str):
        raise StudyError(f"{path}: row 1, the names of the columns: {header}")
    header = [name.strip() for name in header]
    for number, row in rows:
        if isinstance(row, str):
            yield number, Reject("", f"row {number}", "corpus", "bad_row", row)
        elif any(row[len(header) :]):
            detail = f"{len(row)} cells under {len(header)} columns; is a cell with a comma not in quotes?"
            yield number, Reject("", f"row {number}", "corpus", "bad_row", detail)
        else:
            yield number, dict.fromkeys(header, "") | dict(zip(header, row, strict=False))


def _csv_rows(path: Path) -> Iterator[Row]:
    return _separated_rows(path, None)


def _tsv_rows(path: Path) -> Iterator[Row]:
    return _separated_rows(path, "\t")


def _xlsx_rows(path: Path) -> Iterator[Row]:
    return _named(book_rows(io.BytesIO(_read_bytes(path)), path), path)


def _parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    number = 0
    try:
        file = pq.ParquetFile(pa.BufferReader(_read_bytes(path)) if path.suffix.lower() == ".gz" else path)
        for batch in file.iter_batches(batch_size=1000):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (pa.ArrowException, OSError) as problem:
        said = " ".join(str(problem).split())
        raise StudyError(f"{path}: this is no Parquet file, or it is damaged after row {number} ({said})") from None


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": _csv_rows,
    ".tsv": _tsv_rows,
    ".xlsx": _xlsx_rows,
    ".jsonl": _jsonl_rows,
    ".parquet": _parquet_rows,
}
