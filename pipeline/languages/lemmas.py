"""The lemma of a German form, without its context.

Two sources are weighed: simplemma's dictionary (a million forms, no word classes) and the analysis by morphemes of
`pipeline.languages.morphology` (word classes, and words that no dictionary has). Roughly: nouns as the dictionary has
them, verbs and participles as the analysis has them, unknown compounds by the last part that is known.
"""

from __future__ import annotations

import os.path
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pipeline.languages.morphology import Analysis, analyse, load_model

if TYPE_CHECKING:
    from collections.abc import Mapping

_GENDER = re.compile(r"(?P<base>\w*\w{2}[^\W\d_])(?:[*:_·]|/-?)in(?:nen)?(?P<rest>\w*)|(?P<camel>\w{2,}[a-zß])Innen(?P<tail>\w*)")
"""Bürger*innen, Bürger:in, Bürger_innen, Bürger/-innen, BürgerInnen, and what follows in a compound."""

_OLD_SPELLING = re.compile(
    r"(?<![aeiouäöü])[ei]ß"
    r"|(?:d|l|n|h|f|(?<!s)p)aß(?![aeiouäöü])|(?:schl|(?<!g)r|g|l)oß(?![aeiouäöü])"
    r"|(?:m|k|n|fl|schl|sch|ew|(?<=dr)|(?<!r)g)uß(?![aeiouäöü])|[mk]üß(?![aeiouäöü])|^rußl",
    re.IGNORECASE,
)
"""ß after a short vowel, where the spelling of 1996 has ss."""

_WITHOUT_SHARP_S = re.compile(
    r"(?:[ae]u|äu|ei|ie|stra|gr[oöuü]|f[uü]|st[oö]|sü|bü)ss|mass(?=nahm|st[aä]b|geb|los|voll)", re.IGNORECASE
)
"""ss after a long vowel: Swiss spelling, and words that were in capitals."""

_PARTICIPLE = re.compile(r"(?:t|en|nd)(?:e|en|er|em|es)?$")
_PLURAL_OF_CAPITALS = re.compile(r"[A-ZÄÖÜ]{2,}s")
_LEADING_NUMBER = re.compile(r"\d+")
_NAMES = frozenset({"NE", "FM", "ITJ"})
_OPEN_CLASSES = frozenset({"NN", "NNA", "NNI", "NE", "FM", "ITJ", "ADJ(A)", "ADJ(D)", "ADV"})


@cache
def dictionary() -> Mapping[str, str]:
    """simplemma's German dictionary, from form to lemma."""
    from simplemma.strategies import DEFAULT_DICTIONARY_FACTORY

    return DEFAULT_DICTIONARY_FACTORY.get_dictionary("de")


def lemma_of(form: str) -> str:
    """The lemma of a German form; of what is no word, the form itself."""
    if form.isalpha() and "Innen" not in form:
        return _modern(_lemma_of_word(_modern(form)))
    if not any(map(str.isalpha, form)) or form[-1] in ".-":
        return form
    if (match := _GENDER.fullmatch(form)) is not None:
        return _lemma_of_gender_form(match)
    first, hyphen, last = form.rpartition("-")
    if hyphen:
        lemma = lemma_of(last)
        if last[0].islower():  # a verb or an adjective, or half a word that a line end has cut
            lemma = lemma[0].lower() + lemma[1:]
        return f"{_recased(first) if form.isupper() else first}-{lemma}"
    if (match := _LEADING_NUMBER.match(form)) is not None:
        rest = form[match.end() :]
        return match[0] + (lemma_of(rest) if len(rest) > 3 else rest)
    return _modern(_lemma_of_word(_modern(form))) if form.isalpha() else dictionary().get(form, form)


def _recased(first: str) -> str:
    """The first parts of a hyphenated word in capitals, as they would stand in running text."""
    words = dictionary()
    return "-".join(part.capitalize() if part.capitalize() in words else part for part in first.split("-"))


def _modern(form: str) -> str:
    """A form in the spelling of 1996, where it is in another and the dictionary knows the word in the new one."""
    if "ß" in form:
        new = _OLD_SPELLING.sub(lambda match: match[0].replace("ß", "ss"), form)
    elif "ss" in form:
        new = _WITHOUT_SHARP_S.sub(lambda match: match[0].replace("ss", "ß"), form)
    else:
        return form
    return new if new != form and (new in dictionary() or new.capitalize() in dictionary()) else form


def _lemma_of_gender_form(match: re.Match[str]) -> str:
    """The generic noun: Bürger for Bürger*innen, Kollege for Kolleg:innen; in a compound too."""
    base, rest = match["base"] or match["camel"], match["rest"] or match["tail"] or ""
    words = dictionary()
    plural = words.get(base + "e")  # Kolleg-, Ärzt-, Freund-: the form with -e is known; Bürger-, Student-: it is not
    noun = plural if plural is not None and plural[:1].isupper() else words.get(base, base)
    return _lemma_of_word(base + rest.lstrip("s")) if rest else noun


