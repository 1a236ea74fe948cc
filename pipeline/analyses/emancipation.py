"""How far two concepts go their own ways over time: whether they stand together, and whether in the same company."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.contexts import read_contexts
from pipeline.analyses.cooccurrence import chance_ratio
from pipeline.analyses.divergence import measure_divergence
from pipeline.analyses.measures import wilson
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.concepts.check_names import check_concepts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.contexts import Contexts, Words
    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.periods import Period
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]

EMANCIPATION = pa.schema(
    [
        ("first", pa.string()), ("second", pa.string()), ("language", pa.string()), ("group", pa.string()),
        ("period", pa.string()), ("start", pa.date32()), ("end", pa.date32()),
        ("documents", pa.int64()), ("documents_either", pa.int64()), ("documents_first", pa.int64()),
        ("documents_second", pa.int64()), ("documents_both", pa.int64()),
        ("document_share", pa.float64()), ("share_low", pa.float64()), ("share_high", pa.float64()),
        ("document_ratio", pa.float64()), ("document_low", pa.float64()), ("document_high", pa.float64()),
        ("passages", pa.int64()), ("passages_either", pa.int64()), ("passages_first", pa.int64()),
        ("passages_second", pa.int64()), ("passages_both", pa.int64()), ("passage_share", pa.float64()),
        ("passage_ratio", pa.float64()), ("passage_low", pa.float64()), ("passage_high", pa.float64()),
        ("contexts_first", pa.int64()), ("contexts_second", pa.int64()),
        ("context_documents_first", pa.int64()), ("context_documents_second", pa.int64()),
        ("distance", pa.float64()), ("chance", pa.float64()),
        ("chance_low", pa.float64()), ("chance_high", pa.float64()),
        ("excess", pa.float64()), ("excess_low", pa.float64()), ("excess_high", pa.float64()),
        ("p_value", pa.float64()), ("note", pa.string()),
    ]
)  # fmt: skip

ALL = "all"
MIN_DOCUMENTS, MIN_WORDS = 5, 50
"""Documents with contexts of each concept, and words in them: with fewer no distance is told (docs/emancipation.md)."""
FEW_DOCUMENTS = 5
"""With fewer documents of either concept the ratios have no interval."""

NOTES = {
    "no_texts": "no document with words in this period",
    "no_mentions": "neither concept is mentioned",
    "no_first": "the first concept is not mentioned: nothing can be together or apart",
    "no_second": "the second concept is not mentioned",
    "few_documents": f"a concept has fewer than {FEW_DOCUMENTS} documents: the ratios have no interval",
    "in_all_documents": "a concept is in every document: their ratio is 1 whatever the other does",
    "few_contexts": f"no distance: a concept has contexts in fewer than {MIN_DOCUMENTS} documents or of fewer than "
    f"{MIN_WORDS} words",
    "never_together": "no document has both",
}
"""The words of ``note``, and what they mean; a row may have several, with a space between them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """What is known of two concepts in one language, document by document."""

    names: tuple[str, str]
    language: str
    units: Ints
    """Documents x 4: counted passages with words, and those with the first concept, the second, both."""
    contexts: tuple[csr_array, csr_array]
    """Documents x lemmas."""


def emancipation(study: Study, corpus: Corpus, concepts: Sequence[Concept]) -> pa.Table:
    """How often the pairs that the study names stand together, and how far their contexts differ.

    For each pair and each language in which both have terms a row for all texts (``period`` ``all``, undated ones too)
    and one for each period, empty ones too. See docs/tables.md for the columns.

    Raises:
        StudyError: a pair names what is no concept, or a list of stop words cannot be read.
    """
    check_concepts(study, concepts)
    pairs = study.emancipation.pairs
    if not pairs:
        return EMANCIPATION.empty_table()
    languages = {concept.id: {term.language for term in concept.terms} for concept in concepts}
    involved = list(dict.fromkeys(name for pair in pairs for name in pair))
    contexts = read_contexts(study, corpus, involved)
    periods = cut_periods(corpus.dates, study.emancipation.period or study.timelines.period, study.timelines.years)
    place = period_of(corpus.dates, periods)
    rows: list[dict[str, Any]] = []
    for first, second in pairs:
        for code in study.languages:
            if code in languages[first] & languages[second]:
                index = involved.index(first), involved.index(second)
                pair = _read_pair(corpus, (first, second), code, contexts[code], index)
                rows.append(_row(study, corpus, pair, None, np.ones(len(place), np.bool_)))
                rows += [_row(study, corpus, pair, period, place == i) for i, period in enumerate(periods)]
    return pa.Table.from_pylist(rows, EMANCIPATION)


