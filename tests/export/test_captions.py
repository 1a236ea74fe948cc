"""Captions say what a figure rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from made import TWO_CONCEPTS, make_study

from pipeline.analyses.composition import COMPOSITION
from pipeline.export.captions import write_caption
from pipeline.export.stages import TABLES_FOLDER, caption
from pipeline.store.tables import write_tables

if TYPE_CHECKING:
    from pathlib import Path

FULL: dict[str, Any] = {
    "title": "City diplomacy.",
    "documents": {"zh": 1234, "de": 422},
    "years": (2004, 2024),
    "undated": 3,
    "kinds": ["body", "heading"],
    "duplicates": "first",
    "draws": 1000,
    "seed": 1,
    "note": " The demo corpus was written for this project. ",
}


def test_a_caption_names_corpus_span_rule_interval_and_ends_with_the_note() -> None:
    assert write_caption(**FULL) == (
        "City diplomacy. 1,656 documents (Chinese 1,234, German 422), 2004 to 2024; 3 without a date are in no period. "
        "Mentions per million words of body text and headings, duplicates counted once. "
        "Band: 95 % interval of a bootstrap over documents (1,000 draws, seed 1). "
        "The demo corpus was written for this project."
    )


def test_what_there_is_none_of_is_not_said() -> None:
    caption = write_caption(
        **{
            **FULL,
            "documents": {"zh": 1},
            "years": None,
            "undated": 1,
            "kinds": ["body"],
            "duplicates": "all",
            "note": "",
        }
    )
    assert caption.startswith("City diplomacy. 1 document; 1 without a date is in no period. ")
    assert "of body text, duplicates included." in caption
    assert caption.endswith("seed 1).")


def test_one_year_is_one_year() -> None:
    assert ", 2014;" in write_caption(**{**FULL, "years": (2014, 2014)})


def test_documents_of_other_languages_are_neither_counted_nor_undated_nor_in_the_span(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS)
    study.export_folder.mkdir(parents=True)
    none = dict.fromkeys(("passages", "words", "characters", "duplicates", "rejected"), 0)
    rows = [
        {"language": code, "source_type": "speech", "year": year, "documents": number, "undated": 0 if year else number}
        for code, year, number in (("zh", 2014, 5), ("de", 2016, 4), ("de", None, 1), ("fr", 1990, 7), ("fr", None, 30))
    ]
    table = pa.Table.from_pylist([none | row for row in rows], COMPOSITION)
    write_tables(study.export_folder / TABLES_FOLDER, {"corpus": table})
    said = "Made. 10 documents (Chinese 5, German 5), 2014 to 2016; 1 without a date is in no period. "
    assert caption(study, []).startswith(said)
