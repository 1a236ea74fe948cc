from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import website
from crawling import WEB, crawl, raw, reasons, records, web_study
from website import Page, serving

from pipeline.errors import InputError
from pipeline.ingest.crawl import fetch, read_failures, read_pages
from pipeline.ingest.crawl.answers import pause_before_next_try
from pipeline.ingest.crawl.fetch import Answer, Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = Page(b"<html><p>gut</p></html>")


def listed(folder: Path, *urls: str, web: str = WEB) -> Any:
    (folder / "list.txt").write_text("\n".join(urls), encoding="utf-8")
    return web_study(folder, 'urls = "list.txt"', web)


def _web(page: Any) -> str:
    """Little patience with the host that says nothing; a slow machine must not look like one."""
    return WEB.replace("timeout = 5.0", "timeout = 0.5") if page is website.silence else WEB


@pytest.mark.parametrize(
    ("bad", "reason", "asked"),
    [
        (website.cut_off, "unreachable", 3),
        (website.cut_off_in_chunk, "unreachable", 3),
        (website.huge, "too_big", 1),
        (website.announce_huge, "too_big", 1),
        (website.bomb, "too_big", 1),
        (website.silence, "unreachable", 3),
        (Page(status=500), "http_error", 3),
        (Page(status=403), "http_error", 1),
        (Page(status=302), "http_error", 1),
        (Page(status=301, headers={"Location": "ftp://x.de/"}), "refused", 1),
    ],
)
def test_a_bad_page_is_a_reject_and_the_crawl_goes_on(
    tmp_path: Path, bad: Page | Callable[..., None], reason: str, asked: int
) -> None:
    with serving({"/bad": bad, "/good": GOOD}) as site:
        study = listed(tmp_path, f"{site.url}/bad", f"{site.url}/good", web=_web(bad))
        assert reasons(crawl(study), site.url) == {"/bad": reason, "/good": "page"}
        assert site.asked == {"/robots.txt": 1, "/bad": asked, "/good": 1}
    ((_, item, _, said, detail),) = [
        (r.source_id, r.item, r.stage, r.reason, r.detail) for r in read_failures(raw(study))
    ]
    assert (item, said) == (f"{site.url}/bad", reason)
    assert detail
    kinds = {(kind, address) for kind, address, _, _ in records(study)}
    assert kinds & {("response", f"{site.url}/bad"), ("metadata", f"{site.url}/bad")}


