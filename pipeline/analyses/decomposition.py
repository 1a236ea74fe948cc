"""What of a change happened within the sources, and what came from another mix of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.timelines import make_groups, make_strata, mentions_by_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.periods import Period
    from pipeline.records import Concept
    from pipeline.study import Study

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DECOMPOSITION = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("group", pa.string()), ("kind", pa.string()),
        ("period_before", pa.string()), ("period_after", pa.string()), ("stratum", pa.string()),
        ("words_before", pa.int64()), ("words_after", pa.int64()), ("before", pa.float64()), ("after", pa.float64()),
        ("change", pa.float64()), ("within", pa.float64()), ("mix", pa.float64()), ("one_sided", pa.float64()),
        ("missing", pa.string()),
    ]
)  # fmt: skip

ALL = "all"


class Components(NamedTuple):
    """What each stratum contributes to the change of a rate; their sum is the change."""

    within: Floats
    """By its own rate."""
    mix: Floats
    """By its share of the whole."""
    one_sided: Floats
    """Of a stratum that is there in one of the two periods alone: all that it brought or took away."""


def kitagawa(hits_before: Floats, size_before: Floats, hits_after: Floats, size_after: Floats) -> Components:
    """The two components of Kitagawa (1955), by stratum.

    With s the strata's shares of the whole and r their rates: within ``(r2 - r1) * (s1 + s2) / 2``, mix ``(s2 - s1) *
    (r1 + r2) / 2``. A stratum that is missing on one side has no rate there and none is made up for it: its
    contribution ``s2 * r2 - s1 * r1`` is given apart.

    Args:
        hits_before: Events by stratum.
        size_before: What they are counted against, by stratum; not 0 in all.
        hits_after: As before.
        size_after: As before.
    """
    both = (size_before > 0) & (size_after > 0)
    rates = [
        np.divide(hits, size, out=np.zeros(len(size)), where=size > 0)
        for hits, size in ((hits_before, size_before), (hits_after, size_after))
    ]
    shares = [size / size.sum() for size in (size_before, size_after)]
    within = np.where(both, (rates[1] - rates[0]) * (shares[0] + shares[1]) / 2, 0.0)
    mix = np.where(both, (shares[1] - shares[0]) * (rates[0] + rates[1]) / 2, 0.0)
    return Components(within, mix, np.where(both, 0.0, shares[1] * rates[1] - shares[0] * rates[0]))


def decomposition(study: Study, corpus: Corpus, concepts: Sequence[Concept], steps: pa.Table) -> pa.Table:
    """Each change of a rate, per million words, by stratum (``adjust`` of the study) and in all.

    ``kind`` ``consecutive``: from each period with words to the next one; ``whole``: from the first to the last;
    ``step``: what lies before and after each step of ``changes``. In the row of a stratum ``before`` and ``after`` are
    its own rates and ``change`` is what it contributes; in the row ``all`` they are those of the group. In place of
    words stand characters where rates are per million of these. ``missing`` names the side on which a
    stratum has no words (``before`` or ``after``). A group of one stratum has no rows, nor has a change between two
    periods without a mention.

    Args:
        study: The study.
        corpus: Its corpus.
        concepts: The concepts of its lexicon.
        steps: The table of changes.
    """
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    place = period_of(corpus.dates, periods)
    strata, names = make_strata(study, corpus)
    stepped: dict[tuple[str, ...], list[str]] = {}
    for row in steps.select(["concept", "language", "group", "kind", "period"]).to_pylist():
        if row["kind"] == "step":
            stepped.setdefault((row["concept"], row["language"], row["group"]), []).append(row["period"])
    rows: list[dict[str, Any]] = []
    for code in study.languages:
        mine = [concept for concept in concepts if any(term.language == code for term in concept.terms)]
        words = corpus.below_by_document(code)
        mentions = mentions_by_document(corpus, [concept.id for concept in mine], code)
        for group in make_groups(study, corpus):
            inside = np.flatnonzero(group.members & (words > 0) & (place >= 0))
            used = np.unique(strata[inside])
            if len(used) < 2:
                continue
            cell = place[inside] * len(names) + strata[inside]
            size = (len(periods), len(names))
            exposure = np.bincount(cell, words[inside], minlength=size[0] * size[1]).reshape(size)[:, used]
            for i, concept in enumerate(mine):
                hits = np.bincount(cell, mentions[inside, i], minlength=size[0] * size[1]).reshape(size)[:, used]
                key = {"concept": concept.id, "language": code, "group": group.name}
                for kind, before, after in _pairs(exposure, stepped.get(tuple(key.values()), []), periods):
                    head = key | {
                        "kind": kind,
                        "period_before": _name(periods, before),
                        "period_after": _name(periods, after),
                    }
                    sides = [array[where].sum(axis=0) for where in (before, after) for array in (hits, exposure)]
                    rows += [head | row for row in _rows(sides, [names[s] for s in used])]
    return pa.Table.from_pylist(rows, DECOMPOSITION)


def _pairs(exposure: Ints, steps: Sequence[str], periods: Sequence[Period]) -> Iterator[tuple[str, Ints, Ints]]:
    """Which periods are compared with which, of those with words."""
    used = np.flatnonzero(exposure.sum(axis=1) > 0)
    for i in range(1, len(used)):
        yield "consecutive", used[i - 1 : i], used[i : i + 1]
    if len(used) > 1:
        yield "whole", used[:1], used[-1:]
    at = [i for i, period in enumerate(periods) if period.name in set(steps)]
    bounds = [0, *at, len(periods)]
    for i in range(len(at)):
        before, after = (used[(used >= bounds[i + j]) & (used < bounds[i + j + 1])] for j in (0, 1))
        yield "step", before, after


def _name(periods: Sequence[Period], which: Ints) -> str:
    names = [periods[i].name for i in (which[0], which[-1])]
    return names[0] if len(which) == 1 else " to ".join(names)


def _rows(sides: Sequence[Floats], names: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of the strata that are there on either side, then that of all; none without a mention."""
    hits_before, words_before, hits_after, words_after = sides
    if not hits_before.sum() + hits_after.sum():
        return []
    parts = kitagawa(*sides)
    rows = []
    for i, name in enumerate(names):
        if words_before[i] + words_after[i]:
            within, mix, one_sided = (1e6 * float(part[i]) for part in parts)
            missing = "before" if not words_before[i] else "after" if not words_after[i] else None
            rows.append(
                _row(name, [side[i] for side in sides])
                | {"change": within + mix + one_sided, "missing": missing}
                | ({"one_sided": one_sided} if missing else {"within": within, "mix": mix})
            )
    within, mix, one_sided = (1e6 * float(part.sum()) for part in parts)
    whole = _row(ALL, [side.sum() for side in sides])
    return [*rows, whole | {"change": within + mix + one_sided, "within": within, "mix": mix, "one_sided": one_sided}]


def _row(stratum: str, sides: Sequence[float]) -> dict[str, Any]:
    hits_before, words_before, hits_after, words_after = (float(side) for side in sides)
    return {
        "stratum": stratum,
        "words_before": int(words_before),
        "words_after": int(words_after),
        "before": 1e6 * hits_before / words_before if words_before else None,
        "after": 1e6 * hits_after / words_after if words_after else None,
    }
