"""Text whose characters are no language: fonts without a Unicode map. Measured by how likely its characters are."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter

# Shares of a to z among the letters of running German and English, the mean of both, in per mille.
_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (73, 17, 29, 48, 145, 20, 26, 54, 72, 2, 9, 37, 26, 84, 51, 14, 1, 66, 68, 76, 36, 8, 21, 1, 10, 6),
        strict=True,
    )
)
_CID = re.compile(r"\(cid:\d+\)")
_ENOUGH = 60
_NO_CHARACTER = frozenset({"Co", "Cn", "Cs", "Cc"})
# First words of Unicode names: other scripts that a page may well be written in.
_LIVING = frozenset(
    ("LATIN", "GREEK", "CYRILLIC", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "THAI", "DEVANAGARI")
)
_MISFIT = 0.5
_MOSTLY = 0.8
UNLIKELY = -11.0
"""Mean log probability (natural) of a page's characters below which it is no language."""


@functools.lru_cache(maxsize=1 << 14)
def log_probability(char: str) -> float:  # noqa: PLR0911 - one return a class of characters
    """Natural log of how often a character comes in Chinese, German or English print, by its class.

    Common Han (level 1 of GB 2312, or of Big5 for Traditional text) are some 99 % of the Han of any text.
    """
    if char.isascii():
        return math.log(1 / 60) if char.isprintable() else math.log(1e-7)
    if "\u4e00" <= char <= "\u9fff":
        code = _encoded(char, "gb2312")
        if code:
            return math.log((0.98 if code[0] < 0xD8 else 0.018) / (3755 if code[0] < 0xD8 else 3008))
        code = _encoded(char, "big5")
        common = bool(code) and code[0] < 0xC9
        return math.log(0.5 / 5401) if common else math.log(1e-3 / 15000)
    if _encoded(char, "windows-1252") or "\u2010" <= char <= "\u203b":
        return math.log(1 / 300)
    if "\u3000" <= char <= "\u301f" or "\uff01" <= char <= "\uff5e" or "\u2460" <= char <= "\u2473":
        return math.log(1 / 300)
    if unicodedata.name(char, "").partition(" ")[0] in _LIVING:
        return math.log(1 / 1000)
    return math.log(1e-8 if unicodedata.category(char) in _NO_CHARACTER or char == "\ufffd" else 1e-6)


def _encoded(char: str, encoding: str) -> bytes:
    return char.encode(encoding, "ignore")


def likelihood(text: str) -> float:
    """Mean natural log probability of a text's characters without blanks; 0.0 where there are none."""
    return _likelihood(_count(text))


def letter_fit(text: str) -> float:
    """Cosine of a text's Latin letter counts with those of German and English print; 1.0 where there are too few."""
    return _letter_fit(_count(text))


def is_garbage(text: str) -> bool:
    """Tell whether the characters of a page are no language; short texts are given the benefit of the doubt."""
    counts = _count(text)
    total = counts.total()
    if total < _ENOUGH:
        return False
    if _likelihood(counts) < UNLIKELY:
        return True
    latin = sum(count for char, count in counts.items() if char.isascii())
    return latin > _MOSTLY * total and _letter_fit(counts) < _MISFIT


def _count(text: str) -> Counter[str]:
    """Count characters without blanks; pdfminer writes a character without a Unicode map as ``(cid:12)``."""
    if "(cid:" in text:
        text = _CID.sub("\ufffd", text)
    return Counter("".join(text.split()))


def _likelihood(counts: Counter[str]) -> float:
    total = counts.total()
    return sum(count * log_probability(char) for char, count in counts.items()) / total if total else 0.0


def _letter_fit(counts: Counter[str]) -> float:
    letters = {letter: counts[letter] + counts[letter.upper()] for letter in _LETTERS}
    if sum(letters.values()) < 4 * _ENOUGH:
        return 1.0
    product = sum(count * _LETTERS[letter] for letter, count in letters.items())
    squares = sum(count**2 for count in letters.values()) * sum(share**2 for share in _LETTERS.values())
    return product / math.sqrt(squares)
