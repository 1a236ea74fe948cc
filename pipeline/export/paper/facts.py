"""What the methods paragraph and the captions say, read from the study, its tables and its manifests."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from pipeline import __version__
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import compare, read_lock
from pipeline.concepts.mentions import MENTIONS_STAGE
from pipeline.export.marks import explain_dagger
from pipeline.export.stages import TABLES_FOLDER, TIMELINES_STAGE
from pipeline.ingest.corpus import CORPUS
from pipeline.records import KINDS
from pipeline.stages import MANIFEST, path_name, read_summary
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.records import Concept
    from pipeline.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFacts:
    """The lock of the lexicon, and what is not as it has it, in the study's languages."""

    date: dt.date
    sha256: str
    """Of the locked terms."""
    earlier: Sequence[tuple[dt.date, str]]
    """Date and sha256 of the locks that this one came after."""
    reason: str
    """Why it was locked again."""
    exploratory: Sequence[str]
    """Terms that were added or changed since, as the lexicon has them."""
    removed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Every number and name of the methods paragraph."""

    title: str
    note: str
    """The study's own sentence for every figure."""
    version: str
    """Of zwiesprache."""
    languages: Sequence[str]
    documents: Mapping[str, int]
    """By language of the study."""
    words: Mapping[str, int]
    """In counted passages of these documents, by language of the document."""
    other_documents: int
    """In languages that the study does not analyse."""
    types: Mapping[str, int]
    """Documents by the type of their source; of the study's languages."""
    years: tuple[int, int] | None
    kept: Sequence[str]
    left_out: Sequence[str]
    """Kinds of passages that are counted, and those that are not."""
    duplicates: str
    copies: int
    undated: int
    undated_mentions: int
    outside_mentions: int
    """In documents that are dated before, between or after the periods."""
    rejects: Mapping[str, int]
    """Items that could not be used, by reason, the most frequent first."""
    concepts: int
    terms: int
    excluded: int
    """Longer strings that the lexicon names as no mention."""
    found: int
    counted: int
    """Mentions found, and those that count in the tables."""
    per: str
    """What rates are per million of: ``words`` or ``characters``."""
    period: str
    own_periods: int
    draws: int
    seed: int
    adjusted: bool
    kinds_of_change: Sequence[str]
    tools: Mapping[str, str]
    """Versions of what shaped the results."""
    lexicon: str
    lexicon_sha256: str
    counted_on: dt.date | None
    lock: LockFacts | None = None
    """None where the lexicon was never locked."""
    dagger: str = ""
    """What the mark behind the names of exploratory concepts means; nothing where none has it."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Name and version of the trained model of a language, where the study names one."""


def read_facts(study: Study) -> Facts:
    """Read the tables and the manifests of a study whose timelines were made."""
    table = read_table(study.export_folder / TABLES_FOLDER, "corpus")
    rows = table.to_pylist()
    mine = [row for row in rows if row["language"] in study.languages]
    years = [row["year"] for row in mine if row["year"] is not None and row["documents"]]
    concepts = load_lexicon(study.lexicon)
    terms = [term for concept in concepts for term in concept.terms if term.language in study.languages]
    settings = study.timelines
    made = manifest_facts(study)
    return Facts(
        title=study.title,
        note=study.note,
        dagger=explain_dagger(study, study.paper.language),
        version=__version__,
        languages=study.languages,
        documents={code: _sum(mine, "documents", language=code) for code in study.languages},
        words={code: _sum(mine, "words", language=code) for code in study.languages},
        other_documents=_sum(rows, "documents") - _sum(mine, "documents"),
        types={
            kind: _sum(mine, "documents", source_type=kind)
            for kind in dict.fromkeys(row["source_type"] for row in mine)
        },
        years=(min(years), max(years)) if years else None,
        kept=study.passages.keep,
        left_out=[kind for kind in KINDS if kind not in study.passages.keep],
        duplicates=study.passages.duplicates,
        copies=_sum(mine, "duplicates"),
        undated=_sum(mine, "undated"),
        undated_mentions=made["undated_mentions"],
        outside_mentions=made["outside_mentions"],
        rejects=made["rejects"],
        concepts=len(concepts),
        terms=len(terms),
        excluded=len({text for term in terms for text in term.not_in}),
        found=made["found"],
        counted=made["counted"],
        per=settings.per,
        period=settings.period if isinstance(settings.period, str) else "own",
        own_periods=0 if isinstance(settings.period, str) else len(settings.period),
        draws=settings.bootstrap,
        seed=settings.seed,
        adjusted=bool(settings.adjust),
        kinds_of_change=_kinds_of_change(study),
        tools=made["tools"],
        lexicon=study.lexicon.name,
        lexicon_sha256=made["lexicon_sha256"],
        counted_on=dt.date.fromisoformat(made["counted_on"]) if made["counted_on"] else None,
        lock=_lock_facts(study, concepts),
        models=made["models"],
    )


def _lock_facts(study: Study, concepts: Sequence[Concept]) -> LockFacts | None:
    lock = read_lock(study.lexicon)
    if lock is None:
        return None
    found = compare(lock, concepts)
    exploratory, removed = (
        [term.form for term in terms if term.language in study.languages]
        for terms in ((*found.added, *found.changed), found.removed)
    )
    return LockFacts(
        date=lock.date,
        sha256=lock.sha256,
        earlier=[(one.date, one.sha256) for one in lock.earlier],
        reason=lock.reason,
        exploratory=exploratory,
        removed=removed,
    )


def manifest_facts(study: Study) -> dict[str, Any]:
    """What the manifests say, as JSON values; zeros and nothing for stages that were never made."""
    stages = _stages(study.corpus_folder) | _stages(study.export_folder)
    tools: dict[str, str] = {}
    for name in ("corpus", "tokens", "mentions", "timelines", "figures"):
        tools |= stages.get(name, {}).get("made_from", {}).get("tools", {})
    cut = stages.get("tokens", {}).get("made_from", {}).get("settings", {})
    for versions in cut.get("segmenters", {}).values():  # another one than the language's own
        tools |= dict(part.rsplit(" ", 1) for part in versions.split("; "))
    counted = stages.get(TIMELINES_STAGE.name, {})
    reads = counted.get("made_from", {}).get("reads", {})
    timelines, mentions = read_summary(TIMELINES_STAGE, study), read_summary(MENTIONS_STAGE, study)
    return {
        "tools": {name.replace("_", "-").lower(): version for name, version in sorted(tools.items())},
        "models": {code: model["model"] for code, model in cut.get("models", {}).items()},
        "lexicon_sha256": reads.get(path_name(study.lexicon, study.root), ""),
        "counted_on": counted.get("finished", "")[:10],
        "undated_mentions": timelines.get("undated_mentions", 0),
        "outside_mentions": timelines.get("outside_mentions", 0),
        "counted": timelines.get("mentions", 0),
        "found": mentions.get("mentions", 0),
        "rejects": dict(Counter(read_summary(CORPUS, study).get("rejects", {})).most_common()),
    }


def _sum(rows: Sequence[Mapping[str, Any]], column: str, **where: str) -> int:
    return sum(row[column] for row in rows if all(row[name] == value for name, value in where.items()))


def _kinds_of_change(study: Study) -> list[str]:
    changes = read_table(study.export_folder / TABLES_FOLDER, "changes")
    said = pc.or_(pc.not_equal(changes["kind"], "trend"), changes["p_value"].is_valid())
    return sorted(pc.unique(changes["kind"].filter(said)).to_pylist())


def _stages(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    stages: dict[str, Any] = manifest.get("stages", {})
    return stages
