from __future__ import annotations

import os
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcs import SITE, page, redirect, response, revisit, wacz, warc

from pipeline.ingest.sources.archive_index import INDEX, is_part, open_index, page_key, web_address, write_index
from pipeline.records import REASONS

if TYPE_CHECKING:
    from pathlib import Path

A = f"{SITE}/a.html"
RECORDS = [response(A, page("A")), redirect(f"{SITE}/b", A), revisit(f"{SITE}/c", page("A"), A)]
LISTED = [{"url": A, "title": "A"}]
FILES = {
    "a.warc.gz": warc(*RECORDS),
    "a.warc": warc(*RECORDS, packed=False),
    "a.wacz": wacz(warc(*RECORDS), pages=LISTED),
    "b.wacz": wacz(warc(*RECORDS), pages=LISTED, how=zipfile.ZIP_DEFLATED),
}


def indexed(folder: Path, name: str, data: bytes) -> list[dict[str, Any]]:
    path, target = folder / name, folder / "index.arrow"
    path.write_bytes(data)
    write_index(path, name, target)
    with open_index(target) as table:
        assert table.schema == INDEX
        rows: list[dict[str, Any]] = table.to_pylist()
    return rows


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_index_says_of_each_capture_what_it_is(tmp_path: Path, name: str) -> None:
    rows = indexed(tmp_path, name, FILES[name])
    assert [(row["kind"], row["address"], row["about"]) for row in rows] == [
        ("page", A, ""),
        ("redirect", f"{SITE}/b", A),
        ("repeat", f"{SITE}/c", A),
    ]
    assert rows[0]["digest"] == rows[2]["digest"] != ""
    assert rows[0]["title"] == ("A" if "wacz" in name else "")


@given(st.data())
@pytest.mark.parametrize("name", sorted(FILES))
def test_a_damaged_archive_is_indexed_without_an_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    torn = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        torn[data.draw(st.integers(0, len(torn) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(torn)))
    for row in indexed(tmp_path_factory.mktemp("index"), name, bytes(torn[:cut])):
        assert (row["reason"] in REASONS) == (row["kind"] in {"broken", "error"})
        assert row["address"] or row["kind"] in {"page", "part"}


def test_memory_does_not_depend_on_the_archive(tmp_path: Path) -> None:
    noise = os.urandom(12_000_000)
    data = warc(*(response(f"{SITE}/{i}.pdf", noise, media_type="application/pdf") for i in range(2)))
    (tmp_path / "a.warc.gz").write_bytes(data)
    tracemalloc.start()
    try:
        write_index(tmp_path / "a.warc.gz", "a.warc.gz", tmp_path / "index.arrow")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A, "http://stadt.example/a.html"),
        (A, "HTTPS://STADT.example:443/a.html#unten"),
        (f"{SITE}/?a=1&b=2", f"{SITE}/?b=2&a=1"),
        (f"{SITE}/st%c3%a4dte", f"{SITE}/städte"),
        (SITE, f"{SITE}/"),
    ],
)
def test_ways_to_write_an_address_are_one_page(one: str, other: str) -> None:
    assert page_key(one) == page_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A, f"{SITE}/A.html"),
        (A, f"{A}/"),
        (A, f"{A}?from=print"),
        (A, "https://www.stadt.example/a.html"),
        (A, "https://stadt.example:8443/a.html"),
        ("a.html", "b.html"),
    ],
)
def test_other_addresses_are_other_pages(one: str, other: str) -> None:
    assert page_key(one) != page_key(other)


@given(st.text(max_size=60))
def test_an_address_holds_nothing_that_another_format_could_run(text: str) -> None:
    for written in (text, f"https://{text}", f"{SITE}/{text}"):
        address = web_address(written)
        assert not address or (address.isascii() and address.isprintable() and not set(address) & set('<>" \\'))


@pytest.mark.parametrize(
    ("media_type", "name", "expected"),
    [
        ("image/svg+xml", "/a", True),
        ("text/html", "/bild.png", False),
        ("", "/bild.png", True),
        ("", "/seite.php", False),
        ("application/octet-stream", "/rede.pdf", False),
        ("application/pdf", "/rede", False),
        ("application/ld+json; charset=utf-8", "/x", True),
        ("TEXT/CSS", "/x", True),
        ("application/xml", "/x", False),
        ("text/plain", "/robots.txt", True),
    ],
)
def test_parts_of_pages_are_told_from_pages(media_type: str, name: str, *, expected: bool) -> None:
    assert is_part(media_type, name) is expected
