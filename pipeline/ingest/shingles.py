"""What copies are found by: the letters of a text without the rest, its shingles, and their MinHash.

A text is read as its letters and digits alone: case, width, Traditional characters, spaces, punctuation and hyphens
make no difference. A Chinese character is a token of its own, a run of other letters is one (a word); six tokens that
begin with a Chinese character are a shingle, and three that begin with a word (Broder 1997, "On the resemblance and
containment of documents"). The MinHash of the set of shingles is a sample of fixed size from which the resemblance of
two texts is estimated; `rensa` computes it in the number of shingles and not in this times the number of slots
(Dahlgaard, Knudsen and Thorup 2017, "Fast similarity sketching"). Of each slot 16 bits are kept (Li and König 2010,
"b-bit minwise hashing").

All of it is computed once for each file and kept with its part, so that a corpus that grew by one file hashes one file.
Long texts are read window by window: memory depends on the size of a window and not of a text.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.languages import han
from pipeline.store.parts import PART_DOCUMENTS, SIGNATURE, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Codes = NDArray[np.uint32]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Hashes = NDArray[np.uint64]
    Signed = tuple[Ints, Hashes, Ints, NDArray[np.uint16]]
    """The four columns of some documents."""

SLOTS = 256
"""Values of a MinHash; the estimate of a resemblance of 0.5 has a standard error of 0.03."""
COLUMNS = SIGNATURE
DECIDING = ("body", "heading")
"""Kinds of passages that say whether a document is a copy: what it says itself, not its notes, tables and menus."""

_SEED = 1
_ROW = struct.Struct(f"{SLOTS}I")
_HAN_TOKENS, _WORD_TOKENS = 6, 3
_BLOCK_CHARACTERS = 100_000
"""So much text is hashed at once: arrays that fit a processor's cache, and that the C library's heap holds on to from
block to block. A longer document is read in windows of it."""
_HYPHENS = "\x02\xad-\u00ac\u200b\u200c\u200d\u2010\u2011\u2060\ufeff\ufffe"
"""Hyphens, also those of PDFs, and what is as thin: a word goes on behind them, on the next line too."""
_HYPHEN, _HAN = np.uint32(1), np.uint32(1 << 31)
_PLAIN_CODES = 0x20000
"""Above it only Chinese characters are letters."""
_BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """The letters and digits of some documents, folded."""

    codes: Codes
    """Folded code points, one a letter; of a Chinese character with the highest bit."""
    is_han: Flags
    """Whether each is a Chinese character."""
    starts: Flags
    """Whether each begins a token."""
    bounds: Ints
    """The first letter of each document, and behind the last one the number of letters."""


def sign(part: Part) -> Part:
    """A part with the four columns of its documents that say what they are copies of; unchanged if it has them."""
    if not part.documents["minhash"].null_count:
        return part
    deciding = pc.is_in(part.passages["kind"], pa.array(DECIDING))
    passages = part.passages.select(["document", "text"]).filter(deciding)
    number = part.documents.num_rows
    ends = np.cumsum(np.bincount(passages["document"].to_numpy(), minlength=number))
    documents = part.documents
    for name, values in signatures(passages["text"].to_pylist(), ends).items():
        documents = documents.set_column(documents.column_names.index(name), PART_DOCUMENTS.field(name), values)
    return Part(documents, part.passages, part.rejects)


def signatures(texts: Sequence[str], ends: Ints) -> dict[str, pa.Array]:
    """The four columns of documents that are made of passages; none where there are no documents.

    Args:
        texts: The passages that say whether a document is a copy, in the order of their documents.
        ends: How many of them there are up to each document's end: int64.
    """
    signed = [_sign_block(texts, bounds) for bounds in _blocks(texts, ends)]
    return {
        name: _to_arrow(np.concatenate(columns), PART_DOCUMENTS.field(name).type)
        for name, columns in zip(COLUMNS, zip(*signed, strict=True), strict=False)
    }


def _to_arrow(column: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """A column of numbers, or of rows of them as bytes."""
    if column.ndim == 1:
        return pa.array(column, kind)
    return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(column.astype("<u2"))])


def read_letters(texts: Sequence[str], ends: Ints) -> Letters:
    """The letters of documents that are made of passages.

    Args:
        texts: Passages in the order of their documents.
        ends: How many passages there are up to each document's end: int64.
    """
    lengths = np.fromiter(map(len, texts), np.int64, count=len(texts)) + 1
    place, codes, is_han, starts = _find_letters("\n".join([*texts, ""]))
    upto = np.concatenate([[0], np.cumsum(lengths)])
    bounds = np.searchsorted(place, upto[np.concatenate([[0], ends])])
    starts[bounds[:-1][np.diff(bounds) > 0]] = True
    return Letters(codes, is_han, starts, bounds)


def _find_letters(text: str) -> tuple[Ints, Codes, Flags, Flags]:
    """Where the letters of a text stand, their codes, whether each is Chinese, whether it begins a token.

    Of the first letter the last cannot be told.
    """
    read = read_as(text)
    place = np.flatnonzero(read > _HYPHEN)
    codes = read[place]
    is_han = codes >= _HAN
    starts = is_han.copy()
    starts[1:] |= is_han[:-1]
    gaps = np.flatnonzero(np.diff(place) > 1)
    starts[gaps[read[place[gaps] + 1] != _HYPHEN] + 1] = True
    return place, codes, is_han, starts


def shingle_hashes(letters: Letters, sums: Hashes) -> tuple[Hashes, Ints]:
    """The hash of each shingle: uint64; and the first shingle of each document, behind the last one their number.

    Args:
        letters: Of some documents.
        sums: Theirs (`prefix_sums`).
    """
    begins = np.flatnonzero(letters.starts)
    tokens = _hash_spans(sums, begins, np.append(begins, len(letters.codes))[1:])
    is_han = letters.is_han[begins]
    bounds = np.searchsorted(begins, letters.bounds)
    of_words, of_han = roll(tokens, (_WORD_TOKENS, _HAN_TOKENS))
    hashes = _mix(np.where(is_han, of_han, of_words))
    kept = np.flatnonzero(_shingle_ends(is_han) <= np.repeat(bounds[1:], np.diff(bounds)))
    return hashes[kept], np.searchsorted(kept, bounds)


def _shingle_ends(is_han: Flags) -> Ints:
    """The token behind the shingle that each token begins."""
    return np.arange(len(is_han)) + np.where(is_han, _HAN_TOKENS, _WORD_TOKENS)


def read_as(text: str) -> Codes:
    """What each code point of a text is read as (see `Letters`); 0 or 1 for what is no letter."""
    return _read_as().take(han.to_codes(text))


def roll(values: Hashes, lengths: Sequence[int]) -> list[Hashes]:
    """For each length the polynomial in the run of so many values that begins at each: uint64; one over the end is cut.

    Two runs have the same one if they are the same (or by rare chance); its bits are not yet spread (`_mix`).

    Args:
        values: What is hashed, uint64.
        lengths: How many values a run has, ascending.
    """
    hashes: list[Hashes] = []
    running = np.zeros(len(values), np.uint64)
    for step in range(lengths[-1]):
        running *= _BASE
        running[: max(0, len(values) - step)] += values[step:]
        if step + 1 in lengths:
            hashes.append(running.copy())
    return hashes


def minhashes(hashes: Hashes, bounds: Ints) -> NDArray[np.uint16]:
    """The MinHash of each document: uint16, documents x `SLOTS`; without a meaning for one without shingles."""
    return _shorten(_slots(hashes, bounds))


def _slots(hashes: Hashes, bounds: Ints) -> NDArray[np.uint32]:
    """The same before it is shortened; that of two sets together is the smaller one of theirs in each slot."""
    from rensa import RMinHash

    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, bounds.astype(np.uint64), SLOTS, _SEED)
    # Lists are all that rensa gives; packed they are an array in half the time that NumPy takes to read them.
    rows = b"".join(itertools.starmap(_ROW.pack, matrix.to_rows()))
    return np.frombuffer(rows, np.uint32).reshape(len(bounds) - 1, SLOTS)


def _shorten(slots: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Of each slot the bits that are kept."""
    return (_mix(slots.astype(np.uint64)) >> np.uint64(48)).astype(np.uint16)


