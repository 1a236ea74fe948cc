"""The morphemes of a German word, by HanTa's hidden Markov model.

HanTa (Wartena 2019, "A Probabilistic Morphology Model for German Lemmatization") brings, for German, the probability of
a morpheme given its class and of a class given the two before it. Its own search tries each class at each place. Here
the search looks up which morphemes there are at a place and tries only those, which finds the same path at ten times
the speed; where HanTa guesses unknown morphemes anywhere, here a word may have one in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.languages.spelling import of_1996

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_WORD = 60
"""A longer form is no word of German; it is not analysed."""

_SHIFT = 7  # a state is the last two classes, as previous << 7 | last; the model's classes are below 128
_MASK = (1 << _SHIFT) - 1
_IGNORED = frozenset({"XY", "URL", "SYMB", "TRUNC", "ORD_ABR"})
_OPEN = ("NN", "NE", "ADJ", "VV", "VVnp")

Classes = tuple[tuple[int, float], ...]  # classes, or states, with log probability
Row = dict[int, tuple[float, int, int]]  # state -> log probability, where its morpheme begins, the state before


@dataclass(frozen=True, slots=True)
class Analysis:
    """A word as the model sees it."""

    lemma: str
    pos: str
    """HanTa's tag, near STTS: ``NN``, ``NNA`` (adjectival noun), ``NNI`` (infinitive as noun), ``VV(PP)``, …."""
    morphemes: tuple[tuple[str, str], ...]
    """Each with its class: ``NN``, ``FUGE``, ``SUF_NN``, …."""
    known: bool
    """Whether all morphemes are the model's own."""


@dataclass(frozen=True, slots=True)
class Model:
    """HanTa's tables, turned the way the search needs them."""

    tagger: Any
    morphemes: Mapping[str, Classes]
    """Of a morpheme: its classes, with log probability; of the beginning of one that is none itself: nothing."""
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
    endings: Mapping[str, tuple[int, Mapping[str, str]]]
    """Of a word class without its bracket: what its lemmas end in, by the end of the stem, and the longest such end."""


@cache
def load_model() -> Model:
    """HanTa's German model; takes half a second."""
    from HanTa.HanoverTagger import HanoverTagger

    tagger = HanoverTagger("morphmodel_ger.pgz")
    names = tagger.int2tag
    morphemes: dict[str, list[tuple[int, float]]] = {}
    for tag, inventory in tagger.LP_m_t.items():
        if tag > 0 and names[tag] not in _IGNORED:
            for morpheme, probability in inventory.items():
                morphemes.setdefault(morpheme, []).append((tag, probability))
                if "ß" in morpheme and (new := of_1996(morpheme)) not in inventory:  # it learnt from texts of the 1990s
                    morphemes.setdefault(new, []).append((tag, probability))
    states = {before << _SHIFT | last: follow for (before, last), follow in tagger.LP_trans.items()}
    return Model(
        tagger=tagger,
        morphemes=dict.fromkeys((m[:size] for m in morphemes for size in range(1, len(m))), ())
        | {morpheme: tuple(tags) for morpheme, tags in morphemes.items()},
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
        endings={pos: (max(map(len, table)), table) for pos, table in tagger.lemmasuffixtable.items() if table},
    )


@lru_cache(maxsize=1 << 16)
def analyse(word: str, *, guess: bool = False) -> Analysis | None:
    """The most probable analysis of a word in its own spelling, without context; None where there is none.

    With ``guess`` the first morpheme may be unknown, as it always may in a word with a small initial.
    """
    model = load_model()
    lower = word.lower()
    if not 0 < len(word) <= MAX_WORD:
        return None
    capital = word[0].isupper()
    rows, known = _search(model, lower, guess=guess or not capital)
    ends = _word_classes(model, rows[-1])
    listed = model.frequent.get(lower)
    chances = {tag: lp for tag, (lp, _) in ends.items()} if listed is None else dict(listed)
    ranked = sorted(((lp + model.case[tag][capital], tag) for tag, lp in chances.items() if tag in model.case))
    best = next((tag for _, tag in reversed(ranked) if tag in ends), None)
    if best is None:
        return None
    return _analysis(model, lower, best, _path(rows, ends[best][1]), known=known)


def _search(model: Model, word: str, *, guess: bool) -> tuple[list[Row], bool]:
    rows = _fill(model, word, [])
    if not guess or any(state in model.final for state in rows[-1]):
        return rows, True
    size = len(word)
    unknown = [
        (end, tuple((tag, model.tagger.lp_m_t(word[:end], tag, size, False)) for tag in model.open))
        for end in range(3, size + 1)
        if not model.morphemes.get(word[:end])
    ]
    return _fill(model, word, unknown), False


