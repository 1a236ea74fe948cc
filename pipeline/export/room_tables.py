"""What the report's rooms of topics and keywords are made from: the tables of these stages, where they were made."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.analyses.topics.runs import CHOSEN
from pipeline.export.bilingual import BILINGUAL_STAGE
from pipeline.export.bilingual import FIGURE as PAIRS_FIGURE
from pipeline.export.bilingual import FOLDER as PAIRS_FOLDER
from pipeline.export.bilingual import TABLES as PAIRS_TABLES
from pipeline.export.intrusion import FOLDER as INTRUSION_FOLDER
from pipeline.export.intrusion import SCORES, read_scores, scored_sheet
from pipeline.export.keyword_rooms import KeywordRooms, make_keyword_rooms, shown_collocates
from pipeline.export.keywords_stage import FIGURES as KEYWORDS_FIGURES
from pipeline.export.keywords_stage import KEYWORD_TABLES, KEYWORDS_FOLDER, KEYWORDS_STAGE
from pipeline.export.topic_rooms import TopicRooms, make_topic_rooms
from pipeline.export.topics import FOLDER as TOPICS_FOLDER
from pipeline.export.topics import TABLES as TOPICS_TABLES
from pipeline.export.topics import TOPICS_STAGE, read_topic_data
from pipeline.stages import was_made
from pipeline.store.cells import guard_formulas
from pipeline.store.tables import read_table
from pipeline.store.tokens import TYPES_FILE

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pipeline.study import Study


def read_topic_rooms(study: Study) -> TopicRooms | None:
    """The rooms of topics; None where the stage ``topics`` never ran.

    Raises:
        InputError: a model is gone, damaged, or of another version.
    """
    if not was_made(TOPICS_STAGE, study):
        return None
    folder, sheet = study.export_folder, scored_sheet(study)
    scores = read_scores(sheet) if sheet else []
    if not was_made(BILINGUAL_STAGE, study):
        return make_topic_rooms(read_topic_data(study), {}, scores=scores)
    pairs = {name: read_table(folder / PAIRS_FOLDER, name) for name in PAIRS_TABLES}
    figure = (folder / f"{PAIRS_FIGURE}.svg").read_text("utf-8")
    return make_topic_rooms(read_topic_data(study), pairs, figure, scores)


def read_keyword_rooms(study: Study) -> KeywordRooms | None:
    """The room of keywords; None where the stage ``keywords`` never ran."""
    if not was_made(KEYWORDS_STAGE, study):
        return None
    made = {name: read_table(study.export_folder / KEYWORDS_FOLDER, name) for name in KEYWORD_TABLES}
    forms = _read_forms(study, shown_collocates(made))
    return make_keyword_rooms(made, _find_keyness_figures(study), forms, study.collocations.min_documents)


def tables_of_rooms(study: Study) -> list[Path]:
    """What topics and keywords left; what is not there counts as missing, not as wrong."""
    folder, chosen = study.export_folder, study.model_folder / CHOSEN
    models = [chosen / code / name for code in study.languages for name in ("model.json", "words.parquet")]
    tables = ((TOPICS_FOLDER, TOPICS_TABLES), (PAIRS_FOLDER, PAIRS_TABLES), (KEYWORDS_FOLDER, KEYWORD_TABLES))
    return [
        *models,
        study.corpus_folder / TYPES_FILE,
        folder / f"{PAIRS_FIGURE}.svg",
        *sorted((folder / KEYWORDS_FIGURES).glob("keyness_*.csv")),
        *sorted((folder / INTRUSION_FOLDER).glob(f"*/{SCORES}")),
        *(folder / place / f"{name}.arrow" for place, names in tables for name in names),
    ]


def _read_forms(study: Study, lemmas: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The forms of lemmas, by language and lemma; a lemma that is a word of its own is among them."""
    types = pq.read_table(study.corpus_folder / TYPES_FILE, columns=["language", "form", "lemma"])
    wanted = pa.array(sorted({lemma for _, lemma in lemmas}), pa.string())
    rows = types.filter(pc.is_in(types["lemma"].cast(pa.string()), value_set=wanted)).to_pylist()
    forms = {key: {key[1]: None} for key in lemmas}
    for row in rows:
        forms.get((row["language"], row["lemma"]), {})[row["form"]] = None
    return {key: " ".join(found) for key, found in forms.items()}


def _find_keyness_figures(study: Study) -> dict[tuple[str, str], str]:
    """By comparison and language its figure's path without an ending; those that show a word."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((study.export_folder / KEYWORDS_FIGURES).glob("keyness_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file), None)
        if row:
            found[row["comparison"], row["language"]] = f"{KEYWORDS_FIGURES}/{path.stem}"
    made = read_table(study.export_folder / KEYWORDS_FOLDER, "keyness").select(["comparison", "language"])
    keys = made.group_by(["comparison", "language"], use_threads=False).aggregate([])
    written = guard_formulas(keys["comparison"].combine_chunks()).to_pylist()
    pairs = zip(keys["comparison"].to_pylist(), keys["language"].to_pylist(), written, strict=True)
    return {(name, code): found[cell, code] for name, code, cell in pairs if (cell, code) in found}
