"""The table of pairs: counts by hand, a planted parting, and rows that say why they are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made import build, make_document, make_study

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.emancipation import EMANCIPATION, NOTES, emancipation
from pipeline.concepts.lexicon import load_lexicon
from pipeline.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LEXICON = """
[[concept]]
id = "city"
zh = ["城市外交"]
de = ["Städtediplomatie"]
[[concept]]
id = "people"
de = ["Volksdiplomatie"]
[[concept]]
id = "story"
zh = ["中国故事"]
"""
PAIR = '[emancipation]\npairs = [["city", "people"]]\n'
SHARED = ["Verein", "Schule", "Chor", "Reise", "Jugend", "Sport", "Musik", "Besuch", "Freundschaft", "Gruppe"]
OWN = {
    "Städtediplomatie": ["Klima", "Hafen", "Vertrag", "Verwaltung", "Haushalt", "Strategie", "Gipfel", "Verkehr"],
    "Volksdiplomatie": ["Kultur", "Fest", "Theater", "Tanz", "Küche", "Sprache", "Kunst", "Malerei"],
}


def table(folder: Path, documents: Sequence[dict[str, Any]], settings: str = PAIR) -> list[dict[str, Any]]:
    study = make_study(folder, LEXICON, timelines=settings)
    build(study, documents)
    made = emancipation(study, read_corpus(study), load_lexicon(study.lexicon))
    assert made.schema == EMANCIPATION
    rows: list[dict[str, Any]] = made.to_pylist()
    assert {note for row in rows for note in (row["note"] or "").split()} <= set(NOTES)
    return rows


def sentence(rng: np.random.Generator, name: str, *, apart: bool) -> str:
    words = rng.choice(OWN[name] if apart else SHARED, 8).tolist()
    return " ".join([*words[:4], name, *words[4:]]) + "."


def planted(*, parts: bool) -> list[dict[str, Any]]:
    """Three periods of 40 documents; the concepts share company and documents at first, and later if ``parts`` not."""
    rng = np.random.default_rng(8)
    documents = []
    for year in (2010, 2013, 2016):
        apart = parts and year == 2016
        for i in range(40):
            names = [list(OWN)[i % 2]] if apart else [name for name in OWN if rng.random() < 0.5]
            texts = [sentence(rng, name, apart=apart) for name in names for _ in range(2)]
            passages = [("de", text) for text in [*texts, "Die Stadt baut ein Haus."]]
            documents.append(make_document(f"{year}-{i:02}", *passages, date=f"{year}-03-01"))
    return documents


def test_counts_of_documents_and_passages_are_those_by_hand(tmp_path: Path) -> None:
    documents = [
        make_document(
            "a", ("de", "Städtediplomatie und Volksdiplomatie"), ("de", "Volksdiplomatie"), date="2014-01-02"
        ),
        make_document("b", ("de", "Städtediplomatie"), ("de", "Volksdiplomatie", "footnote"), date="2014-05-02"),
        make_document("c", ("de", "Volksdiplomatie"), ("zh", "城市外交"), date="2014-06-01"),
        make_document("d", ("de", "Nichts davon"), ("de", "gar nichts"), date="2014-07-01"),
        make_document("e", ("de", "Städtediplomatie, Volksdiplomatie")),
        make_document("f", ("de", "Nur Schulen"), date="2016-01-01"),
        make_document("g", ("de", "Städtediplomatie"), ("de", "hier"), ("de", "Volksdiplomatie"), date="2014-08-01"),
    ]
    rows = {row["period"]: row for row in table(tmp_path, documents)}
    assert list(rows) == ["all", "2014", "2015", "2016"]
    assert {row["language"] for row in rows.values()} == {"de"}
    row = rows["2014"]
    assert [row[f"documents{name}"] for name in ("", "_either", "_first", "_second", "_both")] == [5, 4, 3, 3, 2]
    assert [row[f"passages{name}"] for name in ("", "_either", "_first", "_second", "_both")] == [9, 6, 3, 4, 1]
    assert row["document_share"] == pytest.approx(2 / 4)
    assert row["document_ratio"] == pytest.approx(2 * 5 / (3 * 3))
    assert row["passage_ratio"] == pytest.approx(1 * 9 / (3 * 4))
    assert row["document_low"] is None
    assert row["note"] == "few_documents few_contexts"
    assert rows["all"]["documents_both"] == 3
    assert (rows["all"]["start"], rows["2014"]["start"].year) == (None, 2014)
    assert (rows["2015"]["note"], rows["2015"]["documents"], rows["2015"]["document_share"]) == ("no_texts", 0, None)
    assert (rows["2016"]["note"], rows["2016"]["document_ratio"]) == ("no_mentions", None)


def test_a_planted_parting_is_found_and_only_where_it_is(tmp_path: Path) -> None:
    rows = {row["period"]: row for row in table(tmp_path, planted(parts=True))}
    for year in ("2010", "2013"):
        assert rows[year]["p_value"] > 0.05
        assert rows[year]["excess_low"] < 0 < rows[year]["excess_high"]
        assert rows[year]["distance"] > 0.01  # small samples differ, and the table says by how much
        assert rows[year]["document_low"] < 1 < rows[year]["document_high"]
    last = rows["2016"]
    assert last["distance"] == 1.0
    assert last["p_value"] < 0.02
    assert last["excess"] == 1.0
    assert (last["documents_both"], last["note"]) == (0, "never_together")
    assert last["document_high"] < 1
    assert rows["all"]["excess"] > 0.1


def test_no_parting_is_found_where_there_is_none(tmp_path: Path) -> None:
    assert [row["period"] for row in table(tmp_path, planted(parts=False)) if (row["p_value"] or 1) < 0.02] == []


def test_what_a_concept_is_called_is_no_company_of_the_other(tmp_path: Path) -> None:
    text = "Schulen Städtediplomatie Volksdiplomatie Schulen"
    documents = [make_document(f"{i:02}", *[("de", text)] * 5, date="2014-01-02") for i in range(12)]
    row = table(tmp_path, documents)[0]
    assert row["contexts_first"] == row["contexts_second"] == 12 * 5 * 2
    assert row["distance"] == pytest.approx(0, abs=1e-12)


def test_the_table_is_the_same_twice_and_whatever_other_pair_is_asked_for(tmp_path: Path) -> None:
    documents = planted(parts=True)
    one = table(tmp_path / "a", documents)
    two = table(tmp_path / "b", documents, '[emancipation]\npairs = [["city", "story"], ["city", "people"]]\n')
    assert [row for row in two if row["second"] == "people"] == one
    assert {row["language"] for row in two if row["second"] == "story"} == {"zh"}


def test_the_pairs_may_have_periods_of_their_own(tmp_path: Path) -> None:
    periods = PAIR + "period = [[2013-01-01, 2020-01-01], [2009-01-01, 2013-01-01]]\n"
    rows = table(tmp_path, planted(parts=False), periods)
    assert [row["period"] for row in rows] == ["all", "2009-01-01/2012-12-31", "2013-01-01/2019-12-31"]
    assert [row["documents"] for row in rows] == [120, 40, 80]


def test_without_pairs_there_are_no_rows(tmp_path: Path) -> None:
    assert table(tmp_path, [make_document("a", ("de", "Städtediplomatie"))], "") == []


def test_all_undated_and_an_empty_corpus_give_rows_that_say_so(tmp_path: Path) -> None:
    undated = table(tmp_path / "a", [make_document("a", ("de", "Städtediplomatie und Volksdiplomatie"))])
    assert [(row["period"], row["documents"]) for row in undated] == [("all", 1)]
    assert undated[0]["passage_low"] is None
    foreign = table(tmp_path / "b", [make_document("a", ("zh", "没有"), date="2014-01-01")])
    assert [row["note"] for row in foreign] == ["no_texts", "no_texts"]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ('[["city", "peple"]]', "no concept 'peple'; did you mean 'people'?"),
        ('[["story", "people"]]', "no language in which both 'story' and 'people' have terms"),
        ('[["city", "city"]]', "a pair is two concepts"),
        ('[["city"]]', "emancipation"),
        ('[["city", "people"]]\nperiod = [[2014-01-01, 2013-01-01]]', "start before end"),
        ('[["city", "people"]]\nperoid = "year"', "period"),
    ],
)
def test_a_pair_that_cannot_be_is_an_error_that_says_what_would_be_right(tmp_path: Path, pairs: str, said: str) -> None:
    with pytest.raises(StudyError) as error:
        table(tmp_path, [make_document("a", ("de", "Städtediplomatie"))], f"[emancipation]\npairs = {pairs}\n")
    assert said in str(error.value)
    assert len(str(error.value).splitlines()) <= 2
