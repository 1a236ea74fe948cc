"""spaCy's tokens, each distinct chunk of some texts tokenised once; those that spaCy is needed for are remembered.

A chunk is what stands between whitespace. spaCy's tokenizer works on one chunk at a time, but for one thing: its
special cases (``:-)``, ``°C.``) are looked for over the whole text afterwards, and one that seems to span two chunks
(``( :``) hides a shorter one inside a chunk. A text in which that could happen is tokenised whole.

Nine of ten distinct chunks are words of letters with or without a mark behind them: one token or two by all rules.
These are cut here, all at once; the others are left to spaCy.
"""

from __future__ import annotations

import importlib
import sys
from array import array
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, compress, islice, repeat
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.languages import gender
from pipeline.languages.cuts import Cuts, number_by_first_appearance
from pipeline.languages.special_cases import (
    BEGINS,
    CONTINUES,
    HIDDEN_LEFT,
    HIDDEN_RIGHT,
    SpecialCases,
    edges_of,
    read_special_cases,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from spacy.language import Language

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

LONGEST = 500
"""Code points of a chunk that spaCy is given at once: its time grows with the square of them. A longer one that is no
word of letters is tokenised in pieces."""
MEMO_CHARACTERS = 1 << 22
"""A memo that holds chunks of more characters than this is emptied before the next batch; about 0.1 GB."""

_JOINED = np.uint64(1 << 63)
"""From here on stand, in place of spaCy's hashes of strings, numbers of tokens that were put together."""

_MARKS = ".,;:?!"
_LETTERS = "[A-Za-zÄÖÜäöüß]+"
_AFTER_INITIAL = r"(?:^|[^A-ZÄÖÜ])[A-ZÄÖÜ]\.$"
"""A full stop that stays at its single capital."""

_IS_SPACE = np.array([chr(code).isspace() for code in range(0x3002)])
"""Whether a code point is whitespace to `str.split`, and so to spaCy; the last is U+3000."""
_SPACE, _LEAD = 1, 2
_KINDS = bytearray(256)
"""Of a byte of UTF-8: whether it is whitespace, or may begin whitespace beyond ASCII."""
for _code in np.flatnonzero(_IS_SPACE).tolist():
    _KINDS[chr(_code).encode()[0]] = _SPACE if _code < 128 else _LEAD


@dataclass(slots=True)
class Memo:
    """The tokens of the chunks that spaCy has seen so far, as growing columns: some of chunks, some of tokens."""

    nlp: Language
    cases: SpecialCases
    word: str
    """A regular expression, in Arrow's dialect: a word of letters, with a mark behind it or not."""
    ids: dict[str, int] = field(default_factory=dict)
    characters: int = 0
    first: array[int] = field(default_factory=lambda: array("q"))  # of a chunk: its first token
    count: array[int] = field(default_factory=lambda: array("q"))  # of a chunk: how many tokens it has
    edges: array[int] = field(default_factory=lambda: array("q"))  # of a chunk: see `edges_of`
    start: array[int] = field(default_factory=lambda: array("q"))  # of a token: code points before it in its chunk
    length: array[int] = field(default_factory=lambda: array("q"))
    form: array[int] = field(default_factory=lambda: array("q"))
    forms: list[str] = field(default_factory=list)
    form_ids: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of a batch of texts in order."""

    distinct: pa.StringArray
    ids: Ints
    """Index into ``distinct``."""
    passage: Ints
    start: Ints
    follows: Flags
    """Whether exactly one space (U+0020) stands between the chunk and the one before."""


class Words(NamedTuple):
    """Those of some chunks that are words of letters, with a mark behind them or not."""

    rows: Ints
    words: pa.StringArray
    """Without the mark."""
    marked: Flags
    """Whether there is a mark."""
    marks: pa.StringArray
    """Those there are."""
    edges: Ints
    """See `pipeline.languages.special_cases.edges_of`."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some chunks end to end."""

    first: Ints
    """Of a chunk: its first token."""
    count: Ints
    """Of a chunk."""
    start: Ints
    """Code points before the token in its chunk."""
    length: Ints
    form: Ints
    """Index into ``forms``."""
    forms: pa.StringArray
    """Distinct."""


def cut_chunks(texts: Sequence[str], language: str) -> Cuts:
    """Cut texts into the tokens of ``spacy.blank(language)``, tokens of whitespace left out.

    Args:
        texts: Passages, a few MB at once.
        language: A language code that spaCy knows.

    Raises:
        UnicodeEncodeError: A text holds a lone surrogate.
    """
    memo = _memo(language)
    if memo.characters > MEMO_CHARACTERS:
        _memo.cache_clear()
        memo = _memo(language)
    chunks = _split(texts)
    ids, passage, start = chunks.ids, chunks.passage, chunks.start
    words = _find_words(memo, chunks.distinct)
    is_other = np.ones(len(chunks.distinct), dtype=bool)
    is_other[words.rows] = False
    others = _look_up(memo, chunks.distinct.filter(pa.array(is_other)).to_pylist())
    edges = np.zeros(len(is_other), np.int64)
    edges[words.rows], edges[is_other] = words.edges, _view(memo.edges)[others]
    long_ones = np.flatnonzero(pc.utf8_length(chunks.distinct).to_numpy() > LONGEST)
    whole = np.setdiff1d(_entangled(edges[ids], chunks), passage[np.isin(ids, long_ones)])
    if len(whole):
        kept = ~np.isin(passage, whole)
        ids = np.concatenate([ids[kept], len(is_other) + np.arange(len(whole))])
        passage = np.concatenate([passage[kept], whole])
        start = np.concatenate([start[kept], np.zeros(len(whole), dtype=np.int64)])
        order = np.argsort(passage, kind="stable")
        ids, passage, start = ids[order], passage[order], start[order]
        is_other = np.append(is_other, np.ones(len(whole), np.bool_))
        others = np.append(others, _look_up(memo, [texts[index] for index in whole]))
    tokens = _tokens_of(memo, words, is_other, others)
    count = tokens.count[ids]
    token = _spread(tokens.first[ids], count)
    form, order = number_by_first_appearance(tokens.form[token], len(tokens.forms))
    return Cuts(
        passage=np.repeat(passage, count),
        start=np.repeat(start, count) + tokens.start[token],
        length=tokens.length[token],
        form=form,
        forms=tokens.forms.take(pa.array(order)).to_pylist(),
    )


def import_spacy() -> ModuleType:
    """The package ``spacy`` without its commands, which it loads for ``spacy.info`` and which nobody calls here.

    They and their libraries (typer, httpx, rich, …) would cost a third of its time to load and 18 MB in each process.
    Who imports ``spacy.cli`` later still gets it.
    """
    names = ("spacy.cli", "spacy.cli.info")
    if "spacy" in sys.modules:
        return sys.modules["spacy"]
    sys.modules |= {name: ModuleType(name) for name in names}
    vars(sys.modules["spacy.cli.info"])["info"] = None
    try:
        return importlib.import_module("spacy")
    finally:
        for name in names:
            del sys.modules[name]


@cache
def _memo(language: str) -> Memo:
    spacy = import_spacy()
    from spacy.attrs import IS_SPACE

    nlp = spacy.blank(language)
    tokenizer: Any = nlp.tokenizer
    cases = read_special_cases(tokenizer)
    chain_of_words = f"(?:-{_LETTERS})*" if len(tokenizer("Ab-cd")) == 1 else ""
    vocab: Any = nlp.vocab  # the shape of each new word and the like, which nobody asks for, take half of the time
    vocab.lex_attr_getters = {IS_SPACE: vocab.lex_attr_getters[IS_SPACE]}
    return Memo(nlp, cases, f"^{_LETTERS}{chain_of_words}[{_MARKS}]?$")


def _view(column: array[int]) -> Ints:
    return np.frombuffer(column, dtype=np.int64)


def _split(texts: Sequence[str]) -> Chunks:
    joined = "\n".join(texts).encode()
    data, kind = np.frombuffer(joined, dtype=np.uint8), np.frombuffer(joined.translate(_KINDS), dtype=np.uint8)
    space = np.ones(len(data) + 2, dtype=bool)  # a blank on either side
    np.equal(kind, _SPACE, out=space[1:-1])
    _mark_wide_spaces(data, np.flatnonzero(kind == _LEAD), space[1:-1])
    edge = np.flatnonzero(space[1:] != space[:-1])
    start, end = edge[::2], edge[1::2]
    bounds = np.zeros(len(start) + 1, np.int32)
    np.cumsum(end - start, out=bounds[1:])
    written = pa.StringArray.from_buffers(len(start), pa.py_buffer(bounds), pa.py_buffer(data[~space[1:-1]]))
    encoded = written.dictionary_encode()
    follows = np.zeros(len(start), dtype=bool)
    follows[1:] = (start[1:] - end[:-1] == 1) & (data[start[1:] - 1] == ord(" "))
    start = start - np.cumsum((data & 0xC0) == 0x80, dtype=np.int32)[start]  # in code points
    offset = np.cumsum([0, *map(len, texts)]) + np.arange(len(texts) + 1)
    passage = np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(start, offset)))
    return Chunks(
        encoded.dictionary, encoded.indices.to_numpy().astype(np.int64), passage, start - offset[passage], follows
    )


