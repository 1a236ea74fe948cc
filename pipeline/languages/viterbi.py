"""Viterbi's search for the morphemes of many words at once.

The table that `pipeline.languages.morphology` fills for one word is filled here for thousands: first all morphemes at
all places of all words, then, for each place in turn, the best way to each state there. Sums are made in the same
order and of two ways that are equally likely the first is kept, so that the paths are the same, rounding and all.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

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


class Tables(NamedTuple):
    """The model as arrays; its states have numbers."""

    bit: NDArray[np.uint64]
    """Of a code point: the bit of its letter, 0 if no morpheme has it; the last is for all beyond."""
    branches: NDArray[np.uint64]
    """Of a node of the tree of morphemes, whose root is 0: the bits of the letters that go on from it."""
    child: Ints
    """Of a node: that which its first letter leads to; those of the others follow it in order."""
    classes: Lists
    """Of a node: the classes of the morpheme that ends there."""
    following: Ints
    """Of a state and a class: the state that it leads to, -1 where the class may not follow."""
    step: Floats
    """Of a state and a class: log probability."""
    final: Lists
    """Of a state: the word classes that may end there."""
    tag: Ints
    """Of a state: its last class."""
    start: int
    """The state before a word."""


class Openings(NamedTuple):
    """What words may begin with beside the morphemes of the model."""

    word: Ints
    """Index of the word."""
    end: Ints
    """Letters of the opening."""
    classes: Lists
    """The classes of each."""


class Morphemes(NamedTuple):
    """Morphemes in words that stand one behind the other, one place apart."""

    begin: Ints
    end: Ints
    node: Ints
    """Of the tree, or one of the openings, whose numbers follow."""


class Ways(NamedTuple):
    """The ways through words: for each word and each state at its end those to each word class."""

    word: Ints
    """Index of the word, increasing; a word that has no way through is missing."""
    tag: Ints
    probability: Floats
    last: Ints
    """Index into ``entries``."""
    entries: Entries
    offset: Ints
    """Of a word: the place before its first letter, as the entries have it."""


def make_tables(
    morphemes: Mapping[str, Classes],
    inner: Mapping[int, Mapping[int, float]],
    final: Mapping[int, Classes],
    shift: int,
    start: int,
) -> Tables:
    """The arrays of a model; see `pipeline.languages.morphology.Model`.

    Args:
        morphemes: The classes of each morpheme; of the beginning of one that is none itself, nothing.
        inner: The classes that may follow a state, which is ``previous << shift | last``.
        final: The word classes that may end in a state.
        shift: See above.
        start: The state before a word.

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
    return Tables(
        bit,
        branches,
        child,
        make_lists([morphemes.get(node, ()) for node in nodes]),
        following,
        step,
        make_lists([final.get(state, ()) for state in states]),
        np.array([*states], np.int64) & mask,
        states[start],
    )


def make_lists(lists: Sequence[Classes]) -> Lists:
    """Lists as arrays."""
    size = np.fromiter(map(len, lists), np.int64, count=len(lists))
    pairs = np.array([pair for pairs in lists for pair in pairs], np.float64).reshape(-1, 2)
    return Lists(np.stack([np.cumsum(size) - size, size], 1), pairs[:, 0].astype(np.int64), pairs[:, 1].copy())


