"""German separable verbs in two pieces: *teilnehmen* in *nahm an dem Treffen teil*.

The finite verb and the particle that ends its clause, with no other finite verb between the two. The mention is the
finite verb alone: were it all from verb to particle, it would swallow the mentions in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts.spans import Spans, empty_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

PARTICLES = frozenset({
    "ab", "an", "auf", "aus", "bei", "da", "dar", "ein", "empor", "fehl", "fern", "fest", "fort", "frei", "gegenüber",
    "gerade", "gleich", "heim", "her", "hin", "hoch", "inne", "klar", "kund", "los", "mit", "nach", "nieder", "preis",
    "stand", "statt", "teil", "um", "vor", "vorlieb", "wahr", "weg", "weiter", "wett", "wieder", "zu", "zurecht",
    "zurück", "zusammen", "auseinander", "bereit", "bevor", "dabei", "daneben", "davon", "dazu", "dazwischen",
    "durch", "einander", "entgegen", "entlang", "entzwei", "herab", "heran", "herauf", "heraus", "herbei", "herein",
    "herüber", "herum", "herunter", "hervor", "hinab", "hinauf", "hinaus", "hindurch", "hinein", "hintan", "hinüber",
    "hinunter", "hinweg", "hinzu", "näher", "nahe", "still", "über", "überein", "umher", "umhin", "unter", "voll",
    "voran", "voraus", "vorbei", "vorüber", "vorweg", "wach", "zugrunde", "zugute", "zunichte", "zutage", "zuvor",
    "zuwider",
})  # fmt: skip
"""Verb particles: those of the grammars, and nouns and adjectives that are written together with a verb."""
_LONGEST = max(map(len, PARTICLES))

_PAIRED = PARTICLES | frozenset(["ohne", "für", "gegen", "hinter", "neben", "in"])
"""Words before which *und*, *oder*, *wie* end no clause: mit und ohne, nach wie vor, ab und zu."""

_FINITE = ("VVFIN", "VAFIN", "VMFIN", "VVIMP", "VAIMP")
_VERBS = (*_FINITE, "VVINF", "VAINF", "VMINF")
"""*nehmen* is tagged as an infinitive and is also a finite form: wir nehmen teil."""
_SENTENCE = frozenset(".!?…:;")
_CONJUNCTIONS = frozenset(
    ["und", "oder", "aber", "sondern", "denn", "doch", "als", "wie", "bzw.", "sowie", "dass", "daß", "wenn", "weil"]
)
"""Words that may follow a clause's last one; so may every mark."""


@dataclass(frozen=True, slots=True, eq=False)
class VerbTerms:
    """Separable verbs among the terms, ready for the types of one corpus."""

    types: Ints
    """Forms of the verbs, in order."""
    verb: Ints
    """For each of ``types`` the number of its verb."""
    particle_types: Ints
    particle: Ints
    keys: Ints
    """Verb and particle of each term, as ``verb * particles + particle``, in order."""
    particles: int
    """How many particles there are."""
    terms: Ints
    """For each of ``keys`` the index of the term."""
    finite: Ints
    """Types that are a finite verb, of any verb."""
    marks: Ints
    """Types that are no words; they may follow the last word of a clause."""
    conjunctions: Ints
    """So may these, but before one of ``paired``."""
    paired: Ints
    sentence: Ints
    """Marks that end a sentence."""
    size: int
    """Types of the corpus."""


def split_verb(lemma: str) -> tuple[str, str] | None:
    """Particle and verb of a separable one, the longest particle: teilnehmen gives teil, nehmen. None of another."""
    for end in range(min(len(lemma) - 4, _LONGEST), 1, -1):
        if lemma[:end] in PARTICLES and lemma[-1] == "n" and lemma[end:] != "sein":  # da sein is two words
            return lemma[:end], lemma[end:]
    return None


