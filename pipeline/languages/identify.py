"""Which language a passage is in: by its script, then its function words, then py3langid's n-grams."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.languages.scripts import ADDRESS, EAST_ASIAN, PLANES, count_scripts, line_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Scores = NDArray[np.float32]

_HEAD = 300
"""Characters that decide; more of a passage changes nothing."""

_BATCH = 256
"""Passages counted at once: arrays that fit a processor's cache, and that the heap holds on to from batch to batch."""
_READ_AT_ONCE = 2_048
"""Passages whose n-grams are found at once."""

_HAN_WEIGHT = 3
"""Latin letters to which one Han character is worth as much text: 城市外交 against city diplomacy."""

_AHEAD = {"zh": 10.0, "de": 8.0, "en": 6.0}
"""Natural logarithm: how much likelier, before reading it, a short passage is in one of our languages."""
_DOCUMENT_BONUS = 12.0
"""The same for the language of a passage's document: of German cut to 20 characters 0.993 are German and not 0.98."""

SPEAKS_FOR_ITSELF = 100
"""A passage of so many characters has the language that is found in it, whatever is known of its document."""
_FEW_HAN = 20
"""So many Chinese characters without another letter are too many for Japanese or Korean."""
EASTERN = frozenset({"zh", "ja", "ko"})
"""Languages that their letters tell from all others."""
_EAST = re.compile(f"[{EAST_ASIAN}]")

