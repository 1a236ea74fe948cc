"""Chinese characters as one: width and Traditional forms folded, code point by code point.

Every fold keeps the number of code points, so an offset in the folded text is one in the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.uint32]

VERSION = f"opencc {version('opencc')}"

_CODES = 0x110000
_WIDE = ((0x3000, 0x3001), (0xFF00, 0xFFF0))
"""The ideographic space; half-width and full-width forms."""
_COMPATIBLE = ((0x2E80, 0x2FE0), (0xF900, 0xFB00), (0x2F800, 0x2FA20))
"""Radicals and compatibility ideographs."""
_HAN = ((0x3007, 0x3008), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
_CLASS = "[" + "".join(f"{chr(first)}-{chr(last - 1)}" for first, last in _HAN) + "]"
_INSIDE_RUN = re.compile(rf"(?<={_CLASS})\s+(?={_CLASS})")


def to_codes(text: str) -> Codes:
    """The code points of a text: uint32, one a code point. Lone surrogates are kept."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def to_text(codes: Codes) -> str:
    """The text of code points."""
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def join_runs(text: str) -> str:
    """A text without the whitespace that stands between two Chinese characters."""
    return _INSIDE_RUN.sub("", text)


def fold(text: str) -> str:
    """A text in Simplified characters and ordinary width, of the same length."""
    return to_text(fold_table()[to_codes(text)])


@cache
def fold_table() -> Codes:
    """For each code point the one that it is read as: uint32, 1,114,112 long.

    Full-width letters and digits become ordinary ones, radicals and compatibility ideographs the characters that they
    stand for (Unicode's NFKC), Traditional characters Simplified ones (OpenCC's table of characters).
    """
    from opencc import OpenCC

    table = np.arange(_CODES, dtype=np.uint32)
    for first, last in (*_WIDE, *_COMPATIBLE):
        for code in range(first, last):
            folded = unicodedata.normalize("NFKC", chr(code))
            if len(folded) == 1:
                table[code] = ord(folded)
    han = np.flatnonzero(is_han_table()).astype(np.uint32)
    lines = np.full((len(han), 2), ord("\n"), np.uint32)
    lines[:, 0] = han
    simplified = to_codes(OpenCC("t2s").convert(to_text(lines)))
    starts = np.flatnonzero(np.append(True, simplified[:-1] == ord("\n")))
    is_one = np.diff(starts, append=len(simplified)) == 2
    by_code = np.arange(_CODES, dtype=np.uint32)
    by_code[han[is_one]] = simplified[starts[is_one]]
    return by_code[table]


@cache
def is_han_table() -> NDArray[np.bool_]:
    """Whether a code point is a Chinese character: bool, 1,114,112 long."""
    table = np.zeros(_CODES, dtype=np.bool_)
    for first, last in _HAN:
        table[first:last] = True
    return table


@cache
def is_space_table() -> NDArray[np.bool_]:
    """Whether a code point is whitespace to `str.isspace`: bool, 1,114,112 long."""
    table = np.zeros(_CODES, dtype=np.bool_)
    table[[code for code in range(0x3001) if chr(code).isspace()]] = True
    return table
