"""The robustness grid on corpora in which a conclusion hangs on exactly one choice, and on none."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made import build, make_document, make_study

from pipeline.analyses import counts
from pipeline.analyses.changes import changes
from pipeline.analyses.choices import main_choices
from pipeline.analyses.conclusions import CONCLUSIONS, conclusions, same_steps
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.robustness import ROBUSTNESS, robustness
from pipeline.analyses.timelines import timelines
from pipeline.concepts.lexicon import load_lexicon
from pipeline.errors import MissingTool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.study import Study

    Row = dict[str, Any]
    Passages = Sequence[tuple[str, str] | tuple[str, str, str]]

YEARS, A_YEAR = range(2001, 2019), 12
LEXICON = (
    '[[concept]]\nid = "a"\nzh = ["城市外交", "都市外交"]\nde = ["Dialog"]\n[[concept]]\nid = "b"\nzh = ["友好城市"]\n'
)
FILLER = "天气很好，" * 6


@pytest.fixture(autouse=True)
def _no_second_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without the extra: its model takes a second and a gigabyte."""

    def missing(*_: object) -> None:
        raise MissingTool("thulac")

    monkeypatch.setattr(counts, "count_words", missing)


def documents(passages: Callable[[int, int], Passages], copies: Callable[[int, int], int] = lambda *_: 0) -> list[Row]:
    """Twelve documents a year: their passages, and how many copies each has."""
    made = []
    for year in YEARS:
        for number in range(A_YEAR):
            name, date = f"{year}-{number}", f"{year}-03-0{1 + number % 9}"
            made.append(make_document(name, *passages(year, number), date=date))
            copy = {"duplicate_of": f"texts/{name}", "duplicate_kind": "exact", "duplicate_resemblance": 1.0}
            made += [
                make_document(f"{name}-copy{i}", *passages(year, number), date=date, **copy)
                for i in range(copies(year, number))
            ]
    return made


def run(study: Study, made: Sequence[Row]) -> tuple[list[Row], dict[tuple[str, str, str], Row]]:
    """The rows of both tables, those of the conclusions by concept, language and kind."""
    build(study, made)
    corpus, concepts = read_corpus(study), load_lexicon(study.lexicon)
    grid = robustness(study, corpus, concepts, changes(study, corpus, concepts))
    assert grid.schema == ROBUSTNESS
    table = conclusions(study, corpus, grid)
    assert table.schema == CONCLUSIONS
    return grid.to_pylist(), {(r["concept"], r["language"], r["conclusion"]): r for r in table.to_pylist()}


def of_concept(grid: Sequence[Row], language: str = "zh", concept: str = "a") -> dict[tuple[str, str], Row]:
    return {(r["choice"], r["setting"]): r for r in grid if (r["concept"], r["language"]) == (concept, language)}


def says(number: int, year: int, before: int = 2, after: int = 9) -> bool:
    """Whether a document has a mention: so many of the twelve before 2010, and from then on."""
    return number < (before if year < 2010 else after)


def test_a_step_that_only_copies_make_falls_with_them(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, passages='duplicates = "all"')
    made = documents(
        lambda _, k: [("zh", FILLER + "城市外交都市外交" * (k < 4))],
        lambda year, k: 6 if year >= 2010 and k < 4 else 0,
    )
    grid, held = run(study, made)
    step = held["a", "zh", "step"]
    assert (step["main"], step["holds"]) == ("2010 up", False)
    assert step["differ"] == "duplicates first: none"
    rows = of_concept(grid)
    assert rows["duplicates", "first"]["mentions"] == 18 * 4 * 2
    assert not rows["duplicates", "first"]["agrees"]
    assert rows["per", "characters"]["agrees"]


def test_one_thread_says_what_several_say(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, passages='duplicates = "all"')
    made = documents(
        lambda year, k: [("zh", FILLER + "城市外交都市外交" * says(k, year)), ("zh", FILLER + "友好城市", "footnote")],
        lambda _, k: k % 3,
    )
    runs = (study.run.model_copy(update={"workers": number}) for number in (1, 3))
    grids = [run(study.model_copy(update={"run": settings}), made)[0] for settings in runs]
    assert grids[0] == grids[1]
    assert len({row["choice"] for row in grids[0] if row["note"] is None}) > 3


