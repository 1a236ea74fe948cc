"""The cipher of some Chinese journals' PDFs: each Latin letter stands as a rare Han character (犜犺犲 for The)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter


def _key() -> dict[int, str]:
    """Han character to ASCII: its GBK code is 0xA0 and the ASCII code with the high bit set."""
    return {ord(bytes([0xA0, code | 0x80]).decode("gbk")): chr(code) for code in range(0x21, 0x7F)}


KEY = _key()
_CHARACTERS = "".join(map(chr, KEY))
_ANY = re.compile(f"[{_CHARACTERS}]")
_RUN = re.compile(f"[{_CHARACTERS}]{{2,}}")
_LONG_RUN = re.compile(f"[{_CHARACTERS}]{{3,}}")


def decode_cipher(text: str, *, certain: bool = False, repairs: Counter[str] | None = None) -> str:
    """Turn the cipher's characters back into Latin ones.

    A single one can be a real, rare character (a name's 犇), so lone ones are decoded only if the text is known to be
    ciphered (``certain``) or holds a run of three. Each decoded character is counted in ``repairs`` as ``cipher``.
    """
    if _ANY.search(text) is None:
        return text
    if certain or _LONG_RUN.search(text) is not None:
        decoded = text.translate(KEY)
    else:
        decoded = _RUN.sub(lambda match: match.group().translate(KEY), text)
    if repairs is not None:
        repairs["cipher"] += sum(old != new for old, new in zip(text, decoded, strict=True))
    return decoded


def is_ciphered(text: str) -> bool:
    """Tell whether a text holds a run of the cipher that no Chinese text has by chance."""
    return _LONG_RUN.search(text) is not None
