"""PDF to paragraphs: reading order, furniture, footnotes, headings, and the repairs of what print did to the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2

from pipeline.errors import Unreadable
from pipeline.ingest.readers.pdf_document import read_document
from pipeline.ingest.readers.pdf_engines import read_pages
from pipeline.ingest.readers.pdf_streams import check_streams
from pipeline.ingest.readers.text import clean
from pipeline.records import Extract

if TYPE_CHECKING:
    from pipeline.ingest.readers.ocr import Recognise
    from pipeline.ingest.readers.pdf_engines import Engine

MEDIA_TYPE = "application/pdf"
_NOT_TITLES = ("microsoft word", "untitled", ".doc", ".indd", ".tex", ".qxd", ".dvi", ".pdf", ".wps")
_NOT_AUTHORS = frozenset(
    {"administrator", "admin", "user", "install", "unknown", "anonymous", "owner", "cnki", "微软用户", "windows 用户"}
)


def read_pdf(
    data: bytes, *, engine: Engine = "pypdfium2", ocr: bool = True, recognise: Recognise | None = None
) -> Extract:
    """Read a PDF's paragraphs in reading order.

    Args:
        data: the file's bytes.
        engine: who is asked first; the other one reads the pages on which the first finds no language.
        ocr: whether pages of pictures, and those that neither reads, are given to OCR where it is installed.
        recognise: what gives the lines of these pages; they are read here and now where absent.

    Raises:
        Unreadable: with reason ``encrypted``, ``broken``, ``no_text``, ``too_big`` or ``needs_ocr``, or what OCR failed
            with over all pages.
    """
    document = _open(data)
    try:
        count = len(document)
        metadata = _metadata(document)
        reading = read_pages(data, document, engine, with_ocr=ocr, recognise=recognise)
    finally:
        document.close()
    flags = reading.flags
    if b"%%EOF" not in data[-2048:]:
        flags = (*flags, "cut_off")
    blocks, repairs = read_document(reading.pages)
    if not blocks:
        raise Unreadable("no_text", "all pages are empty")
    counts = {name: times for name, times in sorted((reading.repairs + repairs).items()) if times}
    return Extract(tuple(blocks), reading.reader, MEDIA_TYPE, count, metadata, flags, counts)


def _open(data: bytes) -> pypdfium2.PdfDocument:
    if not data:
        raise Unreadable("empty")
    check_streams(data)
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) == 0:
            document.close()
            raise Unreadable("broken", "the file has no pages")
    except pypdfium2.PdfiumError as error:
        message = str(error)
        if "password" in message.lower() or "security" in message.lower():
            raise Unreadable("encrypted", "it opens with a password only") from error
        said = message.removeprefix("Failed to load document ").strip("(). ")
        raise Unreadable("broken", "no pages found" if said.endswith("Success") else said) from error
    if len(document) > len(data):  # each page takes some bytes, packed or not
        count = len(document)
        document.close()
        raise Unreadable("broken", f"it says that it has {count} pages, which {len(data)} bytes cannot hold")
    return document


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
    return clean(" ".join(value.split()))
