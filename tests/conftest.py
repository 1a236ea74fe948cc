"""Shared fixtures: the real texts beside the project, where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts and gold sets beside the project."""
    folder = PROJECT.parent / "shared"
    if not (folder / "README.md").exists():
        pytest.skip("the real texts are not here: no folder 'shared' beside the project")
    return folder
