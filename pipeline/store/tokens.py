"""Types and tokens: one record batch of tokens for each batch of passages, memory-mapped when read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.records import TOKENS, TYPES
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
_KEYS = b"zwiesprache.described"

_PIECES_AT_ONCE = 32
"""Pieces whose forms are numbered together; memory then depends on the types there are, not on the corpus."""

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


def number_types(paths: Sequence[Mapping[str, Path]], languages: Iterable[str], file: Path) -> dict[str, pa.Array]:
    """Number the forms of all pieces and write ``cuts.arrow``.

    Types are numbered language by language, within one in the order in which they first appear.

    Args:
        paths: The pieces of each batch, by language.
        languages: The languages, in order.
        file: Where ``cuts.arrow`` is written.

    Returns:
        The forms of each language, in order of their types.
    """
    forms: dict[str, pa.Array] = {}
    numbers: dict[str, list[NDArray[np.uint32]]] = {}
    first = 0
    for code in languages:
        known, numbers[code] = pa.array([], pa.string()), []
        for at in range(0, len(paths), _PIECES_AT_ONCE):
            own = [decode_forms(read_piece(of_batch[code]))[1] for of_batch in paths[at : at + _PIECES_AT_ONCE]]
            encoded = pa.concat_arrays([known, *own]).dictionary_encode()  # what is known keeps its place in front
            types = encoded.indices.to_numpy()[len(known) :].astype(np.uint32) + np.uint32(first)
            numbers[code] += np.split(types, np.cumsum([len(piece) for piece in own])[:-1])
            known = encoded.dictionary
        forms[code] = known
        first += len(known)
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, CUTS) as writer:
        for batch, of_batch in enumerate(paths):
            names = [f"{path.parent.name}/{path.name}" for path in of_batch.values()]
            types_of = [numbers[code][batch] for code in of_batch]
            writer.write_batch(pa.record_batch([pa.array(of_batch), pa.array(names), pa.array(types_of)], schema=CUTS))
    return forms


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


def write_types(path: Path, types: pa.Table, keys: Mapping[str, str] | None = None) -> None:
    """Write the table of types; row number and ``type`` are the same.

    Args:
        path: The file.
        types: The table.
        keys: For each language what its lemmas and parts depend on, for `read_described`.
    """
    schema = TYPES.with_metadata({_KEYS: json.dumps(dict(keys))} if keys else None)
    pq.write_table(types.cast(schema), path, compression="zstd", compression_level=1, write_statistics=False)


def read_described(path: Path, keys: Mapping[str, str]) -> pa.Table:
    """The types that a run before described in the same way; none where there was no such run."""
    if not path.exists():
        return TYPES.empty_table()
    table = pq.read_table(path)
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
