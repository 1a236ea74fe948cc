from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import website
from crawling import WEB, crawl, raw, reasons, records, web_study, write_web_study
from website import DEMO, Page, demo_pages, serving

from pipeline.errors import StudyError
from pipeline.ingest.crawl import frontier, read_failures, read_pages
from pipeline.ingest.crawl.run import crawl_study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRUTH = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture
def site() -> Iterator[website.Site]:
    with serving(demo_pages()) as running:
        yield running


def page(*links: str, text: str = "Text") -> Page:
    tags = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return Page(f"<html><body><p>{text}</p>{tags}</body></html>".encode())


def paths(urls: object) -> set[str]:
    return {url.removeprefix(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}") for url in urls}  # type: ignore[attr-defined]


def test_the_demo_site_is_fetched_whole_and_each_address_once(tmp_path: Path, site: website.Site) -> None:
    study = web_study(tmp_path, f'start = ["{site.url}/"]')
    crawled = crawl(study)
    expected = set(TRUTH["pages"])
    expected |= {path for about in TRUTH["pages"].values() for path in about.get("continued", ())}
    assert paths(read_pages(raw(study))) == expected
    assert {urlsplit(r.item)[2:4]: r.reason for r in read_failures(raw(study))} == {
        urlsplit(path)[2:4]: reason for path, reason in TRUTH["no_pages"].items()
    }
    assert {path for path, times in site.asked.items() if times > 1} == {"/de/kaputt.html"}
    assert site.asked["/de/kaputt.html"] == 3
    assert not site.asked.keys() & {path for path, reason in TRUTH["no_pages"].items() if reason == "robots"}
    assert crawled.addresses[f"{site.url}/alt/partner.html"].final == f"{site.url}/de/partnerstaedte.html"


def test_what_was_served_stands_in_the_warc_files(tmp_path: Path, site: website.Site) -> None:
    study = web_study(tmp_path, f'start = ["{site.url}/"]')
    crawl(study)
    kept = {address.removeprefix(site.url): content for kind, address, status, content in records(study)
            if kind == "response" and status == 200}  # fmt: skip
    for path in TRUTH["pages"]:
        served = site.pages[path]
        assert isinstance(served, Page)
        assert kept[path] == served.body
    assert {kind for kind, *_ in records(study)} == {"warcinfo", "response"}


def test_a_finished_crawl_is_not_touched(tmp_path: Path, site: website.Site) -> None:
    study = web_study(tmp_path, f'start = ["{site.url}/"]')
    crawl(study)
    asked = site.asked.copy()
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in raw(study).iterdir()}
    site.stop()
    crawl(study)
    assert site.asked == asked
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in raw(study).iterdir()} == before


def test_refresh_asks_again_on_condition_and_keeps_what_is_gone(tmp_path: Path, site: website.Site) -> None:
    study = web_study(tmp_path, f'start = ["{site.url}/"]')
    first = crawl(study)
    site.asked.clear()
    site.requests.clear()
    changed, gone = "/de/impressum.html", "/de/langsam.html"
    site.pages[changed] = page(text="Neu")
    site.pages[gone] = Page(status=410)
    second = crawl(study, refresh=True)
    assert second.round == 2
    assert set(second.addresses) == set(first.addresses)
    assert read_pages(raw(study)).keys() == {o.final for o in first.addresses.values() if o.file}
    conditional = {path for _, path, headers in site.requests if "if-none-match" in headers}
    assert paths(read_pages(raw(study))) <= conditional
    later = [(kind, address.removeprefix(site.url), status) for kind, address, status, _ in records(study)][
        len(first.addresses) :
    ]
    assert ("response", changed, 200) in later
    assert ("revisit", "/zh/index.html", 304) in later
    kept = second.addresses[f"{site.url}{gone}"]
    assert (kept.status, kept.reason, kept.offset) == (410, "", first.addresses[f"{site.url}{gone}"].offset)
    assert "410 Gone; the page as it was before is kept" in kept.detail
    asked = site.asked.copy()
    crawl(study)
    assert site.asked == asked


