"""Names of authors: their parts, and the order in which their own culture writes them."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(rf"[{HAN}·•・．.\s（）()\[\]［］、,，]*[{HAN}][{HAN}·•・．.\s（）()\[\]［］、,，]*")
_HAS_HAN = re.compile(rf"[{HAN}]")
_MARKS = re.compile(r"\s*(?:[\[［(（][\d,，\s*]+[\]］)）]|[*＊①-⑳¹²³]+|(?<=\w)\d+(?:[,，]\d+)*)$")
"""What a journal puts behind a name and an export keeps: 陈志敏[1,2], 郝国强①."""
_LIST = re.compile(r"\s*(?:;;|[;；])\s*")
_HAN_COMMA = re.compile(rf"(?<=[{HAN}]{{2}})\s*[,，、]\s*(?=[{HAN}])")
"""Behind two characters at least: ``陈, 志敏`` is one name."""

_BODIES = re.compile(
    r"\b(?:\w*amt|\w*ausschuss|bank|\w*ministerium|\w*institut[es]?|\w*universität|\w*stiftung|\w*verband|\w*rat|stadt|"
    r"council|ministry|university|institute|office|department|commission|organi[sz]ation|association|foundation|"
    r"committee|union|nations|centre|center|network|agency|government|city|bundes\w+|landes\w+|e\.\s?v\.)\b",
    re.IGNORECASE,
)
"""Words of a body's name: written without a comma it is no person."""

# Syllables of Hanyu Pinyin without tones: initials and finals as the table of the norm combines them.
_SYLLABLE = (
    r"(?:zh(?:uang|uan|uai|ang|eng|ong|ui|un|uo|ua|ai|an|ao|en|ei|ou|a|e|i|u)"
    r"|ch(?:uang|uan|uai|ang|eng|ong|ui|un|uo|ua|ai|an|ao|en|ou|a|e|i|u)"
    r"|sh(?:uang|uan|uai|ang|eng|ui|un|uo|ua|ai|an|ao|en|ei|ou|a|e|i|u)"
    r"|[jqx](?:iang|iong|ian|iao|ing|uan|ia|ie|iu|in|ue|un|i|u)"
    r"|[bpm](?:iao|ian|ing|ang|eng|ai|an|ao|ei|en|ie|in|ou|iu|a|o|i|u)"
    r"|f(?:ang|eng|an|ei|en|ou|a|o|u)"
    r"|[dtnl](?:iang|iao|ian|ing|uan|ang|eng|ong|ia|iu|ie|in|uo|ui|un|ue|üe|ai|an|ao|ei|en|ou|a|e|i|u|ü|v)"
    r"|[gkh](?:uang|uan|uai|ang|eng|ong|ui|un|uo|ua|ai|an|ao|ei|en|ou|a|e|u)"
    r"|[zcs](?:uan|ang|eng|ong|ui|un|uo|ai|an|ao|en|ei|ou|a|e|i|u)"
    r"|r(?:uan|ang|eng|ong|ui|un|uo|ua|an|ao|en|ou|e|i|u)"
    r"|w(?:ang|eng|ai|an|ei|en|a|o|u)|y(?:uan|ang|ing|ong|an|ao|in|ou|ue|un|a|e|i|o|u)"
    r"|er|ang|ai|an|ao|en|ei|ou|a|e|o)"
)