def _read_pair(
    corpus: Corpus, names: tuple[str, str], language: str, contexts: Contexts, index: tuple[int, int]
) -> _Pair:
    number = len(corpus.dates)
    counted = corpus.counted & (corpus.language == language) & (corpus.words > 0)
    table = corpus.mentions.filter(pc.equal(corpus.mentions["language"], language))
    has = []
    for name in names:
        mine = np.zeros(len(counted), np.bool_)
        mine[table.filter(pc.equal(table["concept"], name))["passage"].to_numpy()] = True
        has.append(mine & counted)
    kinds = (counted, has[0], has[1], has[0] & has[1])
    units = np.column_stack([np.bincount(corpus.document[kind], minlength=number) for kind in kinds])
    # What one is called is no company of the other: where they stand side by side, that is said by the ratios.
    own = np.concatenate([contexts.own.of(i).token for i in index])
    near = [_without(contexts.near.of(i), own) for i in index]
    return _Pair(names, language, units, (contexts.matrix(near[0], number), contexts.matrix(near[1], number)))


def _without(words: Words, tokens: Ints) -> Words:
    return words.where(~np.isin(words.token, tokens))


def _row(study: Study, corpus: Corpus, pair: _Pair, period: Period | None, inside: NDArray[np.bool_]) -> dict[str, Any]:
    chosen = np.flatnonzero(inside & (pair.units[:, 0] > 0))
    rng = np.random.default_rng([study.timelines.seed, *_digest(corpus, pair, chosen)])
    draws = study.timelines.bootstrap
    passages = pair.units[chosen]
    has = passages > 0
    documents = np.column_stack([has[:, :3], has[:, 1] & has[:, 2]]).astype(np.int64)
    n, r, c, o = documents.sum(axis=0).tolist()
    either = r + c - o
    low, high = wilson(o, either)
    row: dict[str, Any] = {
        "first": pair.names[0], "second": pair.names[1], "language": pair.language, "group": ALL,
        "period": period.name if period else ALL, "start": period.start if period else None,
        "end": (np.datetime64(period.end, "D") - 1).astype(object) if period else None,
        "documents": n, "documents_either": either, "documents_first": r, "documents_second": c, "documents_both": o,
        "document_share": o / either if either else None, "share_low": _known(low), "share_high": _known(high),
        "note": _note(n, r, c, o),
    }  # fmt: skip
    n, r, c, o = passages.sum(axis=0).tolist()
    row |= {"passages": n, "passages_either": r + c - o, "passages_first": r, "passages_second": c, "passages_both": o}
    row["passage_share"] = o / (r + c - o) if r + c - o else None
    for unit, counts in (("document", documents), ("passage", passages)):
        if len(chosen):
            ratio = chance_ratio(counts, draws, rng)
            row[f"{unit}_ratio"] = _known(ratio.value)
            if min(row["documents_first"], row["documents_second"]) >= FEW_DOCUMENTS and not np.isnan(ratio.low):
                row |= {f"{unit}_low": ratio.low, f"{unit}_high": ratio.high}
    return row | _distance(pair, chosen, draws, rng, row)


def _distance(pair: _Pair, chosen: Ints, draws: int, rng: np.random.Generator, row: dict[str, Any]) -> dict[str, Any]:
    first, second = (matrix[chosen] for matrix in pair.contexts)
    words = [int(matrix.sum()) for matrix in (first, second)]
    documents = [int((matrix.sum(axis=1) > 0).sum()) for matrix in (first, second)]
    made = dict(
        zip(
            ("contexts_first", "contexts_second", "context_documents_first", "context_documents_second"),
            (*words, *documents),
            strict=True,
        )
    )
    if min(words) < MIN_WORDS or min(documents) < MIN_DOCUMENTS:
        mentioned = row["documents_first"] and row["documents_second"]
        return made | {"note": " ".join(filter(None, [row["note"], "few_contexts" if mentioned else None])) or None}
    either = np.flatnonzero(first.sum(axis=1) + second.sum(axis=1))
    found = measure_divergence(first[either], second[either], draws, rng)
    return made | {
        "distance": found.distance, "chance": found.chance, "chance_low": found.chance_low,
        "chance_high": found.chance_high, "excess": found.excess,
        "excess_low": found.low, "excess_high": found.high, "p_value": found.p_value,
    }  # fmt: skip


def _note(documents: int, first: int, second: int, both: int) -> str | None:
    if not documents:
        return "no_texts"
    if not first or not second:
        return "no_mentions" if not first and not second else "no_first" if not first else "no_second"
    said = {
        "few_documents": min(first, second) < FEW_DOCUMENTS,
        "in_all_documents": max(first, second) == documents,
        "never_together": not both,
    }
    return " ".join(name for name, holds in said.items() if holds) or None


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _digest(corpus: Corpus, pair: _Pair, chosen: Ints) -> list[int]:
    """What seeds a row's draws: the same documents always give the same interval."""
    names = corpus.documents["doc_id"].take(pa.array(chosen)).to_pylist()
    digest = hashlib.sha256("\n".join([*pair.names, pair.language, *names]).encode()).digest()
    return [int(number) for number in np.frombuffer(digest, np.uint32)]
