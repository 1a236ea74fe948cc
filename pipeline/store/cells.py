"""Cells that are safe in a spreadsheet."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guard_formula(cell: str) -> str:
    """A text cell that a spreadsheet would run as a formula gets an apostrophe before it; any other stays as it is."""
    return f"'{cell}" if cell.startswith(_STARTS) else cell
