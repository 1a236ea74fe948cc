"""Tables with the contract's columns, made up: what the exports are tried on."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

CONCEPTS = {
    "city_diplomacy": {"zh": "城市外交", "de": "Städtediplomatie", "en": "city diplomacy"},
    "peoples_diplomacy": {"zh": "民间外交", "de": "Volksdiplomatie", "en": "people's diplomacy"},
    "climate_partnership": {
        "zh": "气候伙伴关系",
        "de": "Kommunale Klimapartnerschaftsvereinbarungen",
        "en": "climate partnership",
    },
}
LABELS = {f"{name}_{n}" if n else name: label for n in range(10) for name, label in CONCEPTS.items()}

TIMELINES = pa.schema(
    [
        ("concept", pa.string()),
        ("language", pa.string()),
        ("group", pa.string()),
        ("period", pa.string()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("documents", pa.int64()),
        ("documents_with", pa.int64()),
        ("mentions", pa.int64()),
        ("words", pa.int64()),
        ("per_million", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("document_share", pa.float64()),
        ("share_low", pa.float64()),
        ("share_high", pa.float64()),
        ("dispersion", pa.float64()),
        ("adjusted_per_million", pa.float64()),
    ]
)


def year_periods(first: int, last: int) -> list[tuple[str, dt.date, dt.date]]:
    return [(str(year), dt.date(year, 1, 1), dt.date(year + 1, 1, 1)) for year in range(first, last + 1)]


def month_periods(first: int, last: int) -> list[tuple[str, dt.date, dt.date]]:
    starts = [dt.date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]
    return [(f"{s:%Y-%m}", s, e) for s, e in zip(starts, [*starts[1:], dt.date(last + 1, 1, 1)], strict=True)]


def make_timelines(
    concepts: list[str] | None = None,
    languages: tuple[str, ...] = ("zh", "de"),
    groups: tuple[str, ...] = ("source_type=speech", "source_type=article", "source_type=city_website"),
    periods: list[tuple[str, dt.date, dt.date]] | None = None,
    gaps: tuple[str, ...] = ("2009", "2010"),
    rate: float = 60.0,
    seed: int = 1,
) -> pa.Table:
    """Curves that rise and fall, with gaps in the first language, quiet years and years with few documents."""
    random = np.random.default_rng(seed)
    rows = []
    periods = periods or year_periods(2004, 2024)
    for concept in concepts if concepts is not None else list(CONCEPTS):
        for language in languages:
            wave = rate * np.exp(random.normal(0, 0.4, len(periods)) + np.linspace(-2, 1, len(periods)))
            totals = np.zeros((len(periods), 3), int)
            kept = []
            for group in groups or ("",):
                documents = random.integers(2, 40, len(periods))
                words = documents * random.integers(300, 4000, len(periods))
                mentions = random.poisson(words * wave * random.uniform(0.4, 1.8) / 1e6)
                for n, (period, _, _) in enumerate(periods):
                    if period[:4] in gaps and language == languages[0]:
                        documents[n] = words[n] = mentions[n] = 0
                counts = np.stack([documents, words, mentions], axis=1)
                totals += counts
                kept.append((group, counts))
            kept = [("all", totals), *(one for one in kept if one[0])]
            for group, counts in kept:
                rows += [
                    _row(concept, language, group, period, *(int(c) for c in count))
                    for period, count in zip(periods, counts, strict=True)
                ]
    return pa.Table.from_pylist(rows, schema=TIMELINES)


def _row(
    concept: str, language: str, group: str, period: tuple[str, dt.date, dt.date], documents: int, words: int, mentions: int
) -> dict[str, object]:
    rate = 1e6 * mentions / words if words else None
    spread = 2e6 * np.sqrt(mentions + 1) / words if words else 0.0
    share = min(mentions, documents) / documents if documents else None
    return {
        "concept": concept,
        "language": language,
        "group": group,
        "period": period[0],
        "start": period[1],
        "end": period[2],
        "documents": documents,
        "documents_with": min(mentions, documents),
        "mentions": mentions,
        "words": words,
        "per_million": rate,
        "low": None if rate is None else max(0.0, rate - spread),
        "high": None if rate is None else rate + spread,
        "document_share": share,
        "share_low": share,
        "share_high": share,
        "dispersion": None,
        "adjusted_per_million": rate,
    }
