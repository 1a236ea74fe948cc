"""Pieces: what was made of one batch of passages, kept until the texts or what makes it change.

A piece is one Arrow file named by the digest of all that it depends on. A corpus that grew by one document has new
pieces for the batches around it; the others are taken as they are.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np


def piece_path(folder: Path, language: str, *depends_on: object) -> Path:
    """Where the piece that depends on all this is kept."""
    digest = hashlib.blake2b(repr(depends_on).encode(), digest_size=16).hexdigest()
    return folder / f"{language}-{digest}.arrow"


def write_piece(path: Path, table: pa.Table) -> None:
    """Write a piece; it appears whole or not at all."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}.draft")  # another machine of a cluster may write it too
    with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        for batch in table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]:
            writer.write_batch(batch)
    draft.replace(path)


def read_piece(path: Path) -> pa.RecordBatch:
    """A piece as one batch of rows, memory-mapped.

    Raises:
        InputError: the piece is gone or damaged; what is left of its folder was removed, and is made again.
    """
    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).get_batch(0)
    except (FileNotFoundError, pa.ArrowInvalid) as problem:
        for other in path.parent.glob("*"):
            other.unlink()
        raise InputError(
            f"{path}: what was kept of the words is damaged ({problem}); it was removed, run the command again"
        ) from problem


def drop_pieces(folder: Path, kept: Iterable[Path]) -> None:
    """Remove the pieces that are no longer of use, and drafts that a stopped run left."""
    names = {path.name for path in kept}
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink()


def entities_path(path: Path) -> Path:
    """Where the named entities of a piece of words are kept; they are written before it."""
    return path.with_name(f"entities-{path.name}")


_APART = "\x1f"
"""Unit Separator: stands between form, lemma and tag."""


def pack_words(forms: pa.Array, lemmas: pa.Array, tags: pa.Array) -> pa.Array:
    """Form, lemma and tag of words as one text each: what a piece has for forms where one has several lemmas."""
    lemmas, tags = (pc.replace_substring(column, _APART, "") for column in (lemmas, tags))
    return pc.binary_join_element_wise(forms, lemmas, tags, _APART, null_handling="replace", null_replacement="")


def unpack_words(words: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Form, lemma and tag of packed words; an empty tag is null."""
    parts = pc.split_pattern(words, _APART, max_splits=2, reverse=True)
    form, lemma, tag = (pc.list_element(parts, i) for i in range(3))
    return form, lemma, pc.if_else(pc.equal(tag, ""), pa.scalar(None, pa.string()), tag)


def decode_forms(batch: pa.RecordBatch) -> tuple[np.ndarray, pa.Array]:
    """The column ``form`` of a piece: for each row the index of its form, and the distinct forms (or words)."""
    column = batch["form"]
    return column.indices.to_numpy(), column.dictionary