def _mark_wide_spaces(data: NDArray[np.uint8], lead: Ints, space: Flags) -> None:
    """Mark the bytes of whitespace beyond ASCII in UTF-8, which may begin where ``lead`` says."""
    first, second, third = (np.take(data, lead + i, mode="clip").astype(np.int64) for i in range(3))
    three = first >= 0xE0
    code = np.where(three, (first & 15) << 12 | (second & 63) << 6 | third & 63, (first & 31) << 6 | second & 63)
    found = _IS_SPACE[np.minimum(code, len(_IS_SPACE) - 1)]
    lead, three = lead[found], three[found]
    space[lead] = space[lead + 1] = space[lead[three] + 2] = True


def _find_words(memo: Memo, chunks: pa.StringArray) -> Words:
    """The chunks that are words of letters, with a mark behind them or not, and neither hold nor are special cases.

    No prefix, infix or other suffix of spaCy's is of letters alone.
    """
    cases = memo.cases
    matches = pc.and_not(pc.match_substring_regex(chunks, memo.word), pc.match_substring_regex(chunks, _AFTER_INITIAL))
    rows, own = np.flatnonzero(matches.to_numpy(zero_copy_only=False)), chunks.filter(matches)
    words = pc.utf8_rtrim(own, _MARKS)
    plain = pc.invert(pc.or_(_is_in(own, cases.forms), _is_in(words, cases.forms)))
    rows, own, words = rows[plain.to_numpy(zero_copy_only=False)], own.filter(plain), words.filter(plain)
    marked = pc.not_equal(own, words)
    last = pc.if_else(marked, pc.utf8_slice_codeunits(own, -1), words)
    continues, begins, marks = (
        flags.to_numpy(zero_copy_only=False)
        for flags in (_is_in(words, cases.closers), _is_in(last, cases.openers), marked)
    )
    return Words(rows, words, marks, last.filter(marked), CONTINUES * continues + BEGINS * begins)


