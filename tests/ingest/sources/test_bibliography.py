# ruff: noqa: E501 - exports are lines
"""The source ``bibliography`` from the study to the tables: nothing is lost, nothing is guessed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_records import RECORDS, write_bibtex, write_own, write_rdf, write_ris
from reportlab.pdfgen import canvas
from user_study import assert_short, documents, passages, rejects, run, write_study

from pipeline.analyses.counts import read_corpus
from pipeline.concepts.mentions import MENTIONS_STAGE
from pipeline.errors import InputError
from pipeline.ingest.bibliography.entries import list_attachments
from pipeline.ingest.corpus import CORPUS
from pipeline.ingest.sources.bibliography import tie_parts
from pipeline.ingest.sources.folder import Task, read_into_part
from pipeline.languages.tokens import TOKENS
from pipeline.stages import bring_up_to_date
from pipeline.study import load_study

SOURCE = '[[source]]\nid = "lib"\nkind = "bibliography"\npath = "{path}"\ntype = "article"\n'
BIB = """
@article{mueller2019, title = {Städtediplomatie im Wandel}, author = {Müller, Hans and Chen, Zhimin and {Stadt Köln}},
 journal = {Zeitschrift}, date = {2019-05}, number = {2}, pages = {3--19}, keywords = {Städte; 城市外交},
 abstract = {Der Aufsatz beschreibt die Städtediplomatie seit dem Jahr 1990.}, file = {C\\:\\\\Users\\\\x\\\\mueller.txt}}
