"""Readers turn a file's bytes into `Extract`s, one a document; here is which reader takes a file."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable

if TYPE_CHECKING:
    from zipfile import ZipFile

    from pipeline.ingest.readers.ocr import Recognise
    from pipeline.records import Extract
    from pipeline.settings import PdfSettings

SUFFIXES: tuple[str, ...] = (
    *(".pdf", ".html", ".htm", ".xhtml", ".txt", ".md"),
    *(".docx", ".docm", ".odt", ".fodt", ".epub", ".rtf", ".xml", ".tei", ".json", ".mhtml", ".mht", ".zip"),
)
"""The files of a folder that are read, in lower case."""

_TEXT_SUFFIXES = (".txt", ".md")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_ZIP_SUFFIXES = {".docx": "Word document", ".docm": "Word document", ".odt": "OpenDocument text", ".epub": "EPUB",
                 ".zip": "ZIP archive"}  # fmt: skip
_ROOTS = {
    **dict.fromkeys(("tei", "tei.2", "teicorpus", "teicorpus.2"), "tei"),
    **dict.fromkeys(("dbtplenarprotokoll", "dokument"), "bundestag"),
    "document": "odt",
    "html": "html",
}
"""The formats of XML files by the name of their root in lower case."""

_CONTAINERS = ("zip", "bundestag", "oparl", "tei")
"""Formats of which one file can hold several documents."""

_PDF_WITHIN = 1024
"""Bytes within which a PDF's mark may stand (PDF 1.7, implementation note 13): mail puts lines before it."""
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*)*+<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old Office file",
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

_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."


def read_documents(
    data: bytes, name: str, pdf: PdfSettings | None = None, recognise: Recognise | None = None
) -> list[tuple[str, Extract | Unreadable]]:
    """Read all documents that a file holds; what cannot be read is said in its place, and nothing is raised.

    Args:
        data: All bytes of the file.
        name: Its name or path; only the suffix is used.
        pdf: How PDFs are read; as `read_pdf` does by default if there is none.
        recognise: What gives the lines of pages for OCR, for a file that is a PDF; those of PDFs in archives, and all
            where absent, are read here and now.

    Returns:
        Pairs of a document's path within the file and the document, or why there is none. The path is empty for a file
        that is one document; ``folder/inner.docx`` in a ZIP archive, a speech's id in a record of the Bundestag.
    """
    try:
        kind = format_of(data, name)
        if kind == "zip":
            from pipeline.ingest.readers.archive import read_archive

            return read_archive(data, pdf)
        if kind == "bundestag":
            from pipeline.ingest.readers.bundestag import read_bundestag

            return read_bundestag(data)
        if kind == "oparl":
            from pipeline.ingest.readers.oparl import read_oparl

            return read_oparl(data)
        if kind == "tei":
            from pipeline.ingest.readers.tei import read_tei

            return read_tei(data)
        return [("", _read(kind, data, pdf, recognise))]
    except Unreadable as problem:
        return [("", problem)]


def read_file(data: bytes, name: str) -> Extract:
    """Read a file that is one document with the reader that its first bytes ask for, else the one of its suffix.

    Args:
        data: All bytes of the file.
        name: Its name or path; only the suffix is used.

    Raises:
        Unreadable: ``empty``, ``unknown_format`` (also of a file with several documents: see `read_documents`),
            ``binary``, or what the reader raises.
    """
    kind = format_of(data, name)
    if kind not in _CONTAINERS:
        return _read(kind, data)
    documents = read_documents(data, name)
    (key, document), *others = documents
    if key or others:
        raise Unreadable("unknown_format", f"{len(documents)} documents in one file")
    if isinstance(document, Unreadable):
        raise document
    return document


def format_of(data: bytes, name: str) -> str:
    """The format of a file by its first bytes, else by its suffix.

    Args:
        data: All bytes of the file.
        name: Its name or path; only the suffix is used.

    Returns:
        ``pdf html text docx odt epub rtf tei bundestag oparl mhtml zip``.

    Raises:
        Unreadable: ``empty``, ``encrypted``, ``broken`` (not what its suffix says), ``unknown_format`` or ``binary``.
    """
    if not data.strip():
        raise Unreadable("empty", "only white space" if data else "")
    suffix = PurePath(name).suffix.lower()
    is_zip = data.startswith((b"PK\x03\x04", b"PK\x05\x06"))
    if b"%PDF-" in data[:_PDF_WITHIN] and not is_zip and (suffix not in _TEXT_SUFFIXES or data.startswith(b"%PDF-")):
        return "pdf"
    if suffix == ".pdf":
        raise Unreadable("broken" if not _HTML_START.match(data[:4096]) else "unknown_format", "not a PDF inside")
    if is_zip:
        return _zip_format(data, suffix)
    if data.startswith(b"\xd0\xcf\x11\xe0") and _LOCKED_OFFICE in data:
        raise Unreadable("encrypted", "an Office file that opens with a password only")
    for magic, what in _OTHERS.items():
        if data.startswith(magic):
            raise Unreadable("unknown_format", what)
    found = _text_format(data, suffix)
    if found:
        return found
    if suffix in _ZIP_SUFFIXES:
        raise Unreadable("broken", f"no {_ZIP_SUFFIXES[suffix]} inside: it is no ZIP")
    raise Unreadable("binary" if b"\x00" in data else "unknown_format", suffix or "no suffix")


