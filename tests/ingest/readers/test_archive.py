from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest
from packages import docx, paragraph, zipped

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_documents, read_file, zip_files
from pipeline.records import Extract

TEXT = "Städtepartnerschaft".encode()


def outcome(data: bytes) -> dict[str, str]:
    """The first text of each document by its path, or the reason why there is none."""
    return {
        key: each.blocks[0].text if isinstance(each, Extract) else each.reason
        for key, each in read_documents(data, "a.zip")
    }


def test_each_file_is_a_document_under_its_path_and_archives_are_read_once() -> None:
    inner = zipped({"b.txt": "Zwei", "inner.zip": zipped({"c.txt": "Drei"})})
    data = zipped(
        {
            "ordner/a.docx": docx(paragraph("Eins")),
            "inner.zip": inner,
            "bild.png": b"\x89PNG....",
            "ordner/.DS_Store": b"x",
            "__MACOSX/._a.docx": b"x",
            "~$a.docx": b"x",
        }
    )
    assert outcome(data) == {
        "ordner/a.docx": "Eins",
        "inner.zip/b.txt": "Zwei",
        "inner.zip/inner.zip": "unknown_format",
        "bild.png": "unknown_format",
    }


def test_an_archive_is_no_single_document_unless_it_holds_several() -> None:
    for files in ({"a.txt": "Eins"}, {"a.txt": "Eins", "b.txt": "Zwei"}):
        with pytest.raises(Unreadable, match="unknown_format"):
            read_file(zipped(dict(files)), "a.zip")


@pytest.mark.parametrize("name", ["../a.txt", "x/../../a.txt", "/etc/a.txt", "C:\\a.txt", "..\\a.txt", "C:/a.txt"])
def test_a_name_that_leads_out_of_the_archive_is_refused_and_the_others_are_read(name: str) -> None:
    found = outcome(zipped({name: TEXT, "gut.txt": TEXT}))
    assert found.pop("gut.txt") == "Städtepartnerschaft"
    assert list(found.values()) == ["broken"]


def test_a_link_is_no_file() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    assert outcome(buffer.getvalue()) == {"a.txt": "broken"}


def test_an_entry_under_a_password_says_so() -> None:
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}, zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert outcome(bytes(data)) == {"a.txt": "encrypted", "b.txt": "Städtepartnerschaft"}


def test_a_bomb_is_refused_whole_before_it_is_unpacked() -> None:
    assert outcome(zipped({"a.txt": bytes(64 * 1024 * 1024)})) == {"": "too_big"}
    assert outcome(docx("<w:p/>" + " " * 40 * 1024 * 1024)) == {"": "too_big"}


def test_a_bomb_in_an_archive_is_refused_alone() -> None:
    bomb = zipped({"a.txt": bytes(64 * 1024 * 1024)})
    assert outcome(zipped({"bombe.zip": bomb, "b.txt": "Text"})) == {"bombe.zip": "too_big", "b.txt": "Text"}


def test_archives_in_an_archive_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_files, "MAX_UNPACKED", 10_000)
    inner = zipped({"a.txt": "Text " * 900})
    found = outcome(zipped({f"{n}.zip": inner for n in range(4)}))
    assert [value for key, value in found.items() if key in {"2.zip", "3.zip"}] == ["too_big", "too_big"]
    assert "0.zip/a.txt" in found


def test_a_directory_that_lies_about_sizes_gives_no_more_than_it_says() -> None:
    data = bytearray(zipped({"a.txt": b"Text " * 1_000_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    assert outcome(bytes(data)) == {"a.txt": "broken"}


def test_more_entries_than_ten_thousand_are_too_many() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(10_001):
            file.writestr(f"{number}.txt", b"")
    assert outcome(buffer.getvalue()) == {"": "too_big"}


@pytest.mark.parametrize("encoding", ["cp437", "gb18030", "utf-8"])
def test_names_that_do_not_say_their_encoding_are_read_as_people_wrote_them(encoding: str) -> None:
    name = {"cp437": "Städte für Süd.txt"}.get(encoding, "城市外交.txt")
    raw = name.encode(encoding)
    data = zipped({"x" * len(raw): TEXT}).replace(b"x" * len(raw), raw)
    assert outcome(data) == {name: "Städtepartnerschaft"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"a.txt": TEXT})[:60], "broken"),
        (b"PK\x03\x04" + bytes(60), "broken"),
        (b"kein ZIP", "broken"),
        (zipped({}), "no_text"),
        (zipped({".versteckt": TEXT}), "no_text"),
    ],
)
def test_what_is_no_archive_says_why(data: bytes, reason: str) -> None:
    assert outcome(data) == {"": reason}


def test_two_files_with_one_name_are_both_read() -> None:
    data = zipped({"a.txt": "Eins", "b.txt": "Zwei"}).replace(b"b.txt", b"a.txt")
    documents = read_documents(data, "a.zip")
    assert [each.blocks[0].text for _, each in documents if isinstance(each, Extract)] == ["Eins", "Zwei"]


def test_an_entry_without_a_name_is_refused() -> None:
    data = zipped({"a.txt": "Eins", "b.txt": "Zwei"}).replace(b"a.txt", b"\x00.txt")
    assert outcome(data) == {"": "broken", "b.txt": "Zwei"}
