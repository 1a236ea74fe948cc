"""How messages write paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import shorten_paths, show_path

if TYPE_CHECKING:
    import pytest


def test_paths_in_a_message_begin_at_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert show_path(tmp_path / "configs" / "mine.toml") == str(Path("configs", "mine.toml"))
    said = f"{tmp_path / 'mine.toml'}: there is no file {str(tmp_path / 'a.pdf')!r} ({tmp_path / 'b'})"
    assert shorten_paths(said) == "mine.toml: there is no file 'a.pdf' (b)"


def test_the_working_folder_inside_another_path_or_address_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for said in (f"/backup{tmp_path}/a.pdf: no", f"https://a.b{tmp_path}/c: no", f"{tmp_path}x/a: no"):
        assert shorten_paths(said) == said
    monkeypatch.chdir("/")
    assert shorten_paths("https://a.b/c: /d is not there") == "https://a.b/c: /d is not there"
