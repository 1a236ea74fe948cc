"""Phrases: pairs of words that follow each other far more often than by chance.

A pair is a phrase if it stands `LEAST` times or more, in `LEAST_PASSAGES` passages, and if its NPMI (Bouma 2009) is
`STRENGTH` or more; in running text a phrase is one word. Pairs with a stop word, or with anything but space between
them, are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

LEAST, LEAST_PASSAGES, STRENGTH = 10, 5, 0.4
_GAP = 1
"""Code points that may stand between the two words: a space."""


class Run(NamedTuple):
    """Words of running text, in order; begin and end are passage << 32 + code point + 2 for each sign before."""

    passage: Ints
    begin: Ints
    end: Ints
    word: Ints
    """-1 for a stop word."""


def find_phrases(runs: Iterable[Run], of_passage: Ints, words: int) -> Ints:
    """The phrases in order, each as ``first * words + second``.

    Args:
        runs: The running text.
        of_passage: The unit of each passage.
        words: How many words there are.
    """
    single, total = np.zeros(words, np.int64), 0
    keys: list[Ints] = []
    times: list[Ints] = []
    spread: list[Ints] = []
    for run in runs:
        known = run.word[run.word >= 0]
        single += np.bincount(known, minlength=words)
        total += len(known)
        at = _neighbours(run)
        key, inverse, count = np.unique(
            run.word[at] * words + run.word[at + 1], return_inverse=True, return_counts=True
        )
        distinct = np.unique(inverse * len(of_passage) + run.passage[at])
        keys.append(key)
        times.append(count)
        spread.append(np.bincount(distinct // len(of_passage), minlength=len(key)))
    if not keys:
        return np.empty(0, np.int64)
    key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    together = np.bincount(inverse, np.concatenate(times)).astype(np.int64)
    passages = np.bincount(inverse, np.concatenate(spread))
    first, second = np.divmod(key, words)
    share = together / max(total, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = np.log(share * total * total / (single[first] * single[second])) / -np.log(share)
    found: Ints = key[(together >= LEAST) & (passages >= LEAST_PASSAGES) & (npmi >= STRENGTH)]
    return found


def name_phrases(pairs: Ints, names: pa.Array, joiner: str) -> pa.Array:
    """What the phrases are called: their words, joined."""
    first, second = (names.take(pa.array(part)) for part in np.divmod(pairs, len(names)))
    return pc.binary_join_element_wise(first, second, joiner).cast(pa.string())


def join_phrases(run: Run, pairs: Ints, words: int) -> Ints:
    """The words of running text in which phrases are one word: ``words + index``, and -1 for their second part.

    Of phrases that overlap the one further left is taken.
    """
    at = _neighbours(run)
    key = run.word[at] * words + run.word[at + 1]
    place = np.minimum(np.searchsorted(pairs, key), max(len(pairs) - 1, 0))
    hit = pairs[place] == key if len(pairs) else np.zeros(len(at), np.bool_)
    at, place = at[hit], place[hit]
    # In a chain of overlapping pairs the first, the third and so on are taken.
    starts = np.concatenate([[True], np.diff(at) > 1]) if len(at) else np.empty(0, np.bool_)
    head = np.maximum.accumulate(np.where(starts, np.arange(len(at)), 0))
    taken = (np.arange(len(at)) - head) % 2 == 0
    joined = run.word.copy()
    joined[at[taken]] = words + place[taken]
    joined[at[taken] + 1] = -1
    return joined


def _neighbours(run: Run) -> Ints:
    """The rows of words that are followed at once by another word of the same passage."""
    close = run.begin[1:] - run.end[:-1] <= _GAP
    return np.flatnonzero(close & (run.word[1:] >= 0) & (run.word[:-1] >= 0))
