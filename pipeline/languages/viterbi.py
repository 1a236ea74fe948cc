"""Viterbi's search for the morphemes of many words at once.

The table that `pipeline.languages.morphology` fills for one word is filled here for thousands: first all morphemes at
all places of all words, then, letter by letter, the best way to each state there; what words have in common is gone
over once (`pipeline.languages.word_tree`). Sums are made in the same
order and of two ways that are equally likely the first is kept, so that the paths are the same, rounding and all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.languages.word_tree import WordTree

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Entries = NDArray[np.void]

Classes = tuple[tuple[int, float], ...]  # classes, or states, with log probability

_ENTRY = np.dtype([("state", "i8"), ("probability", "f8"), ("end", "i8"), ("begin", "i8"), ("before", "i8")])
"""The best way to a state at a place: where its last morpheme ends and begins, and the entry that it continues."""


class Lists(NamedTuple):
    """Lists of tags with log probabilities, end to end."""

    span: Ints
    """Of a list: its first element and how many it has; two columns."""
    tag: Ints
    probability: Floats


class Steps(NamedTuple):
    """Which ways lead on from a state over a morpheme of a kind; lists end to end."""

    kinds: int
    """How many there are."""
    span: Ints
    """Of ``state * kinds + kind``: its first element and how many it has; two columns."""
    choice: Ints
    """Which of the kind's classes."""
    state: Ints
    """The state that it leads to."""
    probability: Floats
    """Log probability of the class after the state before."""


class Tables(NamedTuple):
    """The model as arrays; its states have numbers."""

    bit: NDArray[np.uint64]
    """Of a code point: the bit of its letter, 0 if no morpheme has it; the last is for all beyond."""
    branches: NDArray[np.uint64]
    """Of a node of the tree of morphemes, whose root is 0: the bits of the letters that go on from it."""
    child: Ints
    """Of a node: that which its first letter leads to; those of the others follow it in order."""
    kind: Ints
    """Of a node: the number of the set of classes that the morpheme has that ends there; 0 where none ends."""
    first: Ints
    """Of a node: its first element of ``emitted``; there is one for each class of its kind, in order."""
    emitted: Floats
    """Log probability."""
    steps: Steps
    opening: int
    """The kind of what words may begin with beside the morphemes."""
    final: Lists
    """Of a state: the word classes that may end there."""
    tag: Ints
    """Of a state: its last class."""
    start: int
    """The state before a word."""


class Openings(NamedTuple):
    """What words may begin with beside the morphemes of the model."""

    end: Ints
    """Where each ends: places of the tree of words."""
    emitted: Floats
    """Log probability of each in each of the open classes: one column for each."""


class Morphemes(NamedTuple):
    """Morphemes in words, between places of their tree."""

    begin: Ints
    end: Ints
    kind: Ints
    first: Ints
    """Of the probabilities of its classes."""


class Ways(NamedTuple):
    """The ways through words: for each word and each state at its end those to each word class."""

    word: Ints
    """Index of the word, increasing; a word that has no way through is missing."""
    tag: Ints
    probability: Floats
    last: Ints
    """Index into ``entries``."""
    entries: Entries


def make_tables(
    morphemes: Mapping[str, Classes],
    inner: Mapping[int, Mapping[int, float]],
    final: Mapping[int, Classes],
    *,
    shift: int,
    start: int,
    open_classes: Sequence[int],
) -> Tables:
    """The arrays of a model; see `pipeline.languages.hanta.Model`.

    Args:
        morphemes: The classes of each morpheme; of the beginning of one that is none itself, nothing.
        inner: The classes that may follow a state, which is ``previous << shift | last``.
        final: The word classes that may end in a state.
        shift: See above.
        start: The state before a word.
        open_classes: Those of unknown morphemes.

    Raises:
        OverflowError: The morphemes have more than 64 letters.
    """
    nodes = ["", *sorted(sorted(filter(str.isalpha, morphemes)), key=len)]
    letters = sorted({node[-1] for node in nodes[1:]})
    bit_of = {letter: 1 << i for i, letter in enumerate(letters)}
    bit = np.zeros(ord(letters[-1]) + 2, np.uint64)
    bit[[*map(ord, letters)]] = np.array([*bit_of.values()], np.uint64)
    number = dict(zip(nodes, range(len(nodes)), strict=True))
    parent = np.array([number[node[:-1]] for node in nodes[1:]], np.int64)
    branches, child = np.zeros(len(nodes), np.uint64), np.zeros(len(nodes), np.int64)
    np.bitwise_or.at(branches, parent, np.array([bit_of[node[-1]] for node in nodes[1:]], np.uint64))
    child[parent[::-1]] = np.arange(len(nodes) - 1, 0, -1)
    states = {state: i for i, state in enumerate(inner)}
    mask = (1 << shift) - 1
    following, step = np.full((len(states), mask + 1), -1, np.int64), np.zeros((len(states), mask + 1))
    for state, own in inner.items():
        for tag, probability in own.items():
            following[states[state], tag] = states.get((state & mask) << shift | tag, -1)
            step[states[state], tag] = probability
    lists = [morphemes.get(node, ()) for node in nodes]
    kinds: dict[tuple[int, ...], int] = {(): 0}
    kind = [kinds.setdefault(tuple([tag for tag, _ in own]), len(kinds)) for own in lists]
    opening = kinds.setdefault(tuple(open_classes), len(kinds))
    classes = make_lists(lists)
    return Tables(
        bit,
        branches,
        child,
        np.array(kind),
        classes.span[:, 0],
        classes.probability,
        _make_steps(following, step, [*kinds]),
        opening,
        make_lists([final.get(state, ()) for state in states]),
        np.array([*states], np.int64) & mask,
        states[start],
    )


