"""Words by period, asked of the built store: any word, whether the lexicon has it or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.store import tokens
from pipeline.store.postings import POSTINGS_FILE, Index, open_postings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.periods import Period
    from pipeline.study import Study

    Ints = NDArray[np.int64]

WORD_COUNTS = pa.schema(
    [
        ("word", pa.string()), ("language", pa.string()), ("period", pa.string()),
        ("count", pa.int64()), ("words", pa.int64()), ("per_million", pa.float64()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """The types by their lemma, or by their form: those of ``values[i]`` are ``types[bounds[i]:bounds[i + 1]]``."""

    values: pa.Array
    types: Ints
    bounds: Ints

    @classmethod
    def of(cls, column: pa.Array) -> _Key:
        encoded = column.dictionary_encode()
        index = encoded.indices.to_numpy()
        bounds = np.append(0, np.cumsum(np.bincount(index, minlength=len(encoded.dictionary))))
        return cls(encoded.dictionary, np.argsort(index, kind="stable"), bounds)

    def find(self, wanted: Sequence[str]) -> dict[str, Ints]:
        """The types of each value that there is."""
        hit = pc.index_in(self.values, value_set=pa.array(wanted, pa.string()))
        rows = np.flatnonzero(hit.is_valid().to_numpy(zero_copy_only=False)).tolist()
        return {wanted[hit[row].as_py()]: self.types[self.bounds[row] : self.bounds[row + 1]] for row in rows}


@dataclass(frozen=True, slots=True, eq=False)
class WordCounts:
    """A built corpus, opened for questions about words."""

    languages: tuple[str, ...]
    periods: tuple[Period, ...]
    words: dict[str, Ints]
    """Words of each period, by language."""
    period: Ints
    """The period of each passage; -1 where it is not counted."""
    passages: list[NDArray[np.uint32]]
    """The passage of each token, batch by batch."""
    index: Index
    lemmas: _Key
    forms: _Key
    language: NDArray[np.object_]
    """The language of each type."""

    def count(self, wanted: Sequence[str]) -> pa.Table:
        """How often each word stands in each period, in each language that has it.

        A word is asked for by its lemma, or by a form as it is written: ``Stadt`` counts ``Städte``, ``Städte`` does
        not count ``Stadt``. Passages that the study does not count, and undated ones, are left out.

        Returns:
            A table of `WORD_COUNTS`: a row for each word, language that has it, and period.
        """
        asked = list(dict.fromkeys(wanted))
        known = self.lemmas.find(asked)
        known |= self.forms.find([word for word in asked if word not in known])
        pairs = [
            (word, code, known[word][of_type == code])
            for word in asked
            if word in known
            for of_type in (self.language[known[word]],)
            for code in self.languages
            if (of_type == code).any()
        ]
        types = np.concatenate([np.empty(0, np.int64), *(types for _, _, types in pairs)])
        owner = np.repeat(np.arange(len(pairs)), [len(types) for _, _, types in pairs])
        order = np.argsort(types, kind="stable")
        types, owner = types[order].astype(np.uint32), owner[order]
        size = len(self.periods) + 1
        sums = np.zeros(len(pairs) * size, np.int64)
        for passage, (tokens_, which) in zip(self.passages, self.index.tokens_of(types), strict=True):
            cell = owner[which] * size + self.period[passage[tokens_]] + 1
            sums += np.bincount(cell, minlength=len(sums))
        counts = sums.reshape(len(pairs), size)[:, 1:]
        rows = [
            {
                "word": word, "language": code, "period": period.name, "count": int(count),
                "words": int(self.words[code][i]), "per_million": _rate(int(count), int(self.words[code][i])),
            }
            for (word, code, _), own in zip(pairs, counts, strict=True)
            for i, (period, count) in enumerate(zip(self.periods, own, strict=True))
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, WORD_COUNTS)


def open_word_counts(study: Study) -> WordCounts:
    """Open a built corpus for questions about words."""
    corpus = read_corpus(study)
    folder = study.corpus_folder
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    period = np.where(corpus.counted, period_of(corpus.dates, periods)[corpus.document], -1)
    dated = period >= 0
    words = {}
    for code in study.languages:
        mine = dated & (corpus.language == code)
        words[code] = np.bincount(period[mine], corpus.words[mine], minlength=len(periods)).astype(np.int64)
    types = tokens.read_types(folder / tokens.TYPES_FILE, ["language", "form", "lemma"]).combine_chunks()
    lemmas, forms = (_Key.of(types[name].combine_chunks()) for name in ("lemma", "form"))
    language = types["language"].to_numpy()
    passages = [batch["passage"].to_numpy() for batch in tokens.token_batches(folder / tokens.TOKENS_FILE)]
    index = open_postings(folder / POSTINGS_FILE)
    return WordCounts(study.languages, periods, words, period, passages, index, lemmas, forms, language)


def _rate(count: int, words: int) -> float | None:
    return 1e6 * count / words if words else None
