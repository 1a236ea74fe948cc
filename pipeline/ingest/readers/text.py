"""Plain text: its encoding, its paragraphs, and lines that were wrapped by hand or by a printer."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from operator import and_
from typing import TYPE_CHECKING

import numpy as np

from pipeline import __version__
from pipeline.errors import Unreadable
from pipeline.ingest.encodings import decode
from pipeline.ingest.repair.hyphens import count_words, join_lines, spaces_han_from_latin
from pipeline.languages.han import to_codes
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

_LONG = 160
"""Columns: nobody wraps lines that late; a Han character takes two."""

_CONTINUED = 0.15
"""Share of line breaks in the middle of a sentence from which on a text is wrapped."""

_ROOM = 0.85
"""Share of the text's width that a line and the next line's first word must fill for the break to be the wrapping's."""

_ROOM_ENDED = 0.95
"""The same where the line above ends a sentence: few sentences end at a line's end by chance."""

_NARROW, _NARROW_HAN = 50, 30
"""Columns: a few lines that are narrower may be verses, an address or a list."""

_HYPHENS = "-\u2010\u2011"
_OPEN = "《“（(„〈「『【，、"
_CLOSE = frozenset("，。、；：？！》”）〉」』】")

# U+200C and U+200D stay where scripts need them (Persian, Devanagari, emoji), not beside Latin and Han.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e007f]"
    r"|(?<=[\x00-\u024f\u2e80-\u9fff])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f\u2e80-\u9fff])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END_HYPHEN = re.compile("[\xad\x02\ufffe][ \t]*(?=[\r\n])")
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
_MAY_GO_ON = frozenset(_OPEN + "," + _HYPHENS)
_HAN_HAN = re.compile(r"[\u4e00-\u9fff]\n[\u4e00-\u9fff]")
_LEADS_ON = re.compile(r"\b(?:d(?:er|ie|as|e[nms])|eine?[nmrs]?|und|oder|sowie|i[nm]|am|mit|vo[nm]|zu[mr]|für)$")
"""A German line may break before a noun all along; with none of these does an item of a list end."""
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


def clean_each(texts: Sequence[str]) -> Iterator[str]:
    """Each text as `clean` leaves it."""
    for text, is_tidy in _seen_together(texts):
        yield text if is_tidy and "\n" not in text else clean(text)


def paragraphs(text: str) -> list[str]:
    """Cut a text into its paragraphs, each cleaned (see `clean`) and on one line.

    Blank lines always separate. Within them each line is a paragraph, unless the text is hard-wrapped: its lines are
    short and often broken inside a sentence. Then a break is the wrapping's where the next line's first word had no
    room left or the sentence goes on in lower case, and a paragraph's end before an indented line or a list's item.
    A text that is not wrapped may hold blocks that are. A word that a hyphen breaks is whole again in any text.
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
    """The `paragraphs` of each text."""
    for text, is_tidy in _seen_together(texts):
        lines = text.removesuffix("\n").split("\n")
        yield _cut(text, lines, lines) if is_tidy else paragraphs(text)


def _seen_together(texts: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each text, and whether it is known to hold nothing to mend, as most do: seen for many short ones at a time."""
    first = size = 0
    for last, text in enumerate([*texts, ""]):
        if last > first and (size + len(text) > _AT_ONCE or last == len(texts)):
            some = texts[first:last]
            yield from zip(some, _are_tidy(some) if size <= _AT_ONCE else [False], strict=True)
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
        return _by_block(raw, lines)
    ended = [_has_ended(line) for line in lines]
    if not any(above and line and not end for above, line, end in zip(lines, lines[1:], ended, strict=False)):
        return _whole_lines(lines)
    is_wide = not text.isascii() and _STARTS_WIDE.search(text) is not None
    widths = [_columns(line) for line in lines] if is_wide else list(map(len, lines))
    width = _usual_width(widths)
    if not _is_wrapped(lines, ended, widths, width):
        return _by_block(raw, lines)
    seen = _words_for_hyphens(lines)
    han_space = is_wide and spaces_han_from_latin(text)
    groups = _groups(raw, lines, ended, widths, width, apart="" in lines)
    return [join_lines(group, seen, han_space=han_space) for group in groups]