@lru_cache(maxsize=1 << 16)
def _lemma_of_word(form: str) -> str:
    if form.isupper() and len(form) > 1:
        return _lemma_of_capitals(form)
    if _PLURAL_OF_CAPITALS.fullmatch(form):
        return dictionary().get(form, form[:-1])
    listed = _listed(form)
    if listed is not None and not _is_doubtful(form, listed):
        return listed
    analysis = analyse(form)
    lemma = _weigh(form, listed, analysis)
    if not form[1:].islower() and lemma[:1].isupper():  # inner capitals: FitnessPoint
        same = os.path.commonprefix([form.lower(), lemma.lower()])
        return form[: len(same)] + lemma[len(same) :]
    return lemma


def _listed(form: str) -> str | None:
    """The dictionary's lemma, where that is a lemma itself."""
    lemma = dictionary().get(form)
    return lemma if lemma is not None and (lemma == form or dictionary().get(lemma) == lemma) else None


def _is_frequent(form: str) -> bool:
    """Whether the model lists the form's word classes, from a corpus with tags."""
    return form.lower() in load_model().tagger.cache


def _is_doubtful(form: str, listed: str) -> bool:
    """Whether the word class matters and the dictionary's lemma might be that of another one."""
    if _is_frequent(form):
        return True
    if form[0].isupper():
        return form.lower() in dictionary()
    return _PARTICIPLE.search(form) is not None and (listed == form or listed[-1] == "n")


def _weigh(form: str, listed: str | None, analysis: Analysis | None) -> str:  # noqa: PLR0911 - one case a line
    if analysis is None:
        return listed or _by_last_part(form) or form
    lemma, pos, known = _in_new_spelling(analysis.lemma), analysis.pos, analysis.known
    frequent = _is_frequent(form)
    if pos in _NAMES:
        genitive = known and form[0].isupper() and form == lemma + "s"
        return lemma if genitive else listed or _by_last_part(form) or form
    if not known:
        adjective = lemma if pos.startswith("ADJ") and form[0].islower() else None
        return listed or adjective or _by_last_part(form) or form
    if form[0].islower():
        return _weigh_small(form, listed, lemma, pos)
    if pos == "NN":
        return (lemma if frequent else listed) or _with_listed_head(form, analysis) or lemma
    if pos == "ADJ(A)" and lemma == form.lower() and lemma.endswith("er"):
        return form  # Aachener, Wiener
    if pos == "VV(IMP)" and listed == form:
        return form
    return lemma


def _weigh_small(form: str, listed: str | None, lemma: str, pos: str) -> str:
    """Of a known form with a small initial."""
    if lemma[0].isupper():
        return listed or (lemma if dictionary().get(lemma) == lemma else form)
    if pos == "ADJ(A)":
        superlative = listed is not None and listed[-1] != "n" and listed not in {form, lemma + "er"}
        return listed if superlative and listed is not None else lemma
    if pos == "ADJ(D)":
        return listed if listed is not None and listed[-1] != "n" else lemma
    if pos in _OPEN_CLASSES or pos[0] == "V":
        return lemma
    return listed or lemma


def _in_new_spelling(lemma: str) -> str:
    """The model learnt from texts of the 1990s."""
    return _modern(lemma) if "ß" in lemma else lemma


def _by_last_part(form: str) -> str | None:
    """Lemma of a word whose end is a known word: the longest such end of four letters or more.

    Small words need a known beginning too: verbs are short, and many an ending looks like one.
    """
    capital = form[0].isupper()
    for begin in range(3, len(form) - 3):
        part = form[begin:].capitalize() if capital else form[begin:]
        lemma = _listed(part)
        if lemma is not None and lemma[0].isupper() == capital and (capital or form[:begin] in dictionary()):
            return form[:begin] + lemma.lower()
    return None


def _with_listed_head(form: str, analysis: Analysis) -> str | None:
    """The lemma of a noun whose last stem, with its ending, the dictionary has: Länder|finanzen."""
    size = 0
    for morpheme, kind in reversed(analysis.morphemes):
        size += len(morpheme)
        if not kind.startswith("SUF"):
            break
    head = _listed(form[-size:].capitalize()) if 2 < size < len(form) else None
    return form[:-size] + head.lower() if head is not None and head[0].isupper() else None


def _lemma_of_capitals(form: str) -> str:
    """STÄDTEPARTNERSCHAFTEN as a word, NATO and BASF as they are."""
    words = dictionary()
    if form in words:
        return words[form]
    written = form.capitalize()
    analysis = analyse(written)
    if analysis is None or len(form) < 4 and not _is_frequent(form) or analysis.morphemes[-1][1].startswith("ACR"):
        return form
    if analysis.known and analysis.pos not in _NAMES:
        return _lemma_of_word(written)
    if len(form) < 5:
        return form
    return words.get(written) or _by_last_part(written) or form
