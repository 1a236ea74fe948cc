"""Each counted mention with what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import build, make_document, make_study
from strategies import de_text, zh_text

from pipeline.analyses.concordance import CONCORDANCE, CONTEXT, concordance
from pipeline.analyses.counts import read_corpus
from pipeline.concepts.lexicon import load_lexicon

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = """
[[concept]]
id = "b"
zh = ["城市外交", "外交"]
de = ["Diplomatie"]
[[concept]]
id = "a"
zh = ["友好城市"]
de = [{ form = "Städtepartnerschaft", match = "compound" }]
"""


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.just("zh"), zh_text) | st.tuples(st.just("de"), de_text), max_size=6))
def test_left_match_and_right_are_one_piece_of_the_passage(tmp_path: Path, passages: list[tuple[str, str]]) -> None:
    study = make_study(tmp_path, LEXICON)
    mentions = build(study, [make_document("a", *passages, date="2014-05-15")])
    table = concordance(study, read_corpus(study), load_lexicon(study.lexicon))
    assert table.schema.names == CONCORDANCE.names
    assert table.num_rows == sum(mentions["counted"].to_pylist())
    for row in table.to_pylist():
        text = passages[row["passage"]][1]
        width = CONTEXT[row["language"]]
        start = row["start"] - len(row["left"])
        end = row["start"] + len(row["match"]) + len(row["right"])
        assert text[start:end] == row["left"] + row["match"] + row["right"]
        assert len(row["left"]) == min(width, row["start"])
        assert len(row["right"]) == min(width, len(text) - row["start"] - len(row["match"]))
        assert row["page"] == row["passage"] + 1


def test_rows_come_by_concept_language_date_and_place_and_undated_ones_last(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, passages='keep = ["body"]')
    documents = [
        make_document(
            "new", ("zh", "友好城市与城市外交"), ("de", "Diplomatie"), date="2015-01-01", title="新", url="u"
        ),
        make_document("none", ("zh", "外交")),
        make_document("old", ("zh", "外交和外交"), ("zh", "外交", "footnote"), date="2013-01-01"),
        make_document("copy", ("zh", "外交"), date="2013-01-01", duplicate_of="texts/old", duplicate_kind="exact"),
    ]
    build(study, documents)
    corpus = read_corpus(study)
    rows = concordance(study, corpus, load_lexicon(study.lexicon)).to_pylist()
    assert [(r["concept"], r["language"], r["doc_id"], r["match"], r["start"], r["period"]) for r in rows] == [
        ("b", "zh", "texts/old", "外交", 0, "2013"),
        ("b", "zh", "texts/old", "外交", 3, "2013"),
        ("b", "zh", "texts/new", "城市外交", 5, "2015"),
        ("b", "zh", "texts/none", "外交", 0, None),
        ("b", "de", "texts/new", "Diplomatie", 0, "2015"),
        ("a", "zh", "texts/new", "友好城市", 0, "2015"),
    ]
    assert (rows[2]["title"], rows[2]["url"], rows[2]["left"], rows[2]["right"]) == ("新", "u", "友好城市与", "")
    assert corpus.words_by_document("zh").tolist()[3] == 0, "a copy is not counted"


@pytest.mark.parametrize(("settings_", "counted"), [('duplicates = "all"', 2), ('duplicates = "first"', 1)])
def test_copies_count_where_the_study_says_so(tmp_path: Path, settings_: str, counted: int) -> None:
    study = make_study(tmp_path, LEXICON, passages=settings_)
    copy = {"duplicate_of": "texts/a", "duplicate_kind": "exact"}
    build(study, [make_document("a", ("zh", "外交")), make_document("b", ("zh", "外交"), **copy)])
    assert read_corpus(study).mentions.num_rows == counted
