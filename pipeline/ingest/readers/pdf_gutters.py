"""How many columns a page has: the white strips between them."""

from __future__ import annotations

import statistics
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.readers.pdf_lines import Line

    Strip = tuple[float, float]
    """Left and right edge of a white strip, in points."""
    Gutters = tuple[Strip, ...]
    """The strips between a page's columns from left to right; none where there is one column."""

MIN_ROWS = 4
"""A column has at least so many lines; fewer are cells of a table or a signature."""
_MIN_FILL = 0.55
"""The middle line of a column fills at least this share of its width; cells of tables fill less."""
_SIDES = 0.12
"""A strip stands at least this share of the page's breadth off its sides."""
_MOST = 5
"""More columns than these are a table."""
_LONG = 8
"""Each of three columns and more has at least so many lines, of two `MIN_ROWS`."""
_EVEN = 1.4
"""Three columns and more are set in one width: the broadest is at most so many times the narrowest."""
_ACROSS = 0.35
"""At most this share of a page's lines stands over several of its three columns and more."""
_ACROSS_TWO = 0.5
"""And at most this share over two."""


def find_gutters(pages: Sequence[Sequence[Line]], size: float) -> list[Gutters]:
    """Find each page's gutters; a page whose last column holds a few lines only takes those of the pages near it.

    Args:
        pages: each page's lines without its furniture.
        size: type size of the body, in points.
    """
    found = [find_page_gutters(lines, size) for lines in pages]
    known = [index for index, gutters in enumerate(found) if gutters]
    filled = list(found)
    for index, lines in enumerate(pages):
        if not found[index] and known:
            for other in sorted(known, key=lambda other: abs(other - index))[:2]:
                near = found[other]
                # Ragged lines of a column may reach a little into the gutter.
                first = near[0]
                reach = [line.x1 for line in lines if line.x0 < first[0] and line.x1 < first[1] - 3]
                gutters = ((max(first[0], *reach, 0.0), first[1]), *near[1:])
                if _fits(lines, gutters):
                    filled[index] = gutters
                    break
    return filled


def find_page_gutters(lines: Sequence[Line], size: float) -> Gutters:
    """Find the white strips between the columns of one page."""
    if len(lines) < 2 * MIN_ROWS:
        return ()
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    width = right - left
    bins = int(width) + 2
    steps = [0] * (bins + 1)
    for line in lines:
        steps[max(0, int(line.x0 - left))] += 1
        steps[min(bins, int(line.x1 - left) + 1)] -= 1
    cover = list(accumulate(steps))
    for allowed in sorted({0, *cover[int(0.25 * width) : int(0.75 * width)]}):
        if allowed > _ACROSS_TWO * len(lines):
            break
        runs = [run for run in _find_runs(cover, allowed) if run[1] - run[0] >= 0.7 * size]
        for found, rows in ((_near_middle(runs, width, size), MIN_ROWS), (_evenly_spaced(runs, width), _LONG)):
            gutters = tuple((left + start, left + end) for start, end in found)
            few = len(gutters) == 1 or allowed <= _ACROSS * len(lines)
            if gutters and few and _holds_columns(lines, gutters, left, right, rows):
                return gutters
    return ()


def _find_runs(cover: Sequence[int], allowed: int) -> list[tuple[int, int]]:
    """Find the stretches, but at the page's sides, over which at most ``allowed`` lines reach."""
    runs: list[tuple[int, int]] = []
    begin = None
    width = len(cover) - 2
    high = int((1 - _SIDES) * width)
    for x in range(int(_SIDES * width), high):
        if cover[x] > allowed:
            if begin is not None:
                runs.append((begin, x))
                begin = None
        elif begin is None:
            begin = x
    return runs if begin is None else [*runs, (begin, high)]


def _near_middle(runs: Sequence[tuple[int, int]], width: float, size: float) -> list[tuple[int, int]]:
    """The broadest of the strips in the middle half of the page."""
    low, high = int(0.25 * width), int(0.75 * width)
    inside = [(max(start, low), min(end, high)) for start, end in runs if end > low and start < high]
    inside = [run for run in inside if run[1] - run[0] >= 0.7 * size]
    return [max(inside, key=lambda run: run[1] - run[0])] if inside else []


def _evenly_spaced(runs: list[tuple[int, int]], width: float) -> list[tuple[int, int]]:
    """The strips if they part three columns and more, which are set in one width."""
    if not 2 <= len(runs) < _MOST:
        return []
    edges = [0, *(side for run in runs for side in run), width]
    widths = [end - start for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return runs if max(widths) <= _EVEN * min(widths) else []


def _fits(lines: Sequence[Line], gutters: Gutters) -> bool:
    sides = [find_side(line, gutters) for line in lines]
    later = [line for line, side in zip(lines, sides, strict=True) if side > 1]
    if not later or sides.count(0) > _ACROSS * len(lines) or sides.count(1) < MIN_ROWS:
        return False
    width = gutters[0][0] - min(line.x0 for line in lines)
    if max(line.x1 - line.x0 for line in later) > 0.6 * width:
        return True
    # A first column that is full to its edge is one, whatever stands in the second: a last word, perhaps.
    first = [line.x1 - line.x0 for line, side in zip(lines, sides, strict=True) if side == 1]
    return len(first) > 2 * MIN_ROWS and 0 not in sides and statistics.median(first) > 0.8 * width


def _holds_columns(lines: Sequence[Line], gutters: Gutters, left: float, right: float, rows: int) -> bool:
    """Tell whether what stands beside the strips are columns of text, not cells or page numbers."""
    edges = [left - 2, *(side for start, end in gutters for side in (start + 2, end - 2)), right + 2]
    spans: list[list[float]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        column = [line for line in lines if start <= line.x0 and line.x1 <= end]
        if len(column) < rows or end - start <= 4:
            return False
        if statistics.median(line.x1 - line.x0 for line in column) < _MIN_FILL * (end - start - 4):
            return False
        spans.append([line.y for line in column])
    return all(_stand_beside(first, second) for first, second in pairwise(spans))


def _stand_beside(first: Sequence[float], second: Sequence[float]) -> bool:
    top, bottom = min(max(first), max(second)), max(min(first), min(second))
    return all(sum(bottom <= y <= top for y in heights) >= 2 for heights in (first, second))


def find_side(line: Line, gutters: Gutters) -> int:
    """0 for a line over several columns, else the number of its column; the leftmost is 1."""
    for number, (start, end) in enumerate(gutters, 1):
        if line.x1 <= start + 3:
            return number
        if line.x0 < end - 3:
            return 0
    return len(gutters) + 1
