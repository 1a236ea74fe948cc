from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from pipeline.__main__ import main
from pipeline.ingest.crawl.addresses import address_key, clean_address
from pipeline.ingest.dates import parse_date
from pipeline.ingest.sources.web import read_addresses

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
CATALOGUES = sorted((CONFIGS / "catalogues").glob("*.csv"))
STUDY = CONFIGS / "official_sources.toml"


def test_every_row_of_the_catalogues_can_be_used() -> None:
    keys: list[str] = []
    for path in CATALOGUES:
        for url, said in read_addresses(path).items():
            assert clean_address(url) == url
            keys.append(address_key(url))
            assert said.get("language", "zh") in {"zh", "de", "en"}
            assert said["publisher"]
            assert said["named_in"]
            for name in ("date", "accessed"):
                assert name not in said or parse_date(said[name]) is not None
    assert len(keys) == len(set(keys)) == 64


def test_addresses_stand_in_the_catalogues_as_they_are_asked_for() -> None:
    for path in CATALOGUES:
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            written = line.split(",")[0]
            assert clean_address(written) == written


def test_the_study_of_the_catalogues_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--study", str(STUDY)]) == 0
    assert "official_sources" not in capsys.readouterr().err


def test_without_a_network_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    monkeypatch.setattr("pipeline.ingest.crawl.frontier.time.sleep", lambda _: None)
    assert main(["corpus", "--study", str(STUDY), "--quiet"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "nothing comes from www.gov.cn" in lines[0]
    assert "Is there a network?" in lines[0]
    assert str(Path("corpora", "official_sources", "raw")) in lines[1]


def test_with_a_network_nobody_is_asked_in_the_name_of_an_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = socket.getaddrinfo
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: real("203.0.113.7", *rest, **more))
    monkeypatch.setattr("pipeline.ingest.crawl.fetch.is_public", lambda _: True)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("somebody was asked"))
    assert main(["corpus", "--study", str(STUDY), "--quiet"]) == 2
    assert "contact is still the example 'your.name@example.org'" in capsys.readouterr().err
