"""Source ``table``: each row of a CSV, TSV, XLSX, JSON lines or Parquet file (also gzipped) is a document."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import pickle
import zlib
from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import __version__
from pipeline.errors import StudyError, Unreadable, known_names
from pipeline.executor import map_in_order
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers.text import clean, paragraphs_of_each
from pipeline.ingest.shingles import signatures
from pipeline.ingest.sources.language_names import language_code
from pipeline.ingest.sources.sheets import book_rows, separated_rows
from pipeline.languages.identify import identify
from pipeline.records import Reject
from pipeline.store.parts import PART_PASSAGES, Part, make_part, read_part, write_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from pipeline.ingest.sources.sheets import Numbered
    from pipeline.settings import Source

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
_READ_AHEAD = 1 << 16
"""Bytes of a gzipped table, whose lines Python's gzip would find more slowly."""
_LOOK_AHEAD = 100
"""The text's column must stand in one of the first so many rows; JSON lines may have another one later."""

Row = tuple[int, "Mapping[str, Any] | Reject | bytes"]
"""The number of a row (of a line in JSON lines, of a spreadsheet's row with the header as the first), and its cells by
name; a reject where the row could not be read; of JSON lines the line, which the worker parses."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table, for one worker: what it needs to make a part of them."""

    target: Path
    rows: Sequence[Row]
    columns: Mapping[str, str]
    media_type: str
    identified: bool
    """Whether the study says the language of all rows."""
    begun: Path | None = None
    """A part of the rows before these, which the part begins with."""


def read_chunks(path: Path, source: Source, key: str, parts: Path) -> Iterator[Chunk]:
    """A table's rows in chunks. A chunk's part is named by what the rows say, so a table that grew keeps its old parts.

    Of a chunk that grew, which is a table's last one, the new rows alone are read.

    Args:
        path: The table.
        source: What the study says of it.
        key: What else a part depends on.
        parts: The folder of parts. A chunk whose part is there comes without its rows.

    Raises:
        StudyError: no reader for such a table, it cannot be read, or a column that the study names is not in it.
    """
    columns = source.columns or {}
    suffix = _suffix(path)
    if suffix not in MEDIA_TYPES:
        raise StudyError(f"{path}: a table ends in {', '.join(SUFFIXES)} (also with .gz), not in {suffix or 'nothing'}")
    known = {part.name for part in parts.glob("*.arrow")}
    waiting: list[Row] = []
    size, digest = 0, hashlib.blake2b(key.encode(), digest_size=16)
    begun, before = "", 0

    def chunk() -> Chunk:
        target = parts / f"{digest.hexdigest()}.arrow"
        rows = () if target.exists() else waiting[before:]
        first = parts / begun if begun else None
        return Chunk(target, rows, columns, MEDIA_TYPES[suffix], source.language is not None, first)

    for row in _check_columns(_READERS[suffix](path), path, columns):
        if known and (name := f"{digest.hexdigest()}.arrow") in known:
            begun, before = name, len(waiting)
        waiting.append(row)
        _hash_row(digest, row)
        size += _size(row, columns["text"])
        if size >= CHUNK_CHARACTERS:
            yield chunk()
            waiting, size, digest = [], 0, hashlib.blake2b(key.encode(), digest_size=16)
            begun, before = "", 0
    yield chunk()


def _size(row: Row, text: str) -> int:
    """The characters of a row's text, about."""
    if isinstance(row[1], bytes):
        return len(row[1]) // 2
    return 0 if isinstance(row[1], Reject) else len(str(row[1].get(text) or ""))


def _hash_row(digest: hashlib.blake2b, row: Row) -> None:
    said = row[1] if isinstance(row[1], bytes) else repr(row[1]).encode("utf-8", "surrogatepass")
    digest.update(b"%d %d " % (row[0], len(said)))
    digest.update(said)


def read_parts(executor: Executor, chunks: Iterator[Chunk], *, elsewhere: bool) -> Iterator[Path]:
    """Make a part of each chunk, in order.

    Args:
        executor: Who makes them.
        chunks: The rows.
        elsewhere: Whether the workers are other machines'. Rows go to these in files: the scheduler of a cluster would
            have to hold all that is under way.
    """
    there: deque[Path | None] = deque()
    missing = _missing(chunks, there)
    if elsewhere:
        made = map_in_order(executor, _read_written, map(_write_chunk, missing), under_way=4)
    else:
        made = map_in_order(executor, read_into_part, missing, under_way=4)
    for done in made:
        while (known := there.popleft()) is not None:
            yield known
        yield done
        if elsewhere:
            _written(done).unlink(missing_ok=True)
    yield from filter(None, there)


def _missing(chunks: Iterator[Chunk], there: deque[Path | None]) -> Iterator[Chunk]:
    """The chunks that have no part yet; of every chunk its part is put to what is there, None where it has none."""
    for chunk in chunks:
        there.append(chunk.target if chunk.target.exists() else None)
        if there[-1] is None:
            yield chunk


def _write_chunk(chunk: Chunk) -> Path:
    _written(chunk.target).write_bytes(pickle.dumps(chunk))
    return _written(chunk.target)


def _read_written(path: Path) -> Path:
    return read_into_part(pickle.loads(path.read_bytes()))  # noqa: S301 - written by `_write_chunk` in this run


