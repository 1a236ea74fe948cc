"""The stage ``corpus``: sources -> documents, passages, rejects.

What the readers make of the files comes as parts (`pipeline.ingest.gather`). What the study and its sidecars say is
laid over them here, so that a corrected date reads no file again.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError
from pipeline.ingest.bibliography.entries import list_exports
from pipeline.ingest.crawl.outcomes import FILE
from pipeline.ingest.dates import parse_date
from pipeline.ingest.dating import BAD_DATE, file_date
from pipeline.ingest.duplicates import mark_copies
from pipeline.ingest.gather import ARCHIVED, TOOLS, drop_parts, gather_parts, named_files, ocr_version
from pipeline.ingest.shingles import take_signature
from pipeline.ingest.sources import bibliography, captures, folder, table
from pipeline.ingest.sources.archive import base_of
from pipeline.records import DOCUMENTS, Reject
from pipeline.stages import FileHashes, Progress, Stage, Summary, path_name
from pipeline.store import cells
from pipeline.store.corpus import DOCUMENTS_FILE, PASSAGES_FILE, CorpusWriter
from pipeline.store.parts import Part, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.study import Source, Study

REJECTS_FILE = "rejects.csv"


def build_corpus(study: Study, draft: Path, progress: Progress) -> Summary:
    """Read all sources; write documents, passages and rejects.

    Returns:
        Documents, passages, characters, undated documents, copies, how many files were read now and how many parts were
        still good, rejects by reason, flags by name, and what of web archives is no item.

    Raises:
        InputError: no document at all.
    """
    kept: set[Path] = set()
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    rejects: list[Reject] = []
    languages: Counter[str] = Counter()
    signatures: list[pa.Table] = []
    hashes = FileHashes(study)
    with CorpusWriter(draft) as writer:
        for source in study.sources:
            seen: set[str] = set()
            sidecar: folder.Sidecar = {}
            if source.metadata and source.kind == "folder":
                path = study.resolve(source.path) / source.metadata
                sidecar = folder.read_sidecar(path)
                names = {name for _, name in named_files(study, source)}
                rejects += [_of_source(source, reject) for reject in folder.check_sidecar(sidecar, path, names)]
            targets = _noted(gather_parts(study, source, hashes, progress), kept, counts)
            for whole, said in _described(study, source, targets, sidecar, left_out):
                signed, lost = _drop_repeated(whole, seen)
                rejects += [_of_source(source, reject) for reject in lost]
                part, signature = take_signature(signed)
                signatures.append(signature)
                documents, passages = _finish(study, source, part, said)
                writer.add(documents, passages)
                counts["documents"] += documents.num_rows
                counts["passages"] += passages.num_rows
                counts["characters"] += pc.sum(documents["characters"]).as_py() or 0
                counts["undated"] += documents["date"].null_count
                flags.update(flag for names in documents["flags"].to_pylist() for flag in names)
                languages.update(documents["language"].to_pylist())
    if not counts["documents"]:
        raise InputError(_nothing_left(study, rejects))
    drop_parts(study, kept)
    copies = mark_copies(draft, pa.concat_tables(signatures), progress)
    reasons.update(reject.reason for reject in rejects)
    _write_rejects(draft / REJECTS_FILE, rejects)
    return {
        "documents": counts["documents"],
        "passages": counts["passages"],
        "characters": counts["characters"],
        "languages": dict(languages.most_common()),
        "undated": counts["undated"],
        "copies": copies,
        "files_read": counts["files_read"],
        "rejects": dict(sorted(reasons.items())),
        "flags": dict(sorted(flags.items())),
        **({"left_out": dict(sorted((+left_out).items()))} if +left_out else {}),
    }


def _noted(gathered: Iterator[tuple[Path, bool]], kept: set[Path], counts: Counter[str]) -> Iterator[Path]:
    """Hand parts on; note that they are used, and how many were read just now."""
    for target, is_new in gathered:
        kept.add(target)
        counts["files_read"] += is_new
        yield target


def _described(
    study: Study, source: Source, targets: Iterator[Path], sidecar: folder.Sidecar, left_out: Counter[str]
) -> Iterator[tuple[Part, folder.Sidecar]]:
    """The parts of a source, each with what is said of its documents."""
    if source.kind in ARCHIVED:
        return captures.settle_parts(study, source, targets, left_out)
    if source.kind == "bibliography":
        return bibliography.tie_parts(study, source, list(targets))
    return ((read_part(target), sidecar) for target in targets)


def _finish(study: Study, source: Source, part: Part, sidecar: folder.Sidecar) -> tuple[pa.Table, pa.Table]:
    """Lay over a part what the study and the sidecar say; the tables of the contract, passages without numbers."""
    rows = part.documents.to_pylist()
    said = [_said(row, sidecar.get(folder.sidecar_key(row["key"]), {})) for row in rows]
    base = study.resolve(source.path)
    if source.file_dates:
        said = [_with_file_date(known, base / row["key"]) for known, row in zip(said, rows, strict=True)]
    document = part.passages["document"].to_numpy()
    size = pc.utf8_length(part.passages["text"]).to_numpy().astype(np.int64)
    found = part.passages["language"].to_numpy(zero_copy_only=False)
    language = _languages(source, [_code(known.get("language")) for known in said], document, found, size)
    kind = part.passages["kind"].to_numpy(zero_copy_only=False)
    counted = np.isin(kind, study.passages.keep)
    main = _main_language(document, language, size * np.where(counted, 1_000_000, 1), len(rows))
    characters = np.bincount(document, size * (kind != "boilerplate"), minlength=len(rows)).astype(np.int64)
    doc_id = [f"{source.id}/{row['key']}" for row in rows]
    table_path = path_name(base, study.root) if source.kind == "table" else None
    documents = [
        {
            "doc_id": doc_id[i],
            "source_id": source.id,
            "source_type": source.type,
            "language": main[i],
            "path": table_path or said[i].get("path") or path_name(base / row["key"], study.root),
            "characters": int(characters[i]),
            **{name: said[i].get(name) for name in ("title", "author", "publisher", "city", "url")},
            **{name: row[name] for name in ("media_type", "sha256", "pages", "reader", "repairs")},
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
    is_stated = "date" in sidecar or row["media_type"] in table.MEDIA_TYPES
    source = "metadata" if is_stated else own.get("date_evidence", "markup")
    return own | dict(sidecar) | {_DATE_SOURCE: source}


def _with_file_date(known: dict[str, str], path: Path) -> dict[str, str]:
    """What is known of a document, the day on which its file was changed where nothing else tells its date."""
    file = next((place for place in (path, *path.parents) if place.is_file()), None)  # a document may lie in an archive
    if known.get("date") or file is None:
        return known
    found = file_date(file.stat().st_mtime)
    return known | {"date": found.date, _DATE_SOURCE: found.evidence}


def _dated(known: Mapping[str, str], flags: Sequence[str]) -> dict[str, Any]:
    """The columns of a document's date, and its flags: a date or a language that cannot be read is a doubt."""
    written = known.get("date", "")
    dated = parse_date(written)
    flags = [flag for flag in flags if flag != BAD_DATE or known[_DATE_SOURCE] != "metadata"]  # the study knows better
    doubts = [*flags, *([BAD_DATE] if written and dated is None else []), *(["no_date"] if dated is None else [])]
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
    modules=("pipeline.ingest", "pipeline.languages.han", "pipeline.languages.identify", "pipeline.store"),
    tools=(*TOOLS, "rapidfuzz", "ahocorasick-rs", "bibtexparser", "pylatexenc", "python-calamine"),
    run=build_corpus,
)