def _sign_block(texts: Sequence[str], bounds: tuple[int, int, Ints]) -> Signed:
    """The four columns of some documents."""
    first, last, ends = bounds
    if len(ends) == 1 and sum(map(len, texts[first:last])) > _BLOCK_CHARACTERS:
        return _sign_long(texts[first:last])
    letters = read_letters(texts[first:last], ends)
    sums = prefix_sums(letters.codes)
    hashes, rows = shingle_hashes(letters, sums)
    slots = minhashes(hashes, rows)
    digests = _hash_spans(sums, letters.bounds[:-1], letters.bounds[1:])
    return np.diff(letters.bounds), digests, np.diff(rows), slots


def _sign_long(texts: Sequence[str]) -> Signed:
    """The four columns of one document, read window by window."""
    document = _Long()
    for window in _windows(texts):
        document.read(window)
    document.end()
    digest = _mix(np.array([document.sum], np.uint64))
    return np.array([document.letters]), digest, np.array([document.shingles]), _shorten(document.slots)


class _Long:
    """What is known of a document of which some windows were read; a word and shingles may go on in the next one."""

    def __init__(self) -> None:
        self.letters = self.shingles = self.sum = 0
        self.slots = _slots(np.zeros(0, np.uint64), np.zeros(2, np.int64))
        self._held = ""
        """The last letter and the character behind it, if there was one."""
        self._word = self._length = 0
        """The sum of the letters of the last token, and how many they are."""
        self._tokens, self._is_han = np.zeros(0, np.uint64), np.zeros(0, np.bool_)
        """The tokens before it with which shingles may go on."""
        self._word_is_han = False

    def read(self, text: str) -> None:
        """Read what follows."""
        text = self._held + text
        place, codes, is_han, starts = _find_letters(text)
        if not len(place):
            return
        self._held = text[place[-1] : place[-1] + 2]
        if self.letters:
            codes, is_han, starts = codes[1:], is_han[1:], starts[1:]
        else:
            starts[0] = True
        _, inverses = _powers(1 << max(18, len(codes).bit_length()))
        sums = prefix_sums(codes)
        begins = np.flatnonzero(starts)
        ends = np.append(begins, len(codes))
        going_on = (self._word + int(sums[ends[0]]) * pow(int(_BASE), self._length, 1 << 64)) % (1 << 64)
        words = np.append(np.uint64(going_on), (sums[ends[1:]] - sums[begins]) * inverses[begins])
        kinds = np.append(self._word_is_han, is_han[begins])
        self._take(words[:-1], kinds[:-1]) if self.letters else self._take(words[1:-1], kinds[1:-1])
        self._word, self._word_is_han = int(words[-1]), bool(kinds[-1])
        self._length = len(codes) - int(begins[-1]) if len(begins) else self._length + len(codes)
        self.sum = (self.sum + int(sums[-1]) * pow(int(_BASE), self.letters, 1 << 64)) % (1 << 64)
        self.letters += len(codes)

    def end(self) -> None:
        """Nothing follows."""
        if self.letters:
            self._take(np.array([self._word], np.uint64), np.array([self._word_is_han]))

    def _take(self, words: Hashes, is_han: Flags) -> None:
        """Take the next tokens, and the shingles that end with one of them."""
        before = len(self._tokens)
        tokens, is_han = np.append(self._tokens, _mix(words)), np.append(self._is_han, is_han)
        of_words, of_han = roll(tokens, (_WORD_TOKENS, _HAN_TOKENS))
        ends = _shingle_ends(is_han)
        hashes = _mix(np.where(is_han, of_han, of_words)[(ends > before) & (ends <= len(tokens))])
        self.slots = np.minimum(self.slots, _slots(hashes, np.array([0, len(hashes)])))
        self.shingles += len(hashes)
        self._tokens, self._is_han = tokens[1 - _HAN_TOKENS :], is_han[1 - _HAN_TOKENS :]


