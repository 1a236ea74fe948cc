"""Scans made for the tests: pages as pictures; and workers that die or hang over the third page."""

from __future__ import annotations

import io
import json
import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from pipeline.ingest.sources.scans import ScannedPage


def scan(data: bytes, dpi: int = 300) -> bytes:
    """The same pages as pictures in shades of grey."""
    return _as_pdf([page.render(scale=dpi / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(data)], dpi)


def scan_badly(data: bytes, dpi: int = 200, tilt: float = 0.6) -> bytes:
    """The same pages as an office scanner gives them: leaning, a little blurred, grey paper with grain."""
    chance = np.random.default_rng(1)
    pictures = []
    for page in pypdfium2.PdfDocument(data):
        clean = page.render(scale=dpi / 72).to_pil().convert("L")
        leaning = clean.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=255)
        grey = 25 + 0.85 * np.asarray(leaning.filter(ImageFilter.GaussianBlur(0.7)), dtype=float)
        pictures.append(Image.fromarray((grey + chance.normal(0, 12, grey.shape)).clip(0, 255).astype("uint8")))
    return _as_pdf(pictures, dpi)


def small_book(pages: int) -> bytes:
    """A scan whose small pages hold two lines each."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 280), invariant=1)
    for number in range(1, pages + 1):
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(30, 200, f"Größere Städte pflegten {number + 2}")
        canvas.drawString(30, 184, "Partnerschaften in China.")
        canvas.showPage()
    canvas.save()
    return scan(buffer.getvalue(), 150)


def read_in_no_time(page: ScannedPage) -> None:
    """Keep the lines that the pages of a small book have, without looking."""
    text = ((f"Größere Städte pflegten {page.number + 2}", 80.0), ("Partnerschaften in China.", 96.0))
    lines = [(30.0, y - 10, 200.0, y + 3, line, y - 8, y + 2.5) for line, y in text]
    page.target.write_text(json.dumps(lines), encoding="utf-8")


def hang_at_third(page: ScannedPage) -> None:
    """As a picture does that a decoder never comes to an end with."""
    if page.number == 3:
        time.sleep(60)
    read_in_no_time(page)


def die_at_third(page: ScannedPage) -> None:
    """As a decoder does that writes where it may not."""
    if page.number == 3:
        os._exit(9)
    read_in_no_time(page)


def die_at_each(page: ScannedPage) -> None:
    os._exit(9)


def _as_pdf(pictures: list[Image.Image], dpi: int) -> bytes:
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", resolution=dpi, save_all=True, append_images=pictures[1:])
    return buffer.getvalue()
