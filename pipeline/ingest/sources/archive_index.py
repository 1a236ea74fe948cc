"""What an archive of web pages holds, told by the headers alone: one row a capture, kept until the file changes."""

from __future__ import annotations

import io
import json
import mimetypes
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast
from urllib.parse import urljoin, urlsplit

import pyarrow as pa

from pipeline.errors import Unreadable
from pipeline.ingest.crawl.addresses import address_key, clean_address
from pipeline.ingest.readers.warc import Found, Headers, find_records, read_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

INDEX = pa.schema(
    [
        ("offset", pa.int64()),  # -1: the file is one page, saved by a browser
        ("inner", pa.int64()),
        ("length", pa.int64()),
        ("name", pa.string()),  # of the file in its source
        ("entry", pa.string()),  # of a WACZ, where it is packed in the ZIP
        ("kind", pa.string()),
        ("address", pa.string()),
        ("captured", pa.string()),  # ISO 8601, UTC
        ("reason", pa.string()),
        ("about", pa.string()),
        ("digest", pa.string()),  # of the payload, as the archive has it
        ("title", pa.string()),
        ("listed", pa.bool_()),
    ]
)
"""``kind``: ``page`` (to be read), ``redirect`` (``about``: where to), ``repeat`` (of what was captured before,
``about``: where), ``error`` and ``broken`` (``reason`` and ``about``), ``part`` (an image, a style, a script).
``title`` and ``listed`` are what a WACZ says of its pages."""

_ROWS = 10_000
"""Rows that are written at once."""
_LONGEST_LINE = 1 << 20
_STORED_HEADER = 30
_WARC_NAMES = (".warc", ".warc.gz")
_BESIDE = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".idx", ".json", ".jsonl", ".log", ".log.gz", ".yaml", ".webp")
"""Files that tools for archives put beside them."""
_PART_TYPE = re.compile(
    r"(?:image|audio|video|font|model)/|text/(?:css|javascript|ecmascript|vtt|event-stream|x-component)"
    r"|application/(?:(?:x-)?javascript|ecmascript|(?:[\w.-]+\+)?json|wasm|(?:x-)?font|vnd\.ms-fontobject|x-shockwave"
    r"|x-protobuf|ocsp|pkix|dash\+xml|vnd\.apple\.mpegurl|x-mpegurl|(?:x-)?gzip|x-gtar|ogg|mp4)",
    re.IGNORECASE,
)
"""Media types of what a page is made of and what scripts load: no text that anybody reads as a page of its own. Data in
JSON are with them; XML is looked into."""
_UNSAID = {"", "application/octet-stream", "application/x-download", "application/force-download", "unk", "no-type"}
_CAPTURES = {"response", "resource", "revisit"}
_WITH_BODY = {0, 200, 203, 206}
_HARMLESS = re.compile(r"[!#-;=?-\[\]-~]+")
"""What an address is made of: printable ASCII without quotation marks, angle brackets and backslashes."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?")
_ZIP_PROBLEMS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
                 OverflowError, KeyError)  # fmt: skip


class _Warc(NamedTuple):
    """Where a WARC file is: a file of its own, or a stretch or an entry of a WACZ."""

    path: Path
    file: BinaryIO
    start: int
    end: int
    entry: str = ""
    """Where it is packed in the ZIP."""
    titles: Mapping[str, str] | None = None
    """What the WACZ says of its pages, by `page_key`; None where it has no list."""


def page_key(address: str) -> str:
    """What two addresses of one page have in common: http and https, and what follows ``#``, make no other page.

    What is no address, such as the name of a file, is its own key.
    """
    cleaned = web_address(address)
    return address_key(cleaned).partition("://")[2] if cleaned else address


def web_address(written: str) -> str:
    """An address as the crawl would ask for it; empty for what is none of http or https."""
    cleaned = clean_address(written) or ""
    return cleaned if _HARMLESS.fullmatch(cleaned) else ""


def is_warc(name: str) -> bool:
    """Whether a file is named as WARC files are."""
    return name.lower().endswith(_WARC_NAMES)


def is_part(media_type: str, name: str) -> bool:
    """Whether something is a part of pages, no page: by its media type, else by its name."""
    said = media_type.partition(";")[0].strip().lower()
    if said in _UNSAID:
        said = mimetypes.guess_type(PurePosixPath(name).name)[0] or ""
    return _PART_TYPE.match(said) is not None or name.endswith("/robots.txt")


def write_index(path: Path, name: str, target: Path) -> None:
    """Index one file: an archive with all its captures, or a saved page as one; it appears whole or not at all."""
    draft = target.with_suffix(".draft")
    rows = (_named(row, name) for row in _rows(path))
    with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, INDEX) as writer:
        while some := list(islice(rows, _ROWS)):
            writer.write_table(pa.Table.from_pylist(some, INDEX))
    draft.replace(target)


@contextmanager
def open_index(path: Path) -> Iterator[pa.Table]:
    """An index, mapped from its file."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        yield reader.read_all()


