"""The report: one HTML file over a study that opens without a network and leads from each figure to its lines."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup, escape

from pipeline.export.captions import LANGUAGE_NAMES
from pipeline.export.composition import summarise_corpus
from pipeline.export.embed import embed_svg
from pipeline.export.flags import explain_flag
from pipeline.export.fonts import web_font
from pipeline.export.kwic import OUTSIDE, UNDATED, Concordance, cut_end, select_lines, web_address
from pipeline.export.lines import pack_lines
from pipeline.export.names import short_title
from pipeline.export.points import Point, read_points
from pipeline.export.provenance import Provenance, first_copies, most_dependent, number_citations
from pipeline.export.rooms import Rooms
from pipeline.export.series import ALL, anchor, concept_rows
from pipeline.export.small_figures import timeline_box
from pipeline.export.tables import format_number
from pipeline.records import REASONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.records import Concept

LINES = 60
"""Lines of the concordance that stand in the page for a concept in a language; the script shows all."""
_FEWEST_LINES = 20
_ALL_LINES = 6000
"""Lines that stand in the page for all of them, about."""
_LANGUAGES = {**LANGUAGE_NAMES, "und": "not known"}
_LONG = 60
"""A table of numbers with more periods shows those with most mentions."""
_REJECTS = 300
_STYLE = "<style>"
_HAN = re.compile(r"([\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+)")


@dataclass(frozen=True, slots=True)
class ReportData:
    """All that the report says; tables have the contract's columns."""

    title: str
    name: str
    version: str
    languages: Sequence[str]
    note: str
    """The study's own sentence for every figure."""
    sources: Sequence[Mapping[str, str]]
    """One mapping for each source, all with the same keys, which become the columns."""
    corpus: pa.Table
    rejects: pa.Table
    timelines: pa.Table
    changes: pa.Table
    concordance: pa.Table
    concepts: Sequence[Concept]
    figures: Mapping[str, str]
    """The SVG of each concept."""
    overview: str = ""
    """The SVG of the overview, or nothing."""
    composition: str = ""
    """The SVG of documents by year, or nothing."""
    flags: Mapping[str, int] = field(default_factory=dict)
    """How many documents have each flag."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """From the manifest: what the page was made from."""
    notes: Sequence[str] = ()
    """What a reader must know first, such as the number of undated documents."""
    provenance: Provenance = field(default_factory=Provenance)
    rooms: Rooms = field(default_factory=Rooms)
    seed: int = 1
    """Of the sample of lines that a page holds where all would be too many."""


class _Period(NamedTuple):
    period: str
    documents: str
    documents_with: str
    mentions: str
    exposure: str
    """The words, or the characters, that the rate is per million of."""
    rate: str
    interval: str
    share: str
    anchor: str
    """Where its lines stand; empty where there are none."""


class _Numbers(NamedTuple):
    language: str
    periods: Sequence[_Period]
    left_out: int


class _Section(NamedTuple):
    concept: Concept
    mentions: Mapping[str, int]
    figure: Markup
    first: Sequence[Mapping[str, Any]]
    elsewhere: Sequence[Mapping[str, Any]]
    """What is counted and in no period: ``language``, ``period``, ``found``, ``anchor``."""
    numbers: Sequence[_Numbers]
    concordance: Sequence[Concordance]


def render_report(data: ReportData) -> str:
    """The page as HTML.

    All text of the documents is escaped; only http and https addresses are links; a content security policy forbids
    the network and all scripts but the page's own, which it names by its sha256.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    page = Environment(
        loader=PackageLoader("pipeline.export", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    page.filters.update(
        tagged=tag_han,
        number=_number,
        language=lambda code: _LANGUAGES.get(code, code),
        cut=cut_end,
        doubt=explain_flag,
    )
    page.globals.update(web_address=web_address, timeline_box=timeline_box())
    found = _found_languages(data)
    shown = [concept for concept in data.concepts if concept.id in found]
    points = {concept.id: read_points(concept_rows(data.timelines, concept.id), concept.label) for concept in shown}
    figures = [
        _embed(data.figures.get(concept.id, ""), f"f{number}", points[concept.id])
        for number, concept in enumerate(shown)
    ]
    overview = _embed(data.overview, "overview", {name: one for few in points.values() for name, one in few.items()})
    pairs = [(concept.id, language) for concept in shown for language in found[concept.id]]
    limit = max(_FEWEST_LINES, min(LINES, _ALL_LINES // max(1, len(pairs))))
    sections = [
        _section(data, concept, found[concept.id], figure, limit)
        for concept, figure in zip(shown, figures, strict=True)
    ]
    cited, numbers = number_citations((lines for s in sections for lines in s.concordance), data.provenance.citations)
    script = files("pipeline.export").joinpath("templates", "report.js").read_text(encoding="utf-8")
    html = page.get_template("report.html.j2").render(
        data=data,
        sections=sections,
        absent=[concept for concept in data.concepts if concept.id not in found],
        overview=overview,
        composition=_embed(data.composition, "composition", {}),
        rooms=data.rooms,
        pair_figures=[_embed(pair.figure, f"p{number}", {}) for number, pair in enumerate(data.rooms.pairs)],
        grid=_embed(data.rooms.grid, "grid", {}),
        pairs_figure=_embed(_pairs_figure(data.rooms), "topics", {}),
        shown=found,
        openable=set(pairs),
        companions={concept for concept, _ in (data.rooms.keywords.company if data.rooms.keywords else ())},
        term_of=_name_terms(shown, pairs),
        lines=pack_lines(data.concordance, data.timelines, pairs, numbers, seed=data.seed),
        names={(one.id, code): short_title(one.label, one.id, code) for one in shown for code in found[one.id]},
        script=script,
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        corpus=summarise_corpus(data.corpus, data.languages),
        reasons=_count_reasons(data.rejects),
        rejects=data.rejects.slice(0, _REJECTS).to_pylist(),
        copies=first_copies(data.provenance.copies),
        dependent=most_dependent(data.provenance.dependence),
        labels={concept.id: concept for concept in data.concepts},
        cited=cited,
        reference=numbers,
        below=_below(data.timelines),
    )
    return _with_font(html)


def _with_font(html: str) -> str:
    """The page with a font for its Chinese characters, for computers that have none."""
    characters = set("".join(_HAN.findall(html)))
    if not characters:
        return html
    data = base64.b64encode(web_font(characters)).decode("ascii")
    face = f'@font-face {{ font-family: "Zwiesprache Han"; src: url(data:font/woff;base64,{data}) format("woff"); }}'
    return html.replace(_STYLE, f"{_STYLE}\n{face}", 1)  # no text of a document holds a tag: the first one is ours


def tag_han(text: object) -> Markup:
    """The text, escaped, with each run of Han characters declared as Chinese."""
    parts = _HAN.split(str(text))
    return Markup("").join(
        Markup('<span lang="zh">{}</span>').format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )


def _number(value: object) -> str:
    """Numbers for reading: thousands set apart, four significant digits at most after the point."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else format_number(value, 3)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _embed(svg: str, prefix: str, points: Mapping[str, Point]) -> Markup:
    # The SVG was parsed and rebuilt from shapes alone: nothing of a document is left in it but outlines.
    return Markup(embed_svg(svg, prefix, points)) if svg else Markup("")  # noqa: S704


def _pairs_figure(rooms: Rooms) -> str:
    return rooms.topics.pairs.figure if rooms.topics and rooms.topics.pairs else ""


def _name_terms(concepts: Sequence[Concept], pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """By language and form the concept whose lines a word leads to, since it is one of its terms."""
    return {
        (term.language, term.form): concept.id
        for concept in concepts
        for term in concept.terms
        if term.match != "regex" and (concept.id, term.language) in pairs
    }


def _found_languages(data: ReportData) -> dict[str, list[str]]:
    """The concepts with a mention, in the study's languages: in a period, or in the concordance alone (undated)."""
    pairs: set[tuple[str, str]] = set()
    mentioned = data.timelines.filter(pc.greater(data.timelines["mentions"], 0))
    for table in (mentioned, data.concordance):
        both = table.select(["concept", "language"]).group_by(["concept", "language"]).aggregate([])
        pairs.update(zip(both["concept"].to_pylist(), both["language"].to_pylist(), strict=True))
    order = dict.fromkeys([*data.languages, *sorted(language for _, language in pairs)])
    return {
        concept.id: languages
        for concept in data.concepts
        if (languages := [language for language in order if (concept.id, language) in pairs])
    }


def _section(data: ReportData, concept: Concept, languages: Sequence[str], figure: Markup, limit: int) -> _Section:
    rows = concept_rows(data.timelines, concept.id)
    everything = rows.filter(pc.equal(rows["group"], ALL))
    lines = concept_rows(data.concordance, concept.id)
    changes = concept_rows(data.changes, concept.id).to_pylist()
    titles = dict(zip(lines["doc_id"].to_pylist(), lines["title"].to_pylist(), strict=True))
    urls = dict(zip(lines["doc_id"].to_pylist(), lines["url"].to_pylist(), strict=True))
    first = [
        {**row, "title": titles.get(row["doc_id"]) or row["doc_id"], "href": web_address(urls.get(row["doc_id"]))}
        for row in changes
        if row["kind"] == "first_seen" and row["group"] == ALL
    ]
    concordance = [
        select_lines(_of(lines, language), _of(everything, language), concept.id, language, limit)
        for language in languages
    ]
    totals = everything.group_by("language").aggregate([("mentions", "sum")])
    mentions = dict(zip(totals["language"].to_pylist(), totals["mentions_sum"].to_pylist(), strict=True))
    return _Section(
        concept=concept,
        mentions={language: mentions.get(language) or 0 for language in languages},
        figure=figure,
        first=sorted(first, key=lambda row: str(row["date"])),
        elsewhere=[
            {
                "language": one.language,
                "period": part.period,
                "found": part.found,
                "anchor": part.anchor,
            }
            for one in concordance
            for part in one.periods
            if part.period in {OUTSIDE, UNDATED}
        ],
        numbers=[_numbers(_of(everything, language), language) for language in languages if mentions.get(language)],
        concordance=concordance,
    )


def _of(table: pa.Table, language: str) -> pa.Table:
    return table.filter(pc.equal(table["language"], language))


def _numbers(rows: pa.Table, language: str) -> _Numbers:
    shown = rows
    if rows.num_rows > _LONG:
        most = rows.append_column("row", pa.array(range(rows.num_rows))).sort_by([("mentions", "descending")])
        shown = rows.take(pa.array(sorted(most["row"].to_pylist()[: _LONG // 2])))
    return _Numbers(language, [_period(row) for row in shown.to_pylist()], rows.num_rows - shown.num_rows)


def _below(timelines: pa.Table) -> str:
    """What the rates are per million of: only where it is characters is there a number of them."""
    per_characters = "characters" in timelines.column_names and timelines["characters"].null_count < timelines.num_rows
    return "characters" if per_characters else "words"


def _period(row: Mapping[str, Any]) -> _Period:
    interval = "" if row["low"] is None else f"{_number(row['low'])} to {_number(row['high'])}"
    share = "" if row["document_share"] is None else f"{100 * row['document_share']:.1f} %"
    return _Period(
        row["period"],
        _number(row["documents"]),
        _number(row["documents_with"]),
        _number(row["mentions"]),
        _number(row["words"] if row.get("characters") is None else row["characters"]),
        _number(row["per_million"]) if row["words"] else "no texts",
        interval,
        share,
        anchor(row["concept"], row["language"], row["period"]) if row["mentions"] else "",
    )


def _count_reasons(rejects: pa.Table) -> list[tuple[str, str, int]]:
    """Each reason with its explanation and how often it was given, the most frequent first."""
    counts = rejects.group_by("reason").aggregate([("reason", "count")])
    pairs = zip(counts["reason"].to_pylist(), counts["reason_count"].to_pylist(), strict=True)
    return [(reason, REASONS.get(reason, ""), count) for reason, count in sorted(pairs, key=lambda p: (-p[1], p[0]))]
