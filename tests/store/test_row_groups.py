from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.store.row_groups import RowGroups, RowGroupWriter, encode

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = pa.schema(
    [
        pa.field("number", pa.uint32(), nullable=False),
        pa.field("word", pa.string()),
        pa.field("many", pa.list_(pa.float64())),
        pa.field("yes", pa.bool_()),
    ]
)
cell = st.tuples(
    st.integers(0, 2**32 - 1),
    st.none() | st.text(max_size=40),
    st.none() | st.lists(st.none() | st.floats(allow_nan=False), max_size=4),
    st.none() | st.booleans(),
)
tables = st.lists(cell, max_size=30).map(
    lambda rows: pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
)
settings_of_arrow = st.fixed_dictionaries(
    {
        "compression": st.sampled_from(["none", "zstd", "snappy"]),
        "use_dictionary": st.booleans(),
        "write_statistics": st.booleans(),
        "data_page_size": st.sampled_from([100, 1 << 20]),
    }
)


def write(groups: list[pa.Table], **how: object) -> bytes:
    sink = io.BytesIO()
    writer = RowGroupWriter(sink, SCHEMA)
    for table in groups:
        writer.append(encode(table.select(["number"]), compression="none"), encode(table.drop(["number"]), **how))
    writer.close({b"said": "Städte 城市".encode()})
    return sink.getvalue()


@settings(max_examples=50)
@given(st.lists(tables, max_size=20), settings_of_arrow)
def test_arrow_reads_the_row_groups_that_were_written(groups: list[pa.Table], how: dict[str, object]) -> None:
    file = pq.ParquetFile(io.BytesIO(write(groups, **how)))
    assert file.schema_arrow.equals(SCHEMA)
    assert file.metadata.metadata[b"said"] == "Städte 城市".encode()
    assert file.metadata.num_rows == sum(table.num_rows for table in groups)
    assert [file.read_row_group(i) for i in range(file.num_row_groups)] == groups
    assert file.read() == pa.concat_tables([SCHEMA.empty_table(), *groups])


@settings(max_examples=50)
@given(st.lists(tables, min_size=1, max_size=5))
def test_copied_row_groups_have_the_bytes_of_new_ones(groups: list[pa.Table]) -> None:
    data = write(groups)
    source = RowGroups(pa.py_buffer(data))
    sink = io.BytesIO()
    writer = RowGroupWriter(sink, SCHEMA)
    for number in range(len(source)):
        writer.append(source.read(number))
    writer.close({b"said": source.metadata[b"said"]})
    assert sink.getvalue() == data
    assert RowGroups(pa.py_buffer(write(groups[::-1]))).read(0, 1) == RowGroups(pa.py_buffer(data)).read(
        len(groups) - 1, 1
    )


def test_a_file_of_arrow_itself_can_be_copied(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array(range(100_000)), "b": pa.array([f"{i % 7}" * 30 for i in range(100_000)])})
    pq.write_table(table, tmp_path / "one", row_group_size=30_000, write_page_index=True, write_page_checksum=True)
    source = RowGroups(tmp_path / "one")
    with (tmp_path / "two").open("wb") as sink:
        writer = RowGroupWriter(sink, table.schema)
        for number in (3, 0, 2, 1):
            writer.append(source.read(number))
        writer.close({})
    source.close()
    wanted = pa.concat_tables([table.slice(30_000 * i, 30_000) for i in (3, 0, 2, 1)])
    assert pq.read_table(tmp_path / "two", page_checksum_verification=True) == wanted
    assert pq.read_table(tmp_path / "two", filters=[("a", ">", 99_997)])["a"].to_pylist() == [99_998, 99_999]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"\0" * 40 + b"PAR1", b"no Parquet at all, but long enough"])
def test_what_is_no_parquet_is_said(data: bytes) -> None:
    with pytest.raises((pa.ArrowInvalid, OSError)):
        RowGroups(pa.py_buffer(data))
