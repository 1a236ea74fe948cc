"""What the study and its sidecars say, laid over what the readers made of a file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.dates import parse_date
from pipeline.ingest.dating import DATE_DOUBTS, date_doubt, file_date
from pipeline.ingest.sources import folder
from pipeline.ingest.sources.language_names import language_code
from pipeline.languages.identify import EASTERN, SPEAKS_FOR_ITSELF
from pipeline.records import DOCUMENTS
from pipeline.stages import path_name
from pipeline.store.parts import SIGNATURE
from pipeline.study import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.ingest.dating import Found
    from pipeline.settings import Source
    from pipeline.store.parts import Part
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Known = dict[str, list[str | None]]
    """What is known of some documents: by name a value for each."""

_read_date = lru_cache(4096)(parse_date)
"""Of the many documents of a day the first one's date is read."""


def say_more(source: Source, study: Study, keys: Sequence[str], sidecar: folder.Sidecar) -> str:
    """What the study says of some documents beside their part, as a text that changes with it; empty for nothing."""
    said: list[object] = [sidecar.get(folder.sidecar_key(key), {}) for key in keys] if sidecar else []
    if source.file_dates:
        base = study.resolve(source.path)
        said += [_date_of_file(base / key) for key in keys]
    return repr(said) if any(said) else ""


def finish(study: Study, source: Source, part: Part, sidecar: folder.Sidecar) -> tuple[pa.Table, pa.Table]:
    """Lay over a part what the study and the sidecar say.

    Returns:
        The tables of the contract: documents with their signatures (`pipeline.store.parts.SIGNATURE`) and without
        what copies they are, passages without numbers.
    """
    documents, passages = part.documents, part.passages
    number = documents.num_rows
    base = study.resolve(source.path)
    keys: list[str] = documents["key"].to_pylist()
    known, evidence = _said(documents, [sidecar.get(folder.sidecar_key(key), {}) for key in keys] if sidecar else [])
    if source.kind == "table":  # the study names the column
        evidence = ["metadata"] * number
    if source.file_dates:
        _add_file_dates([base / key for key in keys], known["date"], evidence)
    codes = [language_code(language) for language in known["language"]]
    document = passages["document"].to_numpy()
    size = pc.utf8_length(passages["text"]).to_numpy().astype(np.int64)
    language = _languages(source, codes, document, passages["language"], size)
    counted = pc.is_in(passages["kind"], pa.array(sorted(study.passages.keep), pa.string())).to_numpy()
    own = pc.not_equal(passages["kind"], "boilerplate").to_numpy()
    doc_id = pa.array([f"{source.id}/{key}" for key in keys], pa.string())
    if source.kind == "table":
        path: list[str | None] = [_place(study, source, base)] * number
    else:
        path = [place or _place(study, source, base / key)
                for place, key in zip(known.get("path", [None] * number), keys, strict=True)]  # fmt: skip
    columns = {
        "doc_id": doc_id,
        "source_id": [source.id] * number,
        "source_type": [source.type] * number,
        "language": _main_language(document, language, size * np.where(counted, 1_000_000, 1), number),
        "path": path,
        "characters": np.bincount(document, size * own, minlength=number).astype(np.int64),
        **{name: known[name] for name in ("title", "author", "publisher", "city", "url")},
        **{name: documents[name] for name in ("media_type", "sha256", "pages", "reader", "repairs")},
        **_dated(known, codes, evidence, documents["flags"]),
        **dict.fromkeys(("duplicate_of", "duplicate_kind", "duplicate_resemblance"), [None] * number),
    }
    built = pa.Table.from_pydict({field.name: columns[field.name] for field in DOCUMENTS}, DOCUMENTS)
    for name in sorted(known.keys() - _KNOWN):
        built = built.append_column(name, pa.array(known[name], pa.string()))
    for name in SIGNATURE:
        built = built.append_column(documents.schema.field(name), documents[name])
    named = passages.drop_columns(["document", "language"]).append_column("doc_id", doc_id.take(passages["document"]))
    return built, named.append_column("language", language)


def _place(study: Study, source: Source, path: Path) -> str:
    """Where a document lies, as the tables say it: a path, or the address of what was copied from elsewhere."""
    if not is_url(source.path):
        return path_name(path, study.root)
    inside = path_name(path, study.resolve(source.path))
    return source.path.rstrip("/") + ("" if inside == "." else f"/{inside}")


