"""How a language's documents are counted under the study's own choices and with one of them changed at a time."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from pipeline.analyses.choices import NOTES, other_choices
from pipeline.analyses.counts import count_characters, inclusive_mentions, leave_out, read_corpus
from pipeline.analyses.timelines import mentions_by_document
from pipeline.errors import MissingTool
from pipeline.store.corpus import read_passages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.stages import Progress
    from pipeline.study import Study

    Ints = NDArray[np.int64]

MAIN, TERM = "main", "term"
NOT_INSTALLED, NOTHING_LEFT, TOO_LITTLE = "not installed", "nothing left", "too little left"
"""Why a choice says nothing of a concept; the last two where terms are left out."""
LEAST_SHARE = 0.01
"""A term with a smaller share of its concept's mentions is not left out in turn."""


class Counts(NamedTuple):
    """Counts by document, and a digest by which equal ones are known."""

    of: Ints
    digest: bytes


class Counted(NamedTuple):
    """One choice, and what it makes of the documents of one language."""

    choice: str
    setting: str
    words: Ints
    """By document."""
    below: Counts
    """What mentions are divided by: words or characters."""
    mentions: Mapping[int, Counts]
    """By concept, those that the choice is about."""
    note: str | None = None
    """Why nothing was counted."""


class Other(NamedTuple):
    """One other choice for the whole corpus."""

    choice: str
    setting: str
    corpus: Corpus | None
    note: str | None = None
    """Why there is no corpus."""


def read_others(study: Study, corpus: Corpus, progress: Progress) -> list[Other]:
    """The corpus under each other choice but for terms left out."""
    has_copies = corpus.documents["duplicate_of"].null_count < corpus.documents.num_rows
    kinds = pc.unique(read_passages(study.corpus_folder, ["kind"])["kind"]).to_pylist()
    has_notes = not set(kinds).isdisjoint(NOTES)
    found: list[Other] = []
    for choice, setting, choices in other_choices(study):
        if choices is None:
            found.append(Other(choice, setting, None, NOTHING_LEFT))
        elif (
            choice == "nesting" or (choice == "duplicates" and not has_copies) or (choice == "notes" and not has_notes)
        ):
            found.append(Other(choice, setting, corpus))
        elif choice == "per":
            characters = count_characters(study) if setting == "characters" else None
            found.append(Other(choice, setting, replace(corpus, characters=characters)))
        else:
            try:
                found.append(Other(choice, setting, read_corpus(study, choices, progress)))
            except MissingTool:
                found.append(Other(choice, setting, None, NOT_INSTALLED))
    return found


def count_choices(corpus: Corpus, others: Sequence[Other], concepts: Sequence[Concept], code: str) -> list[Counted]:
    """All choices of one language: ``main``, the others, each term left out.

    Args:
        corpus: The corpus as the study counts it.
        others: As `read_others` gives them.
        concepts: Those with terms in the language.
        code: The language.
    """
    names = [concept.id for concept in concepts]
    sizes = corpus.words_by_document(code), _counts(corpus.below_by_document(code))
    main = _columns(mentions_by_document(corpus, names, code))
    found = [Counted(MAIN, "", *sizes, main)]
    for choice, setting, other, note in others:
        if choice == "segmenter" and code != "zh":
            continue
        if other is None:
            found.append(Counted(choice, setting, *sizes, main, note))
            continue
        table = inclusive_mentions(other) if choice == "nesting" else other.mentions
        counts = _columns(mentions_by_document(other, names, code, table))
        found.append(
            Counted(choice, setting, other.words_by_document(code), _counts(other.below_by_document(code)), counts)
        )
    return [*found, *_leave_out_terms(corpus, concepts, code, sizes)]


def _leave_out_terms(
    corpus: Corpus, concepts: Sequence[Concept], code: str, sizes: tuple[Ints, Counts]
) -> list[Counted]:
    if "term" not in corpus.mentions.column_names:
        return []
    sums = corpus.mentions.group_by(["concept", "language", "term"]).aggregate([([], "count_all")]).to_pylist()
    counts = {(row["concept"], row["term"]): row["count_all"] for row in sums if row["language"] == code}
    found: list[Counted] = []
    for i, concept in enumerate(concepts):
        forms = list(dict.fromkeys(term.form for term in concept.terms if term.language == code))
        whole = sum(counts.get((concept.id, form), 0) for form in forms)
        for form in forms:
            share = counts.get((concept.id, form), 0)
            if share and share >= LEAST_SHARE * whole:
                rest = leave_out(corpus, concept.id, code, form)
                mine = pc.and_(pc.equal(rest["concept"], concept.id), pc.equal(rest["language"], code))
                documents = rest["document"].filter(mine).to_numpy()
                left = _counts(np.bincount(documents, minlength=len(corpus.dates)).astype(np.int64))
                note = NOTHING_LEFT if len(forms) == 1 else None
                found.append(Counted(TERM, form, *sizes, {i: left}, note))
    return found


def _columns(mentions: Ints) -> dict[int, Counts]:
    return {i: _counts(column) for i, column in enumerate(mentions.T)}


def _counts(of: Ints) -> Counts:
    return Counts(np.ascontiguousarray(of), hashlib.blake2b(of.tobytes(), digest_size=16).digest())