def _windows(texts: Sequence[str]) -> Iterator[str]:
    """The passages of a document, each on lines of its own, in pieces of one or two times `_BLOCK_CHARACTERS`."""
    held: list[str] = []
    size = 0
    for text in texts:
        for at in range(0, len(text), _BLOCK_CHARACTERS):
            held.append(text[at : at + _BLOCK_CHARACTERS])
            size += len(held[-1])
            if size >= _BLOCK_CHARACTERS:
                yield "".join(held)
                held, size = [], 0
        held.append("\n")
    yield "".join(held)


def _blocks(texts: Sequence[str], ends: Ints) -> Iterator[tuple[int, int, Ints]]:
    """Cut documents into blocks of about `_BLOCK_CHARACTERS`: first passage, last one, their documents' ends in it."""
    size = np.cumsum(np.fromiter(map(len, texts), np.int64, count=len(texts)))
    upto = np.concatenate([[0], size])[ends]
    document = first = 0
    while document < len(ends):
        before = upto[document - 1] if document else 0
        end = max(document + 1, int(np.searchsorted(upto, before + _BLOCK_CHARACTERS, side="right")))
        last = int(ends[end - 1])
        yield first, last, ends[document:end] - first
        document, first = end, last


def prefix_sums(codes: Codes) -> Hashes:
    """The polynomial in the letters before each letter, and in all of them, modulo 2^64: uint64, letters + 1."""
    powers, _ = _powers(1 << max(18, len(codes).bit_length()))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    return sums


