"""Evidence of dates, copies and citations on the report."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa

from pipeline.export.provenance import Provenance, count_evidence, most_dependent
from pipeline.export.report import render_report

from .test_report import make_data, render

DOCUMENTS = pa.table(
    {
        "source_type": ["news", "news", "speech", "news"],
        "date_evidence": ["markup", "markup", None, "url"],
        "date_precision": ["day", "month", None, "day"],
    }
)
COPIES = pa.table(
    {
        "doc_id": ["news/2"], "duplicate_of": ["news/1"], "kind": ["near"], "resemblance": [0.91],
        "title": ["<b>转载</b>"], "date": [dt.date(2014, 5, 16)],
        "title_of_original": ["城市外交"], "date_of_original": [dt.date(2014, 5, 15)],
    }
)  # fmt: skip
DEPENDENCE = pa.table(
    {
        "concept": ["city_diplomacy", "absent"], "language": ["zh", "zh"],
        "mentions_first": [6, 3], "mentions_all": [8, 3],
        "per_million_first": [6.0, 3.0], "per_million_all": [8.0, 3.0],
        "documents_first": [5, 1], "documents_all": [6, 1],
    }
)  # fmt: skip


def test_each_document_is_counted_once_under_its_evidence() -> None:
    rows = count_evidence(DOCUMENTS)
    found = {(row["source_type"], row["evidence"]): [row[p] for p in ("day", "month", "year", "none")] for row in rows}
    assert found == {("news", "markup"): [1, 1, 0, 0], ("news", "url"): [1, 0, 0, 0], ("speech", "none"): [0, 0, 0, 1]}
    assert all(row["meaning"] for row in rows if row["evidence"] != "none")


def test_only_concepts_that_copies_change_are_said_to_depend_on_them() -> None:
    (row,) = most_dependent(DEPENDENCE)
    assert (row["concept"], row["share"]) == ("city_diplomacy", 0.25)
    assert most_dependent(None) == []


def test_the_report_shows_evidence_copies_and_what_hangs_on_them() -> None:
    page = render(provenance=Provenance(count_evidence(DOCUMENTS), COPIES, DEPENDENCE))
    dates = [[cell.text_content() for cell in row] for row in page.get_element_by_id("dates").iter("tr")]
    assert ["news", "markup", "what the page or file says of itself", "1", "1", "0", "0"] in dates
    copies = " ".join(page.get_element_by_id("copies").text_content().split())
    assert "<b>转载</b>" in copies
    assert "25.0 %" in copies
    assert "2014-05-16" in copies
    assert "1 document is a copy of an earlier one; it is in copies.csv." in copies


def test_several_copies_are_counted_in_the_plural() -> None:
    page = render(provenance=Provenance((), pa.concat_tables([COPIES, COPIES])))
    assert "2 documents are copies of an earlier one; all are" in page.get_element_by_id("copies").text_content()


def test_the_report_has_no_room_for_what_is_not_there() -> None:
    text = render_report(make_data())
    for room in ("dates", "copies", "cited"):
        assert f'id="{room}"' not in text


def test_each_line_leads_to_the_reference_of_its_document_and_each_reference_is_led_to() -> None:
    data = make_data()
    ids = dict.fromkeys(data.concordance["doc_id"].to_pylist())
    citations = {
        doc_id: (f"Autor ({n}): 标题 {doc_id}", f"[1] 作者. 标题 {doc_id}[J]. 2014.") for n, doc_id in enumerate(ids)
    }
    page = render(provenance=Provenance(citations=citations))
    items = {item.get("id"): item for item in page.get_element_by_id("cited").iter("li")}
    links = {a.get("href").removeprefix("#") for a in page.iter("a") if (a.get("href") or "").startswith("#ref-")}
    assert links == set(items)
    for row in page.xpath("//tr[td/a[starts-with(@href, '#ref-')]]"):
        doc_id = row.xpath("td[5]/@title")[0]
        (reference,) = row.xpath("td[5]/a[starts-with(@href, '#ref-')]/@href")
        assert doc_id in items[reference.removeprefix("#")].text_content()
    assert render_report(dataclasses.replace(data)) == render_report(make_data())
