"""MHTML: a page as a browser saves it, with its pictures in one file."""

from __future__ import annotations

import dataclasses
import email
import re
from email import policy
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.readers.html import read_html
from pipeline.ingest.readers.office_html import is_office_page, read_office_page
from pipeline.ingest.readers.text import clean

if TYPE_CHECKING:
    from email.message import Message

    from pipeline.records import Extract

MEDIA_TYPE = "multipart/related"
_START = re.compile(rb"\s*(?:From |[A-Za-z][A-Za-z-]*:)")
_MULTIPART = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def is_mhtml(data: bytes) -> bool:
    """Whether a file begins with the header lines of a saved page."""
    head = data[:8192]
    return _START.match(head) is not None and _MULTIPART.search(head) is not None


def read_mhtml(data: bytes) -> Extract:
    """Read a saved page's main part as `read_html` does, or `read_office_page` where a word processor saved it.

    It is the one that the file names as its start, else the first. Its address is the one that the browser noted, where
    the page names none. Frames and pictures are left out, and the date at which the page was saved is no date of the
    page.

    Raises:
        Unreadable: ``broken`` (no page inside), or what these raise.
    """
    try:
        message = email.message_from_bytes(data, policy=policy.compat32)
        part = _main_part(message)
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset() or ""
        noted = [clean(str(place.get(name, ""))) for name, place in _places(message, part)]
    except (ValueError, LookupError, TypeError, AttributeError) as problem:
        raise Unreadable("broken", f"no whole MHTML: {problem}") from None
    if not isinstance(payload, bytes) or not payload.strip():
        raise Unreadable("broken", "a saved page without the page")
    address = next((each for each in noted if _ADDRESS.match(each)), "")
    page = _utf8(payload, charset)
    extract = read_office_page(page) if is_office_page(page) else read_html(page, url=address)
    metadata = {**({"url": address} if address else {}), **extract.metadata}
    return dataclasses.replace(extract, media_type=MEDIA_TYPE, metadata=metadata)


def _main_part(message: Message) -> Message:
    pages = [part for part in message.walk() if part.get_content_type() in {"text/html", "application/xhtml+xml"}]
    if not pages:
        raise Unreadable("broken", "a saved page without the page")
    start = message.get_param("start")
    return next((part for part in pages if start and part.get("Content-ID") == start), pages[0])


def _places(message: Message, part: Message) -> list[tuple[str, Message]]:
    return [("Snapshot-Content-Location", message), ("Content-Location", part), ("Content-Location", message)]


def _utf8(payload: bytes, charset: str) -> bytes:
    """The page in UTF-8 where the part's header names its encoding rightly; else as it is."""
    try:
        return payload.decode(charset).encode()
    except (LookupError, ValueError):
        return payload
