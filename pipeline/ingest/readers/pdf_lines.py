"""The common form of both PDF engines: lines of text with their place, size and weight on a page."""

from __future__ import annotations

import re
from typing import NamedTuple


class Line(NamedTuple):
    """A stretch of text on one baseline without a wide gap, upright, in points from the page's lower left corner."""

    text: str
    """As drawn; a hyphen at the line's end is ``-`` or, where the file itself says that it is soft, U+00AD."""
    x0: float
    x1: float
    y: float
    """Height of the baseline."""
    size: float
    """Type size of most of the line, in points."""
    bold: bool = False
    mark: str = ""
    """A raised note number that stood at the line's start; raised ones elsewhere are dropped."""
    cells: int = 1
    """How many stretches, wide gaps between them, were put together to this line."""
    row: int = 0
    """Place in the page's stream of text."""
    page: int = 0
    """The first is 1."""
    turn: int = 0
    """The direction it runs in, in quarter turns against the clock; its place is measured in the page so turned."""


class Page(NamedTuple):
    """One page as an engine read it."""

    number: int
    """The first is 1."""
    width: float
    height: float
    lines: tuple[Line, ...]
    sideways: tuple[Line, ...] = ()
    """Text that runs in another direction than most of the page's."""
    image: bool = False
    """Whether it has a picture and no text, or hardly any beside a picture of the whole page."""
    origin: tuple[float, float] = (0.0, 0.0)
    """Where the lower left corner of what is shown stands in the frame that the lines are measured in."""
    rotation: int = 0
    """By how many quarter turns with the clock it is shown turned."""


BOLD = re.compile(
    rb"bold|black|heavy|semibold|-bd|,b|(?:^|\+)(?:fz[a-z]{0,2}h(?:t|ei)|fzxbs|fzlth|fandolhei|sthei|simhei)|heiti|"
    + b"|".join(name.encode(code) for name in ("黑体", "小标宋", "粗宋") for code in ("gbk", "utf-8")),
    re.IGNORECASE,
)
"""What names of bold fonts hold; Chinese print sets 黑体, a face of even strokes, where others set bold."""
SIGNS = re.compile(rb"dingbat|wingding|webding|symbol", re.IGNORECASE)
"""What names of fonts of signs hold."""
NOTE_SIZE = 0.85
"""A number smaller than this share of its line's type, and raised, is a note's number."""
RAISED = 0.12
"""How far above the baseline, in shares of the line's size, a raised character begins at least."""
GAP = 1.6
"""A horizontal gap wider than this many type sizes ends a line: columns, cells, tabulators."""
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
NUMBER = re.compile(
    r"[\[〔［(]?(?<![0-9⁰¹²³⁴-⁹])[0-9⁰¹²³⁴-⁹]{1,3}(?:[,，\-–][0-9⁰¹²³⁴-⁹]{1,3})*(?![0-9⁰¹²³⁴-⁹])[\]〕］)]?|[①-⑳*∗†‡]+"
)
"""A note's number or sign."""
HAS_NUMBER = re.compile(r"[0-9⁰¹²³⁴-⁹①-⑳*∗†‡]")
UNITS = frozenset({"m", "km", "cm", "mm", "dm", "qm", "µm", "ft", "kg/m"})
"""A raised 2 or 3 after these is a power, not a note."""


def is_note_number(before: str, digits: str) -> bool:
    """Tell whether raised ``digits`` after the text ``before`` are a note's number and not a power (``km²``)."""
    word = before.rsplit(maxsplit=1)[-1] if before.strip() else ""
    return not (digits.translate(SUPERSCRIPTS).strip("[]()") in {"2", "3"} and word.lstrip("(0123456789.,/") in UNITS)
