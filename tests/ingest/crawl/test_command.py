from __future__ import annotations

import json
import shutil
import socket
from contextlib import chdir
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from crawling import write_web_study
from user_study import assert_short, built, documents, passages, rejects, run, write_texts
from website import DEMO, Site, demo_pages, serving

from pipeline.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRUTH = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving(demo_pages()) as running:
        yield running


@pytest.fixture(scope="module")
def first(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``corpus`` has been run on a study of the demo site."""
    folder = tmp_path_factory.mktemp("first")
    write_web_study(folder, f'start = ["{site.url}/"]')
    with chdir(folder):
        assert main(["corpus", "--study", "mine.toml", "--quiet"]) == 0
    return folder


@pytest.fixture
def again(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder to work in."""
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    monkeypatch.setattr(socket, "create_connection", nobody)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def test_the_corpus_is_built_again_from_the_warc_with_the_network_shut(
    first: Path, again: Path, site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (again / "corpora" / "mine").iterdir():
        if path.name != "raw":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    no_network(monkeypatch)
    asked = site.asked.copy()
    ran = run(capsys, "corpus")
    assert ran.status == 0, ran.err
    assert site.asked == asked
    assert built(again) == built(first)
    assert {path for path, times in asked.items() if times > 1} == {"/de/kaputt.html"}
    assert run(capsys, "corpus").out.startswith("nothing to do")


def test_each_page_of_the_demo_site_is_a_document_and_the_rest_rejects(first: Path) -> None:
    found = {path_of(row["url"]): row for row in documents(first)}
    refused = {path_of(item): reason for item, reason in rejects(first)}
    assert {path: refused[path] for path in TRUTH["no_pages"]} == TRUTH["no_pages"]
    for path, about in TRUTH["pages"].items():
        assert path in found or path in refused
        if about["date"]:
            assert (found[path]["title"], found[path]["language"]) == (about["title"], about["language"])
    texts = "".join(row["text"] for row in passages(first))
    assert "洛厄河医院" in texts
    assert "方谷声" in texts
    assert "Sie darf in keinem Korpus stehen" not in texts


def test_refresh_changes_nothing_where_nothing_changed_and_needs_a_web_source(
    first: Path, again: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = sum(site.asked.values())
    ran = run(capsys, "corpus", "--refresh")
    assert ran.status == 0, ran.err
    assert sum(site.asked.values()) > asked
    before, after = built(first), built(again)
    tables = [name for name in before if name.endswith((".parquet", "rejects.csv"))]
    assert [name for name in tables if before[name] != after[name]] == []
    write_texts(again)
    text = (again / "mine.toml").read_text(encoding="utf-8").replace('kind = "web"', 'kind = "folder"\npath = "texts"')
    kept = [line for line in text.splitlines() if not line.startswith("start")]
    (again / "mine.toml").write_text("\n".join(kept), encoding="utf-8")
    assert_short(run(capsys, "corpus", "--refresh"), 2, "--refresh", "no source has kind = 'web'")


def test_without_a_network_the_command_says_so_in_two_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_web_study(tmp_path, 'start = ["http://www.steinwalde.invalid/"]')
    no_network(monkeypatch)
    said = ("nothing comes from www.steinwalde.invalid", "Is there a network?", "corpora/mine/raw")
    assert_short(run(capsys, "corpus"), 1, *said)
    assert not list(tmp_path.rglob("crawl.json"))


def test_refresh_without_a_network_loses_nothing(
    first: Path, again: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    no_network(monkeypatch)
    assert_short(run(capsys, "corpus", "--refresh"), 1, "Is there a network?")
    assert (run(capsys, "corpus").status, built(again)) == (0, built(first))


def test_progress_of_a_crawl_is_plain_lines_on_stderr_and_none_when_quiet(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.txt").write_text(f"{site.url}/intern/entwurf.html\n", encoding="utf-8")
    write_web_study(tmp_path, 'urls = "list.txt"')
    clock = iter(range(0, 10_000_000, 10))
    monkeypatch.setattr("pipeline.__main__.time.monotonic", lambda: next(clock))
    assert "pages of site: 0\n" in run(capsys, "corpus").err
    shutil.rmtree(tmp_path / "corpora")
    assert_short(run(capsys, "corpus", "--quiet"), 1, "none of 1 items could be read", "robots robots.txt forbids it")
