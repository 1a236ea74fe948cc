"""WARC files (ISO 28500): where each record stands, and what the record of a page holds.

Records are found by our own pass over the file: both libraries for the format, warcio and FastWARC, take a record that
was cut off for a whole one, and stop at the first damaged byte. Headers and chunked bodies are read by warcio.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import Unreadable
from pipeline.ingest.readers.gzip_member import HARMLESS, Member
from pipeline.ingest.readers.zip_files import MAX_RATIO, MAX_UNPACKED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD = 32_768
"""Bytes within which the headers of a record and of the response in it are looked for."""
_FIRST_READ = 4096
_STEP = 65_536
_MARK = b"WARC/"
_GZIP = b"\x1f\x8b\x08"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_WARC = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]


@dataclass(frozen=True, slots=True)
class Found:
    """A record and where it stands, or a place that holds none that is whole."""

    offset: int
    """Byte of the file at which it begins, or the gzip member that it is in."""
    inner: int
    """Byte of the unpacked member at which it begins; -1 in a file that is not packed."""
    length: int
    """Bytes of its header and content, unpacked."""
    head: bytes
    """What it begins with: all headers, and perhaps some of the content."""
    problem: Unreadable | None = None
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Headers:
    """What the headers of a record say."""

    type: str
    """``response``, ``resource``, ``revisit``, or another."""
    fields: Mapping[str, str]
    """The record's own fields by their names in lower case."""
    status: int
    """That of the response; 0 where there is none."""
    http: Mapping[str, str]
    """The response's fields by their names in lower case."""
    length: int
    """Bytes of all headers, behind which the body begins."""

    @property
    def address(self) -> str:
        """As it is written; wget 1.19 puts it between angle brackets."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def content_type(self) -> str:
        """Of the response, else of a resource."""
        return self.http.get("content-type", "" if self.http else self.fields.get("content-type", ""))


def find_records(file: BinaryIO, start: int, end: int) -> Iterator[Found]:
    """Find all records of a WARC file, packed or not; what is damaged is skipped up to the next whole record.

    Memory does not depend on the file. A gzip member may hold several records.

    Args:
        file: open for reading; can be wound.
        start: the byte at which the WARC file begins in ``file``.
        end: the byte behind it.
    """
    file.seek(start)
    first = file.read(len(_MARK))
    is_packed = first.startswith(_GZIP[:2])
    if not is_packed and first != _MARK:  # damaged where it begins, or no WARC file at all
        is_packed = _next_member(file, start, end) < _next_mark(file, start, end)
    return _packed_records(file, start, end) if is_packed else _plain_records(file, start, end)


class RecordReader:
    """Reads records of a file; those of one gzip member, in their order, with one pass over it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = file.seek(0, io.SEEK_END)
        self._member: Member | None = None
        self._offset = self._inner = 0

    def read(self, found: Found) -> bytes:
        """All bytes of a record.

        Raises:
            Unreadable: ``too_big``, or ``broken``: they are not there any more.
        """
        if found.length > MAX_UNPACKED:
            raise Unreadable("too_big", f"{found.length:,} bytes; {MAX_UNPACKED:,} are read")
        if found.inner < 0:
            self._member = None
            self._file.seek(found.offset)
            data = self._file.read(found.length)
        else:
            data = self._unpack(found)
        if len(data) < found.length:
            raise Unreadable("broken", "cut off")
        return data

    def _unpack(self, found: Found) -> bytes:
        if self._member is None or self._offset != found.offset or self._inner > found.inner:
            self._member = Member(self._file, found.offset, self._end)
            self._offset, self._inner = found.offset, 0
        member, self._member = self._member, None  # one that fails is not gone on with
        try:
            member.skip(found.inner - self._inner)
            data = member.take(found.length)
        except (zlib.error, EOFError) as problem:
            raise Unreadable("broken", _say(problem)) from None
        self._member, self._inner = member, found.inner + found.length
        return data


