"""What the last build made of each part, kept so that the next one makes it of the new ones alone.

The outlines of all documents (`pipeline.store.outlines`), an entry for each part that says which of them are its own,
and what pairs of texts were compared. An entry holds while the part, what the study says of its documents, our code and
its tools are the same; if anything here is damaged, nothing of it is used.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipeline.records import Reject
from pipeline.store.corpus import OUTLINES_FILE
from pipeline.store.outlines import OUTLINES, read_outlines
from pipeline.store.parts import PART_REJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEPT_FOLDER = ".kept"
COMPARED = pa.schema([("later", pa.uint64()), ("earlier", pa.uint64()), ("resemblance", pa.float64())])
"""How much two texts resemble each other, by digests of their passages; null if the later is no copy."""
CANDIDATES = pa.schema([("later", pa.int64()), ("earlier", pa.int64())])
"""Pairs of documents that were worth comparing, as `pipeline.ingest.meetings` numbers them."""
_ENTRIES_FILE, _COMPARED_FILE, _CANDIDATES_FILE = "entries.arrow", "compared.arrow", "candidates.arrow"
_ENTRIES = pa.schema(
    [
        ("key", pa.binary(16)),
        ("said", pa.binary(16)),
        ("first", pa.int64()),
        ("documents", pa.int64()),
        ("rejects", pa.list_(pa.struct(list(PART_REJECTS)))),
    ]
)
_AT_ONCE = 1000


class Entry(NamedTuple):
    """A part of the last build."""

    said: bytes
    """A digest of what the study says of its documents."""
    outlines: pa.Table
    rejects: list[Reject]


class Copies(NamedTuple):
    """What a search for copies found."""

    outlines: pa.Table
    """Of the documents that were searched."""
    candidates: pa.Table
    compared: pa.Table


def no_copies() -> Copies:
    """Where nothing was searched yet."""
    return Copies(OUTLINES.empty_table(), CANDIDATES.empty_table(), COMPARED.empty_table())


class Kept:
    """What the last build kept."""

    def __init__(self, folder: Path, code: str) -> None:
        """Open it; nothing is there if it was made by other code."""
        self._folder = folder
        self._code = code
        self._places: dict[bytes, int] = {}
        self.copies = no_copies()
        try:
            entries = _read(folder / _ENTRIES_FILE)
            if entries.schema.metadata != self._made_by():
                return
            outlines = read_outlines(folder / OUTLINES_FILE)
            if outlines.schema.equals(OUTLINES):
                self.copies = Copies(outlines, _read(folder / _CANDIDATES_FILE), _read(folder / _COMPARED_FILE))
                self._entries, self._places = entries, {key: i for i, key in enumerate(entries["key"].to_pylist())}
        except (OSError, KeyError, pa.ArrowInvalid):
            return

    def find(self, key: bytes) -> Entry | None:
        """The entry of a part."""
        place = self._places.get(key)
        if place is None:
            return None
        row = self._entries.slice(place, 1).to_pylist()[0]
        rejects = [Reject("", lost["item"], "corpus", lost["reason"], lost["detail"]) for lost in row["rejects"]]
        return Entry(row["said"], self.copies.outlines.slice(row["first"], row["documents"]), rejects)

    def replace(self, draft: Path, entries: Sequence[pa.RecordBatch], copies: Copies) -> None:
        """Keep what was made now: the outlines of a draft folder, the entries of its parts, the search for copies."""
        self._places = {}
        self._folder.mkdir(exist_ok=True)
        (self._folder / _ENTRIES_FILE).unlink(missing_ok=True)  # it comes last, so that a crash between is seen
        (draft / OUTLINES_FILE).replace(self._folder / OUTLINES_FILE)
        _write(self._folder / _CANDIDATES_FILE, copies.candidates.to_batches(), CANDIDATES)
        _write(self._folder / _COMPARED_FILE, copies.compared.to_batches(), COMPARED)
        _write(self._folder / _ENTRIES_FILE, entries, _ENTRIES.with_metadata(self._made_by()))

    def _made_by(self) -> dict[bytes, bytes]:
        """The code, and the checksums of the files that belong to the entries."""
        files = (OUTLINES_FILE, _CANDIDATES_FILE, _COMPARED_FILE)
        return {b"code": self._code.encode(), **{name.encode(): _sum(self._folder / name) for name in files}}


class Entries:
    """The entries of the parts of this build, in batches."""

    def __init__(self) -> None:
        """Begin without one."""
        self._waiting: list[dict[str, object]] = []
        self._batches: list[pa.RecordBatch] = []

    def note(self, key: bytes, said: bytes, first: int, documents: int, rejects: Sequence[Reject]) -> None:
        """Note a part: its key, and which outlines are its own."""
        lost = [{"item": reject.item, "reason": reject.reason, "detail": reject.detail} for reject in rejects]
        row = {"key": key, "said": said, "first": first, "documents": documents, "rejects": lost}
        self._waiting.append(row)
        if len(self._waiting) == _AT_ONCE:
            self.batches()

    def batches(self) -> Sequence[pa.RecordBatch]:
        """All that was noted."""
        if self._waiting:
            self._batches.append(pa.RecordBatch.from_pylist(self._waiting, _ENTRIES))
            self._waiting = []
        return self._batches


def digest(*what: object) -> bytes:
    """A digest of 16 bytes of values that have a faithful ``repr``."""
    return hashlib.blake2b(repr(what).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _sum(path: Path) -> bytes:
    with pa.memory_map(str(path)) as file:
        return b"%d" % zlib.crc32(file.read_buffer())


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write(path: Path, batches: Sequence[pa.RecordBatch], schema: pa.Schema) -> None:
    draft = path.with_suffix(".draft")
    with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    draft.replace(path)
