"""Site maps (sitemaps.org): the addresses that a site lists of itself."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.crawl.addresses import clean_address

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_sitemap(content: bytes, address: str, largest: int) -> tuple[list[str], list[str]]:
    """The pages and the further site maps that a site map names, in its order, each once.

    XML (``urlset`` or ``sitemapindex``, also packed with gzip, also damaged) and plain text with one address a line.

    Args:
        content: The file.
        address: Where it was found.
        largest: Bytes that it may unpack to.

    Raises:
        Unreadable: ``too_big`` or ``broken``.
    """
    if content[:2] == b"\x1f\x8b":
        content = _unpack(content, largest)
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        lines = content.decode("utf-8-sig", errors="replace").splitlines()
        return _clean((line for line in lines if line.startswith(("http://", "https://"))), address), []
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True)
    try:
        tree = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise Unreadable("broken", f"no site map: {problem.msg}") from None
    if tree is None or tree.tag.rpartition("}")[2] not in {"urlset", "sitemapindex"}:
        raise Unreadable("broken", "no site map")
    pages = _clean((place.text or "" for place in tree.iterfind("{*}url/{*}loc")), address)
    return pages, _clean((place.text or "" for place in tree.iterfind("{*}sitemap/{*}loc")), address)


def _clean(written: Iterable[str], address: str) -> list[str]:
    found = (clean_address(one, address) for one in written)
    return list(dict.fromkeys(one for one in found if one is not None))


def _unpack(content: bytes, largest: int) -> bytes:
    try:
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, largest + 1)
    except zlib.error:
        raise Unreadable("broken", "its compression is damaged") from None
    if len(unpacked) > largest:
        raise Unreadable("too_big", "it unpacks to more than the study allows")
    return unpacked
