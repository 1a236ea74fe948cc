from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from user_study import (
    DE,
    FOLDER,
    FR,
    TABLE,
    ZH,
    Ran,
    assert_short,
    documents,
    passages,
    rejects,
    run,
    write_rows,
    write_study,
    write_texts,
)

from pipeline.errors import InputError
from pipeline.ingest import corpus
from pipeline.ingest.sources import table
from pipeline.records import REASONS
from pipeline.stages import bring_up_to_date
from pipeline.study import load_study

NO_SIDECAR = FOLDER.replace('metadata = "metadata.csv"', "")
THIRD = "file,title,date,language\nzh_2014.txt,讲话,2014-05-15,zh\nde_2015.txt,Rede,2015,de\nneu.txt,Neu,2016,de\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(capsys: pytest.CaptureFixture[str]) -> Ran:
    ran = run(capsys, "corpus", "--json")
    assert ran.status == 0, ran.err
    return ran


def files_read(ran: Ran) -> int:
    number: int = ran.summary["stages"]["corpus"]["summary"]["files_read"]
    return number


def test_documents_say_what_the_sidecar_says(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_texts(here)
    write_study(here)
    build(capsys)
    de, zh = documents(here)
    assert (de["doc_id"], zh["doc_id"]) == ("speeches/de_2015.txt", "speeches/zh_2014.txt")
    assert (zh["title"], zh["date"], zh["date_precision"]) == ("讲话", dt.date(2014, 5, 15), "day")
    assert (de["title"], de["date"], de["date_precision"]) == ("Rede", dt.date(2015, 1, 1), "year")
    assert (zh["language"], de["language"], zh["date_evidence"]) == ("zh", "de", "metadata")
    assert (zh["path"], zh["source_type"], zh["flags"]) == ("texts/zh_2014.txt", "speech", [])
    assert (zh["characters"], de["characters"]) == (len(ZH), len(DE))


def test_rows_of_a_table_become_documents(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(here / "news.jsonl")
    write_study(here, TABLE)
    build(capsys)
    rows = documents(here)
    assert [row["doc_id"] for row in rows] == ["news/1", "news/2"]
    assert [(row["date"], row["date_precision"]) for row in rows] == [
        (dt.date(2014, 5, 1), "month"),
        (dt.date(2016, 5, 15), "day"),
    ]
    assert [row["text"] for row in passages(here)] == [ZH, DE]


@pytest.mark.parametrize(
    ("written", "date", "precision", "flags"),
    [
        ("2014-05-15", dt.date(2014, 5, 15), "day", []),
        ("15. Mai 2014", dt.date(2014, 5, 15), "day", []),
        ("2014年5月", dt.date(2014, 5, 1), "month", []),
        ("2014", dt.date(2014, 1, 1), "year", []),
        ("", None, None, ["no_date"]),
        ("31.2.2014", None, None, ["bad_date", "no_date"]),
        ("gestern", None, None, ["bad_date", "no_date"]),
        ("03/04/2018", None, None, ["ambiguous_date", "no_date"]),
        ("44842", None, None, ["number_as_date", "no_date"]),
    ],
)
def test_a_date_is_read_or_its_absence_is_flagged(  # noqa: PLR0917 - pytest passes them by name
    here: Path,
    capsys: pytest.CaptureFixture[str],
    written: str,
    date: dt.date | None,
    precision: str,
    flags: list[str],
) -> None:
    write_texts(here, {"a.txt": DE}, f"file,date\na.txt,{written}\n")
    write_study(here)
    build(capsys)
    (row,) = documents(here)
    assert (row["date"], row["date_precision"], row["flags"]) == (date, precision, flags)
    assert row["date_evidence"] == ("metadata" if date else None)


def test_a_sidecar_column_of_any_name_cannot_say_where_a_date_comes_from(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_texts(here, {"a.txt": DE}, "file,date,date_source,date source\na.txt,2014,Impressum,Fuß\n")
    write_study(here)
    build(capsys)
    (row,) = documents(here)
    assert (row["date_evidence"], row["date_source"], row["date source"]) == ("metadata", "Impressum", "Fuß")


@pytest.mark.parametrize(
    ("stated", "language", "flags"),
    [
        ("de-DE", "de", []),
        ("ger", "de", []),
        ("Deutsch", "de", []),
        ("chinesisch", "zh", []),
        ("klingonisch!", None, ["bad_language"]),
    ],
)
def test_the_language_of_a_short_text_is_what_the_sidecar_says_in_codes_or_words(
    here: Path, capsys: pytest.CaptureFixture[str], stated: str, language: str | None, flags: list[str]
) -> None:
    write_texts(here, {"a.txt": "Kiel – Qingdao"}, f"file,date,language\na.txt,2014,{stated}\n")
    write_study(here)
    build(capsys)
    (row,) = documents(here)
    assert row["flags"] == flags
    assert row["language"] == language or language is None


QUOTED = (
    ("de", "Im Rathaus sprach die Bürgermeisterin lange über die Partnerschaft der beiden Städte am Fluss:"),
    ("zh", "„城市外交是国家总体外交的重要组成部分，也是民间外交的重要形式。“"),
    ("de", "Danach sprach der Vorsitzende der Gesellschaft über die Städte und ihre Schulen."),
)


@pytest.mark.parametrize("stated", ["", "de"])
@pytest.mark.parametrize("kind", ["folder", "table"])
def test_a_quotation_in_another_writing_is_a_passage_of_its_own(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str, stated: str
) -> None:
    text = " ".join(part for _, part in QUOTED) + "\n\n友好城市\n\nKiel\n"
    if kind == "folder":
        write_texts(here, {"a.txt": text}, f"file,date,language\na.txt,2014,{stated}\n")
        write_study(here)
    else:
        row = {"id": "a", "text": text, "date": "2014", "lang": stated}
        (here / "news.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        columns = '{ id = "id", text = "text", date = "date", language = "lang" }'
        write_study(
            here, f'[[source]]\nid = "n"\nkind = "table"\npath = "news.jsonl"\ntype = "x"\ncolumns = {columns}\n'
        )
    build(capsys)
    rows = passages(here)
    assert [(row["language"], row["text"]) for row in rows] == [*QUOTED, ("zh", "友好城市"), ("de", "Kiel")]
    assert [row["ordinal"] for row in rows] == list(range(5))
    assert [row["language"] for row in documents(here)] == ["de"]


def test_documents_in_another_language_are_kept_and_marked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_texts(here, {"fr.txt": FR, "zh.txt": ZH}, "file,date\nfr.txt,2014\nzh.txt,2014\n")
    write_study(here)
    summary = build(capsys).summary["stages"]["corpus"]["summary"]
    assert summary["languages"] == {"fr": 1, "zh": 1}
    assert [row["language"] for row in documents(here)] == ["fr", "zh"]
    assert [row["language"] for row in passages(here)] == ["fr", "zh"]


def test_names_with_han_spaces_newlines_and_bytes_of_another_encoding_are_kept_apart(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = os.fsdecode("城.txt".encode("gb18030"))
    names = ["城市 外交.txt", "zwei\nZeilen.txt", "a/gleich.txt", "b/gleich.txt", "ein, 'zitat\".txt", foreign]
    write_texts(here, dict.fromkeys(names, DE), None)
    write_study(here, NO_SIDECAR)
    build(capsys)
    assert sorted(row["doc_id"].removeprefix("speeches/") for row in documents(here)) == sorted(
        [*names[:-1], "\\xb3\\xc7.txt"]
    )
    assert run(capsys, "corpus").out.startswith("nothing to do")


def test_a_reject_of_an_odd_name_is_one_row(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_texts(here, {"zwei\nZeilen.pdf": "x", "=1+1.txt": "", "a.txt": DE}, None)
    write_study(here, NO_SIDECAR)
    build(capsys)
    assert sorted(rejects(here)) == [("'=1+1.txt", "empty"), ("zwei\nZeilen.pdf", "broken")]


def test_links_to_nothing_and_to_folders_are_rejects(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_texts(here, {"a.txt": DE}, None)
    (here / "elsewhere").mkdir()
    (root / "folder").symlink_to(here / "elsewhere")
    (root / "lost.txt").symlink_to(here / "nowhere.txt")
    write_study(here, NO_SIDECAR)
    build(capsys)
    assert rejects(here) == [("folder", "missing_file"), ("lost.txt", "missing_file")]
    assert run(capsys, "corpus").out.startswith("nothing to do")


def test_repeated_ids_of_a_table_are_rejects_even_far_apart(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "CHUNK_CHARACTERS", 40)
    rows = ({"nr": 1, "text": "erster Satz, der gilt"}, {"nr": 2, "text": "zweiter"}, {"nr": "1", "text": "dritter"},
            {"nr": 3, "text": "vierter\n\nUnd fünfter"}, {"nr": 2, "text": "sechster"})  # fmt: skip
    write_rows(here / "news.jsonl", rows)
    write_study(here, TABLE.replace(', title = "title", date = "date", language = "lang"', ""))
    build(capsys)
    assert [row["doc_id"] for row in documents(here)] == ["news/1", "news/2", "news/3"]
    assert rejects(here) == [("1", "duplicate_id"), ("2", "duplicate_id")]
    owners = [(row["doc_id"], row["text"]) for row in passages(here)]
    assert owners == [
        ("news/1", "erster Satz, der gilt"), ("news/2", "zweiter"), ("news/3", "vierter"), ("news/3", "Und fünfter"),
    ]  # fmt: skip


def test_the_same_key_in_two_sources_is_two_documents(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_texts(here)
    write_study(here, FOLDER + FOLDER.replace('"speeches"', '"copies"'))
    assert files_read(build(capsys)) == 2  # the second source finds what the first has read
    assert [row["doc_id"] for row in documents(here)] == [
        f"{source}/{name}" for source in ("speeches", "copies") for name in ("de_2015.txt", "zh_2014.txt")
    ]


def test_nothing_that_can_be_read_is_an_error_that_names_the_first_reason(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_texts(here, {"a.pdf": b"%PDF-1.7 cut", "b.txt": ""}, None)
    write_study(here, NO_SIDECAR)
    assert_short(run(capsys, "corpus"), 1, "mine.toml", "none of 2 items", "speeches/a.pdf: broken")


def test_an_empty_folder_says_where_texts_belong(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_texts(here, {}, None)
    write_study(here, NO_SIDECAR)
    assert_short(run(capsys, "corpus"), 1, "mine.toml: the sources hold no file; put texts into texts")


PIECES = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    st.sampled_from([ZH, DE, FR, "\n\n \n", "#", "\ufeff", "Ä"]).map(str.encode),
    st.just(ZH.encode("gb18030")),
    st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"\x00" * 9]),
    st.just(b"<html><body><p>" + DE.encode() * 5 + b"</p></body></html>"),
)
NAMES = st.from_regex(r"[a-c城ü ]{1,3}(/[ab])?\.(txt|html|pdf|md|doc|TXT)", fullmatch=True)


@settings(max_examples=40)
@given(
    st.dictionaries(NAMES, PIECES, max_size=5),
    st.lists(st.sampled_from(["a.txt", "b.txt", "nirgends.txt", "c.pdf"]), max_size=3, unique=True),
)
def test_every_item_of_any_folder_ends_as_one_document_or_one_reject(files: dict[str, bytes], named: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        root = write_texts(folder, {}, "".join(f"{line}\n" for line in ("file", *named)))
        there: set[str] = set()
        for name, data in files.items():
            try:
                write_texts(folder, {name: data}, None)
            except (NotADirectoryError, FileExistsError, IsADirectoryError):
                continue
            there.add((root / name).relative_to(root).as_posix())
        items = len(there) + len(set(named) - there)
        try:
            bring_up_to_date([corpus.CORPUS], load_study(write_study(folder), folder), lambda *_: None)
        except InputError:
            assert not (folder / "corpora" / "mine" / "documents.parquet").exists()
            return
        lost = rejects(folder)
        assert len(documents(folder)) + len(lost) == items
        assert len({row["doc_id"] for row in documents(folder)} | {f"speeches/{item}" for item, _ in lost}) == items
        assert {reason for _, reason in lost} <= set(REASONS)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from([ZH, DE, "\ud800", "1"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=4,
)
NUMBERS = st.one_of(st.integers(0, 3), JSON)
LINES = st.one_of(
    st.fixed_dictionaries({"nr": NUMBERS, "text": JSON}, optional={"title": JSON, "date": JSON}).map(json.dumps),
    st.sampled_from(["{", "[]", "null", '"x"', "{}", "\x00"]),
)


@settings(max_examples=60)
@given(st.lists(LINES, min_size=1, max_size=6))
def test_every_line_of_any_table_ends_as_one_document_or_one_reject(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        first = json.dumps({"nr": "first", "text": DE, "title": "t", "date": "2014", "lang": "de"})
        write_rows(folder / "news.jsonl", (first, *lines))
        study = load_study(write_study(folder, TABLE), folder)
        bring_up_to_date([corpus.CORPUS], study, lambda *_: None)
        assert len(documents(folder)) + len(rejects(folder)) == 1 + len(lines)
        assert {reason for _, reason in rejects(folder)} <= set(REASONS)
