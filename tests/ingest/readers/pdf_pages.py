"""Small PDFs for the tests, drawn with reportlab: text set by hand or in columns."""

from __future__ import annotations

import importlib.util
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from pipeline.records import Extract

WIDTH, HEIGHT = 595.0, 842.0
HAN = "NotoSansSC"

_UNITS = re.compile(r"(?:[\x21-\x7e]+|.)[，。、；：？！”’）》]*\s?")
"""What Chinese lines are not broken inside: a Latin word, a character with the signs behind it."""
GERMAN = (
    "Die Städtepartnerschaft zwischen deutschen und chinesischen Kommunen hat sich seit den achtziger Jahren stark "
    "verändert. Zunächst standen kulturelle Begegnungen im Vordergrund, später traten wirtschaftliche Interessen "
    "hinzu. Kommunale Akteure handeln dabei selten allein, denn Vereine und Schulen tragen einen großen Teil."
)
SECOND = (
    "Ein Beispiel dafür ist der Austausch zweier Gymnasien, der ohne die Stadtverwaltung entstand und sie bis heute "
    "überlebt hat. In den Akten findet sich davon wenig, in den Briefen der Beteiligten dagegen fast alles."
)
CHINESE = (
    "城市外交是国家总体外交的重要组成部分，也是地方政府参与全球治理的重要途径。改革开放以来，我国城市与世界各国城市"
    "建立了广泛的友好关系，取得了丰硕的成果。近年来的研究表明，经贸往来与人文交流相互促进，二者不可分割。"
)


def register_han() -> None:
    """Make the font of the package zhplot known; the package is found and not imported."""
    if HAN not in pdfmetrics.getRegisteredFontNames():
        spec = importlib.util.find_spec("zhplot")
        assert spec is not None
        assert spec.origin is not None
        pdfmetrics.registerFont(TTFont(HAN, Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"))


def is_chinese(text: str) -> bool:
    """Tell whether a text holds what the standard fonts of PDF have not."""
    return any(ord(char) >= 0x2460 for char in text)


@dataclass
class Pages:
    """A PDF in the making; y is measured from the top of the page."""

    password: str = ""
    buffer: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        register_han()
        encrypt = StandardEncryption(self.password) if self.password else None
        self.canvas = Canvas(self.buffer, pagesize=(WIDTH, HEIGHT), invariant=1, encrypt=encrypt)

    def text(self, x: float, y: float, text: str, size: float = 10, font: str = "Times-Roman") -> float:
        """Write one line, in the Chinese font where it holds Chinese; returns where it ends."""
        font = HAN if is_chinese(text) else font
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, HEIGHT - y, text)
        return x + pdfmetrics.stringWidth(text, font, size)

    def raised(self, x: float, y: float, text: str, size: float = 10) -> float:
        """Write a raised note number beside text of this size."""
        return self.text(x, y - 0.35 * size, text, 0.6 * size)

    def lines(self, x: float, y: float, lines: list[str], size: float = 10, pitch: float = 12, **more: str) -> float:
        """Write lines one under the other; returns the next line's y."""
        for line in lines:
            if line:
                self.text(x, y, line, size, **more)
            y += pitch
        return y

    def image(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a grey picture."""
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        self.canvas.drawImage(ImageReader(Image.new("L", (8, 8), 128)), x, HEIGHT - y - height, width, height)

    def next_page(self) -> None:
        self.canvas.showPage()

    def data(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def wrap(text: str, width: float, size: float = 10, font: str = "Times-Roman", indent: float = 0) -> list[str]:
    """Break a text into lines that fit into a width; Chinese between any two characters, but before no comma."""
    register_han()
    chinese = is_chinese(text)
    font = HAN if chinese else font
    units = _UNITS.findall(text) if chinese else [word + " " for word in text.split()]
    lines, line = [], ""
    for unit in units:
        room = width - (0 if lines else indent)
        if line and pdfmetrics.stringWidth((line + unit).rstrip(), font, size) > room:
            lines.append(line.rstrip())
            line = ""
        line += unit
    return [*lines, line.rstrip()]


def one_page() -> Pages:
    pages = Pages()
    pages.lines(80, 100, wrap(GERMAN, 400))
    return pages


def three_pages_with_heads() -> Pages:
    pages = Pages()
    for number, text in ((12, SECOND), (13, GERMAN), (14, CHINESE)):
        pages.text(80, 40, "Zeitschrift für Kommunalforschung 12 (2019)", 8)
        pages.text(490, 40, str(number), 8)
        pages.lines(80, 80, wrap(text, 400))
        pages.text(80, 820, f"Heruntergeladen am {number}.03.2025 von archiv.example.org", 6)
        pages.next_page()
    return pages


def texts(extract: Extract, *kinds: str) -> list[str]:
    return [block.text for block in extract.blocks if block.kind in kinds]
