"""The rooms of topics and keywords as a study has them: whole, or not made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from topic_studies import run, themed, themes, topic_study

from pipeline.export.keywords_stage import KEYWORDS_STAGE
from pipeline.export.room_tables import read_keyword_rooms, read_topic_rooms, tables_of_rooms
from pipeline.stages import bring_up_to_date

if TYPE_CHECKING:
    from pipeline.study import Study

COMPARISON = """
[[keywords]]
name = "=harbours"
target = { source_type = "news" }
"""
"""Its name is written otherwise in a CSV, where a spreadsheet would run it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    documents = [themed(i, i % 3, source_type=("speech", "article", "news")[i % 3]) for i in range(24)]
    settings = f"topics = {{ de = 3 }}\n{COMPARISON}"
    study = topic_study(tmp_path_factory.mktemp("rooms"), documents, settings, ["de"])
    assert read_topic_rooms(study) is None
    assert read_keyword_rooms(study) is None
    run(study)
    bring_up_to_date([KEYWORDS_STAGE], study, lambda *_: None)
    return study


def test_topics_of_one_language_have_a_room_and_no_pairs(made: Study) -> None:
    rooms = read_topic_rooms(made)
    assert rooms is not None
    assert rooms.pairs is None
    (room,) = rooms.languages
    assert room.language == "de"
    assert len(room.topics) == 3
    assert room.map is not None
    for topic in room.topics:
        assert [row["period"] for row in topic.periods] == ["2012", "2013", "2014", "2015"]
        assert 5 <= len(topic.passages) <= 10
        assert {row["topic"] for row in topic.passages} == {topic.row["topic"]}
    city = next(one for one in room.concepts if one.concept == "city")
    assert "Bürgermeister" in rooms.rows["de", city.topics[0]["topic"]]["words"], "the theme that the concept is of"


def test_keywords_have_their_figures_and_the_forms_of_collocates(made: Study) -> None:
    rooms = read_keyword_rooms(made)
    assert rooms is not None
    (one,) = rooms.comparisons
    assert one.name == "=harbours"
    assert {"Hafen", "Container"} <= {row["lemma"] for row, _ in one.sides[0].rows}
    assert (made.export_folder / f"{one.figure}.svg").is_file()
    assert rooms.company
    near = {row["collocate"] for _, languages in rooms.company for one in languages for row in one.rows}
    assert near <= {lemma for _, lemma in rooms.forms}
    assert all(forms.split()[0] == lemma for (_, lemma), forms in rooms.forms.items())


def test_all_that_the_rooms_read_is_declared(made: Study) -> None:
    read = tables_of_rooms(made)
    assert made.model_folder / "chosen" / "de" / "words.parquet" in read
    for folder in (".topics", ".keywords"):
        declared = {path for path in read if path.parent == made.export_folder / folder}
        assert declared == set((made.export_folder / folder).glob("*.arrow"))


def test_topics_that_were_made_and_whose_models_are_gone_are_an_error_that_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from pipeline.errors import InputError

    study = topic_study(tmp_path_factory.mktemp("gone"), themes(12, ["de"]), "topics = { de = 2 }", ["de"])
    run(study)
    shutil.rmtree(study.model_folder / "chosen" / "de")
    with pytest.raises(InputError, match=r"chosen.de"):
        read_topic_rooms(study)
