"""Corpora as analyses see them, made of rows that a test writes down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from made import make_document, make_study

from pipeline.analyses.counts import Corpus
from pipeline.analyses.timelines import timelines
from pipeline.concepts.lexicon import load_lexicon
from pipeline.records import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.study import Study

CONCEPTS = '[[concept]]\nid = "a"\nzh = ["外交"]\nde = ["Diplomatie"]\n[[concept]]\nid = "b"\nzh = ["城市"]\n'


@dataclass(frozen=True)
class Doc:
    """A document of one passage."""

    date: dt.date | None
    words: int
    a: int = 0
    b: int = 0
    type: str = "speech"
    language: str = "zh"
    counted: bool = True


def year(number: int) -> dt.date:
    return dt.date(number, 5, 1)


documents = st.lists(
    st.builds(
        Doc,
        date=st.none() | st.dates(dt.date(2012, 1, 1), dt.date(2016, 12, 31)),
        words=st.integers(0, 50),
        a=st.integers(0, 3),
        b=st.integers(0, 3),
        type=st.sampled_from(["speech", "article"]),
        language=st.sampled_from(["zh", "de"]),
        counted=st.booleans(),
    ).map(lambda doc: doc if doc.words else Doc(doc.date, 0, 0, 0, doc.type, doc.language, doc.counted)),
    max_size=12,
)


def to_corpus(docs: Sequence[Doc]) -> Corpus:
    """The corpus of documents of one passage each; mentions in passages that do not count are left out, as they are."""
    rows = [
        {
            k: v
            for k, v in make_document(f"{i:03d}", source_type=doc.type, date=doc.date).items()
            if k in DOCUMENTS.names
        }
        | {"language": doc.language}
        for i, doc in enumerate(docs)
    ]
    mentions = [
        {"concept": concept, "language": doc.language, "document": i}
        for i, doc in enumerate(docs)
        for concept in ["a"] * doc.a + ["b"] * (doc.b if doc.language == "zh" else 0)
        if doc.counted
    ]
    schema = pa.schema([("concept", pa.string()), ("language", pa.string()), ("document", pa.int64())])
    table = pa.Table.from_pylist(rows, DOCUMENTS)
    return Corpus(
        documents=table,
        dates=table["date"].to_numpy().astype("datetime64[D]"),
        document=np.arange(len(docs)),
        counted=np.array([doc.counted for doc in docs], np.bool_),
        language=np.array([doc.language for doc in docs], dtype=object),
        words=np.array([doc.words for doc in docs], np.int64),
        mentions=pa.Table.from_pylist(mentions, schema),
    )


def make_timelines(folder: Path, docs: Sequence[Doc], settings: str = "") -> list[dict[str, Any]]:
    study = made_study(folder, settings)
    table = timelines(study, to_corpus(docs), load_lexicon(study.lexicon), lambda *_: None)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def made_study(folder: Path, settings: str = "") -> Study:
    return make_study(folder, CONCEPTS, ["zh", "de"], timelines=settings)
