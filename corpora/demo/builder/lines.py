"""Paragraphs broken into lines: German and English at spaces and with hyphens, Chinese between characters.

A footnote's mark inside a text is one private-use character, `MARK` and its number, so that it stays with its word.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyphen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MARK = 0xE000
_MARKS = "\ue001-\ue0ff"
_CLOSERS = f"，。、；：？！）》〉」』】”’％%…—·{_MARKS}"
_OPENERS = "（《〈「『【“‘"
_NARROW = r"[^\W\u2e80-\uffff]"
# One Han character, a whole Latin word or a number, or a sign, with the punctuation that must not leave it.
_CHINESE = re.compile(rf"[{_OPENERS}]*(?:{_NARROW}+(?:[-./:&+]{_NARROW}+)*|[^{_CLOSERS}])[{_CLOSERS},.;:)]*")
_WORD = re.compile(r"[^\W\d_]{6,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """What no line end may cut."""

    text: str
    joint: str
    """Follows the piece inside a line: a space or nothing."""
    hyphen: str = ""
    """Follows the piece at a line's end."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph."""

    text: str
    last: bool
    """The paragraph's last line is not spread."""


def split_pieces(text: str, language: str, *, hyphens: bool = True) -> list[Piece]:
    """Cut a text at the places where a line may end."""
    if language == "zh":
        return [Piece(text[m.start() : m.end()].strip(" "), " " if m[0].endswith(" ") else "") for m in _cut(text)]
    words = text.split(" ")
    return (
        [piece for word in words for piece in _split_word(word, language)]
        if hyphens
        else [Piece(word, " ") for word in words]
    )


def break_lines(
    pieces: Sequence[Piece], width: float, measure: Callable[[str], float], indent: float = 0.0
) -> list[Line]:
    """Fill lines of ``width`` (in the units of ``measure``), each with as many pieces as it holds, the first indented.

    Raises:
        ValueError: A piece is wider than a line.
    """
    lines: list[Line] = []
    start = 0
    while start < len(pieces):
        text, end, held = "", start, ""
        room = width if lines else width - indent
        while end < len(pieces):
            piece = pieces[end]
            if measure(text + piece.text + piece.hyphen) <= room:
                held, cut = text + piece.text + piece.hyphen, end + 1
            elif measure(text + piece.text) > room:
                break
            text += piece.text + piece.joint
            end += 1
        if not held:
            raise ValueError(f"no line holds {pieces[start].text!r}")
        start = cut
        lines.append(Line(held, start == len(pieces)))
    return lines


def _cut(text: str) -> list[re.Match[str]]:
    found = list(re.finditer(rf"(?:^[{_CLOSERS}]+|{_CHINESE.pattern}) ?", text))
    assert "".join(match[0] for match in found) == text, text
    return found


def _split_word(word: str, language: str) -> list[Piece]:
    cuts: dict[int, str] = {}
    for letters in _WORD.finditer(word):
        inner = [at for at in _hyphenator(language).positions(letters[0]) if 2 < at < len(letters[0]) - 2]
        cuts |= {letters.start() + at: "-" for at in inner}
    cuts |= {sign.end(): "" for sign in re.finditer(r"[^\W\d]-(?=[^\W\d]{3})", word)}
    ends = [*sorted(cuts), len(word)]
    starts = [0, *ends[:-1]]
    return [
        Piece(word[start:end], " " if end == len(word) else "", cuts.get(end, ""))
        for start, end in zip(starts, ends, strict=True)
    ]


@functools.cache
def _hyphenator(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang={"de": "de_DE", "en": "en_US"}[language])
