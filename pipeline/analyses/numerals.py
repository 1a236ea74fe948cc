"""Which words are numbers: those without a letter, numerals, and in Chinese numerals with what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_TAGS = {"zh": "m", "de": "CARD", "en": "CD"}
"""The beginnings of the tags of numerals: PKU's, STTS's, Penn's."""
_DIGITS = "〇零一二三四五六七八九十百千万亿两几半"
_COUNTED = (
    "个|名|位|项|批|大批|次|条|家|场|份|种|部|届|座|艘|架|枚|辆|件|张|段|片|块|支|只|套|户|人|人次|系列|期|倍|点|"
    "年|月|日|号|天|周|岁|时|分|秒|个月|小时|季度|亩|米|克|度|吨|公里|公斤|公顷|百分点"
)
_MONEY = "元|美元|欧元|日元|港元"
_CHINESE = rf"^(?:[第首每近约]?[{_DIGITS}]*[多余]?[万亿]*(?:{_COUNTED})?|[{_DIGITS}]*(?:[万亿]多?)?(?:{_MONEY}))$"
_PLAN = r"^十[一二三四五]五$"


def are_numbers(types: pa.Table) -> NDArray[np.bool_]:
    """Whether each type is a number.

    A word without a letter is one, and one whose tag is that of a numeral. jieba gives this tag to other words of its
    dictionary too (两会, 全方位, 多元), so a Chinese one must be written as a number as well: of numerals, of a measure
    word (年, 亿元, 岁), or of both (一名, 多次). 十二五 is the name of a plan.

    Args:
        types: The columns ``language form tag``, as of ``types.parquet``.
    """
    form = types["form"]
    numbers = ~pc.match_substring_regex(form, r"\p{L}").to_numpy()
    as_written = pc.match_substring_regex(form, _CHINESE).to_numpy()
    as_written &= ~pc.match_substring_regex(form, _PLAN).to_numpy()
    for code, tag in _TAGS.items():
        tagged = pc.fill_null(pc.starts_with(types["tag"], tag), fill_value=False).to_numpy()
        tagged = tagged & pc.equal(types["language"], code).to_numpy()
        numbers |= tagged & as_written if code == "zh" else tagged
    return np.asarray(numbers, np.bool_)
