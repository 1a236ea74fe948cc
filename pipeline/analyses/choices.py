"""The choices behind a count, and the others that a reviewer would ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.records import KINDS

if TYPE_CHECKING:
    from pipeline.study import Study

NOTES = ("footnote", "reference")
"""Kinds of passages that are counted or left out together."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How mentions are counted and what they are divided by."""

    duplicates: Literal["first", "all"]
    """Of several copies the earliest counts, or each."""
    keep: tuple[str, ...]
    """The kinds of passages that count."""
    per: Literal["words", "characters"] = "words"
    """What stands below the line."""
    nesting: Literal["exclusive", "inclusive"] = "exclusive"
    """Whether a mention inside a longer one counts too."""
    segmenter: Literal["jieba", "thulac"] | None = None
    """Whose Chinese words stand below the line, nothing held whole; those of the built corpus where absent."""
    without: tuple[str, str, str] | None = None
    """A term that is left out: concept, language and form."""


class Alternative(NamedTuple):
    """One other choice, everything else being as the study has it."""

    choice: str
    setting: str
    choices: Choices | None
    """None where nothing would be left to count."""


def main_choices(study: Study) -> Choices:
    """The study's own."""
    return Choices(study.passages.duplicates, tuple(study.passages.keep), study.timelines.per)


def other_choices(study: Study) -> list[Alternative]:
    """What a reviewer would ask for, one thing changed at a time; terms left out are not among them."""
    main = main_choices(study)
    copies: Literal["first", "all"] = "all" if main.duplicates == "first" else "first"
    out = tuple(kind for kind in main.keep if kind not in NOTES)
    notes_in = len(out) == len(main.keep)
    keep = tuple(kind for kind in KINDS if kind in {*main.keep, *NOTES}) if notes_in else out
    per: Literal["words", "characters"] = "characters" if main.per == "words" else "words"
    found = [
        Alternative("duplicates", copies, replace(main, duplicates=copies)),
        Alternative("notes", "in" if notes_in else "out", replace(main, keep=keep) if keep else None),
        Alternative("per", per, replace(main, per=per)),
        Alternative("nesting", "inclusive", replace(main, nesting="inclusive")),
    ]
    if "zh" in study.languages and main.per == "words":
        second: Literal["jieba", "thulac"] = "thulac" if study.chinese.segmenter == "jieba" else "jieba"
        found.append(Alternative("segmenter", second, replace(main, segmenter=second)))
    return found
