"""Thirty records in each format and encoding are read back as they were."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import made_records as made
import pytest
from made_records import CHINESE_KINDS, RECORDS, Made, Person

from pipeline.ingest.bibliography.formats import is_export, read_export
from pipeline.ingest.bibliography.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CNKI = tuple(record for record in RECORDS if record.type in CHINESE_KINDS)
THIRTY_OF_CNKI = tuple(Made(**{**vars(r), "title": f"{r.title}{part}"}) for part in ("", " II") for r in CNKI)[:30]
"""What CNKI has: journals, newspapers, theses, proceedings."""

NO_KEY = {"key"}
NO_PLACE = {"key", "place", "language"}
WRITERS: dict[str, tuple[Callable[[Sequence[Made]], str], tuple[Made, ...], set[str]]] = {
    "z.ris": (made.write_ris, RECORDS, set()),
    "z.bib": (lambda r: made.write_bibtex(r, biblatex=True), RECORDS, set()),
    "old.bib": (lambda r: made.write_bibtex(r, biblatex=False), RECORDS, {"day"}),
    "z.json": (made.write_csl, RECORDS, set()),
    "z.rdf": (made.write_rdf, RECORDS, NO_KEY),
    "refworks.txt": (made.write_refworks, THIRTY_OF_CNKI, NO_PLACE),
    "endnote.txt": (made.write_endnote, THIRTY_OF_CNKI, {"key", "place"}),
    "cnki.net": (made.write_noteexpress, THIRTY_OF_CNKI, {"key", "place"}),
    "own.txt": (made.write_own, THIRTY_OF_CNKI, NO_PLACE),
    "estudy.txt": (made.write_study, THIRTY_OF_CNKI, NO_PLACE),
    "cnki.csv": (made.write_csv, THIRTY_OF_CNKI, NO_PLACE),
    "html.xls": (made.write_html_table, THIRTY_OF_CNKI, NO_PLACE),
}
"""By the file's name: who writes it, which records, and what the format has no place for."""
ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with BOM": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "gb18030": lambda text: text.encode("gb18030"),
}


def expected_person(person: Person) -> dict[str, str]:
    return {"literal": person} if isinstance(person, str) else {"family": person[0], "given": person[1]}


def expected(record: Made, without: set[str]) -> dict[str, object]:
    """What must be read of a record, field by field."""
    date = record.date[:7] if "day" in without else record.date
    fields = {
        "key": record.key, "type": record.type, "title": record.title, "date": date, "abstract": record.abstract,
        "author": [expected_person(p) for p in record.authors], "keywords": record.keywords,
        "issued": {"date-parts": [[int(part) for part in date.split("-")]]}, "container-title": record.container,
        "volume": record.volume, "issue": record.issue, "page": record.pages, "publisher": record.publisher,
        "place": record.place, "DOI": record.doi, "URL": record.url, "language": record.language,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if name not in without and value}


def read_fields(record: object, without: set[str]) -> dict[str, object]:
    assert isinstance(record, Record), record
    fields = {
        **record.item, "key": record.key, "date": record.date, "abstract": "\n".join(record.abstract),
        "keywords": record.keywords, "place": record.item.get("publisher-place", ""),
    }  # fmt: skip
    fields.pop("publisher-place", None)
    return {name: value for name, value in fields.items() if name not in without and value}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", WRITERS)
def test_thirty_records_are_read_back_field_by_field(tmp_path: Path, name: str, encoding: str) -> None:
    write, records, without = WRITERS[name]
    assert len(records) == 30
    path = tmp_path / name
    path.write_bytes(ENCODINGS[encoding](write(records)))
    assert is_export(path)
    read = read_export(path).read
    assert [read_fields(record, without) for record in read] == [expected(record, without) for record in records]


@pytest.mark.parametrize(("name", "write"), [("cnki.xlsx", made.write_xlsx), ("old.xls", made.write_xls)])
def test_thirty_rows_of_a_workbook_are_read_back(
    tmp_path: Path, name: str, write: Callable[[Sequence[Made]], bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(write(THIRTY_OF_CNKI))
    assert is_export(path)
    read = read_export(path).read
    assert [read_fields(r, NO_PLACE) for r in read] == [expected(r, NO_PLACE) for r in THIRTY_OF_CNKI]
