"""Documents of captures: one of a page, several of an article that its site cuts into pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.dating import file_date
from pipeline.ingest.shingles import COLUMNS
from pipeline.store.parts import PART_DOCUMENTS, PART_PASSAGES, PART_REJECTS, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class Row(Protocol):
    """A row of a part."""

    @property
    def part(self) -> int:
        """The number of the part."""

    @property
    def row(self) -> int:
        """The row of its documents."""


def date_by_file(part: Part, base: Path) -> Part:
    """Give each document without a date the day of its capture, else that on which its file was last changed.

    Args:
        part: documents with ``path`` and perhaps ``captured``.
        base: the folder in which the paths begin.
    """
    documents = part.documents.to_pylist()
    for document in documents:
        more = dict(document["more"])
        if not document["date"]:
            day = more.get("captured", "")[:10]
            document["date"] = day or file_date((base / more["path"]).stat().st_mtime).date
            document["more"] = sorted((more | {"date_evidence": "file"}).items())
    return Part(pa.Table.from_pylist(documents, PART_DOCUMENTS), part.passages, part.rejects)


def compose_part(articles: Sequence[tuple[Sequence[Row], dict[str, Any]]], read: Callable[[int], Part]) -> Part:
    """A part of documents, each of the captures of one article, without what served for choosing.

    Args:
        articles: for each document its captures in order, and what is changed in the row of the first: ``key`` and
            ``url`` are replaced, ``more`` and ``flags`` are added.
        read: gives a part by its number.
    """
    documents: list[dict[str, Any]] = []
    passages: list[pa.Table] = [PART_PASSAGES.empty_table()]
    for captures, changes in articles:
        document = read(captures[0].part).documents.slice(captures[0].row, 1).to_pylist()[0]
        pages = [_passages(read(capture.part), capture.row) for capture in captures]
        if len(pages) > 1:
            pages = _as_pages(pages)
            document |= {"pages": len(pages), **dict.fromkeys(COLUMNS)}
        more = {name: value for name, value in document["more"] if not name.startswith("_") and value}
        document |= {name: value for name, value in changes.items() if name in {"key", "url"}}
        document["more"] = sorted((more | changes.get("more", {})).items())
        document["flags"] = [*document["flags"], *changes.get("flags", [])]
        for page in pages:
            numbers = pa.array(np.full(page.num_rows, len(documents), np.int32))
            passages.append(page.set_column(0, PART_PASSAGES.field("document"), numbers))
        documents.append(document)
    return Part(pa.Table.from_pylist(documents, PART_DOCUMENTS), pa.concat_tables(passages), PART_REJECTS.empty_table())


def _passages(part: Part, row: int) -> pa.Table:
    """The passages of a document; those of one part are in the order of its documents."""
    document = part.passages["document"].to_numpy()
    start, end = np.searchsorted(document, [row, row + 1])
    return part.passages.slice(start, end - start)


def _as_pages(pages: Sequence[pa.Table]) -> list[pa.Table]:
    """The pages of an article, numbered from 1; what a page repeats of those before it, title and by-line, is
    boilerplate, for the article says it once.
    """  # noqa: D205 - one sentence
    before = pa.array([], pa.string())
    numbered: list[pa.Table] = []
    ordinal = 0
    for number, page in enumerate(pages, start=1):
        is_again = pc.is_in(page["text"], value_set=before)
        kind = pc.if_else(is_again, "boilerplate", page["kind"])
        texts = page["text"].combine_chunks()
        before = pa.concat_arrays([before, *([texts] if isinstance(texts, pa.Array) else texts.chunks)])
        size = page.num_rows
        columns = {
            "ordinal": pa.array(np.arange(ordinal, ordinal + size, dtype=np.int32)),
            "page": pa.array(np.full(size, number, np.int32)),
            "kind": kind,
        }
        for name, column in columns.items():
            page = page.set_column(PART_PASSAGES.get_field_index(name), PART_PASSAGES.field(name), column)  # noqa: PLW2901
        numbered.append(page)
        ordinal += size
    return numbered
