"""Matches as spans over a run of text, and which of them are mentions: the longest wins, ``not_in`` excludes.

All arrays of a `Spans` are int64 and of equal length; offsets are code points in one run of text in which the passages
of a batch follow each other, U+0000 between them, so that spans of different passages never touch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Where terms were found."""

    start: Ints
    end: Ints
    term: Ints
    """Index of the term in the list of the language's terms."""

    def take(self, index: Ints | Flags) -> Spans:
        """Some of the spans."""
        return Spans(self.start[index], self.end[index], self.term[index])


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """Spans in order of start, the longer first; and for each the one that it lies in (index here), or -1."""

    spans: Spans
    inside: Ints


def empty_spans() -> Spans:
    """No spans."""
    nothing = np.empty(0, np.int64)
    return Spans(nothing, nothing, nothing)


def join_spans(parts: list[Spans]) -> Spans:
    """All spans of several, in no order."""
    parts = parts or [empty_spans()]
    return Spans(
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
        np.concatenate([p.term for p in parts]),
    )


def find_expression(joined: str, expression: str, term: int) -> Spans:
    """The matches of a regular expression in each passage by itself; empty ones are none.

    Args:
        joined: Passages with U+0000 between them.
        expression: What to look for.
        term: The index of its term.
    """
    pattern = re.compile(expression)
    matches: list[tuple[int, int]] = []
    offset = 0
    for text in joined.split("\0"):
        spans = (found.span() for found in pattern.finditer(text))
        matches += [(offset + start, offset + end) for start, end in spans if end > start]
        offset += len(text) + 1
    found = np.array(matches, np.int64).reshape(-1, 2)
    return Spans(found[:, 0], found[:, 1], np.full(len(found), term))


def resolve(spans: Spans, excluding: Spans, size: Ints) -> Mentions:
    """Mentions among spans.

    A span inside a span of ``excluding`` that belongs to its own term (a ``not_in``) is no mention. A mention inside a
    longer one knows it; of mentions of the same extent the one of the longer form is the outer one, then the first.

    Args:
        spans: Every match of every term.
        excluding: Matches of the terms' ``not_in`` strings, ``term`` being the term that they belong to.
        size: For each term the length of its form.
    """
    spans = spans.take(~_lies_in_own(spans, excluding))
    order = np.lexsort((spans.term, -size[spans.term], -spans.end, spans.start))
    spans = spans.take(order)
    number = len(order)
    if not number:
        return Mentions(spans, np.empty(0, np.int64))
    reach = np.maximum.accumulate(spans.end)
    leads = np.ones(number, dtype=np.bool_)
    leads[1:] = spans.end[1:] > reach[:-1]
    leader = np.maximum.accumulate(np.where(leads, np.arange(number), 0))
    return Mentions(spans, np.where(leads, -1, leader))


def drop_overlaps(spans: Spans) -> Spans:
    """Spans of which none overlaps the next, taken from the left; ``spans`` are in order and none lies in another."""
    kept: list[int] = []
    reach = -1
    for i, (start, end) in enumerate(zip(spans.start.tolist(), spans.end.tolist(), strict=True)):
        if start >= reach:
            kept.append(i)
            reach = end
    return spans.take(np.array(kept, np.int64))


def _lies_in_own(spans: Spans, excluding: Spans) -> Flags:
    """Whether each span lies in a span of ``excluding`` of the same term."""
    inside = np.zeros(len(spans.start), dtype=np.bool_)
    for term in np.unique(excluding.term):
        longer = excluding.take(excluding.term == term)
        longer = longer.take(np.argsort(longer.start, kind="stable"))
        reach = np.maximum.accumulate(longer.end)
        mine = np.flatnonzero(spans.term == term)
        before = np.searchsorted(longer.start, spans.start[mine], side="right") - 1
        inside[mine] = (before >= 0) & (reach[before] >= spans.end[mine])
    return inside
