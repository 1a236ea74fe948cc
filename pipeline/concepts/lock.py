"""The lock of a lexicon: ``NAME.lock.toml`` beside it holds its terms as they were on a day.

The first lock stands. A term that came later, or counts otherwise than it was locked (``match``, ``not_in``), is
exploratory, and so is the curve of a concept whose terms are not those of the lock. Locked again with a reason, the
lexicon's terms of that day hold, and the file keeps the date, the hash and the reason of each lock before.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations when the program runs
import hashlib
import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.concepts.lexicon import Match, plain
from pipeline.errors import InputError, LexiconError, show_path
from pipeline.records import Term
from pipeline.toml_files import read_toml, say_validation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.records import Concept

_HEAD = """\
# The terms of {name} as they were locked; written by `zwiesprache lock`. Keep this file under version control beside
# the lexicon. Terms that are not in it are exploratory wherever they are drawn.
"""

_Hash = Annotated[str, Field(min_length=64, max_length=64)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Locked(_Table):
    concept: str
    language: str
    form: str
    match: Match
    not_in: list[str] = []


class Earlier(_Table):
    """A lock that another one came after."""

    date: dt.date
    sha256: _Hash


class Lock(_Table):
    """A lexicon as it was locked."""

    lexicon: str
    """The name of its file."""
    date: dt.date
    sha256: _Hash
    """Of the terms in canonical form: `hash_terms`."""
    reason: str = ""
    """Why it was locked again."""
    terms: list[_Locked]
    earlier: list[Earlier] = []


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a lexicon since it was locked; each in order of concept, language and form."""

    added: tuple[Term, ...]
    changed: tuple[Term, ...]
    """As they are now."""
    removed: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Exploratory:
    """What is not as the lock has it."""

    date: dt.date
    terms: frozenset[tuple[str, str, str]]
    """Concept, language and form of terms that were added or changed."""
    concepts: frozenset[tuple[str, str]]
    """Concept and language of those with such a term, or without one of the lock's."""


def lock_path(lexicon: Path) -> Path:
    """Where the lock of a lexicon is kept."""
    return lexicon.with_suffix(".lock.toml")


