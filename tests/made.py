"""Small studies and corpora made for a test, built by the same code as real ones but for the reading of files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.concepts.mentions import find_mentions, read_mentions
from pipeline.languages.tokens import cut_corpus
from pipeline.records import DOCUMENTS, PASSAGES
from pipeline.store.corpus import CorpusWriter
from pipeline.study import Study, load_study

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TWO_CONCEPTS = """
[[concept]]
id = "city"
zh = ["城市外交"]
de = ["Städtediplomatie"]
[[concept]]
id = "people"
zh = ["民间外交"]
de = ["Volksdiplomatie"]
"""
STUDY = """
[study]
name = "made"
title = "Made"
languages = {languages}
lexicon = "lexicon.toml"

[[source]]
id = "texts"
kind = "folder"
path = "texts"
type = "speech"

[timelines]
bootstrap = 100
{timelines}

[passages]
{passages}

[run]
workers = 1
"""


def make_study(
    folder: Path, lexicon: str, languages: Sequence[str] = ("zh", "de"), timelines: str = "", passages: str = ""
) -> Study:
    """A study under ``folder`` with a lexicon, and no files in its source."""
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    (folder / "lexicon.toml").write_text(lexicon, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(
        STUDY.format(languages=list(languages), timelines=timelines, passages=passages).replace("'", '"'),
        encoding="utf-8",
    )
    return load_study(path, folder)


def make_document(doc_id: str, *passages: tuple[str, str] | tuple[str, str, str], **columns: Any) -> dict[str, Any]:
    """A document of passages ``(language, text)`` or ``(language, text, kind)``; a date may be an ISO string."""
    date = columns.pop("date", None)
    return {
        "doc_id": f"texts/{doc_id}",
        "source_id": "texts",
        "source_type": "speech",
        "language": passages[0][0] if passages else "und",
        "sha256": "0" * 64,
        "reader": "made",
        "flags": [],
        "characters": sum(len(passage[1]) for passage in passages),
        "date": dt.date.fromisoformat(date) if isinstance(date, str) else date,
        "date_precision": "day" if date else None,
        **columns,
        "passages": passages,
    }


def build(study: Study, documents: Sequence[dict[str, Any]]) -> pa.Table:
    """Write the corpus, cut it, find its mentions; the table of mentions."""
    folder = study.corpus_folder
    folder.mkdir(parents=True, exist_ok=True)
    with CorpusWriter(folder) as writer:
        for document in documents:
            rows = [
                {
                    "doc_id": document["doc_id"],
                    "ordinal": i,
                    "page": i + 1,
                    "kind": (*passage, "body")[2],
                    "language": passage[0],
                    "text": passage[1],
                }
                for i, passage in enumerate(document["passages"])
            ]
            known = {name: value for name, value in document.items() if name in DOCUMENTS.names}
            writer.add(pa.Table.from_pylist([known], DOCUMENTS), pa.Table.from_pylist(rows, PASSAGES.remove(0)))
    cut_corpus(study, folder, _silent)
    find_mentions(study, folder, _silent)
    return read_mentions(folder)


def find(folder: Path, lexicon: str, language: str, *texts: str) -> list[tuple[str, str, bool]]:
    """Concept, surface and whether it counts, of each mention in some texts of one language."""
    study = make_study(folder, lexicon, [language])
    table = build(study, [make_document(f"{i}", (language, text)) for i, text in enumerate(texts)])
    return [(row["concept"], row["surface"], row["counted"]) for row in table.to_pylist()]


def _silent(what: str, done: int, whole: int) -> None:
    """Show nothing."""
