"""The figures of a study: one concept, the overview of all, and what the corpus is made of.

Figures are as wide as their page (170 mm in the report), in type of at least 7 points, and readable in grey and to the
colour-blind. They are drawn without pyplot: nothing is kept between two of them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError, known_names
from pipeline.export import panels
from pipeline.export.fonts import drawing, text_width, wrap_text
from pipeline.export.legend import draw_legend, legend_size
from pipeline.export.names import group_name, label_rows, row_heights, text_room, title_of
from pipeline.export.panels import (
    DENSE,
    EDGE,
    MAIN,
    POINT,
    SMALL,
    STYLES,
    Frame,
    Page,
    Style,
    place_axes,
    write_text,
)  # fmt: skip
from pipeline.export.phrases import ENGLISH
from pipeline.export.series import ALL, Series, concept_rows, read_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Curves = Mapping[tuple[str, str], Series]

RATE = ENGLISH.rate
REPORT = Page()
"""The page of the report."""

_AXIS = 15.5
"""Millimetres that an axis takes left of its panel."""
_BARS, _TICKS, _HEAD = 13.0, 6.0, 5.5
_BESIDE = 40
"""Up to so many periods two languages stand side by side, where the page is wide enough."""
_LONGEST = 225.0
"""Millimetres of height that a figure has on a page, room for its caption left."""


class _Parts(NamedTuple):
    """What one language's panels in a concept's figure are made of."""

    language: str
    frame: Frame
    styles: Mapping[str, Style]
    strips: Sequence[str]
    """Groups that have a panel of their own."""
    shown: dict[str, bool]
    """What the key must explain; filled while drawing."""
    page: Page
    steps: Sequence[float]
    """Decimal years at which the rate steps."""


def draw_concept(
    timelines: pa.Table,
    concept: str,
    label: Mapping[str, str],
    note: str,
    *,
    page: Page = REPORT,
    steps: Mapping[tuple[str, str], Sequence[float]] | None = None,
) -> Figure:
    """One concept over time: a panel for each language, its groups beside all texts, documents below.

    Args:
        timelines: the rows of ``timelines.csv``.
        concept: its id.
        label: its name by language code; the figure's title.
        note: what stands under the figure.
        page: its width and language, and whether it has a title.
        steps: decimal years at which a concept's rate in a language steps; marked by thin lines.

    Raises:
        InputError: the table has no such concept, or a text has a character without a glyph.
        MissingTool: the font is not there.
    """
    rows = concept_rows(timelines, concept)
    if not rows.num_rows:
        names = known_names(concept, pc.unique(timelines["concept"]).to_pylist())
        raise InputError(f"the timelines have no concept {concept!r}; {names}")
    with drawing():
        curves = read_series(rows)
        styles = _group_styles(curves)
        languages = _languages_with_words(curves)
        frame = _frame(concept, curves)
        longest = max(len(curves[language, ALL].periods) for language in languages)
        titles = wrap_text(title_of(label, concept), text_room(page), 10) if page.titled else []
        left_out = len({group for language, group in curves if _draws(curves, language, group)}) - len(styles)
        if left_out:
            note += " " * bool(note) + page.phrases.left_out.format(len(styles), left_out)
        notes = wrap_text(note, text_room(page), SMALL) if note else []
        strips = {
            language: [group for group in styles if longest > DENSE and _draws(curves, language, group)]
            for language in languages
        }
        beside = len(languages) == 2 and longest <= _BESIDE and not page.narrow
        share = len(languages) if beside else 1
        width = (page.width - EDGE) / share - _AXIS - (0.5 if beside else 0)
        ticks = _tick_room([curves[language, ALL] for language in languages], frame, width)
        stepping = any((steps or {}).get((concept, language)) for language in languages)
        entries = [*(group_name(group, page.phrases) for group in styles), *[page.phrases.step] * stepping]
        rows_of_key, columns = legend_size(entries, page)
        top = 5.5 * len(titles) + EDGE + 1 if page.titled else 1.0
        main = 50.0 if beside or len(languages) == 1 else 38.0
        heights = [_HEAD + main + 14 * len(strips[language]) + _BARS + ticks + 2 for language in languages]
        legend = top + (max(heights) if beside else sum(heights)) + 1
        height = legend + 4.6 * rows_of_key + (3.3 * len(notes) + 2 if notes else 0) + 1.5
        figure = new_figure(height, page)
        write_text(figure, EDGE, EDGE, titles, 10)
        shown = dict.fromkeys(("gap", "few", "beyond", "step"), False)
        for number, language in enumerate(languages):
            x = _AXIS + number * (page.width - EDGE) / share if beside else _AXIS
            y = top if beside else top + sum(heights[:number])
            place = (x, y, width, main)
            at = (steps or {}).get((concept, language), ())
            parts = _Parts(language, frame, styles, strips[language], shown, page, at)
            _draw_language(figure, curves, parts, place)
        draw_legend(figure, styles, shown, legend, columns, page=page, strips=any(strips.values()))
        write_text(figure, EDGE, legend + 4.6 * rows_of_key + 2, notes, SMALL, color="#404040")
    return figure


def draw_overview(
    timelines: pa.Table, labels: Mapping[str, Mapping[str, str]], note: str, *, page: Page = REPORT
) -> Figure:
    """Small multiples of all texts: a row for each concept with any mention, a column for each language.

    Args:
        timelines: the rows of ``timelines.csv``.
        labels: for each concept its name by language code; the rows come in this order.
        note: what stands under the figure.
        page: its width and language; on a narrow one names stand above the rows.

    Returns:
        The figure; where no concept has a mention, a page that says so.

    Raises:
        InputError: a text has a character without a glyph.
        MissingTool: the font is not there.
    """
    data = figure_data(timelines)
    found = set(pc.unique(data["concept"]).to_pylist())
    concepts = [concept for concept in labels if concept in found]
    if not concepts:
        return draw_message(page.phrases.nothing, note, page)
    narrow = page.narrow
    with drawing():
        curves = {concept: read_series(concept_rows(data, concept)) for concept in concepts}
        every = {(concept, *key): one for concept in concepts for key, one in curves[concept].items()}
        languages = _languages_with_words({key[1:]: one for key, one in every.items()})
        first, last = min(one.left[0] for one in every.values()), max(one.right[-1] for one in every.values())
        side, names = label_rows({concept: labels[concept] for concept in concepts}, page)
        notes = wrap_text(note, text_room(page), SMALL) if note else []
        heights = row_heights(names, page)
        column = (page.width - side - 4 - EDGE) / len(languages)
        tops = [panels.top_of_axis(one) for key, one in every.items() if key[2] == ALL]
        beside = panels.label_room(tops, 2, page.phrases.number)
        width = column - beside - 1
        titles = {language: _title_column(language, width, page) for language in languages}
        head, gap = 3.7 + 3.3 * max(map(len, titles.values())), 3.6
        ticks = _tick_room(list(every.values()), Frame("", first, last), width)
        legend = head + sum(heights) + gap * len(concepts) + ticks
        rows_of_key, columns = legend_size([], page)
        height = legend + 4.6 * rows_of_key + 1 + (3.3 * len(notes) + 2 if notes else 0) + 1
        figure = new_figure(height, page)
        shown = dict.fromkeys(("gap", "few", "beyond"), False)
        for across, language in enumerate(languages):
            x = side + 4 + across * column + beside
            write_text(figure, x, 2.2, titles[language], 7.5)
            y = head
            for concept, height in zip(concepts, heights, strict=True):
                above = 3.3 * len(names[concept]) if narrow else 0.0
                axes = place_axes(figure, x, y + above, width, height - above)
                if across == 0:
                    write_text(figure, EDGE, y + 0.5 - narrow, names[concept], SMALL)
                of = (language, Frame(concept, first, last))
                bottom = concept == concepts[-1]
                _draw_small(axes, curves[concept], of, shown, page, width=width, bottom=bottom)
                y += height + gap
        draw_legend(figure, {}, shown, legend, columns, page=page, strips=False)
        write_text(figure, EDGE, legend + 4.6 * rows_of_key + 2, notes, SMALL, color="#404040")
    return figure


def split_overview(labels: Mapping[str, Mapping[str, str]], page: Page) -> list[list[str]]:
    """The concepts of an overview in parts, each of which fits onto a page of a paper."""
    with drawing():
        heights = row_heights(label_rows(labels, page)[1], page)
    parts: list[list[str]] = []
    room = 0.0
    for concept, height in zip(labels, heights, strict=True):
        if room < height + 3.6:
            parts.append([])
            room = _LONGEST - 30
        parts[-1].append(concept)
        room -= height + 3.6
    return parts


def figure_data(timelines: pa.Table, concept: str | None = None) -> pa.Table:
    """The rows that a figure is drawn from: those of one concept, or the overview's where none is named."""
    if concept is not None:
        return concept_rows(timelines, concept)
    everything = timelines.filter(pc.equal(timelines["group"], ALL))
    totals = everything.group_by("concept").aggregate([("mentions", "sum")])
    mentioned = totals.filter(pc.greater(totals["mentions_sum"], 0))["concept"]
    return everything.filter(pc.is_in(everything["concept"], value_set=mentioned.combine_chunks()))


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write ``stem.pdf``, ``stem.svg`` and ``stem.png`` (300 dpi); the same figure gives the same bytes."""
    paths = []
    metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {"Software": None}}
    with drawing():
        for kind, facts in metadata.items():
            path = stem.with_name(f"{stem.name}.{kind}")
            quick: dict[str, Any] = {"pil_kwargs": {"compress_level": 3}} if kind == "png" else {}
            figure.savefig(path, format=kind, dpi=300, metadata=facts, **quick)
            paths.append(path)
    return paths


def to_svg(figure: Figure) -> str:
    """The figure as SVG to stand in a page."""
    buffer = io.StringIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def new_figure(height: float, page: Page) -> Figure:
    """An empty figure, its height in millimetres."""
    from matplotlib.figure import Figure

    return Figure(figsize=(page.width * panels.MM, height * panels.MM))


def draw_message(message: str, note: str, page: Page) -> Figure:
    """A figure that says why there is nothing in it."""
    with drawing():
        notes = wrap_text(note, text_room(page), SMALL) if note else []
        lines = wrap_text(message, text_room(page), 9)
        figure = new_figure(13 + 4.2 * len(lines) + 3.3 * len(notes), page)
        write_text(figure, EDGE, 6, lines, 9)
        write_text(figure, EDGE, 10 + 4.2 * len(lines), notes, SMALL, color="#404040")
    return figure


def _draw_language(figure: Figure, curves: Curves, parts: _Parts, place: tuple[float, float, float, float]) -> None:
    """The panels of one language; ``place`` is x, y, width and the main panel's height in millimetres."""
    language, frame, styles, strips, shown, page, steps = parts
    number = page.phrases.number
    x, y, width, height = place
    main = curves[language, ALL]
    _write_head(figure, main, language, place, page)
    y += _HEAD
    axes = place_axes(figure, x, y, width, height)
    inside = [group for group in styles if _draws(curves, language, group) and not strips]
    panels.scale_axis(axes, panels.top_of_axis(main, [curves[language, group] for group in inside]), 5, number)
    axes.set_ylabel(page.phrases.rate, fontsize=7.5, labelpad=3)
    axes.yaxis.set_label_coords(-(_AXIS - 5.0) / width, 0.5)
    shown["gap"] |= panels.draw_gaps(axes, main, frame)
    shown["beyond"] |= panels.draw_band(axes, main)
    for group in (*inside, ALL):
        weight = 1.7 if group == ALL else 0.9
        of = (frame.concept, language, group)
        _draw_one(axes, curves[language, group], styles.get(group, MAIN), of, shown, weight=weight)
    y += height + 1.5
    for group in strips:
        strip = place_axes(figure, x, y + 4.0, width, 8.6, share=axes)
        write_text(figure, x, y, [group_name(group, page.phrases)], SMALL)
        one = curves[language, group]
        panels.scale_axis(strip, panels.top_of_axis(one, band=False), 2, number)
        shown["gap"] |= panels.draw_gaps(strip, one, frame)
        _draw_one(strip, one, styles[group], (frame.concept, language, group), shown, weight=0.9)
        strip.tick_params(labelbottom=False)
        y += 14
    bars = place_axes(figure, x, y + 0.5, width, _BARS - 2, share=axes)
    panels.draw_documents(bars, main, number)
    bars.set_ylabel(page.phrases.documents, fontsize=SMALL)
    bars.yaxis.set_label_coords(-(_AXIS - 5.0) / width, 0.5)
    axes.tick_params(labelbottom=False)
    panels.scale_time(bars, main, frame, width)
    shown["step"] |= panels.draw_steps(axes, steps)