def _is_in(texts: pa.StringArray, those: frozenset[str]) -> pa.BooleanArray:
    return pc.is_in(texts, pa.array(those, pa.string()))


def _tokens_of(memo: Memo, words: Words, is_other: Flags, others: Ints) -> Tokens:
    """The tokens of distinct chunks: of words, and of others by their ids in the memo."""
    count = np.ones(len(is_other), np.int64)
    count[words.rows[words.marked]] = 2
    count[is_other] = _view(memo.count)[others]
    first = np.cumsum(count) - count
    start, length, form = np.zeros((3, int(count.sum())), np.int64)
    at = first[words.rows]
    behind = at[words.marked] + 1
    length[at] = pc.utf8_length(words.words).to_numpy()
    start[behind], length[behind] = length[behind - 1], 1
    token, known = _spread(first[is_other], count[is_other]), _spread(_view(memo.first)[others], count[is_other])
    start[token], length[token] = _view(memo.start)[known], _view(memo.length)[known]
    used, which = np.unique(_view(memo.form)[known], return_inverse=True)
    spelt = pa.array([memo.forms[index] for index in used.tolist()], pa.string())
    forms = pa.concat_arrays([words.words, words.marks, spelt]).dictionary_encode()
    form[at], form[behind], ids = np.split(forms.indices.to_numpy(), np.cumsum([len(at), len(behind)]))
    form[token] = ids[which]
    return Tokens(first, count, start, length, form, forms.dictionary)


def _spread(first: Ints, count: Ints) -> Ints:
    """The indices in spans, end to end."""
    return np.arange(count.sum()) + np.repeat(first - np.cumsum(count) + count, count)


