"""The morphemes of a German word, by HanTa's hidden Markov model.

HanTa (Wartena 2019, "A Probabilistic Morphology Model for German Lemmatization") brings, for German, the probability of
a morpheme given its class and of a class given the two before it. Its own search tries each class at each place. Here
the search looks up which morphemes there are at a place and tries only those, which finds the same path at ten times
the speed; where HanTa guesses unknown morphemes anywhere, here a word may have one in front.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.languages import viterbi
from pipeline.languages.dictionary import dictionary
from pipeline.languages.hanta import SHIFT, START, load_model, load_tables
from pipeline.languages.word_tree import grow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.languages.hanta import Classes, Model
    from pipeline.languages.word_tree import WordTree

MAX_WORD = 60
"""A longer form is no word of German; it is not analysed."""

_MASK = (1 << SHIFT) - 1
_LEAST = -1e6  # a way that is less likely is none
_MOST_LEARNT = 1 << 16
_LEARNT_AT_ONCE = 1 << 13
_SHORTEST_UNKNOWN = 3  # letters of an unknown morpheme
_ENDING = 4  # last letters of an unknown morpheme that its class shows in
_SHORTEST_ADJECTIVE = 4  # letters of one at the end of a word
_LONGEST_COUNTED = 24  # letters of an unknown morpheme; longer ones are as likely
_WHOLE_UNKNOWN = 4.6  # how much less likely a word is that is one unknown morpheme

Path = tuple["Sequence[int]", "Sequence[int]", tuple[int, ...]]  # of its morphemes: where they begin and end; classes
Row = dict[int, tuple[float, int, int]]  # state -> log probability, where its morpheme begins, the state before


class Analysis(NamedTuple):
    """A word as the model sees it."""

    lemma: str
    pos: str
    """HanTa's tag, near STTS: ``NN``, ``NNA`` (adjectival noun), ``NNI`` (infinitive as noun), ``VV(PP)``, …."""
    morphemes: tuple[tuple[str, str], ...]
    """Each with its class: ``NN``, ``FUGE``, ``SUF_NN``, …."""
    known: bool
    """Whether all morphemes are the model's own."""


@cache
def _learnt() -> dict[tuple[str, bool], Analysis | None]:
    """Of words that `learn` was given, with and without a guess."""
    return {}


