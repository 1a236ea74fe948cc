"""Types and tokens: one record batch of tokens for each batch of passages, memory-mapped when read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records import TOKENS, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

TOKENS_FILE = "tokens.arrow"
TYPES_FILE = "types.parquet"
CUTS_FILE = "cuts.arrow"
CUT_TYPES_FILE = "cut_types.parquet"
WORDS_FILE = "words.arrow"

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


class Vocabulary:
    """Numbers types in the order in which they first appear."""

    def __init__(self, known: pa.Table | None = None) -> None:
        self._number: dict[tuple[str, str], int] = {}
        if known is not None:
            pairs = zip(known["language"].to_pylist(), known["form"].to_pylist(), strict=True)
            self._number = {pair: i for i, pair in enumerate(pairs)}

    def __len__(self) -> int:
        return len(self._number)

    def number(self, language: str, forms: Sequence[str]) -> NDArray[np.uint32]:
        """The type of each form; unknown forms become new types."""
        numbers = self._number
        return np.fromiter(
            (numbers.setdefault((language, form), len(numbers)) for form in forms), np.uint32, count=len(forms)
        )

    def pairs(self, first: int = 0) -> list[tuple[str, str]]:
        """Language and form of each type, from the type ``first`` on."""
        return list(self._number)[first:]


def write_types(path: Path, types: pa.Table) -> None:
    """Write the table of types; row number and ``type`` are the same."""
    pq.write_table(types.cast(TYPES), path, compression="zstd", write_statistics=False)


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
