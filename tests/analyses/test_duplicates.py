"""What hangs on copies: counts under both choices, against counts by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from made import build, make_document, make_study

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.duplicates import duplicates, list_copies
from pipeline.concepts.lexicon import load_lexicon
from pipeline.store.corpus import read_documents

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = '[[concept]]\nid = "a"\nzh = ["城市外交"]\nde = ["Diplomatie"]\n[[concept]]\nid = "b"\nzh = ["友好城市"]\n'


def test_counts_with_and_without_copies_are_those_of_the_texts(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    copy = {"duplicate_of": "texts/1", "duplicate_kind": "near", "duplicate_resemblance": 0.9}
    build(
        study,
        [
            make_document("1", ("zh", "城市外交和城市外交"), date="2014-05-15", title="原文"),
            make_document("2", ("zh", "城市外交和城市外交"), date="2014-05-16", title="转载", **copy),
            make_document("3", ("zh", "论友好城市"), ("de", "Die Diplomatie")),
        ],
    )
    rows = {
        (row["concept"], row["language"]): row
        for row in duplicates(study, read_corpus(study), load_lexicon(study.lexicon)).to_pylist()
    }
    assert set(rows) == {("a", "zh"), ("a", "de"), ("b", "zh")}
    found = rows["a", "zh"]
    assert (found["mentions_first"], found["mentions_all"]) == (2, 4)
    assert (found["documents_first"], found["documents_all"]) == (1, 2)
    words_first, words_all = 3 + 2, 3 + 3 + 2
    assert found["per_million_first"] == 1e6 * 2 / words_first
    assert found["per_million_all"] == 1e6 * 4 / words_all
    assert rows["a", "de"]["mentions_first"] == rows["a", "de"]["mentions_all"] == 1
    (pair,) = list_copies(read_documents(study.corpus_folder)).to_pylist()
    assert pair == {
        "doc_id": "texts/2", "duplicate_of": "texts/1", "kind": "near", "resemblance": 0.9,
        "title": "转载", "date": dt.date(2014, 5, 16),
        "title_of_original": "原文", "date_of_original": dt.date(2014, 5, 15),
    }  # fmt: skip


def test_a_corpus_without_copies_has_a_table_without_rows(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, [make_document("1", ("zh", "城市"))])
    assert list_copies(read_documents(study.corpus_folder)).num_rows == 0
    (row, *_) = duplicates(study, read_corpus(study), load_lexicon(study.lexicon)).to_pylist()
    assert (row["mentions_first"], row["per_million_first"]) == (0, 0.0)
