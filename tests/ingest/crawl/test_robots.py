from __future__ import annotations

from urllib.robotparser import RobotFileParser

import pytest

from pipeline.ingest.crawl.robots import SIZE, read_rules

TEXT = b"""User-agent: *
Disallow: /intern/
Disallow: /*/suche
Disallow: /*.php$
Allow: /intern/offen/
Crawl-delay: 7

User-agent: other
Disallow: /

Sitemap: https://x.de/karte.xml
"""


def is_allowed(text: bytes, path: str, status: int = 200) -> bool:
    return read_rules(status, text).refusal(f"https://x.de{path}") is None


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/intern/a", False),
        ("/intern/offen/a", True),  # the longest rule wins, wherever it stands
        ("/de/suche?q=1", False),
        ("/a.php", False),
        ("/a.php?x=1", True),
    ],
)
def test_the_longest_rule_wins_and_wildcards_count(path: str, *, allowed: bool) -> None:
    assert is_allowed(TEXT, path) is allowed


def test_the_standard_librarys_reader_would_get_these_wrong() -> None:
    parser = RobotFileParser()
    parser.parse(TEXT.decode().splitlines())
    wrong = [path for path in ("/intern/offen/a", "/de/suche?q=1", "/a.php")
             if parser.can_fetch("zwiesprache", f"https://x.de{path}") is not is_allowed(TEXT, path)]  # fmt: skip
    assert wrong


def test_what_is_said_to_us_by_name_counts_for_us_alone() -> None:
    text = b"User-agent: Zwiesprache\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
    assert not is_allowed(text, "/a")
    assert is_allowed(text.replace(b"Zwiesprache", b"Zwiesprachen"), "/a")


def test_delay_and_site_maps_are_read() -> None:
    rules = read_rules(200, TEXT)
    assert (rules.delay, rules.sitemaps) == (7.0, ("https://x.de/karte.xml",))


def test_a_host_that_wants_an_hour_between_two_requests_is_left_alone() -> None:
    refusal = read_rules(200, b"User-agent: *\nCrawl-delay: 3600\n").refusal("https://x.de/")
    assert refusal is not None
    assert (refusal.reason, "3600 s" in refusal.detail) == ("robots", True)


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (410, True), (403, True), (500, False), (503, False), (429, False)]
)
def test_no_robots_txt_allows_all_and_one_that_cannot_be_read_nothing(status: int, *, allowed: bool) -> None:
    assert is_allowed(b"User-agent: *\nDisallow: /\n", "/a", status) is allowed


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /b",
        b"<html><h1>Fehler</h1></html>",
        b"\xff\xfe\x00",
        b"Disallow: /\n",
    ],
)
def test_an_error_page_instead_of_rules_forbids_nothing(text: bytes) -> None:
    assert is_allowed(text, "/a")


def test_rules_behind_the_size_that_is_read_do_not_count() -> None:
    assert is_allowed(b"User-agent: *\n" + b"#" * SIZE + b"\nDisallow: /\n", "/a")
