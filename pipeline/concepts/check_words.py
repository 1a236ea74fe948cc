"""What is risky about a study's lists of Chinese words."""

from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from pipeline.concepts.lexicon import plain
from pipeline.concepts.word_lists import can_match, load_words
from pipeline.store.tokens import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.concepts.word_lists import ListWord
    from pipeline.records import Term
    from pipeline.study import Study

_MOST = 20
"""Findings of one kind that are said one by one; a list may have a hundred thousand lines."""
_INSIDE = "-·'’.&+/%_"
"""Marks that words have inside."""


def risks_of_words(study: Study, terms: Sequence[Term]) -> list[str]:
    """One sentence for each line that does nothing, or not what its writer may think.

    Args:
        study: The study.
        terms: The lexicon's Chinese terms.

    Raises:
        StudyError: a list cannot be read.
    """
    words = load_words(study)
    forms = {plain(term.form, "zh"): term for term in terms if term.match == "form"}
    kinds = (_impossible(words), _twice(words), _short(words), _marked(words), _same(words, forms),
             _inside_terms(words, forms), _around_terms(words, forms))  # fmt: skip
    said: list[str] = []
    for kind in kinds:
        some = list(itertools.islice(kind, _MOST))
        more = sum(1 for _ in kind)
        said += some + ([f"… and {more} more such lines as the last"] if more else [])
    return said


def _impossible(words: Sequence[ListWord]) -> Iterator[str]:
    for word in words:
        if not any(map(str.isalnum, word.form)):
            yield f"{word.where}: {word.written!r} has no letter and no digit: it is no word and is not held"
        elif not can_match(word.form):
            odd = next(c for c in word.form if not can_match(c + "a"))
            name = unicodedata.name(odd, "a control character")
            yield f"{word.where}: {word.written!r} holds U+{ord(odd):04X} ({name}), which no passage has: never found"
        elif len(word.form) > LONGEST:
            yield f"{word.where}: a word of {len(word.form)} characters; one of more than {LONGEST} is not held"


def _twice(words: Sequence[ListWord]) -> Iterator[str]:
    first: dict[str, ListWord] = {}
    for word in words:
        other = first.setdefault(word.form, word)
        if other is not word:
            same = "" if other.written == word.written else f" as {other.written!r}, which is read alike"
            tags = "" if word.tag in {None, other.tag} else f"; the tag there counts ({other.tag or 'none'})"
            yield f"{word.where}: {word.written!r} stands already in {other.where}{same}{tags}"


def _short(words: Sequence[ListWord]) -> Iterator[str]:
    for word in words:
        if len(word.form) == 1 and word.form.isalnum():
            yield f"{word.where}: {word.written!r} is one character: held whole, it breaks every word that it stands in"


def _marked(words: Sequence[ListWord]) -> Iterator[str]:
    for word in words:
        odd = next((c for c in word.form if not c.isalnum() and c not in _INSIDE and can_match(c + "a")), None)
        if odd is not None and any(map(str.isalnum, word.form)):
            what = "a space" if odd.isspace() else repr(odd)
            yield f"{word.where}: {word.written!r} has {what} inside: it is found only where just that stands there"


def _same(words: Sequence[ListWord], forms: dict[str, Term]) -> Iterator[str]:
    for word in words:
        if word.form in forms:
            yield f"{word.where}: {word.written!r} is a term of the lexicon ({forms[word.form].concept}): held anyway"


def _inside_terms(words: Sequence[ListWord], forms: dict[str, Term]) -> Iterator[str]:
    for i, form in _containing([word.form for word in words], list(forms)):
        word, term = words[i], forms[form]
        yield f"{word.where}: {word.written!r} lies in {term.form!r} ({term.concept}): there the lexicon's term is held"


def _around_terms(words: Sequence[ListWord], forms: dict[str, Term]) -> Iterator[str]:
    others = dict.fromkeys(word.form for word in words if word.form not in forms)  # a longer term is held as it is
    for term_number, form in _containing(list(forms), list(others)):
        term = list(forms.values())[term_number]
        if any(plain(longer, "zh") in form for longer in term.not_in):
            continue
        word = next(word for word in words if word.form == form)
        yield (
            f"{word.where}: {word.written!r} holds {term.form!r} ({term.concept}), which is held in its place: "
            f"counts stay as they are, and the rest of {word.written!r} is cut as ever"
        )


def _containing(short: Sequence[str], long: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Pairs of a short form's index and a longer form that it lies in, in order of the long ones."""
    from ahocorasick_rs import AhoCorasick

    known = [form for form in short if form]
    if not known or not long:
        return
    number = np.flatnonzero([bool(form) for form in short]).tolist()
    matcher = AhoCorasick(known)
    for form in long:
        found = dict.fromkeys(index for index, _, _ in matcher.find_matches_as_indexes(form, overlapping=True))
        yield from ((number[index], form) for index in found if known[index] != form)
