"""Words that a ligature broke in two (``off icial``), made whole."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BROKEN = re.compile(r"\b([^\W\d_]*(?:ff|fi|fl|ffi|ffl)) ([a-zäöüß]+)")
_SIGN = re.compile(r"f[fil] [a-zäöüß]")
_MANY = 3


@functools.cache
def known_word(form: str) -> bool:
    """Tell whether the German or English word lists of simplemma know a form. Loads them when first asked."""
    import simplemma

    return any(simplemma.is_known(form, lang=language) for language in ("en", "de"))


def join_broken_ligatures(
    text: str,
    seen: Mapping[str, int],
    known: Callable[[str], bool] = known_word,
    repairs: Counter[str] | None = None,
) -> str:
    """Join what stands on both sides of a ligature and a space, where the whole is a word and the parts are not both.

    Where a text has three such places, parts that are both words are joined too (``off ice``).

    Args:
        text: a text; the more of a document, the better the evidence.
        seen: how often each case-folded word form stands in the document.
        known: a lexicon, asked only where the document itself says nothing.
        repairs: where each joined word is counted as ``ligature``.
    """
    if _SIGN.search(text) is None:
        return text
    found = list(_BROKEN.finditer(text))
    parts = Counter(part.casefold() for match in found for part in match.groups())
    whole = [_is_whole(match.group(1), match.group(2), seen, parts, known) for match in found]
    broken_font = sum(whole) >= _MANY
    pieces, at = [], 0
    for match, sure in zip(found, whole, strict=True):
        if sure or (broken_font and known("".join(match.groups()))):
            pieces += [text[at : match.end(1)]]
            at = match.end(1) + 1
    if repairs is not None and pieces:
        repairs["ligature"] += len(pieces)
    return "".join([*pieces, text[at:]])


def _is_whole(
    left: str, right: str, seen: Mapping[str, int], parts: Mapping[str, int], known: Callable[[str], bool]
) -> bool:
    joined = left + right
    alone = [seen.get(part.casefold(), 0) > parts[part.casefold()] for part in (left, right)]
    if joined.casefold() in seen:
        return not all(alone)
    # A part that also stands elsewhere, without the other, is a word: Zugriff auf.
    return not any(alone) and known(joined) and not (known(left) and known(right))
