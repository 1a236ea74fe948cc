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
_LATIN = re.compile(r"[A-Za-z]")
_CID = re.compile(r"\(cid:\d+\)")
_BLANKS = re.compile(r"\s+")
_ENOUGH = 60
UNLIKELY = -11.0
"""Mean log probability (natural) of a page's characters below which it is no language."""


@functools.lru_cache(maxsize=1 << 14)
def log_probability(char: str) -> float:
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
    category = unicodedata.category(char)
    if category in {"Co", "Cn", "Cs", "Cc"} or char == "\ufffd":
        return math.log(1e-8)
    return math.log(1e-6)


def _encoded(char: str, encoding: str) -> bytes:
    return char.encode(encoding, "ignore")


def likelihood(text: str) -> float:
    """Mean natural log probability of a text's characters without blanks; 0.0 where there are none."""
    counts = Counter(_BLANKS.sub("", _CID.sub("\ufffd", text)))
    total = counts.total()
    return sum(count * log_probability(char) for char, count in counts.items()) / total if total else 0.0


def letter_fit(text: str) -> float:
    """Cosine of a text's Latin letter counts with those of German and English print; 1.0 where there are too few."""
    counts = Counter(_LATIN.findall(text.casefold()))
    if counts.total() < 4 * _ENOUGH:
        return 1.0
    product = sum(count * _LETTERS[letter] for letter, count in counts.items())
    length = math.sqrt(sum(count**2 for count in counts.values()) * sum(share**2 for share in _LETTERS.values()))
    return product / length


def is_garbage(text: str) -> bool:
    """Tell whether the characters of a page are no language; short texts are given the benefit of the doubt."""
    bare = _BLANKS.sub("", text)
    if len(_CID.sub("x", bare)) < _ENOUGH:
        return False
    return likelihood(bare) < UNLIKELY or (bare.isascii() and letter_fit(bare) < 0.6)
