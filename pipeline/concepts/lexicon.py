"""The lexicon: ``configs/lexicons/NAME.toml`` as concepts and terms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import LexiconError, show_path
from pipeline.languages import han
from pipeline.records import Concept, Term
from pipeline.settings import LANGUAGES
from pipeline.toml_files import first_error, read_toml, say_validation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Match = Literal["form", "lemma", "compound", "regex"]
_DEFAULT_MATCH: dict[str, Match] = {"zh": "form", "de": "lemma", "en": "lemma"}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Term(_Table):
    form: Annotated[str, Field(min_length=1)]
    match: Match | None = None
    not_in: list[Annotated[str, Field(min_length=1)]] = []
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _string_or_table(cls, written: Any) -> Any:
        if isinstance(written, str):
            return {"form": written}
        if not isinstance(written, dict):
            raise ValueError(f"a term is a string or a table with form, not {written!r}")  # noqa: TRY004 - pydantic's own
        return written


class _Concept(_Table):
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    label: dict[str, str] = {}
    zh: list[_Term] = []
    de: list[_Term] = []
    en: list[_Term] = []
    note: str = ""


class _File(_Table):
    concept: Annotated[list[_Concept], Field(min_length=1)]


def load_lexicon(path: Path) -> tuple[Concept, ...]:
    """Read and check a lexicon.

    Raises:
        LexiconError: the file is missing or no TOML, a key is unknown, a concept is empty or named twice, a form stands
            in two concepts, or a term can never match.
    """
    raw = read_toml(path, LexiconError)
    try:
        file = _File.model_validate(raw)
    except ValidationError as problem:
        raise LexiconError(_say(path, raw, problem)) from None
    where = show_path(path)
    concepts = tuple(_read_concept(where, concept) for concept in file.concept)
    _check_ids(where, concepts)
    _check_forms(where, concepts)
    return concepts


def terms_of(concepts: Iterable[Concept], language: str) -> list[Term]:
    """All terms of a language, in the lexicon's order."""
    return [term for concept in concepts for term in concept.terms if term.language == language]


@lru_cache(maxsize=1 << 14)
def plain(form: str, language: str) -> str:
    """A form as it is compared: NFKC; Chinese folded as passages are, and without spaces between its characters."""
    if language != "zh":
        return " ".join(unicodedata.normalize("NFKC", form).replace("’", "'").split())
    return han.join_runs(" ".join(han.fold(unicodedata.normalize("NFC", form)).split()))


def _read_concept(where: str, concept: _Concept) -> Concept:
    terms: list[Term] = []
    for language in LANGUAGES:
        for term in getattr(concept, language):
            _check_term(where, concept.id, language, term)
            match = term.match or _DEFAULT_MATCH[language]
            terms.append(Term(concept.id, language, term.form, match, tuple(term.not_in)))
    if not terms:
        languages = ", ".join(LANGUAGES)
        raise LexiconError(f"{where}: concept {concept.id!r} has no term in {languages}; give it one or take it out")
    return Concept(concept.id, concept.label, tuple(terms))


def _check_term(where: str, concept: str, language: str, term: _Term) -> None:
    place = f"{where}: concept {concept!r}, {language} {term.form!r}"
    if term.match == "regex":
        try:
            found = re.compile(term.form).match("")
        except re.error as problem:
            raise LexiconError(f"{place}: no regular expression: {problem}") from None
        if found:
            raise LexiconError(f"{place}: this expression also matches nothing at all; it must need a character")
        return
    if not any(map(str.isalnum, term.form)):
        raise LexiconError(f"{place}: a form without a letter can never match")
    if language == "zh" and term.match in {"lemma", "compound"}:
        raise LexiconError(f"{place}: match = {term.match!r} is for de and en; Chinese is matched on its characters")
    for longer in term.not_in:
        if plain(term.form, language) == plain(longer, language):
            raise LexiconError(f"{place}: not_in names the form itself, so it can never match")
        if language == "zh" and plain(term.form, language) not in plain(longer, language):
            raise LexiconError(f"{place}: not_in = {longer!r} does not contain the form, so it excludes nothing")


def _check_ids(where: str, concepts: tuple[Concept, ...]) -> None:
    seen: set[str] = set()
    for concept in concepts:
        if concept.id in seen:
            raise LexiconError(f"{where}: two concepts have the id {concept.id!r}; each needs its own")
        seen.add(concept.id)


def _check_forms(where: str, concepts: tuple[Concept, ...]) -> None:
    owner: dict[tuple[str, str], Term] = {}
    for concept in concepts:
        for term in concept.terms:
            if term.match == "regex":
                continue
            key = (term.language, plain(term.form, term.language).replace("-", "").casefold())
            other = owner.setdefault(key, term)
            if other is not term and other.concept != term.concept:
                raise LexiconError(
                    f"{where}: the {term.language} form {term.form!r} stands in two concepts, "
                    f"{other.concept!r} and {term.concept!r}; a form belongs to one"
                )
            if other is not term and other.form == term.form:
                twice = f"has the {term.language} form {term.form!r} twice"
                raise LexiconError(f"{where}: concept {term.concept!r} {twice}")


def _say(path: Path, raw: dict[str, Any], problem: ValidationError) -> str:
    """The message of the validation, with the concept's id where there is one."""
    message = say_validation(path, problem, _File)
    location = first_error(problem)["loc"]
    if len(location) > 1 and location[0] == "concept" and isinstance(location[1], int):
        concept = raw["concept"][location[1]]
        name = concept.get("id") if isinstance(concept, dict) else None
        if name:
            message = message.replace(f"[[concept]] number {location[1] + 1}", f"concept {name!r}", 1)
    return message
