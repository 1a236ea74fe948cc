"""Running heads, page numbers, download stamps and printer's marks, found by their repetition over pages."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]+", re.IGNORECASE)
_ENTRY = re.compile(r"[\[〔［]\d{1,3}[\]〕］]")
"""A numbered list's entry begins so, at a page's foot as anywhere."""
_EDGE_ROWS = 6
_NEAR = 3.0
_SHARE = 0.4
_DETACHED = 1.35
_DEEP = 4
_FAR = 2.5
_SMALL = 0.87
_SAME_PLACE = 0.25


class Placed(NamedTuple):
    """A line of text with its place on a page, in points; y grows upwards."""

    text: str
    x: float
    y: float
    size: float


class _Edge(NamedTuple):
    """A line near its page's top or bottom."""

    page: int
    place: int
    """Its index among the page's lines."""
    top: bool
    key: str
    line: Placed
    outermost: bool
    """On the page's first or last row."""
    apart: bool
    """Parted from the body by a wide gap."""
    far: bool
    """Parted from the body by more than two lines."""
    detached: bool
    """Parted from the body by a gap or by its size."""


def fold_digits(text: str) -> str:
    """What stays the same of a running head from page to page: blanks out, numbers (Roman ones alone too) as ``#``."""
    folded = _DIGITS.sub("#", "".join(text.split()).casefold())
    return "#" if _ROMAN.fullmatch(folded) else folded


