"""Formats of lines with tags (RIS, RefWorks, EndNote, NoteExpress, CNKI's own): records of tags and values.

Hand-written for all of them, RIS too: what there is for RIS (rispy 0.10) drops a last record without ``ER``, cuts
addresses at semicolons and fails on a wrapped line behind a repeated tag; for CNKI's formats there is nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LINE_END = re.compile(r"\r\n|\r|\n")
_WIDE = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"


class Tagged(NamedTuple):
    """A record as its lines have it."""

    line: int
    """Of its first line; the first line of a file is 1."""
    fields: list[tuple[str, str]]
    """Tags and values in order; a wrapped value is joined."""
    ended: bool
    """Whether the format's end tag stood behind it."""

    def first(self, *tags: str) -> str:
        """The first value that is not empty of the first tag that has one."""
        return next((value for tag in tags for name, value in self.fields if name == tag and value), "")


def tagged_records(text: str, line: re.Pattern[str], start: str, end: str = "") -> Iterator[Tagged]:
    """Cut a text into records.

    Args:
        text: the whole file.
        line: what a line with a tag looks like: groups ``tag`` and ``value``; any other line goes on with the value
            before it.
        start: the tag that begins a record.
        end: the tag that ends one, where the format has such; a new ``start`` ends one too.
    """
    current: Tagged | None = None
    for number, row in enumerate(LINE_END.split(text), start=1):
        found = line.match(row)
        tag = found["tag"] if found else ""
        if found and tag == start:
            if current:
                yield current
            current = Tagged(number, [(tag, found["value"].strip())], ended=not end)
        elif current is None:
            continue
        elif found and end and tag == end:
            yield current._replace(ended=True)
            current = None
        elif found:
            current.fields.append((tag, found["value"].strip()))
        elif row.strip():
            name, value = current.fields[-1]
            current.fields[-1] = (name, join_wrapped(value, row.strip()))
    if current:
        yield current


def join_wrapped(value: str, more: str) -> str:
    """A value and the line that goes on with it: a space between words, none between Chinese characters."""
    if not value:
        return more
    between = "" if re.search(f"{_WIDE}$", value) or re.match(f"[,，;；]|{_WIDE}", more) else " "
    return f"{value}{between}{more}"


def by_variable(record: Tagged, variables: Mapping[str, str]) -> dict[str, list[str]]:
    """The values of a record by CSL's variables; a tag that stands earlier in ``variables`` comes first."""
    fields: dict[str, list[str]] = {}
    for tag, variable in variables.items():
        values = [value for name, value in record.fields if name == tag and value]
        if values:
            fields.setdefault(variable, []).extend(values)
    return fields
