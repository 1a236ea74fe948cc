"""The study: ``configs/NAME.toml`` as one frozen, typed value. One file is one paper."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations when the program runs
import difflib
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import StudyError, known_names
from pipeline.records import DOCUMENTS, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

_NAME, _CODE = r"^[a-z0-9_]+$", r"^[a-z]{2,3}$"
_PATTERNS = {
    _NAME: "a name is made of a-z, 0-9 and _",
    _CODE: "a language is a code such as 'zh' or 'de'",
}

Name = Annotated[str, Field(pattern=_NAME)]

LANGUAGES = ("zh", "de", "en")
"""The languages that have words here; passages in another are kept and marked, not counted."""

COLUMNS = ("id", "text", "title", "author", "publisher", "date", "language", "city", "url")
"""What a table's columns are named as; ``text`` is needed. Further ones become columns of the documents."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Table):
    """Where documents come from."""

    id: Name
    kind: Literal["folder", "table"]
    path: str
    type: Annotated[str, Field(min_length=1)]
    language: Annotated[str, Field(pattern=_CODE)] | None = None
    metadata: str | None = None
    columns: dict[str, str] | None = None

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: dict[str, str] | None) -> dict[str, str] | None:
        for name in columns or ():
            near = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
            if name not in COLUMNS and near:
                raise ValueError(f"no column {name!r}; did you mean {near[0]!r}?")
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or (name in DOCUMENTS.names and name not in COLUMNS):
                raise ValueError(f"a further column cannot be called {name!r}; take a new name of a-z, 0-9 and _")
        return columns

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "table" and "text" not in (self.columns or {}):
            raise ValueError('a table needs columns = { text = "…" }: the name of the column that holds the text')
        if self.kind == "folder" and self.columns is not None:
            raise ValueError("columns belong to kind = 'table'; a folder takes a sidecar: metadata = 'metadata.csv'")
        if self.kind == "table" and self.metadata is not None:
            raise ValueError("metadata belongs to kind = 'folder'; a table has its metadata in its own columns")
        return self


class PassageSettings(_Table):
    """Which passages are counted."""

    keep: list[str] = ["body", "heading"]
    duplicates: Literal["first", "all"] = "first"

    @field_validator("keep")
    @classmethod
    def _known_kinds(cls, keep: list[str]) -> list[str]:
        for kind in keep:
            if kind not in KINDS:
                raise ValueError(f"no kind of passage {kind!r}; {known_names(kind, KINDS)}")
        if not keep:
            raise ValueError("at least one kind of passage must be counted")
        return keep


class TimelineSettings(_Table):
    """How frequencies are laid over time."""

    period: Literal["year", "quarter", "month"] | list[list[dt.date]] = "year"
    group_by: list[str] = ["source_type"]
    years: list[int] | None = None
    adjust: list[str] = ["source_type"]
    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 1000
    seed: Annotated[int, Field(ge=0)] = 1

    @field_validator("period")
    @classmethod
    def _periods_in_order(cls, period: str | list[list[dt.date]]) -> str | list[list[dt.date]]:
        if isinstance(period, str):
            return period
        for bounds in period:
            if len(bounds) != 2 or bounds[0] >= bounds[1]:
                raise ValueError("a period is [start, end) with start before end: [2013-03-14, 2018-03-17]")
        for left, right in zip(sorted(period), sorted(period)[1:], strict=False):
            if left[1] > right[0]:
                raise ValueError(f"the periods from {left[0]} and from {right[0]} overlap; a day belongs to one period")
        return sorted(period)

    @field_validator("years")
    @classmethod
    def _first_and_last(cls, years: list[int] | None) -> list[int] | None:
        if years is not None and (len(years) != 2 or years[0] > years[1]):
            raise ValueError("years is the first and the last: [2000, 2024]")
        return years


class TopicSettings(_Table):
    """How topics are modelled."""

    model: Literal["lda", "dmr", "dtm", "hdp", "nmf"] = "lda"
    topics: dict[str, int | Literal["auto"]] = {}
    unit: Literal["passage", "document"] = "passage"
    seeds: Annotated[int, Field(ge=1)] = 5


class PdfSettings(_Table):
    """How PDFs are read."""

    engine: Literal["pypdfium2", "pdfminer"] = "pypdfium2"
    """Who reads first; the other one is tried for pages that come out as no language."""
    ocr: bool = True
    """Whether pictures of pages are read, where the extra ``ocr`` is installed."""


class RunSettings(_Table):
    """How the work is spread."""

    workers: Annotated[int, Field(ge=1)] | None = None
    """Processes; as many as the machine has cores where absent. The results do not depend on it."""
    seconds_per_file: Annotated[float, Field(gt=0, strict=False)] = 120.0
    """A file of a folder whose reading takes longer becomes a reject."""
    megabytes_per_file: Annotated[int, Field(ge=100)] = 4000
    """So does one whose reading needs more memory."""


class _Head(_Table):
    name: Name
    title: str
    languages: Annotated[list[Literal["zh", "de", "en"]], Field(min_length=1)]
    lexicon: str
    note: str = ""


class _File(_Table):
    study: _Head
    source: Annotated[list[Source], Field(min_length=1)]
    passages: PassageSettings = PassageSettings()
    timelines: TimelineSettings = TimelineSettings()
    topics: TopicSettings = TopicSettings()
    pdf: PdfSettings = PdfSettings()
    run: RunSettings = RunSettings()


