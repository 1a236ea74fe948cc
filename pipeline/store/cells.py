"""Cells that are safe in a spreadsheet."""

from __future__ import annotations

_STARTS = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")
"""Spreadsheets in Chinese and Japanese take the wide signs for the narrow ones (OWASP, CSV Injection)."""


def guard_formula(cell: str) -> str:
    """A text cell that a spreadsheet would run as a formula gets an apostrophe before it; any other stays as it is."""
    return f"'{cell}" if cell.startswith(_STARTS) else cell
