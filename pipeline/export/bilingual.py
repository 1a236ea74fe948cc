"""The stage ``topic_pairs``: topics and terms over languages under ``exports/STUDY/``, and the figure of the topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.meaning.encoder import encoder_files, encoder_versions
from pipeline.analyses.meaning.study import PAIR, study_encoder, study_term_candidates, study_topic_pairs
from pipeline.analyses.meaning.translations import find_translations, share_found
from pipeline.analyses.topics import runs
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.mentions import MENTIONS_FILE
from pipeline.export.figures import save
from pipeline.export.tables import write_csv, write_xlsx
from pipeline.export.topic_pairs import draw_topic_pairs
from pipeline.export.topics import FOLDER as TOPICS_FOLDER
from pipeline.languages.stop_words import stop_word_file
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, tokens
from pipeline.store.tables import read_table, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

FOLDER = ".bilingual"
"""The tables as Arrow files."""
TABLES = ("topic_pairs", "term_candidates")
FIGURE = "topic_pairs"
WORKBOOK = "topic_pairs.xlsx"
_NOTE = (
    "Lines: each topic and its most similar one in the other language, darker with the cosine of centred vectors; "
    "solid: a mutual best pair that chance reaches in at most 5 % of draws (Holm). Size: share in the language's "
    "words. Grey: no counterpart."
)


def write_bilingual(study: Study, draft: Path, progress: Progress) -> Summary:
    """Pair the topics, look for terms, draw the pairs."""
    built = read_corpus(study)
    encode = study_encoder(study, progress)
    topics = read_table(study.export_folder / TOPICS_FOLDER, "topics")
    translations = find_translations(study, built)
    pairs = study_topic_pairs(study, built, topics, encode, translations)
    made = {
        "topic_pairs": pairs,
        "term_candidates": study_term_candidates(study, built, load_lexicon(study.lexicon), encode),
    }
    write_tables(draft / FOLDER, made)
    for name, table in made.items():
        write_csv(table, draft / f"{name}.csv")
    write_xlsx(made, draft / WORKBOOK)
    save(draw_topic_pairs(pairs, _NOTE), draft / FIGURE)
    rows = pairs.to_pylist()
    alone = [row for row in rows if row["zh_topic"] is None or row["de_topic"] is None]
    return {
        "counterparts": sum(row["counterpart"] for row in rows),
        "zh_alone": sum(row["de_topic"] is None for row in alone),
        "de_alone": sum(row["zh_topic"] is None for row in alone),
        "encoder": study.encoder.model,
        **({} if translations is None else {"translations": share_found(study, built, translations, encode)}),
    }


def _settings(study: Study) -> dict[str, Any]:
    return {
        "languages": list(study.languages),
        "keep": sorted(study.passages.keep),
        "duplicates": study.passages.duplicates,
        "encoder": study.encoder.model_dump(mode="json") | {"versions": encoder_versions(study)},
        "numbers": study.topics.numbers,
        "seed": study.timelines.seed,
    }


def _reads(study: Study) -> list[Path]:
    chosen = [
        study.model_folder / runs.CHOSEN / code / name
        for code in PAIR
        for name in ("model.json", "words.parquet", "units.parquet", runs.PASSAGES)
    ]
    words = (tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE)
    names = (corpus.DOCUMENTS_FILE, corpus.PASSAGES_FILE, MENTIONS_FILE, *words)
    lists = [stop_word_file(study, code) for code in study.languages]
    topics = study.export_folder / TOPICS_FOLDER / "topics.arrow"
    own = [study.lexicon, *lists, topics, *encoder_files(study), *chosen]
    return [*own, *(study.corpus_folder / name for name in names)]


BILINGUAL_STAGE = Stage(
    name="topic_pairs",
    folder=lambda study: study.export_folder,
    settings=_settings,
    reads=_reads,
    writes=(
        *(f"{name}.csv" for name in TABLES), *(f"{FIGURE}.{kind}" for kind in ("pdf", "svg", "png")), WORKBOOK, FOLDER,
    ),
    modules=(
        "pipeline.analyses.choices", "pipeline.analyses.counts", "pipeline.analyses.meaning",
        "pipeline.analyses.numerals", "pipeline.analyses.permutation", "pipeline.analyses.topics",
        "pipeline.concepts.lexicon", "pipeline.export.bilingual", "pipeline.export.figures", "pipeline.export.fonts",
        "pipeline.export.names", "pipeline.export.panels", "pipeline.export.phrases", "pipeline.export.tables",
        "pipeline.export.topic_pairs", "pipeline.languages.stop_words", "pipeline.store",
    ),
    tools=("matplotlib", "numpy", "pyarrow", "scipy", "xlsxwriter", "zhplot"),
    run=write_bilingual,
)  # fmt: skip