class Study(BaseModel):
    """A study as the stages use it: every path absolute, every setting present."""

    model_config = ConfigDict(frozen=True)

    path: Path
    root: Path
    """The folder under which ``corpora/``, ``models/`` and ``exports/`` lie."""
    name: str
    title: str
    note: str
    """A sentence for every figure's caption."""
    languages: tuple[str, ...]
    lexicon: Path
    sources: tuple[Source, ...]
    passages: PassageSettings
    timelines: TimelineSettings
    topics: TopicSettings
    pdf: PdfSettings
    run: RunSettings

    @property
    def corpus_folder(self) -> Path:
        """Where documents, passages, tokens and mentions are kept."""
        return self.root / "corpora" / self.name

    @property
    def export_folder(self) -> Path:
        """Where tables, figures and the report are written."""
        return self.root / "exports" / self.name

    def resolve(self, path: str) -> Path:
        """A path of the study file as an absolute one."""
        return (self.path.parent / Path(path).expanduser()).resolve()


def load_study(path: Path, root: Path | None = None) -> Study:
    """Read and check a study.

    Args:
        path: the study's TOML file.
        root: the folder under which outputs are kept; the working folder where absent.

    Raises:
        StudyError: the file is missing, is no TOML, or says something that cannot be.
    """
    file = _read_file(path)
    ids = [source.id for source in file.source]
    for name in ids:
        if ids.count(name) > 1:
            raise StudyError(f"{path}: two sources have the id {name!r}; each needs its own")
    study = Study(
        path=path.resolve(),
        root=(root or Path.cwd()).resolve(),
        name=file.study.name,
        title=file.study.title,
        note=file.study.note,
        languages=tuple(dict.fromkeys(file.study.languages)),
        lexicon=(path.parent / file.study.lexicon).resolve(),
        sources=tuple(file.source),
        passages=file.passages,
        timelines=file.timelines,
        topics=file.topics,
        pdf=file.pdf,
        run=file.run,
    )
    for source in study.sources:
        _check_paths(study, source)
    if not study.lexicon.is_file():
        raise StudyError(f"{path}: [study] lexicon: there is no file {study.lexicon}")
    return study


def read_toml(path: Path, error: type[StudyError]) -> dict[str, Any]:
    """Parse a TOML file; say where it breaks.

    Raises:
        StudyError: of the class ``error``, when the file is missing, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        near = sorted(str(p) for p in path.parent.glob("*.toml")) if path.parent.is_dir() else []
        raise error(f"{path}: there is no such file" + (f"; there is {', '.join(near)}" if near else "")) from None
    except IsADirectoryError:
        raise error(f"{path}: this is a folder; name the .toml file in it") from None
    except OSError as problem:
        raise error(f"{path}: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise error(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        raise error(f"{path}: not valid TOML: {problem}") from None


def first_error(problem: ValidationError) -> ErrorDetails:
    """The error to speak of. A misspelt key is often also a missing one: its name says more."""
    errors = problem.errors()
    return next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])


def say_validation(path: Path, problem: ValidationError, model: type[BaseModel]) -> str:
    """The first thing that is wrong, in one sentence: the file, the place, what would be right."""
    first = _plainest(problem.errors())
    place = _place(first["loc"])
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        return f"{path}: {place}: unknown key; {known_names(key, _keys_at(model, first['loc'][:-1]))}"
    if first["type"] == "missing":
        return f"{path}: {place}: this key is missing"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        message = _PATTERNS[first["ctx"]["pattern"]]
    elif first["type"] == "model_type":
        message = "this should be a table of keys and values"
    given = "" if first["type"] == "value_error" else f", but it is {_short(first['input'])}"
    return f"{path}: {place}: {message[0].lower() + message[1:]}{given}"


def _plainest(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The error to tell; a value of several possible shapes has one for each: an unknown key or the deepest is best."""
    for kind in ("extra_forbidden", "missing"):
        for error in errors:
            if error["type"] == kind:
                return error
    place = errors[0]["loc"][:-1]
    return max((error for error in errors if error["loc"][: len(place)] == place), key=lambda error: len(error["loc"]))


def _read_file(path: Path) -> _File:
    raw = read_toml(path, StudyError)
    try:
        return _File.model_validate(raw)
    except ValidationError as problem:
        raise StudyError(say_validation(path, problem, _File)) from None


def _check_paths(study: Study, source: Source) -> None:
    where = f"{study.path}: [[source]] {source.id}"
    path = study.resolve(source.path)
    if not path.exists():
        raise StudyError(f"{where}: path: there is no {path}")
    if source.kind == "folder" and not path.is_dir():
        raise StudyError(f"{where}: path: {path} is a file; kind = 'folder' needs a folder, kind = 'table' a table")
    if path in {study.corpus_folder, study.export_folder}:
        raise StudyError(f"{where}: path: the study's own tables are kept in {path}; put the texts into a folder in it")
    if source.kind == "table" and path.is_dir():
        raise StudyError(f"{where}: path: {path} is a folder; kind = 'table' needs a file")
    if source.metadata and not (path / source.metadata).is_file():
        raise StudyError(f"{where}: metadata: there is no {path / source.metadata}")


def _place(location: tuple[int | str, ...]) -> str:
    """``("source", 1, "kind")`` as ``[[source]] number 2: kind``."""
    words: list[str] = []
    for step in location:
        if isinstance(step, int):
            words[-1] = f"[{words[-1]}]" if len(words) == 1 else words[-1]
            words[-1] += f" number {step + 1}"
        elif not words:
            words.append(f"[{step}]")
        elif not step.startswith(("function-", "literal[", "list[", "nullable", "_")) and step not in {"str", "int"}:
            words.append(step)
    return ": ".join(words)


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that a table of the file can have."""
    found = model
    for step in location:
        if step in found.model_fields:
            found = next(_models_in(found.model_fields[str(step)].annotation), found)
    return list(found.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of: ``list[str | _Term]`` holds ``_Term``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