@contextmanager
def open_entry(path: Path, entry: str) -> Iterator[BinaryIO]:
    """The file, or an entry of the ZIP that it is."""
    with path.open("rb") as file:
        if not entry:
            yield file
            return
        with zipfile.ZipFile(file) as archive, archive.open(entry) as stream:
            yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            start = file.read(8)
            size = file.seek(0, io.SEEK_END)
            if start.startswith(b"PK\x03\x04"):
                yield from _zip_rows(path)
            elif start.startswith((b"WARC/", b"\x1f\x8b\x08")) or is_warc(path.name):
                yield from _warc_rows(_Warc(path, file, 0, size))
            elif path.suffix.lower() == ".wacz":
                yield _row(kind="broken", reason="broken", about="no WACZ: it is no ZIP")
            else:
                yield _single(path, size)
    except (FileNotFoundError, IsADirectoryError):
        yield _row(kind="broken", reason="missing_file", about="a link to nothing or to a folder")


def _named(row: dict[str, Any], name: str) -> dict[str, Any]:
    """A row with the file's name, which is also the item where what is broken has no address."""
    if row["kind"] == "broken" and not row["address"]:
        where = f" at byte {row['offset']}" if row["offset"] >= 0 else ""
        row["address"] = f"{name}{'/' if row['entry'] else ''}{row['entry']}{where}"
    return row | {"name": name}


def _row(**cells: object) -> dict[str, Any]:
    empty = {"offset": -1, "inner": -1, "length": 0, "listed": None}
    return dict.fromkeys(INDEX.names, "") | empty | cells


def _single(path: Path, size: int) -> dict[str, Any]:
    name = path.name.lower()
    is_beside = name.endswith(_BESIDE) or is_part("", name)
    return _row(kind="part" if is_beside else "page", length=size)


def _warc_rows(warc: _Warc) -> Iterator[dict[str, Any]]:
    """The captures of a WARC file; a file that holds no record at all is one reject, or a page by another name."""
    found_any = False
    damaged: Found | None = None
    for found in find_records(warc.file, warc.start, warc.end):
        if not found.head and not found_any:
            damaged = damaged or found
            continue
        found_any = True
        if damaged:
            yield _broken(damaged, warc.entry)
            damaged = None
        yield from _capture(found, warc)
    if found_any:
        return
    if warc.entry or warc.start or is_warc(warc.path.name):
        is_empty = warc.end == warc.start
        about = "no bytes" if is_empty else "no record of a WARC file in it"
        yield _row(kind="broken", reason="empty" if is_empty else "broken", about=about, entry=warc.entry)
    else:
        yield _single(warc.path, warc.end)


def _broken(found: Found, entry: str) -> dict[str, Any]:
    problem = found.problem or Unreadable("broken")
    return _row(kind="broken", reason=problem.reason, about=problem.detail, entry=entry, offset=found.offset)


def _capture(found: Found, warc: _Warc) -> Iterator[dict[str, Any]]:
    """The row of a record, if it is one of a capture: requests and notes on the crawl are none."""
    try:
        headers = read_headers(found.head) if found.head else None
    except Unreadable as problem:
        found = replace(found, problem=found.problem or problem)
        headers = None
    if headers is None or headers.type not in _CAPTURES:
        if found.problem:
            yield _broken(found, warc.entry)
        return
    time = _TIME.match(headers.fields.get("warc-date", ""))
    address = web_address(headers.address)
    kind, reason, about = _kind(headers, address)
    if found.problem and kind != "part":
        kind, reason, about = "broken", found.problem.reason, found.problem.detail
    title = warc.titles.get(page_key(address)) if kind == "page" and warc.titles else None
    yield _row(
        offset=found.offset,
        inner=found.inner,
        length=found.length,
        entry=warc.entry,
        kind=kind,
        address=address,
        captured=time[0] if time else "",
        reason=reason,
        about=about,
        digest=headers.fields.get("warc-payload-digest", ""),
        title=title or "",
        listed=None if warc.titles is None else title is not None,
    )


