"""The word class of a German form, without its context: the likeliest tag of STTS (Schiller et al. 1999).

It comes from the analysis by morphemes that the lemma is weighed with (`pipeline.languages.morphology`), so that most
forms are analysed once; of nouns that the model does not know it asks the dictionary. On UD German GSD it is that of
the gold for 0.898 of the words. A form has one tag wherever it stands: *die* is ART, *zu* is PTKZU, *sein* is PPOSAT.
"""

from __future__ import annotations

import re

from pipeline.languages import gender
from pipeline.languages.dictionary import dictionary
from pipeline.languages.lemmas import heads
from pipeline.languages.morphology import MAX_WORD, adjective_in, analyse

_LONGEST = 200
_NUMBER = re.compile(r"\d+(?:[.,:/\u2009\u00a0]\d+)*")
_ORDINAL = re.compile(r"\d+\.")
_LEADING_NUMBER = re.compile(r"\d+")
_JOINED_IN_1996 = {"sodass": "KOUS", "infrage": "ADV"} | dict.fromkeys(
    ("aufseiten", "mithilfe", "vonseiten", "zulasten", "zuungunsten"), "APPR"
)
"""Words that were two in the texts that the model learnt from."""
_NOUN_SUFFIX = re.compile(r"(?:ung|heit|keit|schaft|ismus|ität)(?:en|s)?$")
_LONG_ENOUGH = 8  # letters of a word with such a suffix: Jung, Samsung are names
_LONG_HEAD = 6
_ENDS_OF_NAMES = ("er", "straße", "strasse", "brunnen", "büttel")
_NO_NOUNS = frozenset({"ADJA", "VVFIN", "VVIMP", "VVINF", "VVPP"})
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
        if form[1:].islower() and form.lower().startswith(lemma):  # Topografische
            return "ADJA"
        is_noun = form in dictionary() or lemma != form or _is_built_as_noun(form)
        return "NN" if is_noun else "NE"  # names are what no source knows
    analysis = adjective_in(form, analysis) or analysis
    tag = analysis.pos.replace("(", "").removesuffix(")")
    tag = _JOINED_IN_1996.get(form, tag)
    return _with_lemma(form, lemma, _OF_STTS.get(tag, tag), known=analysis.known)


def _is_built_as_noun(form: str) -> bool:
    """Whether an unknown word has a noun's suffix or ends in a noun of some length: Visafreiheit, Solarindustrie.

    Short ends (Beckmeyer, Palmbach), those in -er and streets are names more often.
    """
    if not form[1:].islower():
        return False
    if len(form) >= _LONG_ENOUGH and _NOUN_SUFFIX.search(form) is not None:
        return True
    head = next(iter(heads([form])), "")
    analysis = analyse(head) if len(head) >= _LONG_HEAD and not form.endswith(_ENDS_OF_NAMES) else None
    return analysis is not None and analysis.pos == "NN"


def _with_lemma(form: str, lemma: str, tag: str | None, *, known: bool) -> str | None:
    """The tag that goes with the lemma, where the dictionary had its say in that and the model errs."""
    if form[0].isupper():
        is_noun = lemma[0].isupper() and form[1:].islower() and (tag != "ADJA" or lemma[-1] == "e")  # not Aachener
        if tag == "NN" and lemma.endswith(("isch", "lich")) and lemma[0].islower():
            return "ADJD" if form.lower() == lemma else "ADJA"  # Planungsrechtliche
        return "NN" if is_noun and tag in _NO_NOUNS else tag
    if form.endswith("erweise") and lemma == form:
        return "ADV"
    if tag == "VVPP" and known and lemma == form and form[-1] in "td":  # the lemma of a participle is the verb
        return "ADJD"
    if (
        tag in {"VVPP", "ADJA"} and lemma == form and form[-1] == "n" and dictionary().has_weak(form)
    ):  # erhalten may be a participle
        return "VVINF"
    return tag
