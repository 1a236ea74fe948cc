"""Pieces: what is kept of one batch of passages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.store.pieces import drop_pieces, piece_path, read_piece, write_piece

if TYPE_CHECKING:
    from pathlib import Path


def test_several_may_write_the_same_piece_at_once(tmp_path: Path) -> None:
    path = piece_path(tmp_path, "de", "the same texts")
    table = pa.table({"passage": pa.array(range(20_000), pa.uint32())})
    with ThreadPoolExecutor(4) as executor:
        for written in [executor.submit(write_piece, path, table) for _ in range(200)]:
            written.result()
    assert read_piece(path).to_pydict() == table.to_pydict()
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_stopped_run_left_is_dropped(tmp_path: Path) -> None:
    path = piece_path(tmp_path, "de", 1)
    write_piece(path, pa.table({"passage": [1]}))
    path.with_suffix(".01ab23cd.draft").write_bytes(b"half")
    drop_pieces(tmp_path, [path])
    assert list(tmp_path.iterdir()) == [path]
