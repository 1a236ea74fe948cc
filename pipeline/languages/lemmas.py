"""The lemma of a German form, without its context.

Two sources are weighed: simplemma's dictionary (a million forms, no word classes) and the analysis by morphemes of
`pipeline.languages.morphology` (word classes, and words that no dictionary has). Roughly: nouns as the dictionary has
them, verbs and participles as the analysis has them, unknown compounds by the last part that is known. On the gold of
UD German GSD, exactly as written, that is right more often (0.963) than simplemma (0.948), HanTa by word (0.944) and
HanTa by sentence (0.950). Lemmas are in the spelling of 1996.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.languages.dictionary import SHORTEST_PART, dictionary, without_link
from pipeline.languages.gender import split
from pipeline.languages.hanta import load_model
from pipeline.languages.morphology import MAX_WORD, Analysis, adjective_in, analyse, is_noun_stem
from pipeline.languages.spelling import of_1996, with_sharp_s, with_umlauts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORT = 12
"""Letters of a word that is probably simple."""

_LONGEST = 200
"""Characters of a form that may be a chain of words; a longer one is kept as it is."""

_PARTICIPLE = re.compile(r"(?:t|en|nd)(?:e|en|er|em|es)?$")
_ADJECTIVE = re.compile(
    r"(?:isch|lich|ig|bar|haft|los|sam|ell|iv|är|ös|end|fach|fähig|frei|reich|arm|artig|mäßig|pflichtig|jährig)$"
)
_INFLECTED_ADJECTIVE = re.compile(_ADJECTIVE.pattern.removesuffix("$") + "(?:e|en|em|er|es)?$")
_SUFFIX = re.compile(r"((?<!zw)isch|lich|ig|bar|haft|sam|onal|fach|artig|mäßig)(?:e|en|em|es)$")
_INNER_ADJECTIVE = re.compile(r"(?<=isch)(?:en|em|er|es)$")
"""Deutsch-Chinesischen-Freundschaftsvereins has Deutsch-Chinesische-Freundschaftsverein as its lemma."""
_PLURAL_OF_CAPITALS = re.compile(r"[A-ZÄÖÜ]{2,}s")
_LEADING_NUMBER = re.compile(r"\d+")
_BEFORE_PARTICIPLES = frozenset({"NN", "NN_VAR", "NE", "PREF_NEG"})
_NAMES = frozenset({"NE", "FM", "ITJ"})


def lemma_of(form: str) -> str:
    """The lemma of a German form; of what is no word, the form itself."""
    if form.isalpha() and "Innen" not in form and "INNEN" not in form and len(form) <= MAX_WORD:
        return _modern(_lemma_of_word(_modern(form)))
    if len(form) > _LONGEST or not any(map(str.isalpha, form)) or form[-1] in ".-":
        return form
    if (parts := split(form)) is not None:
        return _lemma_of_gender_form(*parts)
    first, hyphen, last = form.rpartition("-")
    if hyphen:
        pieces = (part if split(part) is None else lemma_of(part) for part in first.split("-"))
        first = "-".join(_INNER_ADJECTIVE.sub("e", piece) for piece in pieces)
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
    """A form in the spelling of 1996 and with umlauts, where it is in another and only that is a word."""
    words = dictionary()
    if len(form) > 4 and (umlauts := with_umlauts(form)) != form and _needs_umlauts(form, umlauts):
        form = umlauts
    new = of_1996(form) if "ß" in form else with_sharp_s(form)
    return new if new != form and (new in words or new.capitalize() in words) else form


def _needs_umlauts(form: str, umlauts: str) -> bool:
    """Whether a form is a word with umlauts only: Staedte, Foerderung; but Koehler and Baerbock are names."""
    words = dictionary()
    if form in words or form.capitalize() in words:
        return False
    written = umlauts if form[0].islower() else umlauts.capitalize()
    if form[0].isupper() and (len(form) < 10 or form.lower().endswith("er")):  # a plural is no name
        return words.get(written, written) != written and words[written][0].isupper()
    old, new = analyse(form), analyse(written)
    known = new is not None and new.known and new.pos not in _NAMES and not (old is not None and old.known)
    return known or written in words


def _lemma_of_gender_form(base: str, _: str, rest: str) -> str:
    """The generic noun: Bürger for Bürger*innen, Kollege for Kolleg:innen; in a compound too."""
    words = dictionary()
    plural = words.get(base + "e")  # Kolleg-, Ärzt-, Freund-: the form with -e is known; Bürger-, Student-: it is not
    if rest:
        links = ("", "en", "n", "e") if base[-2:] in {"er", "or"} else ("en", "n", "", "e")  # Kollegenkreis, Bürgerrat
        compounds = [base + link + rest.lstrip("s") for link in links]
        return _lemma_of_word(next((word for word in compounds if word in words), compounds[0]))
    if plural is not None and plural[:1].isupper():
        return plural
    return words.get(base) or (_lemma_of_word(base) if base[-1] in "en" else base)


@lru_cache(maxsize=1 << 16)
def _lemma_of_word(form: str) -> str:
    if form.isupper() and len(form) > 1:
        return _lemma_of_capitals(form)
    if (regular := _lemma_by_rule(form)) is not None:
        return regular
    listed = _listed(form)
    if listed is not None and not _is_doubtful(form, listed):
        return listed
    compound = _by_known_parts(form) if listed is None and form[0].isupper() and not _is_frequent(form) else None
    lemma = compound or _weigh(form, listed, analyse(form))
    if lemma[0].isupper() and "ß" in lemma and "ss" in form:  # the model learnt from texts of the 1990s
        lemma = of_1996(lemma)
    if not form[1:].islower() and lemma[0].isupper():  # inner capitals: FitnessPoint
        same = max(size for size in range(len(lemma) + 1) if form[:size].lower() == lemma[:size].lower())
        return form[:same] + lemma[same:]
    return lemma


def _lemma_by_rule(form: str) -> str | None:
    """Where the form alone says it: PKWs, Politikerinnen, AutorIn, glücklicherweise; and what is too long."""
    if _PLURAL_OF_CAPITALS.fullmatch(form):
        return dictionary().get(form, form[:-1])
    if form.endswith("erinnen") and form[0].isupper() and len(form) > 8:
        return form[:-3]
    if form.endswith("In") and form[-3:-2].islower() and form[:-2] + "in" in dictionary():
        return _lemma_of_gender_form(form[:-2], "in", "")
    if len(form) > MAX_WORD:
        return form
    if form.endswith("erweise") and form[0].islower() and dictionary().get(form, form) == form:  # verweise is a verb's
        return form
    return None


def _listed(form: str) -> str | None:
    """The dictionary's lemma, where that is a lemma itself by the dictionary too."""
    words = dictionary()
    lemma = words.get(form)
    if lemma is None or lemma == form:
        return lemma
    if form[-1] == "e" and words.get(form + "n") == form and _is_lemma(form):  # Quelle is not of Quell
        return form
    if lemma[0].isupper() and lemma.endswith("er") and form.rstrip("nms") == lemma[:-1]:
        return lemma[:-1]  # an adjectival noun has one lemma, as the model has it: Vorsitzende
    return lemma if words.get(lemma) == lemma else None


