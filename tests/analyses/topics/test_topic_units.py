"""Units and their words, against a plain walk over the texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, make_document, make_study

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.topics.phrases import Run, find_phrases, join_phrases, name_phrases
from pipeline.analyses.topics.units import Units, read_units, unit_of_passages

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = """
[[concept]]
id = "city"
zh = ["城市外交"]
de = ["kommunale Diplomatie"]
"""


def units_of(
    folder: Path, settings: str, *documents: dict[str, Any], languages: tuple[str, ...] = ("de",)
) -> dict[str, Units]:
    study = make_study(folder, LEXICON, languages, timelines=f"[topics]\n{settings}")
    build(study, documents)
    return read_units(study, read_corpus(study))


def words_of(units: Units) -> list[Counter[str]]:
    names = units.vocabulary.to_pylist()
    return [Counter({names[w]: int(n) for w, n in enumerate(row) if n}) for row in units.counts.toarray()]


ALL = "min_documents = 1\nmax_share = 1.0\nmin_words = 1\n"


def test_words_are_lemmas_without_stop_words_numbers_and_marks(tmp_path: Path) -> None:
    text = "Die Städte und die Schulen, 2014 und eine Stadt."
    found = units_of(tmp_path, ALL, make_document("a", ("de", text)))["de"]
    assert words_of(found) == [Counter({"Stadt": 2, "Schule": 1})]


def test_numbers_count_where_the_study_wants_them(tmp_path: Path) -> None:
    found = units_of(tmp_path, ALL + "numbers = true", make_document("a", ("de", "Im Jahr 2014 Brücken bauen")))["de"]
    assert words_of(found)[0]["2014"] == 1


def test_a_term_of_several_words_is_one_word_in_both_languages(tmp_path: Path) -> None:
    german = "Kommunale Diplomatie hilft; die Diplomatie der Schulen auch."
    documents = make_document("a", ("de", german)), make_document("b", ("zh", "城市外交很重要，城市也重要。"))
    found = units_of(tmp_path, ALL, *documents, languages=("de", "zh"))
    assert words_of(found["de"])[0]["kommunale_Diplomatie"] == 1
    assert words_of(found["de"])[0]["Diplomatie"] == 1
    assert words_of(found["zh"])[0]["城市外交"] == 1
    assert words_of(found["zh"])[0]["城市"] == 1


def test_only_wanted_word_classes_count(tmp_path: Path) -> None:
    found = units_of(tmp_path, ALL + 'tags = { de = ["NN"] }', make_document("a", ("de", "Die Schule lernt schnell.")))
    assert words_of(found["de"]) == [Counter({"Schule": 1})]


def test_rare_and_common_words_are_left_out_and_empty_units_are_counted(tmp_path: Path) -> None:
    texts = ["Brücke Schule", "Brücke Garten", "Brücke Schule", "Fluss"]
    documents = [make_document(f"{i}", ("de", text)) for i, text in enumerate(texts)]
    found = units_of(tmp_path, "min_documents = 2\nmax_share = 0.7\nmin_words = 1", *documents)["de"]
    assert found.vocabulary.to_pylist() == ["Schule"]
    assert (found.counts.shape[0], found.empty) == (2, 2)
    assert found.unit_of_passage.tolist() == [0, -1, 1, -1]
    assert found.document.tolist() == [0, 2]


def test_a_word_in_many_passages_of_one_document_is_rare(tmp_path: Path) -> None:
    one = make_document("a", *[("de", "Brücke Schule Garten")] * 5)
    other = make_document("b", ("de", "Schule Garten"))
    found = units_of(tmp_path, "min_documents = 2\nmax_share = 1.0\nmin_words = 1", one, other)["de"]
    assert sorted(found.vocabulary.to_pylist()) == ["Garten", "Schule"]


def test_headings_join_what_follows_and_documents_are_never_mixed(tmp_path: Path) -> None:
    first = make_document(
        "a", ("de", "Brücken", "heading"), ("de", "Brücke Schule Garten Fluss"), ("de", "Schule Fluss Garten")
    )
    second = make_document("b", ("de", "Garten", "heading"))
    found = units_of(tmp_path, "min_documents = 1\nmax_share = 1.0\nmin_words = 3", first, second)["de"]
    assert found.unit_of_passage.tolist() == [0, 0, 1, 2]
    assert found.passage.tolist() == [0, 2, 3]
    assert found.merged == 1
    assert words_of(found)[0]["Brücke"] == 2


def test_documents_as_units_hold_all_their_counted_passages(tmp_path: Path) -> None:
    document = make_document("a", ("de", "Brücke"), ("de", "Fußnote", "footnote"), ("zh", "城市"), ("de", "Schule"))
    found = units_of(tmp_path, ALL + 'unit = "document"', document)["de"]
    assert words_of(found) == [Counter({"Brücke": 1, "Schule": 1})]


def test_a_language_without_passages_has_no_units(tmp_path: Path) -> None:
    found = units_of(tmp_path, ALL, make_document("a", ("de", "Brücke")), languages=("de", "zh"))["zh"]
    assert found.counts.shape == (0, 0)
    assert found.digest()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=30).map(
        lambda rows: sorted(rows, key=lambda r: r[0])
    ),
    st.integers(1, 10),
)
def test_units_are_neighbours_of_one_document_with_enough_words(rows: list[tuple[int, int]], least: int) -> None:
    document, words = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    own = np.arange(len(rows), dtype=np.int64) * 2
    unit, first = unit_of_passages(document, words, own, least)
    assert len(first) == len(np.unique(unit)) == (unit.max(initial=-1) + 1)
    assert (np.diff(unit) >= 0).all()
    for number in range(len(first)):
        inside = np.flatnonzero(unit == number)
        assert own[inside[0]] == first[number]
        assert len(np.unique(document[inside])) == 1
        whole_document = len(inside) == int((document == document[inside[0]]).sum())
        assert words[inside].sum() >= least or whole_document


def run_of(words: list[list[int]]) -> Run:
    """Passages of words that stand next to each other; -1 is a stop word."""
    passage = np.repeat(np.arange(len(words)), [len(row) for row in words])
    place = np.concatenate([np.arange(len(row)) for row in words])
    begin = (passage << 32) + 10 * place
    return Run(passage, begin, begin + 9, np.concatenate(words).astype(np.int64))


def test_words_that_belong_together_are_a_phrase_and_others_are_not() -> None:
    rng = np.random.default_rng(1)
    passages = [[*rng.integers(2, 20, 8).tolist(), 0, 1, *rng.integers(2, 20, 8).tolist()] for _ in range(30)]
    run = run_of(passages)
    pairs = find_phrases([run], np.zeros(30, np.int64), 20)
    assert pairs.tolist() == [1]  # 0 and 1: 0 * 20 + 1
    joined = join_phrases(run, pairs, 20)
    assert (joined == 20).sum() == 30
    assert not np.isin([0, 1], joined).any()
    assert name_phrases(pairs, pa.array([f"w{i}" for i in range(20)]), "_").to_pylist() == ["w0_w1"]


@pytest.mark.parametrize(
    ("word", "expected"), [([0, 0, 0], [1, -1, 0]), ([0, 0, 0, 0], [1, -1, 1, -1]), ([0, -1, 0], [0, -1, 0])]
)
def test_of_overlapping_phrases_the_left_one_is_taken(word: list[int], expected: list[int]) -> None:
    assert join_phrases(run_of([word]), np.array([0]), 1).tolist() == expected


def test_phrases_do_not_reach_over_the_end_of_a_passage() -> None:
    run = run_of([[0], [1]] * 30)
    assert find_phrases([run], np.zeros(60, np.int64), 2).tolist() == []


def test_phrases_are_words_of_units_where_the_study_wants_them(tmp_path: Path) -> None:
    fillers = ["Fluss", "Garten", "Schule", "Brücke", "Wald"]
    documents = [
        make_document(
            f"{i}", ("de", f"{fillers[i % 5]} {fillers[i * 3 % 4]} und Auswärtiges Amt, {fillers[i * 2 % 5]}")
        )
        for i in range(15)
    ]
    found = units_of(tmp_path, ALL + "phrases = true", *documents)["de"]
    phrases = [name for name in found.vocabulary.to_pylist() if "_" in name]
    assert len(phrases) == 1
    assert phrases[0].endswith("_Amt")
    assert "Amt" not in found.vocabulary.to_pylist()


@pytest.mark.parametrize(
    ("language", "together", "apart"),
    [
        ("de", "Das Auswärtige Amt {} lädt ein.", "Auch Kunst/Kultur {} zählt."),
        ("zh", "改革开放，第{}年。", "那里有音乐、贸易和第{}个展览。"),
    ],
)
def test_a_sign_keeps_the_words_of_a_phrase_apart(tmp_path: Path, language: str, together: str, apart: str) -> None:
    documents = [
        make_document(f"{number}", (language, together.format(number)), (language, apart.format(number)))
        for number in range(30)
    ]
    found = units_of(tmp_path, ALL + "phrases = true", *documents, languages=(language,))[language]
    names = {name.replace("_", "") for name in found.vocabulary.to_pylist()}
    assert {"de": "AuswärtigeAmt", "zh": "改革开放"}[language] in names
    assert not {"KunstKultur", "音乐贸易"} & names
