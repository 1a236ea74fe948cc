"""Source ``table``: each row of a CSV, TSV, XLSX, JSON lines or Parquet file (also gzipped) is a document."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.errors import StudyError, Unreadable, known_names
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers.text import clean, paragraphs
from pipeline.ingest.shingles import sign
from pipeline.ingest.sources.sheets import book_rows, separated_rows
from pipeline.languages.identify import identify
from pipeline.records import Reject
from pipeline.store.parts import make_part, write_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipeline.ingest.sources.sheets import Numbered
    from pipeline.study import Source

CHUNK_CHARACTERS = 3_000_000
"""A task for a worker is about as much text."""

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
}
SUFFIXES = tuple(MEDIA_TYPES)
_FIELDS = ("title", "author", "publisher", "date", "language", "city", "url")
SPEAKS_FOR_ITSELF = 100
"""A passage of so many characters has the language that is found in it, whatever is stated of its document."""
_LOOK_AHEAD = 100
"""The text's column must stand in one of the first so many rows; JSON lines may have another one later."""

Row = tuple[int, "Mapping[str, Any] | Reject"]
"""The number of a row (of a line in JSON lines, of a spreadsheet's row with the header as the first), and its cells by
name; a reject where the row could not be read."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table, for one worker: what it needs to make a part of them."""

    target: Path
    rows: Sequence[Row]
    columns: Mapping[str, str]
    media_type: str
    identified: bool
    """Whether the study says the language of all rows."""


def read_chunks(path: Path, source: Source, target: Callable[[int], Path]) -> Iterator[Chunk]:
    """A table's rows in chunks; part *n* will be written to ``target(n)``.

    Raises:
        StudyError: no reader for such a table, it cannot be read, or a column that the study names is not in it.
    """
    columns = source.columns or {}
    suffix = _suffix(path)
    if suffix not in MEDIA_TYPES:
        raise StudyError(f"{path}: a table ends in {', '.join(SUFFIXES)} (also with .gz), not in {suffix or 'nothing'}")
    rows = _check_columns(_READERS[suffix](path), path, columns)
    waiting: list[Row] = []
    size = number = 0
    for row in rows:
        waiting.append(row)
        if not isinstance(row[1], Reject):
            size += len(str(row[1].get(columns["text"]) or ""))
        if size >= CHUNK_CHARACTERS:
            yield Chunk(target(number), waiting, columns, MEDIA_TYPES[suffix], source.language is not None)
            waiting, size, number = [], 0, number + 1
    yield Chunk(target(number), waiting, columns, MEDIA_TYPES[suffix], source.language is not None)


def read_into_part(chunk: Chunk) -> Path:
    """Make a part of a chunk's rows; rows that cannot be used become rejects in it."""
    documents: list[dict[str, object]] = []
    rejects: list[Reject] = []
    passages: dict[str, list[Any]] = {name: [] for name in ("document", "ordinal", "page", "kind", "language", "text")}
    more = [name for name in chunk.columns if name not in (*_FIELDS, "id", "text")]
    for number, row in chunk.rows:
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        cells = {name: _text(row.get(column)) for name, column in chunk.columns.items()}
        cells = {name: cell if name == "text" else clean(cell) for name, cell in cells.items()}
        key = cells.get("id") or str(number)
        if "id" in chunk.columns and not cells["id"]:
            rejects.append(
                Reject("", f"row {number}", "corpus", "bad_row", f"the column {chunk.columns['id']!r} is empty")
            )
            continue
        texts = paragraphs(cells["text"])
        if not texts:
            rejects.append(Reject("", key, "corpus", "no_text", f"row {number}"))
            continue
        passages["document"] += [len(documents)] * len(texts)
        passages["ordinal"] += range(len(texts))
        passages["text"] += texts
        documents.append(
            {
                "key": key,
                **{field: cells.get(field) or None for field in _FIELDS},
                "more": [(name, cells[name]) for name in more if cells[name]],
                "media_type": chunk.media_type,
                "sha256": hashlib.sha256(cells["text"].encode("utf-8", "surrogatepass")).hexdigest(),
                "pages": None,
                "reader": f"zwiesprache {__version__}",
                "flags": [],
                "repairs": [],
            }
        )
    stated = [bool(document["language"]) for document in documents]
    passages["language"] = _found_languages(chunk, passages["text"], [stated[i] for i in passages["document"]])
    passages["page"] = [None] * len(passages["text"])
    passages["kind"] = ["body"] * len(passages["text"])
    write_part(chunk.target, sign(make_part(documents, passages, rejects)))
    return chunk.target


def _found_languages(chunk: Chunk, texts: Sequence[str], stated: Sequence[bool]) -> list[str | None]:
    """The language of each text; None where it is stated and the text too short to contradict."""
    needed = [not chunk.identified and not (known and len(text) < SPEAKS_FOR_ITSELF)
              for text, known in zip(texts, stated, strict=True)]  # fmt: skip
    found = iter(identify([text for text, need in zip(texts, needed, strict=True) if need]))
    return [next(found) if need else None for need in needed]


def _check_columns(rows: Iterator[Row], path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    """Hand rows on; say which column that the study names is in none of them."""
    names: dict[str, None] = {}
    seen = 0
    for row in rows:
        if not isinstance(row[1], Reject):
            seen += 1
            names |= dict.fromkeys(row[1])
        if seen == _LOOK_AHEAD:
            _check_names(path, {"text": columns["text"]} if _suffix(path) == ".jsonl" else columns, names)
        yield row
    if not seen:
        raise StudyError(f"{path}: this table has no row that can be read")
    _check_names(path, columns, names)


def _check_names(path: Path, columns: Mapping[str, str], names: Mapping[str, None]) -> None:
    for name, column in columns.items():
        if column not in names:
            raise StudyError(
                f"{path}: columns: {name} = {column!r}: there is no such column; {known_names(column, names)}"
            )


def _suffix(path: Path) -> str:
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
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _json_row(line, number)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise StudyError(f"{path}: the gzip file is damaged or cut off after line {number} ({problem})") from None


def _json_row(line: bytes, number: int) -> Mapping[str, Any] | Reject:
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
    import pyarrow as pa
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


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ; ".join(map(_text, value))
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value).strip()


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": _csv_rows,
    ".tsv": _tsv_rows,
    ".xlsx": _xlsx_rows,
    ".jsonl": _jsonl_rows,
    ".parquet": _parquet_rows,
}
