"""Websites on the loopback address: the demo site, and hosts that behave badly.

``python -m tests.website [PORT]`` serves the demo site until it is stopped.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

DEMO = Path(__file__).resolve().parent.parent / "corpora" / "demo" / "website"
TYPES = {".html": "text/html", ".xml": "application/xml", ".txt": "text/plain", ".gz": "application/gzip"}


@dataclass(frozen=True)
class Page:
    """What the server answers under a path."""

    body: bytes = b""
    status: int = 200
    type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """Before it answers."""
    etag: bool = True


class Site:
    """A server on the loopback address, its pages, and what it was asked for."""

    def __init__(self, pages: Mapping[str, Page | Callable[[BaseHTTPRequestHandler], None]], port: int = 0) -> None:
        self.pages = dict(pages)
        self.asked: Counter[str] = Counter()
        self.requests: list[tuple[float, str, dict[str, str]]] = []
        """When, path and headers."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path
        self.asked[path] += 1
        self.requests.append((time.monotonic(), path, {k.lower(): v for k, v in handler.headers.items()}))
        page = self.pages.get(path, Page(b"<html><h1>404</h1></html>", 404))
        if not isinstance(page, Page):
            handler.close_connection = True
            page(handler)
            return
        time.sleep(page.seconds)
        body = page.body.replace(b"{BASE}", self.url.encode())
        if page.headers.get("Content-Encoding") == "gzip" or path.endswith(".gz"):
            body = gzip.compress(body, mtime=0)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if page.etag and page.status == 200 and handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.send_header("ETag", etag)
            handler.end_headers()
            return
        handler.send_response(page.status)
        handler.send_header("Content-Type", page.type)
        handler.send_header("Content-Length", str(len(body)))
        if page.etag:
            handler.send_header("ETag", etag)
        for name, value in page.headers.items():
            handler.send_header(name, value.replace("{BASE}", self.url))
        handler.end_headers()
        handler.wfile.write(body)

    def secure(self, context: ssl.SSLContext) -> None:
        """Answer with TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(
    pages: Mapping[str, Page | Callable[[BaseHTTPRequestHandler], None]], context: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """A site while the block runs; stopping it before the end is allowed."""
    site = Site(pages)
    if context is not None:
        site.secure(context)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def demo_pages() -> dict[str, Page | Callable[[BaseHTTPRequestHandler], None]]:
    """The pages of the demo website by their paths."""
    root = DEMO / "pages"
    behaviour = json.loads((DEMO / "server.json").read_text(encoding="utf-8"))
    pages: dict[str, Page | Callable[[BaseHTTPRequestHandler], None]] = {}
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        path = "/" + file.relative_to(root).as_posix().replace("@", "?")
        suffix = file.suffix.partition("@")[0]
        page = Page(file.read_bytes(), type=TYPES[suffix], seconds=behaviour["seconds"].get(path, 0.0))
        pages[path] = page
        if path.endswith("/index.html"):
            pages[path.removesuffix("index.html")] = page
    for path, target in behaviour["redirects"].items():
        pages[path] = Page(status=301, headers={"Location": target})
    for path, status in behaviour["errors"].items():
        pages[path] = Page(b"<html><h1>Fehler</h1></html>", status)
    for path, media_type in behaviour["types"].items():
        pages[path] = Page(b"\xff\xd8\xff\xe0", type=media_type)
    for path, source in behaviour["packed"].items():
        unpacked = pages[source]
        assert isinstance(unpacked, Page)
        pages[path] = Page(unpacked.body, type="application/gzip")
    return pages


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A page that never ends: a byte now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    """An answer whose headers never end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """A page of which the second half does not come."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>half")


def cut_off_in_chunk(handler: BaseHTTPRequestHandler) -> None:
    """The same in a chunked transfer."""
    handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n<html>half"
    )


def huge(handler: BaseHTTPRequestHandler) -> None:
    """A page of a gigabyte that does not say so."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
    for _ in range(1024):
        handler.wfile.write(chunk)


def announce_huge(handler: BaseHTTPRequestHandler) -> None:
    """A page that says that it is a gigabyte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1073741824\r\n\r\n<html>")


_BOMB = gzip.compress(b"\0" * 10_000_000)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    """A small body that unpacks to ten megabytes."""
    body = _BOMB
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    handler.wfile.write(head.encode() + body)


def silence(handler: BaseHTTPRequestHandler) -> None:
    """No answer at all."""
    time.sleep(5)


def chunked(handler: BaseHTTPRequestHandler) -> None:
    """A page in chunks."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    for piece in (b"<html><p>Erste Haelfte, ", b"zweite Haelfte.</p>"):
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


if __name__ == "__main__":
    demo = Site(demo_pages(), int(sys.argv[1]) if len(sys.argv) > 1 else 8765)
    print(demo.url)  # noqa: T201
    try:
        demo._server.serve_forever()
    except KeyboardInterrupt:
        demo._server.server_close()
