"""The stage ``topics``: tables of the topic models under ``exports/STUDY/``; their data for figures and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.topics import runs, tables
from pipeline.analyses.topics.kept import FILES, read_fit
from pipeline.analyses.topics.labels import label_path, write_template
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.mentions import MENTIONS_FILE
from pipeline.export.figures import save
from pipeline.export.tables import write_csv, write_parquet, write_xlsx
from pipeline.export.topic_numbers import draw_topic_numbers
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, tokens
from pipeline.store.tables import read_table, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from pipeline.analyses.topics.kept import Kept
    from pipeline.study import Study

FOLDER = ".topics"
"""The tables as Arrow files."""
TABLES = (
    "topics", "topic_timelines", "topic_passages", "topic_concepts", "topic_numbers", "topic_effects", "topic_words",
)  # fmt: skip
DOCUMENTS = "topic_documents.parquet"
WORKBOOK = "topics.xlsx"
TEMPLATE = "topic_labels.toml"
FIGURE = "topic_numbers"


@dataclass(frozen=True, slots=True)
class TopicData:
    """What a figure or a page of topics is made from."""

    tables: dict[str, pa.Table]
    """Those of `TABLES`, by name."""
    models: dict[str, Kept]
    """The chosen model of each language that has one: words, topics and units as arrays."""


def write_topics(study: Study, draft: Path, progress: Progress) -> Summary:
    """Make the tables of topics and write them."""
    built = read_corpus(study)
    chosen = tables.read_chosen(study, built)
    named, lost = tables.topics(study, chosen)
    progress("topic tables", 1, 3)
    made = {
        "topics": named,
        "topic_timelines": tables.topic_timelines(study, built, chosen),
        "topic_passages": tables.topic_passages(study, built, chosen),
        "topic_concepts": tables.topic_concepts(study, built, chosen, load_lexicon(study.lexicon)),
        "topic_numbers": pq.read_table(study.model_folder / runs.NUMBERS),
        "topic_effects": tables.topic_effects(chosen),
        "topic_words": tables.topic_words(chosen),
    }
    progress("topic tables", 2, 3)
    write_tables(draft / FOLDER, made)
    for name in TABLES:
        write_csv(made[name], draft / f"{name}.csv")
    write_xlsx({name: made[name] for name in TABLES}, draft / WORKBOOK)
    save(draw_topic_numbers(made["topic_numbers"], study.note), draft / FIGURE)
    write_parquet(tables.topic_documents(study, built, chosen), draft / DOCUMENTS)
    write_template(draft / TEMPLATE, _template(chosen, named))
    progress("topic tables", 3, 3)
    without = [row["language"] for row in made["topic_numbers"].to_pylist() if row["note"]]
    return {"topics": named.num_rows, "languages_without_topics": without, "labels_without_topic": lost}


def read_topic_data(study: Study) -> TopicData:
    """The tables and the models as they were last made.

    Raises:
        InputError: a model is gone or damaged.
    """
    made = {name: read_table(study.export_folder / FOLDER, name) for name in TABLES}
    languages = sorted(set(made["topics"]["language"].to_pylist()), key=study.languages.index)
    return TopicData(made, {code: read_fit(study.model_folder / runs.CHOSEN / code) for code in languages})


def _template(chosen: list[tables.Chosen], named: pa.Table) -> list[tuple[str, str, list[str]]]:
    labels = iter(named["label"].to_pylist())
    return [(own.language, next(labels), words[:10]) for own in chosen for words in tables.words_of(own.kept)[0]]


def _settings(study: Study) -> dict[str, Any]:
    return {
        "languages": list(study.languages),
        "keep": sorted(study.passages.keep),
        "duplicates": study.passages.duplicates,
        "timelines": study.timelines.model_dump(mode="json"),
        "unit": study.topics.unit,
        "note": study.note,
    }


def _reads(study: Study) -> list[Path]:
    chosen = study.model_folder / runs.CHOSEN
    files = [chosen / code / name for code in study.languages for name in (*sorted(FILES), runs.PASSAGES, runs.TOPICS)]
    names = (corpus.DOCUMENTS_FILE, corpus.PASSAGES_FILE, MENTIONS_FILE, tokens.WORDS_FILE)
    own = [study.lexicon, label_path(study), study.model_folder / runs.NUMBERS]
    return [*own, *files, *(study.corpus_folder / name for name in names)]


TOPICS_STAGE = Stage(
    name="topics",
    folder=lambda study: study.export_folder,
    settings=_settings,
    reads=_reads,
    writes=(
        *(f"{name}.csv" for name in TABLES), *(f"{FIGURE}.{kind}" for kind in ("pdf", "svg", "png")),
        DOCUMENTS, WORKBOOK, TEMPLATE, FOLDER,
    ),
    modules=(
        "pipeline.analyses", "pipeline.concepts.lexicon", "pipeline.export.figures", "pipeline.export.fonts",
        "pipeline.export.names", "pipeline.export.panels", "pipeline.export.phrases", "pipeline.export.tables",
        "pipeline.export.topic_numbers", "pipeline.export.topics", "pipeline.store",
    ),
    tools=("matplotlib", "numpy", "pyarrow", "scipy", "xlsxwriter", "zhplot"),
    run=write_topics,
)  # fmt: skip
