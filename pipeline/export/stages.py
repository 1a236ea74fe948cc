"""The stages that write into ``exports/STUDY/``: tables, figures, report."""

from __future__ import annotations

import csv
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from pipeline.analyses.changes import changes
from pipeline.analyses.composition import composition
from pipeline.analyses.conclusions import conclusions
from pipeline.analyses.concordance import concordance
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.decomposition import decomposition
from pipeline.analyses.duplicates import duplicates, list_copies
from pipeline.analyses.emancipation import emancipation
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.robustness import robustness
from pipeline.analyses.timelines import timelines
from pipeline.analyses.variants import variants
from pipeline.concepts.check_names import check_concepts
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import lock_path
from pipeline.concepts.mentions import MENTIONS_FILE
from pipeline.export import tables
from pipeline.export.bibliography import FOLDER, TABLE, read_bibliography
from pipeline.export.captions import write_caption
from pipeline.export.drawing import do_all, load_meanwhile
from pipeline.export.marks import mark_concepts, mark_note
from pipeline.export.phrases import phrases_of
from pipeline.ingest.corpus import REJECTS_FILE
from pipeline.languages.segmenters import installed_segmenters
from pipeline.languages.stop_words import stop_word_file
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, tokens
from pipeline.store.tables import read_table, write_tables

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pyarrow as pa

    from pipeline.study import Study

TABLES_FOLDER = ".tables"
TABLES = (
    "corpus", "timelines", "variants", "changes", "decomposition", "emancipation", "concordance",
    "copies", "duplicates", "robustness", "conclusions",
)  # fmt: skip
FIGURES = "timelines_by_language"
CHANGE_FIGURES = "figures"
WORKBOOK = "tables.xlsx"
_FIGURE_KINDS = ("pdf", "svg", "png", "csv")


def write_timelines(study: Study, draft: Path, progress: Progress) -> Summary:
    """Compute the tables over time and write them.

    Returns:
        Counted mentions; undated documents and mentions in them; mentions in documents dated outside of all periods.
    """
    concepts = load_lexicon(study.lexicon)
    check_concepts(study, concepts)
    load_meanwhile(study, len(concepts))
    built = read_corpus(study)
    rejected = Counter(row["source_id"] for row in read_rejects(study.corpus_folder / REJECTS_FILE))
    curves = timelines(study, built, concepts, lambda done, whole: progress("timelines", done, whole))
    stepped = changes(study, built, concepts, curves)
    grid = robustness(study, built, concepts, stepped, progress)
    made: dict[str, pa.Table] = {
        "corpus": composition(study, built, rejected),
        "timelines": curves,
        "variants": variants(study, built, concepts),
        "changes": stepped,
        "decomposition": decomposition(study, built, concepts, stepped),
        "emancipation": emancipation(study, built, concepts),
        "concordance": concordance(study, built, concepts, read_bibliography(study)),
        "copies": list_copies(built.documents),
        "duplicates": duplicates(study, built, concepts),
        "robustness": grid,
        "conclusions": conclusions(study, built, grid),
    }
    write_tables(draft / TABLES_FOLDER, made)
    for name, table in made.items():
        tables.write_csv(table, draft / f"{name}.csv")
    (draft / "latex").mkdir()
    for name in ("corpus", "changes"):
        tables.write_latex(made[name], draft / "latex" / f"{name}.tex", f"{study.title}: {name}", f"tab:{name}")
    periods = cut_periods(built.dates, study.timelines.period, study.timelines.years)
    undated = np.isnat(built.dates)
    outside = ~undated & (period_of(built.dates, periods) < 0)
    of_mention = built.mentions["document"].to_numpy()
    return {
        "mentions": built.mentions.num_rows,
        "documents": built.documents.num_rows,
        "undated_documents": built.documents["date"].null_count,
        "undated_mentions": int(undated[of_mention].sum()),
        "outside_mentions": int(outside[of_mention].sum()),
    }


def write_figures(study: Study, draft: Path, progress: Progress) -> Summary:
    """Draw the overview, a figure for each concept that is mentioned, and those of changes; write the workbook."""
    table = read_table(study.export_folder / TABLES_FOLDER, "timelines")
    labels = {concept.id: concept.label for concept in mark_concepts(study)}
    (draft / FIGURES).mkdir()
    mentioned = {row["concept"] for row in table.select(["concept", "mentions"]).to_pylist() if row["mentions"]}
    wanted: list[str | None] = [None, *(concept for concept in labels if concept in mentioned)]
    tasks = [
        partial(_write_workbook, study, draft),
        partial(_write_change_figures, study, draft),
        *(partial(_write_figure, study, draft, name) for name in wanted),
    ]
    do_all(study, tasks, progress, "figures")
    return {"figures": len(wanted)}


def _write_workbook(study: Study, draft: Path) -> None:
    folder = study.export_folder / TABLES_FOLDER
    sheets = {name: read_table(folder, name) for name in TABLES}
    tables.write_xlsx(sheets | {TABLE: read_bibliography(study)}, draft / WORKBOOK)


