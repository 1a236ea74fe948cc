"""Reading order: the lines of a page put into columns, the columns into the order in which people read them."""

from __future__ import annotations

import statistics
from collections import Counter
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.readers.pdf_lines import GAP, NOTE_SIZE, NUMBER, RAISED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.ingest.readers.pdf_lines import Line

_MIN_ROWS = 4
"""A column has at least so many lines; fewer are cells of a table or a signature."""
_MIN_FILL = 0.55
"""The middle line of a column fills at least this share of its width; cells of tables fill less."""
_FULL = 5
"""Fewer lines do not show the edges of their column."""
_BAND_GAP = 2.4
"""White space this many line pitches high over all columns ends a band: what follows it is read later."""


class Column(NamedTuple):
    """Lines that are read from top to bottom, and the edges that the text is set between."""

    lines: tuple[Line, ...]
    left: float
    right: float


class Type(NamedTuple):
    """What most of a document is set in."""

    size: float
    """In points."""
    pitch: float
    """From baseline to baseline, in points."""


def measure_type(pages: Iterable[Sequence[Line]]) -> Type:
    """Find the size and line pitch of a document's body.

    Footnotes can hold more characters than the body, so of the sizes that hold a fifth of the text it is the largest.
    """
    letters: Counter[float] = Counter()
    pitches: Counter[tuple[float, float]] = Counter()
    for lines in pages:
        for line in lines:
            letters[line.size] += len(line.text)
        for line, following in pairwise(lines):
            if following.size == line.size and 0 < line.y - following.y < 3 * line.size:
                pitches[line.size, round(line.y - following.y, 1)] += 1
    if not letters:
        return Type(10.0, 12.0)
    total = letters.total()
    near = {size: sum(n for other, n in letters.items() if abs(other - size) <= 0.3) for size in letters}
    size = max((size for size in letters if near[size] >= 0.2 * total), default=letters.most_common(1)[0][0])
    size = max((other for other in letters if abs(other - size) <= 0.3), key=letters.__getitem__)
    steps = {pitch: count for (of, pitch), count in pitches.items() if abs(of - size) <= 0.3}
    return Type(size, max(steps, key=steps.__getitem__) if steps else 1.3 * size)


def find_gutter(lines: Sequence[Line], size: float) -> tuple[float, float] | None:
    """Find the white strip between two columns: its left and right edge, or None where there is one column.

    Args:
        lines: the page's lines without its furniture.
        size: type size of the body, in points.
    """
    if len(lines) < 2 * _MIN_ROWS:
        return None
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    width = right - left
    bins = int(width) + 2
    steps = [0] * (bins + 1)
    for line in lines:
        steps[max(0, int(line.x0 - left))] += 1
        steps[min(bins, int(line.x1 - left) + 1)] -= 1
    cover = list(accumulate(steps))
    low, high = int(0.25 * width), int(0.75 * width)
    for allowed in sorted({0, *cover[low:high]}):
        if allowed > 0.5 * len(lines):
            break
        run = _longest_run(cover, low, high, allowed)
        if run is not None and run[1] - run[0] >= 0.7 * size:
            gutter = left + run[0], left + run[1]
            if _holds_columns(lines, *gutter, left, right):
                return gutter
    return None


def find_gutters(pages: Sequence[Sequence[Line]], size: float) -> list[tuple[float, float] | None]:
    """Find each page's gutter; a page whose second column holds a few lines only takes that of the pages near it."""
    found = [find_gutter(lines, size) for lines in pages]
    known = [index for index, gutter in enumerate(found) if gutter is not None]
    filled = list(found)
    for index, lines in enumerate(pages):
        if found[index] is None and known:
            for other in sorted(known, key=lambda other: abs(other - index))[:2]:
                near = found[other]
                if near is None:
                    continue
                # Ragged lines of the first column may reach a little into the gutter.
                reach = [line.x1 for line in lines if line.x0 < near[0] and line.x1 < near[1] - 3]
                gutter = max(near[0], *reach, 0.0), near[1]
                if _fits(lines, gutter):
                    filled[index] = gutter
                    break
    return filled


