"""PDFs as journals and press offices make them: running heads, page numbers, columns, footnotes, download stamps."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from builder.ink import FONT, measure, register_fonts, write_line
from builder.lines import MARK
from builder.pages import HEIGHT, WIDTH, Frame, Placed, Row, Style, compose, set_rows, with_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builder.manuscripts import Manuscript

rl_config.useA85 = 0  # page contents as compressed bytes, not as letters

MARGIN, GAP, TOP, BOTTOM = 64.0, 22.0, 762.0, 76.0

STYLES = {
    "zh": {
        "title": Style(20, 30, align="center", bold=True, hyphens=False),
        "byline": Style(11, 19, before=5, align="center"),
        "heading": Style(14, 22, before=9, after=2, bold=True, align="left"),
        "body": Style(12, 20.5, indent=24),
        "footnote": Style(8.5, 12.5),
    },
    "de": {
        "title": Style(19, 25, align="center", bold=True, hyphens=False),
        "byline": Style(11, 17, before=5, align="center"),
        "heading": Style(12.5, 17, before=12, after=3, bold=True, align="left"),
        "body": Style(10.5, 15.5, indent=12),
        "footnote": Style(8, 10.8),
    },
}
SPEECH_BODY = {"zh": Style(13, 24, indent=26), "de": Style(11.5, 18, before=6)}
STAMPS = {
    "zh": "本文下载自示范文献库 archiv.example.cn，仅供个人学习使用，下载日期：2025-03-{day:02}",
    "de": "Heruntergeladen von archiv.example.org am {day:02}.03.2025. Nur für den persönlichen Gebrauch.",
}


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on every page and is no text of the document."""

    head: str
    first_number: int
    journal: bool
    stamp: str
    language: str


def render_pdf(manuscript: Manuscript, byline: str) -> bytes:
    """The document as a PDF of A4 pages with the font embedded as a subset; the same bytes each time."""
    register_fonts()
    placed = _lay_out(manuscript, byline)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, initialFontName=FONT)
    canvas.setTitle(manuscript.title.text)
    canvas.setAuthor(manuscript.author)
    furniture = page_furniture(manuscript)
    for page in range(1 + max(item.page for item in placed)):
        _draw_head(canvas, furniture, page)
        for item in placed:
            if item.page == page:
                _draw_placed(canvas, item)
        _draw_text(canvas, furniture.stamp, 26, Style(6.5, 8, grey=0.45), furniture.language, align="center")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def page_furniture(manuscript: Manuscript) -> Furniture:
    """Head, first page number and stamp, chosen by the document's name where the manuscript leaves them open."""
    seed = zlib.crc32(manuscript.name.encode())
    journal = manuscript.folder == "articles"
    stamp = STAMPS[manuscript.language].format(day=1 + seed % 28) if seed % 3 == 0 else ""
    return Furniture(
        manuscript.running_head, 2 * (seed % 60) + 7 if journal else 1, journal, stamp, manuscript.language
    )


def _lay_out(manuscript: Manuscript, byline: str) -> list[Placed]:
    language, styles = manuscript.language, STYLES[manuscript.language]
    full = WIDTH - 2 * MARGIN
    title = set_rows(manuscript.title.text, styles["title"], language, full, heading=True)
    if byline:
        title += set_rows(byline, styles["byline"], language, full)
    first_top = TOP - 8 - sum(row.height for row in title) - 16
    placed = compose(title, iter([Frame(0, MARGIN, TOP - 8, BOTTOM, full)]), {})
    columns = 2 if manuscript.format == "pdf-2col" else 1
    width = (full - GAP * (columns - 1)) / columns
    body = styles["body"] if manuscript.folder == "articles" else SPEECH_BODY[language]
    numbers = {label: number for number, label in enumerate(manuscript.footnotes, start=1)}
    rows = [
        row
        for paragraph in manuscript.paragraphs
        for row in set_rows(
            with_marks(paragraph, numbers),
            body if paragraph.kind == "body" else styles["heading"],
            "en" if paragraph.text.startswith("Abstract:") else language,
            width,
            heading=paragraph.kind == "heading",
        )
    ]
    notes = {
        numbers[label]: set_rows(f"{chr(MARK + numbers[label])} {note.text}", styles["footnote"], language, width)
        for label, note in manuscript.footnotes.items()
    }
    return placed + compose(rows, _frames(first_top, columns, width), {n: _unmarked(note) for n, note in notes.items()})


def _unmarked(note: list[Row]) -> list[Row]:
    """A footnote's own number refers to no footnote."""
    return [replace(row, notes=()) for row in note]


def _frames(first_top: float, columns: int, width: float) -> Iterator[Frame]:
    page = 0
    while True:
        for column in range(columns):
            yield Frame(page, MARGIN + column * (width + GAP), TOP if page else first_top, BOTTOM, width)
        page += 1


def _draw_head(canvas: Canvas, furniture: Furniture, page: int) -> None:
    number = furniture.first_number + page
    grey = Style(8.5, 11, grey=0.3)
    head = TOP + 26
    if furniture.journal:
        _draw_text(canvas, furniture.head, head, grey, furniture.language, align="left" if number % 2 else "right")
        _draw_text(canvas, str(number), head, grey, furniture.language, align="right" if number % 2 else "left")
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, head - 6, WIDTH - MARGIN, head - 6)
    else:
        _draw_text(canvas, furniture.head, head, grey, furniture.language, align="center")
        _draw_text(canvas, f"– {number} –", BOTTOM - 26, grey, furniture.language, align="center")


def _draw_text(canvas: Canvas, text: str, y: float, style: Style, language: str, *, align: str) -> None:
    slack = WIDTH - 2 * MARGIN - measure(text, style.size, language)
    shift = {"left": 0.0, "center": slack / 2, "right": slack}[align]
    if text:
        write_line(canvas, text, (MARGIN + shift, y), style, language)


def _draw_placed(canvas: Canvas, item: Placed) -> None:
    if item.row is None:
        canvas.setLineWidth(0.5)
        canvas.line(item.x, item.y, item.x + item.width, item.y)
        return
    row, style = item.row, item.row.style
    indent = 0.0 if row.index or row.heading else style.indent
    slack = item.width - indent - measure(row.line.text, style.size, row.language)
    shift = slack / 2 if style.align == "center" else indent
    spread = slack if style.align == "justify" and not row.line.last else 0.0
    write_line(canvas, row.line.text, (item.x + shift, item.y), style, row.language, spread=spread)
