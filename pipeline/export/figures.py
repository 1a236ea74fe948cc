"""The figures of a study: one concept, the overview of all, and what the corpus is made of.

Figures are 170 mm wide, in type of at least 7 points, and readable in grey and to the colour-blind. They are drawn
without pyplot: nothing is kept between two of them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError, known_names
from pipeline.export import panels
from pipeline.export.captions import LANGUAGE_NAMES
from pipeline.export.fonts import check_glyphs, drawing, text_width, wrap_text
from pipeline.export.panels import DENSE, MAIN, POINT, SMALL, STYLES, Frame, Style, place_axes, write_text
from pipeline.export.series import ALL, FEW_DOCUMENTS, Series, concept_rows, read_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Curves = Mapping[tuple[str, str], Series]

WIDTH = 170.0
"""Millimetres: the text width of a journal page."""

RATE = "mentions per million words"

_EDGE, _AXIS = 3.0, 15.5
"""Millimetres: the page's edge, and the room that an axis takes left of its panel."""
_TEXT_WIDTH = 0.98 * (WIDTH - 2 * _EDGE) / POINT
"""Points; a little is kept for kerning."""
_BARS, _TICKS, _HEAD = 13.0, 6.0, 5.5
_BESIDE = 40
"""Up to so many periods two languages stand side by side."""


class _Parts(NamedTuple):
    """What one language's panels in a concept's figure are made of."""

    language: str
    frame: Frame
    styles: Mapping[str, Style]
    strips: Sequence[str]
    """Groups that have a panel of their own."""
    shown: dict[str, bool]
    """What the key must explain; filled while drawing."""


def draw_concept(timelines: pa.Table, concept: str, label: Mapping[str, str], note: str) -> Figure:
    """One concept over time: a panel for each language, its groups beside all texts, documents below.

    Args:
        timelines: the rows of ``timelines.csv``.
        concept: its id.
        label: its name by language code; the figure's title.
        note: what stands under the figure.

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
        titles = wrap_text(_title(label, concept), _TEXT_WIDTH, 10)
        left_out = len({group for (_, group), one in curves.items() if one.words.sum()} - {ALL}) - len(styles)
        if left_out:
            note += f" The {len(styles)} groups with most words are drawn; {left_out} more are in the table."
        notes = wrap_text(note, _TEXT_WIDTH, SMALL) if note else []
        strips = {
            language: [group for group in styles if longest > DENSE and _draws(curves, language, group)]
            for language in languages
        }
        beside = len(languages) == 2 and longest <= _BESIDE
        share = len(languages) if beside else 1
        width = (WIDTH - _EDGE) / share - _AXIS - (0.5 if beside else 0)
        ticks = _tick_room([curves[language, ALL] for language in languages], frame, width)
        legend_rows, columns = _legend_size([*(_short(group) for group in styles)])
        top = 5.5 * len(titles) + _EDGE + 1
        main = 50.0 if beside or len(languages) == 1 else 38.0
        heights = [_HEAD + main + 14 * len(strips[language]) + _BARS + ticks + 2 for language in languages]
        legend = top + (max(heights) if beside else sum(heights)) + 1
        height = legend + 4.6 * legend_rows + (3.3 * len(notes) + 2 if notes else 0) + 1.5
        figure = _new_figure(height)
        write_text(figure, _EDGE, _EDGE, titles, 10)
        shown = {"gap": False, "few": False, "beyond": False}
        for number, language in enumerate(languages):
            x = _AXIS + number * (WIDTH - _EDGE) / share if beside else _AXIS
            y = top if beside else top + sum(heights[:number])
            place = (x, y, width, main)
            parts = _Parts(language, frame, styles, strips[language], shown)
            _draw_language(figure, curves, parts, place)
        _draw_legend(figure, styles, shown, legend, columns, strips=any(strips.values()))
        write_text(figure, _EDGE, legend + 4.6 * legend_rows + 2, notes, SMALL, color="#404040")
    return figure


def draw_overview(timelines: pa.Table, labels: Mapping[str, Mapping[str, str]], note: str) -> Figure:
    """Small multiples of all texts: a row for each concept with any mention, a column for each language.

    Args:
        timelines: the rows of ``timelines.csv``.
        labels: for each concept its name by language code; the rows come in this order.
        note: what stands under the figure.

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
        return _draw_message("No concept of the lexicon is mentioned in a dated document.", note)
    with drawing():
        curves = {concept: read_series(concept_rows(data, concept)) for concept in concepts}
        every = {(concept, *key): one for concept in concepts for key, one in curves[concept].items()}
        languages = _languages_with_words({key[1:]: one for key, one in every.items()})
        first, last = min(one.left[0] for one in every.values()), max(one.right[-1] for one in every.values())
        side = _side_width([name for concept in concepts for name in _row_names(labels[concept], concept)])
        names = {concept: _row_label(labels[concept], concept, side) for concept in concepts}
        notes = wrap_text(note, _TEXT_WIDTH, SMALL) if note else []
        heights = [max(14.0, 3.4 * len(names[concept]) + 3) for concept in concepts]
        head, gap = 7.0, 3.6
        column = (WIDTH - side - 4 - _EDGE) / len(languages)
        ticks = _tick_room(list(every.values()), Frame("", first, last), column - 10)
        legend = head + sum(heights) + gap * len(concepts) + ticks
        figure = _new_figure(legend + 6 + (3.3 * len(notes) + 2 if notes else 0) + 1)
        shown = {"gap": False, "few": False, "beyond": False}
        for across, language in enumerate(languages):
            x = side + 4 + across * column + 9
            write_text(figure, x, 2.2, [f"{_language(language)}: {RATE}"], 7.5)
            y = head
            for concept, height in zip(concepts, heights, strict=True):
                axes = place_axes(figure, x, y, column - 10, height)
                if across == 0:
                    write_text(figure, _EDGE, y + 0.5, names[concept], SMALL)
                of = (language, Frame(concept, first, last))
                bottom = concept == concepts[-1]
                _draw_small(axes, curves[concept], of, shown, width=column - 10, bottom=bottom)
                y += height + gap
        _draw_legend(figure, {}, shown, legend, 5, strips=False)
        write_text(figure, _EDGE, legend + 7, notes, SMALL, color="#404040")
    return figure


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


