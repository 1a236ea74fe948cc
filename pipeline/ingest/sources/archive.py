"""Source ``archive``: pages that a crawl kept or a browser saved (WARC, WACZ, MHTML, HTML); an address is a document.

An archive is read in two steps: an index of its captures, from their headers alone, and parts of some captures each,
read in workers that may die. Which capture becomes a document is decided over the whole source
(`pipeline.ingest.sources.captures`), so that an archive more reads one archive more.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import Unreadable
from pipeline.executor import check_shared, map_in_order, open_executor
from pipeline.ingest.dating import date_extract
from pipeline.ingest.encodings import decode
from pipeline.ingest.isolation import read_each
from pipeline.ingest.readers import format_of, read_documents
from pipeline.ingest.readers.warc import Found, RecordReader, read_body, read_headers
from pipeline.ingest.shingles import sign
from pipeline.ingest.sources import folder
from pipeline.ingest.sources.archive_index import open_entry, open_index, web_address, write_index
from pipeline.store.parts import PART_PASSAGES, Part, make_part, read_part, write_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from pipeline.records import Extract
    from pipeline.settings import PdfSettings, RunSettings, Source
    from pipeline.stages import Progress
    from pipeline.study import Study

RAW_FOLDER = "raw"
"""In it a crawl keeps what it fetched, in a folder of the source's name."""
SITE_FILE = "site_file"
"""Said of feeds and site maps: no pages, and no rejects."""

_CAPTURES = 32
_BYTES = 4_000_000
"""A task for a worker is at most so many captures, and about so much of them."""
_WORTH_A_PROCESS = 10_000_000
"""Bytes of archives to look through."""
_COMPANIONS = ("_files", "-Dateien", "_Dateien", ".files", "_文件")
"""What browsers append to a page's name for the folder with its parts."""
_PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
_SITE_ROOTS = {"urlset", "sitemapindex", "rss", "feed", "rdf"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]*(?:charset|encoding)\s*=""", re.IGNORECASE)
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/epub+zip": ".epub",
    "multipart/related": ".mhtml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""What a body is called for the readers, by the media type under which it was sent."""


class _File(NamedTuple):
    """A file of the source, and the key of what is kept of it."""

    path: Path
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Task:
    """Some captures of one file, for one worker."""

    path: Path
    name: str
    """What the file is called in its source."""
    index: Path
    rows: tuple[int, ...]
    """Of the index."""
    target: Path
    failed: Path
    """Where the part is written if one of the captures broke a limit."""
    pdf: PdfSettings


def base_of(study: Study, source: Source) -> Path:
    """The folder in which the files of a source have their names."""
    if source.kind == "web":
        return study.corpus_folder / RAW_FOLDER / source.id
    path = study.resolve(source.path)
    return path.parent if path.is_file() else path


def list_files(study: Study, source: Source) -> list[Path]:
    """The files of an archive in order of their paths: no hidden ones, no sidecar, no parts of saved pages."""
    if source.kind == "web":
        return sorted(base_of(study, source).glob("*.warc.gz"))
    path = study.resolve(source.path)
    if path.is_file():
        return [path]
    files = folder.list_files(study, source)
    pages = {(file.parent, file.stem) for file in files if file.suffix.lower() in _PAGE_SUFFIXES}
    companions = {place for parent, stem in pages for end in _COMPANIONS if (place := parent / f"{stem}{end}").is_dir()}
    return [file for file in files if companions.isdisjoint(file.parents)]


