"""What the corpus is made of: the sums over documents, and what is left out said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from made import build, make_document, make_study

from pipeline.analyses.composition import composition
from pipeline.analyses.counts import read_corpus

if TYPE_CHECKING:
    from pathlib import Path


def test_rows_by_language_type_and_year_hold_the_sums(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "a"\nzh = ["外交"]\n')
    documents = [
        make_document("a", ("zh", "外交，外交"), ("zh", "注", "footnote"), date="2014-05-15"),
        make_document("b", ("zh", "外交"), ("de", "die EU"), date="2014-06-15"),
        make_document("c", ("zh", "外交"), date="2014-06-15", duplicate_of="texts/b", duplicate_kind="exact"),
        make_document("d", ("de", "die EU.")),
        make_document("e", ("zh", "外交"), date="2015-01-01", source_type="article"),
    ]
    build(study, documents)
    rows = composition(study, read_corpus(study), {"texts": 2}).to_pylist()
    names = ("language", "source_type", "year", "documents", "passages", "words", "duplicates", "undated", "rejected")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("de", "speech", None, 1, 1, 2, 0, 1, 0),
        ("zh", "article", 2015, 1, 1, 1, 0, 0, 0),
        ("zh", "speech", 2014, 3, 3, 5, 1, 0, 0),
        (None, "speech", None, 0, 0, 0, 0, 0, 2),
    ]
    assert sum(row["characters"] for row in rows) == sum(document["characters"] for document in documents)


def test_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "a"\nzh = ["外交"]\n')
    build(study, [])
    assert composition(study, read_corpus(study), {}).num_rows == 0