def _fits(lines: Sequence[Line], gutter: tuple[float, float]) -> bool:
    sides = [_side(line, gutter) for line in lines]
    second = [line for line, side in zip(lines, sides, strict=True) if side == 2]
    if not second or sides.count(0) > 0.35 * len(lines) or sides.count(1) < _MIN_ROWS:
        return False
    width = gutter[0] - min(line.x0 for line in lines)
    if max(line.x1 - line.x0 for line in second) > 0.6 * width:
        return True
    # A first column that is full to its edge is one, whatever stands in the second: a last word, perhaps.
    first = [line.x1 - line.x0 for line, side in zip(lines, sides, strict=True) if side == 1]
    return len(first) > 2 * _MIN_ROWS and 0 not in sides and statistics.median(first) > 0.8 * width


def _longest_run(cover: Sequence[int], low: int, high: int, allowed: int) -> tuple[int, int] | None:
    best, begin = None, None
    for x in range(low, high + 1):
        inside = x < high and cover[x] <= allowed
        if inside and begin is None:
            begin = x
        if not inside and begin is not None:
            if best is None or x - begin > best[1] - best[0]:
                best = (begin, x)
            begin = None
    return best


def _holds_columns(lines: Sequence[Line], start: float, end: float, left: float, right: float) -> bool:
    """Tell whether what stands on both sides of a strip are columns of text, not cells or page numbers."""
    sides = [
        ([line for line in lines if line.x1 <= start + 2], start - left),
        ([line for line in lines if line.x0 >= end - 2], right - end),
    ]
    for side, width in sides:
        if len(side) < _MIN_ROWS or width <= 0:
            return False
        if statistics.median(line.x1 - line.x0 for line in side) < _MIN_FILL * width:
            return False
    (first, _), (second, _) = sides
    top = min(max(line.y for line in first), max(line.y for line in second))
    bottom = max(min(line.y for line in first), min(line.y for line in second))
    return sum(bottom <= line.y <= top for line in first) >= 2 and sum(bottom <= line.y <= top for line in second) >= 2


def read_columns(lines: Sequence[Line], body: Type, gutter: tuple[float, float] | None) -> list[Column]:
    """Put a page's lines into columns in reading order.

    A line over both columns (a title) ends a band, and so does white space over the page's width: within a band the
    left column is read first.
    """
    if not lines:
        return []
    if gutter is None:
        return [Column(merge_rows(lines), *_edges(lines))]
    columns: list[Column] = []
    band: tuple[list[Line], list[Line], list[Line]] = ([], [], [])  # over both, left, right
    sides = [_side(line, gutter) for line in lines]
    edges = [_edges([line for line, of in zip(lines, sides, strict=True) if of == side]) for side in (0, 1, 2)]

    def flush() -> None:
        columns.extend(Column(merge_rows(part), *edge) for part, edge in zip(band, edges, strict=True) if part)
        for part in band:
            part.clear()

    lowest = None
    for line in sorted(lines, key=lambda line: -line.y):
        side = _side(line, gutter)
        if side == 1 and band[0] and _ends_over_both(band[0], line, lines, gutter):
            side = 0
        gap = lowest is not None and lowest - line.y > _BAND_GAP * max(body.pitch, line.size)
        if gap or (side == 0 and (band[1] or band[2])) or (side and band[0]):
            flush()
        band[side].append(line)
        lowest = line.y
    flush()
    return columns


def _ends_over_both(over: Sequence[Line], line: Line, lines: Sequence[Line], gutter: tuple[float, float]) -> bool:
    """Tell whether a short line under a paragraph over both columns is its last one, not the left column's first."""
    last = over[-1]
    step = over[-2].y - last.y if len(over) > 1 else 1.6 * line.size
    return (
        abs(last.size - line.size) < 0.3
        and last.y - line.y < 1.2 * min(step, 2 * line.size)
        and min(abs(line.x0 - other.x0) for other in over) < 1
        and last.x1 > gutter[1]
        and not any(abs(other.y - line.y) < 0.7 * line.size and other.x0 >= gutter[1] - 3 for other in lines)
    )


