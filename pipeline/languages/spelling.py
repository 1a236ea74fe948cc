"""Spellings of German words: ß and ss before 1996, in Switzerland and in capitals; ae, oe and ue for umlauts."""

from __future__ import annotations

import re

_OLD_SPELLING = re.compile(
    r"(?<![aeiouäöü])[ei]ß"
    r"|(?:d|l|n|h|f|(?<!s)p)aß(?![aeiouäöü])|(?:schl|(?<!g)r|g|l)oß(?![aeiouäöü])"
    r"|(?:m|k|n|fl|schl|sch|ew|(?<=dr)|(?<!r)g)uß(?![aeiouäöü])|[mk]üß(?![aeiouäöü])|^rußl",
    re.IGNORECASE,
)
"""ß after a short vowel, where the spelling of 1996 has ss."""

_WITHOUT_SHARP_S = re.compile(
    r"(?:eu|strau|äu|ei|ie|stra|gr[oöuü]|f[uü]|st[oö]|sü|bü)ss"
    r"|auss(?=en(?!d[eu])|er)|mass(?=nahm|st[aä]b|geb|los|voll)",
    re.IGNORECASE,
)
"""ss after a long vowel: Swiss spelling, and words that were in capitals; not behind a prefix (Voraussetzung)."""

_DIGRAPH = re.compile(r"(?<![aeqAEQ])([aouAOU])[eE]")
"""What may stand for an umlaut: not the end of treue, Steuer, Quelle."""
_UMLAUTS = dict(zip("aouAOU", "äöüÄÖÜ", strict=True))


def of_1996(form: str) -> str:
    """A form in the spelling before 1996 (daß, Schluß, Prozeßordnung) in the present one (dass, Schluss, …)."""
    return _OLD_SPELLING.sub(lambda match: match[0].replace("ß", "ss"), form) if "ß" in form else form


def with_sharp_s(form: str) -> str:
    """A form that has ss for ß (Strasse, aussen) as it may be in Germany: whether that is a word is not asked."""
    return _WITHOUT_SHARP_S.sub(lambda match: match[0].replace("ss", "ß"), form) if "ss" in form else form


def with_umlauts(form: str) -> str:
    """A form that has ae, oe or ue (Staedte, fuer) with umlauts: whether that is a word is not asked."""
    lower = form.lower()
    if "ae" in lower or "oe" in lower or "ue" in lower:
        return _DIGRAPH.sub(lambda match: _UMLAUTS[match[1]], form)
    return form