def _new_figure(height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH * panels.MM, height * panels.MM))


def _draw_message(message: str, note: str) -> Figure:
    with drawing():
        notes = wrap_text(note, _TEXT_WIDTH, SMALL) if note else []
        figure = _new_figure(18 + 3.3 * len(notes))
        write_text(figure, _EDGE, 6, [message], 9)
        write_text(figure, _EDGE, 15, notes, SMALL, color="#404040")
    return figure


def _draw_language(figure: Figure, curves: Curves, parts: _Parts, place: tuple[float, float, float, float]) -> None:
    """The panels of one language; ``place`` is x, y, width and the main panel's height in millimetres."""
    language, frame, styles, strips, shown = parts
    x, y, width, height = place
    main = curves[language, ALL]
    _write_head(figure, main, language, place)
    y += _HEAD
    axes = place_axes(figure, x, y, width, height)
    inside = [group for group in styles if _draws(curves, language, group) and not strips]
    panels.scale_axis(axes, panels.top_of_axis(main, [curves[language, group] for group in inside]), ticks=5)
    axes.set_ylabel(RATE, fontsize=7.5, labelpad=3)
    axes.yaxis.set_label_coords(-(_AXIS - 5.0) / width, 0.5)
    shown["gap"] |= panels.draw_gaps(axes, main, frame)
    shown["beyond"] |= panels.draw_band(axes, main)
    for group in (*inside, ALL):
        weight = 1.7 if group == ALL else 0.9
        _draw_one(
            axes, curves[language, group], styles.get(group, MAIN), (frame.concept, language), shown, weight=weight
        )
    y += height + 1.5
    for group in strips:
        strip = place_axes(figure, x, y + 4.0, width, 8.6, share=axes)
        write_text(figure, x, y, [_short(group)], SMALL)
        one = curves[language, group]
        panels.scale_axis(strip, panels.top_of_axis(one, band=False), ticks=2)
        shown["gap"] |= panels.draw_gaps(strip, one, frame)
        _draw_one(strip, one, styles[group], (frame.concept, language), shown, weight=0.9)
        strip.tick_params(labelbottom=False)
        y += 14
    bars = place_axes(figure, x, y + 0.5, width, _BARS - 2, share=axes)
    panels.draw_documents(bars, main)
    bars.set_ylabel("documents", fontsize=SMALL)
    bars.yaxis.set_label_coords(-(_AXIS - 5.0) / width, 0.5)
    axes.tick_params(labelbottom=False)
    panels.scale_time(bars, main, frame, width)


def _write_head(figure: Figure, main: Series, language: str, place: tuple[float, float, float, float]) -> None:
    x, y, width, _ = place
    write_text(figure, x, y + 0.6, [_language(language)], 8)
    counts = f"{main.mentions.sum():,.0f} mentions in {main.words.sum():,.0f} words"
    if text_width(counts, SMALL) * POINT < width - 22:
        at = x + width - text_width(counts, SMALL) * POINT - 0.5
        write_text(figure, at, y + 0.9, [counts], SMALL, color="#404040")


