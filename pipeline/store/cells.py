"""Cells that are safe in a spreadsheet."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_FORMULA_START = "^[=+\\-@\t\r\n＝＋－＠]"
"""Spreadsheets in Chinese and Japanese take the wide signs for the narrow ones (OWASP, CSV Injection)."""


def guard_formula(cell: str) -> str:
    """A text cell that a spreadsheet would run as a formula gets an apostrophe before it; any other stays as it is."""
    return f"'{cell}" if re.match(_FORMULA_START, cell) else cell


def guard_formulas(cells: pa.Array) -> pa.Array:
    """The same for a column of texts; null stays null."""
    run = pc.match_substring_regex(cells, _FORMULA_START)
    return pc.if_else(run, pc.binary_join_element_wise("'", cells, ""), cells)
