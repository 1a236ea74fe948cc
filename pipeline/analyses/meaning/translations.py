"""Texts that a study has in two languages: how much of them topics share, and whether the encoder finds them.

Which documents are translations of each other says a column of the documents that the study names; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.analyses.meaning.matching import match_texts, precision_at_1
from pipeline.errors import StudyError, known_names
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


def find_translations(study: Study, corpus: Corpus) -> Translations | None:
    """The documents with counted text that share a value of the study's column; the first of each language.

    Returns:
        None where the study names no column.

    Raises:
        StudyError: the documents have no such column.
    """
    column = study.encoder.translations
    if column is None:
        return None
    documents = corpus.documents
    if column not in documents.column_names:
        known = known_names(column, documents.column_names)
        raise StudyError(f"{study.where}: [encoder] translations: the documents have no column {column!r}; {known}")
    values = documents[column].cast(pa.string()).to_pylist()
    first: dict[str, dict[str, int]] = {"zh": {}, "de": {}}
    for code, rows in first.items():
        for row in np.unique(corpus.document[corpus.counted & (corpus.language == code)]).tolist():
            if values[row]:
                rows.setdefault(values[row], row)
    both = [value for value in first["zh"] if value in first["de"] and first["zh"][value] != first["de"][value]]
    zh, de = (np.array([first[code][value] for value in both], np.int64) for code in ("zh", "de"))
    return Translations(zh, de)


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
        ``pairs``, and ``found_from_zh`` and ``found_from_de`` (shares; absent without pairs) among the pairs asked.
    """
    whole = len(found.zh)
    asked = np.unique(np.linspace(0, max(whole - 1, 0), min(ASKED, whole)).astype(np.int64))
    if not len(asked):
        return {"pairs": 0}
    sides = [encode(_texts(study, corpus, rows[asked], code)) for code, rows in zip(("zh", "de"), found, strict=True)]
    there, back = match_texts(*sides)
    truth = np.arange(len(asked))
    shares = [precision_at_1(matches.partner, truth) for matches in (there, back)]
    return {"pairs": whole, "found_from_zh": shares[0], "found_from_de": shares[1]}


def _texts(study: Study, corpus: Corpus, documents: Ints, language: str) -> list[str]:
    """The counted passages of each document in one text."""
    mine = corpus.counted & (corpus.language == language) & np.isin(corpus.document, documents)
    parts: dict[int, list[str]] = {row: [] for row in documents.tolist()}
    for _, rows, texts in select_texts(study.corpus_folder, np.flatnonzero(mine).tolist()):
        for row, text in zip(rows, texts, strict=True):
            parts[int(corpus.document[row])].append(text)
    return [" ".join(parts[row]) for row in documents.tolist()]
