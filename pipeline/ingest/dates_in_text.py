"""The date of a text as its own first and last lines say it; a date in the story is none."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.dates import WRITTEN_DATE, iso_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.records import Block

_HEAD, _TITLE, _TAIL = 10, 5, 6
"""How many blocks from the start and the end are looked at: lines about the text stand there."""

_LINE = 160
"""Characters (a Han character counts two) of a line about the text; a longer block is the text."""

_HEADER = 40
"""Characters of a journal's header; what is longer names an issue in a reference."""

_LABEL = 20
"""Characters of a line that can be the label of the next."""

_MOST = 3
"""Different dates on lines of their own that a text has; more are those of a programme or a chronicle."""

_D = "\ue000"
"""Stands for a date in the patterns and in the lines that they are laid on. A pattern's match ends with its date."""

_HAN = "[\u3400-\u9fff·]"
_PLACE = r"[A-ZÄÖÜ][\w.()/-]*(?:\s(?:a(?:m|n der|\.)|i[mn]|bei|auf|der|[A-ZÄÖÜ])[\w.()/-]*){0,4}"
_TALK = "讲话|演讲|致辞|致词|祝词|贺词|贺信|发言|报告|讲稿|声明|宣言|公报|講話|演講|致辭|報告|聲明"
_NAME = rf"{_HAN}{{2,4}}"
_OFFICE = (
    rf"{_HAN}{{1,28}}?(?:部|委|委员会|局|办|办公室|厅|院|会|室|府|处|社|团|网|报|台|中心|公司|大学|领馆|使馆|书记|市长|主席"
    r"|总理|部长|大使|记者|北京|上海|[省市县区州])"
)
_OTHER = re.compile(
    r"\b(?:stand|aktualisiert|aktualisierung|geändert|änderung|überarbeitet|abgerufen|abruf|zugriff|gesehen|gedruckt|druck"
    r"|gültig|termin|frist|beginn|\w*schluss|geboren|geb\.|gestorben|eingegangen|eingang|version|copyright|in kraft"
    r"|gegründet|modified|updated?|changed|accessed|retrieved|printed|received|accepted|revised)\b[^\ue000]{0,14}$"
    r"|©[^\ue000]{0,14}$|(?:更新|修改|修订|打印|访问|下载|收稿|修回|截止|截至|有效|生效|施行|实施|出生|成立)(?:时间|時間|日期|期|于|至|[:|\s])*$"
    r"|(?:\b(?:ab|bis|seit|vor|nach|von|until|since|from)\s|自|从|至|到)$|\d\.?\s*(?:-|–|bis|und|/|至|~)\s*$",
    re.IGNORECASE,
)
"""What stands before a date that is not the text's own."""
_RANGE = re.compile(r"\s*(?:-|–|—|bis|und|至|到|~)\s*[\d\ue000]|\s*(?:以来|以前|之前|起)")

