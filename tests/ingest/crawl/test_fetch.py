from __future__ import annotations

import datetime as dt
import gzip
import random
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import website
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from website import Page, serving

from pipeline.errors import StudyError
from pipeline.ingest.crawl import fetch
from pipeline.ingest.crawl.fetch import Answer, Failure, Fetcher, Request
from pipeline.settings import WebSettings

if TYPE_CHECKING:
    from collections.abc import Callable

STUDY = Path("mine.toml")


def fetcher(**settings: Any) -> Fetcher:
    known = {"contact": "tests@steinwalde.invalid", "timeout": 5.0, "megabytes_per_page": 2, "local": True}
    return Fetcher(WebSettings(**(known | settings)), STUDY)


def get(page: Page | Callable[..., None], path: str = "/x", **settings: Any) -> Answer | Failure:
    with serving({path: page}) as site:
        return fetcher(**settings).get(Request(site.url + path))


def failure(page: Page | Callable[..., None], **settings: Any) -> tuple[str, str]:
    got = get(page, **settings)
    assert isinstance(got, Failure)
    return got.reason, got.detail


def test_a_request_names_us_our_contact_and_the_host() -> None:
    with serving({"/x?a=1": Page(b"gut")}) as site:
        got = fetcher().get(Request(f"{site.url}/x?a=1", {"If-None-Match": '"7"'}))
        (_, _, headers), *others = site.requests
    assert isinstance(got, Answer)
    assert (got.status, got.phrase, got.body, got.content, got.ip) == (200, "OK", b"gut", b"gut", "127.0.0.1")
    assert headers["user-agent"].startswith("zwiesprache/")
    assert headers["user-agent"].endswith("(+tests@steinwalde.invalid)")
    assert (headers["host"], headers["if-none-match"]) == (site.url.removeprefix("http://"), '"7"')
    assert not others


def test_packed_pages_are_unpacked_and_kept_as_they_came() -> None:
    got = get(Page(b"gut " * 1000, headers={"Content-Encoding": "gzip"}))
    assert isinstance(got, Answer)
    assert got.content == b"gut " * 1000
    assert got.body[:2] == b"\x1f\x8b"


def test_chunks_are_undone() -> None:
    got = get(website.chunked)
    assert isinstance(got, Answer)
    assert got.content == b"<html><p>Erste Haelfte, zweite Haelfte.</p>"


def test_redirects_are_not_followed_here() -> None:
    got = get(Page(status=302, headers={"Location": "/städte"}))
    assert isinstance(got, Answer)
    assert (got.status, got.header("location")) == (302, "/städte")


@pytest.mark.parametrize("page", [website.drip, website.drip_headers])
def test_a_page_that_never_ends_is_ended(page: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_PATIENCE", 0.5)
    assert failure(page, timeout=2.0) == ("unreachable", "not whole after 1 s")


def test_a_silent_host_is_left() -> None:
    assert failure(website.silence, timeout=0.1) == ("unreachable", "silent for 0.1 s")


@pytest.mark.parametrize("page", [website.cut_off, website.cut_off_in_chunk])
def test_half_a_page_is_none(page: Callable[..., None]) -> None:
    assert failure(page) == ("unreachable", "the answer broke off: bytes are missing at its end")


@pytest.mark.parametrize("page", [website.huge, website.announce_huge, website.bomb])
def test_a_page_larger_than_the_study_allows_is_left_while_it_comes(page: Callable[..., None]) -> None:
    assert failure(page, timeout=5.0) == ("too_big", "larger than 2 MB; [web] megabytes_per_page allows more")


def test_what_is_cut_on_purpose_is_no_failure() -> None:
    with serving({"/x": website.huge}) as site:
        got = fetcher().get(Request(f"{site.url}/x", cut_at=1000))
    assert isinstance(got, Answer)
    assert got.content == b"x" * 1000


def test_a_body_that_is_not_wanted_is_not_fetched() -> None:
    asked: list[tuple[int, str]] = []

    def refuse(status: int, content_type: str) -> str:
        asked.append((status, content_type))
        return "no pictures"

    with serving({"/x": website.announce_huge}) as site:
        got = fetcher().get(Request(f"{site.url}/x", refuse=refuse))
    assert got == Failure("unknown_format", "no pictures")
    assert asked == [(200, "text/html")]


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/9.9 abc\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx",
        b"\x00" * 100_000,
    ],
)
def test_what_is_no_http_is_a_failure(line: bytes) -> None:
    got = get(lambda handler: handler.wfile.write(line))
    assert isinstance(got, Answer) or got.reason == "unreachable"


