"""When a concept is first seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.timelines import make_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

CHANGES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("group", pa.string()), ("kind", pa.string()),
        ("period", pa.string()), ("date", pa.date32()), ("doc_id", pa.string()),
        ("before", pa.float64()), ("after", pa.float64()), ("ratio", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("p_value", pa.float64()),
        ("documents_before", pa.int64()), ("documents_after", pa.int64()),
        ("date_precision", pa.string()),
    ]
)  # fmt: skip


def changes(study: Study, corpus: Corpus, concepts: Sequence[Concept]) -> pa.Table:
    """The first dated document in which each concept is mentioned, by language and group (``kind`` ``first_seen``).

    ``documents_before`` and ``documents_after`` count the group's documents with words in that language: those dated
    before that day, and those dated on it or later. Of documents of one day the first in the corpus is taken. A concept
    that is never seen has no row. A date that is known to the year alone counts as its first day; ``date_precision``
    says so.
    """
    settings = study.timelines
    periods = cut_periods(corpus.dates, settings.period, settings.years)
    place = period_of(corpus.dates, periods)
    table = corpus.mentions
    language = table["language"].to_numpy(zero_copy_only=False)
    concept = table["concept"].to_numpy(zero_copy_only=False)
    document = table["document"].to_numpy()
    dated = ~np.isnat(corpus.dates)
    words = {code: corpus.words_by_document(code) for code in study.languages}
    groups = make_groups(study, corpus)
    rows: list[dict[str, Any]] = []
    for known in concepts:
        of_concept = concept == known.id
        for code in study.languages:
            with_mention = np.unique(document[of_concept & (language == code)])
            for group in groups:
                candidates = with_mention[dated[with_mention] & group.members[with_mention]]
                if not len(candidates):
                    continue
                first = int(candidates[np.argmin(corpus.dates[candidates])])
                others = corpus.dates[dated & group.members & (words[code] > 0)]
                rows.append(
                    {
                        "concept": known.id,
                        "language": code,
                        "group": group.name,
                        "kind": "first_seen",
                        "period": periods[place[first]].name if place[first] >= 0 else None,
                        "date": corpus.dates[first].astype(object),
                        "doc_id": corpus.documents["doc_id"][first].as_py(),
                        "documents_before": int((others < corpus.dates[first]).sum()),
                        "documents_after": int((others >= corpus.dates[first]).sum()),
                        "date_precision": corpus.documents["date_precision"][first].as_py(),
                    }
                )
    return pa.Table.from_pylist(rows, CHANGES)