def test_an_error_that_passes_is_none(tmp_path: Path) -> None:
    left = [2]

    def busy(handler: Any) -> None:
        left[0] -= 1
        if left[0] >= 0:
            handler.wfile.write(b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
        else:
            website.chunked(handler)

    with serving({"/busy": busy}) as site:
        study = listed(tmp_path, f"{site.url}/busy")
        assert reasons(crawl(study), site.url) == {"/busy": "page"}
        assert site.asked["/busy"] == 3
    assert [status for kind, address, status, _ in records(study) if address.endswith("/busy")] == [200]


@pytest.mark.parametrize(
    ("got", "tries", "pause"),
    [
        (Answer(503, "", (), b"", b"", ""), 0, 4.0),
        (Answer(503, "", (), b"", b"", ""), 1, 8.0),
        (Answer(503, "", (), b"", b"", ""), 2, None),
        (Answer(429, "", (("Retry-After", "120"),), b"", b"", ""), 0, 120.0),
        (Answer(429, "", (("retry-after", "1"),), b"", b"", ""), 0, 4.0),
        (Answer(429, "", (("Retry-After", "86400"),), b"", b"", ""), 0, None),
        (Answer(503, "", (("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"),), b"", b"", ""), 0, 4.0),
        (Answer(503, "", (("Retry-After", "Fri, 31 Dec 2099 23:59:59 GMT"),), b"", b"", ""), 0, None),
        (Answer(503, "", (("Retry-After", "soon"),), b"", b"", ""), 0, 4.0),
        (Answer(404, "", (), b"", b"", ""), 0, None),
        (Answer(200, "", (), b"", b"", ""), 0, None),
        (Failure("unreachable", "", again=True), 0, 4.0),
        (Failure("too_big", ""), 0, None),
    ],
)
def test_a_host_is_asked_again_later_and_not_for_ever(got: Answer | Failure, tries: int, pause: float | None) -> None:
    assert pause_before_next_try(got, tries, delay=2.0) == pause


def test_redirects_in_a_circle_and_without_end_are_told_apart_from_pages(tmp_path: Path) -> None:
    pages: dict[str, Any] = {f"/r/{i}": Page(status=302, headers={"Location": f"/r/{i + 1}"}) for i in range(100)}
    pages |= {"/a": Page(status=301, headers={"Location": "/b"}), "/b": Page(status=301, headers={"Location": "/a"})}
    pages |= {"/self": Page(status=302, headers={"Location": "/self"}), "/good": GOOD}
    with serving(pages) as site:
        study = listed(tmp_path, *(f"{site.url}/{name}" for name in ("r/0", "a", "self", "good", "r/95")))
        crawled = crawl(study)
        assert reasons(crawled, site.url) == {
            "/r/0": "http_error", "/a": "http_error", "/self": "http_error", "/good": "page", "/r/95": "http_error"
        }  # fmt: skip
        assert (
            crawled.addresses[f"{site.url}/a"].detail
            == f"redirects without end: {site.url}/a -> {site.url}/b -> {site.url}/a"
        )
        assert sum(times for path, times in site.asked.items() if path.startswith("/r/")) < 20
        assert max(site.asked.values()) == 1


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (Page(b"<html><h1>Fehler</h1></html>"), "page"),
        (Page(status=404), "page"),
        (Page(status=403), "page"),
        (Page(status=503), "robots"),
        (Page(b"User-agent: *\nDisallow: /\n", type="text/plain"), "robots"),
        (Page(b"User-agent: zwiesprache\nDisallow: /\n", type="text/plain"), "robots"),
        (Page(status=301, headers={"Location": "/robots.txt"}), "page"),
        (Page(status=301, headers={"Location": "/rules"}), "robots"),
        (website.silence, "unreachable"),
        (website.cut_off, "unreachable"),
        (website.huge, "page"),
    ],
)
def test_robots_txt_is_obeyed_however_it_comes(tmp_path: Path, robots: Any, reason: str) -> None:
    rules = Page(b"User-agent: *\nDisallow: /good\n", type="text/plain")
    with serving({"/robots.txt": robots, "/rules": rules, "/good": GOOD}) as site:
        study = listed(tmp_path, f"{site.url}/good", web=_web(robots))
        assert reasons(crawl(study), site.url) == {"/good": reason}
        assert site.asked["/good"] == (reason == "page")
        asked = site.asked.copy()
        crawl(study)
        assert site.asked == asked


def test_a_host_that_is_down_is_a_reject_and_the_others_are_fetched(tmp_path: Path) -> None:
    with socket.socket() as closed, serving({"/good": GOOD}) as site:
        closed.bind(("127.0.0.1", 0))
        down = f"http://127.0.0.1:{closed.getsockname()[1]}"
        study = listed(tmp_path, f"{down}/1", f"{down}/2", f"{site.url}/good")
        assert reasons(crawl(study)) == {
            f"{down}/1": "unreachable",
            f"{down}/2": "unreachable",
            f"{site.url}/good": "page",
        }
    (first, *_) = read_failures(raw(study))
    assert first.detail == "127.0.0.1 refuses the connection"


