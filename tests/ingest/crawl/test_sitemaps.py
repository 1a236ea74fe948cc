from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.ingest.crawl.sitemaps import read_sitemap

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read(text: str | bytes, largest: int = 10_000_000) -> tuple[list[str], list[str]]:
    return read_sitemap(text.encode() if isinstance(text, str) else text, "http://x.de/sitemap.xml", largest)


def test_pages_and_site_maps_come_in_their_order_and_once() -> None:
    urls = "".join(f"<url><loc> http://x.de/{name}\n</loc><lastmod>2014</lastmod></url>" for name in "bab")
    assert read(f"<?xml version='1.0'?><urlset {NS}>{urls}</urlset>") == (["http://x.de/b", "http://x.de/a"], [])
    maps = "<sitemap><loc>/de.xml</loc></sitemap><sitemap><loc>http://x.de/zh.xml.gz</loc></sitemap>"
    index = f"<sitemapindex {NS}>{maps}</sitemapindex>"
    assert read(index) == ([], ["http://x.de/de.xml", "http://x.de/zh.xml.gz"])


def test_without_a_namespace_packed_and_as_plain_text() -> None:
    page = "<urlset><url><loc>http://x.de/a&amp;b</loc></url></urlset>"
    assert read(page) == read(gzip.compress(page.encode())) == (["http://x.de/a&b"], [])
    assert read("\ufeffhttp://x.de/1\r\nhttps://x.de/2\nfoo\n") == (["http://x.de/1", "https://x.de/2"], [])


def test_a_damaged_one_gives_what_is_whole() -> None:
    assert read("<urlset><url><loc>http://x.de/1</loc></url><url><loc>http://x.de/2")[0][0] == "http://x.de/1"


def test_a_site_map_of_100_000_entries_is_read() -> None:
    entries = "".join(f"<url><loc>http://x.de/{i}</loc></url>" for i in range(100_000))
    pages, _ = read(f"<urlset {NS}>{entries}</urlset>")
    assert (len(pages), pages[-1]) == (100_000, "http://x.de/99999")


def test_an_error_page_is_no_site_map() -> None:
    for page in ("<html><body>404</body></html>", "<", "<x"):
        with pytest.raises(Unreadable, match="broken"):
            read(page)
    assert read("404") == ([], [])


def test_what_unpacks_to_more_than_is_allowed_is_too_big() -> None:
    with pytest.raises(Unreadable, match="too_big"):
        read(gzip.compress(b"\0" * 1_000_000), largest=1000)


def test_entities_are_not_unfolded() -> None:
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{entities}]><urlset><url><loc>http://x.de/&g;</loc></url></urlset>'
    assert read(bomb)[0] == ["http://x.de/"]
    outside = (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>http://x.de/&a;</loc></url></urlset>'
    )
    assert read(outside)[0] == ["http://x.de/"]


@given(st.binary(max_size=200) | st.text(alphabet="<>urlsetoc/:hp. &;!", max_size=100).map(str.encode))
def test_nothing_else_is_raised(content: bytes) -> None:
    with suppress(Unreadable):
        pages, maps = read(content)
        assert all(url.startswith("http") for url in pages + maps)
