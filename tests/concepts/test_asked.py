"""What a language said of single words is kept, and says the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from pipeline.concepts import asked as asked_module
from pipeline.concepts.asked import Asked, asked_path
from pipeline.languages import de

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["Städtepartnerschaftsvereins", "ging", "Vereins", "ging"]


def silent(*_: object) -> None:
    pytest.fail("a language was asked again")


def answers(asked: Asked) -> tuple[object, ...]:
    return asked.cut(["Die Stadt geht.", ""]), asked.describe(WORDS), asked.lemmatize([word.lower() for word in WORDS])


def test_answers_are_those_of_the_language(tmp_path: Path) -> None:
    cut, described, lemmas = answers(Asked("de", tmp_path))
    assert cut == [["Die", "Stadt", "geht", "."], []]
    truth = de.lemmatize(WORDS)
    assert described == list(zip(truth, de.split_compounds(WORDS, truth), strict=True))
    assert lemmas == de.lemmatize([word.lower() for word in WORDS])


def test_what_was_asked_before_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Asked("de", tmp_path)
    said = answers(first)
    first.keep()
    mute = SimpleNamespace(cut=silent, lemmatize=silent, split_compounds=silent)
    monkeypatch.setattr(asked_module, "language_module", lambda _: mute)
    assert answers(Asked("de", tmp_path)) == said


def test_answers_of_another_code_and_those_not_wanted_any_more_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Asked("de", tmp_path)
    answers(first)
    first.keep()
    second = Asked("de", tmp_path)
    second.lemmatize(["ging"])
    second.keep()
    third = Asked("de", tmp_path)
    third.lemmatize(["ging", "kam"])
    third.keep()
    kept = asked_path(tmp_path, "de")
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    monkeypatch.setattr(Asked, "_cut", silent)
    with pytest.raises(pytest.fail.Exception, match="asked again"):
        Asked("de", tmp_path).cut(["Die Stadt geht."])
    monkeypatch.setattr(asked_module, "language_key", lambda _: "changed")
    assert asked_path(tmp_path, "de") != kept


def test_a_damaged_file_of_answers_is_asked_for_again(tmp_path: Path) -> None:
    first = Asked("de", tmp_path)
    said = answers(first)
    first.keep()
    path = asked_path(tmp_path, "de")
    whole = path.read_bytes()
    cases = [b"", whole[:-40], whole[:200], whole.replace(b"Verein", b"Ver\xffin", 1)]
    cases.append(whole.replace(b"answer", b"ans\xffer").replace(b"question", b"questiom"))
    assert cases[-1] != whole
    for damaged in cases:
        path.write_bytes(damaged)
        assert answers(Asked("de", tmp_path)) == said
