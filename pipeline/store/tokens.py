"""Types and tokens: one record batch of tokens for each batch of passages, memory-mapped when read."""

from __future__ import annotations

import json
import shutil
import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.records import TOKENS, TYPES
from pipeline.stages import hash_file
from pipeline.store.pieces import decode_forms, read_piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

TOKENS_FILE = "tokens.arrow"
TYPES_FILE = "types.parquet"
CUTS_FILE = "cuts.arrow"
CUT_TYPES_FILE = "cut_types.parquet"
WORDS_FILE = "words.arrow"
ENTITIES_FILE = "entities.parquet"
_KEYS, _TYPES, _SUM = b"zwiesprache.described", b"zwiesprache.types", b"zwiesprache.sum"

_PIECES_AT_ONCE = 32
"""Pieces whose forms are numbered together; their letters are in memory once for each type."""
_NONE = np.uint32(np.iinfo(np.uint32).max)

LONGEST = int(np.iinfo(np.uint16).max)
"""A token's length is 16 bits; what is longer is kept as several tokens."""


class TokenWriter:
    """Writes tokens, one record batch for each batch of passages."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._sink = pa.OSFile(str(self._path), "wb")
        self._writer = pa.ipc.new_file(self._sink, TOKENS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._sink.close()

    def add(self, passage: NDArray[np.uint32], start: NDArray[np.uint32], length: NDArray[np.uint16],
            type_: NDArray[np.uint32]) -> None:  # fmt: skip
        """Write the tokens of one batch of passages, in order of passage and start."""
        columns = [
            pa.array(passage, pa.uint32()),
            pa.array(start, pa.uint32()),
            pa.array(length, pa.uint16()),
            pa.array(type_, pa.uint32()),
        ]
        self._writer.write_batch(pa.record_batch(columns, schema=TOKENS))


CUTS = pa.schema([("language", pa.string()), ("piece", pa.string()), ("types", pa.list_(pa.uint32()))])
"""``cuts.arrow``: for each batch of passages the pieces of its languages, and the type of each of a piece's forms."""


class Numbered(NamedTuple):
    """The forms of one language, numbered in the order in which they first appear."""

    rows: NDArray[np.int64]
    """For each type the row of its form among those that were known, with the new ones behind them."""
    new: pa.Array
    """The forms that were not known."""
    types: list[NDArray[np.uint32]]
    """For each batch the type of each of its forms."""


def number_types(
    paths: Sequence[Path], known: pa.Array, numbers: Mapping[str, NDArray[np.uint32]], file: Path
) -> Numbered:
    """Number the forms of a language's pieces.

    Args:
        paths: The piece of each batch.
        known: Distinct forms.
        numbers: For pieces whose forms are all known, by name, which they are; these pieces are not read.
        file: Where the numbers are held, 4 bytes for each form of each batch: memory would grow with the corpus.
    """
    with file.open("wb") as held:
        places, forms = _hold_rows(paths, known, numbers, held)
    whole = np.memmap(file, np.uint32, "r+") if file.stat().st_size else np.empty(0, np.uint32)
    types = [whole[places[i]] for i in range(len(paths))]
    type_ = np.full(len(forms), _NONE, np.uint32)
    order: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    number = 0
    for rows in types:  # they become types where they lie
        first = rows[type_[rows] == _NONE]  # a piece has each of its forms once
        type_[first] = np.arange(number, number + len(first), dtype=np.uint32)
        order.append(first)
        number += len(first)
        rows[:] = type_[rows]
    return Numbered(np.concatenate(order).astype(np.int64), forms.slice(len(known)), types)


