"""The stage ``mentions``: the lexicon applied to the corpus.

It finds every mention of every term and writes ``mentions.parquet``; and since the lexicon's Chinese terms are words,
it also writes the words as analyses read them: ``tokens.arrow``, ``types.parquet`` and ``words.arrow`` (words a
passage).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.concepts import words as in_words
from pipeline.concepts.characters import find_in_characters
from pipeline.concepts.hold import hold_whole
from pipeline.concepts.lexicon import load_lexicon, plain, terms_of
from pipeline.concepts.spans import Mentions, drop_overlaps, resolve
from pipeline.executor import map_in_order, open_executor
from pipeline.languages.cuts import are_words
from pipeline.languages.tokens import describe_types
from pipeline.records import MENTIONS, TOKENS, Term
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.study import Study

    Ints = NDArray[np.int64]

MENTIONS_FILE = "mentions.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
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
class _Found:
    """What a worker found in one batch."""

    mentions: pa.Table
    tokens: pa.Table | None
    """The batch's tokens where held terms changed them; a type beyond the cut ones is an index into ``forms``."""
    forms: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """The passages of one language in a batch."""

    rows: Ints
    texts: list[str]
    offsets: Ints
    """Code points before each passage when they are joined by one code point."""


def find_mentions(study: Study, draft: Path, progress: Progress) -> Summary:
    """Find all mentions in the study's languages; hold the Chinese terms whole.

    Returns:
        Mentions, counted ones by concept, and terms that were never found.
    """
    concepts = load_lexicon(study.lexicon)
    terms = {code: terms_of(concepts, code) for code in study.languages}
    folder = study.corpus_folder
    types = tokens.read_types(folder / tokens.CUT_TYPES_FILE)
    work = _work(folder, terms, types)
    batches = corpus.count_batches(folder)
    vocabulary = _Vocabulary.of(types)
    is_word = types["is_word"].to_numpy()
    words: list[Ints] = []
    bounds = corpus.batch_bounds(folder)
    cuts = tokens.open_tokens(folder / tokens.CUTS_FILE)
    counted: dict[str, int] = {concept.id: 0 for concept in concepts}
    found_terms: set[tuple[str, str]] = set()
    total = 0
    with (
        open_executor(study.run.workers, batches) as executor,
        tokens.TokenWriter(draft / tokens.TOKENS_FILE) as writer,
        pq.ParquetWriter(draft / MENTIONS_FILE, MENTIONS, compression="zstd", write_statistics=False) as out,
    ):
        for i, found in enumerate(map_in_order(executor, partial(_search_batch, work), range(batches), under_way=6)):
            columns = _columns(cuts.get_batch(i) if found.tokens is None else found.tokens)
            if found.forms:
                numbers = vocabulary.number(found.forms)
                new = [form for form, number in zip(found.forms, numbers, strict=True) if number >= len(is_word)]
                is_word = np.concatenate([is_word, np.array(are_words(new), np.bool_)])
                lookup = np.concatenate([np.arange(len(types)), np.array(numbers, np.int64)])
                columns["type"] = lookup[columns["type"]].astype(np.uint32)
            writer.add(**{("type_" if name == "type" else name): column for name, column in columns.items()})
            own = columns["passage"][is_word[columns["type"]]].astype(np.int64) - bounds[i]
            words.append(np.bincount(own, minlength=bounds[i + 1] - bounds[i]))
            out.write_table(found.mentions)
            total += found.mentions.num_rows
            _count(found.mentions, counted, found_terms)
            progress("mentions", i + 1, batches)
    held = describe_types("zh", vocabulary.new())
    held = held.add_column(0, "type", pa.array(range(len(types), len(types) + len(held)), pa.uint32()))
    tokens.write_types(draft / tokens.TYPES_FILE, pa.concat_tables([types, held.cast(types.schema)]))
    tokens.write_words(draft / tokens.WORDS_FILE, np.concatenate(words or [np.empty(0, np.int64)]))
    dead = [f"{t.concept}: {t.form}" for code in terms for t in terms[code] if (t.concept, t.form) not in found_terms]
    return {"mentions": total, "counted": counted, "terms_never_found": dead}