def test_damaged_and_unknown_packing_is_said() -> None:
    def damaged(handler: Any) -> None:
        body = bytearray(gzip.compress(random.Random(1).randbytes(9000).hex().encode()))
        body[4000] ^= 0xFF
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        handler.wfile.write(head.encode() + body)

    assert failure(damaged) == ("broken", "its compression is damaged")
    assert failure(Page(b"x", headers={"Content-Encoding": "br"}))[0] == "broken"
    got = get(lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\ntext"))
    assert isinstance(got, Answer)
    assert got.content == b"text"


def test_a_host_that_is_down_was_reached_by_no_one() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    ours = fetcher()
    got = ours.get(Request(url))
    assert isinstance(got, Failure)
    assert (got.reason, got.again, got.offline) == ("unreachable", True, False)
    assert not ours.can_connect_to_one([url])


def fake_names(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> list[str]:
    """Names of hosts as the test has them; the list says which were looked up."""
    real, looked = socket.getaddrinfo, []

    def look_up(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host not in names:
            return real(host, port, *rest, **more)
        looked.append(host)
        if not names[host]:
            raise socket.gaierror(-2, "Name or service not known")
        return [entry for ip in names[host] for entry in real(ip, port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return looked


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "inside.test",
    ],
)
def test_this_machine_and_its_network_are_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    fake_names(monkeypatch, {"inside.test": ["192.168.1.1"]})
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("a connection was opened"))
    got = fetcher(local=False).get(Request(f"http://{host}/"))
    assert isinstance(got, Failure)
    assert (got.reason, "[web] local = true allows it" in got.detail) == ("refused", True)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means another address when it is asked for again (DNS rebinding) is looked up once."""
    looked = fake_names(monkeypatch, {"two.test": ["10.0.0.1", "127.0.0.1"]})
    monkeypatch.setattr(fetch, "is_public", lambda ip: ip == "127.0.0.1")
    with serving({"/x": Page(b"gut")}) as site:
        got = fetcher(local=False).get(Request(f"http://two.test:{site.url.rpartition(':')[2]}/x"))
        (_, _, headers), *_ = site.requests
    assert isinstance(got, Answer)
    assert (got.ip, looked, headers["host"].partition(":")[0]) == ("127.0.0.1", ["two.test"], "two.test")


def test_nobody_is_asked_under_an_example_as_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_names(monkeypatch, {"public.test": ["127.0.0.1"]})
    monkeypatch.setattr(fetch, "is_public", lambda _: True)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("a connection was opened"))
    for contact in ("name@example.org", "https://www.example.com/me", "me@example"):
        with pytest.raises(StudyError, match=r"\[web\] contact is still the example"):
            fetcher(contact=contact).get(Request("http://public.test/"))


@pytest.mark.parametrize("contact", ["a@b.de\r\nX-Evil: 1", "müller@b.de", "城市"])
def test_a_contact_that_cannot_stand_in_a_request_is_an_error(contact: str) -> None:
    with pytest.raises(StudyError, match="contact"):
        fetcher(contact=contact)


def test_a_name_that_is_not_found_looks_like_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_names(monkeypatch, {"gone.test": []})
    got = fetcher().get(Request("http://gone.test/"))
    assert isinstance(got, Failure)
    assert (got.reason, got.offline) == ("unreachable", True)
    assert got.detail == "the name gone.test is not found: Name or service not known"
    assert isinstance(fetcher().get(Request("http://a..b/")), Failure)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving({"/x": Page(b"gut")}, context) as site:
        named = site.url.replace("127.0.0.1", "localhost")
        got = fetcher(timeout=5.0).get(Request(f"{named}/x"))
        assert got == Failure("unreachable", "its certificate is not accepted: self-signed certificate")
        monkeypatch.setattr("certifi.where", lambda: str(certificate))
        got = fetcher(timeout=5.0).get(Request(f"{named}/x"))
        assert isinstance(got, Answer)
        assert got.content == b"gut"
        got = fetcher(timeout=5.0).get(Request(f"{site.url}/x"))
        assert isinstance(got, Failure)
        assert "certificate" in got.detail
