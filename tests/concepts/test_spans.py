"""Which matches are mentions, against the definition tried out pair by pair."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import spans

from pipeline.concepts.spans import Spans, drop_overlaps, find_expression, resolve

Matches = list[tuple[int, int, int]]

matches = st.lists(st.tuples(st.integers(0, 14), st.integers(1, 8), st.integers(0, 3)), max_size=10, unique=True).map(
    lambda found: [(start, start + length, term) for start, length, term in found]
)


def to_spans(found: Matches) -> Spans:
    columns = np.array(found, np.int64).reshape(-1, 3)
    return Spans(columns[:, 0], columns[:, 1], columns[:, 2])


def resolve_by_definition(found: Matches, excluding: Matches, size: list[int]) -> dict[tuple[int, int, int], bool]:
    """Each mention, and whether it counts: it lies in no longer one, and in no equal one that goes before it."""
    kept = [m for m in found if not any(x[2] == m[2] and x[0] <= m[0] and m[1] <= x[1] for x in excluding)]

    def outer(a: tuple[int, int, int], b: tuple[int, int, int]) -> bool:
        if (a[0], a[1]) == (b[0], b[1]):
            return (-size[a[2]], a[2]) < (-size[b[2]], b[2])
        return a[0] <= b[0] and b[1] <= a[1]

    return {m: not any(outer(other, m) for other in kept if other != m) for m in kept}


@given(matches, matches, st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_mentions_are_those_of_the_definition(found: Matches, excluding: Matches, size: list[int]) -> None:
    resolved = resolve(to_spans(found), to_spans(excluding), np.array(size))
    spans = resolved.spans
    rows = list(zip(spans.start.tolist(), spans.end.tolist(), spans.term.tolist(), strict=True))
    counted = (resolved.inside < 0).tolist()
    assert dict(zip(rows, counted, strict=True)) == resolve_by_definition(found, excluding, size)
    assert rows == sorted(rows, key=lambda row: (row[0], -row[1], -size[row[2]], row[2]))
    for row, inside in zip(rows, resolved.inside.tolist(), strict=True):
        if inside >= 0:
            assert rows[inside][0] <= row[0]
            assert row[1] <= rows[inside][1]
            assert resolved.inside[inside] == -1


@given(matches)
def test_without_overlaps_no_span_begins_before_the_last_one_ended(found: Matches) -> None:
    outermost = resolve(to_spans(found), to_spans([]), np.ones(4, np.int64))
    kept = drop_overlaps(outermost.spans.take(outermost.inside < 0))
    assert (kept.start[1:] >= kept.end[:-1]).all()
    assert bool(len(kept.start)) == bool(found)


@given(st.lists(st.text("ab ", max_size=6), max_size=5))
def test_an_expression_finds_in_each_passage_what_it_finds_there_alone(texts: list[str]) -> None:
    import re

    found = find_expression("\0".join(texts), "^a.*b|b+$", 7)
    truth, offset = [], 0
    for text in texts:
        truth += [(offset + m.start(), offset + m.end(), 7) for m in re.finditer("^a.*b|b+$", text) if m[0]]
        offset += len(text) + 1
    assert list(zip(found.start.tolist(), found.end.tolist(), found.term.tolist(), strict=True)) == truth


def test_the_strategy_gives_intervals_apart() -> None:
    @given(spans(apart=True))
    def check(found: list[tuple[int, int]]) -> None:
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))

    check()
