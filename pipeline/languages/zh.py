"""Chinese: jieba's dictionary and algorithm through its fast implementation; the folded form is the lemma.

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

from pipeline.languages import han
from pipeline.languages.cuts import Cuts, are_words, number_by_first_appearance

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MODULES", "TOOLS", "VERSION", "are_words", "cut", "lemmatize", "split_compounds"]

MODULES = ("pipeline.languages.zh", "pipeline.languages.han", "pipeline.languages.cuts")
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

    codes = han.to_codes("".join(texts))
    folded_codes = han.fold_table()[codes]
    folded = han.to_text(folded_codes)
    lengths = np.fromiter(map(len, texts), np.int64, count=len(texts))
    ends = np.cumsum(lengths)
    bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    words = [rjieba.cut(folded[start:end]) for start, end in bounds]
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
    forms = encoded.dictionary.to_pylist()
    if not np.array_equal(codes, folded_codes):
        changed, text = codes != folded_codes, "".join(texts)
        ids, forms = _forms_as_written(ids, forms, begin, length, changed=changed, text=text)
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


def _forms_as_written(
    ids: np.ndarray, forms: list[str], begin: np.ndarray, length: np.ndarray, *, changed: np.ndarray, text: str
) -> tuple[np.ndarray, list[str]]:
    """Give each token over a folded character its own form back.

    Args:
        ids: Index into ``forms`` of each token, int64.
        forms: Distinct folded forms.
        begin: Code points before each token, int64.
        length: Code points of each token, int64.
        changed: Whether the fold changed each code point of the text.
        text: The text as written.
    """
    upto = np.concatenate([[0], np.cumsum(changed)])
    touched = np.flatnonzero(upto[begin + length] > upto[begin])
    number = {form: index for index, form in enumerate(forms)}
    spans = zip(begin[touched].tolist(), length[touched].tolist(), strict=True)
    ids = ids.copy()
    ids[touched] = [number.setdefault(text[at : at + size], len(number)) for at, size in spans]
    return ids, list(number)
