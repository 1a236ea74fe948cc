"""Addresses of the web: as they are asked for, as they are compared, and which of them are nobody's business."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

_TRACKER = re.compile(r"(?:utm_\w+|mtm_\w+|pk_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id)(?:=|$)", re.IGNORECASE)
"""Parts of a query that say where a reader came from, never what the page is. Only names that mean nothing else."""
_PLAIN = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::(?!80/|443/)(?:[1-9]\d{1,3}|[1-5]\d{4}))?"
    r"/(?:[A-Za-z0-9_~-]+(?:[./][A-Za-z0-9_~-]+)*/?)?"
)
"""An address in which there is nothing to clean; most are such, and a site map has 100,000."""
_LONGEST = 2000
"""Characters of an address; longer ones are made by traps."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def clean_address(written: str, base: str = "", encoding: str = "utf-8") -> str | None:
    """An address as it is asked for, or None if it is none of http or https.

    Characters beyond ASCII are escaped as a browser does it (the query in the page's encoding), the host is in lower
    case; fragment, password, default port and trackers (``utm_source=…``) are gone.

    Args:
        written: As it stands in a list or in a link.
        base: The address of the page that it stands on.
        encoding: Of that page.
    """
    if _PLAIN.fullmatch(written) and len(written) <= _LONGEST:
        return written
    from w3lib.url import safe_url_string

    try:
        joined = urljoin(base, "".join(written.split("\n")).strip())
        parts = urlsplit(safe_url_string(urldefrag(joined).url, encoding))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except (ValueError, LookupError):
        return None
    if parts.scheme not in {"http", "https"} or not host or len(joined) > _LONGEST:
        return None
    host = f"[{host}]" if ":" in host else host
    place = host if port in {None, {"http": 80, "https": 443}[parts.scheme]} else f"{host}:{port}"
    query = "&".join(part for part in parts.query.split("&") if not _TRACKER.match(part))
    return urlunsplit((parts.scheme, place, parts.path or "/", query, ""))


def address_key(address: str) -> str:
    """What two addresses of one page share: the order of a query's parts and the way of escaping are taken out.

    Not courlan's normal form: that drops parts of a query that tell pages apart (``?cid=5``, ``?2333``).
    """
    if _PLAIN.fullmatch(address):
        return address
    from w3lib.url import canonicalize_url

    return canonicalize_url(address)


def origin_of(address: str) -> str:
    """Scheme and host of a clean address, for which one robots.txt holds: ``https://example.org``."""
    return "/".join(address.split("/", 3)[:3])


def host_of(address: str) -> str:
    """The host of a clean address, with its port if it is not the usual one."""
    return address.split("/", 3)[2]


def site_of(address: str) -> str:
    """The host of a clean address without ``www.``: most sites answer to both names."""
    return host_of(address).removeprefix("www.")


def is_public(ip: str) -> bool:
    """Whether an IP address is one of the public network: not of this machine, its network, or a disguise of such."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(str(one)) for one in inner if one is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast
