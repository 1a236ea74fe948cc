"""The stage ``corpus``: sources -> documents, passages, rejects.

The unit of work is the file. What a reader makes of it is kept as a part under the hash of its bytes, of the readers'
code and of their tools' versions; a corpus that grew by one file reads one file. What the study and its sidecars say is
laid over the parts here.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.executor import map_in_order, open_executor
from pipeline.ingest.dates import parse_date
from pipeline.ingest.sources import folder, table
from pipeline.records import DOCUMENTS, Reject
from pipeline.stages import FileHashes, Progress, Stage, Summary, hash_code, path_name, tool_versions
from pipeline.store import cells
from pipeline.store.corpus import DOCUMENTS_FILE, PASSAGES_FILE, CorpusWriter
from pipeline.store.parts import Part, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.study import Source, Study

REJECTS_FILE = "rejects.csv"
PARTS_FOLDER = ".parts"

_READING = ("pipeline.ingest.readers", "pipeline.ingest.repair", "pipeline.ingest.encodings",
            "pipeline.ingest.sources", "pipeline.ingest.dates", "pipeline.languages.identify",
            "pipeline.store.parts")  # fmt: skip
"""The code that shapes a part."""
_TOOLS = ("pypdfium2", "pdfminer.six", "trafilatura", "lxml", "charset-normalizer", "py3langid", "openpyxl", "pyarrow")


def build_corpus(study: Study, draft: Path, progress: Progress) -> Summary:
    """Read all sources; write documents, passages and rejects.

    Returns:
        Documents, passages, characters, undated documents, how many files were read now and how many parts were still
        good, rejects by reason, flags by name.

    Raises:
        InputError: no document at all.
    """
    parts_folder = study.corpus_folder / PARTS_FOLDER
    parts_folder.mkdir(parents=True, exist_ok=True)
    kept: set[Path] = set()
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    rejects: list[Reject] = []
    languages: Counter[str] = Counter()
    hashes = FileHashes(study)
    with CorpusWriter(draft) as writer:
        for source in study.sources:
            seen: set[str] = set()
            sidecar: folder.Sidecar = {}
            if source.metadata:
                path = study.resolve(source.path) / source.metadata
                sidecar = folder.read_sidecar(path)
                names = {name for _, name in _named_files(study, source)}
                rejects += [_of_source(source, reject) for reject in folder.check_sidecar(sidecar, path, names)]
            for target, is_new in _parts(study, source, parts_folder, hashes, progress):
                kept.add(target)
                counts["files_read"] += is_new
                part, lost = _drop_repeated(read_part(target), seen)
                rejects += [_of_source(source, reject) for reject in lost]
                documents, passages = _finish(study, source, part, sidecar)
                writer.add(documents, passages)
                counts["documents"] += documents.num_rows
                counts["passages"] += passages.num_rows
                counts["characters"] += pc.sum(documents["characters"]).as_py() or 0
                counts["undated"] += documents["date"].null_count
                flags.update(flag for names in documents["flags"].to_pylist() for flag in names)
                languages.update(documents["language"].to_pylist())
    if not counts["documents"]:
        raise InputError(_nothing_left(study, rejects))
    _drop_parts(parts_folder, {_part_key(path) for path in kept})
    reasons.update(reject.reason for reject in rejects)
    _write_rejects(draft / REJECTS_FILE, rejects)
    return {
        "documents": counts["documents"],
        "passages": counts["passages"],
        "characters": counts["characters"],
        "languages": dict(languages.most_common()),
        "undated": counts["undated"],
        "files_read": counts["files_read"],
        "rejects": dict(sorted(reasons.items())),
        "flags": dict(sorted(flags.items())),
    }


def _named_files(study: Study, source: Source) -> list[tuple[Path, str]]:
    """The files of a source with the names that they have in it."""
    root = study.resolve(source.path)
    if source.kind == "table":
        return [(root, root.name)]
    return [(path, path_name(path, root)) for path in folder.list_files(study, source)]


def _parts(
    study: Study, source: Source, parts_folder: Path, hashes: FileHashes, progress: Progress
) -> Iterator[tuple[Path, bool]]:
    """The parts of a source in order, and whether a file was read for each just now."""
    code = (__version__, hash_code(_READING), tool_versions(_TOOLS))
    if source.kind == "table":
        path = study.resolve(source.path)
        key = _key(hashes.of(path), code, path.suffixes, source.columns, source.language is not None)
        yield from _table_parts(study, source, parts_folder, key, progress)
        return
    files = _named_files(study, source)
    targets = [parts_folder / f"{_key(hashes.of(path), code, name)}.arrow" for path, name in files]
    missing = [(path, name, target) for (path, name), target in zip(files, targets, strict=True) if not target.exists()]
    new = {target for _, _, target in missing}
    with open_executor(study.run.workers, len(missing) // 4) as executor:
        for i, _ in enumerate(map_in_order(executor, _read_folder_file, missing, under_way=32)):
            progress(f"files of {source.id}", i + 1, len(missing))
    for target in targets:
        yield target, target in new


def _read_folder_file(task: tuple[Path, str, Path]) -> None:
    folder.read_into_part(*task)


def _table_parts(
    study: Study, source: Source, parts_folder: Path, key: str, progress: Progress
) -> Iterator[tuple[Path, bool]]:
    """The parts of a table; the file ``KEY.whole`` says that all were written, and how many they are."""
    whole = parts_folder / f"{key}.whole"
    path = study.resolve(source.path)

    def target(number: int) -> Path:
        return parts_folder / f"{key}-{number:06d}.arrow"

    found = sorted(parts_folder.glob(f"{key}-*.arrow"))
    if found and whole.exists() and whole.read_text(encoding="utf-8") == str(len(found)):
        yield from ((part, False) for part in found)
        return
    number = 0
    chunks = table.read_chunks(path, source, target)
    with open_executor(study.run.workers, path.stat().st_size // 100_000) as executor:
        for done in map_in_order(executor, table.read_into_part, chunks, under_way=4):
            progress(f"parts of {source.id}", number + 1, 0)
            yield done, number == 0
            number += 1
    whole.write_text(str(number), encoding="utf-8")


def _drop_parts(parts_folder: Path, kept: set[str]) -> None:
    """Remove the parts of files that are no more, and drafts that a stopped run left."""
    for path in parts_folder.iterdir():
        if path.suffix == ".draft" or _part_key(path) not in kept:
            path.unlink()


def _finish(study: Study, source: Source, part: Part, sidecar: folder.Sidecar) -> tuple[pa.Table, pa.Table]:
    """Lay over a part what the study and the sidecar say; the tables of the contract, passages without numbers."""
    rows = part.documents.to_pylist()
    said = [_said(row, sidecar.get(folder.sidecar_key(row["key"]), {})) for row in rows]
    document = part.passages["document"].to_numpy()
    size = pc.utf8_length(part.passages["text"]).to_numpy().astype(np.int64)
    found = part.passages["language"].to_numpy(zero_copy_only=False)
    language = _languages(source, [_code(known.get("language")) for known in said], document, found, size)
    kind = part.passages["kind"].to_numpy(zero_copy_only=False)
    counted = np.isin(kind, study.passages.keep)
    main = _main_language(document, language, size * np.where(counted, 1_000_000, 1), len(rows))
    characters = np.bincount(document, size * (kind != "boilerplate"), minlength=len(rows)).astype(np.int64)
    doc_id = [f"{source.id}/{row['key']}" for row in rows]
    base = study.resolve(source.path)
    documents = [
        {
            "doc_id": doc_id[i],
            "source_id": source.id,
            "source_type": source.type,
            "language": main[i],
            "path": path_name(base / row["key"] if source.kind == "folder" else base, study.root),
            "characters": int(characters[i]),
            **{name: said[i].get(name) for name in ("title", "author", "publisher", "city", "url")},
            **{name: row[name] for name in ("media_type", "sha256", "pages", "reader")},
            **_dated(said[i], row["flags"]),
        }
        for i, row in enumerate(rows)
    ]
    built = pa.Table.from_pylist(documents, DOCUMENTS)
    further = sorted({name for known in said for name in known if name not in _KNOWN})
    for name in further:
        built = built.append_column(name, pa.array([known.get(name) for known in said], pa.string()))
    passages = part.passages.drop_columns(["document", "language"])
    passages = passages.append_column("doc_id", pa.array(doc_id, pa.string()).take(part.passages["document"]))
    return built, passages.append_column("language", pa.array(language, pa.string()))


_DATE_SOURCE = ""
"""Where the date was said, beside what was said; no column can be called so."""
_KNOWN = {*DOCUMENTS.names, *folder.FIELDS, _DATE_SOURCE}


def _said(row: Mapping[str, Any], sidecar: Mapping[str, str]) -> dict[str, str]:
    """What is known of a document: what the sidecar or the table's columns say, else what the file says of itself."""
    own = {name: row[name] for name in folder.FIELDS if row[name]} | dict(row["more"] or [])
    source = "metadata" if "date" in sidecar or row["media_type"] in table.MEDIA_TYPES else "markup"
    return own | dict(sidecar) | {_DATE_SOURCE: source}


