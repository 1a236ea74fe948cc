"""The parts of German compounds: Städtepartnerschaftsverein is of Stadt, Partnerschaft and Verein."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
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
_PARTICLES = frozenset({"ab", "an", "auf", "aus", "bei", "durch", "ein", "fort", "her", "hin", "hinter", "inter",
                        "miss", "mit", "nach", "rück", "um", "vor", "voraus", "weiter", "wider", "wieder", "zu",
                        "zurück", "zusammen", "zwischen", "über"})  # fmt: skip
_WHOLE = frozenset({"augenblick", "denkmal", "friedhof", "großmutter", "großvater", "handwerk", "haushalt", "hochzeit",
                    "landwirt", "plattform", "seidenstraße", "weihnacht"})  # fmt: skip
"""Nouns whose parts have nothing to do with what they mean, and a name."""
_FIRST = ("alt", "außen", "binnen", "einzel", "elektro", "erst", "ganz", "gesamt", "groß", "haupt", "innen", "klein",
          "kurz", "mehr", "mindest", "neu", "nicht", "sonder")  # fmt: skip
"""First parts before any noun; the model holds many of these compounds whole (Einzeltäter)."""
_NO_FIRST = ("erstarr", "erstatt", "erstaun", "erstell", "erstick", "erstreck")
"""Beginnings of nouns of verbs that begin like one of these."""
_NO_HEADS = frozenset({"bar", "los", "haft", "ling", "sam", "schaft", "stel", "tel"})
_LIKE_SUFFIXES = _NO_HEADS | {"zeug"}
_WORD_CLASSES = frozenset({"NN", "NNA", "NNI", "ADJ(A)", "ADJ(D)"})
_MODIFIERS = frozenset({"ADJ(A)", "ADJ(D)", "VV(PP)"})
_SHORTEST = 3
_BEFORE = {"": ("NN", "NN_VAR", "NN_VAR_EL", "ADJ", "VV", "NE"), "s": ("NN", "NN_VAR", "NE"), "es": ("NN", "NN_VAR"),
           "n": ("NN",), "en": ("NN",), "e": ("VV",), "er": ("NN", "NN_VAR")}  # fmt: skip
"""The classes of stems that may stand before each linking element."""
_ENDS_OF_DERIVED = ("igkeit", "in", "ismus")
_DERIVED_WITH_S = ("heits", "ions", "keits", "täts", "ungs")
_LONG_PARTICLES = tuple(particle for particle in _PARTICLES if len(particle) >= 6)
_OF_PARTICLES = ("PTKVZ_SEP", "APPR", "ADV", "PIAT")
_SURE = 2.5
"""How much likelier a first part must be as a stem than as a particle."""
_LEAST = -17.5
"""How likely two stems must be in a word that the model holds whole: the sum of their log probabilities."""
_LONG, _LONGER = 6, 4.5
"""Letters of stems that are hardly there by chance, and how much less likely two such may be."""
_NEVER = -99.0
_SHORT = -9.0
"""How likely a part of three letters must be in a word that the model does not know."""
_RATHER = 2.0
"""How much likelier a stem must be as a verb than as a noun."""
_RAREST = -12.0
"""How likely a stem is that the model has met but once, and somewhat more."""
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
    if lower.startswith(_FIRST) and lemma[0].isupper() and (parts := _from_first(lemma, lower)):
        return parts
    if analysis is not None and analysis.known:
        is_infinitive = analysis.pos == "VV(PP)" and lemma.endswith("en") and lemma[0].isupper()  # Planungsermessen
        if analysis.pos not in _WORD_CLASSES and not is_infinitive:
            return ()
        return _from_morphemes(lemma, analysis) or _from_held(lemma, analysis)
    return _from_dictionary(lemma) if lemma[0].isupper() else ()


def _from_first(lemma: str, lower: str) -> tuple[str, ...]:
    """One of the first parts before any noun, and a noun or a compound: Gesamtbreite, Gesamtschutzquote."""
    first = next(filter(lower.startswith, _FIRST))
    rest = lemma[len(first) :].capitalize()
    if len(rest) <= SHORTEST_PART or lower.startswith(_NO_FIRST) or _is_agent(lower):
        return ()
    if _is_name(rest) or _is_name(lemma):
        return ()
    is_noun = _is_noun(rest)
    if not is_noun and len(first) == _SHORTEST and rest.startswith(("En", "Er")):
        return ()  # Alters-teilzeit, not of alt
    inner = _split(rest)
    is_whole = is_noun or rest.lower() in load_model().nouns
    return (_first_lemma(first, "NN"), *(inner or (rest,))) if inner or is_whole else ()


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
        is_participle = form == "ende" and bool(stems) and _is_participle(lemma[:at].lower(), stems[-1])
        if stems and (role == "derived" or form == "schaft" or is_participle):
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
    lower = lemma.lower()
    head = lemma[stems[-1][0] :]
    if lemma[0].isupper():
        head = _head_lemma(head[0].upper() + head[1:])
    parts = (*(_first_lemma(form, kind, lower[:end]) for (_, form, kind), (end, *_) in pairwise(stems)), head)
    return parts if all(len(stem) >= _SHORTEST for _, stem, _ in stems) else _from_dictionary(lemma)


def _is_participle(lemma: str, last: tuple[int, str, str]) -> bool:
    """Whether a noun ends in a participle in -ende: Beziehende, Vorsitzende; not in the end of something."""
    begin, stem, kind = last
    if lemma[begin:] != f"{stem}ende":
        return False
    known = dictionary()
    return kind[:2] == "VV" or lemma[begin:] in known or lemma[begin:].capitalize() in known


@lru_cache(maxsize=1 << 14)
def _head_lemma(noun: str) -> str:
    """The lemma of a last part, where that is a noun: Breite is of breit elsewhere, and Schaffen of Schaff."""
    own = lemma_of(noun)
    return own if own[0].isupper() and dictionary().get(noun.lower()) != noun.lower() else noun


def _first_lemma(stem: str, kind: str, before: str = "") -> str:
    """The lemma of a stem that another follows; ``before`` that there is the stem, its linking element, and more ahead.

    Sondermenü is not of sondern, and Haltestelle is of halten: far likelier a verb's stem than a noun's, with an -e-.
    """
    if stem in _FIRST:
        return stem.capitalize() if stem == "haupt" else stem
    if kind == "NN" and before.endswith(f"{stem}e"):
        chances = stem_chances(stem)
        if chances.get("VV", _NEVER) > chances.get("NN", _NEVER) + _RATHER:
            kind = "VV"
    return stem_lemma(stem, kind)


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


def _from_held(lemma: str, analysis: Analysis) -> tuple[str, ...]:
    """Of a noun that the model holds as one, with no two stems of its own in it: two words of the dictionary.

    Not those that look like two but are derived (Vollständigkeit, Ministerin), nor with a rare short part (Verb-rauch).
    """
    (stem, kind), *_ = analysis.morphemes
    if analysis.pos != "NN" or kind != "NN" or len(stem) < _LONG + 2 or lemma.endswith(_ENDS_OF_DERIVED):
        return ()
    return () if stem.startswith(tuple(_WHOLE)) else _from_dictionary(lemma, held=True)


def _from_dictionary(lemma: str, *, held: bool = False) -> tuple[str, ...]:
    """Two words of the dictionary, the last as long as may be; or a first part and a compound, unless ``held``."""
    lower = lemma.lower()
    if _is_agent(lower) or _is_of_verb(lemma, lower):
        return ()
    shortest = SHORTEST_PART if held else _SHORTEST
    first = _LONG + 1 if lower.startswith(_LONG_PARTICLES) else shortest
    last = 0
    for begin in range(first, len(lemma) - shortest + 1):
        head = lemma[begin:].capitalize()
        if not (_is_noun(head) and _is_head(lower[begin:], held=held)):
            continue
        if lower[:begin] in {"alt", "neu"} and _is_name(head):  # Altmaier
            continue
        last, modifier = begin, _modifier(lemma[:begin])
        if modifier is not None and not (held and _is_rare(modifier)):
            return (*(_split(modifier) or (modifier,)), *(_split(head) or (head,)))
    return _of_more(lemma, range(first, last - _SHORTEST + 1)) if not held else ()


def _is_head(noun: str, *, held: bool) -> bool:
    """Whether a short noun of the dictionary is no suffix, and in the model too: likely (Weg) or at all (Markt)."""
    if noun in _LIKE_SUFFIXES:
        return False
    if len(noun) == _SHORTEST:
        return load_model().nouns.get(noun, _NEVER) > _SHORT
    return not held or len(noun) > SHORTEST_PART + 1 or noun in load_model().nouns


def _of_more(lemma: str, begins: range) -> tuple[str, ...]:
    """A first part, as long as may be, and a compound that the dictionary lacks: Kaltluft-produktionsraum."""
    for begin in reversed(begins):
        modifier = _modifier(lemma[:begin])
        if modifier is not None and (inner := _split(lemma[begin:].capitalize())):
            return (*(_split(modifier) or (modifier,)), *inner)
    return ()


def _is_rare(first: str) -> bool:
    """Whether a short first part is neither a noun nor an adjective that the model has met more than once."""
    chances = stem_chances(first.lower())
    return len(first) <= SHORTEST_PART and max(chances.get("NN", _NEVER), chances.get("ADJ", _NEVER)) <= _RAREST


def _modifier(first: str) -> str | None:
    """The lemma of a first part: a noun with its linking element, an adjective, or the stem of a verb."""
    lower = first.lower()
    if lower in _PARTICLES:
        return None
    if lower in _FIRST:
        return _first_lemma(lower, "NN")
    if len(first) < SHORTEST_PART:
        chance, kind = max(_chances_of_first(lower, "", ("NN", "NN_VAR_EL", "ADJ")), default=(_NEVER, ""))
        return stem_lemma(lower, kind) if chance > _SHORT else None
    if lower.endswith(_DERIVED_WITH_S) and len(first) > _LONG + 1:  # Parkierungs-
        return first[:-1]
    if lower.endswith("innen") and first[:-3] in dictionary():  # Ministerinnen-
        return first[:-3]
    return _of_known(first, lower)


def _of_known(first: str, lower: str) -> str | None:
    """The lemma of a first part that the dictionary or the model knows."""
    noun, chances, known = without_link(first), stem_chances(lower), dictionary()
    stem = lower.removesuffix("e")
    verb = f"{stem}en" if known.get(f"{stem}en") == f"{stem}en" else None
    is_rather_adjective = chances.get("ADJ", _NEVER) > chances.get("NN", _NEVER) and _is_modifier(lower)
    if noun is not None and not is_rather_adjective:
        is_rather_verb = noun == first and "NN" not in chances and "VV" in stem_chances(stem)
        return (verb if is_rather_verb else None) or noun  # Meldeamt is of melden, not of the plant
    if "NN_VAR_EL" in chances:
        return stem_lemma(lower, "NN_VAR_EL")
    if "NN_VAR" in chances and "ADJ" not in chances and stem_lemma(lower, "NN_VAR") == f"{first}e":
        return f"{first}e"  # Sach-
    if known.get(lower) == lower:  # gesamt-, kommunal-; but not über-, nach-
        return lower if _is_modifier(lower) else None
    return verb


def _is_modifier(word: str) -> bool:
    """Whether an adjective may stand before a noun; one in -isch is rather a language there (Türkischlehrer)."""
    if dictionary().get(word) != word or word.endswith("isch"):
        return False
    analysis = analyse(word)
    return analysis is not None and analysis.pos in _MODIFIERS


def _is_noun(word: str) -> bool:
    return word in dictionary() and lemma_of(word) == word