def _write_head(
    figure: Figure, main: Series, language: str, place: tuple[float, float, float, float], page: Page
) -> None:
    x, y, width, _ = place
    write_text(figure, x, y + 0.6, [page.phrases.language(language)], 8)
    number = page.phrases.number
    sums = (number(main.mentions.sum(), 0), number(main.below.sum(), 0))
    counts = page.phrases.counts.format(*sums, page.phrases.below)
    if text_width(counts, SMALL) * POINT < width - 22:
        at = x + width - text_width(counts, SMALL) * POINT - 0.5
        write_text(figure, at, y + 0.9, [counts], SMALL, color="#404040")


def _draw_small(
    axes: Axes, curves: Curves, of: tuple[str, Frame], shown: dict[str, bool], page: Page, *, width: float, bottom: bool
) -> None:
    """One cell of the overview: the language and the frame that it is ``of``."""
    language, frame = of
    longest = max((one for key, one in curves.items() if key[1] == ALL), key=lambda one: len(one.periods))
    panels.scale_time(axes, longest, frame, width)
    if not bottom:
        axes.tick_params(labelbottom=False)
    main = curves.get((language, ALL))
    if main is None:
        axes.set_yticks([])
        words = "\n".join(wrap_text(page.phrases.no_term, (width - 2) / POINT, SMALL))
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color="#606060")
        return
    panels.scale_axis(axes, panels.top_of_axis(main), 2, page.phrases.number)
    shown["gap"] |= panels.draw_gaps(axes, main, frame)
    shown["beyond"] |= panels.draw_band(axes, main)
    weight = 0.7 if len(main.periods) > DENSE else 1.1
    _draw_one(axes, main, MAIN, (frame.concept, language, ALL), shown, weight=weight)


