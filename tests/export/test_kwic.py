"""Which lines of the concordance the report shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyses.concordance import share_out
from pipeline.export.kwic import CONTEXT, UNDATED, cut_end, select_lines, web_address

from .synthetic import make_concordance, make_timelines


@given(st.lists(st.integers(0, 500), min_size=1, max_size=50), st.integers(1, 300))
def test_a_share_is_even_and_never_more_than_there_is(counts: list[int], limit: int) -> None:
    taken = share_out(np.array(counts), limit)
    assert all(0 <= t <= c for t, c in zip(taken, counts, strict=True))
    assert all(t >= 1 for t, c in zip(taken, counts, strict=True) if c)
    assert taken.sum() <= max(limit, sum(c > 0 for c in counts))
    cut = [t for t, c in zip(taken, counts, strict=True) if t < c]
    assert len(set(cut)) <= 1
    if cut:
        assert max(taken) == cut[0]
        assert sum(min(c, cut[0] + 1) for c in counts) > limit


def test_lines_are_chosen_evenly_and_the_counts_add_up() -> None:
    timelines = make_timelines(concepts=["city_diplomacy"], languages=("zh",), rate=500)
    rows = make_concordance(timelines)
    chosen = select_lines(rows, timelines, "city_diplomacy", "zh", 50)
    assert chosen.found == rows.num_rows
    assert chosen.shown == sum(len(period.lines) for period in chosen.periods) <= 50
    assert sum(period.found for period in chosen.periods) == rows.num_rows
    assert chosen.periods[-1].period == UNDATED
    assert all(line.date == "" for line in chosen.periods[-1].lines)
    for period in chosen.periods[:-1]:
        assert {line.date[:4] for line in period.lines} == {period.period}
        assert [line.date for line in period.lines] == sorted(line.date for line in period.lines)


def test_all_lines_are_shown_where_they_fit() -> None:
    timelines = make_timelines(concepts=["city_diplomacy"], languages=("de",), rate=20)
    rows = make_concordance(timelines)
    chosen = select_lines(rows, timelines, "city_diplomacy", "de", 10_000)
    assert chosen.shown == chosen.found == rows.num_rows


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://stadt.example/a?b=c", "https://stadt.example/a?b=c"),
        ("HTTP://stadt.example", "HTTP://stadt.example"),
        (" https://stadt.example ", "https://stadt.example"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("//stadt.example", ""),
        ("https:stadt", ""),
        ("http://[", ""),
        ("file:///etc/passwd", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_are_links(url: str | None, expected: str) -> None:
    assert web_address(url) == expected


def test_han_characters_count_double_when_a_context_is_cut() -> None:
    assert cut_end("城" * 100, CONTEXT) == "城" * (CONTEXT // 2) + "…"
    assert cut_end("short", CONTEXT) == "short"