def _is_lemma(form: str) -> bool:
    """Whether the model has the form as a stem, or sees no ending at it."""
    if is_noun_stem(form.lower()):
        return True
    analysis = analyse(form)
    return analysis is not None and analysis.known and analysis.lemma == form


def _is_frequent(form: str) -> bool:
    """Whether the model lists the form's word classes, from a corpus with tags."""
    return form.lower() in load_model().frequent


def _is_doubtful(form: str, listed: str) -> bool:
    """Whether the word class matters and the dictionary's lemma might be that of another one."""
    if _is_frequent(form):
        return True
    if form[0].isupper():
        noun = form.lower() not in dictionary() and not (listed.endswith("er") and listed[:-1] in dictionary())
        inflected = form != listed and len(form) <= _SHORT  # a compound's lemma is rarely wrong
        return not noun or (inflected and not is_noun_stem(listed.lower()))
    if listed == form and form.endswith(("e", "em", "er", "es")):  # temporäre is of temporär
        analysis = analyse(form)
        stem = analysis.lemma if analysis is not None and analysis.pos == "ADJ(A)" else form
        if form.startswith(stem) and dictionary().get(stem) == stem != form:
            return True
    return _PARTICIPLE.search(form) is not None and (listed == form or listed[-1] == "n")


def _weigh(form: str, listed: str | None, analysis: Analysis | None) -> str:  # noqa: PLR0911 - one case a line
    fallback = listed or dictionary().get(form)
    if analysis is None:
        return fallback or _unknown_adjective(form) or _by_last_part(form) or _by_guess(form) or form
    lemma, pos, known = analysis.lemma, analysis.pos, analysis.known
    if pos in _NAMES:
        genitive = known and form[0].isupper() and form == lemma + "s"
        return lemma if genitive else fallback or _by_last_part(form) or form
    if form[0].islower():
        return _weigh_small(form, listed, analysis)
    frequent = _is_frequent(form)
    if not frequent and listed not in {None, form} and pos[0] == "V":
        return listed or form
    if pos == "NN":
        if listed is None and lemma.endswith(("isch", "lich")) and (adjective := adjective_in(form.lower(), analysis)):
            return adjective.lemma  # Planungsrechtliche
        return _noun(form, listed, analysis) or _with_listed_head(form, analysis) or lemma
    if pos == "ADJ(A)" and lemma == form.lower() and lemma.endswith("er"):
        return form  # Aachener, Wiener
    if pos == "ADJ(A)" and not (frequent or fallback is None or lemma.endswith(("isch", "lich"))):  # no one Herzliche
        return _adjectival_noun(form, fallback) or lemma
    if pos == "VV(IMP)" and listed == form:
        return form
    return lemma


