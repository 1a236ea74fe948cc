"""Who spoke, as what and on what occasion, where a page's title or the lines below it say so."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.ingest.dates import WRITTEN_DATE

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONG, _SIGNATURE = 300, 30
"""Characters beyond which a line is no title; of a line with a speaker's name."""

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅"
    "钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫"
    "易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲习栗汲华杭宫吉丛司"
    "鄧張陳楊趙吳黃孫馬劉許鄭謝韓馮習"
)
"""The surnames that most Chinese have."""

_HAN = "[\u3400-\u9fff]"
_HAN_NAME = rf"(?:[{_SURNAMES}]{_HAN}{{1,2}}|(?:欧阳|司马|上官|诸葛|司徒|皇甫|尉迟|公孙){_HAN}{{1,2}})"
_OF_PLACE = "副?市长|副?省长|副?县长|副?区长|副?书记"
_OF_STATE = (
    "主席|总书记|总理|委员长|部长|副?主任|大使|总领事|代办|局长|会长|校长|院长|外长|国务委员"
    "|发言人|司长|同志|先生|女士|代表"
)
_TALK = "讲话|演讲|致辞|致词|祝词|贺词|发言|报告|讲演|講話|演講|致辭|報告"
# 中国驻德国大使吴恳, 李克强总理, 江城市长: a name before an office of a place would be the place's.
_WHO = (
    rf"(?:(?P<role>{_HAN}{{0,24}}?(?:{_OF_STATE}|{_OF_PLACE}))\s?(?P<name>{_HAN_NAME})"
    rf"|(?P<name_first>{_HAN_NAME})\s?(?P<office>{_OF_STATE})?|(?P<role_only>{_HAN}{{0,24}}?(?:{_OF_STATE}|{_OF_PLACE})))"
)
_CHINESE = re.compile(
    rf"(?:.*(?:—|--|:|《|\s))??{_WHO}?\s?:?\s?(?:\ue000)?在(?P<occasion>[^。]{{2,80}}?)(?:上|时)?(?:所?[作做发發]表?)?的?"
    rf"(?:主旨|主题|重要|开幕|闭幕|书面|电视|视频|新年|即席)*(?:{_TALK})[^\u3400-\u9fff]*(?P<behind>.*)"
)
_CHINESE_BELOW = re.compile(r"[\s—-]*\(?\ue000?在(?P<occasion>[^。]{2,80}?)上?\)?")
_SIGNED = re.compile(rf"[\s(),、\ue000]*{_WHO}[\s()\ue000]*")
_SPACED = re.compile(rf"(?<!{_HAN})({_HAN}) ({_HAN})(?: ({_HAN}))?(?!{_HAN}| {_HAN})")

_GERMAN_TALK = (
    r"\w{0,20}(?:[Rr]ede|[Aa]nsprache|[Vv]ortrag|[Ww]orte|[Gg]rußworte?|[Ss]tatement|[Ll]audatio|[Ee]rklärung|[Bb]egrüßung"
    r"|[Ss]peech|[Rr]emarks|[Kk]eynote)"
)
_OFFICES = (
    r"(?:(?:Alt|Vize)?[Bb]undes(?:(?:tags|rats)?präsident|kanzler|(?:außen|innen|finanz|wirtschafts|umwelt)?minister)"
    r"|(?:Erste[rn]?\s)?(?:Ober)?[Bb]ürgermeister|(?:Minister|Staats|Vize|Stadt)?[Pp]räsident"
    r"|(?:Staats|Außen|Innen|Wirtschafts|Finanz|Umwelt|Premier)?[Mm]inister|Staatssekretär|Botschafter|Generalkonsul"
    r"|Generalsekretär|Landrat|Stadtrat|Senator|Dezernent|Direktor|Vorsitzende|Beigeordnete)(?:innen|in|es|en|ers|er|s|n|r)?"
)
_PERSON = (
    r"(?:(?:Dr|Prof|h\.c|Dipl)\.(?:-Ing\.)?\s)*[A-ZÄÖÜ][\w'’-]+"
    r"(?:\s(?:von|van|de|zu|der|vom|[A-ZÄÖÜ]\.|[A-ZÄÖÜ][\w'’-]+)){0,3}\s[A-ZÄÖÜ][\w'’-]+"
)
_ON = r"(?:anlässlich|aus Anlass|bei|beim|zum|zur|zu|auf|vor|im|in|am|an|über|für|während|nach)\b"
_GERMAN = re.compile(
    rf"(?:Die\s)?{_GERMAN_TALK}\s+(?:von|des|der|vom|durch|by)\s+(?:(?:Herrn|Frau)\s+)?"
    rf"(?:(?P<role>{_OFFICES}(?:\s(?:für|des|der|im|von)\s[^,:]{{3,60}}?)?),?\s+(?P<name>{_PERSON}|[A-ZÄÖÜ][\w'’-]+)"
    rf"|(?P<only_name>{_PERSON}))"
    rf"(?:\s*\([^)]*\))?\s*(?:[,:–—-]\s*)?(?P<occasion>(?:{_ON}|[„\"“»]).*)?"
)
_GERMAN_COLON = re.compile(
    rf"(?:(?P<role>{_OFFICES})\s+)?(?P<name>{_PERSON}):\s(?P<only_name>){_GERMAN_TALK}\s+(?P<occasion>{_ON}.*)"
)
_GERMAN_BELOW = re.compile(
    r"(?P<occasion>(?:anlässlich|aus Anlass|bei der|beim|zum|zur|auf der|auf dem|im Rahmen)\b.*)"
)
_DATE_BEHIND = re.compile(r"\s*,?\s*(?:am|vom|den|,)?\s*\ue000.*$")


