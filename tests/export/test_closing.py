"""What a command says at its end: whole sentences, one column, and not more paths than one reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from made import TWO_CONCEPTS, make_study

from pipeline.export.closing import closing_json, closing_lines
from pipeline.export.flags import FLAGS
from pipeline.export.stages import FIGURES
from pipeline.stages import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CORPUS: dict[str, Any] = {
    "documents": 1, "languages": {"de": 1}, "passages": 1, "characters": 1234, "files_read": 1, "undated": 1,
    "copies": 1, "rejects": {"empty": 1}, "flags": {"no_date": 1},
}  # fmt: skip


def outcomes(folder: Path, names: tuple[str, ...]) -> list[Outcome]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    tops = tuple(folder / top for top in dict.fromkeys(name.split("/")[0] for name in names))
    return [
        Outcome("corpus", "never made", 1.0, CORPUS, (folder / "a.csv",)),
        Outcome("bibliography", None, 0.0, {}, tops),
        Outcome("topic_pairs", "code changed", 123.4, {}, tops),
    ]


def test_one_is_said_otherwise_than_many_and_times_stand_in_one_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = make_study(tmp_path, TWO_CONCEPTS)
    assert closing_lines(study, outcomes(tmp_path / "exports" / "made", ("a.csv", "b.csv"))) == [
        "corpus      made in   1.0 s (never made)",
        "topic_pairs made in 123.4 s (code changed)",
        "1 document (1 de), 1 passage, 1,234 characters; 1 file read in the last build",
        "no document is mostly in zh, which the study counts",
        "1 document has no date and is in no period",
        "1 document is a copy of another and is not counted (see copies.csv)",
        "1 item could not be used (1 empty): see corpora/made/rejects.csv",
        f"doubtful: 1 no_date ({FLAGS['no_date']})",
        "exports/made/a.csv",
        "exports/made/b.csv",
    ]


def test_many_results_are_counted_and_named_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = make_study(tmp_path, TWO_CONCEPTS)
    pictures = [f"{stem}.{kind}" for stem in (FIGURES, "figures/one", "topic_pairs") for kind in ("pdf", "svg", "csv")]
    names = ("a.csv", "b.parquet", "c.xlsx", "paper/d.xlsx", ".hidden", *pictures, "e.txt", "f.txt", "report.html")
    made = outcomes(tmp_path / "exports" / "made", names)
    assert closing_lines(study, made)[-2:] == [
        "exports/made: 2 tables, 2 workbooks, 3 figures (--verbose names them)",
        "exports/made/report.html",
    ]
    tops = [f"exports/made/{name}" for name in dict.fromkeys(name.split("/")[0] for name in names) if name[0] != "."]
    assert closing_lines(study, made, verbose=True)[-len(tops) :] == tops
    assert closing_json("report", study, made)["stages"]["topic_pairs"]["outputs"] == tops


def test_translations_are_said_with_what_made_no_pair(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS)
    left = {"values_in_one_language": 1_000, "values_ambiguous": 2}
    tied = {"pairs": 3, "found_from_zh": 1.0, "found_from_de": 2 / 3, **left}
    made = outcomes(tmp_path, ("a.csv",))
    made[2] = Outcome("topic_pairs", None, 0.0, {"translations": tied}, made[2].paths)
    assert (
        "3 texts have their translation in the corpus, the nearest of all for 100% from Chinese, 67% from German; "
        "of further values 1,000 are in one language only, 2 have several texts of one"
    ) in closing_lines(study, made)
    made[2] = Outcome("topic_pairs", None, 0.0, {"translations": {**dict.fromkeys(left, 0), "pairs": 1}}, made[2].paths)
    assert "1 text has its translation in the corpus; of further values 0 are" in "\n".join(closing_lines(study, made))