def test_a_rise_in_footnotes_alone_is_seen_when_they_are_counted(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    made = documents(
        lambda year, k: [
            ("zh", FILLER + "城市外交" * (k < 3) + "都市外交" * (3 <= k < 6)),
            ("zh", FILLER + "城市外交" * 2 * says(k, year, 1, 10), "footnote"),
        ]
    )
    grid, held = run(study, made)
    assert held["a", "zh", "step"]["main"] == "none"
    assert held["a", "zh", "step"]["differ"] == "notes in: 2010 up"
    assert held["a", "zh", "direction"]["differ"] == "notes in: up"
    rows = of_concept(grid)
    assert rows["main", ""]["mentions"] == 18 * 6
    assert rows["notes", "in"]["mentions"] == 18 * 6 + 2 * (9 * 1 + 9 * 10)
    # The other way round: a study that counts them is asked what it would be without.
    turned = make_study(tmp_path, LEXICON, passages='keep = ["body", "heading", "footnote"]')
    corpus, concepts = read_corpus(turned), load_lexicon(turned.lexicon)
    other = of_concept(robustness(turned, corpus, concepts, changes(turned, corpus, concepts)).to_pylist())
    assert other["notes", "out"]["mentions"] == rows["main", ""]["mentions"]
    assert other["main", ""]["steps"] == "2010"
    assert not other["notes", "out"]["agrees"]


def test_a_step_that_one_term_carries_falls_without_it_and_not_without_the_other(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    made = documents(lambda year, k: [("zh", FILLER + "城市外交" * (k % 6 == 0) + "都市外交" * says(k, year))])
    grid, held = run(study, made)
    step = held["a", "zh", "step"]
    assert (step["main"], step["differ"]) == ("2010 up", "term 都市外交: none")
    assert (step["agree"], step["choices"]) == (2, 3)
    rows = of_concept(grid)
    assert rows["term", "城市外交"]["agrees"]
    # Additivity: what each term leaves out adds up to all mentions, here where none lies in another.
    whole = rows["main", ""]["mentions"]
    assert sum(whole - rows["term", form]["mentions"] for form in ("城市外交", "都市外交")) == whole


def test_a_rise_that_longer_words_make_is_none_per_characters(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    short, long = "ja so da er ob es wo um an zu " * 8, "Verwaltungsgemeinschaftsordnung " * 5
    made = documents(lambda year, k: [("de", (short if year < 2010 else long) + ("Dialog." if k < 9 else "Stille."))])
    _, held = run(study, made)
    step = held["a", "de", "step"]
    assert (step["main"], step["differ"]) == ("2010 up", "per characters: none")


def test_where_nothing_hangs_on_a_choice_all_conclusions_hold(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    made = documents(lambda year, k: [("zh", FILLER + "城市外交" * says(k, year) + "都市外交" * says(11 - k, year))])
    grid, held = run(study, made)
    assert held["a", "zh", "step"]["main"] == "2010 up"
    assert held["a", "zh", "direction"]["main"] == "up"
    assert held["a", "zh", "significance"]["main"] == "yes"
    for kind in ("direction", "significance", "step", "steady"):
        found = held["a", "zh", kind]
        # Only what changes a count is a choice here: no copies, no notes, nothing nested.
        assert (found["holds"], found["agree"], found["choices"], found["differ"]) == (True, 3, 3, None)
        assert found["not_counted"] == "segmenter thulac: not installed"
    rows = of_concept(grid)
    assert {key: row["note"] for key, row in rows.items()} == {
        ("main", ""): None,
        ("duplicates", "all"): "changes nothing",
        ("notes", "in"): "changes nothing",
        ("per", "characters"): None,
        ("nesting", "inclusive"): "changes nothing",
        ("segmenter", "thulac"): "not installed",
        ("term", "城市外交"): None,
        ("term", "都市外交"): None,
    }


def test_the_row_main_says_what_timelines_and_changes_say(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    made = documents(lambda year, k: [("zh", FILLER + "城市外交" * says(k, year) + "友好城市" * (k < 5))])
    grid, _ = run(study, made)
    corpus, concepts = read_corpus(study), load_lexicon(study.lexicon)
    curves = timelines(study, corpus, concepts, lambda *_: None)
    changed = [r for r in changes(study, corpus, concepts, curves).to_pylist() if r["group"] == "all"]
    for concept in ("a", "b"):
        main = of_concept(grid, concept=concept)["main", ""]
        own = [r for r in curves.to_pylist() if (r["concept"], r["language"], r["group"]) == (concept, "zh", "all")]
        for name in ("mentions", "documents", "documents_with", "words"):
            assert main[name] == sum(r[name] for r in own)
        assert main["per_million"] == 1e6 * main["mentions"] / main["words"]
        rows = [r for r in changed if (r["concept"], r["language"]) == (concept, "zh")]
        (trend,) = (r for r in rows if r["kind"] == "trend")
        assert all(main[name] == trend[name] for name in ("ratio", "low", "high", "p_value", "p_adjusted"))
        assert (main["steps"] or "").split() == [r["period"] for r in rows if r["kind"] == "step"]
        years = {r["kind"]: r["date"].year for r in rows if r["date"]}
        assert (main["first_seen"], main["steady"]) == (years["first_seen"], years["steady"])


def test_a_shorter_term_inside_the_one_left_out_counts_instead(tmp_path: Path) -> None:
    study = make_study(
        tmp_path, '[[concept]]\nid = "a"\nzh = ["外交", "城市外交"]\n[[concept]]\nid = "b"\nzh = ["城市"]\n', ["zh"]
    )
    grid, _ = run(study, [make_document("1", ("zh", "城市外交。城市外交。外交。"), date="2014-05-01")])
    rows = of_concept(grid)
    assert rows["main", ""]["mentions"] == 3
    assert rows["term", "城市外交"]["mentions"] == 3  # each 外交, now by itself
    assert rows["term", "外交"]["mentions"] == 2
    assert of_concept(grid, concept="b")["main", ""]["mentions"] == 0
    assert of_concept(grid, concept="b")["nesting", "inclusive"]["mentions"] == 2


def test_without_its_only_term_nothing_is_left_and_without_a_hit_nothing_is_concluded(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    grid, held = run(study, documents(lambda _, k: [("zh", FILLER + "友好城市" * (k < 6))]))
    single = of_concept(grid, concept="b")["term", "友好城市"]
    assert (single["note"], single["agrees"], single["mentions"]) == ("nothing left", None, None)
    assert "term 友好城市: nothing left" in held["b", "zh", "step"]["not_counted"]
    never = held["a", "zh", "direction"]
    assert (never["main"], never["holds"], never["choices"]) == ("not tested", None, 0)
    assert of_concept(grid)["main", ""]["note"] == "no mentions"


def test_a_corpus_without_dates_and_an_empty_one_have_rows_without_conclusions(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    grid, held = run(study, [make_document(f"{k}", ("zh", "城市外交与友好城市")) for k in range(7)])
    assert all(row["mentions"] in (0, None) for row in grid)
    assert all(row["holds"] is None for row in held.values())
    empty = make_study(tmp_path / "empty", LEXICON)
    grid, held = run(empty, [])
    assert {row["choice"] for row in grid} >= {"main", "per"}
    assert all(row["holds"] is None for row in held.values())


@pytest.mark.skipif(importlib.util.find_spec("thulac") is None, reason="needs the extra 'segmenter'")
@pytest.mark.slow
def test_a_second_segmenter_changes_the_words_and_no_mention(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    study = make_study(tmp_path, LEXICON)
    grid, _ = run(
        study, documents(lambda year, k: [("zh", "北京大学的研究生们讨论国际关系。" + "城市外交" * says(k, year))])
    )
    rows = of_concept(grid)
    main, other = rows["main", ""], rows["segmenter", "thulac"]
    assert (other["mentions"], other["note"]) == (main["mentions"], None)
    assert other["words"] != main["words"]
    assert other["agrees"]


def test_steps_are_the_same_within_one_period() -> None:
    periods = ["2010", "2011", "2012", "2013"]
    up, down = "up", "down"
    assert same_steps([("2011", up)], [("2012", up)], periods)
    assert not same_steps([("2011", up)], [("2011", down)], periods)
    assert not same_steps([("2010", up)], [("2012", up)], periods)
    assert not same_steps([("2010", up)], [("2010", up), ("2012", down)], periods)
    assert same_steps([], [], periods)


def test_counts_are_read_as_the_choices_say(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, timelines='per = "characters"')
    build(study, [make_document("1", ("zh", "城市 外交　好！\u00a0A"), ("de", "Der Dialog."), date="2014-05-01")])
    corpus = read_corpus(study)
    assert np.array_equal(corpus.below_by_document("zh"), [7])
    (row,) = [
        r
        for r in timelines(study, corpus, load_lexicon(study.lexicon), lambda *_: None).to_pylist()
        if (r["concept"], r["language"], r["group"]) == ("a", "de", "all")
    ]
    assert (row["words"], row["characters"], row["per_million"]) == (2, 10, 1e5)


def test_a_corpus_is_read_under_any_choice(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, ["zh"])
    copy = {"duplicate_of": "texts/1", "duplicate_kind": "exact", "duplicate_resemblance": 1.0}
    texts: Passages = [("zh", "城市外交与都市外交"), ("zh", "城市外交", "footnote")]
    build(study, [make_document("1", *texts, date="2014-05-01"), make_document("2", *texts, date="2014-05-02", **copy)])
    main = main_choices(study)
    found = {
        "main": read_corpus(study, main),
        "copies": read_corpus(study, replace(main, duplicates="all")),
        "notes": read_corpus(study, replace(main, keep=("body", "footnote"))),
        "term": read_corpus(study, replace(main, without=("a", "zh", "都市外交"))),
        "inclusive": read_corpus(study, replace(main, nesting="inclusive")),
    }
    numbers = {name: corpus.mentions.num_rows for name, corpus in found.items()}
    assert numbers == {"main": 2, "copies": 4, "notes": 3, "term": 1, "inclusive": 2}
    with pytest.raises(MissingTool):
        read_corpus(study, replace(main, segmenter="thulac"))


def test_a_loud_document_before_a_rise_makes_it_no_fall(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)

    def passages(year: int, number: int) -> Passages:
        loud = 500 * ((year, number) == (2003, 11))
        return [("zh", FILLER + "城市外交" * (says(number, year) + loud) + "都市外交" * (number == 0))]

    grid, held = run(study, documents(passages))
    step = held["a", "zh", "step"]
    assert (step["main"], step["differ"]) == ("2010 up", "term 城市外交: none")
    assert {row["step_directions"] for row in of_concept(grid).values() if row["steps"]} == {"up"}
