"""Plain text: its encoding, its paragraphs, and lines that were wrapped by hand or by a printer."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline import __version__
from pipeline.errors import Unreadable
from pipeline.ingest.encodings import decode
from pipeline.ingest.repair.hyphens import count_words, join_lines, spaces_han_from_latin
from pipeline.languages.han import to_codes
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_LONG = 160
"""Columns: nobody wraps lines that late; a Han character takes two."""

_CONTINUED = 0.15
"""Share of line breaks in the middle of a sentence from which on a text is wrapped."""

_ROOM = 0.85
"""Share of the text's width that a line and the next line's first word must fill for the break to be the wrapping's."""

_ROOM_ENDED = 0.95
"""The same where the line above ends a sentence: few sentences end at a line's end by chance."""

_OPEN = "《“（(„〈「『【，、"
_CLOSE = "，。、；：？！》”）〉」』】"

# U+200C and U+200D stay where scripts need them (Persian, Devanagari, emoji), not beside Latin and Han.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e007f]"
    r"|(?<=[\x00-\u024f\u2e80-\u9fff])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f\u2e80-\u9fff])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END_HYPHEN = re.compile("[\xad\x02\ufffe][ \t]*(?=[\r\n])")
_ENDS_HYPHEN = re.compile(r"[-\u2010\u2011][ \t]*$", re.MULTILINE)
_C1 = re.compile("[\x80-\x9f]")
_C1_MEANT = {code: bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)}

_WIDE = (
    "\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
)
_WIDE_RUN = re.compile(f"[{_WIDE}]+")
_STARTS_WIDE = re.compile(f"[{_WIDE}]")
_WIDE_OR_QUOTE = re.compile(f"[{_WIDE}“”‘’…—]")
_FIRST_WIDE = "\u2e80"
_END = frozenset(".!?:;。！？：；…")
_BEHIND_ENDS = "\"'”’»“«）)]】』」"
_BEHIND_END = frozenset(_BEHIND_ENDS)
_ITEM = re.compile(
    r"[•▪■●◦‣⁃☐→①-⑳]|\(?[a-zA-Z]\)\s|\(\d{1,2}\)\s|[一二三四五六七八九十]{1,3}[、．]|[（(][一二三四五六七八九十]{1,3}[）)]"
    r"|第[一二三四五六七八九十百]{1,4}[章节条部篇]|\d{1,2}[、．]"
)
_DOUBTFUL_ITEM = re.compile(r"(?:[-–—*o·]|\(?\d{1,3}(?:[.)]|(?:\.\d{1,2}){1,3}\.?)|[IVX]{1,4}\.)\s")
"""Also a dash inside a sentence, or a day of the month, that happens to begin a line."""
_AT_ONCE = 100_000
"""Characters of texts that are looked at together: arrays that fit a processor's cache."""
_LINE_FEED, _SPACE, _TO_MEND = 1, 3, 4
"""Kinds of characters, so numbered that two neighbours have something to mend if they add up to `_TO_MEND`."""
_MAY_BE_ITEM = re.compile(r"[^A-Za-z]|[oIVX]|.\)")
"""What a line of either kind begins with; few others do."""


def read_text(data: bytes) -> Extract:
    """Read a plain text or Markdown file; a line that begins with ``# `` is a heading.

    Raises:
        Unreadable: ``empty``, ``binary``, ``encoding`` or ``no_text``.
    """
    text, encoding = decode(data)
    blocks = tuple(_block(paragraph) for paragraph in paragraphs(text))
    if not blocks:
        raise Unreadable("no_text")
    return Extract(blocks, f"zwiesprache {__version__} ({encoding})", "text/plain")


def _block(paragraph: str) -> Block:
    """A paragraph, or the heading that Markdown marks with one to six number signs."""
    marks = len(paragraph) - len(paragraph.lstrip("#"))
    heading = paragraph[marks:].rstrip("#").strip()
    is_heading = 1 <= marks <= 6 and paragraph[marks : marks + 1] == " " and heading
    return Block(heading, "heading") if is_heading else Block(paragraph)


