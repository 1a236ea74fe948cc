from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcs import SITE, note, page, request, resource, response, revisit, warc, warcinfo

from pipeline.errors import Unreadable
from pipeline.ingest.readers.warc import Found, RecordReader, find_records, read_body, read_headers

RECORDS = [warcinfo(), request(f"{SITE}/0"), *(response(f"{SITE}/{i}", page(f"Seite {i}")) for i in range(4))]

WHOLE = {"a.warc.gz": warc(*RECORDS), "a.warc": warc(*RECORDS, packed=False)}


def found_in(data: bytes) -> list[Found]:
    return list(find_records(io.BytesIO(data), 0, len(data)))


def bodies_of(data: bytes) -> list[tuple[str, bytes]]:
    """Address and body of each response that is whole."""
    reader = RecordReader(io.BytesIO(data))
    records = [reader.read(found) for found in found_in(data) if not found.problem]
    headers = [read_headers(record) for record in records]
    return [(h.address, read_body(r, h)) for r, h in zip(records, headers, strict=True) if h.type == "response"]


def by_warcio(data: bytes) -> list[tuple[str, bytes]]:
    records = ArchiveIterator(io.BytesIO(data))
    return [(record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in records if record.rec_type == "response"]  # fmt: skip


def sent(body: bytes, *headers: tuple[str, str]) -> bytes:
    """What is read of a response with such headers and such a body."""
    ((_, read),) = bodies_of(warc(response(f"{SITE}/a", body, headers=headers)))
    return read


@pytest.mark.parametrize("packed", [True, False])
def test_records_are_found_as_warcio_finds_them(*, packed: bool) -> None:
    data = warc(*RECORDS, packed=packed)
    assert len(found_in(data)) == len(RECORDS)
    assert bodies_of(data) == by_warcio(data)


def test_a_file_packed_in_one_piece_holds_the_same_records() -> None:
    assert bodies_of(gzip.compress(warc(*RECORDS, packed=False))) == bodies_of(warc(*RECORDS))


def test_records_are_read_in_any_order() -> None:
    data = gzip.compress(warc(*RECORDS, packed=False))
    reader, found = RecordReader(io.BytesIO(data)), found_in(data)
    forwards = [reader.read(one) for one in found]
    assert [reader.read(one) for one in reversed(found)] == forwards[::-1]


def test_a_warc_within_a_file_is_found_between_its_bounds() -> None:
    data = warc(*RECORDS)
    found = list(find_records(io.BytesIO(b"before" + data + b"behind"), 6, 6 + len(data)))
    assert [(one.offset, one.problem) for one in found] == [(6 + one.offset, None) for one in found_in(data)]


@given(st.data())
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_of_a_torn_file_what_is_whole_is_read_and_the_rest_is_one_broken_record(name: str, data: st.DataObject) -> None:
    packed = name.endswith(".gz")
    whole = WHOLE[name]
    starts = [found.offset for found in found_in(whole)] + [len(whole)]
    cut = data.draw(st.integers(1, len(whole) - 5))  # the last four bytes of a plain file only end its last record
    found = found_in(whole[:cut])
    kept = sum(end <= cut + (0 if packed else 4) for end in starts[1:])
    assert [one.problem for one in found[:kept]] == [None] * kept
    rest = [one.problem.reason for one in found[kept:] if one.problem]
    assert rest == (
        [] if any(cut in range(start - (0 if packed else 4), start + 1) for start in starts) else ["broken"]
    )


@given(st.data())
def test_a_damaged_byte_costs_one_record_of_a_packed_file(data: st.DataObject) -> None:
    whole = WHOLE["a.warc.gz"]
    torn = bytearray(whole)
    torn[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    good = Counter(bodies_of(whole))
    assert (good - Counter(bodies_of(bytes(torn)))).total() <= 1
    assert not Counter(bodies_of(bytes(torn))) - good


def test_a_damaged_member_that_runs_on_into_the_next_ones_costs_itself_alone() -> None:
    next_ones = warc(*RECORDS)
    packer = zlib.compressobj(wbits=31)
    data = packer.compress(warc(RECORDS[2], packed=False) + b"garbage\r\n\r\n") + packer.flush(zlib.Z_FULL_FLUSH)
    size = len(next_ones)
    swallow = b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")  # a block that is not packed
    found = found_in(data + swallow + next_ones)
    assert [one.problem is None for one in found] == [False] + [True] * len(RECORDS)


@pytest.mark.parametrize("claimed", [b"1100", b"1991", b"2600"])
def test_a_record_that_claims_the_bytes_of_others_costs_itself_alone(claimed: bytes) -> None:
    lie = b"WARC/1.0\r\nWARC-Type: request\r\nContent-Length: %s\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n\r\n" % claimed
    found = found_in(lie + warc(*RECORDS, packed=False))
    assert [one.problem is None for one in found] == [False] + [True] * len(RECORDS)


@given(st.binary(max_size=300), st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", WHOLE["a.warc.gz"][:700]]))
def test_garbage_is_never_more_than_broken(garbage: bytes, before: bytes) -> None:
    for found in found_in(before + garbage):
        assert found.problem is None or found.problem.reason in {"broken", "too_big"}


@pytest.mark.parametrize("packed", [True, False])
def test_behind_a_record_that_claims_ten_gigabytes_the_next_ones_are_read(*, packed: bool) -> None:
    lie = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 10000000000\r\n\r\nHTTP/1.1 200 OK\r\n\r\nwenig\r\n\r\n"
    data = (gzip.compress(lie) if packed else lie) + warc(*RECORDS, packed=packed)
    found = found_in(data)
    assert [one.problem.reason for one in found if one.problem] == ["broken"]
    assert len(bodies_of(data)) == 4


def test_a_gzip_bomb_is_too_big_and_costs_no_other_record() -> None:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 40000000\r\n\r\n"
    data = gzip.compress(head + b"\0" * 40_000_000) + warc(*RECORDS)
    assert [one.problem.reason for one in found_in(data) if one.problem] == ["too_big"]
    assert len(bodies_of(data)) == 4


@pytest.mark.parametrize(
    "headers", [b"", b"WARC-Type: response\r\n", b"Content-Length: viel\r\n", b"Content-Length: -5\r\n"]
)
def test_a_record_without_a_length_is_broken(headers: bytes) -> None:
    (found,) = found_in(b"WARC/1.0\r\n" + headers + b"\r\nHTTP/1.1 200 OK\r\n\r\nText")
    assert found.problem is not None
    assert found.problem.reason == "broken"


TEXT = page("Partner").encode()
CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (TEXT[:100], TEXT[100:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("br", pa.Codec("brotli").compress(TEXT).to_pybytes()),
        ("zstd", pa.Codec("zstd").compress(TEXT).to_pybytes()),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("identity", TEXT),
        ("gzip", TEXT),
        ("br", TEXT),
        ("zstd", TEXT),
        ("deflate", TEXT),
    ],
)
def test_a_body_is_unpacked_as_its_headers_say_or_taken_as_it_is(encoding: str, body: bytes) -> None:
    assert sent(body, ("Content-Encoding", encoding)) == TEXT


def test_chunks_are_put_together_where_there_are_any() -> None:
    chunked = ("Transfer-Encoding", "chunked")
    assert sent(CHUNKED, chunked) == TEXT
    assert sent(TEXT, chunked) == TEXT
    packed = gzip.compress(TEXT)
    pieces = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    assert sent(pieces, chunked, ("Content-Encoding", "gzip")) == TEXT


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", gzip.compress(TEXT)[:20] + b"\xff" * 40, "broken"),
        ("br", pa.Codec("brotli").compress(TEXT + bytes(range(256)) * 9).to_pybytes()[:-20] + b"\xff" * 30, "broken"),
        ("compress", TEXT, "broken"),
        ("gzip", gzip.compress(b"\0" * 40_000_000), "too_big"),
        ("br", pa.Codec("brotli").compress(b"\0" * 30_000_000).to_pybytes(), "too_big"),
    ],
)
def test_a_body_that_is_damaged_or_a_bomb_is_refused(encoding: str, body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        sent(body, ("Content-Encoding", encoding))
    assert refused.value.reason == reason


def test_what_the_headers_say_is_read() -> None:
    data = warc(response("<https://stadt.example/ä b>", "x", status="404 Nicht da", headers=[("X", "1"), ("x", "2")]))
    headers = read_headers(found_in(data)[0].head)
    assert (headers.type, headers.status, headers.http["x"]) == ("response", 404, "1")
    assert headers.address.startswith("https://stadt.example/")
    assert headers.content_type == "text/html; charset=utf-8"
    (of_resource,) = found_in(warc(resource(f"{SITE}/a", "x", "text/plain")))
    assert read_headers(of_resource.head).content_type == "text/plain"
    (again,) = found_in(warc(revisit(f"{SITE}/a", "x", f"{SITE}/b")))
    assert read_headers(again.head).fields["warc-refers-to-target-uri"] == f"{SITE}/b"
    (noted,) = found_in(warc(note(f"{SITE}/a")))
    assert (read_headers(noted.head).type, read_headers(noted.head).status) == ("metadata", 0)
