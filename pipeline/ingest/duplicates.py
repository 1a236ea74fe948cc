"""Copies: which documents say what another one said before them.

Two documents are **exact** copies if their letters and digits are the same without case, width, script, spaces,
punctuation and hyphens; a text of under fifteen letters, such as a title, only if it also has the same date. They are
**near** copies if `pipeline.ingest.resemblance.resembles` says so of their texts. Body and headings decide, not notes.

Documents are read in the order of their dates, undated ones last, those of the same date in the order of the corpus.
Each is a copy of the one original before it that it resembles most, or an original itself. A copy is thus compared with
what it is called a copy of, and nothing is chained: where B resembles A, and C resembles B but not A, C is an original
(the leader algorithm of Hartigan 1975, "Clustering algorithms", chapter 3).

Pairs that are worth comparing are found on MinHashes by locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman
and Ullman 2014, "Mining of massive datasets", chapter 3): two documents meet if two neighbouring slots of theirs agree,
in any of 128 bands. A pair whose texts resemble each other by 0.2 meets with a chance of 0.995. In a band a document
meets the 24 that are sorted nearest to it, and of all that it meets the 4 whose MinHashes promise most are read
(`pipeline.ingest.meetings`). MinHashes are read by memory map, so that memory grows by some tens of bytes a document.

What a comparison said is kept under digests of both texts, and which pairs were worth one: a corpus that grew by one
document searches what shares a band with it, and reads it and what it may be a copy of.
"""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.executor import map_in_order, open_executor
from pipeline.ingest.kept import CANDIDATES, COMPARED, Copies
from pipeline.ingest.meetings import MinHashes, Searched, candidates_again
from pipeline.ingest.resemblance import glance, make_text, resemblance, resembles
from pipeline.ingest.shingles import DECIDING, read_letters
from pipeline.records import DOCUMENTS
from pipeline.store import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.ingest.resemblance import Text
    from pipeline.stages import Progress

    Hashes = NDArray[np.uint64]
    Ints = NDArray[np.int64]
    Pairs = NDArray[np.int64]
    """Later and earlier document of each pair: pairs x 2."""
    Compared = dict[tuple[int, int], float | None]
    """How much two texts resemble each other, by digests of the later and the earlier; None if that is no copy."""

_FEW_LETTERS, _FEW_SHINGLES = 15, 10
_LETTERS = 250_000
"""So much text is compared at once."""
_MOST = 2_000_000
"""So many characters of a document are compared, as a book of a thousand pages has: some 50 bytes of memory each."""
MARKS = pa.schema([DOCUMENTS.field(name) for name in ("duplicate_of", "duplicate_kind", "duplicate_resemblance")])


def find_copies(
    folder: Path, outlines: pa.Table, before: Copies, progress: Progress, workers: int | None = 1
) -> tuple[pa.Table, Copies]:
    """Say which documents are copies, of what, and how much they resemble it.

    Args:
        folder: Where the passages of a corpus have just been written.
        outlines: Of its documents, with their signatures (`pipeline.store.outlines`).
        before: What was found the last time.
        progress: Is told how many pairs were compared.
        workers: How many threads search them and processes compare them at most; as many as there are cores where None.

    Returns:
        The columns `MARKS` of all documents, and what was found.
    """
    workers = workers or os.cpu_count() or 1
    order, first, read = _sorted(outlines)
    then, _, read_then = _sorted(before.outlines)
    known = np.column_stack([before.candidates[name].to_numpy() for name in CANDIDATES.names])
    searched = _searched(outlines, order[read])
    pairs = candidates_again(searched, _searched(before.outlines, then[read_then]), known, workers)
    texts = _Texts(folder, outlines, order, before.compared, workers)
    near = _settle(texts, read[pairs], progress)
    found = pa.table(list(pairs.T), schema=CANDIDATES)
    return _marks(outlines["doc_id"], order, first, near), Copies(outlines, found, texts.compared())


def _sorted(outlines: pa.Table) -> tuple[Ints, Ints, Ints]:
    """The rows of documents by their dates; for each the first one with the same letters; those that are searched."""
    dates = outlines["date"].cast(pa.int32()).fill_null(np.iinfo(np.int32).max).to_numpy()
    order = np.argsort(dates, kind="stable")
    letters = outlines["letters"].to_numpy()[order]
    digests = outlines["digest"].to_numpy()[order]
    first = _first_with_same_letters(digests, letters, dates[order])
    enough = outlines["shingles"].to_numpy()[order] >= _FEW_SHINGLES
    return order, first, np.flatnonzero((first == np.arange(len(order))) & enough)


