"""Whether what a study names is there: concepts of its lexicon, columns of its documents, the days of its periods."""

from __future__ import annotations

import datetime as dt
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.errors import StudyError, known_names, show_path
from pipeline.ingest.sources import folder
from pipeline.records import DOCUMENTS
from pipeline.settings import COLUMNS
from pipeline.stages import file_of_last_run
from pipeline.store.corpus import DOCUMENTS_FILE, read_documents
from pipeline.study import is_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.records import Concept
    from pipeline.settings import Periods
    from pipeline.study import Study

_GROUPS = ("source_id", "source_type", "language", "author", "publisher", "city")
"""Columns that every corpus has and that put documents into groups."""
_MANY = 20
"""More groups than this are more than a figure draws."""
_LISTS = "holds lists; name a column that has one value in a text and the same in its translation"


def check_concepts(study: Study, concepts: Sequence[Concept]) -> None:
    """See that each concept that the study names is one of its lexicon, and that those of a pair share a language.

    Raises:
        StudyError: it is not; the message names the nearest concept.
    """
    known = {concept.id: {term.language for term in concept.terms} & set(study.languages) for concept in concepts}
    pairs = study.emancipation.pairs
    paper = study.paper.concepts
    named = [("[emancipation] pairs", name) for pair in pairs for name in pair]
    named += [("[paper] concepts", name) for name in (paper if isinstance(paper, list) else [])]
    for key, name in named:
        if name not in known:
            raise StudyError(f"{study.where}: {key}: the lexicon has no concept {name!r}; {known_names(name, known)}")
    for first, second in pairs:
        if not known[first] & known[second]:
            where = f"{study.where}: [emancipation] pairs"
            raise StudyError(f"{where}: there is no language in which both {first!r} and {second!r} have terms")


def check_translations(study: Study, documents: pa.Table) -> None:
    """See that the column by which the study names translations is one of its documents and holds single values.

    Raises:
        StudyError: it is not, or it does not.
    """
    column = study.encoder.translations
    if column is None:
        return
    where = f"{study.where}: [encoder] translations"
    if column not in documents.column_names:
        known = known_names(column, documents.column_names)
        raise StudyError(f"{where}: the documents have no column {column!r}; {known}")
    if pa.types.is_nested(documents.schema.field(column).type):
        raise StudyError(f"{where}: {column!r} {_LISTS}")


def risks_of_names(study: Study) -> Iterator[str]:
    """One sentence for another study of the same name, each column that is not there or makes no groups, and each day
    that a period may lack.
    """  # noqa: D205 - one sentence
    yield from describe_namesake(study)
    yield from _risks_of_columns(study)
    tables = {
        "timelines": study.timelines.period,
        "collocations": study.collocations.period,
        "emancipation": study.emancipation.period,
    }
    for name, period in tables.items():
        if isinstance(period, list):
            yield from _risks_of_periods(f"{study.where}: [{name}] period", period)


def describe_namesake(study: Study) -> Iterator[str]:
    """One sentence if another study file, which is there and has the same name, made what lies in the study's folders.

    A study file that was renamed has no namesake.
    """
    for made in (study.corpus_folder, study.model_folder, study.export_folder):
        other = study.root / file_of_last_run(made)
        if other != study.path and other.is_file() and _study_name(other) == study.name:
            yield (
                f"{study.where}: {show_path(other)} is named {study.name!r} too and made what is in {show_path(made)}; "
                f"each overwrites the other's results: give one of them another name"
            )
            return


def _study_name(path: Path) -> object:
    """What a study file says is its name; nothing where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))["study"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _risks_of_columns(study: Study) -> Iterator[str]:
    values = _values(study)
    further = sorted(name for name in values if name not in DOCUMENTS.names)
    is_built = (study.corpus_folder / DOCUMENTS_FILE).is_file()
    translations = study.encoder.translations
    if translations in DOCUMENTS.names:
        if pa.types.is_nested(DOCUMENTS.field(translations).type):
            yield f"{study.where}: [encoder] translations: {translations!r} {_LISTS}"
    elif translations is not None and translations not in further:
        who = "no document has" if is_built else "neither the study nor a metadata file has"
        known = known_names(translations, [*DOCUMENTS.names, *further])
        yield f"{study.where}: [encoder] translations: {who} a column {translations!r}; {known}"
    for key in ("group_by", "adjust"):
        for column in getattr(study.timelines, key):
            where = f"{study.where}: [timelines] {key}"
            found = values.get(column)
            if column not in values and column not in DOCUMENTS.names:
                who = "no document has" if is_built else "neither the study nor a metadata file has"
                yield f"{where}: {who} a column {column!r}; {known_names(column, [*_GROUPS, *further])}"
            elif key == "adjust" or key not in study.timelines.model_fields_set or found is None:
                continue
            elif len(found) < 2:
                has = f"is {next(iter(found))!r} everywhere" if found else "is empty"
                yield f"{where}: {column!r} {has}: there is nothing to group by it"
            elif len(found) > _MANY:
                yield f"{where}: {column!r} has {len(found):,} values, and each is a group with curves of its own"


def _values(study: Study) -> dict[str, set[str] | None]:
    """Columns by which documents may be grouped, with their values; None where these are not known before a build."""
    found: dict[str, set[str] | None] = dict.fromkeys(_GROUPS)
    for source in study.sources:
        found |= dict.fromkeys(set(source.columns or ()) - set(COLUMNS))
        if source.kind == "folder" and source.metadata and not is_url(source.path):
            rows = folder.read_sidecar(study.resolve(source.path) / source.metadata)
            found |= dict.fromkeys(name for cells in rows.values() for name in cells)
    if not (study.corpus_folder / DOCUMENTS_FILE).is_file():
        sources = study.sources
        return found | {"source_id": {one.id for one in sources}, "source_type": {one.type for one in sources}}
    table = read_documents(study.corpus_folder)
    names = [*_GROUPS, *(name for name in table.column_names if name not in DOCUMENTS.names)]
    return found | {name: {str(value) for value in table[name].unique().to_pylist() if value} for name in names}


def _risks_of_periods(where: str, periods: Periods) -> Iterator[str]:
    """Periods that end a day too early, as those do whose writer took the second date for the last day."""
    day = dt.timedelta(days=1)
    bounds = [[bound for bound in period if isinstance(bound, dt.date)] for period in periods]
    gaps = {left[1] for left, right in pairwise(bounds) if right[0] - left[1] == day}
    for start, end in bounds:
        if end in gaps or (start.day == 1 and end < dt.date.max and (end + day).day == 1):
            yield (
                f"{where}: the period from {start} ends before {end}, and so {end} is not in it; "
                f"write {end + day} if it is meant to be"
            )