def hash_terms(terms: Iterable[Term]) -> str:
    """The sha256 of what terms count: not of comments, labels, notes, and the order in which they are written."""
    rows = [[term.concept, term.language, term.form, term.match, *term.not_in] for term in _canonical(terms)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def read_lock(lexicon: Path) -> Lock | None:
    """The lock of a lexicon, or None where it was never locked.

    Raises:
        LexiconError: the lock is damaged, or that of another lexicon.
    """
    path = lock_path(lexicon)
    if not path.exists():
        return None
    raw = read_toml(path, LexiconError)
    try:
        lock = Lock.model_validate(raw)
    except ValidationError as problem:
        message = say_validation(path, problem, Lock)
        raise LexiconError(f"{message}; the lock is damaged: take it back from your version control") from None
    if lock.lexicon != lexicon.name:
        raise LexiconError(
            f"{show_path(path)}: this is the lock of {lock.lexicon!r}, not of {lexicon.name!r}; "
            f"move it to its lexicon, or write the new name into it if the lexicon was renamed"
        )
    if hash_terms(_terms(lock)) != lock.sha256:
        raise LexiconError(
            f"{show_path(path)}: sha256 does not fit the terms: the lock was edited or damaged; "
            f"take it back from your version control"
        )
    return lock


def write_lock(lexicon: Path, concepts: Sequence[Concept], today: dt.date, reason: str = "") -> Lock:
    """Lock a lexicon as it is.

    Args:
        lexicon: Its file.
        concepts: What it says.
        today: The date of the lock.
        reason: Why it is locked again; without it a lexicon that was locked and has changed since is left as it is.

    Returns:
        The lock that now holds: the one before where nothing changed since.

    Raises:
        LexiconError: it was locked before and has changed since.
        InputError: the lock cannot be written.
    """
    before = read_lock(lexicon)
    if before is not None:
        if compare(before, concepts) == Changes((), (), ()):
            return before
        if not reason.strip():
            raise LexiconError(
                f"{show_path(lock_path(lexicon))}: locked on {before.date}, and the first lock stands: "
                f"terms since then are exploratory\n"
                f"Where the plan itself was changed, say why: zwiesprache lock --again 'REASON'"
            )
    terms = _canonical(term for concept in concepts for term in concept.terms)
    lock = Lock(
        lexicon=lexicon.name,
        date=today,
        sha256=hash_terms(terms),
        reason=" ".join(reason.split()) if before else "",
        terms=[_Locked(**{n: getattr(t, n) for n in _NAMES} | {"not_in": list(t.not_in)}) for t in terms],
        earlier=[*before.earlier, Earlier(date=before.date, sha256=before.sha256)] if before else [],
    )
    path = lock_path(lexicon)
    draft = path.with_name(f".{path.name}")
    try:
        draft.write_text(_to_toml(lock), encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as problem:
        raise InputError(f"{show_path(path)}: {problem.strerror}; the lock could not be written") from problem
    return lock


_NAMES = ("concept", "language", "form", "match")


def compare(lock: Lock, concepts: Iterable[Concept]) -> Changes:
    """What became of the lexicon's terms since it was locked."""
    then = {_key(term): term for term in _terms(lock)}
    now = {_key(term): term for term in _canonical(term for concept in concepts for term in concept.terms)}
    return Changes(
        added=tuple(term for key, term in now.items() if key not in then),
        changed=tuple(term for key, term in now.items() if key in then and _counts(term) != _counts(then[key])),
        removed=tuple(term for key, term in then.items() if key not in now),
    )


def find_exploratory(lexicon: Path, concepts: Sequence[Concept]) -> Exploratory | None:
    """What of a lexicon is not as it was locked; None where it never was.

    Raises:
        LexiconError: as `read_lock`.
    """
    lock = read_lock(lexicon)
    if lock is None:
        return None
    found = compare(lock, concepts)
    ours = {_key(term) for term in (*found.added, *found.changed)}
    terms = [term for concept in concepts for term in concept.terms if _key(term) in ours]
    return Exploratory(
        date=lock.date,
        terms=frozenset((term.concept, term.language, term.form) for term in terms),
        concepts=frozenset((term.concept, term.language) for term in (*terms, *found.removed)),
    )


def describe_lock(lexicon: Path, concepts: Sequence[Concept]) -> list[str]:
    """What there is to say of a lexicon's lock, a sentence each; nothing where it never was locked.

    Raises:
        LexiconError: as `read_lock`.
    """
    lock = read_lock(lexicon)
    if lock is None:
        return []
    found = compare(lock, concepts)
    where = show_path(lexicon)
    since = f"since the lock of {lock.date}"
    said = [f"{where}: locked on {lock.date}, sha256 {lock.sha256[:12]}, {len(lock.terms)} terms"]
    if lock.earlier:
        dates = ", ".join(str(earlier.date) for earlier in lock.earlier)
        said[0] += f"; before on {dates}, and again because: {lock.reason}"
    said += [f"{where}: {_name(term)} was added {since}: it is exploratory" for term in found.added]
    said += [f"{where}: {_name(term)} has another match or not_in {since}: it is exploratory" for term in found.changed]
    said += [
        f"{where}: {_name(term)} was removed {since}: the curve of its concept is not the one that was locked"
        for term in found.removed
    ]
    ids = {concept.id for concept in concepts}
    for gone in sorted({term.concept for term in found.removed} - ids):
        forms = {(term.language, plain(term.form, term.language)) for term in found.removed if term.concept == gone}
        heirs = {t.concept for t in found.added if (t.language, plain(t.form, t.language)) in forms}
        if heirs:
            said.append(
                f"{where}: the lock's concept {gone!r} is gone, and {', '.join(map(repr, sorted(heirs)))} has its "
                f"terms: to the lock a renamed concept is a new one"
            )
    return said


def _terms(lock: Lock) -> list[Term]:
    return [Term(t.concept, t.language, t.form, t.match, tuple(t.not_in)) for t in lock.terms]


def _canonical(terms: Iterable[Term]) -> list[Term]:
    """Terms in NFC, without what is said twice, in one order."""
    nfc = {
        Term(t.concept, t.language, _nfc(t.form), t.match, tuple(sorted({_nfc(longer) for longer in t.not_in})))
        for t in terms
    }
    return sorted(nfc, key=lambda t: (t.concept, t.language, t.form, t.match, t.not_in))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _key(term: Term) -> tuple[str, str, bool, str]:
    """What makes two terms the same one: expressions as they are written, forms as they are compared."""
    is_regex = term.match == "regex"
    return (term.concept, term.language, is_regex, _nfc(term.form) if is_regex else plain(term.form, term.language))


def _counts(term: Term) -> tuple[str, frozenset[str]]:
    """What decides where a term counts, beside its form."""
    return term.match, frozenset(plain(longer, term.language) for longer in term.not_in)


def _name(term: Term) -> str:
    return f"{term.form!r} ({term.concept}, {term.language})"


def _to_toml(lock: Lock) -> str:
    """One line a term, so that a comparison of two versions shows terms."""
    rows = [
        ", ".join(f"{name} = {_quote(value)}" for name, value in term.model_dump(exclude_defaults=True).items())
        for term in lock.terms
    ]
    lines = [
        _HEAD.format(name=lock.lexicon),
        f"lexicon = {_quote(lock.lexicon)}",
        f"date = {lock.date.isoformat()}",
        f"sha256 = {_quote(lock.sha256)}",
        *([f"reason = {_quote(lock.reason)}"] if lock.reason else []),
        "terms = [",
        *(f"  {{ {row} }}," for row in rows),
        "]",
    ]
    if lock.earlier:
        before = (f"  {{ date = {e.date.isoformat()}, sha256 = {_quote(e.sha256)} }}," for e in lock.earlier)
        lines += ["earlier = [", *before, "]"]
    return "\n".join(lines) + "\n"


def _quote(value: str | list[str]) -> str:
    """A text or a list of them as TOML writes it: JSON's way, and U+007F escaped as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
