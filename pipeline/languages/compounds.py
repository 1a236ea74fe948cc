"""The parts of German compounds: Städtepartnerschaftsverein is of Stadt, Partnerschaft and Verein."""

from __future__ import annotations

from functools import lru_cache

from pipeline.languages.dictionary import dictionary
from pipeline.languages.lemmas import SHORTEST_PART, lemma_of, without_link
from pipeline.languages.morphology import MAX_WORD, Analysis, analyse, stem_lemma

_NO_PARTS = ("FUGE", "SUF", "PRESPART", "ADJ_COMP", "ADJ_SUP")
_DERIVED = ("SUF_DERIV", "SUF_FEM", "SUF_DIM")
_PREFIXES = ("PTKVZ", "APPR", "PREF", "APZR", "PTKA", "PTKZU")
_PARTICLES = frozenset({"ab", "an", "auf", "aus", "bei", "durch", "ein", "fort", "her", "hin", "mit", "nach", "um",
                        "vor", "weiter", "wieder", "zu", "zurück", "zusammen"})  # fmt: skip
_WHOLE = frozenset({"augenblick", "denkmal", "großmutter", "großvater", "handwerk", "haushalt", "hochzeit",
                    "landwirt"})  # fmt: skip
"""Nouns whose parts have nothing to do with what they mean."""
_FIRST = ("einzel", "gesamt", "groß", "haupt", "klein", "neu", "sonder")
"""First parts before any noun; the model holds many of these compounds whole (Einzeltäter)."""
_NO_HEADS = frozenset({"bar", "los", "haft", "sam", "schaft", "tel", "stel"})
_WORD_CLASSES = frozenset({"NN", "NNA", "NNI", "ADJ(A)", "ADJ(D)"})
_MODIFIERS = frozenset({"ADJ(A)", "ADJ(D)", "VV(PP)"})
_SHORTEST = 3


def parts_of(lemma: str) -> tuple[str, ...]:
    """The lemmas of the parts of a compound, in order; () for a simple word.

    The parts are the stems that HanTa's model finds, so a word that it holds whole (Partnerschaft) stays whole. Where
    the model does not know the word, it may be two words of the dictionary with a linking element. Words with hyphens
    are split there too.
    """
    if "-" in lemma:
        pieces = [piece for piece in lemma.split("-") if piece.isalpha()]
        if len(pieces) < 2 or pieces[0][0].islower() != pieces[-1][0].islower():  # the latter: a line end's hyphen
            return ()
        return tuple(part for piece in pieces for part in parts_of(piece) or (lemma_of(piece),))
    return _split(lemma) if lemma.isalpha() and not lemma.isupper() else ()


def may_be_compound(lemma: str) -> bool:
    """Whether a lemma is long enough, no verb and no adverb in -erweise; only then are its morphemes looked at."""
    return 2 * _SHORTEST <= len(lemma) <= MAX_WORD and not (lemma[0].islower() and lemma.endswith(("n", "erweise")))


@lru_cache(maxsize=1 << 16)
def _split(lemma: str) -> tuple[str, ...]:
    if not may_be_compound(lemma) or lemma.lower() in _WHOLE:
        return ()
    analysis = analyse(lemma)
    first = next((first for first in _FIRST if lemma.lower().startswith(first)), "")
    rest = lemma[len(first) :].capitalize()
    if first and lemma[0].isupper() and len(rest) > SHORTEST_PART and _is_noun(rest):
        return (first.capitalize() if first == "haupt" else first, *(_split(rest) or (rest,)))
    if analysis is not None and analysis.known:
        return _from_morphemes(lemma, analysis) if analysis.pos in _WORD_CLASSES else ()
    return _from_dictionary(lemma) if lemma[0].isupper() else ()


def _from_morphemes(lemma: str, analysis: Analysis) -> tuple[str, ...]:
    stems: list[tuple[int, str, str]] = []  # where each begins, its form and class
    begin = at = 0
    for form, kind in analysis.morphemes:
        at += len(form)
        if kind.startswith(_DERIVED) and stems:
            first, stem, _ = stems[-1]
            stems[-1] = (first, stem + form, "NN")
        elif kind.startswith(_PREFIXES) or form in _PARTICLES:
            continue  # a prefix belongs to the stem that follows
        elif stems and ((whole := stems[-1][1] + form) in _WHOLE or _is_of_verb(lemma[stems[-1][0] : at], whole)):
            stems[-1] = (stems[-1][0], whole, "NN")
        elif not kind.startswith(_NO_PARTS):
            stems.append((begin, lemma[begin:at].lower(), kind))
        begin = at
    if len(stems) < 2 or stems[-1][1] in _NO_HEADS:
        return ()
    head = lemma[stems[-1][0] :]
    if lemma[0].isupper():
        noun = head[0].upper() + head[1:]
        head = own if (own := lemma_of(noun))[0].isupper() else noun  # Breite is of breit elsewhere
    parts = (*(stem_lemma(form, kind) for _, form, kind in stems[:-1]), head)
    return parts if all(len(stem) >= _SHORTEST for _, stem, _ in stems) else _from_dictionary(lemma)


def _is_of_verb(noun: str, stems: str) -> bool:
    """Whether a noun in -ung, of stems without a link, is that of a verb: Festsetzung is not of fest and Setzung."""
    verb = stems.removesuffix("ung") + "en"
    return noun.endswith("ung") and noun.lower() == stems and dictionary().get(verb) == verb


def _from_dictionary(lemma: str) -> tuple[str, ...]:
    """Two words of the dictionary, the last as long as may be."""
    for begin in range(SHORTEST_PART, len(lemma) - SHORTEST_PART + 1):
        head = lemma[begin:].capitalize()
        if _is_noun(head) and (first := _modifier(lemma[:begin])) is not None:
            return (*(_split(first) or (first,)), *(_split(head) or (head,)))
    return ()


def _modifier(first: str) -> str | None:
    """The lemma of a first part: a noun with its linking element, an adjective, or the stem of a verb."""
    noun = without_link(first)
    if noun is not None:
        return noun
    adjective = first.lower()
    if dictionary().get(adjective) == adjective:  # gesamt-, kommunal-; but not über-, nach-
        analysis = analyse(adjective)
        return adjective if analysis is not None and analysis.pos in _MODIFIERS else None
    verb = first.lower().removesuffix("e") + "en"
    return verb if dictionary().get(verb) == verb else None


def _is_noun(word: str) -> bool:
    return word in dictionary() and lemma_of(word) == word
