"""Lines placed on pages: one or two columns, each footnote at the foot of the column that refers to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.ink import measure
from builder.lines import MARK, Line, break_lines, split_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.manuscripts import Paragraph

WIDTH, HEIGHT = 595.28, 841.89
"""A4 in points."""
RULE_SPACE = 14.0
"""What the short rule over a column's footnotes takes, in points."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of paragraph is set; lengths in points."""

    size: float
    leading: float
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0
    align: str = "justify"
    bold: bool = False
    grey: float = 0.0
    hyphens: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One line with its place in its paragraph."""

    line: Line
    style: Style
    index: int
    notes: tuple[int, ...]
    heading: bool
    language: str

    @property
    def widow(self) -> bool:
        """Alone at a column's top it would look lost."""
        return self.line.last and self.index > 0

    @property
    def height(self) -> float:
        """What the row takes in a column, in points."""
        before, after = not self.index, self.line.last
        return self.style.leading + before * self.style.before + after * self.style.after


@dataclass(frozen=True, slots=True)
class Frame:
    """A column of a page; y grows upwards."""

    page: int
    x: float
    top: float
    bottom: float
    width: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A line on its page, or with no row the rule over the footnotes."""

    page: int
    x: float
    y: float
    width: float
    row: Row | None


def with_marks(paragraph: Paragraph, numbers: Mapping[str, int]) -> str:
    """The paragraph's text with its footnotes' marks in it."""
    text, end = "", 0
    for at, label in paragraph.notes:
        text += paragraph.text[end:at] + chr(MARK + numbers[label])
        end = at
    return text + paragraph.text[end:]


def set_rows(text: str, style: Style, language: str, width: float, *, heading: bool = False) -> list[Row]:
    """Break a text into the rows of a paragraph."""
    pieces = split_pieces(text, language, hyphens=style.hyphens)

    def held_width(held: str) -> float:
        return measure(held, style.size, language)

    lines = break_lines(pieces, width, held_width, style.indent)
    # No title ends with one word, or few characters, on a line of its own.
    while style.align == "center" and len(lines) > 1 and (language == "de" or len(lines[-1].text) < 4):
        width *= 0.97
        shorter = break_lines(pieces, width, held_width)
        if len(shorter) > len(lines):
            break
        lines = shorter
    notes = [tuple(ord(char) - MARK for char in line.text if MARK < ord(char) < MARK + 0x100) for line in lines]
    return [Row(line, style, index, notes[index], heading, language) for index, line in enumerate(lines)]


def compose(rows: Sequence[Row], frames: Iterator[Frame], notes: Mapping[int, Sequence[Row]]) -> list[Placed]:
    """Fill the frames one after the other."""
    placed: list[Placed] = []
    while rows:
        frame = next(frames)
        count = _fitting(rows, frame.top - frame.bottom, notes)
        y = frame.top + (0 if rows[0].index else rows[0].style.before)  # no space before what opens a column
        for row in rows[:count]:
            y -= row.height
            placed.append(Placed(frame.page, frame.x, y + (row.style.after if row.line.last else 0), frame.width, row))
        placed += _foot(frame, [note for row in rows[:count] for number in row.notes for note in notes[number]])
        rows = rows[count:]
    return placed


def _fitting(rows: Sequence[Row], height: float, notes: Mapping[int, Sequence[Row]]) -> int:
    used = foot = 0.0
    count = 0
    for row in rows:
        used += row.height
        foot += sum(note.height for number in row.notes for note in notes[number])
        if used + foot + (RULE_SPACE if foot else 0.0) > height:
            break
        count += 1
    while 1 < count < len(rows) and (rows[count - 1].heading or rows[count].index == 1 or rows[count].widow):
        count -= 1
    if not count:
        raise ValueError(f"a line and its footnotes are higher than a column: {rows[0].line.text!r}")
    return count


def _foot(frame: Frame, notes: Sequence[Row]) -> list[Placed]:
    if not notes:
        return []
    y = frame.bottom + sum(note.height for note in notes)
    placed = [Placed(frame.page, frame.x, y + 4.0, frame.width / 3, None)]
    for note in notes:
        y -= note.height
        placed.append(Placed(frame.page, frame.x, y, frame.width, note))
    return placed
