"""Terms in passages of another language: glosses such as 城市外交 in a German sentence, which count nowhere."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts.characters import find_in_characters
from pipeline.concepts.lexicon import plain
from pipeline.concepts.spans import resolve
from pipeline.store import corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.records import Term

_HAN = r"\p{Han}"


def count_glosses(folder: Path, terms: Sequence[Term], counted: NDArray[np.bool_]) -> dict[tuple[str, str, str], int]:
    """How often terms stand, in the form that the lexicon has, in passages of another language.

    A form that the lexicon has in the passage's language too is a mention there. Regular expressions are left out.

    Args:
        folder: The corpus.
        terms: The lexicon's terms.
        counted: Whether each passage counts.

    Returns:
        By form, its language and the passages' language; the most frequent first.
    """
    found: Counter[tuple[str, str, str]] = Counter()
    bounds = corpus.batch_bounds(folder)
    for batch, first in enumerate(bounds[:-1]):
        passages = corpus.read_batch(folder, batch, ["language", "text"])
        passages = passages.filter(pa.array(counted[first : bounds[batch + 1]]))
        for code in passages["language"].unique().to_pylist():
            own = passages["text"].filter(pc.equal(passages["language"], code))
            known = {plain(term.form, code) for term in terms if term.language == code}
            places = _find(own, [term for term in terms if term.match != "regex"], code)
            found.update((t.form, t.language, code) for t in places if plain(t.form, t.language) not in known)
    return dict(found.most_common())


def _find(texts: pa.ChunkedArray, terms: Sequence[Term], language: str) -> list[Term]:
    """The term of each place at which one stands in some passages that hold one of another language.

    Of terms that lie in each other the longest: 外交 in 民间外交 is no gloss where 民间外交 is a term of the language.
    """
    foreign = [term for term in terms if term.language != language]
    if not foreign:
        return []
    others = {re.escape(plain(term.form, term.language)) for term in foreign if term.language != "zh"}
    sieve = "|".join([*sorted(others), *([_HAN] if any(term.language == "zh" for term in foreign) else [])])
    some = texts.filter(pc.match_substring_regex(texts, sieve)).to_pylist()
    terms = sorted(terms, key=lambda term: term.language != language)  # of forms written alike the first counts
    found = resolve(*find_in_characters(some, terms), np.array([len(plain(t.form, "zh")) for t in terms], np.int64))
    return [terms[i] for i in found.spans.term[found.inside < 0].tolist()]
