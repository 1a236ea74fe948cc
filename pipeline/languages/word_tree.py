"""Words as a tree: what two neighbours begin with is one way down, so that it is searched once.

The types of a corpus in alphabetical order share two of three letters with the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class WordTree(NamedTuple):
    """Places in words; place 0 is before all of them, each other one behind a letter."""

    parent: Ints
    """Of a place: the one before its letter; of place 0 itself."""
    code: Ints
    """Of a place: the code point of its letter; 0 of place 0."""
    depth: Ints
    """Of a place: the letters up to it."""
    word: Ints
    """Of a place: the index of the first word that it is in."""
    end: Ints
    """Of a word: its last place, which no other word has, even one that goes on."""


def grow(words: Sequence[str]) -> WordTree:
    """The tree of some words, of a letter or more each; neighbours that begin alike share their places."""
    length = np.fromiter(map(len, words), np.int64, count=len(words))
    longest = int(length.max(initial=1))
    codes = np.array(words, f"<U{longest}").view(np.uint32).reshape(len(words), longest)
    same = np.zeros(codes.shape, np.bool_)
    same[1:] = np.logical_and.accumulate(codes[1:] == codes[:-1], axis=1)
    column = np.arange(1, codes.shape[1] + 1)
    before = np.concatenate([length[:1], length[:-1]])
    is_new = (column <= length[:, None]) & ~(same & (column < np.minimum(length, before)[:, None]))
    number = np.zeros((len(words), codes.shape[1] + 1), np.int64)
    number[:, 1:][is_new] = np.arange(1, np.count_nonzero(is_new) + 1)
    number = np.maximum.accumulate(number, axis=0)  # what is shared has the number of the word that it was new in
    word, letter = np.nonzero(is_new)
    return WordTree(
        parent=np.append(0, number[word, letter]),
        code=np.append(0, codes[is_new].astype(np.int64)),
        depth=np.append(0, letter + 1),
        word=np.append(0, word),
        end=number[np.arange(len(words)), length],
    )
