"""Which documents are copies, and what each count would be with and without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.counts import read_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

COPIES = pa.schema(
    [
        ("doc_id", pa.string()), ("duplicate_of", pa.string()), ("kind", pa.string()), ("resemblance", pa.float64()),
        ("title", pa.string()), ("date", pa.date32()),
        ("title_of_original", pa.string()), ("date_of_original", pa.date32()),
    ]
)  # fmt: skip

DUPLICATES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()),
        ("mentions_first", pa.int64()), ("mentions_all", pa.int64()),
        ("per_million_first", pa.float64()), ("per_million_all", pa.float64()),
        ("documents_first", pa.int64()), ("documents_all", pa.int64()),
    ]
)  # fmt: skip
"""``first``: of several copies the earliest counts; ``all``: each does. Documents are those with a mention."""


def list_copies(documents: pa.Table) -> pa.Table:
    """The rows of ``copies.csv``: each copy with its original, in order of the documents."""
    copies = documents.filter(documents["duplicate_of"].is_valid())
    original = pc.index_in(copies["duplicate_of"], value_set=documents["doc_id"].combine_chunks())
    found = documents.select(["title", "date"]).take(original)
    columns = {
        **{name: copies[name] for name in ("doc_id", "duplicate_of", "title", "date")},
        "kind": copies["duplicate_kind"],
        "resemblance": copies["duplicate_resemblance"],
        "title_of_original": found["title"],
        "date_of_original": found["date"],
    }
    return pa.table({name: columns[name] for name in COPIES.names}).cast(COPIES)


def duplicates(study: Study, corpus: Corpus, concepts: Sequence[Concept]) -> pa.Table:
    """The rows of ``duplicates.csv``: each concept in each language in which it has terms, undated mentions too."""
    has_copies = corpus.documents["duplicate_of"].null_count < corpus.documents.num_rows
    choices: dict[str, Corpus] = {study.passages.duplicates: corpus}
    for choice in ("first", "all"):
        if choice not in choices:
            choices[choice] = read_corpus(_choosing(study, choice)) if has_copies else corpus
    rows: list[dict[str, Any]] = []
    for concept in concepts:
        for language in study.languages:
            if any(term.language == language for term in concept.terms):
                counts = {choice: _count(choices[choice], concept.id, language) for choice in ("first", "all")}
                rows.append({"concept": concept.id, "language": language} | _columns(counts))
    return pa.Table.from_pylist(rows, DUPLICATES)


def _choosing(study: Study, choice: str) -> Study:
    return study.model_copy(update={"passages": study.passages.model_copy(update={"duplicates": choice})})


def _count(corpus: Corpus, concept: str, language: str) -> tuple[int, int, int]:
    """Mentions, documents with one, and words of the language."""
    table = corpus.mentions
    mine = pc.and_(pc.equal(table["concept"], concept), pc.equal(table["language"], language))
    documents = table["document"].filter(mine).to_pylist()
    return len(documents), len(set(documents)), int(corpus.below_by_document(language).sum())


def _columns(counts: dict[str, tuple[int, int, int]]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for choice, (mentions, documents, words) in counts.items():
        columns[f"mentions_{choice}"] = mentions
        columns[f"documents_{choice}"] = documents
        columns[f"per_million_{choice}"] = 1e6 * mentions / words if words else None
    return columns
