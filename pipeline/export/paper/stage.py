"""The stage ``paper``: ``exports/STUDY/paper/``, what goes from a study into a paper."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts.check_names import check_concepts
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import lock_path
from pipeline.export import tables as files
from pipeline.export.bibliography import FOLDER, TABLE, read_bibliography
from pipeline.export.bibtex import entry_keys, to_bibtex
from pipeline.export.drawing import do_all
from pipeline.export.figures import save
from pipeline.export.marks import mark_concepts
from pipeline.export.panels import Page
from pipeline.export.paper import document, readme, tables
from pipeline.export.paper.facts import manifest_facts, read_facts
from pipeline.export.paper.latex import set_reference, set_text
from pipeline.export.paper.methods import write_english
from pipeline.export.paper.methods_de import write_german
from pipeline.export.paper.methods_zh import write_chinese
from pipeline.export.paper.registry import COLUMNS, Material, list_figures, most_mentioned
from pipeline.export.paper.tools import list_works, write_software
from pipeline.export.phrases import phrases_of
from pipeline.export.stages import TABLES_FOLDER, words_for_readers
from pipeline.stages import Progress, Stage, Summary
from pipeline.store.corpus import DOCUMENTS_FILE, read_documents
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.study import Study

PAPER = "paper"
MAIN_CONCEPTS = 12
"""Concepts with figures of their own where the study names none: drawing takes a second for each and width."""
DOCUMENTS_CITED = 2000
"""Documents in ``documents.bib``, at most: those with most mentions."""

_METHODS = {"en": write_english, "de": write_german, "zh": write_chinese}
_BATCH = 6
_READ = ("corpus", "timelines", "changes", "concordance", "robustness", "decomposition", "emancipation")


def write_paper(study: Study, draft: Path, progress: Progress) -> Summary:
    """Write the pack.

    Returns:
        How many figures there are, each in two widths and three formats, and how many documents are cited.
    """
    folder = draft / PAPER
    for name in ("figures", "tables", "methods"):
        (folder / name).mkdir(parents=True)
    material = read_material(study)
    made = list_figures(material)
    jobs = [(number, width) for number in range(len(made)) for width in COLUMNS]
    batches = [jobs[start : start + _BATCH] for start in range(0, len(jobs), _BATCH)]
    tasks: list[Callable[[], None]] = [partial(_draw, study, folder, batch) for batch in batches]
    do_all(study, tasks, progress, "figures for the paper")
    for figure in made:
        files.write_csv(figure.rows(material), folder / "figures" / f"{figure.stem}.csv")
    captions = {"figure": [one.stem for one in made], "caption": [one.caption for one in made]}
    files.write_csv(pa.table(captions, pa.schema([(n, pa.string()) for n in captions])), folder / "captions.csv")
    for code, write in _METHODS.items():
        text = write(material.facts)
        (folder / "methods" / f"methods.{code}.txt").write_text(text + "\n", encoding="utf-8", newline="\n")
        _write(folder / "methods" / f"methods.{code}.tex", "\n\n".join(map(set_text, text.split("\n\n"))) + "\n")
    cited = _write_bibliography(study, folder, material)
    names = _write_tables(study, folder, material, cited)
    references = [(key, text) for key, _, text in cited.values()] + [
        _software(*work) for work in list_works(material.facts)
    ]
    title = study.title
    _write(folder / "paper.tex", document.write_document(title, study.paper.language, made, names, references))
    _write(folder / "README.txt", readme.write_readme(title, study.paper.language))
    progress(PAPER, 1, 1)
    return {"figures": len(made), "documents": len(cited)}


def read_material(study: Study) -> Material:
    """What figures, captions and tables are made from."""
    folder = study.export_folder / TABLES_FOLDER
    timelines = read_table(folder, "timelines")
    totals = timelines.group_by("concept").aggregate([("mentions", "sum")])
    mentioned = set(totals.filter(pc.greater(totals["mentions_sum"], 0))["concept"].to_pylist())
    labels = {concept.id: concept.label for concept in mark_concepts(study) if concept.id in mentioned}
    changes = read_table(folder, "changes")
    chosen = _chosen(study, timelines, list(labels))
    phrases = phrases_of(study.paper.language, study.timelines.per)
    more = (read_table(folder, name) for name in ("robustness", "decomposition", "emancipation"))
    return Material(timelines, changes, labels, read_facts(study), phrases, chosen, *more)


def _chosen(study: Study, timelines: pa.Table, mentioned: Sequence[str]) -> list[str]:
    wanted = study.paper.concepts
    if wanted is None:
        return most_mentioned(timelines, mentioned, MAIN_CONCEPTS)
    if wanted == "all":
        return list(mentioned)
    check_concepts(study, load_lexicon(study.lexicon))
    return [concept for concept in mentioned if concept in wanted]


def _draw(study: Study, folder: Path, jobs: Sequence[tuple[int, str]]) -> None:
    """Some of the figures; a task of its own, so that it may be done elsewhere."""
    material = read_material(study)
    figures = list_figures(material)
    for number, width in jobs:
        one = figures[number]
        page = Page(COLUMNS[width], material.phrases, titled=False)
        save(one.draw(page), folder / "figures" / f"{one.stem}.{width}")


def _write_tables(
    study: Study, folder: Path, material: Material, cited: Mapping[str, tuple[str, str, str]]
) -> list[str]:
    """The LaTeX tables and the workbook.

    Returns:
        The names of the tables in the order of the paper.
    """
    corpus = read_table(study.export_folder / TABLES_FOLDER, "corpus")
    keys = {doc_id: key for doc_id, (key, _, _) in cited.items()}
    titles = {doc_id: title for doc_id, (_, title, _) in cited.items()}
    made = {
        "corpus": tables.corpus_table(corpus, material),
        "first_mentions": tables.first_mentions(material, keys, titles),
    }
    changes = tables.change_table(material)
    if changes:
        made["changes"] = changes
    made |= {f"timeline_{concept}": tables.timeline_table(material, concept) for concept in material.chosen}
    for name, text in made.items():
        _write(folder / "tables" / f"{name}.tex", text)
    sheets = {"corpus": corpus, "timelines": material.timelines, "changes": material.changes}
    files.write_xlsx(sheets, folder / "tables.xlsx")
    return list(made)


def _write_bibliography(study: Study, folder: Path, material: Material) -> dict[str, tuple[str, str, str]]:
    """``documents.bib`` and ``software.bib``.

    Returns:
        Of each document that the table of first mentions cites: its key, its title, and its reference as TeX.
    """
    concordance = read_table(study.export_folder / TABLES_FOLDER, "concordance")
    first = list(dict.fromkeys(row["doc_id"] for row in tables.first_rows(material)))
    counts = Counter(concordance["doc_id"].to_pylist())
    most = [doc_id for doc_id, _ in counts.most_common(DOCUMENTS_CITED)]
    documents = read_documents(study.corpus_folder)
    wanted = documents.filter(pc.is_in(documents["doc_id"], pa.array({*most, *first}, pa.string())))
    rows = wanted.to_pylist()
    keys = dict(zip((row["doc_id"] for row in rows), entry_keys(rows), strict=True))
    said = f"% {len(rows)} of the {len(counts)} documents with a counted mention"
    said += (
        "." if len(rows) >= len(counts) else ": those with most mentions, and those that are cited for the first one."
    )
    _write(folder / "documents.bib", f"{said} For BibLaTeX and biber.\n\n{to_bibtex(rows)}")
    _write(folder / "software.bib", write_software(material.facts))
    cited = read_bibliography(study)
    cited = cited.filter(pc.is_in(cited["doc_id"], pa.array(first, pa.string())))
    style = "citation" if study.paper.language == "de" else "citation_gbt"
    found = {row["doc_id"]: row for row in cited.to_pylist()}
    return {
        doc_id: (keys[doc_id], found[doc_id]["title"] or "", set_reference(found[doc_id][style] or doc_id))
        for doc_id in first
    }


def _software(key: str, version: str, work: Any) -> tuple[str, str]:
    where = f"https://doi.org/{work.where}" if work.where.startswith("10.") else work.where
    authors = work.author.strip("{}").replace(" and others", " et al.").replace(" and ", "; ")
    year = f" ({work.year})" if work.year else ""
    return f"software:{key}", set_reference(f"{authors}{year}. {work.title}. Version {version}. {where}".strip())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _settings(study: Study) -> dict[str, Any]:
    return words_for_readers(study) | {"paper": study.paper.model_dump(mode="json"), "manifests": manifest_facts(study)}


def _reads(study: Study) -> list[Path]:
    folder = study.export_folder
    return [
        study.lexicon,
        lock_path(study.lexicon),
        study.corpus_folder / DOCUMENTS_FILE,
        folder / FOLDER / f"{TABLE}.arrow",
        *(folder / TABLES_FOLDER / f"{name}.arrow" for name in _READ),
    ]


PAPER_STAGE = Stage(
    name=PAPER,
    folder=lambda study: study.export_folder,
    settings=_settings,
    reads=_reads,
    writes=(PAPER,),
    modules=("pipeline.export",),
    tools=("bibtexparser", "matplotlib", "xlsxwriter", "zhplot"),
    run=write_paper,
)
