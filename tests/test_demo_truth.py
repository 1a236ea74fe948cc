"""The demo corpus from raw files to mentions, against the truth file that its script wrote from what it planted."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.__main__ import stages_for
from pipeline.concepts.mentions import read_mentions
from pipeline.stages import bring_up_to_date
from pipeline.store import corpus, tokens
from pipeline.study import Study, load_study

PROJECT = Path(__file__).resolve().parent.parent

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """What was planted."""
    loaded: dict[str, Any] = json.loads((PROJECT / "corpora" / "demo" / "truth.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The demo study, built in a folder of its own."""
    study = load_study(PROJECT / "configs" / "demo.toml", tmp_path_factory.mktemp("demo"))
    bring_up_to_date(stages_for("tokens"), study, lambda *_: None)
    return study


@pytest.fixture(scope="module")
def documents(study: Study) -> dict[str, dict[str, Any]]:
    """The built documents by id."""
    return {row["doc_id"]: row for row in corpus.read_documents(study.corpus_folder).to_pylist()}


@pytest.fixture(scope="module")
def mentions(study: Study) -> Rows:
    """The counted mentions with the kind and the text of their passages."""
    passages = corpus.read_passages(study.corpus_folder, ["kind", "text"]).to_pylist()
    rows = [row | passages[row["passage"]] for row in read_mentions(study.corpus_folder).to_pylist()]
    return [row for row in rows if row["counted"]]


def by_document(rows: Rows, kinds: set[str]) -> dict[str, Counter[tuple[str, str]]]:
    found: dict[str, Counter[tuple[str, str]]] = {}
    for row in rows:
        if row["kind"] in kinds:
            found.setdefault(row["doc_id"], Counter())[row["concept"], row["surface"]] += 1
    return found


def planted(truth: dict[str, Any], kinds: set[str]) -> dict[str, Counter[tuple[str, str]]]:
    return by_document([one | {"doc_id": document["doc_id"]} for document in truth["documents"]
                        for one in document["mentions"]], kinds)  # fmt: skip


def differences(
    found: dict[str, Counter[tuple[str, str]]], wanted: dict[str, Counter[tuple[str, str]]]
) -> dict[str, dict[tuple[str, str], int]]:
    """Per document what was found too often (above 0) or too seldom (below)."""
    wrong = {}
    for doc_id in found.keys() | wanted.keys():
        count = Counter(found.get(doc_id, Counter()))
        count.subtract(wanted.get(doc_id, Counter()))
        if any(count.values()):
            wrong[doc_id] = {key: number for key, number in count.items() if number}
    return wrong


def test_each_document_is_there_once_and_nothing_was_rejected(
    truth: dict[str, Any], documents: dict[str, dict[str, Any]], study: Study
) -> None:
    assert sorted(documents) == sorted(one["doc_id"] for one in truth["documents"])
    assert len((study.corpus_folder / "rejects.csv").read_text(encoding="utf-8").splitlines()) == 1


def test_source_types_languages_and_titles_are_those_planted(
    truth: dict[str, Any], documents: dict[str, dict[str, Any]]
) -> None:
    columns = ("source_type", "language", "title")
    found = {doc_id: tuple(row[name] for name in columns) for doc_id, row in documents.items()}
    assert found == {one["doc_id"]: tuple(one[name] for name in columns) for one in truth["documents"]}


def test_dates_and_their_precision_are_those_planted(
    truth: dict[str, Any], documents: dict[str, dict[str, Any]]
) -> None:
    found = {doc_id: (row["date"], row["date_precision"]) for doc_id, row in documents.items()}
    wanted = {
        one["doc_id"]: (dt.date.fromisoformat((one["date"] + "-01-01")[:10]), one["date_precision"])
        for one in truth["documents"]
    }
    assert {doc_id: found[doc_id] for doc_id in found if found[doc_id] != wanted[doc_id]} == {}


def test_counted_mentions_are_those_planted_in_body_and_headings(truth: dict[str, Any], mentions: Rows) -> None:
    kinds = {"body", "heading"}
    assert differences(by_document(mentions, kinds), planted(truth, kinds)) == {}


def test_mentions_in_footnotes_are_those_planted_there(truth: dict[str, Any], mentions: Rows) -> None:
    assert differences(by_document(mentions, {"footnote"}), planted(truth, {"footnote"})) == {}


def test_counts_by_language_concept_and_year_are_those_of_the_truth(
    truth: dict[str, Any], mentions: Rows, documents: dict[str, dict[str, Any]]
) -> None:
    found: dict[str, dict[str, Counter[str]]] = {}
    for row in mentions:
        if row["kind"] in {"body", "heading"}:
            year = f"{documents[row['doc_id']]['date']:%Y}"
            found.setdefault(row["language"], {}).setdefault(row["concept"], Counter())[year] += 1
    assert {code: {name: dict(years) for name, years in table.items()} for code, table in found.items()} == truth[
        "counts"
    ]


def test_city_diplomacy_is_first_seen_where_it_was_planted(
    truth: dict[str, Any], mentions: Rows, documents: dict[str, dict[str, Any]]
) -> None:
    for language, wanted in truth["first_city_diplomacy"].items():
        mine = [row for row in mentions if row["language"] == language and row["kind"] in {"body", "heading"}]
        rows = [row for row in mine if row["concept"] == "city_diplomacy"]
        first = min(rows, key=lambda row: (documents[row["doc_id"]]["date"], row["doc_id"], row["passage"]))
        beside = {row["concept"] for row in mine if row["passage"] == first["passage"]} - {"city_diplomacy"}
        assert first["doc_id"] == wanted["doc_id"]
        assert first["text"] == wanted["passage"]
        assert documents[first["doc_id"]]["date"].year == wanted["year"]
        assert sorted(beside) == wanted["beside"]


def test_city_diplomacy_stands_beside_peoples_diplomacy_first_in_the_planted_year(
    truth: dict[str, Any], mentions: Rows, documents: dict[str, dict[str, Any]]
) -> None:
    concepts: dict[int, set[str]] = {}
    year = {row["passage"]: documents[row["doc_id"]]["date"].year for row in mentions}
    for row in mentions:
        if row["language"] == "zh" and row["kind"] in {"body", "heading"}:
            concepts.setdefault(row["passage"], set()).add(row["concept"])
    both = [passage for passage, names in concepts.items() if {"city_diplomacy", "peoples_diplomacy"} <= names]
    assert min(year[passage] for passage in both) == truth["first_city_diplomacy"]["zh"]["year"]


def test_strings_planted_as_no_mentions_are_none(truth: dict[str, Any], mentions: Rows) -> None:
    """The planted strings are longer than the term in them: a mention that begins inside one would show it."""
    texts = {row["passage"]: row["text"] for row in mentions}
    strings = {one["surface"] for document in truth["documents"] for one in document["no_mentions"]}
    strings -= {one["surface"] for document in truth["documents"] for one in document["mentions"]}
    assert strings
    for row in mentions:
        for string in strings:
            at = texts[row["passage"]].find(string)
            while at >= 0:
                inside = at <= row["start"] and row["end"] <= at + len(string)
                assert not inside, (row["doc_id"], row["concept"], row["surface"], string)
                at = texts[row["passage"]].find(string, at + 1)


def test_tokens_of_the_demo_say_the_text(study: Study) -> None:
    texts = corpus.read_passages(study.corpus_folder, ["text"])["text"].to_pylist()
    forms = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)["form"].to_pylist()
    for batch in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE):
        for row in batch.to_pylist():
            assert texts[row["passage"]][row["start"] : row["start"] + row["length"]] == forms[row["type"]]
