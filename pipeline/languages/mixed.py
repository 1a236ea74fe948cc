"""Passages in two writings, cut into parts that have one: a Chinese quotation of some length in a German paragraph.

Words are cut, and terms are sought, in the language of a passage. What is too short for a part of its own, such as
城市外交 behind *city diplomacy* in brackets, stays where it stands.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.languages.scripts import ADDRESS, ALPHABETIC, EAST_ASIAN, HAN, line_codes, script_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_FEW_EAST, _FEW_LETTERS, _FEW_WORDS = 20, 60, 8
"""A run of so many East Asian letters is a part of its own, and one of so many alphabetic letters and words; at the
beginning and at the end of a passage, where it parts no sentence, half as many are enough."""
_WEIGHT = 3
"""Alphabetic letters that say as much as one East Asian one."""
_AT_ONCE = 1_000_000
"""Characters looked at together; a longer passage, which no one wrote, stays whole."""
_KANA = 0x3041
"""What is before is alphabetic, but for parts of Korean letters."""
_EAST = re.compile(f"[{EAST_ASIAN}]")
_UNIT = re.compile(f"([{EAST_ASIAN}]+)|(?:(?![{EAST_ASIAN}\u00d7\u00f7])[{ALPHABETIC}])+")


class _Run(NamedTuple):
    """Letters of one writing, with what is no letter among them."""

    is_east: bool
    start: int
    end: int
    letters: int
    words: int

    def is_long(self, share: float) -> bool:
        if self.is_east:
            return self.letters >= share * _FEW_EAST
        return self.letters >= share * _FEW_LETTERS and self.words >= share * _FEW_WORDS


def cut_mixed(texts: Sequence[str]) -> tuple[list[str], Ints]:
    """Cut the passages that are in two writings.

    Returns:
        The parts of all passages, and for each the row of its passage. Joined, the parts are the passage but for spaces
        between them; a passage in one writing is one part, as it is.
    """
    parts: list[str] = []
    number = np.ones(len(texts), np.int64)
    done = 0
    for row in _in_both(texts):
        parts += texts[done:row]
        own = _cut(texts[row])
        number[row] = len(own)
        parts += own
        done = row + 1
    parts += texts[done:]
    return parts, np.repeat(np.arange(len(texts)), number)


def _in_both(texts: Sequence[str]) -> Iterator[int]:
    """The passages that have enough letters of both writings."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, count=len(texts)))
    first = 0
    while first < len(texts):
        before = int(ends[first - 1]) if first else 0
        behind = max(first + 1, int(np.searchsorted(ends, before + _AT_ONCE)))
        codes, begins = line_codes(texts[first:behind])
        if codes.max() >= _KANA:
            alphabetic = np.flatnonzero(_alphabetic().take(codes))
            letters = np.bincount(np.searchsorted(begins, alphabetic, side="right") - 1, minlength=len(begins))
            for i in (first + np.flatnonzero(2 * letters >= _FEW_LETTERS)).tolist():
                if len(texts[i]) <= _AT_ONCE and 2 * len(_EAST.findall(texts[i])) >= _FEW_EAST:
                    yield i
        first = behind


@functools.cache
def _alphabetic() -> NDArray[np.bool_]:
    """Whether each code point is a letter that is not East Asian."""
    table = script_table()
    return (table > 0) & (table < HAN)


def _cut(text: str) -> list[str]:
    runs = _runs(text)
    outer = {0, len(runs) - 1}
    long_ones = [i for i, run in enumerate(runs) if run.is_long(0.5 if i in outer else 1)]
    groups = [[*some] for _, some in groupby(long_ones, key=lambda i: runs[i].is_east)]
    bounds = [0]
    for left, right in pairwise(groups):
        behind = _boundary(runs, left[-1], right[0])
        bounds.append(_place(text, runs[behind - 1].end, runs[behind].start))
    if len(bounds) == 1:
        return [text]
    return [text[start:end].strip() for start, end in zip(bounds, [*bounds[1:], len(text)], strict=True)]


def _runs(text: str) -> list[_Run]:
    """The runs of a text; addresses are no letters."""
    runs: list[_Run] = []
    for unit in _UNIT.finditer(ADDRESS.sub(lambda address: "0" * len(address[0]), text)):
        is_east, letters = unit[1] is not None, unit.end() - unit.start()
        if runs and runs[-1].is_east == is_east:
            last = runs.pop()
            runs.append(_Run(is_east, last.start, unit.end(), last.letters + letters, last.words + 1))
        else:
            runs.append(_Run(is_east, unit.start(), unit.end(), letters, 1))
    return runs


def _boundary(runs: Sequence[_Run], left: int, right: int) -> int:
    """The run with which the part of ``right`` begins: of the short ones between, the fewest letters are misplaced."""
    between = range(left + 1, right)
    weight = [runs[i].letters * (_WEIGHT if runs[i].is_east else 1) for i in between]
    strange = [w if runs[i].is_east != runs[left].is_east else -w for i, w in zip(between, weight, strict=True)]
    return left + 1 + int(np.argmin(np.cumsum([0, *strange])))


def _place(text: str, start: int, end: int) -> int:
    """Where between two runs a part ends: at the last space that follows a mark, or at another one; where there is none
    before an opening bracket or quotation mark, else at the end.
    """  # noqa: D205 - one sentence
    spaces = [place for place in range(start, end) if text[place].isspace()]
    behind_marks = [place for place in spaces if not text[place - 1].isalnum()]
    opening = [place for place in range(start, end) if unicodedata.category(text[place]) in {"Ps", "Pi"}]
    return next(iter(behind_marks[-1:] + spaces[-1:] + opening[:1]), end)
