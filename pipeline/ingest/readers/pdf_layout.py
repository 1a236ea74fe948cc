"""Reading order: the lines of a page put into columns, the columns into the order in which people read them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.readers.pdf_gutters import find_side
from pipeline.ingest.readers.pdf_lines import GAP, NOTE_SIZE, NUMBER, RAISED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.ingest.readers.pdf_gutters import Gutters, Strip
    from pipeline.ingest.readers.pdf_lines import Line

_CELL = 0.6
"""A table's cell fills less than this share of its column."""
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
        # Lines that begin at one place are of one column, in whatever order they were drawn.
        places = sorted((round(line.x0 / 2), -line.y, line.size) for line in lines)
        for (place, y, size), (other, below, smaller) in pairwise(places):
            if place == other and size == smaller and 0 < below - y < 3 * size:
                pitches[size, round(below - y, 1)] += 1
    if not letters:
        return Type(10.0, 12.0)
    total = letters.total()
    near = {size: sum(n for other, n in letters.items() if abs(other - size) <= 0.3) for size in letters}
    size = max((size for size in letters if near[size] >= 0.2 * total), default=letters.most_common(1)[0][0])
    size = max((other for other in letters if abs(other - size) <= 0.3), key=letters.__getitem__)
    steps = {pitch: count for (of, pitch), count in pitches.items() if abs(of - size) <= 0.3}
    return Type(size, max(steps, key=steps.__getitem__) if steps else 1.3 * size)


def read_columns(lines: Sequence[Line], body: Type, gutters: Gutters) -> list[Column]:
    """Put a page's lines into columns in reading order.

    A line over several columns (a title) ends a band, and so does white space over the page's width: within a band
    the left column is read first. A band of cells is a table over the columns, and its rows stay whole.
    """
    if not lines:
        return []
    if not gutters:
        return [Column(merge_rows(lines), *_edges(lines))]
    columns: list[Column] = []
    band: list[list[Line]] = [[] for _ in range(len(gutters) + 2)]  # over several, then from left to right
    sides = [find_side(line, gutters) for line in lines]
    edges = [_edges([line for line, of in zip(lines, sides, strict=True) if of == side]) for side in range(len(band))]

    def flush() -> None:
        if _is_table_over(band, edges):
            rows = [line for part in band for line in part]
            columns.append(Column(merge_rows(rows), *_edges(rows)))
        else:
            columns.extend(Column(merge_rows(part), *edge) for part, edge in zip(band, edges, strict=True) if part)
        for part in band:
            part.clear()

    lowest = None
    for line, side in sorted(zip(lines, sides, strict=True), key=lambda placed: -placed[0].y):
        over = side == 0 or (side == 1 and bool(band[0]) and _ends_over_both(band[0], line, lines, gutters[0]))
        gap = lowest is not None and lowest - line.y > _BAND_GAP * max(body.pitch, line.size)
        if gap or (over and any(band[1:])) or (not over and band[0]):
            flush()
        band[0 if over else side].append(line)
        lowest = line.y
    flush()
    return columns


def _is_table_over(band: Sequence[Sequence[Line]], edges: Sequence[tuple[float, float]]) -> bool:
    """Tell whether what stands in several columns are cells: short, side by side, and not where columns begin."""
    cells = [line for part in band[1:] for line in part]
    if sum(bool(part) for part in band[1:]) < 2:
        return False
    widths = [right - left for left, right in edges]
    short = sum(line.x1 - line.x0 < _CELL * widths[side] for side, part in enumerate(band) if side for line in part)
    if short < 0.9 * len(cells):
        return False
    rows = len(merge_rows(cells))
    if rows < 2 or rows > 0.75 * len(cells):
        return False
    begun = [abs(line.x0 - edges[side][0]) < 2 * line.size for side, part in enumerate(band) if side for line in part]
    return sum(begun) < 0.5 * len(begun)


def _ends_over_both(over: Sequence[Line], line: Line, lines: Sequence[Line], gutter: Strip) -> bool:
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


def _edges(lines: Sequence[Line]) -> tuple[float, float]:
    """Left and right edge that lines are set between; a few that stick out at the right are left out."""
    if not lines:
        return 0.0, 0.0
    ends = sorted((line.x1 for line in lines), reverse=True)
    right = ends[int(0.04 * len(ends))]
    # Where many lines end at one edge, that is it: addresses too long for the column stick out of it.
    places = Counter(map(round, ends))
    common = max((place for place, count in places.items() if count >= 0.2 * len(ends)), default=None)
    if common is not None and len(ends) >= _FULL and sum(end > common + 1 for end in ends) <= 0.15 * len(ends):
        right = min(right, float(common))
    return _edge(line.x0 for line in lines), right


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
