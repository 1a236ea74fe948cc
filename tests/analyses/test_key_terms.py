"""Key terms: weights by hand, parts, blocks, and the terms that were planted in a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made import build, make_document, make_study
from scipy.sparse import csr_array

from pipeline.analyses import document_words
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.document_words import Block, count_terms, read_stretches, read_vocabulary, single_words
from pipeline.analyses.key_terms import KEY_TERMS, Parts, document_frequency, key_terms, stand_out, weigh

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = '[[concept]]\nid = "city"\nde = ["Städtediplomatie"]\nzh = ["城市外交"]\n'


def test_weights_by_hand() -> None:
    counts = np.array([[2, 1, 0], [0, 1, 1], [0, 3, 0]])
    document, term = np.nonzero(counts)
    block = Block(document, term, counts[document, term])
    parts = Parts([("all", "all"), ("all", "2014")], csr_array(np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 0.0]])))
    frequency = document_frequency([block], 3)
    assert frequency.tolist() == [1, 3, 1]
    score, count, documents = weigh([block], parts, frequency, 3)
    # The second term is in every document: its weight is 0, so that each other is the only one of its document.
    assert score.toarray() == pytest.approx(np.array([[1 / 3, 0, 1 / 3], [1, 0, 0]]))
    assert count.toarray().tolist() == [[2, 5, 1], [2, 1, 0]]
    assert documents.toarray().tolist() == [[1, 3, 1], [1, 1, 0]]
    assert stand_out(score, parts, 3).toarray()[1] == pytest.approx([1 - 0, 0, 0])


def test_weights_of_two_terms_in_a_document_are_scaled_to_length_one() -> None:
    counts = np.array([[3, 1], [0, 1], [0, 0], [0, 0]])
    document, term = np.nonzero(counts)
    block = Block(document, term, counts[document, term])
    parts = Parts([("all", "all")], csr_array(np.ones((4, 1))))
    score = weigh([block], parts, document_frequency([block], 2), 4)[0].toarray()[0]
    first, second = (1 + np.log(3)) * np.log(4), np.log(2)
    length = np.hypot(first, second)
    assert score == pytest.approx([first / length / 4, (second / length + 1) / 4])


def documents() -> list[dict[str, Any]]:
    common = "Der Verein baut eine Brücke. Die Schule lädt zum Fest. "
    made = []
    for year in (2013, 2014, 2015):
        for i in range(6):
            more = "Das Bürgerhaus eröffnet den nachhaltigen Hafen. " * 3 if year == 2014 else ""
            made.append(make_document(f"{year}-{i}", ("de", common + more), date=f"{year}-03-0{i + 1}"))
    made.append(make_document("loud", ("de", common + "Dorsch Hering. " * 90), date="2015-05-05"))
    return made


def test_the_terms_of_a_period_are_those_that_were_planted_in_it(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, documents())
    table = key_terms(study, read_corpus(study))
    assert table.schema == KEY_TERMS
    rows = table.to_pylist()
    of = {(r["period"], r["method"]): [] for r in rows}
    for r in rows:
        if r["group"] == "all":
            of[r["period"], r["method"]].append((r["term"], r["count"], r["documents"], r["documents_of_part"]))
    assert {term for term, *_ in of["2014", "tf_idf"]} >= {"Bürgerhaus", "Hafen", "eröffnen"}
    assert ("nachhaltig Hafen", 18, 6, 6) in of["2014", "c_value"]
    assert all("Hafen" not in term for term, *_ in of["2013", "c_value"])
    assert "Dorsch" not in {term for (period, _), own in of.items() for term, *_ in own if period}  # one document


def test_words_with_a_sign_between_them_are_no_term(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    fillers = ["Fluss", "Garten", "Schule", "Wald", "Bahn"]
    texts = [f"Der {fillers[i % 5]} und Kunst/Kultur in {fillers[i * 3 % 4]} oder Neue Musik." for i in range(12)]
    texts += [f"{word}的音乐、贸易和{word}。" for word in ["河流", "花园", "学校", "医院"] * 3]
    build(study, [make_document(f"{i}", ("de" if i < 12 else "zh", text)) for i, text in enumerate(texts)])
    rows = key_terms(study, read_corpus(study)).to_pylist()
    assert {row["term"] for row in rows if row["method"] == "c_value"} == {"neu Musik"}


def test_small_blocks_give_the_same_counts_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, documents())
    corpus = read_corpus(study)
    vocabulary = read_vocabulary(study, "de")

    def pairs() -> list[tuple[int, int, int]]:
        size = len(vocabulary.lemmas)
        blocks = count_terms(read_stretches(study, corpus, vocabulary), corpus, single_words, size)
        return [row for block in blocks for row in zip(*(column.tolist() for column in block), strict=True)]

    whole = pairs()
    monkeypatch.setattr(document_words, "_AT_ONCE", 1)
    assert pairs() == whole
    assert len({(document, term) for document, term, _ in whole}) == len(whole)


def test_a_language_without_texts_has_no_terms(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, documents())
    assert set(key_terms(study, read_corpus(study))["language"].to_pylist()) == {"de"}
