"""Characters that only look like the ones meant: radicals, full-width Latin, presentation forms; and NFC."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

# The block "CJK Radicals Supplement" has almost no compatibility mappings in Unicode: each radical that looks like a
# whole character, before that character. The Kangxi radicals (⼀ for 一) have their mappings.
_PAIRS = (
    "⺁厂⺄乙⺈刀⺌小⺎兀⺐尤⺒巳⺓幺⺘手⺙攵⺛旡⺝月⺞歹⺟母⺠民⺡水⺣火⺧牛⺩王⺪疋⺬示⺭示"
    "⺮竹⺯糸⺴冈⺶羊⺷羊⺼月⺽臼⻁虎⻃西⻄西⻅见⻆角⻉贝⻊足⻋车⻑長⻓长⻔门⻕阜⻗雨⻘青⻙韦"
    "⻚页⻛风⻜飞⻝食⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龟⻲龜"
    "⻳龟"
)
SUPPLEMENT = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_USUAL = {"戶": "户", "靑": "青", "黃": "黄"}  # of the forms that NFKC gives, the one that fonts mean
_RADICALS = {
    code: _USUAL.get(plain, plain)
    for code in range(0x2F00, 0x2FD6)
    for plain in [unicodedata.normalize("NFKC", chr(code))]
}
_WIDE = {code: code - 0xFEE0 for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
         for code in range(start, end + 1)}  # fmt: skip
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)} | {0xFB05: "st"}
_BLANKS = dict.fromkeys([0xA0, 0x2002, 0x2003, 0x2004, 0x2005, 0x2007, 0x2009, 0x200A, 0x202F, 0x3000], " ")
_NOTHING = dict.fromkeys([0x200B, 0x200C, 0x2060, 0xFEFF, 0x200E, 0x200F])
TABLE: dict[int, str | int | None] = {
    **{ord(radical): plain for radical, plain in SUPPLEMENT.items()},
    **_RADICALS, **_WIDE, **_LIGATURES, **_BLANKS, **_NOTHING,
}  # fmt: skip
_ANY = re.compile("[" + "".join(map(chr, TABLE)) + "]")
_UNSEEN = frozenset(_BLANKS) | frozenset(_NOTHING)
_FORM = re.compile("[" + "".join(chr(code) for code in TABLE if code not in _UNSEEN) + "]")
_LOOSE_DIAERESIS = re.compile("¨ ?([aouAOU])(?=[a-zäöüß])")
_DIAERESIS = "\u0308"


def fold_compatibility(text: str, repairs: Counter[str] | None = None) -> str:
    """Write a text with the plain characters, in NFC: 一 for ⼀, ``2014`` for ２０１４, ``fi`` for ﬁ, ``ü`` for ``¨u``.

    Full-width punctuation stays, since it is right in Chinese. Invisible characters go, odd blanks become a space.
    Each character but those is counted in ``repairs`` as ``compatibility``.
    """
    if text.isascii():
        return text
    if _ANY.search(text) is not None:
        if repairs is not None and (forms := len(_FORM.findall(text))):
            repairs["compatibility"] += forms
        text = text.translate(TABLE)
    if "¨" in text:
        text, loose = _LOOSE_DIAERESIS.subn(lambda match: match.group(1) + _DIAERESIS, text)
        if repairs is not None and loose:
            repairs["compatibility"] += loose
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
