from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from archived import Built, build, read_here
from warcs import DAY, LATER, SITE, page, redirect, response, revisit, warc

from pipeline.ingest.crawl.outcomes import Crawled, Outcome, write_crawled

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = (f"{SITE}/{name}.html" for name in "abc")
SOURCE = '\n[[source]]\nid = "web"\nkind = "web"\ntype = "city_website"\n'
STARTED = SOURCE + f'start = ["{SITE}/"]\n'
CONTACT = '[web]\ncontact = "tests@stadt.invalid"\n[run]\nworkers = 1\n'


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


def crawled(folder: Path, data: bytes, addresses: dict[str, Outcome]) -> None:
    """What a crawl leaves."""
    raw = folder / "corpora" / "mine" / "raw" / "web"
    raw.mkdir(parents=True)
    (raw / "0001-00000.warc.gz").write_bytes(data)
    write_crawled(raw, Crawled(round=1, done=True, addresses=addresses))


def build_web(folder: Path, source: str = STARTED) -> Built:
    return build(folder, source=source, more=CONTACT)


def of_page(final: str) -> Outcome:
    return Outcome(status=200, final=final, file="0001-00000.warc.gz")


def test_the_pages_of_a_crawl_are_documents_and_its_failures_rejects_each_once(tmp_path: Path) -> None:
    data = warc(
        response(f"{SITE}/robots.txt", "User-agent: *", media_type="text/plain"),
        redirect(f"{SITE}/alt", A),
        response(A, page("A")),
        revisit(B, page("A"), A),
        response(C, "fehlt", status="404 Not Found"),
        response(f"{SITE}/leer", "<html><body></body></html>"),
        response(f"{SITE}/abgewaehlt", page("Nicht mehr gewollt")),
    )
    addresses = {
        f"{SITE}/alt": of_page(A),
        A: of_page(A),
        B: of_page(B),
        C: Outcome(status=404, reason="http_error", detail="404 Not Found"),
        f"{SITE}/leer": of_page(f"{SITE}/leer"),
        f"{SITE}/verboten": Outcome(reason="robots", detail="robots.txt"),
        f"{SITE}/verloren": of_page(f"{SITE}/verloren"),
        f"{SITE}/abgewaehlt": Outcome(status=200),
    }
    crawled(tmp_path, data, addresses)
    built = build_web(tmp_path)
    assert built.keys == [A, B]
    assert built.one(A)["path"] == "corpora/mine/raw/web/0001-00000.warc.gz"
    assert built.refused == {
        C: "http_error",
        f"{SITE}/leer": "no_text",
        f"{SITE}/verboten": "robots",
        f"{SITE}/verloren": "missing_file",
    }
    assert built.left_out == {"others": 3, "page_parts": 1}


def test_a_page_that_changed_in_a_later_round_is_the_later_one(tmp_path: Path) -> None:
    data = warc(response(A, page("Alt"), date=DAY), response(A, page("Neu"), date=LATER))
    crawled(tmp_path, data, {A: of_page(A)})
    built = build_web(tmp_path)
    assert "unter Neu" in built.text(A)
    assert built.refused == {f"{A} captured {DAY}": "duplicate_id"}


def test_a_list_of_addresses_says_what_is_known_of_their_pages(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text(f"url,title,city\n{SITE}/alt,Von Hand,Köln\n", encoding="utf-8")
    crawled(tmp_path, warc(redirect(f"{SITE}/alt", A), response(A, page("A"))), {f"{SITE}/alt": of_page(A)})
    row = build_web(tmp_path, SOURCE + 'urls = "liste.csv"\n').one(A)
    assert (row["title"], row["city"], row["url"]) == ("Von Hand", "Köln", A)


def test_without_the_crawls_own_account_all_that_its_archives_hold_is_read(tmp_path: Path) -> None:
    data = warc(response(A, page("A")), response(C, "fehlt", status="404 Not Found"))
    crawled(tmp_path, data, {A: of_page(A)})
    (tmp_path / "corpora" / "mine" / "raw" / "web" / "crawl.json").unlink()
    built = build_web(tmp_path)
    assert built.keys == [A]
    assert built.refused == {C: "http_error"}
