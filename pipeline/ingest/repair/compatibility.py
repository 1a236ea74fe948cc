"""Characters that only look like the ones meant: radicals, full-width Latin, presentation forms; and NFC."""

from __future__ import annotations

import re
import unicodedata

# The block "CJK Radicals Supplement" has almost no compatibility mappings in Unicode; these have a plain character of
# the same shape. The Kangxi radicals (⼀ for 一) have their mappings.
SUPPLEMENT = dict(
    zip(
        "⺁⺄⺈⺋⺌⺍⺎⺐⺒⺓⺔⺕⺗⺘⺙⺛⺝⺞⺟⺠⺡⺣⺤⺥⺧⺨⺩⺪⺫⺭⺮⺯⺰⺱⺲⺳⺴⺶⺷⺹⺺⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂乙刀㔾小小兀尤巳幺彑彐心手攵旡月歹母民水火爫爫牛犭王疋罒示竹糸纟罓罒罓冈羊羊耂肀月臼艹艹艹虎衤西西见角讠贝足车辶辶辶阝钅镸长门阜阝雨青韦页风飞食饣饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟龜龟",
        strict=True,
    )
)
_SIMPLIFIED = {"戶": "户", "內": "内", "靑": "青", "黃": "黄"}  # what NFKC makes of ⼾ and others is a Traditional form
_RADICALS = {
    code: _SIMPLIFIED.get(plain, plain)
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
_LOOSE_DIAERESIS = re.compile("[¨\u0308] ?([aouAOU])(?=[a-zäöüß])")
_DIAERESIS = "\u0308"


def fold_compatibility(text: str) -> str:
    """Write a text with the plain characters, in NFC: 一 for ⼀, ``2014`` for ２０１４, ``fi`` for ﬁ, ``ü`` for ``¨u``.

    Full-width punctuation stays, since it is right in Chinese. Invisible characters go, odd blanks become a space.
    """
    if text.isascii():
        return text
    if _ANY.search(text) is not None:
        text = text.translate(TABLE)
    if "¨" in text:
        text = _LOOSE_DIAERESIS.sub(lambda match: match.group(1) + _DIAERESIS, text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
