"""The figure of the topics of two languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipeline.analyses.meaning.topic_pairs import TOPIC_PAIRS
from pipeline.export.figures import save
from pipeline.export.topic_pairs import draw_topic_pairs

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


def test_each_topic_stands_on_its_side_once_and_counterparts_at_one_height() -> None:
    figure = draw_topic_pairs(_pairs(), "note")
    places = _places(figure)
    assert places["2 友好城市"][1] == places["1 Städtepartnerschaft"][1]
    assert places["2 友好城市"][0] < places["1 Städtepartnerschaft"][0]
    assert places["1 气候"][1] > places["2 友好城市"][1]
    assert {"0.61", "Chinese", "German"} <= set(places)


def test_topics_without_a_counterpart_are_grey() -> None:
    texts = {text.get_text(): text.get_color() for text in draw_topic_pairs(_pairs(), "").axes[0].texts}
    assert texts["1 气候"] != texts["2 友好城市"]
    assert texts["1 气候"] == texts["2 Haushalt"]


def test_a_language_without_topics_is_said_in_words() -> None:
    rows = [{"zh_topic": 1, "mutual_best": False, "counterpart": False, "zh_label": "气候", "zh_prevalence": 1.0}]
    figure = draw_topic_pairs(pa.Table.from_pylist(rows, TOPIC_PAIRS), "")
    assert any("no topics" in text.get_text() for text in figure.texts)


@pytest.mark.parametrize("label", ["", "x" * 300, "很" * 200, "$a_b^c$ {\\x}"])
def test_any_label_is_drawn_inside_the_page(label: str, tmp_path: Path) -> None:
    rows = _pairs().to_pylist()
    rows[0] |= {"zh_label": label, "de_label": label}
    figure = draw_topic_pairs(pa.Table.from_pylist(rows, TOPIC_PAIRS), "note")
    figure.canvas.draw()
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
    first, again = (save(figure, tmp_path / name)[1].read_bytes() for name in ("a", "b"))
    assert first == again


def _pairs() -> pa.Table:
    pair: dict[str, Any] = {
        "zh_topic": 2, "de_topic": 1, "similarity": 0.61, "mutual_best": True, "counterpart": True, "p_value": 0.001,
        "zh_label": "友好城市", "de_label": "Städtepartnerschaft", "zh_prevalence": 0.6, "de_prevalence": 0.3,
    }  # fmt: skip
    weak = pair | {
        "zh_topic": 1, "de_topic": 2, "similarity": 0.3, "counterpart": False, "zh_label": "气候",
        "de_label": "Haushalt", "zh_prevalence": 0.4, "de_prevalence": 0.7,
    }  # fmt: skip
    alone = [
        {"zh_topic": 1, "zh_label": "气候", "zh_prevalence": 0.4, "mutual_best": False, "counterpart": False},
        {"de_topic": 2, "de_label": "Haushalt", "de_prevalence": 0.7, "mutual_best": False, "counterpart": False},
    ]
    return pa.Table.from_pylist([pair, weak, *alone], TOPIC_PAIRS)


def _places(figure: Figure) -> dict[str, tuple[float, float]]:
    return {text.get_text(): text.get_position() for text in figure.axes[0].texts}
