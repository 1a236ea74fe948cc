"""Chinese terms, found on characters: whatever the segmenter does, a count stays what it is.

Read are the folded characters (Simplified, ordinary width), line breaks and spaces between two Chinese characters left
out. All terms are looked for at once (Aho-Corasick), in a whole batch of passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.concepts.lexicon import plain
from pipeline.concepts.spans import Spans, empty_spans, find_expression, join_spans
from pipeline.languages import han

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.records import Term

    Ints = NDArray[np.int64]

_BETWEEN = 0
"""The code point between passages: no term has it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """A batch of passages as one text: what is read, and where each of its code points stands in the texts joined."""

    text: str
    origin: Ints


def find_in_characters(texts: Sequence[str], terms: Sequence[Term]) -> tuple[Spans, Spans]:
    """All matches of terms, and all of their ``not_in`` strings, in texts joined by one code point between each two.

    Args:
        texts: Passages of a batch.
        terms: Terms with ``match`` ``form`` or ``regex``; an expression is read with its Chinese characters folded.
    """
    run = _read(texts)
    literal = [(plain(term.form, "zh"), i) for i, term in enumerate(terms) if term.match != "regex"]
    longer = [(plain(form, "zh"), i) for i, term in enumerate(terms) for form in term.not_in]
    found = _search(run, [form for form, _ in literal + longer])
    pattern_term = np.array([i for _, i in literal + longer], np.int64)
    is_term = found.term < len(literal)
    spans = Spans(found.start, found.end, pattern_term[found.term] if len(found.term) else found.term)
    expressions = [_search_expression(run, term.form, i) for i, term in enumerate(terms) if term.match == "regex"]
    return join_spans([spans.take(is_term), *expressions]), spans.take(~is_term)


def _read(texts: Sequence[str]) -> _Run:
    whole = chr(_BETWEEN).join(texts)
    if whole.count(chr(_BETWEEN)) >= len(texts):  # some text has one itself
        whole = chr(_BETWEEN).join(text.replace(chr(_BETWEEN), "\ufffd") for text in texts)
    codes = han.to_codes(whole)
    codes = han.fold_table()[codes]
    space = han.is_space_table()[codes]
    if not space.any():
        return _Run(han.to_text(codes), np.arange(len(codes) + 1))
    solid = np.flatnonzero(~space)
    is_han = han.is_han_table()[codes[solid]]
    joined = is_han[:-1] & is_han[1:] & (np.diff(solid) > 1)
    dropped = np.zeros(len(codes) + 1, dtype=np.int64)
    dropped[solid[:-1][joined] + 1] += 1
    dropped[solid[1:][joined]] -= 1
    kept = np.flatnonzero(np.cumsum(dropped)[:-1] == 0)
    return _Run(han.to_text(codes[kept]), np.append(kept, len(codes)))


def _search(run: _Run, forms: Sequence[str]) -> Spans:
    """All occurrences of forms, overlapping ones too; ``term`` is the index of the form."""
    if not forms or not run.text:
        return empty_spans()
    from ahocorasick_rs import AhoCorasick

    matches = AhoCorasick(forms).find_matches_as_indexes(run.text, overlapping=True)
    if not matches:
        return empty_spans()
    found = np.array(matches, np.int64)
    whole = _at_edges(run.text, found, forms)
    return _spans(run, found[whole, 1], found[whole, 2], found[whole, 0])


def _search_expression(run: _Run, expression: str, term: int) -> Spans:
    pairs = zip(expression, han.fold(expression), strict=True)
    folded = "".join(written if written == read else re.escape(read) for written, read in pairs)
    found = find_expression(run.text, folded, term)
    return _spans(run, found.start, found.end, found.term)


def _at_edges(text: str, found: Ints, forms: Sequence[str]) -> NDArray[np.bool_]:
    """A form that begins or ends with a Latin letter or digit is no match inside a longer Latin word (BRI in BRIEF)."""
    open_left = np.array([form[0].isascii() and form[0].isalnum() for form in forms])
    open_right = np.array([form[-1].isascii() and form[-1].isalnum() for form in forms])
    whole = np.ones(len(found), dtype=np.bool_)
    for i in np.flatnonzero(open_left[found[:, 0]] | open_right[found[:, 0]]).tolist():
        form, start, end = found[i].tolist()
        left, right = text[start - 1 : start], text[end : end + 1]
        whole[i] = not (
            (open_left[form] and left.isascii() and left.isalnum())
            or (open_right[form] and right.isascii() and right.isalnum())
        )
    return whole


def _spans(run: _Run, start: Ints, end: Ints, term: Ints) -> Spans:
    """Spans of what was read as spans of the texts joined: the last code point decides the end, not what follows."""
    return Spans(run.origin[start], run.origin[end - 1] + 1, term)
