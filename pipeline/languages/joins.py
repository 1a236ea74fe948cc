"""What a Chinese segmenter breaks that is one word: numbers, years, addresses, and foreign names written by sound.

Segmenters cut at every mark, so that 1,000 is two numbers; and a foreign name that their dictionary lacks comes out in
pieces (帕夫洛|普洛斯). Tokens are joined, never split, by rules over neighbours (docs/words.md has examples).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_ZEROS = "〇零○◯"
"""Many write the circle of geometry for the character."""
_DIGITS = f"{_ZEROS}一二三四五六七八九"
_NUMERALS = f"{_DIGITS}两十百千万亿"
_SHARE_OF = "[十百千万]分之"
"""What begins a share (百分之四十); numerals behind it go on over a decimal point (百分之四十|五点四)."""
_MARKS = "[!-~‰’]"
"""What numbers and addresses are made of; no form without one of these matters to them, Chinese numbers apart."""
_URL_ENDS = r"""^[!-~]*[<>"'(),;\[\]{}|\\^`]"""
"""Marks behind which an address does not go on in Chinese text; full-width ones are read as these."""
_SOUNDS = (
    "阿埃艾爱安昂奥巴贝比彼波伯博布勃采查茨达戴丹道德得迪蒂狄丁顿多杜厄恩尔法凡费菲芬佛弗夫福甫盖戈格哥根古瓜圭哈海"
    "汉赫黑亨胡华怀霍基吉加贾杰捷金卡凯坎康考科克肯孔库夸奎昆拉莱赖兰朗劳勒雷里丽利莉林琳留隆卢鲁路伦罗洛吕马玛迈麦"
    "曼芒毛梅蒙米密明莫默姆穆纳娜南内尼妮涅宁纽努诺欧帕派潘庞佩彭皮珀普奇齐恰契强乔切琴丘萨塞赛桑瑟沙莎绍舍申圣史什"
    "舒斯司丝苏索塔泰坦汤陶特滕腾提廷图托瓦万韦维威温沃乌伍西希锡夏香谢辛雪逊雅亚扬耶叶伊因英尤约泽扎詹哲芝朱兹宗佐娅俄儿伐都施朔堡"
    "龙登娃瑞奈别"
)
"""The characters with which the usual tables of transliteration write foreign names."""
_SOUNDS_ONLY = (
    "阿埃艾奥贝彼伯勃茨蒂狄顿厄恩尔弗戈赫霍贾卡凯克库夸奎拉莱勒鲁洛玛姆穆娜尼妮涅努诺帕佩珀契萨瑟莎什斯丝塔坦廷"
    "瓦韦沃乌希逊娅伊尤扎詹兹佐"
)
"""Those of them that are seldom anything else."""
_SHARE = 0.25
"""Of a name's characters so many are of `_SOUNDS_ONLY`."""
_NAME = 3
"""Characters of the shortest name that is joined; a known place (``ns``) of so many is no piece of one."""
_NO_PIECES = "^(?:[因比都多得约路俄英儿万]|伊朗|苏丹|丹麦|芬兰|波兰|捷克|古巴|伦敦|阿拉伯|西南|特别)$"
"""What is written in such characters and stands beside a name as a word by itself (因乌克兰, 伊朗布什尔, 拉萨路)."""


class Run(NamedTuple):
    """The tokens of a batch in order, whitespace left out."""

    forms: pa.Array
    """Distinct folded forms, strings."""
    ids: Ints
    """Index into ``forms`` of each token."""
    begin: NDArray[np.int32]
    """Code points before each token in the batch's texts."""
    length: NDArray[np.int32]
    near: Flags
    """Whether each token begins where the one before ends, in the same passage."""

    def has(self, pattern: str) -> Flags:
        """Whether each distinct form matches a regular expression."""
        found: Flags = pc.match_substring_regex(self.forms, pattern).to_numpy(zero_copy_only=False)
        return found

    def where(self, pattern: str) -> Ints:
        """The tokens whose form matches."""
        has = self.has(pattern)
        return np.flatnonzero(has[self.ids]) if has.any() else np.empty(0, np.int64)

    def holding(self, pattern: str) -> Run:
        """The same tokens, an empty form in place of those that do not match: fewer forms to look at."""
        has = self.has(pattern)
        number = np.zeros(len(has), np.int64)
        number[has] = np.arange(1, np.count_nonzero(has) + 1)
        forms = pa.concat_arrays([pa.array([""]), self.forms.filter(pa.array(has))])
        return self._replace(forms=forms, ids=number[self.ids])


def join_numbers(run: Run, codes: NDArray[np.uint32]) -> Flags:
    """Which tokens belong to the one before: numbers, clock times, years, addresses, Latin words with marks inside.

    jieba leaves decimals and hyphens in peace, other segmenters do not.

    Args:
        run: The tokens.
        codes: The batch's texts as written, code points.

    Returns:
        bool, one a token.
    """
    glued = np.zeros(len(run.ids), dtype=np.bool_)
    if not len(glued):
        return glued
    _join_years(run, glued)
    _join_numerals(run, glued)
    run = run.holding(_MARKS)
    comma = run.where("^,$")
    comma = comma[_is_in_number(codes, run.begin[comma])]
    _join_over(run, glued, comma, "^[0-9]{1,3}$", r"^[0-9]{3}(\.[0-9]+)?%?$")
    _join_over(run, glued, run.where(r"^\.$"), "^[0-9]+$", "^[0-9]+%?$")
    _join_over(run, glued, run.where("^-$"), "[A-Za-z0-9]$", "^[A-Za-z0-9]")
    _join_over(run, glued, run.where("^:$"), "^[0-9]{1,2}$", "^[0-5][0-9]$")
    _join_over(run, glued, run.where("^/$"), "^[0-9]+$", "^[0-9]+$")
    _join_over(run, glued, run.where("^['’]$"), "^[A-Za-z]+$", "^[A-Za-z]+$")
    _join_over(run, glued, run.where("^@$"), r"^[\w.+-]+$", r"^[\w-]+\.[\w.-]+$")
    percent = run.where("^[%‰]$")
    percent = percent[run.near[percent]]
    glued[percent[run.has("[0-9]$")[run.ids[percent - 1]]]] = True
    _join_addresses(run, glued)
    return glued


def join_names(run: Run, tag_of: Callable[[str], str | None]) -> Flags:
    """Which tokens belong to the one before because both are pieces of a foreign name.

    A name is a series of tokens written in characters of transliteration alone, a quarter of them seldom used for
    anything else, that holds a piece which the dictionary does not have (帕夫洛|普洛斯); or one that the dictionary has
    as a name of persons, if no piece is a word by itself (奥|朗德): no particle, nor a name of three characters with
    another of two behind it (伊拉克|库尔德).

    Args:
        run: The tokens.
        tag_of: The tag of a word in the segmenter's dictionary, None of one that it does not have.

    Returns:
        bool, one a token.
    """
    forms = run.forms
    sounds = run.has(f"^[{_SOUNDS}]+$")
    own = forms.filter(pa.array(sounds))
    words = own.to_pylist()
    tags = [tag_of(word) for word in words]
    strange = np.zeros(len(forms), dtype=np.bool_)
    strange[sounds] = [tag is None for tag in tags]
    personal = np.zeros(len(forms), dtype=np.bool_)
    personal[sounds] = [tag in ("nr", "nrt") for tag in tags]
    only = np.zeros(len(forms), np.int64)
    only[sounds] = pc.count_substring_regex(own, f"[{_SOUNDS_ONLY}]").to_numpy(zero_copy_only=False)
    sounds[sounds] = [tag != "ns" or len(word) < _NAME for word, tag in zip(words, tags, strict=True)]
    at = np.flatnonzero(sounds[run.ids])
    ids, goes_on = run.ids[at], _goes_on(run, at)
    series = np.cumsum(~goes_on) - 1
    length = run.length[at]
    apart = run.has(_NO_PIECES)[ids]
    apart[1:] |= goes_on[1:] & (length[:-1] >= _NAME) & (length[1:] > 1)
    values = (length, only[ids], strange[ids], personal[ids], apart)
    size, of_sound, new, persons, words_apart = (np.bincount(series, value) for value in values)
    is_name = (size >= _NAME) & (of_sound >= _SHARE * size) & ((new > 0) | ((persons > 0) & (words_apart == 0)))
    glued = np.zeros(len(run.ids), dtype=np.bool_)
    glued[at[goes_on & is_name[series]]] = True
    return glued


def _goes_on(run: Run, at: Ints) -> Flags:
    """Whether each of some tokens, in order, begins where another of them ends."""
    goes_on = run.near[at]
    goes_on[:1] = False
    goes_on[1:] &= np.diff(at) == 1
    return goes_on


def _join_over(run: Run, glued: Flags, marks: Ints, left: str, right: str) -> None:
    """Join a token that matches ``left``, a mark and a token that matches ``right``."""
    at = marks[(marks > 0) & (marks < len(glued) - 1)]
    at = at[run.near[at] & run.near[at + 1]]
    if len(at):
        at = at[run.has(left)[run.ids[at - 1]] & run.has(right)[run.ids[at + 1]]]
        glued[at] = glued[at + 1] = True


def _is_in_number(codes: NDArray[np.uint32], begin: NDArray[np.int32]) -> Flags:
    """Whether a comma is one of numbers: ordinary, or full-width beside a full-width digit (5，300人 is a list)."""
    mine = codes[begin] == ord(",")
    beside = codes[np.maximum(begin - 1, 0)]
    as_written: Flags = mine | ((beside >= ord("０")) & (beside <= ord("９")))
    return as_written


def _join_addresses(run: Run, glued: Flags) -> None:
    """Join http://… to the end of its printable ASCII; there are few, so each is looked at by itself."""
    starts = run.where("^(https?|ftp)$")
    starts = starts[starts < len(run.ids) - 3]
    starts = starts[run.has("^:$")[run.ids[starts + 1]] & run.has("^/+$")[run.ids[starts + 2]]]
    if not len(starts):
        return
    goes_on = run.near & (run.has("^[!-~]+$") & ~run.has(_URL_ENDS))[run.ids]
    stops = np.append(np.flatnonzero(~goes_on), len(run.ids))
    ends_sentence = run.has("^[.:?!]+$")
    for start in starts.tolist():
        end = int(stops[np.searchsorted(stops, start, side="right")])
        while ends_sentence[run.ids[end - 1]]:
            end -= 1
        glued[start + 1 : end] = True


def _join_years(run: Run, glued: Flags) -> None:
    """Join digits with a zero among them (二|〇|一|五, 一九八|○), and four digits with 年 behind them (一九二|一年)."""
    is_digits = run.has(f"^[{_DIGITS}]+$")[run.ids]
    digits = np.flatnonzero(is_digits)
    inner = _goes_on(run, digits)
    series = np.cumsum(~inner) - 1
    is_zero = run.has(f"[{_ZEROS}]")[run.ids[digits]]
    size, zeros = (np.bincount(series, values) for values in (run.length[digits], is_zero))
    year = run.where(f"^[{_DIGITS}]{{0,3}}年$")
    year = year[run.near[year]]
    year = year[is_digits[year - 1]]
    of_year = series[np.searchsorted(digits, year - 1)]
    fits = size[of_year] + run.length[year] == len("一九四九年")
    is_whole = zeros > 0
    is_whole[of_year[fits]] = True
    glued[digits[inner & is_whole[series]]] = True
    glued[year[fits]] = True


def _join_numerals(run: Run, glued: Flags) -> None:
    """Join numbers in Chinese numerals (四百|二十七|亿, 十三|五, 二万|六千多) and shares (百分之七十|二点三).

    Units without a digit begin none: digits stand before them (15|万|两千). 两 alone is a measure or an adverb.
    """
    run = run.holding(f"^(?:{_SHARE_OF})?[{_NUMERALS}点]+[多余]?$")
    is_share = run.has(f"^{_SHARE_OF}[{_NUMERALS}]+(?:点[{_NUMERALS}]*)?$")
    is_decimal = run.has(f"^[{_NUMERALS}]+点[{_NUMERALS}]*$")
    is_end = run.has(f"^[{_NUMERALS}]+[多余]$")
    pieces = run.has(f"^[{_NUMERALS}]+$") | is_share | is_decimal | is_end
    at = np.flatnonzero(pieces[run.ids])
    ids, goes_on = run.ids[at], _goes_on(run, at)
    goes_on &= ~(is_share | run.has("^两$"))[ids]
    goes_on[1:] &= ~is_end[ids[:-1]]
    first = ids[np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(at))))]
    decimal = is_decimal[ids]
    decimal[1:] |= decimal[:-1]
    goes_on &= is_share[first] | ~(decimal | run.has("^[百千万亿]+$")[first])
    glued[at[goes_on]] = True
