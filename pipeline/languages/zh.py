"""Chinese: jieba's dictionary and algorithm through its fast implementation; the folded form is the lemma.

Numbers, years and foreign names that jieba breaks are joined again (`pipeline.languages.joins`).

What is cut is the folded text (Simplified, ordinary width), so that Traditional texts are cut as well as others; the
tokens keep the characters of the text. The lexicon's terms are held whole afterwards, by `pipeline.concepts.hold`.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.languages import han, joins
from pipeline.languages.cuts import Cuts, are_words, number_by_first_appearance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Lengths = NDArray[np.int32]  # Arrow's offsets in a text have no more bits either

__all__ = ["MODULES", "TOOLS", "VERSION", "are_words", "cut", "cut_by", "lemmatize", "split_compounds", "tag"]

MODULES = ("pipeline.languages.zh", "pipeline.languages.han", "pipeline.languages.joins", "pipeline.languages.cuts")
"""Our modules whose code shapes the words."""
TOOLS = ("rjieba", "opencc")
"""The packages that do."""
VERSION = f"rjieba {version('rjieba')}; {han.VERSION}"
"""The packages that shape the words."""
_AT_ONCE = 100_000
"""Characters, at least, that are handed to the segmenter together, for so small a text is a call of its own dear."""
_LONGER_FROM = (0x80, 0x800, 0x10000)
"""The code points from which on UTF-8 takes a byte more."""


def cut(texts: Sequence[str]) -> Cuts:
    """Cut Chinese texts into words; whitespace is left out.

    Args:
        texts: Passages, a few MB at once, without lone surrogates.
    """
    import rjieba

    return cut_by(texts, rjieba.cut, _tag_of)


@lru_cache(1 << 16)
def _tag_of(word: str) -> str | None:
    """The tag of a word of the dictionary; the same names come back in every batch."""
    import rjieba

    return str(rjieba.tag(word)[0][1]) if rjieba.has_word(word) else None


def cut_by(
    texts: Sequence[str], segment: Callable[[str], list[str]], tag_of: Callable[[str], str | None] | None = None
) -> Cuts:
    """Cut Chinese texts by a segmenter.

    Args:
        texts: Passages, a few MB at once, without lone surrogates.
        segment: Gives the words of folded texts that stand in lines; joined they are the text, and what stands in one
            line does not depend on the others.
        tag_of: The tag of a word that the segmenter's dictionary has; given, pieces of foreign names are joined.
    """
    text = "\n".join(texts)
    codes = han.to_codes(text)
    folded_codes = han.fold_table()[codes]
    folded = han.to_text(folded_codes)
    length = _lengths(folded, segment)
    end = np.cumsum(length, dtype=np.int32)
    byte, data = _byte_offsets(folded_codes), pa.py_buffer(folded.encode())
    del folded
    ids, forms = _encode(byte, data, end)
    kept = ~_is_space(forms, ids, folded_codes[end - length])
    ids = ids[kept]
    end = end[kept]
    length = length[kept]
    begin = end - length
    near = np.zeros(len(ids), dtype=np.bool_)
    near[1:] = begin[1:] == end[:-1]  # never in two texts: a line break stands between them
    run = joins.Run(forms, ids, begin, length, near)
    glued = joins.join_numbers(run, codes)
    if tag_of is not None:
        glued |= joins.join_names(run, tag_of)
    if glued.any():
        first = np.flatnonzero(~glued)
        end = np.append(end[first[1:] - 1], end[-1])
        ids, begin = ids[first], begin[first]
        joined = np.flatnonzero(end - begin != length[first])
        length = end - begin
        ids, forms = _renumber(ids, forms, joined, _slices(byte, data, begin[joined], end[joined]))
    if not np.array_equal(codes, folded_codes):
        upto = np.zeros(len(codes) + 1, np.int32)
        np.cumsum(codes != folded_codes, out=upto[1:])
        touched = np.flatnonzero(upto[end] > upto[begin])
        byte, data = _byte_offsets(codes), pa.py_buffer(text.encode())
        ids, forms = _renumber(ids, forms, touched, _slices(byte, data, begin[touched], end[touched]))
    form, order = number_by_first_appearance(ids, len(forms))
    size = np.fromiter(map(len, texts), np.int64, count=len(texts)) + 1
    offset = np.cumsum(size) - size
    passage = np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(begin, offset), append=len(begin)))
    return Cuts(
        passage=passage,
        start=begin - offset[passage],
        length=length.astype(np.int64),
        form=form,
        forms=forms.take(pa.array(order)).to_pylist(),
    )


def lemmatize(forms: Sequence[str]) -> list[str]:
    """The lemma of each form: Simplified characters, ordinary width, no space between Chinese characters."""
    folded = han.fold("".join(forms))
    ends = list(accumulate(map(len, forms)))
    lemmas = [folded[end - len(form) : end] for form, end in zip(forms, ends, strict=True)]
    return [lemma if lemma.isalnum() else han.join_runs(lemma) for lemma in lemmas]


def split_compounds(forms: Sequence[str], lemmas: Sequence[str]) -> list[tuple[str, ...]]:  # noqa: ARG001 - one interface
    """No parts: Chinese words are not split further."""
    return [()] * len(forms)


def tag(forms: Sequence[str], lemmas: Sequence[str]) -> list[str | None]:  # noqa: ARG001 - one interface
    """The word class of each folded form in jieba's tagset (that of PKU); None of what jieba sees several words in."""
    import rjieba

    found = map(rjieba.tag, lemmas)
    return [words[0][1] if len(words) == 1 else None for words in found]