def read_headers(head: bytes) -> Headers:
    """The headers of a record and, of a response, those of HTTP.

    Args:
        head: the record, or what it begins with.

    Raises:
        Unreadable: ``broken``: this is no record, or its response is none of HTTP.
    """
    from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

    stream = io.BytesIO(head)
    try:
        record = StatusAndHeadersParser(_WARC).parse(stream)
        fields = {name.lower(): value.strip() for name, value in record.headers}
        kind = fields.get("warc-type", "").lower()
        has_response = kind in {"response", "revisit"} and "application/http" in fields.get("content-type", "").lower()
        if not has_response or fields.get("content-length") == "0":
            return Headers(kind, fields, 0, {}, stream.tell())
        response = StatusAndHeadersParser(["HTTP/"]).parse(stream)
    except (StatusAndHeadersParserException, EOFError) as problem:
        raise Unreadable("broken", f"a record without whole headers: {problem}"[:200].rstrip(": ")) from None
    status = re.match(r"(?:[\d.]+\s+)?(\d{3})\b", response.statusline)
    http = {name.lower(): value.strip() for name, value in reversed(response.headers)}  # the first of a name counts
    return Headers(kind, fields, int(status[1]) if status else 0, http, stream.tell())


def read_body(record: bytes, headers: Headers) -> bytes:
    """The body of a record's response, out of its chunks and unpacked; that of a resource as it is.

    Writers of WARC files often keep a body unpacked under headers that say otherwise: one that is not packed as the
    headers say is taken as it is.

    Raises:
        Unreadable: ``broken`` (cut off, damaged, packed in a way that nobody reads), ``too_big``.
    """
    body = record[headers.length :]
    if headers.http.get("transfer-encoding", "").lower() == "chunked":
        from warcio.bufferedreaders import ChunkedDataReader

        body = ChunkedDataReader(io.BytesIO(body)).read()
    for name in reversed(re.split(r"[\s,]+", headers.http.get("content-encoding", "").lower().strip())):
        body = _unpacked(body, name)
    return body


def _packed_records(file: BinaryIO, start: int, end: int) -> Iterator[Found]:
    position = start
    while position < end:
        member = Member(file, position, end)
        waiting: Found | None = None  # a record is whole when the checksum behind it is right
        try:
            for found in _member_records(member, position):
                if waiting:
                    yield waiting
                waiting = found
            member.skip(None)
        except (zlib.error, EOFError) as problem:
            yield _damaged(waiting, position, Unreadable("broken", _say(problem)))
            position = _next_member(file, position + 1, end)
        except Unreadable as problem:
            yield _damaged(waiting, position, problem)
            position = _next_member(file, member.position() if _is_whole(member) else position + 1, end)
        else:
            if waiting:
                yield waiting
            position = member.position()


def _is_whole(member: Member) -> bool:
    """Whether a gzip member's checksum is right: one that is damaged may have swallowed those behind it."""
    try:
        return not member.skip(None)
    except (zlib.error, EOFError, Unreadable):
        return False


def _damaged(waiting: Found | None, position: int, problem: Unreadable) -> Found:
    if waiting is None:
        return Found(position, 0, 0, b"", problem)
    return Found(waiting.offset, waiting.inner, waiting.length, waiting.head, problem)


def _member_records(member: Member, offset: int) -> Iterator[Found]:
    """The records in one gzip member; the last may be cut off, which is said by `EOFError` behind it."""
    data, inner = b"", 0
    problem: Exception | None = None
    while True:
        while problem is None and len(data) < _HEAD:
            try:
                more = member.read(_HEAD)
            except (zlib.error, EOFError) as found:  # what came before it may tell whose record it is
                problem = found
            else:
                if not more:
                    break
                data += more
        stripped = data.lstrip(b"\r\n\x00")
        inner += len(data) - len(stripped)
        data = stripped
        if not _BLANK_LINE.search(data, 0, _HEAD) and problem:
            raise problem
        if not data:
            return
        length = _record_length(data)
        yield Found(offset, inner, length, data[: min(length, _HEAD)])
        if length > len(data) and (problem or member.skip(length - len(data))):
            raise problem or EOFError
        data = data[length:]
        inner += length


def _plain_records(file: BinaryIO, start: int, end: int) -> Iterator[Found]:
    position = start
    while position < end:
        file.seek(position)
        data = file.read(min(_FIRST_READ, end - position))
        blank = _BLANK_LINE.search(data, 4)
        if blank is None or not _BLANK_LINE.search(data, blank.end()):
            data += file.read(min(_HEAD, end - position - len(data)))
        stripped = data.lstrip(b"\r\n\x00")
        if len(stripped) < len(data):
            position += len(data) - len(stripped)
            if not stripped:
                continue
            data = stripped
        try:
            length = _record_length(data)
        except Unreadable as problem:
            yield Found(position, -1, 0, b"", problem)
            position = _next_mark(file, position + 1, end)
            continue
        if position + length > end:
            cut = Unreadable("broken", f"cut off: {end - position:,} of {length:,} bytes are there")
            yield Found(position, -1, length, data[:_HEAD], cut)
            position = _next_mark(file, position + 1, end)
            continue
        if _has_swallowed(file, position, position + length, end):
            lie = Unreadable("broken", f"other records stand within the {length:,} bytes that it claims")
            yield Found(position, -1, length, data[:_HEAD], lie)
            position = _next_mark(file, position + 1, end)
            continue
        yield Found(position, -1, length, data[:length])
        position += length


