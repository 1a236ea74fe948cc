"""The word class of a German form, without its context: the likeliest tag of STTS (Schiller et al. 1999).

It comes from the analysis by morphemes that the lemma is weighed with (`pipeline.languages.morphology`), so that most
forms are analysed once; of nouns that the model does not know it asks the dictionary. On UD German GSD it is that of
the gold for 0.897 of the words. A form has one tag wherever it stands: *die* is ART, *zu* is PTKZU, *sein* is PPOSAT.
"""

from __future__ import annotations

import re

from pipeline.languages import gender
from pipeline.languages.dictionary import dictionary
from pipeline.languages.morphology import MAX_WORD, adjective_in, analyse

_LONGEST = 200
_NUMBER = re.compile(r"\d+(?:[.,:/\u2009\u00a0]\d+)*")
_ORDINAL = re.compile(r"\d+\.")
_LEADING_NUMBER = re.compile(r"\d+")
_OF_STTS = {"NNA": "NN", "NNI": "NN", "PROAV": "PAV", "UNKNOWN": None}


def tag_of(form: str, lemma: str) -> str | None:  # noqa: PLR0911 - one case a line
    """The tag of a German form: ``NN``, ``ADJA``, ``VVFIN``, …; None of what is no word or cannot be told."""
    if form.isalpha() and len(form) <= MAX_WORD:
        return _tag_of_word(form, lemma)
    if len(form) > _LONGEST or not any(map(str.isalnum, form)):
        return None
    if _NUMBER.fullmatch(form) is not None:
        return "CARD"
    if _ORDINAL.fullmatch(form) is not None:
        return "ADJA"
    if form[-1] == "-":
        return "TRUNC"
    if gender.split(form) is not None:
        return "NN"
    first, hyphen, last = form.rpartition("-")
    if hyphen and first:
        return tag_of(last, lemma.rpartition("-")[2])
    number = _LEADING_NUMBER.match(form)
    rest = form[number.end() :] if number is not None else ""
    return _tag_of_word(rest, lemma[-len(rest) :]) if rest.isalpha() else None


def _tag_of_word(form: str, lemma: str) -> str | None:
    if "nnen" in form.lower() and gender.split(form) is not None:  # BürgerInnen
        return "NN"
    analysis = analyse(form)
    if analysis is None:
        if not form[0].isupper():
            return None
        return "NN" if form in dictionary() or lemma != form else "NE"  # names are what no source knows
    analysis = adjective_in(form, analysis) or analysis
    tag = analysis.pos.replace("(", "").removesuffix(")")
    return _OF_STTS.get(tag, tag)
