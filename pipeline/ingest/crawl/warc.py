"""The WARC files of a crawl: its archive, and the journal from which it goes on after a stop.

Each record is one gzip member, written with one call; what a stop left of one is cut off before the next is written.
Files are named ``ROUND-NUMBER.warc.gz``: a round is one crawl, or one asking again (``--refresh``).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.ingest.crawl.addresses import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warcio.recordloader import ArcWarcRecord

    from pipeline.ingest.crawl.fetch import Answer, Failure

FILE_SIZE = 50_000_000
"""Bytes after which the next file is begun."""
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one address in one round."""

    url: str
    round: int
    status: int
    """Of HTTP; 0 where there was no whole answer, and then ``reason`` says why."""
    location: str = ""
    reason: str = ""
    detail: str = ""
    media_type: str = ""
    etag: str = ""
    modified: str = ""
    file: str = ""
    offset: int = 0
    """Where the record with the content begins: of this answer, or of an earlier one that it repeats."""
    source: tuple[str, str] = ("", "")
    """Address and date of that record."""
    digest: str = ""
    megabytes: int = 0
    """Of a failure: the size that was allowed."""


class Journal:
    """The records of a source's folder: what is known, and where the next one goes."""

    def __init__(self, folder: Path, number: int, agent: str = "") -> None:
        """Open a folder for a round.

        Args:
            folder: Of the WARC files.
            number: Of the round.
            agent: What the requests call themselves, noted in each file.

        Raises:
            InputError: a file is damaged before its end.
        """
        self.folder = folder
        self.round = number
        self._agent = agent
        self.latest: dict[str, Record] = {}
        """By address: what the newest round has to say of it."""
        self.pages: dict[str, Record] = {}
        """By address: the newest record with a page."""
        self._places: dict[tuple[str, str], Record] = {}
        self._digests: dict[str, Record] = {}
        files = sorted(folder.glob("*.warc.gz"))
        if files:
            cut_torn_end(files[-1])
        for path in files:
            for record in _read_records(path):
                self._take(self._with_content(record))
        self._file: IO[bytes] | None = None

    def known(self, url: str) -> Record | None:
        """What this round knows of an address."""
        record = self.latest.get(url)
        return record if record is not None and record.round == self.round else None

    def answered(self) -> list[str]:
        """One address of each host that ever answered."""
        return list({host_of(url): url for url, record in self.latest.items() if record.status}.values())

    def close(self) -> None:
        """Close the file that is written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def add_answer(self, url: str, answer: Answer) -> Record:
        """Keep an answer: whole, or as a repetition of one that is kept already.

        Returns:
            What is known of the address now.
        """
        from warcio.statusandheaders import StatusAndHeaders

        line = _one_line(f"{answer.status} {answer.phrase}").encode("ascii", "replace").decode()
        head = StatusAndHeaders(line, _kept_headers(answer), protocol="HTTP/1.1")
        more = {"WARC-IP-Address": answer.ip}
        earlier = self.pages.get(url)
        if answer.status == 304 and earlier is not None:
            warc = self._revisit(url, earlier, head, more, _NOT_MODIFIED)
        else:
            warc = self._writer().create_warc_record(
                url, "response", payload=BytesIO(answer.body), length=len(answer.body), http_headers=head,
                warc_headers_dict=more)  # fmt: skip
            same = self._digests.get(warc.rec_headers.get_header("WARC-Payload-Digest"))
            if same is not None and answer.body and 200 <= answer.status < 300:
                warc = self._revisit(url, same, head, more)
        return self._take(self._with_content(_of_answer(warc, self.round, *self._add(warc))))

    def add_failure(self, url: str, failure: Failure, megabytes: int) -> Record:
        """Keep why an address gave no whole answer, and how many megabytes it was allowed."""
        said = f"reason: {failure.reason}\r\ndetail: {_one_line(failure.detail)}\r\nmegabytes: {megabytes}\r\n".encode()
        self._add(self._writer().create_warc_record(url, "metadata", payload=BytesIO(said), length=len(said)))
        return self._take(_of_failure(url, self.round, said))

    def content(self, record: Record) -> bytes:
        """The unpacked content of a record's page."""
        from warcio.archiveiterator import ArchiveIterator

        with (self.folder / record.file).open("rb") as file:
            file.seek(record.offset)
            found: bytes = next(iter(ArchiveIterator(file))).content_stream().read()
            return found

    def _revisit(self, url: str, earlier: Record, head: Any, more: dict[str, str], profile: str = "") -> ArcWarcRecord:
        warc = self._writer().create_revisit_record(url, earlier.digest, *earlier.source, head, dict(more))
        if profile:
            warc.rec_headers.replace_header("WARC-Profile", profile)
        return warc

    def _add(self, warc: ArcWarcRecord) -> tuple[str, int]:
        """Write a record with one call, so that a stop leaves a whole one or a torn end; say where it stands."""
        whole = BytesIO()
        self._writer(whole).write_record(warc)
        file = self._open()
        offset = file.tell()
        try:
            file.write(whole.getvalue())
            file.flush()
        except OSError as problem:
            raise InputError(
                f"{file.name}: {problem.strerror}; what was whole is kept, run again to go on"
            ) from problem
        return PurePath(file.name).name, offset

    def _open(self) -> IO[bytes]:
        """The file that the next record goes into; a new one begins with what made it."""
        if self._file is not None and self._file.tell() < FILE_SIZE:
            return self._file
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        ours = sorted(self.folder.glob(f"{self.round:04d}-*.warc.gz"))
        path = ours[-1] if ours else self.folder / f"{self.round:04d}-00000.warc.gz"
        if path.exists() and path.stat().st_size >= FILE_SIZE:
            path = self.folder / f"{self.round:04d}-{len(ours):05d}.warc.gz"
        self._file = path.open("ab")
        if self._file.tell() == 0:
            info = {"software": f"zwiesprache/{__version__}", "format": "WARC File Format 1.1", "robots": "obey",
                    "http-header-user-agent": self._agent}  # fmt: skip
            writer = self._writer(self._file)
            writer.write_record(writer.create_warcinfo_record(path.name, info))
        return self._file

    @staticmethod
    def _writer(out: IO[bytes] | None = None) -> Any:
        from warcio.warcwriter import WARCWriter

        return WARCWriter(out, gzip=True, warc_version="1.1")

    def _with_content(self, record: Record) -> Record:
        """A repetition points to the record that it repeats; a page that did not change keeps what is known of it."""
        kept = self._places.get(record.source)
        if kept is None:
            return record
        if record.status != 304:
            return replace(record, file=kept.file, offset=kept.offset)
        own = self.pages.get(record.url, kept)
        return replace(own, round=record.round, etag=record.etag or own.etag, modified=record.modified or own.modified)

    def _take(self, record: Record) -> Record:
        self.latest[record.url] = record
        if 200 <= record.status < 300:
            self.pages[record.url] = record
            self._places.setdefault(record.source, record)
            self._digests.setdefault(record.digest, record)
        return record


