"""The map of a model's topics: how far apart their words are, in two dimensions, as a small SVG of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from markupsafe import Markup

from pipeline.export.fonts import text_width
from pipeline.export.kwic import cut_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Box = tuple[float, float, float, float]

_WIDTH, _MARGIN, _LARGEST = 760.0, 44.0, 34.0
"""Units of the drawing; the radius of the most frequent topic is the last."""
_LEAST_HEIGHT, _MOST_HEIGHT = 200.0, 520.0
_TYPE, _LABEL = 13.0, 26
"""Size of the labels, and the length in Latin letters of one that is cut since it finds no room whole."""
_GAP = 4.0


class MapTopic(NamedTuple):
    """A topic as the map shows it."""

    number: int
    label: str
    says: str
    """The title of its circle."""
    href: str
    prevalence: float
    firm: bool
    """Whether it is drawn filled: stable over seeds."""


def place_topics(topic_word: NDArray[np.floating]) -> tuple[Floats, float]:
    """Classical scaling (Torgerson 1952) of the Jensen-Shannon distances between the topics, as LDAvis has it.

    LDAvis (Sievert and Shirley 2014) scales the divergences; their square root is a metric, which scaling supposes.

    Args:
        topic_word: topics x words; rows sum to 1.

    Returns:
        Topics x 2, the first axis being the longer one; and the share of the variation that they show, 0 to 1. The
        signs are chosen so that the topic furthest out on an axis lies on its positive side.
    """
    from scipy.spatial.distance import jensenshannon

    rows = topic_word.astype(np.float64)
    number = len(rows)
    distance = np.zeros((number, number))
    with np.errstate(invalid="ignore"):  # of equal rows the divergence may be a rounding error below zero
        for i in range(number - 1):
            apart = jensenshannon(rows[i][None], rows[i + 1 :], base=2, axis=1)
            distance[i, i + 1 :] = distance[i + 1 :, i] = np.nan_to_num(apart, nan=0.0)
    square = distance**2
    centred = -0.5 * (square - square.mean(axis=0) - square.mean(axis=1)[:, None] + square.mean())
    values, vectors = np.linalg.eigh(centred)
    values = np.maximum(values[::-1], 0.0)
    places = np.zeros((number, 2))
    axes = min(2, number)
    places[:, :axes] = vectors[:, ::-1][:, :axes] * np.sqrt(values[:axes])
    furthest = places[np.abs(places).argmax(axis=0), [0, 1]]
    places = np.where(furthest < 0, -places, places)
    whole = float(values.sum())
    return places, float(values[:2].sum()) / whole if whole > 0 else 0.0


def draw_map(topics: Sequence[MapTopic], places: Floats) -> Markup:
    """The map as SVG for use inside HTML: the same scale on both axes, a circle's area its topic's share.

    Each circle is a link and has its topic's number; number and label stand beside it where there is room.

    Args:
        topics: the topics.
        places: topics x 2, of `place_topics`.
    """
    spread = np.ptp(places, axis=0)
    scale = (_WIDTH - 2 * _MARGIN) / max(spread[0], 1e-9)
    room = _MOST_HEIGHT - 2 * _MARGIN
    scale = min(scale, room / spread[1]) if spread[1] > 0 else scale
    height = max(_LEAST_HEIGHT, spread[1] * scale + 2 * _MARGIN)
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    xs = _WIDTH / 2 + (places[:, 0] - middle[0]) * scale
    ys = height / 2 - (places[:, 1] - middle[1]) * scale
    largest = max((topic.prevalence for topic in topics), default=0.0) or 1.0
    radii = [max(5.0, _LARGEST * (max(topic.prevalence, 0.0) / largest) ** 0.5) for topic in topics]
    order = sorted(range(len(topics)), key=lambda i: -radii[i])
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in zip(xs.tolist(), ys.tolist(), radii, strict=True)]
    circles: list[Markup] = []
    names: list[Markup] = []
    numbers: list[Box] = []
    for i in order:
        topic, x, y, r = topics[i], float(xs[i]), float(ys[i]), radii[i]
        circles.append(
            Markup(
                '<a href="{}" aria-label="{}"><title>{}</title><circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}"{}/></a>'
            ).format(topic.href, topic.says, topic.says, x, y, r, "" if topic.firm else Markup(' class="unsure"'))
        )
        numbers.append(_place_number((x, y, r), text_width(str(topic.number), _TYPE), numbers))
        names.append(_write(numbers[-1], str(topic.number), "number"))
        for text in _shorter(f"{topic.number} {topic.label}"):
            at = _find_room((x, y, r), text_width(text, _TYPE), taken, height)
            if at is not None:
                taken.append(at)
                names.append(_write(at, text, "name"))
                break
    return Markup('<svg class="map" viewBox="0 0 {:.0f} {:.0f}">{}<g aria-hidden="true">{}</g></svg>').format(
        _WIDTH, height, Markup("\n").join(circles), Markup("").join(names)
    )


def _shorter(label: str) -> list[str]:
    """A label whole, then without its last words one by one (suggested ones are words with commas), then cut."""
    words = label.split(", ")
    whole = [", ".join(words[:number]) + ("…" if number < len(words) else "") for number in range(len(words), 0, -1)]
    return [*whole, cut_end(label, _LABEL)]


def _write(box: Box, text: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, box[0], box[3] - 4, text)


def _place_number(circle: tuple[float, float, float], width: float, taken: Sequence[Box]) -> Box:
    """Where a circle's number stands: in the middle, or aside where another circle's number stands there."""
    x, y, r = circle
    off = 0.55 * r
    tall = _TYPE + 4
    boxes = [
        (x + right * off - width / 2, y + down * off - tall / 2, x + right * off + width / 2, y + down * off + tall / 2)
        for right, down in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
    ]
    return next((box for box in boxes if not any(_overlap(box, other) for other in taken)), boxes[0])


def _find_room(circle: tuple[float, float, float], width: float, taken: Sequence[Box], height: float) -> Box | None:
    """Where a label fits beside a circle: right, left, below or above."""
    x, y, r = circle
    tall = _TYPE + 4
    for left, top in (
        (x + r + _GAP, y - tall / 2), (x - r - _GAP - width, y - tall / 2),
        (x - width / 2, y + r + 1), (x - width / 2, y - r - tall - 1),
    ):  # fmt: skip
        box = (left, top, left + width, top + tall)
        inside = left >= 2 and top >= 0 and box[2] <= _WIDTH - 2 and box[3] <= height
        if inside and not any(_overlap(box, other) for other in taken):
            return box
    return None


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
