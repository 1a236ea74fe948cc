"""Kitagawa's components against a published example, and what adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from planted import Doc, documents, made_study, to_corpus, year

from pipeline.analyses.changes import CHANGES
from pipeline.analyses.decomposition import DECOMPOSITION, decomposition, kitagawa
from pipeline.concepts.lexicon import load_lexicon

if TYPE_CHECKING:
    from pathlib import Path

# Das Gupta 1993, Standardization and decomposition of rates: a user's manual, U.S. Bureau of the Census P23-186,
# example 5.3: population in thousands and deaths per thousand, by race and age, of the United States 1985 and 1970
SIZE_1985 = np.array([
    3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472,
    707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236,
])  # fmt: skip
SIZE_1970 = np.array([
    2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315,
    535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117,
])  # fmt: skip
RATE_1985 = np.array([
    9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570,
    17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161,
])  # fmt: skip
RATE_1970 = np.array([
    18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837,
    36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205,
])  # fmt: skip


def test_the_components_are_those_of_das_gupta_s_example() -> None:
    # R package DasGuptR 2.1.0, dgnpop on its data dgeg5_3, as its own tests have it: standardised by the rates 10.258
    # and 8.030, by age 8.385 and 9.907, by race 9.136 and 9.156; age and race together are the mix of the 22 strata
    parts = kitagawa(RATE_1970 * SIZE_1970, SIZE_1970, RATE_1985 * SIZE_1985, SIZE_1985)
    assert parts.within.sum() == pytest.approx(8.030 - 10.258, abs=0.001)
    assert parts.mix.sum() == pytest.approx(9.907 - 8.385 + 9.156 - 9.136, abs=0.002)
    assert not parts.one_sided.any()


counts = arrays.arrays(np.int64, (4, 3), elements=st.integers(0, 1000))


@given(counts)
def test_the_components_add_up_to_the_change(table: np.ndarray) -> None:
    words_before, words_after = table[0] + 0, table[1] + 0
    words_before[0] += 1
    words_after[2] += 1
    hits_before, hits_after = np.minimum(table[2], words_before), np.minimum(table[3], words_after)
    parts = kitagawa(hits_before, words_before, hits_after, words_after)
    change = hits_after.sum() / words_after.sum() - hits_before.sum() / words_before.sum()
    assert sum(part.sum() for part in parts) == pytest.approx(change, abs=1e-12)
    missing = (words_before == 0) | (words_after == 0)
    assert not parts.within[missing].any()
    assert not parts.mix[missing].any()
    assert not parts.one_sided[~missing].any()


def decompose(folder: Path, docs: list[Doc], steps: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    import pyarrow as pa

    study = made_study(folder)
    table = decomposition(
        study, to_corpus(docs), load_lexicon(study.lexicon), pa.Table.from_pylist(steps or [], CHANGES)
    )
    assert table.schema == DECOMPOSITION
    return [r for r in table.to_pylist() if (r["concept"], r["language"]) == ("a", "zh")]


def mixed(number: int, speeches: int, articles: int) -> list[Doc]:
    """Speeches say the term 4 times in 1,000 words, articles once."""
    return [Doc(year(number), 1000, a=4)] * speeches + [Doc(year(number), 1000, a=1, type="article")] * articles


def test_a_change_of_the_mix_alone_is_all_mix(tmp_path: Path) -> None:
    rows = decompose(tmp_path, [*mixed(2012, 9, 1), *mixed(2014, 1, 9)])
    (whole,) = [r for r in rows if r["stratum"] == "all" and r["kind"] == "whole"]
    assert (whole["period_before"], whole["period_after"]) == ("2012", "2014")
    assert (whole["before"], whole["after"], whole["change"]) == (3700, 1300, pytest.approx(-2400))
    assert (whole["within"], whole["mix"]) == (pytest.approx(0), pytest.approx(-2400))
    parts = {r["stratum"]: r["mix"] for r in rows if r["stratum"] != "all" and r["kind"] == "whole"}
    speeches, articles = pytest.approx(-0.8 * 4000), pytest.approx(0.8 * 1000)
    assert parts == {"source_type=speech": speeches, "source_type=article": articles}
    assert {r["group"] for r in rows} == {"all"}


def test_a_stratum_that_is_missing_is_said_and_not_filled_in(tmp_path: Path) -> None:
    rows = decompose(tmp_path, [*mixed(2012, 2, 2), *mixed(2013, 3, 0)])
    missing = [r for r in rows if r["missing"]]
    assert {(r["stratum"], r["missing"], r["within"], r["mix"]) for r in missing} == {
        ("source_type=article", "after", None, None)
    }
    assert [r["one_sided"] for r in missing] == [pytest.approx(-500)] * 2
    assert [r["one_sided"] for r in rows if r["stratum"] == "all"] == [pytest.approx(-500)] * 2


def test_a_step_is_decomposed_between_what_lies_before_and_after_it(tmp_path: Path) -> None:
    docs = [*mixed(2012, 3, 1), *mixed(2013, 1, 3), *mixed(2014, 1, 9), *mixed(2015, 2, 8)]
    step = {"concept": "a", "language": "zh", "group": "all", "kind": "step", "period": "2014"}
    rows = [r for r in decompose(tmp_path, docs, [step]) if r["kind"] == "step"]
    assert {(r["period_before"], r["period_after"]) for r in rows} == {("2012 to 2013", "2014 to 2015")}
    (whole,) = [r for r in rows if r["stratum"] == "all"]
    assert (whole["before"], whole["after"]) == (pytest.approx(2500), pytest.approx(1450))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_the_rows_of_strata_add_up_to_the_row_of_all_and_that_to_the_change(tmp_path: Path, docs: list[Doc]) -> None:
    rows = decompose(tmp_path, docs)
    for whole in rows:
        if whole["stratum"] == "all":
            key = ("kind", "period_before", "period_after")
            strata = [r for r in rows if r["stratum"] != "all" and all(r[k] == whole[k] for k in key)]
            assert whole["change"] == pytest.approx(whole["after"] - whole["before"], abs=1e-6)
            assert whole["within"] + whole["mix"] + whole["one_sided"] == pytest.approx(whole["change"], abs=1e-6)
            for name in ("change", "within", "mix", "one_sided"):
                assert sum(r[name] or 0 for r in strata) == pytest.approx(whole[name], abs=1e-6)
