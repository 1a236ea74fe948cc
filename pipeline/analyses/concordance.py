"""Every counted mention in its context (KWIC), with the page or address that it leads back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.periods import cut_periods, period_of
from pipeline.store import corpus as store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

CONTEXT = {"zh": 40, "de": 80, "en": 80}
"""Characters of context on each side; Chinese says in one character what takes two letters or more."""

CONCORDANCE = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("date", pa.date32()), ("doc_id", pa.string()),
        ("source_type", pa.string()), ("title", pa.string()), ("page", pa.int32()),
        ("left", pa.string()), ("match", pa.string()), ("right", pa.string()), ("url", pa.string()),
        ("period", pa.string()), ("term", pa.string()), ("kind", pa.string()),
        ("passage", pa.uint32()), ("start", pa.uint32()), ("path", pa.string()),
        ("citation_gbt", pa.string()), ("citation", pa.string()),
    ]
)  # fmt: skip


def concordance(
    study: Study, corpus: Corpus, concepts: Sequence[Concept], citations: pa.Table | None = None
) -> pa.Table:
    """One row for each counted mention, in order of concept, language, date and place; undated ones last.

    Args:
        study: the study.
        corpus: its corpus.
        concepts: the concepts of its lexicon.
        citations: the columns ``citation_gbt`` and ``citation``, a row a document; without it they are empty.
    """
    folder = study.corpus_folder
    mentions = corpus.mentions
    documents = corpus.documents
    document = mentions["document"]
    left, right = _contexts(study, mentions)
    settings = study.timelines
    periods = cut_periods(corpus.dates, settings.period, settings.years)
    place = period_of(corpus.dates, periods)
    names = pa.array([period.name for period in periods] + [None], pa.string())
    passages = store.read_passages(folder, ["page", "kind"])
    columns = {
        "concept": mentions["concept"],
        "language": mentions["language"],
        "doc_id": mentions["doc_id"],
        "match": mentions["surface"],
        "term": mentions["term"],
        "left": left,
        "right": right,
        "period": names.take(pa.array(place[document.to_numpy()] % len(names))),
        "passage": mentions["passage"],
        "start": mentions["start"],
        **{name: documents[name].take(document) for name in ("date", "source_type", "title", "url", "path")},
        **{name: passages[name].take(mentions["passage"]) for name in ("page", "kind")},
        **{
            name: pa.nulls(len(document)) if citations is None else citations[name].take(document)
            for name in ("citation_gbt", "citation")
        },
    }
    order = {concept.id: i for i, concept in enumerate(concepts)}
    languages = {code: i for i, code in enumerate(study.languages)}
    table = pa.table({name: columns[name] for name in CONCORDANCE.names}).cast(CONCORDANCE)
    keys = pa.table(
        {
            "concept": [order[name] for name in mentions["concept"].to_pylist()],
            "language": [languages[name] for name in mentions["language"].to_pylist()],
            "date": columns["date"],
            "passage": mentions["passage"],
            "start": mentions["start"],
        }
    )
    return table.take(pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]))


def _contexts(study: Study, mentions: pa.Table) -> tuple[pa.Array, pa.Array]:
    """What stands left and right of each mention in its passage."""
    passage = mentions["passage"].to_numpy().astype(np.int64)
    start, end = mentions["start"].to_numpy().tolist(), mentions["end"].to_numpy().tolist()
    width = [CONTEXT[code] for code in mentions["language"].to_pylist()]
    left, right = [""] * len(passage), [""] * len(passage)
    for _, numbers, texts in store.select_texts(study.corpus_folder, passage.tolist()):
        low, high = np.searchsorted(passage, [numbers[0], numbers[-1] + 1])
        text_of = dict(zip(numbers, texts, strict=True))
        for i in range(int(low), int(high)):
            text = text_of[int(passage[i])]
            left[i] = text[max(0, start[i] - width[i]) : start[i]]
            right[i] = text[end[i] : end[i] + width[i]]
    return pa.array(left, pa.string()), pa.array(right, pa.string())
