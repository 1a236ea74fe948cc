"""The search for a lexicon's terms in one batch of passages, and what of it is kept.

For each language of a batch a piece is kept: its mentions; for Chinese also the words that are new because the
lexicon's terms and the words of the study's lists are held whole. A piece depends on the batch's texts, on the terms of
its language and on our code, so that a corpus that grew is searched where it is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts import words as in_words
from pipeline.concepts.characters import find_in_characters
from pipeline.concepts.hold import find_touched, hold_whole
from pipeline.concepts.lexicon import plain
from pipeline.concepts.spans import Mentions, Spans, drop_overlaps, empty_spans, join_spans, resolve
from pipeline.store import corpus, pieces, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.concepts.asked import Asked
    from pipeline.records import Term

    Ints = NDArray[np.int64]

FOUND = pa.schema(
    [
        ("concept", pa.string()), ("term", pa.string()), ("row", pa.uint32()), ("start", pa.uint32()),
        ("end", pa.uint32()), ("surface", pa.string()), ("nested_in", pa.string()), ("counted", pa.bool_()),
    ]
)  # fmt: skip
"""Mentions of one language in one batch; ``row`` is the passage's row in the batch."""

HELD = "held"
"""Stands for the language in the name of a piece of new words: ``passage start length form``, as of the cut words."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What a worker needs to know, the same for all batches."""

    folder: Path
    terms: Mapping[str, Sequence[Term]]
    ready: Mapping[str, in_words.WordTerms]
    types: int
    no_words: Ints
    """Types that are no words."""
    enders: Ints
    """Types behind which a sentence can begin."""
    hyphens: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Passages:
    """The passages of one language in a batch."""

    rows: Ints
    texts: pa.ChunkedArray
    offsets: Ints
    """Code points before each passage when they are joined by one code point."""


def prepare_search(
    folder: Path, terms: Mapping[str, Sequence[Term]], languages: Sequence[Asked], types: pa.Table,
    further: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
) -> Search:  # fmt: skip
    """Make ready for a search in some languages.

    Args:
        folder: The corpus.
        terms: The terms of each language; by `HELD` further Chinese words that are held whole.
        languages: Those to be searched in words: all but Chinese.
        types: The types of ``cut_types.parquet``.
        further: For languages whose lemmas a trained model gave, those of the terms' words (`lemmas_in_context`).
    """
    if not languages:
        nothing = np.empty(0, np.int64)
        return Search(folder, terms, {}, len(types), nothing, nothing, nothing)
    no_words = np.flatnonzero(~types["is_word"].to_numpy())
    marks = types["form"].take(pa.array(no_words)).to_pylist()
    enders = no_words[np.array(in_words.enders(marks), np.bool_)]
    hyphens = no_words[np.array(in_words.hyphens(marks), np.bool_)]
    also = further or {}
    spoken = set(types["language"].unique().to_pylist())  # without a word in German, its dictionaries are not loaded
    ready = {
        asked.language: in_words.prepare(
            terms[asked.language] if asked.language in spoken else (), types, asked, also.get(asked.language)
        )
        for asked in languages
    }
    return Search(folder, terms, ready, len(types), no_words, enders, hyphens)


def search_batch(search: Search, task: tuple[int, Mapping[str, Path]]) -> None:
    """Search one batch; write the pieces that are missing, named by language, and by `HELD`."""
    batch, paths = task
    missing = [code for code, path in paths.items() if not path.exists()]
    languages = corpus.read_batch(search.folder, batch, ["language"])
    cuts = tokens.read_cuts(search.folder, batch)
    for code in dict.fromkeys("zh" if code == HELD else code for code in missing):
        own = _read_passages(search.folder, batch, corpus.rows_in(languages, code))
        terms = search.terms[code]
        sizes = np.array([len(plain(term.form, code)) for term in terms], np.int64)
        if code == "zh":
            spans, excluding = find_in_characters(own.texts.to_pylist(), [*terms, *search.terms[HELD]])
            found = resolve(spans.take(spans.term < len(terms)), excluding, sizes)
            holds = find_holds(found, spans.take(spans.term >= len(terms)))
            pieces.write_piece(paths[HELD], _held(cuts[code], own, holds))
        else:
            found = resolve(*_find_in_words(search, code, cuts[code], own), sizes)
        pieces.write_piece(paths[code], _table(own, found, terms))


def _find_in_words(search: Search, code: str, cut: tokens.Cut, own: _Passages) -> tuple[Spans, Spans]:
    if not len(own.rows):
        return empty_spans(), empty_spans()  # the search may not be ready for this language
    ready = search.ready[code]
    return in_words.find_in_words(ready, _words(search, cut, own), _join(own.texts) if ready.expressions else "")


