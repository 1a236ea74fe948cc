# ruff: noqa: E501 - exports are lines
"""What exports look like beyond the well-formed: CNKI's habits, files cut off, what is no export."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_records import RECORDS, write_bibtex, write_csl, write_endnote, write_rdf, write_ris
from test_round_trip import WRITERS

from pipeline.errors import StudyError
from pipeline.ingest.bibliography.bibtex import attachments, decode_latex
from pipeline.ingest.bibliography.formats import is_export, read_export
from pipeline.ingest.bibliography.record import Record
from pipeline.records import Reject

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, name: str, content: str | bytes) -> list[Record | Reject]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_export(path).read


def only(folder: Path, name: str, content: str | bytes) -> Record:
    (record,) = read(folder, name, content)
    assert isinstance(record, Record), record
    return record


def authors(record: Record) -> list[str]:
    return [person.get("literal") or f"{person['family']}, {person['given']}" for person in record.item["author"]]


def test_cnki_glues_tags_to_names_writes_some_small_and_breaks_abstracts_in_a_sentence(tmp_path: Path) -> None:
    text = (
        "RT Journal Article\r\nSR 1\r\nA1林远;周小舟\r\nT1 江滨市的友城\r\nJF 学报(社会科学版)\r\nYR 2020\r\nvo 49\r\nIS 07\r\n"
        "OP 1106-1111+1117\r\nK1 友城;;城市外交\r\nAB 摘要：第一句写到\r\n,一半又写下去。\r\nLA 中文;\r\nDS CNKI\r\n"
        "LK https://kns.example/detail?FileName=XXJK2020&DbName=CJFQ\r\n"
    )
    record = only(tmp_path, "a.txt", text)
    assert authors(record) == ["林远", "周小舟"]
    assert (record.item["volume"], record.item["issue"], record.item["page"]) == ("49", "7", "1106-1111+1117")
    assert record.abstract == ("第一句写到,一半又写下去。",)
    assert record.keywords == ("友城", "城市外交")
    assert (record.item["language"], record.key) == ("中文", "XXJK2020")


def test_a_thesis_of_cnki_has_its_university_and_no_issue(tmp_path: Path) -> None:
    thesis = "RT Dissertation/Thesis\nA1林远\nA3 导师甲\nPB 江滨大学\nT1 友城研究\nCL 硕士\nYR 2015\nIS 06\n"
    item = only(tmp_path, "a.txt", thesis).item
    assert (item["type"], item["publisher"], item["genre"], "issue" in item) == ("thesis", "江滨大学", "硕士", False)
    item = only(tmp_path, "b.txt", "%0 Thesis\n%A 林远\n%T 友城研究\n%Y 导师甲\n%J 江滨大学\n%9 博士\n%D 2014\n").item
    assert (item["publisher"], "container-title" in item, item["genre"]) == ("江滨大学", False, "博士")


def test_authors_on_one_line_of_endnote_are_several_and_latin_names_without_commas_persons(tmp_path: Path) -> None:
    first, second = read(
        tmp_path, "a.enw",
        "%0 Journal Article\r\n%A 蔺远 %A 罗平 %A 陈曦\r\n%T 甲\r\n%K城市;外交\r\n%W CNKI\r\n\r\n"
        "%0 Journal Article\r\n%T B\r\n%A Jaeyoung Choi;Geunho Jeong\r\n%W CNKI\r\n",
    )  # fmt: skip
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert authors(first) == ["蔺远", "罗平", "陈曦"]
    assert first.keywords == ("城市", "外交")
    assert authors(second) == ["Choi, Jaeyoung", "Jeong, Geunho"]


def test_a_day_in_another_year_than_the_issue_is_the_day_it_went_online(tmp_path: Path) -> None:
    record = only(tmp_path, "a.txt", "DataType: 1\nTitle-题名: 甲\nYear-年: 2021\nPubTime-出版时间: 2020-12-28 10:11\n")
    assert record.date == "2021"


def test_references_written_out_by_the_standard_are_read(tmp_path: Path) -> None:
    text = (
        "[1]张远,王川,李杨等.中国的友好城市[J].城市研究,2008(05):915-924.\n"
        "[2]SMITH J, DOE A. Cities. And more[J/OL]. Local Affairs, 2020, 12(3): 1-2[2021-01-02]. https://x.example/1.\n"
        "[3]刘霞.友城四十年[N].江滨日报,2023-09-21(004).\n"
        "[4]张远. 友城史[M]. 南京：江滨出版社，2002：288.\n"
        "[5]这不是一条文献\n[6]林远.城市[J].城市研究,2020,(02):1-5.\n摘要：友城的历史。\n关键词：友城;历史\n"
    )
    one, two, three, four, five, six = read(tmp_path, "a.txt", text)
    assert isinstance(six, Record)
    assert (six.abstract, six.keywords, six.item["page"]) == (("友城的历史。",), ("友城", "历史"), "1-5")
    assert isinstance(five, Reject)
    assert "line 5" in five.detail
    items = [record.item for record in (one, two, three, four) if isinstance(record, Record)]
    assert [item["type"] for item in items] == ["article-journal", "article-journal", "article-newspaper", "book"]
    assert [person["literal"] for person in items[0]["author"]] == ["张远", "王川", "李杨"]
    assert (items[0]["issue"], items[0]["page"], items[0]["container-title"]) == ("5", "915-924", "城市研究")
    assert items[1]["author"] == [{"family": "SMITH", "given": "J"}, {"family": "DOE", "given": "A"}]
    assert (items[1]["volume"], items[1]["issue"], items[1]["URL"]) == ("12", "3", "https://x.example/1")
    assert (items[2]["page"], items[2]["issued"]) == ("4", {"date-parts": [[2023, 9, 21]]})
    assert (items[3]["publisher-place"], items[3]["publisher"], items[3]["page"]) == ("南京", "江滨出版社", "288")


def test_zotero_csv_has_a_key_names_and_files(tmp_path: Path) -> None:
    text = (
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Date","Pages","Manual Tags","File Attachments"\n'
        '"ABCD1234","journalArticle","2019","Müller, Hans; 陈, 志敏","Titel","Zeitschrift","10.1234/x","2019-05","3-19","a; b","/home/x/a.pdf; /home/x/b.html"\n'
    )
    record = only(tmp_path, "z.csv", text)
    assert (record.key, authors(record), record.date) == ("ABCD1234", ["Müller, Hans", "陈志敏"], "2019-05")
    assert record.attachments == ("/home/x/a.pdf", "/home/x/b.html")
    assert record.keywords == ("a", "b")


# -- cut off, broken, hostile


def test_a_ris_file_without_an_end_keeps_its_last_record_and_says_so(tmp_path: Path) -> None:
    text = write_ris(RECORDS[:3]).rstrip()
    assert text.endswith("ER  -")
    whole, cut = read(tmp_path, "a.ris", text), read(tmp_path, "b.ris", text.removesuffix("ER  -"))
    assert [r.item for r in cut if isinstance(r, Record)] == [r.item for r in whole if isinstance(r, Record)]
    assert [r.flags for r in cut if isinstance(r, Record)] == [(), (), ("cut_off",)]


def test_a_ris_record_that_begins_before_the_last_one_ended_is_another_record(tmp_path: Path) -> None:
    records = read(
        tmp_path, "a.ris", "TY  - JOUR\nTI  - Eins\nTY  - BOOK\nTI  - Zwei\nER  - \nTY  - BOOK\nPY  - 2001\nER  - \n"
    )
    assert [type(r) for r in records] == [Record, Record, Reject]
    assert [r.title for r in records if isinstance(r, Record)] == ["Eins", "Zwei"]


def test_a_wrapped_line_of_ris_that_looks_like_a_tag_with_one_space_stays_text(tmp_path: Path) -> None:
    record = only(tmp_path, "a.ris", "TY  - JOUR\nTI  - Titel\nAB  - Handel zwischen\nEU - China wächst.\nER  - \n")
    assert record.abstract == ("Handel zwischen EU - China wächst.",)
    loose = only(tmp_path, "b.ris", "TY - JOUR\nTI - Titel\nAU - Müller, Hans\nER -\n")
    assert (loose.title, authors(loose)) == ("Titel", ["Müller, Hans"])


def test_an_address_of_ris_is_not_cut_at_its_semicolon_and_repeated_tags_are_all_kept(tmp_path: Path) -> None:
    text = "TY  - JOUR\nTI  - T\nUR  - https://x.example/a;b\nL1  - a.pdf\nL1  - C:\\b.pdf\n c.pdf\nER  - \n"
    record = only(tmp_path, "a.ris", text)
    assert record.item["URL"] == "https://x.example/a;b"
    assert record.attachments == ("a.pdf", "C:\\b.pdf c.pdf")


def test_a_brace_that_is_not_closed_costs_its_entry_and_names_its_line(tmp_path: Path) -> None:
    text = write_bibtex(RECORDS[:2], biblatex=True) + "\n@book{offen,\n  title = {Ohne {Ende,\n  year = 2001\n}\n\n"
    records = read(tmp_path, "a.bib", text + write_bibtex(RECORDS[2:4], biblatex=True))
    good = [record.key for record in records if isinstance(record, Record)]
    (bad,) = [record for record in records if isinstance(record, Reject)]
    assert good == [made.key for made in RECORDS[:4]]
    line = text[: text.index("@book{offen")].count("\n") + 1
    assert (bad.reason, f"line {line}" in bad.detail) == ("bad_row", True)


def test_keys_and_fields_that_stand_twice_in_bibtex_lose_nothing(tmp_path: Path) -> None:
    records = read(
        tmp_path, "a.bib", "@book{a, title={Eins}}\n@book{a, title={Zwei}}\n@book{b, title={Drei}, title={Vier}}\n"
    )
    assert [(r.key, r.title) for r in records if isinstance(r, Record)] == [("a", "Eins"), ("a", "Zwei"), ("b", "Drei")]


def test_latex_is_text_and_what_is_none_stays(tmp_path: Path) -> None:
    assert decode_latex(r"M{\"u}ller \& S{\o}n, {EU}") == "Müller & Søn, EU"
    assert decode_latex("1979--2010, 100 % und A & B") == "1979–2010, 100 % und A & B"
    record = only(
        tmp_path,
        "a.bib",
        '@string{zfp = {Zeitschrift}}\n@article{a, title="{\\\'E}tat", journal=zfp # { Nord}, month=may, year=2019}',
    )
    assert (record.title, record.item["container-title"], record.date) == ("État", "Zeitschrift Nord", "2019-05")


@given(st.text(st.sampled_from("\\{}$&%~^_#ab\"'- hrefbegin"), max_size=30))
def test_no_latex_breaks_the_reading(text: str) -> None:
    assert isinstance(decode_latex(text), str)


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        (r"Text:C\:\\Users\\x\\a.pdf:application/pdf;Snap:b.html:text/html", ["C:\\Users\\x\\a.pdf", "b.html"]),
        (r"C:\Users\x\a.pdf", ["C:\\Users\\x\\a.pdf"]),
        (r"PDF:C:\x\a.pdf:application/pdf", ["C:\\x\\a.pdf"]),
        ("files/13/a.pdf", ["files/13/a.pdf"]), (":a.pdf:PDF", ["a.pdf"]), ("", []),
    ],
)  # fmt: skip
def test_attachments_are_read_in_every_writing(field: str, paths: list[str]) -> None:
    assert attachments(field) == paths


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '[{"title": "T"', "no whole JSON"),
        ("a.json", '["a", 5]', "no export of a bibliography"),
        ("a.rdf", write_rdf(RECORDS[:3])[:800], "no whole Zotero RDF"),
        ("a.csv", "Autor,Jahr\nMüller,2001\n", "a bibliography needs a column with the title .* has Autor, Jahr"),
        ("a.xlsx", b"PK\x03\x04 cut", "no XLSX workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0 cut", "no Excel workbook"),
        ("a.xls", b"<html><p>x</p></html>", "needs a column with the title"),
        ("a.ris", b"", "cannot be read .empty"),
        ("a.bib", b"\x00\x01\x02\x03" * 90, "cannot be read .binary"),
        ("a.txt", "Ein Brief an die Stadt.\n", "no export of a bibliography"),
    ],
)
def test_what_is_no_export_is_named_with_what_would_be(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StudyError, match=rf"{name}: .*{said}" if "column" not in said else said) as problem:
        read_export(path)
    assert str(path) in str(problem.value)
    assert is_export(path) == name.endswith((".json", ".rdf")) or "no export" in said


def test_items_of_csl_that_are_none_cost_only_themselves(tmp_path: Path) -> None:
    text = '[{"id": "a", "title": "T", "type": "book", "author": [{"family": "Ü"}, 5, null], "issued": {"date-parts": [[]]}}, 5, {"id": "b"}]'
    records = read(tmp_path, "a.json", text)
    assert [type(r) for r in records] == [Record, Reject, Reject]
    assert isinstance(records[0], Record)
    assert records[0].item == {"type": "book", "title": "T", "author": [{"literal": "Ü"}]}


@pytest.mark.parametrize("cut", [1, 2])
def test_gb18030_cut_in_the_middle_of_a_character_loses_that_character_only(tmp_path: Path, cut: int) -> None:
    data = write_endnote([made for made in RECORDS if made.type == "article-journal"][:3]).rstrip().encode("gb18030")
    end = data.rindex("城市国际研究".encode("gb18030")) if cut == 1 else len(data)
    whole = data[: end + 1] if cut == 1 else data[:-1]
    records = [record for record in read(tmp_path, "a.enw", whole) if isinstance(record, Record)]
    assert records[0].title == "城市外交的三个层次：理论与案例"
    assert [record for record in records[:-1] if "garbled_record" in record.flags] == []


def test_a_formula_in_a_cell_is_text_and_a_number_kept_as_text_is_unwrapped(tmp_path: Path) -> None:
    csv = 'Title-题名,Author-作者,PageCount-页码\n"=HYPERLINK(""http://x.example"")",张远;,"=""004"""\n'
    record = only(tmp_path, "a.csv", csv)
    assert record.title == '=HYPERLINK("http://x.example")'
    assert record.item["page"] == "4"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Titel", "Autor"])
    book.worksheets[0].append(["=1+1", "Müller, Hans"])
    book.worksheets[0].append(["Zweiter", "+49"])
    data = io.BytesIO()
    book.save(data)
    first, second = read(tmp_path, "a.xlsx", data.getvalue())
    assert isinstance(first, Reject), "a formula without a stored value is an empty cell"
    assert isinstance(second, Record)
    assert second.title == "Zweiter"


