"""Dates as people write them: read where they can mean one thing only, never guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Precision = Literal["day", "month", "year"]

EARLIEST = 1900
"""No source of ours is older; an earlier year is a slip or the zero of some software."""

_MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "januar january jänner jaenner jan",
            "februar february feber feb",
            "märz maerz march mär mrz mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for form in forms.split()
}
_WEEKDAY = (
    r"(?:(?:mo|di|mi|do|fr|sa|so|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)\.?"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+(?:den\s+)?"
)
_HAN_WEEKDAY = r"(?:\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?)"
_TIME = (
    r"(?:(?:t|,?\s*[-–|]?\s*(?:um\s+)?(?:[上下]午|晚上?|凌晨)?)\d{1,2}[:：]\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*(?:uhr|[ap]\.?m\.?))?"
    r"(?:\s*(?:z|utc|gmt|mez|mesz|cet|cest|[+-]\d{2}:?\d{2}|[+-]\d{2}))?"
    r"|\s*(?:[上下]午|晚上?|凌晨)?\d{1,2}[时時点點](?:\d{1,2}分(?:\d{1,2}秒)?)?)"
)
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH, _MONTH_NAME = rf"(?P<name>{_NAMES})\.?", rf"(?:{_NAMES})\b\.?"
_YEAR = r"(?P<year>\d{4})"
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        # a year; a spreadsheet makes 2014.0 of it, RIS 2014///
        rf"{_YEAR}(?:\.0|/{{3}})?",
        # 2014-05-15, 2014/5/15, 2014.05.15, and their months; RIS ends the parts that it has not with slashes
        rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TIME}?/?",
        rf"{_YEAR}[-.](?P<month>\d{{1,2}})",
        rf"{_YEAR}/(?P<slash_month>\d{{1,2}})/{{0,2}}",
        # 20140515, also with the time behind it as in a PDF's own dates
        rf"(?:d:)?{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})(?:t?\d{{6}}(?:z|[+-]\d{{2}}(?:[':]?\d{{2}}'?)?)?)?",
        # 15.5.2014, 5.2014; 15. Mai 2014; May 15, 2014; Mai 2014
        rf"(?:{_WEEKDAY})?(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}{_TIME}?",
        rf"(?P<month>\d{{1,2}})[./]{_YEAR}",
        rf"(?:{_WEEKDAY})?(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s-]*(?:of\s+)?{_MONTH},?[\s-]*{_YEAR}{_TIME}?",
        rf"(?:{_WEEKDAY})?{_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}{_TIME}?",
        rf"(?:im\s+|in\s+)?{_MONTH},?\s*{_YEAR}",
        # Thu May 15 10:20:33 CST 2014, as Java prints it
        rf"[a-z]{{3}} {_MONTH} (?P<day>\d{{1,2}}) \d{{2}}:\d{{2}}:\d{{2}} [a-z]{{3,4}} {_YEAR}",
        # 2014年5月15日, with or without the parts behind the year
        rf"{_YEAR}\s*年(?:\s*(?P<month>\d{{1,2}})\s*月(?:份|\s*(?P<day>\d{{1,2}})\s*[日号號]{_HAN_WEEKDAY}?{_TIME}?)?)?",
        # 15/05/2014 and 05/15/2014: which is the day must follow from the numbers
        rf"(?P<one>\d{{1,2}})(?P<mark>[-/])(?P<two>\d{{1,2}})(?P=mark){_YEAR}{_TIME}?",
    )
)
_TWO_WAYS = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<mark>[-/])(?P<two>\d{{1,2}})(?P=mark){_YEAR}{_TIME}?"
    rf"|(?P<winter>\d{{4}})/(?P<next>0[1-9]|1[0-2])/{{0,2}}"
)
_SERIAL = re.compile(r"[1-9]\d{4}(?:[.,]\d+)?")
"""From 18 May 1927 on: a smaller number could as well be a year."""
_HAN_DIGITS = str.maketrans("〇○◯零o一二三四五六七八九", "00000123456789")
_ZEROS = "〇○◯零o0"
_HAN_YEAR = re.compile(rf"[{_ZEROS}一二三四五六七八九]{{4}}(?=\s*年)")
_HAN_NUMBER = re.compile(r"[一二三四五六七八九]?[十廿卅][一二三四五六七八九]?|[一二三四五六七八九](?=\s*[月日号號])")
_ONES = "[一二三四五六七八九]"
_REPUBLIC = (
    rf"(?:中[华華])?民[国國]\s*(?P<republic>元|[1-9]\d{{0,2}}|(?=[一二三四五六七八九十百])"
    rf"(?:{_ONES}?百[零〇○]?)?(?:{_ONES}?十)?{_ONES}?|{_ONES}[零〇○一二三四五六七八九]{{1,2}})(?=\s*年)"
)
_OF_REPUBLIC = re.compile(_REPUBLIC)
_BEFORE_REPUBLIC = 1911

_SMALL = r"(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_LETTER = "0-9A-Za-zÄÖÜäöüß"
WRITTEN_DATE = re.compile(
    rf"(?:{_WEEKDAY})?(?<![{_LETTER}.,/-])"
    rf"(?:\d{{4}}(?P<mark_>[-/.])\d{{1,2}}(?P=mark_)\d{{1,2}}|\d{{1,2}}\.\s?\d{{1,2}}\.\s?\d{{4}}"
    rf"|\d{{1,2}}\.?\s?{_MONTH_NAME}\s?\d{{4}}|{_MONTH_NAME}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}"
    rf"|{_MONTH_NAME}\s\d{{4}}){_TIME}?(?![{_LETTER}/-]|[.,]\d)"
    rf"|(?:{_REPUBLIC.replace('?P<republic>', '?:')}|(?<!\d)\d{{4}}|[{_ZEROS}一二三四五六七八九]{{4}})\s?年\s?"
    rf"(?:元|{_SMALL})\s?月(?:份|\s?{_SMALL}\s?[日号號]{_HAN_WEEKDAY}?{_TIME}?)?",
    re.IGNORECASE,
)
"""A day or a month with its year as running text has them, in NFKC; `parse_date` reads what it finds."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and how much of it is known: the first day of the period known stands for the period."""

    date: dt.date
    precision: Precision


