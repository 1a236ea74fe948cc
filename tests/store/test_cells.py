from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.cells import guard_formula


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+49 221", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("x")', "＝1+1", "－1", "＋1", "＠x"],
)
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(cell: str) -> None:
    assert guard_formula(cell) == f"'{cell}"


@given(st.text())
def test_a_guarded_cell_begins_with_none_of_these_signs_and_nothing_else_changes(cell: str) -> None:
    guarded = guard_formula(cell)
    assert guarded in {cell, f"'{cell}"}
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert guard_formula(guarded) == guarded
