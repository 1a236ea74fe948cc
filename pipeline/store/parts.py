"""What ingest made of one file, kept until the file or the readers change: documents, passages and rejects of a part.

A part is three Arrow streams one after the other in one file. It holds what the file itself says; what the study and
its sidecar say of it is laid over when the corpus is put together, so a corrected date reads no file again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.records import Reject

PART_DOCUMENTS = pa.schema(
    [
        ("key", pa.string()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("publisher", pa.string()),
        ("date", pa.string()),
        ("language", pa.string()),
        ("city", pa.string()),
        ("url", pa.string()),
        ("more", pa.map_(pa.string(), pa.string())),
        ("media_type", pa.string()),
        ("sha256", pa.string()),
        ("pages", pa.int32()),
        ("reader", pa.string()),
        ("flags", pa.list_(pa.string())),
        ("repairs", pa.map_(pa.string(), pa.int64())),
        ("letters", pa.int32()),  # these four are what copies are found by
        ("digest", pa.uint64()),
        ("shingles", pa.int32()),
        ("minhash", pa.binary(512)),
    ]
)
"""``key`` names the document in its source; dates and languages as they are written there."""

SIGNATURE = ("letters", "digest", "shingles", "minhash")
"""Columns of documents: how many letters count, their hash, how many shingles they make, their MinHash."""

PART_PASSAGES = pa.schema(
    [
        ("document", pa.int32()),  # row of the part's documents
        ("ordinal", pa.int32()),
        ("page", pa.int32()),
        ("kind", pa.string()),
        ("language", pa.string()),  # as found; not yet what the study says
        ("text", pa.string()),
    ]
)

PART_REJECTS = pa.schema([("item", pa.string()), ("reason", pa.string()), ("detail", pa.string())])


@dataclass(frozen=True, slots=True)
class Part:
    """Documents, passages and rejects of one file, or of some rows of one table."""

    documents: pa.Table
    passages: pa.Table
    rejects: pa.Table


def make_part(
    documents: Sequence[dict[str, Any]] | dict[str, list[Any]],
    passages: Mapping[str, Any],
    rejects: Sequence[Reject],
) -> Part:
    """A part of documents, as rows or as columns, and passages as columns; columns of documents may be left out."""
    if isinstance(documents, dict):
        number = len(documents["key"])
        table = pa.Table.from_pydict(dict.fromkeys(PART_DOCUMENTS.names, [None] * number) | documents, PART_DOCUMENTS)
    else:
        table = pa.Table.from_pylist(list(documents), PART_DOCUMENTS)
    lost = [{"item": reject.item, "reason": reject.reason, "detail": reject.detail} for reject in rejects]
    return Part(
        table,
        pa.Table.from_pydict(passages, PART_PASSAGES) if passages else PART_PASSAGES.empty_table(),
        pa.Table.from_pylist(lost, PART_REJECTS),
    )


def write_part(path: Path, part: Part) -> None:
    """Write a part; it appears whole or not at all."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}.draft")  # a worker that was given up may write it too
    with pa.OSFile(str(draft), "wb") as sink:
        for table in (part.documents, part.passages, part.rejects):
            with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
                writer.write_table(table)
    draft.replace(path)


def read_part(path: Path) -> Part:
    """Read a part.

    Raises:
        InputError: the part is damaged; it was removed, and the next run makes it again.
    """
    return Part(*_read_tables(path, 3))


def read_part_documents(path: Path) -> pa.Table:
    """The documents of a part alone.

    Raises:
        InputError: as `read_part`.
    """
    return _read_tables(path, 1)[0]


def _read_tables(path: Path, number: int) -> list[pa.Table]:
    tables = []
    try:
        with pa.memory_map(str(path)) as source:
            for _ in range(number):
                with pa.ipc.open_stream(source) as stream:
                    tables.append(stream.read_all())
    except pa.ArrowInvalid as problem:
        path.unlink()
        raise InputError(
            f"{path}: what was kept of a file read before is damaged ({problem}); it was removed, run the command again"
        ) from problem
    return tables
