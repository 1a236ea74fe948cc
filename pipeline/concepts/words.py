"""German and English terms, found on words: a look-up per type, then one ``take`` over the tokens.

A term is a row of slots, one a word; for each slot it is known which types fill it. Case counts as written, but for a
sentence's first word and for words all in capitals; a hyphen inside a word counts as none. Where a language's words end
at hyphens (English), a hyphen between two words is passed over in texts and terms alike, and a term that has one also
counts written as one word (``de-risking``, ``derisking``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.concepts.asked import Asked
from pipeline.concepts.lexicon import plain
from pipeline.concepts.spans import Spans, find_expression, join_spans
from pipeline.concepts.verbs import VerbTerms, find_verbs, prepare_verbs
from pipeline.languages import gender

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.records import Term

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_LONG_ENOUGH = 8
"""A word that begins with a term of so many letters has it as a part, whatever the splitting of compounds says."""
_STEM = 4
_ENDERS = frozenset('.!?:…„»«"“(–-•')
"""After one of these a capital can be that of a sentence's first word."""


@dataclass(frozen=True, slots=True, eq=False)
class WordTerms:
    """The terms of one language, ready for the types of one corpus."""

    slots: Ints
    """Terms x words: the slot of each word, -1 behind the last."""
    terms: Ints
    """For each row of ``slots`` the index of the term."""
    excluding: Flags
    """Whether each row is a ``not_in`` of its term."""
    types: Ints
    """Pairs of a type and a slot that it fills, in order of the type."""
    fills: Ints
    at_start_only: Flags
    """Whether the pair holds only where a sentence begins."""
    expressions: tuple[tuple[str, int], ...]
    """Regular expressions with the index of their term."""
    verbs: VerbTerms | None
    """German separable verbs."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The tokens of a batch of passages in one language."""

    type: Ints
    start: Ints
    """Code points before the token in the passages joined by one code point."""
    end: Ints
    passage: Ints
    is_word: Flags
    is_ender: Flags
    is_hyphen: Flags

    def without_hyphens(self) -> Words:
        """The tokens but for hyphens between two words with no space."""
        inside = self.is_hyphen.copy()
        inside[:1], inside[-1:] = False, False
        inside[1:] &= self.start[1:] == self.end[:-1]
        inside[:-1] &= self.end[:-1] == self.start[1:]
        kept = ~inside
        return Words(
            self.type[kept], self.start[kept], self.end[kept], self.passage[kept],
            self.is_word[kept], self.is_ender[kept], self.is_hyphen[kept],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Slot:
    match: str
    form: str
    lemma: str
    parts: tuple[str, ...]
    further: tuple[str, ...] = ()
    """Lemmas that a trained model gave this form in some context."""


def lemmas_in_context(terms: Sequence[Term], types: pa.Table, language: str) -> dict[str, tuple[str, ...]]:
    """The lemmas that the words of the terms, as they are written there, have among the types.

    A trained model lemmatises in context, a term has none: it stands for all lemmas that its form has somewhere.
    """
    forms = [form for term in terms if term.match != "regex" for form in (term.form, *term.not_in)]
    asked = Asked(language)
    words = {word for words in asked.cut([way for _, way in _ways(forms, asked)]) for word in words}
    mine = pc.and_(pc.equal(types["language"], language), pc.is_in(types["form"], pa.array(sorted(words), pa.string())))
    found: dict[str, set[str]] = {}
    for row in types.filter(mine).select(["form", "lemma"]).to_pylist():
        found.setdefault(row["form"], set()).add(row["lemma"])
    return {form: tuple(sorted(lemmas)) for form, lemmas in sorted(found.items())}


def prepare(
    terms: Sequence[Term], types: pa.Table, asked: Asked, further: Mapping[str, tuple[str, ...]] | None = None
) -> WordTerms:
    """Find for each word of each term the types that fill it.

    Args:
        terms: All terms of the language.
        types: The corpus's types; those of other languages are left out.
        asked: The language, ``de`` or ``en``.
        further: What `lemmas_in_context` gave, where a trained model gave the types' lemmas.
    """
    written = [(i, False, term.form) for i, term in enumerate(terms) if term.match != "regex"]
    written += [(i, True, longer) for i, term in enumerate(terms) for longer in term.not_in]
    known: dict[_Slot, int] = {}
    rows: list[list[int]] = []
    owners: list[tuple[int, bool]] = []
    ways = _ways([form for _, _, form in written], asked)
    cut = [[word for word in words if _key(word)] or words for words in asked.cut([way for _, way in ways])]
    described = _describe(sorted({word for words in cut for word in words}), types, asked, further)
    for (number, _), words in zip(ways, cut, strict=True):
        i, is_longer, _ = written[number]
        match = "lemma" if is_longer else terms[i].match
        slots_of = (_Slot(match, word, *described[word], (further or {}).get(word, ())) for word in words)
        rows.append([known.setdefault(slot, len(known)) for slot in slots_of])
        owners.append((i, is_longer))
    slots = np.full((len(rows), max(map(len, rows), default=0)), -1, np.int64)
    for row, filled in zip(slots, rows, strict=True):
        row[: len(filled)] = filled
    pairs = sorted(_pairs(list(known), types, asked))
    columns = np.array(pairs, np.int64).reshape(-1, 3)
    return WordTerms(
        slots=slots,
        terms=np.array([i for i, _ in owners], np.int64),
        excluding=np.array([is_longer for _, is_longer in owners], np.bool_),
        types=columns[:, 0],
        fills=columns[:, 1],
        at_start_only=columns[:, 2].astype(np.bool_),
        expressions=tuple((term.form, i) for i, term in enumerate(terms) if term.match == "regex"),
        verbs=_verbs(list(known), rows, owners, types) if asked.language == "de" else None,
    )


def enders(forms: Sequence[str]) -> list[bool]:
    """Say of each form whether a sentence can begin after it."""
    return [form[-1] in _ENDERS for form in forms]


def hyphens(forms: Sequence[str]) -> list[bool]:
    """Say of each form whether it is a hyphen."""
    return [_key(form) == "" for form in forms]


def find_in_words(ready: WordTerms, words: Words, joined: str) -> tuple[Spans, Spans]:
    """All matches of terms, and all of their ``not_in`` strings.

    Args:
        ready: The terms.
        words: The batch's tokens, in order.
        joined: The batch's passages joined by U+0000, for terms that are regular expressions.
    """
    parts = [find_expression(joined, expression, term) for expression, term in ready.expressions]
    if ready.verbs is not None:
        parts.append(find_verbs(ready.verbs, words.type, words.start, words.end, words.passage))
    words = words.without_hyphens()
    at, row = _first_words(ready, words)
    starts = _sentence_starts(words)
    alive = np.ones(len(at), dtype=np.bool_)
    last = at.copy()
    for k in range(ready.slots.shape[1]):
        slot = ready.slots[row, k]
        needed = alive & (slot >= 0)
        position = np.minimum(at + k, len(words.type) - 1)
        fits = (at + k < len(words.type)) & (words.passage[position] == words.passage[at])
        fits &= _fills(ready, words.type[position], slot, starts[position])
        alive &= ~needed | fits
        last = np.where(needed, position, last)
    found = Spans(words.start[at[alive]], words.end[last[alive]], ready.terms[row[alive]])
    longer = ready.excluding[row[alive]]
    return join_spans([found.take(~longer), *parts]), found.take(longer)


def _verbs(
    slots: Sequence[_Slot], rows: Sequence[Sequence[int]], owners: Sequence[tuple[int, bool]], types: pa.Table
) -> VerbTerms | None:
    """The terms that are one word and a separable verb, if there are any."""
    single = {(slots[row[0]].lemma, term) for row, (term, is_longer) in zip(rows, owners, strict=True)
              if len(row) == 1 and not is_longer and slots[row[0]].match != "form"}  # fmt: skip
    return prepare_verbs(sorted(single), types)


def _first_words(ready: WordTerms, words: Words) -> tuple[Ints, Ints]:
    """Tokens that may begin a term, and the row of ``slots`` that each may begin; one entry a pair."""
    nothing = np.empty(0, np.int64)
    if not len(ready.types) or not len(words.type):
        return nothing, nothing
    rows_of_slot = np.argsort(ready.slots[:, 0], kind="stable")
    first = ready.slots[rows_of_slot, 0]
    begins = np.isin(ready.fills, first)
    types, fills = ready.types[begins], ready.fills[begins]
    wanted = np.zeros(max(int(words.type.max()), int(types.max(initial=0))) + 1, dtype=np.bool_)
    wanted[types] = True
    at = np.flatnonzero(wanted[words.type])
    at, pair = _expand(at, np.searchsorted(types, words.type[at]), np.searchsorted(types, words.type[at], "right"))
    slot = fills[pair]
    at, order = _expand(at, np.searchsorted(first, slot), np.searchsorted(first, slot, "right"))
    keys = np.unique(np.stack([at, rows_of_slot[order]]), axis=1)
    return keys[0], keys[1]


def _expand(of: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Each element repeated for each index from its ``low`` to below its ``high``, and these indices."""
    count = high - low
    index = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    return np.repeat(of, count), index


def _fills(ready: WordTerms, type_: Ints, slot: Ints, at_start: Flags) -> Flags:
    """Whether a type fills a slot, at its place in the sentence."""
    width = int(ready.slots.max(initial=0)) + 1
    pairs = ready.types * width + ready.fills
    asked = type_ * width + slot
    always = np.isin(asked, pairs[~ready.at_start_only])
    fits: Flags = (slot >= 0) & (always | (at_start & np.isin(asked, pairs[ready.at_start_only])))
    return fits


def _sentence_starts(words: Words) -> Flags:
    """Whether each token is a passage's first word, or the first after a mark behind which a sentence can begin."""
    number = len(words.type)
    index = np.arange(number)
    last_word = np.maximum.accumulate(np.where(words.is_word, index, -1))
    before = np.concatenate([[-1], last_word[:-1]]) if number else last_word
    ended = np.cumsum(words.is_ender)
    first_in_passage = (before < 0) | (words.passage[before] != words.passage)
    seen = np.concatenate([[0], ended[:-1]]) if number else ended
    since = seen - np.where(before >= 0, ended[before] - words.is_ender[before], 0)
    starts: Flags = first_in_passage | (since > 0)
    return starts


def _ways(forms: Sequence[str], asked: Asked) -> list[tuple[int, str]]:
    """The ways in which forms are looked for, each with the form's index: as it is, and as one word where it has a
    hyphen between words.
    """  # noqa: D205 - one sentence
    texts = [plain(form, asked.language) for form in forms]
    in_one = {
        i: one_word
        for i, text in enumerate(texts)
        if (one_word := " ".join(_key(x) or x for x in text.split())) != text
    }
    cut = dict(zip(in_one, asked.cut([texts[i] for i in in_one]), strict=True))
    ways = ((i, way) for i, text in enumerate(texts) for way in (text, in_one.get(i)))
    return [(i, way) for i, way in ways if way is not None and (way == texts[i] or any(hyphens(cut[i])))]


def _describe(
    words: Sequence[str], types: pa.Table, asked: Asked, further: Mapping[str, tuple[str, ...]] | None
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Lemma and parts of each word, those of the types where no trained model gave them."""
    known = {}
    if further is None:
        mine = pc.equal(types["language"], asked.language)
        here = pc.and_(mine, pc.is_in(types["form"], pa.array(words, pa.string())))
        found = types.filter(here).select(["form", "lemma", "parts"])
        known = {form: (lemma, tuple(parts)) for form, lemma, parts in zip(*found.to_pydict().values(), strict=True)}
    new = [word for word in words if word not in known]
    return known | dict(zip(new, asked.describe(new), strict=True))


def _pairs(slots: Sequence[_Slot], types: pa.Table, asked: Asked) -> Iterable[tuple[int, int, bool]]:
    """Type, slot, and whether it fills it only at the start of a sentence."""
    candidates = _candidates(slots, types, asked.language)
    forms = candidates["form"].to_pylist()
    uncapitalised = [form[:1].lower() + form[1:] if not form.isupper() else form.lower() for form in forms]
    lowered = asked.lemmatize(uncapitalised)
    feminine = _feminine(forms, asked) if asked.language == "de" else [()] * len(forms)
    rows = zip(
        candidates["type"].to_pylist(), forms, candidates["lemma"].to_pylist(), candidates["parts"].to_pylist(),
        lowered, feminine, strict=True,
    )  # fmt: skip
    alike: dict[str, set[int]] = {}
    for number, slot in enumerate(slots):
        for word in (slot.form, slot.lemma, *slot.further):
            alike.setdefault(_key(word).casefold(), set()).add(number)
    compounds = {number for number, slot in enumerate(slots) if slot.match == "compound"}
    for type_, form, lemma, parts, low, also in rows:
        found = (alike.get(_key(word).casefold(), set()) for word in (form, lemma, low, *also))
        for number in sorted(compounds.union(*found)):
            fit = _fit(slots[number], form, (lemma, *also), low, parts)
            if fit is not None:
                yield type_, number, fit


def _feminine(forms: Sequence[str], asked: Asked) -> list[tuple[str, ...]]:
    """The gender forms among some words read as the feminine noun, and its lemma; of other words nothing."""
    read = {form: noun for form in forms if (noun := gender.feminine(form)) is not None}
    lemmas = dict(zip(read, asked.lemmatize(list(read.values())), strict=True))
    return [(read[form], lemmas[form]) if form in read else () for form in forms]


def _fit(slot: _Slot, form: str, lemmas: Sequence[str], low: str, parts: Sequence[str]) -> bool | None:
    """False where the type fills the slot anywhere, True where only at a sentence's start, None where nowhere."""
    by_form = slot.match == "form"
    mine = {_key(slot.form)} if by_form else {_key(word) for word in (slot.form, slot.lemma, *slot.further)}
    theirs = {_key(form)} if by_form else {_key(word) for word in (form, *lemmas)}
    fits = bool(mine & theirs)
    if (fits and _same_case(slot.form, form)) or (slot.match == "compound" and _has_part(slot, form, parts)):
        return False
    if form.isupper() and len(form) > 1:  # ß has no capital: GROSSMACHT is Großmacht
        alike = {key.casefold() for key in mine} & {key.casefold() for key in theirs | {_key(low)}}
        return False if fits or alike else None
    loose = theirs if by_form else theirs | {_key(low)}
    alike = {key.lower() for key in mine} & {key.lower() for key in loose}
    return True if (fits or alike) and form[:1].isupper() else None


def _same_case(written: str, form: str) -> bool:
    """Whether a word begins with a capital where the term's does; what is all capitals in the term stays so."""
    if written.isupper() and len(written) > 1:
        return form[:2].isupper()
    return written[:1].isupper() == form[:1].isupper()


def _has_part(slot: _Slot, form: str, parts: Sequence[str]) -> bool:
    width, word, stem = len(slot.parts), _key(form).lower(), _key(slot.lemma).lower()
    if slot.lemma in parts or (len(stem) >= _LONG_ENOUGH and word.startswith(stem)):
        return True
    if not width or not any(tuple(parts[i : i + width]) == slot.parts for i in range(len(parts) - width + 1)):
        return False
    last = slot.parts[-1].lower()  # the parts before it as written: Stadtpartnerschaft is no Städtepartnerschaft
    return not stem.endswith(last) or stem.removesuffix(last) in word


def _key(word: str) -> str:
    """A word without hyphens inside: ``Städte-Diplomatie`` as ``Städtediplomatie``, ``EU-Stadt`` as ``EUstadt``."""
    pieces = word.replace("\u00ad", "").replace("’", "'").replace("‑", "-").split("-")
    return pieces[0] + "".join(piece if piece.isupper() else piece[:1].lower() + piece[1:] for piece in pieces[1:])


def _candidates(slots: Sequence[_Slot], types: pa.Table, language: str) -> pa.Table:
    """The types that may fill a slot: a coarse sieve in Arrow, so that Python sees some hundreds of types."""
    types = types.filter(pc.equal(types["language"], language))
    slots_of: dict[str, list[_Slot]] = {}
    for slot in slots:
        for word in (slot.form, slot.lemma, *slot.further):
            slots_of.setdefault(_key(word).lower(), []).append(slot)
    keys = list(slots_of)
    stems = {written[:_STEM] for key in keys for written in (key, key.casefold())}
    small = {key[:_STEM] for key in keys if any(_key(slot.form)[:1].islower() for slot in slots_of[key])}
    form, lemma = (_arrow_key(types[name]) for name in ("form", "lemma"))
    wanted = pc.or_(pc.is_in(form, pa.array(keys, pa.string())), pc.is_in(lemma, pa.array(keys, pa.string())))
    capital = pc.and_(pc.utf8_is_upper(pc.utf8_slice_codeunits(types["form"], 0, 1)), _starts_with(form, small))
    capitals = pc.and_(pc.utf8_is_upper(types["form"]), _starts_with(form, stems))
    wanted = pc.or_(pc.or_(wanted, capital), capitals)
    if language == "de" and any(slot.lemma.endswith("in") for slot in slots):
        wanted = pc.or_(wanted, pc.match_substring_regex(types["form"], gender.SIGNS))
    for slot in slots:
        if slot.match == "compound":
            wanted = pc.or_(wanted, pc.starts_with(form, _key(slot.lemma).lower()))
            for part in {slot.lemma, *slot.parts[-1:]}:
                wanted = pc.or_(wanted, _has(types["parts"], part))
    return types.filter(wanted)


def _arrow_key(column: pa.ChunkedArray) -> pa.ChunkedArray:
    plain_marks = pc.replace_substring(pc.replace_substring(column, "’", "'"), "‑", "-")
    return pc.utf8_lower(pc.replace_substring(pc.replace_substring(plain_marks, "-", ""), "\u00ad", ""))


def _starts_with(column: pa.ChunkedArray, stems: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(pc.utf8_slice_codeunits(column, 0, _STEM), pa.array(sorted(stems), pa.string()))


def _has(lists: pa.ChunkedArray, part: str) -> pa.ChunkedArray:
    """Whether each list holds a text."""
    combined = lists.combine_chunks()
    values: Flags = pc.equal(combined.flatten(), part).to_numpy(zero_copy_only=False)
    holds = np.zeros(len(combined), dtype=np.bool_)
    holds[pc.list_parent_indices(combined).to_numpy()[values]] = True
    return pa.chunked_array([pa.array(holds)])
