"""Lines of pages that are pictures, by optical character recognition: RapidOCR with the models in its package.

Optional (``pip install 'zwiesprache[ocr]'``). One model reads Simplified and Traditional Chinese, German and English.
It gives a box and a text for each line; type sizes and baselines are worked out from both. `recognise` takes seconds a
page and knows nothing of other pages; `lay_out` takes none and knows all of a document's.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pypdfium2

from pipeline.errors import Unreadable
from pipeline.ingest.readers.pdf_lines import Line, Page
from pipeline.ingest.repair.spacing import HAN

ENGINE = "rapidocr"
HOW_TO_INSTALL = "OCR is not installed: pip install 'zwiesprache[ocr]' (see docs/ocr.md)"
_DPI = 200
"""Measured: as good as 300 on print of 8 points and more, in two thirds of the time."""
_MAX_PIXELS = 3000
"""Longest side of a page's picture: a poster needs no more."""
_SPACE = 0.03
"""How likely a space is where there is one. The engine finds nothing at all likelier in lines that are set wide, and
joins their words. On 67,000 places between letters of German print, all spaces but one are above, and nothing else."""
_TILT = (0.08, 8.0)
"""Degrees by which a page leans at least, so that it is worth to turn it, and at most: more is no scan's slip."""
_STEPS = ((0.78, 0.7), (0.93, 0.85), (1.1, 1.0), (1.3, 1.2), (1.55, 1.4), (2.0, 1.75), (float("inf"), 2.2))
"""Upper bounds of sizes relative to the body's, and the size that each stands for: measures vary by a twentieth."""
_NEAR = 0.1
"""By so much the size measured on a picture can be wrong."""
_INK = 0.7
"""A pixel darker than this share of the paper's brightness around it is ink."""
_PAPER = 90
"""Per cent of the pixels in a column of a line's picture that are darker than its paper, at most."""
_REACH = (
    (re.compile(f"[{HAN}]"), 0.84, 0.08),
    (re.compile(r"[A-ZÄÖÜbdfhklß0-9\"„“”‘’!?%&]"), 0.69, 0.0),
    (re.compile(r"[()\[\]{}|/§（）《》]"), 0.72, 0.2),
    (re.compile(r"[gjpqy]"), 0.47, 0.21),
    (re.compile(r"[tiäöü]"), 0.62, 0.0),
    (re.compile(r"\w"), 0.47, 0.0),
)
"""How far print of these characters reaches above and below its baseline, in shares of the type size."""
_MORE = ((re.compile(r"[ÄÖÜ]"), 0.17, 0.0), (re.compile(r"[,;„Q]"), 0.0, 0.14))
"""Strokes so thin or so far off that they are in the band of ink or not."""
_ASCII_SIGN = re.compile(f"(?<=[{HAN}])[:,;?!]")
_SPLIT_DASH = re.compile("(?<!—)—一(?!—)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Found(NamedTuple):
    """One line as the engine found it, in points from the picture's left and top, as if the page stood straight."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    ink_top: float
    """Where what is printed begins and ends: the box has a margin."""
    ink_bottom: float

    @property
    def upright(self) -> bool:
        """Whether it runs from left to right."""
        return len(self.text) < 2 or self.bottom - self.top < 1.5 * (self.right - self.left)


Recognised = Mapping[int, Sequence[Found] | Unreadable]
"""The lines of pages by their index (the first is 0), or why there are none."""
Recognise = Callable[[pypdfium2.PdfDocument, Sequence[int]], Recognised]
"""Gives what was read on the pages with these indices."""


class _Reach(NamedTuple):
    """How far a text's print reaches from its baseline, in shares of the type size; and how much further, perhaps."""

    above: float
    below: float
    more_above: float
    more_below: float


def is_installed() -> bool:
    """Tell whether the extra ``ocr`` is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def recognise(document: pypdfium2.PdfDocument, indices: Sequence[int]) -> Recognised:
    """Read the lines of pages here and now."""
    found: dict[int, Sequence[Found] | Unreadable] = {}
    for index in indices:
        try:
            found[index] = recognise_page(document, index)
        except Unreadable as problem:
            found[index] = problem
    return found


def recognise_page(document: pypdfium2.PdfDocument, index: int) -> list[Found]:
    """Read the lines of one page; the first is 0.

    Raises:
        Unreadable: with reason ``broken``: the page cannot be drawn.
    """
    try:
        page = document[index]
        try:
            scale = min(_DPI / 72, _MAX_PIXELS / max(page.get_width(), page.get_height(), 1.0))
            picture = page.render(scale=scale).to_numpy()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        raise Unreadable("broken", "the page cannot be drawn") from None
    result = _engine()(picture, use_cls=False)
    if result.boxes is None:
        return []
    grey, boxes = _straighten(picture.mean(axis=2), np.asarray(result.boxes, dtype=float))
    found = []
    for (left, top), (right, bottom), text in zip(
        boxes.min(axis=1).round().astype(int).clip(0).tolist(),
        boxes.max(axis=1).round().astype(int).tolist(),
        result.txts,
        strict=True,
    ):
        inside = grey[top:bottom, left:right]
        if text.strip() and inside.size:
            ink = inside < _INK * np.percentile(inside, _PAPER, axis=0)
            first, last = _band(ink.sum(axis=1).tolist())
            places = (value / scale for value in (left, top, right, bottom, top + first, top + last))
            x0, y0, x1, y1, begin, end = places
            found.append(Found(x0, y0, x1, y1, _punctuate(text.strip()), begin, end))
    return found


def lay_out(
    document: pypdfium2.PdfDocument, found: Mapping[int, Sequence[Found]], usual: float | None = None
) -> list[Page]:
    """Make pages of the lines that were read on them, sizes relative to what most of these pages is set in.

    Args:
        document: the PDF.
        found: the lines of each page, by its index (the first is 0).
        usual: type size of most of the document's other pages, in points, if there are such; what measures nearly so
            is of that size.
    """
    lines = [line for index in sorted(found) for line in found[index] if line.upright]
    letters = np.repeat([_size(line, 0.0) for line in lines], [len(line.text) for line in lines])
    body = float(np.median(letters)) if lines else 10.0
    if usual is not None and abs(body / usual - 1) < _NEAR:
        body = usual
    return [_page(document, index, found[index], body) for index in sorted(found)]


@functools.cache
def _engine() -> Any:
    """The engine; one line at a time, on one thread.

    A line's text then depends on no other line, and the pool has a process for each core.
    """
    importlib.import_module("cv2").setNumThreads(1)
    module: Any = importlib.import_module("rapidocr")
    settings = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    engine = module.RapidOCR(params={"Global.log_level": "error", "Rec.rec_batch_num": 1, **settings})
    reader = engine._load_rec_model()  # noqa: SLF001 - there is no other way to what it takes for likely
    decode = reader.postprocess_op

    def decode_with_spaces(likely: np.ndarray, *args: Any, **more: Any) -> Any:
        """Write a space where nothing is likeliest and a space not unlikely; nothing is class 0, a space the last."""
        likely[..., -1][(likely.argmax(axis=-1) == 0) & (likely[..., -1] > _SPACE)] = 1.0
        return decode(likely, *args, **more)

    reader.postprocess_op = decode_with_spaces
    return engine


def _straighten(grey: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn a picture (rows, columns) and the corners of its lines (lines, 4, 2) by what the long lines lean."""
    along, down = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    is_long = length > 8 * np.hypot(down[:, 0], down[:, 1])
    if is_long.sum() < 3:
        return grey, boxes
    angles = np.degrees(np.arctan2(along[is_long, 1], along[is_long, 0]))
    order = np.argsort(angles)
    weight = length[is_long][order].cumsum()
    tilt = float(angles[order][np.searchsorted(weight, weight[-1] / 2)])
    if not _TILT[0] < abs(tilt) < _TILT[1]:
        return grey, boxes
    cv2: Any = importlib.import_module("cv2")
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    grey = cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return grey, boxes @ turn[:, :2].T + turn[:, 2]


def _band(rows: Sequence[int]) -> tuple[int, int]:
    """The rows with ink around the middle one: a box can hold the edge of the lines above and below."""
    first = last = max(range(len(rows) // 3, len(rows) - len(rows) // 3), key=rows.__getitem__)
    while first and rows[first - 1] > 1:
        first -= 1
    while last < len(rows) and rows[last] > 1:
        last += 1
    return first, max(last, first + 1)


def _reach(text: str) -> _Reach:
    reaches = [(above, below) for pattern, above, below in _REACH if pattern.search(text)]
    more = [(above, below) for pattern, above, below in _MORE if pattern.search(text)]
    above, below = max((above for above, _ in reaches), default=0.5), max((below for _, below in reaches), default=0.0)
    return _Reach(above, below, max((a for a, _ in more), default=0.0), max(0.0, *(b - below for _, b in more), 0.0))


def _size(line: Found, body: float) -> float:
    """Type size in points; what is in the band of ink or not is so that the size is nearest to the body's."""
    ink, reach = line.ink_bottom - line.ink_top, _reach(line.text)
    return min(max(body, ink / sum(reach)), ink / (reach.above + reach.below))


def _steps(found: Sequence[Found], body: float) -> list[float]:
    """Sizes relative to the body's. A line among lines of the body, as near to them as they to each other, has theirs.

    A pixel more or less makes a line of the body a heading or a note; these stand apart, or together.
    """
    steps = [next(step for bound, step in _STEPS if _size(line, body) < bound * body) for line in found]
    places = [(line.left, line.right, line.ink_bottom) for line in found]
    left, right, bottom = np.array(places, dtype=float).reshape(-1, 3).T
    below = bottom[None, :] - bottom[:, None]
    below[(left[:, None] >= right[None, :]) | (left[None, :] >= right[:, None]) | (abs(below) < 0.5 * body)] = np.inf
    nearest = np.where(below > 0, below, np.inf).min(axis=1, initial=np.inf)
    near = 1.2 * float(np.median(nearest[np.isfinite(nearest)])) if np.isfinite(nearest).any() else 0.0
    is_body = np.array(steps) == 1.0
    around = [(is_body[(row > 0) & (row < near)], is_body[(-near < row) & (row < 0)]) for row in below]
    return [
        1.0 if step in {0.85, 1.2} and len(under) and len(over) and under.all() and over.all() else step
        for step, (under, over) in zip(steps, around, strict=True)
    ]


def _baseline(line: Found, size: float) -> float:
    """Points from the picture's top to the baseline of a line of this type size."""
    reach = _reach(line.text)
    below = (line.ink_bottom - line.ink_top) / size - reach.above
    return line.ink_bottom - size * min(max(below, reach.below), reach.below + reach.more_below)


def _punctuate(text: str) -> str:
    """Write what stands behind Han as Chinese print has it: full-width signs, dashes of two."""
    text = _SPLIT_DASH.sub("——", text)
    return _ASCII_SIGN.sub(lambda match: chr(ord(match.group()) + 0xFEE0), text)


def _in_columns(found: Sequence[Found]) -> list[Found]:
    """Put each line behind the one that it stands under, so that those of one column follow each other."""
    columns: list[list[Found]] = []
    for line in sorted(found, key=lambda line: line.top):
        above = [column for column in columns if column[-1].left < line.right and line.left < column[-1].right]
        lowest = max(above, key=lambda column: column[-1].top, default=None)
        if lowest is None:
            columns.append([line])
        else:
            lowest.append(line)
    return [line for column in columns for line in column]


def _page(document: pypdfium2.PdfDocument, index: int, found: Sequence[Found], body: float) -> Page:
    width, height = document.get_page_size(index)
    lines, sideways = [], []
    ordered = _in_columns(found)
    for row, (line, step) in enumerate(zip(ordered, _steps(ordered, body), strict=True)):
        if line.upright:
            size = round(body * step, 1)
            y = height - _baseline(line, size)
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
            rf"(?<!\d[.,])(?<=[^\W\d]|[.,;:!?。，；：？！”’》）)])\s?(?:{number}|{raised})(?=$|[\s.,;:。，；：？！、]|[^\W\d_])"
        )
        for index, line in enumerate(kept):
            match = mark.search(line.text) if line.size >= 0.95 * body else None
            if match is not None and line.text[: match.start()].strip():
                kept[index] = line._replace(text=line.text[: match.start()] + line.text[match.end() :])
                break
    return kept