def test_a_host_that_goes_down_is_not_asked_for_the_rest(tmp_path: Path) -> None:
    pages: dict[str, Any] = {f"/{i}": website.cut_off for i in range(20)}
    with serving({**pages, "/good": GOOD}) as site:
        study = listed(tmp_path, f"{site.url}/good", *(f"{site.url}/{i}" for i in range(20)))
        assert list(reasons(crawl(study)).values()).count("unreachable") == 20
        assert sum(site.asked.values()) == 1 + 1 + 5 * 3
    assert "5 addresses in a row did not answer" in read_failures(raw(study))[-1].detail


def no_names(monkeypatch: pytest.MonkeyPatch, gone: set[str] | None = None) -> None:
    """Names of hosts are not found, as without a network; addresses in numbers are."""
    real = socket.getaddrinfo

    def look_up(host: str, *rest: Any, **more: Any) -> Any:
        if host.startswith("127.") and (gone is None or host not in gone):
            return real(host, *rest, **more)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_without_a_network_the_first_host_is_named_and_nothing_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_names(monkeypatch)
    study = listed(tmp_path, "http://one.invalid/a", "http://two.invalid/b")
    with pytest.raises(InputError) as caught:
        crawl(study)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "nothing comes from one.invalid, nor from two.invalid: the name one.invalid is not found" in lines[0]
    assert "Is there a network?" in lines[0]
    assert "Run the same command again" in lines[1]
    assert read_pages(raw(study)) == {}
    assert read_failures(raw(study)) == []


def test_with_many_hosts_the_want_of_a_network_is_seen_after_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_names(monkeypatch)
    looked: list[str] = []
    real = fetch.Fetcher.get
    monkeypatch.setattr(fetch.Fetcher, "get", lambda self, request: looked.append(request.url) or real(self, request))
    with pytest.raises(InputError, match="host0"):
        crawl(listed(tmp_path, *(f"http://host{i}.invalid/" for i in range(100))))
    assert len(set(looked)) < 30


def test_a_name_that_is_gone_is_a_reject_where_there_is_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_names(monkeypatch)
    with serving({"/good": GOOD}) as site:
        study = listed(tmp_path, f"{site.url}/good", "http://gone.invalid/")
        assert reasons(crawl(study)) == {f"{site.url}/good": "page", "http://gone.invalid/": "unreachable"}


def test_a_network_lost_on_the_way_ends_the_run_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {f"/{i}": Page(f"<p>{i}</p>".encode()) for i in range(6)}
    with serving(pages) as site:
        study = listed(tmp_path, *(f"{site.url}/{i}" for i in range(6)))
        real, asked = fetch.Fetcher.get, []

        def get(self: fetch.Fetcher, request: fetch.Request) -> Answer | Failure:
            asked.append(request.url)
            if len(asked) == 4:
                no_names(monkeypatch, {"127.0.0.1"})
            return real(self, request)

        with monkeypatch.context() as patched:
            patched.setattr(fetch.Fetcher, "get", get)
            patched.setattr(socket, "getaddrinfo", socket.getaddrinfo)
            with pytest.raises(InputError, match="Is there a network"):
                crawl(study)
            assert sum(site.asked.values()) == 4 - 1
        monkeypatch.undo()
        assert set(reasons(crawl(study)).values()) == {"page"}
        assert max(site.asked.values()) == 1


def test_a_redirect_into_this_network_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "is_public", lambda ip: ip == "127.0.0.1")
    with serving({"/out": Page(status=302, headers={"Location": "http://127.0.0.2:1/secret"}), "/good": GOOD}) as site:
        study = listed(
            tmp_path, f"{site.url}/out", f"{site.url}/good", "http://10.0.0.1/", web=WEB.replace("true", "false")
        )
        assert reasons(crawl(study)) == {
            f"{site.url}/out": "refused", f"{site.url}/good": "page", "http://10.0.0.1/": "refused"
        }  # fmt: skip
    details = {r.item: r.detail for r in read_failures(raw(study))}
    assert "127.0.0.2" in details[f"{site.url}/out"]
    assert "[web] local = true allows it" in details["http://10.0.0.1/"]
