"""ZIP archives: each file in one is read as it would be outside."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.encodings import readability
from pipeline.ingest.readers.zip_files import check_unpacked, open_zip, read_entry

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

    from pipeline.records import Extract
    from pipeline.settings import PdfSettings

_UTF8_NAMES = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_GERMAN = re.compile(r"[\x00-\x7fäöüÄÖÜßéèáàâêç]*")
_LEFT_OUT = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


@dataclass(slots=True)
class _Opened:
    """What an archive and those in it have unpacked to so far, and how PDFs in them are read."""

    packed: int
    pdf: PdfSettings | None
    unpacked: int = 0

    def spend(self, unpacked: int) -> None:
        self.unpacked += unpacked
        check_unpacked(self.unpacked, self.packed)


def read_archive(data: bytes, pdf: PdfSettings | None = None) -> list[tuple[str, Extract | Unreadable]]:
    """Read the files in a ZIP archive, and those in archives in it, once.

    Nothing is written to disk. Left out are folders, hidden files, and what macOS and Windows put beside the files. An
    entry that leads out of the archive, is a link or cannot be unpacked is said to be so under its name, and the others
    are read; an archive that is a bomb, by its directory, is refused whole. An archive in an archive is unpacked to
    look into it, and what it unpacks to counts with the rest.

    Args:
        data: all bytes of the archive.
        pdf: how PDFs are read.

    Returns:
        Pairs of a path within the archive (``folder/inner.docx``, ``inner.zip/a.txt``) and what was read.

    Raises:
        Unreadable: ``broken``, ``too_big`` (too many entries, or a bomb), or ``no_text`` (no files in it).
    """
    return _read(data, _Opened(len(data), pdf), is_nested=False)


def _read(data: bytes, opened: _Opened, *, is_nested: bool) -> list[tuple[str, Extract | Unreadable]]:
    file = open_zip(data)
    opened.spend(sum(entry.file_size for entry in file.infolist()))
    found: list[tuple[str, Extract | Unreadable]] = []
    for entry in file.infolist():
        name = _name(entry)
        if name.endswith("/") or _is_left_out(PurePosixPath(name)):
            continue
        try:
            found += _read_entry(file, entry, name, opened, is_nested=is_nested)
        except Unreadable as problem:
            found.append((name, problem))
    if not found:
        raise Unreadable("no_text", "no files in the archive")
    return found


def _is_left_out(path: PurePosixPath) -> bool:
    return any(step in _LEFT_OUT or (step.startswith((".", "~$")) and step not in {".", ".."}) for step in path.parts)


def _read_entry(
    file: ZipFile, entry: ZipInfo, name: str, opened: _Opened, *, is_nested: bool
) -> list[tuple[str, Extract | Unreadable]]:
    from pipeline.ingest.readers import format_of, read_documents

    path = PurePosixPath(name)
    if not name or path.is_absolute() or _DRIVE.match(name) or ".." in path.parts or "\x00" in entry.orig_filename:
        raise Unreadable("broken", "its name leads out of the archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("broken", "a link, not a file")
    content = read_entry(file, entry)
    if format_of(content, name) != "zip":
        documents = read_documents(content, name, opened.pdf)
    elif is_nested:
        raise Unreadable("unknown_format", "a ZIP archive in an archive in an archive")
    else:
        documents = _read(content, opened, is_nested=True)
    return [(f"{name}/{key}" if key else name, extract) for key, extract in documents]


def _name(entry: ZipInfo) -> str:
    """An entry's name with forward slashes; those that do not say their encoding are of DOS, of China or UTF-8.

    Python reads them as code page 437, in which German names look right, and Chinese ones as frames and shades.
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAMES and not name.isascii():
        raw = name.encode("cp437", errors="replace")
        name = _read_as(raw, "utf-8") or (name if _GERMAN.fullmatch(name) else _read_as(raw, "gb18030") or name)
    return name.replace("\\", "/")


def _read_as(raw: bytes, encoding: str) -> str:
    """The name in an encoding; empty where it does not fit or reads badly."""
    try:
        name = raw.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return name if encoding == "utf-8" or readability(name) > 0.2 else ""
