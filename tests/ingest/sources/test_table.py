from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StudyError
from pipeline.ingest.readers.text import paragraphs, paragraphs_of_each
from pipeline.ingest.shingles import sign
from pipeline.ingest.sources import table
from pipeline.ingest.sources.table_rows import MEDIA_TYPES
from pipeline.settings import Source
from pipeline.store.parts import SIGNATURE, Part, make_part, read_part

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {"id": "nr", "text": "Volltext", "title": "Titel", "date": "Datum", "party": "Partei"}
ROWS: list[dict[str, Any]] = [
    {"nr": "7", "Volltext": "中国的城市外交。\n第二段落。", "Titel": "题目", "Datum": "2014-05-15", "Partei": ""},
    {"nr": "8", "Volltext": "Die Städtediplomatie, neu.", "Titel": 'A; "B"', "Datum": "2015", "Partei": "Grüne"},
]  # fmt: skip
SUFFIXES = (".csv", ".tsv", ".xlsx", ".jsonl", ".parquet")


def write_table(path: Path, rows: list[dict[str, Any]]) -> Path:
    suffix = path.name.removesuffix(".gz")[-7:].rpartition(".")[2]
    data = io.BytesIO()
    if suffix in {"csv", "tsv"}:
        lines = [list(rows[0]), *(list(row.values()) for row in rows)]
        quoted = [['"' + str(cell).replace('"', '""') + '"' for cell in line] for line in lines]
        data.write("\n".join(("\t" if suffix == "tsv" else ",").join(row) for row in quoted).encode())
    elif suffix == "xlsx":
        book = openpyxl.Workbook()
        for row in (list(rows[0]), *(list(row.values()) for row in rows)):
            book.worksheets[0].append(row)
        book.save(data)
    elif suffix == "jsonl":
        data.write("\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    else:
        pq.write_table(pa.Table.from_pylist(rows), data)
    path.write_bytes(gzip.compress(data.getvalue()) if path.suffix == ".gz" else data.getvalue())
    return path


def read(path: Path, columns: dict[str, str] | None = None) -> list[Part]:
    source = Source(id="news", kind="table", path=path.name, type="news", columns=columns or COLUMNS)
    chunks = table.read_chunks(path, source, "key", path.parent)
    return [read_part(table.read_into_part(chunk)) for chunk in chunks]


def read_lines(tmp_path: Path, *lines: str | bytes) -> Part:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return read(path, {"id": "id", "text": "text", "title": "title"})[0]


def said_of(path: Path, columns: dict[str, str] | None = None) -> str:
    with pytest.raises(StudyError) as caught:
        read(path, columns)
    message = str(caught.value)
    assert path.name in message
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize("suffix", [*SUFFIXES, *(f"{suffix}.gz" for suffix in SUFFIXES)])
def test_each_format_gives_the_same_documents(tmp_path: Path, suffix: str) -> None:
    (part,) = read(write_table(tmp_path / f"t{suffix}", ROWS))
    rows = part.documents.to_pylist()
    assert [row["key"] for row in rows] == ["7", "8"]
    assert [row["title"] for row in rows] == ["题目", 'A; "B"']
    assert [row["date"] for row in rows] == ["2014-05-15", "2015"]
    assert [dict(row["more"]) for row in rows] == [{}, {"party": "Grüne"}]
    assert {row["media_type"] for row in rows} == {MEDIA_TYPES[suffix.removesuffix(".gz")]}
    assert part.passages["text"].to_pylist() == ["中国的城市外交。", "第二段落。", "Die Städtediplomatie, neu."]
    assert part.passages["document"].to_pylist() == [0, 0, 1]
    assert part.rejects.num_rows == 0


def test_a_chinese_excels_csv_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("编号;正文\r\n甲;城市外交发展很快，友好城市也很多。\r\n".encode("gb18030"))
    (part,) = read(tmp_path / "t.csv", {"id": "编号", "text": "正文"})
    assert part.documents["key"].to_pylist() == ["甲"]
    assert part.passages["text"].to_pylist() == ["城市外交发展很快，友好城市也很多。"]


def test_numbers_and_lists_in_cells_become_text(tmp_path: Path) -> None:
    written = {"nr": 7, "Volltext": 2014.5, "Titel": ["a", "b"], "Datum": 2014, "Partei": None}
    (part,) = read(write_table(tmp_path / "t.jsonl", [written]))
    row = part.documents.to_pylist()[0]
    assert (row["key"], row["title"], row["date"], row["more"]) == ("7", "a ; b", "2014", [])
    assert part.passages["text"].to_pylist() == ["2014.5"]


def test_text_columns_that_old_parquet_files_hold_as_bytes_are_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"nr": [1], "text": pa.array(["城市外交".encode()], pa.binary())}), tmp_path / "t.parquet")
    (part,) = read(tmp_path / "t.parquet", {"id": "nr", "text": "text"})
    assert part.passages["text"].to_pylist() == ["城市外交"]


