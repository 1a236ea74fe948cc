"""spaCy's special cases (``:-)``, ``°C.``), which it looks for over the whole text once that is tokenised.

One may span two chunks (``( :``); it then hides a shorter one inside a chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTINUES, BEGINS, HIDDEN_LEFT, HIDDEN_RIGHT = 1, 2, 4, 8
"""How special cases may stand at the edges of a chunk."""


@dataclass(frozen=True, slots=True)
class SpecialCases:
    """What spaCy looks for over the whole text."""

    forms: frozenset[str]
    openers: frozenset[str]
    """Tokens of a special case that are not its last."""
    closers: frozenset[str]
    """Tokens of a special case that are not its first."""
    last_characters: frozenset[str]
    """Of openers."""
    first_characters: frozenset[str]
    """Of closers."""
    longest: int


def read_special_cases(tokenizer: Any) -> SpecialCases:
    """Those of a tokenizer of spaCy's."""
    rules, tokenizer.rules = tokenizer.rules, {}
    forms = frozenset(form for form in rules if not form.isspace())
    cases = [[token.text for token in tokenizer(form)] for form in forms]
    tokenizer.rules = rules
    openers = frozenset(token for tokens in cases for token in tokens[:-1])
    closers = frozenset(token for tokens in cases for token in tokens[1:])
    edges = frozenset(token[-1] for token in openers), frozenset(token[0] for token in closers)
    return SpecialCases(forms, openers, closers, *edges, max(map(len, forms)))


def edges_of(tokens: Sequence[str], cases: SpecialCases) -> int:
    """How special cases may stand at the edges of a chunk with these tokens, as a sum of flags.

    One from before may continue in it, one may begin in it and go on behind it, and either may hide one inside.
    """
    inside = len(tokens) > 1 and _holds_special_case(tokens, cases)
    continues = tokens[0] in cases.closers or (inside and tokens[0][0] in cases.first_characters)
    begins = tokens[-1] in cases.openers or (inside and tokens[-1][-1] in cases.last_characters)
    hidden = HIDDEN_LEFT * continues + HIDDEN_RIGHT * begins if inside else 0
    return CONTINUES * continues + BEGINS * begins + hidden


def _holds_special_case(tokens: Sequence[str], cases: SpecialCases) -> bool:
    for first in range(len(tokens)):
        run = ""
        for i in range(first, len(tokens)):
            run += tokens[i]
            if len(run) > cases.longest:
                break
            if run in cases.forms:
                return True
    return False
