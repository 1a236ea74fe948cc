"""Bibliographies as tables: CNKI's (an ``.xls`` that is HTML or a real one, ``.xlsx``, CSV), Zotero's CSV, others."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING

from pipeline.errors import StudyError, Unreadable
from pipeline.ingest.bibliography.cnki import own_record
from pipeline.ingest.bibliography.names import parse_name, split_names
from pipeline.ingest.bibliography.record import ROLES, make_record, split_keywords
from pipeline.ingest.bibliography.tagged import Tagged
from pipeline.ingest.encodings import decode
from pipeline.ingest.sources.sheets import book_rows, separated_rows
from pipeline.records import Reject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.ingest.bibliography.record import Record
    from pipeline.ingest.sources.sheets import Numbered

SUFFIXES = (".xls", ".xlsx", ".csv", ".tsv")

_OLD_BOOK = b"\xd0\xcf\x11\xe0"
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""How exports keep Excel from reading 004 as a number."""

_COLUMNS = {
    name: variable
    for variable, names in {
        "title": "title|题名|标题|篇名|titel",
        "author": "author|authors|作者|autor|autoren|verfasser",
        "editor": "editor|editors|herausgeber|编者",
        "translator": "translator|übersetzer|译者",
        "container-title": "publication title|journal|来源|刊名|文献来源|source|zeitschrift|container-title",
        "issued": "date|publication year|year|出版时间|发表时间|年|年份|datum|jahr",
        "volume": "volume|卷|band|jahrgang",
        "issue": "issue|number|期|heft|nummer",
        "page": "pages|page|页码|页|seiten",
        "publisher": "publisher|出版社|出版者|verlag",
        "publisher-place": "place|出版地|ort|verlagsort",
        "edition": "edition|版次|auflage",
        "genre": "type|genre",
        "keyword": "manual tags|keywords|keyword|关键词|tags|schlagwörter|schlagworte",
        "abstract": "abstract note|abstract|摘要|zusammenfassung",
        "DOI": "doi",
        "URL": "url|网址|链接|link",
        "ISSN": "issn",
        "ISBN": "isbn",
        "language": "language|语言|语种|sprache",
        "file": "file attachments|file|文件|datei",
        "accessed": "access date|accessed",
        "event-title": "conference name|meeting name",
        "collection-title": "series|reihe",
        "key": "key|citation key|citekey|id",
        "kind": "item type|reference type|文献类型",
    }.items()
    for name in names.split("|")
}
"""What columns are called that CNKI does not name in its own way (``Title-题名``)."""

_ZOTERO = {
    "journalarticle": "article-journal", "newspaperarticle": "article-newspaper", "magazinearticle": "article-magazine",
    "book": "book", "booksection": "chapter", "conferencepaper": "paper-conference", "thesis": "thesis",
    "report": "report", "webpage": "webpage", "blogpost": "post-weblog", "presentation": "speech",
    "manuscript": "manuscript", "preprint": "article", "statute": "legislation", "patent": "patent",
    "standard": "standard", "encyclopediaarticle": "entry-encyclopedia", "dictionaryentry": "entry-dictionary",
    "interview": "interview", "document": "document", "case": "legal_case", "bill": "bill", "dataset": "dataset",
    "letter": "personal_communication", "map": "map", "film": "motion_picture",
}  # fmt: skip


def csl_type(zotero: str) -> str:
    """The type of CSL of one of Zotero's; a type of CSL stays."""
    return _ZOTERO.get(zotero.replace(" ", "").lower(), zotero)


def read_table(data: bytes, path: Path) -> list[Record | Reject]:
    """The records of a table, a row each.

    Args:
        data: all bytes of the file.
        path: where it lies, for the kind of table and for messages.

    Raises:
        StudyError: the file is no table, or none of its columns is a title.
    """
    rows = iter(_rows(data, path))
    header = next(rows, (1, []))[1]
    names = [cell.strip() for cell in header] if not isinstance(header, str) else []
    if not has_title(names):
        raise StudyError(
            f"{path}: a bibliography needs a column with the title (Title-题名, 题名, Title, Titel); this table has "
            + (", ".join(filter(None, names)) or "no columns")
        )
    is_cnki = any(name.startswith("Title-") for name in names)
    return [_record(number, names, row, path.name, is_cnki=is_cnki) for number, row in rows]


def has_title(names: Sequence[str]) -> bool:
    """Whether one of these columns holds titles."""
    return any(name.startswith("Title-") or _COLUMNS.get(name.lower()) == "title" for name in names)


def _record(
    number: int, names: Sequence[str], row: Sequence[str] | str, name: str, *, is_cnki: bool
) -> Record | Reject:
    where = f"{name}, row {number}"
    if isinstance(row, str):
        return Reject("", f"row {number}", "corpus", "bad_row", row)
    cells = [
        (column, _FORMULA_TEXT.sub(r"\1", cell.strip()))
        for column, cell in zip(names, row, strict=False)
        if cell.strip()
    ]
    if any(row[len(names) :]):
        detail = f"{len(row)} cells under {len(names)} columns; is a cell with a comma not in quotes?"
        return Reject("", f"row {number}", "corpus", "bad_row", detail)
    if is_cnki:
        read = own_record(Tagged(number, cells, ended=True), name)
    else:
        fields: dict[str, list[str]] = {}
        for column, cell in cells:
            fields.setdefault(_COLUMNS.get(column.lower(), ""), []).append(cell)
        people = {
            role: [parse_name(one) for value in fields.get(role, ()) for one in split_names(value)] for role in ROLES
        }
        fields["keyword"] = [
            word for cell in fields.get("keyword", ()) for word in split_keywords(cell, at_commas=True)
        ]
        fields["file"] = [path for cell in fields.get("file", ()) for path in cell.split(";")]
        kind = csl_type("".join(fields.get("kind", ["article-journal"])[:1]))
        read = make_record(kind, fields, where, "".join(fields.get("key", [])[:1]), names=people) or Reject(
            "", f"row {number}", "corpus", "bad_row", f"{where}: it has no title"
        )
    return read


def _rows(data: bytes, path: Path) -> Iterable[Numbered]:
    if data.startswith(_OLD_BOOK):
        return _old_book_rows(data, path)
    if data.startswith(b"PK"):
        return book_rows(io.BytesIO(data), path)
    try:
        text, _ = decode(data)
    except Unreadable as problem:
        raise StudyError(f"{path}: the table cannot be read ({problem}); save it as CSV in UTF-8") from None
    if re.match(r"\s*<", text):
        return _html_rows(text, path)
    return separated_rows(text, "\t" if path.suffix.lower() in {".tsv", ".xls"} else None)


def _html_rows(text: str, path: Path) -> list[Numbered]:
    from lxml import etree, html

    try:
        root = html.document_fromstring(re.sub(r"<\?xml[^>]*>", "", text, count=1))
    except (etree.ParserError, ValueError) as problem:
        raise StudyError(f"{path}: this is no table ({problem}); save it as XLSX or as CSV in UTF-8") from None
    rows = [
        [" ".join("".join(map(str, cell.itertext())).split()) for cell in row.iterchildren("td", "th")]
        for row in root.iter("tr")
    ]
    return [(number, row) for number, row in enumerate(rows, start=1) if any(row)]


def _old_book_rows(data: bytes, path: Path) -> list[Numbered]:
    from python_calamine import CalamineError, load_workbook

    try:
        with load_workbook(io.BytesIO(data)) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError) as problem:
        raise StudyError(f"{path}: this is no Excel workbook, or it is locked ({problem}); save it as XLSX") from None
    return [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, start=1) if any(row)]


def _cell(value: object) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
