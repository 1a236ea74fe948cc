"""A small study as a user writes it, and the command run on it in this process."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from pipeline.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

LEXICON = """
[[concept]]
id = "city_diplomacy"
label = { zh = "城市外交", de = "Städtediplomatie" }
zh = ["城市外交"]
de = ["Städtediplomatie"]
"""
OTHER_LEXICON = LEXICON.replace('zh = ["城市外交"]', 'zh = ["城市外交", "友好城市"]')
FOLDER = """
[[source]]
id = "speeches"
kind = "folder"
path = "texts"
type = "speech"
metadata = "metadata.csv"
"""
TABLE = """
[[source]]
id = "news"
kind = "table"
path = "news.jsonl"
type = "news"
columns = { id = "nr", text = "text", title = "title", date = "date", language = "lang" }
"""
ZH = "中国的城市外交发展很快。友好城市之间的民间外交也在发展，市长们每年都会见面，讨论气候、学校和医院的合作。"
DE = "Die Städtediplomatie ist ein altes Thema. Die Stadt pflegt seit vielen Jahren eine Partnerschaft mit Wuhan."
FR = (
    "Les villes jumelées se rencontrent chaque année et parlent de culture, d'école et de santé avec leurs partenaires."
)
TEXTS: Mapping[str, str | bytes] = {"zh_2014.txt": ZH, "de_2015.txt": DE}
SIDECAR = "file,title,date,language\nzh_2014.txt,讲话,2014-05-15,zh\nde_2015.txt,Rede,2015,de\n"
ROWS: tuple[Mapping[str, Any], ...] = (
    {"nr": 1, "text": ZH, "title": "新闻", "date": "2014年5月", "lang": "zh"},
    {"nr": 2, "text": DE, "title": "Meldung", "date": "15.5.2016", "lang": "de"},
)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The closing summary of ``--json``."""
        summary: dict[str, Any] = json.loads(self.out)
        return summary

    def ran(self) -> list[str]:
        """The stages that worked, of ``--json``."""
        return [name for name, stage in self.summary["stages"].items() if stage["ran"]]


def write_study(
    folder: Path,
    sources: str = FOLDER,
    lexicon: str = LEXICON,
    more: str = '[passages]\nduplicates = "all"\n[timelines]\nbootstrap = 100\n[run]\nworkers = 1\n',
) -> Path:
    """The study ``mine`` and its lexicon, without texts. Copies count: its sources hold the same texts."""
    (folder / "lexicon.toml").write_text(lexicon, encoding="utf-8")
    head = '[study]\nname = "mine"\ntitle = "Mine"\nlanguages = ["zh", "de"]\nlexicon = "lexicon.toml"\n'
    path = folder / "mine.toml"
    path.write_text(head + sources + more, encoding="utf-8")
    return path


def write_texts(folder: Path, texts: Mapping[str, str | bytes] = TEXTS, sidecar: str | None = SIDECAR) -> Path:
    """Files under ``texts/``, and their sidecar."""
    root = folder / "texts"
    root.mkdir(exist_ok=True)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if sidecar is not None:
        (root / "metadata.csv").write_text(sidecar, encoding="utf-8")
    return root


def write_rows(path: Path, rows: tuple[Mapping[str, Any] | str, ...] = ROWS) -> Path:
    """A table of JSON lines; a text is a line as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], verb: str, *options: str) -> Ran:
    """Run ``zwiesprache VERB --study mine.toml OPTIONS`` in the working folder."""
    status = main([verb, "--study", "mine.toml", *options])
    said = capsys.readouterr()
    return Ran(status, said.out, said.err)


def documents(folder: Path) -> list[dict[str, Any]]:
    """The documents of the built study."""
    rows: list[dict[str, Any]] = pq.read_table(folder / "corpora" / "mine" / "documents.parquet").to_pylist()
    return rows


def passages(folder: Path) -> list[dict[str, Any]]:
    """The passages of the built study."""
    rows: list[dict[str, Any]] = pq.read_table(folder / "corpora" / "mine" / "passages.parquet").to_pylist()
    return rows


def rejects(folder: Path) -> list[tuple[str, str]]:
    """Item and reason of each reject of the built study."""
    with (folder / "corpora" / "mine" / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return [(row["item"], row["reason"]) for row in csv.DictReader(file)]


def built(folder: Path) -> dict[str, bytes]:
    """The bytes of all that the study wrote, but for manifests (they hold the time) and hidden files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for place in ("corpora", "exports")
        for path in sorted((folder / place).rglob("*"))
        if path.is_file() and path.name != "manifest.json" and not any(p.startswith(".") for p in path.parts)
    }


def assert_short(ran: Ran, status: int, *words: str) -> None:
    """The command ended with this status and one or two lines that say all of ``words``."""
    assert ran.status == status, ran.err
    lines = ran.err.strip().splitlines()
    assert 1 <= len(lines) <= 2, ran.err
    for word in words:
        assert word in ran.err, ran.err
