"""Keyness: which words stand out in one part of the corpus against another.

How sure is said over documents and not over words, because the words of one document are not independent of each other:
a word of one loud document is that document's, however large its G2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.analyses.association import adjust_benjamini_hochberg
from pipeline.analyses.document_words import count_terms, read_stretches, read_vocabulary, single_words
from pipeline.analyses.intervals import FEW_DOCUMENTS_WITH
from pipeline.analyses.parts import make_comparisons

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.document_words import Block
    from pipeline.analyses.parts import Comparison
    from pipeline.study import Study

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

KEYNESS = pa.schema(
    [
        ("language", pa.string()), ("target", pa.string()), ("reference", pa.string()), ("lemma", pa.string()),
        ("count_target", pa.int64()), ("count_reference", pa.int64()),
        ("words_target", pa.int64()), ("words_reference", pa.int64()),
        ("log_likelihood", pa.float64()), ("log_ratio", pa.float64()),
        ("documents_target", pa.int64()), ("documents_reference", pa.int64()),
        ("comparison", pa.string()), ("low", pa.float64()), ("high", pa.float64()),
        ("dispersion_target", pa.float64()), ("dispersion_reference", pa.float64()),
        ("p_value", pa.float64()), ("p_adjusted", pa.float64()), ("key", pa.bool_()),
    ]
)  # fmt: skip

LEVEL = 0.05
"""A key word's ``p_adjusted`` is below this."""
_HALF = 0.5


def log_likelihood(a: Ints, b: Ints, c: int, d: int) -> Floats:
    """G2 over two cells, 2 * (a ln(a / E1) + b ln(b / E2)) (Rayson and Garside 2000); 0 ln 0 is 0.

    Args:
        a: Counts in the target.
        b: Counts in the reference.
        c: Words of the target; E1 = c (a + b) / (c + d).
        d: Words of the reference; E2 = d (a + b) / (c + d).
    """
    whole = np.maximum(np.asarray(a + b, np.float64), 1)
    cells = ((np.asarray(count, np.float64), words * whole / (c + d)) for count, words in ((a, c), (b, d)))
    terms = [np.where(count > 0, count * np.log(np.maximum(count, 1) / expected), 0.0) for count, expected in cells]
    g2: Floats = np.maximum(2 * (terms[0] + terms[1]), 0)
    return g2


def log_ratio(a: Ints, b: Ints, c: int, d: int) -> Floats:
    """log2((a / c) / (b / d)), a count of zero taken as 0.5 (Hardie 2014)."""
    ratio: Floats = np.log2(np.maximum(a, _HALF) / c) - np.log2(np.maximum(b, _HALF) / d)
    return ratio


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What is known of each word in one part of the corpus; arrays over words."""

    count: Ints
    documents: Ints
    second: Floats
    """Over the part's documents the sum of (m - r w)^2: m occurrences in w words, r the rate of the part."""
    fourth: Floats
    """And of (m - r w)^4."""
    burst: Floats
    """Occurrences that come at once: sum(m^2) / sum(m); 1 for a word without any."""
    dispersion: Floats
    """Gries' DP, normalised, as `pipeline.analyses.measures.dispersion_dp`."""
    words: int
    size: int
    """Documents of the part, with the word or without."""


class Interval(NamedTuple):
    """The 95 % interval of a log ratio in bits, and how likely one so far from 0 is by chance; NaN where unknown."""

    low: Floats
    high: Floats
    p_value: Floats


def keyness(study: Study, corpus: Corpus) -> pa.Table:
    """All words that are frequent enough to be compared, in each comparison of the study.

    A word is compared where it reaches ``min_count`` and ``min_documents`` in one of the two parts. Rows come by
    language and comparison, the words of the target first, the strongest (by G2) first, those of the reference last.

    Raises:
        StudyError: a part of the corpus cannot be made, or a list of stop words cannot be read.
    """
    made = make_comparisons(study, corpus)
    tables = [KEYNESS.empty_table()]
    for code in study.languages:
        own = [comparison for comparison in made if comparison.language == code]
        if own:
            tables += _compare(study, corpus, own, code)
    return pa.concat_tables(tables)