def _zip_format(data: bytes, suffix: str) -> str:
    """What a ZIP file is by the files in it."""
    from pipeline.ingest.readers.zip_files import open_zip, read_entry

    file = open_zip(data)
    names = set(file.namelist())
    if "mimetype" in names and file.getinfo("mimetype").file_size < 200:
        mime = read_entry(file, "mimetype").strip()
        if mime.startswith(b"application/epub+zip"):
            return "epub"
        if mime.startswith(_OPEN_DOCUMENT):
            return _opened(
                mime.removeprefix(_OPEN_DOCUMENT).startswith(b"text"), "odt", "an OpenDocument file, no text"
            )
    if "[Content_Types].xml" in names:
        return _opened(_is_word(file, names), "docx", "an Office file, no Word document")
    if "META-INF/container.xml" in names:
        return "epub"
    if {"content.xml", "META-INF/manifest.xml"} <= names:
        return "odt"
    if suffix in _ZIP_SUFFIXES and suffix != ".zip":
        raise Unreadable("broken", f"a ZIP with no {_ZIP_SUFFIXES[suffix]} inside")
    return "zip"


def _is_word(file: ZipFile, names: set[str]) -> bool:
    from pipeline.ingest.readers.zip_files import read_entry

    types = read_entry(file, "[Content_Types].xml")
    return "word/document.xml" in names or b"wordprocessingml.document.main" in types


def _opened(is_text: bool, kind: str, otherwise: str) -> str:  # noqa: FBT001
    if not is_text:
        raise Unreadable("unknown_format", otherwise)
    return kind


def _text_format(data: bytes, suffix: str) -> str:
    """What a file of text is; empty for none that is read."""
    from pipeline.ingest.readers.bundestag import root_name
    from pipeline.ingest.readers.mhtml import is_mhtml

    start = data[:64].lstrip()
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if suffix == ".rtf":
        raise Unreadable("broken", "no RTF inside")
    if suffix in {".mht", ".mhtml"} or (suffix not in _TEXT_SUFFIXES and is_mhtml(data)):
        return "mhtml" if is_mhtml(data) or not _HTML_START.match(data[:4096]) else "html"
    root = root_name(data)
    if root and root.lower() in _ROOTS and root.lower() != "html" and (root != "document" or suffix == ".fodt"):
        return _ROOTS[root.lower()]
    if suffix in _HTML_SUFFIXES or (suffix != ".md" and _HTML_START.match(data[:4096])):
        return "html"
    if suffix in {".xml", ".tei", ".fodt"}:
        what = f"XML with the root <{root}>" if root else "no XML inside"
        raise Unreadable("unknown_format" if root else "broken", what)
    if suffix == ".json" or (
        suffix not in _TEXT_SUFFIXES and start[:1] in {b"{", b"["} and b"schema.oparl.org" in data
    ):
        return "oparl"
    return "text" if suffix in _TEXT_SUFFIXES else ""


def _read(  # noqa: PLR0911 - one return a format
    kind: str, data: bytes, pdf: PdfSettings | None = None, recognise: Recognise | None = None
) -> Extract:
    """Read a file of a format that holds one document; each reader is loaded when it is first needed."""
    match kind:
        case "pdf":
            from pipeline.ingest.readers.pdf import read_pdf

            if pdf is None:
                return read_pdf(data)
            return read_pdf(data, engine=pdf.engine, ocr=pdf.ocr, recognise=recognise)
        case "html":
            from pipeline.ingest.readers.html import read_html
            from pipeline.ingest.readers.office_html import is_office_page, read_office_page

            return read_office_page(data) if is_office_page(data) else read_html(data)
        case "docx":
            from pipeline.ingest.readers.docx import read_docx

            return read_docx(data)
        case "odt":
            from pipeline.ingest.readers.odt import read_odt

            return read_odt(data)
        case "epub":
            from pipeline.ingest.readers.epub import read_epub

            return read_epub(data)
        case "rtf":
            from pipeline.ingest.readers.rtf import read_rtf

            return read_rtf(data)
        case "mhtml":
            from pipeline.ingest.readers.mhtml import read_mhtml

            return read_mhtml(data)
        case _:
            from pipeline.ingest.readers.text import read_text

            return read_text(data)
