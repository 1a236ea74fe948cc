"""Source ``bibliography``: exports of a bibliography, and the files that its records are about.

Files are read as those of a folder. Then each is tied to its record, whose description is laid over it; records
without a file become documents of their abstract and keywords. Each record and each file ends as a document or a
reject.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import __version__
from pipeline.ingest.bibliography.entries import list_attachments, own_key, read_entries, root_of, unused
from pipeline.ingest.bibliography.match import HEAD, Text, tie_by_path, tie_by_text
from pipeline.ingest.bibliography.names import Name, show_name
from pipeline.ingest.bibliography.record import keyword_lists
from pipeline.ingest.sources import folder
from pipeline.languages.identify import identify
from pipeline.languages.mixed import cut_mixed
from pipeline.records import Reject
from pipeline.stages import path_name
from pipeline.store.parts import PART_PASSAGES, Part, make_part, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.ingest.bibliography.entries import Entry
    from pipeline.ingest.bibliography.match import Ties
    from pipeline.settings import Source
    from pipeline.study import Study

_OTHER_TEXTS = ("footnote", "reference", "boilerplate", "table", "caption")
"""Kinds of passages that name other texts than the one they stand in."""

Passages = list[tuple[str, str, str]]
"""Kind, language and text."""


@dataclass(frozen=True, slots=True)
class _Bibliography:
    """A source's records and files, and which belong together."""

    study: Study
    root: Path
    entries: Sequence[Entry]
    passages: Sequence[Passages]
    ties: Ties
    used: set[str]
    """Keys that documents have."""


def tie_parts(study: Study, source: Source, targets: Sequence[Path]) -> Iterator[tuple[Part, folder.Sidecar]]:
    """The parts of a bibliography's files with what their records say, and a last one of records without a file.

    Args:
        study: the study.
        source: the source.
        targets: where the parts of its files are, in the order of `list_attachments`.

    Yields:
        A part, its documents called as their records are, and what the records say of them.

    Raises:
        StudyError: an export cannot be read.
    """
    entries, rejects = read_entries(study, source)
    records = [entry.record for entry in entries]
    root = root_of(study, source)
    where = dict(zip((name for _, name in list_attachments(study, source)), targets, strict=True))
    ties = tie_by_path(records, list(where), root.as_posix())
    if records:
        tie_by_text(records, {name: _text_of(read_part(where[name])) for name in where if name not in ties.tied}, ties)
    used = {record.key for record in records if record.key}
    known = _Bibliography(study, root, entries, _passages_of(entries), ties, used)
    files: dict[int, list[str]] = {}
    for name, tie in sorted(ties.tied.items(), key=lambda pair: (not pair[0].lower().endswith(".pdf"), pair[0])):
        files.setdefault(tie.record, []).append(name)
    counts = {name: read_part(where[name]).documents.num_rows for name in ties.tied}
    read = {number: [name for name in names if counts[name]] for number, names in files.items()}
    broken: dict[int, str] = {}
    for name, target in where.items():
        part = read_part(target)
        if name not in ties.tied:
            yield _without_record(known, part, name)
            continue
        number = ties.tied[name].record
        if not read[number]:
            broken[number] = "; ".join(f"{row['item']}: {row['reason']}" for row in part.rejects.to_pylist())
        several = len(read[number]) > 1 or part.documents.num_rows > 1
        yield _with_record(known, part, name, is_first=read[number][:1] == [name], several=several)
    yield _without_file(known, [number for number in range(len(entries)) if not read.get(number)], broken, rejects)


def _with_record(
    known: _Bibliography, part: Part, name: str, *, is_first: bool, several: bool
) -> tuple[Part, folder.Sidecar]:
    """A file's part under its record's key, with the record's abstract and keywords where the text marks none."""
    tie = known.ties.tied[name]
    entry = known.entries[tie.record]
    rows = part.documents["key"].to_pylist()
    own = [entry.record.key] if is_first and entry.record.key else []
    keys = own + [unused(row, known.used) for row in rows[len(own) :]]
    said = {
        folder.sidecar_key(key): _said(entry, key, tie.how) | {"path": path_name(known.root / row, known.study.root)}
        for key, row in zip(keys, rows, strict=True)
    }
    flags = [*entry.record.flags, *(["several_files"] if several else [])]
    return _renamed(part, keys, flags, known.passages[tie.record] if is_first else []), said


def _without_record(known: _Bibliography, part: Part, name: str) -> tuple[Part, folder.Sidecar]:
    """A file's part that no record is about; the records that it may be about are named and not chosen from."""
    rows = part.documents["key"].to_pylist()
    keys = [unused(row, known.used) for row in rows]
    likely = sorted(known.ties.open.get(name, ()))
    said = {
        folder.sidecar_key(key): {"path": path_name(known.root / row, known.study.root)}
        for key, row in zip(keys, rows, strict=True)
    }
    for cells in said.values() if likely else ():
        names = (known.entries[number].record.key or known.entries[number].record.where for number in likely)
        cells["record_match"] = "ambiguous: " + " | ".join(names)
    return _renamed(part, keys, ["no_record", *(["ambiguous_record"] if likely else [])], []), said


