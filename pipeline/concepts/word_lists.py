"""A study's own lists of Chinese words, which are held whole as the lexicon's terms are but count for no concept.

They are written as jieba's user dictionaries: a word a line, behind it a frequency and a tag where one likes. The
frequency is read over: a word of a list is whole wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.concepts.lexicon import plain
from pipeline.errors import StudyError, Unreadable
from pipeline.ingest.encodings import decode

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

_LINE = re.compile(r"(?P<word>.+?)(?:\s+\d+)?(?:\s+(?P<tag>[a-z][a-z0-9]*))?")
"""As jieba reads a line (its ``re_userdict``), tabs and several spaces allowed."""
_NO_WORD = re.compile(r".*[\u3400-\u9fff]\s+[^\u3400-\u9fff]+$|.*\s[+-]?\d*[.,]?\d+$")
"""What is left in front of the tag where the frequency is no whole number, or where there are more columns."""
_COMMENT = re.compile(r"(?:^|\s)#.*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_UNWRITTEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control and format characters (zero-width ones, marks of direction), surrogates, separators: no passage has them."""


@dataclass(frozen=True, slots=True)
class ListWord:
    """A word of a list."""

    form: str
    """As it is looked for: see `pipeline.concepts.lexicon.plain`."""
    tag: str | None
    written: str
    where: str
    """File and line: ``names.txt, line 3``."""


def load_words(study: Study) -> tuple[ListWord, ...]:
    """The words of all of a study's lists, in order; words that stand twice are there twice.

    Raises:
        StudyError: a list is missing, cannot be decoded, or has a line that cannot be read.
    """
    return tuple(word for path in study.word_lists for word in _read(path))


def distinct(words: tuple[ListWord, ...]) -> dict[str, str | None]:
    """What is looked for, with its tag: each form once, those that can be found; the first tag given counts."""
    found: dict[str, str | None] = {}
    for word in words:
        if can_match(word.form):
            found[word.form] = found.get(word.form) or word.tag
    return found


def can_match(form: str) -> bool:
    """Whether a passage can hold a form as a word: it has a letter or digit, and nothing that no passage has."""
    return any(map(str.isalnum, form)) and not any(unicodedata.category(character) in _UNWRITTEN for character in form)


def _read(path: Path) -> list[ListWord]:
    try:
        text, encoding = decode(path.read_bytes(), declared="gb18030")
    except FileNotFoundError:
        raise StudyError(f"{path}: there is no such file; [chinese] words names it") from None
    except Unreadable as problem:
        raise StudyError(f"{path}: cannot be read as text ({problem}); save it as UTF-8") from None
    words: list[ListWord] = []
    for number, line in enumerate(_LINE_END.split(text), 1):
        entry = _COMMENT.sub("", line).strip()
        if not entry:
            continue
        if "\ufffd" in entry:
            raise StudyError(f"{path}, line {number}: not all of {entry!r} is {encoding}; save the list as UTF-8")
        match = _LINE.fullmatch(entry)
        if match is None or _NO_WORD.match(match["word"]):
            raise StudyError(
                f"{path}, line {number}: cannot read {entry!r}; a line is a word, then a frequency (a whole number) "
                f"and a tag (small letters) if wanted: 杜伊斯堡 3 ns"
            )
        written = match["word"]
        words.append(ListWord(plain(written, "zh"), match["tag"], written, f"{path.name}, line {number}"))
    return words