def test_rows_that_cannot_be_used_are_rejects_and_the_others_stay(tmp_path: Path) -> None:
    part = read_lines(
        tmp_path,
        '{"id": "a", "text": "gut", "title": "t"}',
        "{not json",
        "[1, 2]",
        "",
        '{"id": "b", "text": ""}',
        '{"id": "c"}',
        '{"id": "", "text": "ohne Kennung"}',
        '{"id": "d", "text": "Köln"}'.encode("latin-1"),
        '{"id": "e", "text": "auch gut"}',
        "[" * 100_000,
        '{"id": "f", "text": ' + "[" * 900 + "]" * 900 + "}",
    )
    assert part.documents["key"].to_pylist() == ["a", "e"]
    assert [(row["item"], row["reason"]) for row in part.rejects.to_pylist()] == [
        ("row 2", "bad_row"),
        ("row 3", "bad_row"),
        ("b", "no_text"),
        ("c", "no_text"),
        ("row 7", "bad_row"),
        ("row 8", "encoding"),
        ("row 10", "bad_row"),
        ("row 11", "bad_row"),
    ]


def test_lone_surrogates_and_nul_characters_do_no_harm(tmp_path: Path) -> None:
    line = r'{"id": "a\ud800", "text": "城市\ud800外交\u0000", "title": "T\udfff\u0000 \ud83d\ude00"}'
    part = read_lines(tmp_path, line)
    assert part.documents["key"].to_pylist() == ["a\ufffd"]
    assert part.documents["title"].to_pylist() == ["T\ufffd 😀"]
    assert part.passages["text"].to_pylist() == ["城市\ufffd外交"]


def test_a_short_text_whose_stated_language_is_none_is_read_for_its_own(tmp_path: Path) -> None:
    rows = [{"t": "Das ist ein kurzer Text und nicht mehr.", "l": said} for said in ("Klingonisch", "de", "")]
    path = write_table(tmp_path / "t.csv", rows)
    (part,) = read(path, {"text": "t", "language": "l"})
    assert part.passages["language"].to_pylist() == ["de", None, "de"]


def test_a_csv_row_with_too_many_cells_or_open_quotes_is_a_reject(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,text,title\n1,eins,x\n2,zwei, drei,y\n3,drei,z,,\n4,"vier\n5,fünf,y\n', encoding="utf-8")
    (part,) = read(path, {"id": "id", "text": "text"})
    assert part.documents["key"].to_pylist() == ["1", "3"]
    assert part.rejects["item"].to_pylist() == ["row 3", "row 5"]
    assert part.rejects["reason"].to_pylist() == ["bad_row", "bad_row"]
    assert "4 cells under 3 columns" in part.rejects["detail"][0].as_py()
    assert "never closed" in part.rejects["detail"][1].as_py()


def test_without_a_column_for_the_id_rows_are_known_by_the_number_that_excel_shows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\neins\n\ndrei\n", encoding="utf-8")
    (part,) = read(tmp_path / "t.csv", {"text": "text"})
    assert part.documents["key"].to_pylist() == ["2", "4"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path, suffix: str) -> None:
    message = said_of(write_table(tmp_path / f"t{suffix}", ROWS), COLUMNS | {"text": "Voltext"})
    assert "columns: text = 'Voltext': there is no such column; did you mean 'Volltext'?" in message


def test_a_column_of_json_lines_may_first_be_seen_late(tmp_path: Path) -> None:
    lines = [f'{{"id": {i}, "text": "Wort"}}' for i in range(300)]
    part = read_lines(tmp_path, *lines, '{"id": 300, "text": "Wort", "title": "T"}')
    assert part.documents.num_rows == 301
    assert part.documents["title"].to_pylist()[-1] == "T"


def test_good_lines_behind_many_bad_ones_are_read(tmp_path: Path) -> None:
    part = read_lines(tmp_path, *["kaputt"] * 300, '{"id": 1, "text": "Wort", "title": "T"}')
    assert (part.documents.num_rows, part.rejects.num_rows) == (1, 300)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"id,text\n", "no row that can be read"),
        ("t.csv", b"\x00" * 500, "binary"),
        ("t.jsonl", b"", "no row that can be read"),
        ("t.jsonl", b"\x00\x00\n", "no row that can be read; row 1: no JSON"),
        ("t.csv", b'id,text\n1,"eins\n2,zwei\n', "no row that can be read; row 2: a quotation mark is opened here"),
        ("t.parquet", b"PAR1 not", "no Parquet file"),
        ("t.parquet", b"", "no Parquet file"),
        ("t.xlsx", b"PK\x03\x04", "no XLSX workbook"),
        ("t.csv.gz", b"no gzip", "gzip file is damaged"),
        ("t.jsonl.gz", b"no gzip", "gzip file is damaged"),
        ("t.docx", b"x", "a table ends in .csv, .tsv"),
        ("t", b"x", "not in nothing"),
        ("t.csv", b'"id,text\n1,2\n', "row 1, the names of the columns"),
    ],
)
def test_a_file_that_is_no_table_is_said_in_one_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert words in said_of(tmp_path / name)