def _dated(known: Mapping[str, str], flags: Sequence[str]) -> dict[str, Any]:
    """The columns of a document's date, and its flags: a date or a language that cannot be read is a doubt."""
    written = known.get("date", "")
    dated = parse_date(written)
    doubts = [*flags, *(["bad_date"] if written and dated is None else []), *(["no_date"] if dated is None else [])]
    if known.get("language") and _code(known["language"]) is None:
        doubts.append("bad_language")
    if dated is None:
        return {"date": None, "date_precision": None, "date_evidence": None, "flags": doubts}
    evidence = known[_DATE_SOURCE]
    return {"date": dated.date, "date_precision": dated.precision, "date_evidence": evidence, "flags": doubts}


def _languages(
    source: Source, stated: Sequence[str | None], document: np.ndarray, found: np.ndarray, size: np.ndarray
) -> np.ndarray:
    """The language of each passage: what the source says; else what is found in it; in a short or doubtful one what the
    sidecar or the table's column says of its document.
    """  # noqa: D205 - one sentence
    if source.language:
        return np.full(len(found), _code(source.language), dtype=object)
    if not len(found):
        return found
    of_document = np.array(stated, dtype=object)[document]
    doubtful = (size < table.SPEAKS_FOR_ITSELF) | (found == "und") | (found == None)  # noqa: E711 - element by element
    return np.where(doubtful & (of_document != None), of_document, found)  # noqa: E711


