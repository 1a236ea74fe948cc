"""The parts of German compounds: Städtepartnerschaftsverein is of Stadt, Partnerschaft and Verein."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pipeline.languages.dictionary import SHORTEST_PART, dictionary, without_link
from pipeline.languages.hanta import load_model
from pipeline.languages.lemmas import lemma_of
from pipeline.languages.morphology import MAX_WORD, Analysis, analyse, stem_chances, stem_lemma

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NO_PARTS = ("FUGE", "SUF", "PRESPART", "ADJ_COMP", "ADJ_SUP")
_DERIVED = ("SUF_DERIV", "SUF_FEM", "SUF_DIM")
_PREFIXES = ("PTKVZ", "APPR", "PREF", "APZR", "PTKA", "PTKZU")
_PARTICLES = frozenset({"ab", "an", "auf", "aus", "bei", "durch", "ein", "fort", "her", "hin", "miss", "mit", "nach",
                        "rück", "um", "vor", "weiter", "wieder", "zu", "zurück", "zusammen"})  # fmt: skip
_WHOLE = frozenset({"augenblick", "denkmal", "friedhof", "großmutter", "großvater", "handwerk", "haushalt", "hochzeit",
                    "landwirt", "plattform", "seidenstraße", "weihnacht"})  # fmt: skip
"""Nouns whose parts have nothing to do with what they mean, and a name."""
_FIRST = ("alt", "außen", "einzel", "gesamt", "groß", "haupt", "innen", "klein", "kurz", "mindest", "neu", "sonder")
"""First parts before any noun; the model holds many of these compounds whole (Einzeltäter)."""
_NO_HEADS = frozenset({"bar", "los", "haft", "sam", "schaft", "stel", "tel"})
_LIKE_SUFFIXES = _NO_HEADS | {"zeug"}
_WORD_CLASSES = frozenset({"NN", "NNA", "NNI", "ADJ(A)", "ADJ(D)"})
_MODIFIERS = frozenset({"ADJ(A)", "ADJ(D)", "VV(PP)"})
_SHORTEST = 3
_BEFORE = {"": ("NN", "NN_VAR", "NN_VAR_EL", "ADJ", "VV", "NE"), "s": ("NN", "NN_VAR", "NE"), "es": ("NN", "NN_VAR"),
           "n": ("NN",), "en": ("NN",), "e": ("VV",), "er": ("NN", "NN_VAR")}  # fmt: skip
"""The classes of stems that may stand before each linking element."""
_OF_PARTICLES = ("PTKVZ_SEP", "APPR", "ADV", "PIAT")
_SURE = 2.5
"""How much likelier a first part must be as a stem than as a particle."""
_LEAST = -17.5
"""How likely two stems must be in a word that the model holds whole: the sum of their log probabilities."""
_LONG, _LONGER = 6, 4.5
"""Letters of stems that are hardly there by chance, and how much less likely two such may be."""
_NEVER = -99.0
_AGENT = -9.0
"""How likely a noun in -er is that the model lacks, if its verb is known: Nehmer."""


def parts_of(lemma: str) -> tuple[str, ...]:
    """The lemmas of the parts of a compound, in order; () for a simple word.

    The parts are the stems that HanTa's model finds. One that it holds whole is split if two likely stems of its own
    make it up (Rohstoff, Bundesbank), else it stays whole (Partnerschaft). Where the model does not know the word, it
    may be two words of the dictionary with a linking element. Words with hyphens are split there too.
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
    lower = lemma.lower()
    if not may_be_compound(lemma) or lower in _WHOLE:
        return ()
    analysis = analyse(lemma)
    if lower.startswith(_FIRST) and lemma[0].isupper():
        first = next(filter(lower.startswith, _FIRST))
        rest = lemma[len(first) :].capitalize()
        if len(rest) > SHORTEST_PART and _is_noun(rest) and not _is_name(rest):
            return (first.capitalize() if first == "haupt" else first, *(_split(rest) or (rest,)))
    if analysis is not None and analysis.known:
        return _from_morphemes(lemma, analysis) if analysis.pos in _WORD_CLASSES else ()
    return _from_dictionary(lemma) if lemma[0].isupper() else ()


def _from_morphemes(lemma: str, analysis: Analysis) -> tuple[str, ...]:
    stems: list[tuple[int, str, str]] = []  # where each begins, its form and class
    begin = at = 0
    behind_s = False
    for form, kind in analysis.morphemes:
        at += len(form)
        if behind_s and _is_agent(f"s{form}") and not _is_agent(form):  # Antrag-Steller, no Teller
            begin -= 1
        behind_s = kind == "FUGE" and form == "s"
        role = _role(kind)
        if stems and (role == "derived" or form == "schaft" or (form == "ende" and stems[-1][2][:2] == "VV")):
            first, stem, _ = stems[-1]
            stems[-1] = (first, stem + form, "NN")
        elif role == "prefix" or form in _PARTICLES:
            continue  # a prefix belongs to the stem that follows
        elif stems and ((whole := stems[-1][1] + form) in _WHOLE or _is_of_verb(lemma[stems[-1][0] : at], whole)):
            stems[-1] = (stems[-1][0], whole, "NN")
        elif role == "stem":
            stem = lemma[begin:at].lower()
            inner = _inside(stem) if kind == "NN" and len(stem) >= 2 * _SHORTEST else ()
            if inner:
                stems += [(begin + place, part, class_) for place, part, class_ in inner]
            else:
                stems.append((begin, stem, kind))
        begin = at
    if len(stems) < 2 or stems[-1][1] in _NO_HEADS:
        return ()
    head = lemma[stems[-1][0] :]
    if lemma[0].isupper():
        noun = head[0].upper() + head[1:]
        head = own if (own := lemma_of(noun))[0].isupper() else noun  # Breite is of breit elsewhere
    parts = (*(stem_lemma(form, kind) for _, form, kind in stems[:-1]), head)
    return parts if all(len(stem) >= _SHORTEST for _, stem, _ in stems) else _from_dictionary(lemma)


