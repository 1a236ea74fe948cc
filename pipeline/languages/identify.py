"""Which language a passage is in: by its script, then its function words, then py3langid's n-grams."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from py3langid.langid import LanguageIdentifier

_HEAD = 300
"""Characters that decide; more of a passage changes nothing."""

_BATCH = 8_192
"""Passages counted at once: some 10 MB."""

_HAN_WEIGHT = 3
"""Latin letters to which one Han character is worth as much text: 城市外交 against city diplomacy."""

_KNOWN_BONUS = 10.0
"""Natural logarithm: how much likelier, before reading it, a short passage is in a language of the study."""
_ORDER_STEP = 2.0
"""How much less likely each further language of the study is."""

_WORD_BONUS = 4.0
"""The same for each function word found."""

_NO_FEATURES = -1e30
"""The score of a text that holds none of the model's n-grams."""

# Scripts by the ranges of their letters (Unicode blocks); digits, punctuation and symbols are of none.
_OTHER, _LATIN, _HAN, _KANA, _HANGUL = 1, 2, 3, 4, 5
_RANGES = (
    (0x41, 0x5A, _LATIN),
    (0x61, 0x7A, _LATIN),
    (0xC0, 0x24F, _LATIN),
    (0x250, 0x1FFF, _OTHER),
    (0x1100, 0x11FF, _HANGUL),
    (0x1E00, 0x1EFF, _LATIN),
    (0x3041, 0x3096, _KANA),
    (0x30A1, 0x30FA, _KANA),
    (0x3400, 0x4DBF, _HAN),
    (0x4E00, 0x9FFF, _HAN),
    (0xA4D0, 0xABFF, _OTHER),
    (0xAC00, 0xD7A3, _HANGUL),
    (0xF900, 0xFAFF, _HAN),
    (0xFB1D, 0xFDFF, _OTHER),
    (0xFE70, 0xFEFC, _OTHER),
    (0xFF21, 0xFF3A, _LATIN),
    (0xFF41, 0xFF5A, _LATIN),
    (0x20000, 0x2FFFF, _HAN),
)


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
_FUNCTION_WORDS = _GERMAN | _ENGLISH | _OTHERS
_LETTER = re.compile(r"[^\W\d_]")
_PLANES = 0x30000
"""Code points that are looked up; beyond are rare Chinese characters."""
_NO_LANGUAGE = re.compile(
    r"(?:https?://|www\.|doi:)\S+|\S+@\S+\.\S+|\b10\.\d{4,}/\S+|\S+\.(?:de|cn|com|org|net|eu|html?|pdf)\b\S*"
)


def identify(texts: Sequence[str], known: Sequence[str] = ("zh", "de", "en")) -> list[str]:
    """Find the language of each passage.

    Args:
        texts: Passages or titles.
        known: The languages expected, as ISO 639-1 codes, the likeliest first: where a short text leaves it open, it is
            one of them.

    Returns:
        One ISO 639-1 code a text, ``und`` where it holds next to no letters: numbers, addresses, signs.
    """
    languages: list[str] = []
    for start in range(0, len(texts), _BATCH):
        heads = [_head(text) for text in texts[start : start + _BATCH]]
        counts = _count_scripts(heads)
        languages.extend(_languages(heads, counts, tuple(known)))
    return languages


def _head(text: str) -> str:
    """The part of a passage that decides, without addresses."""
    head = text[:_HEAD].strip()
    if "." in head and ("/" in head or "@" in head or "www." in head):
        return _NO_LANGUAGE.sub(" ", head)
    return head


@functools.cache
def _scripts() -> NDArray[np.uint8]:
    """The script of each code point."""
    table = np.zeros(_PLANES, dtype=np.uint8)
    for first, last, script in _RANGES:
        table[first : last + 1] = script
    table[[0xD7, 0xF7]] = 0
    return table