def _read_passages(folder: Path, batch: int, rows: Ints) -> _Passages:
    if not len(rows):
        return _Passages(rows, pa.chunked_array([], pa.string()), rows)
    return _passages(corpus.read_batch(folder, batch, ["text"])["text"], rows)


def _passages(text: pa.ChunkedArray, rows: Ints) -> _Passages:
    texts = text.take(pa.array(rows))
    sizes = pc.utf8_length(texts).to_numpy().astype(np.int64) + 1
    return _Passages(rows, texts, np.cumsum(sizes) - sizes)


def _join(texts: pa.ChunkedArray) -> str:
    return "\0".join(text.replace("\0", "\ufffd") for text in texts.to_pylist())


def _surfaces(own: _Passages, passage: Ints, start: Ints, end: Ints) -> pa.Array:
    """What stands at each place."""
    needed, which = np.unique(passage, return_inverse=True)
    texts = own.texts.take(pa.array(needed)).to_pylist()
    places = zip(which.tolist(), start.tolist(), end.tolist(), strict=True)
    return pa.array([texts[i][at:to] for i, at, to in places], pa.string())


def _joined(cut: tokens.Cut, own: _Passages) -> tuple[Ints, Ints, Ints]:
    """The passage of each token (index in ``own``), its start and its end when the passages are joined."""
    number = np.zeros(int(own.rows.max(initial=-1)) + 1, np.int64)
    number[own.rows] = np.arange(len(own.rows))
    passage = number[cut.passage]
    start = cut.start + own.offsets[passage]
    return passage, start, start + cut.length


def _words(search: Search, cut: tokens.Cut, own: _Passages) -> in_words.Words:
    passage, start, end = _joined(cut, own)
    type_ = cut.types[cut.form].astype(np.int64)
    is_word, is_ender, is_hyphen = (np.zeros(search.types, np.bool_) for _ in range(3))
    is_word[search.no_words] = True
    is_word = ~is_word
    is_ender[search.enders] = True
    is_hyphen[search.hyphens] = True
    return in_words.Words(type_, start, end, passage, is_word[type_], is_ender[type_], is_hyphen[type_])


def find_holds(found: Mentions, words: Spans) -> Spans:
    """What is held whole: the outermost mentions, and of the words of lists those that no such mention touches.

    Of words the longest is held where one lies in the other, the first where two overlap; so it is with mentions.
    """
    holds = drop_overlaps(found.spans.take(found.inside < 0))
    if not len(words.start):
        return holds
    after = np.searchsorted(holds.end, words.start, side="right")
    reach = np.append(holds.start, np.iinfo(np.int64).max)
    free = words.take(reach[after] >= words.end)
    outer = resolve(free, empty_spans(), np.zeros(int(free.term.max(initial=-1)) + 1, np.int64))
    free = drop_overlaps(outer.spans.take(outer.inside < 0))
    holds = join_spans([holds, free])
    return holds.take(np.argsort(holds.start))


def _held(cut: tokens.Cut, own: _Passages, holds: Spans) -> pa.Table:
    """The words that are new when some spans are whole; they cover the cut words that they touch."""
    _, start, end = _joined(cut, own)
    holds = holds.take(holds.end - holds.start <= tokens.LONGEST)
    touched = find_touched(start, end, holds.start, holds.end)
    new_start, new_end, was = hold_whole(start[touched], end[touched], holds)
    new_start, new_end = new_start[was < 0], new_end[was < 0]
    passage = np.searchsorted(own.offsets, new_start, side="right") - 1
    begins, length = new_start - own.offsets[passage], new_end - new_start
    return pa.table(
        {
            "passage": pa.array(own.rows[passage].astype(np.uint32)),
            "start": pa.array(begins.astype(np.uint32)),
            "length": pa.array(length.astype(np.uint16)),
            "form": _surfaces(own, passage, begins, begins + length).dictionary_encode(),
        }
    )


def _table(own: _Passages, found: Mentions, terms: Sequence[Term]) -> pa.Table:
    spans = found.spans
    passage = np.searchsorted(own.offsets, spans.start, side="right") - 1
    start, end = spans.start - own.offsets[passage], spans.end - own.offsets[passage]
    concept = [terms[i].concept for i in spans.term.tolist()]
    columns = {
        "concept": pa.array(concept, pa.string()),
        "term": pa.array([terms[i].form for i in spans.term.tolist()], pa.string()),
        "row": pa.array(own.rows[passage].astype(np.uint32)),
        "start": pa.array(start, pa.uint32()),
        "end": pa.array(end, pa.uint32()),
        "surface": _surfaces(own, passage, start, end),
        "nested_in": pa.array([None if i < 0 else concept[i] for i in found.inside.tolist()], pa.string()),
        "counted": pa.array(found.inside < 0),
    }
    return pa.table(columns, schema=FOUND)