def speech_of(title: str, lines: Sequence[str]) -> dict[str, str]:
    """The speaker, the speaker's office and the occasion of a speech: ``{"speaker": …, "role": …, "occasion": …}``.

    Read are titles such as ``Rede von Bundespräsident Max Muster anlässlich der Verleihung … am 15. Mai 2014`` and
    ``王某某在友好城市大会上的讲话``, and a speaker's name on a line of its own below a title without one.

    Args:
        title: The page's title.
        lines: Its first blocks.

    Returns:
        What is named; empty for a page that is no speech.
    """
    below = [_marked(line) for line in lines]
    for text in (_marked(title), *below):
        chinese = _CHINESE.fullmatch(text)
        if chinese:
            return _chinese_speech(chinese, chinese["occasion"], [chinese["behind"], *below])
        under = next(filter(None, map(_CHINESE_BELOW.fullmatch, below)), None)
        if under and re.search(rf"(?:{_TALK})$", text):
            return _chinese_speech(None, under["occasion"], below)
        german = _GERMAN.match(text) or _GERMAN_COLON.match(text)
        if german:
            other = next(filter(None, map(_GERMAN_BELOW.fullmatch, below)), None)
            occasion = german["occasion"] or (other["occasion"] if other else "")
            return _said(german["name"] or german["only_name"], german["role"], _DATE_BEHIND.sub("", occasion))
    return {}


def _marked(text: str) -> str:
    """A line with a mark for each date, half-width, ``习 近 平`` as one word; empty for what is too long for one."""
    plain = " ".join(unicodedata.normalize("NFKC", text[:_LONG]).split()) if len(text) < _LONG else ""
    return WRITTEN_DATE.sub("\ue000", _SPACED.sub(r"\1\2\3", plain))


def _chinese_speech(title: re.Match[str] | None, occasion: str, below: Sequence[str]) -> dict[str, str]:
    """The speech of a title; the speaker stands in it, or on a line that holds nothing else."""
    name, role = _who(title) if title else ("", "")
    signed = (found for text in below if text and len(text) <= _SIGNATURE and (found := _SIGNED.fullmatch(text)))
    if not name:
        name, role_below = next((who for found in signed if (who := _who(found))[0]), ("", ""))
        role = role_below or role
    return _said(name, role, occasion.replace("\ue000", ""))


def _who(found: re.Match[str]) -> tuple[str, str]:
    return found["name"] or found["name_first"] or "", found["role"] or found["office"] or found["role_only"] or ""


def _said(speaker: str | None, role: str | None, occasion: str) -> dict[str, str]:
    found = {"speaker": speaker, "role": role, "occasion": occasion.strip(" ,;:–—-.")}
    return {name: value for name, value in found.items() if value}
