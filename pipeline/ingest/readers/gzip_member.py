"""One member of a gzip file, unpacked as it is read: where it ends is where the next begins."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import Unreadable
from pipeline.ingest.readers.zip_files import MAX_RATIO

if TYPE_CHECKING:
    from collections.abc import Iterator

HARMLESS = 16 * 1024 * 1024
"""Bytes below which no ratio is a bomb."""
_FIRST_READ = 4096
_STEP = 65_536


class Member:
    """One gzip member, unpacked as it is read."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        self._file, self._end = file, end
        self._given = start
        self._step = _FIRST_READ
        self._inflater = zlib.decompressobj(31)
        self._start, self._unpacked = start, 0

    def read(self, size: int) -> bytes:
        """Up to so many bytes; nothing at the member's end.

        Raises:
            zlib.error: the member is damaged.
            EOFError: the file ends before it.
            Unreadable: ``too_big``: a bomb.
        """
        while not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._file.read(min(self._step, self._end - self._given))
            if not packed:
                raise EOFError
            if not self._inflater.unconsumed_tail:
                self._given += len(packed)
                self._step = min(2 * self._step, _STEP)
            data = self._inflater.decompress(packed, size)
            self._unpacked += len(data)
            if self._unpacked > max(HARMLESS, MAX_RATIO * (self._given - self._start)):
                raise Unreadable("too_big", f"unpacks to more than {MAX_RATIO} times its size: a gzip bomb")
            if data:
                return data
        return b""

    def position(self) -> int:
        """The byte of the file behind what was taken."""
        return self._given - len(self._inflater.unused_data)

    def take(self, size: int) -> bytes:
        """So many bytes, or fewer at the member's end; raises as `read`."""
        return b"".join(self._pieces(size))

    def skip(self, size: int | None) -> int:
        """Read over so many bytes, or over all; how many of them are not there. Raises as `read`."""
        if size is None:
            while self.read(_STEP):
                pass
            return 0
        return size - sum(map(len, self._pieces(size)))

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size > 0 and (data := self.read(min(size, _STEP))):
            size -= len(data)
            yield data
