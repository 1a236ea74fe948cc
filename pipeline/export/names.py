"""The names of concepts and groups as they stand in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.fonts import check_glyphs, text_width, wrap_text
from pipeline.export.panels import EDGE, POINT, SMALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.export.panels import Page
    from pipeline.export.phrases import Phrases


def group_name(group: str, phrases: Phrases) -> str:
    """``source_type=city_website`` as ``city website``."""
    return check_glyphs(phrases.group(group))


def title_of(label: Mapping[str, str], concept: str) -> str:
    """All names of a concept, Chinese and German first; its id where it has none."""
    order = dict.fromkeys(["zh", "de", "en", *label])
    return "   ".join(label[code] for code in order if label.get(code)) or concept


def short_title(label: Mapping[str, str], concept: str, language: str) -> str:
    """The name of a concept in one language, else in the first that it has one in."""
    order = dict.fromkeys([language, "en", "de", "zh", *label])
    return next((label[code] for code in order if label.get(code)), concept)


def fit_names(names: Sequence[str], width: float) -> list[str]:
    """Names of at most ``width`` points in the smallest type, shortened at the end, each its own."""
    fitted: list[str] = []
    for name in names:
        short, number = _cut(name, width, ""), 1
        while short in fitted:
            number += 1
            short = _cut(name, width, f" ({number})")
        fitted.append(short)
    return fitted


def _cut(name: str, width: float, end: str) -> str:
    if text_width(name + end, SMALL) <= width:
        return name + end
    fits = (n for n in range(len(name), 0, -1) if text_width(f"{name[:n]}…{end}", SMALL) <= width)
    return f"{name[: next(fits, 1)]}…{end}"


def row_names(label: Mapping[str, str], concept: str) -> list[str]:
    """The two names that an overview's row has."""
    return [label[code] for code in dict.fromkeys(["zh", "de", "en", *label]) if label.get(code)][:2] or [concept]


def text_room(page: Page) -> float:
    """Points that a line of text has on a page; a little is kept for kerning."""
    return 0.98 * (page.width - 2 * EDGE) / POINT


def label_rows(labels: Mapping[str, Mapping[str, str]], page: Page) -> tuple[float, dict[str, list[str]]]:
    """Millimetres of an overview's first column (none on a narrow page), and each concept's names as lines."""
    if page.narrow:
        room = text_room(page)
        return 0.0, {name: wrap_text(title_of(label, name), room, SMALL) for name, label in labels.items()}
    side = _side_width([name for concept, label in labels.items() for name in row_names(label, concept)])
    return side, {concept: _wrap_names(label, concept, side) for concept, label in labels.items()}


def row_heights(names: Mapping[str, Sequence[str]], page: Page) -> list[float]:
    """Millimetres of each row of an overview; on a narrow page the names stand above the row's panels."""
    return [3.3 * len(lines) + 13.0 if page.narrow else max(14.0, 3.4 * len(lines) + 3) for lines in names.values()]


def _side_width(names: Sequence[str]) -> float:
    """Millimetres that the longest word of the overview's first column takes, within reason."""
    words = (word for name in names for word in name.replace("-", "- ").split())
    return min(46.0, max([22.0, *(text_width(word, SMALL) * POINT * 1.03 + 1 for word in words)]))


def _wrap_names(label: Mapping[str, str], concept: str, width: float) -> list[str]:
    """The names of a concept, each wrapped into the overview's first column."""
    return [line for name in row_names(label, concept) for line in wrap_text(name, width / POINT, SMALL)][:6]
