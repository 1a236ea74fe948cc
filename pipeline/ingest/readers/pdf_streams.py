"""PDF bombs: small files with streams that inflate to gigabytes, found before an engine unpacks them."""

from __future__ import annotations

import re
import zlib

from pipeline.errors import Unreadable

MOST = 128 << 20
"""Bytes that a stream of a page or a font may unpack to; the largest drawings of real files are a tenth of that."""
_RATIO = 1032
"""Deflate makes at most so many bytes of one (zlib, technical details), so a short stream needs no look."""
_DICTIONARY = 2000
_PACKED = re.compile(rb"/Fl(?:ateDecode)?\b|#")
_CHUNK = 1 << 16


def check_streams(data: bytes) -> None:
    """Measure what the file's deflated streams unpack to; pictures are left out, since no text needs them.

    Raises:
        Unreadable: ``too_big``, if one of them unpacks to more than `MOST`.
    """
    end = 0
    while (begin := data.find(b"stream", end)) >= 0:
        begin += len(b"stream")
        begin += 2 if data.startswith(b"\r\n", begin) else 1
        end = data.find(b"endstream", begin)
        packed = data[begin : end if end >= 0 else len(data)]
        end = end + len(b"endstream") if end >= 0 else len(data)
        dictionary = data[max(0, begin - _DICTIONARY) : begin]
        dictionary = dictionary[max(0, dictionary.rfind(b" obj")) :]
        layers = len(_PACKED.findall(dictionary))
        if not layers or b"/Image" in dictionary or (layers == 1 and len(packed) * _RATIO < MOST):
            continue
        if _unpacks_beyond(packed, layers):
            raise Unreadable("too_big", f"a stream unpacks to more than {MOST >> 20} megabytes: a bomb")


def _unpacks_beyond(packed: bytes, layers: int) -> bool:
    """Unpack piece by piece, the pieces of all but the last layer at once, and keep nothing."""
    if layers > 1:
        try:
            inner = zlib.decompressobj().decompress(packed, MOST)
        except zlib.error:
            return False
        return len(inner) == MOST or _unpacks_beyond(inner, layers - 1)
    unpacker, size = zlib.decompressobj(), 0
    view = memoryview(packed)
    for start in range(0, len(view), _CHUNK):
        piece: bytes | memoryview = view[start : start + _CHUNK]
        while piece and size <= MOST and not unpacker.eof:
            try:
                size += len(unpacker.decompress(piece, _CHUNK))
            except zlib.error:
                return False
            piece = unpacker.unconsumed_tail
        if size > MOST or unpacker.eof:
            break
    return size > MOST