_WORD_BONUS = 4.0
"""The same for each function word found."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that no page of the language does without, the last of each that stand alone as headings.
_GERMAN = _words(
    "der das und ist nicht ein eine einen einer eines einem mit für von zu zum zur dem auf sich auch werden wird "
    "dass sind bei wir ich haben hat durch über nach aus oder wurde wurden vom beim im als wie noch nur aber wenn "
    "kann diese dieser dieses unter zwischen sowie keine kein mehr sein seine seinen seiner ihre ihr ihrer ihren "
    "uns sehr schon gegen seit ab um vor ohne laut damit dann dort hier etwa bereits jetzt gibt gab soll sollte "
    "sollen muss müssen können könnte wollen hatte hatten waren ins am ans aufs jedoch doch ob weil während bis "
    "dafür dazu darauf alle jede jeder viele vielen andere anderen zwei drei jahr jahre jahren prozent uhr sagte "
    "sagt erklärte neue neuen heute stadt frau herr welche welcher deren dessen ganz gut immer wieder nun "
    "literatur einleitung fazit anmerkungen anlage seite termin kapitel abbildung tabelle"
)
_ENGLISH = _words(
    "the and of to is that for with are this which from by it on as be has have not or at its their they were been "
    "would will can but more also between other these those into than there who we you his he she her him our your "
    "what when where while about after before over under through during against within without said says could should "
    "may might must do does did had one two three many most some such only new first year years people time just like "
    "how all any each both very so if out up down "
    "notes conclusion conclusions references introduction abstract keywords appendix"
)
_OTHERS = _words(
    "le la les et est une dans pour que qui sur du au aux il elle pas plus ce cette "  # French
    "el los las y en por con para una como su del se lo "  # Spanish
    "di che e per non della gli nel alla sono "  # Italian
    "o os da dos em não uma com ao pelo "  # Portuguese
    "het een van niet dat zijn voor met ook naar aan wordt deze "  # Dutch
    "och att det som är på av för inte til ikke og den jag "  # Swedish, Danish, Norwegian
    "i w na z się nie do jest że oraz a je že které pro bir ve bu için az és hogy nem și din pentru"
)
# Told apart by py3langid: a passage in a rarer language comes out as the nearest of its script.
_LATIN_LANGUAGES = _words("de en fr nl it es pt ca pl cs sk sl hr hu ro sv da no fi et lv lt tr la id vi sq")
_OTHER_LANGUAGES = _words("ru uk be bg sr mk kk mn el ar fa ur he hi bn ta th km lo my ka hy")
_FUNCTION_WORDS = tuple(sorted(_GERMAN | _ENGLISH | _OTHERS))
_KINDS = np.array([[word in kind for kind in (_GERMAN, _ENGLISH, _OTHERS)] for word in _FUNCTION_WORDS], np.float32)
_LONGEST = 16
"""Letters of a word that are looked at; function words are shorter."""


def identify(texts: Sequence[str]) -> list[str]:
    """Find the language of each passage; where a short one leaves it open, it is Chinese, German or English.

    Args:
        texts: Passages or titles.

    Returns:
        One ISO 639-1 code a text, ``und`` where it holds next to no letters: numbers, addresses, signs.
    """
    return _identify(texts, _AHEAD)


def identify_in_documents(texts: Sequence[str], documents: Sequence[int]) -> list[str]:
    """As `identify`, but that a short passage is likelier in the language of its document.

    Args:
        texts: Passages.
        documents: The document of each; its language is that of more than half of what its longer passages hold.
    """
    languages = identify(texts)
    short = [i for i, text in enumerate(texts) if len(text) < SPEAKS_FOR_ITSELF and languages[i] != "und"]
    if not short:  # as in a table that says the language of its rows
        return languages
    sizes: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for text, document, language in zip(texts, documents, languages, strict=True):
        if len(text) >= SPEAKS_FOR_ITSELF:
            sizes[document][language] += len(text)
    most = {document: size.most_common(1)[0] for document, size in sizes.items()}
    main_of = {document: main for document, (main, size) in most.items() if 2 * size > sizes[document].total()}
    doubtful: defaultdict[str, list[int]] = defaultdict(list)
    for i in short:
        main = main_of.get(documents[i], languages[i])
        if main != languages[i]:
            doubtful[main].append(i)
    for main, places in doubtful.items():
        ahead = _AHEAD | {main: _DOCUMENT_BONUS}
        for i, language in zip(places, _identify([texts[i] for i in places], ahead), strict=True):
            is_kanji = main in {"ja", "ko"} and language == "zh" and len(texts[i]) < _FEW_HAN
            languages[i] = main if is_kanji else language
    return languages


def may_contradict(texts: Sequence[str], stated: Sequence[str | None]) -> list[int]:
    """Which passages can be in another language than it is stated of their documents: those that speak for themselves,
    others by their writing, and all where nothing is stated.
    """  # noqa: D205 - one sentence
    return [
        i
        for i, (text, code) in enumerate(zip(texts, stated, strict=True))
        if len(text) >= SPEAKS_FOR_ITSELF or code is None or (code not in EASTERN and _EAST.search(text))
    ]


def _identify(texts: Sequence[str], ahead: Mapping[str, float]) -> list[str]:
    """As `identify`; ``ahead`` says how much likelier each known language is."""
    languages: list[str] = []
    open_: dict[_Open, list[int]] = {}
    for start in range(0, len(texts), _BATCH):
        heads = [_head(text) for text in texts[start : start + _BATCH]]
        for place, head in _languages(heads, languages):
            open_.setdefault(head, []).append(place)
    for head, language in zip(open_, _by_ngrams(list(open_), ahead), strict=True):
        for place in open_[head]:
            languages[place] = language
    return languages


class _Open(NamedTuple):
    """A passage whose n-grams decide."""

    head: str
    german: int
    """So many distinct function words of German are in it, and of English."""
    english: int
    script: str
    """``latin``, ``other``, or ``mixed``: Latin letters with some Han among them."""


def _head(text: str) -> str:
    """The part of a passage that decides, without addresses."""
    head = text[:_HEAD].strip()
    if "." in head and ("/" in head or "@" in head or "www." in head):
        return ADDRESS.sub(" ", head)
    return head


def _languages(heads: Sequence[str], languages: list[str]) -> list[tuple[int, _Open]]:
    """Decide by the scripts, then by the function words; put the languages, and say what stays open and where."""
    _, other, latin, han, kana, hangul = count_scripts(heads)
    alphabetic = latin + other
    cjk = han + kana + hangul
    east = (cjk > 0) & (_HAN_WEIGHT * cjk >= alphabetic)
    eastern = np.where(hangul > han + kana, "ko", np.where(kana > 0.1 * han, "ja", "zh"))
    decided = np.where(east, eastern, "und")
    read = np.flatnonzero(~east & (alphabetic >= 3))
    german, english, others = _count_function_words([heads[i] for i in read.tolist()])
    is_german = (german >= 3) & (german > 2 * (english + others))
    is_english = (english >= 3) & (english > 2 * (german + others))
    decided[read] = np.where(is_german, "de", np.where(is_english, "en", "und"))
    scripts = np.where(cjk > 0, "mixed", np.where(latin >= other, "latin", "other"))
    left = np.flatnonzero(~is_german & ~is_english)
    rows = read[left].tolist()
    first = len(languages)
    languages += decided.tolist()
    found = zip(rows, german[left].tolist(), english[left].tolist(), scripts[rows].tolist(), strict=True)
    return [(first + i, _Open(heads[i], *counts)) for i, *counts in found]


def _count_function_words(heads: Sequence[str]) -> NDArray[np.int64]:
    """Of each text the distinct function words of German, of English and of all others: kinds x texts."""
    if not heads:
        return np.zeros((3, 0), np.int64)
    if any("\u0130" in head for head in heads):  # the only character that two lower-case ones stand for
        heads = [head.replace("\u0130", "i\u0307") for head in heads]
    points, begins = line_codes(heads)
    table, words = _alphabet(), _words_by_letters()
    letters = np.zeros(len(points) + _LONGEST, np.uint8)
    letters[: len(points)] = table.take(points)
    edges = np.flatnonzero(np.diff(letters[: len(points)] > 0, prepend=False))
    starts, ends = edges[::2], edges[1::2]
    short = ends - starts <= _LONGEST
    starts, lengths = starts[short], (ends - starts)[short]
    eight = np.ndarray(len(points) + 8, "<u8", letters, strides=(1,))
    low = eight[starts] & _masks()[np.minimum(lengths, 8)]
    high = eight[starts + 8] & _masks()[np.maximum(lengths - 8, 0)]
    word = words.places[_hashed(low, high, words.factor)]
    is_known = (words.low[word] == low) & (words.high[word] == high)
    seen = np.zeros((len(heads), len(_FUNCTION_WORDS)), np.float32)
    seen[np.searchsorted(begins, starts[is_known], side="right") - 1, word[is_known]] = 1
    return (seen @ _KINDS).T.astype(np.int64)


class _Words(NamedTuple):
    """The function words, found by their letters."""

    low: NDArray[np.uint64]
    """The first eight letters of each as numbers of `_alphabet`, and the next eight."""
    high: NDArray[np.uint64]
    places: NDArray[np.int64]
    """For each hash (`_hashed`) the word that has it."""
    factor: np.uint64


@functools.cache
def _words_by_letters() -> _Words:
    """No two of the words have the same hash."""
    numbers = _alphabet()
    rows = np.zeros((len(_FUNCTION_WORDS), _LONGEST), np.uint8)
    for row, word in zip(rows, _FUNCTION_WORDS, strict=True):
        row[: len(word)] = [numbers[ord(letter)] for letter in word]
    low, high = rows.view("<u8").T
    factors = map(np.uint64, itertools.count(0x9E3779B97F4A7C15, -2))
    factor = next(factor for factor in factors if len(set(_hashed(low, high, factor).tolist())) == len(low))
    places = np.zeros(1 << 16, np.int64)
    places[_hashed(low, high, factor)] = np.arange(len(low))
    return _Words(low, high, places, factor)


def _hashed(low: NDArray[np.uint64], high: NDArray[np.uint64], factor: np.uint64) -> NDArray[np.uint64]:
    """Sixteen bits of the letters of each word."""
    hashed: NDArray[np.uint64] = ((low ^ high * np.uint64(3)) * factor) >> np.uint64(48)
    return hashed


@functools.cache
def _masks() -> NDArray[np.uint64]:
    """What keeps the first letters of eight: none, one, two ..."""
    return np.array([(1 << 8 * number) - 1 for number in range(9)], np.uint64)


@functools.cache
def _alphabet() -> NDArray[np.uint8]:
    """A number for each letter that function words have, in either case, the same for all other letters; else 0."""
    lowered = np.strings.lower(np.arange(PLANES, dtype=np.uint32).view("U1"))
    is_letter = np.strings.isalnum(lowered) & ~np.strings.isdecimal(lowered)
    is_letter[-1] = True  # it stands for all beyond
    found = np.where(is_letter, 255, 0).astype(np.uint8)
    for number, letter in enumerate(sorted(set("".join(_FUNCTION_WORDS))), start=1):
        found[lowered == letter] = number
    return found


class _Model(NamedTuple):
    """py3langid's n-gram model (Lui and Baldwin 2012, "langid.py"), what of it is needed."""

    following: NDArray[np.uint32]
    """By row and byte the state of the automaton that finds n-grams; `rows` says where the row of a state begins."""
    rows: Ints
    features: NDArray[np.int32]
    """The n-gram that ends in each state, or -1."""
    scripts: dict[str, tuple[NDArray[np.float16], Scores, list[str]]]
    """For the languages of a script: logarithms of the chance of each n-gram and of each language, and their codes."""


