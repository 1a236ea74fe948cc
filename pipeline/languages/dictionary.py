"""The dictionary of German forms and their lemmas: that of simplemma, a million forms without word classes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pipeline.languages.spelling import of_1996

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST_PART = 4
"""Letters of a part that only the dictionary knows; shorter ones are found in too many words."""

_LINKS = ("", "s", "es", "n", "en", "e", "er")
"""What may stand between the parts of a compound (Fugenelemente)."""


class Dictionary:
    """The German dictionary of simplemma, from form to lemma; asked without the exceptions of its own ``in``."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.get = words.get
        self._words = words

    def __getitem__(self, form: str) -> str:
        return self._words[form]

    def __contains__(self, form: str) -> bool:
        return self.get(form) is not None

    def has_weak(self, verb: str) -> bool:
        """Whether it has a verb with a past in -te."""
        stem = verb.removesuffix("n").removesuffix("e")
        return self.get(verb) == verb and f"{stem}te" in self


@cache
def dictionary() -> Dictionary:
    """The dictionary; takes a second."""
    from simplemma.strategies import DEFAULT_DICTIONARY_FACTORY

    return Dictionary(DEFAULT_DICTIONARY_FACTORY.get_dictionary("de"))


def without_link(first: str) -> str | None:
    """The noun in the first part of a compound, less its linking element, where the dictionary has it as a lemma."""
    words = dictionary()
    for link in _LINKS:
        noun = first.removesuffix(link)
        if first.endswith(link) and len(noun) >= SHORTEST_PART and of_1996(words.get(noun, "")) == noun:
            return noun
    return None
