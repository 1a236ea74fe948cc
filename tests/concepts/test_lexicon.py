"""The lexicon's file: what is read, and each mistake that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.concepts.lexicon import load_lexicon, plain, terms_of
from pipeline.errors import LexiconError, StudyError

HEAD = '[[concept]]\nid = "one"\n'


def load(folder: Path, text: str) -> None:
    path = folder / "lexicon.toml"
    path.write_text(text, encoding="utf-8")
    load_lexicon(path)


def test_terms_have_the_default_match_of_their_language(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text(
        HEAD + 'zh = ["外交", { form = "人民外交", not_in = ["人民外交学会"] }]\n'
        'de = ["Diplomatie", { form = "Stadt", match = "compound" }]\nen = ["diplomacy"]\n',
        encoding="utf-8",
    )
    (concept,) = load_lexicon(path)
    assert [(t.language, t.form, t.match, t.not_in) for t in concept.terms] == [
        ("zh", "外交", "form", ()),
        ("zh", "人民外交", "form", ("人民外交学会",)),
        ("de", "Diplomatie", "lemma", ()),
        ("de", "Stadt", "compound", ()),
        ("en", "diplomacy", "lemma", ()),
    ]
    assert [term.form for term in terms_of([concept], "de")] == ["Diplomatie", "Stadt"]


def test_the_project_s_lexicon_has_twenty_five_concepts_in_three_languages() -> None:
    path = Path(__file__).resolve().parents[2] / "configs" / "lexicons" / "city_diplomacy.toml"
    concepts = load_lexicon(path)
    whole = [c for c in concepts if {t.language for t in c.terms} == set(c.label) == {"zh", "de", "en"}]
    assert len(whole) >= 25


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + 'zh = ["外交"]\n[[concept]]\nid = "two"\nzh = ["外交"]', ["'外交'", "'one'", "'two'", "two concepts"]),
        (HEAD + 'zh = ["民间外交"]\n[[concept]]\nid = "two"\nzh = ["民間外交"]', ["'民間外交'", "two concepts"]),
        (HEAD + 'zh = ["城市外交"]\n[[concept]]\nid = "two"\nzh = ["城市 外交"]', ["two concepts"]),
        (HEAD + 'de = ["Städte-Diplomatie"]\n[[concept]]\nid = "two"\nde = ["Städtediplomatie"]', ["two concepts"]),
        (HEAD + 'en = ["people’s diplomacy"]\n[[concept]]\nid = "two"\nen = ["people\'s diplomacy"]', ["two concepts"]),
        (HEAD + 'zh = ["外交", "外交"]', ["'one'", "'外交'", "twice"]),
        (HEAD, ["'one'", "no term"]),
        (HEAD + "zh = []", ["'one'", "no term"]),
        (HEAD + 'zh = [""]', ["'one'", "form", "at least 1 character"]),
        (HEAD + 'zh = ["——"]', ["'one'", "'——'", "never match"]),
        (HEAD + 'de = ["…"]', ["never match"]),
        (HEAD + 'zh = [{ form = "外交", not_in = ["外交"] }]', ["not_in", "never match"]),
        (HEAD + 'zh = [{ form = "民间外交", not_in = ["民間外交"] }]', ["not_in", "never match"]),
        (HEAD + 'zh = [{ form = "外交", not_in = ["城市"] }]', ["'城市'", "excludes nothing"]),
        (HEAD + 'zh = [{ form = "外交", match = "lemma" }]', ["'外交'", "lemma", "characters"]),
        (HEAD + 'de = [{ form = "Stadt(", match = "regex" }]', ["'Stadt('", "regular expression"]),
        (HEAD + 'de = [{ form = "S*", match = "regex" }]', ["'S*'", "nothing at all"]),
        (HEAD + 'lable = { zh = "x" }\nzh = ["外交"]', ["'one'", "lable", "unknown key", "did you mean 'label'"]),
        (HEAD + 'zh = ["城", { form = "外交", not_inn = ["x"] }]', ["'one'", "number 2", "did you mean 'not_in'"]),
        (
            HEAD + 'zh = [{ form = "外交", match = "fuzzy" }]',
            ["match", "'form', 'lemma', 'compound' or 'regex'", "'fuzzy'"],
        ),
        (HEAD + "zh = [3]", ["'one'", "string or a table", "3"]),
        (HEAD + 'zh = "外交"', ["'one'", "zh", "list", "'外交'"]),
        (HEAD + 'zh = ["外交"]\n[[concept]]\nid = "one"\nzh = ["城"]', ["two concepts have the id 'one'"]),
        ('[[concept]]\nid = "No Id"\nzh = ["外交"]', ["id", "'No Id'"]),
        ('[[concept]]\nzh = ["外交"]', ["id", "missing"]),
        ("", ["concept", "missing"]),
        ("[[concept]\n", ["not valid TOML", "line 1"]),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(LexiconError) as problem:
        load(tmp_path, text)
    message = str(problem.value)
    assert message.startswith(str(tmp_path / "lexicon.toml"))
    assert [part for part in said if part not in message] == [], message
    assert message.count("\n") <= 1
    assert isinstance(problem.value, StudyError)
    assert problem.value.status == 2


def test_a_missing_lexicon_is_said(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="there is no such file"):
        load_lexicon(tmp_path / "none.toml")


def test_forms_are_compared_without_width_script_and_inner_spaces() -> None:
    assert plain("２１世紀 海上 絲綢之路", "zh") == plain("21世纪海上丝绸之路", "zh")
    assert plain("  people’s   diplomacy ", "en") == "people's diplomacy"