@functools.cache
def _model() -> _Model:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    scripts = {}
    for script, languages in {
        "latin": _LATIN_LANGUAGES,
        "mixed": _LATIN_LANGUAGES | {"zh", "ja"},
        "other": _OTHER_LANGUAGES,
    }.items():
        identifier.set_languages(languages)
        scripts[script] = identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes
    rows = np.array(identifier.tk_row, np.int64) << 8
    return _Model(np.array(identifier.tk_nextmove, np.uint32), rows, np.array(identifier.tk_output, np.int32), scripts)


def _by_ngrams(found: Sequence[_Open], ahead: Mapping[str, float]) -> list[str]:
    """The likeliest language of each passage's script, the known ones and those whose function words it has ahead."""
    languages = ["und"] * len(found)
    for script in sorted({passage.script for passage in found}):
        places = [i for i, passage in enumerate(found) if passage.script == script]
        for start in range(0, len(places), _READ_AT_ONCE):
            some = places[start : start + _READ_AT_ONCE]
            for i, language in zip(some, _likeliest(script, [found[i] for i in some], ahead), strict=True):
                languages[i] = language
    return languages


def _features(heads: Sequence[str]) -> list[list[int]]:
    """The n-grams of each text in their order: the model's automaton goes through all texts at a time."""
    texts = [unicodedata.normalize("NFC", head.lower() if head.isupper() else head) for head in heads]
    data = [text.encode("utf-8", errors="surrogatepass") for text in texts]
    order = sorted(range(len(data)), key=lambda i: -len(data[i]))
    lengths = np.array([len(data[i]) for i in order], np.int64)
    longest = int(lengths[0])
    padded = np.frombuffer(b"".join(data[i].ljust(longest, b"\0") for i in order), np.uint8)
    columns = np.ascontiguousarray(padded.reshape(len(data), longest).T)
    model = _model()
    state = np.zeros(len(data), np.uint32)
    found = np.full((longest, len(data)), -1, np.int32)
    for place, left in enumerate(np.searchsorted(-lengths, -np.arange(longest), side="left").tolist()):
        state = model.following.take(model.rows.take(state[:left]) + columns[place, :left])
        found[place, :left] = model.features.take(state)
    features: list[list[int]] = [[]] * len(data)
    for i, row in zip(order, np.ascontiguousarray(found.T), strict=True):
        features[i] = row[row >= 0].tolist()
    return features


