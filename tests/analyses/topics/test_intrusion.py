"""Intrusion tests: what is asked, what an answer means, and how answers are counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_topics import plant

from pipeline.analyses.topics import intrusion
from pipeline.analyses.topics.intrusion import LETTERS, PASSAGES, WORDS, Item, find_answer, make_items, score

if TYPE_CHECKING:
    from pipeline.analyses.topics.tables import Chosen
    from pipeline.study import Study

TOPICS = 8
PLANTED = plant(300, TOPICS, 600, 60, 4, spread=0.03)


def study_of(seed: int = 1) -> Study:
    return cast("Study", SimpleNamespace(timelines=SimpleNamespace(seed=seed)))


def chosen(language: str = "de", document: Any = None) -> Chosen:
    """The true topics as if they had been found; a document for each unit, or those that are given."""
    units = len(PLANTED.unit_topic)
    fitted = SimpleNamespace(topic_word=PLANTED.topic_word, unit_topic=PLANTED.unit_topic.astype(np.float32))
    own = SimpleNamespace(
        language=language,
        kept=SimpleNamespace(fitted=fitted, vocabulary=PLANTED.vocabulary),
        document=np.arange(units) if document is None else document,
        passage=np.arange(units) + 1000,
    )
    return cast("Chosen", own)


@pytest.fixture(autouse=True)
def texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intrusion, "read_texts", lambda _, __, wanted: {i: f"unit {i - 1000}" for i in wanted})


def items_of(*own: Chosen, seed: int = 1) -> list[Item]:
    labels = {(one.language, topic): f"topic {topic}" for one in own for topic in range(1, TOPICS + 1)}
    return make_items(study_of(seed), own, labels)


def test_of_six_words_five_are_the_likeliest_and_one_is_likely_elsewhere_only() -> None:
    items = [item for item in items_of(chosen()) if item.kind == WORDS]
    assert sorted(item.topic for item in items) == list(range(1, TOPICS + 1))
    top = np.argsort(-PLANTED.topic_word, axis=1)[:, :5]
    for item in items:
        words = [PLANTED.vocabulary.index(word) for word in item.options]
        intruder = words.pop(item.intruder)
        own = item.topic - 1
        assert set(words) == set(top[own].tolist())
        assert intruder in np.delete(top, own, axis=0)
        assert PLANTED.topic_word[own, intruder] <= np.median(PLANTED.topic_word[own])


def test_of_four_passages_three_are_led_by_the_topic_and_of_different_documents() -> None:
    document = np.arange(len(PLANTED.unit_topic)) // 10
    items = [item for item in items_of(chosen(document=document)) if item.kind == PASSAGES]
    assert len(items) == TOPICS
    leads = PLANTED.unit_topic.astype(np.float32).argmax(axis=1)
    for item in items:
        units = [int(text.removeprefix("unit ")) for text in item.options]
        intruder = units.pop(item.intruder)
        assert set(leads[units]) == {item.topic - 1}
        assert leads[intruder] != item.topic - 1
        assert PLANTED.unit_topic[intruder, item.topic - 1] < 0.01
        assert len(set(document[units].tolist())) == 3


def test_a_topic_that_leads_in_too_few_documents_has_no_question_about_passages() -> None:
    items = items_of(chosen(document=np.zeros(len(PLANTED.unit_topic), np.int64)))
    assert {item.kind for item in items} == {WORDS}


def test_one_topic_is_not_asked_about() -> None:
    own = chosen()
    cast("Any", own).kept.fitted = SimpleNamespace(
        topic_word=PLANTED.topic_word[:1], unit_topic=np.ones((len(PLANTED.unit_topic), 1), np.float32)
    )
    assert items_of(own) == []


def test_topics_that_have_the_same_words_have_none_to_intrude() -> None:
    own = chosen()
    words = np.tile(np.linspace(1, 0.1, 40, dtype=np.float32), (TOPICS, 1))
    cast("Any", own).kept.fitted.topic_word = words / words.sum(axis=1, keepdims=True)
    assert {item.kind for item in items_of(own)} <= {PASSAGES}


def test_the_seed_draws_and_neither_order_nor_place_tells_the_topic() -> None:
    both = (chosen("de"), chosen("zh"))
    first = items_of(*both)
    assert first == items_of(*both)
    assert first != items_of(*both, seed=2)
    words = [item for item in first if item.kind == WORDS]
    assert [item.name for item in words] == [f"w{i:03}" for i in range(1, 2 * TOPICS + 1)]
    by_language = [[item for item in words if item.language == code] for code in ("de", "zh")]
    assert all([item.topic for item in own] != sorted(item.topic for item in own) for own in by_language)
    places = [{item.topic: item.intruder for item in own} for own in by_language]
    assert places[0] != places[1]
    assert len(set(places[0].values())) > 1


OPTIONS = ("Hafen", "C", "2014", "hafen", "Zoll", "Fracht")


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("Hafen", 0),
        ("hafen", 3),  # as it is written, where another differs in case alone
        ("ZOLL", 4),
        ("C", 1),  # the word, not the third option
        ("2014", 2),
        ("b", 1),
        ("Ｂ", 1),
        (" f ", 5),
        ("３", 2),
        ("6", 5),
        ("7", None),
        ("0", None),
        ("g", None),
        ("HAFEN", None),
        ("Schiff", None),
    ],
)
def test_an_answer_is_the_option_its_letter_or_its_number(answer: str, place: int | None) -> None:
    assert find_answer(OPTIONS, answer) == place


@given(st.lists(st.text(min_size=2), min_size=4, max_size=6, unique=True), st.data())
def test_each_option_letter_and_number_means_its_place(options: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(options) - 1))
    assert find_answer(options, options[place]) == place
    assert find_answer(options, LETTERS[place].upper()) in (place, _named(options, LETTERS[place]))


def _named(options: list[str], answer: str) -> int | None:
    return next((i for i, option in enumerate(options) if option.strip().casefold() == answer), None)


def question(number: int, topic: int, intruder: int = 0, kind: str = WORDS, language: str = "de") -> Item:
    return Item(f"{kind[0]}{number:03}", kind, language, topic, f"topic {topic}", tuple("uvwxyz"), intruder)


def test_scores_are_those_worked_by_hand() -> None:
    items = [question(1, 2), question(2, 1, intruder=3), question(3, 3)]
    first = {"w001": 0, "w002": 3, "w003": 5}
    second = {"w001": 0, "w002": 1}
    rows = {row["topic"]: row for row in score(items, [first, second]).to_pylist()}
    assert list(rows) == [1, 2, 3, None]
    assert [(rows[t]["judged"], rows[t]["found"]) for t in rows] == [(2, 1), (2, 2), (1, 0), (5, 3)]
    assert rows[None]["precision"] == pytest.approx(0.6)
    # Wilson's interval of 3 of 5: R, binom::binom.wilson(3, 5).
    assert (rows[None]["low"], rows[None]["high"]) == pytest.approx((0.2307243, 0.8823802), abs=1e-6)
    # Two coders agree on one of two items that both judged; six options.
    assert rows[None]["agreement"] == pytest.approx(0.5)
    assert rows[None]["kappa"] == pytest.approx((0.5 - 1 / 6) / (1 - 1 / 6))
    assert rows[3]["agreement"] is None
    assert rows[None]["chance"] == pytest.approx(1 / 6)


def test_what_nobody_judged_has_no_precision() -> None:
    row = score([question(1, 1)], [{}]).to_pylist()[0]
    assert (row["judged"], row["precision"], row["low"], row["agreement"]) == (0, None, None, None)


def test_coders_who_guess_have_a_kappa_near_zero_and_a_precision_near_chance() -> None:
    rng = np.random.default_rng(1)
    items = [question(i, i) for i in range(1, 1001)]
    coders = [{item.name: int(rng.integers(6)) for item in items} for _ in range(3)]
    whole = score(items, coders).to_pylist()[-1]
    assert whole["kappa"] == pytest.approx(0, abs=0.03)
    assert whole["low"] < 1 / 6 < whole["high"]
