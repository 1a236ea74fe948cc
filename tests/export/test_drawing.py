from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest

from pipeline.export import drawing
from pipeline.export.drawing import do_all, load_meanwhile
from pipeline.servers import is_started, stop_server
from pipeline.study import Study, load_study

DEMO = Path(__file__).parents[2] / "configs" / "demo.toml"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return load_study(DEMO, tmp_path)


def note(path: Path) -> None:
    path.write_text(f"{os.getpid()} {'matplotlib.backends.backend_pdf' in sys.modules}", encoding="utf-8")


def noted(study: Study, folder: Path, number: int) -> tuple[set[str], set[str], list[tuple[str, int, int]]]:
    told: list[tuple[str, int, int]] = []
    paths = [folder / str(i) for i in range(number)]
    do_all(study, [partial(note, path) for path in paths], lambda *done: told.append(done), "figures")
    processes, loaded = zip(*(path.read_text("utf-8").split() for path in paths), strict=True)
    return set(processes), set(loaded), told


@pytest.mark.skipif(sys.platform == "win32", reason="no process is forked there")
def test_workers_find_what_drawing_needs_loaded(study: Study, tmp_path: Path) -> None:
    stop_server(drawing._LOADED)
    load_meanwhile(study, 7)
    assert not is_started(drawing._LOADED)  # too few figures for several processes
    load_meanwhile(study, 8)
    assert is_started(drawing._LOADED)
    processes, loaded, told = noted(study, tmp_path, 8)
    assert str(os.getpid()) not in processes
    assert loaded == {"True"}
    assert told == [("figures", done, 8) for done in range(1, 9)]


def test_a_few_figures_are_drawn_here(study: Study, tmp_path: Path) -> None:
    assert noted(study, tmp_path, 3)[0] == {str(os.getpid())}
