"""Articles as journals print them, drawn for the tests: text flows through columns and pages, what it is is known."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pdf_pages import HEIGHT, WIDTH, Pages, wrap

from pipeline.records import KINDS

if TYPE_CHECKING:
    from pipeline.records import Extract

TRUTH = Path(__file__).parents[3] / "corpora" / "demo" / "truth.json"


@cache
def prose(language: str) -> tuple[str, ...]:
    """Paragraphs of the demo corpus: long ones, no two alike."""
    documents = json.loads(TRUTH.read_text(encoding="utf-8"))["documents"]
    found = [text for document in documents if document["language"] == language for text in document["paragraphs"]]
    return tuple(dict.fromkeys(text for text in found if len(text) > (120 if language == "zh" else 300)))


@dataclass
class Article:
    """A document in the making; ``planted`` is the truth."""

    columns: int = 2
    size: float = 10.0
    pitch: float = 14.0
    top: float = 90.0
    bottom: float = 760.0
    side: float = 70.0
    gap: float = 24.0
    first_number: int = 61
    head: tuple[str, str] = ("", "")
    """Running heads of odd and of even pages; ``{}`` is the page's number."""
    foot: str = ""
    pages: Pages = field(default_factory=Pages)
    planted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.page = self.column = 0
        self.tops = [self.top] * self.columns
        self.floor = self.bottom
        self.y = self.top
        self._furniture()

    @property
    def width(self) -> float:
        return (WIDTH - 2 * self.side - (self.columns - 1) * self.gap) / self.columns

    @property
    def x(self) -> float:
        return self.side + self.column * (self.width + self.gap)

    def _furniture(self) -> None:
        number = self.first_number + self.page
        head = self.head[self.page % 2]
        if head:
            self.pages.text(self.side, 50, head, 9)
            self.planted["boilerplate"].append(head)
        self.pages.text(WIDTH - self.side - 14, 50, str(number), 9)
        self.planted["boilerplate"].append(str(number))
        for y, line in enumerate(line for line in self.foot.split("\n") if line):
            text = line.format(number)
            self.pages.text(self.side, 815 + 10 * y, text, 7)
            self.planted["boilerplate"].append(text)

    def next_column(self) -> None:
        self.column += 1
        if self.column == self.columns:
            self.pages.next_page()
            self.page += 1
            self.column = 0
            self.tops = [self.top] * self.columns
            self.floor = self.bottom
            self._furniture()
        self.y = self.tops[self.column]

    def across(self, kind: str, text: str, size: float, *, centred: bool = False, font: str = "Times-Roman") -> None:
        """Set text over all columns at the page's top."""
        width = WIDTH - 2 * self.side - (60 if not centred else 0)
        for line in wrap(text, width, size, font):
            end = len(wrap(line, 10_000, size, font)) and self._width(line, size, font)
            x = (WIDTH - end) / 2 if centred else self.side + 30
            self.pages.text(x, self.y + size, line, size, font)
            self.y += 1.4 * size
        self.y += 8
        self.tops = [self.y + 14] * self.columns
        self.planted[kind].append(text)

    def _width(self, line: str, size: float, font: str) -> float:
        from pdf_pages import HAN, is_chinese
        from reportlab.pdfbase import pdfmetrics

        return float(pdfmetrics.stringWidth(line, HAN if is_chinese(line) else font, size))

    def begin(self) -> None:
        self.y = self.tops[self.column]

    def lines(
        self, kind: str, text: str, *, size: float | None = None, indent: float = 0, hang: float = 0, **more: str
    ) -> None:
        """Set one paragraph, over the ends of columns and pages."""
        size = size or self.size
        pitch = self.pitch * size / self.size
        for number, line in enumerate(wrap(text, self.width - hang, size, indent=indent - hang, **more)):
            if self.y + pitch > self.floor:
                self.next_column()
            self.y += pitch
            self.pages.text(self.x + (hang if number else indent), self.y, line, size, **more)
        self.planted[kind].append(text)

    def space(self, points: float) -> None:
        self.y += points

    def reserve(self, points: float) -> None:
        """Keep the foot of the page free for notes."""
        self.floor = self.bottom - points

    def note(self, y: float, text: str, *, column: int = 0, size: float = 8, planted: str | None = None) -> None:
        """Set a note at this height of a column."""
        x = self.side + column * (self.width + self.gap)
        self.pages.lines(x, y, wrap(text, self.width, size), size, 1.25 * size)
        if planted != "":
            self.planted["footnote"].append(planted or text)

    def data(self) -> bytes:
        return self.pages.data()


def squeeze(text: str) -> str:
    return "".join(text.split())


def differences(extract: Extract, planted: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """For each kind what was found and not planted, and what was planted and not found."""
    wrong = {}
    for kind in KINDS:
        found = Counter(squeeze(block.text) for block in extract.blocks if block.kind == kind)
        meant = Counter(squeeze(text) for text in planted.get(kind, []))
        if found != meant:
            wrong[kind] = (sorted((found - meant).elements()), sorted((meant - found).elements()))
    return wrong


__all__ = ["HEIGHT", "WIDTH", "Article", "differences", "prose", "squeeze"]
