"""Documents as BibLaTeX: read back by our own reader, whose truth lies elsewhere (tests/ingest/bibliography)."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_records import RECORDS, Made, write_csl

from export.paper.made_study import facts
from pipeline.export.bibtex import entry_keys, to_bibtex
from pipeline.export.paper.tools import _WORKS, write_software
from pipeline.ingest.bibliography.bibtex import read_bibtex
from pipeline.ingest.bibliography.csl import read_csl
from pipeline.ingest.bibliography.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
    assert (first.key, second.key) == ("web/https://x.example/a-b", "web/https://x.example/a-b-2")
    assert (first.title, first.item["URL"], first.date) == ("50 % & mehr_x", "https://x.example/a_b", "2019-05-03")
    assert (first.item["author"], second.item["author"]) == ([{"literal": "Stadt Köln"}], [{"literal": "张三"}])


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.text(max_size=8), st.text(min_size=1, max_size=12)), max_size=4))
def test_every_document_is_one_entry_whatever_its_title_and_key(documents: list[tuple[str, str]]) -> None:
    text = to_bibtex({"doc_id": f"s/{key}", "source_type": "news", "title": title} for key, title in documents)
    assert text.count("@misc{") + text.count("@article{") == len(documents)
    assert text.count("{") == text.count("}")


def test_keys_have_no_sign_that_ends_them_or_that_tex_reads() -> None:
    keys = entry_keys(
        [{"doc_id": f"s/{name}"} for name in ("a&b|c$d", "a^b", "中文 文件.txt", "@comment{x", "&", "<>", "A&B|C$D")]
    )
    assert keys == ["s/a-b-c-d", "s/a-b", "s/中文-文件.txt", "s/-comment-x", "s/", "s/-2", "s/A-B-C-D-2"]


def test_control_characters_are_white_space_and_and_within_a_name_makes_no_second_one() -> None:
    reference = {"type": "report", "title": "a\x00b\u2028c\x07", "issue": "3&4", "publisher": "R & D",
                 "author": [{"family": "Black and Sons", "given": "A."},
                            {"family": "Müller, Dr.", "given": "B."}]}  # fmt: skip
    text = to_bibtex([{"doc_id": "s/x", "reference": json.dumps(reference)}])
    assert "title = {{a b c}}" in text
    assert "author = {{Black and Sons}, A. and {Müller, Dr.}, B.}" in text
    assert r"number = {3\&4}" in text
    assert r"institution = {R \& D}" in text
    assert "publisher" not in text


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("biber") is None or shutil.which("xelatex") is None, reason="biber and xelatex are not installed"
)
def test_biber_and_tex_take_every_entry(tmp_path: Path) -> None:
    hostile = [
        "50 % & mehr_von #1 {x} ~ ^ \\input{/etc/hostname} $a$ „Ł\x00",
        "{未完 100% 合作_报告 #1",
        "a}b{c",
        "\\",
        "%",
        "",
    ]
    documents = [
        {"doc_id": f"s/{title}{kind}", "source_type": kind, "title": title, "author": title, "publisher": title,
         "language": "zh", "url": 'https://x.example/a_b%20?q={a}&b=#ü\\ "^`~$' if kind == "speech" else None,
         "date": dt.date(2019, 5, 3), "date_precision": "month"}
        for title in hostile for kind in ("speech", "news", "city_website", "own")
    ]  # fmt: skip
    (tmp_path / "documents.bib").write_text(to_bibtex([*documents, *rows(RECORDS)]), encoding="utf-8")
    used = facts(tools=dict.fromkeys(_WORKS, "1.0"))
    (tmp_path / "software.bib").write_text(write_software(used), encoding="utf-8")
    (tmp_path / "a.tex").write_text(
        r"\documentclass{article}\usepackage{fontspec,xeCJK}\setCJKmainfont{FandolSong-Regular.otf}"
        r"\usepackage[style=authoryear,backend=biber]{biblatex}\addbibresource{documents.bib}\addbibresource{software.bib}"
        r"\begin{document}\nocite{*}\printbibliography\end{document}",
        encoding="utf-8",
    )
    run = partial(subprocess.run, cwd=tmp_path, capture_output=True, timeout=120, check=False, text=True)
    engine = ["xelatex", "-interaction=nonstopmode", "-no-shell-escape", "a.tex"]
    run(engine)
    done = run(["biber", "a"])
    assert done.returncode == 0, done.stdout[-2000:]
    assert "ERROR" not in done.stdout
    run(engine)
    log = (tmp_path / "a.log").read_text(encoding="utf-8", errors="replace")
    assert [line for line in log.splitlines() if line.startswith("!")] == []
    entries = (tmp_path / "a.bbl").read_text(encoding="utf-8").count(r"\entry{")
    assert entries == len(documents) + len(RECORDS) + len(_WORKS) + 1