def newest_round(folder: Path) -> int:
    """The number of the last round that wrote a file; 0 where there is none."""
    return max((_round_of(path) for path in folder.glob("*.warc.gz")), default=0)


def _round_of(path: Path) -> int:
    number = path.name.split("-")[0]
    if not number.isdecimal():
        raise InputError(f"{path}: not a file of a crawl; WARC files of others are read with kind = 'archive'")
    return int(number)


def cut_torn_end(path: Path) -> None:
    """Cut off what a stop left of the last record, and of a file that holds nothing else.

    Raises:
        InputError: the file is damaged in the middle.
    """
    whole = position = 0
    with path.open("r+b") as file:
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while piece := file.read(_PIECE):
            position += len(piece)
            while piece:
                try:
                    inflate.decompress(piece)
                except zlib.error:
                    raise InputError(
                        f"{path}: damaged behind byte {whole:,}; put back a whole copy, or delete the file: then its "
                        f"pages are fetched again"
                    ) from None
                piece = inflate.unused_data
                if inflate.eof:
                    whole = position - len(piece)
                    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        file.truncate(whole)


def _read_records(path: Path) -> Iterator[Record]:
    from warcio.archiveiterator import ArchiveIterator

    number = _round_of(path)
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for warc in records:
            if warc.rec_type == "metadata":
                yield _of_failure(warc.rec_headers.get_header("WARC-Target-URI"), number, warc.content_stream().read())
            elif warc.rec_type in {"response", "revisit"}:
                yield _of_answer(warc, number, path.name, records.get_record_offset())


def _of_answer(warc: ArcWarcRecord, number: int, file: str, offset: int) -> Record:
    said, http = warc.rec_headers.get_header, warc.http_headers.get_header
    source = (said("WARC-Target-URI"), said("WARC-Date"))
    if warc.rec_type == "revisit":
        source = (said("WARC-Refers-To-Target-URI"), said("WARC-Refers-To-Date"))
    return Record(
        url=said("WARC-Target-URI"),
        round=number,
        status=int(warc.http_headers.get_statuscode()),
        location=http("Location") or "",
        detail=warc.http_headers.statusline,
        media_type=(http("Content-Type") or "").split(";")[0].strip().lower(),
        etag=http("ETag") or "",
        modified=http("Last-Modified") or "",
        file=file,
        offset=offset,
        source=source,
        digest=said("WARC-Payload-Digest") or "",
    )


def _of_failure(url: str, number: int, content: bytes) -> Record:
    lines = (line.partition(": ") for line in content.decode("utf-8").splitlines())
    said = {name: value for name, _, value in lines}
    return Record(url, number, 0, reason=said["reason"], detail=said["detail"], megabytes=int(said["megabytes"]))


def _kept_headers(answer: Answer) -> list[tuple[str, str]]:
    """The headers as they came. Chunks are undone in what is kept, so the header that announces them is renamed."""
    kept = [(name, _one_line(value)) for name, value in answer.headers]
    if not answer.header("transfer-encoding"):
        return kept
    chunked = [("X-Crawler-" + name if name.lower() == "transfer-encoding" else name, value)
               for name, value in kept if name.lower() != "content-length"]  # fmt: skip
    return [*chunked, ("Content-Length", str(len(answer.body)))]


def _one_line(text: str) -> str:
    return " ".join(text.split())
