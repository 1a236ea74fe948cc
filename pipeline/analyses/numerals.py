"""Which words are numbers: those without a letter, numerals, and in Chinese numerals with what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts.lexicon import load_lexicon, plain, terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.study import Study

_TAGS = {"zh": "m", "de": "CARD", "en": "CD"}
"""The beginnings of the tags of numerals: PKU's, STTS's, Penn's."""
_DIGITS = "〇零○◯一二三四五六七八九十百千万亿两几半"
_COUNTED = (
    "个|名|位|项|批|大批|次|条|家|场|份|种|部|届|座|艘|架|枚|辆|件|张|段|片|块|支|只|套|户|人|人次|系列|期|倍|点|"
    "年|月|日|号|天|周|岁|时|分|秒|个月|小时|季度|亩|米|克|度|吨|公里|公斤|公顷|百分点"
)
_MONEY = "元|美元|欧元|日元|港元"
_NUMBER = rf"^(?:[{_DIGITS}]*[多余]?[万亿]*(?:{_COUNTED})?|[{_DIGITS}]*(?:[万亿]多?)?(?:{_MONEY})|[第首])$"
"""Numerals, measure words or both; 第 and 首 alone are the rest of an ordinal written with digits (第 19 届)."""
_NAME = rf"^(?:[一二三四五六七八九][〇零一二三四五六七八九]{{1,2}}|十[一二三四五]五|零(?:{_COUNTED}))$"
"""Days and events (五四, 九一八), plans (十二五), and nought before a measure word (零件)."""
_ABOUT = ("一二", "二三", "三四", "四五", "五六", "六七", "七八", "八九")
"""Two digits that stand for one or the other, and so are no name."""
_WORDS = ("百年", "千年", "百家", "百日", "二元", "四周", "六部", "二十一条", "一五一十", "三三两两")
"""Written as numbers, and mean more: read out of the dictionary's numerals (a century, the hundred schools, around)."""


def number_types(types: pa.Table, study: Study) -> NDArray[np.bool_]:
    """Whether each type is a number and no term of the study's lexicon, by its form or its lemma.

    Args:
        types: The columns ``language form lemma tag``, as of ``types.parquet``.
        study: Names the lexicon.

    Raises:
        LexiconError: the lexicon cannot be read.
    """
    numbers = are_numbers(types)
    concepts = load_lexicon(study.lexicon)
    for code in study.languages:
        terms = pa.array([plain(term.form, code) for term in terms_of(concepts, code)], pa.string())
        meant = pc.or_(pc.is_in(types["form"], terms), pc.is_in(types["lemma"], terms))
        numbers &= ~pc.and_(meant, pc.equal(types["language"], code)).to_numpy()
    return numbers


def are_numbers(types: pa.Table) -> NDArray[np.bool_]:
    """Whether each type is a number.

    A word without a letter is one, and one whose tag is that of a numeral. jieba gives this tag to other words of its
    dictionary too (两会, 全方位, 多元), so a Chinese lemma must be written as a number as well: of numerals, of a
    measure word (年, 亿元, 岁), or of both (一名, 多次). Where jieba sees several words (二〇一二) there is no tag, and
    how it is written decides. Ordinals (第一, 首次) are none, nor is what `_NAME` and `_WORDS` have.

    Args:
        types: The columns ``language form lemma tag``, as of ``types.parquet``.
    """
    lemma = types["lemma"]
    numbers = ~pc.match_substring_regex(types["form"], r"\p{L}").to_numpy()
    as_written = pc.match_substring_regex(lemma, _NUMBER).to_numpy() & ~pc.is_in(lemma, pa.array(_WORDS)).to_numpy()
    as_written &= ~pc.match_substring_regex(lemma, _NAME).to_numpy() | pc.is_in(lemma, pa.array(_ABOUT)).to_numpy()
    for code, tag in _TAGS.items():
        is_zh = code == "zh"
        tagged = pc.fill_null(pc.starts_with(types["tag"], tag), fill_value=is_zh).to_numpy()
        tagged = tagged & pc.equal(types["language"], code).to_numpy()
        numbers |= tagged & as_written if is_zh else tagged
    return np.asarray(numbers, np.bool_)
