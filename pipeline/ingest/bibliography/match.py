"""Records tied to files: by the path in the record, a DOI on the first page, or the title. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from pipeline.ingest.bibliography.names import Name, show_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.ingest.bibliography.record import Record

HEAD = 1500
"""Characters of a file's beginning in which its title and its DOI are looked for."""

_SURE = 20
"""The length, Han counted double, from which a title says which text it is wherever it stands: `Einleitung` is none."""
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>“”，。；、）》]+")
_COPY = re.compile(r"(?:\s*[(（]\d+[)）]|\s*-\s*(?:副本|Kopie|Copy)(?:\s*[(（]\d+[)）])?)+$", re.IGNORECASE)
_ZOTERO_NAME = re.compile(r"(?P<who>.+?) - (?:(?P<year>\d{4}|o\.\s?J\.|n\.d\.) - )?(?P<title>.+)")
_LEFT_OUT = re.compile(r"_省略_|\.\.\.|…")
"""CNKI leaves out the middle of a long title."""


class Text(NamedTuple):
    """What a file shows of itself, for finding its record."""

    title: str
    """As its metadata say."""
    head: str
    """The beginning of what stands on it, notes and references left out."""


class Tie(NamedTuple):
    """A record that a file belongs to, and how that was found."""

    record: int
    how: str


@dataclass
class Ties:
    """Which record each file belongs to."""

    tied: dict[str, Tie] = field(default_factory=dict)
    """By the file's name."""
    open: dict[str, set[int]] = field(default_factory=dict)
    """Files for which there are several records, and none is likelier: the records by their numbers."""

    def add(self, file: str, records: Iterable[int], how: str) -> bool:
        """Tie a file to a record if there is only one; remember several."""
        found = set(records)
        if len(found) == 1:
            self.tied[file] = Tie(found.pop(), how)
            self.open.pop(file, None)
            return True
        if found:
            self.open.setdefault(file, found)
        return False


def tie_by_path(records: Sequence[Record], files: Sequence[str], root: str = "") -> Ties:
    """Tie files to the records that name them: how is ``path``, or ``file_name`` where no more than the name agrees.

    A path may be of another machine: the file that shares most of its end is meant, where it is one alone. The name
    alone says which file is meant only if one record and one file have it: many are called ``Full Text.pdf``.

    Args:
        records: the records.
        files: the files' paths in their folder, with ``/``.
        root: the folder's own path.
    """
    ties = Ties()
    base = _steps(root)
    steps_of = {file: [*base, *_steps(file)] for file in files}
    by_name: dict[str, list[str]] = defaultdict(list)
    for file, steps in steps_of.items():
        by_name[steps[-1]].append(file)
    named = [
        (number, steps) for number, record in enumerate(records) for steps in map(_steps, record.attachments) if steps
    ]
    users: dict[str, set[int]] = defaultdict(set)
    for number, steps in named:
        users[steps[-1]].add(number)
    wanted: dict[str, dict[int, int]] = defaultdict(dict)
    for number, steps in named:
        shared = {file: _shared_end(steps, steps_of[file]) for file in by_name[steps[-1]]}
        most = max(shared.values(), default=0)
        best = [file for file, share in shared.items() if share == most]
        is_certain = most > 1 or most == len(steps) or len(users[steps[-1]]) == 1
        if len(best) == 1 and is_certain:
            wanted[best[0]][number] = max(most, 2) if most == len(steps) else most
        for file in best if len(best) > 1 or not is_certain else ():
            ties.open.setdefault(file, set()).add(number)
    for file, shares in wanted.items():
        most = max(shares.values())
        ties.add(
            file, [number for number, share in shares.items() if share == most], "path" if most > 1 else "file_name"
        )
    return ties


def tie_by_text(records: Sequence[Record], texts: Mapping[str, Text], ties: Ties) -> None:
    """Tie the files that no path ties: by DOI, else by the title in the file's name, else by the title in its text.

    Args:
        records: the records.
        texts: what each file that is not tied yet shows of itself.
        ties: what is tied, and is added to.
    """
    titles = _Titles(records)
    by_doi: dict[str, set[int]] = defaultdict(set)
    for number, record in enumerate(records):
        if doi := str(record.item.get("DOI", "")).lower():
            by_doi[doi].add(number)
    for file, text in texts.items():
        dois = {found.rstrip(".,;:)]").lower() for found in _DOI.findall(text.head)}
        known = set().union(*(by_doi.get(doi, set()) for doi in dois))
        if len(known) > 1:  # an article's first page may cite another one of the bibliography
            known = known & titles.in_text(text.head) or known
        if ties.add(file, known, "doi"):
            continue
        named = titles.narrow(titles.in_file_name(file), f"{file} {text.head}")
        if ties.add(file, named, "title_in_file_name"):
            continue
        stated = titles.narrow(titles.exactly(text.title) or titles.in_text(text.head), f"{file} {text.head}")
        ties.add(file, stated, "title_in_text")


