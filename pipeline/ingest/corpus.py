"""The stage ``corpus``: sources -> documents, passages, rejects.

What the readers make of the files comes as parts (`pipeline.ingest.gather`). What the study and its sidecars say is
laid over them here (`pipeline.ingest.finish`), so that a corrected date reads no file again. Parts that are as they
were at the last build are taken from what that kept (`pipeline.ingest.kept`), without reading their text.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError, show_path
from pipeline.ingest.bibliography.entries import list_exports
from pipeline.ingest.crawl.outcomes import FILE
from pipeline.ingest.dating import BAD_DATE
from pipeline.ingest.duplicates import find_copies
from pipeline.ingest.finish import finish, say_more
from pipeline.ingest.gather import ARCHIVED, TOOLS, drop_parts, gather_parts, named_files, ocr_version
from pipeline.ingest.kept import KEPT_FOLDER, Entries, Kept, digest
from pipeline.ingest.shingles import sign
from pipeline.ingest.sources import bibliography, captures, folder
from pipeline.ingest.sources.archive import base_of
from pipeline.records import Reject
from pipeline.stages import FileHashes, Progress, Stage, Summary, hash_code, path_name, tool_versions
from pipeline.store import cells
from pipeline.store.corpus import DOCUMENTS_FILE, PASSAGES_FILE, CorpusWriter
from pipeline.store.parts import Part, read_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pipeline.settings import Source
    from pipeline.study import Study

REJECTS_FILE = "rejects.csv"


def build_corpus(study: Study, draft: Path, progress: Progress) -> Summary:
    """Read all sources; write documents, passages and rejects.

    Returns:
        Documents, passages, characters, undated documents, copies, how many files were read now, rejects by reason,
        flags by name, and what of web archives is no item.

    Raises:
        InputError: no document at all.
    """
    kept: set[Path] = set()
    counts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    hashes = FileHashes(study)
    before = Kept(study.corpus_folder / KEPT_FOLDER, f"{hash_code(CORPUS.modules)} {tool_versions(CORPUS.tools)}")
    with ExitStack() as stack:
        rejects = _Rejects(stack.enter_context((draft / REJECTS_FILE).open("w", encoding="utf-8", newline="")))
        writer = stack.enter_context(CorpusWriter(draft, study.corpus_folder))
        made = _Made(writer, rejects, Entries())
        for source in study.sources:
            targets = _noted(partial(gather_parts, study, source, hashes, progress), kept, counts)
            _take_source(_Taking(study, source, before, made), targets, left_out)
        outlines = writer.finish()
        if not outlines.num_rows:
            raise InputError(_nothing_left(study, rejects))
        drop_parts(study, kept)
        workers = 1 if study.run.scheduler else study.run.workers
        writer.marks, copies = find_copies(draft, outlines, before.copies, progress, workers)
    before.replace(draft, made.entries.batches(), copies)
    return {
        "documents": outlines.num_rows,
        "passages": writer.passages,
        "characters": pc.sum(outlines["characters"]).as_py(),
        "languages": dict(_count(outlines["language"]).most_common()),
        "undated": outlines["date"].null_count,
        "copies": outlines.num_rows - writer.marks["duplicate_of"].null_count,
        "files_read": counts["files_read"],
        "rejects": dict(sorted(rejects.reasons.items())),
        "flags": dict(sorted(_count(pc.list_flatten(outlines["flags"])).items())),
        **({"left_out": dict(sorted((+left_out).items()))} if +left_out else {}),
    }


class _Rejects:
    """Writes ``rejects.csv``; counts."""

    def __init__(self, file: Any) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(["source_id", "item", "stage", "reason", "detail"])
        self.reasons: Counter[str] = Counter()
        self.first = ""

    def add(self, source: Source, rejects: Sequence[Reject]) -> None:
        for reject in rejects:
            row = (source.id, reject.item, reject.stage, reject.reason, reject.detail)
            self._writer.writerow([cells.guard_formula(cell) for cell in row])
            self.reasons[reject.reason] += 1
            self.first = self.first or f"{source.id}/{reject.item}: {reject.reason} {reject.detail}".rstrip()


class _Made(NamedTuple):
    """Where what is made goes."""

    writer: CorpusWriter
    rejects: _Rejects
    entries: Entries


class _Taking:
    """Takes the parts of a source into the corpus."""

    def __init__(self, study: Study, source: Source, before: Kept, to: _Made) -> None:
        self.study, self.source, self._before = study, source, before
        self._writer, self.rejects, self._entries = to
        self._seen: set[int] = set()
        """Hashes of the keys; those of a folder's files are told apart by their files."""
        place = path_name(study.resolve(source.path), study.root)
        self._settings = (source.model_dump(), sorted(study.passages.keep), place)

    def take_file(self, target: Path, sidecar: folder.Sidecar) -> None:
        """Take a part as it is kept, or as the last build kept what it made of it."""
        key = digest(target.name, self._settings)
        entry = self._before.find(key)
        if entry:
            keys = self._keys(entry.outlines["doc_id"], sidecar)
            said = digest(say_more(self.source, self.study, keys, sidecar))
            hashed = set(map(hash, keys)) if self.source.kind == "table" else set()
            if said == entry.said and not hashed & self._seen:
                self._seen |= hashed
                self._entries.note(key, said, self._writer.documents, entry.outlines.num_rows, entry.rejects)
                self._writer.add_outlines(entry.outlines, lambda: self._finish(read_part(target), sidecar)[1])
                self.rejects.add(self.source, entry.rejects)
                return
        self.take_part(read_part(target), sidecar, key)

    def take_part(self, part: Part, sidecar: folder.Sidecar, key: bytes | None = None) -> None:
        """Take a part; what is made of it is noted under the key."""
        number = part.documents.num_rows
        part, rejects = _drop_repeated(part, self._seen if self.source.kind != "folder" else set())
        documents, passages = self._finish(sign(part), sidecar)
        dated = (
            BAD_DATE not in pc.list_flatten(documents["flags"]).unique().to_pylist()
        )  # one of tomorrow can be read then
        if key and dated and number == part.documents.num_rows:
            said = digest(say_more(self.source, self.study, part.documents["key"].to_pylist(), sidecar))
            self._entries.note(key, said, self._writer.documents, number, rejects)
        self._writer.add(documents, passages)
        self.rejects.add(self.source, rejects)

    def _finish(self, part: Part, sidecar: folder.Sidecar) -> tuple[pa.Table, pa.Table]:
        return finish(self.study, self.source, part, sidecar)

    def _keys(self, names: pa.ChunkedArray, sidecar: folder.Sidecar) -> list[str]:
        """The keys of documents in the source, where they are asked for."""
        if self.source.kind == "folder" and not sidecar and not self.source.file_dates:
            return []
        return [name[len(self.source.id) + 1 :] for name in names.to_pylist()]


