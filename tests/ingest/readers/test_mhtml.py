from __future__ import annotations

import base64
import quopri

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.mhtml import MEDIA_TYPE

PAGE = """<!DOCTYPE html><html lang="zh"><head><title>城市外交</title></head><body><h1>城市外交</h1>
<p>城市外交是国家总体外交的重要组成部分，两座城市自一九八二年起结为友好城市，往来密切。</p>
<p>市长说，今后将继续加强港口之间的合作，每周都有列车抵达，货物运输更加便利。</p></body></html>"""
FRAME = "<html><body><p>Ein Rahmen mit Werbung, der nicht zum Text der Seite gehört und fehlen soll.</p></body></html>"


def saved(page: bytes = PAGE.encode(), charset: str = "utf-8", start: str = "") -> bytes:
    frame = base64.b64encode(FRAME.encode()).decode()
    return (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/seite\r\nSubject: x\r\n"
        "Date: Mon, 2 Nov 2026 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/related;\r\n\ttype="text/html";{start}\r\n\tboundary="----b"\r\n\r\n\r\n------b\r\n'
        "Content-Type: text/html\r\nContent-ID: <rahmen>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{frame}\r\n------b\r\nContent-Type: text/html; charset={charset}\r\nContent-ID: <seite>\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode() + quopri.encodestring(page) + b"\r\n------b--\r\n"  # fmt: skip


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a"])
def test_the_page_that_the_file_names_is_read(charset: str, name: str) -> None:
    extract = read_file(saved(PAGE.encode(charset), charset, ' start="<seite>";'), name)
    texts = [block.text for block in extract.blocks]
    assert "城市外交是国家总体外交的重要组成部分，两座城市自一九八二年起结为友好城市，往来密切。" in texts
    assert not any("Rahmen" in text for text in texts)
    assert extract.media_type == MEDIA_TYPE
    assert extract.metadata["url"] == "https://example.org/seite"
    assert "date" not in extract.metadata


def test_without_a_name_the_first_page_is_read() -> None:
    assert any("Rahmen" in block.text for block in read_file(saved(), "a.mhtml").blocks)


@pytest.mark.parametrize(
    "data",
    [
        b"kein MHTML",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n",
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n",
    ],
)
def test_a_file_without_a_page_is_broken(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.mhtml")
    assert refused.value.reason == "broken"


def test_an_address_holds_nothing_that_does_not_print() -> None:
    data = saved().replace(b"https://example.org/seite", b"https://exam\x00ple.org/seite")
    assert read_file(data, "a.mhtml").metadata["url"] == "https://example.org/seite"