def _main_language(document: np.ndarray, language: np.ndarray, weight: np.ndarray, number: int) -> list[str]:
    """The language of most of each document's text: the code with the greatest sum of weights; ``und`` without text."""
    codes, index = np.unique(language.astype(str), return_inverse=True)
    if not len(codes):
        return ["und"] * number
    sums = np.bincount(document.astype(np.int64) * len(codes) + index, weight, minlength=number * len(codes))
    by_document = sums.reshape(number, len(codes))
    best = by_document.argmax(axis=1)
    return [str(codes[i]) if by_document[row, i] > 0 else "und" for row, i in enumerate(best.tolist())]


_CODES = {
    name: code
    for code, names in {
        "zh": "zho chi cmn chinese chinesisch 中文 汉语 漢語",
        "de": "deu ger german deutsch 德语 德文 德語",
        "en": "eng english englisch 英语 英文 英語",
    }.items()
    for name in names.split()
}
"""ISO 639-2 as library catalogues write it, and the names that people write."""


def _code(language: str | None) -> str | None:
    """``de-DE``, ``DE``, ``ger`` and ``Deutsch`` as ``de``; None for what is no code of a language."""
    name = re.split(r"[-_\s]", (language or "").strip().lower(), maxsplit=1)[0]
    name = _CODES.get(name, name)
    return name if re.fullmatch(r"[a-z]{2,3}", name) else None


def _drop_repeated(part: Part, seen: set[str]) -> tuple[Part, list[Reject]]:
    """The part without the documents whose key was seen before in this source; and the rejects, these among them."""
    rejects = [Reject("", r["item"], "corpus", r["reason"], r["detail"]) for r in part.rejects.to_pylist()]
    keys = part.documents["key"].to_pylist()
    fresh = np.ones(len(keys), dtype=np.bool_)
    for i, key in enumerate(keys):
        if key in seen:
            fresh[i] = False
            rejects.append(Reject("", key, "corpus", "duplicate_id", "a row before has the same id"))
        seen.add(key)
    if fresh.all():
        return part, rejects
    document = part.passages["document"].to_numpy()
    passages = part.passages.filter(pa.array(fresh[document]))
    renumbered = (np.cumsum(fresh) - 1)[passages["document"].to_numpy()]
    passages = passages.set_column(0, "document", pa.array(renumbered, pa.int32()))
    return Part(part.documents.filter(pa.array(fresh)), passages, part.rejects), rejects


def _of_source(source: Source, reject: Reject) -> Reject:
    return Reject(source.id, reject.item, reject.stage, reject.reason, reject.detail)


def _write_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source_id", "item", "stage", "reason", "detail"])
        for reject in rejects:
            row = (reject.source_id, reject.item, reject.stage, reject.reason, reject.detail)
            writer.writerow([cells.guard_formula(cell) for cell in row])


def _nothing_left(study: Study, rejects: Sequence[Reject]) -> str:
    if not rejects:
        return f"{study.path}: the sources hold no file; put texts into {study.resolve(study.sources[0].path)}"
    first = rejects[0]
    return (
        f"{study.path}: none of {len(rejects)} items could be read, so there is no corpus; "
        f"the first: {first.source_id}/{first.item}: {first.reason} {first.detail}".rstrip()
    )


def _key(*what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:32]


def _part_key(path: Path) -> str:
    return path.stem.split("-")[0]


def _settings(study: Study) -> dict[str, Any]:
    sources = [source.model_dump() for source in study.sources]
    return {"sources": sources, "keep": sorted(study.passages.keep)}


def _reads(study: Study) -> list[Path]:
    paths: list[Path] = []
    for source in study.sources:
        paths += [path for path, _ in _named_files(study, source)]
        if source.metadata:
            paths.append(study.resolve(source.path) / source.metadata)
    return paths


CORPUS = Stage(
    name="corpus",
    folder=lambda study: study.corpus_folder,
    settings=_settings,
    reads=_reads,
    writes=(DOCUMENTS_FILE, PASSAGES_FILE, REJECTS_FILE),
    modules=("pipeline.ingest", "pipeline.languages.identify", "pipeline.store"),
    tools=_TOOLS,
    run=build_corpus,
)
