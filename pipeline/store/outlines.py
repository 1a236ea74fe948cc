"""Outlines: what a corpus holds of each document beside its text, in one Arrow file read by memory map.

An outline is a row of ``documents.parquet`` with what its passages are cut into row groups by, and what its copies are
found by. While a corpus is written its documents lie here and not in memory; the next build takes from here what it
would make again of an unchanged file.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records import DOCUMENTS
from pipeline.store.parts import PART_DOCUMENTS, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

OUTLINES = pa.schema(
    [
        *(field.with_nullable(True) for field in DOCUMENTS),
        ("more", pa.map_(pa.string(), pa.string())),
        *(PART_DOCUMENTS.field(name) for name in SIGNATURE),
        ("content", pa.binary(16)),
        ("lengths", pa.list_(pa.int32())),
    ]
)
"""``more`` holds the further columns, `SIGNATURE` is null where copies are not sought; ``content`` is a digest of the
passages, ``lengths`` the characters of each."""
_AT_ONCE = 4096


def outline(documents: pa.Table, passages: pa.Table) -> pa.Table:
    """The outlines of some documents.

    Args:
        documents: The columns of `DOCUMENTS`, any of `SIGNATURE`, and any further ones, which are text.
        passages: Their passages in order, without the column ``passage``.
    """
    number = documents.num_rows
    names = documents["doc_id"].combine_chunks()
    owner = pc.index_in(passages["doc_id"], value_set=names).to_numpy()
    bounds = np.searchsorted(owner, np.arange(number + 1))
    lengths = pc.utf8_length(passages["text"]).cast(pa.int32()).combine_chunks()
    further = sorted(set(documents.column_names) - set(DOCUMENTS.names) - set(SIGNATURE))
    more = [
        [(name, value) for name, value in zip(further, values, strict=True) if value is not None]
        for values in zip(*(documents[name].to_pylist() for name in further), strict=True)
    ]
    columns = {
        **{name: documents[name] for name in documents.column_names if name not in further},
        "more": pa.array(more or [[]] * number, OUTLINES.field("more").type),
        "content": pa.array(_content(passages, bounds), OUTLINES.field("content").type),
        "lengths": pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), lengths),
    }
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(number, field.type)
        for field in OUTLINES
    ]
    return pa.Table.from_arrays(arrays, schema=OUTLINES)


def _content(passages: pa.Table, bounds: NDArray[np.int64]) -> list[bytes]:
    """A digest of each document's passages, whatever they are called or numbered."""
    text = _whole(passages["text"], pa.large_string())
    places = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1].tolist()
    data = memoryview(text.buffers()[2] or b"")
    shape = np.column_stack(
        [
            np.diff(places),
            passages["ordinal"].to_numpy(),
            passages["page"].fill_null(-1).to_numpy(),
            *(_codes(passages[name]) for name in ("kind", "language")),
        ]
    ).astype("<i8")
    shapes = memoryview(shape.tobytes())
    width = shape.itemsize * shape.shape[1]
    digests = []
    for first, last in itertools.pairwise(bounds.tolist()):
        digest = hashlib.blake2b(shapes[width * first : width * last], digest_size=16)
        digest.update(data[places[first] : places[last]])
        digests.append(digest.digest())
    return digests


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each word of a column of few words, the same for the same word everywhere."""
    words = _whole(column, pa.string()).dictionary_encode()
    codes = np.array([zlib.crc32(word.encode()) for word in words.dictionary.to_pylist()], np.int64)
    found: NDArray[np.int64] = codes[words.indices.to_numpy()]
    return found


def _whole(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    whole = column.cast(kind).combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


class OutlineWriter:
    """Writes outlines in the order in which they come."""

    def __init__(self, path: Path) -> None:
        """Begin the file."""
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._sink, OUTLINES)
        self._waiting: list[pa.Table] = []

    def add(self, outlines: pa.Table) -> None:
        """Take some more."""
        self._waiting.append(outlines)
        if sum(table.num_rows for table in self._waiting) >= _AT_ONCE:
            self._flush()

    def close(self) -> None:
        """End the file."""
        if not self._sink.closed:
            self._flush()
            self._writer.close()
            self._sink.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.concat_tables([OUTLINES.empty_table(), *self._waiting]).combine_chunks())
        self._waiting = []


def read_outlines(path: Path) -> pa.Table:
    """Outlines, memory-mapped.

    Raises:
        FileNotFoundError: there are none.
        pa.ArrowInvalid: the file is damaged.
    """
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def as_documents(outlines: pa.Table, further: Sequence[str]) -> pa.Table:
    """Rows of ``documents.parquet`` with some further columns."""
    table = outlines.select(DOCUMENTS.names).cast(DOCUMENTS)
    for name in further:
        table = table.append_column(name, pc.map_lookup(outlines["more"], pa.scalar(name), "first"))
    return table
