"""The floors of ``tests/floors.json`` only ever rise, and each is measured against the gold set that it was set for."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FLOORS = "tests/floors.json"
GOLD = "gold_sha256"
SETS = {
    "corpora": ["corpora/*.jsonl.gz"],
    "de_gsd": ["gold/de_gsd-ud-dev.conllu"],
    "zh_gsdsimp": ["gold/zh_gsdsimp-ud-dev.conllu"],
    "dehyphenation_de": ["gold/dehyphenation_de.tsv"],
    "parallel_news": ["gold/parallel_news/*"],
    "html": ["raw/html/*"],
    "html_zh": ["raw/html_zh/*"],
    "pdf_bilingual": ["raw/pdf_bilingual/*.pdf", "raw/pdf_bilingual/*.tex"],
    "pdf_de": ["raw/pdf_de/*"],
    "pdf_zh": ["raw/pdf_zh/*"],
}
"""The files of each gold set, under the folder ``shared``."""


def read_floors(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


def digest(folder: Path, patterns: list[str]) -> str:
    """SHA-256 over the names and bytes of a gold set's files."""
    whole = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file()):
        whole.update(
            f"{path.relative_to(folder).as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return whole.hexdigest()


def lowered(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Names of floors that are lower than they were, or gone."""
    numbers = {name: value for name, value in before.items() if name != GOLD}
    return sorted(name for name, value in numbers.items() if now.get(name, float("-inf")) < value)


def test_no_floor_is_lower_than_in_the_last_commit(pytestconfig: pytest.Config) -> None:
    shown = subprocess.run(
        ["git", "show", f"HEAD:{FLOORS}"], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=False
    )
    if shown.returncode:
        pytest.skip("no git checkout: nothing to compare with")
    now = read_floors((pytestconfig.rootpath / FLOORS).read_text(encoding="utf-8"))
    assert lowered(now, read_floors(shown.stdout)) == []


def test_a_lowered_and_a_missing_floor_are_found() -> None:
    before = {"a": 0.9, "b": 0.8, "c": 0.7, GOLD: {"set": "0"}}
    assert lowered({"a": 0.91, "b": 0.8, "c": 0.7}, before) == []
    assert lowered({"a": 0.89, "b": 0.8}, before) == ["a", "c"]


@pytest.mark.shared
@pytest.mark.parametrize("name", SETS)
def test_each_gold_set_is_the_one_that_its_floors_were_set_for(
    shared: Path, pytestconfig: pytest.Config, name: str
) -> None:
    pinned = read_floors((pytestconfig.rootpath / FLOORS).read_text(encoding="utf-8"))[GOLD]
    assert digest(shared, SETS[name]) == pinned[name]