def _compare(study: Study, corpus: Corpus, comparisons: Sequence[Comparison], code: str) -> list[pa.Table]:
    vocabulary = read_vocabulary(study, code, study.keyness.without_tags.get(code, ()))
    lemmas, words = vocabulary.lemmas, corpus.words_by_document(code)
    parts: dict[bytes, Flags] = {}
    for one in comparisons:
        parts |= {part.tobytes(): part for part in (one.in_target, one.in_reference)}

    def blocks() -> Iterable[Block]:
        return count_terms(read_stretches(study, corpus, vocabulary), corpus, single_words, len(lemmas))

    totals = count_parts(blocks(), parts, len(lemmas))
    sides = measure_sides(blocks(), parts, totals, words)
    return [
        _table(study, lemmas, one, sides[one.in_target.tobytes()], sides[one.in_reference.tobytes()])
        for one in comparisons
    ]


def count_parts(blocks: Iterable[Block], parts: Mapping[bytes, Flags], size: int) -> dict[bytes, Ints]:
    """How often each word stands in each part."""
    totals = {key: np.zeros(size, np.int64) for key in parts}
    for block in blocks:
        for key, part in parts.items():
            inside = part[block.document]
            found = np.bincount(block.term[inside], block.times[inside], minlength=size)
            totals[key] += found.astype(np.int64)
    return totals


def measure_sides(
    blocks: Iterable[Block], parts: Mapping[bytes, Flags], totals: Mapping[bytes, Ints], words: Ints
) -> dict[bytes, Side]:
    """What is known of each word in each part.

    Args:
        blocks: All pairs of document and word.
        parts: Which documents are in each part.
        totals: How often each word stands in each part.
        words: Words by document.
    """
    sums = {key: np.zeros((5, len(total))) for key, total in totals.items()}
    sizes = {key: words[part] for key, part in parts.items()}
    for block in blocks:
        for key, part in parts.items():
            inside = part[block.document]
            term, count, size = block.term[inside], block.times[inside], words[block.document[inside]]
            whole = int(sizes[key].sum())
            expected = totals[key][term] / whole * size
            deviation = count - expected
            share = size / whole
            terms = (
                np.ones(len(term)),
                deviation**2 - expected**2,
                deviation**4 - expected**4,
                count.astype(np.float64) ** 2,
                np.abs(count / totals[key][term] - share) - share,
            )
            sums[key] += [np.bincount(term, values, minlength=len(totals[key])) for values in terms]
    return {key: _side(totals[key], sums[key], sizes[key]) for key in parts}


def _side(count: Ints, sums: Floats, sizes: Ints) -> Side:
    """A part's sums with what documents without the word add to them."""
    documents, second, fourth, squares, spread = sums
    whole, smallest = int(sizes.sum()), int(sizes.min())
    rate = count / whole
    some = count > 0
    uneven = whole > smallest
    dp = (spread + 1) / 2 / (1 - smallest / whole) if uneven else np.full(len(count), np.nan)
    return Side(
        count=count,
        documents=np.rint(documents).astype(np.int64),
        second=np.maximum(second + rate**2 * (sizes.astype(np.float64) ** 2).sum(), 0),
        fourth=np.maximum(fourth + rate**4 * (sizes.astype(np.float64) ** 4).sum(), 0),
        burst=np.where(some, squares / np.maximum(count, 1), 1.0),
        dispersion=np.where(some, dp, np.nan),
        words=whole,
        size=len(sizes),
    )


def interval_of(target: Side, reference: Side) -> Interval:
    """The intervals of log ratios, documents being what varies.

    Where a word stands in `FEW_DOCUMENTS_WITH` documents of either part or more, as
    `pipeline.analyses.intervals.compare_rates`; the p-value is that of the same t. Where one of the parts has it in
    fewer or in none: occurrences come in bursts of the size sum(m^2) / sum(m) over both parts, and if the rates were
    the same, each burst would fall into either part in proportion to the parts' words. Bounds and p-value are those of
    this binomial number (Clopper and Pearson 1934, bursts as counts; the p-value is twice the smaller tail). A word
    that is absent from one part has one bound only.

    Returns:
        NaN where either part has fewer than two documents.
    """
    if min(target.size, reference.size) < 2:
        nothing = np.full(len(target.count), np.nan)
        return Interval(nothing, nothing, nothing)
    interval = _of_bursts(target, reference)
    many = (target.documents >= FEW_DOCUMENTS_WITH) & (reference.documents >= FEW_DOCUMENTS_WITH)
    ratio = log_ratio(target.count, reference.count, target.words, reference.words)
    known = _welch(ratio[many], _variance(target, many), _variance(reference, many))
    for values, own in zip(interval, known, strict=True):
        values[many] = own
    return interval