def comparable(text: str) -> str:
    """A text as titles are compared: only its letters and digits, one width, lower case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def first_author(record: Record) -> str:
    """The first author as the culture orders the name; nothing where there is none."""
    people = record.item.get("author") or record.item.get("editor") or [{}]
    return show_name(Name(**people[0]))


class _Titles:
    """The records by their titles."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._by_title: dict[str, set[int]] = defaultdict(set)
        self._by_both: dict[str, set[int]] = defaultdict(set)
        self._titles: list[str] = []
        self._authors: list[str] = []
        self._years: list[str] = []
        for number, record in enumerate(records):
            title, author = comparable(record.title), comparable(first_author(record))
            self._titles.append(title)
            self._authors.append(author)
            self._years.append(record.date[:4])
            if title:
                self._by_title[title].add(number)
                self._by_both[title + author].add(number)
                self._by_both[author + title].add(number)
        self._sorted = sorted(self._by_title)
        self._automaton: object | None = None

    def exactly(self, title: str) -> set[int]:
        """The records with this title."""
        return self._by_title.get(comparable(title), set())

    def in_file_name(self, file: str) -> set[int]:
        """The records that a file's name means: ``题名_作者.pdf``, ``Müller - 2019 - Titel.pdf``, ``Titel (1).pdf``."""
        name = file.rpartition("/")[2]
        stem = _COPY.sub("", name.rpartition(".")[0] or name)
        found = self._by_both.get(comparable(stem), set()) | self.exactly(stem)
        if found:
            return found
        if parts := _ZOTERO_NAME.fullmatch(stem):
            found = self.exactly(parts["title"]) or self._beginning(parts["title"])
        if not found and _LEFT_OUT.search(stem):
            found = self._with_ends(*_LEFT_OUT.split(stem, maxsplit=1))
        if not found and "_" in stem:
            found = self.exactly(stem.rpartition("_")[0]) or self.exactly(stem.partition("_")[2])
        return found or self._beginning(stem)

    def in_text(self, head: str) -> set[int]:
        """The records whose titles stand in a text; of titles within one another the longest."""
        import ahocorasick_rs

        sure = [title for title in self._sorted if _length(title) >= _SURE]
        if not sure:
            return set()
        if self._automaton is None:
            kind = ahocorasick_rs.MatchKind.LeftmostLongest
            self._automaton = ahocorasick_rs.AhoCorasick(sure, matchkind=kind, store_patterns=True)
        found = self._automaton.find_matches_as_strings(comparable(head))  # type: ignore[attr-defined]
        return set().union(*(self._by_title[title] for title in found))

    def narrow(self, records: set[int], text: str) -> set[int]:
        """Of several records those whose author, else those whose year, stands in a text, where that leaves any."""
        if len(records) < 2:
            return records
        known = comparable(text)
        for marks in (self._authors, self._years):
            left = {number for number in records if marks[number] and marks[number] in known}
            if len(left) == 1:
                return left
            records = left or records
        return records

    def _beginning(self, start: str) -> set[int]:
        """The records whose titles begin so; programs cut long names."""
        start = comparable(start)
        if _length(start) < _SURE:
            return set()
        found: set[int] = set()
        for title in self._sorted[bisect_left(self._sorted, start) :]:
            if not title.startswith(start):
                break
            found |= self._by_title[title]
        return found

    def _with_ends(self, start: str, end: str) -> set[int]:
        start, end = comparable(start), comparable(end)
        if _length(start) < 8:
            return set()
        return {
            number
            for number, title in enumerate(self._titles)
            if title.startswith(start) and (title + self._authors[number]).endswith(end)
        }


def _length(comparable_text: str) -> int:
    return sum(2 if c >= "\u3400" else 1 for c in comparable_text)


def _steps(path: str) -> list[str]:
    """The folders and the name of a path of any system, as they are compared."""
    if path.lower().startswith("file:"):
        path = unquote(path[5:])
    path = unicodedata.normalize("NFC", path.replace("\\", "/")).casefold()
    return [step for step in path.split("/") if step not in {"", ".", ".."}]


def _shared_end(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