def parse_date(value: str) -> Dated | None:
    """Read a date as metadata write it, in German, English, Chinese or ISO form.

    A time of day and its zone are passed over: the date is the one that is written, not the one in UTC.

    Returns:
        None for what is no date, no day of the calendar (``31.2.2014``), lies before 1900 or later than tomorrow
        (clocks east of here), or can be read in two ways: ``03/04/2014`` may be March or April, ``2011/12`` a month
        or a winter; a year of two digits is no year.
    """
    text = unicodedata.normalize("NFKC", value).strip().lower()
    if not 4 <= len(text) <= 60:
        return None
    if "年" in text:
        text = _OF_REPUBLIC.sub(_common_year, text).replace("元月", "1月")
        text = _HAN_NUMBER.sub(_arabic, _HAN_YEAR.sub(lambda found: found[0].translate(_HAN_DIGITS), text))
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _dated(found.groupdict())
    return None


def iso_date(value: str) -> str:
    """A date as ``2014-05-15``, ``2014-05`` or ``2014``, as much as is known; empty for what is none."""
    dated = parse_date(value)
    return dated.date.isoformat()[: {"day": 10, "month": 7, "year": 4}[dated.precision]] if dated else ""


def is_ambiguous(value: str) -> bool:
    """Whether something is a date but for being one of two: ``03/04/2014``, ``2011/12``."""
    found = _TWO_WAYS.fullmatch(unicodedata.normalize("NFKC", value).strip().lower())
    if not found:
        return False
    if found["winter"]:
        year = int(found["winter"])
        return int(found["next"]) == (year + 1) % 100 and _is_of_our_time(year)
    one, two = int(found["one"]), int(found["two"])
    return 1 <= one <= 12 and 1 <= two <= 12 and one != two and _is_of_our_time(int(found["year"]))


def is_serial(value: str) -> bool:
    """Whether something is a number that a spreadsheet counts days by, ``44842``, with or without a time of day."""
    return bool(_SERIAL.fullmatch(unicodedata.normalize("NFKC", value).strip()))


def _is_of_our_time(year: int) -> bool:
    return EARLIEST <= year <= dt.datetime.now(tz=dt.UTC).year


def _arabic(found: re.Match[str]) -> str:
    """Turn 十五, 二十, 廿一, 三 into digits; what stands around a weekday's character is left by the pattern."""
    return str(_han_number(found[0]))


def _common_year(found: re.Match[str]) -> str:
    """The year of the Republic of China, 民国三十八年, in the common era."""
    return f"{_BEFORE_REPUBLIC + _han_number(found['republic']):04d}"


def _han_number(text: str) -> int:
    """A number below a thousand: 十五, 廿一, 一百零三, 一〇三, 元 (the first)."""
    text = text.replace("廿", "二十").replace("卅", "三十").replace("元", "一")
    hundreds, mark, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    number = 100 * int(hundreds.translate(_HAN_DIGITS) or 1) if mark else 0
    number += 10 * int(tens.translate(_HAN_DIGITS) or 1) if ten else 0
    return number + int(ones.translate(_HAN_DIGITS) or 0)


def _dated(parts: dict[str, str | None]) -> Dated | None:
    """Make the date of the parts that a form named."""
    year = int(parts["year"] or 0)
    month, day = parts.get("month") or _MONTHS.get(parts.get("name") or ""), parts.get("day")
    if slash_month := parts.get("slash_month"):
        if int(slash_month) == (year + 1) % 100:
            return None
        month = slash_month
    if "one" in parts:
        one, two = int(parts["one"] or 0), int(parts["two"] or 0)
        if one <= 12 and two <= 12 and one != two:
            return None
        day, month = (str(one), two) if one > 12 else (str(two), one)
    try:
        date = dt.date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    today = dt.datetime.now(tz=dt.UTC).date()
    if year < EARLIEST or date > today + dt.timedelta(days=1):
        return None
    return Dated(date, "day" if day else "month" if month else "year")
