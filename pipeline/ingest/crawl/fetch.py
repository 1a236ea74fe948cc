"""One request: to an IP address that was looked at before anything was sent, with an end in time and in size.

It is made with the standard library's HTTP client over a socket of our own: only so is the address that was checked the
one that is connected to, and only so has a host that drips for ever an end.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from pipeline import __version__
from pipeline.errors import StudyError, show_path
from pipeline.ingest.crawl.addresses import is_public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.settings import WebSettings

ROBOT = "zwiesprache"
"""What robots.txt knows us by."""

_PATIENCE = 20
"""A response must be whole within so many times the seconds that a host may be silent."""
_PIECE = 1 << 16
_MEGABYTE = 1 << 20
_ADDRESSES = 3
"""IP addresses of a host that are tried, at most."""
_PORTS = {"http": 80, "https": 443}
_PLACEHOLDER = re.compile(r"[@./]example(?:\.(?:org|com|net))?(?![\w.-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered, whole."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """As it was sent, without the chunks of the transfer; compressed if the host compressed it."""
    content: bytes
    """Unpacked."""
    ip: str

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: ``reason`` is a word of `pipeline.records.REASONS`."""

    reason: str
    detail: str
    again: bool = False
    """Whether another try may help."""
    offline: bool = False
    """Whether it looks the same where there is no network."""


class Request(NamedTuple):
    """What is asked for."""

    url: str
    """A clean address."""
    headers: Mapping[str, str] = {}
    """Beside our name, the host, and what is accepted."""
    refuse: Callable[[int, str], str] = lambda _status, _content_type: ""
    """Given the status and the header ``Content-Type``, says why the body is not wanted, or nothing."""
    cut_at: int | None = None
    """Bytes after which the rest of the body is left, instead of a failure."""


