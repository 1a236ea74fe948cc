"""Finished tables as Arrow files: how one stage hands them to the next without a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write each table as ``NAME.arrow`` into a new folder."""
    folder.mkdir()
    for name, table in tables.items():
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)


def read_table(folder: Path, name: str) -> pa.Table:
    """Read one of these tables."""
    with pa.memory_map(str(folder / f"{name}.arrow")) as source:
        return pa.ipc.open_file(source).read_all()