def _make_steps(following: Ints, step: Floats, kinds: Sequence[tuple[int, ...]]) -> Steps:
    size = np.fromiter(map(len, kinds), np.int64, count=len(kinds))
    tag = np.array([tag for own in kinds for tag in own], np.int64)
    choice = np.arange(len(tag)) - np.repeat(np.cumsum(size) - size, size)
    before, element = np.nonzero(following[:, tag] >= 0)
    number = np.bincount(before * len(kinds) + np.repeat(np.arange(len(kinds)), size)[element],
                         minlength=len(following) * len(kinds))  # fmt: skip
    span = np.stack([np.cumsum(number) - number, number], 1)
    return Steps(len(kinds), span, choice[element], following[before, tag[element]], step[before, tag[element]])


def make_lists(lists: Sequence[Classes]) -> Lists:
    """Lists as arrays."""
    size = np.fromiter(map(len, lists), np.int64, count=len(lists))
    pairs = np.array([pair for pairs in lists for pair in pairs], np.float64).reshape(-1, 2)
    return Lists(np.stack([np.cumsum(size) - size, size], 1), pairs[:, 0].astype(np.int64), pairs[:, 1].copy())


def search(tables: Tables, tree: WordTree, openings: Openings | None = None) -> Ways:
    """Find the likeliest ways through words of small letters and nothing else."""
    begin, end, node = _morphemes_in(tables, tree)
    kind, first, emitted = tables.kind[node], tables.first[node], tables.emitted
    if openings is not None:
        size, number = openings.emitted.shape
        begin, end = np.concatenate([np.zeros(size, np.int64), begin]), np.concatenate([openings.end, end])
        kind = np.concatenate([np.full(size, tables.opening), kind])
        first = np.concatenate([len(emitted) + np.arange(size) * number, first])
        emitted = np.concatenate([emitted, openings.emitted.ravel()])
    order = np.lexsort((end, tree.depth[end]))  # at one place the beginnings stay in order
    morphemes = Morphemes(begin[order], end[order], kind[order], first[order])
    bound = np.searchsorted(tree.depth[morphemes.end], np.arange(tree.depth.max() + 2)).tolist()
    entries = np.zeros(1 + len(order), _ENTRY)
    entries["state"][0], entries["before"][0] = tables.start, -1
    rows = np.zeros((len(tree.parent), 2), np.int64)  # of a place: its first entry, and how many
    rows[0] = 0, 1
    used = 1
    room = np.empty(len(tree.end) * len(tables.tag), np.int32)
    for depth in range(1, len(bound) - 1):
        own = Morphemes(*(column[bound[depth] : bound[depth + 1]] for column in morphemes))
        before, which, state, probability = _ways(tables, emitted, entries, rows, own)
        rank = np.cumsum(np.diff(own.end, prepend=-1) > 0) - 1  # of its place among those as deep
        best = _best_of(rank[which] * len(tables.tag) + state, probability, room)
        which, to = which[best], slice(used, used + len(best))
        if to.stop > len(entries):
            entries = np.concatenate([entries, np.zeros(len(entries) + len(best), _ENTRY)])
        entries["state"][to], entries["probability"][to], entries["before"][to] = (
            state[best],
            probability[best],
            before[best],
        )
        entries["begin"][to], entries["end"][to] = own.begin[which], own.end[which]
        head = np.flatnonzero(np.diff(own.end[which], prepend=-1))
        rows[own.end[which[head]], 0] = used + head
        rows[own.end[which[head]], 1] = np.diff(head, append=len(best))
        used = to.stop
    entry, word = _spread(rows[tree.end])
    final, which = _spread(tables.final.span[entries["state"][entry]])
    probability = entries["probability"][entry[which]] + tables.final.probability[final]
    return Ways(word[which], tables.final.tag[final], probability, entry[which], entries)


