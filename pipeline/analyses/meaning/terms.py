"""For a concept's terms in one language the nearest words of the corpus in the other: for the user to judge.

Words and multi-word terms are compared by themselves, as vectors without context. A word's nearness to a concept is
that to the nearest of its terms, by CSLS on centred vectors (`matching`); docs/bilingual.md has what is found of terms
that are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.analyses.meaning.matching import NEIGHBOURS, centre
from pipeline.concepts.lexicon import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.meaning.topic_pairs import Encode
    from pipeline.records import Concept

    Floats = NDArray[np.float64]

MOST = 10
"""Candidates of a concept in a language."""

TERM_CANDIDATES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("term", pa.string()), ("candidate_language", pa.string()),
        ("candidate", pa.string()), ("similarity", pa.float64()), ("frequency", pa.int64()), ("documents", pa.int64()),
        ("rank", pa.int64()), ("known_as", pa.string()),
    ]
)  # fmt: skip


class Words(NamedTuple):
    """The words and multi-word terms of one language that may be candidates."""

    texts: Sequence[str]
    """Lemmas; the words of a term of several stand apart by a space, in Chinese by nothing."""
    frequency: Sequence[int]
    documents: Sequence[int]


def term_candidates(
    concepts: Sequence[Concept], words: Mapping[str, Words], encode: Encode, most: int = MOST
) -> pa.Table:
    """The nearest words of each other language for each concept that has terms in one.

    Args:
        concepts: The lexicon's.
        words: What may be a candidate, by language; other languages are left out.
        encode: From texts to unit vectors (`kept.encode_kept`).
        most: Candidates of a concept in a language.

    Returns:
        The table `TERM_CANDIDATES`: by concept and pair of languages, the nearest first. ``similarity`` is the cosine
        of the centred vectors of ``term`` and ``candidate``, ``known_as`` the concept that has the candidate as a term.
    """
    vectors = {code: encode(list(own.texts)) for code, own in words.items()}
    owner = {
        (term.language, plain(term.form, term.language)): concept.id for concept in concepts for term in concept.terms
    }
    rows: list[dict[str, Any]] = []
    for code in words:
        terms = [t for c in concepts for t in c.terms if t.language == code and t.match != "regex"]
        of_terms = centre(encode([term.form for term in terms]), vectors[code])
        of_language = centre(vectors[code])
        for other in words:
            if other == code or not terms or not len(words[other].texts):
                continue
            candidates = centre(vectors[other])
            cosines = of_terms @ candidates.T
            # Of one row the first term is the same everywhere, but a concept's terms are rows that are compared.
            scores = 2 * cosines - _near(of_terms, candidates)[:, None] - _near(candidates, of_language)
            for concept in concepts:
                mine = np.array([i for i, term in enumerate(terms) if term.concept == concept.id], np.int64)
                if not len(mine):
                    continue
                best = mine[scores[mine].argmax(axis=0)]
                order = np.argsort(-scores[best, np.arange(len(best))], kind="stable")[:most]
                for rank, i in enumerate(order.tolist(), start=1):
                    word = words[other].texts[i]
                    rows.append(
                        {
                            "concept": concept.id, "language": code, "term": terms[best[i]].form,
                            "candidate_language": other, "candidate": word,
                            "similarity": round(float(cosines[best[i], i]), 6),
                            "frequency": int(words[other].frequency[i]), "documents": int(words[other].documents[i]),
                            "rank": rank, "known_as": owner.get((other, plain(word, other))),
                        }
                    )  # fmt: skip
    return pa.Table.from_pylist(sorted(rows, key=lambda row: _order(concepts, row)), TERM_CANDIDATES)


def _order(concepts: Sequence[Concept], row: Mapping[str, Any]) -> tuple[int, str, str, int]:
    number = next(i for i, concept in enumerate(concepts) if concept.id == row["concept"])
    return (number, row["language"], row["candidate_language"], row["rank"])


def _near(of: Floats, others: Floats) -> Floats:
    """The mean of each row's largest cosines with the other side (r of CSLS), by blocks; 0 where there is no other."""
    number = min(NEIGHBOURS, len(others))
    means = np.zeros(len(of))
    for at in range(0, len(of) if number else 0, 2_000):
        cosines = of[at : at + 2_000] @ others.T
        largest = np.partition(cosines, cosines.shape[1] - number, axis=1)[:, cosines.shape[1] - number :]
        means[at : at + 2_000] = np.sort(largest, axis=1).mean(axis=1)
    return means
