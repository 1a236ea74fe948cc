"""The records of a source's exports, each once and each with a key; the files that they may be about."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import StudyError
from pipeline.ingest.bibliography.formats import is_export, read_export
from pipeline.ingest.bibliography.match import comparable, first_author
from pipeline.ingest.sources import folder
from pipeline.records import Reject
from pipeline.stages import path_name

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.ingest.bibliography.record import Record
    from pipeline.settings import Source
    from pipeline.study import Study

_STORAGE_KEY = re.compile(r"[A-Z0-9]{8}")


class Entry(NamedTuple):
    """A record, and where it stands."""

    record: Record
    export: Path
    media_type: str


def root_of(study: Study, source: Source) -> Path:
    """The folder in which a source's files lie."""
    if source.files:
        return study.resolve(source.files)
    path = study.resolve(source.path)
    return path if path.is_dir() else path.parent


def list_exports(study: Study, source: Source) -> list[Path]:
    """The exports of a source: the file that it names, or all that lie in the folder that it names.

    Raises:
        StudyError: the folder has none, and is no storage of Zotero either.
    """
    path = study.resolve(source.path)
    if not path.is_dir():
        return [path]
    inside = sorted(path.iterdir())
    found = [file for file in inside if file.is_file() and not file.name.startswith((".", "~$")) and is_export(file)]
    if not found and not any(step.is_dir() and _STORAGE_KEY.fullmatch(step.name) for step in inside):
        raise StudyError(
            f"{study.where}: [[source]] {source.id}: path: {path} holds no export of a bibliography "
            "(.ris .bib .json .rdf .enw .net .txt .xls .xlsx .csv); export it there, or take kind = 'folder'"
        )
    return found


def list_attachments(study: Study, source: Source) -> list[tuple[Path, str]]:
    """The files of a source that its records may be about, with their paths in their folder."""
    root = root_of(study, source)
    exports = set(list_exports(study, source))
    files = folder.list_files(study, source.model_copy(update={"path": str(root), "metadata": None}))
    return [(file, path_name(file, root)) for file in files if file not in exports]


def read_entries(study: Study, source: Source) -> tuple[list[Entry], list[Reject]]:
    """All records of a source, each once, and what could not be read or stood there before.

    A record is another one's copy if both have one DOI and titles of which one begins like the other, or agree in all
    that says which text it is. What only the copy has (a file, an abstract) is kept. A key that another record has
    already gets a number.

    Raises:
        StudyError: an export cannot be read at all.
    """
    entries: list[Entry] = []
    rejects: list[Reject] = []
    seen: dict[tuple[str, ...], int] = {}
    keys: set[str] = set()
    for path in list_exports(study, source):
        export = read_export(path)
        for read in export.read:
            if isinstance(read, Reject):
                rejects.append(read)
                continue
            marks = _marks(read)
            before = next(
                (seen[mark] for mark in marks if mark in seen and _same(entries[seen[mark]].record, read)), None
            )
            if before is not None:
                first = entries[before]
                entries[before] = first._replace(record=_merge(first.record, read))
                item = read.key or own_key(read)
                rejects.append(Reject("", item, "corpus", "duplicate_id", f"{read.where}: as {first.record.where}"))
                continue
            seen |= {mark: len(entries) for mark in marks}
            entries.append(Entry(_with_own_key(read, keys), path, export.media_type))
    return entries, rejects


def own_key(record: Record) -> str:
    """The key of a record that has none and no file: its first author, its year and eight digits of its title's sum."""
    author = re.sub(r"\W", "", first_author(record))
    digest = hashlib.sha256(comparable(record.title).encode()).hexdigest()
    return f"{author}{record.date[:4]}-{digest[:8]}"


def unused(key: str, used: set[str]) -> str:
    """The key, with a number behind it if it is used; it is used then."""
    number, free = 1, folder.sidecar_key(key)
    while free in used:
        number += 1
        free = f"{folder.sidecar_key(key)}-{number}"
    used.add(free)
    return free


def _with_own_key(record: Record, keys: set[str]) -> Record:
    if not record.key:
        return record
    key = unused(record.key, keys)
    return record if key == record.key else replace(record, key=key, flags=(*record.flags, "duplicate_key"))


def _marks(record: Record) -> list[tuple[str, ...]]:
    item = record.item
    text = [comparable(record.title), comparable(first_author(record)), record.date[:4]]
    marks = [("text", *text, *(comparable(str(item.get(name, ""))) for name in ("container-title", "issue", "page")))]
    return [("doi", str(item["DOI"]).lower()), *marks] if item.get("DOI") else marks


def _same(one: Record, other: Record) -> bool:
    a, b = comparable(one.title), comparable(other.title)
    return a.startswith(b) or b.startswith(a)


def _merge(first: Record, second: Record) -> Record:
    return replace(
        first,
        item={**second.item, **first.item},
        date=first.date or second.date,
        abstract=first.abstract or second.abstract,
        keywords=first.keywords or second.keywords,
        attachments=tuple(dict.fromkeys(first.attachments + second.attachments)),
    )
