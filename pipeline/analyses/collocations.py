"""Which words keep a concept company, by period, and how its company changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses import association
from pipeline.analyses.contexts import count_lemmas, read_contexts
from pipeline.analyses.measures import Z_95
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.permutation import adjust_holm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.contexts import Contexts, Words
    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.periods import Period
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

COLLOCATIONS = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("period", pa.string()), ("collocate", pa.string()),
        ("window", pa.int64()), ("o11", pa.int64()), ("o12", pa.int64()), ("o21", pa.int64()), ("o22", pa.int64()),
        ("log_likelihood", pa.float64()), ("log_dice", pa.float64()), ("mi", pa.float64()), ("t_score", pa.float64()),
        ("delta_p", pa.float64()), ("documents", pa.int64()),
        ("e11", pa.float64()), ("delta_p_reverse", pa.float64()), ("p_adjusted", pa.float64()),
    ]
)  # fmt: skip

COLLOCATION_CHANGES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("collocate", pa.string()),
        ("before", pa.string()), ("after", pa.string()), ("o11_before", pa.int64()), ("o11_after", pa.int64()),
        ("documents_before", pa.int64()), ("documents_after", pa.int64()),
        ("log_ratio_before", pa.float64()), ("log_ratio_after", pa.float64()), ("difference", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("p_value", pa.float64()), ("p_adjusted", pa.float64()),
    ]
)  # fmt: skip

ALL = "all"
_HALF = 0.5
"""Added to each count before its logarithm is taken, so that none is of zero (Walter 1975)."""


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """The words around the concepts in one language, counted by period."""

    contexts: Contexts
    lemmas: Ints
    """Those that stand near any concept, in order."""
    totals: Ints
    """Places x lemmas: how often each of them stands in all counted words. Place 0 is that of no period."""
    words: Ints
    """Counted words by place."""


def read_company(
    study: Study, corpus: Corpus, concepts: Sequence[Concept]
) -> tuple[tuple[Period, ...], Ints, dict[str, Company]]:
    """What collocations are counted from: the study's periods, the place of each document, and each language's words.

    Args:
        study: The study.
        corpus: Its corpus.
        concepts: The concepts of its lexicon.

    Returns:
        The periods; for each document the index of its period plus 1, 0 for none; the words by language.
    """
    period = study.collocations.period or study.timelines.period
    periods = cut_periods(corpus.dates, period, study.timelines.years)
    place = period_of(corpus.dates, periods) + 1
    contexts = read_contexts(study, corpus, [concept.id for concept in concepts])
    near = {code: np.unique(own.near.lemma[own.near.lemma >= 0]) for code, own in contexts.items()}
    of_passage = np.where(corpus.counted, place[corpus.document], -1)
    totals = count_lemmas(study, contexts, near, of_passage, len(periods) + 1)
    companies = {}
    for code, own in contexts.items():
        mine = corpus.counted & (corpus.language == code)
        words = np.bincount(of_passage[mine], corpus.words[mine], minlength=len(periods) + 1).astype(np.int64)
        companies[code] = Company(own, near[code], totals[code], words)
    return periods, place, companies


def collocations(study: Study, corpus: Corpus, concepts: Sequence[Concept]) -> pa.Table:
    """The words near each concept, over all counted texts (``period`` ``all``, undated ones too) and by period.

    A word has a row where it stands at least ``min_count`` times in the windows, in at least ``min_documents``
    documents. Rows come by concept, language and period, the most strongly attracted first and repelled ones last.
    ``p_adjusted`` is the p-value of G2 (chi-squared, one degree of freedom) after Holm over all words that stand in
    these windows: words of one text are not independent, so that it is too small; see docs/collocations.md.
    """
    periods, place, companies = read_company(study, corpus, concepts)
    tables = [COLLOCATIONS.empty_table()]
    for index, concept in enumerate(concepts):
        for code, company in companies.items():
            near = company.contexts.near.of(index)
            for number in (None, *np.unique(place[near.document]).tolist()):
                if number != 0 and len(near.token):
                    period = ALL if number is None else periods[number - 1].name
                    cell = _count(company, index, place, number)
                    tables.append(_table(study, company, cell, (concept.id, code, period)))
    return pa.concat_tables(tables)


def collocation_changes(study: Study, corpus: Corpus, concepts: Sequence[Concept]) -> pa.Table:
    """The words whose tie to a concept is compared between two periods that follow each other, both having mentions.

    The tie is the log ratio, log2 of the word's rate within the windows over that elsewhere (Hardie 2014), 0.5 added to
    each count, and to that within the windows no more than is expected there by chance. ``low`` and ``high`` are the
    95 % interval of the difference. The variance of a count within the windows is that over documents,
    ``sum((o_d - O/R * r_d)^2)`` (delta method), and at least that of a Poisson count; elsewhere it is that of a Poisson
    count times the same factor. Compared are words that reach ``min_count`` and ``min_documents`` in one of the two
    periods and are in the texts of both; ``p_adjusted`` is Benjamini and Hochberg's, over the words of one concept,
    language and pair of periods.
    """
    periods, place, companies = read_company(study, corpus, concepts)
    rows: list[dict[str, Any]] = []
    for index, concept in enumerate(concepts):
        for code, company in companies.items():
            rows += _changes(study, company, (index, concept.id, code), periods, place)
    return pa.Table.from_pylist(rows, COLLOCATION_CHANGES)


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """The contingency tables of some lemmas and one concept in a period."""

    lemma: Ints
    """Index into the company's lemmas."""
    o11: Ints
    o12: Ints
    o21: Ints
    o22: Ints
    documents: Ints
    variance: Floats
    """Of o11, over documents."""

    @property
    def counts(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The four cells."""
        return self.o11, self.o12, self.o21, self.o22


def _count(company: Company, concept: int, place: Ints, number: int | None, lemmas: Ints | None = None) -> _Cell:
    """Count one period, or all texts where ``number`` is None; of all lemmas in the windows where none are named."""
    near, own = (words.of(concept) for words in (company.contexts.near, company.contexts.own))
    if number is not None:
        near, own = (words.where(place[words.document] == number) for words in (near, own))
    if lemmas is None:
        lemmas = np.searchsorted(company.lemmas, np.unique(near.lemma[near.lemma >= 0]))
    column, document = _columns(company, near, lemmas)
    of_own = np.bincount(_columns(company, own, lemmas)[0], minlength=len(lemmas))
    key, times = np.unique(document * max(len(lemmas), 1) + column, return_counts=True)
    document, column = np.divmod(key, max(len(lemmas), 1))
    size = np.bincount(near.document).astype(np.float64)
    o11 = np.bincount(column, times, minlength=len(lemmas)).astype(np.int64)
    places = slice(None) if number is None else slice(number, number + 1)
    o21 = company.totals[places].sum(axis=0)[lemmas] - of_own - o11
    r1 = len(near.token)
    r2 = int(company.words[places].sum()) - len(own.token) - r1
    # sum((o_d - share * r_d)^2) over all documents, with no zero of o_d written out
    share = o11 / max(r1, 1)
    squares = np.bincount(column, times**2, minlength=len(lemmas)) + share**2 * (size**2).sum()
    variance = squares - 2 * share * np.bincount(column, times * size[document], minlength=len(lemmas))
    documents = np.bincount(column, minlength=len(lemmas))
    return _Cell(lemmas, o11, r1 - o11, o21, r2 - o21, documents, np.maximum(variance, 0))


def _columns(company: Company, words: Words, lemmas: Ints) -> tuple[Ints, Ints]:
    """The words of some lemmas: the place of each one's lemma in ``lemmas``, and its document."""
    wanted = company.lemmas[lemmas]
    known = np.isin(words.lemma, wanted)
    return np.searchsorted(wanted, words.lemma[known]), words.document[known]


def _table(study: Study, company: Company, cell: _Cell, of: tuple[str, str, str]) -> pa.Table:
    from scipy.special import chdtrc

    g2 = association.log_likelihood(*cell.counts)
    e11 = association.expected(*cell.counts)
    p_adjusted = np.array(adjust_holm(chdtrc(1, g2).tolist()))
    kept = np.flatnonzero(_enough(study, cell))
    kept = kept[np.lexsort([kept, -(np.sign(cell.o11 - e11) * g2)[kept]])]
    counts = o11, o12, o21, o22 = [count[kept] for count in cell.counts]
    number = len(kept)
    columns = {
        **{name: [value] * number for name, value in zip(("concept", "language", "period"), of, strict=True)},
        "collocate": company.contexts.lemmas.take(pa.array(company.lemmas[cell.lemma[kept]])),
        "window": [study.collocations.window] * number, "o11": o11, "o12": o12, "o21": o21, "o22": o22,
        "log_likelihood": g2[kept], "log_dice": association.log_dice(*counts),
        "mi": association.mutual_information(*counts), "t_score": association.t_score(*counts),
        "delta_p": association.delta_p(*counts), "documents": cell.documents[kept],
        "e11": e11[kept], "delta_p_reverse": association.delta_p(o11, o21, o12, o22), "p_adjusted": p_adjusted[kept],
    }  # fmt: skip
    arrays = [pa.array(columns[field.name], field.type, from_pandas=True) for field in COLLOCATIONS]
    return pa.table(arrays, schema=COLLOCATIONS)


def _enough(study: Study, cell: _Cell) -> NDArray[np.bool_]:
    settings = study.collocations
    return (cell.o11 >= settings.min_count) & (cell.documents >= settings.min_documents)


def _changes(
    study: Study, company: Company, of: tuple[int, str, str], periods: Sequence[Period], place: Ints
) -> Iterator[dict[str, Any]]:
    found = np.unique(place[company.contexts.near.of(of[0]).document])
    numbers = found[found > 0].tolist()
    enough = []
    for number in numbers:
        cell = _count(company, of[0], place, number)
        enough.append(cell.lemma[_enough(study, cell)])
    for i, pair in enumerate(pairwise(numbers)):
        kept = np.union1d(enough[i], enough[i + 1])
        in_both = [company.totals[number][kept] > 0 for number in pair]
        kept = kept[in_both[0] & in_both[1]]
        first, second = (_count(company, of[0], place, number, kept) for number in pair)
        (before, low), (after, high) = _log_ratio(first), _log_ratio(second)
        difference, error = after - before, np.sqrt(low + high)
        p_value = _two_sided(difference / error)
        p_adjusted = association.adjust_benjamini_hochberg(p_value)
        for j in np.lexsort([kept, -np.abs(difference)]).tolist():
            yield {
                "concept": of[1], "language": of[2],
                "collocate": company.contexts.lemmas[company.lemmas[kept[j]]].as_py(),
                "before": periods[pair[0] - 1].name, "after": periods[pair[1] - 1].name,
                "o11_before": first.o11[j], "o11_after": second.o11[j],
                "documents_before": first.documents[j], "documents_after": second.documents[j],
                "log_ratio_before": before[j], "log_ratio_after": after[j], "difference": difference[j],
                "low": difference[j] - Z_95 * error[j], "high": difference[j] + Z_95 * error[j],
                "p_value": p_value[j], "p_adjusted": p_adjusted[j],
            }  # fmt: skip


def _log_ratio(cell: _Cell) -> tuple[Floats, Floats]:
    """The log ratio of each lemma and its variance, in bits."""
    # Where next to none is expected near the concept, a half would make a strong tie of nothing.
    o11 = cell.o11 + np.minimum(_HALF, association.expected(*cell.counts))
    o21 = cell.o21 + _HALF
    ratio = np.log2(o11 / (cell.o11 + cell.o12 + _HALF)) - np.log2(o21 / (cell.o21 + cell.o22 + _HALF))
    factor = np.maximum(cell.variance / o11, 1.0)
    return ratio, factor * (1 / o11 + 1 / o21) / np.log(2) ** 2


def _two_sided(z: Floats) -> Floats:
    from scipy.special import ndtr

    p: Floats = 2 * ndtr(-np.abs(z))
    return p