def _take_source(taking: _Taking, targets: Iterator[Path], left_out: Counter[str]) -> None:
    """Take the parts of a source; what is remembered of its keys goes with ``taking``."""
    study, source = taking.study, taking.source
    if source.kind in ARCHIVED:
        for part, said in captures.settle_parts(study, source, targets, left_out):
            taking.take_part(part, said)
    elif source.kind == "bibliography":
        for part, said in bibliography.tie_parts(study, source, list(targets)):
            taking.take_part(part, said)
    else:
        sidecar: folder.Sidecar = {}
        if source.metadata and source.kind == "folder":
            path = study.resolve(source.path) / source.metadata
            sidecar = folder.read_sidecar(path)
            names = {name for _, name in named_files(study, source)}
            taking.rejects.add(source, folder.check_sidecar(sidecar, path, names))
        for target in targets:
            taking.take_file(target, sidecar)


def _noted(gather: Callable[[], Iterator[tuple[Path, bool]]], kept: set[Path], counts: Counter[str]) -> Iterator[Path]:
    """Gather parts once they are asked for; note that they are used, and how many were read just now."""
    for target, is_new in gather():
        kept.add(target)
        counts["files_read"] += is_new
        yield target


def _count(words: pa.ChunkedArray) -> Counter[str]:
    """How often each word stands in a column, in the order in which they are first seen."""
    return Counter({count["values"]: count["counts"] for count in words.value_counts().to_pylist()})


def _drop_repeated(part: Part, seen: set[int]) -> tuple[Part, list[Reject]]:
    """The part without the documents whose key was seen before in this source; and the rejects, these among them."""
    rejects = [Reject("", r["item"], "corpus", r["reason"], r["detail"]) for r in part.rejects.to_pylist()]
    keys = part.documents["key"].to_pylist()
    hashed = set(map(hash, keys))
    if len(hashed) == len(keys) and seen.isdisjoint(hashed):
        seen |= hashed
        return part, rejects
    fresh = np.ones(len(keys), dtype=np.bool_)
    for i, key in enumerate(keys):
        if hash(key) in seen:
            fresh[i] = False
            rejects.append(Reject("", key, "corpus", "duplicate_id", "a row before has the same id"))
        seen.add(hash(key))
    document = part.passages["document"].to_numpy()
    passages = part.passages.filter(pa.array(fresh[document]))
    renumbered = (np.cumsum(fresh) - 1)[passages["document"].to_numpy()]
    passages = passages.set_column(0, "document", pa.array(renumbered, pa.int32()))
    return Part(part.documents.filter(pa.array(fresh)), passages, part.rejects), rejects


def _nothing_left(study: Study, rejects: _Rejects) -> str:
    if not rejects.first:
        first = study.sources[0]
        where = show_path(study.resolve(first.path)) if first.path else f"[[source]] {first.id}"
        return f"{study.where}: the sources hold no file; put texts into {where}"
    number = sum(rejects.reasons.values())
    return f"{study.where}: none of {number} items could be read, so there is no corpus; the first: {rejects.first}"


def _settings(study: Study) -> dict[str, Any]:
    sources = [source.model_dump() for source in study.sources]
    limits = study.run.model_dump(include={"seconds_per_file", "megabytes_per_file"})
    return {"sources": sources, "keep": sorted(study.passages.keep), "pdf": study.pdf.model_dump(), "limits": limits,
            "ocr": ocr_version()}  # fmt: skip


def _reads(study: Study) -> list[Path]:
    paths: list[Path] = []
    for source in study.sources:
        paths += [path for path, _ in named_files(study, source)]
        if source.metadata:
            paths.append(base_of(study, source) / source.metadata)
        if source.kind == "web":
            paths += [base_of(study, source) / FILE, *([study.resolve(source.urls)] if source.urls else [])]
        if source.kind == "bibliography":
            paths += list_exports(study, source)
    return paths


CORPUS = Stage(
    name="corpus",
    folder=lambda study: study.corpus_folder,
    settings=_settings,
    reads=_reads,
    writes=(DOCUMENTS_FILE, PASSAGES_FILE, REJECTS_FILE),
    modules=(
        "pipeline.ingest",
        "pipeline.languages.han",
        "pipeline.languages.identify",
        "pipeline.languages.mixed",
        "pipeline.languages.scripts",
        "pipeline.store",
    ),
    tools=(*TOOLS, "rapidfuzz", "ahocorasick-rs", "bibtexparser", "pylatexenc", "python-calamine"),
    run=build_corpus,
)