def test_ctrl_c_in_the_middle_loses_and_repeats_nothing(tmp_path: Path, site: website.Site) -> None:
    study = web_study(tmp_path, f'start = ["{site.url}/"]')

    def stop(_: str, done: int, __: int) -> None:
        if done >= 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl_study(study, stop)
    assert 0 < len(site.asked) < 15
    resumed = crawl(study)
    assert {path for path, times in site.asked.items() if times > 1} == {"/de/kaputt.html"}
    other = tmp_path / "other"
    other.mkdir()
    assert reasons(resumed) == reasons(crawl(web_study(other, f'start = ["{site.url}/"]')))


def test_kill_9_in_the_middle_repeats_only_what_was_under_way(tmp_path: Path, site: website.Site) -> None:
    for path, served in list(site.pages.items()):
        if isinstance(served, Page):
            site.pages[path] = Page(served.body, served.status, served.type, served.headers, 0.02)
    slow = "/zh/ycgk/ycmd.html"
    whole = site.pages[slow]
    site.pages[slow] = website.drip
    config = write_web_study(tmp_path, f'start = ["{site.url}/"]', WEB)
    call = [sys.executable, "-m", "pipeline", "corpus", "--study", str(config), "--quiet"]
    process = subprocess.Popen(call, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not site.asked[slow] and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert site.asked[slow] == 1
    (file,) = raw(web_study(tmp_path, f'start = ["{site.url}/"]')).glob("*.warc.gz")
    with file.open("ab") as torn:
        torn.write(file.read_bytes()[:40])  # as if the stop had come while a record was written
    site.pages[slow] = whole
    crawled = crawl(web_study(tmp_path, f'start = ["{site.url}/"]'))
    assert {path for path, times in site.asked.items() if times > 1} == {"/de/kaputt.html", slow}
    assert site.asked[slow] == 2
    assert len(crawled.addresses) == 27


def test_requests_to_a_host_keep_the_delay_of_the_study_or_of_robots_txt(tmp_path: Path) -> None:
    for name, robots, delay in (("a", b"", 0.08), ("b", b"User-agent: *\nCrawl-delay: 0.08\n", 0.0)):
        pages = {
            "/robots.txt": Page(robots, type="text/plain"),
            "/": page("a", "b"),
            "/a": page(),
            "/b": page(text="b"),
        }
        with serving(pages) as site:
            (tmp_path / name).mkdir()
            crawl(
                web_study(
                    tmp_path / name, f'start = ["{site.url}/"]\nsitemap = false', WEB.replace("0.0", str(delay), 1)
                )
            )
            times = [when for when, _, _ in site.requests]
        after_robots = times[1:] if name == "b" else times
        assert len(times) == 4
        assert all(b - a >= 0.078 for a, b in pairwise(after_robots))


def test_hosts_take_turns_while_another_rests(tmp_path: Path) -> None:
    pages = {f"/{i}": page(text=str(i)) for i in range(3)}
    with serving(pages) as one, serving(pages) as two:
        (tmp_path / "list.txt").write_text("".join(f"{s.url}/{i}\n" for s in (one, two) for i in range(3)))
        crawl(web_study(tmp_path, 'urls = "list.txt"', WEB.replace("0.0", "0.1", 1)))
        first, second = ([when for when, _, _ in site.requests] for site in (one, two))
        assert all(b - a >= 0.098 for times in (first, second) for a, b in pairwise(times))
        assert all(a < b for a, b in zip(first, second, strict=True))
        assert all(b < a for b, a in zip(second, first[1:], strict=False))


def test_links_are_followed_within_the_site_as_the_study_allows(tmp_path: Path) -> None:
    links = (
        "zh/1.html",
        "zh/druck/1.html",
        "de/1.html",
        "http://elsewhere.invalid/zh/1.html",
        "ftp://x/zh/",
        "zh/1.html#unten",
    )
    pages = {
        "/": page(*links),
        "/zh/1.html": page("/zh/2.html?sid=1&a=2", "/zh/2.html?a=2&sid=1"),
        "/zh/2.html?sid=1&a=2": page("/de/2.html"),
    }
    with serving(pages) as site:
        source = f'start = ["{site.url}/"]\nallow = ["/zh/"]\ndeny = ["/druck/"]\nsitemap = false'
        crawled = crawl(web_study(tmp_path, source))
        assert reasons(crawled, site.url) == {"/": "page", "/zh/1.html": "page", "/zh/2.html?sid=1&a=2": "page"}
        assert set(site.asked) == {"/robots.txt", "/", "/zh/1.html", "/zh/2.html?sid=1&a=2"}


def test_the_limit_holds_and_says_how_much_it_left(tmp_path: Path) -> None:
    pages = {"/": page(*(f"/{i}" for i in range(20))), **{f"/{i}": page(text=str(i)) for i in range(20)}}
    with serving(pages) as site:
        crawled = crawl(web_study(tmp_path, f'start = ["{site.url}/"]\nsitemap = false\nlimit = 5'))
        assert (len(crawled.addresses), crawled.left) == (5, 16)
        assert sum(site.asked.values()) == 6
        crawled = crawl(web_study(tmp_path, f'start = ["{site.url}/"]\nsitemap = false\nlimit = 8'))
        assert (len(crawled.addresses), crawled.left, sum(site.asked.values())) == (8, 13, 9)


def test_changed_settings_fetch_what_is_new_and_leave_out_what_is_denied(tmp_path: Path, site: website.Site) -> None:
    crawl(web_study(tmp_path, f'start = ["{site.url}/de/index.html"]\nallow = ["/de/"]\nsitemap = false'))
    site.asked.clear()
    study = web_study(tmp_path, f'start = ["{site.url}/de/index.html"]\ndeny = ["/de/reden/"]\nsitemap = false')
    crawl(study)
    assert site.asked
    assert all(path.startswith(("/zh/", "/alt/", "/de/kaputt")) or path == "/" for path in site.asked)
    assert not [path for path in paths(read_pages(raw(study))) if "/reden/" in path]


def test_sitemaps_of_100_000_entries_and_in_a_loop_are_read(tmp_path: Path) -> None:
    entries = "".join(f"<url><loc>{{BASE}}/{i}</loc></url>" for i in range(100_000)).encode()
    maps = "".join(
        f"<sitemap><loc>{{BASE}}/{name}</loc></sitemap>" for name in ("sitemap.xml", "b.xml", "big.xml.gz")
    ).encode()
    pages = {
        "/": page(),
        "/sitemap.xml": Page(b"<sitemapindex>" + maps + b"</sitemapindex>", type="text/xml"),
        "/b.xml": Page(b"<sitemapindex>" + maps + b"</sitemapindex>", type="text/xml"),
        "/big.xml.gz": Page(b"<urlset>" + entries + b"</urlset>", type="application/gzip"),
        **{f"/{i}": page(text=str(i)) for i in range(4)},
    }
    with serving(pages) as site:
        crawled = crawl(
            web_study(
                tmp_path,
                f'start = ["{site.url}/"]\nlimit = 5',
                WEB.replace("page = 2", "page = 9"),
            )
        )
        assert set(reasons(crawled, site.url)) == {"/", "/0", "/1", "/2", "/3"}
        assert crawled.left == 99_996
        assert max(site.asked.values()) == 1


def test_a_listed_page_behind_a_redirect_stands_under_its_own_address_and_once(tmp_path: Path) -> None:
    pages = {"/alt": Page(status=301, headers={"Location": "{BASE}/neu?b=1&a=2"}), "/neu?b=1&a=2": page(),
             "/auch": Page(status=302, headers={"Location": "/alt"})}  # fmt: skip
    with serving(pages) as site:
        listed = [
            f"{site.url}/alt",
            f"{site.url}/auch",
            f"{site.url}/neu?a=2&b=1",
            f"{site.url}/weg",
            "nonsense",
            "ftp://x.de/",
        ]
        (tmp_path / "list.txt").write_text("\n".join(listed))
        study = web_study(tmp_path, 'urls = "list.txt"')
        crawl(study)
        assert list(read_pages(raw(study))) == [f"{site.url}/neu?b=1&a=2"]
        assert {r.item: r.reason for r in read_failures(raw(study))} == {
            listed[1]: "duplicate_id", listed[2]: "http_error", listed[3]: "http_error",
            "nonsense": "refused", "ftp://x.de/": "refused",
        }  # fmt: skip
        assert all(r.source_id == "site" and r.stage == "corpus" for r in read_failures(raw(study)))
        assert site.asked["/neu?b=1&a=2"] == 1


def test_media_without_a_reader_are_refused_before_they_come(tmp_path: Path) -> None:
    pages = {
        "/": page("/film", "/blatt.pdf", "/akte", "/daten.xls", "/brief.docx"),
        "/film": website.announce_huge,
        "/blatt.pdf": Page(b"%PDF-1.4", type="application/pdf"),
        "/akte": Page(b"x", type="video/mp4"),
        "/daten.xls": Page(b"x", type="application/vnd.ms-excel"),
        "/brief.docx": Page(b"PK", type="application/octet-stream"),
    }
    with serving(pages) as site:
        crawled = crawl(web_study(tmp_path, f'start = ["{site.url}/"]\nsitemap = false'))
    found = reasons(crawled, site.url)
    assert found == {"/": "page", "/film": "too_big", "/blatt.pdf": "page", "/akte": "unknown_format",
                     "/daten.xls": "unknown_format", "/brief.docx": "page"}  # fmt: skip


def test_a_page_that_was_too_big_is_asked_for_again_when_more_is_allowed(tmp_path: Path) -> None:
    big = Page(b"<html><p>" + b"x" * 3_000_000)
    with serving({"/": page("/gross"), "/gross": big}) as site:
        source = f'start = ["{site.url}/"]\nsitemap = false'
        assert reasons(crawl(web_study(tmp_path, source)), site.url)["/gross"] == "too_big"
        assert (
            reasons(crawl(web_study(tmp_path, source, WEB.replace("page = 2", "page = 4"))), site.url)["/gross"]
            == "page"
        )
        assert site.asked == {"/robots.txt": 1, "/": 1, "/gross": 2}


def test_waiting_is_never_asked_of_a_clock_that_is_not_needed(
    tmp_path: Path, site: website.Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the WARC files hold is taken from there without a pause."""
    study = web_study(tmp_path, f'start = ["{site.url}/"]\nsitemap = false')
    crawl(study)
    (raw(study) / "crawl.json").unlink()
    monkeypatch.setattr(frontier.time, "sleep", lambda _: pytest.fail("a pause"))
    site.stop()
    assert len(crawl(study).addresses) == 26


def test_sources_that_share_a_host_keep_its_peace(tmp_path: Path) -> None:
    pages = {f"/{i}": page(text=str(i)) for i in range(2)}
    with serving(pages) as site:
        for i in range(2):
            (tmp_path / f"{i}.txt").write_text(f"{site.url}/{i}\n")
        more = '[[source]]\nid = "other"\nkind = "web"\ntype = "news"\nurls = "1.txt"\n'
        crawl(web_study(tmp_path, f'urls = "0.txt"\n{more}', WEB.replace("0.0", "0.08", 1)))
        times = [when for when, _, _ in site.requests]
        assert len(times) == 4
        assert all(b - a >= 0.078 for a, b in pairwise(times))


def test_a_refresh_that_was_stopped_is_gone_on_with(tmp_path: Path, site: website.Site) -> None:
    study = web_study(tmp_path, f'start = ["{site.url}/"]')
    first = crawl(study)
    asked = set(site.asked)
    site.asked.clear()

    def stop(_: str, done: int, __: int) -> None:
        if done >= 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl_study(study, stop, refresh=True)
    second = crawl(study)
    assert (second.round, set(second.addresses)) == (2, set(first.addresses))
    assert {path for path, times in site.asked.items() if times > 1} == {"/de/kaputt.html"}
    assert set(site.asked) == asked


def test_a_wrong_list_is_said_before_another_source_is_fetched(tmp_path: Path, site: website.Site) -> None:
    (tmp_path / "list.csv").write_text("address\nhttp://x.de/\n")
    more = '[[source]]\nid = "other"\nkind = "web"\ntype = "news"\nurls = "list.csv"\n'
    with pytest.raises(StudyError, match=r"list\.csv: there is no column 'url'"):
        crawl(web_study(tmp_path, f'start = ["{site.url}/"]\n{more}'))
    assert not site.asked