def _draw_one(
    axes: Axes, one: Series, style: Style, of: tuple[str, str, str], shown: dict[str, bool], *, weight: float
) -> None:
    links = panels.point_links(one, *of)
    shown["beyond"] |= panels.draw_curve(axes, one, style, links, weight=weight)
    shown["few"] |= bool(one.doubtful.any())


def _group_styles(curves: Curves) -> dict[str, Style]:
    """The groups with most words, each with its own look, in the table's order."""
    words: dict[str, float] = {}
    for (language, group), one in curves.items():
        if _draws(curves, language, group):
            words[group] = words.get(group, 0.0) + float(one.words.sum())
    most = sorted((group for group in words if words[group] > 0), key=lambda group: -words[group])[: len(STYLES)]
    return dict(zip([group for group in words if group in most], STYLES, strict=False))


def _draws(curves: Curves, language: str, group: str) -> bool:
    """Whether a group has words in a language, and is not all there is of its column: that would be ``all`` again."""
    one = curves.get((language, group))
    return one is not None and 0 < one.words.sum() < curves[language, ALL].words.sum()


def _languages_with_words(curves: Curves) -> list[str]:
    languages = list(dict.fromkeys(language for language, group in curves if group == ALL))
    with_words = [language for language in languages if (curves[language, ALL].words > 0).any()]
    return with_words or languages


def _frame(concept: str, curves: Curves) -> Frame:
    ends = [(one.left[0], one.right[-1]) for one in curves.values()]
    return Frame(concept, min(first for first, _ in ends), max(last for _, last in ends))


def _title_column(language: str, width: float, page: Page) -> list[str]:
    """What stands above a column of the overview, in as many lines as its panels' millimetres make of it."""
    name = page.phrases.language(language)
    return wrap_text(name if page.narrow else f"{name}: {page.phrases.rate}", width / POINT, 7.5)


def _tick_room(series: Sequence[Series], frame: Frame, width: float) -> float:
    """Millimetres below a time axis: more where the names of periods are wrapped."""
    names = [name for one in series for name in panels.name_periods(one, frame, width)]
    return _TICKS + 3.3 * max((name.count("\n") for name in names), default=0)
