"""The words as analyses read them, put together of what was cut and of what the lexicon's terms hold whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.concepts.hold import find_touched
from pipeline.store import corpus, pieces, tokens
from pipeline.store.postings import Postings, invert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """What a batch's words are made of, beside its pieces of cut words; the arrays are by the forms of pieces."""

    batch: int
    first: int
    """The batch's first passage."""
    passages: int
    is_word: Mapping[str, NDArray[np.bool_]]
    held: Path | None
    held_types: NDArray[np.uint32]
    held_is_word: NDArray[np.bool_]


def plan_assembly(
    folder: Path, held: Sequence[Path | None], types: pa.Table, numbers: Mapping[str, int]
) -> Iterator[Assembly]:
    """What makes the words of each batch.

    Args:
        folder: The corpus.
        held: For each batch the piece of the words that held terms made, if there is one.
        types: All types, those of held terms among them.
        numbers: The type of each form in the pieces of ``held``.
    """
    is_word = types["is_word"].to_numpy()
    bounds = corpus.batch_bounds(folder)
    for batch, path in enumerate(held):
        forms = pieces.decode_forms(pieces.read_piece(path))[1].to_pylist() if path else []
        new = np.array([numbers[form] for form in forms], np.uint32)
        of_cut = {code: is_word[cut.types] for code, cut in tokens.read_cuts(folder, batch).items()}
        first = bounds[batch]
        yield Assembly(batch, first, bounds[batch + 1] - first, of_cut, path, new, is_word[new])


class Tokens(NamedTuple):
    """The words of one batch in order, and how many each of its passages has."""

    passage: NDArray[np.uint32]
    start: NDArray[np.uint32]
    length: NDArray[np.uint16]
    type: NDArray[np.uint32]
    words: Ints
    postings: Postings


def assemble(folder: Path, work: Assembly) -> Tokens:
    """Put the cut words of a batch's languages and the words of held terms together."""
    parts: list[tuple[np.ndarray, ...]] = []
    for code, cut in tokens.read_cuts(folder, work.batch).items():
        type_, is_word = cut.types[cut.form], work.is_word[code][cut.form]
        part: tuple[np.ndarray, ...] = (cut.passage, cut.start, cut.length, type_, is_word)
        if code == "zh" and work.held is not None:
            part = _with_held(part, pieces.read_piece(work.held), work.held_types, work.held_is_word)
        if len(part[0]):
            parts.append(part)
    if not parts:
        parts.append(tuple(np.empty(0, kind) for kind in (np.uint32, np.uint32, np.uint16, np.uint32, np.bool_)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    if len(parts) > 1:
        order = np.argsort(columns[0], kind="stable")
        columns = [column[order] for column in columns]
    passage, start, length, type_, is_word = columns
    words = np.bincount(passage[is_word], minlength=work.passages)
    return Tokens(passage + np.uint32(work.first), start, length, type_, words, invert(type_))


def _with_held(
    part: tuple[np.ndarray, ...], held: pa.RecordBatch, types: NDArray[np.uint32], is_word: NDArray[np.bool_]
) -> tuple[np.ndarray, ...]:
    """The cut words that no new one touches, and the new ones, in order."""
    form, _ = pieces.decode_forms(held)
    if not len(form):
        return part
    new = (*(held[name].to_numpy() for name in ("passage", "start", "length")), types[form], is_word[form])
    old_start, new_start = _place(part[0], part[1]), _place(new[0], new[1])
    untouched = ~find_touched(old_start, old_start + part[2], new_start, new_start + new[2])
    at = np.searchsorted(old_start[untouched], new_start)
    return tuple(np.insert(old[untouched], at, fresh) for old, fresh in zip(part, new, strict=True))


def _place(passage: np.ndarray, start: np.ndarray) -> Ints:
    """One number for passage and start, in the order of both."""
    place: Ints = (passage.astype(np.int64) << 32) + start
    return place
