"""The text of a Bundestag record of the periods 1 to 18: lines of two columns, with the heads of their pages between.

Up to period 13 a paragraph is mostly one line and a speech begins on the line that names the speaker; later the lines
are those of the print. Blank lines stand inside paragraphs and are missing between them: neither is an end by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.readers.text import clean
from pipeline.ingest.repair.furniture import fold_digits
from pipeline.ingest.repair.hyphens import count_words, join_lines
from pipeline.records import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.records import Kind

_REPEATED = 4
"""How often a line must stand, but for its numbers, to be the head of its pages."""
_NARROW = 110
"""Characters up to which a line may be one of a printed column."""
_USUAL = 55
"""Characters of a column's line where a text does not show it."""
_WRAPPED = 0.25
"""Share of short lines that visibly go on, from which on a text has the lines of the print."""
_FULL = 0.6
"""Share of a column's width from which on a line without a sentence's end goes on, whatever follows."""
_LIST = 6
"""Lines of names in a row that are a list of a vote or of those who are absent."""
_LINES_OF_A_REMARK = 12
_LINES_OF_A_SPEAKER = 3
_LONGEST_ENTRY = 400

_HEAD = re.compile(
    r"(?:(?:\d{1,5}|[IVXL]+)\W{0,3}\s*)?Deutscher\s*Bundestag\b.{0,70}\bSitzung\b.{0,60}?(?P<year>\b(?:19|20)\d\d\b)?.{0,9}"
)
_REST_OF_HEAD = re.compile(r"(?:19|20)\d\d(?:\s+(?:\d{1,5}|[IVXL]+))?")
_MARGIN = re.compile(r"(?:\(?[A-D]\)?\s*){1,4}|\d{1,5}\s?\*?")
_FOOTNOTE = re.compile(r"\*{1,4}\)\s")
_WORD = r"[A-ZÄÖÜ][\w.'’-]*"
_NAME = rf"(?:(?:{_WORD}|von|van|vom|der|den|dem|de|di|zu|zur|und|h\.|c\.)\s){{0,7}}{_WORD}"
_RANK = r"(?:(?:Parl\.|Parlamentarische[rn]?|Geschäftsführende[rn]?) ?)?"
_ROLE = (
    rf"{_RANK}(?:Bundes|Staats|Senator|Minister|Präsident|Beauftragte|Wehrbeauftragte|Berichterstatter|Antragsteller"
    r"|Schriftführer|Bürgermeister)"
)
_CHAIR = rf"(?:Vize|Alters|Bundes)?[Pp]räsident(?:in)?\s{_NAME}"
_CHAIR_SPEAKS = re.compile(rf"{_CHAIR} ?:")
_SPEAKER = re.compile(
    rf"(?P<name>{_CHAIR}|{_NAME}(?: ?[(\[][A-ZÄÖÜ][^()\[\]\d]{{1,40}}[)\]])* ?[(\[][A-ZÄÖÜ][^()\[\]:]{{0,40}}[)\]]"
    rf"|{_NAME}(?: \([A-ZÄÖÜ][^()\d]{{1,40}}\))?, {_ROLE}[^:!?;]{{0,160}}) ?:(?:\s+|$)"
)
_SPEAKER_BEGINS = re.compile(rf"{_NAME}(?: ?[(\[]|,$|, {_ROLE})")
_OFFICE = re.compile(
    rf"{_RANK}(?:(?:Vize|Alters|Bundes)?[Pp]räsident|Bundes[a-z]+|Staats[a-zä]+|Minister(?:präsident)?|Senator)(?:in)?\s+"
)
_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_DATE = r"\d{1,2}\. ?\d{1,2}\.(?:\d{2,4})?\*{0,3}"
_ENDS_IN_DATE = re.compile(rf"{_DATE}$")
_NAMES_ONLY = re.compile(rf"\(?{_NAME}(?:/{_WORD})*(?:,? (?:\(?{_WORD}(?:/{_WORD})*\)?|{_DATE}))*\)?")
_BEGIN = re.compile(r"Beginn ?: ?\d{1,2}|Die (?:\d+\. )?Sitzung wird .{0,60}Uhr.{0,60}eröffnet")
_END = re.compile(r"\((?:Schlu(?:ß|ss)|Ende) ?(?:der Sitzung)?\b.{0,40}\d")
_ANNEX = re.compile(r"Anlagen?(?: \d{1,3})?(?: zum Stenogra(?:ph|f)ischen Bericht)?$")
_ABSENT = re.compile(r"Liste der .{0,30}Abgeordneten$")
_SPECIAL: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (_ANNEX, "heading"),
    (_ABSENT, "heading"),
    (re.compile(r"(?:Zusatz)?[Tt]agesordnungspunkte?\b.{0,40}:$|Zusatzpunkte?\b.{0,40}:$|Fragestunde$"), "heading"),
    (re.compile(r"Beginn ?: ?\d{1,2}"), "boilerplate"),
    (_FOOTNOTE, "footnote"),
)
_PLACE_OF_ENTRY = re.compile(r"\d{1,5} ?[A-D]?[.,]?$")
_POINT = re.compile(r"(?:[a-z]|\d{1,2})[).]\s|[—–]\s")
_ENDS = ".!?:;…"
_BEHIND_ENDS = "\"'”’»“«)]"


