"""Documents and passages: written once, read in batches.

``passages.parquet`` holds one row group for `GROUP_CHARACTERS` characters of text, or for up to twice as many; a row
group is the batch in which passages are read, cut into words and searched, so memory depends on its size and not on
the corpus.

Where one ends is decided by the documents around its end alone: a document more or less changes the groups next to it
and no others. What is made of a group can therefore be kept under the digest of its texts (`batch_digests`), a corpus
that grew is worked on in proportion to what is new, and the groups that it had before are copied as bytes.
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
from pipeline.store.outlines import OutlineWriter, as_documents, outline, read_outlines
from pipeline.store.row_groups import RowGroups, RowGroupWriter, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from pipeline.store.row_groups import Chunks

    Ints = NDArray[np.int64]

GROUP_CHARACTERS = 1_500_000
_ENDING = 8
"""One document in so many may begin a group."""
_GROUPS = b"zwiesprache.groups"
"""Said in the file of each row group: ``digest`` of its texts, ``key`` of all that its bytes but the numbers of the
passages are made of, ``sum`` of these bytes."""
_NUMBERS = {"compression": "none", "use_dictionary": False, "column_encoding": "DELTA_BINARY_PACKED"}
_TEXTS = {"compression": "zstd", "compression_level": 1, "use_dictionary": ["doc_id", "kind", "language"]}
_DOCUMENTS_AT_ONCE = 20_000

DOCUMENTS_FILE = "documents.parquet"
PASSAGES_FILE = "passages.parquet"
OUTLINES_FILE = ".outlines.arrow"


class CorpusWriter:
    """Writes documents and passages in the order in which they come; numbers the passages.

    Row groups that a corpus written before has too are copied from it as bytes. In memory are the passages of a row
    group or two; the documents wait in a file (`pipeline.store.outlines`).
    """

    def __init__(self, folder: Path, previous: Path | None = None) -> None:
        """Begin.

        Args:
            folder: Where the files are written.
            previous: The folder of a corpus of which row groups may be taken.
        """
        self.documents = self.passages = 0
        self.marks: pa.Table | None = None
        """Columns of `DOCUMENTS` that are known only when all documents are there."""
        self._folder = folder
        self._previous = _Previous(previous / PASSAGES_FILE) if previous else None
        self._pending: list[_Batch] = []
        self._characters = self._taken = 0
        self._further: set[str] = set()
        self._groups: list[dict[str, str]] = []
        self._numbered = 0

    def __enter__(self) -> Self:
        self._sink = (self._folder / PASSAGES_FILE).open("wb")
        self._row_groups = RowGroupWriter(self._sink, PASSAGES)
        self._outlines = OutlineWriter(self._folder / OUTLINES_FILE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                write_documents(self._folder, self.finish(), sorted(self._further), self.marks)
        finally:
            self._outlines.close()
            self._sink.close()
            if self._previous:
                self._previous.close()

    def add(self, documents: pa.Table, passages: pa.Table) -> pa.Table:
        """Take a batch: documents, and their passages in order, without the column ``passage``; their outlines."""
        outlines = outline(documents, passages)
        self.add_outlines(outlines, lambda: passages)
        return outlines

    def add_outlines(self, outlines: pa.Table, load: Callable[[], pa.Table]) -> None:
        """Take a batch as outlines; ``load`` gives its passages, and is called only if they have to be written."""
        self._outlines.add(outlines)
        self._further.update(pc.struct_field(_pairs(outlines["more"]), 0).unique().to_pylist())
        batch = _Batch(outlines, load)
        self._pending.append(batch)
        self.documents += outlines.num_rows
        self.passages += len(batch.lengths)
        self._characters += int(batch.lengths.sum())
        if self._characters >= 2 * GROUP_CHARACTERS:
            self._flush(to_the_end=False)

    def finish(self) -> pa.Table:
        """End the passages, so that they can be read; the outlines of all documents, memory-mapped."""
        if not self._sink.closed:
            self._flush(to_the_end=True)
            self._row_groups.close({_GROUPS: json.dumps(self._groups).encode()})
            self._sink.close()
            self._outlines.close()
        return read_outlines(self._folder / OUTLINES_FILE)

    def _flush(self, *, to_the_end: bool) -> None:
        """Write the pending passages in groups; unless to the end, those that more passages could still change wait."""
        sizes = [len(batch.lengths) for batch in self._pending]
        bounds = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        lengths = np.concatenate([np.zeros(0, np.int64), *(batch.lengths for batch in self._pending)])
        beginners = [batch.beginners + at for batch, at in zip(self._pending, bounds.tolist(), strict=False)]
        for start, end in _groups(
            lengths, np.concatenate([np.zeros(0, np.int64), *beginners]), self._taken, to_the_end
        ):
            pieces = [
                (batch, max(0, start - at), min(size, end - at))
                for batch, at, size in zip(self._pending, bounds.tolist(), sizes, strict=False)
                if at < end and at + size > start
            ]
            self._write(pieces)
            self._taken = end
        done = int(np.searchsorted(bounds[1:], self._taken, side="right"))
        self._pending = self._pending[done:]
        self._taken -= int(bounds[done])
        self._characters = int(lengths[int(bounds[done]) + self._taken :].sum())

    def _write(self, pieces: Sequence[tuple[_Batch, int, int]]) -> None:
        """Write a row group of the rows of some batches."""
        names: list[str] = []
        digest = hashlib.blake2b(digest_size=16)
        for batch, first, last in pieces:
            own, contents = batch.documents(first, last)
            names += own
            digest.update(contents)
        digest.update(f"{pieces[0][0].before(pieces[0][1])} {pieces[-1][0].before(pieces[-1][2])}".encode())
        made_of = f"{digest.hexdigest()} {names} {_TEXTS} {pa.__version__}"
        key = hashlib.blake2b(made_of.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        texts, said = (self._previous.take(key) if self._previous else None) or (None, "")
        if texts is None:
            tables = [batch.passages().slice(first, last - first) for batch, first, last in pieces]
            schema = PASSAGES.remove(0)
            table = pa.concat_tables([table.select(schema.names).cast(schema) for table in tables]).combine_chunks()
            texts = encode(table, write_statistics=False, **_TEXTS)
            said = _sum(texts)
        numbers = pa.array(np.arange(self._numbered, self._numbered + texts.rows, dtype=np.uint32))
        numbered = pa.Table.from_arrays([numbers], schema=pa.schema([PASSAGES.field("passage")]))
        self._row_groups.append(encode(numbered, write_statistics=False, **_NUMBERS), texts)
        self._numbered += texts.rows
        self._groups.append({"digest": digest.hexdigest(), "key": key, "sum": said})


class _Batch:
    """Passages that wait to be written."""

    def __init__(self, outlines: pa.Table, load: Callable[[], pa.Table]) -> None:
        lengths = outlines["lengths"]
        self.lengths = pc.list_flatten(lengths).to_numpy().astype(np.int64)
        sizes = pc.list_value_length(lengths).to_numpy().astype(np.int64)
        named = pa.array(sizes > 0)
        self._names: list[str] = outlines["doc_id"].filter(named).to_pylist()
        self._contents: list[bytes] = outlines["content"].filter(named).to_pylist()
        self._bounds = np.concatenate([[0], np.cumsum(sizes[sizes > 0])])
        telling = [zlib.crc32(name.encode()) % _ENDING == 0 for name in self._names]
        self.beginners = self._bounds[:-1][np.array(telling, np.bool_)]
        """The rows at which a document begins whose name says that a group may begin there."""
        self._load: Callable[[], pa.Table] = load
        self._passages: pa.Table | None = None

    def passages(self) -> pa.Table:
        if self._passages is None:
            self._passages = self._load()
        return self._passages

    def documents(self, first: int, last: int) -> tuple[list[str], bytes]:
        """The names of the documents of which rows ``first`` to ``last`` are, and the digests of their passages."""
        start = int(np.searchsorted(self._bounds, first, side="right")) - 1
        end = int(np.searchsorted(self._bounds, last))
        return self._names[start:end], b"".join(self._contents[start:end])

    def before(self, row: int) -> int:
        """How many rows of the same document stand before a row."""
        return row - int(self._bounds[np.searchsorted(self._bounds, row, side="right") - 1])


class _Previous:
    """The row groups of a corpus that was written before; none where it is damaged or was written otherwise."""

    def __init__(self, path: Path) -> None:
        self._known: dict[str, tuple[int, str]] = {}
        self._file: RowGroups | None = None
        try:
            self._file = RowGroups(path)
            groups = json.loads(self._file.metadata[_GROUPS])
            self._known = {group["key"]: (i, group["sum"]) for i, group in enumerate(groups)}
        except (OSError, pa.ArrowInvalid, KeyError, TypeError):
            return

    def take(self, key: str) -> tuple[Chunks, str] | None:
        """The bytes of a row group, and their sum; None if there is none, or not as it was."""
        number, known = self._known.get(key, (0, ""))
        if not known or self._file is None:
            return None
        chunks = self._file.read(number, first=1)
        return (chunks, known) if _sum(chunks) == known else None

    def close(self) -> None:
        if self._file:
            self._file.close()


def write_documents(folder: Path, outlines: pa.Table, further: Sequence[str], marks: pa.Table | None) -> None:
    """Write the table of documents.

    Args:
        folder: Where.
        outlines: Of all documents.
        further: The columns beside those of `DOCUMENTS`.
        marks: Columns that take the place of those of the same name.
    """
    schema = pa.schema([*DOCUMENTS, *(pa.field(name, pa.string()) for name in further)])
    with pq.ParquetWriter(folder / DOCUMENTS_FILE, schema, compression="zstd") as writer:
        for start in range(0, outlines.num_rows, _DOCUMENTS_AT_ONCE):
            table = as_documents(outlines.slice(start, _DOCUMENTS_AT_ONCE), further)
            if marks:
                for name in marks.column_names:
                    values = marks[name].slice(start, _DOCUMENTS_AT_ONCE)
                    table = table.set_column(table.column_names.index(name), DOCUMENTS.field(name), values)
            writer.write_table(table.combine_chunks())


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


def rows_in(passages: pa.Table, language: str) -> NDArray[np.int64]:
    """The rows of the passages in a language."""
    rows: NDArray[np.int64] = np.flatnonzero(pc.equal(passages["language"], language).to_numpy())
    return rows


def batch_digests(folder: Path) -> list[str]:
    """A digest of the passages of each batch, whatever their numbers and their documents' names."""
    groups = json.loads(pq.ParquetFile(folder / PASSAGES_FILE).metadata.metadata[_GROUPS])
    return [group["digest"] for group in groups]


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


def _groups(lengths: Ints, beginners: Ints, start: int, to_the_end: bool) -> Iterator[tuple[int, int]]:  # noqa: FBT001
    """Cut passages into groups: first row, and the row behind the last.

    A group ends before the first document of a telling name behind `GROUP_CHARACTERS` characters, and anywhere behind
    twice as many (Manber 1994, the chunks of content-defined deduplication).

    Args:
        lengths: The characters of each passage.
        beginners: The rows at which a document of a telling name begins.
        start: The first row.
        to_the_end: Whether no passages will follow.
    """
    running = np.cumsum(lengths)
    rows = len(lengths)
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


def _sum(chunks: Chunks) -> str:
    """A sum that tells damaged bytes of a row group, or of what is said of them."""
    return f"{zlib.crc32(repr(chunks.columns).encode(), zlib.crc32(chunks.data)):08x}"


def _pairs(more: pa.ChunkedArray) -> pa.ChunkedArray:
    """The names and values of all further columns of some documents."""
    pair = pa.struct([("key", pa.string()), ("value", pa.string())])
    return pc.list_flatten(more.cast(pa.list_(pair)))
