"""Readers turn one file's bytes into an `Extract`; here is which reader takes a file."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable

if TYPE_CHECKING:
    from pipeline.records import Extract

SUFFIXES: tuple[str, ...] = (".pdf", ".html", ".htm", ".xhtml", ".txt", ".md")
"""The files of a folder that are read, in lower case; others are left alone."""

_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_PDF_WITHIN = 1024
"""Bytes within which a PDF's mark may stand (PDF 1.7, implementation note 13): mail puts lines before it."""
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*)*+<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive or an Office file",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"II*\x00": "an image",
    b"MM\x00*": "an image",
    b"AT&TFORM": "DjVu",
    b"%!PS": "PostScript",
    b"HN\x00\x00": "CAJ",
    b"CAJ\x00": "CAJ",
    b"KDH ": "KDH",
}
"""Files that scholars have and that no reader takes, by their first bytes."""


def read_file(data: bytes, name: str) -> Extract:
    """Read a file with the reader that its first bytes ask for, else the one of its suffix.

    Args:
        data: All bytes of the file.
        name: Its name or path; only the suffix is used.

    Raises:
        Unreadable: ``empty``, ``unknown_format``, ``binary``, or what the reader raises.
    """
    if not data.strip():
        raise Unreadable("empty", "only white space" if data else "")
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:_PDF_WITHIN] and (suffix not in {".txt", ".md"} or data.startswith(b"%PDF-")):
        from pipeline.ingest.readers.pdf import read_pdf

        return read_pdf(data)
    if suffix == ".pdf":
        raise Unreadable("broken" if not _HTML_START.match(data[:4096]) else "unknown_format", "not a PDF inside")
    for magic, what in _OTHERS.items():
        if data.startswith(magic):
            raise Unreadable("unknown_format", what)
    if suffix in _HTML_SUFFIXES or (suffix != ".md" and _HTML_START.match(data[:4096])):
        from pipeline.ingest.readers.html import read_html

        return read_html(data)
    if suffix in SUFFIXES:
        from pipeline.ingest.readers.text import read_text

        return read_text(data)
    raise Unreadable("binary" if b"\x00" in data else "unknown_format", suffix or "no suffix")