def _lengths(folded: str, segment: Callable[[str], list[str]]) -> Lengths:
    """The code points in each word of a text, cut some lines at a time: words are then freed while they are at hand."""
    found: list[Lengths] = []
    start = 0
    while start < len(folded):
        line_end = folded.find("\n", start + _AT_ONCE)
        end = line_end if line_end >= 0 else len(folded)
        words = segment(folded[start:end])
        found.append(np.fromiter(map(len, words), np.int32, count=len(words)))
        start = end
    return np.concatenate([np.empty(0, np.int32), *found])


def _is_space(forms: pa.StringArray, ids: Ints, first: han.Codes) -> NDArray[np.bool_]:
    """Which tokens are whitespace.

    Args:
        forms: Distinct forms.
        ids: Index into ``forms`` of each token.
        first: Its first code point.
    """
    blank = np.zeros(len(forms), np.bool_)
    begin_so = np.unique(ids[han.is_space_table()[first]])  # few, whose forms are looked at
    blank[begin_so] = [form.isspace() for form in forms.take(pa.array(begin_so)).to_pylist()]
    is_space: NDArray[np.bool_] = blank[ids]
    return is_space


def _byte_offsets(codes: han.Codes) -> Lengths:
    """The bytes in UTF-8 before each code point of a text, and in all of it."""
    offsets = np.zeros(len(codes) + 1, np.int32)
    width = np.ones(len(codes), np.uint8)
    for first in _LONGER_FROM:
        width += codes >= first
    np.cumsum(width, dtype=np.int32, out=offsets[1:])
    return offsets


def _encode(byte: Lengths, data: pa.Buffer, end: Lengths) -> tuple[Ints, pa.StringArray]:
    """What stands before each of these ends of a text, from the end before: indices into distinct forms."""
    bounds = np.zeros(len(end) + 1, np.int32)
    bounds[1:] = byte[end]
    encoded = pa.StringArray.from_buffers(len(end), pa.py_buffer(bounds), data).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary


def _slices(byte: Lengths, data: pa.Buffer, begin: Lengths, end: Lengths) -> pa.StringArray:
    """Parts of a text, in order and none over another.

    Args:
        byte: What `_byte_offsets` says of the text.
        data: The text in UTF-8.
        begin: Code points before each part.
        end: Code points before what follows it.
    """
    bounds = byte[np.stack([begin, end], axis=1).ravel()]
    with_gaps = pa.StringArray.from_buffers(max(len(bounds) - 1, 0), pa.py_buffer(bounds), data)
    return with_gaps.take(pa.array(np.arange(0, len(with_gaps), 2)))


def _renumber(ids: Ints, forms: pa.StringArray, which: Ints, spelt: pa.StringArray) -> tuple[Ints, pa.StringArray]:
    """Give some tokens other forms.

    Args:
        ids: Index into ``forms`` of each token, int64.
        forms: Distinct forms.
        which: The tokens, indices.
        spelt: The form of each.

    Returns:
        ``ids`` and ``forms`` anew.
    """
    encoded = spelt.dictionary_encode()
    place = pc.index_in(encoded.dictionary, value_set=forms)
    is_new = place.is_null().to_numpy(zero_copy_only=False)
    number = place.fill_null(0).to_numpy().astype(np.int64)
    number[is_new] = len(forms) + np.arange(np.count_nonzero(is_new))
    ids = ids.copy()
    ids[which] = number[encoded.indices.to_numpy()]
    return ids, pa.concat_arrays([forms, encoded.dictionary.filter(pa.array(is_new))])
