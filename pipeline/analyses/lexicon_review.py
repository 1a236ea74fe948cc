"""What the texts say of a lexicon: terms that collide, are dead, hang on one document, hide in others or dominate."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.glosses import count_glosses
from pipeline.concepts.lexicon import load_lexicon, plain
from pipeline.errors import show_path
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Term
    from pipeline.study import Study

_FEW = 5
"""Fewer mentions say nothing of where they lie."""
_ONE_DOCUMENT = 0.8
_NESTED = 0.5
_DOMINANT = 0.95
_ENOUGH = 20
_LISTED = 5
_NEAR = {"zh": 0.6, "de": 0.75, "en": 0.75}
"""A form of the corpus is near to a dead term from this similarity (Levenshtein, normalised) on."""


def review_lexicon(study: Study) -> list[str]:
    """One sentence for each thing that a user should look at, from the mentions of a built corpus.

    Counted passages only, as in every table.
    """
    terms = [term for concept in load_lexicon(study.lexicon) for term in concept.terms]
    terms = [term for term in terms if term.language in study.languages]
    corpus = read_corpus(study)
    where = show_path(study.lexicon)
    said = [
        *_collisions(corpus),
        *_dead(study, corpus, terms),
        *_glosses(study, corpus, terms),
        *_shares(corpus, terms),
    ]
    return [f"{where}: {sentence}" for sentence in said]


def _collisions(corpus: Corpus) -> Iterator[str]:
    """Counted mentions of different concepts that overlap: neither lies in the other."""
    table = corpus.mentions
    if "passage" not in table.column_names or table.num_rows < 2:
        return
    passage, start, end = (table[name].to_numpy().astype(np.int64) for name in ("passage", "start", "end"))
    concept = table["concept"].combine_chunks().dictionary_encode().indices.to_numpy()
    left = np.flatnonzero((passage[1:] == passage[:-1]) & (start[1:] < end[:-1]) & (concept[1:] != concept[:-1]))
    if not len(left):
        return
    names = ["concept", "term"]
    sides = [table.select(names).take(pa.array(index)) for index in (left, left + 1)]
    pairs = pa.table([*sides[0].columns, *sides[1].columns, pa.array(left)], ["c1", "t1", "c2", "t2", "row"])
    found = pairs.group_by(["c1", "t1", "c2", "t2"], use_threads=False).aggregate([("row", "count"), ("row", "min")])
    for row in found.sort_by([("row_count", "descending"), ("row_min", "ascending")]).to_pylist():
        at = row["row_min"]
        first, second = table["surface"][at].as_py(), table["surface"][at + 1].as_py()
        whole = first + second[int(end[at] - start[at + 1]) :]
        yield (
            f"{row['t1']!r} ({row['c1']}) and {row['t2']!r} ({row['c2']}) overlap {_times(row['row_count'])}, "
            f"as in {whole!r}: both count there"
        )


def _dead(study: Study, corpus: Corpus, terms: Sequence[Term]) -> Iterator[str]:
    seen = {
        (row["concept"], row["language"], row["term"])
        for table in (corpus.mentions, corpus.nested)
        if table.num_rows
        for row in table.group_by(["concept", "language", "term"]).aggregate([]).to_pylist()
    }
    dead = [term for term in terms if (term.concept, term.language, term.form) not in seen]
    if not dead:
        return
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE, ["language", "lemma", "is_word"])
    for code in study.languages:
        mine = [term for term in dead if term.language == code]
        words = types.filter(pc.and_(types["is_word"], pc.equal(types["language"], code)))["lemma"].unique()
        known = {plain(term.form, code) for term in terms if term.language == code}
        unknown = [word for word in words.to_pylist() if word not in known]
        near = _nearest([plain(term.form, code) for term in mine], unknown, code)
        alone: list[str] = []
        for term, forms in zip(mine, near, strict=True):
            if forms and term.match != "regex":
                has = ", ".join(map(repr, forms))
                yield f"{term.form!r} ({term.concept}, {code}) is never found; the corpus has {has}"
            else:
                alone.append(f"{term.form!r} ({term.concept})")
        if alone:
            yield f"terms never found in passages in {code}: {', '.join(alone)}"


def _glosses(study: Study, corpus: Corpus, terms: Sequence[Term]) -> Iterator[str]:
    found = count_glosses(study.corpus_folder, terms, corpus.counted)
    if found:
        most = [f"{form!r} ({of}) {_times(count)} in {within}" for (form, of, within), count in found.items()][:_LISTED]
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        yield (
            f"terms stand in passages of another language, where they do not count: {', '.join(most)}{more}; "
            "a form that is to count there is listed under that language too"
        )


def _nearest(forms: Sequence[str], words: Sequence[str], code: str) -> list[list[str]]:
    """For each form up to three of the corpus's words that are spelt like it."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    near: list[list[str]] = []
    for form in forms:
        found = process.extract(
            form, words, scorer=Levenshtein.normalized_similarity, score_cutoff=_NEAR[code], limit=3
        )
        near.append([word for word, _, _ in found])
    return near


def _shares(corpus: Corpus, terms: Sequence[Term]) -> Iterator[str]:
    keys = ["concept", "language", "term"]
    counted = _count(corpus.mentions, keys)
    nested = _count(corpus.nested, keys)
    elsewhere = _count(_in_others(corpus.nested), keys)
    concepts = _count(corpus.mentions, keys[:2])
    documents = _count(corpus.mentions, [*keys, "document"])
    largest: dict[tuple[object, ...], tuple[int, int]] = {}
    for place, number in documents.items():
        largest[place[:3]] = max(largest.get(place[:3], (0, 0)), (number, -int(str(place[3]))))
    names = corpus.documents["doc_id"]
    forms = Counter(key[:2] for key in {(term.concept, term.language, term.form) for term in terms})
    for term in terms:
        key = (term.concept, term.language, term.form)
        name = f"{term.form!r} ({term.concept}, {term.language})"
        number, inside = counted.get(key, 0), elsewhere.get(key, 0)
        found = number + nested.get(key, 0)
        whole = concepts.get(key[:2], 0)
        most, document = largest.get(key, (0, 0))
        if number >= _FEW and most >= _ONE_DOCUMENT * number:
            yield f"{name}: {most} of its {number} mentions stand in one document, {names[-document].as_py()}"
        if found >= _FEW and inside > _NESTED * found:
            yield f"{name}: {inside} of its {found} mentions lie in those of other concepts, where they do not count"
        if forms[key[:2]] > 1 and whole >= _ENOUGH and number >= _DOMINANT * whole:
            yield f"{name}: {number} of the {whole} mentions of its concept are its own: the curve is that of one term"


def _in_others(nested: pa.Table) -> pa.Table:
    """The nested mentions that a longer one of another concept takes from their own."""
    return nested.filter(pc.not_equal(nested["nested_in"], nested["concept"])) if nested.num_rows else nested


def _count(table: pa.Table, keys: Sequence[str]) -> dict[tuple[object, ...], int]:
    if not table.num_rows:
        return {}
    found = table.group_by(list(keys)).aggregate([([], "count_all")])
    return {tuple(row[key] for key in keys): row["count_all"] for row in found.to_pylist()}


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
