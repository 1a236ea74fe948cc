"""How fast PDFs are read, beside ``pdfminer.six`` on the same pages in the same run: for the benchmark and a test."""

from __future__ import annotations

import io
import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2
from pdfminer.high_level import extract_text

from pipeline.ingest.readers.pdf import read_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Speed(NamedTuple):
    """Of some files, or of one."""

    name: str
    pages: int
    ours: float
    """Pages a second of one core, the median of the runs."""
    theirs: float
    ratio: float
    """The median over the runs of one run's ratio."""


def compare(paths: Iterable[Path], most: int, runs: int) -> list[Speed]:
    """Read files with our reader and with ``extract_text``, one after the other on one core.

    Ours is the whole reader, repairs included, without OCR: pdfminer leaves pages that are pictures empty. What is
    measured is time of the processor, so other work on the machine counts little.

    Args:
        paths: The files.
        most: Pages of a longer file, evenly spaced, that both read as a file of its own; pdfminer is slow.
        runs: How often each file is read by both.

    Returns:
        One row a file, and one over all of them named ``all``.
    """
    files = {path.name: _some_pages(path.read_bytes(), most) for path in paths}
    seconds = {name: [_seconds(data) for _ in range(runs)] for name, (data, _) in files.items()}
    rows = [_row(name, files[name][1], taken) for name, taken in seconds.items()]
    whole = [(sum(a for a, _ in run), sum(b for _, b in run)) for run in zip(*seconds.values(), strict=True)]
    return [*rows, _row("all", sum(pages for _, pages in files.values()), whole)]


def _some_pages(data: bytes, most: int) -> tuple[bytes, int]:
    """A file, or some of its pages as a file, and the number of pages."""
    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    if pages <= most:
        return data, pages
    part = pypdfium2.PdfDocument.new()
    part.import_pages(document, [number * pages // most for number in range(most)])
    buffer = io.BytesIO()
    part.save(buffer)
    return buffer.getvalue(), most


def _seconds(data: bytes) -> tuple[float, float]:
    start = time.process_time()
    read_pdf(data, ocr=False)
    between = time.process_time()
    extract_text(io.BytesIO(data))
    return between - start, time.process_time() - between


def _row(name: str, pages: int, seconds: list[tuple[float, float]]) -> Speed:
    ours, theirs = (statistics.median(times) for times in zip(*seconds, strict=True))
    return Speed(name, pages, pages / ours, pages / theirs, statistics.median(b / a for a, b in seconds))
