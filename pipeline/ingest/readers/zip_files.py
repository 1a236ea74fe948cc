"""ZIP files that strangers made: opened with limits, each entry read with every error as `Unreadable`."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from pipeline.errors import Unreadable

MAX_ENTRIES = 10_000
MAX_UNPACKED = 512 * 1024 * 1024
"""Bytes that all entries together may unpack to."""

MAX_RATIO = 200
"""How many times its packed size a file may unpack to; text is packed to a tenth, rarely to a fiftieth."""

_HARMLESS = 16 * 1024 * 1024
"""Bytes below which no ratio is a bomb: an empty form packs very well."""

_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, IndexError)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a ZIP file, checking what its directory says of numbers and sizes; no entry can give more than it says.

    Raises:
        Unreadable: ``broken`` (cut off, no ZIP) or ``too_big`` (too many entries, too many bytes, a bomb).
    """
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (*_BROKEN, NotImplementedError, OverflowError) as problem:
        raise Unreadable("broken", f"no whole ZIP: {problem}") from None
    entries = file.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unreadable("too_big", f"{len(entries):,} entries; {MAX_ENTRIES:,} are read")
    check_unpacked(sum(entry.file_size for entry in entries), len(data))
    return file


def check_unpacked(unpacked: int, packed: int) -> None:
    """Refuse what unpacks to too much.

    Args:
        unpacked: bytes of all entries together.
        packed: bytes of the whole file.

    Raises:
        Unreadable: ``too_big``.
    """
    if unpacked > MAX_UNPACKED:
        raise Unreadable("too_big", f"unpacks to {unpacked:,} bytes; {MAX_UNPACKED:,} are read")
    if unpacked > max(_HARMLESS, MAX_RATIO * packed):
        raise Unreadable("too_big", f"unpacks to {unpacked // max(packed, 1):,} times its size: a ZIP bomb")


def read_entry(file: zipfile.ZipFile, entry: zipfile.ZipInfo | str) -> bytes:
    """The bytes of one entry.

    Raises:
        Unreadable: ``encrypted`` or ``broken`` (not there, damaged, packed in a way that nobody reads).
    """
    try:
        info = file.getinfo(entry) if isinstance(entry, str) else entry
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable("encrypted", "a ZIP entry under a password")
        with file.open(info) as stream:  # read() without a number would inflate more than the directory says
            return stream.read(info.file_size + 1)
    except KeyError:
        raise Unreadable("broken", f"there is no {entry} in it") from None
    except (*_BROKEN, NotImplementedError, RuntimeError, OverflowError) as problem:
        raise Unreadable("broken", f"an entry cannot be unpacked: {problem}") from None
