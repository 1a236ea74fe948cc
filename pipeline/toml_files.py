"""TOML files that users write: read, and what is wrong in them said with its place and what would be right."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pipeline.errors import StudyError, known_names, show_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

NAME, CODE = r"^[a-z0-9_]+$", r"^[a-z]{2,3}$"
_PATTERNS = {
    NAME: "a name is made of a-z, 0-9 and _",
    CODE: "a language is a code such as 'zh' or 'de'",
}
_TYPES = {
    "bool_type": "this is true or false, without quotes",
    "date_type": "this is a date without quotes, such as 2012-11-15",
    "float_type": "this is a number without quotes",
    "int_type": "this is a whole number without quotes",
    "list_type": "this is a list in square brackets",
    "model_type": "this should be a table of keys and values",
    "string_type": "this is text in quotes",
}
"""What is said in place of pydantic's own words, by the kind of its error."""


_HINTS = tuple(
    (re.compile(form), hint)
    for form, hint in (
        (r"[=\[,]\s*[“”„‘’«»]", 'text stands in straight quotes: "…"'),
        (r'"[^"]*\\', "in a path write / for every \\"),
        (r"[\[,]\s*\d{4}\s*[-–]\s*\d{4}\s*[\],]", "the parts of a list stand apart by commas: [2004, 2024]"),
        (r'^[^"]*"[^"]*(?:"[^"]*"[^"]*)*$', 'is a quote missing? text stands in quotes on both sides: "…"'),
        (
            r"\b\d{1,2}\.\s*\d{1,2}\.\s*\d{4}\b|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{4}[年/]",
            "a date is written 2012-11-15, with zeros and without quotes, and must be a day of the calendar",
        ),
    )
)
"""By what a line looks like that is no TOML, what would be right; the first that fits is said."""
_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|#.*)""")
"""What may hold any sign."""
_WIDE = re.compile("[，、；：＝［］｛｝＃＂．]")
"""What a Chinese keyboard writes in place of TOML's own signs."""
_PLAIN = {"、": ",", "；": ",", "：": "="}


def read_toml(path: Path, error: type[StudyError]) -> dict[str, Any]:
    """Parse a TOML file; say where it breaks.

    Raises:
        StudyError: of the class ``error``, when the file is missing, not UTF-8 or not TOML.
    """
    where = show_path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError:
        near = sorted(map(show_path, path.parent.glob("*.toml"))) if path.parent.is_dir() else []
        raise error(f"{where}: there is no such file" + (f"; there is {', '.join(near)}" if near else "")) from None
    except IsADirectoryError:
        raise error(f"{where}: this is a folder; name the .toml file in it") from None
    except OSError as problem:
        raise error(f"{where}: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise error(f"{where}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        raise error(f"{where}: not valid TOML: {problem}{_hint(text, str(problem))}") from None


def _hint(text: str, problem: str) -> str:
    """What people who write no programs get wrong most: quotes of a word processor, Chinese commas, paths, dates."""
    found = re.search(r"at line (\d+)", problem)
    line = text.split("\n")[int(found[1]) - 1] if found else ""
    wide = _WIDE.search(_QUOTED.sub("", line))
    if wide and not _HINTS[0][0].search(line):
        return (
            f"; outside of quotes write {_PLAIN.get(wide[0]) or unicodedata.normalize('NFKC', wide[0])} for {wide[0]}"
        )
    return next((f"; {hint}" for form, hint in _HINTS if form.search(line)), "")


def first_error(problem: ValidationError) -> ErrorDetails:
    """The error to speak of. A misspelt key is often also a missing one: its name says more."""
    errors = problem.errors()
    return next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])


def say_validation(path: Path, problem: ValidationError, model: type[BaseModel]) -> str:
    """The first thing that is wrong, in one sentence: the file, the place, what would be right."""
    first = _plainest(problem.errors())
    where, place = show_path(path), _place(first["loc"])
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        return f"{where}: {place}: unknown key; {known_names(key, _keys_at(model, first['loc'][:-1]))}"
    if first["type"] == "missing":
        return f"{where}: {place}: this key is missing"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        message = _PATTERNS[first["ctx"]["pattern"]]
    message = _TYPES.get(first["type"], message)
    given = "" if first["type"] == "value_error" else f", but it is {_short(first['input'])}"
    return f"{where}: {place}: {message[0].lower() + message[1:]}{given}"


def _plainest(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The error to tell; a value of several possible shapes has one for each: an unknown key or the deepest is best."""
    for kind in ("extra_forbidden", "missing"):
        for error in errors:
            if error["type"] == kind:
                return error
    place = errors[0]["loc"][:-1]
    return max((error for error in errors if error["loc"][: len(place)] == place), key=lambda error: len(error["loc"]))


def _place(location: tuple[int | str, ...]) -> str:
    """``("source", 1, "kind")`` as ``[[source]] number 2: kind``."""
    words: list[str] = []
    for i, step in enumerate(location):
        if isinstance(step, int):
            words[-1] = f"[{words[-1]}]" if len(words) == 1 else words[-1]
            words[-1] += f" number {step + 1}"
        elif not words:
            words.append(f"[{step}]")
        elif not (step.startswith(("function-", "literal[", "list[", "nullable", "_")) or _is_type(location, i)):
            words.append(step)
    return ": ".join(words)


def _is_type(location: tuple[int | str, ...], i: int) -> bool:
    """Whether a step is no key but one of the types that a value may have; a table's column may be called ``date``."""
    return location[i] in {"str", "int"} or (location[i] == "date" and isinstance(location[i - 1], int))


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