def _likeliest(script: str, passages: Sequence[_Open], ahead: Mapping[str, float]) -> list[str]:
    """The likeliest language of each passage; where it has no n-gram of the model, of those known."""
    of_ngrams, of_languages, languages = _model().scripts[script]
    visits = [Counter(features) for features in _features([passage.head for passage in passages])]
    # As py3langid computes it, addition by addition: naive Bayes on the logarithms of how often n-grams come.
    bounds = np.cumsum([0, *map(len, visits)]).tolist()
    index = np.fromiter(itertools.chain.from_iterable(visits), np.intp, count=bounds[-1])
    counts = np.fromiter(itertools.chain.from_iterable(map(Counter.values, visits)), np.float32, count=bounds[-1])
    logs = np.log1p(counts)
    scores = np.empty((len(visits), len(languages)), np.float32)
    for row, (first, last) in zip(scores, itertools.pairwise(bounds), strict=True):
        row[:] = logs[first:last] @ of_ngrams[index[first:last]] + of_languages
    bonus = np.tile([ahead.get(language, 0.0) for language in languages], (len(visits), 1))
    for code, words in (("de", [passage.german for passage in passages]), ("en", [p.english for p in passages])):
        bonus[:, [language == code for language in languages]] += _WORD_BONUS * np.array(words)[:, None]
    raised = scores + bonus
    best = np.where(raised == raised.max(axis=1, keepdims=True), scores, -np.inf).argmax(axis=1).tolist()
    return [
        languages[place] if visited else _expected(passage, ahead)
        for place, visited, passage in zip(best, visits, passages, strict=True)
    ]


def _expected(passage: _Open, ahead: Mapping[str, float]) -> str:
    """The language of Latin letters that is expected most; ``ahead`` says how likely each known one is."""
    words = {"de": _WORD_BONUS * passage.german, "en": _WORD_BONUS * passage.english}
    raised = {code: bonus + words.get(code, 0.0) for code, bonus in ahead.items() if code in _LATIN_LANGUAGES}
    return max(raised, key=raised.__getitem__, default="und")
