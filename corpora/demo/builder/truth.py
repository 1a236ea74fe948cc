"""What is true of the corpus, from the marks in its manuscripts and never from the program."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from builder.manuscripts import SOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.manuscripts import Manuscript, Paragraph

COUNTED = ("body", "heading")


def shown_paragraphs(manuscript: Manuscript) -> Iterator[Paragraph]:
    """Title, headings and paragraphs as the format shows them, then the footnotes; the title once, as what it is."""
    if manuscript.format not in ("txt", "txt-gb18030", "jsonl"):
        yield manuscript.title
    yield from manuscript.paragraphs
    yield from manuscript.footnotes.values()


def document_truth(manuscript: Manuscript) -> dict[str, Any]:
    """One document: what an extraction should find in it, and the mentions planted in it."""
    shown = [(("heading" if part.kind == "title" else part.kind), part) for part in shown_paragraphs(manuscript)]
    passages = {kind: [part.text for name, part in shown if name == kind] for kind in ("heading", "body", "footnote")}
    marks = [(kind, mention) for kind, part in shown for mention in part.mentions]
    return {
        "doc_id": f"{manuscript.source}/{manuscript.key}",
        "source_type": SOURCE_TYPES[manuscript.source],
        "language": manuscript.language,
        "date": manuscript.date,
        "date_precision": manuscript.date_precision,
        "format": manuscript.format,
        "title": manuscript.title.text,
        "headings": passages["heading"],
        "paragraphs": passages["body"],
        "footnotes": passages["footnote"],
        "mentions": [
            {"concept": mention.concept, "surface": mention.surface, "kind": kind}
            for kind, mention in marks
            if mention.concept != "!"
        ],
        "no_mentions": [
            {"surface": mention.surface, "kind": kind} for kind, mention in marks if mention.concept == "!"
        ],
    }


def corpus_truth(manuscripts: Sequence[Manuscript]) -> dict[str, Any]:
    """The whole corpus: when city diplomacy is first seen beside what, and how often each concept is meant to count."""
    return {
        "first_city_diplomacy": {
            language: _first_mention(manuscripts, language, "city_diplomacy") for language in ("zh", "de")
        },
        "counts": _counts(manuscripts),
    }


def _first_mention(manuscripts: Sequence[Manuscript], language: str, concept: str) -> dict[str, Any] | None:
    """The first counted mention by date, and the concepts that share its passage."""
    found = [
        (manuscript.date, f"{manuscript.source}/{manuscript.key}", part)
        for manuscript in manuscripts
        if manuscript.language == language
        for part in shown_paragraphs(manuscript)
        if part.kind != "footnote" and concept in {mention.concept for mention in part.mentions}
    ]
    if not found:
        return None
    date, doc_id, part = min(found, key=lambda item: item[:2])
    beside = sorted({mention.concept for mention in part.mentions} - {concept, "!"})
    return {"year": int(date[:4]), "date": date, "doc_id": doc_id, "passage": part.text, "beside": beside}


def _counts(manuscripts: Sequence[Manuscript]) -> dict[str, dict[str, dict[str, int]]]:
    """Counted mentions by language, concept and year; a year without any is left out."""
    counts: Counter[tuple[str, str, str]] = Counter(
        (manuscript.language, mention.concept, manuscript.date[:4])
        for manuscript in manuscripts
        for part in shown_paragraphs(manuscript)
        if part.kind != "footnote"
        for mention in part.mentions
        if mention.concept != "!"
    )
    table: dict[str, dict[str, dict[str, int]]] = {}
    for (language, concept, year), count in sorted(counts.items()):
        table.setdefault(language, {}).setdefault(concept, {})[year] = count
    return table