def _write_change_figures(study: Study, draft: Path) -> None:
    from pipeline.export.change_figures import write_change_figures

    folder = study.export_folder / TABLES_FOLDER
    made = {name: read_table(folder, name) for name in ("decomposition", "robustness", "emancipation")}
    write_change_figures(study, made, draft / CHANGE_FIGURES)


def _write_figure(study: Study, draft: Path, concept: str | None) -> None:
    from pipeline.export import figures
    from pipeline.export.panels import Page

    page = Page(phrases=phrases_of("en", study.timelines.per))
    table = read_table(study.export_folder / TABLES_FOLDER, "timelines")
    labels = {known.id: known.label for known in mark_concepts(study)}
    mentioned = set(table.filter(pc.greater(table["mentions"], 0))["concept"].to_pylist())
    note = caption(study, {concept} if concept else mentioned)
    if concept is None:
        figure = figures.draw_overview(table, labels, note, page=page)
        stem = draft / FIGURES
    else:
        figure = figures.draw_concept(table, concept, labels[concept], note, page=page)
        stem = draft / FIGURES / concept
    figures.save(figure, stem)
    tables.write_csv(figures.figure_data(table, concept), stem.with_name(f"{stem.name}.csv"))


def caption(study: Study, concepts: Collection[str]) -> str:
    """What stands under a figure of the study that shows these concepts."""
    names = [name for one in mark_concepts(study) if one.id in concepts for name in one.label.values()]
    made = read_table(study.export_folder / TABLES_FOLDER, "corpus").to_pylist()
    made = [row for row in made if row["language"] in study.languages]
    documents: Counter[str] = Counter()
    for row in made:
        documents[row["language"]] += row["documents"]
    years = [row["year"] for row in made if row["year"] is not None]
    return write_caption(
        title=study.title,
        documents={code: documents[code] for code in study.languages},
        years=(min(years), max(years)) if years else None,
        undated=sum(row["undated"] for row in made),
        kinds=study.passages.keep,
        duplicates=study.passages.duplicates,
        draws=study.timelines.bootstrap,
        seed=study.timelines.seed,
        note=mark_note(study, "en", names),
        per=study.timelines.per,
    )


def read_rejects(path: Path) -> list[dict[str, str]]:
    """The rows of ``rejects.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _timeline_settings(study: Study) -> dict[str, Any]:
    return {
        "languages": list(study.languages),
        "keep": sorted(study.passages.keep),
        "duplicates": study.passages.duplicates,
        "timelines": study.timelines.model_dump(mode="json"),
        "concordance": study.concordance.model_dump(mode="json"),
        "emancipation": study.emancipation.model_dump(mode="json") | {"window": study.collocations.window},
        "title": study.title,
        "types": [[source.id, source.type] for source in study.sources],
    }


def words_for_readers(study: Study) -> dict[str, Any]:
    """The settings that shape what is written for readers: those of the tables, and the study's own words."""
    return _timeline_settings(study) | {"note": study.note, "name": study.name}


def _from_corpus(study: Study) -> list[Path]:
    names = (corpus.DOCUMENTS_FILE, corpus.PASSAGES_FILE, MENTIONS_FILE, tokens.WORDS_FILE, REJECTS_FILE)
    return [study.lexicon, lock_path(study.lexicon), *(study.corpus_folder / name for name in names)]


def _of_contexts(study: Study) -> list[Path]:
    """What the words around mentions are read from; nothing where no pair of concepts is asked for."""
    if not study.emancipation.pairs:
        return []
    words = [study.corpus_folder / name for name in (tokens.TOKENS_FILE, tokens.TYPES_FILE)]
    return [*words, *(stop_word_file(study, code) for code in study.languages)]


def _from_tables(study: Study) -> list[Path]:
    folder = study.export_folder / TABLES_FOLDER
    return [study.lexicon, lock_path(study.lexicon), *(folder / f"{name}.arrow" for name in TABLES)]


def _bibliography(study: Study) -> Path:
    return study.export_folder / FOLDER / f"{TABLE}.arrow"


TIMELINES_STAGE = Stage(
    name="timelines",
    folder=lambda study: study.export_folder,
    settings=lambda study: _timeline_settings(study) | {"segmenters": installed_segmenters(study)},
    reads=lambda study: [*_from_corpus(study), *_of_contexts(study), _bibliography(study)],
    writes=(*(f"{name}.csv" for name in TABLES), "latex", TABLES_FOLDER),
    modules=(
        "pipeline.analyses",
        "pipeline.concepts.lock",
        "pipeline.export.stages",
        "pipeline.export.tables",
        "pipeline.languages.segmenters",
        "pipeline.languages.stop_words",
        "pipeline.store",
    ),
    tools=("numpy", "pyarrow", "ruptures", "scipy"),
    run=write_timelines,
)

FIGURES_STAGE = Stage(
    name="figures",
    folder=lambda study: study.export_folder,
    settings=words_for_readers,
    reads=lambda study: [*_from_tables(study), _bibliography(study)],
    writes=(FIGURES, CHANGE_FIGURES, *(f"{FIGURES}.{kind}" for kind in _FIGURE_KINDS), WORKBOOK),
    modules=("pipeline.export",),
    tools=("matplotlib", "xlsxwriter", "zhplot"),
    run=write_figures,
)
