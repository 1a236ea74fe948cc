"""Texts that a study has in two languages: how much of them topics share, and whether the encoder finds them.

Which documents are translations of each other says a column of the documents that the study names; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.analyses.meaning.matching import match_texts, precision_at_1
from pipeline.concepts.check_names import check_translations
from pipeline.store.corpus import select_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.meaning.topic_pairs import Encode
    from pipeline.analyses.topics.tables import Chosen
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

ASKED = 500
"""Pairs whose texts are encoded to see whether the encoder finds them, at most; they lie evenly over all."""


class Translations(NamedTuple):
    """Documents and their translations, row by row."""

    zh: Ints
    """Rows of the documents."""
    de: Ints
    in_one_language: int
    """Values that documents of one language only have."""
    ambiguous: int
    """Values of both languages that several documents of one have."""


def find_translations(study: Study, corpus: Corpus) -> Translations | None:
    """The documents in each language that have counted text of it and share a value of the study's column.

    A value of several documents of one language says not which is the translation, and so makes no pair.

    Returns:
        None where the study names no column.

    Raises:
        StudyError: the documents have no such column, or it holds lists.
    """
    check_translations(study, corpus.documents)
    column = study.encoder.translations
    if column is None:
        return None
    values = corpus.documents[column].cast(pa.string()).to_pylist()
    written = corpus.documents["language"].to_pylist()
    rows: dict[str, dict[str, list[int]]] = {"zh": {}, "de": {}}
    for code, having in rows.items():
        for row in np.unique(corpus.document[corpus.counted & (corpus.language == code)]).tolist():
            if values[row] and written[row] == code:
                having.setdefault(values[row], []).append(row)
    both = [value for value in rows["zh"] if value in rows["de"]]
    pairs = [value for value in both if len(rows["zh"][value]) == len(rows["de"][value]) == 1]
    zh, de = (np.array([rows[code][value][0] for value in pairs], np.int64) for code in ("zh", "de"))
    return Translations(zh, de, len(rows["zh"].keys() ^ rows["de"].keys()), len(both) - len(pairs))


def topic_shares(found: Translations, zh: Chosen, de: Chosen) -> tuple[Floats, Floats]:
    """The topics of each text in both languages, texts x topics; texts without kept words in one are left out."""
    sides = []
    for own, rows in ((zh, found.zh), (de, found.de)):
        documents, weights, _ = own.by_document
        place = np.minimum(np.searchsorted(documents, rows), len(documents) - 1)
        sides.append((weights[place], documents[place] == rows))
    there = sides[0][1] & sides[1][1]
    return sides[0][0][there], sides[1][0][there]


def share_found(study: Study, corpus: Corpus, found: Translations, encode: Encode) -> dict[str, float | int]:
    """How many texts have their translation as the nearest text, from each language: says whether the encoder serves.

    Returns:
        ``pairs``; the values left out, ``values_in_one_language`` and ``values_ambiguous``; and ``found_from_zh`` and
        ``found_from_de`` (shares; absent without pairs) among the pairs asked.
    """
    whole = len(found.zh)
    asked = np.unique(np.linspace(0, max(whole - 1, 0), min(ASKED, whole)).astype(np.int64))
    known: dict[str, float | int] = {
        "pairs": whole,
        "values_in_one_language": found.in_one_language,
        "values_ambiguous": found.ambiguous,
    }
    if not len(asked):
        return known
    sides = [encode(_texts(study, corpus, rows[asked], code)) for code, rows in (("zh", found.zh), ("de", found.de))]
    there, back = match_texts(*sides)
    truth = np.arange(len(asked))
    shares = [precision_at_1(matches.partner, truth) for matches in (there, back)]
    return known | {"found_from_zh": shares[0], "found_from_de": shares[1]}


def _texts(study: Study, corpus: Corpus, documents: Ints, language: str) -> list[str]:
    """The counted passages of each document in one text."""
    mine = corpus.counted & (corpus.language == language) & np.isin(corpus.document, documents)
    parts: dict[int, list[str]] = {row: [] for row in documents.tolist()}
    for _, rows, texts in select_texts(study.corpus_folder, np.flatnonzero(mine).tolist()):
        for row, text in zip(rows, texts, strict=True):
            parts[int(corpus.document[row])].append(text)
    return [" ".join(parts[row]) for row in documents.tolist()]