_LABEL_ZH = (
    r"(?:(?:发布|發布|发表|發表|刊发|刊登|出版|公布|成文|印发|签发|上网|录入|播出|演讲|讲话|致辞)"
    r"(?:(?:时间|時間|日期|于)\s*[:|]?|\s*[:|])|^(?:时间|時間|日期)\s*[:|]?)\s*"
)
_LABEL_DE = (
    r"\b(?:veröffentlicht|publiziert|erschienen|eingestellt|erstellt|verfasst|gepostet|datum|sendedatum"
    r"|veröffentlichung(?:sdatum)?|(?:presse|medien)?(?:mitteilung|meldung|information)|nachricht|artikel|beitrag|bericht"
    r"|kommentar|interview|manuskript|ausgabe|published|posted|released|date)\b(?:\s*(?:nr\.|no\.)?\s*[\d/.-]+)?"
    r"\s*[:|,]?\s*(?:am|vom|on|of|den)?\s*[:|]?\s*"
)
_LABELLED = re.compile(
    rf"{_LABEL_ZH}{_D}(?=[^。]*$)|^[^\ue000]{{0,40}}?{_LABEL_DE}{_D}(?=[^.:;!?]{{0,50}}$)", re.IGNORECASE
)
_SHORT_YEAR = re.compile(
    rf"(?P<zh>{_LABEL_ZH})(?P<yy>\d\d)-(?=\d\d-\d\d(?!\d))"
    rf"|(?P<de>{_LABEL_DE}\d{{1,2}}\.\d{{1,2}}\.)(?P<jj>\d\d)(?![\d.])",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    rf"(?:原载|刊载|载|刊|转自|来源)[于:]?\s*《[^》]{{2,30}}》[,(\s]*{_D}"
    rf"|《[^》]{{2,30}}》[,(\s]*{_D}(?=[,\s(]*第?\s*\w{{1,4}}\s*版)"
    rf"|^\(?(?:erschienen in|zuerst in|aus):?\s[^\ue000]{{3,80}}?[,(]\s*(?:vom\s)?{_D}(?=\)?\.?$)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    rf"^[-–—*\s]*(?:[\[(【〔]\s*(?:den|im|am|vom)?\s*|(?:{_PLACE},\s*){{1,3}}(?:den|im|am)?\s*){_D}"
    rf"(?=[,\s]*(?:于?{_NAME}|(?:in\s)?{_PLACE})?[\s\])】〕.]*$)"
    rf"|^{_D}(?=(?:[,\s]*(?:于{_NAME}|in\s{_PLACE})|,\s*{_NAME})\s*$)"
    rf"|^\({_D}(?=[^()。]{{2,60}}(?:通过|批准|公布|发布|印发)\)$)"
    rf"|^\(?{_D}(?=在[^()。]{{2,60}}上(?:的?(?:{_TALK}))?\)?$)"
)
_ANY = re.compile(rf"^[^\ue000。]{{0,30}}{_D}(?=[^\ue000。]{{0,25}}$|[^\ue000。]{{0,50}}(?<![.!?])$)")
_VERSION = re.compile(rf"^Fassung vom {_D}")
_ALONE = re.compile(rf"^[-–—*\s]*(?:den|im|am)?\s*{_D}(?=\s*$)", re.IGNORECASE)
_SOURCED = re.compile(
    rf"^(?=[^。]*(?:来源|來源|作者|记者|编辑|责编|文/|Quelle|Autor|Von\s|Text:|\|))[^。]*?{_D}(?=[^。]*$)"
    rf"|^\(?{_OFFICE}[,\s]*{_D}(?=[\s)]*$)|^\(?{_NAME}[,\s]+{_D}(?=[\s)]*$)|^\(?{_D}(?=[,\s]*{_OFFICE}[)\s]*$)"
)
_SPEECH = re.compile(
    r"\b(?:\w*rede|ansprache|grußwort|vortrag|statement|regierungserklärung|begrüßung|laudatio|\w*worte|speech|remarks"
    rf"|address)\b|{_TALK}",
    re.IGNORECASE,
)
_OF_SPEECH = re.compile(
    rf"[(【〔]\s*(?:{_NAME}[,\s]+)?{_D}(?=[^()。\ue000]{{0,20}}[)】〕]\s*(?:{_NAME})?$)|在{_D}(?=[^。]{{2,40}}上的)"
    rf"|(?:\b(?:am|vom)\s|,\s?(?:den\s)?)\s*{_D}"
    r"(?=[\s,]*$|[\s,]+(?:in|im|an|auf|vor|zu|bei|beim|anlässlich|zum|zur)\s[^.\u3400-\u9fff]*$|\s*[,|–(-][^.\u3400-\u9fff]*$)",
    re.IGNORECASE,
)
_WIRE = r"(?:电|電|讯|訊|消息|专电)"
_DATELINE = re.compile(
    rf"^[\s(【\[]*[\u3400-\u9fff/·、A-Za-z]{{2,16}}{_D}(?=\s*{_WIRE})"
    rf"|^\(?{_PLACE}(?:[,/]\s?{_PLACE})?,\s*(?:den\s)?{_D}(?=\s*(?:[-–—:(]|\.\s?[-–—]|\)))"
)
_DAY_OF_WIRE = re.compile(
    rf"^[\s(【\[]*(?:{_HAN}{{1,6}}?[社网报台]|本[报网刊台])[\u3400-\u9fff/·、]{{0,12}}?(\d{{1,2}})月(\d{{1,2}})日{_WIRE}"
)
_FORM = re.compile(rf"(?!.*(?:liebe|geehrte|damen|freund))[A-ZÄÖÜ][\w.() /-]{{1,{_LABEL}}}:", re.IGNORECASE | re.ASCII)
"""A label of a form (``Termin:``): a date that stands alone in a form answers one of them."""
_YEARS = re.compile(r"\d{4}|年")
_YEAR = r"((?:19|20)\d\d)"
_ISSUE = re.compile(
    rf"{_YEAR}\s*年?\s*第\s*\d{{1,3}}\s*[期卷]"
    rf"|第\s*\d{{1,3}}\s*卷[^\d]{{0,12}}(?:第\s*\d{{1,2}}\s*期)?[^\d]{{0,6}}(?:{_YEAR}\s*年|{_D})"
    rf"|\b(?:heft|ausgabe|nr\.|no\.|h\.)\s*\d{{1,2}}\s*[/|]\s*{_YEAR}\b|\bjahrgang\s*{_YEAR}\b"
    rf"|\bjg\.\s*\d{{1,3}}\s*\({_YEAR}\)",
    re.IGNORECASE,
)


class _Line(NamedTuple):
    """A line about the text: dates are taken out and a mark stands for each; empty for a block that is the text."""

    text: str
    dates: list[str]
    above: str
    """The end of the line above, which may be its label."""


def text_date(blocks: Sequence[Block], year: int | None = None) -> str | None:
    """The date that a text's first or last lines give as its own.

    The lines are, the surest first: a labelled date (``发布时间：…``, ``Veröffentlicht am …``) or the newspaper and day
    it was printed in; a speech's title with the day; a line that holds nothing but the date, or the date with a place,
    an office or a source; a news agency's dateline; the same below the text; a journal's year and issue. Left are a
    range, a date behind ``Stand:`` or ``更新时间``, one that answers a form's label, and dates that head the parts of a
    chronicle.

    Args:
        blocks: The whole text.
        year: The year where it is known, for datelines without one (``新华社北京5月15日电``).

    Returns:
        ``2014-05-15``, ``2014-05`` or ``2014``: as much as all lines of the surest kind agree on. A date that cannot be
        (in the future, before 1900) comes as it is written. None where no such line is found.
    """
    shown = [block for block in blocks if block.kind in {"body", "heading", "table"}]
    rows = _lines(block.text for block in shown[:_HEAD] if block.kind == "table")
    texts = [block.text for block in shown if block.kind != "table"]
    lines = _lines(texts)
    head, tail = lines[:_HEAD], lines[_HEAD:][-_TAIL:]
    title = head[:_TITLE] if any(_SPEECH.search(line.text) for line in head[:_TITLE]) else []
    own = [] if _is_chronicle(lines) else head
    is_form = any(_FORM.fullmatch(line.text) for line in lines[: 2 * _HEAD])
    around = [block.text for block in blocks[:_HEAD] if block.kind not in {"reference", "footnote"}]
    alone = _dates(own, _ALONE)
    signed = [] if not own or is_form else _dates(tail, _PLACED, _ALONE, _VERSION, _SOURCED)
    kinds = (
        _dates(rows, _LABELLED) + _dates(head + tail, _LABELLED, _PRINTED),
        [max(dates) for line in title if (dates := _dates([line], _OF_SPEECH))],
        _dates(own, _PLACED, _SOURCED, _VERSION),
        _dates(_lines(text[: _LINE // 2] for text in texts[:_TITLE]), _DATELINE),
        _days_of_wires(texts[:_TITLE], year),
        [] if is_form else alone and alone + _dates(tail, _ALONE),
        signed and signed + [date for line in head for date in line.dates],
        [date for line in _lines(around) if len(line.text) <= _HEADER and (date := _issue(line))],
    )
    return next((agreed for dates in kinds if (agreed := _agreed(dates))), None)


def label_date(text: str) -> str | None:
    """The date that a line labels as that of publication: ``发布时间：2014-05-15　来源：…``."""
    return _agreed(_dates(_lines([text]), _LABELLED))


def line_date(text: str, *, is_about: bool = False) -> str | None:
    """The only date of a line that holds nothing else, or a source beside it: ``2014-05-15 10:20　来源：…``.

    Args:
        text: The line.
        is_about: Whether it is known to speak about the text, whatever else it holds.
    """
    lines = _lines([text])
    patterns = (_ALONE, _PLACED, _SOURCED, *([_ANY] if is_about else []))
    return _agreed(_dates(lines, *patterns)) if len(lines[0].dates) == 1 else None


def _lines(texts: Iterable[str]) -> list[_Line]:
    lines = []
    above = ""
    for text in texts:
        plain = unicodedata.normalize("NFKC", text).replace(_D, "").strip() if len(text) <= _LINE else ""
        if len(plain) + len(re.findall(_HAN, plain)) > _LINE:
            plain = ""
        plain = _SHORT_YEAR.sub(_long_year, plain)
        written = [found[0] for found in WRITTEN_DATE.finditer(plain)] if _YEARS.search(plain) else []
        marked = WRITTEN_DATE.sub(_D, plain) if written else plain
        lines.append(_Line(marked, [iso_date(each) or each for each in written], above[-_LABEL:]))
        above = marked
    return lines


def _long_year(found: re.Match[str]) -> str:
    """``15.05.14`` behind a label as ``15.05.2014``; the year that was last, not one to come."""
    last = dt.datetime.now(tz=dt.UTC).year
    year = last - (last - int(found["yy"] or found["jj"])) % 100
    return f"{found['zh']}{year}-" if found["zh"] else f"{found['de']}{year}"


def _dates(lines: Iterable[_Line], *patterns: re.Pattern[str]) -> list[str]:
    """The dates that the patterns find, less those that the words before and behind them say to be others."""
    dates = []
    for line in lines:
        for found in (each for pattern in patterns for each in pattern.finditer(line.text) if line.dates):
            before = line.text[: found.end() - 1].rpartition(_D)[2] or line.above + " "
            if not _OTHER.search(before) and not _RANGE.match(line.text, found.end()):
                dates.append(line.dates[line.text.count(_D, 0, found.end()) - 1])
    return dates


def _is_chronicle(lines: Iterable[_Line]) -> bool:
    """Whether so many lines hold nothing but a date that they head the parts of the text."""
    return len(set(_dates(lines, _ALONE))) > _MOST


def _days_of_wires(texts: Iterable[str], year: int | None) -> list[str]:
    """The days of datelines without a year, in the year that is known."""
    found = [each for text in texts if (each := _DAY_OF_WIRE.match(unicodedata.normalize("NFKC", text[:80])))]
    days = []
    for each in found if year else []:
        try:
            days.append(dt.date(year or 0, int(each[1]), int(each[2])).isoformat())
        except ValueError:
            continue
    return days


def _issue(line: _Line) -> str:
    """The month or year of a journal's issue that a page's header names."""
    found = _ISSUE.search(line.text)
    return next(filter(None, found.groups()), line.dates[0] if line.dates else "") if found else ""


def _agreed(dates: Sequence[str]) -> str | None:
    """The day, month or year that all dates share; a coarser one does not contradict a finer one."""
    known = [date for date in dates if iso_date(date)]
    if not known:
        return dates[0] if dates else None
    for length in (10, 7, 4):
        parts = {date[:length] for date in known if len(date) >= length}
        if len(parts) == 1 and all(next(iter(parts)).startswith(date[:length]) for date in known):
            return parts.pop()
    return None
