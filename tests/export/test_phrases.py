"""How numbers are written."""

from __future__ import annotations

from pipeline.export.phrases import ENGLISH


def test_what_rounds_to_nought_has_no_sign() -> None:
    assert [ENGLISH.number(value, 2) for value in (-0.004, -0.006, 0.004)] == ["0.00", "−0.01", "0.00"]
    assert ENGLISH.number(-1234.5) == "−1,234.5"