def search(tables: Tables, words: Sequence[str], openings: Openings | None = None) -> Ways:
    """Find the likeliest ways through words of 1 to 255 letters, small ones, and nothing else."""
    length = np.fromiter(map(len, words), np.int64, count=len(words))
    offset = np.cumsum(length + 1) - length - 1
    begin, end, node = _morphemes_in(tables, words)
    classes = tables.classes
    if openings is not None:
        first, size = offset[openings.word], len(openings.word)
        begin, end = np.concatenate([first, begin]), np.concatenate([first + openings.end, end])
        node = np.concatenate([len(classes.span) + np.arange(size), node])
        span = openings.classes.span + np.array([len(classes.tag), 0])
        classes = Lists(
            np.concatenate([classes.span, span]),
            np.concatenate([classes.tag, openings.classes.tag]),
            np.concatenate([classes.probability, openings.classes.probability]),
        )
    level = (end - np.repeat(offset, length + 1)[end]).astype(np.uint8)
    order = np.argsort(level, kind="stable")  # within a place the beginnings stay in order
    begin, end, node = begin[order], end[order], node[order]
    bound = np.searchsorted(level[order], np.arange(length.max(initial=0) + 2))
    used = len(words)
    entries = np.zeros(used + len(level), _ENTRY)
    entries["state"][:used], entries["before"][:used] = tables.start, -1
    rows = np.zeros((len(length) + int(length.sum()), 2), np.int64)  # of a place: its first entry, and how many
    rows[offset, 0], rows[offset, 1] = np.arange(used), 1
    for place in range(1, len(bound) - 1):
        at = slice(bound[place], bound[place + 1])
        best = _best_of(
            _steps(tables, classes, entries, rows, Morphemes(begin[at], end[at], node[at])), len(tables.tag)
        )
        if used + len(best) > len(entries):
            entries = np.concatenate([entries, np.zeros(len(entries) + len(best), _ENTRY)])
        entries[used : used + len(best)] = best
        where, head, number = np.unique(best["end"], return_index=True, return_counts=True)
        rows[where, 0], rows[where, 1] = used + head, number
        used += len(best)
    entry, word = _spread(rows[offset + length])
    final, which = _spread(tables.final.span[entries["state"][entry]])
    probability = entries["probability"][entry[which]] + tables.final.probability[final]
    return Ways(word[which], tables.final.tag[final], probability, entry[which], entries, offset)


def trace(tables: Tables, ways: Ways, chosen: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The morphemes of chosen ways, one of each word.

    Args:
        tables: The model.
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
        found.append((number, own["begin"], own["end"], tables.tag[own["state"]]))
        entry = own["before"]
    columns = [np.concatenate(column[::-1]) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    of, begin, end, tag = (column[order] for column in columns)
    offset = ways.offset[ways.word[chosen]][of]
    return of, begin - offset, end - offset, tag


def _morphemes_in(tables: Tables, words: Sequence[str]) -> Morphemes:
    """All morphemes at all places, the longest first."""
    code = np.frombuffer("".join(f"{word}\n" for word in words).encode("utf-32-le"), np.uint32)
    bits = tables.bit[np.minimum(code, len(tables.bit) - 1)]
    begin = np.flatnonzero(bits)
    node = np.zeros(len(begin), np.int64)
    found = [(begin[:0],) * 3]
    for depth in count():
        if not len(begin):
            break
        bit, branches = bits[begin + depth], tables.branches[node]
        goes_on = (branches & bit) > 0
        begin, bit, branches = begin[goes_on], bit[goes_on], branches[goes_on]
        node = tables.child[node[goes_on]] + np.bitwise_count(branches & (bit - np.uint64(1)))
        ends = tables.classes.span[node, 1] > 0
        found.append((begin[ends], begin[ends] + depth + 1, node[ends]))
    return Morphemes(*(np.concatenate(column[::-1]) for column in zip(*found, strict=True)))


def _spread(span: Ints) -> tuple[Ints, Ints]:
    """The indices in spans, and of each which span it is in."""
    first, size = span[:, 0], span[:, 1]
    which = np.repeat(np.arange(len(size)), size)
    return np.arange(len(which)) + np.repeat(first - np.cumsum(size) + size, size), which


def _steps(tables: Tables, classes: Lists, entries: Entries, rows: Ints, morphemes: Morphemes) -> Entries:
    """The ways over some morphemes, in their order, from all states before them."""
    begin, end, node = morphemes
    entry, morpheme = _spread(rows[begin])
    number, way = _spread(classes.span[node[morpheme]])
    entry, morpheme = entry[way], morpheme[way]
    state, tag = entries["state"][entry], classes.tag[number]
    after = tables.following[state, tag]
    kept = np.flatnonzero(after >= 0)
    state, tag, entry, morpheme = state[kept], tag[kept], entry[kept], morpheme[kept]
    found = np.empty(len(kept), _ENTRY)
    found["state"], found["before"] = after[kept], entry
    found["begin"], found["end"] = begin[morpheme], end[morpheme]
    emitted = classes.probability[number[kept]]
    found["probability"] = entries["probability"][entry] + (emitted + tables.step[state, tag])
    return found


def _best_of(found: Entries, states: int) -> Entries:
    """The best way to each state at each place, by place; at one place in the order in which the states came up."""
    key = found["end"] * states + found["state"]
    order = np.lexsort((-found["probability"], key))  # stable: of equals the first
    head = np.flatnonzero(np.diff(key[order], prepend=-1))
    best = found[order[head]]
    came_up = np.minimum.reduceat(order, head) if len(head) else head
    return best[np.lexsort((came_up, best["end"]))]