def _by_block(raw: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The paragraphs of a text that is not wrapped as a whole: what stands between blank lines is looked at alone."""
    if "" not in lines:
        return _whole_lines(lines)
    is_filled = list(map(bool, lines))
    if not any(map(and_, is_filled, is_filled[1:])):
        return [line for line in lines if line]
    found: list[str] = []
    seen = _words_for_hyphens(lines)
    blanks = [-1, *(i for i, line in enumerate(lines) if not line), len(lines)]
    for blank, end in pairwise(blanks):
        if end - blank > 1:
            found += _of_block(raw[blank + 1 : end], lines[blank + 1 : end], seen)
    return found


def _of_block(raw: Sequence[str], lines: Sequence[str], seen: Mapping[str, int]) -> list[str]:
    """The paragraphs of lines without a blank one among them, in a text that has blank lines."""
    if len(lines) > 1 and max(map(len, lines)) <= _LONG and _has_ended(lines[-1]):
        ended = [_has_ended(line) for line in lines]
        widths = [_columns(line) for line in lines]
        width = max(widths)  # not that of nine tenths: the lines are few
        if _is_wrapped_block(lines, ended, widths, width):
            return [join_lines(group, seen) for group in _groups(raw, lines, ended, widths, width, apart=True)]
    return _whole_lines(lines, seen, apart=True)


def _whole_lines(lines: Sequence[str], seen: Mapping[str, int] | None = None, *, apart: bool = False) -> list[str]:
    """Each line a paragraph, but for those that visibly go on: after an opening bracket or a comma, or inside a word.

    ``seen``: the text's words, if counted. ``apart``: blank lines separate its paragraphs, so Chinese goes on too.
    """
    found: list[str] = []
    groups: dict[int, list[str]] = {}
    above = ""
    prose = 0  # the number of the last paragraph that is known to be running text
    for line in lines:
        # Few lines end or begin with one of these: what follows is asked of no others.
        if above and line and (above[-1] in _MAY_GO_ON or line[0] in _CLOSE or apart):
            if apart and _is_prose(above):
                prose = len(found)
            if _visibly_goes_on(above, line) or (prose == len(found) and _is_han_cut(above, line)):
                groups.setdefault(len(found) - 1, [above]).append(line)
            else:
                found.append(line)
        elif line:
            found.append(line)
        above = line
    if not groups:
        return found
    if seen is None and any(line[-1] in _HYPHENS for group in groups.values() for line in group):
        seen = count_words(lines)
    for i, group in groups.items():
        found[i] = join_lines(group, seen or {})
    return found


def _words_for_hyphens(lines: Sequence[str]) -> Mapping[str, int]:
    """The words that judge a text's hyphens at line ends, if it has any."""
    return count_words(lines) if any(line and line[-1] in _HYPHENS for line in lines) else {}


def _visibly_goes_on(above: str, line: str) -> bool:
    """Whether a line goes on with the one above, whatever text they stand in."""
    if above[-1] in _OPEN or line[0] in _CLOSE:
        return True
    if not line[0].islower() or above[-1] not in _HYPHENS:
        return above[-1] == "," and line[0].islower()
    return above[-2:-1].isalpha() and above[above.rfind(" ") + 1] not in _HYPHENS  # not a name between dashes, -Wuhan-


def _is_prose(line: str) -> bool:
    """Whether a Chinese line is running text: a heading holds neither a full stop nor two commas."""
    return "。" in line or line.count("，") > 1


def _is_han_cut(above: str, line: str) -> bool:
    """Whether a Chinese sentence breaks off between two characters; in a text without blank lines it may have ended."""
    return _HAN_HAN.match(f"{above[-1]}\n{line[0]}") is not None and not _ITEM.match(line)


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


def _is_wrapped_block(lines: Sequence[str], ended: Sequence[bool], widths: Sequence[int], width: int) -> bool:
    """Whether a few lines alone are wrapped: those that go on are full, and some break off inside a sentence for sure.

    Verses begin in capitals or are narrow, items of a list differ in length. A heading above its text is one break
    between Chinese characters; two full lines are more than chance.
    """
    if not _NARROW_HAN <= width <= _LONG or not _is_wrapped(lines, ended, widths, width):
        return False
    unended = [i for i in range(len(lines) - 1) if not ended[i]]
    full = [i for i in unended if widths[i] + _first_width(lines[i + 1]) >= _ROOM * width]
    if 3 * len(full) < 2 * len(unended):
        return False
    if width >= _NARROW and any(lines[i + 1][0].islower() or _LEADS_ON.search(lines[i]) for i in full):
        return True
    cut = [i for i in full if _is_han_cut(lines[i], lines[i + 1])]
    return len(cut) > 1 and any("，" in line for line in lines)


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
    raw: Sequence[str], lines: Sequence[str], ended: Sequence[bool], widths: Sequence[int], width: int, *, apart: bool
) -> Iterator[list[str]]:
    """The lines of each paragraph of a wrapped text; `_whole_lines` says what ``apart`` is."""
    indents = [len(line) - len(line.lstrip()) if line[:1].isspace() else 0 for line in raw]
    group: list[str] = []
    is_prose = False
    for i, line in enumerate(lines):
        above, is_indented = lines[i - 1], indents[i] > indents[i - 1]
        is_prose = apart and bool(group) and (is_prose or _is_prose(above))
        is_cut = is_prose and bool(line) and not is_indented and _is_han_cut(above, line)
        begins = not line or (
            bool(group)
            and not is_cut
            and _starts_paragraph(above, line, widths[i - 1], width, has_ended=ended[i - 1], is_indented=is_indented)
        )
        if group and begins:
            yield group
            group = []
            is_prose = False
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
