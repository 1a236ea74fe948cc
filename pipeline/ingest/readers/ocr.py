"""Lines of pages that are pictures, by optical character recognition: RapidOCR with the models in its package.

Optional (``pip install 'zwiesprache[ocr]'``). One model reads Simplified and Traditional Chinese, German and English.
It gives a box and a text for each line; type sizes and baselines are worked out from both.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import statistics
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2

from pipeline.ingest.readers.pdf_lines import Line, Page
from pipeline.ingest.repair.spacing import HAN

if TYPE_CHECKING:
    from collections.abc import Sequence

ENGINE = "rapidocr"
HOW_TO_INSTALL = "OCR is not installed: pip install 'zwiesprache[ocr]' (see docs/ocr.md)"
_DPI = 200
"""Measured: as good as 300 on print of 8 points and more, in two thirds of the time."""
_MAX_PIXELS = 3000
"""Longest side of a page's picture: a poster needs no more."""
_STEPS = ((0.78, 0.7), (0.93, 0.85), (1.1, 1.0), (1.3, 1.2), (1.55, 1.4), (2.0, 1.75), (float("inf"), 2.2))
"""Upper bounds of sizes relative to the body's, and the size that each stands for: measures vary by a twentieth."""
_INK = 0.6
"""A pixel darker than this share of the paper's brightness is ink."""
_REACH = (
    (re.compile(f"[{HAN}]"), 0.84, 0.08),
    (re.compile(r"[A-ZÄÖÜbdfhklß0-9\"„“”‘’!?%&]"), 0.69, 0.0),
    (re.compile(r"[()\[\]{}|/§（）《》]"), 0.72, 0.2),
    (re.compile(r"[gjpqy]"), 0.47, 0.21),
    (re.compile(r"[,;„Q]"), 0.0, 0.14),
    (re.compile(r"[tiäöü]"), 0.62, 0.0),
    (re.compile(r"\w"), 0.47, 0.0),
)
"""How far print of these characters reaches above and below its baseline, in shares of the type size."""
_DOTS = 0.17
_UMLAUT = re.compile(r"[ÄÖÜ]")
_ASCII_SIGN = re.compile(f"(?<=[{HAN}])[:,;?!]")
_SPLIT_DASH = re.compile("(?<!—)—一(?!—)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Found(NamedTuple):
    """One line as the engine found it, in points from the picture's left and top."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    ink: tuple[float, float] = (0.0, 0.0)
    """Top and bottom of what is printed, where the box has a margin."""

    @property
    def upright(self) -> bool:
        return len(self.text) < 2 or self.bottom - self.top < 1.5 * (self.right - self.left)


def is_installed() -> bool:
    """Tell whether the extra ``ocr`` is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def read_pages(document: pypdfium2.PdfDocument, indices: Sequence[int]) -> list[Page | None]:
    """Read the lines of the pages with these indices (the first is 0); None for a page that cannot be drawn."""
    found = [_recognise(document, index) for index in indices]
    sizes = [_size(line, 0.0) for lines in found for line in lines or () if line.upright for _ in line.text]
    body = statistics.median(sizes) if sizes else 10.0
    return [
        None if lines is None else _page(document, index, lines, body)
        for index, lines in zip(indices, found, strict=True)
    ]


@functools.cache
def _engine() -> Any:
    module: Any = importlib.import_module("rapidocr")
    # One thread: the pool has a process for each core.
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return module.RapidOCR(params={"Global.log_level": "error", **threads})


def _recognise(document: pypdfium2.PdfDocument, index: int) -> list[_Found] | None:
    try:
        page = document[index]
        try:
            scale = min(_DPI / 72, _MAX_PIXELS / max(page.get_width(), page.get_height(), 1.0))
            picture = page.render(scale=scale).to_numpy()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return None
    result = _engine()(picture, use_cls=False)
    if result.boxes is None:
        return []
    ink = picture.mean(axis=2)
    ink = ink < _INK * ink.max()
    found = []
    for box, text in zip(result.boxes.tolist(), result.txts, strict=True):
        xs, ys = zip(*box, strict=True)
        left, top, right, bottom = (max(0, round(value)) for value in (min(xs), min(ys), max(xs), max(ys)))
        if not text.strip() or left >= right or top >= bottom:
            continue
        first, last = _band(ink[top:bottom, left:right].sum(axis=1).tolist())
        edges = (top + first) / scale, (top + last) / scale
        found.append(_Found(left / scale, top / scale, right / scale, bottom / scale, _punctuate(text.strip()), edges))
    return found


def _band(rows: Sequence[int]) -> tuple[int, int]:
    """The rows with ink around the middle one: a box can hold the edge of the lines above and below."""
    first = last = max(range(len(rows) // 3, len(rows) - len(rows) // 3), key=rows.__getitem__)
    while first and rows[first - 1] > 1:
        first -= 1
    while last < len(rows) and rows[last] > 1:
        last += 1
    return first, max(last, first + 1)


def _reach(text: str) -> tuple[float, float]:
    """How far a text's print reaches above and below its baseline, in shares of the type size."""
    reaches = [(above, below) for pattern, above, below in _REACH if pattern.search(text)]
    above, below = max((above for above, _ in reaches), default=0.0), max((below for _, below in reaches), default=0.0)
    return above or 0.5, below


def _size(line: _Found, body: float) -> float:
    """Type size in points; the dots of a capital umlaut are in the band or not: the body decides."""
    ink, reach = line.ink[1] - line.ink[0], sum(_reach(line.text))
    if _UMLAUT.search(line.text) is None:
        return ink / reach
    return min(max(body, ink / (reach + _DOTS)), ink / reach)


def _punctuate(text: str) -> str:
    """Write what stands behind Han as Chinese print has it: full-width signs, dashes of two."""
    text = _SPLIT_DASH.sub("——", text)
    return _ASCII_SIGN.sub(lambda match: chr(ord(match.group()) + 0xFEE0), text)


def _in_columns(found: Sequence[_Found]) -> list[_Found]:
    """Put each line behind the one that it stands under, so that those of one column follow each other."""
    columns: list[list[_Found]] = []
    for line in sorted(found, key=lambda line: line.top):
        above = [column for column in columns if column[-1].left < line.right and line.left < column[-1].right]
        lowest = max(above, key=lambda column: column[-1].top, default=None)
        if lowest is None:
            columns.append([line])
        else:
            lowest.append(line)
    return [line for column in columns for line in column]


def _page(document: pypdfium2.PdfDocument, index: int, found: Sequence[_Found], body: float) -> Page:
    width, height = document.get_page_size(index)
    lines, sideways = [], []
    for row, line in enumerate(_in_columns(found)):
        if line.upright:
            size = round(body * next(step for bound, step in _STEPS if _size(line, body) < bound * body), 1)
            y = height - line.ink[1] + _reach(line.text)[1] * size
            lines.append(Line(line.text, line.left, line.right, y, size, row=row, page=index + 1))
        else:
            size, y = round(line.right - line.left, 1), -line.right
            bottom, top = height - line.bottom, height - line.top
            sideways.append(Line(line.text, bottom, top, y, size, row=row, page=index + 1, turn=1))
    return Page(index + 1, width, height, tuple(_drop_note_numbers(lines, body)), tuple(sideways))


def _drop_note_numbers(lines: Sequence[Line], body: float) -> list[Line]:
    """Take the numbers of a page's footnotes out of its text, where they stand raised behind a word or its sign."""
    kept = list(lines)
    small = [line for line in lines if line.size < 0.95 * body]
    for number in (
        match.group(1) for line in small if (match := re.match(r"(\d{1,3})(?=\s?[^\W\d]|\s?[„“《])", line.text))
    ):
        raised = number.translate(_RAISED)
        mark = re.compile(
            rf"(?<!\d[.,])(?<=[^\W\d]|[.,;:!?。，；：？！”“’》）)])\s?(?:{number}|{raised})(?=$|[\s.,;:。，；：？！、]|[^\W\d_])"
        )
        for index, line in enumerate(kept):
            match = mark.search(line.text) if line.size >= 0.95 * body else None
            if match is not None and line.text[: match.start()].strip():
                kept[index] = line._replace(text=line.text[: match.start()] + line.text[match.end() :])
                break
    return kept