@cache
def _given() -> re.Pattern[str]:
    """One or two syllables. Compiled when first needed: it takes longer than most modules take to load."""
    return re.compile(rf"{_SYLLABLE}(?:['’\-\s]?{_SYLLABLE})?", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SURNAMES = _words(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang han "
    "feng deng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu lü lyu ding ren shen yao fan "
    "fang fu zou xiong bai meng qin qiu hou yin xue yan lei long shi tao he gu mao hao gong shao wan qian dai mo kong "
    "xiang chang wen kang shen ge fei zhuang xing qu yue qi guan jin qiao lai tan pang yi hong ji ni zuo jia zhan "
    "ouyang sima shangguan zhuge situ hua geng niu bao bo bi chu dou duan gan ke kuang lan lang leng liao ling lou "
    "miao ning nie pei ping pu rao rong ruan sheng shu shuai si teng tong tu xi xia xin you yun zang zha zhai zhong "
    "zhuo zong"
)
"""Surnames of nearly all Chinese; names of the West among them (Lang, Long) need a given name of two syllables."""
_WESTERN_TOO = _words("an ben dan kai ken lin long lang lei mai mia ling mo tai tan")


class Name(NamedTuple):
    """A person's or a body's name: the parts of a person's, or ``literal`` as it is written in one piece."""

    family: str = ""
    given: str = ""
    literal: str = ""


def parse_name(text: str, *, bare_is_person: bool = False) -> Name:
    """Read one name.

    Args:
        text: ``Müller, Hans``, ``陈志敏``, ``陈, 志敏``, ``Auswärtiges Amt``, ``World Bank,``.
        bare_is_person: whether a name in Latin letters without a comma is a person's, as in exports that never turn
            names round; else it is a body's.

    Returns:
        A Chinese name in one piece and its own order: ``陈, 志敏`` is 陈志敏; parts of a foreigner's, 约瑟夫·奈, stay.
    """
    text = " ".join(_MARKS.sub("", text.strip()).split())
    if _HAS_HAN.search(text):
        if _IS_HAN.fullmatch(text):
            text = re.sub(rf"(?<=[{HAN}])[,，]?\s+(?=[{HAN}])|(?<=[{HAN}])[,，](?=[{HAN}])", "", text)
        return Name(literal=text.strip(" ,，"))
    if text.endswith(","):
        return Name(literal=text.rstrip(" ,"))
    family, comma, given = (part.strip() for part in text.partition(","))
    if comma:
        return Name(family, given) if family and given else Name(literal=family or given)
    words = text.split(" ")
    if not bare_is_person or len(words) not in {2, 3} or _BODIES.search(text):
        return Name(literal=text)
    if words[0].lower() in _SURNAMES and is_pinyin(words[0], " ".join(words[1:])):
        return Name(words[0], " ".join(words[1:]))
    return Name(words[-1], " ".join(words[:-1]))


def split_names(text: str) -> list[str]:
    """The names of a list: ``陈志敏;张三;``, ``Müller, Hans；Amt``; without a semicolon commas part Chinese names."""
    parts = [part.strip() for part in _LIST.split(text) if part.strip(" ,，")]
    return parts if len(parts) > 1 else [name for part in parts for name in _HAN_COMMA.split(part)]


def is_pinyin(family: str, given: str) -> bool:
    """Whether a name in Latin letters is a Chinese one: a surname and at most two syllables of Hanyu Pinyin."""
    if family.lower() not in _SURNAMES or not _given().fullmatch(given):
        return False
    return not (family.lower() in _WESTERN_TOO or given.lower() in _WESTERN_TOO) or len(syllables(given)) > 1


def syllables(given: str) -> list[str]:
    """The syllables of a given name in pinyin: Zhimin is Zhi and Min."""
    match = re.fullmatch(rf"({_SYLLABLE})['’\-\s]?({_SYLLABLE})?", given, re.IGNORECASE)
    return [part.capitalize() for part in match.groups() if part] if match else [given]


def show_name(name: Name) -> str:
    """A name in the order of its culture: ``Hans Müller``, ``Chen Zhimin``, ``陈志敏``."""
    if name.literal:
        return name.literal
    order = (name.family, name.given) if is_pinyin(name.family, name.given) else (name.given, name.family)
    return " ".join(part for part in order if part)


def to_csl(name: Name) -> dict[str, str]:
    """A name as CSL-JSON has it."""
    if name.literal:
        return {"literal": name.literal}
    return {key: part for key, part in (("family", name.family), ("given", name.given)) if part}


def has_han(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return _HAS_HAN.search(text) is not None
