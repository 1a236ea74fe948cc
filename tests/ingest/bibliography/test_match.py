"""Records tied to files: how each tie was found, and that nothing is guessed."""

from __future__ import annotations

import time

import pytest

from pipeline.ingest.bibliography.match import Text, Ties, comparable, tie_by_path, tie_by_text
from pipeline.ingest.bibliography.names import parse_name
from pipeline.ingest.bibliography.record import Record, make_record

LONG = "城市外交的三个层次：理论与案例的比较研究"
GERMAN = "Städtepartnerschaften im Wandel der Zeit"


def record(title: str, author: str = "", *, files: tuple[str, ...] = (), doi: str = "", year: str = "") -> Record:
    fields = {"title": [title], "file": files, "DOI": [doi], "issued": [year]}
    made = make_record("article-journal", fields, "made", names={"author": [parse_name(author)]})
    assert made is not None
    return made


def tied(ties: Ties) -> dict[str, tuple[int, str]]:
    return {file: (tie.record, tie.how) for file, tie in ties.tied.items()}


def by_text(records: list[Record], texts: dict[str, Text]) -> Ties:
    ties = Ties()
    tie_by_text(records, texts, ties)
    return ties


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("files/13/a.pdf", "path"), ("./files/13/a.pdf", "path"), ("/data/lib/files/13/a.pdf", "path"),
        ("C:\\Users\\x\\Zotero\\files\\13\\a.pdf", "path"), ("C:\\Users\\x\\13\\A.PDF", "path"),
        ("file:///home/x/13/a.pdf", "path"), ("C:\\Users\\x\\Downloads\\a.pdf", "file_name"),
        ("internal-pdf://0815/a.pdf", "file_name"), ("../../a.pdf", "path"),
    ],
)  # fmt: skip
def test_a_file_is_found_by_the_end_of_a_path_of_any_machine(path: str, how: str) -> None:
    ties = tie_by_path([record("T", files=(path,))], ["b.pdf", "files/13/a.pdf"], "/data/lib")
    assert tied(ties) == {"files/13/a.pdf": (0, how)}


def test_files_of_one_name_are_told_apart_by_their_folders_or_not_at_all() -> None:
    files = ["AAAA1111/Full Text.pdf", "BBBB2222/Full Text.pdf"]
    right = [
        record("A", files=("C:\\Z\\storage\\BBBB2222\\Full Text.pdf",)),
        record("B", files=("/z/storage/AAAA1111/Full Text.pdf",)),
    ]
    assert tied(tie_by_path(right, files)) == {files[1]: (0, "path"), files[0]: (1, "path")}
    unclear = tie_by_path([record("A", files=("/downloads/Full Text.pdf",))], files)
    assert (tied(unclear), unclear.open) == ({}, {files[0]: {0}, files[1]: {0}})


def test_a_common_name_does_not_tie_a_record_whose_own_file_is_lost() -> None:
    lost, kept = record("A", files=("files/1/Full Text.pdf",)), record("B", files=("files/2/Full Text.pdf",))
    assert tied(tie_by_path([lost, kept], ["files/2/Full Text.pdf"])) == {"files/2/Full Text.pdf": (1, "path")}
    other = tie_by_path([lost, record("B", files=("/x/Full Text.pdf",))], ["Full Text.pdf"])
    assert (tied(other), other.open) == ({}, {"Full Text.pdf": {0, 1}})


def test_two_records_of_one_path_are_not_chosen_from() -> None:
    ties = tie_by_path(
        [record("Kapitel 1", files=("buch.pdf",)), record("Kapitel 2", files=("buch.pdf",))], ["buch.pdf"]
    )
    assert (tied(ties), ties.open) == ({}, {"buch.pdf": {0, 1}})


def test_a_doi_on_the_first_page_ties_whatever_its_case_and_the_title_decides_between_two() -> None:
    records = [record(LONG, doi="10.1234/AbC.5"), record(GERMAN, doi="10.1234/other")]
    assert tied(by_text(records, {"x.pdf": Text("", "Zeitschrift\ndoi: 10.1234/abc.5. Seite 1")})) == {
        "x.pdf": (0, "doi")
    }
    both = Text("", f"{GERMAN}\nDOI 10.1234/abc.5, 10.1234/other")
    assert tied(by_text(records, {"x.pdf": both})) == {"x.pdf": (1, "doi")}
    unclear = by_text(records, {"x.pdf": Text("", "10.1234/abc.5 10.1234/other")})
    assert (tied(unclear), unclear.open) == ({}, {"x.pdf": {0, 1}})