def _hash_spans(sums: Hashes, begins: Ints, ends: Ints) -> Hashes:
    """The hash of each span of letters: uint64, its polynomial (Karp and Rabin 1987), mixed.

    Args:
        sums: `prefix_sums` of the letters.
        begins: The first letter of each span.
        ends: The letter behind its last one.
    """
    _, inverses = _powers(1 << max(18, (len(sums) - 1).bit_length()))
    return _mix((sums[ends] - sums[begins]) * inverses[begins])


@cache
def _powers(number: int) -> tuple[Hashes, Hashes]:
    """The first powers of `_BASE` modulo 2^64, and what undoes a multiplication by them."""
    powers = np.full((2, number), [[_BASE], [pow(int(_BASE), -1, 1 << 64)]], np.uint64)
    powers[:, 0] = 1
    powers = np.multiply.accumulate(powers, axis=1)
    return powers[0], powers[1]


def _mix(values: Hashes) -> Hashes:
    """Spread what values differ in over all of their bits (the finaliser of MurmurHash3, by Appleby)."""
    mixed = values ^ (values >> np.uint64(33))
    for factor in (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)):
        mixed *= factor
        mixed ^= mixed >> np.uint64(33)
    return mixed


@cache
def _read_as() -> Codes:
    """What each code point is read as: a letter or digit by its folded code, a hyphen, or nothing (0).

    A Chinese character has its code and the highest bit.
    """
    fold, is_han = han.fold_table(), han.is_han_table()
    plain = np.arange(_PLAIN_CODES, dtype=np.uint32).view("U1")
    read = np.zeros(len(fold), np.uint32)
    read[:_PLAIN_CODES] = np.where(np.strings.isalnum(plain), np.strings.lower(plain).view(np.uint32), 0)
    read[is_han] = np.flatnonzero(is_han) | int(_HAN)
    read[list(map(ord, _HYPHENS))] = _HYPHEN
    return read[fold]
