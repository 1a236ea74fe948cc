"""Damaged files of all formats: they are read, or refused with a known reason, and never anything else."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages import zipped
from samples import FILES, PACKAGES

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_documents
from pipeline.records import KINDS, REASONS

if TYPE_CHECKING:
    from pathlib import Path


def check(data: bytes, name: str) -> None:
    documents = read_documents(data, name)
    assert documents
    for key, outcome in documents:
        assert isinstance(key, str)
        if isinstance(outcome, Unreadable):
            assert outcome.reason in REASONS
            continue
        assert outcome.blocks
        for block in outcome.blocks:
            assert block.kind in KINDS
            assert block.text.strip()
            assert "\n" not in block.text
            assert unicodedata.is_normalized("NFC", block.text)


@pytest.mark.parametrize("name", FILES)
def test_the_intact_files_are_read(name: str) -> None:
    check(FILES[name], name)
    assert not any(isinstance(outcome, Unreadable) for _, outcome in read_documents(FILES[name], name))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)), min_size=1, max_size=10),
)
def test_damaged_files_end_as_blocks_or_as_a_known_reason(name: str, damage: list[tuple[float, bytes, int]]) -> None:
    data = FILES[name]
    for place, put, dropped in damage:
        at = int(place * len(data))
        data = data[:at] + put + data[at + dropped :]
    check(data, name)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(set(PACKAGES) - {"a.zip"})),
    st.integers(0, 20),
    st.floats(0, 1),
    st.text(max_size=12),
    st.integers(0, 12),
)
def test_damaged_parts_of_a_sound_archive_do_too(name: str, which: int, place: float, put: str, dropped: int) -> None:
    with zipfile.ZipFile(io.BytesIO(PACKAGES[name])) as file:
        parts: dict[str, bytes | str] = {part: file.read(part) for part in file.namelist()}
    part = sorted(parts)[which % len(parts)]
    content = bytes(parts[part])  # type: ignore[arg-type]
    at = int(place * len(content))
    parts[part] = content[:at] + put.encode("utf-8", "surrogatepass") + content[at + dropped :]
    check(zipped(parts), name)


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(sorted(FILES)), st.booleans())
def test_any_bytes_under_any_name_do_too(data: bytes, name: str, with_start: bool) -> None:  # noqa: FBT001
    check(FILES[name][:20] + data if with_start else data, name)


@settings(max_examples=200)
@given(st.text(alphabet=r"{}\'*;abcdefnotsuprw0123456789 -?é城", max_size=120))
def test_any_rtf_does_too(body: str) -> None:
    check(rb"{\rtf1\ansicpg1252 " + body.encode(), "a.rtf")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.just("https://schema.oparl.org/1.1/Paper"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "date", "mainFile", "auxiliaryFile", "text", "data", "id", "deleted"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(json_values)
def test_any_json_does_too(content: object) -> None:
    check(json.dumps(content).encode(), "a.json")


@pytest.mark.shared
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_real_files_do_too(shared: Path, data: st.DataObject) -> None:
    paths = [
        *sorted((shared / "raw" / "parliament_tei").glob("*.xml"))[:2],
        *sorted((shared / "raw" / "parliament_xml").glob("*.xml"))[:1],
        *sorted((shared / "raw" / "city_council_json").glob("*.json"))[:5],
    ]
    path = data.draw(st.sampled_from(paths), label="path")
    content = path.read_bytes()
    at = int(data.draw(st.floats(0, 1), label="at") * len(content))
    put = data.draw(st.sampled_from([b"", b"<", b"&", b">", b'"', b"</p>", b"<p>", b"\x00", b"\xff", b"&a;", b"]"]))
    dropped = data.draw(st.sampled_from([0, 1, 7, 200, len(content)]), label="dropped")
    check(content[:at] + put + content[at + dropped :], path.name)


@pytest.mark.parametrize("opening", [b"<div>", b"<p><note place='foot'>", b"<table><row><cell>", b"<q><list><item>"])
def test_deep_nesting_is_read_or_refused_in_time(opening: bytes) -> None:
    tags = [tag.split(b" ")[0].strip(b"<>") for tag in opening.split(b"<")[1:]]
    closing = b"".join(b"</%s>" % tag.rstrip(b">").split(b">")[0] for tag in reversed(tags))
    for depth in (60, 250, 700, 100_000):
        check(b"<TEI><text>Text" + opening * depth + b"innen" + closing * depth + b"</text></TEI>", "a.tei")
