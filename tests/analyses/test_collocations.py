"""Collocations: tables by hand, words planted near a concept, company that changes or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made import build, make_document, make_study

from pipeline.analyses.collocations import (
    COLLOCATION_CHANGES,
    COLLOCATIONS,
    collocation_changes,
    collocations,
)
from pipeline.analyses.counts import read_corpus
from pipeline.concepts.lexicon import load_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

LEXICON = '[[concept]]\nid = "city"\nde = ["Städtediplomatie"]\nzh = ["城市外交"]\n'
ANY = "[collocations]\nwindow = 2\nmin_count = 1\nmin_documents = 1\n"
WORDS = ["Verein", "Schule", "Chor", "Reise", "Jugend", "Sport", "Musik", "Besuch", "Klima", "Hafen", "Vertrag", "Netz"]


def tables(
    folder: Path, documents: Sequence[dict[str, Any]], settings: str = ANY
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    study = make_study(folder, LEXICON, timelines=settings)
    build(study, documents)
    corpus, concepts = read_corpus(study), load_lexicon(study.lexicon)
    found: list[pa.Table] = [collocations(study, corpus, concepts), collocation_changes(study, corpus, concepts)]
    assert [table.schema for table in found] == [COLLOCATIONS, COLLOCATION_CHANGES]
    return found[0].to_pylist(), found[1].to_pylist()


def bursty(rng: np.random.Generator, year: int, number: int, near: Sequence[str]) -> list[dict[str, Any]]:
    """Documents that each keep returning to three of the words, near the concept and elsewhere."""
    documents = []
    for i in range(number):
        palette = rng.choice(near, 3)
        passages = []
        for _ in range(int(rng.integers(1, 5))):
            left, right, far = (rng.choice(palette, 2).tolist() for _ in range(3))
            passages.append(("de", " ".join([*left, "Städtediplomatie", *right, *far, *rng.choice(WORDS, 6).tolist()])))
        documents.append(make_document(f"{year}-{i:03}", *passages, date=f"{year}-03-01"))
    return documents


def test_the_four_cells_are_those_by_hand(tmp_path: Path) -> None:
    documents = [
        make_document("a", ("de", "Schule und Städtediplomatie Verein Schule Chor Schule"), date="2014-01-01"),
        make_document("b", ("de", "Chor Chor Städtediplomatie"), ("de", "Schule", "footnote"), date="2015-01-01"),
        make_document("c", ("de", "Verein Verein Reise")),
    ]
    rows, _ = tables(tmp_path, documents)
    cells = {
        (row["period"], row["collocate"]): tuple(row[name] for name in ("o11", "o12", "o21", "o22", "documents"))
        for row in rows
    }
    # 13 counted words, 2 of them the concept's own; windows: Schule und Verein Schule, Chor Chor.
    assert cells == {
        ("all", "Schule"): (2, 4, 1, 4, 1), ("all", "Verein"): (1, 5, 2, 3, 1), ("all", "Chor"): (2, 4, 1, 4, 1),
        ("2014", "Schule"): (2, 2, 1, 1, 1), ("2014", "Verein"): (1, 3, 0, 2, 1), ("2015", "Chor"): (2, 0, 0, 0, 1),
    }  # fmt: skip
    assert {row["window"] for row in rows} == {2}
    assert all(np.isfinite(v) for row in rows for v in row.values() if isinstance(v, float))
    assert next(row["mi"] for row in rows if row["collocate"] == "Verein" and row["period"] == "2014") == pytest.approx(
        np.log2(1 / (4 * 1 / 6))
    )


def test_rare_words_are_left_out_and_the_strongest_come_first(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    documents = bursty(rng, 2014, 30, ["Klima", "Hafen", "Vertrag"])
    loud = make_document("loud", *[("de", "Seltenheit Städtediplomatie Seltenheit")] * 10, date="2014-05-01")
    rows, _ = tables(tmp_path, [*documents, loud], "")
    over_all = [row for row in rows if row["period"] == "all"]
    assert {row["collocate"] for row in over_all[:3]} == {"Klima", "Hafen", "Vertrag"}
    assert "Seltenheit" not in {row["collocate"] for row in rows}
    assert all(row["o11"] >= 5 and row["documents"] >= 3 for row in rows)
    signed = [row["log_likelihood"] * np.sign(row["mi"]) for row in over_all]
    assert signed == sorted(signed, reverse=True)
    assert [row["p_adjusted"] < 0.001 for row in over_all[:3]] == [True] * 3


def test_company_that_changed_is_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    before, after = ["Chor", "Reise", "Sport"], ["Klima", "Hafen", "Sport"]
    _, rows = tables(tmp_path, [*bursty(rng, 2014, 60, before), *bursty(rng, 2015, 60, after)], "")
    claimed = {row["collocate"]: row["difference"] for row in rows if row["p_adjusted"] < 0.05}
    assert {"Klima", "Hafen"} <= {word for word, change in claimed.items() if change > 0}
    assert {"Chor", "Reise"} <= {word for word, change in claimed.items() if change < 0}
    assert "Sport" not in claimed
    for row in rows:
        assert row["low"] < row["difference"] < row["high"]
        assert row["difference"] == pytest.approx(row["log_ratio_after"] - row["log_ratio_before"])
        assert (row["before"], row["after"]) == ("2014", "2015")


def test_a_word_that_is_new_to_the_texts_or_next_to_absent_had_no_strong_tie_before(tmp_path: Path) -> None:
    def year(number: int, near: str, far: str) -> list[dict[str, Any]]:
        text = f"{near} Städtediplomatie {near} " + "Haus Garten Tisch Lampe " * 40 + far
        return [make_document(f"{number}-{i}", ("de", text), date=f"{number}-03-01") for i in range(12)]

    documents = [*year(2014, "Chor", ""), *year(2015, "Klima Hafen", "")]
    documents.append(make_document("once", ("de", "Hafen"), date="2014-03-01"))
    _, rows = tables(tmp_path, documents)
    by_word = {row["collocate"]: row for row in rows}
    assert "Klima" not in by_word
    assert by_word["Hafen"]["log_ratio_before"] < 0.01
    assert by_word["Hafen"]["log_ratio_after"] > 3


def test_company_that_did_not_change_raises_few_alarms_although_documents_are_bursty(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    p_values: list[float] = []
    for corpus in range(8):
        documents = [document for year in (2014, 2015, 2016) for document in bursty(rng, year, 40, WORDS)]
        p_values += [row["p_value"] for row in tables(tmp_path / f"{corpus}", documents, "")[1]]
    assert len(p_values) > 150
    assert np.mean(np.array(p_values) < 0.05) <= 0.08


def test_undated_texts_count_over_all_and_in_no_period(tmp_path: Path) -> None:
    rows, changes = tables(tmp_path, [make_document("a", ("de", "Schule Städtediplomatie"))])
    assert [(row["period"], row["collocate"]) for row in rows] == [("all", "Schule")]
    assert changes == []


def test_no_mention_gives_empty_tables(tmp_path: Path) -> None:
    assert tables(tmp_path, [make_document("a", ("de", "Nur Schule"), ("zh", "，"), date="2014-01-01")]) == ([], [])