def _count_scripts(heads: Sequence[str]) -> NDArray[np.int64]:
    """Letters of each script: an array of texts by scripts."""
    joined = "\n".join(heads) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32)
    scripts = _scripts()[np.minimum(points, _PLANES - 1)]
    starts = np.zeros(len(heads), dtype=np.int64)
    np.cumsum([len(head) + 1 for head in heads[:-1]], out=starts[1:])
    return np.stack([np.add.reduceat(scripts == script, starts, dtype=np.int64) for script in range(6)], axis=1)


def _languages(heads: Sequence[str], counts: NDArray[np.int64], known: tuple[str, ...]) -> Iterator[str]:
    """Decide by the scripts; what is mostly Latin or of a rarer script by its words."""
    other, latin, han, kana, hangul = counts.T[1:]
    alphabetic = latin + other
    cjk = han + kana + hangul
    east = (cjk > 0) & (_HAN_WEIGHT * cjk >= alphabetic)
    read = np.flatnonzero(~east & (alphabetic >= 3))
    function_words = _count_function_words([heads[i] for i in read.tolist()])
    for i, head in enumerate(heads):
        if east[i]:
            yield "ko" if hangul[i] > han[i] + kana[i] else "ja" if kana[i] > 0.1 * han[i] else "zh"
        elif alphabetic[i] < 3:
            yield "und"
        else:
            german, english, others = next(function_words)
            if german >= 3 and german > 2 * (english + others):
                yield "de"
            elif english >= 3 and english > 2 * (german + others):
                yield "en"
            else:
                yield _by_ngrams(
                    head,
                    german,
                    english,
                    known,
                    script="mixed" if cjk[i] else "latin" if latin[i] >= other[i] else "other",
                )


def _count_function_words(heads: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Of each text the distinct function words of German, of English and of all others."""
    if not heads:
        return
    lowered = [head.lower() for head in heads]
    points = np.frombuffer("\n".join([*lowered, ""]).encode("utf-32-le", errors="surrogatepass"), np.uint32)
    letters = np.where(_letters()[np.minimum(points, _PLANES - 1)], points, np.uint32(ord(" ")))
    letters[np.cumsum([len(head) + 1 for head in lowered]) - 1] = ord("\n")
    for line in letters.tobytes().decode("utf-32-le", errors="surrogatepass").split("\n")[:-1]:
        words = _FUNCTION_WORDS.intersection(line.split())
        yield len(_GERMAN & words), len(_ENGLISH & words), len(_OTHERS & words)


@functools.cache
def _letters() -> NDArray[np.bool_]:
    """Whether each code point is a letter; the last one stands for all beyond."""
    found = np.zeros(_PLANES, np.bool_)
    found[[match.start() for match in _LETTER.finditer("".join(map(chr, range(_PLANES))))]] = True
    found[-1] = True
    return found


@functools.cache
def _identifier(script: str) -> LanguageIdentifier:
    """The n-gram model, held to the languages of a script; ``mixed`` is Latin letters with some Han among them."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    languages = {"latin": _LATIN_LANGUAGES, "mixed": _LATIN_LANGUAGES | {"zh", "ja"}, "other": _OTHER_LANGUAGES}
    identifier.set_languages(languages[script])
    return identifier


@functools.lru_cache(maxsize=65_536)
def _by_ngrams(head: str, german: int, english: int, known: tuple[str, ...], *, script: str) -> str:
    """The likeliest language of the script, the known ones and those whose function words were found ahead.

    Cached: headings and labels come back on every other page.
    """
    ranked: list[tuple[str, float]] = _identifier(script).rank(head.lower() if head.isupper() else head)
    bonus = {language: _KNOWN_BONUS - _ORDER_STEP * place for place, language in enumerate(known)}
    bonus["de"] = bonus.get("de", 0.0) + _WORD_BONUS * german
    bonus["en"] = bonus.get("en", 0.0) + _WORD_BONUS * english
    if ranked[0][1] <= _NO_FEATURES:
        ranked = [(language, 0.0) for language in known if language in _LATIN_LANGUAGES] or [("und", 0.0)]
    return max(ranked, key=lambda pair: pair[1] + bonus.get(pair[0], 0.0))[0]
