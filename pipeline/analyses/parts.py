"""Parts of the corpus that are compared: documents with some values in their columns, and dates."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.analyses.timelines import make_groups
from pipeline.errors import StudyError, known_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.study import Study

    Flags = NDArray[np.bool_]
    Part = Mapping[str, str | list[str] | dt.date]

REST = "rest"
_LISTED = 30
"""Values that an error lists, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two parts of the corpus in one language."""

    name: str
    language: str
    target: str
    """What it is called in the tables: ``source_type=speech, from 2014-01-01``."""
    reference: str
    in_target: Flags
    """Of each document."""
    in_reference: Flags

    @property
    def shared(self) -> int:
        """Documents that are in both parts."""
        return int((self.in_target & self.in_reference).sum())


def make_comparisons(study: Study, corpus: Corpus) -> list[Comparison]:
    """The study's comparisons, in each language in which both parts have words.

    Where the study names none: each group of ``group_by`` against the documents outside it that have a value in the
    column; of two groups only the first against the second, since the other way round says the same.

    Raises:
        StudyError: no such column or value, or a part without words in every language.
    """
    words = {code: corpus.words_by_document(code) > 0 for code in study.languages}
    if not study.keywords:
        return [one for code in study.languages for one in _groups(study, corpus, code, words[code])]
    made: list[Comparison] = []
    for number, asked in enumerate(study.keywords, 1):
        where = f"{study.where}: [[keywords]] {asked.name or number}"
        target = _members(corpus, asked.target, f"{where}: target")
        if asked.reference is None:
            reference, name = ~target, REST
            if _is_dated(asked.target):
                reference = reference & ~np.isnat(corpus.dates)
        else:
            reference = _members(corpus, asked.reference, f"{where}: reference")
            name = _name(asked.reference)
        found = [code for code in study.languages if (target & words[code]).any() and (reference & words[code]).any()]
        if not found:
            raise StudyError(f"{where}: {_why_none(study, words, target, reference)}")
        names = (_name(asked.target), name)
        made += [
            Comparison(asked.name or " / ".join(names), code, *names, target & words[code], reference & words[code])
            for code in found
        ]
    called = [(one.name, one.language) for one in made]
    twice = next((one.name for one in made if called.count((one.name, one.language)) > 1), None)
    if twice is not None:
        raise StudyError(
            f"{study.where}: [[keywords]]: two comparisons are called {twice!r}; give each a name of its own"
        )
    return made


def _groups(study: Study, corpus: Corpus, code: str, with_words: Flags) -> list[Comparison]:
    """Each group of each column that the study groups by, against the rest."""
    made: list[Comparison] = []
    groups = [group for group in make_groups(study, corpus)[1:] if (group.members & with_words).any()]
    for column in study.timelines.group_by:
        own = [group for group in groups if group.name.startswith(f"{column}=")]
        if len(own) < 2:
            continue
        known = np.logical_or.reduce([group.members for group in own])
        for group in own[: 1 if len(own) == 2 else None]:
            other = own[1].name if len(own) == 2 else REST
            rest = known & ~group.members & with_words
            name = f"{group.name} / {other}"
            made.append(Comparison(name, code, group.name, other, group.members & with_words, rest))
    return made


def _members(corpus: Corpus, part: Part, where: str) -> Flags:
    inside = np.ones(len(corpus.dates), np.bool_)
    for key, value in part.items():
        if isinstance(value, dt.date):
            day = np.datetime64(value, "D")
            inside &= (corpus.dates >= day if key == "from" else corpus.dates < day) & ~np.isnat(corpus.dates)
            continue
        if key not in corpus.documents.column_names:
            names = [*corpus.documents.column_names, "from", "to"]
            raise StudyError(f"{where}: the documents have no column {key!r}; {known_names(key, names)}")
        values = ["" if v is None else str(v) for v in corpus.documents[key].to_pylist()]
        wanted = [value] if isinstance(value, str) else value
        strange = next((name for name in wanted if name not in values), None)
        if strange is not None:
            known = sorted({v for v in values if v})
            raise StudyError(f"{where}: no document has {key} = {strange!r}; {_there(strange, known)}")
        inside &= np.array([v in wanted for v in values], np.bool_)
    if not inside.any():
        dates = corpus.dates[~np.isnat(corpus.dates)]
        there = f"the dates go from {dates.min()} to {dates.max()}" if len(dates) else "no document is dated"
        raise StudyError(f"{where}: no document is in this part ({_name(part)}); {there}")
    return inside


def _there(wanted: str, values: list[str]) -> str:
    """The values that there are; of very many the nearest."""
    if len(values) <= _LISTED:
        return known_names(wanted, values)
    near = difflib.get_close_matches(wanted, values, _LISTED)
    return f"there are {len(values):,} values" + (f", the nearest are {', '.join(near)}" if near else "")


def _why_none(study: Study, words: Mapping[str, Flags], target: Flags, reference: Flags) -> str:
    def languages(part: Flags) -> str:
        return ", ".join(code for code in study.languages if (part & words[code]).any()) or "no language"

    return (
        f"target and reference have no language in common: the target has words in {languages(target)}, "
        f"the reference in {languages(reference)}"
    )


def _is_dated(part: Part) -> bool:
    return any(isinstance(value, dt.date) for value in part.values())


def _name(part: Part) -> str:
    said = []
    for key, value in part.items():
        if isinstance(value, dt.date):
            said.append(f"{'from' if key == 'from' else 'before'} {value.isoformat()}")
        else:
            said.append(f"{key}={value if isinstance(value, str) else '|'.join(value)}")
    return ", ".join(said)