def test_a_row_with_more_cells_than_columns_is_a_reject(tmp_path: Path) -> None:
    good, bad = read(tmp_path, "a.csv", 'Titel,Autor\nEins,"Müller, Hans"\nZwei,Müller, Hans\n')
    assert isinstance(good, Record)
    assert (isinstance(bad, Reject), "row 3" in str(bad)) == (True, True)


def test_entities_of_its_own_and_files_outside_are_not_read_from_rdf(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("GEHEIM", encoding="utf-8")
    body = write_rdf(RECORDS[:1]).replace("城市外交的三个层次", "&x;")
    path = tmp_path / "a.rdf"
    path.write_text(f'<!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "{secret}">]>{body}', encoding="utf-8")
    with pytest.raises(StudyError):
        read_export(path)


SAMPLES = {name: write(records[:4]).encode() for name, (write, records, _) in WRITERS.items()}


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_no_damaged_export_breaks_the_reading(tmp_path: Path, name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name]
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 200)))
    path = tmp_path / name
    path.write_bytes(sample[:start] + data.draw(st.binary(max_size=8)) + sample[end:])
    try:
        records = read_export(path).read
    except StudyError:
        return
    assert all(record.title if isinstance(record, Record) else record.reason == "bad_row" for record in records)


def test_json_of_another_kind_and_plain_texts_are_no_exports(tmp_path: Path) -> None:
    for name, text in {
        "a.json": '{"id": "1", "type": "https://schema.oparl.org/1.1/Paper"}',
        "b.txt": "Sehr geehrte Damen und Herren,\n\nwir schreiben an info@stadt.example.",
        "c.txt": "[1] Anlage\n\nText der Anlage",
        "d.pdf": "%PDF-1.7",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert not is_export(tmp_path / name), name
    (tmp_path / "e.txt").write_text(write_csl(RECORDS[:1]), encoding="utf-8")
    assert is_export(tmp_path / "e.txt")
