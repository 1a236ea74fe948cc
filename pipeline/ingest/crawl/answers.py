"""What an answer means for the crawl: is it wanted, is it asked for again, and when."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.ingest.crawl.fetch import Answer, Failure
from pipeline.ingest.readers import SUFFIXES

if TYPE_CHECKING:
    from pipeline.ingest.crawl.warc import Record

HTML = frozenset({"text/html", "application/xhtml+xml", ""})
"""The media types of pages with links."""
_READ = HTML | {
    *("application/pdf", "application/x-pdf", "text/plain", "text/markdown", "text/rtf", "application/rtf"),
    *("text/xml", "application/xml", "application/tei+xml", "application/json", "application/epub+zip"),
    *("application/zip", "application/x-zip-compressed", "multipart/related", "message/rfc822"),
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""The media types that have a reader."""
_SAYS_NOTHING = frozenset({"application/octet-stream", "binary/octet-stream", "application/force-download"})
"""The suffix of the address decides."""
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Errors that may be gone a little later."""
_TRIES = 3
_LONGEST_PAUSE = 300.0
"""Seconds that a host may make us wait before the next try; if it asks for more, its error stands."""


def refusal_of(url: str, status: int, content_type: str) -> str:
    """Why the body of an answer is not fetched, or nothing: pictures, films and what else has no reader."""
    media_type = content_type.partition(";")[0].strip().lower()
    if not 200 <= status < 300 or media_type in _READ:
        return ""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return "" if media_type in _SAYS_NOTHING and suffix in SUFFIXES else media_type


def pause_before_next_try(got: Answer | Failure, tries: int, delay: float) -> float | None:
    """Seconds to wait before the same is asked again; None where that is of no use.

    Args:
        got: What came of the last try.
        tries: How many there were before.
        delay: Seconds between two requests; the pause grows with each try.
    """
    if tries + 1 >= _TRIES:
        return None
    pause = delay * 2.0 ** (tries + 1)
    if isinstance(got, Failure):
        return pause if got.again else None
    if got.status not in _PASSING:
        return None
    wanted = _retry_after(got.header("retry-after"))
    return None if wanted > _LONGEST_PAUSE else max(pause, wanted)


def conditions(earlier: Record | None) -> dict[str, str]:
    """The headers that ask for a page only if it changed."""
    if earlier is None:
        return {}
    asked = {"If-None-Match": earlier.etag, "If-Modified-Since": earlier.modified}
    return {name: value for name, value in asked.items() if value.isascii() and value.isprintable() and value}


def _retry_after(written: str) -> float:
    """Seconds; 0 where nothing is said that can be read (RFC 9110, 10.2.3)."""
    if written.strip().isdecimal():
        return float(written[:9])
    try:
        when = parsedate_to_datetime(written)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - dt.datetime.now(dt.UTC)).total_seconds())