@book{ohne2001, title = {Buch ohne Datei und ohne Zusammenfassung}, author = {Groß, Karl}, year = 2001}
@article{nur2002, title = {Nur eine Zusammenfassung}, year = 2002, keywords = {友好城市}}
"""
TEXT = "Die Städte pflegen seit vielen Jahren ihre Partnerschaften mit anderen Städten in der Welt."


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def build(folder: Path, path: str = "lib", more: str = "") -> dict[str, Any]:
    study = load_study(write_study(folder, SOURCE.format(path=path) + more), folder)
    bring_up_to_date([CORPUS], study, lambda *_: None)
    return {row["doc_id"].removeprefix("lib/"): row for row in documents(folder)}


def said(folder: Path) -> list[dict[str, str]]:
    with (folder / "corpora" / "mine" / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_document_has_what_its_record_says(here: Path) -> None:
    put(here / "lib", {"z.bib": BIB, "pdf/mueller.txt": TEXT})
    row = build(here)["mueller2019"]
    assert (row["title"], row["author"]) == ("Städtediplomatie im Wandel", "Hans Müller; Chen Zhimin; Stadt Köln")
    assert (row["date"], row["date_precision"], row["date_evidence"]) == (dt.date(2019, 5, 1), "month", "metadata")
    assert (row["path"], row["record_match"], row["flags"]) == ("lib/pdf/mueller.txt", "file_name", [])
    assert (row["journal"], row["issue"], row["page_range"], row["keywords"]) == (
        "Zeitschrift",
        "2",
        "3-19",
        "Städte; 城市外交",
    )
    item = json.loads(row["reference"])
    assert item["author"][1] == {"family": "Chen", "given": "Zhimin"}
    assert (item["id"], item["type"]) == ("mueller2019", "article-journal")


def test_abstract_and_keywords_are_passages_of_their_own_kinds_a_list_a_language(here: Path) -> None:
    put(here / "lib", {"z.bib": BIB, "pdf/mueller.txt": TEXT})
    build(here)
    mine = [(p["kind"], p["language"], p["text"]) for p in passages(here) if p["doc_id"] == "lib/mueller2019"]
    assert mine == [
        ("body", "de", TEXT),
        ("abstract", "de", "Der Aufsatz beschreibt die Städtediplomatie seit dem Jahr 1990."),
        ("keywords", "zh", "城市外交"),
        ("keywords", "de", "Städte"),
    ]


def test_keywords_can_be_counted_alone_and_are_not_by_default(here: Path) -> None:
    put(here / "lib", {"z.bib": BIB, "pdf/mueller.txt": TEXT})
    found = []
    for keep in ("", '[passages]\nkeep = ["keywords"]\n'):
        path = write_study(here, SOURCE.format(path="lib"), more=f"{keep}[run]\nworkers = 1\n")
        path.write_text(path.read_text(encoding="utf-8").replace('["zh", "de"]', '["zh"]'), encoding="utf-8")
        study = load_study(path, here)
        bring_up_to_date([CORPUS, TOKENS, MENTIONS_STAGE], study, lambda *_: None)
        found.append(read_corpus(study).mentions["surface"].to_pylist())
    assert found == [[], ["城市外交"]]


def test_records_without_a_file_are_documents_of_their_abstract_or_rejects(here: Path) -> None:
    put(here / "lib", {"z.bib": BIB, "pdf/mueller.txt": TEXT, "pdf/frei.txt": TEXT})
    rows = build(here)
    assert set(rows) == {"mueller2019", "nur2002", "pdf/frei.txt"}
    assert (rows["nur2002"]["flags"], rows["nur2002"]["path"]) == (["no_file"], "lib/z.bib")
    assert (rows["nur2002"]["date"], rows["nur2002"]["language"]) == (dt.date(2002, 1, 1), "zh")
    assert rows["pdf/frei.txt"]["flags"] == ["no_record", "no_date"]
    (lost,) = said(here)
    assert (lost["item"], lost["reason"]) == ("ohne2001", "missing_file")
    assert "z.bib, line" in lost["detail"]


def test_a_file_that_cannot_be_read_leaves_its_record_its_abstract(here: Path) -> None:
    put(here / "lib", {"z.bib": BIB, "mueller.txt": b"", "Buch ohne Datei und ohne Zusammenfassung.pdf": b"no pdf"})
    rows = build(here)
    assert rows["mueller2019"]["flags"] == ["unreadable_file"]
    assert {(r["item"], r["reason"]) for r in said(here)} == {
        ("mueller.txt", "empty"), ("Buch ohne Datei und ohne Zusammenfassung.pdf", "broken"), ("ohne2001", "missing_file"),
    }  # fmt: skip
    assert any("broken" in row["detail"] for row in said(here) if row["item"] == "ohne2001")


def test_several_files_of_a_record_are_documents_and_the_pdf_is_the_first(here: Path) -> None:
    bib = BIB.replace("mueller.txt}", "a/mueller.html;/x/a/mueller.txt}").replace("C\\:\\\\Users\\\\x\\\\", "/x/")
    put(
        here / "lib",
        {"z.bib": bib, "a/mueller.txt": TEXT, "a/mueller.html": f"<html><body><p>{TEXT}</p></body></html>"},
    )
    rows = build(here)
    assert rows["mueller2019"]["path"] == "lib/a/mueller.html"
    assert [rows[key]["flags"] for key in ("mueller2019", "a/mueller.txt")] == [["several_files"]] * 2
    assert rows["a/mueller.txt"]["title"] == "Städtediplomatie im Wandel"
    kinds = [p["kind"] for p in passages(here) if p["doc_id"] == "lib/a/mueller.txt"]
    assert kinds == ["body"], "the abstract is one document's"


def test_what_is_ambiguous_is_flagged_with_what_it_could_be(here: Path) -> None:
    bib = "@article{a, title={Vorwort}, keywords={x}}\n@article{b, title={Vorwort}, author={Berg, Ute}, keywords={y}}"
    put(here / "lib", {"z.bib": bib, "Vorwort.txt": TEXT})
    rows = build(here)
    assert rows["Vorwort.txt"]["flags"][:2] == ["no_record", "ambiguous_record"]
    assert rows["Vorwort.txt"]["record_match"] == "ambiguous: a | b"
    assert rows["a"]["flags"][:2] == ["no_file", "ambiguous_file"]
    assert rows["b"]["record_match"] == "ambiguous: Vorwort.txt"


def test_records_twice_are_read_once_and_keep_what_either_has(here: Path) -> None:
    one = "TY  - JOUR\nID  - eins\nTI  - Städte und ihre Partner\nDO  - 10.1234/ABC\nER  - \n"
    two = "TY  - JOUR\nID  - zwei\nTI  - Städte und ihre Partner: ein Überblick\nDO  - https://doi.org/10.1234/abc\nL1  - a.txt\nER  - \n"
    other = (
        "TY  - CHAP\nID  - drei\nTI  - Ein anderes Kapitel desselben Buchs\nDO  - 10.1234/abc\nAB  - Text.\nER  - \n"
    )
    put(here / "lib", {"a.ris": one + two, "b.ris": one + other, "a.txt": TEXT})
    rows = build(here)
    assert set(rows) == {"eins", "drei"}
    assert rows["eins"]["record_match"] == "path"
    assert sorted(rejects(here)) == [("eins", "duplicate_id"), ("zwei", "duplicate_id")]


def test_keys_are_those_of_the_export_else_the_files_name_else_author_year_and_title(here: Path) -> None:
    ris = "TY  - JOUR\nAU  - 陈, 志敏\nTI  - 城市外交研究\nPY  - 2009\nAB  - 摘要一句。\nER  - \nTY  - JOUR\nTI  - Zweiter Titel\nL1  - x/b.txt\nER  - \n"
    put(here / "lib", {"a.ris": ris, "x/b.txt": TEXT})
    keys = set(build(here))
    assert "x/b.txt" in keys
    (own,) = keys - {"x/b.txt"}
    assert re.fullmatch(r"陈志敏2009-[0-9a-f]{8}", own)
    put(here / "lib", {"a.ris": ris.replace("AB  - 摘要一句。", "AB  - 改过的摘要。")})
    assert set(build(here)) == keys, "a key does not depend on the abstract"


def test_one_key_of_two_works_is_kept_apart(here: Path) -> None:
    put(
        here / "lib", {"a.bib": "@book{x, title={Eins}, keywords={a}}", "b.bib": "@book{x, title={Zwei}, keywords={b}}"}
    )
    rows = build(here)
    assert {key: row["title"] for key, row in rows.items()} == {"x": "Eins", "x-2": "Zwei"}
    assert "duplicate_key" in rows["x-2"]["flags"]


def test_a_storage_of_zotero_without_an_export_is_read_and_with_one_is_tied(here: Path) -> None:
    storage = put(
        here / "storage",
        {
            "ABCD1234/Müller - 2019 - Städtediplomatie im Wandel.txt": TEXT,
            "EFGH5678/frei.txt": TEXT,
            "ABCD1234/.zotero-ft-cache": "x",
        },
    )
    rows = build(here, "storage")
    assert [row["flags"][0] for row in rows.values()] == ["no_record", "no_record"]
    put(here, {"z.bib": BIB})
    rows = build(here, "z.bib", 'files = "storage"\n')
    assert rows["mueller2019"]["record_match"] == "title_in_file_name"
    assert rows["mueller2019"]["path"].startswith("storage/ABCD1234/")
    assert storage.is_dir()


def test_zotero_rdf_is_tied_to_its_attachments(here: Path) -> None:
    texts = {f"files/{i}/{made.key}.pdf": b"" for i, made in enumerate(RECORDS)}
    put(here / "lib", {"z.rdf": write_rdf(RECORDS), **texts, "files/0/chen2009.pdf": b"", "files/10/x.txt": TEXT})
    rows = build(here)
    empty = {item for item, reason in rejects(here) if reason == "empty"}
    assert len(empty) == 30
    assert sum("unreadable_file" in row["flags"] for row in rows.values()) == sum(
        bool(m.abstract or m.keywords) for m in RECORDS
    )


def test_a_pdf_with_any_name_is_tied_by_the_doi_on_its_first_page(here: Path) -> None:
    pages = io.BytesIO()
    page = canvas.Canvas(pages)
    for number, line in enumerate(
        ["Zeitschrift 3 (2008)", "DOI: 10.1234/ZKA.2008.1", "Ein ganz anderer Anfang ohne Titel."]
    ):
        page.drawString(72, 720 - 40 * number, line)
    page.showPage()
    page.drawString(72, 720, "Zweite Seite")
    page.drawString(72, 500, "Mehr dazu: 10.1234/zka.2008.2")
    page.save()
    bib = "@article{a, title={Partner im Wandel}, doi={10.1234/zka.2008.1}}\n@article{b, title={Noch einer}, doi={10.1234/zka.2008.2}, keywords={x}}"
    put(here / "lib", {"z.bib": bib, "scan0001.pdf": pages.getvalue()})
    rows = build(here)
    assert (rows["a"]["record_match"], rows["a"]["path"]) == ("doi", "lib/scan0001.pdf")
    assert rows["b"]["flags"][0] == "no_file"


@pytest.mark.parametrize(
    ("written", "language"), [("ngerman", "de"), ("american", "en"), ("中文;", "zh"), ("zh-CN", "zh")]
)
def test_languages_as_exports_write_them_are_known(here: Path, written: str, language: str) -> None:
    put(here / "lib", {"z.ris": f"TY  - JOUR\nTI  - T\nLA  - {written}\nKW  - x-1\nER  - \n"})
    (row,) = build(here).values()
    assert (row["language"], "bad_language" in row["flags"]) == (language, False)


def test_a_path_in_a_record_never_leads_out_of_the_folder(here: Path) -> None:
    put(here, {"secret.txt": "GEHEIM"})
    put(
        here / "lib",
        {
            "z.bib": "@book{a, title={T}, keywords={k}, file={../secret.txt}}\n@book{b, title={U}, keywords={k}, file={/etc/passwd}}"
        },
    )
    rows = build(here)
    assert [row["flags"][0] for row in rows.values()] == ["no_file", "no_file"]
    assert not any("GEHEIM" in p["text"] or "root:" in p["text"] for p in passages(here))


def test_a_corrected_record_reads_no_file_again_and_a_second_run_does_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(here / "lib", {"z.bib": BIB, "mueller.txt": TEXT})
    write_study(here, SOURCE.format(path="lib"))
    assert run(capsys, "corpus", "--json").summary["stages"]["corpus"]["summary"]["files_read"] == 1
    assert run(capsys, "corpus").out.startswith("nothing to do")
    put(here / "lib", {"z.bib": BIB.replace("2019-05", "2018-05")})
    again = run(capsys, "corpus", "--json").summary["stages"]["corpus"]
    assert (again["ran"], again["summary"]["files_read"]) == (True, 0)
    assert {row["date"] for row in documents(here)} >= {dt.date(2018, 5, 1)}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.pdf": b"%PDF"}, ("holds no export of a bibliography", "kind = 'folder'")),
        ({"z.json": '[{"title": "T"'}, ("z.json: no whole JSON",)),
    ],
)
def test_a_folder_without_a_whole_export_is_said(
    here: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str | bytes], words: tuple[str, ...]
) -> None:
    put(here / "lib", files)
    write_study(here, SOURCE.format(path="lib"))
    assert_short(run(capsys, "corpus"), 2, *words)


def test_exports_of_cnki_that_come_in_pieces_are_read_together(here: Path) -> None:
    chinese = [made for made in RECORDS if made.language == "zh" and made.type == "article-journal"]
    put(here / "lib", {"1.txt": write_own(chinese[:3]).encode("gb18030"), "2.txt": write_own(chinese[2:]).encode("utf-16"),
                       f"{chinese[0].title.replace('：', '_')}_陈明远.txt": "城市外交有三个层次。"})  # fmt: skip
    rows = build(here)
    assert len(rows) == len(chinese)
    assert [row["record_match"] for row in rows.values() if row["record_match"]] == ["title_in_file_name"]
    assert [reason for _, reason in rejects(here)] == ["duplicate_id"]


TITLES = ("Städte und Partner in Europa", "城市外交的三个层次与案例研究", "Vorwort", "Sister cities and soft power")
FILES = st.sampled_from(
    [
        "a.txt",
        "b.txt",
        "x/a.txt",
        "Vorwort.txt",
        "Vorwort (1).txt",
        "城市外交的三个层次与案例研究_陈.txt",
        "leer.txt",
        "c.pdf",
        "d.zip",
    ]
)
MADE = st.fixed_dictionaries(
    {"title": st.sampled_from(["", *TITLES])},
    optional={
        "key": st.sampled_from(["k", "l", "a.txt"]), "doi": st.sampled_from(["10.1234/a", "10.1234/b"]),
        "file": st.sampled_from(["a.txt", "C:\\y\\a.txt", "x/a.txt", "weg.txt", "Vorwort.txt"]),
        "abstract": st.just("Eine Zusammenfassung."), "author": st.sampled_from(["陈", "Berg, Ute"]),
    },
)  # fmt: skip


def tie(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The documents and rejects of the folder ``lib``, its files read in this process."""
    study = load_study(write_study(folder, SOURCE.format(path="lib")), folder)
    targets = []
    for number, (path, name) in enumerate(list_attachments(study, study.sources[0])):
        targets.append(folder / f"{number}.arrow")
        read_into_part(Task(path, name, targets[-1], targets[-1], study.pdf))
    made: list[dict[str, Any]] = []
    lost: list[dict[str, str]] = []
    for part, cells in tie_parts(study, study.sources[0], targets):
        made += [{**row, **cells[row["key"]]} for row in part.documents.select(["key", "flags"]).to_pylist()]
        lost += part.rejects.to_pylist()
    return made, lost