def _adjectival_noun(form: str, listed: str) -> str | None:
    """One lemma for all its forms, as the model has it: Abgeordnete for Abgeordneter and Abgeordneten."""
    if not listed[0].isupper():
        return None
    if listed.endswith("er") and listed[:-1] in dictionary():
        return listed[:-1]
    return listed if listed[-1] == "e" and (listed != form or dictionary().get(form) == form + "r") else None


def _weigh_small(form: str, listed: str | None, analysis: Analysis) -> str:
    """Of a form with a small initial that is no name."""
    lemma, pos = analysis.lemma, analysis.pos
    fallback = listed or dictionary().get(form)
    if lemma[0].isupper():
        noun = lemma if analysis.known and dictionary().get(lemma) == lemma else None
        adjective = adjective_in(form, analysis)
        return (adjective and adjective.lemma) or fallback or noun or _by_last_part(form) or form
    if not analysis.known:
        return _guessed(form, fallback, analysis)
    if pos == "ADJ(A)":
        return _inflected_adjective(form, listed, lemma)
    if pos == "ADJ(D)":
        return listed if listed is not None and listed[-1] != "n" else lemma
    if pos[0] == "V":
        return _verb(form, listed, analysis)
    return lemma if pos == "ADV" else listed or lemma


def _verb(form: str, listed: str | None, analysis: Analysis) -> str:
    """Of a form of a verb; a participle that no verb has is an adjective: unbesetzt, armutsgefährdet, kindgerecht."""
    words = dictionary()
    weak = analysis.pos == "VV(PP)" and form.endswith("en") and words.has_weak(analysis.lemma)
    if weak and listed is not None and listed.endswith("en") and (listed != form or words.has_weak(form)):
        return listed  # gelegen is not of legen
    if analysis.lemma in words:
        return analysis.lemma
    if listed is not None and listed[-1] == "n":  # zusammengehören, which the model has of zusammenhören
        return listed
    no_verb = analysis.pos == "VV(PP)" and analysis.morphemes[0][1] in _BEFORE_PARTICIPLES
    return form if no_verb else analysis.lemma


def _guessed(form: str, fallback: str | None, analysis: Analysis) -> str:
    """Of a form with a small initial, a morpheme of which the model does not know."""
    if analysis.pos == "VV(PP)" and (participle_of := _verb_of_participle(form)) is not None:
        return participle_of
    adjective = analysis.lemma if analysis.pos.startswith("ADJ") else None
    verb = fallback is not None and fallback[-1] == "n" and not fallback.endswith("enden")
    sure = adjective if adjective is not None and not verb and _ADJECTIVE.search(adjective) else None
    return sure or fallback or _by_last_part(form) or adjective or form


def _inflected_adjective(form: str, listed: str | None, lemma: str) -> str:
    if lemma == form and form.endswith("ender"):  # the model has wachsender and sinkender as words of one form
        return form[:-2]
    compared = listed is not None and listed[-1] != "n" and listed not in {form, lemma + "er"}  # nah for nächste
    return listed if compared and listed is not None else lemma


def _verb_of_participle(form: str) -> str | None:
    """The verb of the dictionary that a participle is of, where the form alone says it: dynamisiert, gedüngt."""
    stem = form[:-1].removesuffix("e") if form[-1] == "t" and len(form) > 5 else ""
    verbs = (stem + "en", stem.removeprefix("ge") + "en")
    return next((verb for verb in verbs if stem and dictionary().get(verb) == verb), None)


def _by_known_parts(form: str) -> str | None:
    """Lemma of a noun made of two that the dictionary has, the last as long as may be."""
    begin, head = _listed_head(form)
    lemma = _lemma_of_listed(head) if head and _lemma_of_word(head)[0].isupper() else None
    return form[:begin] + lemma.lower() if lemma is not None else None


