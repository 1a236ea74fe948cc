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
        ("interval_note", pa.string()),
    ]
)


def year_periods(first: int, last: int) -> list[tuple[str, dt.date, dt.date]]:
    return [(str(year), dt.date(year, 1, 1), dt.date(year + 1, 1, 1)) for year in range(first, last + 1)]


def month_periods(first: int, last: int) -> list[tuple[str, dt.date, dt.date]]:
    starts = [dt.date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]
    return [(f"{s:%Y-%m}", s, e) for s, e in zip(starts, [*starts[1:], dt.date(last + 1, 1, 1)], strict=True)]


def make_timelines(
    *,
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
                    _row((concept, language, group), period, *(int(c) for c in count))
                    for period, count in zip(periods, counts, strict=True)
                ]
    return pa.Table.from_pylist(rows, schema=TIMELINES)


def _row(
    key: tuple[str, str, str], period: tuple[str, dt.date, dt.date], documents: int, words: int, mentions: int
) -> dict[str, object]:
    rate = 1e6 * mentions / words if words else None
    spread = 2e6 * np.sqrt(mentions + 1) / words if words else 0.0
    share = min(mentions, documents) / documents if documents else None
    return {
        "concept": key[0],
        "language": key[1],
        "group": key[2],
        "period": period[0],
        "start": period[1],
        "end": period[2] - dt.timedelta(days=1),
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
        "interval_note": "few_documents" if 0 < documents < 10 else None,
    }


CORPUS = pa.schema(
    [
        ("language", pa.string()),
        ("source_type", pa.string()),
        ("year", pa.int64()),
        *((name, pa.int64()) for name in ("documents", "passages", "words", "characters", "duplicates", "undated")),
        ("rejected", pa.int64()),
    ]
)
REJECTS = pa.schema([(name, pa.string()) for name in ("source_id", "item", "stage", "reason", "detail")])
CHANGES = pa.schema(
    [
        *((name, pa.string()) for name in ("concept", "language", "group", "kind", "period")),
        ("date", pa.date32()),
        ("doc_id", pa.string()),
        *((name, pa.float64()) for name in ("before", "after", "ratio", "low", "high", "p_value")),
        ("documents_before", pa.int64()),
        ("documents_after", pa.int64()),
    ]
)
CONCORDANCE = pa.schema(
    [
        ("concept", pa.string()),
        ("language", pa.string()),
        ("date", pa.date32()),
        *((name, pa.string()) for name in ("doc_id", "source_type", "title")),
        ("page", pa.int32()),
        *((name, pa.string()) for name in ("left", "match", "right", "url", "period")),
    ]
)
_TEXTS = {
    "zh": (
        "两市在平等互利的基础上继续深化各领域的务实合作，并就进一步推动",
        "的发展交换了意见，",
        "关于推动友好城市合作的讲话（节选）",
    ),
    "de": (
        "Der Oberbürgermeister erinnerte an die Anfänge der Zusammenarbeit und nannte die",
        "einen Beitrag zur Verständigung, der über den Austausch von Delegationen hinausgehe",
        "Rede zum vierzigjährigen Bestehen der Städtepartnerschaft",
    ),
}


def make_corpus(first: int = 2004, last: int = 2024) -> pa.Table:
    rows = [
        {
            "language": language,
            "source_type": kind,
            "year": year,
            "documents": 3 + (year * 7 + len(kind)) % 11,
            "passages": 80,
            "words": 21000,
            "characters": 90000,
            "duplicates": year % 2,
            "undated": 0,
            "rejected": 0,
        }
        for language in ("zh", "de")
        for kind in ("speech", "article", "city_website")
        for year in range(first, last + 1)
    ]
    rows.append({**rows[0], "year": None, "documents": 2, "undated": 2})
    rows.append(
        {**dict.fromkeys(CORPUS.names, 0), "language": None, "source_type": "speech", "year": None, "rejected": 3}
    )
    return pa.Table.from_pylist(rows, CORPUS)


def make_rejects() -> pa.Table:
    rows = [
        ("speeches", "2009/rede_öffnung.pdf", "corpus", "encrypted", "a password is needed"),
        ("speeches", "2011/讲话.pdf", "corpus", "broken", "no page could be read"),
        ("websites", "index.html", "corpus", "no_text", ""),
    ]
    return pa.Table.from_pylist([dict(zip(REJECTS.names, row, strict=True)) for row in rows], REJECTS)


def make_concordance(timelines: pa.Table, undated: int = 2) -> pa.Table:
    """As many lines as the timelines count in all texts, spread over each period's days, and some without a date."""
    rows: list[dict[str, object]] = []
    for row in timelines.to_pylist():
        if row["group"] != "all":
            continue
        days = (row["end"] - row["start"]).days
        for n in range(row["mentions"]):
            date = row["start"] + dt.timedelta(days=days * n // max(row["mentions"] - 1, 1))
            rows.append(_line(row, date, n))
    first = timelines.slice(0, 1).to_pylist()
    rows += [_line(first[0], None, n) for n in range(undated)] if first else []
    return pa.Table.from_pylist(rows, CONCORDANCE)


def _line(row: dict[str, object], date: dt.date | None, n: int) -> dict[str, object]:
    left, right, title = _TEXTS.get(str(row["language"]), _TEXTS["de"])
    label = next((label for name, label in CONCEPTS.items() if str(row["concept"]).startswith(name)), {})
    return {
        "concept": row["concept"],
        "language": row["language"],
        "date": date,
        "doc_id": f"speeches/{row['concept']}_{row['language']}_{row['period'] if date else 'undated'}_{n}",
        "source_type": "speech",
        "title": title,
        "page": 1 + n % 9 if n % 3 else None,
        "left": left,
        "match": label.get(str(row["language"]), "Wort"),
        "right": right,
        "url": None if n % 3 else f"https://stadt.example/{n}",
        "period": row["period"] if date else None,
    }


def make_changes(concordance: pa.Table) -> pa.Table:
    first: dict[tuple[str, str], dict[str, object]] = {}
    for line in concordance.to_pylist():
        key = (line["concept"], line["language"])
        if line["date"] and (key not in first or line["date"] < first[key]["date"]):
            first[key] = line
    rows = [
        {
            "concept": line["concept"],
            "language": line["language"],
            "group": "all",
            "kind": "first_seen",
            "period": str(line["date"])[:4],
            "date": line["date"],
            "doc_id": line["doc_id"],
        }
        for line in first.values()
    ]
    return pa.Table.from_pylist(rows, CHANGES)