def clean(text: str) -> str:
    """Bring a paragraph's text into the form that every passage has: NFC, single-spaced, stripped.

    Control characters, zero-width characters, soft hyphens and marks of writing direction go; U+200C and U+200D stay
    outside Latin and Han text, where they change words. C1 controls are the typographic marks of windows-1252 that
    they were before somebody took them for Latin-1. A lone surrogate becomes U+FFFD. Characters for private use stay:
    they tell of a font that nobody could read.
    """
    return _tidy(_composed(text))


def paragraphs(text: str) -> list[str]:
    """Cut a text into its paragraphs, each cleaned (see `clean`) and on one line.

    Blank lines always separate. Within them each line is a paragraph, unless the text is hard-wrapped: its lines are
    short and often broken inside a sentence. Then a break is the wrapping's where the next line's first word had no
    room left or the sentence goes on in lower case, and a paragraph's end before an indented line or a list's item.
    """
    if "\f" in text:  # a page's first line often goes on with the sentence
        text = text.replace("\n\f", "\n").replace("\f", "\n")
    raw = text.splitlines()
    lines = [" ".join(line.split()) for line in raw]
    # Most texts hold nothing to mend: what is looked for next does not print, but for U+0085, which ends a line.
    if "\x85" in text or not "".join(lines).isprintable() or not unicodedata.is_normalized("NFC", text):
        text = _LINE_END_HYPHEN.sub("-", _composed(text))
        raw = text.splitlines()
        lines = [_tidy(line) for line in raw]
    return _cut(text, raw, lines)


def paragraphs_of_each(texts: Sequence[str]) -> Iterator[list[str]]:
    """The `paragraphs` of each text. Most texts hold nothing to mend, which is seen for many of them at a time."""
    first = size = 0
    for last, text in enumerate([*texts, ""]):
        if last > first and (size + len(text) > _AT_ONCE or last == len(texts)):
            some = texts[first:last]
            for one, is_tidy in zip(some, _are_tidy(some) if size <= _AT_ONCE else [False], strict=True):
                lines = one.removesuffix("\n").split("\n")
                yield _cut(one, lines, lines) if is_tidy else paragraphs(one)
            first, size = last, 0
        size += len(text)


def _are_tidy(texts: Sequence[str]) -> list[bool]:
    """Whether a text's lines, cut at line feeds alone, are as `clean` would leave them: none has to be mended."""
    kinds = _kinds().take(to_codes("\n".join(["", *texts, ""])), mode="clip")
    starts = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
    to_mend = np.flatnonzero(kinds[1:] + kinds[:-1] >= _TO_MEND)
    tidy = np.ones(len(texts), np.bool_)
    tidy[np.searchsorted(starts, to_mend, side="right") - 1] = False
    return tidy.tolist()


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of each code point; the last one stands for all beyond.

    `_TO_MEND` is what does not print, what is not NFC, and what may not be NFC behind another character.
    """
    kinds = np.full(0x10001, _TO_MEND, np.uint8)
    for code in (*range(0x300), *range(0x2010, 0xD800), *range(0xF900, 0x10000)):
        letter = chr(code)
        if letter.isprintable() and not unicodedata.combining(letter) and unicodedata.is_normalized("NFC", letter):
            kinds[code] = 0
    kinds[ord("\n")], kinds[ord(" ")] = _LINE_FEED, _SPACE
    return kinds


def _cut(text: str, raw: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Cut a text into paragraphs by its lines: as they stand in it, and cleaned."""
    if len(text) > _LONG * len(raw):
        return _whole_lines(lines)
    ended = [_has_ended(line) for line in lines]
    if not any(above and line and not end for above, line, end in zip(lines, lines[1:], ended, strict=False)):
        return _whole_lines(lines)
    is_wide = not text.isascii() and _STARTS_WIDE.search(text) is not None
    widths = [_columns(line) for line in lines] if is_wide else list(map(len, lines))
    width = _usual_width(widths)
    if not _is_wrapped(lines, ended, widths, width):
        return _whole_lines(lines)
    seen = count_words(lines) if _ENDS_HYPHEN.search(text) else {}
    han_space = is_wide and spaces_han_from_latin(text)
    return [join_lines(group, seen, han_space=han_space) for group in _groups(raw, lines, ended, widths, width)]


def _whole_lines(lines: Sequence[str]) -> list[str]:
    """Each line a paragraph, but for those that visibly go on: after an opening bracket or a comma."""
    found: list[str] = []
    above = ""
    for line in lines:
        if above and line and (above[-1] in _OPEN or line[0] in _CLOSE or (above[-1] == "," and line[0].islower())):
            found[-1] = join_lines([found[-1], line], {})
        elif line:
            found.append(line)
        above = line
    return found


