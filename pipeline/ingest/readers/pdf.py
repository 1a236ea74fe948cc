"""PDF to paragraphs: reading order, furniture, footnotes, headings, and the repairs of what print did to the words."""

from __future__ import annotations

import functools
import importlib.metadata
import unicodedata
from typing import TYPE_CHECKING, Literal

import pypdfium2

from pipeline.errors import Unreadable
from pipeline.ingest.readers import pdf_pdfium
from pipeline.ingest.readers.pdf_document import read_document
from pipeline.records import Extract

if TYPE_CHECKING:
    from pipeline.ingest.readers.pdf_lines import Page

MEDIA_TYPE = "application/pdf"
_NOT_TITLES = ("microsoft word", "untitled", ".doc", ".indd", ".tex", ".qxd", ".dvi", ".pdf", ".wps")
_NOT_AUTHORS = frozenset(
    {"administrator", "admin", "user", "install", "unknown", "anonymous", "owner", "cnki", "微软用户", "windows 用户"}
)


def read_pdf(data: bytes, *, engine: Literal["pypdfium2", "pdfminer"] = "pypdfium2") -> Extract:
    """Read a PDF's paragraphs in reading order.

    Args:
        data: the file's bytes.
        engine: who reads the pages; with pypdfium2 a page that it cannot read is given to pdfminer.

    Raises:
        Unreadable: with reason ``encrypted``, ``broken`` or ``no_text``.
    """
    document = _open(data)
    try:
        count = len(document)
        metadata = _metadata(document)
        pages = [] if engine == "pdfminer" else [_read_page(document, index) for index in range(count)]
    finally:
        document.close()
    reader = _version("pypdfium2")
    flags: list[str] = []
    wanted = list(range(count)) if engine == "pdfminer" else [i for i, page in enumerate(pages) if page is None]
    if wanted:
        from pipeline.ingest.readers import pdf_pdfminer

        other = dict(zip(wanted, pdf_pdfminer.read_pages(data, wanted), strict=True))
        name = _version("pdfminer.six")
        reader = name if engine == "pdfminer" else f"{reader}, {name}"
        pages = [other.get(index, page) for index, page in enumerate(pages or [None] * count)]
    readable = [page for page in pages if page is not None]
    if len(readable) < count:
        flags.append("broken_pages")
    if b"%%EOF" not in data[-2048:]:
        flags.append("cut_off")
    if not any(page.lines for page in readable):
        if len(readable) < count:
            raise Unreadable("broken", f"{count - len(readable)} of {count} pages cannot be read")
        raise Unreadable("no_text", _why_no_text(readable, count))
    if any(page.image and not page.lines for page in readable):
        flags.append("image_only_pages")
    blocks, found = read_document(readable)
    if not blocks:
        raise Unreadable("no_text", "the characters of all pages are no language: fonts without a Unicode map")
    return Extract(tuple(blocks), reader, MEDIA_TYPE, count, metadata, tuple(flags + found))


@functools.cache
def _version(package: str) -> str:
    return f"{package} {importlib.metadata.version(package)}"


def _open(data: bytes) -> pypdfium2.PdfDocument:
    if not data:
        raise Unreadable("empty")
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) == 0:
            document.close()
            raise Unreadable("no_text", "the file has no pages")
    except pypdfium2.PdfiumError as error:
        message = str(error)
        if "password" in message.lower() or "security" in message.lower():
            raise Unreadable("encrypted", "it opens with a password only") from error
        raise Unreadable("broken", message.removeprefix("Failed to load document ").strip("(). ")) from error
    return document


def _read_page(document: pypdfium2.PdfDocument, index: int) -> Page | None:
    """The page's lines, or None where pypdfium2 fails or finds no characters for what is drawn."""
    try:
        return pdf_pdfium.page_lines(document, index)
    except (pypdfium2.PdfiumError, AssertionError, UnicodeError):
        return None


def _why_no_text(pages: list[Page], count: int) -> str:
    images = sum(page.image for page in pages)
    return f"{images} of {count} pages are images without text" if images else "all pages are empty"


def _metadata(document: pypdfium2.PdfDocument) -> dict[str, str]:
    """Title and author that the file names, where they are no left-over of the program that made it."""
    found = {}
    title, author = (_metadata_value(document, key) for key in ("Title", "Author"))
    if len(title) > 3 and not any(part in title.casefold() for part in _NOT_TITLES):
        found["title"] = title
    if len(author) > 1 and author.casefold() not in _NOT_AUTHORS and "\ufffd" not in author:
        found["author"] = author
    return found


def _metadata_value(document: pypdfium2.PdfDocument, key: str) -> str:
    try:
        value = document.get_metadata_value(key)
    except UnicodeError:  # damaged UTF-16
        return ""
    return unicodedata.normalize("NFC", " ".join(value.split()))
