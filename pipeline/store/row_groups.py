"""Row groups of Parquet files as bytes: written one after the other without being decoded.

A corpus that grew by one document has the same row groups as before but for one or two; their bytes are copied, which
takes a twentieth of decoding and encoding them. No library for Python does this (arrow issue 42896; in Rust it is
``SerializedRowGroupWriter::append_column``), so the footer is read and written here: a Parquet file is the bytes of its
column chunks and, behind them, a structure of Thrift's compact protocol that says where each of them begins
(parquet-format, ``parquet.thrift``; thrift, ``thrift-compact-protocol.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Struct = dict[int, tuple[int, Any]]
    """Fields by number: the type of each, and its value; a list is the type of its members, and these."""

_MAGIC = b"PAR1"
_TRUE, _FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 6, 7, 8, 9, 10, 12
_ROWS, _GROUPS, _PAIRS = 3, 4, 5
"""Fields of a file."""
_COLUMNS, _SIZE, _GROUP_ROWS, _GROUP_OFFSET, _COMPRESSED, _ORDINAL = 1, 2, 3, 5, 6, 7
"""Fields of a row group; its number, of 16 bits and optional, is left out."""
_META, _CHUNK_SIZE, _FIRST_PAGE, _DICTIONARY = 3, 7, 9, 11
"""Fields of a column chunk, and of what is said of it."""
_PAGES = (_FIRST_PAGE, 10, _DICTIONARY)
"""Places in the file."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Column chunks of one row group that lie one behind the other: bytes, and what the footer says of them."""

    data: bytes
    columns: tuple[Struct, ...]
    """With places counted from the beginning of ``data``."""
    rows: int


class RowGroups:
    """A Parquet file opened for the bytes of its row groups."""

    def __init__(self, source: Path | pa.Buffer) -> None:
        """Read the footer.

        Raises:
            pa.ArrowInvalid: this is no Parquet file.
            OSError: it cannot be read.
        """
        self._file = pa.memory_map(str(source)) if not isinstance(source, pa.Buffer) else pa.BufferReader(source)
        self.metadata: Mapping[bytes, bytes] = pq.read_metadata(self._file).metadata or {}  # Arrow says what is damaged
        size = self._file.size()
        length = int.from_bytes(self._file.read_at(4, size - 8), "little")
        self._footer = _read_struct(self._file.read_at(length, size - 8 - length), 0)[0]
        self._groups: list[Struct] = self._footer[_GROUPS][1][1]

    def close(self) -> None:
        """Close the file, so that it can be replaced."""
        self._file.close()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._groups)

    def read(self, number: int, first: int = 0) -> Chunks:
        """The column chunks of a row group from column ``first`` on."""
        group = self._groups[number]
        columns = group[_COLUMNS][1][1][first:]
        start = min(place for column in columns for place in _places(column))
        size = sum(column[_META][1][_CHUNK_SIZE][1] for column in columns)
        moved = tuple(_moved(column, -start) for column in columns)
        return Chunks(self._file.read_at(size, start), moved, group[_GROUP_ROWS][1])


