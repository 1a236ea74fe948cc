"""Source ``folder``: each file of a folder is a document; a sidecar says what is known of it."""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import StudyError, Unreadable
from pipeline.ingest.dating import date_extract
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers import read_documents
from pipeline.ingest.readers.text import clean
from pipeline.ingest.shingles import sign
from pipeline.ingest.sources.sheets import book_rows, separated_rows
from pipeline.languages.identify import identify_in_documents
from pipeline.languages.mixed import cut_mixed
from pipeline.records import DOCUMENTS, Block, Extract, Reject
from pipeline.store.parts import PART_PASSAGES, make_part, write_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.ingest.readers.ocr import Recognise, Recognised
    from pipeline.ingest.sources.sheets import Numbered
    from pipeline.settings import PdfSettings, Source
    from pipeline.study import Study

FIELDS = ("title", "author", "publisher", "date", "language", "city", "url")
"""What a sidecar can say of a document in columns of their own; further columns are kept under their names."""

_FEW_PAIRS = 100_000
"""Of so many pairs of names the nearest is found within a second."""

Sidecar = dict[str, dict[str, str]]


def list_files(study: Study, source: Source) -> list[Path]:
    """The files of a folder and of the folders in it, in order of their paths.

    Left out are hidden files, the sidecar, and what the study itself writes where that lies in the folder. A link to
    nothing or to a folder is an item like any other: it becomes a reject, for links to folders are not followed.
    """
    folder = study.resolve(source.path)
    sidecar = folder / source.metadata if source.metadata else None
    own = [place for place in (study.corpus_folder, study.export_folder) if place.is_relative_to(folder)]
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    texts = (path for path in found if path != sidecar and not any(path.is_relative_to(place) for place in own))
    visible = [p for p in texts if not any(step.startswith((".", "~$")) for step in p.relative_to(folder).parts)]
    return sorted(visible, key=lambda path: path.relative_to(folder).as_posix())


def read_sidecar(path: Path, column: str = "file", key: Callable[[str], str] | None = None, also: str = "") -> Sidecar:
    """What a sidecar says of each file: ``{"a.pdf": {"title": "…", "date": "2014-05-15"}}``; empty cells are left out.

    Args:
        path: The sidecar.
        column: The one that says what a row is about.
        key: How its cells are compared; `sidecar_key` where absent.
        also: Another column that can say it, where the first is missing or empty.

    Returns:
        By the file's path in the folder, or what the column holds.

    Raises:
        StudyError: the sidecar cannot be read, does not have the column or has one whose name is taken, has a row with
            more cells than columns, or names a file twice.
    """
    numbered = iter(_xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path))
    rows = ((number, _whole_row(path, number, row)) for number, row in numbered)
    header = _header(path, next(rows, (1, []))[1])
    if column not in header and (not also or also not in header):
        raise StudyError(
            f"{path}: there is no column {column!r}, which says what {column} a row is about; its columns are: "
            + (", ".join(filter(None, header)) or "none")
        )
    sidecar: Sidecar = {}
    for number, row in rows:
        if any(row[len(header) :]):
            raise StudyError(
                f"{path}: row {number}: {len(row)} cells under {len(header)} columns; put a cell with a comma in quotes"
            )
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name and cell.strip()}
        about = cells.pop(column, "") or cells.pop(also, "")
        file = key(about) if key else sidecar_key(about.replace("\\", "/"))
        cells = {name: clean(cell) for name, cell in cells.items()}
        if not file:
            continue
        if file in sidecar:
            raise StudyError(f"{path}: row {number}: the {column} {file!r} has a row already; one {column}, one row")
        sidecar[file] = cells
    return sidecar


def sidecar_key(name: str) -> str:
    """A file's name as it is compared with the sidecar: composed, since a Mac writes ``ü`` as ``u`` and two dots."""
    return unicodedata.normalize("NFC", name).removeprefix("./")


class Task(NamedTuple):
    """A file to be read."""

    path: Path
    name: str
    """What it is called in its source."""
    target: Path
    """Where its part is written."""
    failed: Path
    """Where a part is written that says that it broke a limit."""
    pdf: PdfSettings


def read_into_part(task: Task, recognise: Recognise | None = None) -> tuple[int, ...]:
    """Read one file and write its part; what cannot be used, the file or a file in it, becomes a reject in it.

    Args:
        task: The file.
        recognise: What gives the lines of a PDF's pages for OCR.

    Returns:
        Where there is nothing that gives them: the indices of the pages that wait for OCR (the first is 0). If there
        are such, no part was written.
    """
    waiting: list[int] = []

    def wait(_: object, indices: Sequence[int]) -> Recognised:
        waiting.extend(indices)
        return {}

    documents: list[dict[str, object]] = []
    passages: dict[str, list[object]] = {name: [] for name in PART_PASSAGES.names}
    rejects: list[Reject] = []
    try:
        data = task.path.read_bytes()
        read = read_documents(data, task.name, task.pdf, recognise or wait)
    except (FileNotFoundError, IsADirectoryError):
        detail = "a link to nothing or to a folder; put the files themselves here"
        data, read = b"", [("", Unreadable("missing_file", detail))]
    if waiting:
        return tuple(waiting)
    digest = hashlib.sha256(data).hexdigest()
    for within, extract in read:
        key = f"{task.name}/{within}" if within else task.name
        if isinstance(extract, Unreadable):
            rejects.append(Reject("", key, "corpus", extract.reason, extract.detail))
            continue
        add_passages(passages, extract, len(documents))
        documents.append(document_row(extract, key, digest))
    write_part(task.target, sign(make_part(documents, passages, rejects)))
    return ()


