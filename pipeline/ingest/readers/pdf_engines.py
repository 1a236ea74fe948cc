"""Who reads which page of a PDF: the first engine, the second where the first gave no language, else OCR."""

from __future__ import annotations

import functools
import importlib.metadata
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import pypdfium2

from pipeline.errors import Unreadable
from pipeline.ingest.readers import ocr, pdf_pdfium
from pipeline.ingest.readers.pdf_layout import measure_type
from pipeline.ingest.repair.cipher import decode_cipher, is_ciphered
from pipeline.ingest.repair.compatibility import fold_compatibility
from pipeline.ingest.repair.garbage import is_garbage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.ingest.readers.ocr import Recognise
    from pipeline.ingest.readers.pdf_lines import Line, Page

Engine = Literal["pypdfium2", "pdfminer"]
State = Literal["sound", "empty", "image", "garbled", "unread"]
_PACKAGES = {"pypdfium2": "pypdfium2", "pdfminer": "pdfminer.six"}
_TRIES = 4
"""Pages of a document are of one make: where the second engine read none of so many, it is not asked for the rest."""


class _Candidate(NamedTuple):
    """What one engine made of one page."""

    engine: str
    page: Page | None
    state: State
    repairs: Counter[str]


class Reading(NamedTuple):
    """The pages that could be read, their characters mended."""

    pages: list[Page]
    reader: str
    """Which engines gave pages, and which pages all but the first gave."""
    flags: tuple[str, ...]
    repairs: Counter[str]


def read_pages(
    data: bytes, document: pypdfium2.PdfDocument, engine: Engine, *, with_ocr: bool, recognise: Recognise | None = None
) -> Reading:
    """Read all pages, each with the first engine whose characters are of a language.

    Args:
        data: the file's bytes.
        document: the same, opened.
        engine: which one is asked first; the other one is asked for pages of which the first read no characters, or
            characters that are no language by `is_garbage`.
        with_ocr: whether pages that neither engine reads are given to OCR, if it is installed.
        recognise: what gives the lines of these pages; they are read here and now where absent.

    Raises:
        Unreadable: with reason ``broken``, ``no_text`` or ``needs_ocr``, or what OCR failed with, if no page could be
            read.
    """
    count = len(document)
    second: Engine = "pdfminer" if engine == "pypdfium2" else "pypdfium2"
    chosen = _ask(engine, data, document, range(count))
    doubtful = [index for index, found in enumerate(chosen) if found.state in {"garbled", "unread"}]
    for some in (doubtful[:_TRIES], doubtful[_TRIES:]):
        for index, found in zip(some, _ask(second, data, document, some), strict=True):
            chosen[index] = _better(chosen[index], found)
        if all(chosen[index].engine == engine for index in doubtful[:_TRIES]):
            break
    unread = [index for index, found in enumerate(chosen) if found.state in {"garbled", "unread", "image"}]
    if not (with_ocr and unread and ocr.is_installed()):
        return _collect(chosen, engine, {}, installed=with_ocr and ocr.is_installed())
    lines = (recognise or ocr.recognise)(document, unread)
    others = [found.page.lines for found in chosen if found.page is not None and found.state == "sound"]
    usual = measure_type(others).size if others else None
    read = {i: some for i, some in lines.items() if not isinstance(some, Unreadable)}
    for page in ocr.lay_out(document, read, usual):
        chosen[page.number - 1] = _better(chosen[page.number - 1], _judge(ocr.ENGINE, page))
    lost = {index + 1: problem for index, problem in lines.items() if isinstance(problem, Unreadable)}
    return _collect(chosen, engine, lost, installed=True)


def _ask(engine: str, data: bytes, document: pypdfium2.PdfDocument, indices: Sequence[int]) -> list[_Candidate]:
    if not indices:
        return []
    if engine == "pdfminer":
        from pipeline.ingest.readers import pdf_pdfminer

        return [_judge(engine, page) for page in pdf_pdfminer.read_pages(data, indices)]
    return [_judge(engine, _read_page(document, index)) for index in indices]


def _read_page(document: pypdfium2.PdfDocument, index: int) -> Page | None:
    """The page's lines, or None where pypdfium2 fails or finds no characters for what is drawn."""
    try:
        return pdf_pdfium.page_lines(document, index)
    except (pypdfium2.PdfiumError, AssertionError, UnicodeError):
        return None


def _judge(engine: str, page: Page | None) -> _Candidate:
    repairs: Counter[str] = Counter()
    if page is None:
        return _Candidate(engine, None, "unread", repairs)
    page = _mend_characters(_clip(page), repairs)
    state: State = "sound" if page.lines or page.sideways else "empty"
    if page.image:
        state = "image"
    elif is_garbage(" ".join(line.text for line in (*page.lines, *page.sideways))):
        state = "garbled"
    return _Candidate(engine, page, state, repairs)