def _hold_rows(
    paths: Sequence[Path], known: pa.Array, numbers: Mapping[str, NDArray[np.uint32]], held: BinaryIO
) -> tuple[dict[int, slice], pa.Array]:
    """Write which of the known forms, with the new ones behind them, each batch has; say where, and all forms."""
    places = {i: _hold(numbers[_name(path)], held) for i, path in enumerate(paths) if _name(path) in numbers}
    forms = known
    unread = [i for i in range(len(paths)) if i not in places]
    for at in range(0, len(unread), _PIECES_AT_ONCE):
        some = unread[at : at + _PIECES_AT_ONCE]
        own = [decode_forms(read_piece(paths[i]))[1] for i in some]
        encoded = pa.concat_arrays(own).dictionary_encode()
        found = pc.index_in(forms, value_set=encoded.dictionary)
        row = np.full(len(encoded.dictionary), -1)
        row[found.drop_null().to_numpy()] = np.flatnonzero(found.is_valid())
        is_new = row < 0
        row[is_new] = len(forms) + np.arange(np.count_nonzero(is_new))
        forms = pa.concat_arrays([forms, encoded.dictionary.filter(pa.array(is_new))])
        bounds = np.cumsum([len(piece) for piece in own])[:-1]
        rows = np.split(row[encoded.indices.to_numpy()].astype(np.uint32), bounds)
        places |= zip(some, [_hold(piece, held) for piece in rows], strict=True)
    return places, forms


def _hold(rows: NDArray[np.uint32], held: BinaryIO) -> slice:
    start = held.tell() // rows.itemsize
    held.write(rows.data)
    return slice(start, start + len(rows))


def write_cuts(file: Path, paths: Sequence[Mapping[str, Path]], numbered: Mapping[str, Numbered], types: Path) -> None:
    """Write ``cuts.arrow``: types are numbered language by language.

    Args:
        file: Where.
        paths: The pieces of each batch, by language.
        numbered: The languages, in order.
        types: The table of these types, which the file names by its digest.
    """
    first = dict(zip(numbered, np.cumsum([0, *(len(own.rows) for own in numbered.values())]), strict=False))
    batches = []
    for batch, of_batch in enumerate(paths):
        names = [_name(path) for path in of_batch.values()]
        types_of = [numbered[code].types[batch] + np.uint32(first[code]) for code in of_batch]
        batches.append(pa.record_batch([pa.array(of_batch), pa.array(names), pa.array(types_of)], schema=CUTS))
    made_of = {_TYPES: hash_file(types).encode(), _SUM: _sum(batches)}
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, CUTS.with_metadata(made_of)) as writer:
        for rows in batches:
            writer.write_batch(rows)


def read_numbers(folder: Path, paths: Iterable[Path]) -> dict[str, NDArray[np.uint32]]:
    """For each of these pieces that the last run numbered, by name, which of its language's types its forms are.

    Nothing where there was no such run, or where ``cuts.arrow`` or ``cut_types.parquet`` is not as it wrote it.
    """
    try:
        with pa.memory_map(str(folder / CUTS_FILE)) as source:
            cuts = pa.ipc.open_file(source).read_all()
        cuts.validate(full=True)
        made_of = {_TYPES: hash_file(folder / CUT_TYPES_FILE).encode(), _SUM: _sum(cuts.to_batches())}
    except (OSError, KeyError, ValueError, pa.ArrowException):  # of all that damage can do, whatever is read first
        return {}
    if cuts.schema.metadata != made_of:
        return {}
    wanted = pa.array([_name(path) for path in paths], pa.string())
    numbers: dict[str, NDArray[np.uint32]] = {}
    for code in cuts["language"].unique().to_pylist():
        own = cuts.filter(pc.equal(cuts["language"], code))
        first = pc.min(pc.list_flatten(own["types"])).as_py() or 0
        own = own.filter(pc.is_in(own["piece"], wanted))
        found = [types.values.to_numpy() - np.uint32(first) for types in own["types"]]
        numbers |= zip(own["piece"].to_pylist(), found, strict=True)
    return numbers


def _sum(batches: Iterable[pa.RecordBatch]) -> bytes:
    """A sum of the names of pieces and the numbers of their types, which tells damage."""
    found = 0
    for batch in batches:
        found = zlib.crc32(repr(batch.select(["language", "piece"]).to_pydict()).encode(), found)
        for types in batch["types"]:
            found = zlib.crc32(types.values.to_numpy(), found)
    return b"%08x" % found


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


