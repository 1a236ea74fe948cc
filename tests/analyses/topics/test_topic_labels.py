"""Names of topics: suggested, given by hand, and found again after another fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made import make_study

from pipeline.analyses.topics.labels import label_path, name_topics, read_labels, write_template
from pipeline.errors import StudyError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LIKELY = [["Stadt", "Schule", "Jahr", "Partner"], ["Fluss", "Wasser", "Jahr", "Ufer"]]
EXCLUSIVE = [["Schule", "Partner", "Austausch", "Stadt"], ["Ufer", "Fluss", "Hochwasser", "Wasser"]]


def study_in(folder: Path) -> Study:
    return make_study(folder, '[[concept]]\nid = "a"\nde = ["Stadt"]\n', ["de"])


def test_a_suggested_name_is_of_the_most_exclusive_words() -> None:
    labels, lost = name_topics(LIKELY, EXCLUSIVE, [])
    assert [label.text for label in labels] == ["Schule, Partner, Austausch", "Ufer, Fluss, Hochwasser"]
    assert not any(label.by_hand for label in labels)
    assert lost == []


def test_a_name_by_hand_follows_its_words_to_another_number() -> None:
    by_hand = [("Wasser", ["Fluss", "Ufer", "Deich"]), ("Austausch", ["Schule", "Partner"])]
    labels, lost = name_topics(LIKELY, EXCLUSIVE, by_hand)
    assert [(label.text, label.by_hand) for label in labels] == [("Austausch", True), ("Wasser", True)]
    assert labels[1].overlap == pytest.approx(2 / 3)
    assert lost == []


def test_a_name_whose_words_are_gone_is_said_and_not_given() -> None:
    labels, lost = name_topics(LIKELY, EXCLUSIVE, [("Sport", ["Verein", "Turnier", "Jahr"])])
    assert not any(label.by_hand for label in labels)
    assert lost == ["Sport"]


def test_more_names_than_topics_are_no_error() -> None:
    labels, lost = name_topics(LIKELY[:1], EXCLUSIVE[:1], [("A", ["Stadt"]), ("B", ["Schule", "fremd", "fremder"])])
    assert (labels[0].text, lost) == ("A", ["B"])
    assert name_topics([], [], [("A", ["Stadt"])]) == ([], ["A"])


def test_a_name_that_fits_no_topic_takes_none_from_a_name_that_does() -> None:
    topics = [["a", "b", "c", "x", "y"], ["d", "e"]]
    # The first holds 3 of 5 words of topic 1 and 2 of topic 2; the second half of its words in topic 1 alone.
    by_hand = [("first", ["a", "b", "c", "d", "e"]), ("second", ["x", "y", "gone", "lost"])]
    labels, lost = name_topics(topics, topics, by_hand)
    assert [(label.text, label.by_hand) for label in labels] == [("first", True), ("d, e", False)]
    assert lost == ["second"]


def test_what_is_written_as_a_template_can_be_read_again(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    path = label_path(study)
    path.parent.mkdir()
    write_template(path, [("de", 'mit "Zeichen" \\ und\tTab', ["a", "b"]), ("de", "zwei", ["c"])])
    assert read_labels(study) == {"de": [('mit "Zeichen" \\ und\tTab', ["a", "b"]), ("zwei", ["c"])]}


def test_without_a_file_there_are_no_names(tmp_path: Path) -> None:
    assert read_labels(study_in(tmp_path)) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[topic]]\nlanguage = "de"\nlabel = "x"\n', "words"),
        ('[[topic]]\nlanguage = "de"\nlabel = "x"\nwords = []\n', "words"),
        ('[[topic]]\nlanguage = "zh"\nlabel = "x"\nwords = ["a"]\n', "no language 'zh'"),
        ('[[topic]]\nlanguage = "de"\nlabel = "x"\nword = ["a"]\n', "word"),
        ("[[topic\n", "made.toml"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_it(tmp_path: Path, text: str, said: str) -> None:
    study = study_in(tmp_path)
    label_path(study).parent.mkdir()
    label_path(study).write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=said) as problem:
        read_labels(study)
    assert str(label_path(study)) in str(problem.value)
