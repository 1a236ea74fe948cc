"""Documents and passages: written once, read in batches.

``passages.parquet`` holds one row group for `GROUP_CHARACTERS` characters of text, or for up to twice as many; a row
group is the batch in which passages are read, cut into words and searched, so memory depends on its size and not on
the corpus.

Where one ends is decided by the documents around its end alone: a document more or less changes the groups next to it
and no others. What is made of a group can therefore be kept under the digest of its texts (`batch_digests`), and a
corpus that grew is worked on in proportion to what is new.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.records import DOCUMENTS, PASSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

GROUP_CHARACTERS = 1_500_000
_ENDING = 8
"""One document in so many may begin a group."""
_DIGESTS = b"zwiesprache.groups"

DOCUMENTS_FILE = "documents.parquet"
PASSAGES_FILE = "passages.parquet"


class CorpusWriter:
    """Writes documents and passages in the order in which they come; numbers the passages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: list[pa.Table] = []
        self._pending: list[pa.Table] = []
        self._pending_characters = 0
        self._digests: list[str] = []
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
            self._flush(to_the_end=True)
            self._writer.add_key_value_metadata({_DIGESTS: json.dumps(self._digests)})
            write_documents(self._folder, self._all_documents())
        self._writer.close()

    def add(self, documents: pa.Table, passages: pa.Table) -> None:
        """Take a batch: documents, and their passages in order, without the column ``passage``."""
        self._documents.append(documents)
        numbers = pa.array(range(self.passages, self.passages + passages.num_rows), pa.uint32())
        self.passages += passages.num_rows
        self._pending.append(passages.add_column(0, PASSAGES.field("passage"), numbers))
        self._pending_characters += pc.sum(pc.utf8_length(passages["text"])).as_py() or 0
        if self._pending_characters >= 2 * GROUP_CHARACTERS:
            self._flush(to_the_end=False)

    def _flush(self, *, to_the_end: bool) -> None:
        """Write the pending passages in groups; unless to the end, those that more passages could still change wait."""
        if not self._pending:
            return
        table = pa.concat_tables([p.select(PASSAGES.names).cast(PASSAGES) for p in self._pending])
        written = 0
        for start, end in _groups(table, to_the_end=to_the_end):
            group = table.slice(start, end - start)
            self._digests.append(_digest(group))
            self._writer.write_table(group, row_group_size=max(group.num_rows, 1))
            written = end
        rest = table.slice(written)
        self._pending = [rest] if rest.num_rows else []
        self._pending_characters = pc.sum(pc.utf8_length(rest["text"])).as_py() or 0

    def _all_documents(self) -> pa.Table:
        table = pa.concat_tables([DOCUMENTS.empty_table(), *self._documents], promote_options="default")
        further = [name for name in table.column_names if name not in DOCUMENTS.names]
        return table.select([*DOCUMENTS.names, *further])


def write_documents(folder: Path, documents: pa.Table) -> None:
    """Write the table of documents."""
    pq.write_table(documents, folder / DOCUMENTS_FILE, compression="zstd")


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


def batch_digests(folder: Path) -> list[str]:
    """A digest of the languages and texts of each batch."""
    digests: list[str] = json.loads(pq.ParquetFile(folder / PASSAGES_FILE).metadata.metadata[_DIGESTS])
    return digests


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


def _groups(table: pa.Table, *, to_the_end: bool) -> Iterator[tuple[int, int]]:
    """Cut a table into groups: first row, and the row behind the last.

    A group ends before the first document of a telling name behind `GROUP_CHARACTERS` characters, and anywhere behind
    twice as many (Manber 1994, the chunks of content-defined deduplication).
    """
    running = np.cumsum(pc.utf8_length(table["text"]).to_numpy().astype(np.int64))
    beginners = _telling_documents(table["doc_id"])
    start, rows = 0, table.num_rows
    while start < rows:
        before = int(running[start - 1]) if start else 0
        enough = int(np.searchsorted(running, before + GROUP_CHARACTERS)) + 1
        most = int(np.searchsorted(running, before + 2 * GROUP_CHARACTERS)) + 1
        at = int(np.searchsorted(beginners, enough))
        end = min(int(beginners[at]), most) if at < len(beginners) else most
        if end > rows:
            if not to_the_end:
                return
            end = rows
        yield start, end
        start = end


def _telling_documents(doc_id: pa.ChunkedArray) -> np.ndarray:
    """The rows at which a document begins whose name says that a group may begin there: int64, in order."""
    codes = doc_id.combine_chunks().dictionary_encode()
    told = [zlib.crc32(name.encode()) % _ENDING == 0 for name in codes.dictionary.to_pylist()]
    indices = codes.indices.to_numpy()
    begins = np.flatnonzero(np.diff(indices, prepend=-1))
    return begins[np.array(told, np.bool_)[indices[begins]]] if len(begins) else begins


def _digest(group: pa.Table) -> str:
    """A digest of the languages and texts of a group's passages, whatever their numbers."""
    digest = hashlib.blake2b(digest_size=16)
    for name in ("language", "text"):
        array = pa.concat_arrays(group[name].chunks) if group[name].num_chunks > 1 else group[name].chunk(0)
        offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1]
        digest.update((offsets - offsets[0]).tobytes())
        digest.update(memoryview(array.buffers()[2] or b"")[offsets[0] : offsets[-1]])
    return digest.hexdigest()