def unknown_beginnings(tables: Tables, tree: WordTree, shortest: int) -> Ints:
    """The places behind beginnings of words, of so many letters and more, that are no morphemes."""
    begin, end, _ = _morphemes_in(tables, tree)
    is_wanted = tree.depth >= shortest
    is_wanted[end[begin == 0]] = False
    return np.flatnonzero(is_wanted)


def trace(tables: Tables, tree: WordTree, ways: Ways, chosen: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The morphemes of chosen ways, one of each word.

    Args:
        tables: The model.
        tree: The words.
        ways: What `search` found.
        chosen: Which of them.

    Returns:
        Of each morpheme the index of its way in ``chosen``, increasing, and within one in order: where it begins and
        ends in its word, and its class.
    """
    number, entry = np.arange(len(chosen)), ways.last[chosen]
    found = [(number[:0],) * 4]
    while len(entry):
        own = ways.entries[entry]
        number, own = number[own["before"] >= 0], own[own["before"] >= 0]
        found.append((number, tree.depth[own["begin"]], tree.depth[own["end"]], tables.tag[own["state"]]))
        entry = own["before"]
    columns = [np.concatenate(column[::-1]) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    of, begin, end, tag = (column[order] for column in columns)
    return of, begin, end, tag


def _morphemes_in(tables: Tables, tree: WordTree) -> tuple[Ints, Ints, Ints]:
    """All morphemes at all places, the longest first: where each begins and ends, and its node."""
    bits = tables.bit[np.minimum(tree.code, len(tables.bit) - 1)]
    begin, node = np.arange(len(bits)), np.zeros(len(bits), np.int64)  # of what ends at each place, a letter longer now
    place = begin[bits > 0]
    found = [(begin[:0],) * 3]
    while len(place):
        before = tree.parent[place]
        bit, branches = bits[place], tables.branches[node[before]]
        goes_on = (branches & bit) > 0
        place, before, bit, branches = place[goes_on], before[goes_on], bit[goes_on], branches[goes_on]
        begin, started = np.full(len(bits), -1), begin
        begin[place] = started[before]
        node, entered = np.zeros(len(bits), np.int64), node
        node[place] = tables.child[entered[before]] + np.bitwise_count(branches & (bit - np.uint64(1)))
        ends = place[tables.kind[node[place]] > 0]
        found.append((begin[ends], ends, node[ends]))
        place = np.flatnonzero((begin[tree.parent] >= 0) & (bits > 0))
    begin, end, node = (np.concatenate(column[::-1]) for column in zip(*found, strict=True))
    return begin, end, node


def _spread(span: Ints) -> tuple[Ints, Ints]:
    """The indices in spans, and of each which span it is in."""
    first, size = span[:, 0], span[:, 1]
    which = np.repeat(np.arange(len(size)), size)
    return np.arange(len(which)) + np.repeat(first - np.cumsum(size) + size, size), which


def _ways(
    tables: Tables, emitted: Floats, entries: Entries, rows: Ints, morphemes: Morphemes
) -> tuple[Ints, Ints, Ints, Floats]:
    """The ways over some morphemes, in their order, from all entries before them.

    Returns:
        Of each the entry, the morpheme, the state that it leads to and its log probability.
    """
    entry, which = _spread(rows[morphemes.begin])
    steps = tables.steps
    step, way = _spread(steps.span[entries["state"][entry] * steps.kinds + morphemes.kind[which]])
    entry, which = entry[way], which[way]
    probability = emitted[morphemes.first[which] + steps.choice[step]] + steps.probability[step]
    return entry, which, steps.state[step], entries["probability"][entry] + probability


def _best_of(key: Ints, probability: Floats, room: NDArray[np.int32]) -> Ints:
    """The best way of each key, of equals the first, in the order in which the keys came up.

    Args:
        key: Of each way.
        probability: Of each way.
        room: One element for each key that there can be; what is in it does not matter.
    """
    way = np.arange(len(key))
    room[key[::-1]] = way[::-1]  # numpy keeps the last of repeated assignments
    first = room[key]
    again = np.zeros(len(key), np.bool_)
    again[first[first != way]] = True
    rivals = np.flatnonzero(again[first])  # few keys come up twice
    order = rivals[np.lexsort((-probability[rivals], first[rivals]))]  # stable
    best: Ints = way.copy()
    heads = order[np.flatnonzero(np.diff(first[order], prepend=-1))]
    best[first[heads]] = heads
    kept: Ints = best[first == way]
    return kept
