"""Gender forms of German nouns: Bürger*innen, Bürger:innen, Bürger_innen, BürgerInnen, Bürger/-innen, Bürger(innen).

spaCy keeps some of them whole and cuts others (``Bürger : innen``), so that one word is one token or three by the sign
that its author prefers, and its end is the adverb *innen* or the preposition *in*. Here all of them are one token. Each
can be read in two ways: as the generic noun (Bürger) and as the feminine one (Bürgerinnen).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_WRITTEN = re.compile(
    r"(?P<base>\w*\w{2}[^\W\d_])(?:[*:_·]|/-?)(?P<end>[Ii]n(?:nen)?)(?P<rest>\w*)"
    r"|(?P<before>\w*\w{2}[^\W\d_])\((?P<inside>[Ii]n(?:nen)?)\)(?P<behind>\w*)"
    r"|(?P<camel>\w{2,}[a-zß])(?P<capital>Innen|INNEN)(?P<tail>\w*)"
)
"""A gender form as a whole word without hyphens, with what follows in a compound."""
_GROUPS = (("base", "before", "camel"), ("end", "inside", "capital"), ("rest", "behind", "tail"))

_CUT = re.compile(
    r"(?<![\w-])(?P<base>[A-ZÄÖÜ][\w-]*[^\W\d_])(?:[:/]|(?P<open>\())(?P<end>innen|Innen|INNEN|in|IN)(?(open)\))"
    r"(?P<rest>[^\W\d_]*(?:-[^\W\d_]+)*)(?!\.?\w)"
)
"""One that spaCy may cut."""

_PERSON = re.compile(
    r"(er|or|ör|eur|är|ar|ist|[aeäo]nt|[aeiäo]t|aut|ekt|ast|og|eg|af|om|ph|nd|rr|rt|zt)(?P<inflection>en|e|n|)$",
    re.IGNORECASE,
)
"""How nouns for persons end; ``in`` after another one (Entfernung/in km) is the preposition."""

_SINGULAR = re.compile(r"[A-ZÄÖÜ]\w*[a-zß]In")
"""AutorIn; but LinkedIn is one too, and only a dictionary tells."""

SIGNS = r"[*:_·/(-](?:in|In|IN)|[a-zß]I[nN]"
"""A regular expression, in Arrow's dialect too, with a match in every gender form."""

_LONGEST = 200
"""Characters of a form that may be a word."""

_PLACES = frozenset({"außen", "aussen", "oben", "unten", "vorn", "hinten"})
"""Beside which *innen* is the adverb."""


def find_cut(text: str) -> Iterator[tuple[int, int]]:
    """Where the gender forms stand that spaCy may have cut: start and end of each, in order."""
    for match in _CUT.finditer(text):
        base, end, rest = match["base"], match["end"], match["rest"]
        if rest and rest[0] != "-" and end != "innen":
            continue
        if base.lower() in _PLACES or (len(end) == 2 and not _PERSON.search(base)):
            continue
        yield match.span()


def join_cut(text: str, start: Ints, length: Ints) -> tuple[Ints, Ints]:
    """Put together the tokens that make up one gender form.

    Args:
        text: What was cut.
        start: Code points before each token, in order, int64.
        length: Code points of each token, int64.

    Returns:
        The tokens that stay, int64: each the first of a form or a token by itself; and how many code points each has.
    """
    spans = np.array(list(find_cut(text)), np.int64).reshape(-1, 2)
    end = start + length
    first, last = np.searchsorted(start, spans[:, 0]), np.searchsorted(end, spans[:, 1])
    fits = (first < last) & (last < len(start))
    fits[fits] &= (start[first[fits]] == spans[fits, 0]) & (end[last[fits]] == spans[fits, 1])
    first, last = first[fits], last[fits]
    length = length.copy()
    length[first] = end[last] - start[first]
    inside = np.zeros(len(start) + 1, np.int64)
    inside[first + 1] += 1
    inside[last + 1] -= 1
    kept = np.flatnonzero(np.cumsum(inside)[:-1] == 0)
    return kept, length[kept]


def split(form: str) -> tuple[str, str, str] | None:
    """The noun, the feminine ending as it is written and the rest of the compound; None of what is no gender form.

    ``Bürger*innenrat`` gives Bürger, innen, rat; ``KOLLEG:INNEN`` Kolleg, innen and nothing.
    """
    if len(form) > _LONGEST:
        return None
    match = _WRITTEN.fullmatch(form.capitalize() if form.isupper() else form)
    if match is None:
        return None
    base, end, rest = (next(filter(None, match.group(*names)), "") for names in _GROUPS)
    return base, end.lower(), rest


def feminine(form: str) -> str | None:
    """A gender form read as the feminine noun: Bürgerinnenrat for Bürger*innenrat; None of what is none."""
    if len(form) > _LONGEST:
        return None
    first, hyphen, last = form.rpartition("-")
    if hyphen and not first.endswith("/"):
        parts = [feminine(part) for part in (first, last)]
        return None if parts == [None, None] else f"{parts[0] or first}-{parts[1] or last}"
    found = (form[:-2], "in", "") if _SINGULAR.fullmatch(form) else split(form)
    if found is None:
        return None
    base, end, rest = found
    person = None if rest else _PERSON.search(base)  # Teilnehmern/innen
    return (base[: person.start("inflection")] if person else base) + end + rest