def _of_bursts(target: Side, reference: Side) -> Interval:
    from scipy.special import betainc, betaincinv

    m, n = target.count.astype(np.float64), reference.count.astype(np.float64)
    burst = np.where(m + n > 0, m * target.burst + n * reference.burst, 1) / np.maximum(m + n, 1)
    x, y = m / burst, n / burst
    share = target.words / (target.words + reference.words)
    tails = [np.where(x > 0, betainc(x, y + 1, share), 1.0), np.where(y > 0, betainc(y, x + 1, 1 - share), 1.0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(x > 0, betaincinv(x, y + 1, 0.025), np.nan)
        most = np.where(y > 0, betaincinv(x + 1, y, 0.975), np.nan)
        low, high = (np.log2(bound / (1 - bound) * reference.words / target.words) for bound in (least, most))
    return Interval(low, high, np.minimum(2 * np.minimum(*tails), 1))


def _variance(side: Side, of: Flags) -> tuple[Floats, Floats]:
    """The variance of a rate's logarithm and half of its degrees of freedom, as in `compare_rates`."""
    count, second, fourth = side.count[of], side.second[of], side.fourth[of]
    spread = np.maximum(fourth - second**2 / side.size, 1e-12 * np.maximum(fourth, 1e-300))
    freedom = np.clip(2 * second**2 / spread, 2, 1e6)
    variance = np.maximum(second * side.size / (side.size - 1), count / 4) / count.astype(np.float64) ** 2
    return variance, np.maximum(freedom / 2, 2)


def _welch(ratio: Floats, one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    from scipy.special import stdtr, stdtrit

    whole = one[0] + other[0]
    freedom = whole**2 / (one[0] ** 2 / one[1] + other[0] ** 2 / other[1])
    error = np.sqrt(whole) / np.log(2)
    reach = stdtrit(freedom, 0.975) * error
    return ratio - reach, ratio + reach, 2 * stdtr(freedom, -np.abs(ratio) / error)


def _table(study: Study, lemmas: pa.Array, of: Comparison, target: Side, reference: Side) -> pa.Table:
    settings = study.keyness
    enough = [
        (side.count >= settings.min_count) & (side.documents >= settings.min_documents) for side in (target, reference)
    ]
    kept = np.flatnonzero(enough[0] | enough[1])
    a, b = target.count[kept], reference.count[kept]
    g2 = log_likelihood(a, b, target.words, reference.words)
    ratio = log_ratio(a, b, target.words, reference.words)
    interval = Interval(*(values[kept] for values in interval_of(target, reference)))
    adjusted = np.full(len(kept), np.nan)
    known = ~np.isnan(interval.p_value)
    adjusted[known] = adjust_benjamini_hochberg(interval.p_value[known])
    often = np.where(ratio > 0, enough[0][kept], enough[1][kept])
    key = often & (np.abs(ratio) >= settings.min_log_ratio) & (adjusted < LEVEL)
    columns: dict[str, Any] = {
        "lemma": lemmas.take(pa.array(kept)), "count_target": a, "count_reference": b,
        "log_likelihood": g2, "log_ratio": ratio,
        "documents_target": target.documents[kept], "documents_reference": reference.documents[kept],
        "low": interval.low, "high": interval.high,
        "dispersion_target": target.dispersion[kept], "dispersion_reference": reference.dispersion[kept],
        "p_value": interval.p_value, "p_adjusted": adjusted, "key": key,
    }  # fmt: skip
    alike = {
        "language": of.language, "target": of.target, "reference": of.reference, "comparison": of.name,
        "words_target": target.words, "words_reference": reference.words,
    }  # fmt: skip
    columns |= {name: [value] * len(kept) for name, value in alike.items()}
    arrays = [pa.array(columns[field.name], field.type, from_pandas=True) for field in KEYNESS]
    table = pa.table(arrays, schema=KEYNESS)
    return table.take(pa.array(np.lexsort([kept, -np.sign(ratio) * g2])))
