"""Terms held whole, against a version that works on single characters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from made import build, make_document, make_study
from strategies import spans

from pipeline.concepts.hold import find_touched, hold_whole
from pipeline.concepts.lexicon import load_lexicon, terms_of
from pipeline.concepts.spans import Spans
from pipeline.store import tokens

Intervals = list[tuple[int, int]]


def hold_by_characters(cut: Intervals, holds: Intervals) -> Intervals:
    """Each character belongs to its hold, or to its token; neighbours of the same owner outside other holds are one."""
    owner: dict[int, tuple[str, int]] = {}
    for i, (start, end) in enumerate(cut):
        owner |= dict.fromkeys(range(start, end), ("token", i))
    for i, (start, end) in enumerate(holds):
        owner |= dict.fromkeys(range(start, end), ("hold", i))
    merged: Intervals = []
    before: tuple[int, tuple[str, int]] | None = None
    for place in sorted(owner):
        if before == (place - 1, owner[place]):
            merged[-1] = (merged[-1][0], place + 1)
        else:
            merged.append((place, place + 1))
        before = (place, owner[place])
    return merged


def apply(cut: Intervals, holds: Intervals) -> tuple[Intervals, list[int]]:
    a, b = (np.array(found, np.int64).reshape(-1, 2) for found in (cut, holds))
    start, end, was = hold_whole(a[:, 0], a[:, 1], Spans(b[:, 0], b[:, 1], np.zeros(len(b), np.int64)))
    return list(zip(start.tolist(), end.tolist(), strict=True)), was.tolist()


@given(spans(apart=True), spans(apart=True))
def test_tokens_are_those_of_the_version_by_characters(cut: Intervals, holds: Intervals) -> None:
    held, was = apply(cut, holds)
    assert held == hold_by_characters(cut, holds)
    assert [cut[i] for i in was if i >= 0] == [token for token, i in zip(held, was, strict=True) if i >= 0]
    assert all(i >= 0 for token, i in zip(held, was, strict=True) if token in cut)
    assert set(holds) <= set(held)


@given(spans(apart=True), spans(apart=True))
def test_words_that_a_hold_touches_are_all_that_it_changes(cut: Intervals, holds: Intervals) -> None:
    tokens_, held = (np.array(found, np.int64).reshape(-1, 2) for found in (cut, holds))
    touched = find_touched(*tokens_.T, *held.T).tolist()
    assert touched == [any(start < high and low < end for low, high in holds) for start, end in cut]
    everywhere, there = (
        apply(cut, holds),
        apply([x for x, is_touched in zip(cut, touched, strict=True) if is_touched], holds),
    )
    new = [[token for token, was in zip(*found, strict=True) if was < 0] for found in (everywhere, there)]
    assert new[0] == new[1]


def test_a_word_that_is_cut_through_keeps_what_stands_outside() -> None:
    assert apply([(0, 2), (2, 5)], [(0, 4)]) == ([(0, 4), (4, 5)], [-1, -1])


HELD = '[[concept]]\nid = "a"\nzh = ["城市外交", "发展中", "BRI合作"]\n'


def test_a_held_term_that_the_segmenter_knows_elsewhere_is_one_type(tmp_path: Path) -> None:
    study = make_study(tmp_path, HELD, ["zh"])
    texts = ("发展中国家的城市外交部", "城市外交", "城市 外交", "部长和国家", "BRI合作。")
    build(study, [make_document(f"{i}", ("zh", text)) for i, text in enumerate(texts)])
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).to_pylist()
    forms = [row["form"] for row in types]
    assert len(set(forms)) == len(forms)
    assert [row["type"] for row in types] == list(range(len(types)))
    lemma = {row["form"]: row["lemma"] for row in types}
    assert lemma["城市外交"] == lemma["城市 外交"] == "城市外交"
    assert {row["form"] for row in types if not row["is_word"]} == {"。"}


def test_what_is_left_of_a_cut_word_is_a_word_only_if_it_has_a_letter(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "a"\nzh = ["3.5"]\n', ["zh"])
    build(study, [make_document("a", ("zh", "增长3.5%，"))])
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).to_pylist()
    (batch,) = tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE)
    found = [(types[i]["form"], types[i]["is_word"]) for i in batch["type"].to_pylist()]
    assert found == [("增长", True), ("3.5", True), ("%", False), ("，", False)]
    assert tokens.read_words(study.corpus_folder / tokens.WORDS_FILE).tolist() == [2]


@pytest.mark.parametrize("beside", ["", "，", "的", "部", "学会", "中国", "a", "5", " ", "國", "\n", "城市", "外交"])
def test_a_term_is_one_token_whatever_stands_beside_it(tmp_path: Path, beside: str) -> None:
    study = make_study(tmp_path, HELD, ["zh"])
    text = f"{beside}城市外交{beside}"
    build(study, [make_document("a", ("zh", text))])
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)["form"].to_pylist()
    (batch,) = tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE)
    assert "城市外交" in [types[i] for i in batch["type"].to_pylist()]


LEXICON = Path(__file__).parents[2] / "configs" / "lexicons" / "city_diplomacy.toml"
BEFORE = (
    "", "，", "在", "的", "关于", "开展", "中国", "我国的", "新型", "给", "他说", "2014年", "(", "“", "德國", "a ",
    "与", "从", "把", "和",
)  # fmt: skip
BEHIND = (
    "", "。", "的", "是", "工作", "部", "化", "与发展", "已经", "）", "”", "五年来", "们", "、", "會議", " b", "者",
    "性", "上", "在北京",
)  # fmt: skip
"""Twenty contexts on each side that make no longer term of any; 200 of the 400 pairs are taken."""


def test_each_term_of_the_lexicon_is_whole_in_200_sentences(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON.read_text(encoding="utf-8"), ["zh"])
    forms = [term.form for term in terms_of(load_lexicon(LEXICON), "zh") if term.match == "form"]
    assert len(forms) > 10
    frames = [(left, right) for i, left in enumerate(BEFORE) for j, right in enumerate(BEHIND) if (i + j) % 2]
    assert len(frames) == 200
    texts = [f"{left}{form}{right}" for form in forms for left, right in frames]
    build(study, [make_document("a", *(("zh", text) for text in texts))])
    (batch,) = tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE)
    found = set(zip(*(batch[name].to_pylist() for name in ("passage", "start", "length")), strict=True))
    sought = [(len(left), len(form)) for form in forms for left, _ in frames]
    assert [texts[i] for i, (start, length) in enumerate(sought) if (i, start, length) not in found] == []
