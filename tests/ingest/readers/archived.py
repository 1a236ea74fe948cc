"""An archive as a source, built in this process."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from user_study import write_study

from pipeline.ingest.corpus import build_corpus
from pipeline.ingest.sources import archive, captures
from pipeline.settings import Source
from pipeline.study import load_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pytest

SOURCE = '\n[[source]]\nid = "web"\nkind = "archive"\npath = "pages"\ntype = "city_website"\n'


@dataclass(frozen=True)
class Built:
    """What a build of the study made."""

    documents: list[dict[str, Any]]
    passages: list[dict[str, Any]]
    rejects: list[dict[str, str]]
    summary: Mapping[str, Any]

    @property
    def keys(self) -> list[str]:
        return [row["doc_id"].removeprefix("web/") for row in self.documents]

    @property
    def refused(self) -> dict[str, str]:
        return {row["item"]: row["reason"] for row in self.rejects}

    @property
    def left_out(self) -> dict[str, int]:
        return dict(self.summary.get("left_out", {}))

    def text(self, key: str, *kinds: str) -> str:
        """The text of a document, all of it or the passages of some kinds."""
        return "\n".join(row["text"] for row in self.passages
                         if row["doc_id"] == f"web/{key}" and (not kinds or row["kind"] in kinds))  # fmt: skip

    def one(self, key: str) -> dict[str, Any]:
        """A document."""
        (row,) = [row for row in self.documents if row["doc_id"] == f"web/{key}"]
        return row


def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read captures in this process: starting others takes longer than the work."""

    def here(function: Callable[[Any], None], tasks: Sequence[Any], _limits: object) -> Iterator[tuple[Any, None]]:
        for task in tasks:
            function(task)
            yield task, None

    monkeypatch.setattr(archive, "read_each", here)


def settle(folder: Path, files: Mapping[str, bytes]) -> Built:
    """What becomes of archives in a folder of their own, without the rest of a build; addresses stand for documents."""
    named = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        named.append((folder / name, name, name.partition(".")[0]))
    source = Source(id="web", kind="archive", path=str(folder), type="city_website")
    study = load_study(write_study(folder, SOURCE.replace('"pages"', '"."')), folder)
    left_out: Counter[str] = Counter()
    targets = (part for part, _ in archive.read_files(named, folder, study.pdf, study.run, lambda *_: None))
    documents, passages, rejects = [], [], []
    for part, _ in captures.settle_parts(study, source, targets, left_out):
        keys = [f"web/{key}" for key in part.documents["key"].to_pylist()]
        rows = part.documents.to_pylist()
        documents += [row | dict(row["more"]) | {"doc_id": key} for row, key in zip(rows, keys, strict=True)]
        passages += [row | {"doc_id": keys[row["document"]]} for row in part.passages.to_pylist()]
        rejects += part.rejects.to_pylist()
    return Built(documents, passages, rejects, {"left_out": +left_out})


def build(
    folder: Path,
    files: Mapping[str, str | bytes] | None = None,
    source: str = SOURCE,
    more: str = "[run]\nworkers = 1\n",
) -> Built:
    """Write files under ``pages/``, then build the study."""
    for name, data in (files or {}).items():
        path = folder / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    study = load_study(write_study(folder, source, more=more), folder)
    draft = study.corpus_folder / ".draft"
    draft.mkdir(parents=True, exist_ok=True)
    summary = build_corpus(study, draft, lambda *_: None)
    documents = pq.read_table(draft / "documents.parquet").to_pylist()
    passages = pq.read_table(draft / "passages.parquet").to_pylist()
    with (draft / "rejects.csv").open(encoding="utf-8", newline="") as file:
        built = Built(documents, passages, list(csv.DictReader(file)), summary)
    items = Counter([*built.keys, *(row["item"] for row in built.rejects)])
    assert max(items.values()) == 1, f"an item that ends twice: {items.most_common(3)}"
    return built
