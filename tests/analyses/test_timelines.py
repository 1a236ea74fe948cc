"""Timelines: what is counted, what adds up, and what is not known."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from planted import Doc, documents, made_study, make_timelines, to_corpus, year

from pipeline.analyses.counts import Corpus
from pipeline.analyses.timelines import TIMELINES, timelines
from pipeline.concepts.lexicon import load_lexicon
from pipeline.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

quick = settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def row(
    rows: Sequence[dict[str, Any]], period: str, concept: str = "a", group: str = "all", language: str = "zh"
) -> Any:
    wanted = (concept, language, group, period)
    (found,) = [r for r in rows if (r["concept"], r["language"], r["group"], r["period"]) == wanted]
    return found


def test_a_row_says_what_was_counted(tmp_path: Path) -> None:
    docs = [Doc(year(2013), 400, a=3), Doc(year(2013), 600), Doc(year(2013), 1000, a=1, type="article")]
    found = row(make_timelines(tmp_path, docs), "2013")
    assert found["start"] == dt.date(2013, 1, 1)
    assert found["end"] == dt.date(2013, 12, 31)
    assert (found["documents"], found["documents_with"], found["mentions"], found["words"]) == (3, 2, 4, 2000)
    assert found["per_million"] == 2000
    assert found["document_share"] == pytest.approx(2 / 3)
    assert 0 < found["share_low"] < 2 / 3 < found["share_high"] < 1
    assert found["dispersion"] == pytest.approx((0.55 + 0.3 + 0.25) / 2 / (1 - 0.2))
    assert 0 < found["low"] < 2000 < found["high"]
    assert found["interval_note"] == "few_documents"


def test_a_period_without_words_is_a_row_and_its_rates_are_empty(tmp_path: Path) -> None:
    docs = [Doc(year(2012), 100, a=1), Doc(year(2014), 0), Doc(year(2015), 100, language="de"), Doc(year(2016), 100)]
    rows = make_timelines(tmp_path, docs)
    for period in ("2013", "2014", "2015"):
        found = row(rows, period)
        assert (found["documents"], found["mentions"], found["words"]) == (0, 0, 0)
        rates = set(TIMELINES.names[TIMELINES.names.index("per_million") :]) - {"mentions_inclusive"}
        assert {name for name in rates if found[name] is not None} == set()
    seen = row(rows, "2016")
    assert (seen["per_million"], seen["mentions"], seen["words"]) == (0, 0, 100)


def test_one_document_has_no_interval_and_no_dispersion(tmp_path: Path) -> None:
    found = row(make_timelines(tmp_path, [Doc(year(2012), 100, a=1), Doc(year(2013), 50)]), "2012")
    assert found["per_million"] == 10_000
    assert (found["low"], found["high"], found["dispersion"]) == (None, None, None)
    assert found["interval_note"] == "one_document"


def test_the_interval_without_a_mention_is_what_bursts_as_large_as_elsewhere_can_hide(tmp_path: Path) -> None:
    docs = [Doc(year(2012), 100, a=3), Doc(year(2012), 100, a=1), *[Doc(year(2013), 500)] * 20]
    found = row(make_timelines(tmp_path, docs), "2013")
    # the document of an average mention has (3 * 3 + 1 * 1) / 4 of them; 3.689 is the 97.5 % bound of a Poisson mean
    assert (found["low"], found["interval_note"]) == (0, "no_mentions")
    assert found["high"] == pytest.approx(3.6889 * 2.5 / 10_000 * 1e6, rel=1e-4)


def test_undated_documents_and_uncounted_passages_are_counted_nowhere(tmp_path: Path) -> None:
    kept = [Doc(year(2012), 100, a=1), Doc(year(2013), 300, a=2)]
    more = [Doc(None, 900, a=9), Doc(year(2012), 900, a=9, counted=False)]
    assert make_timelines(tmp_path, kept + more) == make_timelines(tmp_path, kept)


def test_a_concept_has_rows_for_the_languages_of_its_terms(tmp_path: Path) -> None:
    rows = make_timelines(tmp_path, [Doc(year(2012), 9), Doc(year(2012), 9, language="de")])
    assert {(r["concept"], r["language"]) for r in rows} == {("a", "zh"), ("a", "de"), ("b", "zh")}


def test_a_group_of_the_further_columns_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"'citty'.*did you mean 'city'"):
        make_timelines(tmp_path, [Doc(year(2012), 9)], 'group_by = ["citty"]')


@quick
@given(documents)
def test_counts_are_those_of_a_plain_sum_over_documents(tmp_path: Path, docs: list[Doc]) -> None:
    truth: Counter[tuple[str, ...]] = Counter()
    for doc in docs:
        if doc.date and doc.counted and doc.words:
            for group in ("all", f"source_type={doc.type}"):
                for concept in ("a", "b") if doc.language == "zh" else ("a",):
                    key = (concept, doc.language, group, str(doc.date.year))
                    mentions = doc.a if concept == "a" else doc.b
                    truth[*key, "documents"] += 1
                    truth[*key, "words"] += doc.words
                    truth[*key, "mentions"] += mentions
                    truth[*key, "documents_with"] += mentions > 0
    rows = make_timelines(tmp_path, docs)
    keys = [(r["concept"], r["language"], r["group"], r["period"]) for r in rows]
    assert len(set(keys)) == len(keys)
    names = ("documents", "words", "mentions", "documents_with")
    found = {(*key, name): r[name] for key, r in zip(keys, rows, strict=True) for name in names}
    assert {key: count for key, count in found.items() if count} == {key: n for key, n in truth.items() if n}


@quick
@given(documents)
def test_groups_add_up_to_all_and_months_and_quarters_to_years(tmp_path: Path, docs: list[Doc]) -> None:
    names = ("documents", "documents_with", "mentions", "words")
    by_period: list[Counter[tuple[str, ...]]] = []
    for period in ("year", "quarter", "month"):
        rows = make_timelines(tmp_path, docs, f'period = "{period}"')
        alone: Counter[tuple[str, ...]] = Counter()
        parts: Counter[tuple[str, ...]] = Counter()
        sums: Counter[tuple[str, ...]] = Counter()
        for r in rows:
            for name in names:
                key = (r["concept"], r["language"], r["period"], name)
                (alone if r["group"] == "all" else parts)[key] += r[name]
                sums[r["concept"], r["language"], r["group"], r["period"][:4], name] += r[name]
        assert +alone == +parts
        by_period.append(+sums)
    assert by_period[0] == by_period[1] == by_period[2]


@quick
@given(documents)
def test_rates_lie_in_what_can_be(tmp_path: Path, docs: list[Doc]) -> None:
    for r in make_timelines(tmp_path, docs):
        assert (r["interval_note"] == "no_mentions") == bool(r["words"] and not r["mentions"])
        if r["words"]:
            assert r["per_million"] == pytest.approx(1e6 * r["mentions"] / r["words"])
            assert 0 <= r["share_low"] <= r["document_share"] <= r["share_high"] <= 1
        if r["documents"] >= 2:
            assert 0 <= r["low"] <= r["per_million"] < r["high"]
        if r["dispersion"] is not None:
            assert -1e-9 <= r["dispersion"] <= 1 + 1e-9


def to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def test_the_same_input_gives_the_same_bytes_and_another_seed_other_intervals(tmp_path: Path) -> None:
    docs = [Doc(year(2012 + i % 3), 100 + 7 * i, a=i % 4, type=("speech", "article")[i % 2]) for i in range(30)]
    tables = []
    for seed in (1, 1, 2):
        study = made_study(tmp_path, f"seed = {seed}")
        tables.append(timelines(study, to_corpus(docs), load_lexicon(study.lexicon), lambda *_: None))
    assert to_bytes(tables[0]) == to_bytes(tables[1])
    assert tables[0].drop(["low", "high"]) == tables[2].drop(["low", "high"])
    assert tables[0]["low"] != tables[2]["low"]


def test_a_group_that_is_all_has_the_interval_of_all(tmp_path: Path) -> None:
    rows = make_timelines(tmp_path, [Doc(year(2012), 100 + i, a=i % 3) for i in range(9)])
    assert row(rows, "2012")["low"] == row(rows, "2012", group="source_type=speech")["low"]


def test_a_concept_added_to_the_lexicon_leaves_the_intervals_of_others(tmp_path: Path) -> None:
    docs = [Doc(year(2012), 100 + i, a=i % 3, b=i % 2) for i in range(9)]
    study = made_study(tmp_path)
    both = load_lexicon(study.lexicon)
    corpus = to_corpus(docs)
    alone = Corpus(**{f: getattr(corpus, f) for f in Corpus.__slots__} | {"mentions": to_corpus(only_a(docs)).mentions})
    tables = [timelines(study, corpus, both, lambda *_: None), timelines(study, corpus, both[::-1], lambda *_: None)]
    tables.append(timelines(study, alone, [c for c in both if c.id == "a"], lambda *_: None))
    first, second, third = (
        sorted((r for r in table.to_pylist()), key=lambda r: (r["concept"], r["language"], r["group"]))
        for table in tables
    )
    assert first == second
    assert [r for r in first if r["concept"] == "a"] == third


def only_a(docs: Sequence[Doc]) -> list[Doc]:
    return [dataclasses.replace(doc, b=0) for doc in docs]


def mixed(year_: int, speeches: int, articles: int) -> list[Doc]:
    """Speeches say the term 4 times in 1,000 words, articles once."""
    return [Doc(year(year_), 1000, a=4)] * speeches + [Doc(year(year_), 1000, a=1, type="article")] * articles


def test_the_adjusted_curve_is_flat_where_only_the_mix_of_strata_changes(tmp_path: Path) -> None:
    docs = [*mixed(2012, 9, 1), *mixed(2013, 5, 5), *mixed(2014, 1, 9)]
    rows = make_timelines(tmp_path, docs)
    raw = [row(rows, period)["per_million"] for period in ("2012", "2013", "2014")]
    adjusted = [row(rows, period)["adjusted_per_million"] for period in ("2012", "2013", "2014")]
    assert raw == [3700, 2500, 1300]
    assert adjusted == [pytest.approx(2500)] * 3  # half of all words are speeches: (4,000 + 1,000) / 2


def test_the_adjusted_rate_is_unknown_where_a_stratum_is_missing(tmp_path: Path) -> None:
    rows = make_timelines(tmp_path, [*mixed(2012, 2, 2), *mixed(2013, 3, 0), *mixed(2015, 2, 2)])
    adjusted = {p: row(rows, p)["adjusted_per_million"] for p in ("2012", "2013", "2014", "2015")}
    whole = pytest.approx((7 * 4000 + 4 * 1000) / 11)  # 7,000 of the 11,000 words are speeches
    assert adjusted == {"2012": whole, "2013": None, "2014": None, "2015": whole}
    assert row(rows, "2013", group="source_type=speech")["adjusted_per_million"] == pytest.approx(4000)


def test_an_empty_corpus_has_no_rows(tmp_path: Path) -> None:
    assert make_timelines(tmp_path, []) == []
    rows = make_timelines(tmp_path, [], "years = [2012, 2013]")
    assert {r["words"] for r in rows} == {0}
    assert {r["per_million"] for r in rows} == {None}


def test_own_periods_are_rows_in_order(tmp_path: Path) -> None:
    docs = [Doc(dt.date(2012, 5, 1), 10, a=1), Doc(dt.date(2013, 5, 1), 10, a=1), Doc(dt.date(2015, 5, 1), 10, a=1)]
    rows = make_timelines(tmp_path, docs, "period = [[2014-01-01, 2016-01-01], [2012-01-01, 2013-05-01]]")
    mine = [r for r in rows if r["concept"] == "a" and r["group"] == "all" and r["language"] == "zh"]
    assert [(r["period"], r["start"], r["end"], r["mentions"]) for r in mine] == [
        ("2012-01-01/2013-04-30", dt.date(2012, 1, 1), dt.date(2013, 4, 30), 1),
        ("2014-01-01/2015-12-31", dt.date(2014, 1, 1), dt.date(2015, 12, 31), 1),
    ]
