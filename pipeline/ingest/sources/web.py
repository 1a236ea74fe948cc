"""Source ``web``: the addresses that a study names, and what its list says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import StudyError, Unreadable
from pipeline.ingest.crawl.addresses import clean_address
from pipeline.ingest.crawl.outcomes import read_crawled
from pipeline.ingest.encodings import decode
from pipeline.ingest.sources.folder import Sidecar, read_sidecar

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Source
    from pipeline.study import Study

_TABLES = {".csv", ".tsv", ".xlsx"}


def read_addresses(path: Path) -> Sidecar:
    """The addresses of a list, in its order, with what it says of them.

    A table (CSV, TSV, XLSX) has a column ``url`` and any others beside it; any other file has one address a line, blank
    lines and lines that begin with ``#`` left out.

    Returns:
        By the address as it is asked for: ``{"https://example.org/a": {"title": "…"}}``; what is no address stands
        as it is written.

    Raises:
        StudyError: the list cannot be read, has no column ``url``, no address at all, or names one twice in a table.
    """
    if path.suffix.lower() in _TABLES:
        addresses = read_sidecar(path, "url", lambda written: clean_address(written) or written)
    else:
        try:
            text, _ = decode(path.read_bytes())
        except Unreadable as problem:
            raise StudyError(f"{path}: the list cannot be read ({problem}); save it as text in UTF-8") from None
        lines = (line.strip() for line in text.splitlines())
        addresses = {clean_address(line) or line: {} for line in lines if line and not line.startswith("#")}
    if not addresses:
        raise StudyError(f"{path}: the list holds no address; one a line, or a table with a column 'url'")
    return addresses


def named_addresses(study: Study, source: Source) -> tuple[str, ...]:
    """The addresses that a web source begins with.

    Raises:
        StudyError: as `read_addresses`; the list is longer than the source's limit; a start is no web address.
    """
    if source.urls is None:
        for url in source.start:
            if clean_address(url) is None:
                raise StudyError(
                    f"{study.where}: [[source]] {source.id}: start: {url!r} is no web address; write it whole: https://…"
                )
        return tuple(source.start)
    path = study.resolve(source.urls)
    addresses = tuple(read_addresses(path))
    if len(addresses) > source.limit:
        raise StudyError(
            f"{study.where}: [[source]] {source.id}: {path.name} names {len(addresses):,} addresses, and limit is "
            f"{source.limit:,}; write limit = {len(addresses)}"
        )
    return addresses


def read_page_metadata(study: Study, source: Source, folder: Path) -> Sidecar:
    """What a source's list says of each page, by the address that the page stands at: behind redirects another one.

    Args:
        study: The study.
        source: A web source.
        folder: Of its crawl.
    """
    if source.urls is None:
        return {}
    said = read_addresses(study.resolve(source.urls))
    crawled = read_crawled(folder).addresses
    finals = {url: crawled[url].final for url in said if url in crawled}
    return {final: said[url] for url, final in finals.items() if final}
