"""The stage ``models``: topic models of each language under ``models/STUDY/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.analyses.topics import runs
from pipeline.concepts.mentions import MENTIONS_FILE
from pipeline.languages.stop_words import stop_word_file
from pipeline.stages import Stage
from pipeline.store import corpus, tokens

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study


def _settings(study: Study) -> dict[str, Any]:
    return {
        "languages": list(study.languages),
        "keep": sorted(study.passages.keep),
        "duplicates": study.passages.duplicates,
        "topics": study.topics.model_dump(mode="json"),
        "seed": study.timelines.seed,
        "period": study.timelines.model_dump(mode="json", include={"period", "years"})
        if study.topics.model == "dtm"
        else None,
    }


def _reads(study: Study) -> list[Path]:
    names = (corpus.DOCUMENTS_FILE, corpus.PASSAGES_FILE, MENTIONS_FILE)
    words = (tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE)
    lists = [stop_word_file(study, code) for code in study.languages]
    return [study.lexicon, *lists, *(study.corpus_folder / name for name in (*names, *words))]


MODELS_STAGE = Stage(
    name="models",
    folder=lambda study: study.model_folder,
    settings=_settings,
    reads=_reads,
    writes=(runs.CHOSEN, runs.NUMBERS),
    modules=(
        "pipeline.analyses.choices", "pipeline.analyses.counts", "pipeline.analyses.numerals",
        "pipeline.analyses.periods", "pipeline.analyses.topics",
        "pipeline.concepts.lexicon", "pipeline.languages.stop_words", "pipeline.store",
    ),
    tools=("numpy", "pyarrow", "scikit-learn", "scipy", "topica"),
    run=runs.fit_models,
)  # fmt: skip
