"""What every language module gives back: the tokens of a batch of passages, and which of them are words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """The tokens of a batch of texts, in order: ``texts[passage][start:start+length] == forms[form]`` for each.

    The four arrays are int64 and of equal length; tokens of whitespace are left out.
    """

    passage: NDArray[np.int64]
    """Index of the token's text in the batch."""
    start: NDArray[np.int64]
    """Code points before the token in its text."""
    length: NDArray[np.int64]
    """Code points in the token."""
    form: NDArray[np.int64]
    """Index into ``forms``."""
    forms: list[str]
    """The distinct forms of the batch in order of first appearance."""


def no_cuts() -> Cuts:
    """The tokens of no texts."""
    nothing = np.empty(0, np.int64)
    return Cuts(nothing, nothing, nothing, nothing, [])


def are_words(forms: Sequence[str]) -> list[bool]:
    """Say of each form whether it is a word: whether it holds at least one letter or digit.

    Numbers count as words, as in the counts of corpus linguistics that normalise by running words; punctuation,
    symbols and emoji do not. A letter or digit is what `str.isalnum` says: Unicode categories L and N.
    """
    return [form.isalnum() or any(map(str.isalnum, form)) for form in forms]


def number_by_first_appearance(ids: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Renumber ``ids`` (each below ``size``) from 0 in order of first appearance.

    Returns:
        The new number of each element, and the old id of each new number.
    """
    first = np.full(size, -1, dtype=np.int64)
    first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)  # numpy keeps the last of repeated assignments
    used = np.flatnonzero(first >= 0)
    order = used[np.argsort(first[used])]
    number = np.empty(size, dtype=np.int64)
    number[order] = np.arange(len(order))
    return number[ids], order


def versions(*packages: str) -> str:
    """Name installed packages with their versions: ``spacy 3.8.18; simplemma 2.0.0``."""
    from importlib.metadata import version

    return "; ".join(f"{package} {version(package)}" for package in packages)
