"""Where German tokens may differ from spaCy's: gender forms that it cuts are whole here."""

from __future__ import annotations

import re

Token = tuple[int, int, str]

WHOLE = re.compile(r"[A-ZÄÖÜ][\w-]*[^\W\d_](?:[:/](?:in|innen|Innen|IN|INNEN)|\((?:in|innen|Innen|IN|INNEN)\))[\w-]*")


def differences(found: list[Token], truth: list[Token]) -> list[str]:
    """The forms in which ``found`` differs from spaCy's tokens; anything but a joined gender form is an error."""
    joined: list[str] = []
    rest = iter(truth)
    for passage, start, form in found:
        pieces = [next(rest)]
        while sum(len(piece) for _, _, piece in pieces) < len(form):
            pieces.append(next(rest))
        assert (passage, start) == pieces[0][:2]
        assert "".join(piece for _, _, piece in pieces) == form
        assert all(p == passage for p, _, _ in pieces)
        if len(pieces) > 1:
            assert WHOLE.fullmatch(form), form
            joined.append(form)
    assert next(rest, None) is None
    return joined
