"""spaCy's tokens, each distinct chunk of a text tokenised once and remembered.

A chunk is what stands between whitespace. spaCy's tokenizer works on one chunk at a time, but for one thing: its
special cases (``:-)``, ``°C.``) are looked for over the whole text afterwards, and one that seems to span two chunks
(``( :``) hides a shorter one inside a chunk. A text in which that could happen is tokenised whole.
"""

from __future__ import annotations

import importlib
import re
import sys
from array import array
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import compress, islice, repeat
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.languages import gender
from pipeline.languages.cuts import Cuts, number_by_first_appearance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from spacy.language import Language

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MEMO_CHARACTERS = 1 << 22
"""A memo that holds chunks of more characters than this is emptied before the next batch; about 0.1 GB."""

_LETTERS = re.compile("[A-Za-zÄÖÜäöüß]+").fullmatch
_NONE = np.empty(0, np.int64)
_JOINED = np.uint64(1 << 63)
"""From here on stand, in place of spaCy's hashes of strings, numbers of tokens that were put together."""

_IS_SPACE = np.array([chr(code).isspace() for code in range(0x3002)])
"""Whether a code point is whitespace to `str.split`, and so to spaCy; the last is U+3000."""


@dataclass(frozen=True, slots=True)
class SpecialCases:
    """What spaCy looks for over the whole text."""

    forms: frozenset[str]
    openers: frozenset[str]
    """Tokens of a special case that are not its last."""
    closers: frozenset[str]
    """Tokens of a special case that are not its first."""
    last_characters: frozenset[str]
    """Of openers."""
    first_characters: frozenset[str]
    """Of closers."""
    longest: int


