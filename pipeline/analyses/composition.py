"""What the corpus is made of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

COMPOSITION = pa.schema(
    [
        ("language", pa.string()), ("source_type", pa.string()), ("year", pa.int64()),
        ("documents", pa.int64()), ("passages", pa.int64()), ("words", pa.int64()), ("characters", pa.int64()),
        ("duplicates", pa.int64()), ("undated", pa.int64()), ("rejected", pa.int64()),
    ]
)  # fmt: skip


def composition(study: Study, corpus: Corpus, rejected: dict[str, int]) -> pa.Table:
    """One row for each language, source type and year; undated documents have rows with an empty year.

    ``language`` is the document's. ``passages``, ``words`` and ``characters`` are of counted passages, words in the
    study's languages. Rejected items have neither language nor year: a row for each source type that has any.

    Args:
        study: The study.
        corpus: The built corpus.
        rejected: Rejected items by source id.
    """
    documents = corpus.documents
    number = documents.num_rows
    kept = corpus.counted
    passages = np.bincount(corpus.document[kept], minlength=number)
    words = np.bincount(corpus.document[kept], corpus.words[kept], minlength=number).astype(np.int64)
    year = pc.cast(pc.year(documents["date"]), pa.int64())
    table = pa.table(
        {
            "language": documents["language"],
            "source_type": documents["source_type"],
            "year": year,
            "documents": pa.array(np.ones(number, np.int64)),
            "passages": pa.array(passages),
            "words": pa.array(words),
            "characters": documents["characters"],
            "duplicates": pc.cast(pc.is_valid(documents["duplicate_of"]), pa.int64()),
            "undated": pc.cast(pc.is_null(year), pa.int64()),
        }
    )
    sums = [(name, "sum") for name in ("documents", "passages", "words", "characters", "duplicates", "undated")]
    grouped = table.group_by(["language", "source_type", "year"]).aggregate(sums)
    grouped = grouped.rename_columns([name.removesuffix("_sum") for name in grouped.column_names])
    grouped = grouped.append_column("rejected", pa.array(np.zeros(grouped.num_rows, np.int64)))
    grouped = grouped.sort_by([(name, "ascending") for name in ("language", "source_type", "year")])
    by_type: Counter[str] = Counter()
    for source in study.sources:
        by_type[source.type] += rejected.get(source.id, 0)
    zeros = dict.fromkeys(("documents", "passages", "words", "characters", "duplicates", "undated"), 0)
    lost: list[dict[str, Any]] = [
        {"source_type": type_, **zeros, "rejected": count} for type_, count in sorted(by_type.items()) if count
    ]
    return pa.concat_tables(
        [grouped.select(COMPOSITION.names).cast(COMPOSITION), pa.Table.from_pylist(lost, COMPOSITION)]
    )