class OldText(NamedTuple):
    """What became of a record's text."""

    blocks: list[Block]
    heads: list[Block]
    """Of its pages, which stood between the lines of the others."""
    repairs: Counter[str]


class _Line(NamedTuple):
    text: str
    is_apart: bool
    """Behind a blank line."""


def read_text_of_record(text: str) -> OldText:
    """Cut the text of an old record into blocks.

    Title pages with the table of contents, heads of pages, names of speakers, interjections and applause are
    ``boilerplate``, lists of names ``table``, points of the agenda and the names of annexes ``heading``, notes under
    ``*)`` ``footnote``. Words that were broken at a line's end are joined.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    speakers = _speakers(lines)
    heads = _heads(lines, speakers)
    kept: list[_Line] = []
    is_apart = False
    for index, line in enumerate(lines):
        if line and index not in heads:
            kept.append(_Line(line, is_apart))
            is_apart = False
        elif not line and index - 1 not in heads:  # blank lines around a page's head say nothing
            is_apart = True
    begin, end = _debate([line.text for line in kept])
    repairs: Counter[str] = Counter()
    joined = _Joiner(count_words(line.text for line in kept), _width([line.text for line in kept]), repairs)
    blocks = [Block(entry, "boilerplate") for entry in _entries(kept[:begin])]
    blocks += _blocks(kept[begin:end], joined)
    blocks += _blocks(kept[end:], joined)
    return OldText(blocks, [Block(clean(lines[index]), "boilerplate") for index in sorted(heads)], repairs)


def _speakers(lines: Sequence[str]) -> set[str]:
    """The names of those who speak, without office, party and constituency, as the heads of pages have them."""
    found = {_bare(match["name"].partition(", ")[0]) for line in lines if (match := _SPEAKER.match(line))}
    return {name for name in found if name}


def _bare(name: str) -> str:
    inner = name[1:-1] if name[:1] == "(" and name[-1:] == ")" else name
    return _OFFICE.sub("", _BRACKETED.sub("", inner)).strip()


def _heads(lines: Sequence[str], speakers: set[str]) -> set[int]:
    """The lines that belong to a page and not to the text: its head, its number, its margins, who speaks on it."""
    folded = [fold_digits(line) for line in lines]
    times = Counter(folded)
    variants: dict[str, set[str]] = {}
    for line, key in zip(lines, folded, strict=True):
        variants.setdefault(key, set()).add(line)
    found: set[int] = set()
    is_below = False
    for index, (line, key) in enumerate(zip(lines, folded, strict=True)):
        if not line:
            continue
        head = _HEAD.fullmatch(line)
        numbered = "#" in key and len(key) > 1 and times[key] >= _REPEATED and len(variants[key]) > times[key] // 2
        is_name = len(line) < _NARROW and line[-1] not in _ENDS and _bare(line) in speakers
        is_name = is_name or (is_below and len(line) < _NARROW // 2 and _is_running_name(line))
        if (
            head
            or is_name
            or _MARGIN.fullmatch(line)
            or (numbered and line[0] != "(" and len(line) > 20 and line[-1] not in _ENDS)
        ):
            found.add(index)
            is_below = head is not None or (is_below and not is_name)
            if head and not head["year"] and index + 1 < len(lines) and _REST_OF_HEAD.fullmatch(lines[index + 1]):
                found.add(index + 1)
        elif index not in found:
            is_below = False
    return found


def _is_running_name(line: str) -> bool:
    """A name right below a page's head is who speaks there, misread or not."""
    return re.fullmatch(rf"\(?{_NAME}(?: \([A-ZÄÖÜ]\w+\))?\)?", line) is not None and len(line.split()) <= 6


def _debate(lines: Sequence[str]) -> tuple[int, int]:
    """Where the debate begins behind the table of contents, and where the annexes begin behind it."""
    begin = next((index for index, line in enumerate(lines) if _BEGIN.match(line) or _CHAIR_SPEAKS.match(line)), 0)
    ends = [index for index, line in enumerate(lines) if _END.match(line)]
    return begin, max([index + 1 for index in ends if index >= begin], default=len(lines))


