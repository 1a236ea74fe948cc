"""Keyness: Rayson's and Hardie's formulas, other software's numbers, planted words, loud documents, zero cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, make_document, make_study
from scipy.stats import binomtest

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.document_words import Block
from pipeline.analyses.intervals import burst_sizes, compare_rates
from pipeline.analyses.keyness import (
    KEYNESS,
    Side,
    count_parts,
    interval_of,
    keyness,
    log_likelihood,
    log_ratio,
    measure_sides,
)
from pipeline.analyses.measures import dispersion_dp
from pipeline.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LEXICON = '[[concept]]\nid = "city"\nde = ["Städtediplomatie"]\nzh = ["城市外交"]\n'
BY_CITY = '[[keywords]]\ntarget = { city = "Kiel" }\nreference = { city = "Bonn" }\n'
FILLER = ["Brücke", "Garten", "Fenster", "Schrank", "Lampe", "Teller", "Ofen", "Tisch", "Stuhl", "Dach"]


def counts(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


# https://ucrel.lancs.ac.uk/llwizard.html as its course notes print it: 52 of 50,000 words against 57 of 75,000.
def test_log_likelihood_is_that_of_lancasters_wizard() -> None:
    assert log_likelihood(counts(52), counts(57), 50_000, 75_000)[0] == pytest.approx(2.65, abs=0.005)


def test_log_likelihood_by_hand() -> None:
    # E1 = 100 * 30 / 400 = 7.5, E2 = 300 * 30 / 400 = 22.5; G2 = 2 (15 ln 2 + 15 ln(2 / 3))
    assert log_likelihood(counts(15), counts(15), 100, 300)[0] == pytest.approx(30 * np.log(4 / 3), rel=1e-12)


# The vignette of the R package quanteda.extras (D. Brown): 130,039 words of fiction against 123,088 of academic prose.
@pytest.mark.parametrize(
    ("target", "reference", "g2", "ratio"),
    [
        (2428, 143, 2336.3687, 4.006427), (1763, 70, 1855.0335, 4.575279), (1978, 170, 1691.4745, 3.461181),
        (1559, 104, 1448.8023, 3.826711), (1286, 50, 1358.5514, 4.605564), (914, 43, 928.6952, 4.330531),
    ],
)  # fmt: skip
def test_log_likelihood_and_log_ratio_are_those_of_quanteda_extras(
    target: int, reference: int, g2: float, ratio: float
) -> None:
    sides = (counts(target), counts(reference), 130_039, 123_088)
    assert log_likelihood(*sides)[0] == pytest.approx(g2, abs=5e-5)
    assert log_ratio(*sides)[0] == pytest.approx(ratio, abs=1e-6)


def test_a_count_of_zero_is_a_half_in_the_log_ratio_and_nothing_in_the_log_likelihood() -> None:
    assert log_ratio(counts(8), counts(0), 1000, 1000)[0] == pytest.approx(4)
    assert log_ratio(counts(0), counts(8), 1000, 1000)[0] == pytest.approx(-4)
    assert log_likelihood(counts(8), counts(0), 1000, 1000)[0] == pytest.approx(16 * np.log(2))
    assert log_likelihood(counts(0), counts(0), 1000, 1000)[0] == 0


def sides_of(mentions: np.ndarray, words: np.ndarray, in_target: np.ndarray) -> tuple[Side, Side]:
    """Documents x words as two sides, by way of blocks of one or two documents."""
    parts = {b"t": in_target, b"r": ~in_target}

    def blocks() -> list[Block]:
        made = []
        for first in range(0, len(words), 2):
            document, term = np.nonzero(mentions[first : first + 2])
            made.append(Block(document + first, term, mentions[document + first, term]))
        return made

    totals = count_parts(blocks(), parts, mentions.shape[1])
    sides = measure_sides(blocks(), parts, totals, words)
    return sides[b"t"], sides[b"r"]


tables = st.integers(2, 20).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2 * n, max_size=2 * n),
        st.lists(st.integers(30, 400), min_size=2 * n, max_size=2 * n),
    )
)


@given(tables)
def test_intervals_are_those_of_compared_rates_and_dispersion_that_of_gries(
    table: tuple[list[list[int]], list[int]],
) -> None:
    mentions, words = np.array(table[0], np.int64), np.array(table[1], np.int64)
    inside = np.arange(len(words)) % 2 == 0
    target, reference = sides_of(mentions, words, inside)
    found = interval_of(target, reference)
    for i in range(3):
        of_target, of_reference = (mentions[inside, i], words[inside]), (mentions[~inside, i], words[~inside])
        assert target.count[i] == of_target[0].sum()
        assert target.documents[i] == (of_target[0] > 0).sum()
        assert target.burst[i] == pytest.approx(burst_sizes(of_target[0][:, None])[0])
        assert target.dispersion[i] == pytest.approx(dispersion_dp(*of_target), abs=1e-9, nan_ok=True)
        known = compare_rates(of_reference, of_target)
        if min(target.documents[i], reference.documents[i]) >= 5:
            assert 2 ** found.low[i] == pytest.approx(known.low, rel=1e-6)
            assert 2 ** found.high[i] == pytest.approx(known.high, rel=1e-6)
        if target.count[i] or reference.count[i]:
            assert (found.p_value[i] < 0.05) == (found.low[i] > 0 or found.high[i] < 0)


def test_of_a_word_absent_from_one_part_the_interval_has_one_bound_and_agrees_with_its_p_value() -> None:
    words = np.full(40, 100)
    mentions = np.zeros((40, 3), np.int64)
    mentions[::2][:5, 0] = 1  # five occurrences in five documents: 2 * 0.5 ** 5
    mentions[::2][:6, 1] = 1  # 2 * 0.5 ** 6
    mentions[0, 2] = 500  # one burst
    target, reference = sides_of(mentions, words, np.arange(40) % 2 == 0)
    found = interval_of(target, reference)
    assert found.p_value == pytest.approx([0.0625, 0.03125, 1.0])
    assert found.low == pytest.approx([np.log2(x / (1 - x)) for x in (0.025**0.2, 0.025 ** (1 / 6), 0.025)])
    assert (found.low > 0).tolist() == [False, True, False]
    assert np.isnan(found.high).all()
    turned = interval_of(reference, target)
    assert turned.high == pytest.approx(-found.low)
    assert np.isnan(turned.low).all()


def test_of_a_word_in_few_documents_the_interval_is_that_of_a_binomial_number_of_bursts() -> None:
    mentions = np.zeros((60, 1), np.int64)
    mentions[::2][:20] = 1
    mentions[1] = 1
    target, reference = sides_of(mentions, np.full(60, 100), np.arange(60) % 2 == 0)
    found = interval_of(target, reference)
    known = binomtest(1, 21, 0.5)
    assert found.p_value[0] == pytest.approx(known.pvalue)
    assert 1 / (1 + 2 ** found.low[0]) == pytest.approx(known.proportion_ci(0.95, "exact").high)
    assert 1 / (1 + 2 ** found.high[0]) == pytest.approx(known.proportion_ci(0.95, "exact").low)


def test_a_part_of_one_document_has_no_interval() -> None:
    target, reference = sides_of(np.ones((5, 1), np.int64), np.full(5, 50), np.arange(5) == 0)
    assert all(np.isnan(values).all() for values in interval_of(target, reference))


def test_of_bursty_words_at_one_rate_few_are_claimed_to_differ() -> None:
    rng = np.random.default_rng(6)
    words = rng.integers(100, 900, 160)
    heat = rng.gamma(0.3, 1 / 0.3, (160, 600)) * rng.choice([0.3, 2.0, 8.0], 600) / 1000
    target, reference = sides_of(rng.poisson(heat * words[:, None]), words, np.arange(160) % 4 == 0)
    enough = target.count + reference.count >= 5
    claimed = interval_of(target, reference).p_value[enough] < 0.05
    by_words = log_likelihood(target.count, reference.count, target.words, reference.words)[enough] > 3.84
    assert claimed.mean() <= 0.06
    assert by_words.mean() > 0.2


def texts(rng: np.random.Generator, city: str, number: int, *planted: Sequence[str]) -> list[dict[str, Any]]:
    """Documents of forty words each; ``planted[i]`` are further words of document i."""
    made = []
    for i in range(number):
        words = [*rng.choice(FILLER, 40), *(planted[i] if i < len(planted) else ())]
        made.append(make_document(f"{city}{i:03d}", ("de", " ".join(words) + "."), city=city, date="2014-05-01"))
    return made


def compare(folder: Path, documents: list[dict[str, Any]], more: str = BY_CITY) -> list[dict[str, Any]]:
    study = make_study(folder, LEXICON, timelines=more)
    build(study, documents)
    table = keyness(study, read_corpus(study))
    assert table.schema == KEYNESS
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def test_planted_words_are_key_and_the_word_of_one_loud_document_is_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    planted = [["Hafen"] * 3 for _ in range(25)]
    planted[7] = ["Hafen", *["Dorsch"] * 60]
    there = [["Rhein"] * 2 for _ in range(25)]
    rows = compare(tmp_path, texts(rng, "Kiel", 30, *planted) + texts(rng, "Bonn", 30, *there))
    by_lemma = {row["lemma"]: row for row in rows}
    assert {row["lemma"] for row in rows if row["key"]} == {"Hafen", "Rhein"}
    assert rows[0]["lemma"] == "Hafen"
    assert rows[-1]["lemma"] == "Rhein"
    assert by_lemma["Hafen"]["count_target"] == 73
    assert by_lemma["Rhein"]["log_ratio"] < 0
    assert "Dorsch" not in by_lemma  # in one document
    assert by_lemma["Hafen"]["words_target"] == 30 * 40 + 73 + 60


def test_the_loud_document_is_not_key_though_a_few_more_have_its_word(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    planted = [["Dorsch"] * 80, ["Dorsch"], ["Dorsch"], ["Dorsch"]]
    rows = compare(tmp_path, texts(rng, "Kiel", 30, *planted) + texts(rng, "Bonn", 30))
    loud = next(row for row in rows if row["lemma"] == "Dorsch")
    assert loud["log_likelihood"] > 100  # what words alone would say
    assert not loud["key"]
    assert loud["p_adjusted"] > 0.05
    assert loud["dispersion_target"] > 0.85


def test_no_word_is_key_where_both_parts_are_alike(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = compare(tmp_path, texts(rng, "Kiel", 30) + texts(rng, "Bonn", 30))
    assert len(rows) == len(FILLER)
    assert not any(row["key"] for row in rows)


def test_stop_words_numbers_single_letters_and_left_out_tags_are_not_compared(tmp_path: Path) -> None:
    text = " ".join(["und 2014 zwölf u Haus Berlin"] * 6)
    documents = [make_document(f"{c}{i}", ("de", text), city=c) for c in ("Kiel", "Bonn") for i in range(4)]
    assert {row["lemma"] for row in compare(tmp_path / "a", documents)} == {"Haus", "Berlin"}
    without = BY_CITY + '[keyness]\nwithout_tags = { de = ["NE"] }\n'
    assert {row["lemma"] for row in compare(tmp_path / "b", documents, without)} == {"Haus"}


def test_without_comparisons_each_group_is_compared_with_the_rest(tmp_path: Path) -> None:
    documents = [
        make_document(f"{kind}{i}", (code, text), source_type=kind)
        for kind in ("speech", "article", "news")
        for code, text in (("de", "Haus Garten. " * 5), ("zh", "友好城市合作。" * 5))
        for i in range(3)
        if not (code == "zh" and kind == "news")
    ]
    for i, document in enumerate(documents):
        document["doc_id"] += str(i)
    found = {(r["language"], r["target"], r["reference"]) for r in compare(tmp_path, documents, "")}
    assert found == {
        ("de", "source_type=article", "rest"), ("de", "source_type=news", "rest"), ("de", "source_type=speech", "rest"),
        ("zh", "source_type=article", "source_type=speech"),
    }  # fmt: skip


def test_periods_are_parts_and_undated_documents_are_in_neither(tmp_path: Path) -> None:
    documents = [
        make_document(f"{i}", ("de", "Haus " * 10), date=date)
        for i, date in enumerate(["2012-01-01", "2013-12-31", "2014-01-01", "2015-01-01", None])
    ]
    more = '[[keywords]]\nname = "since"\ntarget = { from = 2014-01-01 }\n[keyness]\nmin_documents = 1\n'
    (row,) = compare(tmp_path, documents, more)
    assert (row["words_target"], row["words_reference"]) == (20, 20)
    assert (row["comparison"], row["target"], row["reference"]) == ("since", "from 2014-01-01", "rest")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('{ city = "Keil" }', "no document has city = 'Keil'; did you mean 'Kiel'? (known: Bonn, Kiel)"),
        ('{ town = "Kiel" }', "the documents have no column 'town'"),
        ("{ from = 2030-01-01 }", "no document is in this part (from 2030-01-01); the dates go from 2014-05-01 to"),
        ('{ city = ["Kiel", "Bonn"] }', "the reference in no language"),
    ],
)
def test_a_part_without_documents_says_what_there_is(tmp_path: Path, part: str, said: str) -> None:
    documents = texts(np.random.default_rng(1), "Kiel", 2) + texts(np.random.default_rng(1), "Bonn", 2)
    with pytest.raises(StudyError) as problem:
        compare(tmp_path, documents, f"[[keywords]]\ntarget = {part}\n")
    assert said in str(problem.value)


def test_two_comparisons_have_names_of_their_own(tmp_path: Path) -> None:
    documents = texts(np.random.default_rng(1), "Kiel", 2) + texts(np.random.default_rng(1), "Bonn", 2)
    with pytest.raises(StudyError, match="two comparisons are called"):
        compare(tmp_path, documents, BY_CITY * 2)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('target = { from = "2014" }', "from and to are dates"),
        ("target = { city = 2014-01-01 }", "from and to are dates"),
        ("target = {}", "names a column"),
        ("target = { from = 2014-01-01, to = 2014-01-01 }", "begins before it ends"),
    ],
)
def test_a_part_that_cannot_be_is_said_when_the_study_is_read(tmp_path: Path, part: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        make_study(tmp_path, LEXICON, timelines=f"[[keywords]]\n{part}\n")