def _draw_small(
    axes: Axes, curves: Curves, of: tuple[str, Frame], shown: dict[str, bool], *, width: float, bottom: bool
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
        axes.text(0.5, 0.4, "no term in this language", transform=axes.transAxes, ha="center", color="#606060")
        return
    panels.scale_axis(axes, panels.top_of_axis(main), ticks=2)
    shown["gap"] |= panels.draw_gaps(axes, main, frame)
    shown["beyond"] |= panels.draw_band(axes, main)
    weight = 0.7 if len(main.periods) > DENSE else 1.1
    _draw_one(axes, main, MAIN, (frame.concept, language), shown, weight=weight)


def _draw_one(
    axes: Axes, one: Series, style: Style, of: tuple[str, str], shown: dict[str, bool], *, weight: float
) -> None:
    links = panels.point_links(one, *of)
    shown["beyond"] |= panels.draw_curve(axes, one, style, links, weight=weight)
    shown["few"] |= bool(((one.words > 0) & (one.documents < FEW_DOCUMENTS)).any())


def _draw_legend(
    figure: Figure, styles: Mapping[str, Style], shown: Mapping[str, bool], y: float, columns: int, *, strips: bool
) -> None:
    """One key for all panels, below them."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Line2D([], [], color=MAIN.color, marker="o", markersize=4, linewidth=1.7, label="all texts"),
        Patch(facecolor=panels.BAND, label="95 % interval"),
    ]
    for group, style in styles.items():
        line = Line2D([], [], color=style.color, marker=style.marker, markersize=3, linewidth=0.9, label=_short(group))
        line.set_linestyle("-" if strips else style.line)
        handles.insert(-1, line)
    look: dict[str, Any]
    if shown["few"]:
        look = {"marker": "o", "markersize": 4, "markerfacecolor": "white", "linestyle": "none"}
        handles.append(Line2D([], [], color=MAIN.color, label=f"fewer than {FEW_DOCUMENTS} documents", **look))
    if shown["gap"]:
        patch = Patch(facecolor=panels.GAP, edgecolor=panels.GAP_LINES, hatch="/////", linewidth=0, label="no texts")
        handles.append(patch)
    if shown["beyond"]:
        look = {"marker": "^", "markersize": 4, "linestyle": "none"}
        handles.append(Line2D([], [], color="#606060", label="beyond the axis", **look))
    height = figure.get_size_inches()[1] / panels.MM
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(_EDGE / WIDTH, 1 - y / height),
        ncol=columns,
        frameon=False,
        fontsize=SMALL,
        borderaxespad=0,
        borderpad=0,
        handlelength=2.6,
        columnspacing=1.6,
        labelspacing=0.55,
    )


def _legend_size(groups: Sequence[str]) -> tuple[int, int]:
    """Rows and columns of the key that fit into the width, if each entry there can be is there."""
    entries = ["all texts", *groups, "95 % interval", "fewer than 5 documents", "no texts", "beyond the axis"]
    widest = max(text_width(entry, SMALL) for entry in entries) * POINT + 13
    columns = max(1, min(len(entries), int((WIDTH - 2 * _EDGE) / widest)))
    return -(-len(entries) // columns), columns


def _group_styles(curves: Curves) -> dict[str, Style]:
    """The groups with most words, each with its own look, in the table's order."""
    words: dict[str, float] = {}
    for (_, group), one in curves.items():
        if group != ALL:
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


def _tick_room(series: Sequence[Series], frame: Frame, width: float) -> float:
    """Millimetres below a time axis: more where the names of periods are wrapped."""
    names = [name for one in series for name in panels.name_periods(one, frame, width)]
    return _TICKS + 3.3 * max((name.count("\n") for name in names), default=0)


def _language(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


def _short(group: str) -> str:
    """``source_type=city_website`` as ``city website``."""
    return check_glyphs(group.split("=", 1)[-1].replace("_", " "))


def _title(label: Mapping[str, str], concept: str) -> str:
    order = dict.fromkeys(["zh", "de", "en", *label])
    return "   ".join(label[code] for code in order if label.get(code)) or concept


def _row_names(label: Mapping[str, str], concept: str) -> list[str]:
    return [label[code] for code in dict.fromkeys(["zh", "de", "en", *label]) if label.get(code)][:2] or [concept]


def _side_width(names: Sequence[str]) -> float:
    """Millimetres that the longest word of the overview's first column takes, within reason."""
    words = (word for name in names for word in name.replace("-", "- ").split())
    return min(46.0, max(22.0, *(text_width(word, SMALL) * POINT * 1.03 + 1 for word in words)))


def _row_label(label: Mapping[str, str], concept: str, width: float) -> list[str]:
    """The names of a concept, each wrapped into the overview's first column."""
    return [line for name in _row_names(label, concept) for line in wrap_text(name, width / POINT, SMALL)][:6]
