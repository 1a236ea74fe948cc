"""Which documents are worth comparing: locality-sensitive hashing on their MinHashes.

The bands are searched one after the other (Leskovec, Rajaraman and Ullman 2014, "Mining of massive datasets", chapter
3). For each document only the best pairs are held on to, so memory grows by some tens of bytes a document; MinHashes
are read where they lie. Documents that are nearly the same meet in most bands: a pair is looked at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.ingest.shingles import SLOTS

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Pairs = NDArray[np.int64]
    """Later and earlier document of each pair: pairs x 2."""

_BAND, _BANDS_AT_ONCE = 2, 16
_NEAREST, _READ = 24, 4
_PAIRS, _HELD = 20_000, 1_000_000
"""So many pairs are looked at at once, and wait to be."""
_REMEMBERED = 4_000_000
"""So many pairs that were looked at are remembered, and `_NEAREST` for each document where these are more."""
_PROMISING = {True: 0.55, False: 0.2}
"""How much of the shorter text's shingles must stand in the other, by its MinHash: a twentieth of the letters changed
leaves 0.73 of the shingles of six Chinese characters and 0.36 of those of three German words."""
_ADDED = 0.15
"""So much of a copy longer than its original must stand in that by their MinHashes; half of it must by their texts."""


class MinHashes:
    """MinHashes of documents, each of `SLOTS` slots of 16 bits, read where they lie."""

    def __init__(self, column: pa.ChunkedArray, rows: Ints) -> None:
        """Those of some rows of a column of 512 bytes each."""
        blocks = [np.frombuffer(chunk.buffers()[1], "<u2").reshape(-1, SLOTS)[chunk.offset :][: len(chunk)]
                  for chunk in column.chunks if len(chunk)]  # fmt: skip
        self._blocks = blocks
        self._bounds = np.cumsum([0, *map(len, blocks)])
        self._rows = rows
        self._places = np.full(self._bounds[-1], -1, np.int64)
        self._places[rows] = np.arange(len(rows))

    def columns(self, first: int, last: int) -> NDArray[np.uint16]:
        """Slots ``first`` to ``last`` of all documents: slots x documents."""
        columns = np.empty((last - first, len(self._rows)), np.uint16)
        for block, start in zip(self._blocks, self._bounds.tolist(), strict=False):
            places = self._places[start : start + len(block)]
            here = places >= 0
            columns[:, places[here]] = block[:, first:last][here].T
        return columns

    def of(self, documents: Ints) -> NDArray[np.uint16]:
        """The MinHashes of some documents: documents x `SLOTS`."""
        rows = self._rows[documents]
        found = np.empty((len(rows), SLOTS), np.uint16)
        block = np.searchsorted(self._bounds, rows, side="right") - 1
        for number in np.unique(block).tolist():
            here = block == number
            found[here] = self._blocks[number][rows[here] - self._bounds[number]]
        return found


def candidates(minhashes: MinHashes, shingles: Ints, is_chinese: NDArray[np.bool_]) -> Pairs:
    """Pairs of documents that are worth reading, found on their MinHashes.

    Args:
        minhashes: Those of documents in the order of their dates.
        shingles: How many shingles each has.
        is_chinese: Whether each is Chinese: then fewer shingles break where a letter is changed.

    Returns:
        Later and earlier document of each pair, ascending: int64, pairs x 2.
    """
    best = np.zeros((0, 3), np.int64)
    met = done = np.zeros(0, np.int64)
    for first in range(0, SLOTS, _BANDS_AT_ONCE * _BAND):
        last = first + _BANDS_AT_ONCE * _BAND
        columns = minhashes.columns(first, min(last + 1, SLOTS))
        if last == SLOTS:
            columns = np.concatenate([columns, minhashes.columns(0, 1)])  # what sorts the last band
        for band in range(0, last - first, _BAND):
            new = _distinct(_meetings(columns[band : band + _BAND + 1], shingles))
            met = _distinct(np.concatenate([met, new[~_among(new, done)]]))
            if len(met) > _HELD or band + _BAND == last - first:
                found = [
                    _promising(minhashes, shingles, is_chinese, *np.divmod(met[start : start + _PAIRS], len(shingles)))
                    for start in range(0, len(met), _PAIRS)
                ]
                best = _best(np.concatenate([best, *found]))
                remembered = len(done) + len(met) <= max(_REMEMBERED, _NEAREST * len(shingles))
                done, met = (_distinct(np.concatenate([done, met])) if remembered else met), met[:0]
    return best[:, :2]


def _promising(
    minhashes: MinHashes, shingles: Ints, is_chinese: NDArray[np.bool_], later: Ints, earlier: Ints
) -> NDArray[np.int64]:
    """The pairs whose MinHashes promise a copy; how much they promise, as a number that falls: pairs x 3."""
    same = (minhashes.of(later) == minhashes.of(earlier)).view(np.uint64)  # eight slots a number
    alike = np.bitwise_count(same).sum(axis=1) / SLOTS
    a, b = shingles[later], shingles[earlier]
    held = alike / (1 + alike) * (a + b) / np.minimum(a, b)
    floor = np.where(is_chinese[later] & is_chinese[earlier], _PROMISING[True], _PROMISING[False])
    added = (a > b) & (alike / (1 + alike) * (a + b) / np.maximum(a, b) < _ADDED)
    good = (held >= floor) & ~added
    promise = np.round(-20 * np.minimum(held, 1)).astype(np.int64)
    return np.column_stack([later[good], earlier[good], promise[good]])


def _best(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each later document the distinct pairs that promise most, the earliest first where they promise the same."""
    found = found[np.lexsort((found[:, 1], found[:, 2], found[:, 0]))]
    found = found[np.append(True, (found[1:] != found[:-1]).any(axis=1))[: len(found)]]
    rank = np.arange(len(found)) - np.searchsorted(found[:, 0], found[:, 0])
    best: NDArray[np.int64] = found[rank < _READ]
    return best


def _meetings(slots: NDArray[np.uint16], shingles: Ints) -> Ints:
    """The pairs that meet in a band, as ``later * documents + earlier``, if neither is much longer.

    Args:
        slots: The two slots of the band, and the one that sorts those that meet: 3 x documents.
        shingles: How many shingles each document has.
    """
    number = len(shingles)
    key = (slots[0].astype(np.uint32) << np.uint32(16)) | slots[1]
    packed = np.sort(key.astype(np.uint64) << np.uint64(32) | np.arange(number, dtype=np.uint64))
    key = (packed >> np.uint64(32)).astype(np.uint32)
    same = key[1:] == key[:-1]
    several = np.flatnonzero(np.append(same, False) | np.append(False, same))
    order, key = (packed[several] & np.uint64(0xFFFFFFFF)).astype(np.int64), key[several]
    sort = np.lexsort((slots[2][order], key))
    order, key = order[sort], key[sort]
    place = np.arange(len(order))
    found: list[Ints] = []
    for distance in range(1, _NEAREST + 1):
        place = place[place + distance < len(order)]
        place = place[key[place] == key[place + distance]]
        if not len(place):
            break
        here, there = order[place], order[place + distance]
        later, earlier = np.maximum(here, there), np.minimum(here, there)
        a, b = shingles[later], shingles[earlier]
        found.append((later * number + earlier)[(6 * a >= b) & (a <= 2.5 * b)])
    return np.concatenate([*found, np.zeros(0, np.int64)])


def _among(values: Ints, known: Ints) -> NDArray[np.bool_]:
    """Whether each of some values is among others; both ascend."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found


def _distinct(values: Ints) -> Ints:
    values = np.sort(values)
    return values[np.diff(values, prepend=-1) > 0]
