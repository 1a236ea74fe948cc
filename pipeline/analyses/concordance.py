"""Every counted mention in its context (KWIC), or a sample, with the page or address that it leads back to."""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.periods import cut_periods, period_of
from pipeline.concepts.lock import find_exploratory
from pipeline.store import corpus as store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

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
        ("citation_gbt", pa.string()), ("citation", pa.string()), ("exploratory", pa.bool_()),
        ("lines", pa.int64()), ("mentions", pa.int64()), ("undated", pa.int64()), ("outside", pa.int64()),
    ]
)  # fmt: skip
"""``lines`` of the concept and language are here, of so many counted ``mentions``; of these so many are ``undated``,
and so many dated ``outside`` of all periods. Behind these stand the columns that the study groups by, as far as they
are not here."""

_MARKS = re.compile("[\u0300-\u036f]")
_OF_DOCUMENTS = ("date", "doc_id", "source_type", "title", "url", "path")
"""Columns that are the document's own."""


def concordance(
    study: Study, corpus: Corpus, concepts: Sequence[Concept], citations: pa.Table | None = None
) -> pa.Table:
    """One row for each counted mention, or for a sample of them, in order of concept and language.

    Within these by date and place, undated ones last; or by the context left or right of the match (`sort_keys`).
    A sample is drawn without replacement in each concept and language: as many in each as fit under one ceiling, all
    where there are fewer.

    Args:
        study: the study.
        corpus: its corpus.
        concepts: the concepts of its lexicon.
        citations: the columns ``citation_gbt`` and ``citation``, a row a document; without it they are empty.
    """
    folder = study.corpus_folder
    settings = study.timelines
    periods = cut_periods(corpus.dates, settings.period, settings.years)
    place = period_of(corpus.dates, periods)
    undated = np.isnat(corpus.dates)
    nowhere = {"undated": undated, "outside": ~undated & (place < 0)}
    mentions, counts = _sample(study, corpus.mentions, nowhere)
    documents = corpus.documents
    document = mentions["document"]
    left, right = _contexts(study, mentions)
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
        "exploratory": _exploratory(study, mentions, concepts),
        **counts,
    }
    order = {concept.id: i for i, concept in enumerate(concepts)}
    languages = {code: i for i, code in enumerate(study.languages)}
    table = pa.table({name: columns[name] for name in CONCORDANCE.names}).cast(CONCORDANCE)
    for column, name in group_columns(settings.group_by).items():
        if name not in table.column_names:
            values = [None if value is None else str(value) for value in documents[column].to_pylist()]
            table = table.append_column(name, pa.array(values, pa.string()).take(document))
    sort = study.concordance.sort
    contexts = [""] * len(document) if sort == "date" else table[sort].to_pylist()
    codes = mentions["language"].to_pylist()
    keys = pa.table(
        {
            "concept": [order[name] for name in mentions["concept"].to_pylist()],
            "language": [languages[name] for name in codes],
            "context": sort_keys(contexts, codes, outward_left=sort == "left"),
            "date": columns["date"],
            "passage": mentions["passage"],
            "start": mentions["start"],
        }
    )
    return table.take(pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]))


def group_columns(group_by: Sequence[str]) -> dict[str, str]:
    """The columns of the documents that a study groups by, and what they are called in the concordance.

    One that is called like another thing there (``language``, that of the passage) is ``document_language``.
    """
    taken = set(CONCORDANCE.names) - set(_OF_DOCUMENTS)
    return {name: f"document_{name}" if name in taken else name for name in group_by}


def sort_keys(contexts: Sequence[str], languages: Sequence[str], *, outward_left: bool) -> list[str]:
    """What contexts are sorted by: word by word from the match outward; character by character in Chinese.

    Without case, accents (ä as a, after DIN 5007-1), punctuation and white space; Chinese in the order of code points.
    """
    step = -1 if outward_left else 1
    return [_sort_key(text, code, step) for text, code in zip(contexts, languages, strict=True)]


def _sort_key(text: str, language: str, step: int) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    words = re.findall(r"\w", plain) if language == "zh" else re.findall(r"\w+", _MARKS.sub("", plain))
    return ("" if language == "zh" else " ").join(words[::step])


def share_out(counts: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """How many of each to take so that no more than ``limit`` are taken in all, none more than it must give.

    The highest ceiling under which the sum fits; one of each at least.
    """
    low, high = 1, max(1, int(counts.max(initial=0)))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(counts, middle).sum() <= limit else (low, middle - 1)
    return np.asarray(np.minimum(counts, low), dtype=np.int64)


def _sample(
    study: Study, mentions: pa.Table, nowhere: Mapping[str, NDArray[np.bool_]]
) -> tuple[pa.Table, dict[str, NDArray[np.int64]]]:
    """The mentions that become lines, and for each how many of its concept and language do, and of how many.

    Args:
        study: The study.
        mentions: All that are counted.
        nowhere: By column, which documents are in no period.
    """
    pairs = [
        f"{concept} {language}"
        for concept, language in zip(mentions["concept"].to_pylist(), mentions["language"].to_pylist(), strict=True)
    ]
    stratum: Mapping[str, int] = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
    of = np.array([stratum[pair] for pair in pairs], np.int64)
    found = np.bincount(of, minlength=len(stratum))
    document = mentions["document"].to_numpy()
    sums = {name: np.bincount(of[here[document]], minlength=len(stratum)) for name, here in nowhere.items()}
    sums = {"mentions": found} | sums
    settings = study.concordance
    if settings.lines == "all" or len(pairs) <= settings.lines:
        return mentions, {name: sizes[of] for name, sizes in ({"lines": found} | sums).items()}
    drawn = share_out(found, settings.lines)
    kept = [np.empty(0, np.int64)]
    for pair, i in stratum.items():
        rows = np.flatnonzero(of == i)
        # Each stratum has its own draw, so that it does not hang on what else the lexicon holds.
        rng = np.random.default_rng([settings.seed, zlib.crc32(pair.encode())])
        kept.append(rows if drawn[i] == found[i] else rng.choice(rows, drawn[i], replace=False))
    rows = np.sort(np.concatenate(kept))
    counts = {name: sizes[of[rows]] for name, sizes in ({"lines": drawn} | sums).items()}
    return mentions.take(pa.array(rows)).combine_chunks(), counts


def _exploratory(study: Study, mentions: pa.Table, concepts: Sequence[Concept]) -> pa.Array:
    """Whether the term of each mention is not as the lexicon was locked; null where it never was."""
    marks = find_exploratory(study.lexicon, concepts)
    if marks is None:
        return pa.nulls(mentions.num_rows, pa.bool_())
    keys = pc.binary_join_element_wise(mentions["concept"], mentions["language"], mentions["term"], "\0")
    return pc.is_in(keys, pa.array(["\0".join(term) for term in sorted(marks.terms)], pa.string()))


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
