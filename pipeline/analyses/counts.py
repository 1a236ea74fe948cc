"""Words and mentions by document: what every frequency is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.choices import main_choices
from pipeline.concepts.mentions import read_mentions
from pipeline.languages.segmenters import count_words
from pipeline.store import corpus, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.analyses.choices import Choices
    from pipeline.stages import Progress
    from pipeline.study import Study

    Ints = NDArray[np.int64]

_IS_SPACE = np.array([chr(code).isspace() for code in range(0x3002)])
"""Whether a code point is white space; the last is U+3000."""


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
    nested: pa.Table = field(default_factory=lambda: pa.table({}))
    """Mentions in counted passages that lie in a longer one; the same columns, or none where there are no rows."""
    characters: Ints | None = None
    """Characters by passage, only where rates are of so many characters: code points that are no white space."""

    def words_by_document(self, language: str) -> Ints:
        """Words of each document in its counted passages of a language."""
        return self._by_document(self.words, language)

    def below_by_document(self, language: str) -> Ints:
        """What mentions are divided by: words, or characters; 0 in either case for a document without words."""
        words = self.words_by_document(language)
        if self.characters is None:
            return words
        return np.where(words > 0, self._by_document(self.characters, language), 0)

    def _by_document(self, sizes: Ints, language: str) -> Ints:
        mine = self.counted & (self.language == language)
        return np.bincount(self.document[mine], sizes[mine], minlength=len(self.dates)).astype(np.int64)


def read_corpus(study: Study, choices: Choices | None = None, progress: Progress = lambda *_: None) -> Corpus:
    """Read what the analyses need of a built corpus; text only where characters or another segmenter's words are asked.

    Args:
        study: The study.
        choices: What counts, and below what line; as the study has it where absent.
        progress: Told of the batches that a second segmenter cuts.

    Raises:
        MissingTool: the choices name a segmenter that is not installed.
    """
    choices = choices or main_choices(study)
    folder = study.corpus_folder
    documents = corpus.read_documents(folder)
    passages = corpus.read_passages(folder, ["kind", "language"])
    document = corpus.passage_documents(folder).to_numpy().astype(np.int64)
    language = passages["language"].to_numpy()
    kept = pc.is_in(passages["kind"], pa.array(choices.keep)).to_numpy()
    if choices.duplicates == "first":
        kept = kept & documents["duplicate_of"].is_null().to_numpy()[document]
    words = tokens.read_words(folder / tokens.WORDS_FILE)
    if choices.segmenter:
        words = np.where(language == "zh", count_words(study, choices.segmenter, progress), words)
    mentions = read_mentions(folder)
    mentions = mentions.filter(pa.array(kept).take(mentions["passage"]))
    mentions = mentions.append_column("document", pa.array(document[mentions["passage"].to_numpy()]))
    found = Corpus(
        documents=documents,
        dates=documents["date"].to_numpy().astype("datetime64[D]"),
        document=document,
        counted=kept,
        language=language,
        words=words,
        mentions=mentions.filter(mentions["counted"]).combine_chunks(),
        nested=mentions.filter(pc.invert(mentions["counted"])).combine_chunks(),
        characters=count_characters(study) if choices.per == "characters" else None,
    )
    if choices.without:
        found = replace(found, mentions=leave_out(found, *choices.without))
    return replace(found, mentions=_everywhere(found)) if choices.nesting == "inclusive" else found


def count_characters(study: Study) -> Ints:
    """The characters of each passage: code points that are no white space."""
    folder = study.corpus_folder
    counts = [np.empty(0, np.int64)]
    for batch in range(corpus.count_batches(folder)):
        text = corpus.read_batch(folder, batch, ["text"])["text"].combine_chunks()
        joined = "\0".join(text.to_pylist())
        codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
        is_space = _IS_SPACE[np.minimum(codes, len(_IS_SPACE) - 1)]
        ends = np.cumsum(pc.utf8_length(text).to_numpy().astype(np.int64) + 1) - 1
        before = np.concatenate([[0], np.cumsum(~is_space)])
        bounds = np.concatenate([[0], ends + 1])[:-1]
        counts.append(before[ends] - before[bounds])
    return np.concatenate(counts)


def leave_out(corpus: Corpus, concept: str, language: str, form: str) -> pa.Table:
    """The mentions as they are without one term: a shorter mention of its concept inside one of its own counts instead.

    Mentions of other concepts inside it stay out: what is asked is what the concept loses.
    """
    table, nested = corpus.mentions, corpus.nested
    gone = _are(table, concept=concept, language=language, term=form)
    kept = table.filter(pc.invert(gone))
    inner = nested.filter(_are(nested, concept=concept, language=language)) if nested.num_rows else nested
    if not inner.num_rows:
        return kept
    outer = table.take(pc.sort_indices(table, [("passage", "ascending"), ("start", "ascending")]))
    leader = np.searchsorted(_place(outer, "start"), _place(inner, "start"), side="right") - 1
    of_it = _are(outer, concept=concept, language=language, term=form).to_numpy()[leader]
    free = inner.filter(pc.and_(pa.array(of_it), pc.not_equal(inner["term"], form)))
    return pa.concat_tables([kept, free.take(pa.array(_outermost(free)))]).combine_chunks()


def inclusive_mentions(corpus: Corpus) -> pa.Table:
    """The mentions of each concept wherever they stand, also inside longer ones; ``concept language document``.

    A place counts once for a concept: a mention inside a longer one of its own concept is no further one (quanteda's
    ``nested_scope = "key"``, where the count of `Corpus.mentions` is its ``"dictionary"``).
    """
    return _everywhere(corpus).select(["concept", "language", "document"])


def _everywhere(corpus: Corpus) -> pa.Table:
    if not corpus.nested.num_rows:
        return corpus.mentions
    table = pa.concat_tables([corpus.mentions, corpus.nested]).combine_chunks()
    return table.take(pa.array(_outermost(table)))


def _outermost(table: pa.Table) -> Ints:
    """The rows of mentions that lie in no other mention of their concept."""
    concept = table["concept"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    passage, start, end = (table[name].to_numpy().astype(np.int64) for name in ("passage", "start", "end"))
    order = np.lexsort((-end, start, passage, concept))
    concept, passage, start, end = concept[order], passage[order], start[order], end[order]
    group = np.cumsum((np.diff(concept, prepend=-1) != 0) | (np.diff(passage, prepend=-1) != 0)) << 32
    reach = np.maximum.accumulate(group + end)
    outer = np.concatenate([np.ones(min(1, len(order)), np.bool_), group[1:] + end[1:] > reach[:-1]])
    rows: Ints = order[outer]
    return rows


def _are(table: pa.Table, **values: str) -> pa.ChunkedArray:
    """Whether each row has some values."""
    wanted = [pc.equal(table[name], value) for name, value in values.items()]
    return reduce(pc.and_, wanted)


def _place(table: pa.Table, column: str) -> Ints:
    """Passage and offset as one number."""
    place: Ints = (table["passage"].to_numpy().astype(np.int64) << 32) + table[column].to_numpy().astype(np.int64)
    return place