def prepare_verbs(lemmas: Sequence[tuple[str, int]], types: pa.Table) -> VerbTerms | None:
    """Find the types of verbs and particles; None where no term is a separable verb.

    Args:
        lemmas: Lemmas of terms that are one word, each with the index of its term.
        types: The corpus's types.
    """
    size = len(types)
    found = [(*pieces, term) for lemma, term in lemmas if (pieces := split_verb(lemma)) is not None]
    types = types.filter(pc.equal(types["language"], "de")) if found else types.slice(0, 0)
    bases, particles = (sorted({row[i] for row in found}) for i in (1, 0))
    verbs = types.filter(pc.and_(pc.is_in(types["lemma"], pa.array(bases, pa.string())), _tagged(types, _VERBS)))
    if not found or not len(verbs):
        return None
    words = types.filter(pc.is_in(types["form"], pa.array(particles, pa.string())))
    keys = sorted((bases.index(base) * len(particles) + particles.index(first), term) for first, base, term in found)
    conjunctions, paired = (types.filter(pc.is_in(types["form"], pa.array(sorted(forms))))
                            for forms in (_CONJUNCTIONS, _PAIRED))  # fmt: skip
    marks = types.filter(pc.invert(types["is_word"]))
    ends = [mark[-1] in _SENTENCE for mark in marks["form"].to_pylist()]
    return VerbTerms(
        types=_numbers(verbs),
        verb=pc.index_in(verbs["lemma"], pa.array(bases)).to_numpy().astype(np.int64),
        particle_types=_numbers(words),
        particle=pc.index_in(words["form"], pa.array(particles)).to_numpy().astype(np.int64),
        keys=np.array([key for key, _ in keys], np.int64),
        particles=len(particles),
        terms=np.array([term for _, term in keys], np.int64),
        finite=_numbers(types.filter(_tagged(types, _FINITE))),
        marks=_numbers(marks),
        conjunctions=_numbers(conjunctions),
        paired=_numbers(paired),
        sentence=_numbers(marks.filter(pa.array(ends, pa.bool_()))),
        size=size,
    )


def find_verbs(ready: VerbTerms, type_: Ints, start: Ints, end: Ints, passage: Ints) -> Spans:
    """The finite verbs of terms whose particle ends the clause.

    Args:
        ready: The terms.
        type_: The tokens' types, in order.
        start: Code points before each token.
        end: Code points before what follows it.
        passage: The passage of each token.
    """
    number = len(type_)
    particle_of = np.full(ready.size, -1, np.int64)
    particle_of[ready.particle_types] = ready.particle
    at = np.flatnonzero(particle_of[type_] >= 0)
    if not len(at):
        return empty_spans()
    second, third = np.minimum(at + 1, number - 1), np.minimum(at + 2, number - 1)
    ends = _among(ready.marks, ready.size)[type_[second]]
    joins = _among(ready.conjunctions, ready.size)[type_[second]] & ~_among(ready.paired, ready.size)[type_[third]]
    at = at[(at + 1 == number) | (passage[second] != passage[at]) | ends | joins]
    verb_of = np.full(ready.size, -1, np.int64)
    verb_of[ready.types] = ready.verb
    may_be = _among(ready.finite, ready.size)[type_] | (verb_of[type_] >= 0)
    before = np.maximum.accumulate(np.where(may_be, np.arange(number), -1))[at - 1]
    ended = np.cumsum(_among(ready.sentence, ready.size)[type_])
    fits = (at > 0) & (before >= 0) & (passage[before] == passage[at]) & (ended[before] == ended[at])
    at, before = at[fits], before[fits]
    key = verb_of[type_[before]] * ready.particles + particle_of[type_[at]]
    key = np.where(verb_of[type_[before]] >= 0, key, -1)
    low, high = np.searchsorted(ready.keys, key), np.searchsorted(ready.keys, key, side="right")
    count = high - low
    index = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    verb = np.repeat(before, count)
    return Spans(start[verb], end[verb], ready.terms[index])


def _among(numbers: Ints, size: int) -> NDArray[np.bool_]:
    flags = np.zeros(size, np.bool_)
    flags[numbers] = True
    return flags


def _numbers(types: pa.Table) -> Ints:
    numbers: Ints = types["type"].to_numpy().astype(np.int64)
    return numbers


def _tagged(types: pa.Table, tags: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(types["tag"], pa.array(tags))
