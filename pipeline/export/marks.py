"""The dagger behind the names of concepts whose terms are not those of the lexicon's lock."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import find_exploratory
from pipeline.export.phrases import PHRASES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipeline.records import Concept
    from pipeline.study import Study

DAGGER = "†"

_NOTES = {
    "en": f"{DAGGER} exploratory: terms were added, changed or removed after the lexicon was locked on {{}}.",
    "de": f"{DAGGER} explorativ: Suchwörter kamen hinzu, änderten sich oder entfielen nach der Festlegung des Lexikons "
    f"am {{}}.",
    "zh": f"{DAGGER}探索性结果：词表于{{}}锁定后，该概念的词条有增加、修改或删除。",
}


def mark_concepts(study: Study) -> tuple[Concept, ...]:
    """The concepts of the lexicon, a dagger behind the names of those that are exploratory in that language.

    A concept without a name in that language has the dagger behind all its names. So has a name in a language that is
    not counted, as English is beside Chinese and German: it stands for the curves of all.
    """
    concepts = load_lexicon(study.lexicon)
    marks = find_exploratory(study.lexicon, concepts)
    if marks is None:
        return concepts
    return tuple(
        _mark(concept, {code for code in study.languages if (concept.id, code) in marks.concepts}, study.languages)
        for concept in concepts
    )


def explain_dagger(study: Study, language: str) -> str:
    """What the dagger means, in the language of the paper; nothing where no name has one."""
    marks = find_exploratory(study.lexicon, load_lexicon(study.lexicon))
    if marks is None or not any(code in study.languages for _, code in marks.concepts):
        return ""
    return _NOTES[language].format(PHRASES[language].day(marks.date))


def mark_note(study: Study, language: str, names: Iterable[str]) -> str:
    """The study's note, and behind it what the dagger means where one of the names that are shown has one."""
    said = explain_dagger(study, language) if any(DAGGER in name for name in names) else ""
    return " ".join(part for part in (study.note.strip(), said) if part)


def _mark(concept: Concept, codes: Collection[str], counted: Collection[str]) -> Concept:
    if not codes:
        return concept
    label = dict(concept.label) or {min(codes): concept.id}
    everywhere = any(code not in label for code in codes)
    marked = {
        code: name + DAGGER if everywhere or code in codes or code not in counted else name
        for code, name in label.items()
    }
    return dataclasses.replace(concept, label=marked)
