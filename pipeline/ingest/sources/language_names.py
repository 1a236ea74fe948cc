"""What people and catalogues call a language, as its code."""

from __future__ import annotations

import re
from functools import lru_cache

_CODES = {
    name: code
    for code, names in {
        "zh": "zho chi cmn chinese chinesisch 中文 汉语 漢語",
        "de": "deu ger german deutsch 德语 德文 德語",
        "en": "eng english englisch 英语 英文 英語",
    }.items()
    for name in names.split()
}
"""ISO 639-2 as library catalogues write it, and the names that people write."""


@lru_cache(4096)
def language_code(language: str | None) -> str | None:
    """``de-DE``, ``DE``, ``ger`` and ``Deutsch`` as ``de``; None for what is no code of a language."""
    name = re.split(r"[-_\s]", (language or "").strip().lower(), maxsplit=1)[0]
    name = _CODES.get(name, name)
    return name if re.fullmatch(r"[a-z]{2,3}", name) else None