class RowGroupWriter:
    """Writes a Parquet file of row groups that are there as bytes."""

    def __init__(self, sink: BinaryIO, schema: pa.Schema) -> None:
        """Begin the file; it has the columns of ``schema`` in their order."""
        empty = pa.BufferOutputStream()
        pq.write_table(schema.empty_table(), empty)
        self._footer = RowGroups(empty.getvalue())._footer  # noqa: SLF001 - of the same kind
        self._footer[_GROUPS] = (_LIST, (_STRUCT, []))
        self._sink = sink
        self._sink.write(_MAGIC)

    def append(self, *parts: Chunks) -> None:
        """Write a row group of the columns of all ``parts``."""
        start = self._sink.tell()
        columns: list[Struct] = []
        for part in parts:
            columns += [_moved(column, self._sink.tell()) for column in part.columns]
            self._sink.write(part.data)
        sizes = [sum(column[_META][1][field][1] for column in columns) for field in (6, _CHUNK_SIZE)]
        group = {
            _COLUMNS: (_LIST, (_STRUCT, columns)),
            _SIZE: (_I64, sizes[0]),
            _GROUP_ROWS: (_I64, parts[0].rows),
            _GROUP_OFFSET: (_I64, start),
            _COMPRESSED: (_I64, sizes[1]),
        }
        self._footer[_GROUPS][1][1].append(group)
        self._footer[_ROWS] = (_I64, self._footer[_ROWS][1] + parts[0].rows)

    def close(self, metadata: Mapping[bytes, bytes]) -> None:
        """End the file with what is to be said of all of it, beside its schema."""
        pairs: Struct = self._footer.get(_PAIRS, (_LIST, (_STRUCT, [])))[1][1]
        more = [{1: (_BINARY, name), 2: (_BINARY, value)} for name, value in metadata.items()]
        self._footer[_PAIRS] = (_LIST, (_STRUCT, [*pairs, *more]))
        footer = bytearray()
        _write(footer, _STRUCT, self._footer)
        self._sink.write(footer + len(footer).to_bytes(4, "little") + _MAGIC)


def encode(table: pa.Table, **how: Any) -> Chunks:
    """Encode a table as one row group, with the settings of `pyarrow.parquet.write_table`."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=max(1, table.num_rows), store_schema=False, **how)
    return RowGroups(sink.getvalue()).read(0)


def _places(column: Struct) -> list[int]:
    return [column[_META][1][field][1] for field in _PAGES if field in column[_META][1]]


def _moved(column: Struct, by: int) -> Struct:
    """What is said of a column chunk that lies further on."""
    meta = {
        field: (kind, value + by if field in _PAGES else value) for field, (kind, value) in column[_META][1].items()
    }
    return {2: (_I64, 0), _META: (_STRUCT, meta)}  # an index of its pages, which we never write, would be left out


def _read_struct(data: bytes, at: int) -> tuple[Struct, int]:
    fields: Struct = {}
    number = 0
    while data[at]:
        step, kind = data[at] >> 4, data[at] & 15
        at += 1
        if step:
            number += step
        else:
            number, at = _read_integer(data, at)
        if kind in {_TRUE, _FALSE}:
            fields[number] = (kind, None)
        else:
            value, at = _read(data, at, kind)
            fields[number] = (kind, value)
    return fields, at + 1


def _read(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == _STRUCT:
        return _read_struct(data, at)
    if kind == _BINARY:
        size, at = _read_varint(data, at)
        return data[at : at + size], at + size
    if kind in {_LIST, _SET}:
        size, member = data[at] >> 4, data[at] & 15
        at += 1
        if size == 15:
            size, at = _read_varint(data, at)
        members = []
        for _ in range(size):
            value, at = _read(data, at, member)
            members.append(value)
        return (member, members), at
    if kind in {_TRUE, _FALSE, _BYTE}:
        return data[at], at + 1
    if kind == _DOUBLE:
        return data[at : at + 8], at + 8
    return _read_integer(data, at)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def _read_integer(data: bytes, at: int) -> tuple[int, int]:
    value, at = _read_varint(data, at)
    return value >> 1 ^ -(value & 1), at


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind == _STRUCT:
        _write_struct(out, value)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind in {_LIST, _SET}:
        member, members = value
        out.append(min(len(members), 15) << 4 | member)
        if len(members) >= 15:
            _write_varint(out, len(members))
        for held in members:
            _write(out, member, held)
    elif kind in {_TRUE, _FALSE, _BYTE}:
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    else:
        _write_varint(out, value << 1 if value >= 0 else ~(value << 1))


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number in sorted(fields):
        inner, held = fields[number]
        if 0 < number - before < 16:
            out.append((number - before) << 4 | inner)
        else:
            out.append(inner)
            _write_varint(out, number << 1)
        if held is not None:
            _write(out, inner, held)
        before = number
    out.append(0)


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
