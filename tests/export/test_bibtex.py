"""Documents as BibLaTeX: read back by our own reader, whose truth lies elsewhere (tests/ingest/bibliography)."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_records import RECORDS, Made, write_csl

from pipeline.export.bibtex import to_bibtex
from pipeline.ingest.bibliography.bibtex import read_bibtex
from pipeline.ingest.bibliography.csl import read_csl
from pipeline.ingest.bibliography.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence


def rows(records: Sequence[Made]) -> list[dict[str, object]]:
    read = [record for record in read_csl(write_csl(records), "z.json") if isinstance(record, Record)]
    return [
        {"doc_id": f"lib/{record.key}", "reference": json.dumps({"id": record.key, **record.item})} for record in read
    ]


def test_thirty_documents_are_read_back_as_they_were() -> None:
    documents = rows(RECORDS)
    back = [record for record in read_bibtex(to_bibtex(documents), "a.bib") if isinstance(record, Record)]
    assert [record.key for record in back] == [made.key for made in RECORDS]
    for document, record in zip(documents, back, strict=True):
        item = json.loads(str(document["reference"]))
        item.pop("id")
        assert record.item == item


def test_documents_without_a_record_and_with_odd_names_have_entries_of_their_own() -> None:
    documents = [
        {"doc_id": "web/https://x.example/a b", "source_type": "city_website", "title": "50 % & mehr_{x}", "url": "https://x.example/a_b",
         "date": dt.date(2019, 5, 3), "date_precision": "day", "publisher": "Stadt Köln"},
        {"doc_id": "web/https://x.example/a,b", "source_type": "speech", "title": "讲话", "author": "张三"},
    ]  # fmt: skip
    first, second = (record for record in read_bibtex(to_bibtex(documents), "a.bib") if isinstance(record, Record))
    assert (first.key, second.key) == ("https://x.example/a-b", "https://x.example/a-b-2")
    assert (first.title, first.item["URL"], first.date) == ("50 % & mehr_x", "https://x.example/a_b", "2019-05-03")
    assert (first.item["author"], second.item["author"]) == ([{"literal": "Stadt Köln"}], [{"literal": "张三"}])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.text(max_size=8), st.text(min_size=1, max_size=12)), max_size=4))
def test_every_document_is_one_entry_whatever_its_title_and_key(documents: list[tuple[str, str]]) -> None:
    text = to_bibtex({"doc_id": f"s/{key}", "source_type": "news", "title": title} for key, title in documents)
    assert text.count("@misc{") + text.count("@article{") == len(documents)
    assert text.count("{") == text.count("}")