def _better(first: _Candidate, second: _Candidate) -> _Candidate:
    """The second where it read what the first did not, or found out that there is but a picture."""
    if second.state == "sound" or (second.state == "image" and first.state in {"unread", "garbled"}):
        return second
    return first


def _collect(chosen: Sequence[_Candidate], engine: str, lost: Mapping[int, Unreadable], *, installed: bool) -> Reading:
    """Put together what was chosen; ``lost`` are the numbers of the pages that OCR failed over."""
    states = Counter(found.state for found in chosen)
    kept = [found for found in chosen if found.page is not None and found.state in {"sound", "empty", "image"}]
    if not states["sound"]:
        _raise_unreadable(states, len(chosen), lost, installed=installed)
    numbers: dict[str, list[int]] = {}
    for number, found in enumerate(chosen, 1):
        if found.state == "sound":
            numbers.setdefault(found.engine, []).append(number)
    order = sorted(numbers, key=lambda name: name != engine)
    readers = [_version(name) for name in order[:1]]
    readers += [f"{_version(name)} (p. {_ranges(numbers[name])})" for name in order[1:]]
    readers += [f"not read: {pages}" for pages in _by_reason(lost)]
    flags = {
        "broken_pages": states["unread"],
        "garbled_pages": states["garbled"],
        "image_only_pages": states["image"],
        "second_engine": any(name not in {engine, ocr.ENGINE} for name in numbers),
        "ocr": ocr.ENGINE in numbers,
        "ocr_failed": bool(lost),
    }
    repairs = sum((found.repairs for found in kept), Counter())
    pages = [found.page for found in kept if found.page is not None]
    return Reading(pages, "; ".join(readers), tuple(name for name, found in flags.items() if found), repairs)


def _by_reason(lost: Mapping[int, Unreadable]) -> list[str]:
    """Pages and what OCR failed with: ``p. 4, 7-9 (too_slow)``."""
    numbers: dict[str, list[int]] = {}
    for number in sorted(lost):
        numbers.setdefault(lost[number].reason, []).append(number)
    return [f"p. {_ranges(some)} ({reason})" for reason, some in numbers.items()]


def _raise_unreadable(states: Counter[State], count: int, lost: Mapping[int, Unreadable], *, installed: bool) -> None:
    """Say why no page could be read."""
    causes: dict[State, str] = {
        "image": "pictures without text",
        "garbled": "in fonts without a Unicode map",
        "unread": "damaged",
    }
    found = ", ".join(f"{states[state]} {what}" for state, what in causes.items() if states[state])
    if states["image"] or states["garbled"]:
        said = f"of {count} pages: {found}"
        if lost:
            first = lost[min(lost)]
            raise Unreadable(first.reason, f"{said}; OCR failed: {', '.join(_by_reason(lost))}: {first.detail}")
        if installed:
            raise Unreadable("no_text", f"{said}; OCR found no text either")
        raise Unreadable("needs_ocr", f"{said}; {ocr.HOW_TO_INSTALL}")
    if states["unread"]:
        raise Unreadable("broken", f"{states['unread']} of {count} pages cannot be read")
    raise Unreadable("no_text", "all pages are empty")


@functools.cache
def _version(engine: str) -> str:
    package = _PACKAGES.get(engine, engine)
    return f"{package} {importlib.metadata.version(package)}"


def _ranges(numbers: Sequence[int]) -> str:
    """Page numbers with runs put together: ``3, 5-9``."""
    starts = [numbers[0], *(b for a, b in pairwise(numbers) if b > a + 1)]
    ends = [*(a for a, b in pairwise(numbers) if b > a + 1), numbers[-1]]
    return ", ".join(f"{a}-{b}" if b > a else f"{a}" for a, b in zip(starts, ends, strict=True))


def _clip(page: Page) -> Page:
    """Set lines apart that a damaged file puts far off its page, or in type that cannot be."""
    far = 3 * max(page.width, page.height, 1.0)
    inside: list[Line] = []
    outside: list[Line] = []
    for line in page.lines:
        if -far < line.x0 <= line.x1 < far and -far < line.y < far and 0.1 < line.size < far:
            inside.append(line)
        else:
            outside.append(line)
    return page._replace(lines=tuple(inside), sideways=(*page.sideways, *outside)) if outside else page


def _mend_characters(page: Page, repairs: Counter[str]) -> Page:
    text = "".join(line.text for line in (*page.lines, *page.sideways))
    if text.isascii():
        return page
    ciphered = is_ciphered(text)

    def mend(line: Line) -> Line:
        if line.text.isascii():
            return line
        plain = decode_cipher(line.text, certain=ciphered, repairs=repairs)
        return line._replace(text=fold_compatibility(plain, repairs))

    return page._replace(lines=tuple(map(mend, page.lines)), sideways=tuple(map(mend, page.sideways)))