@cache
def _role(kind: str) -> str:
    """What morphemes of a class are for the parts of a word."""
    roles = (("derived", _DERIVED), ("prefix", _PREFIXES), ("none", _NO_PARTS))
    return next((role for role, kinds in roles if kind.startswith(kinds)), "stem")


@lru_cache(maxsize=1 << 14)
def _inside(stem: str) -> tuple[tuple[int, str, str], ...]:
    """Of a noun that the model holds as one: beginning, form and class of two likely stems that make it up, or none."""
    chance, begin, first, kind = max(_pairs(stem), default=(_LEAST, 0, "", ""))
    if chance <= _LEAST or stem.startswith(tuple(_WHOLE)) or _is_of_verb(stem, stem) or _is_agent(stem):
        return ()
    second = _inside(stem[begin:]) or ((0, stem[begin:], "NN"),)
    return ((0, first, kind), *((begin + place, part, class_) for place, part, class_ in second))


def _pairs(stem: str) -> Iterator[tuple[float, int, str, str]]:
    """Two stems that a noun may be of: their log probability, where the second begins, the first and its class."""
    nouns, maybe_agent = load_model().nouns, stem.endswith("er")
    for begin in range(_SHORTEST, len(stem) - _SHORTEST + 1):
        second = stem[begin:]
        if second not in nouns and not (maybe_agent and len(second) > SHORTEST_PART and _is_agent(second)):
            continue
        head = nouns.get(second, _AGENT)
        if second in _LIKE_SUFFIXES or stem_chances(second).get("ADJ", _NEVER) > head:
            continue
        for link, classes in _BEFORE.items():
            first = stem[: begin - len(link)]
            if stem.endswith(link, 0, begin) and (link or first in _FIRST or begin <= len(stem) - SHORTEST_PART):
                longer = _LONGER if min(len(first), len(second)) >= _LONG else 0.0
                for chance, kind in _chances_of_first(first, link, classes):
                    yield head + chance + longer * (kind != "NE"), begin, first, kind


def _chances_of_first(stem: str, link: str, classes: Sequence[str]) -> Iterator[tuple[float, str]]:
    """Of a stem before another; one that may be a particle (fern, hoch) is none, nor one without its ending (kont)."""
    if stem in _FIRST and not link:
        yield 0.0, "NN" if stem == "haupt" else "ADJ"
    chances = stem_chances(stem) if stem not in _PARTICLES else {}
    least = _SURE + max((chances[kind] for kind in _OF_PARTICLES if kind in chances), default=_NEVER)
    for kind in chances.keys() & classes:
        short = len(stem) < {"NE": 5, "VV": 4}.get(kind, _SHORTEST)  # Tran-sport, Geb-rauch
        whole = kind != "NN_VAR" or link or stem_lemma(stem, kind).lower() == stem
        if chances[kind] > least and whole and not short:
            yield chances[kind], kind


def _is_agent(stem: str) -> bool:
    """Whether it is a noun in -er of a verb: Steller, Nehmer."""
    if not stem.endswith("er"):
        return False
    noun, verb = stem.capitalize(), f"{stem[:-2]}en"
    return dictionary().get(verb) == verb and dictionary().get(noun) == noun


def _is_of_verb(noun: str, stems: str) -> bool:
    """Whether a noun in -ung, of stems without a link, is that of a verb: Festsetzung is not of fest and Setzung."""
    verb = stems.removesuffix("ung") + "en"
    return noun.endswith("ung") and noun.lower() == stems and dictionary().get(verb) == verb


def _is_name(word: str) -> bool:
    """Whether the model has a word as a name rather than as a noun: Altmaier is not of alt and Maier."""
    chances = stem_chances(word.lower())
    return chances.get("NE", _NEVER) > chances.get("NN", _NEVER)


def _from_dictionary(lemma: str) -> tuple[str, ...]:
    """Two words of the dictionary, the last as long as may be."""
    for begin in range(SHORTEST_PART, len(lemma) - SHORTEST_PART + 1):
        head = lemma[begin:].capitalize()
        if _is_noun(head) and (first := _modifier(lemma[:begin])) is not None:
            return (*(_split(first) or (first,)), *(_split(head) or (head,)))
    return ()


def _modifier(first: str) -> str | None:
    """The lemma of a first part: a noun with its linking element, an adjective, or the stem of a verb."""
    if first.lower() in _PARTICLES:
        return None
    noun = without_link(first)
    if noun is not None:
        return noun
    if "NN_VAR_EL" in stem_chances(first.lower()):
        return stem_lemma(first.lower(), "NN_VAR_EL")
    adjective = first.lower()
    if dictionary().get(adjective) == adjective:  # gesamt-, kommunal-; but not über-, nach-
        analysis = analyse(adjective)
        return adjective if analysis is not None and analysis.pos in _MODIFIERS else None
    verb = first.lower().removesuffix("e") + "en"
    return verb if dictionary().get(verb) == verb else None


def _is_noun(word: str) -> bool:
    return word in dictionary() and lemma_of(word) == word
