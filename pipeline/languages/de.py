"""German: spaCy's tokens, gender forms whole; lemmas, word classes and compound parts per type."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pipeline.languages.chunks import cut_chunks
from pipeline.languages.compounds import may_be_compound, parts_of
from pipeline.languages.cuts import Cuts, are_words, versions
from pipeline.languages.lemmas import heads, lemma_of
from pipeline.languages.morphology import learn
from pipeline.languages.tags import tag_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MODULES", "TOOLS", "VERSION", "are_words", "cut", "lemmatize", "split_compounds", "tag"]

MODULES = (
    "pipeline.languages.de",
    "pipeline.languages.chunks",
    "pipeline.languages.cuts",
    "pipeline.languages.dictionary",
    "pipeline.languages.gender",
    "pipeline.languages.hanta",
    "pipeline.languages.lemmas",
    "pipeline.languages.morphology",
    "pipeline.languages.special_cases",
    "pipeline.languages.spelling",
    "pipeline.languages.compounds",
    "pipeline.languages.tags",
    "pipeline.languages.viterbi",
    "pipeline.languages.word_tree",
)
"""Our modules whose code shapes the words."""
TOOLS = ("spacy", "simplemma", "HanTa")
"""The packages that do."""
VERSION: str
"""The packages that shape the result, with their versions; looked up when first asked for."""


def __getattr__(name: str) -> str:
    if name == "VERSION":
        return versions("spacy", "simplemma", "HanTa")
    raise AttributeError(name)


def cut(texts: Sequence[str]) -> Cuts:
    """Cut German texts into the tokens of ``spacy.blank("de")``; see `pipeline.languages.chunks`."""
    return cut_chunks(texts, "de")


def lemmatize(forms: Sequence[str]) -> list[str]:
    """The lemma of each form, without its context; see `pipeline.languages.lemmas`."""
    if not forms:
        return []  # for which no dictionary is loaded
    last = [form.rpartition("-")[2] for form in forms]
    learn(chain(last, (form.capitalize() for form in forms if form.isupper())))
    learn(heads(last))
    return [lemma_of(form) for form in forms]


def split_compounds(forms: Sequence[str], lemmas: Sequence[str]) -> list[tuple[str, ...]]:  # noqa: ARG001
    """The lemmas of the parts of each compound; () for simple words. See `pipeline.languages.compounds`."""
    learn(part for lemma in lemmas for part in lemma.split("-") if may_be_compound(part))
    return [parts_of(lemma) for lemma in lemmas]


def tag(forms: Sequence[str], lemmas: Sequence[str]) -> list[str | None]:
    """The likeliest word class of each form, by the tagset STTS; see `pipeline.languages.tags`."""
    return [tag_of(form, lemma) for form, lemma in zip(forms, lemmas, strict=True)]
