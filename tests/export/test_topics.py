"""The tables of topics, against the themes that the texts were made of."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from topic_studies import DE, run, themes, topic_study

from pipeline.__main__ import stages_for
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.topics import tables
from pipeline.analyses.topics.labels import label_path
from pipeline.analyses.topics.units import read_units
from pipeline.export import bilingual
from pipeline.export.keywords_stage import KEYWORD_TABLES
from pipeline.export.parquet import NAMES, parquet_stages
from pipeline.export.pyldavis import PYLDAVIS_STAGE
from pipeline.export.stages import TABLES as TIMELINE_TABLES
from pipeline.export.topics import TABLES, TOPICS_STAGE, read_topic_data
from pipeline.stages import bring_up_to_date
from pipeline.store import corpus as store

if TYPE_CHECKING:
    from pipeline.study import Study


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    documents = themes(24, ["de"])
    documents.append({**documents[0], "doc_id": "texts/undated", "date": None})
    study = topic_study(tmp_path_factory.mktemp("made"), documents, "topics = { de = 3 }", ["de"])
    run(study)
    return study


def rows_of(study: Study, name: str) -> list[dict[str, str]]:
    with (study.export_folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def theme_of(study: Study) -> dict[str, int]:
    """The theme whose words the topic has most of."""
    return {
        row["topic"]: int(np.argmax([len(set(row["words"].split()) & set(theme)) for theme in DE]))
        for row in rows_of(study, "topics")
    }


def test_topics_have_the_words_of_the_themes(made: Study) -> None:
    assert sorted(theme_of(made).values()) == [0, 1, 2]
    for row in rows_of(made, "topics"):
        theme = set(DE[theme_of(made)[row["topic"]]])
        assert set(row["words"].split()[:6]) <= theme
        assert set(row["exclusive_words"].split()[:5]) <= theme
        assert row["label"] == ", ".join(row["exclusive_words"].split()[:3])
        assert 0.2 < float(row["prevalence"]) < 0.5
        assert float(row["stability"]) > 0.9
    assert sum(float(row["prevalence"]) for row in rows_of(made, "topics")) == pytest.approx(1)


def test_passages_are_those_of_the_theme_with_page_and_link(made: Study) -> None:
    themes_of = theme_of(made)
    pages = store.read_passages(made.corpus_folder, ["page"])["page"].to_pylist()
    for row in rows_of(made, "topic_passages"):
        number = row["doc_id"].removeprefix("texts/de")
        assert themes_of[row["topic"]] == (0 if "undated" in number else int(number) % 3)
        assert int(row["page"]) == pages[int(row["passage"])]
        assert row["url"].startswith("https://example.org/")
        assert set(row["text"].replace(".", "").replace("/", " ").split()) & set(DE[themes_of[row["topic"]]])
    ranks = defaultdict(list)
    documents = defaultdict(list)
    for row in rows_of(made, "topic_passages"):
        ranks[row["topic"]].append(int(row["rank"]))
        documents[row["topic"]].append(row["doc_id"])
    assert all(rank == list(range(1, 11)) for rank in ranks.values())
    assert all(max(Counter(names).values()) <= 2 for names in documents.values())


def test_shares_of_a_period_sum_to_one_and_lie_in_their_intervals(made: Study) -> None:
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows_of(made, "topic_timelines"):
        if row["documents"] == "0":
            assert (row["prevalence"], row["low"], row["high"]) == ("", "", "")
            continue
        sums[row["period"], row["group"]] += float(row["prevalence"])
        if row["low"]:
            assert 0 <= float(row["low"]) <= float(row["prevalence"]) <= float(row["high"]) <= 1
    assert {period for period, _ in sums} == {"2012", "2013", "2014", "2015"}
    assert {group for _, group in sums} == {"all", "source_type=article", "source_type=speech"}
    np.testing.assert_allclose(list(sums.values()), 1, atol=1e-4)


def test_a_theme_of_one_year_has_its_words_in_that_year(tmp_path_factory: pytest.TempPathFactory) -> None:
    documents = [{**row, "date": row["date"].replace(year=2012 + i % 3)} for i, row in enumerate(themes(24, ["de"]))]
    study = topic_study(tmp_path_factory.mktemp("years"), documents, "topics = { de = 3 }", ["de"])
    run(study)
    themes_of = theme_of(study)
    for row in rows_of(study, "topic_timelines"):
        if row["group"] == "all":
            high = row["period"] == str(2012 + themes_of[row["topic"]])
            assert (float(row["prevalence"]) > 0.8) == high


def test_documents_of_the_contract_have_its_columns_and_shares(made: Study) -> None:
    table = pq.read_table(made.export_folder / "topic_documents.parquet")
    assert table.column_names[:4] == ["doc_id", "passage", "topic", "weight"]
    sums: dict[int, float] = defaultdict(float)
    for row in table.to_pylist():
        sums[row["passage"]] += row["weight"]
        assert row["weight"] >= tables.LEAST_WEIGHT
    np.testing.assert_allclose(list(sums.values()), 1, atol=0.03)
    assert len(sums) == 50


def test_concepts_live_in_the_topics_of_their_themes(made: Study) -> None:
    themes_of = theme_of(made)
    best = {}
    for row in rows_of(made, "topic_concepts"):
        if row["period"] == "all":
            best[row["concept"]] = max(best.get(row["concept"], (0.0, "")), (float(row["share"]), row["topic"]))
            expected = float(row["share"]) / float(row["prevalence"])
            assert float(row["lift"]) == pytest.approx(expected, rel=1e-6)
    assert {concept: themes_of[topic] for concept, (_, topic) in best.items()} == {"city": 0, "people": 1}


def test_a_label_by_hand_is_taken_and_makes_the_tables_alone_anew(tmp_path_factory: pytest.TempPathFactory) -> None:
    study = topic_study(tmp_path_factory.mktemp("labels"), themes(18, ["de"]), "topics = { de = 3 }", ["de"])
    run(study)
    label_path(study).parent.mkdir()
    text = '[[topic]]\nlanguage = "de"\nlabel = "=Häfen"\nwords = ["Hafen", "Schiff", "Zoll"]\n'
    label_path(study).write_text(text, encoding="utf-8")
    models, tables_ = run(study)
    assert models.why is None
    assert tables_.why is not None
    named = [row for row in rows_of(study, "topics") if row["label_by_hand"] == "true"]
    assert [row["label"] for row in named] == ["'=Häfen"]  # a spreadsheet does not run it
    assert "Hafen" in named[0]["words"]


def test_documents_as_units_have_no_passage(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = 'topics = { de = 3 }\nunit = "document"'
    study = topic_study(tmp_path_factory.mktemp("documents"), themes(18, ["de"]), settings, ["de"])
    run(study)
    table = pq.read_table(study.export_folder / "topic_documents.parquet")
    assert table["passage"].null_count == table.num_rows
    assert len(set(table["doc_id"].to_pylist())) == 18


def test_the_data_of_a_figure_are_the_tables_and_the_models(made: Study) -> None:
    data = read_topic_data(made)
    assert data.tables["topics"].num_rows == 3
    assert data.models["de"].fitted.topic_word.shape[0] == 3


def test_the_workbook_and_the_parquet_files_hold_the_tables(made: Study) -> None:
    bring_up_to_date(parquet_stages([TOPICS_STAGE]), made, lambda *_: None)
    book = openpyxl.load_workbook(made.export_folder / "topics.xlsx")
    assert book.sheetnames == list(TABLES)
    for name in TABLES:
        rows = rows_of(made, name)
        table = pq.read_table(made.export_folder / f"{name}.parquet")
        assert (table.num_rows, book[name].max_row - 1) == (len(rows), max(1, len(rows)))  # why there are none is a row
        assert table.column_names == [cell.value for cell in book[name][1]]
        assert not rows or table.column_names == list(rows[0])


def test_each_stage_that_writes_tables_has_one_that_writes_them_as_parquet() -> None:
    stages = stages_for("report", parquet=True, pairs=True)
    behind = [stage for stage in stages if stage.name in NAMES.values()]
    assert [stage.name for stage in behind] == ["parquet", "topics_parquet", "pairs_parquet", "keywords_parquet"]
    written = [name for stage in behind for name in stage.writes]
    tables = [*TIMELINE_TABLES, *TABLES, *bilingual.TABLES, *KEYWORD_TABLES]
    assert written == [f"{name}.parquet" for name in tables]
    assert not {"topic_documents.parquet"} & set(written)


def test_pyldavis_finds_its_arguments_and_the_frequencies_of_the_units(made: Study) -> None:
    bring_up_to_date([PYLDAVIS_STAGE], made, lambda *_: None)
    given = json.loads((made.export_folder / "pyldavis" / "de.json").read_text("utf-8"))
    assert list(given) == ["topic_term_dists", "doc_topic_dists", "doc_lengths", "vocab", "term_frequency"]
    units = read_units(made, read_corpus(made))["de"]
    assert given["vocab"] == units.vocabulary.to_pylist()
    assert given["doc_lengths"] == units.lengths.tolist()
    assert given["term_frequency"] == units.counts.toarray().sum(axis=0).tolist()
    model = read_topic_data(made).models["de"].fitted
    np.testing.assert_allclose(given["topic_term_dists"], model.topic_word, rtol=1e-6)
    np.testing.assert_allclose(given["doc_topic_dists"], model.unit_topic, rtol=1e-6)
    np.testing.assert_allclose(np.sum(given["doc_topic_dists"], axis=1), 1, atol=1e-5)
