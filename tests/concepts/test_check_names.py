"""What a study names and is not there, or is there and says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made import TWO_CONCEPTS, build, make_document, make_study

from pipeline.concepts.check_names import check_concepts, risks_of_names
from pipeline.concepts.lexicon import load_lexicon
from pipeline.errors import StudyError
from pipeline.store.corpus import DOCUMENTS_FILE
from pipeline.study import Study, load_study

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = "author, city, language, {}, publisher, source_id, source_type"
NOWHERE = "neither the study nor a metadata file has a column"


def named(folder: Path, timelines: str = "", sources: str = "") -> Study:
    """A study whose texts have a sidecar with a column of its own."""
    study = make_study(folder, TWO_CONCEPTS, timelines=timelines)
    (folder / "texts" / "metadata.csv").write_text("file,province\na.txt,四川\nb.txt,江苏\n", encoding="utf-8")
    text = study.path.read_text("utf-8").replace(
        'path = "texts"', f'path = "texts"\nmetadata = "metadata.csv"{sources}'
    )
    study.path.write_text(text, encoding="utf-8")
    return load_study(study.path, folder)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "group_by = ['provnce']",
            f"[timelines] group_by: {NOWHERE} 'provnce'; did you mean 'province'? (known: {KNOWN.format('province')})",
        ),
        (
            "adjust = ['party']",
            "[timelines] adjust: neither the study nor a metadata file has a column 'party'; known: ",
        ),
        (
            "group_by = ['source_type']",
            "[timelines] group_by: 'source_type' is 'speech' everywhere: there is nothing to group by it",
        ),
        (
            "[encoder]\ntranslations = 'provnce'",
            f"[encoder] translations: {NOWHERE} 'provnce'; did you mean 'province'? (known: ",
        ),
        ("[encoder]\ntranslations = 'ulr'", f"[encoder] translations: {NOWHERE} 'ulr'; did you mean 'url'? (known: "),
        ("[encoder]\ntranslations = 'flags'", "[encoder] translations: 'flags' holds lists; name a column that "),
    ],
)
def test_before_the_build_columns_are_those_of_the_study_and_its_sidecars(tmp_path: Path, key: str, said: str) -> None:
    study = named(tmp_path, key)
    (risk,) = risks_of_names(study)
    assert risk.startswith(f"{study.path}: {said}")


@pytest.mark.parametrize(
    "key",
    [
        "", "group_by = ['province', 'city']", "group_by = []", "adjust = ['province']",
        "[encoder]\ntranslations = 'province'", "[encoder]\ntranslations = 'url'",
    ],
)  # fmt: skip
def test_a_column_that_may_make_groups_is_no_risk_nor_is_one_that_the_study_does_not_name(
    tmp_path: Path, key: str
) -> None:
    assert list(risks_of_names(named(tmp_path, key))) == []


def test_after_the_build_values_are_counted(tmp_path: Path) -> None:
    study = named(tmp_path, "group_by = ['party', 'city', 'author', 'publisher']")
    build(study, [make_document(f"{i}", ("de", "Text."), author=f"A. {i}", city="Köln") for i in range(21)])
    path = study.corpus_folder / DOCUMENTS_FILE
    table = pq.read_table(path)
    pq.write_table(table.append_column("party", pa.array([None, *"AB" * 10])), path)
    said = list(risks_of_names(study))
    assert [risk.partition("group_by: ")[2] for risk in said] == [
        "'city' is 'Köln' everywhere: there is nothing to group by it",
        "'author' has 21 values, and each is a group with curves of its own",
        "'publisher' is empty: there is nothing to group by it",
    ]
    wrong = named(tmp_path, "group_by = ['partei']")
    assert [risk.partition("group_by: ")[2] for risk in risks_of_names(wrong)] == [
        (
            "no document has a column 'partei'; did you mean 'party'? "
            "(known: author, city, language, party, province, publisher, source_id, source_type)"
        )
    ]
    assert (
        list(risks_of_names(named(tmp_path, "group_by = ['province']"))) == []
    )  # of a sidecar that the next build reads
    (risk,) = risks_of_names(named(tmp_path, "[encoder]\ntranslations = 'partei'"))
    assert "[encoder] translations: no document has a column 'partei'; did you mean 'party'? " in risk
    assert list(risks_of_names(named(tmp_path, "[encoder]\ntranslations = 'party'"))) == []


@pytest.mark.parametrize(
    ("periods", "days"),
    [
        ("[[2004-01-01, 2012-12-31], [2013-01-01, 2024-12-31]]", ["2012-12-31", "2024-12-31"]),
        ("[['a', 2004-03-05, 2012-11-14], ['b', 2012-11-15, 2017-10-18]]", ["2012-11-14"]),
        ("[[2004-01-01, 2013-01-01], [2013-01-01, 2025-01-01]]", []),
        ("[['before', 2004-03-05, 2012-11-15], [2014-05-01, 2017-10-18]]", []),
        ("[[2000-01-01, 9999-12-31]]", []),
    ],
)
def test_a_period_that_ends_a_day_early_is_said(tmp_path: Path, periods: str, days: list[str]) -> None:
    said = list(risks_of_names(named(tmp_path, f"period = {periods}")))
    assert [f"ends before {day}, and so {day} is not in it" in risk for day, risk in zip(days, said, strict=True)] == [
        True
    ] * len(days)


def test_a_concept_that_the_lexicon_has_not_is_a_mistake(tmp_path: Path) -> None:
    study = named(tmp_path)
    concepts = load_lexicon(study.lexicon)
    check_concepts(study, concepts)
    for more, place in (
        ('[paper]\nconcepts = ["ctiy"]\n', "[paper] concepts"),
        ('[emancipation]\npairs = [["ctiy", "people"]]\n', "[emancipation] pairs"),
    ):
        wrong = tmp_path / "wrong.toml"
        wrong.write_text(study.path.read_text("utf-8") + more, encoding="utf-8")
        with pytest.raises(StudyError) as caught:
            check_concepts(load_study(wrong, tmp_path), concepts)
        said = "the lexicon has no concept 'ctiy'; did you mean 'city'? (known: city, people)"
        assert str(caught.value) == f"{wrong}: {place}: {said}"
