"""Lines of text as ink: fonts, widths, footnote marks, justification. Lengths in points."""

from __future__ import annotations

import functools
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from builder.lines import MARK

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from builder.pages import Style

FONT = "NotoSansSC"
QUOTES = "Vera"
"""For the quotation marks of German texts, which are as wide as a Chinese character in `FONT`; comes with reportlab."""

_SPANS = re.compile("[\ue001-\ue0ff]|[“”‘’…]+|[^\ue001-\ue0ff“”‘’…]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line in one font and size."""

    text: str
    font: str = FONT
    scale: float = 1.0


@functools.cache
def register_fonts() -> None:
    """Make the fonts known to reportlab.

    Raises:
        FileNotFoundError: The package that carries the Chinese font is not installed.
    """
    # zhplot is found, not imported: importing it changes the settings of matplotlib.
    spec = importlib.util.find_spec("zhplot")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package zhplot, which carries the font, is not installed")
    pdfmetrics.registerFont(TTFont(FONT, Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(QUOTES, "Vera.ttf"))


def split_spans(text: str, language: str) -> list[Span]:
    """Cut a line where its font or size changes; footnote marks become small digits."""
    return [_span(run, language) for run in _SPANS.findall(text)]


def _span(run: str, language: str) -> Span:
    if MARK < ord(run[0]) < MARK + 0x100:
        return Span(str(ord(run) - MARK), scale=0.62)
    return Span(run, QUOTES if run[0] in "“”‘’…" and language != "zh" else FONT)


@functools.lru_cache(maxsize=1 << 16)
def _span_width(span: Span, size: float) -> float:
    return float(pdfmetrics.stringWidth(span.text, span.font, size * span.scale))


def measure(text: str, size: float, language: str) -> float:
    """Width of a line that is not spread."""
    return sum(_span_width(span, size) for span in split_spans(text, language))


def write_line(
    canvas: Canvas, text: str, origin: tuple[float, float], style: Style, language: str, *, spread: float = 0.0
) -> None:
    """Write one line; ``spread`` is shared out between its words, in Chinese between its characters."""
    canvas.saveState()
    canvas.setFillGray(style.grey)
    line = canvas.beginText(*origin)
    if style.bold:  # the font has one weight: a thin stroke around each character, as word processors do it
        canvas.setLineWidth(style.size * 0.028)
        line.setTextRenderMode(2)
    spans = split_spans(text, language)
    if language != "zh":
        line.setWordSpace(spread / max(1, text.count(" ")))
    elif spread < 0.2 * style.size * len(text):
        line.setCharSpace(spread / max(1, sum(len(span.text) for span in spans) - 1))
    for span in spans:
        line.setFont(span.font, style.size * span.scale)
        line.setRise(0.36 * style.size if span.scale < 1 else 0)
        line.textOut(span.text)
    canvas.drawText(line)
    canvas.restoreState()