def heads(forms: Iterable[str]) -> Iterator[str]:
    """Of nouns that the dictionary lacks, the listed words that they end in: what `lemma_of` will have analysed."""
    words = dictionary()
    for form in forms:
        is_word = form.isalpha() and len(form) <= MAX_WORD
        if is_word and form[0].isupper() and not form.isupper() and form not in words:
            head = _listed_head(form)[1]
            if head:
                yield head


@lru_cache(maxsize=1 << 16)
def _listed_head(form: str) -> tuple[int, str]:
    """Where the second of two words of the dictionary begins that make up a noun, and this word; "" if none does."""
    words = dictionary()
    if not _INFLECTED_ADJECTIVE.search(form):
        for begin in range(SHORTEST_PART, len(form) - SHORTEST_PART + 1):
            head = form[begin:].capitalize()
            if head in words and without_link(form[:begin]) is not None:
                return begin, head
    return 0, ""


def _by_last_part(form: str) -> str | None:
    """Lemma of a word whose end is a known word: the longest such end of four letters or more.

    Small words need a known beginning too: verbs are short, and many an ending looks like one.
    """
    capital = form[0].isupper()
    for begin in range(3, len(form) - 3):
        part = form[begin:].capitalize() if capital else form[begin:]
        if (capital or form[:begin] in dictionary()) and (lemma := _lemma_of_listed(part)) is not None:
            whole = form[:begin] + lemma.lower()
            return form if capital and form == f"{whole}er" else whole  # Hagsfelder, Wolfartsweier
    return None


def _unknown_adjective(form: str) -> str | None:
    """Of an adjective with a capital that the model does not know, by its suffix: Topografischen, Kleinräumige."""
    suffix = _SUFFIX.search(form) if form[0].isupper() and form.endswith(("e", "en", "em", "es")) else None
    if suffix is None or (suffix[1] not in {"isch", "lich"} and _by_last_part(form) is not None):
        return None
    lemma = _lemma_of_word(form.lower())
    return lemma if lemma.endswith(suffix[1]) else None


def _by_guess(form: str) -> str | None:
    """Lemma of a noun that the model can only guess, if it ends in a noun of the model's: Paradiplomatie(n)."""
    analysis = analyse(form, guess=True)
    if analysis is None or analysis.pos != "NN" or form.endswith("er"):
        return None
    lower = analysis.lemma.lower()
    return analysis.lemma if any(is_noun_stem(lower[begin:]) for begin in range(2, len(lower) - 4)) else None


def _with_listed_head(form: str, analysis: Analysis) -> str | None:
    """The lemma of a noun whose last stem, with its ending, the dictionary has: Länder|finanzen."""
    size = 0
    for morpheme, kind in reversed(analysis.morphemes):
        size += len(morpheme)
        if not kind.startswith("SUF"):
            break
    lemma = _lemma_of_listed(form[-size:].capitalize()) if 2 < size < len(form) else None
    return form[:-size] + lemma.lower() if lemma is not None else None


def _lemma_of_listed(part: str) -> str | None:
    """The lemma of the last part of a word, where the dictionary has it in the same case."""
    listed = _listed(part)
    if listed is None or listed[0].isupper() != part[0].isupper():
        return None
    analysis = analyse(part)
    if analysis is None or not analysis.known:
        return listed
    return {"NN": _noun(part, listed, analysis), "NNA": analysis.lemma}.get(analysis.pos, listed)


def _noun(form: str, listed: str | None, analysis: Analysis) -> str | None:
    """The dictionary's lemma, if it is a noun, unless the model knows only the analysed one: Schuld, no Schulde."""
    if listed is None:
        agent = analysis.morphemes[-1] in {("er", "SUF_NN"), ("ern", "SUF_NN")} and form.startswith(analysis.lemma)
        return form.removesuffix("n") if agent and _with_listed_head(form, analysis) is None else None
    if listed[0].islower():
        return None
    base = listed == form and (form.endswith("er") or dictionary().get(form + "n") == form)
    doubted = not base and listed != analysis.lemma and _listed(analysis.lemma) == analysis.lemma
    return analysis.lemma if doubted and not _is_lemma(listed) else listed


def _lemma_of_capitals(form: str) -> str:
    """STÄDTEPARTNERSCHAFTEN as a word, NATO and BASF as they are."""
    words = dictionary()
    if form in words:
        return words[form]
    written = form.capitalize()
    analysis = analyse(written)
    if analysis is None or (len(form) < 4 and not _is_frequent(form)) or analysis.morphemes[-1][1].startswith("ACR"):
        return form
    if analysis.known and analysis.pos not in _NAMES:
        return _lemma_of_word(written)
    if len(form) < 5:
        return form
    return words.get(written) or _by_last_part(written) or form
