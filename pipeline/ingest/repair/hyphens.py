"""Hyphens at line ends: joined, kept or left hanging, by what else stands in the document."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal

from pipeline.ingest.repair.spacing import HAN, is_cjk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Judgement = Literal["join", "keep", "suspend"]
SOFT = "\u00ad\ufffe\x02"
"""What says of itself that it is a hyphen of the line break; pdfium writes the latter two for any hyphen at a line end
inside a word, so its reader turns them into plain ones."""
_HYPHENS = "-\u2010\u2011"
_BREAKS = frozenset(_HYPHENS + SOFT)
_WORD = re.compile(r"\w+(?:[-\u2010\u2011]\w+)*")
_RIGHT = re.compile(r"[^\s,;:!?.()\[\]„“”»«\"]+")
_CONJUNCTION = re.compile(r"(?:und|oder|bzw|sowie|beziehungsweise|wie|als|noch|statt|u|bis|and|or|to)\.?$")
_LINK = re.compile(r"(?:to|of|in|the|by|on|up|and|for|a|de|la|du)$", re.IGNORECASE)
_ADDRESS = re.compile(r"://|www\.|\w/|\w\.\w+\.\w|@")
_ANY_HAN = re.compile(f"[{HAN}]")
_OPENING = "(\"„“»«‚‘'[–—/"
_QUOTES = "“”‘’—…·"
_TAIL = 500
"""Characters of a paragraph's text so far that the next line is judged by: what is longer is no word."""
_OUTCOMES = {"join": ("hyphen_joined", ""), "keep": ("hyphen_kept", "-"), "suspend": ("hyphen_suspended", "- ")}


def count_words(lines: Iterable[str]) -> Counter[str]:
    """Count the case-folded word forms of a document's lines, those broken at a line end left out.

    A hyphenated word counts as itself; its first part is also counted as ``first-`` and its last as ``-last``.
    """
    whole, broken = [], False
    for line in lines:
        text = line.rstrip()
        if broken:  # the other half of a broken word
            text = text.partition(" ")[2]
        broken = text[-1:] in _BREAKS
        whole.append(text.rpartition(" ")[0] if broken else text)
    counts = Counter(_WORD.findall("\n".join(whole).casefold()))
    for word in [word for word in counts if "-" in word]:
        first, _, rest = word.partition("-")
        counts[first + "-"] += counts[word]
        counts["-" + rest] += counts[word]
    return counts


def judge_hyphen(  # noqa: PLR0911 - one return a kind of evidence, the strongest first
    left: str, right: str, seen: Mapping[str, int]
) -> Judgement:
    """Decide what a hyphen between ``left`` at a line's end and ``right`` on the next line is.

    Args:
        left: the characters before the hyphen, up to a blank (``Städtepart``).
        right: the next line's first word (``nerschaft``).
        seen: `count_words` of the document.

    Returns:
        ``join``: no hyphen belongs there. ``keep``: the word is written with it. ``suspend``: the hyphen stands for a
        part of a word that comes later (``Städte- und Gemeindebund``), a space follows.
    """
    if _CONJUNCTION.match(right) and not seen.get((left + right).casefold()):
        return "suspend"
    first, last = left.rpartition("-")[2], right.partition("-")[0]
    joined = seen.get((first + last).casefold(), 0)
    hyphened = seen.get(f"{first}-{last}".casefold(), 0)
    if joined != hyphened:
        return "join" if joined > hyphened else "keep"
    if "-" in left and _LINK.match(first):
        return "keep"  # people-to-people
    if _ADDRESS.search(left) and not left[-1].isalnum():
        return "join"
    if not (left[-1:].isalpha() and right[:1].isalpha()):
        return "keep"
    if right[0].isupper():
        return _judge_capital(first, last)
    if first.isupper() and len(first) > 1:
        return "keep"  # EU-weit; but a broken word in capitals goes on in capitals
    prefix, suffix = seen.get(first.casefold() + "-", 0), seen.get("-" + last.casefold(), 0)
    # Both parts are words and the first is used to stand before a hyphen: stable-backports beside stable-updates.
    if prefix and seen.get(first.casefold(), 0) and (suffix or (seen.get(last.casefold(), 0) and prefix > 1)):
        return "keep"
    return "join"


