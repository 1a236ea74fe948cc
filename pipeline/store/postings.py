"""Postings: for each type the tokens of it, so that a question about some words reads these words and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

POSTINGS_FILE = "postings.arrow"
POSTINGS = pa.schema([("type", pa.uint32()), ("tokens", pa.list_(pa.uint32()))])
"""One record batch for each batch of passages: its types in order, and for each the rows of its tokens in the batch of
``tokens.arrow``, in order."""


class Postings(NamedTuple):
    """The postings of one batch: the tokens of ``type[i]`` are ``tokens[bounds[i]:bounds[i + 1]]``."""

    type: NDArray[np.uint32]
    bounds: NDArray[np.int32]
    tokens: NDArray[np.uint32]


def invert(type_: NDArray[np.uint32]) -> Postings:
    """The postings of the tokens of one batch, given their types."""
    packed = np.sort((type_.astype(np.uint64) << np.uint64(32)) | np.arange(len(type_), dtype=np.uint64))
    in_order = (packed >> np.uint64(32)).astype(np.uint32)
    first = np.flatnonzero(np.append(True, in_order[1:] != in_order[:-1])[: len(packed)])
    return Postings(in_order[first], np.append(first, len(packed)).astype(np.int32), packed.astype(np.uint32))


class PostingsWriter:
    """Writes postings, one record batch for each batch of passages."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._sink = pa.OSFile(str(self._path), "wb")
        self._writer = pa.ipc.new_file(self._sink, POSTINGS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._sink.close()

    def add(self, postings: Postings) -> None:
        """Write the postings of one batch."""
        tokens = pa.ListArray.from_arrays(pa.array(postings.bounds), pa.array(postings.tokens))
        self._writer.write_batch(pa.record_batch([pa.array(postings.type), tokens], schema=POSTINGS))


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The postings of a corpus, memory-mapped."""

    batches: tuple[Postings, ...]

    def tokens_of(self, types: NDArray[np.uint32]) -> list[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
        """Where some types stand.

        Args:
            types: Types in order.

        Returns:
            For each batch the rows of the tokens, and for each the index of its type in ``types``.
        """
        return [_tokens_of(postings, types) for postings in self.batches]


def open_postings(path: Path) -> Index:
    """The postings of a corpus as memory maps; nothing is read yet."""
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
    return Index(
        tuple(
            Postings(batch["type"].to_numpy(), lists.offsets.to_numpy(), lists.values.to_numpy())
            for batch in batches
            for lists in (batch["tokens"],)
        )
    )


def _tokens_of(postings: Postings, types: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    at = np.searchsorted(postings.type, types)
    there = np.flatnonzero(at < len(postings.type))
    there = there[postings.type[at[there]] == types[there]]
    runs = [postings.tokens[postings.bounds[i] : postings.bounds[i + 1]] for i in at[there].tolist()]
    tokens = np.concatenate(runs) if runs else np.empty(0, np.uint32)
    return tokens, np.repeat(there, [len(run) for run in runs])