@settings(max_examples=80)
@given(st.lists(MADE, max_size=5), st.sets(FILES, max_size=5))
@example([{"title": "Vorwort", "key": "a.txt", "file": "a.txt"}], {"Vorwort.txt", "a.txt"})  # a key like a file's name
def test_every_record_and_every_file_ends_in_one_place(made: list[dict[str, str]], files: set[str]) -> None:
    tags = {"title": "TI", "key": "ID", "doi": "DO", "file": "L1", "abstract": "AB", "author": "AU"}
    ris = "".join(
        "TY  - JOUR\n" + "".join(f"{tags[k]}  - {v}\n" for k, v in one.items() if v) + f"N1  - {i}\nER  - \n"
        for i, one in enumerate(made)
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        contents = {"leer.txt": b"", "c.pdf": b"cut", "d.zip": b"PK\x03\x04"}
        put(
            folder / "lib",
            {name: contents.get(name, f"{TEXT} {name}".encode()) for name in files} | {"z.ris": f"TY  - X\n{ris}"},
        )
        documents, lost = tie(folder)
        assert len({row["key"] for row in documents}) == len(documents)
        of_files = [row["path"].removeprefix("lib/") for row in documents if row["path"] != "lib/z.ris"]
        of_records = {"duplicate_id", "missing_file", "bad_row"}
        assert sorted(of_files + [row["item"] for row in lost if row["reason"] not in of_records]) == sorted(files)
        described = [row for row in documents if "reference" in row]
        alone = [row for row in described if row["path"] == "lib/z.ris"]
        with_file = [row for row in described if row["path"] != "lib/z.ris"]
        assert all({"no_file", "unreadable_file"} & set(row["flags"]) for row in alone)
        assert not any({"no_record", "no_file", "unreadable_file"} & set(row["flags"]) for row in with_file)
        several = [row for row in with_file if "several_files" in row["flags"]]
        works = {json.dumps(json.loads(row["reference"]) | {"id": ""}) for row in several}
        records = len(described) - len(several) + len(works)
        assert records + sum(row["reason"] in of_records for row in lost) == 1 + len(made), (documents, lost)


def test_a_bibliography_of_nothing_readable_is_an_error(here: Path) -> None:
    put(here / "lib", {"z.bib": "@book{a, title={Nur ein Titel}}"})
    with pytest.raises(InputError, match="lib/a: missing_file"):
        build(here)


def test_the_same_source_gives_the_same_tables(here: Path) -> None:
    put(here / "lib", {"z.bib": write_bibtex(RECORDS, biblatex=True), "y.ris": write_ris(RECORDS[:5]), "a.txt": TEXT})
    build(here)
    first = {p.name: p.read_bytes() for p in (here / "corpora" / "mine").glob("*.parquet")}
    (here / "corpora" / "mine" / "documents.parquet").unlink()
    build(here)
    assert {p.name: p.read_bytes() for p in (here / "corpora" / "mine").glob("*.parquet")} == first
