"""Stop words: the packaged lists, or those that the study names, and which types they are.

A list is a text file in UTF-8 with one word a line; what follows ``#`` is a comment. The packaged ones hold the closed
classes of each grammar and say at their end what other lists hold and these do not.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import StudyError
from pipeline.languages import han

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.study import Study

_FOLDER = Path(__file__).with_suffix("")
_NOUNS = ("NN", "NE")


def stop_word_file(study: Study, language: str) -> Path:
    """The list of a language: the study's own, or the packaged one. A stage that uses it names it among its reads."""
    own: str | None = getattr(study.stop_words, language)
    return study.resolve(own) if own is not None else _FOLDER / f"{language}.txt"


def read_stop_words(study: Study, language: str) -> frozenset[str]:
    """The stop words of a language, folded by `fold`.

    Raises:
        StudyError: as `read_list`.
    """
    return frozenset(fold(word, language) for word in read_list(stop_word_file(study, language)))


def read_list(path: Path) -> list[str]:
    """The words of a list as they are written, in order, each once.

    Raises:
        StudyError: the file cannot be read, or a line holds several words or none that has a letter.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise StudyError(f"{path}: {problem.strerror}; a list of stop words is a text file") from None
    except UnicodeDecodeError as problem:
        broken = path.read_bytes()[: problem.start].count(b"\n") + 1
        raise StudyError(f"{path}: line {broken}: no UTF-8; save the list as UTF-8") from None
    found: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if len(words) > 1:
            raise StudyError(f"{path}: line {number}: {len(words)} words; a line holds one, and a comment behind #")
        if words and not any(map(str.isalnum, words[0])):
            raise StudyError(f"{path}: line {number}: {words[0]!r} has no letter; only words are stop words")
        found |= dict.fromkeys(words)
    return list(found)


def fold(word: str, language: str) -> str:
    """A word as stop words are compared.

    Chinese in Simplified characters of ordinary width; else ß as ss, ’ as ', and all letters small, but for the initial
    of a German word that is written with a capital: such an entry is a noun.
    """
    if language == "zh":
        return han.fold(word).lower()
    small = unicodedata.normalize("NFC", word).replace("’", "'").lower().replace("ß", "ss")
    return small[0].upper() + small[1:] if language == "de" and word[0].isupper() and not word.isupper() else small


def stop_types(types: pa.Table, study: Study) -> NDArray[np.bool_]:
    """Whether each type is a stop word: its form or its lemma stands in the list of its language.

    A German noun or name (by its tag) is one only where the list has it with a capital: ``würde`` does not take Würde.

    Args:
        types: The columns ``language form lemma tag``, as of ``types.parquet``.
        study: Names the lists.

    Returns:
        One flag a row. Types of languages that the study does not analyse are none.

    Raises:
        StudyError: a list cannot be read.
    """
    stops = np.zeros(len(types), np.bool_)
    capital = _flags(pc.utf8_is_upper(pc.utf8_slice_codeunits(types["form"], 0, 1)))
    noun = _flags(pc.is_in(types["tag"], pa.array(_NOUNS)))
    keys = [_keys(types[name]) for name in ("form", "lemma")]
    for code in study.languages:
        words = read_stop_words(study, code)
        own = _flags(pc.equal(types["language"], code))
        nouns = {word.lower() for word in words if word[0].isupper()} if code == "de" else set()
        found = np.logical_or(*(_in(key, words) for key in keys))
        if code == "de":
            found = (found & ~(noun & capital)) | (capital & np.logical_or(*(_in(key, nouns) for key in keys)))
        stops |= own & found
    return stops


def _keys(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """What `fold` makes of forms and lemmas, all letters small; the Chinese lemma is folded already."""
    return pc.replace_substring(pc.replace_substring(pc.utf8_lower(column), "ß", "ss"), "’", "'")


def _in(keys: pa.ChunkedArray, words: frozenset[str] | set[str]) -> NDArray[np.bool_]:
    return _flags(pc.is_in(keys, pa.array(sorted(words), pa.string())))


def _flags(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = pc.fill_null(column, fill_value=False).to_numpy().astype(np.bool_)
    return flags
