"""The records that flow through the pipeline, and their Arrow schemas. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["body", "heading", "footnote", "reference", "caption", "table", "boilerplate", "abstract", "keywords"]
KINDS: tuple[str, ...] = get_args(Kind)

REASONS: dict[str, str] = {
    "missing_file": "the metadata or a link names a file that is not there",
    "empty": "the file has no bytes",
    "binary": "the bytes are no text and no known format",
    "unknown_format": "no reader for files of this kind",
    "encoding": "the text's encoding could not be found, or the bytes do not fit the one it names",
    "encrypted": "the file is locked with a password",
    "broken": "the file is damaged or cut off",
    "no_text": "the file could be read and holds no text",
    "bad_row": "the row of a table could not be read",
    "duplicate_id": "another row of the table has the same id",
    "needs_ocr": "the pages are pictures without text; reading them needs the extra 'ocr'",
    "too_slow": "reading the file took longer than the study allows",
    "too_big": "the file, or what it unpacks to, is larger than the study allows",
    "crashed": "the reader's process died over this file",
    "robots": "the site's robots.txt forbids it",
    "refused": "the address is none of http or https, or one of this machine or its network",
    "unreachable": "the host did not answer, or not to the end",
    "http_error": "the host answered with an error, or with redirects without end",
}
"""Why an input item is no document; the only words that ``rejects.csv`` uses."""


class Box(NamedTuple):
    """A rectangle on a page: points of 1/72 inch from the page's left and top."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as a reader found it: NFC text without hard line breaks, and where it stood."""

    text: str
    kind: Kind = "body"
    page: int | None = None
    """First page is 1; None where the format has no pages."""
    language: str | None = None
    """Only where the file itself declares it for this paragraph."""
    boxes: tuple[Box, ...] = ()
    """Where its lines stand, for formats that have pages."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What a reader made of one file's bytes."""

    blocks: tuple[Block, ...]
    reader: str
    """Who extracted it, with the version: ``pypdfium2 5.15.2``."""
    media_type: str
    pages: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the file says of itself, of ``title author publisher date language url``; only what it has."""
    flags: tuple[str, ...] = ()
    """What is doubtful about it."""
    repairs: Mapping[str, int] = field(default_factory=dict)
    """How often each repair changed the text: ``{"hyphen_joined": 12, "ligature": 3}``."""


@dataclass(frozen=True, slots=True)
class Reject:
    """An input item that is no document."""

    source_id: str
    item: str
    stage: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One form of a concept in one language."""

    concept: str
    language: str
    form: str
    match: Literal["form", "lemma", "compound", "regex"]
    not_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of the lexicon with the terms that stand for it."""

    id: str
    label: Mapping[str, str]
    terms: tuple[Term, ...]


DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("source_type", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("author", pa.string()),
        pa.field("publisher", pa.string()),
        pa.field("city", pa.string()),
        pa.field("date", pa.date32()),
        pa.field("date_precision", pa.string()),
        pa.field("date_evidence", pa.string()),
        pa.field("url", pa.string()),
        pa.field("path", pa.string()),
        pa.field("media_type", pa.string()),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("characters", pa.int64(), nullable=False),
        pa.field("pages", pa.int32()),
        pa.field("reader", pa.string(), nullable=False),
        pa.field("duplicate_of", pa.string()),
        pa.field("duplicate_kind", pa.string()),
        pa.field("duplicate_resemblance", pa.float64()),
        pa.field("flags", pa.list_(pa.string()), nullable=False),
        pa.field("repairs", pa.map_(pa.string(), pa.int64())),
    ]
)
"""Columns of ``documents.parquet``; a sidecar's further columns follow as text."""

PASSAGES = pa.schema(
    [
        pa.field("passage", pa.uint32(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("ordinal", pa.int32(), nullable=False),
        pa.field("page", pa.int32()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
    ]
)

TOKENS = pa.schema(
    [
        pa.field("passage", pa.uint32(), nullable=False),
        pa.field("start", pa.uint32(), nullable=False),
        pa.field("length", pa.uint16(), nullable=False),
        pa.field("type", pa.uint32(), nullable=False),
    ]
)

TYPES = pa.schema(
    [
        pa.field("type", pa.uint32(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("form", pa.string(), nullable=False),
        pa.field("lemma", pa.string(), nullable=False),
        pa.field("tag", pa.string()),
        pa.field("parts", pa.list_(pa.string()), nullable=False),
        pa.field("is_word", pa.bool_(), nullable=False),
    ]
)

ENTITIES = pa.schema(
    [
        pa.field("passage", pa.uint32(), nullable=False),
        pa.field("start", pa.uint32(), nullable=False),
        pa.field("end", pa.uint32(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
    ]
)

MENTIONS = pa.schema(
    [
        pa.field("concept", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("passage", pa.uint32(), nullable=False),
        pa.field("start", pa.uint32(), nullable=False),
        pa.field("end", pa.uint32(), nullable=False),
        pa.field("surface", pa.string(), nullable=False),
        pa.field("nested_in", pa.string()),
        pa.field("counted", pa.bool_(), nullable=False),
    ]
)