def _searched(outlines: pa.Table, rows: Ints) -> Searched:
    """What documents are searched by."""
    return Searched(
        MinHashes(outlines["minhash"], rows),
        _contents(outlines)[rows],
        outlines["shingles"].to_numpy()[rows].astype(np.int64),
        pc.equal(outlines["language"], "zh").to_numpy()[rows],
    )


def _contents(outlines: pa.Table) -> Hashes:
    """The first half of the digest of each document's passages: letters alone do not say where words end."""
    halves = [np.frombuffer(chunk.buffers()[1], "<u8").reshape(-1, 2)[chunk.offset :][: len(chunk), 0]
              for chunk in outlines["content"].chunks if len(chunk)]  # fmt: skip
    return np.concatenate([np.empty(0, np.uint64), *halves])


def _marks(names: pa.ChunkedArray, order: Ints, first: Ints, near: dict[int, tuple[int, float]]) -> pa.Table:
    """The columns `MARKS`: a copy of a near copy's letters is what that one is."""
    number = len(order)
    original, likeness = np.arange(number), np.zeros(number)
    for later, (earlier, value) in near.items():
        original[later], likeness[later] = earlier, value
    is_near = likeness[first] > 0
    row, resembling = np.empty(number, np.int64), np.empty(number)
    row[order] = order[original[first]]
    resembling[order] = np.where(is_near, likeness[first], 1.0)
    kind = np.empty(number, np.int64)
    kind[order] = is_near
    none = row == np.arange(number)
    columns = [
        names.take(pa.array(row, mask=none)),
        pa.array(["exact", "near"], pa.string()).take(pa.array(kind, mask=none)),
        pa.array(resembling, mask=none),
    ]
    return pa.Table.from_arrays(columns, schema=MARKS)


def _first_with_same_letters(digests: Hashes, letters: Ints, dates: NDArray[np.int32]) -> Ints:
    """For each document the first one with the same letters; for one without letters itself."""
    number = len(digests)
    day = np.where(letters < _FEW_LETTERS, dates, 0)
    alone = np.where(letters == 0, np.arange(number), -1)
    order = np.lexsort((alone, day, digests))
    keys = [values[order] for values in (digests, day, alone)]
    begins = np.flatnonzero(np.append(True, np.any([key[1:] != key[:-1] for key in keys], axis=0))[:number])
    first = np.empty(number, np.int64)
    first[order] = np.repeat(order[begins], np.diff(begins, append=number))
    return first


def _settle(texts: _Texts, pairs: Pairs, progress: Progress) -> dict[int, tuple[int, float]]:
    """The original and the resemblance of each near copy.

    A document that resembles only copies is compared with what these are copies of.
    """
    known: Compared = {}
    near: dict[int, tuple[int, float]] = {}
    while len(pairs):
        known |= texts.compare(pairs, progress)
        near, open_ = _assign(known)
        pairs = np.array(sorted(open_ - known.keys()), np.int64).reshape(-1, 2)
    return near


def _assign(known: Compared) -> tuple[dict[int, tuple[int, float]], set[tuple[int, int]]]:
    """The near copies with their originals; and pairs still to be compared."""
    alike: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (later, earlier), likeness in known.items():
        if likeness is not None:
            alike[later].append((-likeness, earlier))
    near: dict[int, tuple[int, float]] = {}
    open_: set[tuple[int, int]] = set()
    for later in sorted(alike):
        originals = [pair for pair in alike[later] if pair[1] not in near]
        if originals:
            likeness, original = min(originals)
            near[later] = original, -likeness
        open_ |= {(later, near[earlier][0]) for _, earlier in alike[later] if earlier in near}
    return near, open_


