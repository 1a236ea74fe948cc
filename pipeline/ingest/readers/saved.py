"""Pages saved by browsers: what they note of the address and of the time."""

from __future__ import annotations

import datetime as dt
import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from pipeline.errors import Unreadable
from pipeline.ingest.readers.mhtml import is_mhtml

_HEAD = 16_384
"""Bytes within which browsers note it."""
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
"""Chrome, Edge and Internet Explorer; the number is the address's length."""
_SINGLE_FILE = re.compile(
    rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)(?:\s+saved date:\s*([^\n(]+?)\s*(?:\([^\n]*)?\n)?",
    re.IGNORECASE,
)
"""The extension SingleFile, and with it Zotero's snapshots."""


_PROPERTY_LIST = b"bplist00"


class WebArchive(NamedTuple):
    """What Safari saves: a page and what it notes of it."""

    page: bytes
    address: str
    charset: str


def is_webarchive(data: bytes) -> bool:
    """Whether a file is a page saved by Safari: a property list with one."""
    return data.startswith(_PROPERTY_LIST) and b"WebMainResource" in data


def open_webarchive(data: bytes) -> WebArchive:
    """The page in a file of Safari's.

    Raises:
        Unreadable: ``broken``.
    """
    import plistlib

    try:
        main = plistlib.loads(data)["WebMainResource"]
        page, address = main["WebResourceData"], main.get("WebResourceURL", "")
        charset = main.get("WebResourceTextEncodingName", "")
    except (plistlib.InvalidFileException, ValueError, LookupError, TypeError, AttributeError, RecursionError,
            OverflowError) as problem:  # fmt: skip
        raise Unreadable("broken", f"no whole archive of Safari: {problem}"[:200]) from None
    if not isinstance(page, bytes):
        raise Unreadable("broken", "a saved page without the page")
    return WebArchive(page, str(address), str(charset))


def saved_from(data: bytes) -> tuple[str, str]:
    """The address that a saved page is from and the time at which it was saved, as far as the page notes them.

    Returns:
        The address as it is written there, and the time as ``2026-11-02T09:00:00Z``; empty where there is none.
    """
    head = data[:_HEAD]
    if is_mhtml(data):
        return _mhtml_notes(head)
    single = _SINGLE_FILE.search(head)
    if single:
        return _text(single[1]), _utc(_text(single[2] or b""))
    saved = _SAVED_FROM.search(head)
    return (_text(saved[1]) if saved else ""), ""


def _mhtml_notes(head: bytes) -> tuple[str, str]:
    try:
        message = message_from_bytes(head.partition(b"\r\n\r\n")[0], policy=policy.compat32)
        noted = [str(message.get(name, "")).strip() for name in ("Snapshot-Content-Location", "Content-Location")]
        date = str(message.get("Date", ""))
    except (MessageError, ValueError, LookupError, TypeError):
        return "", ""
    return next(filter(None, noted), ""), _utc(date)


def _utc(written: str) -> str:
    """``Mon Nov 02 2026 10:00:00 GMT+0100`` (JavaScript) and ``Mon, 2 Nov 2026 10:00:00 +0100`` (mail) in UTC."""
    written = re.sub(r"\bGMT(?=[+-]\d{4})", "", written)
    day = re.fullmatch(r"\w{3} (\w{3}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d)\s*([+-]\d{4})", written.strip())
    try:
        time = parsedate_to_datetime(f"{day[2]} {day[1]} {day[3]} {day[4]} {day[5]}" if day else written)
        return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time.tzinfo else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
