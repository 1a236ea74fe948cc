"""Manuscripts: a TOML head, then headings, paragraphs and footnotes with the planted mentions marked in them.

``[[concept:surface]]`` is a mention, ``[[!:surface]]`` a string that looks like one and must not count, ``[^1]`` a
footnote's mark and ``[^1]: …`` its text.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = {
    "speeches": ("pdf-1col", "txt", "html"),
    "articles": ("pdf-2col", "pdf-1col", "jsonl"),
    "websites": ("html", "txt-gb18030"),
}
SOURCE_TYPES = {"speeches": "speech", "articles": "article", "websites": "city_website", "tables": "article"}
SUFFIXES = {"pdf-1col": "pdf", "pdf-2col": "pdf", "txt": "txt", "txt-gb18030": "txt", "html": "html"}
REQUIRED = ("title", "date", "language", "format")
FIELDS = (*REQUIRED, "author", "publisher", "city", "url", "running_head")
PRECISIONS = {4: "year", 7: "month", 10: "day"}

_MARKUP = re.compile(r"\[\[([a-z_]+|!):([^\[\]]+)\]\]|\[\^(\d+)\]")
_FOOTNOTE = re.compile(r"\[\^(\d+)\]: ")
_LEFTOVER = re.compile(r"\[\[|\]\]|\[\^|\*\*|^[-*>] |^#")


class ManuscriptError(ValueError):
    """A manuscript does not follow the format; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A planted mention; ``concept`` is ``!`` where the string is no mention."""

    concept: str
    surface: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A title, heading, paragraph or footnote as its reader sees it, and what is planted in it."""

    kind: str
    text: str
    mentions: tuple[Mention, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    """Where in ``text``, in code points, the marks of which footnotes stand."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """One document before it has a format."""

    name: str
    folder: str
    title: Paragraph
    paragraphs: tuple[Paragraph, ...]
    footnotes: dict[str, Paragraph]
    """By label, in the order in which the text refers to them."""
    author: str
    publisher: str
    city: str
    date: str
    language: str
    format: str
    url: str
    running_head: str

    @property
    def source(self) -> str:
        """The id of its source in the study: the folder, but for rows of a table."""
        return "tables" if self.format == "jsonl" else self.folder

    @property
    def key(self) -> str:
        """What the program will call it inside its source: the file's name or the row's id."""
        return self.name if self.format == "jsonl" else f"{self.name}.{SUFFIXES[self.format]}"

    @property
    def date_precision(self) -> str:
        """`day`, `month` or `year`."""
        return PRECISIONS[len(self.date)]


def read_manuscripts(folder: Path) -> tuple[Manuscript, ...]:
    """All manuscripts below ``folder``, ordered by folder and name.

    Raises:
        ManuscriptError: One does not follow the format, or two have the same name.
    """
    paths = [path for kind in FORMATS for path in sorted((folder / kind).glob("*.md"))]
    names = [path.stem for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ManuscriptError(f"more than one manuscript is named {', '.join(twice)}")
    return tuple(parse_manuscript(path.read_text(encoding="utf-8"), path.stem, path.parent.name) for path in paths)


def parse_manuscript(source: str, name: str, folder: str) -> Manuscript:
    """Read one manuscript's text.

    Raises:
        ManuscriptError: The text does not follow the format.
    """
    parts = unicodedata.normalize("NFC", source).split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise ManuscriptError(f"{folder}/{name}: no head between two lines +++")
    head = _read_head(parts[1], name, folder)
    title = _read_paragraph(head.pop("title"), "title", f"{folder}/{name}, title")
    paragraphs: list[Paragraph] = []
    notes: dict[str, Paragraph] = {}
    for number, line in enumerate(parts[2].split("\n"), start=parts[1].count("\n") + 3):
        place = f"{folder}/{name}, line {number}"
        if note := _FOOTNOTE.match(line):
            notes[note[1]] = _read_paragraph(line[note.end() :], "footnote", place)
        elif line.startswith("# "):
            paragraphs.append(_read_paragraph(line[2:], "heading", place))
        elif line.strip():
            paragraphs.append(_read_paragraph(line, "body", place))
    referred = [label for paragraph in paragraphs for _, label in paragraph.notes]
    if sorted(referred) != sorted(notes):
        raise ManuscriptError(f"{folder}/{name}: marks of footnotes {referred} and footnotes {sorted(notes)} differ")
    if referred and folder != "articles":
        raise ManuscriptError(f"{folder}/{name}: only articles have footnotes")
    footnotes = {label: notes[label] for label in referred}
    return Manuscript(name, folder, title, tuple(paragraphs), footnotes, **head)


def _read_head(toml: str, name: str, folder: str) -> dict[str, str]:
    try:
        head = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ManuscriptError(f"{folder}/{name}: the head is no TOML: {error}") from error
    wrong = sorted(set(head) - set(FIELDS)) + [key for key in REQUIRED if not head.get(key)]
    if wrong or not all(isinstance(value, str) for value in head.values()):
        raise ManuscriptError(f"{folder}/{name}: unknown, missing or no text in the head: {wrong or head}")
    if head["format"] not in FORMATS[folder]:
        raise ManuscriptError(f"{folder}/{name}: format {head['format']!r} is none of {FORMATS[folder]}")
    if not name.startswith(f"{head['language']}_{head['date'][:4]}_"):
        raise ManuscriptError(f"{folder}/{name}: the name is not LANGUAGE_YEAR_…")
    try:
        date.fromisoformat((head["date"] + "-01-01")[:10])
    except ValueError as error:
        raise ManuscriptError(f"{folder}/{name}: {head['date']!r} is no date") from error
    return {key: head.get(key, "") for key in FIELDS}


def _read_paragraph(source: str, kind: str, place: str) -> Paragraph:
    text, end = "", 0
    mentions: list[Mention] = []
    notes: list[tuple[int, str]] = []
    for found in _MARKUP.finditer(source):
        text += source[end : found.start()]
        end = found.end()
        if found[3]:
            notes.append((len(text), found[3]))
        else:
            mentions.append(Mention(found[1], found[2]))
            text += found[2]
    text += source[end:]
    if _LEFTOVER.search(text) or text != text.strip() or "  " in text:
        raise ManuscriptError(f"{place}: broken mark, other markup or stray spaces: {text[:60]!r}")
    return Paragraph(kind, text, tuple(mentions), tuple(notes))


def as_format(manuscript: Manuscript) -> Manuscript:
    """The document as its format shows it.

    Plain text has no headings, only paragraphs; in a table's row they are paragraphs too, the title is a field of its
    own and there are no footnotes (as in the full texts of databases).
    """
    if manuscript.format not in ("txt", "txt-gb18030", "jsonl"):
        return manuscript
    paragraphs = tuple(replace(paragraph, kind="body", notes=()) for paragraph in manuscript.paragraphs)
    if manuscript.format != "jsonl":
        paragraphs = (replace(manuscript.title, kind="body"), *paragraphs)
    return replace(manuscript, paragraphs=paragraphs, footnotes={})
