"""The lines in the page: those of a point are as many as its mentions, and nothing in them is more than text."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.export.kwic import OUTSIDE, UNDATED
from pipeline.export.lines import Lines, pack_lines

from .synthetic import CONCEPTS, make_concordance, make_timelines

PAIRS = [(concept, language) for concept in CONCEPTS for language in ("zh", "de")]


def unpack(lines: Lines, pair: tuple[str, str]) -> tuple[dict[str, Any], list[list[Any]]]:
    (block,) = [block for block in lines.blocks if (block.concept, block.language) == pair]
    return json.loads(block.json), json.loads(lines.documents)["documents"]


def test_each_point_has_as_many_lines_as_mentions_and_undated_ones_stand_apart() -> None:
    timelines = make_timelines(groups=("source_type=speech",))
    lines = pack_lines(make_concordance(timelines, undated=3), timelines, PAIRS, {}, seed=1)
    assert json.loads(lines.documents)["note"] == ""
    assert json.loads(lines.documents)["groups"] == ["source_type=speech"]
    checked = 0
    for row in timelines.to_pylist():
        block, documents = unpack(lines, (row["concept"], row["language"]))
        names = [name for name, _, _ in block["periods"]]
        place = names.index(row["period"])
        in_group = [0] if row["group"] != "all" else []
        found = [one for one in block["lines"] if one[1] == place and set(in_group) <= set(documents[one[0]][6])]
        assert len(found) == row["mentions"]
        said = block["periods"][place]
        assert (said[2].get("0", 0) if in_group else said[1]) == row["mentions"]
        assert all(documents[one[0]][2][:4] == row["period"] for one in found)
        checked += row["mentions"]
    assert checked > 200
    block, documents = unpack(lines, PAIRS[0])
    assert [name for name, _, _ in block["periods"]][-2:] == [OUTSIDE, UNDATED]
    assert block["periods"][-1][1:] == [3, {"0": 3}]
    assert [documents[one[0]][2] for one in block["lines"] if one[1] == len(block["periods"]) - 1] == ["", "", ""]


def test_of_too_many_lines_each_point_keeps_some_drawn_by_the_seed() -> None:
    timelines = make_timelines(rate=800)
    concordance = make_concordance(timelines)
    first, again, other = (pack_lines(concordance, timelines, PAIRS, {}, seed=seed, limit=1000) for seed in (1, 1, 2))
    assert concordance.num_rows > 2000
    assert 900 < first.shown <= 1000
    assert first.found == concordance.num_rows
    assert "seed 1" in json.loads(first.documents)["note"]
    assert first == again
    assert first.blocks != other.blocks
    ceiling = 0
    for pair in PAIRS:
        block, _ = unpack(first, pair)
        kept = [sum(one[1] == place for one in block["lines"]) for place in range(len(block["periods"]))]
        ceiling = max([ceiling, *kept])
        assert all(bool(k) == bool(mentions) for k, (_, mentions, _) in zip(kept, block["periods"], strict=True))
    for pair in PAIRS:
        block, _ = unpack(first, pair)
        kept = [sum(one[1] == place for one in block["lines"]) for place in range(len(block["periods"]))]
        assert kept == [min(mentions, ceiling) for _, mentions, _ in block["periods"]]


def test_a_sample_of_the_study_is_said_to_be_one() -> None:
    timelines = make_timelines()
    lines = pack_lines(make_concordance(timelines, undated=0).slice(0, 50), timelines, PAIRS, {}, seed=1)
    assert lines.shown == 50 < lines.found
    assert json.loads(lines.documents)["note"] == "the study asks for a sample"


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_comes_back_and_none_ends_the_script(left: str, title: str) -> None:
    timelines = make_timelines(concepts=["city_diplomacy"], languages=("zh",), groups=())
    table = make_concordance(timelines).slice(0, 2)
    for name, value in {"left": left + "</script><!--", "title": title + "\u2028<script>"}.items():
        table = table.set_column(table.column_names.index(name), name, pa.array([value, value], pa.string()))
    lines = pack_lines(table, timelines, [("city_diplomacy", "zh")], {}, seed=1)
    for text in (lines.blocks[0].json, lines.documents):
        assert not set(text) & set("<>&\u2028\u2029")
    block, documents = unpack(lines, ("city_diplomacy", "zh"))
    assert block["lines"][0][3] == left + "</script><!--"
    assert documents[0][1] == title + "\u2028<script>"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " data:text/html,x", "//x.example"])
def test_only_web_addresses_are_given_to_the_script_as_links(url: str) -> None:
    timelines = make_timelines()
    table = make_concordance(timelines)
    at = table.column_names.index("url")
    table = table.set_column(at, "url", pa.array([url] * table.num_rows, pa.string()))
    documents = json.loads(pack_lines(table, timelines, PAIRS, {}, seed=1).documents)["documents"]
    assert {document[3] for document in documents} == {""}
