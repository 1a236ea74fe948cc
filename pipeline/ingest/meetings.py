"""Which documents are worth comparing: locality-sensitive hashing on their MinHashes.

The bands are searched one after the other (Leskovec, Rajaraman and Ullman 2014, "Mining of massive datasets", chapter
3). For each document only the best pairs are held on to, so memory grows by some tens of bytes a document; MinHashes
are read where they lie. Documents that are nearly the same meet in most bands: a pair is looked at once.

Whom a document meets in a band hangs on those whose slots agree there and on no others. In a corpus that grew, the
documents that share a band with a new one, or with one that is gone, are searched again, and no others.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.executor import map_in_order
from pipeline.ingest.shingles import SLOTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Pairs = NDArray[np.int64]
    """Later and earlier document of each pair: pairs x 2."""

_BAND, _BANDS_AT_ONCE = 2, 16
_NEAREST, _READ = 24, 4
_PAIRS, _HELD = 2_000, 1_000_000
"""So many pairs are looked at at once (their MinHashes fit a processor's cache), and wait to be."""
_REMEMBERED = 4_000_000
"""So many pairs that were looked at are remembered, and `_NEAREST` for each document where these are more."""
_PROMISING = {True: 0.55, False: 0.2}
"""How much of the shorter text's shingles must stand in the other, by its MinHash: a twentieth of the letters changed
leaves 0.73 of the shingles of six Chinese characters and 0.36 of those of three German words."""
_MOSTLY = 0.9
"""Where fewer of the documents are those of the last build, all are searched again."""
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


class Searched(NamedTuple):
    """Documents whose copies are sought, in the order of their dates."""

    minhashes: MinHashes
    contents: NDArray[np.uint64]
    """Digests of their passages."""
    shingles: Ints
    """How many shingles each has."""
    is_chinese: NDArray[np.bool_]
    """Whether each is Chinese: then fewer shingles break where a letter is changed."""


def candidates(
    minhashes: MinHashes,
    shingles: Ints,
    is_chinese: NDArray[np.bool_],
    wanted: NDArray[np.bool_] | None = None,
    workers: int = 1,
) -> Pairs:
    """Pairs of documents that are worth reading, found on their MinHashes.

    Args:
        minhashes: As `Searched`.
        shingles: As `Searched`.
        is_chinese: As `Searched`.
        wanted: The documents whose pairs with earlier ones are sought; of all where None.
        workers: How many threads search.

    Returns:
        Later and earlier document of each pair, ascending: int64, pairs x 2.
    """
    best, done = np.zeros((0, 3), np.int64), np.zeros(0, np.int64)
    waiting: list[Ints] = []

    def promising(pairs: Ints) -> NDArray[np.int64]:
        return _promising(minhashes, shingles, is_chinese, *np.divmod(pairs, len(shingles)))

    # Sorting and comparing arrays, NumPy lets other threads of Python go on.
    with ThreadPoolExecutor(workers) as threads:
        found = map_in_order(
            threads,
            lambda slots: _distinct(_meetings(slots, shingles, wanted)),
            _bands(minhashes),
            under_way=2 * workers,
        )
        for band, new in enumerate(found, start=1):
            waiting.append(new[~_among(new, done)])
            if sum(map(len, waiting)) > _HELD or band % _BANDS_AT_ONCE == 0:
                met, waiting = _distinct(np.concatenate(waiting)), []
                portions = (met[start : start + _PAIRS] for start in range(0, len(met), _PAIRS))
                best = _best(np.concatenate([best, *map_in_order(threads, promising, portions, under_way=2 * workers)]))
                remembered = len(done) + len(met) <= max(_REMEMBERED, _NEAREST * len(shingles))
                done = _distinct(np.concatenate([done, met])) if remembered else met
    return best[:, :2]


def candidates_again(now: Searched, then: Searched, pairs: Pairs, workers: int = 1) -> Pairs:
    """What `candidates` says, from what it said of the documents of the last build, ``pairs``."""
    number = len(now.contents)
    place = _places(now, then)
    stayed = np.flatnonzero(place >= 0)
    gone = np.ones(len(then.contents), np.bool_)
    gone[place[stayed]] = False
    if len(stayed) < _MOSTLY * max(number, len(gone)) or (np.diff(place[stayed]) <= 0).any():
        return candidates(now.minhashes, now.shingles, now.is_chinese, None, workers)
    changed = np.concatenate([now.minhashes.of(np.flatnonzero(place < 0)), then.minhashes.of(np.flatnonzero(gone))]).T
    if not changed.size:
        return pairs
    met = np.zeros(number, np.bool_)
    for band, slots in enumerate(_bands(now.minhashes)):
        met[_agreeing(slots, changed[band * _BAND : (band + 1) * _BAND])] = True
    found = candidates(now.minhashes, now.shingles, now.is_chinese, met, workers)
    renumbered = np.full(len(gone), -1)
    renumbered[place[stayed]] = stayed
    kept = renumbered[pairs]
    both = np.concatenate([found, kept[~met[kept[:, 0]] & (kept[:, 0] >= 0)]])
    return both[np.argsort(both[:, 0], kind="stable")]


def _bands(minhashes: MinHashes) -> Iterator[NDArray[np.uint16]]:
    """The slots of each band, and the one that sorts those that meet: 3 x documents."""
    for first in range(0, SLOTS, _BANDS_AT_ONCE * _BAND):
        last = first + _BANDS_AT_ONCE * _BAND
        columns = minhashes.columns(first, min(last + 1, SLOTS))
        if last == SLOTS:
            columns = np.concatenate([columns, minhashes.columns(0, 1)])  # what sorts the last band
        for slot in range(0, last - first, _BAND):
            yield columns[slot : slot + _BAND + 1]


def _places(now: Searched, then: Searched) -> Ints:
    """For each document its place among those of the last build; -1 for one that was not there, or not the same."""
    if not len(then.contents):
        return np.full(len(now.contents), -1)
    sort = np.argsort(then.contents)
    place = sort[np.minimum(np.searchsorted(then.contents, now.contents, sorter=sort), len(sort) - 1)]
    pairs = ((now.contents, then.contents), (now.shingles, then.shingles), (now.is_chinese, then.is_chinese))
    return np.where(np.all([here == there[place] for here, there in pairs], axis=0), place, -1)


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


def _meetings(slots: NDArray[np.uint16], shingles: Ints, wanted: NDArray[np.bool_] | None) -> Ints:
    """The pairs that meet in a band, as ``later * documents + earlier``, if neither is much longer.

    Args:
        slots: Those of `_bands`.
        shingles: How many shingles each document has.
        wanted: As in `candidates`.
    """
    number = len(shingles)
    some = np.arange(number) if wanted is None else _agreeing(slots[:_BAND], slots[:_BAND, wanted])
    packed = np.sort(_keys(slots[:, some]).astype(np.uint64) << np.uint64(32) | some.astype(np.uint64))
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
        good = (6 * a >= b) & (a <= 2.5 * b)
        found.append((later * number + earlier)[good if wanted is None else good & wanted[later]])
    return np.concatenate([*found, np.zeros(0, np.int64)])


def _keys(slots: NDArray[np.uint16]) -> NDArray[np.uint32]:
    keys: NDArray[np.uint32] = (slots[0].astype(np.uint32) << np.uint32(16)) | slots[1]
    return keys


def _agreeing(slots: NDArray[np.uint16], others: NDArray[np.uint16]) -> Ints:
    """The documents of which both slots of a band agree with those of another one."""
    held = np.zeros(1 << 16, np.bool_)
    held[others[0]] = True
    some = np.flatnonzero(held[slots[0]])
    return some[np.isin(_keys(slots[:, some]), _keys(others))]


def _among(values: Ints, known: Ints) -> NDArray[np.bool_]:
    """Whether each of some values is among others; both ascend."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found


def _distinct(values: Ints) -> Ints:
    values = np.sort(values)
    return values[np.diff(values, prepend=-1) > 0]
