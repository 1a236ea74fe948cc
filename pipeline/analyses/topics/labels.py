"""What topics are called: suggested from their own words, or by hand in ``configs/topics/STUDY.toml``.

A name that was given by hand stands with the words of the topic that it was given to. It goes to the topic of the
present model that holds most of these words among its own, so it survives a new fit in which topics have other numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import StudyError
from pipeline.toml_files import read_toml, say_validation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.study import Study

ENOUGH = 0.5
"""A name is taken over by a topic that holds so large a share of its words, at least."""
AMONG = 20
"""Words of a topic by probability, and as many by FREX, among which they are looked for."""
SUGGESTED = 3

Text = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    language: Text
    label: Text
    words: Annotated[list[Text], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    topic: list[_Entry] = []


class Label(NamedTuple):
    """A topic's name."""

    text: str
    by_hand: bool
    overlap: float | None
    """Of a name by hand the share of its words that are among the topic's."""


def label_path(study: Study) -> Path:
    """Where the names that were given by hand are kept."""
    return study.path.parent / "topics" / f"{study.name}.toml"


def read_labels(study: Study) -> dict[str, list[tuple[str, list[str]]]]:
    """The names given by hand, with their words, by language; none where there is no file.

    Raises:
        StudyError: the file is no TOML or says something else.
    """
    path = label_path(study)
    if not path.exists():
        return {}
    try:
        file = _File.model_validate(read_toml(path, StudyError))
    except ValidationError as problem:
        raise StudyError(say_validation(path, problem, _File)) from None
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for i, entry in enumerate(file.topic, 1):
        if entry.language not in study.languages:
            raise StudyError(
                f"{path}: [[topic]] {i}: the study has no language {entry.language!r}; "
                f"known: {', '.join(study.languages)}"
            )
        found.setdefault(entry.language, []).append((entry.label, entry.words))
    return found


def name_topics(
    likely: Sequence[Sequence[str]], exclusive: Sequence[Sequence[str]], by_hand: Sequence[tuple[str, Sequence[str]]]
) -> tuple[list[Label], list[str]]:
    """The name of each topic, and the names by hand that fit none.

    Args:
        likely: The likeliest words of each topic, `AMONG` of them.
        exclusive: As many by FREX; the first `SUGGESTED` are the suggestion.
        by_hand: Names and their words.
    """
    from scipy.optimize import linear_sum_assignment

    labels = [Label(", ".join(words[:SUGGESTED]), by_hand=False, overlap=None) for words in exclusive]
    own = [{*first, *second} for first, second in zip(likely, exclusive, strict=True)]
    share = np.array([[len(own_ & set(words)) / len(set(words)) for own_ in own] for _, words in by_hand])
    lost = {label for label, _ in by_hand}
    if share.size:
        fitting = np.where(share >= ENOUGH, share, 0.0)  # what fits too little would else push aside what fits
        for row, topic in zip(*linear_sum_assignment(-fitting), strict=True):
            if share[row, topic] >= ENOUGH:
                labels[topic] = Label(by_hand[row][0], by_hand=True, overlap=float(share[row, topic]))
                lost.discard(by_hand[row][0])
    return labels, sorted(lost)


def write_template(path: Path, rows: Sequence[tuple[str, str, Sequence[str]]]) -> None:
    """A file of names as it would be kept: language, name and words of each topic."""
    lines = [
        "# Names of topics. Copy what you name into configs/topics/STUDY.toml and change the label; keep the words.",
        "",
    ]
    for language, label, words in rows:
        quoted = ", ".join(_quote(word) for word in words)
        lines += ["[[topic]]", f"language = {_quote(language)}", f"label = {_quote(label)}", f"words = [{quoted}]", ""]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
