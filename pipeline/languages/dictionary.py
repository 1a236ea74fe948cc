"""The dictionary of German forms and their lemmas: that of simplemma, a million forms without word classes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Dictionary:
    """The German dictionary of simplemma, from form to lemma; asked without the exceptions of its own ``in``."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.get = words.get
        self._words = words

    def __getitem__(self, form: str) -> str:
        return self._words[form]

    def __contains__(self, form: str) -> bool:
        return self.get(form) is not None


@cache
def dictionary() -> Dictionary:
    """The dictionary; takes a second."""
    from simplemma.strategies import DEFAULT_DICTIONARY_FACTORY

    return Dictionary(DEFAULT_DICTIONARY_FACTORY.get_dictionary("de"))
