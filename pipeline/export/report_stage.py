"""The stage ``report``: one HTML page over tables and figures."""

from __future__ import annotations

import dataclasses
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline import __version__
from pipeline.concepts.lock import lock_path
from pipeline.concepts.mentions import MENTIONS_STAGE
from pipeline.export.bibliography import FOLDER, TABLE, read_bibliography
from pipeline.export.composition import draw_corpus
from pipeline.export.emancipation import draw_emancipation, list_pairs
from pipeline.export.figures import REPORT, to_svg
from pipeline.export.marks import mark_concepts, mark_note
from pipeline.export.phrases import ENGLISH
from pipeline.export.provenance import Provenance, count_evidence
from pipeline.export.report import ReportData, render_report
from pipeline.export.robustness import draw_choices, list_cells
from pipeline.export.room_tables import read_keyword_rooms, read_topic_rooms, tables_of_rooms
from pipeline.export.rooms import Rooms, make_rooms
from pipeline.export.stages import FIGURES, TABLES, TABLES_FOLDER, TIMELINES_STAGE, read_rejects, words_for_readers
from pipeline.ingest.corpus import CORPUS, REJECTS_FILE
from pipeline.languages.tokens import cutters, language_module
from pipeline.languages.trained import find_models
from pipeline.stages import Progress, Stage, Summary, read_summary
from pipeline.store.corpus import DOCUMENTS_FILE, read_documents
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.study import Study

REPORT_FILE = "report.html"


def write_report(study: Study, draft: Path, progress: Progress) -> Summary:
    """Write ``report.html``.

    Returns:
        Its size in bytes.
    """
    folder = study.export_folder
    made = {name: read_table(folder / TABLES_FOLDER, name) for name in TABLES}
    concepts = mark_concepts(study)
    svg = {path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / FIGURES).glob("*.svg"))}
    drawn = draw_corpus(made["corpus"])
    rejects = read_rejects(study.corpus_folder / REJECTS_FILE)
    names = ("source_id", "item", "stage", "reason", "detail")
    data = ReportData(
        title=study.title,
        name=study.name,
        version=__version__,
        languages=study.languages,
        note=mark_note(study, "en", (name for one in concepts for name in one.label.values())),
        sources=[_source(study, source.id) for source in study.sources],
        corpus=made["corpus"],
        rejects=pa.table({name: pa.array([row[name] for row in rejects], pa.string()) for name in names}),
        timelines=made["timelines"],
        changes=made["changes"],
        concordance=made["concordance"],
        concepts=concepts,
        figures=svg,
        overview=(folder / f"{FIGURES}.svg").read_text(encoding="utf-8"),
        composition="" if drawn is None else to_svg(drawn),
        flags=read_summary(CORPUS, study)["flags"],
        facts=_facts(study),
        notes=_notes(study),
        provenance=_provenance(study, made),
        rooms=dataclasses.replace(
            _rooms(made, {concept.id: concept.label for concept in concepts}),
            topics=read_topic_rooms(study),
            keywords=read_keyword_rooms(study),
        ),
        seed=study.concordance.seed,
    )
    page = render_report(data)
    (draft / REPORT_FILE).write_text(page, encoding="utf-8")
    progress("report", 1, 1)
    return {"bytes": len(page.encode())}


def _provenance(study: Study, made: Mapping[str, pa.Table]) -> Provenance:
    documents = read_documents(study.corpus_folder, ["source_type", "date_evidence", "date_precision"])
    cited = read_bibliography(study)
    columns = (cited[name].to_pylist() for name in ("doc_id", "citation", "citation_gbt"))
    citations = {doc_id: (author_date, gbt) for doc_id, author_date, gbt in zip(*columns, strict=True)}
    copies = made["copies"] if len(made["copies"]) else None
    return Provenance(count_evidence(documents), copies, made["duplicates"], citations)


def _rooms(made: Mapping[str, pa.Table], labels: Mapping[str, Mapping[str, str]]) -> Rooms:
    pairs = {
        pair: to_svg(draw_emancipation(made["emancipation"], pair, labels, ""))
        for pair in list_pairs(made["emancipation"])
    }
    cells = list_cells(made["robustness"], labels)
    grid = to_svg(draw_choices(made["robustness"], labels, cells, REPORT)) if cells else ""
    return make_rooms(made, pairs, grid)


