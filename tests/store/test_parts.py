from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError
from pipeline.records import Reject
from pipeline.store.parts import make_part, read_part, write_part

if TYPE_CHECKING:
    from pathlib import Path

PASSAGES: dict[str, list[object]] = {
    "document": [0, 0],
    "ordinal": [0, 1],
    "page": [1, None],
    "kind": ["heading", "body"],
    "language": ["zh", None],
    "text": ["城市外交", "Städte\u2028𠀀"],
}


def test_a_part_is_read_as_it_was_written(tmp_path: Path) -> None:
    document: dict[str, object] = {"key": "a b/城\n.txt", "flags": ["ocr"], "more": [("party", "x")], "sha256": "0"}
    part = make_part([document], PASSAGES, [Reject("s", "b.txt", "corpus", "empty", "d")])
    write_part(tmp_path / "p.arrow", part)
    assert read_part(tmp_path / "p.arrow") == part
    assert part.passages.to_pydict() == PASSAGES
    assert part.rejects.to_pylist() == [{"item": "b.txt", "reason": "empty", "detail": "d"}]
    assert [path.name for path in tmp_path.iterdir()] == ["p.arrow"]


def test_documents_given_as_columns_make_the_part_that_their_rows_make() -> None:
    rows: list[dict[str, object]] = [
        {"key": "a", "flags": ["ocr"], "more": [("party", "x")], "pages": 3},
        {"key": "b", "flags": [], "more": [], "pages": None},
    ]
    columns: dict[str, list[object]] = {name: [row[name] for row in rows] for name in rows[0]}
    assert make_part(columns, PASSAGES, []) == make_part(rows, PASSAGES, [])


def test_a_part_may_hold_nothing_but_rejects(tmp_path: Path) -> None:
    write_part(tmp_path / "p.arrow", make_part([], {}, [Reject("", "b", "corpus", "empty")]))
    part = read_part(tmp_path / "p.arrow")
    assert (part.documents.num_rows, part.passages.num_rows, part.rejects.num_rows) == (0, 0, 1)


def test_the_same_part_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_part(tmp_path / name, make_part([], PASSAGES, []))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.9])
def test_a_damaged_part_is_removed_and_said(tmp_path: Path, share: float) -> None:
    path = tmp_path / "p.arrow"
    write_part(path, make_part([], PASSAGES, [Reject("", "b", "corpus", "empty")]))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(InputError, match=r"p\.arrow.*damaged.*run the command again"):
        read_part(path)
    assert not path.exists()
