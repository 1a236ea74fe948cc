"""Whether a text is a near copy of another, read on the texts themselves.

How much of a text stands in another is told by the letters that lie in runs which both have: of five Chinese characters
or nine other letters (the coverage of Wise 1993, "Greedy string tiling", measured on the shingles of Broder 1997).
Neither may be much longer than the other. Then there are two ways to be a near copy:

- **The same words.** All but 3 % of the shorter text stands in the other, more of a short text, and all of one of under
  a hundred Chinese characters. What stands before the first common run and behind the last one (a new headline, an
  editor's line) may be longer.
- **The same words, badly transmitted.** What differs are single letters here and there, as scanning and typing leave
  them. This is read off an alignment (Levenshtein 1966): the places at which two texts differ are one letter wide. In
  texts that share a form, a formula or a template they are as wide as names and dates.

Numbers speak against both: a text whose numbers differ more often than its other letters is another text with the same
frame, such as tomorrow's weather, the next meeting, the fees of another year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from pipeline.ingest.shingles import read_as, roll

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.ingest.shingles import Codes, Flags, Hashes, Ints

_HAN_RUN, _LETTER_RUN = 5, 9
"""So many letters are a run; shorter ones stand in any text."""
_HAN_WEIGHT = 3
"""A Chinese character weighs as much as three other letters."""
LEAST = 20 * _HAN_WEIGHT
"""A shorter text can only be the same one."""
_SHORT = 100 * _HAN_WEIGHT
_AMISS = 0.03
_COVERED = 0.8
"""Less than this of the shorter text in the other one makes no copy of either kind."""
_EXCERPT, _ADDITION = 0.2, 0.5
"""How much of the original a copy must hold; how much of a copy must stand in its original."""
_MARGIN, _MOST_MARGIN = 0.25, 100 * _HAN_WEIGHT
"""What may stand before or behind the common text: a share of what the shorter one has over a short text, at most."""
_LONG_RUN = 10 * _HAN_WEIGHT
"""Where the common text begins and ends; shorter runs may stand in a headline too."""
_WIDTH, _SLIPS = 1.4, 2
"""How wide the places are on average at which badly transmitted texts differ, and at how many of them a short text must
differ: one may be filled in otherwise."""
_GAP = 8
"""Between common runs badly transmitted texts differ by fewer letters than this, on average."""
_FIELD = 8
"""Wider differences are other passages: their numbers say nothing of the numbers of the text."""
_LONG = 20_000
"""So many letters are aligned; how texts differ is the same all over them."""
_GLANCES, _WITNESSES = 1_000, 25
_NUMERALS = "0123456789〇零一二三四五六七八九十百千万亿两"


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A document's letters as they are compared."""

    codes: Codes
    weights: NDArray[np.int8]
    starts: NDArray[np.int32]
    """Where its runs start, and where they end."""
    ends: NDArray[np.int32]
    known: Hashes
    """The distinct hashes of its runs, sorted."""
    runs: NDArray[np.int32]
    """For each run the place of its hash among them."""


@dataclass(frozen=True, slots=True)
class Differences:
    """How two texts differ where both go on, as an alignment tells."""

    places: int
    width: float
    """How many letters wide the places are, on average."""
    numbers_speak_against: bool


def make_text(codes: Codes, is_han: Flags) -> Text:
    """Prepare the letters of one document.

    Args:
        codes: Folded code points of its letters: uint32.
        is_han: Whether each is a Chinese character.
    """
    of_han, of_letters = roll(codes.astype(np.uint64), (_HAN_RUN, _LETTER_RUN))
    here = np.arange(len(codes), dtype=np.int32)
    # A run of letters behind a Chinese character, so that the last word of a text lies in one too.
    mixed = here[: max(0, len(codes) - _LETTER_RUN + 1)]
    mixed = mixed[is_han[mixed] & ~is_han[mixed + _LETTER_RUN - 1]]
    starts = np.concatenate([here, mixed])
    ends = np.concatenate([here + np.where(is_han, _HAN_RUN, _LETTER_RUN), mixed + _LETTER_RUN])
    runs = np.concatenate([np.where(is_han, of_han, of_letters), of_letters[mixed]])
    whole = ends <= len(codes)
    weights = np.where(is_han, _HAN_WEIGHT, 1).astype(np.int8)
    starts, ends, runs = starts[whole].astype(np.int32), ends[whole].astype(np.int32), runs[whole]
    order = np.argsort(runs)
    runs = runs[order]
    first = _is_first(runs)
    places = np.empty(len(runs), np.int32)
    places[order] = np.cumsum(first) - 1
    return Text(codes, weights, starts, ends, runs[first], places)


