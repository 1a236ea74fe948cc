"""First seen, steady use, peak, half-life, trend and steps, by language and group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from planted import Doc, documents, made_study, to_corpus, year
from scipy.stats import kendalltau, theilslopes

from pipeline.analyses.changes import CHANGES, changes
from pipeline.concepts.lexicon import load_lexicon

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


def make_changes(folder: Path, docs: list[Doc], timelines: str = "") -> list[dict[str, Any]]:
    study = made_study(folder, timelines)
    table = changes(study, to_corpus(docs), load_lexicon(study.lexicon))
    assert table.schema == CHANGES
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def test_the_first_document_with_a_mention_is_found_and_what_lies_before_it_counted(tmp_path: Path) -> None:
    docs = [
        Doc(None, 50, a=5),
        Doc(year(2015), 50, a=1),
        Doc(year(2012), 50, type="article"),
        Doc(year(2013), 50, a=2, type="article"),
        Doc(year(2013), 50, a=9, type="article"),
        Doc(year(2011), 0),
    ]
    rows = {(r["concept"], r["group"]): r for r in make_changes(tmp_path, docs) if r["kind"] == "first_seen"}
    assert set(rows) == {("a", "all"), ("a", "source_type=article"), ("a", "source_type=speech")}
    first = rows["a", "all"]
    assert (first["kind"], first["language"], first["period"], first["date"]) == (
        "first_seen",
        "zh",
        "2013",
        year(2013),
    )
    assert first["doc_id"] == "texts/003"
    assert (first["documents_before"], first["documents_after"]) == (1, 3)
    assert rows["a", "source_type=speech"]["doc_id"] == "texts/001"
    assert rows["a", "source_type=speech"]["documents_before"] == 0


def test_what_is_first_seen_outside_the_study_s_years_has_no_period(tmp_path: Path) -> None:
    (first, *_) = make_changes(tmp_path, [Doc(year(2012), 50, a=1)], "years = [2014, 2015]")
    assert (first["period"], first["date"]) == (None, year(2012))


def test_what_is_never_seen_has_no_row(tmp_path: Path) -> None:
    assert (
        make_changes(tmp_path, [Doc(year(2012), 50), Doc(None, 50, a=1), Doc(year(2012), 5, a=1, counted=False)]) == []
    )
    assert make_changes(tmp_path, []) == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_first_seen_is_the_least_date_among_documents_with_a_mention(tmp_path: Path, docs: list[Doc]) -> None:
    truth: dict[tuple[str, str, str], dt.date] = {}
    for doc in docs:
        for concept, number in (("a", doc.a), ("b", doc.b if doc.language == "zh" else 0)):
            if doc.date and number and doc.counted:
                for group in ("all", f"source_type={doc.type}"):
                    key = (concept, doc.language, group)
                    truth[key] = min(truth.get(key, doc.date), doc.date)
    rows = [r for r in make_changes(tmp_path, docs) if r["kind"] == "first_seen"]
    assert {(r["concept"], r["language"], r["group"]): r["date"] for r in rows} == truth


def of_kind(rows: list[dict[str, Any]], kind: str, group: str = "all") -> list[dict[str, Any]]:
    return [r for r in rows if (r["kind"], r["group"], r["concept"], r["language"]) == (kind, group, "a", "zh")]


def stepping(seed: int = 1, before: float = 0.3, after: float = 1.2) -> list[Doc]:
    """Ten years of 40 documents; from 2015 on the concept is four times as frequent."""
    rng = np.random.default_rng(seed)
    rates = {y: before if y < 2015 else after for y in range(2010, 2020)}
    return [Doc(year(y), int(rng.integers(300, 900)), a=int(rng.poisson(rates[y]))) for y in rates for _ in range(40)]


def test_a_planted_step_is_found_with_its_rates_ratio_and_documents(tmp_path: Path) -> None:
    docs = stepping()
    rows = make_changes(tmp_path, docs)
    (step,) = of_kind(rows, "step")
    assert (step["period"], step["documents_before"], step["documents_after"]) == ("2015", 200, 200)
    early, late = docs[:200], docs[200:]
    before, after = (1e6 * sum(d.a for d in part) / sum(d.words for d in part) for part in (early, late))
    assert (step["before"], step["after"]) == (pytest.approx(before), pytest.approx(after))
    assert step["ratio"] == pytest.approx(after / before)
    assert 1 < step["low"] < 4 < step["high"]
    assert step["p_value"] == 1 / 2000 == step["p_adjusted"]
    assert step == of_kind(rows, "step", "source_type=speech")[0] | {"group": "all"}


def test_a_trend_has_its_ratio_and_its_tests(tmp_path: Path) -> None:
    docs = stepping()
    (trend,) = of_kind(make_changes(tmp_path, docs), "trend")
    by_year = [docs[i : i + 40] for i in range(0, 400, 40)]
    rates = [1e6 * sum(d.a for d in part) / sum(d.words for d in part) for part in by_year]
    assert 1.1 < trend["low"] < trend["ratio"] < trend["high"] < 1.5
    assert trend["after"] / trend["before"] == pytest.approx(trend["ratio"] ** 9, rel=0.01)
    assert (trend["documents_before"], trend["documents_after"]) == (40, 40)
    assert trend["p_value"] == 1 / 2000
    assert trend["kendall_tau"] == pytest.approx(kendalltau(range(10), rates).statistic)
    assert 0 < trend["kendall_p"] < 1
    assert trend["sen_slope"] == pytest.approx(theilslopes(rates).slope, rel=0.01)


def test_one_loud_document_makes_no_step_and_hides_none(tmp_path: Path) -> None:
    flat = stepping(before=0.5, after=0.5)
    flat[310] = Doc(flat[310].date, 500, a=300)
    assert of_kind(make_changes(tmp_path, flat), "step") == []
    loud = stepping()
    loud[20] = Doc(loud[20].date, 500, a=300)
    (step,) = of_kind(make_changes(tmp_path, loud), "step")
    assert (step["period"], step["direction"]) == ("2015", "up")
    assert step["low"] < step["ratio"] < 1 < step["high"]  # of the full counts


def test_with_too_little_there_is_no_step_and_an_empty_trend(tmp_path: Path) -> None:
    four_years = [doc for doc in stepping() if doc.date and doc.date.year > 2015]
    four_documents = [Doc(year(2010 + i), 500, a=9 * (i >= 6)) for i in range(10)]
    on_one_day = [Doc(year(2015), 100, a=i % 2) for i in range(500)]
    for docs in (four_years, four_documents, on_one_day):
        rows = make_changes(tmp_path, docs)
        assert of_kind(rows, "step") == []
        (trend,) = of_kind(rows, "trend")
        assert {value for name, value in trend.items() if name not in {"concept", "language", "group", "kind"}} == {
            None
        }


def test_periods_without_words_are_passed_over(tmp_path: Path) -> None:
    docs = [doc for doc in stepping() if doc.date and doc.date.year not in {2013, 2015}]
    (step,) = of_kind(make_changes(tmp_path, docs), "step")
    assert step["period"] == "2016"


def test_the_same_input_gives_the_same_p_values(tmp_path: Path) -> None:
    docs = stepping(before=0.3, after=0.4)
    assert make_changes(tmp_path, docs) == make_changes(tmp_path, docs)


def test_steady_use_is_the_first_of_three_years_running(tmp_path: Path) -> None:
    docs = [Doc(year(y), 50, a=y in {2010, 2011, 2013, 2014, 2015}) for y in range(2009, 2017)]
    (steady,) = of_kind(make_changes(tmp_path, docs), "steady")
    assert (steady["period"], steady["date"], steady["documents_before"]) == ("2013", year(2013), 4)
    assert of_kind(make_changes(tmp_path, docs[:6]), "steady") == []


def test_the_peak_is_no_period_of_few_documents_and_half_of_it_is_gone_later(tmp_path: Path) -> None:
    rates = {2010: (20, 5), 2011: (20, 12), 2012: (4, 4), 2013: (20, 8), 2014: (9, 0), 2015: (20, 6)}
    docs = [Doc(year(y), 100, a=i < hits) for y, (number, hits) in rates.items() for i in range(number)]
    rows = make_changes(tmp_path, docs)
    (peak,), (half,) = of_kind(rows, "peak"), of_kind(rows, "half_life")
    assert (peak["period"], peak["after"], peak["documents_after"]) == ("2011", 6000, 20)
    assert peak["low"] < 6000 < peak["high"]
    assert (half["period"], half["before"], half["after"], half["ratio"]) == ("2015", 6000, 3000, 0.5)
