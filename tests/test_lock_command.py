"""The verbs lock, check and status over a lexicon that is locked, and the dagger in what is drawn."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from user_study import LEXICON, OTHER_LEXICON, assert_short, run

from pipeline.concepts.lock import read_lock
from pipeline.export.marks import mark_concepts, mark_note
from pipeline.export.phrases import PHRASES
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path


def test_a_lexicon_is_locked_once_and_again_with_a_reason(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lexicon = here / "lexicon.toml"
    assert "lexicon.toml: not locked" in run(capsys, "status").out
    first = run(capsys, "lock")
    assert (first.status, first.out.splitlines()[-1]) == (0, "lexicon.lock.toml")
    lexicon.write_text(OTHER_LEXICON, encoding="utf-8")
    assert_short(run(capsys, "lock"), 2, "the first lock stands")
    for verb in ("check", "status"):
        assert "'友好城市' (city_diplomacy, zh) was added since the lock of" in run(capsys, verb).out
    assert run(capsys, "lock", "--again", "a reviewer asked").status == 0
    assert "exploratory" not in run(capsys, "check").out
    assert "again because: a reviewer asked" in run(capsys, "status").out


def test_a_damaged_lock_stops_the_work_before_it_begins(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "lock")
    path = here / "lexicon.lock.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("城市外交", "城市外文"), encoding="utf-8")
    for verb in ("tokens", "check", "status", "lock"):
        assert_short(run(capsys, verb), 2, "sha256 does not fit the terms")
    assert not (here / "corpora").exists()


@pytest.mark.parametrize("words", [["check", "--again", "x"], ["lock", "--candidates"], ["tokens", "--candidates"]])
def test_an_option_of_another_verb_is_an_error(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert_short(run(capsys, *words), 2, "belongs to the verb")


def test_check_looks_at_the_texts_where_they_are_up_to_date(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "mentions were not looked at: the corpus is not up to date (corpus: never made)" in run(capsys, "check").out
    assert_short(run(capsys, "check", "--candidates"), 1, "candidates need an up-to-date corpus")
    run(capsys, "tokens", "--quiet")
    (here / "lexicon.toml").write_text(LEXICON.replace('"Städtediplomatie"]', '"Städtediplomatie", "Bezirksrat"]'))
    assert "mentions: input lexicon.toml changed" in run(capsys, "check").out
    run(capsys, "tokens", "--quiet")
    checked = run(capsys, "check", "--candidates")
    assert "terms never found in passages in de: 'Bezirksrat' (city_diplomacy)" in checked.out
    assert "not looked at" not in checked.out
    assert checked.out.splitlines()[-1] == "exports/mine/candidates.csv"
    with (here / "exports/mine/candidates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ("city_diplomacy", "民间外交") in {(row["concept"], row["candidate"]) for row in rows}
    assert json.loads(run(capsys, "check", "--json").out)["corpus"] == "looked at"


def test_names_and_notes_say_what_is_exploratory(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = (
        load_study(here / "configs" / "demo.toml") if (here / "configs").exists() else load_study(here / "mine.toml")
    )
    assert mark_concepts(study)[0].label == {"zh": "城市外交", "de": "Städtediplomatie"}
    run(capsys, "lock")
    assert mark_note(study, "en", ["城市外交†"]) == study.note
    (here / "lexicon.toml").write_text(OTHER_LEXICON, encoding="utf-8")
    assert mark_concepts(study)[0].label == {"zh": "城市外交†", "de": "Städtediplomatie"}
    lock = read_lock(here / "lexicon.toml")
    assert lock is not None
    for language, said in (("en", "† exploratory"), ("de", "† explorativ"), ("zh", "†探索性结果")):
        note = mark_note(study, language, ["城市外交†", "Städtediplomatie"])
        assert said in note
        assert PHRASES[language].day(lock.date) in note
        assert mark_note(study, language, ["Städtediplomatie"]) == study.note


def test_a_name_in_a_language_that_is_not_counted_stands_for_all_curves(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = here / "lexicon.toml"
    path.write_text(named(LEXICON), encoding="utf-8")
    run(capsys, "lock")
    path.write_text(named(OTHER_LEXICON), encoding="utf-8")
    (concept,) = mark_concepts(load_study(here / "mine.toml"))
    assert concept.label == {"zh": "城市外交†", "de": "Städtediplomatie", "en": "city diplomacy†"}


def named(lexicon: str) -> str:
    """With a name in English."""
    return lexicon.replace('"Städtediplomatie" }', '"Städtediplomatie", en = "city diplomacy" }')
