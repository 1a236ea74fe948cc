"""Side notes: what stands beside the text in a margin, set apart before the lines are laid out."""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.readers.pdf_lines import Line

_FULL_ROWS = 8
"""A page with fewer lines does not show where its text ends."""
_BROAD = 0.33
"""Lines of the text take at least this share of the page's breadth; side notes and cells take less."""
_OVER = 0.1
"""At most this share of them reaches into the margin: headings and tables."""
_NARROW = 0.45
"""A side note is at most this share of the text as broad."""
_MOST = 0.3
"""Side notes hold at most this share of a page's lines."""
_APART = 0.5
"""They stand at least so many type sizes off."""
_LABEL = 5
"""A number or sign of at most so many characters at the left of a line belongs to it: ``12``, ``§ 3``, ``(a)``."""
_SIGN = re.compile(r"[(\[]?[^\W\d_][)\]]?")
"""A letter, in brackets perhaps."""
_PITCH = 1.7
"""Lines of a side note are at most so many type sizes apart."""


class Asides(NamedTuple):
    """The lines of a page, parted."""

    text: list[Line]
    notes: list[list[Line]]
    """The lines of each side note, from top to bottom."""
    numbers: list[Line]
    """Numbers of lines and paragraphs, and signs that divide the page."""


def cut_asides(lines: Sequence[Line], size: float) -> Asides:
    """Part what stands beside a page's text from the text.

    The text's edges are where most of its broad lines begin and end. What lies outside of them, narrow and no cell of
    a table that reaches in, is a side note; a bare number there counts lines or paragraphs.

    Args:
        lines: the page's lines without its furniture.
        size: type size of the body, in points.
    """
    everything = Asides(list(lines), [], [])
    if len(lines) < _FULL_ROWS:
        return everything
    breadth = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    broad = [line for line in lines if line.x1 - line.x0 > _BROAD * breadth]
    if len(broad) < max(_FULL_ROWS, 0.4 * len(lines)):
        return everything
    few = int(_OVER * len(broad))
    left, right = sorted(line.x0 for line in broad)[few], sorted(line.x1 for line in broad)[-1 - few]
    begin, end = left - _APART * size, right + _APART * size
    outside = [line for line in lines if line.x0 > end or line.x1 < begin]
    if not outside or len(outside) > _MOST * len(lines):
        return everything
    if any(line.x1 - line.x0 > _NARROW * (right - left) for line in outside):
        return everything
    # Signs in both margins, (A) at the left and (C) at the right, are the page's.
    signs = [line for line in outside if line.x0 > right and _SIGN.fullmatch(line.text)]
    labels = [line for line in outside if line.x1 < left and not signs and _is_label(line, lines)]
    short = (line for line in outside if line.text.strip("()[]").isdecimal() or (signs and _SIGN.fullmatch(line.text)))
    numbers = [line for line in short if line not in labels]
    notes = [line for line in outside if line not in labels and line not in numbers]
    if not _alike(notes, left):
        return everything
    gone = {id(line) for line in (*numbers, *notes)}
    return Asides([line for line in lines if id(line) not in gone], _group(notes, left), numbers)


def _is_label(line: Line, lines: Sequence[Line]) -> bool:
    """Tell whether it is a heading's number or an item's sign, set out to the left of its line."""
    beside = (other for other in lines if other is not line and abs(other.y - line.y) < 0.3 * line.size)
    nearest = min(beside, key=lambda other: abs(other.x0 - line.x1), default=None)
    if nearest is None or len(line.text) > _LABEL or nearest.x0 < line.x0:
        return False
    return not line.text.isdecimal() or nearest.bold or abs(nearest.size - line.size) < 0.2


def _alike(notes: Sequence[Line], left: float) -> bool:
    """Tell whether the lines at one side begin, or end, at one place: scattered ones are labels of a drawing."""
    for side in ([line for line in notes if line.x0 > left], [line for line in notes if line.x0 < left]):
        if len(side) > 2:
            firsts, lasts = [line.x0 for line in side], [line.x1 for line in side]
            middle = statistics.median(firsts), statistics.median(lasts)
            aligned = max(
                sum(abs(x - place) < 3 for x in places) for places, place in zip((firsts, lasts), middle, strict=True)
            )
            if aligned < 0.6 * len(side):
                return False
    return True


def _group(notes: Sequence[Line], left: float) -> list[list[Line]]:
    """Put lines that follow each other closely in one margin together."""
    groups: list[list[Line]] = []
    for line in sorted(notes, key=lambda line: (line.x0 > left, -line.y)):
        last = groups[-1][-1] if groups else None
        near = last is not None and (last.x0 > left) == (line.x0 > left) and last.y - line.y < _PITCH * line.size
        if near:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups
