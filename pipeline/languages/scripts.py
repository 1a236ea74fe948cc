"""In which script texts are written, letter by letter."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

PLANES = 0x30000
"""Code points that are looked up; beyond are rare Chinese characters."""

# Scripts by the ranges of their letters (Unicode blocks); digits, punctuation and symbols are of none.
OTHER, LATIN, HAN, KANA, HANGUL = 1, 2, 3, 4, 5
_RANGES = (
    (0x41, 0x5A, LATIN),
    (0x61, 0x7A, LATIN),
    (0xC0, 0x24F, LATIN),
    (0x250, 0x1FFF, OTHER),
    (0x1100, 0x11FF, HANGUL),
    (0x1E00, 0x1EFF, LATIN),
    (0x3041, 0x3096, KANA),
    (0x30A1, 0x30FA, KANA),
    (0x3400, 0x4DBF, HAN),
    (0x4E00, 0x9FFF, HAN),
    (0xA4D0, 0xABFF, OTHER),
    (0xAC00, 0xD7A3, HANGUL),
    (0xF900, 0xFAFF, HAN),
    (0xFB1D, 0xFDFF, OTHER),
    (0xFE70, 0xFEFC, OTHER),
    (0xFF21, 0xFF3A, LATIN),
    (0xFF41, 0xFF5A, LATIN),
    (0x20000, 0x2FFFF, HAN),
)

EAST_ASIAN = "".join(f"{chr(first)}-{chr(last)}" for first, last, script in _RANGES if script >= HAN)
"""The letters of Chinese, Japanese and Korean, as a class of regular expressions has them."""
ALPHABETIC = "".join(f"{chr(first)}-{chr(last)}" for first, last, script in _RANGES if script < HAN)
"""All other letters, and some of Korean, which stand among them."""

_UNSPACED = r"[^\s\u2e80-\uffef]"
"""What an address can be made of: Chinese goes on behind it without a space."""
_FIRST_AT = r"S(?:(?!@)S)*@"
"""What stands before the first @ that has something before it: whether there is an address is tried there alone."""
ADDRESS = re.compile(
    r"(?:https?://|www\.|doi:)S+|(?<!S)FIRST_ATS+\.S+|\b10\.\d{4,}/S+"
    r"|(?<!S)S+\.(?:de|cn|com|org|net|eu|html?|pdf)\bS*".replace("FIRST_AT", _FIRST_AT).replace("S", _UNSPACED)
)
"""Addresses of pages, of mail and of papers, and names of files."""


@functools.cache
def _scripts() -> NDArray[np.uint64]:
    """A one for each code point in the ten bits of its script: texts are shorter than 1,024 letters."""
    return np.uint64(1) << (np.uint64(10) * script_table().astype(np.uint64))


@functools.cache
def script_table() -> NDArray[np.uint8]:
    """The script of each code point; 0 for what is no letter."""
    table = np.zeros(PLANES, dtype=np.uint8)
    for first, last, script in _RANGES:
        table[first : last + 1] = script
    table[[0xD7, 0xF7]] = 0
    return table


def line_codes(texts: Sequence[str]) -> tuple[NDArray[np.uint32], Ints]:
    """The code points of texts that are each on a line of their own, those over the last plane as its last one; and
    where each text begins.
    """  # noqa: D205 - one sentence
    points = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32)
    starts = np.fromiter(map(len, texts), np.int64, count=len(texts)) + 1
    return np.minimum(points, PLANES - 1), np.cumsum(starts) - starts


def count_scripts(heads: Sequence[str]) -> NDArray[np.int64]:
    """Letters of each script in texts of under 1,024 letters: an array of scripts by texts."""
    points, starts = line_codes(heads)
    packed = np.add.reduceat(_scripts().take(points), starts)
    counts: NDArray[np.int64] = (packed >> (np.uint64(10) * np.arange(6, dtype=np.uint64)[:, None])).astype(np.int64)
    return counts & 1023
