from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.ingest.encodings import decode, readability

SIMPLIFIED = "城市外交是城市与城市之间的交往，也是国家外交的一部分。我们在武汉谈到了这个问题。"
TRADITIONAL = "城市外交是城市與城市之間的交往，也是國家外交的一部分。我們在臺北談到了這個問題。"
GERMAN = "Die Städtepartnerschaft wird für dreißig Jahre fortgeführt – „gewiß“, sagte der Bürgermeister."


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "gb2312", "gb18030"),
        (SIMPLIFIED + "\n2014", "utf-16-le", "utf-16-le"),
        (SIMPLIFIED + "\n2014", "utf-16-be", "utf-16-be"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "utf-8", "utf-8"),
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "cp1252", "windows-1252"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (GERMAN, "utf-32-le", "utf-32-le"),
        ("Größe", "latin-1", "windows-1252"),
        ("Staedtepartnerschaft", "ascii", "utf-8"),
        ("Мы говорили о дипломатии городов и о народной дипломатии.", "cp1251", "cp1251"),
        ("都市外交とは何か。姉妹都市の交流について話しました。", "shift_jis", "cp932"),
    ],
)
def test_an_undeclared_encoding_is_found(text: str, codec: str, name: str) -> None:
    assert decode(text.encode(codec)) == (text, name)


@pytest.mark.parametrize(
    ("codec", "bom", "name"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_is_believed_and_taken_off(codec: str, bom: bytes, name: str) -> None:
    assert decode(bom + SIMPLIFIED.encode(codec)) == (SIMPLIFIED, name)


@pytest.mark.parametrize("declared", ["utf-8", "UTF8", "gb2312", "GBK", "big5", "iso-8859-1", "klingon", "", None])
def test_a_wrong_declaration_does_not_garble_the_text(declared: str | None) -> None:
    assert decode(SIMPLIFIED.encode("gb18030"), declared)[0] == SIMPLIFIED
    assert decode(SIMPLIFIED.encode(), declared)[0] == SIMPLIFIED
    assert decode(GERMAN.encode("cp1252"), declared)[0] == GERMAN


def test_gb2312_declared_stands_for_its_superset() -> None:
    text = "朱镕基说：城市的交往，镕字不在旧的字集里。"
    assert decode(text.encode("gbk"), "gb2312") == (text, "gb18030")


def test_a_few_broken_bytes_leave_the_rest_readable() -> None:
    data = SIMPLIFIED.encode() * 20 + b"\xff" + SIMPLIFIED.encode() * 20
    text, name = decode(data)
    assert name == "utf-8"
    assert text.count("\ufffd") == 1
    assert text.replace("\ufffd", "") == SIMPLIFIED * 40


def test_a_file_cut_inside_a_character_is_read() -> None:
    assert decode((SIMPLIFIED * 3).encode()[:-1])[0].startswith(SIMPLIFIED)
    assert decode((SIMPLIFIED * 3).encode("gb18030")[:-1])[0].startswith(SIMPLIFIED)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"abc\x00def\x00\x00\x01ghi", "binary"),
        (bytes(range(256)) * 40, "binary"),
        (bytes(range(128, 256)) * 40, "encoding"),
        (b"\xff\xfe\x00\xd8\x00\xd8\x00\xd8\x00\xd8", "encoding"),
    ],
)
def test_what_reads_in_no_encoding_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(data)
    assert refused.value.reason == reason


def test_wrongly_decoded_text_reads_worse() -> None:
    assert readability(SIMPLIFIED) > 0.9
    assert readability(TRADITIONAL) > 0.9
    assert readability(GERMAN) > 0.9
    assert readability(SIMPLIFIED.encode("gb18030").decode("big5hkscs", errors="replace")) < 0.3
    assert readability(TRADITIONAL.encode("big5").decode("gb18030", errors="replace")) < 0.3
    assert readability(GERMAN.encode("cp1252").decode("gb18030", errors="replace")) < 0.5
    assert readability(SIMPLIFIED.encode().decode("cp1252", errors="replace")) < 0.3


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text, name = decode(data)
    except Unreadable as refused:
        assert refused.reason in {"empty", "binary", "encoding"}  # noqa: PT017 - which it is does not matter here
    else:
        assert text is not None
        assert codecs.lookup(name)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), min_size=1))
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.shared
@pytest.mark.parametrize(("file", "codec"), [("zh.txt", "gb18030"), ("zh.txt", "utf-16-be"), ("de.txt", "cp1252")])
def test_three_lines_of_news_are_enough(shared, file: str, codec: str) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    lines = (shared / "gold/parallel_news" / file).read_text(encoding="utf-8").splitlines()
    right = 0
    chunks = ["\n".join(lines[i : i + 3]) for i in range(0, len(lines) - 3, 3)]
    for chunk in chunks:
        data = chunk.encode(codec, errors="ignore")
        right += decode(data)[0] == data.decode(codec)
    assert right == len(chunks)
