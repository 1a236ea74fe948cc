from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.languages.word_tree import grow

words = st.text("abß𠀀", min_size=1, max_size=6)


@given(st.lists(words, max_size=30))
def test_each_word_is_read_back_from_its_last_place(batch: list[str]) -> None:
    tree = grow(batch)
    for number, word in enumerate(batch):
        place, letters = int(tree.end[number]), ""
        while place:
            assert tree.depth[place] == len(word) - len(letters)
            letters = chr(tree.code[place]) + letters
            place = int(tree.parent[place])
        assert letters == word


@given(st.lists(words, max_size=30))
def test_the_last_place_of_a_word_is_in_no_other(batch: list[str]) -> None:
    tree = grow(batch)
    assert tree.word[tree.end].tolist() == list(range(len(batch)))
    assert not set(tree.end.tolist()) & set(tree.parent.tolist())


def test_neighbours_share_what_they_begin_with() -> None:
    assert len(grow(["stadt", "stadtrat", "stadträte"]).parent) == 1 + 5 + 4 + 3


@given(st.sets(words, max_size=30))
def test_in_order_there_is_one_place_for_each_beginning_and_one_for_each_end(batch: set[str]) -> None:
    inner = {word[:size] for word in batch for size in range(1, len(word))}
    assert len(grow(sorted(batch)).parent) == 1 + len(inner) + len(batch)