_EVIDENCE = "date_evidence"
"""What a reader calls the place in the file at which it found the date."""
_KNOWN = {*DOCUMENTS.names, *folder.FIELDS}


def _said(documents: pa.Table, sidecars: Sequence[Mapping[str, str]]) -> tuple[Known, list[str]]:
    """What is known of some documents, and where each one's date was said.

    Args:
        documents: Of a part.
        sidecars: What the sidecar says of each; empty where there is none.
    """
    number = documents.num_rows
    known: Known = {name: [said or None for said in documents[name].to_pylist()] for name in folder.FIELDS}
    for i, more in enumerate(documents["more"].to_pylist()):
        for name, said in more or ():
            known.setdefault(name, [None] * number)[i] = said
    evidence = [place or "markup" for place in known.get(_EVIDENCE, [None] * number)]
    for i, sidecar in enumerate(sidecars):
        for name, said in sidecar.items():
            known.setdefault(name, [None] * number)[i] = said
        if "date" in sidecar:
            evidence[i] = "metadata"
    return known, evidence


def _add_file_dates(paths: Sequence[Path], dates: list[str | None], evidence: list[str]) -> None:
    """Put the day on which a file was changed where nothing else tells its date."""
    for i, path in enumerate(paths):
        found = None if dates[i] else _date_of_file(path)
        if found:
            dates[i], evidence[i] = found.date, found.evidence


def _date_of_file(path: Path) -> Found | None:
    """The day on which a document's file was changed; a document may lie in an archive."""
    file = next((place for place in (path, *path.parents) if place.is_file()), None)
    return file_date(file.stat().st_mtime) if file else None


def _dated(
    known: Known, codes: Sequence[str | None], evidence: Sequence[str], flags: pa.ChunkedArray
) -> dict[str, list[Any]]:
    """The columns of the dates, and the flags: a date or a language that cannot be read is a doubt."""
    dated = [_read_date(written or "") for written in known["date"]]
    flagged: list[list[str]] = flags.to_pylist()
    for i, (written, read) in enumerate(zip(known["date"], dated, strict=True)):
        if flagged[i] and evidence[i] == "metadata":  # the study knows better
            flagged[i] = [flag for flag in flagged[i] if flag not in DATE_DOUBTS]
        if read is None:
            flagged[i] += [date_doubt(written), "no_date"] if written else ["no_date"]
        if codes[i] is None and known["language"][i]:
            flagged[i].append("bad_language")
    return {
        "date": [read and read.date for read in dated],
        "date_precision": [read and read.precision for read in dated],
        "date_evidence": [place if read else None for place, read in zip(evidence, dated, strict=True)],
        "flags": flagged,
    }


def _languages(
    source: Source, stated: Sequence[str | None], document: NDArray[np.int32], found: pa.ChunkedArray, size: Ints
) -> pa.Array | pa.ChunkedArray:
    """The language of each passage: what the source says; else what is found in it; in a short or doubtful one what the
    sidecar or the table's column says of its document, if it can be written so.
    """  # noqa: D205 - one sentence
    if source.language:
        return pa.array([language_code(source.language)] * len(found), pa.string())
    of_document = pa.array(stated, pa.string()).take(pa.array(document))
    doubtful = pc.or_(pc.fill_null(pc.equal(found, "und"), True), pa.array(size < SPEAKS_FOR_ITSELF))
    is_eastern, is_stated_so = (
        pc.is_in(codes, pa.array(sorted(EASTERN), pa.string())) for codes in (found, of_document)
    )
    doubtful = pc.and_(doubtful, pc.or_(is_stated_so, pc.invert(is_eastern)))
    return pc.coalesce(pc.if_else(doubtful, of_document, None), found)


def _main_language(
    document: NDArray[np.int32], language: pa.Array | pa.ChunkedArray, weight: Ints, number: int
) -> list[str]:
    """The language of most of each document's text: the code with the greatest sum of weights; ``und`` without text."""
    codes: list[str] = sorted(language.unique().to_pylist())
    kinds = max(1, len(codes))
    index = pc.index_in(language, pa.array(codes, pa.string())).to_numpy()
    sums = np.bincount(document.astype(np.int64) * kinds + index, weight, minlength=number * kinds)
    by_document = sums.reshape(number, kinds)
    best = np.where(by_document.max(axis=1) > 0, by_document.argmax(axis=1), len(codes))
    names = [*codes, "und"]
    return [names[i] for i in best.tolist()]