@pytest.mark.parametrize(
    "name",
    [
        f"{LONG}_陈明远.pdf", f"陈明远_{LONG}.pdf", f"{LONG}.caj", f"{LONG} (1).pdf", f"{LONG}_陈明远（2）.pdf",
        f"{LONG} - 副本.pdf",
        "城市外交的三个层次_理论与案例的比较研究_陈明远.pdf", "城市外交的三个层次_省略_的比较研究_陈明远.pdf",
        f"陈明远 - 2009 - {LONG}.pdf",
        f"陈明远 等 - 2009 - {LONG[:14]}.pdf", "ordner/城市外交的三个层次 理论与案例的比较研究.pdf",
    ],
)  # fmt: skip
def test_names_that_cnki_zotero_and_browsers_give_to_files_are_read(name: str) -> None:
    records = [record(GERMAN, "Müller, Hans"), record(LONG, "陈明远", year="2009"), record("城市外交", "陈明远")]
    assert tied(by_text(records, {name: Text("", "")})) == {name: (1, "title_in_file_name")}


def test_one_title_of_several_records_is_told_apart_by_author_or_year_or_left_open() -> None:
    records = [
        record("编者按", "张远", year="2010"),
        record("编者按", "李若水", year="2011"),
        record("编者按", "李若水", year="2012"),
    ]
    assert tied(by_text(records, {"编者按_张远.pdf": Text("", "")})) == {"编者按_张远.pdf": (0, "title_in_file_name")}
    assert tied(by_text(records, {"编者按.pdf": Text("", "2012 年 李若水")})) == {
        "编者按.pdf": (2, "title_in_file_name")
    }
    unclear = by_text(records, {"编者按_李若水.pdf": Text("", "")})
    assert (tied(unclear), unclear.open) == ({}, {"编者按_李若水.pdf": {1, 2}})


def test_the_title_on_the_page_ties_where_name_and_doi_do_not() -> None:
    records = [record(LONG), record("城市外交的三个层次"), record(GERMAN), record("Einleitung")]
    split = Text("", "第 5 期\n城市外交的三个层次\n——理论与案例的比较研究\n陈明远")
    assert tied(by_text(records, {"scan001.pdf": split})) == {"scan001.pdf": (0, "title_in_text")}
    assert tied(by_text(records, {"s.pdf": Text(GERMAN.upper(), "")})) == {"s.pdf": (2, "title_in_text")}
    assert tied(by_text(records, {"s.pdf": Text("", "Einleitung\nDie Stadt …")})) == {}, "such a title says nothing"


def test_a_short_beginning_of_a_title_is_not_enough() -> None:
    assert tied(by_text([record(GERMAN)], {"Städte.pdf": Text("", "")})) == {}
    assert tied(by_text([record(GERMAN)], {"Städtepartnerschaften im Wandel.pdf": Text("", "")})) == {
        "Städtepartnerschaften im Wandel.pdf": (0, "title_in_file_name")
    }


def test_titles_are_compared_by_their_letters_and_digits() -> None:
    assert comparable("„Städte-Diplomatie“： ２０１９？") == comparable("städtediplomatie 2019")


def test_ten_thousand_records_and_files_are_tied_within_seconds() -> None:
    records = [
        record(f"城市外交的第{i}个层次：理论与案例", "陈明远", files=(f"C:\\x\\{i}.pdf",) if i % 2 else ())
        for i in range(10_000)
    ]
    files = [f"{i}.pdf" if i % 2 else f"城市外交的第{i}个层次_理论与案例_陈明远.pdf" for i in range(10_000)]
    start = time.perf_counter()
    ties = tie_by_path(records, files)
    tie_by_text(records, {file: Text("", "理论" * 500) for file in files if file not in ties.tied}, ties)
    assert len(ties.tied) == 10_000
    assert time.perf_counter() - start < 20