def reject_into_part(task: Task, problem: Unreadable) -> None:
    """Write the part of a file whose reading had to be stopped."""
    detail = problem.detail
    if problem.reason == "too_slow" and task.path.suffix.lower() == ".zip":
        detail += "; scans in an archive count with it, each page of a scan outside of it has this time for itself"
    write_part(task.failed, make_part([], {}, [Reject("", task.name, "corpus", problem.reason, detail)]))


def check_sidecar(sidecar: Sidecar, path: Path, names: set[str]) -> list[Reject]:
    """A reject for each file that the sidecar names and the folder does not have."""
    there = {sidecar_key(name) for name in names}
    by_last = {PurePath(name).name: name for name in sorted(there, reverse=True)}
    missing = [name for name in sidecar if name not in there]
    compared = there if len(there) * len(missing) < _FEW_PAIRS else set()
    rejects: list[Reject] = []
    for name in missing:
        near = by_last.get(PurePath(name).name) or next(iter(difflib.get_close_matches(name, compared, 1, 0.8)), None)
        detail = f"{path.name} names it" + (f"; the folder has {near!r}" if near else "")
        rejects.append(Reject("", name, "corpus", "missing_file", detail))
    return rejects


def document_row(extract: Extract, key: str, digest: str) -> dict[str, object]:
    """A document as a row of a part: its key in the source, what it says of itself, the sha256 of its bytes."""
    extract = date_extract(extract, key)
    return {
        "key": key,
        **{field: extract.metadata.get(field) for field in FIELDS},
        "more": sorted((name, value) for name, value in extract.metadata.items() if name not in FIELDS),
        "media_type": extract.media_type,
        "sha256": digest,
        "pages": extract.pages,
        "reader": extract.reader,
        "flags": list(extract.flags),
        "repairs": sorted(extract.repairs.items()),
    }


def add_passages(passages: dict[str, list[object]], extract: Extract, document: int) -> None:
    """Append a document's passages to the columns of a part; ``document`` is its row there."""
    found = passages_of(extract)
    passages["document"] += [document] * len(found)
    passages["ordinal"] += range(len(found))
    passages["page"] += [passage.page for passage in found]
    passages["kind"] += [passage.kind for passage in found]
    passages["language"] += [passage.language for passage in found]
    passages["text"] += [passage.text for passage in found]


def passages_of(extract: Extract) -> list[Block]:
    """A document's passages: its blocks, each with its language.

    A block in two writings gives a passage for each, in the language that is found in it.
    """
    texts, of = cut_mixed([block.text for block in extract.blocks])
    rows = of.tolist()
    parts = Counter(rows)
    found = identify_in_documents(texts, [0] * len(texts))
    blocks = [extract.blocks[row] for row in rows]
    said = [block.language if parts[row] == 1 else None for block, row in zip(blocks, rows, strict=True)]
    return [
        replace(block, text=text, language=stated or language)
        for block, text, stated, language in zip(blocks, texts, said, found, strict=True)
    ]


def _header(path: Path, row: list[str]) -> list[str]:
    """The names of a sidecar's columns; the known ones in lower case, whatever Excel made of them."""
    known = {"file", *FIELDS}
    header = [name.strip().lower() if name.strip().lower() in known else name.strip() for name in row]
    for name in filter(None, header):
        if header.count(name) > 1:
            raise StudyError(f"{path}: two columns are called {name!r}; each needs its own name")
        if name in DOCUMENTS.names and name not in known:
            raise StudyError(f"{path}: a column cannot be called {name!r}, a name of our own; call it otherwise")
    return header


def _whole_row(path: Path, number: int, row: list[str] | str) -> list[str]:
    if isinstance(row, str):
        raise StudyError(f"{path}: row {number}: {row}")
    return row


def _csv_rows(path: Path) -> Iterable[Numbered]:
    try:
        text, _ = decode(path.read_bytes())
    except Unreadable as problem:
        raise StudyError(f"{path}: the sidecar cannot be read ({problem}); save it as CSV in UTF-8") from None
    return separated_rows(text)


def _xlsx_rows(path: Path) -> Iterable[Numbered]:
    with path.open("rb") as file:
        return book_rows(file, path)
