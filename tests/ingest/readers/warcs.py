"""WARC and WACZ files as crawlers write them, made by warcio."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Record = Callable[[WARCWriter], None]

SITE = "https://stadt.example"
DAY = "2024-05-01T10:00:00Z"
LATER = "2025-05-01T10:00:00Z"
HTML = "text/html; charset=utf-8"
SENTENCES = (
    "Die Stadt pflegt seit vielen Jahren eine Partnerschaft mit der Stadt am anderen Ende des Flusses.",
    "Im Rathaus empfing die Bürgermeisterin eine Abordnung, die über Schulen und Krankenhäuser sprechen wollte.",
    "Beide Seiten wollen die Zusammenarbeit der Häfen vertiefen und jedes Jahr junge Leute austauschen.",
)


def page(name: str, more: str = "", head: str = "", lang: str = "de") -> str:
    """A page whose text has a word of its own."""
    text = "".join(f"<p>{sentence} Dies steht unter {name}.</p>" for sentence in SENTENCES)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>{name}</title>{head}</head>'
        f"<body><main><article><h1>{name}</h1>{text}{more}</article></main></body></html>"
    )


def response(
    address: str,
    body: str | bytes = "",
    *,
    media_type: str = HTML,
    status: str = "200 OK",
    date: str = DAY,
    headers: Iterable[tuple[str, str]] = (),
) -> Record:
    data = body.encode() if isinstance(body, str) else body

    def write(writer: WARCWriter) -> None:
        fields = [*([("Content-Type", media_type)] if media_type else []), *headers]
        http = StatusAndHeaders(status, fields, protocol="HTTP/1.1")
        more = {"WARC-Date": date}
        record = writer.create_warc_record(address, "response", io.BytesIO(data), len(data), http_headers=http,
                                           warc_headers_dict=more)  # fmt: skip
        writer.write_record(record)

    return write


def redirect(address: str, to: str, date: str = DAY) -> Record:
    return response(address, status="301 Moved Permanently", date=date, headers=[("Location", to)])


def resource(address: str, body: str, media_type: str = HTML, date: str = DAY) -> Record:
    return lambda writer: _write(writer, address, "resource", body, media_type, date=date)


def revisit(address: str, body: str, of: str = "", date: str = LATER) -> Record:
    """The same content again, of an address or, where none is named, of what has its digest."""

    def write(writer: WARCWriter) -> None:
        http = StatusAndHeaders("200 OK", [("Content-Type", HTML)], protocol="HTTP/1.1")
        data = body.encode()
        again = writer.create_warc_record(address, "response", io.BytesIO(data), len(data), http_headers=http)
        digest = again.rec_headers.get_header("WARC-Payload-Digest")
        more = {"WARC-Date": date}
        writer.write_record(writer.create_revisit_record(address, digest, of or address, DAY, http, more))

    return write


def request(address: str) -> Record:
    def write(writer: WARCWriter) -> None:
        http = StatusAndHeaders("GET / HTTP/1.1", [("Host", "stadt.example")], is_http_request=True)
        writer.write_record(writer.create_warc_record(address, "request", http_headers=http))

    return write


def warcinfo() -> Record:
    return lambda writer: writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "tests"}))


def note(address: str, text: str = "fetched") -> Record:
    """A record of type metadata."""
    return lambda writer: _write(writer, address, "metadata", text, "text/plain", date=DAY)


def _write(writer: WARCWriter, address: str, kind: str, text: str, media_type: str, *, date: str) -> None:
    data = text.encode()
    record = writer.create_warc_record(address, kind, io.BytesIO(data), len(data), media_type, {"WARC-Date": date})
    writer.write_record(record)


def warc(*records: Record, packed: bool = True) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for write in records:
        write(writer)
    return out.getvalue()


def wacz(
    *warcs: bytes, pages: Iterable[dict[str, str]] = (), how: int = zipfile.ZIP_STORED, names: Iterable[str] = ()
) -> bytes:
    """Warcs as ``archive/data-N.warc.gz``, or under given names, and a list of pages if there are any."""
    out = io.BytesIO()
    called = list(names) or [f"archive/data-{i}.warc.gz" for i in range(len(warcs))]
    with zipfile.ZipFile(out, "w", how) as file:
        for name, data in zip(called, warcs, strict=True):
            file.writestr(name, data)
        listed = list(pages)
        if listed:
            lines = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, *listed]
            file.writestr("pages/pages.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
        file.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": []}))
    return out.getvalue()
