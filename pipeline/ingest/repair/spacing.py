"""Spaces that a layout put between characters, taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE_SIGNS = "\u3001-\u3004\u3008-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_CJK = HAN + _WIDE_SIGNS
_BETWEEN_HAN = re.compile(f"(?<=[{_CJK}]) +(?=[{_CJK}])")
_AT_WIDE_SIGN = re.compile(f"(?<=[{_WIDE_SIGNS}]) +| +(?=[{_WIDE_SIGNS}])")
_AT_QUOTE = re.compile(f"(?<=[{_CJK}]) +(?=[“”‘’…—])|(?<=[“”‘’…—]) +(?=[{_CJK}])")
_HAN_QUOTES = re.compile(f"(?<=[{_CJK}]) ?([“”‘’]) ?(?=[{_CJK}])")
_BEFORE_POINT = re.compile(r"(?<=\w) ([.,])(?=\s|$)(?! [.,])")
_LETTERSPACED = re.compile(r"(?<![\w.])((?:[^\W\d_] ){3,}[^\W\d_])(?!\w)")
_SPREAD_DIGITS = re.compile(f"(?<=[{_CJK}])(?:[0-9] )+[0-9]? ?(?=[{_CJK}])")
_FOUR_SINGLE = re.compile(r" [^\W\d_] [^\W\d_] [^\W\d_](?!\w)")
_HAN_OR_WIDE = re.compile(f"[{_CJK}]")


def clean_spaces(text: str, repairs: Counter[str] | None = None) -> str:
    """Make runs of blanks one space, and drop those that stand between Han and before a point.

    Each space dropped at Han is counted in ``repairs`` as ``han_space``.
    """
    text = " ".join(text.split())
    if " " not in text:
        return text
    if not text.isascii() and _HAN_OR_WIDE.search(text) is not None:
        tight = _AT_QUOTE.sub("", _AT_WIDE_SIGN.sub("", _BETWEEN_HAN.sub("", text)))
        if repairs is not None and len(tight) < len(text):
            repairs["han_space"] += len(text) - len(tight)
        text = tight
    return _BEFORE_POINT.sub(r"\1", text) if " ." in text or " ," in text else text


def join_letterspaced(text: str, repairs: Counter[str] | None = None) -> str:
    """Close up words set letter by letter: ``P a r t n e r s t a d t`` becomes ``Partnerstadt``.

    A run of at least four single letters; where it holds capitals inside, a new word begins at each
    (``D i e  S t a d t`` with its two spaces lost becomes ``Die Stadt``). So are digits between Han. Each run is
    counted in ``repairs`` as ``letter_spaced``.
    """
    if not text.isascii() and _SPREAD_DIGITS.search(text) is not None:
        text, runs = _SPREAD_DIGITS.subn(lambda match: match.group().replace(" ", ""), text)
        if repairs is not None:
            repairs["letter_spaced"] += runs
    if _FOUR_SINGLE.search(text) is None:
        return text
    text, runs = _LETTERSPACED.subn(lambda match: _close_up(match.group(1)), text)
    if repairs is not None and runs:
        repairs["letter_spaced"] += runs
    return text


def _close_up(run: str) -> str:
    letters = run.replace(" ", "")
    if _HAN_OR_WIDE.search(letters) is not None or letters.isupper():
        return letters
    return re.sub(r"(?<=[^\W\d_])(?=[A-ZÄÖÜ])", " ", letters)


def is_cjk(char: str) -> bool:
    """Tell whether a character is Han or a full-width sign."""
    return char > "\u2e7f" and _HAN_OR_WIDE.match(char) is not None
