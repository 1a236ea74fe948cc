"""The rooms of the report: built from the tables that are there, and from nothing else."""

from __future__ import annotations

import dataclasses

import pyarrow as pa
from lxml import html

from pipeline.export.emancipation import list_pairs
from pipeline.export.report import render_report
from pipeline.export.rooms import Rooms, make_rooms

from .test_report import HOSTILE, make_data

CHANGE = {"concept": "city_diplomacy", "language": "zh", "group": "all", "period": "2013", "date": None, "before": 1.0,
          "after": 2.0, "ratio": 2.0, "low": 1.5, "high": 2.5, "p_value": 0.01, "p_adjusted": 0.0213,
          "documents_before": 3, "documents_after": 4}  # fmt: skip
CHANGES = [CHANGE | {"kind": kind} for kind in ("first_seen", "step", "peak", "trend", "steady", "half_life")]
SPLIT = {"concept": "city_diplomacy", "language": "zh", "group": "all", "kind": "step", "period_before": "2004 to 2012",
         "period_after": "2013 to 2024", "stratum": HOSTILE, "before": 1.0, "after": 8.0, "change": 7.0, "within": 6.25,
         "mix": 0.75, "one_sided": None}  # fmt: skip
TERM = {"concept": "city_diplomacy", "language": "zh", "term": "城市外交", "period": "all", "mentions": 30,
        "mentions_nested": 2, "documents": 9, "share": 0.75}  # fmt: skip
PAIR = {"first": "city_diplomacy", "second": "peoples_diplomacy", "language": "zh", "period": "all",
        "documents_either": 40, "documents_both": 7, "document_ratio": 1.6, "document_low": 1.1, "document_high": 2.2,
        "distance": 0.42, "chance": 0.3, "p_value": 0.004}  # fmt: skip
SAID = {"concept": "city_diplomacy", "language": "zh", "conclusion": "step", "main": "2013", "holds": False, "agree": 4,
        "choices": 5, "differ": "duplicates all: none"}  # fmt: skip
TABLES = {
    "changes": pa.Table.from_pylist([*CHANGES, CHANGE | {"kind": "step", "group": "source_type=speech"}]),
    "decomposition": pa.Table.from_pylist([SPLIT, SPLIT | {"kind": "consecutive", "change": 99.0}]),
    "variants": pa.Table.from_pylist([TERM | {"term": "城外", "mentions": 10}, TERM, TERM | {"period": "2013"}]),
    "emancipation": pa.Table.from_pylist([PAIR]),
    "conclusions": pa.Table.from_pylist([SAID, SAID | {"conclusion": "steady", "holds": None, "choices": 0}]),
}


def test_each_room_shows_the_rows_it_is_for() -> None:
    rooms = make_rooms(TABLES, dict.fromkeys(list_pairs(TABLES["emancipation"]), ""))
    changes = rooms.changes["city_diplomacy"]
    assert [row["kind"] for row in changes] == ["steady", "peak", "half_life", "trend", "step"], (
        "no group, no first one"
    )
    assert [row["change"] for row in rooms.decomposition["city_diplomacy"]] == [7.0]
    assert [row["term"] for row in rooms.variants["city_diplomacy"]] == ["城市外交", "城外"]
    assert [(pair.first, pair.second, len(pair.rows)) for pair in rooms.pairs] == [
        ("city_diplomacy", "peoples_diplomacy", 1)
    ]
    assert [row["conclusion"] for row in rooms.conclusions] == ["step"], "what no choice could test is not shown"


def test_without_tables_there_is_no_room() -> None:
    assert make_rooms({}, {}) == Rooms()
    assert make_rooms({name: table.slice(0, 0) for name, table in TABLES.items()}, {}) == Rooms()
    text = render_report(make_data())
    assert not any(f'id="{name}"' in text for name in ("emancipation", "robustness"))
    assert "Where the change comes from" not in text


def test_the_page_shows_the_numbers_of_the_rooms_and_escapes_their_words() -> None:
    rooms = make_rooms(TABLES, dict.fromkeys(list_pairs(TABLES["emancipation"]), ""))
    tree = html.document_fromstring(render_report(dataclasses.replace(make_data(), rooms=rooms)))
    (section,) = tree.xpath("//section[@id='concept-city_diplomacy']")
    cells = [cell.text_content() for cell in section.xpath(".//table[contains(@class, 'changes')]//td")]
    assert {"three years running from", "0.0213", "6.25", "0.75", HOSTILE} <= set(cells)
    assert "75.0 %" in [cell.text_content() for cell in section.xpath(".//table[contains(@class, 'terms-of')]//td")]
    assert "1.1 to 2.2" in tree.xpath("//section[@id='emancipation']")[0].text_content()
    said = tree.xpath("//section[@id='robustness']")[0].text_content()
    assert "0 of 1 conclusions hold under all choices" in said
    assert "duplicates all: none" in said
    for name in ("changes", "decomposition", "variants", "emancipation", "robustness", "conclusions"):
        assert tree.xpath("//a[@href=$csv]", csv=f"{name}.csv"), name