def _look_up(memo: Memo, chunks: Sequence[str]) -> Ints:
    """The ids of chunks; new ones are tokenised."""
    ids = np.fromiter(map(memo.ids.get, chunks, repeat(-1)), dtype=np.int64, count=len(chunks))
    missing = ids < 0
    if missing.any():
        unknown = list(compress(chunks, missing))
        _learn(memo, list(dict.fromkeys(unknown)))
        ids[missing] = np.fromiter(map(memo.ids.__getitem__, unknown), dtype=np.int64, count=len(unknown))
    return ids


def _learn(memo: Memo, chunks: Sequence[str]) -> None:
    """Add new chunks to the memo."""
    form, start, length, chunk = _tokenise(memo, chunks)
    count = np.bincount(chunk, minlength=len(chunks)).astype(np.int64)
    _extend(memo.first, np.cumsum(count) - count + len(memo.form))
    _extend(memo.count, count)
    _extend(memo.start, start)
    _extend(memo.length, length)
    _extend(memo.form, form)
    memo.forms.extend(islice(memo.form_ids, len(memo.forms), None))
    spans = zip(memo.first[-len(chunks) :], memo.count[-len(chunks) :], strict=True)
    tokens = ([memo.forms[index] for index in memo.form[first : first + size]] for first, size in spans)
    memo.edges.extend(edges_of(forms, memo.cases) for forms in tokens)
    memo.ids.update(zip(chunks, range(len(memo.ids), len(memo.ids) + len(chunks)), strict=True))
    memo.characters += sum(map(len, chunks)) + len(chunks)


def _number(numbers: dict[str, int], form: str) -> int:
    return numbers.setdefault(form, len(numbers))


def _tokenise(memo: Memo, chunks: Sequence[str]) -> tuple[Ints, Ints, Ints, Ints]:
    """The tokens of chunks by spaCy: form, code points before it in its chunk, length, index of its chunk."""
    from spacy.attrs import IDX, IS_SPACE, LENGTH, ORTH

    cut = [_pieces(chunk) for chunk in chunks]
    pieces = [*chain.from_iterable(cut)]
    number = np.fromiter(map(len, cut), np.int64, count=len(cut))
    owner = np.repeat(np.arange(len(cut)), number)
    joined = "\n".join(pieces)  # no special case holds a line break: pieces stay apart
    with memo.nlp.memory_zone():  # else spaCy keeps every word it ever saw
        attributes = memo.nlp.tokenizer(joined).to_array([ORTH, IDX, LENGTH, IS_SPACE])
    attributes = attributes[attributes[:, 3] == 0]
    orth, (start, length) = attributes[:, 0], attributes[:, 1:3].T.astype(np.int64)
    offset = np.cumsum([0, *map(len, pieces)]) + np.arange(len(pieces) + 1)
    piece = np.searchsorted(offset, start, side="right") - 1
    offset = (np.arange(len(pieces)) - (np.cumsum(number) - number)[owner]) * LONGEST - offset[:-1]
    if memo.nlp.lang == "de":
        kept, whole = gender.join_cut(joined, start, length)
        orth = np.where(whole == length[kept], orth[kept], _JOINED + start[kept].astype(np.uint64))
        start, length, piece = start[kept], whole, piece[kept]
    _, where, form = np.unique(orth, return_index=True, return_inverse=True)
    spelt = [joined[at : at + size] for at, size in zip(start[where].tolist(), length[where].tolist(), strict=True)]
    form_ids = np.array([_number(memo.form_ids, text) for text in spelt], dtype=np.int64)
    return form_ids[form], start + offset[piece], length, owner[piece]


def _pieces(chunk: str) -> list[str]:
    """A long chunk in pieces; a text that is tokenised whole has spaces, and no chunk that is long."""
    if len(chunk) <= LONGEST or len(chunk.split(None, 1)) > 1:
        return [chunk]
    return [chunk[at : at + LONGEST] for at in range(0, len(chunk), LONGEST)]


def _extend(column: array[int], values: Ints) -> None:
    column.frombytes(np.ascontiguousarray(values, dtype=np.int64).tobytes())


def _entangled(edges: Ints, chunks: Chunks) -> Ints:
    """The texts in which a special case that spans chunks might hide one inside a chunk."""
    left, right = edges[:-1], edges[1:]
    hidden = ((right & HIDDEN_LEFT) * (left & BEGINS) + (left & HIDDEN_RIGHT) * (right & CONTINUES)) > 0
    return np.unique(chunks.passage[1:][hidden & chunks.follows[1:]])
