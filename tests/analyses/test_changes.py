"""First seen: the first dated document, by language and group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from planted import Doc, documents, made_study, to_corpus, year

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
    rows = {(r["concept"], r["group"]): r for r in make_changes(tmp_path, docs)}
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


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_first_seen_is_the_least_date_among_documents_with_a_mention(tmp_path: Path, docs: list[Doc]) -> None:
    truth: dict[tuple[str, str, str], dt.date] = {}
    for doc in docs:
        for concept, number in (("a", doc.a), ("b", doc.b if doc.language == "zh" else 0)):
            if doc.date and number and doc.counted:
                for group in ("all", f"source_type={doc.type}"):
                    key = (concept, doc.language, group)
                    truth[key] = min(truth.get(key, doc.date), doc.date)
    assert {(r["concept"], r["language"], r["group"]): r["date"] for r in make_changes(tmp_path, docs)} == truth
