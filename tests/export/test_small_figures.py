"""Figures as small as a line: gaps, intervals, what lies beyond."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import html

from pipeline.export.small_figures import draw_interval, draw_timeline, timeline_box

from .made_rooms import HOSTILE


def row(share: float | None, **cells: Any) -> dict[str, Any]:
    return {"period": "2013", "prevalence": share, "low": share and share / 2, "high": share and share * 2,
            "documents": 7, "words": 1234, "interval_note": None, **cells}  # fmt: skip


def drawn(rows: list[dict[str, Any]], top: float = 0.4) -> html.HtmlElement:
    return html.fragment_fromstring(f'<svg viewBox="{timeline_box()}">{draw_timeline(rows, top, "one")}</svg>')


def test_a_period_without_texts_is_a_gap_and_no_zero() -> None:
    tree = drawn([row(0.1), row(0.2), row(None, words=0), row(0.1)])
    assert len(tree.xpath(".//path[@class='line']")) == 2
    assert len(tree.xpath(".//circle")) == 3
    assert len(tree.xpath(".//path[@class='band']")) == 1
    assert len(tree.xpath(".//path[@class='whisker']")) == 1, "the interval of a period that stands alone"


def test_a_share_stands_in_proportion_and_an_interval_beyond_the_top_is_cut() -> None:
    tree = drawn([row(0.0), row(0.2), row(0.4, high=0.9)])
    zero, half, top = (float(circle.get("cy")) for circle in tree.xpath(".//circle"))
    assert half == pytest.approx((zero + top) / 2)
    heights = [float(y) for y in re.findall(r" (\d+\.\d)", tree.xpath(".//path[@class='band']/@d")[0])]
    assert min(heights) == top


def test_a_point_says_its_numbers_and_whether_they_are_to_be_trusted() -> None:
    tree = drawn([row(0.1, period=HOSTILE, interval_note="few_documents"), row(0.2, low=None, high=None)])
    first, second = tree.xpath(".//circle")
    assert first.get("class") == "unsure"
    assert first.findtext("title") == (
        f"{HOSTILE}: 10.0\u00a0%, 95 % interval 5.0\u00a0% to 20.0\u00a0%; 7 documents, 1,234 words"
    )
    assert "no interval" in second.findtext("title")
    assert not drawn([row(0.1)] * 200).xpath(".//circle"), "many periods are a line"


def test_an_interval_without_an_end_or_with_a_far_one_is_an_arrow() -> None:
    closed, without, far = (draw_interval(2.0, 1.0, high, 4.0) for high in (3.0, None, 99.0))
    assert "end" not in closed
    assert 'class="end"' in without
    assert 'class="end"' in far
    place = float(re.search(r'<circle cx="([\d.]+)"', closed)[1])
    left, right = map(float, re.search(r'class="line" d="M([\d.]+) \d+H([\d.]+)"', closed).groups())
    assert place == pytest.approx((left + right) / 2)
