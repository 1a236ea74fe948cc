"""The model of HanTa (Wartena 2019) for German, turned the way that `pipeline.languages.morphology` searches in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.languages import viterbi
from pipeline.languages.spelling import of_1996

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHIFT = 7
"""A state is the last two classes, as ``previous << SHIFT | last``; the model's classes are below 128."""
START = 1
"""The state before a word: the class before the last is 0, the last is START."""
_IGNORED = frozenset({"XY", "URL", "SYMB", "TRUNC", "ORD_ABR"})
_OPEN = ("NN", "NE", "ADJ", "VV", "VVnp")

Classes = tuple[tuple[int, float], ...]  # classes, or states, with log probability


@dataclass(frozen=True, slots=True)
class Model:
    """HanTa's tables, turned the way the search needs them."""

    tagger: Any
    morphemes: Mapping[str, Classes]
    """Of a morpheme: its classes, with log probability; of the beginning of one that is none itself: nothing."""
    nouns: Mapping[str, float]
    """Of the stem of a noun: its log probability."""
    inner: Mapping[int, Mapping[int, float]]
    """Of a state: the classes that may follow, with log probability."""
    steps: Mapping[int, dict[str, Classes]]
    """Of a state and a morpheme: the states that it leads to; filled on the way."""
    final: Mapping[int, Classes]
    """Of a state: the word classes that may end there."""
    frequent: Mapping[str, Iterable[tuple[int, float]]]
    """Of a frequent word: its word classes, with log probability, as counted in a corpus with tags."""
    names: Mapping[int, str]
    case: Mapping[int, tuple[float, float]]
    """Of a word class: the log probability of a small and of a capital initial."""
    open: tuple[int, ...]
    endings: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]]
    """Of a word class without its bracket: the ends of stems, the longest first, and what lemmas end in behind them."""


@cache
def load_model() -> Model:
    """HanTa's German model; takes half a second."""
    from HanTa.HanoverTagger import HanoverTagger

    tagger = HanoverTagger("morphmodel_ger.pgz")
    names = tagger.int2tag
    morphemes: dict[str, list[tuple[int, float]]] = {}
    noun = tagger.tag2int["NN"]
    nouns = dict(tagger.LP_m_t[noun])
    for tag, inventory in tagger.LP_m_t.items():
        if tag > 0 and names[tag] not in _IGNORED:
            for morpheme, probability in inventory.items():
                morphemes.setdefault(morpheme, []).append((tag, probability))
                if "ß" in morpheme and (new := of_1996(morpheme)) not in inventory:  # it learnt from texts of the 1990s
                    morphemes.setdefault(new, []).append((tag, probability))
                    if tag == noun:
                        nouns[new] = probability
    states = {before << SHIFT | last: follow for (before, last), follow in tagger.LP_trans.items()}
    return Model(
        tagger=tagger,
        morphemes=dict.fromkeys((m[:size] for m in morphemes for size in range(1, len(m))), ())
        | {morpheme: tuple(tags) for morpheme, tags in morphemes.items()},
        nouns=nouns,
        inner={state: {tag: lp for tag, lp in follow.items() if tag > 0} for state, follow in states.items()},
        steps={state: {} for state in states},
        final={
            state: tuple((-tag, lp) for tag, lp in follow.items() if tag < 0)
            for state, follow in states.items()
            if any(tag < 0 for tag in follow)
        },
        frequent={of_1996(word): tags for word, tags in tagger.cache.items()} | tagger.cache,
        names=names,
        case={tag: (values[False], values[True]) for tag, values in tagger.LP_case_t.items()},
        open=tuple(tagger.tag2int[name] for name in _OPEN),
        endings={
            pos: (tuple(sorted(table, key=len, reverse=True)), table) for pos, table in tagger.lemmasuffixtable.items()
        },
    )


@cache
def load_tables() -> viterbi.Tables:
    """The same as arrays, for many words at once."""
    model = load_model()
    return viterbi.make_tables(
        model.morphemes, model.inner, model.final, shift=SHIFT, start=START, open_classes=model.open
    )