def _composed(text: str) -> str:
    """NFC, and what C1 controls stood for."""
    if text.isascii():
        return text
    if _C1.search(text):
        text = text.translate(_C1_MEANT)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _tidy(line: str) -> str:
    """Single spaces, nothing that does not print; most lines need the first only."""
    line = " ".join(line.split())
    if line.isprintable():
        return line
    return " ".join(_UNWANTED.sub("", _SURROGATE.sub("\ufffd", line)).split())


def _columns(line: str) -> int:
    """The width of a line: a Han character takes two columns."""
    return len(line) if line.isascii() else 2 * len(line) - len(_WIDE_RUN.sub("", line))


def _usual_width(widths: Sequence[int]) -> int:
    """The width to which a text was wrapped, in columns: that of all but a tenth of its lines."""
    filled = sorted(width for width in widths if width)
    return filled[len(filled) * 9 // 10] if filled else 0


def _is_wrapped(lines: Sequence[str], ended: Sequence[bool], widths: Sequence[int], width: int) -> bool:
    """Measure whether line breaks fall inside sentences, at the lines that are not short anyway."""
    if not 0 < width <= _LONG:
        return False
    least = 0.6 * width
    long = [i for i in range(len(lines) - 1) if widths[i] >= least and lines[i + 1]]
    inside = sum(1 for i in long if not ended[i] and _goes_on(lines[i], lines[i + 1], widths[i], width))
    return inside > 0 and inside >= _CONTINUED * len(long)


def _goes_on(above: str, line: str, filled: int, width: int) -> bool:
    """Whether a sentence that has not ended goes on for certain; a German line may well begin with a noun."""
    if line[0].islower():
        return True
    if filled + _first_width(line) < _ROOM * width:
        return False
    return _WIDE_OR_QUOTE.match(above[-1]) is not None or above.rsplit(" ", 1)[-1][0].islower()


def _has_ended(line: str) -> bool:
    """Whether a line ends with a sentence, or with the colon before a list."""
    last = line[-1:]
    return last in _END or (last in _BEHIND_END and (line.rstrip(_BEHIND_ENDS) or line)[-1] in _END)


def _groups(
    raw: Sequence[str], lines: Sequence[str], ended: Sequence[bool], widths: Sequence[int], width: int
) -> Iterator[list[str]]:
    """The lines of each paragraph of a wrapped text."""
    indents = [len(line) - len(line.lstrip()) if line[:1].isspace() else 0 for line in raw]
    group: list[str] = []
    for i, line in enumerate(lines):
        if group and (
            not line
            or _starts_paragraph(lines[i - 1], line, widths[i - 1], width, has_ended=ended[i - 1],
                                 is_indented=indents[i] > indents[i - 1])
        ):  # fmt: skip
            yield group
            group = []
        if line:
            group.append(line)
    if group:
        yield group


def _starts_paragraph(above: str, line: str, filled: int, width: int, *, has_ended: bool, is_indented: bool) -> bool:
    """Whether a line of a wrapped text begins a paragraph.

    Args:
        above: The line above.
        line: The line.
        filled: The columns of the line above.
        width: The columns of the text.
        has_ended: Whether the line above ends a sentence.
        is_indented: Whether the line stands further in than the one above.
    """
    if _MAY_BE_ITEM.match(line) and (
        _ITEM.match(line) or ((has_ended or filled < _ROOM * width) and _DOUBTFUL_ITEM.match(line))
    ):
        return True
    if is_indented and not (_ITEM.match(above) or _DOUBTFUL_ITEM.match(above)):
        return True
    if line[0].islower() and not has_ended:
        return filled < 0.4 * width and above[-1] not in "-,"
    # What a line has to hold, with the next line's first word, for the break to be the wrapping's.
    return filled + _first_width(line) < (_ROOM_ENDED if has_ended else _ROOM) * width


def _first_width(line: str) -> int:
    """The columns that the least of a line takes behind another: a Han character, or a space and a word."""
    if line[0] >= _FIRST_WIDE and _STARTS_WIDE.match(line):
        return 2
    end = line.find(" ")
    return (end if end >= 0 else len(line)) + 1
