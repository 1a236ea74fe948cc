"""Sources -> parts: what the readers make of each file, kept until the file, the readers or their tools change.

The unit of work is the file. A part is kept under the hash of the file's bytes, of the readers' code and of the
versions of their tools; a corpus that grew by one file reads one file.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import partial
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.errors import Unreadable
from pipeline.executor import check_shared, open_executor
from pipeline.ingest.bibliography.entries import list_attachments
from pipeline.ingest.isolation import read_each
from pipeline.ingest.sources import archive, folder, table
from pipeline.ingest.sources.scans import read_scans
from pipeline.stages import FileHashes, Progress, hash_code, path_name, tool_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.settings import Source
    from pipeline.study import Study

PARTS_FOLDER = ".parts"
WHOLE = ".whole"
"""How the files end that list the parts of a table."""
ARCHIVED = ("archive", "web")
"""The kinds of sources whose pages are kept in archives."""

READING = ("pipeline.ingest.readers", "pipeline.ingest.repair", "pipeline.ingest.encodings",
           "pipeline.ingest.sources", "pipeline.ingest.dates", "pipeline.ingest.dates_in_text",
           "pipeline.ingest.dating", "pipeline.languages.identify", "pipeline.languages.mixed",
           "pipeline.languages.scripts", "pipeline.store.parts",
           "pipeline.ingest.crawl.addresses", "pipeline.ingest.shingles", "pipeline.languages.han")  # fmt: skip
"""The code that shapes a part."""
TOOLS = ("pypdfium2", "pdfminer.six", "trafilatura", "htmldate", "lxml", "striprtf", "charset-normalizer",
         "py3langid", "openpyxl", "pyarrow", "warcio", "w3lib", "rensa", "opencc")  # fmt: skip
"""The distributions that do."""


def ocr_version() -> str:
    """The version of the engine of the extra ``ocr``, or nothing: a page that it could not read before, it can now."""
    try:
        return importlib.metadata.version("rapidocr")
    except importlib.metadata.PackageNotFoundError:
        return ""


def named_files(study: Study, source: Source) -> list[tuple[Path, str]]:
    """The files of a source with the names that they have in it."""
    root = study.resolve(source.path)
    if source.kind == "table":
        return [(root, root.name)]
    if source.kind == "bibliography":
        return list_attachments(study, source)
    if source.kind in ARCHIVED:
        root = archive.base_of(study, source)
        return [(path, path_name(path, root)) for path in archive.list_files(study, source)]
    return [(path, path_name(path, root)) for path in folder.list_files(study, source)]


def gather_parts(study: Study, source: Source, hashes: FileHashes, progress: Progress) -> Iterator[tuple[Path, bool]]:
    """The parts of a source in order, and whether a file was read for each just now."""
    parts = study.corpus_folder / PARTS_FOLDER
    parts.mkdir(parents=True, exist_ok=True)
    code = (__version__, hash_code(READING), tool_versions(TOOLS), ocr_version())
    if source.kind == "table":
        key = _key(code, study.resolve(source.path).suffixes, source.columns, source.language is not None)
        return _table_parts(study, source, key, hashes, progress)
    keys = [(path, name, _key(hashes.of(path), code, name, study.pdf)) for path, name in named_files(study, source)]
    if source.kind in ARCHIVED:
        return archive.read_files(keys, parts, study.pdf, study.run, progress)
    return _folder_parts(study, source, parts, keys, progress)


def drop_parts(study: Study, kept: set[Path]) -> None:
    """Remove the parts of files that are no more, and drafts that a stopped run left."""
    names = {path.name for path in kept}
    keys = {_key_of(path) for path in kept}
    for path in (study.corpus_folder / PARTS_FOLDER).iterdir():
        whole = path.suffix == WHOLE and names.issuperset(_listed(path))
        if not whole and (path.suffix == ".draft" or _key_of(path) not in keys):
            path.unlink()


def _folder_parts(
    study: Study, source: Source, parts: Path, keys: list[tuple[Path, str, str]], progress: Progress
) -> Iterator[tuple[Path, bool]]:
    """One part a file. A file that broke a limit has a part under that limit: another limit reads it again."""
    limits = f"{study.run.seconds_per_file:g}-{study.run.megabytes_per_file}"
    failed = {key: parts / f"{key}-{limits}.arrow" for _, _, key in keys}
    whole = {key: parts / f"{key}.arrow" for _, _, key in keys}
    missing = [folder.Task(path, name, whole[key], failed[key], study.pdf)
               for path, name, key in keys if not whole[key].exists() and not failed[key].exists()]  # fmt: skip
    check_shared(study.run.scheduler, parts, [task.path for task in missing])
    waiting: list[tuple[folder.Task, Sequence[int]]] = []
    for i, (task, ended) in enumerate(read_each(folder.read_into_part, missing, study.run)):
        if isinstance(ended, Unreadable):
            folder.reject_into_part(task, ended)
        elif ended:
            waiting.append((task, ended))
        progress(f"files of {source.id}", i + 1, len(missing))
    read_scans(waiting, study.run, partial(progress, f"scanned pages of {source.id}"))
    new = {task.target for task in missing}
    for _, _, key in keys:
        yield (whole[key] if whole[key].exists() else failed[key]), whole[key] in new


def _table_parts(
    study: Study, source: Source, key: str, hashes: FileHashes, progress: Progress
) -> Iterator[tuple[Path, bool]]:
    """The parts of a table; a file in the folder lists them, so that a table that did not change is not read."""
    path, parts = study.resolve(source.path), study.corpus_folder / PARTS_FOLDER
    whole = parts / f"{_key(hashes.of(path), key)}{WHOLE}"
    found = [parts / name for name in _listed(whole)] if whole.exists() else []
    if found and all(part.exists() for part in found):
        yield from ((part, False) for part in found)
        return
    names: list[str] = []
    tasks = path.stat().st_size // 100_000
    scheduler = study.run.scheduler if tasks else None
    check_shared(scheduler, parts, [path])
    with open_executor(study.run.workers, tasks, scheduler) as executor:
        chunks = table.read_chunks(path, source, key, parts)
        for done in table.read_parts(executor, chunks, elsewhere=scheduler is not None):
            progress(f"parts of {source.id}", len(names) + 1, 0)
            yield done, not names
            names.append(done.name)
    whole.write_text("\n".join(names), encoding="utf-8")


def _listed(whole: Path) -> list[str]:
    return whole.read_text(encoding="utf-8").split()


def _key(*what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:32]


def _key_of(path: Path) -> str:
    return path.stem.split("-")[0]
