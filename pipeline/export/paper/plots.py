"""Figures that a paper has and the report has not: concepts against each other, and a cell for each concept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.export import panels
from pipeline.export.figures import draw_message, new_figure
from pipeline.export.fonts import check_glyphs, drawing, wrap_text
from pipeline.export.legend import draw_names, key_size
from pipeline.export.names import fit_names, short_title
from pipeline.export.panels import EDGE, MAIN, POINT, SMALL, STYLES, Frame, place_axes, write_text
from pipeline.export.series import ALL, FEW_DOCUMENTS, concept_rows, read_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page, Style
    from pipeline.export.series import Series

    Labels = Mapping[str, Mapping[str, str]]

COMPARED = len(STYLES)
"""Concepts that one panel can hold apart."""
CELL_ROWS = 6
"""Rows of cells on a page of a paper."""
_AXIS, _CELL_AXIS, _HEAD, _TICKS = 13.5, 11.5, 5.5, 6.5


def draw_comparison(timelines: pa.Table, labels: Labels, page: Page) -> Figure:
    """Concepts against each other, all texts: a panel for each language, a line for each concept.

    Args:
        timelines: the rows of ``timelines.csv``.
        labels: the concepts, at most `COMPARED`, and their names by language code.
        page: its width and language.
    """
    with drawing():
        curves = {concept: read_series(concept_rows(timelines, concept)) for concept in labels}
        languages = _languages(curves)
        if not languages:
            return draw_message(page.phrases.nothing, "", page)
        names = [check_glyphs(short_title(labels[concept], concept, page.phrases.code)) for concept in labels]
        room = (page.width - 2 * EDGE - 13) / POINT
        styles = dict(zip(fit_names(_apart(names, labels), room), STYLES, strict=False))
        words = [*styles, page.phrases.few, page.phrases.no_texts, page.phrases.beyond]
        rows, columns = key_size(words, page)
        beside = 1 if page.narrow else len(languages)
        width = (page.width - EDGE) / beside - _AXIS
        main = 42.0 if page.narrow else 52.0
        tall = _HEAD + main + _TICKS
        legend = tall * -(-len(languages) // beside) + 1
        figure = new_figure(legend + 4.6 * rows + 1.5, page)
        shown = dict.fromkeys(("gap", "few", "beyond"), False)
        frame = _frame([one for found in curves.values() for one in found.values()])
        for number, language in enumerate(languages):
            x = _AXIS + number % beside * (width + _AXIS)
            y = number // beside * tall
            write_text(figure, x, y + 0.6, [page.phrases.language(language)], 8)
            axes = place_axes(figure, x, y + _HEAD, width, main)
            drawn = [
                (found.get((language, ALL)), style)
                for found, style in zip(curves.values(), styles.values(), strict=True)
            ]
            _draw_lines(axes, [(one, style) for one, style in drawn if one is not None], frame, shown, page)
            panels.scale_time(axes, next(one for one, _ in drawn if one is not None), frame, width, 1)
            axes.set_ylabel(page.phrases.rate, fontsize=7.5, labelpad=3)
            axes.yaxis.set_label_coords(-(_AXIS - 4.0) / width, 0.5)
        draw_names(figure, styles, shown, legend, columns, page=page)
    return figure


def draw_cells(
    timelines: pa.Table, labels: Labels, page: Page, steps: Mapping[tuple[str, str], Sequence[float]]
) -> Figure:
    """Small multiples: a cell for each concept, in it a line for each language.

    Args:
        timelines: the rows of ``timelines.csv``.
        labels: the concepts and their names by language code, in order; at most `CELL_ROWS` rows of them fit a page.
        page: its width and language.
        steps: decimal years at which a concept's rate in a language steps.
    """
    with drawing():
        curves = {concept: read_series(concept_rows(timelines, concept)) for concept in labels}
        languages = _languages(curves)
        if not languages:
            return draw_message(page.phrases.nothing, "", page)
        styles = dict(zip(map(page.phrases.language, languages), (MAIN, *STYLES), strict=False))
        across = cells_across(page)
        column = (page.width - EDGE) / across
        width = column - _CELL_AXIS - 1.5
        titles = {
            c: _three_lines(check_glyphs(short_title(label, c, page.phrases.code)), width / POINT)
            for c, label in labels.items()
        }
        head = 3.3 * max(map(len, titles.values())) + 1.5
        tall = head + 18.0 + _TICKS
        words = [*styles, page.phrases.few, page.phrases.beyond, page.phrases.step]
        rows, columns = key_size(words, page)
        top = 5.0
        legend = top + tall * -(-len(labels) // across) + 1
        figure = new_figure(legend + 4.6 * rows + 1.5, page)
        write_text(figure, EDGE, 0.8, [page.phrases.rate], 7.5)
        shown = dict.fromkeys(("few", "beyond", "step"), False)
        frame = _frame([one for found in curves.values() for one in found.values()])
        for number, (concept, found) in enumerate(curves.items()):
            x, y = _CELL_AXIS + number % across * column, top + number // across * tall
            write_text(
                figure, x, y + 3.3 * (max(map(len, titles.values())) - len(titles[concept])), titles[concept], SMALL
            )
            axes = place_axes(figure, x, y + head, width, 18.0)
            drawn = [
                (found[code, ALL], styles[page.phrases.language(code)]) for code in languages if (code, ALL) in found
            ]
            _draw_lines(axes, drawn, frame, shown, page, gaps=False)
            panels.scale_time(axes, drawn[0][0], frame, width, 1)
            at = sorted({year for code in languages for year in steps.get((concept, code), ())})
            shown["step"] |= panels.draw_steps(axes, at)
        draw_names(figure, styles, shown, legend, columns, page=page)
    return figure


def cells_across(page: Page) -> int:
    """How many cells stand beside each other."""
    return 2 if page.narrow else 4


def _draw_lines(
    axes: Axes,
    drawn: Sequence[tuple[Series, Style]],
    frame: Frame,
    shown: dict[str, bool],
    page: Page,
    *,
    gaps: bool = True,
) -> None:
    """Curves in one panel, its axis high enough for all of them."""
    highest = max((_highest(one) for one, _ in drawn), default=0.0)
    few = max((_highest(one, all_points=False) for one, _ in drawn), default=0.0)
    # A rate of two or three documents must not press all others to the floor; a caret shows where it went.
    top = min(highest, 3 * few)
    panels.scale_axis(axes, 1.1 * (top or highest) or 1.0, 3 if not gaps else 5, page.phrases.number)
    axes.set_xlim(frame.first, frame.last)
    if gaps and drawn:
        shown["gap"] |= panels.draw_gaps(axes, max((one for one, _ in drawn), key=lambda one: one.words.sum()), frame)
    for one, style in drawn:
        links: list[None] = [None] * len(one.periods)
        shown["beyond"] |= panels.draw_curve(axes, one, style, links, weight=1.0 if gaps else 0.8)
        shown["few"] |= bool(one.doubtful.any())


def _three_lines(name: str, width: float) -> list[str]:
    lines = wrap_text(name, width, SMALL)
    return lines if len(lines) <= 3 else [*lines[:2], f"{lines[2]} …"]


def _highest(one: Series, *, all_points: bool = True) -> float:
    use = np.isfinite(one.rate) & (all_points | (one.documents >= FEW_DOCUMENTS))
    return float(one.rate[use].max(initial=0.0))


def _languages(curves: Mapping[str, Mapping[tuple[str, str], Series]]) -> list[str]:
    """The languages in which any of the concepts can be found in a text."""
    found = dict.fromkeys(
        code for one in curves.values() for (code, group), s in one.items() if group == ALL and s.words.sum()
    )
    return list(found)


def _frame(series: Sequence[Series]) -> Frame:
    return Frame("", min(float(one.left[0]) for one in series), max(float(one.right[-1]) for one in series))


def _apart(names: Sequence[str], concepts: Labels) -> list[str]:
    """The names, with the id behind those that two concepts share."""
    return [
        f"{name} ({concept})" if names.count(name) > 1 else name for name, concept in zip(names, concepts, strict=True)
    ]
