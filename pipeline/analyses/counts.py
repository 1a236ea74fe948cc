"""Words and mentions by document: what every frequency is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts.mentions import read_mentions
from pipeline.store import corpus, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.study import Study

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The corpus as analyses see it."""

    documents: pa.Table
    dates: NDArray[np.datetime64]
    """datetime64[D] by document; not-a-time where undated."""
    document: Ints
    """The document (row of ``documents``) of each passage."""
    counted: NDArray[np.bool_]
    """Whether each passage is counted: of a kind that the study keeps, in a document that is no left-out copy."""
    language: NDArray[np.object_]
    """The language of each passage."""
    words: Ints
    """Words by passage."""
    mentions: pa.Table
    """Counted mentions in counted passages, with ``document`` (row), in order of passage and start."""

    def words_by_document(self, language: str) -> Ints:
        """Words of each document in its counted passages of a language."""
        mine = self.counted & (self.language == language)
        return np.bincount(self.document[mine], self.words[mine], minlength=len(self.dates)).astype(np.int64)


def read_corpus(study: Study) -> Corpus:
    """Read what the analyses need of a built corpus; no text."""
    folder = study.corpus_folder
    documents = corpus.read_documents(folder)
    passages = corpus.read_passages(folder, ["kind", "language"])
    document = corpus.passage_documents(folder).to_numpy().astype(np.int64)
    kept = pc.is_in(passages["kind"], pa.array(study.passages.keep)).to_numpy()
    if study.passages.duplicates == "first":
        kept = kept & documents["duplicate_of"].is_null().to_numpy()[document]
    mentions = read_mentions(folder)
    mine = pc.and_(mentions["counted"], pa.array(kept).take(mentions["passage"]))
    mentions = mentions.filter(mine)
    mentions = mentions.append_column("document", pa.array(document[mentions["passage"].to_numpy()]))
    return Corpus(
        documents=documents,
        dates=documents["date"].to_numpy().astype("datetime64[D]"),
        document=document,
        counted=kept,
        language=passages["language"].to_numpy(),
        words=tokens.read_words(folder / tokens.WORDS_FILE),
        mentions=mentions.combine_chunks(),
    )
