"""English: spaCy's tokens and simplemma's lemmas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.languages.chunks import cut_chunks
from pipeline.languages.cuts import Cuts, are_words, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MODULES", "TOOLS", "VERSION", "are_words", "cut", "lemmatize", "split_compounds", "tag"]

MODULES = (
    "pipeline.languages.en",
    "pipeline.languages.chunks",
    "pipeline.languages.cuts",
    "pipeline.languages.special_cases",
)
"""Our modules whose code shapes the words."""
TOOLS = ("spacy", "simplemma")
"""The packages that do."""
VERSION: str
"""The packages that shape the result, with their versions; looked up when first asked for."""


def __getattr__(name: str) -> str:
    if name == "VERSION":
        return versions("spacy", "simplemma")
    raise AttributeError(name)


def cut(texts: Sequence[str]) -> Cuts:
    """Cut English texts into the tokens of ``spacy.blank("en")``; see `pipeline.languages.chunks`."""
    return cut_chunks(texts, "en")


def lemmatize(forms: Sequence[str]) -> list[str]:
    """The lemma of each form by simplemma, without its context; what is no word is its own lemma."""
    from simplemma import lemmatize as look_up

    return [look_up(form, "en") if word else form for form, word in zip(forms, are_words(forms), strict=True)]


def split_compounds(forms: Sequence[str], lemmas: Sequence[str]) -> list[tuple[str, ...]]:  # noqa: ARG001
    """English words have no parts here: () for each."""
    return [()] * len(forms)


def tag(forms: Sequence[str], lemmas: Sequence[str]) -> list[str | None]:  # noqa: ARG001
    """None for each: no package at hand has word classes of English forms without their sentence."""
    return [None] * len(forms)
