"""Chinese: jieba's dictionary and algorithm through its fast implementation; the folded form is the lemma.

Numbers, years and foreign names that jieba breaks are joined again (`pipeline.languages.joins`).

What is cut is the folded text (Simplified, ordinary width), so that Traditional texts are cut as well as others; the
tokens keep the characters of the text. The lexicon's terms are held whole afterwards, by `pipeline.concepts.hold`.
"""

from __future__ import annotations

from importlib.metadata import version
from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.languages import han, joins
from pipeline.languages.cuts import Cuts, are_words, number_by_first_appearance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["MODULES", "TOOLS", "VERSION", "are_words", "cut", "cut_by", "lemmatize", "split_compounds", "tag"]

MODULES = ("pipeline.languages.zh", "pipeline.languages.han", "pipeline.languages.joins", "pipeline.languages.cuts")
"""Our modules whose code shapes the words."""
TOOLS = ("rjieba", "opencc")
"""The packages that do."""
VERSION = f"rjieba {version('rjieba')}; {han.VERSION}"
"""The packages that shape the words."""


def cut(texts: Sequence[str]) -> Cuts:
    """Cut Chinese texts into words; whitespace is left out.

    Args:
        texts: Passages, a few MB at once, without lone surrogates.
    """
    import rjieba

    def tag_of(word: str) -> str | None:
        return str(rjieba.tag(word)[0][1]) if rjieba.has_word(word) else None

    return cut_by(texts, rjieba.cut, tag_of)


def cut_by(
    texts: Sequence[str], segment: Callable[[str], list[str]], tag_of: Callable[[str], str | None] | None = None
) -> Cuts:
    """Cut Chinese texts by a segmenter.

    Args:
        texts: Passages, a few MB at once, without lone surrogates.
        segment: Gives the words of a folded text; joined they are the text.
        tag_of: The tag of a word that the segmenter's dictionary has; given, pieces of foreign names are joined.
    """
    codes = han.to_codes("".join(texts))
    folded_codes = han.fold_table()[codes]
    folded = han.to_text(folded_codes)
    lengths = np.fromiter(map(len, texts), np.int64, count=len(texts))
    ends = np.cumsum(lengths)
    bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    words = [segment(folded[start:end]) for start, end in bounds]
    counts = np.fromiter(map(len, words), np.int64, count=len(words))
    encoded = pa.array(chain.from_iterable(words), pa.string(), size=int(counts.sum())).dictionary_encode()
    del words
    size = pc.utf8_length(encoded.dictionary).to_numpy(zero_copy_only=False).astype(np.int64)
    is_space = np.asarray([form.isspace() for form in encoded.dictionary.to_pylist()], dtype=np.bool_)
    ids = encoded.indices.to_numpy().astype(np.int64)
    length = size[ids]
    begin = np.cumsum(length) - length
    passage = np.repeat(np.arange(len(texts)), counts)
    kept = ~is_space[ids]
    ids, begin, length, passage = ids[kept], begin[kept], length[kept], passage[kept]
    near = np.zeros(len(ids), dtype=np.bool_)
    near[1:] = (begin[1:] == (begin + length)[:-1]) & (passage[1:] == passage[:-1])
    run = joins.Run(encoded.dictionary, ids, begin, length, near)
    glued = joins.join_numbers(run, codes)
    if tag_of is not None:
        glued |= joins.join_names(run, tag_of)
    forms = encoded.dictionary.to_pylist()
    if glued.any():
        first = np.flatnonzero(~glued)
        end = np.append((begin + length)[first[1:] - 1], begin[-1] + length[-1])
        is_new = end - begin[first] != length[first]
        ids, begin, length, passage = ids[first], begin[first], end - begin[first], passage[first]
        ids, forms = _renumber(ids, forms, np.flatnonzero(is_new), (begin, length), folded)
    if not np.array_equal(codes, folded_codes):
        changed, text = codes != folded_codes, "".join(texts)
        upto = np.concatenate([[0], np.cumsum(changed)])
        touched = np.flatnonzero(upto[begin + length] > upto[begin])
        ids, forms = _renumber(ids, forms, touched, (begin, length), text)
    form, order = number_by_first_appearance(ids, len(forms))
    return Cuts(
        passage=passage,
        start=begin - (ends - lengths)[passage],
        length=length,
        form=form,
        forms=[forms[index] for index in order],
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


def _renumber(
    ids: np.ndarray, forms: list[str], which: np.ndarray, spans: tuple[np.ndarray, np.ndarray], text: str
) -> tuple[np.ndarray, list[str]]:
    """Read the forms of some tokens from a text.

    Args:
        ids: Index into ``forms`` of each token, int64.
        forms: Distinct forms.
        which: The tokens, indices.
        spans: Code points before each token of the text, and its length in code points.
        text: The text.

    Returns:
        ``ids`` and ``forms`` anew.
    """
    number = {form: index for index, form in enumerate(forms)}
    places = zip(spans[0][which].tolist(), spans[1][which].tolist(), strict=True)
    ids = ids.copy()
    ids[which] = [number.setdefault(text[at : at + size], len(number)) for at, size in places]
    return ids, list(number)
