"""Source ``table``: each row of a CSV, TSV, XLSX, JSON lines or Parquet file (also gzipped) is a document."""

from __future__ import annotations

import hashlib
import pickle
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import __version__
from pipeline.errors import StudyError
from pipeline.executor import map_in_order
from pipeline.ingest.readers.text import clean_each, paragraphs_of_each
from pipeline.ingest.shingles import signatures
from pipeline.ingest.sources import table_rows
from pipeline.ingest.sources.language_names import language_code
from pipeline.ingest.sources.table_rows import MEDIA_TYPES, SUFFIXES, read_rows, suffix_of
from pipeline.languages.identify import identify_in_documents, may_contradict
from pipeline.languages.mixed import cut_mixed
from pipeline.records import Reject
from pipeline.store.parts import PART_PASSAGES, Part, make_part, read_part, write_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from pipeline.ingest.sources.table_rows import Row
    from pipeline.settings import Source

CHUNK_CHARACTERS = 3_000_000
"""A task for a worker is about as much text."""

_FIELDS = ("title", "author", "publisher", "date", "language", "city", "url")


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
    suffix = suffix_of(path)
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

    for row in read_rows(path, columns):
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
    rows = _read_rows(chunk)
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
    passages, rows_of = cut_mixed(passages)
    document = np.repeat(np.arange(number), np.array(sizes, np.int64))[rows_of]
    lengths = np.bincount(document, minlength=number)
    columns = {
        "document": document,
        "ordinal": np.arange(len(passages)) - np.repeat(np.cumsum(lengths) - lengths, lengths),
        "page": pa.nulls(len(passages), pa.int32()),
        "kind": pa.repeat(pa.scalar("body"), len(passages)),
        "language": _found_languages(chunk, passages, document.tolist(), documents["language"]),
        "text": passages,
    }
    part = make_part({**documents, **signatures(passages, np.cumsum(lengths))}, columns, rejects)
    write_part(chunk.target, _join(read_part(chunk.begun), part) if chunk.begun else part)
    return chunk.target


def _read_rows(chunk: Chunk) -> list[tuple[int, dict[str, str] | Reject]]:
    """Of each row its number and the cells by what the study calls them, as text, cleaned but for the document's."""
    rows = [(number, _cells(number, written, chunk.columns)) for number, written in chunk.rows]
    readable = [cells for _, cells in rows if not isinstance(cells, Reject)]
    for name in chunk.columns:
        if name != "text":
            for cells, cell in zip(readable, clean_each([cells[name] for cells in readable]), strict=True):
                cells[name] = cell
    if "id" not in chunk.columns:
        return rows
    empty = f"the column {chunk.columns['id']!r} is empty"
    return [
        (number, cells)
        if isinstance(cells, Reject) or cells["id"]
        else (number, Reject("", f"row {number}", "corpus", "bad_row", empty))
        for number, cells in rows
    ]


def _cells(
    number: int, written: Mapping[str, Any] | Reject | bytes, columns: Mapping[str, str]
) -> dict[str, str] | Reject:
    """The cells of a row as text."""
    row = table_rows.json_row(written, number) if isinstance(written, bytes) else written
    if isinstance(row, Reject):
        return row
    try:
        return {name: _text(row.get(column)) for name, column in columns.items()}
    except RecursionError:
        return Reject("", f"row {number}", "corpus", "bad_row", "lists inside lists, too many to write them as text")


def _join(begun: Part, part: Part) -> Part:
    """Two parts as one: as if their rows had been read at once."""
    place = pc.add(part.passages["document"], pa.scalar(begun.documents.num_rows, pa.int32()))
    further = part.passages.set_column(0, PART_PASSAGES.field(0), place)
    pairs = ((begun.documents, part.documents), (begun.passages, further), (begun.rejects, part.rejects))
    return Part(*(pa.concat_tables(pair).combine_chunks() for pair in pairs))


def _found_languages(
    chunk: Chunk, texts: Sequence[str], document: Sequence[int], stated: Sequence[str | None]
) -> list[str | None]:
    """The language of each text; None where that of its document is stated and the text too short to contradict."""
    said = [language_code(language) for language in stated]
    needed = [] if chunk.identified else may_contradict(texts, [said[of] for of in document])
    found = identify_in_documents([texts[i] for i in needed], [document[i] for i in needed])
    languages = dict(zip(needed, found, strict=True))
    return [languages.get(i) for i in range(len(texts))]


def _text(value: object) -> str:
    if isinstance(value, str):  # as most are
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, list):
        return " ; ".join(map(_text, value))
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value).strip()