def learn(words: Iterable[str]) -> None:
    """Analyse many words at once, faster than one by one; `analyse` then has them at hand.

    Words that have no analysis are analysed with a guess too: that is asked for next.
    """
    learnt = _learnt()
    _forget(learnt, _MOST_LEARNT // 2)  # now, so that none of these words goes afterwards
    fit = (word for word in dict.fromkeys(words) if word.isalpha() and len(word) <= MAX_WORD)
    new = [word for word in fit if (word, False) not in learnt]
    for at in range(0, len(new), _LEARNT_AT_ONCE):
        _learn(learnt, new[at : at + _LEARNT_AT_ONCE])
    _forget(learnt, _MOST_LEARNT)


def _forget(learnt: dict[tuple[str, bool], Analysis | None], most: int) -> None:
    for oldest in list(islice(learnt, max(0, len(learnt) - most))):
        del learnt[oldest]


def _learn(learnt: dict[tuple[str, bool], Analysis | None], words: Sequence[str]) -> None:
    found = _analyse_all(words, guess=False)
    guessed = _analyse_all([word for word in words if word not in found], guess=True)
    for word in words:
        analysis = found.get(word)
        if analysis is None:
            learnt[word, True] = guess = guessed.get(word)
            analysis = None if word[0].isupper() else guess
        learnt[word, False] = analysis


def _analyse_all(words: Sequence[str], *, guess: bool) -> dict[str, Analysis]:
    """The analyses of the words through which there is a way; see `analyse`.

    Args:
        words: Of letters alone, distinct.
        guess: Whether their first morpheme may be unknown.
    """
    model, tables = load_model(), load_tables()
    lower = [word.lower() for word in words]
    tree = grow(lower)
    ways = viterbi.search(tables, tree, _openings(model, lower, tree) if guess else None)
    capital = np.fromiter((word[0].isupper() for word in words), np.int64, count=len(words))
    case = np.full((int(ways.tag.max(initial=0)) + 1, 2), -np.inf)
    for tag, chances in model.case.items():
        case[tag : tag + 1] = chances
    chance = np.where(ways.probability > _LEAST, ways.probability, -np.inf)
    is_frequent = np.fromiter(map(model.frequent.__contains__, lower), np.bool_, count=len(words))
    for way in np.flatnonzero(is_frequent[ways.word]).tolist():
        chance[way] = dict(model.frequent[lower[ways.word[way]]]).get(int(ways.tag[way]), -np.inf)
    chance += case[ways.tag, capital[ways.word]]
    order = np.lexsort((-ways.probability, -ways.tag, -chance, ways.word))
    order = order[chance[order] > -np.inf]
    best = order[np.flatnonzero(np.diff(ways.word[order], prepend=-1))]
    number, *path = viterbi.trace(tables, tree, ways, best)
    begin, end, part = (column.tolist() for column in path)
    bound = np.searchsorted(number, np.arange(len(best) + 1)).tolist()
    spans = map(slice, bound[:-1], bound[1:])
    found = {}
    for i, tag, own in zip(ways.word[best].tolist(), ways.tag[best].tolist(), spans, strict=True):
        found[words[i]] = _analysis(model, lower[i], tag, (begin[own], end[own], tuple(part[own])), known=not guess)
    return found


def _openings(model: Model, words: Sequence[str], tree: WordTree) -> viterbi.Openings:
    """The unknown morphemes that words in small letters may begin with, of each open class; as HanTa's ``lp_m_t``."""
    tagger = model.tagger
    place = viterbi.unknown_beginnings(load_tables(), tree, _SHORTEST_UNKNOWN)
    word, size = tree.word[place], tree.depth[place]
    by_length = np.array([tagger.Int_t + tagger.LP_hapax_t[tag] + np.array(tagger.LP_len_t[tag]) for tag in model.open])
    probability = by_length.T[np.minimum(size, _LONGEST_COUNTED)] + _of_endings(words, tree, place)
    probability[place == tree.end[word]] -= _WHOLE_UNKNOWN
    return viterbi.Openings(place, probability)


def _of_endings(words: Sequence[str], tree: WordTree, place: NDArray[np.int64]) -> NDArray[np.float64]:
    """What `_of_ending` says of the last letters of beginnings of words, the words' first letters left out."""
    number, before, first = np.zeros(len(place), np.int64), place, place[:0]
    for _ in range(_ENDING):
        letter = np.where(tree.depth[before] > 1, tree.code[before], 0)
        _, first, number = np.unique(number << 21 | letter, return_index=True, return_inverse=True)
        before = tree.parent[before]
    ends = zip(tree.word[place[first]].tolist(), tree.depth[place[first]].tolist(), strict=True)
    spelt = [words[i][max(1, to - _ENDING) : to] for i, to in ends]
    return np.array([*map(_of_ending, spelt)]).reshape(-1, len(load_model().open))[number]


@lru_cache(maxsize=1 << 16)
def _of_ending(ending: str) -> tuple[float, ...]:
    """Log probability, in each open class, of an unknown morpheme's last letters: the longest end that is listed."""
    model = load_model()
    ends = [ending[begin:] for begin in range(len(ending) + 1)]
    tables = (model.tagger.LP_s_t[tag] for tag in model.open)
    return tuple(next(table[end] for end in ends if end in table) for table in tables)


def analyse(word: str, *, guess: bool = False) -> Analysis | None:
    """The most probable analysis of a word in its own spelling, without context; None where there is none.

    With ``guess`` the first morpheme may be unknown, as it always may in a word with a small initial.
    """
    try:
        return _learnt()[word, guess]
    except KeyError:
        return _analyse(word, guess=guess)


@lru_cache(maxsize=1 << 16)
def _analyse(word: str, *, guess: bool) -> Analysis | None:
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
    begins, to, parts = zip(*_path(rows, ends[best][1]), strict=True)
    return _analysis(model, lower, best, (begins, to, parts), known=known)


def _search(model: Model, word: str, *, guess: bool) -> tuple[list[Row], bool]:
    rows = _fill(model, word, [])
    if not guess or any(state in model.final for state in rows[-1]):
        return rows, True
    size = len(word)
    unknown = [
        (end, tuple((tag, model.tagger.lp_m_t(word[:end], tag, size, False)) for tag in model.open))
        for end in range(_SHORTEST_UNKNOWN, size + 1)
        if not model.morphemes.get(word[:end])
    ]
    return _fill(model, word, unknown), False


def _fill(model: Model, word: str, unknown: Iterable[tuple[int, Classes]]) -> list[Row]:
    """Viterbi's table: for each place in the word, the best way to each state there."""
    size, morphemes, steps_of = len(word), model.morphemes, model.steps
    rows: list[Row] = [{} for _ in range(size + 1)]
    rows[0][START] = (0.0, 0, 0)
    for end, classes in unknown:
        _extend(rows[end], 0, START, 0.0, _steps(model.inner[START], START, classes))
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
    before = (state & _MASK) << SHIFT
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
            if total > _LEAST and (tag not in ends or total > ends[tag][0]):
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


class _Pattern(NamedTuple):
    """What analyses with the same classes of morphemes have in common."""

    pos: str
    names: tuple[str, ...]
    """Of the morphemes' classes."""
    stems: tuple[int, ...]
    """The morphemes that the lemma is made of, less the last of them."""
    last: int
    """The last of them."""
    base: Mapping[str, str]
    """Of that: its form in the lemma, where it is another."""
    main: str
    is_noun: bool


@cache
def _pattern(tag: int, parts: tuple[int, ...]) -> _Pattern:
    model = load_model()
    pos = model.names[tag]
    main = pos.partition("(")[0]
    inflection = set(model.tagger.nonstemtags.get(main, ()))
    if main == "NNA":  # Ältere, Schwächste
        inflection -= {part for part in parts if model.names[part] in {"ADJ_COMP", "ADJ_SUP"}}
    stems = [i for i, part in enumerate(parts) if part not in inflection] or [*range(len(parts))]
    part, name = parts[stems[-1]], model.names[parts[stems[-1]]]
    has_base = part in model.tagger.stemdict and (name[:2] == pos[:2] or name.startswith("SUF"))
    base = model.tagger.stemdict[part] if has_base else {}
    names = tuple(model.names[part] for part in parts)
    return _Pattern(pos, names, tuple(stems[:-1]), stems[-1], base, main, tag in model.tagger.capitalizedlemmata)


def _analysis(model: Model, word: str, tag: int, path: Path, *, known: bool) -> Analysis:
    begins, ends, parts = path
    pattern = _pattern(tag, parts)
    forms = [word[begin:end] for begin, end in zip(begins, ends, strict=True)]
    last = forms[pattern.last]
    stem = "".join([forms[i] for i in pattern.stems]) + pattern.base.get(last, last)
    lemma = _with_ending(model, stem, pattern.main)
    if pattern.is_noun:
        lemma = lemma[0].upper() + lemma[1:]
    return Analysis(lemma, pattern.pos, tuple(zip(forms, pattern.names, strict=True)), known)


def _with_ending(model: Model, stem: str, main: str) -> str:
    """A stem with what the lemmas of its word class end in: lern, VV gives lernen."""
    ends, table = model.endings.get(main, ((), {}))
    marked = f"#{stem}"
    if not marked.endswith(ends):
        return stem
    return stem + table[next(end for end in ends if marked.endswith(end))]


def adjective_in(form: str, analysis: Analysis) -> Analysis | None:
    """The adjective that a word with a small initial ends in, where the model reads the whole as a noun.

    To the model, natur|schutz|rechtlich|en is of nouns alone and schutz|bedürftig an adjectival noun.
    """
    if analysis.pos not in {"NN", "NNA"} or not form[0].islower() or form.capitalize() in dictionary():
        return None
    *before, (last, kind) = analysis.morphemes
    ending = last if kind.startswith("SUF") and before else ""
    head = before.pop()[0] if ending else last
    tail = head + ending
    is_suffix = len(tail) < _SHORTEST_ADJECTIVE or head == "iert"  # mandat|iert
    adjective = analyse(tail) if before and not is_suffix else None
    if adjective is None or not adjective.known or adjective.pos not in {"ADJ(A)", "ADJ(D)"}:
        return None
    lemma = "los" if adjective.lemma == "lose" else adjective.lemma  # papierlos
    return adjective._replace(lemma=form.removesuffix(tail) + lemma)


def stem_chances(stem: str) -> dict[str, float]:
    """Of the classes that the model has a stem in: the log probability of the stem."""
    model = load_model()
    return {model.names[tag]: chance for tag, chance in classes} if (classes := model.morphemes.get(stem)) else {}


def is_noun_stem(stem: str) -> bool:
    """Whether the model has the stem as that of a noun."""
    return stem in load_model().nouns


@lru_cache(maxsize=1 << 14)
def stem_lemma(stem: str, kind: str) -> str:
    """The lemma of a stem inside a compound: städt, NN_VAR gives Stadt; lern, VV gives lernen.

    A stem that the model knows as an adjective too is one where that is the likelier: Neubau is of neu.
    """
    model = load_model()
    chances = stem_chances(stem)
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