def _fill(model: Model, word: str, unknown: Iterable[tuple[int, Classes]]) -> list[Row]:
    """Viterbi's table: for each place in the word, the best way to each state there."""
    size, morphemes, steps_of = len(word), model.morphemes, model.steps
    rows: list[Row] = [{} for _ in range(size + 1)]
    rows[0][1] = (0.0, 0, 0)  # the class before the first is 0, the first is START, 1
    for end, classes in unknown:
        _extend(rows[end], 0, 1, 0.0, _steps(model.inner[1], 1, classes))
    for begin, row in enumerate(rows[:-1]):
        if not row:
            continue
        found = [(rows[end], morpheme, classes) for end, morpheme, classes in _morphemes_at(morphemes, word, begin)]
        for state, (probability, _, _) in row.items():
            known = steps_of.get(state)
            if known is None:
                continue
            for target, morpheme, classes in found:
                steps = known.get(morpheme)
                if steps is None:
                    steps = known[morpheme] = _steps(model.inner[state], state, classes)
                if steps:
                    _extend(target, begin, state, probability, steps)
    return rows


def _morphemes_at(morphemes: Mapping[str, Classes], word: str, begin: int) -> Iterator[tuple[int, str, Classes]]:
    for end in range(begin + 1, len(word) + 1):
        classes = morphemes.get(word[begin:end])
        if classes is None:
            return  # no morpheme begins like this
        if classes:
            yield end, word[begin:end], classes


def _steps(follow: Mapping[int, float], state: int, classes: Classes) -> Classes:
    """The states that a morpheme of these classes leads to, with log probability."""
    before = (state & _MASK) << _SHIFT
    return tuple((before | tag, emitted + follow[tag]) for tag, emitted in classes if tag in follow)


def _extend(row: Row, begin: int, state: int, probability: float, steps: Classes) -> None:
    for new, step in steps:
        old = row.get(new)
        if old is None or probability + step > old[0]:
            row[new] = (probability + step, begin, state)


def _word_classes(model: Model, row: Row) -> dict[int, tuple[float, int]]:
    """Of each word class that can end here: its log probability and its last state."""
    ends: dict[int, tuple[float, int]] = {}
    for state, (probability, _, _) in row.items():
        for tag, transition in model.final.get(state, ()):
            total = probability + transition
            if total > -1e6 and (tag not in ends or total > ends[tag][0]):
                ends[tag] = (total, state)
    return ends


def _path(rows: list[Row], state: int) -> list[tuple[int, int, int]]:
    """The morphemes that lead to a last state: where each begins and ends, and its class."""
    path = []
    end = len(rows) - 1
    while end > 0:
        _, begin, before = rows[end][state]
        path.append((begin, end, state & _MASK))
        end, state = begin, before
    return path[::-1]


def _analysis(model: Model, word: str, tag: int, path: list[tuple[int, int, int]], *, known: bool) -> Analysis:
    pos = model.names[tag]
    main = pos.partition("(")[0]
    inflection = model.tagger.nonstemtags.get(main, ())
    stems = [(word[begin:end], part) for begin, end, part in path if part not in inflection]
    stems = stems or [(word[begin:end], part) for begin, end, part in path]
    last, part = stems[-1]
    name = model.names[part]
    if part in model.tagger.stemdict and (name[:2] == pos[:2] or name.startswith("SUF")):
        last = model.tagger.stemdict[part].get(last, last)
    lemma = _with_ending(model, "".join(stem for stem, _ in stems[:-1]) + last, main)
    if tag in model.tagger.capitalizedlemmata:
        lemma = lemma[0].upper() + lemma[1:]
    morphemes = tuple((word[begin:end], model.names[part]) for begin, end, part in path)
    return Analysis(lemma, pos, morphemes, known)


def _with_ending(model: Model, stem: str, main: str) -> str:
    """A stem with what the lemmas of its word class end in: lern, VV gives lernen."""
    longest, table = model.endings.get(main, (0, {}))
    marked = "#" + stem
    return stem + next((table[end] for size in range(longest, 0, -1) if (end := marked[-size:]) in table), "")


def is_noun_stem(stem: str) -> bool:
    """Whether the model has the stem as that of a noun."""
    model = load_model()
    return any(model.names[tag] == "NN" for tag, _ in model.morphemes.get(stem, ()))


def stem_lemma(stem: str, kind: str) -> str:
    """The lemma of a stem inside a compound: städt, NN_VAR gives Stadt; lern, VV gives lernen.

    A stem that the model knows as an adjective too is one where that is the likelier: Neubau is of neu.
    """
    model = load_model()
    chances = {model.names[tag]: lp for tag, lp in model.morphemes.get(stem, ())}
    if kind in {"NN", "VV", "NE"} and chances.get("ADJ", -99.0) > chances.get(kind, 0.0):
        kind = "ADJ"
    whole: str = model.tagger.stemdict.get(model.tagger.tag2int.get(kind), {}).get(stem, stem)
    if kind == "NN_VAR_EL" and whole == stem:
        whole += "e"  # Schul-, Grenz-
    main = next((main for main in ("NN", "NE", "VV", "ADJ") if kind.startswith(main)), "")
    if "ß" in whole and "ß" not in stem:  # the model learnt from texts of the 1990s
        whole = whole.replace("ß", "ss")
    lemma = _with_ending(model, whole, main)
    if kind.startswith("ACR"):
        return lemma.upper()
    return lemma.capitalize() if main in {"NN", "NE"} else lemma