@dataclass(slots=True)
class Memo:
    """The tokens of the chunks seen so far, as growing columns: some of chunks, some of tokens."""

    nlp: Language
    cases: SpecialCases
    ids: dict[str, int] = field(default_factory=dict)
    characters: int = 0
    first: array[int] = field(default_factory=lambda: array("q"))  # of a chunk: its first token
    count: array[int] = field(default_factory=lambda: array("q"))  # of a chunk: how many tokens it has
    edges: array[int] = field(default_factory=lambda: array("q"))  # of a chunk: see `_edges`
    start: array[int] = field(default_factory=lambda: array("q"))  # of a token: code points before it in its chunk
    length: array[int] = field(default_factory=lambda: array("q"))
    form: array[int] = field(default_factory=lambda: array("q"))
    forms: list[str] = field(default_factory=list)
    form_ids: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of a batch of texts in order."""

    texts: list[str]
    passage: Ints
    start: Ints
    follows: Flags
    """Whether exactly one space (U+0020) stands between the chunk and the one before."""


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
    ids, passage, start = _look_up(memo, chunks.texts), chunks.passage, chunks.start
    whole = _entangled(memo, ids, chunks)
    if len(whole):
        kept = ~np.isin(passage, whole)
        ids = np.concatenate([ids[kept], _look_up(memo, [texts[index] for index in whole])])
        passage = np.concatenate([passage[kept], whole])
        start = np.concatenate([start[kept], np.zeros(len(whole), dtype=np.int64)])
        order = np.argsort(passage, kind="stable")
        ids, passage, start = ids[order], passage[order], start[order]
    count = _view(memo.count)[ids]
    token = np.arange(count.sum()) + np.repeat(_view(memo.first)[ids] - np.cumsum(count) + count, count)
    form, order = number_by_first_appearance(_view(memo.form)[token], len(memo.forms))
    return Cuts(
        passage=np.repeat(passage, count),
        start=np.repeat(start, count) + _view(memo.start)[token],
        length=_view(memo.length)[token],
        form=form,
        forms=[memo.forms[index] for index in order],
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

    plain: Any = spacy.blank(language).tokenizer
    forms = frozenset(form for form in plain.rules if not form.isspace())
    plain.rules = {}
    cases = [[token.text for token in plain(form)] for form in forms]
    openers = frozenset(token for tokens in cases for token in tokens[:-1])
    closers = frozenset(token for tokens in cases for token in tokens[1:])
    last, first = frozenset(token[-1] for token in openers), frozenset(token[0] for token in closers)
    nlp = spacy.blank(language)
    vocab: Any = nlp.vocab  # the shape of each new word and the like, which nobody asks for, take half of the time
    vocab.lex_attr_getters = {IS_SPACE: vocab.lex_attr_getters[IS_SPACE]}
    return Memo(nlp, SpecialCases(forms, openers, closers, last, first, max(map(len, forms))))


def _view(column: array[int]) -> Ints:
    return np.frombuffer(column, dtype=np.int64)


def _split(texts: Sequence[str]) -> Chunks:
    joined = "\n".join(texts)
    code = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    space = np.ones(len(code) + 4, dtype=bool)  # two blanks on either side
    np.take(_IS_SPACE, np.minimum(code, len(_IS_SPACE) - 1), out=space[2:-2])
    edge = np.flatnonzero(space[1:-2] != space[2:-1])
    start, end = edge[::2], edge[1::2]
    offset = np.cumsum([0, *map(len, texts)]) + np.arange(len(texts) + 1)
    passage = np.searchsorted(offset, start, side="right") - 1
    follows = np.zeros(len(start), dtype=bool)
    follows[1:] = (start[1:] - end[:-1] == 1) & (code[start[1:] - 1] == ord(" "))
    return Chunks(joined.split(), passage, start - offset[passage], follows)


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
    """Add new chunks to the memo; one of letters alone is one token by all rules, if it is no special case."""
    special = memo.cases.forms
    is_plain = np.array([_LETTERS(chunk) is not None and chunk not in special for chunk in chunks], np.bool_)
    mixed = list(compress(chunks, ~is_plain))
    where = np.flatnonzero(is_plain)
    size = np.fromiter(map(len, chunks), np.int64, count=len(chunks))
    form, start, length, chunk = _tokenise(memo, mixed) if mixed else (_NONE,) * 4
    chunk = np.concatenate([np.flatnonzero(~is_plain)[chunk], where])
    order = np.argsort(chunk, kind="stable")
    plain = np.fromiter(map(partial(_number, memo.form_ids), compress(chunks, is_plain)), np.int64, count=len(where))
    count = np.bincount(chunk, minlength=len(chunks)).astype(np.int64)
    base = len(memo.form)
    _extend(memo.first, np.cumsum(count) - count + base)
    _extend(memo.count, count)
    _extend(memo.start, np.concatenate([start, np.zeros(len(where), np.int64)])[order])
    _extend(memo.length, np.concatenate([length, size[where]])[order])
    _extend(memo.form, np.concatenate([form, plain])[order])
    memo.forms.extend(islice(memo.form_ids, len(memo.forms), None))
    spans = zip(memo.first[-len(chunks) :], memo.count[-len(chunks) :], strict=True)
    tokens = ([memo.forms[index] for index in memo.form[first : first + size]] for first, size in spans)
    memo.edges.extend(_edges(forms, memo.cases) for forms in tokens)
    memo.ids.update(zip(chunks, range(len(memo.ids), len(memo.ids) + len(chunks)), strict=True))
    memo.characters += int(size.sum()) + len(chunks)


def _number(numbers: dict[str, int], form: str) -> int:
    return numbers.setdefault(form, len(numbers))


def _tokenise(memo: Memo, chunks: Sequence[str]) -> tuple[Ints, Ints, Ints, Ints]:
    """The tokens of chunks by spaCy: form, code points before it in its chunk, length, index of its chunk."""
    from spacy.attrs import IDX, IS_SPACE, LENGTH, ORTH

    joined = "\n".join(chunks)  # no special case holds a line break: chunks stay apart
    with memo.nlp.memory_zone():  # else spaCy keeps every word it ever saw
        attributes = memo.nlp.tokenizer(joined).to_array([ORTH, IDX, LENGTH, IS_SPACE])
    attributes = attributes[attributes[:, 3] == 0]
    orth, (start, length) = attributes[:, 0], attributes[:, 1:3].T.astype(np.int64)
    offset = np.cumsum([0, *map(len, chunks)]) + np.arange(len(chunks) + 1)
    chunk = np.searchsorted(offset, start, side="right") - 1
    if memo.nlp.lang == "de":
        kept, whole = gender.join_cut(joined, start, length)
        orth = np.where(whole == length[kept], orth[kept], _JOINED + start[kept].astype(np.uint64))
        start, length, chunk = start[kept], whole, chunk[kept]
    _, where, form = np.unique(orth, return_index=True, return_inverse=True)
    spelt = [joined[at : at + size] for at, size in zip(start[where].tolist(), length[where].tolist(), strict=True)]
    form_ids = np.array([_number(memo.form_ids, text) for text in spelt], dtype=np.int64)
    return form_ids[form], start - offset[chunk], length, chunk


def _extend(column: array[int], values: Ints) -> None:
    column.frombytes(np.ascontiguousarray(values, dtype=np.int64).tobytes())


_CONTINUES, _BEGINS, _HIDDEN_LEFT, _HIDDEN_RIGHT = 1, 2, 4, 8


def _edges(tokens: Sequence[str], cases: SpecialCases) -> int:
    """How special cases may stand at the edges of a chunk with these tokens, as a sum of flags.

    One from before may continue in it, one may begin in it and go on behind it, and either may hide one inside.
    """
    inside = len(tokens) > 1 and _holds_special_case(tokens, cases)
    continues = tokens[0] in cases.closers or (inside and tokens[0][0] in cases.first_characters)
    begins = tokens[-1] in cases.openers or (inside and tokens[-1][-1] in cases.last_characters)
    hidden = _HIDDEN_LEFT * continues + _HIDDEN_RIGHT * begins if inside else 0
    return _CONTINUES * continues + _BEGINS * begins + hidden


def _holds_special_case(tokens: Sequence[str], cases: SpecialCases) -> bool:
    for first in range(len(tokens)):
        run = ""
        for token in tokens[first:]:
            run += token
            if len(run) > cases.longest:
                break
            if run in cases.forms:
                return True
    return False


def _entangled(memo: Memo, ids: Ints, chunks: Chunks) -> Ints:
    """The texts in which a special case that spans chunks might hide one inside a chunk."""
    edges = _view(memo.edges)[ids]
    left, right = edges[:-1], edges[1:]
    hidden = ((right & _HIDDEN_LEFT) * (left & _BEGINS) + (left & _HIDDEN_RIGHT) * (right & _CONTINUES)) > 0
    return np.unique(chunks.passage[1:][hidden & chunks.follows[1:]])
