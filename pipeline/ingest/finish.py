"""What the study and its sidecars say, laid over what the readers made of a file."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.dates import parse_date
from pipeline.ingest.dating import BAD_DATE, file_date
from pipeline.ingest.sources import folder, table
from pipeline.records import DOCUMENTS
from pipeline.stages import path_name
from pipeline.store.parts import SIGNATURE
from pipeline.study import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.settings import Source
    from pipeline.store.parts import Part
    from pipeline.study import Study

_read_date = lru_cache(4096)(parse_date)
"""Of the many documents of a day the first one's date is read."""


def say_more(source: Source, study: Study, keys: Sequence[str], sidecar: folder.Sidecar) -> str:
    """What the study says of some documents beside their part, as a text that changes with it; empty for nothing."""
    said = [sidecar.get(folder.sidecar_key(key), {}) for key in keys] if sidecar else []
    if source.file_dates:
        base = study.resolve(source.path)
        said += [_with_file_date({}, base / key) for key in keys]
    return repr(said) if any(said) else ""


def finish(study: Study, source: Source, part: Part, sidecar: folder.Sidecar) -> tuple[pa.Table, pa.Table]:
    """Lay over a part what the study and the sidecar say.

    Returns:
        The tables of the contract: documents with their signatures (`pipeline.store.parts.SIGNATURE`) and without
        what copies they are, passages without numbers.
    """
    rows = part.documents.drop_columns(list(SIGNATURE)).to_pylist()
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
    table_path = _place(study, source, base) if source.kind == "table" else None
    documents = [
        {
            "doc_id": doc_id[i],
            "source_id": source.id,
            "source_type": source.type,
            "language": main[i],
            "path": table_path or said[i].get("path") or _place(study, source, base / row["key"]),
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
    for name in SIGNATURE:
        built = built.append_column(part.documents.schema.field(name), part.documents[name])
    passages = part.passages.drop_columns(["document", "language"])
    passages = passages.append_column("doc_id", pa.array(doc_id, pa.string()).take(part.passages["document"]))
    return built, passages.append_column("language", pa.array(language, pa.string()))


def _place(study: Study, source: Source, path: Path) -> str:
    """Where a document lies, as the tables say it: a path, or the address of what was copied from elsewhere."""
    if not is_url(source.path):
        return path_name(path, study.root)
    inside = path_name(path, study.resolve(source.path))
    return source.path.rstrip("/") + ("" if inside == "." else f"/{inside}")


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
    dated = _read_date(written)
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


@lru_cache(4096)
def _code(language: str | None) -> str | None:
    """``de-DE``, ``DE``, ``ger`` and ``Deutsch`` as ``de``; None for what is no code of a language."""
    name = re.split(r"[-_\s]", (language or "").strip().lower(), maxsplit=1)[0]
    name = _CODES.get(name, name)
    return name if re.fullmatch(r"[a-z]{2,3}", name) else None
