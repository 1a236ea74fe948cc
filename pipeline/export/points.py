"""The points of the report's figures: what each says, and which lines of the concordance it leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyarrow.compute as pc

from pipeline.export.names import short_title
from pipeline.export.phrases import ENGLISH
from pipeline.export.series import ALL, anchor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

DOUBTS = {
    "few_documents": "few documents",
    "one_document": "one document",
    "no_mentions": "no mention",
}
"""Why an interval cannot be trusted, by ``interval_note``."""


_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Point:
    """One point: a concept in a language, group and period."""

    title: str
    href: str
    """Where its lines stand, with ``#``; empty where nothing was counted."""
    group: str
    """``all``, or the group whose lines it counts, with all but letters and digits as percent escapes."""


def read_points(rows: pa.Table, label: Mapping[str, str]) -> dict[str, Point]:
    """The points of one concept by the fragment that its figure names each by; those with words.

    Args:
        rows: the concept's rows of ``timelines.csv``.
        label: its name by language code.
    """
    found = rows.filter(pc.greater(rows["words"], 0)).to_pylist()
    return {
        anchor(row["concept"], row["language"], row["period"], row["group"]): Point(
            say_point(row, short_title(label, row["concept"], row["language"])),
            f"#{anchor(row['concept'], row['language'], row['period'])}" if row["mentions"] else "",
            quote(row["group"], safe=""),
        )
        for row in found
    }


def say_point(row: Mapping[str, Any], label: str) -> str:
    """What a point stands for, in one sentence: concept, period, mentions, words, rate, interval."""
    group = "all texts" if row["group"] == ALL else ENGLISH.group(row["group"])
    per = "characters" if row.get("characters") is not None else "words"
    size = row["characters"] if per == "characters" else row["words"]
    number = ENGLISH.number
    interval = "no interval"
    if row["low"] is not None:
        interval = f"95 % interval {_rate(row['low'])} to {_rate(row['high'])}"
    note = row.get("interval_note")
    doubt = f" (not to be trusted: {DOUBTS.get(note, note)})" if note else ""
    count = f"{number(row['mentions'])} mention{'s' if row['mentions'] != 1 else ''}"
    said = (
        f"{label}, {ENGLISH.language(row['language'])}, {row['period']}, {group}: {count} in {number(size)} {per}, "
        f"{_rate(row['per_million'])} per million, {interval}{doubt}"
    )
    return _NO_XML.sub("\ufffd", said)


def _rate(value: float) -> str:
    return ENGLISH.number(value, 0 if value >= 1000 else 1)