def _side(line: Line, gutter: tuple[float, float]) -> int:
    """0 for a line over both columns, 1 for the left one, 2 for the right one."""
    return 1 if line.x1 <= gutter[0] + 3 else 2 if line.x0 >= gutter[1] - 3 else 0


def _edges(lines: Sequence[Line]) -> tuple[float, float]:
    """Left and right edge that lines are set between; a few that stick out at the right are left out."""
    if not lines:
        return 0.0, 0.0
    ends = sorted((line.x1 for line in lines), reverse=True)
    return _edge(line.x0 for line in lines), ends[int(0.04 * len(ends))]


def _edge(values: Iterable[float]) -> float:
    """Left edge of a column: the leftmost place where lines begin more than once."""
    counts = Counter(round(value) for value in values)
    often = [
        place for place, count in counts.items() if count + counts.get(place + 1, 0) > max(1, 0.08 * counts.total())
    ]
    return float(min(often or counts))


def share_edges(columns: Sequence[Column]) -> list[Column]:
    """Give columns of a few lines, which do not show how wide they are set, the edges of a full one near them."""
    shared = list(columns)
    full = [index for index, column in enumerate(columns) if len(column.lines) >= _FULL]
    for index, column in enumerate(columns):
        if len(column.lines) < _FULL:
            em = column.lines[0].size
            near = [
                columns[other]
                for other in sorted(full, key=lambda other: abs(other - index))[:4]
                if -1 <= column.left - columns[other].left <= 3 * em and columns[other].right >= column.right - 1
            ]
            if near:
                nearest = min(near, key=lambda other: abs(other.right - column.right))
                shared[index] = column._replace(left=nearest.left, right=nearest.right)
    return shared


def merge_rows(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Sort lines from top to bottom and put what stands on one baseline together, from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-line.y, line.x0)):
        if rows and abs(rows[-1][0].y - line.y) < 0.35 * min(rows[-1][0].size, line.size):
            rows[-1].append(line)
        else:
            rows.append([line])
    merged = [row[0] if len(row) == 1 else _merge(sorted(row, key=lambda line: line.x0)) for row in rows]
    # One row with gaps from edge to edge, between rows without, is no table: few words spread over a line.
    left, right = min(row.x0 for row in merged), max(row.x1 for row in merged)
    return tuple(
        row._replace(cells=1)
        if row.cells > 1 and row.x0 - left < 3 * row.size and right - row.x1 < 2 and not _has_gaps(merged, index)
        else row
        for index, row in enumerate(merged)
    )


def _has_gaps(rows: Sequence[Line], index: int) -> bool:
    """Tell whether the row above or below has gaps, too."""
    return any(row.cells > 1 for row in (*rows[max(0, index - 1) : index], *rows[index + 1 : index + 2]))


def _merge(row: list[Line]) -> Line:
    longest = max(row, key=lambda line: len(line.text))
    return longest._replace(
        text=" ".join(line.text for line in row if line.text),
        x0=row[0].x0,
        x1=max(line.x1 for line in row),
        mark=row[0].mark,
        cells=1 + sum(b.x0 - a.x1 > GAP * longest.size for a, b in pairwise(row)),
    )


def attach_numbers(lines: Sequence[Line]) -> list[Line]:
    """Give note numbers that were drawn as lines of their own to the lines that they stand before; drop the others."""
    numbers = [line for line in lines if not line.mark and len(line.text) <= 5 and NUMBER.fullmatch(line.text)]
    kept = list(lines)
    for number in numbers:
        for index, line in enumerate(kept):
            raised = RAISED * line.size <= number.y - line.y <= 0.8 * line.size
            if number.size > NOTE_SIZE * line.size or not raised:
                continue
            if -1 <= line.x0 - number.x1 <= line.size:
                kept[index] = line._replace(mark=number.text, x0=number.x0)
                kept.remove(number)
                break
            if line.x0 <= number.x0 <= line.x1 + line.size:
                kept.remove(number)
                break
    return kept