def _width(lines: Sequence[str]) -> int:
    """The width of the printed columns, as lines have it that visibly go on; 0 where most lines are paragraphs."""
    narrow = sum(len(line) <= _NARROW for line in lines)
    widths = sorted(
        len(line)
        for line, following in pairwise(lines)
        if len(line) <= _NARROW and (line[-1] == "-" or (following[0].islower() and not _has_ended(line)))
    )
    return widths[len(widths) * 3 // 4] if len(widths) > _WRAPPED * narrow else 0


def _has_ended(line: str) -> bool:
    last = (line.rstrip(_BEHIND_ENDS) or line)[-1]
    return last in _ENDS or (line[0] in "—–" and last in "—–")


def _entries(lines: Sequence[_Line]) -> Iterator[str]:
    """The entries of the table of contents, each up to its page."""
    group: list[str] = []
    for line in lines:
        group.append(line.text)
        if _PLACE_OF_ENTRY.search(line.text) or sum(map(len, group)) > _LONGEST_ENTRY:
            yield clean(join_lines(group, {}))
            group = []
    if group:
        yield clean(join_lines(group, {}))


class _Joiner(NamedTuple):
    """Makes a paragraph of lines."""

    words: Mapping[str, int]
    width: int
    repairs: Counter[str]

    def block(self, lines: Sequence[str], kind: Kind) -> list[Block]:
        text = clean(join_lines(lines, self.words, repairs=self.repairs)) if lines else ""
        return [Block(text, kind)] if text else []

    def goes_on(self, above: str, line: _Line) -> bool:
        """Whether a line belongs to the paragraph of the one above."""
        if above[-1] == "-" and above[-2:-1].isalpha():
            return True
        if not _has_ended(above):
            return line.text[0].islower() or len(above) >= _FULL * (self.width or _USUAL)
        if line.is_apart or _POINT.match(line.text) or not 0.85 * self.width <= len(above) <= 1.2 * self.width:
            return False
        return len(above) + 1 + len(line.text.split(" ", 1)[0]) > 0.95 * self.width


def _blocks(lines: Sequence[_Line], joined: _Joiner) -> Iterator[Block]:
    """The blocks of the debate or of the annexes."""
    group: list[str] = []
    after: list[Block] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        taken, special, rest = _special(lines, index, joined)
        if taken and special and special[0].kind == "footnote":
            after += special
            index += taken
            continue
        if taken or (group and not joined.goes_on(group[-1], line)):
            yield from (*joined.block(group, "body"), *after)
            group, after = [], []
        if not taken:
            group.append(line.text)
            index += 1
            continue
        yield from special
        group += [rest] if rest else []
        index += taken
    yield from (*joined.block(group, "body"), *after)


def _special(lines: Sequence[_Line], index: int, joined: _Joiner) -> tuple[int, list[Block], str]:
    """What begins at a line that is no paragraph.

    Returns:
        How many lines it takes (0 for none), its blocks, and with what its last line goes on.
    """
    line = lines[index].text
    if line[0] == "(":
        return _remark(lines, index, joined)
    kind = next((kind for pattern, kind in _SPECIAL if pattern.match(line)), None)
    if kind is not None:
        return 1, joined.block([line], kind), ""
    speaker = _SPEAKER.match(line)
    if speaker:
        return 1, joined.block([line[: speaker.end()].strip()], "boilerplate"), line[speaker.end() :]
    if _SPEAKER_BEGINS.match(line) and len(line) <= _NARROW:
        for count in range(2, _LINES_OF_A_SPEAKER + 1):
            group = [each.text for each in lines[index : index + count]]
            if len(group) == count and _SPEAKER.fullmatch(join_lines(group, {})):
                return count, joined.block(group, "boilerplate"), ""
    return _names(lines, index, joined)


def _remark(lines: Sequence[_Line], index: int, joined: _Joiner) -> tuple[int, list[Block], str]:
    """An interjection or applause, up to the bracket that closes it."""
    depth = 0
    group: list[str] = []
    for count, line in enumerate(lines[index : index + _LINES_OF_A_REMARK], start=1):
        for at, char in enumerate(line.text):
            depth += (char == "(") - (char == ")")
            if depth == 0:
                end = at + 2 if line.text[at + 1 : at + 2] in {".", ","} else at + 1
                group.append(line.text[:end])
                if len(group) == 1 and at < 4:  # (1), (a): a point of a list
                    return 0, [], ""
                return count, joined.block(group, "boilerplate"), line.text[end:].strip()
        group.append(line.text)
    return 0, [], ""


def _is_name(line: str) -> bool:
    """A name, or the party above some: ``Albsteig, Katrin``, ``CDU/CSU``, ``Auer (Weilheim) 15. 3.``."""
    return _NAMES_ONLY.fullmatch(line) is not None and (line[-1] not in _ENDS or _ENDS_IN_DATE.search(line) is not None)


def _names(lines: Sequence[_Line], index: int, joined: _Joiner) -> tuple[int, list[Block], str]:
    """A list of names, one a line; all that stands under the heading of those who are absent is one."""
    end = index
    is_told = index > 0 and _ABSENT.match(lines[index - 1].text) is not None
    while end < len(lines) and not _ANNEX.match(lines[end].text) and len(lines[end].text) < _NARROW:
        if not (is_told or _is_name(lines[end].text)):
            break
        end += 1
    if end - index < (1 if is_told else _LIST):
        return 0, [], ""
    return end - index, [block for line in lines[index:end] for block in joined.block([line.text], "table")], ""