def _written(target: Path) -> Path:
    return target.with_suffix(".rows.draft")


def read_into_part(chunk: Chunk) -> Path:
    """Make a part of a chunk's rows, if it is not there; rows that cannot be used become rejects in it."""
    if chunk.target.exists():
        return chunk.target
    documents: dict[str, list[Any]] = {name: [] for name in ("key", *_FIELDS, "more", "sha256")}
    rejects: list[Reject] = []
    passages: list[str] = []
    sizes: list[int] = []
    more = [name for name in chunk.columns if name not in (*_FIELDS, "id", "text")]
    rows = [(number, _read_row(number, written, chunk.columns)) for number, written in chunk.rows]
    found = paragraphs_of_each([cells["text"] for _, cells in rows if not isinstance(cells, Reject)])
    for number, cells in rows:
        if isinstance(cells, Reject):
            rejects.append(cells)
            continue
        key = cells.get("id") or str(number)
        texts = next(found)
        if not texts:
            rejects.append(Reject("", key, "corpus", "no_text", f"row {number}"))
            continue
        sizes.append(len(texts))
        passages += texts
        for field in _FIELDS:
            documents[field].append(cells.get(field) or None)
        documents["key"].append(key)
        documents["more"].append([(name, cells[name]) for name in more if cells[name]])
        documents["sha256"].append(hashlib.sha256(cells["text"].encode("utf-8", "surrogatepass")).hexdigest())
    number = len(documents["key"])
    documents["media_type"] = [chunk.media_type] * number
    documents["reader"] = [f"zwiesprache {__version__}"] * number
    documents["flags"] = documents["repairs"] = [[]] * number
    lengths = np.array(sizes, np.int64)
    document = np.repeat(np.arange(number), lengths)
    stated = np.array([language_code(language) is not None for language in documents["language"]], np.bool_)
    columns = {
        "document": document,
        "ordinal": np.arange(len(passages)) - np.repeat(np.cumsum(lengths) - lengths, lengths),
        "page": pa.nulls(len(passages), pa.int32()),
        "kind": pa.repeat(pa.scalar("body"), len(passages)),
        "language": _found_languages(chunk, passages, stated[document].tolist()),
        "text": passages,
    }
    part = make_part({**documents, **signatures(passages, np.cumsum(lengths))}, columns, rejects)
    write_part(chunk.target, _join(read_part(chunk.begun), part) if chunk.begun else part)
    return chunk.target


def _read_row(
    number: int, written: Mapping[str, Any] | Reject | bytes, columns: Mapping[str, str]
) -> dict[str, str] | Reject:
    """The cells of a row by what the study calls them, as text, cleaned but for the document's text."""
    row = _json_row(written, number) if isinstance(written, bytes) else written
    if isinstance(row, Reject):
        return row
    cells = {name: _text(row.get(column)) for name, column in columns.items()}
    cells = {name: clean(cell) if cell and name != "text" else cell for name, cell in cells.items()}
    if "id" in columns and not cells["id"]:
        return Reject("", f"row {number}", "corpus", "bad_row", f"the column {columns['id']!r} is empty")
    return cells


def _join(begun: Part, part: Part) -> Part:
    """Two parts as one: as if their rows had been read at once."""
    place = pc.add(part.passages["document"], pa.scalar(begun.documents.num_rows, pa.int32()))
    further = part.passages.set_column(0, PART_PASSAGES.field(0), place)
    pairs = ((begun.documents, part.documents), (begun.passages, further), (begun.rejects, part.rejects))
    return Part(*(pa.concat_tables(pair).combine_chunks() for pair in pairs))


def _found_languages(chunk: Chunk, texts: Sequence[str], stated: Sequence[bool]) -> list[str | None]:
    """The language of each text; None where it is stated and the text too short to contradict."""
    needed = [not chunk.identified and not (known and len(text) < SPEAKS_FOR_ITSELF)
              for text, known in zip(texts, stated, strict=True)]  # fmt: skip
    found = iter(identify([text for text, need in zip(texts, needed, strict=True) if need]))
    return [next(found) if need else None for need in needed]


def check_columns(path: Path, columns: Mapping[str, str]) -> None:
    """Look whether a table has the columns that the study names, in its first rows.

    Raises:
        StudyError: it has not, or it cannot be read.
    """
    if (suffix := _suffix(path)) in MEDIA_TYPES:
        deque(islice(_check_columns(_READERS[suffix](path), path, columns), _LOOK_AHEAD), 0)


def _check_columns(rows: Iterator[Row], path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    """Hand rows on; say which column that the study names is in none of them. Once all were seen, nothing is parsed."""
    names: dict[str, None] = {}
    seen = 0
    for number, row in rows:
        if not seen or not names.keys() >= set(columns.values()):
            cells = _json_row(row, number) if isinstance(row, bytes) else row
            if not isinstance(cells, Reject):
                seen += 1
                names |= dict.fromkeys(cells)
            if seen == _LOOK_AHEAD:
                _check_names(path, {"text": columns["text"]} if _suffix(path) == ".jsonl" else columns, names)
        yield number, row
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
    packed = path.suffix.lower() == ".gz"
    with io.BufferedReader(gzip.open(path), _READ_AHEAD) if packed else path.open("rb") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
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
