"""Shared fixtures: the real texts beside the project, where they are."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from user_study import FOLDER, TABLE, write_rows, write_study, write_texts

from pipeline import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parent.parent

# No deadlines: the first example waits for dictionaries and fonts, and a busy machine is no defect.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A case of packed bytes by its number: they hold the time, and two processes would call the case by two names."""
    return argname if isinstance(val, bytes) and b"\0" in val else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts and gold sets beside the project."""
    folder = PROJECT.parent / "shared"
    if not (folder / "README.md").exists():
        pytest.skip("the real texts are not here: no folder 'shared' beside the project")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a study of two texts and a table of two rows."""
    monkeypatch.chdir(tmp_path)
    write_texts(tmp_path)
    write_rows(tmp_path / "news.jsonl")
    write_study(tmp_path, FOLDER + TABLE)
    return tmp_path


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """The address of a Dask cluster of two worker processes on this machine, under nannies, as ``dask worker`` has."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    versions = {name: version for name, version in cluster._versions().items() if name != cluster._CODE}
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setattr(cluster, "_versions", lambda: versions)  # the checkout may be edited while the tests run
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as local:
            yield local.scheduler_address