def read_mentions(folder: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of mentions, in order of passage and start."""
    return pq.read_table(folder / MENTIONS_FILE, columns=columns)


@dataclass(frozen=True, slots=True, eq=False)
class _Vocabulary:
    """Numbers the forms of held terms: those that the segmenter knows keep their type, others become new types."""

    types: dict[str, int]
    cut: int
    """How many Chinese types the segmenter gave."""
    next: int

    @classmethod
    def of(cls, types: pa.Table) -> _Vocabulary:
        chinese = types.filter(pc.equal(types["language"], "zh"))
        known = dict(zip(chinese["form"].to_pylist(), chinese["type"].to_pylist(), strict=True))
        return cls(known, len(known), len(types))

    def number(self, forms: Sequence[str]) -> list[int]:
        return [self.types.setdefault(form, self.next + len(self.types) - self.cut) for form in forms]

    def new(self) -> list[str]:
        return list(self.types)[self.cut :]


def _work(folder: Path, terms: Mapping[str, Sequence[Term]], types: pa.Table) -> _Work:
    forms = types["form"].to_pylist()
    no_words = np.flatnonzero(~types["is_word"].to_numpy())
    marks = [forms[i] for i in no_words.tolist()]
    enders = no_words[np.array(in_words.enders(marks), np.bool_)]
    hyphens = no_words[np.array(in_words.hyphens(marks), np.bool_)]
    ready = {code: in_words.prepare(found, types, code) for code, found in terms.items() if code != "zh" and found}
    return _Work(folder, terms, ready, len(types), no_words, enders, hyphens)


def _columns(batch: pa.RecordBatch | pa.Table) -> dict[str, np.ndarray]:
    return {name: batch[name].to_numpy() for name in TOKENS.names}


def _count(mentions: pa.Table, counted: dict[str, int], found: set[tuple[str, str]]) -> None:
    for row in mentions.group_by(["concept", "term"]).aggregate([("counted", "sum")]).to_pylist():
        counted[row["concept"]] += row["counted_sum"]
        found.add((row["concept"], row["term"]))


def _search_batch(work: _Work, batch: int) -> _Found:
    passages = corpus.read_batch(work.folder, batch, ["passage", "doc_id", "language", "text"]).combine_chunks()
    cuts = _columns(tokens.open_tokens(work.folder / tokens.CUTS_FILE).get_batch(batch))
    tables: list[pa.Table] = []
    new_tokens: pa.Table | None = None
    forms: list[str] = []
    language = passages["language"].to_numpy(zero_copy_only=False)
    first = int(passages["passage"][0].as_py()) if passages.num_rows else 0
    for code, terms in work.terms.items():
        own = _own_batch(passages, np.flatnonzero(language == code))
        if not len(own.rows) or not terms:
            continue
        sizes = np.array([len(plain(term.form, code)) for term in terms], np.int64)
        if code == "zh":
            found = resolve(*find_in_characters(own.texts, terms), sizes)
            new_tokens, forms = _hold(cuts, own, found, first, work.types)
        else:
            found = resolve(*in_words.find_in_words(work.ready[code], *_words(work, cuts, own, first)), sizes)
        tables.append(_table(passages, own, found, terms, code))
    table = pa.concat_tables([MENTIONS.empty_table(), *tables])
    order = pc.sort_indices(table, [("passage", "ascending"), ("start", "ascending"), ("end", "descending")])
    return _Found(table.take(order), new_tokens, forms)


def _own_batch(passages: pa.Table, rows: Ints) -> _Batch:
    texts = passages["text"].take(pa.array(rows)).to_pylist()
    sizes = np.fromiter(map(len, texts), np.int64, count=len(texts)) + 1
    return _Batch(rows, texts, np.cumsum(sizes) - sizes)


def _tokens_of(cuts: dict[str, np.ndarray], own: _Batch, first: int) -> tuple[Ints, Ints, Ints]:
    """Index of the language's tokens in the batch, the passage of each (index in ``own``), its start when joined."""
    rows = cuts["passage"].astype(np.int64) - first
    index = np.searchsorted(own.rows, rows)
    mine = np.flatnonzero(own.rows[np.minimum(index, len(own.rows) - 1)] == rows)
    passage = index[mine]
    return mine, passage, cuts["start"][mine] + own.offsets[passage]


def _words(work: _Work, cuts: dict[str, np.ndarray], own: _Batch, first: int) -> tuple[in_words.Words, str]:
    mine, passage, start = _tokens_of(cuts, own, first)
    type_ = cuts["type"][mine].astype(np.int64)
    is_word, is_ender, is_hyphen = (np.zeros(work.types, np.bool_) for _ in range(3))
    is_word[work.no_words] = True
    is_word = ~is_word
    is_ender[work.enders] = True
    is_hyphen[work.hyphens] = True
    end = start + cuts["length"][mine]
    words = in_words.Words(type_, start, end, passage, is_word[type_], is_ender[type_], is_hyphen[type_])
    return words, "\0".join(text.replace("\0", "\ufffd") for text in own.texts)


def _hold(
    cuts: dict[str, np.ndarray], own: _Batch, found: Mentions, first: int, types: int
) -> tuple[pa.Table | None, list[str]]:
    """The batch's tokens with the outermost mentions whole, and the forms of new types; None where nothing changed."""
    mine, _, start = _tokens_of(cuts, own, first)
    end = start + cuts["length"][mine]
    holds = drop_overlaps(found.spans.take(found.inside < 0))
    holds = holds.take(holds.end - holds.start <= tokens.LONGEST)
    new_start, new_end, was = hold_whole(start, end, holds)
    new = was < 0
    if not new.any():
        return None, []
    passage = np.searchsorted(own.offsets, new_start, side="right") - 1
    begins = new_start - own.offsets[passage]
    number: dict[str, int] = {}
    places = zip(passage[new].tolist(), begins[new].tolist(), (new_end - new_start)[new].tolist(), strict=True)
    fresh = [number.setdefault(own.texts[p][at : at + size], len(number)) for p, at, size in places]
    type_ = np.where(new, 0, cuts["type"][mine][was]).astype(np.int64)
    type_[new] = types + np.array(fresh, np.int64)
    others = np.setdiff1d(np.arange(len(cuts["type"])), mine, assume_unique=True)
    columns = {
        "passage": np.concatenate([cuts["passage"][others], (own.rows[passage] + first).astype(np.uint32)]),
        "start": np.concatenate([cuts["start"][others], begins.astype(np.uint32)]),
        "length": np.concatenate([cuts["length"][others], (new_end - new_start).astype(np.uint16)]),
        "type": np.concatenate([cuts["type"][others], type_.astype(np.uint32)]),
    }
    order = np.lexsort((columns["start"], columns["passage"])) if len(others) else slice(None)
    return pa.table({name: column[order] for name, column in columns.items()}), list(number)


def _table(passages: pa.Table, own: _Batch, found: Mentions, terms: Sequence[Term], code: str) -> pa.Table:
    spans = found.spans
    passage = np.searchsorted(own.offsets, spans.start, side="right") - 1
    start, end = spans.start - own.offsets[passage], spans.end - own.offsets[passage]
    rows = own.rows[passage]
    concept = [terms[i].concept for i in spans.term.tolist()]
    places = zip(passage.tolist(), start.tolist(), end.tolist(), strict=True)
    inside = found.inside.tolist()
    columns: dict[str, Any] = {
        "concept": concept,
        "term": [terms[i].form for i in spans.term.tolist()],
        "language": [code] * len(rows),
        "doc_id": passages["doc_id"].take(pa.array(rows)),
        "passage": passages["passage"].take(pa.array(rows)),
        "start": pa.array(start, pa.uint32()),
        "end": pa.array(end, pa.uint32()),
        "surface": [own.texts[p][at:to] for p, at, to in places],
        "nested_in": pa.array([None if i < 0 else concept[i] for i in inside], pa.string()),
        "counted": found.inside < 0,
    }
    return pa.table(columns).cast(MENTIONS)


MENTIONS_STAGE = Stage(
    name="mentions",
    folder=lambda study: study.corpus_folder,
    settings=lambda study: {"languages": list(study.languages)},
    reads=lambda study: [
        study.lexicon,
        *(study.corpus_folder / name for name in (corpus.PASSAGES_FILE, tokens.CUTS_FILE, tokens.CUT_TYPES_FILE)),
    ],
    writes=(MENTIONS_FILE, tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE),
    modules=("pipeline.concepts", "pipeline.store", "pipeline.languages"),
    tools=("ahocorasick_rs", "opencc", "spacy", "simplemma", "HanTa", "pyarrow"),
    run=find_mentions,
)