class Cut(NamedTuple):
    """The tokens of one language in one batch, in order of passage and start."""

    passage: NDArray[np.uint32]
    """Row of the passage in its batch."""
    start: NDArray[np.uint32]
    length: NDArray[np.uint16]
    form: NDArray[np.int32]
    """Index into ``forms`` and ``types``."""
    forms: pa.Array
    """Of a language with a trained model words: form, lemma and tag (`pieces.pack_words`)."""
    types: NDArray[np.uint32]


def read_cuts(folder: Path, batch: int) -> dict[str, Cut]:
    """The words of one batch as they were cut, by language.

    Raises:
        InputError: a piece is gone or damaged; ``cuts.arrow`` was removed, so that the stage ``tokens`` runs again.
    """
    with pa.memory_map(str(folder / CUTS_FILE)) as source:
        rows = pa.ipc.open_file(source).get_batch(batch)
    found: dict[str, Cut] = {}
    for row, code in enumerate(rows["language"].to_pylist()):
        try:
            piece = read_piece(folder / rows["piece"][row].as_py())
        except InputError:
            (folder / CUTS_FILE).unlink()
            raise
        form, forms = decode_forms(piece)
        place, start, length = (piece[name].to_numpy() for name in ("passage", "start", "length"))
        found[code] = Cut(place, start, length, form, forms, rows["types"][row].values.to_numpy())
    return found


def piece_names(folder: Path) -> list[dict[str, str]]:
    """For each batch the names of the pieces that hold its words, by language."""
    with pa.memory_map(str(folder / CUTS_FILE)) as source:
        reader = pa.ipc.open_file(source)
        batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
    return [dict(zip(b["language"].to_pylist(), b["piece"].to_pylist(), strict=True)) for b in batches]


def write_types(
    path: Path, types: pa.Table, keys: Mapping[str, str] | None = None, last: tuple[Path, pa.Table] | None = None
) -> None:
    """Write the table of types; row number and ``type`` are the same.

    Args:
        path: The file.
        types: The table.
        keys: For each language what its lemmas and parts depend on, for `read_described`.
        last: The file of the run before and what that read of it; the file is copied where it says the same, and
            left alone where it is ``path`` itself.
    """
    table = types.cast(TYPES.with_metadata({_KEYS: json.dumps(dict(keys))} if keys else None))
    if last is not None and table.schema.metadata == last[1].schema.metadata and table.equals(last[1]):
        if last[0] != path:
            shutil.copyfile(last[0], path)
    else:
        pq.write_table(table, path, compression="zstd", compression_level=1, write_statistics=False)


def read_described(path: Path, keys: Mapping[str, str]) -> pa.Table:
    """The types that a run before described in the same way; none where there was no such run."""
    if not path.exists():
        return TYPES.empty_table()
    table = pq.ParquetFile(path).read()
    then = json.loads((table.schema.metadata or {}).get(_KEYS, b"{}"))
    same = [code for code, key in keys.items() if then.get(code) == key]
    if same and same == [*then]:
        return table.combine_chunks()
    return table.filter(pc.is_in(table["language"], pa.array(same, pa.string()))).combine_chunks()


def read_types(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of types, row number equal to ``type``."""
    return pq.read_table(path, columns=columns)


def open_tokens(path: Path) -> pa.RecordBatchFileReader:
    """Tokens as a memory map; batch *i* of it belongs to batch *i* of the passages."""
    return pa.ipc.open_file(pa.memory_map(str(path)))


def token_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """All batches of tokens, in order."""
    reader = open_tokens(path)
    for i in range(reader.num_record_batches):
        yield reader.get_batch(i)


def write_words(path: Path, words: NDArray[np.int64]) -> None:
    """Write how many words each passage has."""
    batch = pa.record_batch([pa.array(words, pa.uint32())], names=["words"])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def read_words(path: Path) -> NDArray[np.int64]:
    """How many words (tokens with ``is_word``) each passage has: int64, one a passage."""
    words: NDArray[np.int64] = (
        pa.ipc.open_file(pa.memory_map(str(path))).read_all()["words"].to_numpy().astype(np.int64)
    )
    return words