def _has_swallowed(file: BinaryIO, start: int, behind: int, end: int) -> bool:
    """Whether a record's length is damaged, so that others stand in it: looked for where none stands behind it."""
    file.seek(behind)
    following = file.read(min(_FIRST_READ, end - behind)).lstrip(b"\r\n\x00")
    if not following or following.startswith(_MARK):
        return False
    return _next_mark(file, start + 1, min(behind + len(_MARK) + 2, end)) < behind


def _record_length(data: bytes) -> int:
    """Bytes of a record's header and content; there is no other word on where it ends."""
    blank = _BLANK_LINE.search(data, 0, _HEAD)
    if not data.startswith(_MARK) or blank is None:
        raise Unreadable("broken", "no record of a WARC file begins here")
    length = _LENGTH.search(data, 0, blank.start() + 1)
    if length is None:
        raise Unreadable("broken", "a record that does not say its length")
    return blank.end() + int(length[1])


def _next_mark(file: BinaryIO, start: int, end: int) -> int:
    """Where the next record of a file that is not packed begins; its end if there is none."""
    return next(_places(file, start, end, b"\nWARC/1."), end - 1) + 1


def _next_member(file: BinaryIO, start: int, end: int) -> int:
    """Where the next gzip member begins that holds a record; the end if there is none."""
    for place in _places(file, start, end, _GZIP):
        try:
            if Member(file, place, end).read(_FIRST_READ).startswith(_MARK):
                return place
        except (zlib.error, EOFError, Unreadable):
            continue
    return end


def _places(file: BinaryIO, start: int, end: int, mark: bytes) -> Iterator[int]:
    """Where a mark stands in a file."""
    while start < end:
        file.seek(start)
        data = file.read(min(16 * _STEP, end - start))
        for match in re.finditer(re.escape(mark), data):
            yield start + match.start()
        if len(data) < len(mark) or start + len(data) >= end:
            return
        start += len(data) - len(mark) + 1


def _say(problem: Exception) -> str:
    return "cut off" if isinstance(problem, EOFError) else f"damaged: {problem}"


def _unpacked(body: bytes, name: str) -> bytes:
    """A body out of one content coding; as it is where it is not packed so."""
    if name in {"", "identity"} or not body:
        return body
    if name in {"gzip", "x-gzip", "deflate"}:
        if name != "deflate" and not body.startswith(_GZIP[:2]):
            return body
        is_zlib = name == "deflate" and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        try:
            return _inflated(body, 31 if name != "deflate" else 15 if is_zlib else -15)
        except zlib.error as problem:
            if name == "deflate" and not is_zlib:
                return body
            raise Unreadable("broken", f"its body is damaged: {problem}") from None
    if name not in {"br", "zstd"}:
        raise Unreadable("broken", f"its body is packed as {name!r}, which is not read")
    if name == "zstd" and not body.startswith(b"\x28\xb5\x2f\xfd"):
        return body
    return _unpacked_by_arrow(body, "brotli" if name == "br" else name)


def _inflated(body: bytes, bits: int) -> bytes:
    most = max(HARMLESS, MAX_RATIO * len(body))
    inflater = zlib.decompressobj(bits)
    data = inflater.decompress(body, min(most, MAX_UNPACKED) + 1)
    _check(len(data), most)
    return data


def _unpacked_by_arrow(body: bytes, codec: str) -> bytes:
    import pyarrow as pa

    most = max(HARMLESS, MAX_RATIO * len(body))
    data = bytearray()
    try:
        with pa.CompressedInputStream(pa.BufferReader(body), codec) as stream:
            while piece := stream.read(_STEP):
                data += piece
                _check(len(data), most)
    except (OSError, pa.ArrowException) as problem:
        if not data and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):  # brotli has no mark, a page has
            return body
        raise Unreadable("broken", f"its body is damaged: {problem}"[:200]) from None
    return bytes(data)


def _check(unpacked: int, most: int) -> None:
    if unpacked > min(most, MAX_UNPACKED):
        raise Unreadable("too_big", f"its body unpacks to more than {min(most, MAX_UNPACKED):,} bytes")