def _judge_capital(left: str, right: str) -> Judgement:
    if left.isupper() and right.isupper():
        return "join"
    # BürgerInnen: the capital inside a word is a plural of both genders, not a second noun
    if left[-1].islower() and re.match(r"In(?:nen)?(?![a-zäöüß])", right):
        return "join"
    return "keep"


def join_lines(
    lines: Sequence[str], seen: Mapping[str, int], *, han_space: bool = False, repairs: Counter[str] | None = None
) -> str:
    """Make one line of text of a paragraph's lines.

    Args:
        lines: in reading order, without line ends.
        seen: `count_words` of the document, the evidence for hyphens.
        han_space: whether the document sets a space between Han and Latin; a line break between them becomes one.
        repairs: where each line-end hyphen is counted, as ``hyphen_joined``, ``hyphen_kept``, ``hyphen_suspended`` or
            ``soft_hyphen``, and as the latter those inside lines.
    """
    made: Counter[str] = Counter() if repairs is None else repairs
    begun: list[str] = []
    text = lines[0].strip()
    for line in lines[1:]:
        following = line.strip()
        if following:
            text = _join_two(text, following, seen, made, han_space=han_space) if text else following
            if len(text) > 2 * _TAIL:  # else a paragraph of n lines would be copied n times
                begun.append(text[:-_TAIL])
                text = text[-_TAIL:]
    text = "".join([*begun, text])
    if "\u00ad" in text:
        made["soft_hyphen"] += text.count("\u00ad")
        text = text.replace("\u00ad", "")
    return text


def _join_two(text: str, following: str, seen: Mapping[str, int], made: Counter[str], *, han_space: bool) -> str:
    if text[-1] in SOFT:
        made["soft_hyphen"] += 1
        return text[:-1] + following
    if text[-1] in _HYPHENS:
        left, right = text[text.rfind(" ") + 1 : -1].lstrip(_OPENING), _RIGHT.match(following)
        if right and not is_cjk(following[0]):
            judgement = judge_hyphen(left, right.group(), seen) if left else "suspend"
            name, glue = _OUTCOMES[judgement]
            made[name] += 1
            return text[:-1] + glue + following
        return f"{text} {following}"
    if (text[-1] == "/" and following[0].isalpha()) or (text[-1] in "—–" and text[-2:-1].isalnum()):
        return text + following
    return text + _glue(text, following, han_space=han_space) + following


def _glue(text: str, following: str, *, han_space: bool) -> str:
    """What a line break stands for: nothing between Han, a space between words."""
    before, after = is_cjk(text[-1]), is_cjk(following[0])
    if before and after:
        return ""
    # A quotation mark or dash is of the script of the characters beside it.
    if not before and text[-1] in _QUOTES:
        before = is_cjk(text[-2:-1] or " ")
        if before and (after or following[0] in _QUOTES or not han_space):
            return ""
    if not after and following[0] in _QUOTES:
        after = is_cjk(following[1:2] or " ")
        if after and before:
            return ""
    if not (before or after):
        return " "
    wide = text[-1] if before else following[0]
    if re.match(f"[{HAN}]", wide) is None:
        return ""  # beside full-width punctuation there is no space
    return " " if han_space else ""


def spaces_han_from_latin(text: str) -> bool:
    """Tell whether a text sets a space where Han and Latin or digits meet more often than not."""
    if text.isascii() or _ANY_HAN.search(text) is None:
        return False
    spaced = len(re.findall(rf"[{HAN}] [A-Za-z0-9]|[A-Za-z0-9] [{HAN}]", text))
    tight = len(re.findall(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]", text))
    return spaced > tight