def _without_file(
    known: _Bibliography, numbers: Sequence[int], broken: dict[int, str], rejects: Sequence[Reject]
) -> tuple[Part, folder.Sidecar]:
    """The part of the records that no readable file is about: documents of their abstract and keywords, or rejects."""
    documents: list[dict[str, object]] = []
    passages: dict[str, list[object]] = {name: [] for name in PART_PASSAGES.names}
    lost = list(rejects)
    said: folder.Sidecar = {}
    likely: dict[int, list[str]] = {}
    for name, records in sorted(known.ties.open.items()):
        for number in records:
            likely.setdefault(number, []).append(name)
    for number in numbers:
        entry = known.entries[number]
        key = entry.record.key or unused(own_key(entry.record), known.used)
        found = likely.get(number, []) if number not in broken else []
        if not known.passages[number]:
            why = broken.get(number) or "; ".join(["no file, no abstract, no keywords", *found])
            lost.append(Reject("", key, "corpus", "missing_file", f"{entry.record.where}: {why}"))
            continue
        _append(passages, len(documents), 0, known.passages[number])
        flag = "unreadable_file" if number in broken else "no_file"
        flags = [*entry.record.flags, flag, *(["ambiguous_file"] if found else [])]
        documents.append(_document(entry, key, flags))
        match = "ambiguous: " + " | ".join(found) if found else ""
        path = path_name(entry.export, known.study.root)
        said[folder.sidecar_key(key)] = _said(entry, key, match) | {"path": path}
    return make_part(documents, passages, lost), said


def _said(entry: Entry, key: str, match: str) -> dict[str, str]:
    """What a record says of its document, by the columns of the documents; what is empty is left out."""
    record, item = entry.record, entry.record.item
    cells = {
        "title": record.title,
        "author": "; ".join(show_name(Name(**person)) for person in item.get("author", ())),
        "publisher": item.get("publisher", ""),
        "date": record.date,
        "language": item.get("language", ""),
        "url": item.get("URL", ""),
        "journal": item.get("container-title", "") if item["type"].startswith("article") else "",
        "volume": item.get("volume", ""),
        "issue": item.get("issue", ""),
        "page_range": item.get("page", ""),
        "doi": item.get("DOI", ""),
        "keywords": "; ".join(record.keywords),
        "record_match": match,
        "reference": json.dumps({"id": key, **item}, ensure_ascii=False, sort_keys=True),
    }
    return {name: cell for name, cell in cells.items() if cell}


def _passages_of(entries: Sequence[Entry]) -> list[Passages]:
    """The passages that each record gives: its abstract's paragraphs, its lists of keywords."""
    found = [
        [("abstract", text) for text in entry.record.abstract]
        + [("keywords", text) for text in keyword_lists(entry.record.keywords)]
        for entry in entries
    ]
    kinds = [(number, kind) for number, texts in enumerate(found) for kind, _ in texts]
    parts, rows = cut_mixed([text for texts in found for _, text in texts])
    passages: list[Passages] = [[] for _ in entries]
    for row, language, text in zip(rows.tolist(), identify(parts), parts, strict=True):
        number, kind = kinds[row]
        passages[number].append((kind, language, text))
    return passages


def _document(entry: Entry, key: str, flags: list[str]) -> dict[str, object]:
    said = json.dumps(
        [entry.record.item, entry.record.abstract, entry.record.keywords], ensure_ascii=False, sort_keys=True
    )
    return {
        "key": key,
        "media_type": entry.media_type,
        "sha256": hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest(),
        "reader": f"zwiesprache {__version__}",
        "flags": flags,
        "repairs": [],
    }


def _append(passages: dict[str, list[Any]], document: int, ordinal: int, more: Passages) -> None:
    passages["document"] += [document] * len(more)
    passages["ordinal"] += range(ordinal, ordinal + len(more))
    passages["page"] += [None] * len(more)
    for column, values in zip(("kind", "language", "text"), zip(*more, strict=True), strict=False):
        passages[column] += values


def _renamed(part: Part, keys: list[str], flags: list[str], more: Passages) -> Part:
    """A part whose documents have other keys and further flags, and the first of them further passages."""
    flagged = [[*own, *flags] for own in part.documents["flags"].to_pylist()]
    columns = {"key": pa.array(keys, pa.string()), "flags": pa.array(flagged, pa.list_(pa.string()))}
    documents = part.documents
    for name, column in columns.items():
        documents = documents.set_column(documents.schema.get_field_index(name), name, column)
    first = part.passages.filter(pc.equal(part.passages["document"], 0))
    marked = set(first["kind"].unique().to_pylist())
    more = [passage for passage in more if passage[0] not in marked]
    if not more or not keys:
        return Part(documents, part.passages, part.rejects)
    added: dict[str, list[Any]] = {name: [] for name in PART_PASSAGES.names}
    _append(added, 0, (pc.max(first["ordinal"]).as_py() or 0) + 1, more)
    table = pa.concat_tables([part.passages, pa.Table.from_pydict(added, PART_PASSAGES)])
    order = pc.sort_indices(table, [("document", "ascending"), ("ordinal", "ascending")])
    return Part(documents, table.take(order), part.rejects)


def _text_of(part: Part) -> Text:
    """What a file shows of itself at its beginning."""
    if not part.documents.num_rows:
        return Text("", "")
    passages = part.passages.filter(pc.equal(part.passages["document"], 0)).slice(0, 60)
    pages = passages["page"].fill_null(1)
    own = pc.invert(pc.is_in(passages["kind"], value_set=pa.array(_OTHER_TEXTS)))
    lines = passages.filter(pc.and_(own, pc.equal(pages, 1)))["text"].to_pylist()
    return Text(part.documents["title"][0].as_py() or "", "\n".join(lines)[:HEAD])
