"""Each counted mention with what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import build, make_document, make_study
from strategies import de_text, zh_text

from pipeline.analyses.concordance import CONCORDANCE, CONTEXT, concordance, sort_keys
from pipeline.analyses.counts import read_corpus
from pipeline.concepts.lexicon import load_lexicon
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

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


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
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


SORTED = """
[[concept]]
id = "a"
zh = ["外交"]
de = ["Diplomatie"]
"""


def study_with(folder: Path, concordance: str, timelines: str = "") -> Study:
    make_study(folder, SORTED, timelines=timelines)
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[concordance]\n{concordance}\n", encoding="utf-8")
    return load_study(path, folder)


@pytest.mark.parametrize(
    ("sort", "german", "chinese"),
    [
        ("date", [0, 1, 2], [3, 4]),
        ("left", [1, 0, 2], [4, 3]),
        ("right", [2, 1, 0], [4, 3]),
    ],
)
def test_lines_are_sorted_by_words_outward_in_german_and_by_characters_in_chinese(
    tmp_path: Path, sort: str, german: list[int], chinese: list[int]
) -> None:
    study = study_with(tmp_path, f'sort = "{sort}"')
    texts = [("de", "der öde Diplomatie Zug"), ("de", "keine große. Diplomatie Ära"), ("de", "zur Ode: Diplomatie ab"),
             ("zh", "乙甲外交乙"), ("zh", "甲乙外交丁")]  # fmt: skip
    build(study, [make_document(f"{i}", text, date=f"201{i}-01-01") for i, text in enumerate(texts)])
    rows = concordance(study, read_corpus(study), load_lexicon(study.lexicon)).to_pylist()
    found = [row["left"] + row["match"] + row["right"] for row in rows]
    assert found == [texts[n][1] for n in (*chinese, *german)]


def test_the_sort_key_reads_away_from_the_match_without_case_accents_and_punctuation() -> None:
    left = sort_keys(["Die Öffnung, der", "发展，友好 "], ["de", "zh"], outward_left=True)
    right = sort_keys([" ist: Großes", "（的）"], ["de", "zh"], outward_left=False)
    assert left == ["der offnung die", "好友展发"]
    assert right == ["ist grosses", "的"]


def test_a_sample_keeps_rare_concepts_whole_and_says_how_many_of_how_many(tmp_path: Path) -> None:
    texts = [make_document(f"{i}", ("zh", "外交，外交。"), date="2014-01-01") for i in range(40)]
    texts.append(make_document("de", ("de", "Die Diplomatie."), date="2014-01-01"))
    tables = []
    for n, seed in enumerate((1, 1, 2)):
        study = study_with(tmp_path / str(n), f"lines = 21\nseed = {seed}")
        build(study, texts)
        tables.append(concordance(study, read_corpus(study), load_lexicon(study.lexicon)))
    first, again, other = tables
    assert first.equals(again)
    assert not first.equals(other)
    assert [(r["language"], r["lines"], r["mentions"]) for r in first.to_pylist()] == [("zh", 20, 80)] * 20 + [
        ("de", 1, 1)
    ]
    places = {(r["doc_id"], r["start"]) for r in first.to_pylist()}
    assert len(places) == 21, "drawn without replacement"


def test_a_sample_says_how_many_of_all_mentions_are_in_no_period(tmp_path: Path) -> None:
    study = study_with(tmp_path, "lines = 4", "years = [2014, 2014]")
    texts = [make_document(f"in{i}", ("zh", "外交。"), date="2014-01-01") for i in range(20)]
    texts += [make_document(f"out{i}", ("zh", "外交，外交。"), date="2019-01-01") for i in range(3)]
    texts += [make_document("no", ("zh", "外交。" * 5)), make_document("de", ("de", "Diplomatie."), date="2014-01-01")]
    build(study, texts)
    rows = concordance(study, read_corpus(study), load_lexicon(study.lexicon)).to_pylist()
    said = {r["language"]: (r["lines"], r["mentions"], r["undated"], r["outside"]) for r in rows}
    assert said == {"zh": (3, 31, 5, 6), "de": (1, 1, 0, 0)}


def test_the_columns_that_a_study_groups_by_stand_behind_the_others(tmp_path: Path) -> None:
    study = study_with(tmp_path, "", 'group_by = ["source_type", "publisher", "language"]')
    build(study, [make_document("a", ("zh", "外交"), ("de", "Diplomatie"), publisher="甲")])
    table = concordance(study, read_corpus(study), load_lexicon(study.lexicon))
    assert table.column_names == [*CONCORDANCE.names, "publisher", "document_language"]
    assert [(r["language"], r["publisher"], r["document_language"]) for r in table.to_pylist()] == [
        ("zh", "甲", "zh"),
        ("de", "甲", "zh"),
    ]
