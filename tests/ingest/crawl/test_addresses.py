from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from pipeline.ingest.crawl.addresses import address_key, clean_address, is_public, site_of


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("HTTP://Www.Stadt-Köln.DE:80/a b/ü?x=ä#unten", "http://www.xn--stadt-kln-67a.de/a%20b/%C3%BC?x=%C3%A4"),
        ("https://x.de", "https://x.de/"),
        ("https://x.de:443/a", "https://x.de/a"),
        ("https://x.de:8443/a", "https://x.de:8443/a"),
        ("https://name:secret@x.de/a", "https://x.de/a"),
        ("https://x.de/a?utm_source=mail&id=3&fbclid=7", "https://x.de/a?id=3"),
        ("https://x.de/a?source=3&cid=5&2333&leer=", "https://x.de/a?source=3&cid=5&2333&leer="),
        ("http://[::1]:80/", "http://[::1]/"),
        ("\n https://x.de/a\n", "https://x.de/a"),
    ],
)
def test_an_address_is_written_in_one_way_and_loses_nothing_that_tells_pages_apart(written: str, clean: str) -> None:
    assert clean_address(written) == clean


@pytest.mark.parametrize(
    "written",
    ["", "x.de/a", "ftp://x.de/", "javascript:void(0)", "mailto:a@b.de", "http://", "http://x:99999/", "file:///etc/passwd",
     "http://x.de/" + "a" * 3000, "data:text/html,x"],
)  # fmt: skip
def test_what_is_no_address_of_http_is_none(written: str) -> None:
    assert clean_address(written) is None


def test_links_are_joined_to_their_page_and_written_in_its_encoding() -> None:
    assert clean_address("../b?q=1", "http://x.cn/zh/a/") == "http://x.cn/zh/b?q=1"
    assert clean_address("/s?q=城市", "http://x.cn/", "gb18030") == "http://x.cn/s?q=%B3%C7%CA%D0"
    assert clean_address("/城市?q=1", "http://x.cn/", "gb18030") == "http://x.cn/%E5%9F%8E%E5%B8%82?q=1"


def test_two_writings_of_one_address_have_one_key() -> None:
    assert address_key("http://x.de/a?b=1&a=%c3%bc") == address_key("http://x.de/a?a=%C3%BC&b=1")
    assert address_key("http://x.de/a?b=1") != address_key("http://x.de/a?b=2")


def test_pages_that_courlan_takes_for_one_stay_three() -> None:
    """Asked in a process of its own: its libraries change the filters of warnings when they are loaded."""
    pages = ["https://x.de/list.php?cid=5", "https://x.de/list.php?cid=6", "https://x.de/list.php?2333"]
    code = f"from courlan import clean_url; print(len({{clean_url(page) for page in {pages}}}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "1\n"
    assert len({address_key(page) for page in pages}) == 3


@given(st.text(), st.sampled_from(["", "http://x.de/a/b?c=1", "https://[::1]/"]))
def test_cleaning_never_fails_and_a_clean_address_stays_as_it_is(written: str, base: str) -> None:
    clean = clean_address(written, base)
    if clean is not None:
        assert clean.isascii()
        assert clean_address(clean) == clean
        address_key(clean)


@given(
    st.from_regex(r"https?://[a-zäöü0-9.-]{1,20}(:[0-9]{1,3})?(/[^\s#]{0,10}){0,3}(\?[^\s#]{0,20})?", fullmatch=True)
)
def test_a_clean_address_stays_as_it_is(written: str) -> None:
    clean = clean_address(written)
    if clean is not None:
        assert clean_address(clean) == clean


def test_www_makes_no_other_site() -> None:
    assert site_of("https://www.x.de/a") == site_of("http://x.de/b")
    assert site_of("https://rat.x.de/") != site_of("https://x.de/")


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_addresses_of_this_machine_and_its_network_are_not_public_in_any_disguise(ip: str, *, public: bool) -> None:
    assert is_public(ip) is public


@given(st.from_regex(r"https?://[a-z0-9.-]{1,8}(:[0-9]{1,3})?/([A-Za-z0-9_~.-]{1,5}/?){0,3}", fullmatch=True))
def test_plain_addresses_take_a_short_way_to_the_same_end(written: str) -> None:
    long_way = clean_address(f" {written}")
    assert clean_address(written) == long_way
    if long_way is not None:
        assert address_key(long_way) == canonicalize_url(long_way)