class _Texts:
    """The texts of documents, which are numbered by their dates."""

    def __init__(self, folder: Path, outlines: pa.Table, order: Ints, kept: pa.Table, workers: int) -> None:
        self._folder = folder
        self._workers = workers
        self._order = order
        self._letters = np.minimum(outlines["letters"].to_numpy()[order], _MOST)
        self._contents = _contents(outlines)[order]
        sizes = pc.list_value_length(outlines["lengths"]).to_numpy()
        self._passages = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._bounds = np.array(corpus.batch_bounds(folder))
        later, earlier, likeness = (kept[name].to_pylist() for name in COMPARED.names)
        self._kept: Compared = dict(zip(zip(later, earlier, strict=True), likeness, strict=True))
        self._used: Compared = {}

    def compare(self, pairs: Pairs, progress: Progress) -> Compared:
        """How much the two of each pair resemble each other; None where the later is no copy of the earlier."""
        keys = list(zip(*(self._contents[pairs[:, side]].tolist() for side in (0, 1)), strict=True))
        is_new = np.array([key not in self._kept for key in keys], np.bool_)
        portions = list(_portions(pairs[is_new], self._letters, self._workers))
        done = 0
        with open_executor(self._workers, len(portions)) as executor:
            compared = map_in_order(executor, _compare, map(self._portion, portions), under_way=4)
            for some, likenesses in zip(portions, compared, strict=True):
                for (later, earlier), likeness in zip(some.tolist(), likenesses, strict=True):
                    self._kept[int(self._contents[later]), int(self._contents[earlier])] = likeness
                done += len(some)
                progress("copies", done, int(is_new.sum()))
        self._used |= {key: self._kept[key] for key in keys}
        return dict(zip(map(tuple, pairs.tolist()), map(self._kept.__getitem__, keys), strict=True))

    def compared(self) -> pa.Table:
        """All that was compared or would have been (`COMPARED`)."""
        rows = [(*key, likeness) for key, likeness in sorted(self._used.items(), key=lambda item: item[0])]
        return pa.Table.from_pylist([dict(zip(COMPARED.names, row, strict=True)) for row in rows], COMPARED)

    def _portion(self, pairs: Pairs) -> _Portion:
        rows, place = np.unique(self._order[pairs], return_inverse=True)
        first = self._passages[rows]
        return _Portion(self._folder, self._bounds, first, self._passages[rows + 1] - first, place.reshape(-1, 2))


@dataclass(frozen=True, slots=True, eq=False)
class _Portion:
    """Pairs of texts to be compared, for one worker."""

    folder: Path
    bounds: Ints
    """The first passage of each batch (`pipeline.store.corpus.batch_bounds`)."""
    first: Ints
    """The first passage of each text, and how many it has."""
    sizes: Ints
    pairs: Pairs
    """Places of these texts."""


def _compare(portion: _Portion) -> list[float | None]:
    """How much the two of each pair resemble each other; None where the later is no copy."""
    texts = _read(portion)
    return [
        resemblance(texts[later], texts[earlier])
        if glance(texts[later], texts[earlier]) and resembles(texts[later], texts[earlier])
        else None
        for later, earlier in portion.pairs.tolist()
    ]


def _read(portion: _Portion) -> list[Text]:
    """The texts as they are compared."""
    first, sizes = portion.first, portion.sizes
    owner = np.repeat(np.arange(len(first)), sizes)
    wanted = np.arange(len(owner)) + np.repeat(first - np.cumsum(sizes) + sizes, sizes)
    batch = np.searchsorted(portion.bounds, wanted, side="right") - 1
    texts: list[str] = []
    owners: list[int] = []
    room = [_MOST] * len(first)
    for number in np.unique(batch).tolist():
        here = batch == number
        table = corpus.read_batch(portion.folder, number, ["kind", "text"])
        table = table.take(pa.array(wanted[here] - portion.bounds[number]))
        deciding = pc.is_in(table["kind"], pa.array(DECIDING))
        whole = table["text"].filter(deciding).to_pylist()
        for text, document in zip(whole, owner[here][deciding.to_numpy()].tolist(), strict=True):
            if room[document] > 0:
                texts.append(text[: room[document]])
                owners.append(document)
                room[document] -= len(text)
    letters = read_letters(texts, np.searchsorted(np.array(owners, np.int64), np.arange(len(first)), side="right"))
    return [
        make_text(letters.codes[start:end], letters.is_han[start:end])
        for start, end in itertools.pairwise(letters.bounds.tolist())
    ]


def _portions(pairs: Pairs, letters: NDArray[np.int32], workers: int) -> Iterator[Pairs]:
    """Cut pairs, those of one original together, into portions of at most about `_LETTERS` letters of text.

    They are about as long, so many that each worker has as many to do; a last short one may be left, since a text that
    stands in several portions is counted for each.
    """
    pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    most = int(letters[np.unique(pairs)].sum()) // workers
    most = max(1, -(-most // max(1, -(-most // _LETTERS))))
    start, held, size = 0, set[int](), 0
    for i, pair in enumerate(pairs.tolist()):
        new = set(pair) - held
        more = sum(int(letters[document]) for document in new)
        if held and size + more > most:
            yield pairs[start:i]
            start, held, size = i, set(pair), sum(int(letters[document]) for document in pair)
        else:
            held |= new
            size += more
    if len(pairs):
        yield pairs[start:]