def _source(study: Study, name: str) -> dict[str, str]:
    source = next(source for source in study.sources if source.id == name)
    return {
        "source": source.id,
        "kind": source.kind,
        "type": source.type,
        "path": source.path or source.urls or ", ".join(source.start),
        "metadata": source.metadata or ("columns of the table" if source.columns else "none"),
    }


def _facts(study: Study) -> dict[str, str]:
    """What the page was made from, to be quoted in a paper's section on methods."""
    timelines = study.timelines
    period = timelines.period if isinstance(timelines.period, str) else f"{len(timelines.period)} periods of the study"
    return {
        "program": f"zwiesprache {__version__}",
        "study": study.path.name,
        "lexicon": study.lexicon.name,
        "counted passages": ", ".join(study.passages.keep),
        "copies": f"duplicates = {study.passages.duplicates}",
        "period": period,
        "interval": f"95 %, bootstrap over documents, {timelines.bootstrap:,} draws, seed {timelines.seed}",
        "words": "; ".join(f"{code}: {_words_from(study, code)}" for code in study.languages),
        "readers": "; ".join(f"{tool} {version(tool)}" for tool in ("pypdfium2", "trafilatura")),
        "terms never found": "; ".join(read_summary(MENTIONS_STAGE, study)["terms_never_found"]) or "none",
    }


def _words_from(study: Study, code: str) -> str:
    model = find_models(study).get(code)
    tools = language_module(cutters(study)[code]).VERSION
    return f"{model.title} (sha256 {model.sha256[:12]}); {tools}" if model else tools


def _notes(study: Study) -> list[str]:
    corpus, counted = read_summary(CORPUS, study), read_summary(TIMELINES_STAGE, study)
    notes: list[str] = []
    if corpus["undated"]:
        notes.append(
            f"Without a date, and so in no period of any curve: {corpus['undated']:,} of {corpus['documents']:,} "
            f"documents (mentions in them: {counted['undated_mentions']:,})."
        )
    if corpus["copies"] and study.passages.duplicates == "first":
        notes.append(f"Copies of others, and not counted: {corpus['copies']:,} of {corpus['documents']:,} documents.")
    lost = sum(corpus["rejects"].values())
    if lost:
        notes.append(f"Items of the sources that could not be used: {lost:,}; each stands below with its reason.")
    absent = [code for code in study.languages if not corpus["languages"].get(code)]
    if absent:
        notes.append(f"No document is mostly in {' or '.join(map(ENGLISH.language, absent))}, which the study counts.")
    others = {code: n for code, n in corpus["languages"].items() if code not in study.languages}
    if others:
        listing = ", ".join(f"{n:,} {code}" for code, n in others.items())
        notes.append(f"Documents mostly in other languages are kept and not counted: {listing}.")
    return notes


def _settings(study: Study) -> dict[str, Any]:
    corpus, mentions = read_summary(CORPUS, study), read_summary(MENTIONS_STAGE, study)
    return words_for_readers(study) | {
        "sources": [_source(study, source.id) for source in study.sources],
        "corpus": {name: corpus.get(name) for name in ("documents", "undated", "languages", "flags", "rejects")},
        "terms_never_found": mentions.get("terms_never_found"),
        "min_documents": study.collocations.min_documents,
    }


def _reads(study: Study) -> list[Path]:
    folder = study.export_folder
    return [
        study.lexicon,
        lock_path(study.lexicon),
        study.corpus_folder / DOCUMENTS_FILE,
        study.corpus_folder / REJECTS_FILE,
        folder / FOLDER / f"{TABLE}.arrow",
        folder / f"{FIGURES}.svg",
        *sorted((folder / FIGURES).glob("*.svg")),
        *(folder / TABLES_FOLDER / f"{name}.arrow" for name in TABLES),
        *tables_of_rooms(study),
    ]


REPORT_STAGE = Stage(
    name="report",
    folder=lambda study: study.export_folder,
    settings=_settings,
    reads=_reads,
    writes=(REPORT_FILE,),
    modules=("pipeline.export",),
    tools=("jinja2", "matplotlib", "scipy", *("pypdfium2", "trafilatura", "rjieba", "spacy")),
    run=write_report,
)