def read_files(
    named: Sequence[tuple[Path, str, str]], parts: Path, pdf: PdfSettings, limits: RunSettings, progress: Progress
) -> Iterator[tuple[Path, bool]]:
    """Bring the parts of an archive's files up to date.

    Args:
        named: path, name in the source, and key of each file.
        parts: the folder of parts.
        pdf: how PDFs are read.
        limits: those of `read_each`, for each capture.
        progress: is told how many captures are read.

    Yields:
        The parts in order of the files, at least one a file, and whether the file was read just now.
    """
    files = [_File(*each) for each in named]
    unknown = [each for each in files if not _index_of(parts, each).exists()]
    size = sum(each.path.stat().st_size for each in unknown if each.path.exists())
    check_shared(limits.scheduler, parts, [each.path for each in unknown])
    with open_executor(limits.workers, min(len(unknown), size // _WORTH_A_PROCESS), limits.scheduler) as executor:
        for i, _ in enumerate(map_in_order(executor, _write_index, [(e, parts) for e in unknown], under_way=4)):
            progress("archives looked through", i + 1, len(unknown))
    under = f"{limits.seconds_per_file:g}-{limits.megabytes_per_file}"
    tasks = {each.key: list(_tasks(each, parts, under, pdf)) for each in files}
    missing = [task for some in tasks.values() for task in some if not (task.target.exists() or task.failed.exists())]
    check_shared(limits.scheduler, parts, [] if unknown else [task.path for task in missing])
    _read(missing, limits, progress)
    new = {task.target for task in missing}
    for each in files:
        is_new = any(task.target in new for task in tasks[each.key])
        for i, task in enumerate(tasks[each.key]):
            yield (task.target if task.target.exists() else task.failed), is_new and i == 0


def index_of_part(part: Path) -> Path:
    """The index of the file that a part is of."""
    return part.with_name(f"{part.stem.split('-')[0]}-index.arrow")


def read_into_part(task: Task) -> None:
    """Read some captures and write their part: a row a document, and one, with its reason, for what cannot be read."""
    documents: list[dict[str, object]] = []
    passages: dict[str, list[object]] = {name: [] for name in PART_PASSAGES.names}
    for row, within, extract, about in _read_rows(task):
        if not isinstance(extract, Unreadable):
            folder.add_passages(passages, extract, len(documents))
        documents.append(_document(task, row, within, extract, about))
    write_part(task.target, sign(make_part(documents, passages, [])))


def _index_of(parts: Path, file: _File) -> Path:
    return parts / f"{file.key}-index.arrow"


def _write_index(what: tuple[_File, Path]) -> None:
    file, parts = what
    write_index(file.path, file.name, _index_of(parts, file))


def _tasks(file: _File, parts: Path, under: str, pdf: PdfSettings) -> Iterator[Task]:
    """The tasks of a file: its pages in order, some at a time; one without any if there is no page."""
    index = _index_of(parts, file)
    with open_index(index) as table:
        rows = np.flatnonzero(pc.equal(table["kind"], "page").to_numpy(zero_copy_only=False))
        lengths = table["length"].to_numpy()[rows]
    ends, size = [0], 0
    for i, length in enumerate(lengths.tolist()):
        size += length
        if i + 1 - ends[-1] == _CAPTURES or size >= _BYTES:
            ends.append(i + 1)
            size = 0
    ends += [len(rows)] if ends[-1] < len(rows) or len(ends) == 1 else []
    for number, (start, end) in enumerate(pairwise(ends)):
        name = f"{file.key}-{number:06d}"
        some = tuple(rows[start:end].tolist())
        yield Task(file.path, file.name, index, some, parts / f"{name}.arrow", parts / f"{name}-{under}.arrow", pdf)


def _read(tasks: Sequence[Task], limits: RunSettings, progress: Progress) -> None:
    """Read each task; of one that broke a limit each capture alone, so that it is known which."""
    done, total = 0, sum(len(task.rows) for task in tasks)
    again: list[Task] = []
    for task, problem in read_each(read_into_part, tasks, limits):
        if problem is not None and len(task.rows) > 1:
            again.append(task)
            continue
        if problem is not None:
            _reject_into_part(task, problem)
        done += len(task.rows)
        progress("captured pages", done, total)
    for task in again:
        _read_singly(task, limits)
        done += len(task.rows)
        progress("captured pages", done, total)


def _read_singly(task: Task, limits: RunSettings) -> None:
    singles = [replace(task, rows=(row,), target=task.target.with_suffix(f".{row}.one"),
                       failed=task.target.with_suffix(f".{row}.one")) for row in task.rows]  # fmt: skip
    is_whole = True
    for single, problem in read_each(read_into_part, singles, limits):
        if problem is not None:
            _reject_into_part(single, problem)
            is_whole = False
    write_part(task.target if is_whole else task.failed, _joined([read_part(single.target) for single in singles]))
    for single in singles:
        single.target.unlink()


def _joined(some: Sequence[Part]) -> Part:
    passages, before = [], 0
    for part in some:
        numbers = pc.add(part.passages["document"], pa.scalar(before, pa.int32()))
        passages.append(part.passages.set_column(0, "document", numbers))
        before += part.documents.num_rows
    documents = pa.concat_tables([part.documents for part in some])
    return Part(documents, pa.concat_tables(passages), some[0].rejects)


def _reject_into_part(task: Task, problem: Unreadable) -> None:
    """Write the part of one capture whose reading had to be stopped."""
    with open_index(task.index) as table:
        rows = table.take(pa.array(task.rows, pa.int64())).to_pylist()
    documents = [_document(task, row, "", problem, _About("", row["address"], row["captured"])) for row in rows]
    write_part(task.failed, make_part(documents, {}, []))


class _About(NamedTuple):
    """What is known of a capture beside its text."""

    sha256: str
    """Of the payload; of a saved page, of the file."""
    address: str
    captured: str
    next: str = ""
    """The address of the article's next page."""


def _read_rows(task: Task) -> Iterator[tuple[dict[str, Any], str, Extract | Unreadable, _About]]:
    """The documents of each capture, with their names in it; no capture is left out."""
    with open_index(task.index) as table:
        rows = table.take(pa.array(task.rows, pa.int64())).to_pylist()
    for entry, some in groupby(rows, key=lambda row: str(row["entry"])):
        with open_entry(task.path, entry) as file:
            records = RecordReader(file)
            for row in some:
                try:
                    yield from ((row, *each) for each in _read_row(file, records, row, task))
                except Unreadable as problem:
                    yield row, "", problem, _About("", row["address"], row["captured"])


def _read_row(
    file: BinaryIO, records: RecordReader, row: dict[str, Any], task: Task
) -> Iterator[tuple[str, Extract | Unreadable, _About]]:
    if row["offset"] < 0:
        from pipeline.ingest.readers.saved import is_webarchive, open_webarchive, saved_from

        file.seek(0)
        body = file.read()
        written, captured = saved_from(body)
        address, name, charset = web_address(written), task.name, ""
        digest = hashlib.sha256(body).hexdigest()
        if is_webarchive(body):
            body, written, charset = open_webarchive(body)
            address, name = web_address(written), f"{PurePosixPath(task.name).stem}.html"
    else:
        record = records.read(Found(row["offset"], row["inner"], row["length"], b""))
        headers = read_headers(record)
        body = read_body(record, headers)
        address, captured = row["address"], row["captured"]
        name = _name(headers.content_type, address)
        charset = found[1] if (found := _CHARSET.search(headers.content_type)) else ""
        digest = hashlib.sha256(body).hexdigest()
        del record
    about = _About(digest, address, captured)
    try:
        yield from _read_body(body, name, charset, about, task.pdf)
    except Unreadable as problem:
        yield "", problem, about


def _read_body(
    body: bytes, name: str, charset: str, about: _About, pdf: PdfSettings
) -> Iterator[tuple[str, Extract | Unreadable, _About]]:
    from pipeline.ingest.readers.bundestag import root_name

    if about.address and (root_name(body) or "").lower() in _SITE_ROOTS:
        raise Unreadable(SITE_FILE)
    kind = format_of(body, name)
    if kind in {"html", "text"} and charset:
        body = _declared(body, charset)
    if kind == "html":
        from pipeline.ingest.readers.html import parse_page, read_html
        from pipeline.ingest.readers.html_pages import next_page

        extract = read_html(body, url=about.address)
        then = next_page(parse_page(body)[0], about.address) if about.address else ""
        yield "", extract if about.address else date_extract(extract, name), about._replace(next=then or "")
        return
    for within, document in read_documents(body, name, pdf):
        if isinstance(document, Unreadable) or (kind == "mhtml" and about.address):
            yield within, document, about
        else:
            yield within, date_extract(document, "" if about.address else name, url=about.address), about


def _declared(body: bytes, charset: str) -> bytes:
    """A page that names no encoding, in UTF-8, where it reads best in the one that its host named."""
    if _DECLARED.search(body[:4096]):
        return body
    text, _ = decode(body, charset)
    return text.encode("utf-8", "surrogatepass")


def _name(content_type: str, address: str) -> str:
    """A name by whose suffix the readers know what a body is said to be."""
    last = PurePosixPath(urlsplit(address).path)
    suffix = _SUFFIXES.get(content_type.partition(";")[0].strip().lower())
    return f"page{suffix or last.suffix}"


def _document(
    task: Task, row: dict[str, Any], within: str, extract: Extract | Unreadable, about: _About
) -> dict[str, object]:
    """A row of the part. What begins with ``_`` is for choosing among the captures, and goes no further."""
    place = about.address or task.name
    key = f"{place}/{within}" if within else place
    more = {"path": task.name, "captured": about.captured, "_digest": row["digest"] or about.sha256}
    if isinstance(extract, Unreadable):
        told = {"_reason": extract.reason, "_detail": extract.detail}
        return {"key": key, "more": sorted((more | told).items()), "sha256": about.sha256}
    texts = "\n".join(block.text for block in extract.blocks).encode("utf-8", "surrogatepass")
    more |= {"_text": hashlib.sha256(texts).hexdigest(), "_next": about.next}
    said = dict(extract.metadata)
    said["title"] = said.get("title") or row["title"]
    said["url"] = about.address or said.get("url", "")
    flags = (*extract.flags, *(("unlisted_page",) if row["listed"] is False else ()))
    known = {name: value for name, value in (said | more).items() if value}
    return folder.document_row(replace(extract, metadata=known, flags=flags), key, about.sha256)
