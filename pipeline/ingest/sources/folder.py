"""Source ``folder``: each file of a folder is a document; a sidecar says what is known of it."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

from pipeline.errors import StudyError, Unreadable, known_names
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers import read_file
from pipeline.ingest.sources.sheets import sheet_rows
from pipeline.languages.identify import identify
from pipeline.records import Extract, Reject
from pipeline.store.parts import Part, make_part, write_part

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Source, Study

FIELDS = ("title", "author", "publisher", "date", "language", "city", "url")
"""What a sidecar can say of a document in columns of their own; further columns are kept under their names."""

Sidecar = dict[str, dict[str, str]]


def list_files(study: Study, source: Source) -> list[Path]:
    """The files of a folder and of the folders in it, in order of their paths; hidden ones and the sidecar left out."""
    folder = study.resolve(source.path)
    sidecar = folder / source.metadata if source.metadata else None
    found = (path for path in folder.rglob("*") if path.is_file() and path != sidecar)
    visible = [p for p in found if not any(step.startswith((".", "~$")) for step in p.relative_to(folder).parts)]
    return sorted(visible, key=lambda path: path.relative_to(folder).as_posix())


def read_sidecar(path: Path) -> Sidecar:
    """What a sidecar says of each file: ``{"a.pdf": {"title": "…", "date": "2014-05-15"}}``; empty cells are left out.

    Raises:
        StudyError: the sidecar cannot be read, has no column ``file``, or names a file twice.
    """
    rows = _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    header = [name.strip() for name in rows[0]] if rows else []
    if "file" not in header:
        raise StudyError(
            f"{path}: there is no column 'file', which says what file a row is about; its columns are: "
            + (", ".join(filter(None, header)) or "none")
        )
    sidecar: Sidecar = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name and cell.strip()}
        file = cells.pop("file", "").replace("\\", "/")
        if not file:
            continue
        if file in sidecar:
            raise StudyError(f"{path}: row {number}: the file {file!r} has a row already; one file, one row")
        sidecar[file] = cells
    return sidecar


def read_into_part(path: Path, name: str, target: Path) -> None:
    """Read one file and write its part to ``target``; a file that cannot be used becomes a reject in it."""
    data = path.read_bytes()
    try:
        extract = read_file(data, name)
        part = _part_of(extract, name, hashlib.sha256(data).hexdigest())
    except Unreadable as problem:
        part = make_part([], {}, [Reject("", name, "corpus", problem.reason, problem.detail)])
    write_part(target, part)


def check_sidecar(sidecar: Sidecar, path: Path, names: set[str]) -> list[Reject]:
    """A reject for each file that the sidecar names and the folder does not have."""
    return [
        Reject(
            "",
            name,
            "corpus",
            "missing_file",
            f"{path.name} names it; {known_names(name, names) if names else ''}"[:200],
        )
        for name in sidecar
        if name not in names
    ]


def _part_of(extract: Extract, name: str, digest: str) -> Part:
    blocks = extract.blocks
    found = identify([block.text for block in blocks])
    document: dict[str, object] = {
        "key": name,
        **{field: extract.metadata.get(field) for field in FIELDS},
        "more": [],
        "media_type": extract.media_type,
        "sha256": digest,
        "pages": extract.pages,
        "reader": extract.reader,
        "flags": list(extract.flags),
    }
    passages: dict[str, list[object]] = {
        "document": [0] * len(blocks),
        "ordinal": list(range(len(blocks))),
        "page": [block.page for block in blocks],
        "kind": [block.kind for block in blocks],
        "language": [block.language or language for block, language in zip(blocks, found, strict=True)],
        "text": [block.text for block in blocks],
    }
    return make_part([document], passages, [])


def _csv_rows(path: Path) -> list[list[str]]:
    try:
        text, _ = decode(path.read_bytes())
    except Unreadable as problem:
        raise StudyError(f"{path}: the sidecar cannot be read ({problem}); save it as CSV in UTF-8") from None
    sample = text[:4096].split("\n", 1)[0]
    delimiter = max(",;\t", key=sample.count)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]


def _xlsx_rows(path: Path) -> list[list[str]]:
    with path.open("rb") as file:
        return [row for row in sheet_rows(file, path) if any(row)]
