"""The tables over languages as a study has them: its topics paired, and candidates for its lexicon."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipeline.analyses.meaning.encoder import encoder_of
from pipeline.analyses.meaning.kept import FOLDER, encode_kept
from pipeline.analyses.meaning.terms import Words, term_candidates
from pipeline.analyses.meaning.topic_pairs import Side, pair_topics, share_documents
from pipeline.analyses.meaning.translations import topic_shares
from pipeline.analyses.topics.tables import read_chosen
from pipeline.analyses.topics.units import JOINER, read_units
from pipeline.store.corpus import select_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.meaning.topic_pairs import Encode
    from pipeline.analyses.meaning.translations import Translations
    from pipeline.analyses.topics.tables import Chosen
    from pipeline.analyses.topics.units import Units
    from pipeline.records import Concept
    from pipeline.stages import Progress
    from pipeline.study import Study

PAIR = ("zh", "de")
_FREQUENT = 1_500
"""Words of a language that may be candidates; the most frequent, and all terms of the lexicon that the corpus holds."""


def has_pair(study: Study) -> bool:
    """Whether the study analyses both languages whose topics are paired."""
    return set(PAIR) <= set(study.languages)


def study_encoder(study: Study, progress: Progress) -> Encode:
    """The study's encoder, its vectors kept under ``models/STUDY/``."""
    folder = study.model_folder / FOLDER
    return partial(encode_kept, folder=folder, model=encoder_of(study), workers=study.run.workers, progress=progress)


def study_topic_pairs(
    study: Study, corpus: Corpus, topics: pa.Table, encode: Encode, translations: Translations | None = None
) -> pa.Table:
    """``topic_pairs``: the chosen models' topics over languages, with the labels of the table ``topics``."""
    chosen = {own.language: own for own in read_chosen(study, corpus)}
    sides = [_side(study, chosen.get(code), code, topics) for code in PAIR]
    shared = None
    if translations and len(translations.zh) and set(PAIR) <= set(chosen):
        shared = share_documents(*topic_shares(translations, chosen["zh"], chosen["de"]))
    return pair_topics(sides[0], sides[1], encode, study.timelines.seed, shared)


def study_term_candidates(study: Study, corpus: Corpus, concepts: Sequence[Concept], encode: Encode) -> pa.Table:
    """``term_candidates``: words, terms and phrases of three documents or more, nearest to the lexicon's concepts."""
    wanted = {"phrases": True, "tags": {}, "unit": "document", "min_documents": 3, "max_share": 1.0}
    units = read_units(study.model_copy(update={"topics": study.topics.model_copy(update=wanted)}), corpus)
    forms = {(t.language, t.form) for concept in concepts for t in concept.terms}
    return term_candidates(concepts, {code: _words(units[code], forms) for code in PAIR}, encode)


def _side(study: Study, chosen: Chosen | None, code: str, topics: pa.Table) -> Side:
    rows = [row for row in topics.select(["language", "label", "prevalence"]).to_pylist() if row["language"] == code]
    if chosen is None:
        return Side(np.empty((0, 0)), np.empty((0, 0)), [], lambda _: [], [], [])
    fitted = chosen.kept.fitted
    return Side(
        unit_topic=fitted.unit_topic,
        topic_word=fitted.topic_word,
        vocabulary=chosen.kept.vocabulary,
        texts=partial(_unit_texts, study, chosen.unit_of_passage),
        labels=[row["label"] for row in rows],
        prevalence=[row["prevalence"] for row in rows],
    )


def _unit_texts(study: Study, unit_of_passage: NDArray[np.int64], units: Sequence[int]) -> list[str]:
    """The passages of each unit in one text."""
    passages = np.flatnonzero(np.isin(unit_of_passage, units))
    parts: Mapping[int, list[str]] = {unit: [] for unit in units}
    for _, rows, texts in select_texts(study.corpus_folder, passages.tolist()):
        for row, text in zip(rows, texts, strict=True):
            parts[int(unit_of_passage[row])].append(text)
    return [" ".join(parts[unit]) for unit in units]


def _words(units: Units, forms: set[tuple[str, str]]) -> Words:
    joiner = JOINER.get(units.language, "_")
    texts = [word.replace(joiner, " ") if joiner else word for word in units.vocabulary.to_pylist()]
    frequency = np.asarray(units.counts.sum(axis=0)).ravel()
    documents = np.bincount(units.counts.indices, minlength=len(texts))
    order = np.argsort(-frequency, kind="stable").tolist()
    order = [i for i in order if len(texts[i]) > 1]
    picked = sorted({*order[:_FREQUENT], *(i for i in order[_FREQUENT:] if (units.language, texts[i]) in forms)})
    return Words([texts[i] for i in picked], frequency[picked].tolist(), documents[picked].tolist())
