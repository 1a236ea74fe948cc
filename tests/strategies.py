"""Shared hypothesis strategies: text as it comes, Chinese, German and mixed."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

ZH_PIECES = (
    "城市", "外交", "城市外交", "民间外交", "人民外交", "人民外交学会", "友好城市", "国际友好城市", "一带一路",
    "外交部", "的", "是", "在", "了", "北京", "上海", "发展", "中国", "中华人民共和国", "二〇一四年", "21世纪", "5月",
)  # fmt: skip
TRADITIONAL = (
    "城市外交",
    "友好城市",
    "民間外交",
    "一帶一路",
    "對外關係",
    "國際",
    "臺灣",
    "與",
    "發展",
    "乾隆皇帝",
    "頭髮",
)
WIDE = ("ＡＢＣ", "２０１４", "（", "）", "，", "。", "：", "％", "ｱｲ", "　", "！")
DE_PIECES = (
    "Städtepartnerschaft", "Städtepartnerschaften", "STÄDTEPARTNERSCHAFT", "Städte-Diplomatie", "Städtediplomatie",
    "öffentliche", "Öffentliche", "öffentlichen", "ÖFFENTLICHE", "Diplomatie", "Partnerstädte", "der", "Die", "und",
    "z. B.", "Nr. 5", "1.000", "9:30", "EU-weit", "(2014)", "„Zitat“", "§", "Straße", "10%", "a.b@c.de", "…", ":-)",
)  # fmt: skip
EN_PIECES = (
    "people's",
    "people’s",
    "diplomacy",
    "de-risking",
    "Belt and Road",
    "city",
    "cities",
    "don't",
    "U.K.",
    "e.g.",
)
ODD = (
    "\u200b", "\ufeff", "\u200d", "\u00ad", "🎉", "👩‍🎓", "\ue000", "\U000f0000", "ⲻ", "㠖", "𠀀", "\u0301", "\x00",
    "\ufffd", "-", "–", "*", "²", "①", "㎡", "ﬁ", "…", "\u2028",
)  # fmt: skip
SPACES = (" ", "  ", "\u00a0", "\u3000", "\n", "\t", "\r\n", "\u2009")


def _glued(*kinds: tuple[str, ...]) -> st.SearchStrategy[str]:
    pieces = st.sampled_from([piece for kind in kinds for piece in kind])
    return st.lists(pieces, max_size=14).map("".join)


def _encodable(text: str) -> bool:
    return not any(0xD800 <= ord(character) < 0xE000 for character in text)


any_text = st.text(max_size=30).filter(_encodable)
"""Whatever Unicode has, but for lone surrogates."""

zh_text = st.one_of(_glued(ZH_PIECES), _glued(ZH_PIECES, TRADITIONAL, WIDE, SPACES), _glued(ZH_PIECES, ODD), any_text)
"""Chinese: Traditional and full-width too, spaces and line breaks within Han, zero-width, private use."""

de_text = st.one_of(
    st.lists(st.sampled_from(DE_PIECES), max_size=14).map(" ".join),
    _glued(DE_PIECES, SPACES),
    _glued(DE_PIECES, SPACES, ODD),
    any_text,
)
"""German, with whitespace of all kinds and with none."""

mixed_text = _glued(ZH_PIECES, TRADITIONAL, WIDE, DE_PIECES, EN_PIECES, ODD, SPACES)
"""All of it in one passage."""


@st.composite
def spans(draw: st.DrawFn, size: int = 30, most: int = 8, *, apart: bool = False) -> list[tuple[int, int]]:
    """Intervals [start, end) below ``size``, none empty; in order and without overlap if ``apart``."""
    if apart:
        points = sorted(draw(st.sets(st.integers(0, size), max_size=2 * most)))
        return [(a, b) for a, b in itertools.pairwise(points) if draw(st.booleans())]
    pairs = st.tuples(st.integers(0, size - 1), st.integers(1, size // 3))
    return [(start, min(start + length, size)) for start, length in draw(st.lists(pairs, max_size=most))]
