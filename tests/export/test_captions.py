"""Captions say what a figure rests on."""

from __future__ import annotations

from typing import Any

from pipeline.export.captions import write_caption

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