class Fetcher:
    """Makes the requests of a run, one at a time."""

    def __init__(self, web: WebSettings, study: Path) -> None:
        """Prepare.

        Args:
            web: The settings.
            study: The study's file, for messages.

        Raises:
            StudyError: the contact cannot stand in a request.
        """
        if not (web.contact.isascii() and web.contact.isprintable()):
            where = f"{show_path(study)}: [web] contact"
            raise StudyError(f"{where}: a mail or web address in one line, letters without accents")
        self.web = web
        self.reached: dict[str, float] = {}
        """When each host was last connected to."""
        self.ready: dict[str, float] = {}
        """When each host may be asked again: sources that share one share its peace."""
        self.missed: set[str] = set()
        """Hosts that could not be reached."""
        self._study = show_path(study)
        self.agent = f"{ROBOT}/{__version__} (+{web.contact})"

    def get(self, request: Request) -> Answer | Failure:
        """Ask for an address. Redirects are not followed here.

        Raises:
            StudyError: the contact is still an example, and somebody would be asked.
        """
        try:
            with self._connect(request.url) as connection:
                return self._exchange(connection, request)
        except _Failed as problem:
            return problem.failure
        except ssl.SSLCertVerificationError as problem:
            return Failure("unreachable", f"its certificate is not accepted: {problem.verify_message}")
        except TimeoutError:
            return Failure("unreachable", f"silent for {self.web.timeout:g} s", again=True)
        except http.client.IncompleteRead:
            return Failure("unreachable", "the answer broke off: bytes are missing at its end", again=True)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            said = str(problem) or type(problem).__name__
            return Failure("unreachable", f"the answer broke off: {said}"[:200], again=True)

    def can_connect_to_one(self, urls: Sequence[str]) -> bool:
        """Whether the host of one of these addresses can be connected to now; nothing is asked for, few are tried."""
        for url in urls[-_ADDRESSES:]:
            try:
                with self._connect(url):
                    return True
            except (OSError, _Failed):
                continue
        return False

    @contextmanager
    def _connect(self, url: str) -> Iterator[socket.socket]:
        """A connection to an IP address of the host that may be connected to."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        with self._open(host, parts.port or _PORTS[parts.scheme]) as connection:
            self.reached[host] = time.monotonic()
            if parts.scheme == "http":
                yield connection
                return
            with _tls().wrap_socket(connection, server_hostname=host) as wrapped:
                yield wrapped

    def _open(self, host: str, port: int) -> socket.socket:
        last = ""
        for ip in self._allowed(host, port)[:_ADDRESSES]:
            try:
                return socket.create_connection((ip, port), self.web.timeout)
            except ConnectionRefusedError:
                raise _Failed(Failure("unreachable", f"{host} refuses the connection", again=True)) from None
            except OSError as problem:
                last = problem.strerror or str(problem)
        raise _Failed(Failure("unreachable", f"{host} cannot be connected to: {last}", again=True, offline=True))

    def _allowed(self, host: str, port: int) -> list[str]:
        """The IP addresses of a host that may be connected to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as problem:
            said = f"the name {host} is not found: {getattr(problem, 'strerror', None) or 'no name of a host'}"
            raise _Failed(Failure("unreachable", said, again=True, offline=True)) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [ip for ip in addresses if self.web.local or is_public(ip)]
        if not allowed:
            said = f"{host} ({addresses[0]}) is in this machine or its network; [web] local = true allows it"
            raise _Failed(Failure("refused", said))
        if is_public(allowed[0]) and _PLACEHOLDER.search(self.web.contact):
            raise StudyError(
                f"{self._study}: [web] contact is still the example {self.web.contact!r}; put your own mail or web "
                f"address there, before {host} is asked for anything"
            )
        return allowed

    def _exchange(self, connection: socket.socket, request: Request) -> Answer | Failure:
        parts = urlsplit(request.url)
        ip = connection.getpeername()[0]
        connection.settimeout(self.web.timeout)
        client = http.client.HTTPConnection(parts.netloc)
        client.auto_open = 0
        client.sock = connection
        ours = {"Host": parts.netloc, "User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
        longest = _PATIENCE * self.web.timeout
        late = Failure("unreachable", f"not whole after {longest:g} s")
        with _ended(connection, longest) as is_late:
            try:
                target = parts.path + (f"?{parts.query}" if parts.query else "")
                client.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
                for name, value in (ours | dict(request.headers) | {"Connection": "close"}).items():
                    client.putheader(name, value)
                client.endheaders()
                with client.getresponse() as answer:
                    why = request.refuse(answer.status, answer.headers.get("Content-Type", ""))
                    if why:
                        return Failure("unknown_format", why)
                    body, content = _read_body(answer, self.web.megabytes_per_page * _MEGABYTE, request.cut_at)
            except (OSError, http.client.HTTPException, ValueError):
                if is_late.is_set():
                    return late
                raise
        headers = tuple((name, _text(value)) for name, value in answer.headers.items())
        return late if is_late.is_set() else Answer(answer.status, answer.reason, headers, body, content, ip)


class _Failed(Exception):  # noqa: N818 - it is the request that failed
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


def _read_body(answer: http.client.HTTPResponse, limit: int, cut_at: int | None) -> tuple[bytes, bytes]:
    """The body as sent and unpacked; both are limited while they grow."""
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise _Failed(Failure("broken", f"packed as {encoding}, which was not asked for"))
    too_big = _Failed(Failure("too_big", f"larger than {limit // _MEGABYTE} MB; [web] megabytes_per_page allows more"))
    if cut_at is None and (answer.length or 0) > limit:
        raise too_big
    body, content = bytearray(), bytearray()
    unpack = _Unpacker(is_packed=encoding not in {"", "identity"})
    while piece := answer.read(_PIECE):
        body += piece
        content += unpack(piece, (cut_at or limit) - len(content) + 1, is_first=len(body) == len(piece))
        if cut_at is not None and len(content) > cut_at:
            return bytes(body), bytes(content[:cut_at])
        if max(len(body), len(content)) > limit:
            raise too_big
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return bytes(body), bytes(content)


class _Unpacker:
    """Undoes gzip piece by piece, never beyond what is wanted: a small body can unpack to gigabytes."""

    def __init__(self, *, is_packed: bool) -> None:
        self._is_packed = is_packed
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def __call__(self, piece: bytes, at_most: int, *, is_first: bool) -> bytes:
        """Unpack at most so many bytes; a host that says ``gzip`` and sends plain text is taken as it is."""
        if is_first and not piece.startswith(b"\x1f\x8b"):
            self._is_packed = False
        if not self._is_packed:
            return piece
        try:
            unpacked = self._inflate.decompress(piece, at_most)
            while self._inflate.unconsumed_tail and len(unpacked) < at_most:
                unpacked += self._inflate.decompress(self._inflate.unconsumed_tail, at_most - len(unpacked))
        except zlib.error:
            raise _Failed(Failure("broken", "its compression is damaged")) from None
        return unpacked


@contextmanager
def _ended(connection: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Shut the connection down when the time is over, whatever waits for it; the event says that it was."""
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        try:
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # not TLS's own: another thread is reading
        except OSError:  # it is closed already
            return

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()


def _tls() -> ssl.SSLContext:
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _text(header: str) -> str:
    """A header's text: hosts send UTF-8 where the protocol knows only Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