def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    data = gzip.compress("\n".join(f'{{"nr": {i}, "Volltext": "Wort {i * i}"}}' for i in range(5000)).encode())
    path.write_bytes(data[: len(data) // 2])
    assert "damaged or cut off after line" in said_of(path, {"id": "nr", "text": "Volltext"})


def test_a_parquet_file_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": [f"Wort {i * i}" for i in range(5000)]}), path)
    data = bytearray(path.read_bytes())
    data[4:2000] = b"\xff" * 1996
    path.write_bytes(data)
    assert "damaged" in said_of(path, {"text": "text"})


def test_a_long_table_comes_in_chunks_with_every_row_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "CHUNK_CHARACTERS", 50)
    rows = [{"nr": i, "Volltext": f"Wort {i}"} for i in range(100)]
    parts = read(write_table(tmp_path / "t.jsonl", rows), {"id": "nr", "text": "Volltext"})
    assert len(parts) > 5
    assert [key for part in parts for key in part.documents["key"].to_pylist()] == [str(i) for i in range(100)]


def test_of_a_chunk_that_grew_the_new_rows_alone_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"id": "id", "text": "text"}
    rows = [{"id": f"n{i}", "text": f"Die Stadt hat {i} Partner.\nUnd Freunde."} for i in range(9)] + [{"id": ""}]
    some, whole = tmp_path / "some", tmp_path / "whole"
    lines = [json.dumps(row) + "\n" for row in rows]
    for folder, number in ((some, 4), (whole, 10)):
        folder.mkdir()
        (folder / "t.jsonl").write_text("".join(lines[:number]), encoding="utf-8")
        read(folder / "t.jsonl", columns)
    texts: list[str] = []
    monkeypatch.setattr(table, "paragraphs_of_each", lambda some: (texts.extend(some), paragraphs_of_each(some))[1])
    (some / "t.jsonl").write_text("".join(lines), encoding="utf-8")
    grown, anew = read(some / "t.jsonl", columns), read(whole / "t.jsonl", columns)
    assert texts == [row["text"] for row in rows[4:9]]
    assert grown == anew
    assert [part.documents.num_rows for part in grown] == [9]
    assert [table.column(0).num_chunks for part in grown for table in (part.documents, part.passages)] == [1, 1]


def test_passages_are_numbered_and_documents_signed_as_if_each_stood_alone(tmp_path: Path) -> None:
    texts = ["Die Stadt hat Partner.\nUnd Freunde in der Welt.", "Köln", "\n", "Eins.\n\nZwei  .\nDrei."]
    part = read_lines(tmp_path, *(json.dumps({"id": i, "title": "", "text": text}) for i, text in enumerate(texts)))
    passages = part.passages.select(["document", "ordinal", "page", "kind", "text"]).to_pylist()
    alone = [paragraphs(text) for text in texts if text != "\n"]
    assert passages == [
        {"document": i, "ordinal": j, "page": None, "kind": "body", "text": text}
        for i, found in enumerate(alone) for j, text in enumerate(found)
    ]  # fmt: skip
    documents = [{"key": key} for key in part.documents["key"].to_pylist()]
    plain = sign(make_part(documents, part.passages.to_pydict(), []))
    assert part.documents.select(SIGNATURE).equals(plain.documents.select(SIGNATURE))