def glance(copy: Text, original: Text) -> bool:
    """Whether it is worth reading: whether some runs of the shorter text, evenly taken, stand in the longer one."""
    short, long = _by_weight(copy, original)
    some = short.runs[:: max(1, len(short.runs) // _GLANCES)]
    return len(some) > 0 and bool(_among(short.known[some], long.known).mean() >= _COVERED / 2)


def resembles(copy: Text, original: Text) -> bool:
    """Whether a text is a near copy of one that was there before.

    Args:
        copy: The text that may be one.
        original: What it may be a copy of.
    """
    short, long = _by_weight(copy, original)
    weight = int(short.weights.sum())
    covered = _covered(short, long)
    inside = int(short.weights[covered].sum())
    if weight < LEAST or inside < _COVERED * (1 - _MARGIN) * weight:
        return False
    share = float(long.weights[_covered(long, short)].sum() / long.weights.sum())
    if share < (_ADDITION if long is copy else _EXCERPT):
        return False
    first, last = _core(short, covered, weight)
    core = int(short.weights[first:last].sum())
    amiss = core - int(short.weights[first:last][covered[first:last]].sum())
    if core < LEAST or amiss > (1 - _COVERED) * core:
        return False
    if core >= _SHORT and not amiss:
        return True
    gaps = np.count_nonzero(np.diff(covered[first:last].astype(np.int8)) == -1)
    wide = np.count_nonzero(~covered[first:last]) > _GAP * gaps and amiss > _AMISS * core
    return not wide and _is_same(compare(short, long, first, last), core, amiss)


def _is_same(found: Differences, weight: int, amiss: int) -> bool:
    """Whether texts that differ so are the same: by their words, or but for slips."""
    if found.numbers_speak_against:
        return False
    if weight < _SHORT and found.places:
        return found.width <= _WIDTH and found.places >= _SLIPS
    return found.width <= _WIDTH or amiss <= _AMISS * (weight - _SHORT)


def resemblance(one: Text, other: Text) -> float:
    """Broder's resemblance of two texts: the share of their distinct runs that both have, from 0 to 1."""
    both = int(_among(one.known, other.known).sum())
    return both / max(1, len(one.known) + len(other.known) - both)


def compare(short: Text, long: Text, first: int, last: int) -> Differences:
    """How the letters ``first`` to ``last`` of a text differ from those of another that stand between the same runs."""
    from rapidfuzz.distance import Levenshtein

    last = min(last, first + _LONG)
    begin, end = _same_place(short, long, first, last)
    ours, theirs = short.codes[first:last], long.codes[begin : min(end, begin + 2 * _LONG)]
    steps = Levenshtein.opcodes(ours.tolist(), theirs.tolist())
    spans = np.array([(s.src_start, s.src_end, s.dest_start, s.dest_end) for s in steps if s.tag != "equal"], np.int64)
    if not len(spans):
        return Differences(0, 0.0, numbers_speak_against=False)
    # A replacement beside an insertion is one place.
    new = np.append(True, (spans[1:, 0] != spans[:-1, 1]) | (spans[1:, 2] != spans[:-1, 3]))
    place = np.cumsum(new) - 1
    here = np.bincount(place, spans[:, 1] - spans[:, 0])
    there = np.bincount(place, spans[:, 3] - spans[:, 2])
    width = np.maximum(here, there)
    is_cut = (here == 0) & (width > _FIELD)
    narrow = (width <= _FIELD)[place]
    against = _numbers_against(ours, spans[:, :2], narrow) and _numbers_against(theirs, spans[:, 2:], narrow)
    kept = width[~is_cut]
    return Differences(len(kept), float(kept.mean()) if len(kept) else 0.0, numbers_speak_against=against)


def _numbers_against(codes: Codes, spans: Ints, narrow: Flags) -> bool:
    """Whether a text's numerals differ more often than its other letters do: a one-sided binomial test at 1 %.

    Each two-hundredth numeral may always be another one, so that a changed day in a long text is no objection.

    Args:
        codes: The text's letters.
        spans: Where it differs from the other: first and last letter, spans x 2.
        narrow: Whether each span is one of numbers, names or slips, and not another passage.
    """
    differs = _inside(len(codes), spans[narrow, 0], spans[narrow, 1])
    judged = differs | ~_inside(len(codes), spans[:, 0], spans[:, 1])
    is_numeral, differs = _among(codes, _numerals())[judged], differs[judged]
    changed, numerals = int(differs[is_numeral].sum()), int(is_numeral.sum())
    if not changed:
        return False
    others = ~is_numeral
    rate = min(0.5, max(0.005, float(differs[others].mean()) if others.any() else 0.0))
    return binomial_tail(changed, numerals, rate) < 0.01


def binomial_tail(least: int, number: int, rate: float) -> float:
    """The chance of at least ``least`` successes in ``number`` trials of a chance ``rate`` between 0 and 1.

    Written here because SciPy takes longer to load than all comparisons of a corpus take.
    """
    k = np.arange(1, least)
    ratios = np.log((number - k + 1) / k) + math.log(rate) - math.log1p(-rate)
    logs = number * math.log1p(-rate) + np.concatenate([[0.0], np.cumsum(ratios)])
    return max(0.0, 1 - float(np.exp(logs).sum()))


@cache
def _numerals() -> Codes:
    """The codes of numerals, sorted."""
    return np.sort(read_as(_NUMERALS))


def _by_weight(one: Text, other: Text) -> tuple[Text, Text]:
    return (one, other) if one.weights.sum() <= other.weights.sum() else (other, one)


def _among(values: Hashes | Codes, known: Hashes | Codes) -> Flags:
    """Whether each value is in a sorted array."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    place = known.searchsorted(values)
    found: Flags = known[np.minimum(place, len(known) - 1)] == values
    return found


def _is_first(values: Hashes) -> Flags:
    """Whether each of some sorted values is another one than before it."""
    return np.concatenate([np.ones(min(1, len(values)), np.bool_), values[1:] != values[:-1]])


def _covered(text: Text, other: Text) -> Flags:
    """Whether each letter of a text lies in a run that the other has too."""
    shared = _among(text.known, other.known)[text.runs]
    return _inside(len(text.codes), text.starts[shared], text.ends[shared])


def _inside(length: int, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> Flags:
    """Whether each of ``length`` places lies in one of some spans."""
    edges = np.bincount(starts, minlength=length + 1) - np.bincount(ends, minlength=length + 1)
    inside: Flags = np.cumsum(edges[:length]) > 0
    return inside


def _core(text: Text, covered: Flags, weight: int) -> tuple[int, int]:
    """The part of a text from its first to its last long common run; all of it where too much would be cut off.

    Of a short text nothing is.
    """
    if weight < _SHORT:
        return 0, len(covered)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], covered.astype(np.int8), [0]])))
    upto = np.concatenate([[0], np.cumsum(text.weights, dtype=np.int64)])
    runs = edges.reshape(-1, 2)
    runs = runs[upto[runs[:, 1]] - upto[runs[:, 0]] >= _LONG_RUN]
    first, last = (int(runs[0, 0]), int(runs[-1, 1])) if len(runs) else (0, len(covered))
    most = min(_MOST_MARGIN, _MARGIN * (weight - _SHORT))
    return first if upto[first] <= most else 0, last if weight - upto[last] <= most else len(covered)


def _same_place(short: Text, long: Text, first: int, last: int) -> tuple[int, int]:
    """Where in the longer text the shorter one's letters ``first`` to ``last`` stand, by runs that it has only once."""
    once = np.bincount(long.runs, minlength=len(long.known)) == 1
    start = np.empty(len(long.known), np.int64)
    start[long.runs] = long.starts
    runs, start = long.known[once], start[once]
    anchors = np.flatnonzero(_among(short.known, runs)[short.runs] & (short.starts >= first) & (short.ends <= last))
    if not len(anchors):
        return 0, len(long.codes)
    anchors = anchors[np.argsort(short.starts[anchors], kind="stable")]
    further = start[np.searchsorted(runs, short.known[short.runs[anchors]])] - short.starts[anchors]
    # A run may be found elsewhere, where one of two is damaged: most of them tell.
    begin = first + int(median(further[:_WITNESSES].tolist()))
    end = last + int(median(further[-_WITNESSES:].tolist()))
    return (max(0, begin), min(len(long.codes), end)) if end > begin else (0, len(long.codes))
