"""Where a paragraph's lines stand on the page as it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.records import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.ingest.readers.pdf_lines import Line, Page

_ABOVE, _BELOW = 0.85, 0.25
"""How far letters reach above and below the baseline, in shares of the type size."""
_FAR = 4.0
"""Lines further apart than this many type sizes are of two boxes."""


def find_boxes(lines: Iterable[Line], pages: Mapping[int, Page]) -> tuple[Box, ...]:
    """Put boxes around lines in reading order: one for each column that they run through."""
    boxes: list[Box] = []
    for line in lines:
        if line.page not in pages:
            continue
        box = box_line(line, pages[line.page])
        if boxes and _is_below(box, boxes[-1], line.size):
            last = boxes[-1]
            boxes[-1] = Box(
                box.page, min(last.left, box.left), last.top, max(last.right, box.right), max(last.bottom, box.bottom)
            )
        else:
            boxes.append(box)
    return tuple(box for box in boxes if box.left < box.right and box.top < box.bottom)


def _is_below(box: Box, last: Box, size: float) -> bool:
    near = last.top <= box.top and box.top - last.bottom < _FAR * size
    return box.page == last.page and near and box.left < last.right and last.left < box.right


def box_line(line: Line, page: Page) -> Box:
    """The place of one line, in points from the left and top of its page as it is shown, no further than its edges."""
    if not line.turn and not page.rotation:
        x, base = page.origin[0], page.height + page.origin[1] - line.y
        left, top, right, bottom = line.x0 - x, base - _ABOVE * line.size, line.x1 - x, base + _BELOW * line.size
        if left < 0 or top < 0 or right > page.width or bottom > page.height:
            left, right = (min(max(side, 0.0), page.width) for side in (left, right))
            top, bottom = (min(max(side, 0.0), page.height) for side in (top, bottom))
        return Box(line.page, round(left, 1), round(top, 1), round(right, 1), round(bottom, 1))
    corners = [(line.x0, line.y - _BELOW * line.size), (line.x1, line.y + _ABOVE * line.size)]
    (x0, y0), (x1, y1) = (_show(x, y, line.turn, page) for x, y in corners)
    left, right = (min(max(x, 0.0), page.width) for x in sorted((x0, x1)))
    top, bottom = (min(max(y, 0.0), page.height) for y in sorted((y0, y1)))
    return Box(line.page, *(round(value, 1) for value in (left, top, right, bottom)))


def _show(x: float, y: float, turn: int, page: Page) -> tuple[float, float]:
    """From the frame of a line that runs in another direction to the page's, and from there to what is shown."""
    x, y = ((x, y), (-y, x), (-x, -y), (y, -x))[turn]
    x, y = x - page.origin[0], y - page.origin[1]
    shown = ((x, page.height - y), (y, x), (page.width - x, y), (page.width - y, page.height - x))
    return shown[page.rotation]
