"""The figure of the decomposition: what is drawn, and that the parts add up to the change."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from matplotlib.container import BarContainer
from matplotlib.text import Text

from pipeline.analyses.decomposition import DECOMPOSITION
from pipeline.export.decomposition import PARTS, draw_changes, list_rows
from pipeline.export.panels import Page
from pipeline.export.phrases import PHRASES

LABELS = {"city": {"zh": "城市外交", "de": "Städtediplomatie", "en": "city diplomacy"}, "people": {}}


def row(concept: str, kind: str, **columns: Any) -> dict[str, Any]:
    found = {"group": "all", "stratum": "all", "period_before": "2004", "period_after": "2024", "before": 50.0,
             "after": 200.0, "change": 150.0, "within": 170.0, "mix": -30.0, "one_sided": 10.0}  # fmt: skip
    return {"concept": concept, "language": "zh", "kind": kind} | found | columns


TABLE = pa.Table.from_pylist(
    [
        row("people", "whole"),
        row("city", "step", period_before="2004 to 2011"),
        row("city", "whole"),
        row("city", "consecutive"),
        row("city", "whole", group="source_type=speech"),
        row("city", "whole", stratum="source_type=speech"),
        row("city", "whole", language="de", change=None),
        row("never", "whole"),
    ],
    DECOMPOSITION,
)


def test_changes_of_all_texts_are_drawn_from_end_to_end_and_over_steps() -> None:
    rows = list_rows(TABLE, list(LABELS))
    assert [(r["concept"], r["kind"]) for r in rows] == [("city", "whole"), ("city", "step"), ("people", "whole")]


@pytest.mark.parametrize("width", [84.0, 174.0])
def test_the_parts_of_a_bar_add_up_to_the_change_in_percent_of_the_higher_rate(width: float) -> None:
    rows = list_rows(TABLE, ["city"])
    figure = draw_changes(rows, LABELS, Page(width, PHRASES["zh"]))
    bars = [bar for bar in figure.axes[0].containers if isinstance(bar, BarContainer)]
    sizes = [bar.patches[0].get_width() for bar in bars]
    assert len(sizes) == len(PARTS) * len(rows)
    assert sizes[:3] == [85.0, -15.0, 5.0]
    assert sum(sizes[:3]) == 75.0
    assert [bar.patches[0].get_x() for bar in bars[:3]] == [0.0, 0.0, 85.0]
    assert any("城市外交" in text.get_text() for text in figure.findobj(Text))


def test_without_a_change_the_figure_says_so() -> None:
    figure = draw_changes([], LABELS, Page(84.0, PHRASES["de"]))
    assert any("Kein Begriff" in text.get_text() for text in figure.findobj(Text))
