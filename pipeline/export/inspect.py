"""What would become of one file: its passages by kind, in the terminal, and over pictures of its pages."""

from __future__ import annotations

import base64
import io
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.errors import InputError, Unreadable
from pipeline.export.flags import FLAGS, explain_flag
from pipeline.ingest.readers import read_documents
from pipeline.ingest.sources.folder import passages_of
from pipeline.records import KINDS, REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.records import Block, Box, Extract
    from pipeline.settings import PdfSettings

DPI = 110
COLOURS = {
    "body": "#0072b2",
    "heading": "#d55e00",
    "footnote": "#009e73",
    "reference": "#cc79a7",
    "caption": "#e69f00",
    "table": "#56b4e9",
    "boilerplate": "#767676",
    "abstract": "#8c6d1f",
    "keywords": "#000000",
}
"""A colour a kind, told apart by colour-blind eyes too (Okabe and Ito 2008)."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """One document of a file as it would be read, or why it would not."""

    within: str
    """Its path within the file; empty where the file is one document."""
    extract: Extract | None
    passages: Sequence[Block]
    """What would stand in the corpus: a block in two writings is two of them."""
    reason: str = ""
    detail: str = ""


class _Area(NamedTuple):
    """A line of a passage on the picture of a page; per cent of the page."""

    left: float
    top: float
    width: float
    height: float
    kind: str
    text: str


class _Page(NamedTuple):
    number: int
    picture: str
    areas: Sequence[_Area]


def inspect_file(path: Path, pdf: PdfSettings) -> list[Inspected]:
    """Read one file as the stage ``corpus`` would.

    Raises:
        InputError: there is no such file.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise InputError(f"{path}: {problem.strerror}; name a file to inspect") from None
    found = []
    for within, extract in read_documents(data, path.name, pdf):
        if isinstance(extract, Unreadable):
            found.append(Inspected(within, None, (), extract.reason, extract.detail))
        else:
            found.append(Inspected(within, extract, passages_of(extract)))
    return found


def describe(path: Path, inspected: Sequence[Inspected], width: int) -> Iterator[str]:
    """The lines for a terminal of so many columns."""
    for document in inspected:
        yield f"{path.name}/{document.within}" if document.within else str(path)
        extract = document.extract
        if extract is None:
            yield f"  would be a reject: {document.reason}: {REASONS[document.reason]}"
            yield from [f"  {document.detail}"] if document.detail else []
            continue
        pages = f", {extract.pages} pages" if extract.pages else ""
        yield f"  read by {extract.reader}, {extract.media_type}{pages}"
        yield from (f"  {name}: {value}" for name, value in extract.metadata.items())
        if extract.flags:
            yield from (f"  doubtful: {flag} ({explain_flag(flag)})" for flag in extract.flags)
        if extract.repairs:
            yield "  repaired: " + ", ".join(f"{name} {count:,}" for name, count in extract.repairs.items())
        characters: Counter[str] = Counter()
        for passage in document.passages:
            place = f"p. {passage.page}" if passage.page else ""
            yield _cut(f"  {place:<7}{passage.kind:<12}{passage.language or '':<4}{passage.text}", width)
            characters[passage.kind] += len(passage.text)
        counts: Counter[str] = Counter(passage.kind for passage in document.passages)
        kinds = (f"{counts[kind]:,} {kind} ({characters[kind]:,} characters)" for kind in KINDS if counts[kind])
        yield "  " + ", ".join(kinds)


def render_inspection(path: Path, inspected: Sequence[Inspected]) -> str:
    """The page: each document's passages, for a PDF over pictures of its pages."""
    page = Environment(
        loader=PackageLoader("pipeline.export", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    ).get_template("inspect.html.j2")
    documents = [(document, _pages(path, document.extract)) for document in inspected]
    return page.render(name=path.name, documents=documents, colours=COLOURS, reasons=REASONS, flags=FLAGS)


def _pages(path: Path, extract: Extract | None) -> list[_Page]:
    if extract is None or extract.media_type != "application/pdf" or not any(b.boxes for b in extract.blocks):
        return []
    import pypdfium2

    document = pypdfium2.PdfDocument(path.read_bytes())
    pages = []
    for index in range(len(document)):
        page = document[index]
        width, height = page.get_size()
        buffer = io.BytesIO()
        page.render(scale=DPI / 72).to_pil().convert("RGB").save(buffer, "JPEG", quality=70)
        picture = base64.b64encode(buffer.getvalue()).decode("ascii")
        areas = [
            _area(box, block.kind, block.text, width, height)
            for block in extract.blocks
            for box in block.boxes
            if box.page == index + 1
        ]
        pages.append(_Page(index + 1, picture, areas))
    return pages


def _area(box: Box, kind: str, text: str, width: float, height: float) -> _Area:
    return _Area(
        left=100 * box.left / width,
        top=100 * box.top / height,
        width=100 * (box.right - box.left) / width,
        height=100 * (box.bottom - box.top) / height,
        kind=kind,
        text=text,
    )


def _cut(line: str, width: int) -> str:
    """A line cut to so many columns; a Chinese character takes two."""
    columns = 0
    for i, character in enumerate(line):
        columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if columns > width - 1:
            return line[:i] + "…"
    return line
