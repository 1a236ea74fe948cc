"""What each term contributes, and the counts that take in mentions inside longer ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import build, make_document, make_study

from pipeline.analyses.concordance import concordance
from pipeline.analyses.counts import inclusive_mentions, read_corpus
from pipeline.analyses.timelines import timelines
from pipeline.analyses.variants import variants
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import write_lock

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LEXICON = """
[[concept]]
id = "twin"
zh = ["友好城市", "国际友好城市", { form = "友城", not_in = ["校友城"] }]
[[concept]]
id = "net"
zh = ["友好城市网络"]
[[concept]]
id = "diplomacy"
zh = ["外交"]
de = ["Diplomatie"]
"""
TEXTS = {
    "2012": ["友好城市很多。国际友好城市也很多。", "校友城不算，友城算。"],
    "2013": ["友好城市网络成立了。友好城市外交。", "没有。"],
    "2015": ["友城。友城。"],
}


def built(folder: Path, passages: str = "") -> Study:
    study = make_study(folder, LEXICON, passages=passages)
    documents = [
        make_document(f"{year}{i}", ("zh", text), ("de", "Die Diplomatie ruht."), date=f"{year}-02-01")
        for year, texts in TEXTS.items()
        for i, text in enumerate(texts)
    ]
    build(study, [*documents, make_document("undated", ("zh", "友城。"))])
    return study


def rows_of(study: Study) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    concepts, corpus = load_lexicon(study.lexicon), read_corpus(study)
    curves: list[dict[str, Any]] = timelines(study, corpus, concepts, lambda *_: None).to_pylist()
    return curves, variants(study, corpus, concepts).to_pylist()


def test_a_variant_has_its_mentions_by_period_and_in_all(tmp_path: Path) -> None:
    found = {(r["term"], r["period"]): r for r in rows_of(built(tmp_path))[1]}
    counts = {key: (r["mentions"], r["mentions_nested"], r["documents"]) for key, r in found.items() if key[1] in TEXTS}
    assert counts["友好城市", "2012"] == (1, 1, 1)
    assert counts["国际友好城市", "2012"] == (1, 0, 1)
    assert counts["友城", "2012"] == (1, 0, 1)
    assert counts["友好城市", "2013"] == (1, 1, 1)
    assert counts["友城", "2015"] == (2, 0, 1)
    whole = found["友城", "all"]
    assert (whole["mentions"], whole["documents"], whole["share"]) == (3, 2, pytest.approx(3 / 6))  # the undated is not
    assert found["友好城市", "2015"]["share"] == 0
    assert found["友好城市网络", "2012"]["share"] is None
    assert {r["exploratory"] for r in found.values()} == {None}


def test_inclusive_counts_take_in_what_lies_in_another_concept_and_nothing_twice(tmp_path: Path) -> None:
    curves, _ = rows_of(built(tmp_path))
    found = {(r["concept"], r["language"], r["period"]): r for r in curves if r["group"] == "all"}
    assert [found["twin", "zh", year]["mentions"] for year in ("2012", "2013", "2015")] == [3, 1, 2]
    # 友好城市 inside 国际友好城市 is one place of one concept; 友好城市 inside 友好城市网络 is a mention of another one
    assert [found["twin", "zh", year]["mentions_inclusive"] for year in ("2012", "2013", "2015")] == [3, 2, 2]
    row = found["twin", "zh", "2013"]
    assert row["per_million_inclusive"] == pytest.approx(2e6 / row["words"])
    assert found["twin", "zh", "2014"]["per_million_inclusive"] is None
    assert found["diplomacy", "de", "2013"]["mentions_inclusive"] == 2


def test_only_counted_passages_are_in_either_table(tmp_path: Path) -> None:
    study = built(tmp_path, passages='keep = ["heading"]')
    curves, parts = rows_of(study)
    assert {r["mentions_inclusive"] for r in curves} <= {0}
    assert {r["mentions"] + r["mentions_nested"] for r in parts} <= {0}


def test_an_empty_corpus_has_no_variants_in_periods(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, timelines="years = [2012, 2013]")
    build(study, [])
    _, parts = rows_of(study)
    assert {(r["mentions"], r["share"]) for r in parts} == {(0, None)}
    assert {r["period"] for r in parts} == {"2012", "2013", "all"}


def test_terms_added_after_the_lock_are_marked_in_all_three_tables(tmp_path: Path) -> None:
    study = built(tmp_path)
    then = tmp_path / "then.toml"
    then.write_text(LEXICON.replace(', { form = "友城", not_in = ["校友城"] }', ""), encoding="utf-8")
    write_lock(study.lexicon, load_lexicon(then), dt.date(2026, 3, 1))
    curves, parts = rows_of(study)
    assert {(r["concept"], r["language"]) for r in curves if r["exploratory"]} == {("twin", "zh")}
    assert {r["exploratory"] for r in curves} == {True, False}
    assert {r["term"] for r in parts if r["exploratory"]} == {"友城"}
    lines = concordance(study, read_corpus(study), load_lexicon(study.lexicon)).to_pylist()
    assert {r["match"] for r in lines if r["exploratory"]} == {"友城"}
    assert {r["exploratory"] for r in lines if r["match"] != "友城"} == {False}


words = st.lists(
    st.sampled_from(["友好城市", "国际友好城市", "友好城市网络", "友城", "校友城", "外交", "很", "。"]), max_size=8
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([2012, 2013, 2015]), words), max_size=4))
def test_variants_add_up_to_the_curves(tmp_path: Path, rows: list[tuple[int, list[str]]]) -> None:
    study = make_study(tmp_path, LEXICON, ["zh"])
    build(study, [make_document(f"{i}", ("zh", "".join(own)), date=f"{y}-02-01") for i, (y, own) in enumerate(rows)])
    curves, parts = rows_of(study)
    sums: Counter[tuple[str, ...]] = Counter()
    for r in parts:
        sums[r["concept"], r["language"], r["period"]] += r["mentions"]
    truth = {(r["concept"], r["language"], r["period"]): r["mentions"] for r in curves if r["group"] == "all"}
    assert {key: n for key, n in sums.items() if key[2] != "all"} == truth
    corpus = read_corpus(study)
    everywhere = Counter(inclusive_mentions(corpus)["concept"].to_pylist())
    text = ["".join(own) for _, own in rows]
    assert everywhere["net"] == sum(t.count("友好城市网络") for t in text)
    assert everywhere["diplomacy"] == sum(t.count("外交") for t in text)
    assert everywhere["twin"] == sum(t.count("友好城市") + t.count("友城") - t.count("校友城") for t in text)
