"""Documents and passages: written once, read in batches.

``passages.parquet`` holds one row group for about `GROUP_CHARACTERS` characters of text; a row group is the batch in
which passages are read, cut into words and searched, so memory depends on its size and not on the corpus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.records import DOCUMENTS, PASSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

GROUP_CHARACTERS = 2_000_000

DOCUMENTS_FILE = "documents.parquet"
PASSAGES_FILE = "passages.parquet"


class CorpusWriter:
    """Writes documents and passages in the order in which they come; numbers the passages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: list[pa.Table] = []
        self._pending: list[pa.Table] = []
        self._pending_characters = 0
        self.passages = 0

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(
            self._folder / PASSAGES_FILE,
            PASSAGES,
            compression="zstd",
            compression_level=1,
            use_dictionary=["doc_id", "kind", "language"],
            write_statistics=False,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
            pq.write_table(self._all_documents(), self._folder / DOCUMENTS_FILE, compression="zstd")
        self._writer.close()

    def add(self, documents: pa.Table, passages: pa.Table) -> None:
        """Take a batch: documents, and their passages in order, without the column ``passage``."""
        self._documents.append(documents)
        numbers = pa.array(range(self.passages, self.passages + passages.num_rows), pa.uint32())
        self.passages += passages.num_rows
        self._pending.append(passages.add_column(0, PASSAGES.field("passage"), numbers))
        self._pending_characters += pc.sum(pc.utf8_length(passages["text"])).as_py() or 0
        if self._pending_characters >= GROUP_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if not self._pending:
            return
        table = pa.concat_tables([p.select(PASSAGES.names).cast(PASSAGES) for p in self._pending])
        for start, length in _groups(table):
            self._writer.write_table(table.slice(start, length), row_group_size=max(length, 1))
        self._pending, self._pending_characters = [], 0

    def _all_documents(self) -> pa.Table:
        table = pa.concat_tables([DOCUMENTS.empty_table(), *self._documents], promote_options="default")
        further = [name for name in table.column_names if name not in DOCUMENTS.names]
        return table.select([*DOCUMENTS.names, *further])


def read_documents(folder: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of documents, in order."""
    return pq.read_table(folder / DOCUMENTS_FILE, columns=columns)


def read_passages(folder: Path, columns: Sequence[str]) -> pa.Table:
    """Some columns of all passages; meant for the small ones, not for ``text``."""
    return pq.read_table(folder / PASSAGES_FILE, columns=list(columns))


def count_batches(folder: Path) -> int:
    """How many batches of passages there are."""
    number: int = pq.ParquetFile(folder / PASSAGES_FILE).num_row_groups
    return number


def read_batch(folder: Path, batch: int, columns: Sequence[str]) -> pa.Table:
    """One batch of passages."""
    return pq.ParquetFile(folder / PASSAGES_FILE).read_row_group(batch, columns=list(columns))


def batch_bounds(folder: Path) -> list[int]:
    """The first passage of each batch, and behind the last one the number of passages."""
    metadata = pq.ParquetFile(folder / PASSAGES_FILE).metadata
    bounds = [0]
    for i in range(metadata.num_row_groups):
        bounds.append(bounds[-1] + metadata.row_group(i).num_rows)
    return bounds


def passage_documents(folder: Path) -> pa.Array:
    """For each passage the row of its document: int32, one a passage."""
    names = read_documents(folder, ["doc_id"])["doc_id"].combine_chunks()
    return pc.index_in(read_passages(folder, ["doc_id"])["doc_id"], value_set=names).combine_chunks()


def select_texts(folder: Path, passages: Sequence[int]) -> Iterator[tuple[int, list[int], list[Any]]]:
    """The texts of some passages, batch by batch: number of the batch, the passages asked for in it, their texts."""
    bounds = batch_bounds(folder)
    wanted = sorted(set(passages))
    position = 0
    for batch in range(len(bounds) - 1):
        rows: list[int] = []
        while position < len(wanted) and wanted[position] < bounds[batch + 1]:
            rows.append(wanted[position])
            position += 1
        if rows:
            text = read_batch(folder, batch, ["text"])["text"].combine_chunks()
            yield batch, rows, text.take(pa.array([r - bounds[batch] for r in rows])).to_pylist()


def _groups(table: pa.Table) -> Iterator[tuple[int, int]]:
    """Cut a table into slices of about `GROUP_CHARACTERS` characters: (first row, rows)."""
    running = pc.cumulative_sum(pc.cast(pc.utf8_length(table["text"]), pa.int64())).combine_chunks().to_numpy()
    start = 0
    while start < table.num_rows:
        before = running[start - 1] if start else 0
        end = int(running.searchsorted(before + GROUP_CHARACTERS, side="left")) + 1
        end = min(end, table.num_rows)
        yield start, end - start
        start = end