def _kind(headers: Headers, address: str) -> tuple[str, str, str]:
    """What a capture is, why it cannot be read, and what is known of it."""
    status = headers.status
    media_type = headers.content_type if status in _WITH_BODY else ""
    to = web_address(urljoin(address, headers.http["location"])) if "location" in headers.http else ""
    if not address or is_part(media_type, urlsplit(address).path):
        said = ("part", "", "")
    elif "warc-segment-number" in headers.fields:
        said = ("broken", "broken", "a capture in several records")
    elif headers.type == "revisit" or status == 304:
        said = ("repeat", "", web_address(headers.fields.get("warc-refers-to-target-uri", "")))
    elif headers.type == "resource" or status in {200, 203}:
        said = ("page", "", "")
    elif 300 <= status < 400 and to:
        said = ("redirect", "", to)
    elif status == 206:
        said = ("broken", "broken", "only a part of it was captured (status 206)")
    else:
        said = ("error", "http_error", f"status {status}" if status else "no status")
    return said


def _zip_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The captures of a WACZ: a ZIP with WARC files. Any other ZIP is read as a file of its own kind."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if is_warc(entry.filename)]
            if not entries:
                yield _not_wacz(path, archive)
                return
            titles = _titles(archive)
            for entry in entries:
                try:
                    yield from _entry_rows(path, file, entry, titles)
                except (*_ZIP_PROBLEMS, Unreadable) as problem:
                    yield _unread(problem, entry.filename)
    except _ZIP_PROBLEMS as problem:
        yield _unread(problem, "")


def _unread(problem: Exception, entry: str) -> dict[str, Any]:
    if isinstance(problem, Unreadable):
        return _row(kind="broken", reason=problem.reason, about=problem.detail, entry=entry)
    return _row(kind="broken", reason="broken", about=f"no whole ZIP: {problem}"[:200], entry=entry)


def _not_wacz(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    if path.suffix.lower() == ".wacz":
        inner = [name for name in archive.namelist() if name.lower().endswith(".wacz")]
        why = "it holds other archives; put these into a folder" if inner else "there is no WARC file in it"
        return _row(kind="broken", reason="broken", about=why)
    return _single(path, path.stat().st_size)


def _entry_rows(
    path: Path, file: BinaryIO, entry: zipfile.ZipInfo, titles: Mapping[str, str] | None
) -> Iterator[dict[str, Any]]:
    steps = PurePosixPath(entry.filename.replace("\\", "/"))
    if steps.is_absolute() or ".." in steps.parts:
        raise Unreadable("broken", "its name leads out of the archive")
    if entry.flag_bits & 0x1:
        raise Unreadable("encrypted", "a ZIP entry under a password")
    if entry.compress_type != zipfile.ZIP_STORED:
        with open_entry(path, entry.filename) as stream:
            yield from _warc_rows(_Warc(path, stream, 0, entry.file_size, entry.filename, titles))
        return
    file.seek(entry.header_offset)  # as the format asks: its records can be found in the file itself
    header = file.read(_STORED_HEADER)
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    start = entry.header_offset + _STORED_HEADER + names
    with path.open("rb") as direct:
        yield from _warc_rows(_Warc(path, direct, start, start + entry.file_size, titles=titles))


def _titles(archive: zipfile.ZipFile) -> dict[str, str] | None:
    """The lists ``pages/*.jsonl``; what cannot be read of them is left out, for they only add titles."""
    titles: dict[str, str] = {}
    for entry in archive.infolist():
        if re.fullmatch(r"pages/[^/]+\.jsonl", entry.filename):
            try:
                with archive.open(entry) as stream:
                    titles |= _page_lines(iter(lambda: stream.readline(_LONGEST_LINE), b""))
            except _ZIP_PROBLEMS:
                continue
    return titles or None


def _page_lines(lines: Iterable[bytes]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for line in lines:
        try:
            page = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(page, dict) and isinstance(page.get("url"), str):
            title = page.get("title")
            titles[page_key(page["url"])] = " ".join(title.split())[:300] if isinstance(title, str) else ""
    return titles
