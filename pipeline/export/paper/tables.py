"""The tables of the paper: composition of the corpus, first mentions, steps and trends, rates by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.export.composition import summarise_corpus
from pipeline.export.names import short_title, title_of
from pipeline.export.paper import captions
from pipeline.export.paper.latex import set_table, set_text
from pipeline.export.series import ALL, concept_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.export.paper.registry import Material
    from pipeline.export.phrases import Phrases

_HEADS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "language": "Language", "type": "Source", "years": "Years", "documents": "Documents", "words": "Words",
        "characters": "Characters", "copies": "Copies", "undated": "Undated", "concept": "Concept", "date": "Date",
        "document": "Document", "period": "Period", "mentions": "Mentions", "rate": "Rate", "interval": "95 % interval",
        "kind": "Kind", "before": "Before", "after": "After", "ratio": "Ratio", "p": "p (adj.)", "none": "no texts",
        "other": "other", "step": "step", "step up": "step up", "step down": "step down", "trend": "trend",
        "total": "Total",
    },
    "de": {
        "language": "Sprache", "type": "Quelle", "years": "Jahre", "documents": "Dokumente", "words": "Wörter",
        "characters": "Zeichen", "copies": "Kopien", "undated": "ohne Datum", "concept": "Begriff", "date": "Datum",
        "document": "Dokument", "period": "Zeitraum", "mentions": "Nennungen", "rate": "Rate",
        "interval": "95-%-Intervall", "kind": "Art", "before": "vorher", "after": "nachher", "ratio": "Verhältnis",
        "p": "p (korr.)", "none": "keine Texte", "other": "andere", "step": "Sprung", "step up": "Sprung aufwärts",
        "step down": "Sprung abwärts", "trend": "Trend",
        "total": "Summe",
    },
    "zh": {
        "language": "语言", "type": "来源", "years": "年份", "documents": "文献", "words": "词", "characters": "字符",
        "copies": "重复", "undated": "无日期", "concept": "概念", "date": "日期", "document": "文献", "period": "时段",
        "mentions": "提及", "rate": "频率", "interval": "95%区间", "kind": "类型", "before": "之前", "after": "之后",
        "ratio": "比率", "p": "校正p", "none": "无文本", "other": "其他", "step": "突变", "step up": "突变（升）",
        "step down": "突变（降）", "trend": "趋势",
        "total": "合计",
    },
}  # fmt: skip


def corpus_table(corpus: pa.Table, material: Material) -> str:
    """Documents, words, characters, copies and undated documents by language and kind of source."""
    words = material.phrases
    heads = _HEADS[words.code]
    counts = ("documents", "words", "characters", "duplicates", "undated")
    rows = [row for row in summarise_corpus(corpus, material.facts.languages) if row["documents"]]
    cells = []
    for row in rows:
        language = words.language(row["language"]) if row["language"] != "und" else heads["other"]
        numbers = [words.number(row[name]) for name in counts]
        cells.append([set_text(language), set_text(words.group(row["source_type"])), _years(row["years"]), *numbers])
    totals = [words.number(sum(row[name] for row in rows)) for name in counts]
    cells.append([heads["total"], "", "", *totals])
    names = ["language", "type", "years", "documents", "words", "characters", "copies", "undated"]
    spec = "l>{\\raggedright\\arraybackslash}p{30mm}lrrrrr"
    return set_table([heads[name] for name in names], cells, spec, captions.table("corpus", words), "tab:corpus")


def first_mentions(material: Material, keys: Mapping[str, str], titles: Mapping[str, str]) -> str:
    r"""The first dated mention of each concept in each language, with the document cited.

    Args:
        material: what the pack is made from.
        keys: the key of each cited document.
        titles: its title.
    """
    words = material.phrases
    heads = _HEADS[words.code]
    cells = []
    for row in first_rows(material):
        title = _shorten(titles.get(row["doc_id"]) or row["doc_id"])
        known = {"day": 10, "month": 7}.get(row.get("date_precision") or "day", 4)
        cells.append([
            set_text(short_title(material.labels[row["concept"]], row["concept"], row["language"])),
            set_text(words.language(row["language"])), row["date"].isoformat()[:known],
            rf"{set_text(title)} \cite{{{keys[row['doc_id']]}}}",
        ])  # fmt: skip
    ragged = r">{\raggedright\arraybackslash\hspace{0pt}}"
    names = ("concept", "language", "date", "document")
    caption = captions.table("changes", words, dagger=material.facts.dagger, names=(row[0] for row in cells))
    spec = f"{ragged}p{{40mm}}ll{ragged}p{{68mm}}"
    return set_table([heads[name] for name in names], cells, spec, caption, "tab:first")


def first_rows(material: Material) -> list[dict[str, Any]]:
    """The rows of ``changes.csv`` that say where a concept is first seen in all texts."""
    rows = material.changes.to_pylist()
    return [
        row for row in rows if row["kind"] == "first_seen" and row["group"] == ALL and row["concept"] in material.labels
    ]


def change_table(material: Material) -> str:
    """Steps and trends of the chosen concepts in all texts, p adjusted for how many were tried; else nothing."""
    words = material.phrases
    heads = _HEADS[words.code]
    cells = []
    for row in material.changes.to_pylist():
        if row["kind"] not in {"step", "trend"} or row["group"] != ALL or row["concept"] not in material.chosen:
            continue
        if row["ratio"] is None:  # too little to say anything
            continue
        kind = " ".join(filter(None, [row["kind"], row.get("direction")]))
        ratio = words.number(row["ratio"], 2)
        if row["low"] is not None and row["high"] is not None:
            ratio += f" [{words.number(row['low'], 2)}–{words.number(row['high'], 2)}]"
        cells.append([
            set_text(short_title(material.labels[row["concept"]], row["concept"], row["language"])),
            set_text(words.language(row["language"])), heads[kind], set_text(row["period"] or ""),
            *("" if row[name] is None else words.number(row[name], 1) for name in ("before", "after")),
            set_text(ratio), _p_value(row.get("p_adjusted", row["p_value"]), words),
        ])  # fmt: skip
    if not cells:
        return ""
    names = ("concept", "language", "kind", "period", "before", "after", "ratio", "p")
    spec = r">{\raggedright\arraybackslash\hspace{0pt}}p{38mm}lllrrlr"
    caption = captions.table("steps_table", words, dagger=material.facts.dagger, names=(row[0] for row in cells))
    return set_table([heads[name] for name in names], cells, spec, caption, "tab:changes")


def timeline_table(material: Material, concept: str) -> str:
    """One concept in all texts: a row for each period, for each language mentions, rate and interval."""
    words = material.phrases
    heads = _HEADS[words.code]
    rows = [row for row in concept_rows(material.timelines, concept).to_pylist() if row["group"] == ALL]
    languages = list(dict.fromkeys(row["language"] for row in rows))
    by_period: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        by_period.setdefault(row["period"], {})[row["language"]] = _rate_cells(row, heads["none"], words)
    names = [heads["period"]]
    for code in languages:
        names += [f"{words.language(code)}: {heads['mentions']}", heads["rate"], heads["interval"]]
    empty = ["", "", ""]
    cells = [
        [set_text(period), *(c for code in languages for c in of.get(code, empty))] for period, of in by_period.items()
    ]
    name = title_of(material.labels[concept], concept)
    caption = captions.table("timeline", words, name, dagger=material.facts.dagger)
    return set_table(names, cells, "l" + "rrr" * len(languages), caption, f"tab:{concept}")


def _rate_cells(row: Mapping[str, Any], none: str, words: Phrases) -> list[str]:
    if not row["words"]:
        return [set_text(none), "", ""]
    interval = "" if row["low"] is None else f"{words.number(row['low'], 1)}–{words.number(row['high'], 1)}"
    mentions = f"{words.number(row['mentions'])} ({words.number(row['documents_with'])})"
    return [mentions, words.number(row["per_million"], 1), interval]


def _p_value(value: float | None, words: Phrases) -> str:
    if value is None:
        return ""
    return f"$<$ {words.number(0.001)}" if value < 0.001 else words.number(value, 3)


def _years(years: Sequence[int] | None) -> str:
    return "" if years is None else str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"


def _shorten(title: str) -> str:
    return title if len(title) <= 90 else f"{title[:89]}…"