def find_furniture(pages: Sequence[Sequence[Placed]], body_size: float) -> list[set[int]]:
    """Find the lines that are no text of the document but of its pages.

    A line among the outermost rows of a page is furniture if the same text, digits folded, stands at the same height
    of other pages, and either it is set apart from the body by a gap or by its size or it is on most pages. So is what
    stands at the places of such lines, at the same place of many pages, or apart outside of where the others have text.

    Args:
        pages: the lines of each page, in any order.
        body_size: type size of most of the document, in points.

    Returns:
        For each page the indices of its furniture.
    """
    found: list[set[int]] = [set() for _ in pages]
    edges = [edge for number, page in enumerate(pages) for edge in _edges(number, page, body_size)]
    if len(pages) == 1:
        # Nothing can repeat on a single page: what stands far off at its edge in smaller type is furniture.
        found[0].update(edge.place for edge in edges if edge.far and edge.line.size < _SMALL * body_size)
        return found
    groups: dict[tuple[bool, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        groups[edge.top, edge.key].append(edge)
    for group in groups.values():
        for same in _at_one_height(group):
            on = {edge.page for edge in same}
            detached = 2 * sum(edge.detached for edge in same) >= len(same)
            # Chapter 1 and chapter 2 are at one height and differ in digits only, but in the type of headings.
            heading = "#" in same[0].key and same[0].line.size > 1.15 * body_size
            if len(on) > 1 and ((detached and not heading) or len(on) >= max(3, _SHARE * len(pages))):
                for edge in same:
                    found[edge.page].add(edge.place)
    _add_rows(edges, found)
    _add_same_places(pages, found)
    _add_slots(edges, found, len(pages), body_size)
    _add_margins(pages, edges, found, body_size)
    return found


def _add_rows(edges: Sequence[_Edge], found: list[set[int]]) -> None:
    """Add what stands on a page's outermost row, apart from the body, with furniture: the head beside a page number."""
    rows: dict[tuple[int, bool], list[float]] = defaultdict(list)
    for edge in edges:
        if edge.place in found[edge.page]:
            rows[edge.page, edge.top].append(edge.line.y)
    for edge in edges:
        if edge.outermost and edge.apart and any(abs(y - edge.line.y) < 1 for y in rows[edge.page, edge.top]):
            found[edge.page].add(edge.place)


def _add_same_places(pages: Sequence[Sequence[Placed]], found: list[set[int]]) -> None:
    """Add what stands at the very same place of a quarter of the pages, also beside the text: ``(A)`` to ``(D)``."""
    places: dict[tuple[str, int, int], list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for index, line in enumerate(page):
            places[line.text, round(line.x / 2), round(line.y / 2)].append((number, index))
    for same in places.values():
        if len(same) >= max(4, _SAME_PLACE * len(pages)):
            for number, index in same:
                found[number].add(index)


def _add_slots(edges: Sequence[_Edge], found: list[set[int]], pages: int, body_size: float) -> None:
    """Add what stands where other pages have furniture or, on most pages, a lone line: running heads that come once."""
    slots: dict[tuple[bool, int, int], list[_Edge]] = defaultdict(list)
    for edge in edges:
        slots[edge.top, round(edge.line.y), round(edge.line.size)].append(edge)
    for slot in slots.values():
        known = sum(edge.place in found[edge.page] for edge in slot)
        alone = {edge.page for edge in slot if edge.apart and edge.line.size < 1.1 * body_size}
        always = sum(edge.apart for edge in slot) >= 0.9 * len(slot)
        if (known >= 3 and known >= 0.6 * len(slot)) or (always and len(alone) > max(3, 0.3 * pages)):
            for edge in slot:
                if edge.detached:
                    found[edge.page].add(edge.place)


def _add_margins(
    pages: Sequence[Sequence[Placed]], edges: Sequence[_Edge], found: list[set[int]], body_size: float
) -> None:
    """Add what stands apart above or below all text of the other pages: a licence under an article's first page."""
    if len(pages) < 3:
        return
    heights = [
        [line.y for index, line in enumerate(page) if index not in out] for page, out in zip(pages, found, strict=True)
    ]
    lows = sorted((min(page), number) for number, page in enumerate(heights) if page)
    highs = sorted(((max(page), number) for number, page in enumerate(heights) if page), reverse=True)
    # A heading at a page's foot with a line of its text under it is apart too, by the gap over it.
    headed = {edge.page for edge in edges if edge.apart and not edge.top and edge.line.size > 1.06 * body_size}
    for edge in edges:
        lowest = next((y for y, number in lows if number != edge.page), 0.0)
        highest = next((y for y, number in highs if number != edge.page), math.inf)
        outside = edge.line.y > highest + 0.5 * body_size if edge.top else edge.line.y < lowest - 0.5 * body_size
        if _ENTRY.match(edge.line.text) is not None:
            continue
        if outside and edge.apart and edge.line.size <= 1.05 * body_size and (edge.top or edge.page not in headed):
            found[edge.page].add(edge.place)


def _at_one_height(group: list[_Edge]) -> Iterator[list[_Edge]]:
    """Cut edges of one text into runs at the same height."""
    run: list[_Edge] = []
    for edge in sorted(group, key=lambda edge: edge.line.y):
        if run and edge.line.y - run[-1].line.y > _NEAR:
            yield run
            run = []
        run.append(edge)
    if run:
        yield run


def _edges(number: int, page: Sequence[Placed], body_size: float) -> Iterator[_Edge]:
    """Find the lines of a page's outermost rows, and whether something sets them apart from the body."""
    order = sorted(range(len(page)), key=lambda index: -page[index].y)
    rows: list[list[int]] = []
    for index in order:
        if rows and page[rows[-1][0]].y - page[index].y < 0.3 * body_size:
            rows[-1].append(index)
        else:
            rows.append([index])
    heights = [page[row[0]].y for row in rows]
    pitches = sorted(a - b for a, b in pairwise(heights))
    # Rows of two columns can be offset by a little, so the middle pitch may be far too small.
    usual = max(pitches[len(pitches) // 2] if len(pitches) > 3 else 1.5 * body_size, 1.1 * body_size)
    for top, near in ((True, rows[:_EDGE_ROWS]), (False, rows[: -_EDGE_ROWS - 1 : -1])):
        levels = heights if top else heights[::-1]
        # The outermost rows down to a wide gap are set apart from the body.
        steps = [abs(a - b) for a, b in pairwise(levels[: min(_DEEP, len(near)) + 1])]
        last_gap = max((step for step, gap in enumerate(steps) if gap > _DETACHED * usual), default=-1)
        last_far = max((step for step, gap in enumerate(steps) if gap > _FAR * body_size), default=-1)
        for step, row in enumerate(near):
            for index in row:
                line = page[index]
                detached = step <= last_gap or abs(line.size - body_size) > 0.06 * body_size
                key = fold_digits(line.text)
                yield _Edge(number, index, top, key, line, step == 0, step <= last_gap, step <= last_far, detached)
