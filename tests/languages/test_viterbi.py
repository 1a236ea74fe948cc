from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.languages import morphology, viterbi
from pipeline.languages.morphology import MAX_WORD, analyse, learn

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ["städt", "partner", "schaft", "s", "verein", "e", "en", "ge", "ver", "un", "zu", "abend", "essen", "ung",
         "ing", "er", "in", "nen", "lich", "isch", "be", "handl", "fluss", "ß", "qx", "bürger", "meister"]  # fmt: skip
WORDS = ["Stadt", "stadt", "Städtepartnerschaftsvereins", "Hrdlicka", "hrdlicka", "die", "Die", "sein", "Sein",
         "Flussufer", "Ł", "İstanbul", "é", "北京", "xy", "Xyzzy", "gegangen", "BfR", "der" * 20, "A" * 61]  # fmt: skip

made = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)
words = made | made.map(str.capitalize) | st.text("abeinrstüß", min_size=1, max_size=12) | st.sampled_from(WORDS)


@pytest.fixture(autouse=True)
def nothing_learnt() -> Iterator[None]:
    morphology._learnt.cache_clear()
    yield
    morphology._learnt.cache_clear()


@given(st.lists(words, max_size=40))
def test_many_words_at_once_are_analysed_as_one_by_one(batch: list[str]) -> None:
    morphology._learnt.cache_clear()
    alone = [(analyse(word), analyse(word, guess=True)) for word in batch]
    learn(batch)
    assert [(analyse(word), analyse(word, guess=True)) for word in batch] == alone


def test_a_batch_is_learnt_whole() -> None:
    learn(WORDS)
    fit = [word for word in WORDS if len(word) <= MAX_WORD]
    assert {word for word, guess in morphology._learnt() if not guess} == set(fit)
    assert morphology._learnt()["Städtepartnerschaftsvereins", False] is not None


def test_what_is_learnt_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morphology, "_MOST_LEARNT", 3)
    learn(["Haus", "Hof", "Garten", "Zaun"])
    assert [word for word, _ in morphology._learnt()] == ["Hof", "Garten", "Zaun"]
    learn([])
    assert analyse("Haus") is not None


@pytest.mark.parametrize("batch", [[], ["x"], [""], ["\ud800"], ["a\nb", "1a", "\u200b"], ["a" * 1000]])
def test_what_is_no_word_is_nothing_to_learn(batch: list[str]) -> None:
    learn(batch)
    assert {word for word, _ in morphology._learnt()} <= {"x"}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30))
def test_the_best_way_of_each_key_is_the_first_of_equals(ways: list[tuple[int, int]]) -> None:
    keys = [key for key, _ in ways]
    wanted = [max((i for i, own in enumerate(keys) if own == key), key=lambda i: (ways[i][1], -i))
              for key in dict.fromkeys(keys)]  # fmt: skip
    key, probability = np.array(ways, np.int64).reshape(-1, 2).T
    found = viterbi._best_of(key, probability.astype(np.float64), np.empty(6, np.int32))
    assert found.tolist() == wanted
