"""Lemmas, word classes and named entities of words in their context, by a trained spaCy model.

The model is given our tokens, so that the words are the same with a model and without: as its own tokenizer makes them
where that makes the same (nearly everywhere: the rules are spaCy's), else put in their place, as gender forms are; of
these, and of what is no word, the lemma is ours too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError
from pipeline.languages.cuts import Cuts, are_words, number_by_first_appearance
from pipeline.languages.trained import POS, TAG
from pipeline.store.pieces import pack_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.languages.trained import Model

    Ints = NDArray[np.int64]
    Describe = Callable[[Sequence[str]], pa.Table]

MOST_TOKENS = 2000
"""A passage of more tokens is analysed in parts of so many, which bounds the memory of a passage of 50 MB."""
_AT_ONCE = 8000
"""Tokens that go through the model together."""

FOUND = pa.schema(
    [("row", pa.uint32()), ("start", pa.uint32()), ("end", pa.uint32()), ("label", pa.string()), ("text", pa.string())]
)
"""Entities of one batch of texts, in order; ``row`` is the index of the text."""


@lru_cache(maxsize=2)
def _load(model: Model) -> Language:
    import spacy

    try:
        return spacy.load(model.folder, exclude=list(model.left_out))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError) as problem:
        what = (str(problem) or type(problem).__name__).splitlines()[0]
        raise InputError(f"{model.folder}: spaCy cannot load this model ({what[:300]}); get it anew") from None


def analyse(model: Model, texts: Sequence[str], cuts: Cuts, describe: Describe) -> tuple[Cuts, pa.Table]:
    """Lemma, word class and entities of a batch of texts in context.

    Args:
        model: Who says it.
        texts: The texts.
        cuts: Their tokens.
        describe: Gives a table with ``lemma`` and ``tag`` of forms without context, for what the model leaves empty:
            lemmas, and the tags where it has none at all.

    Returns:
        The same tokens, whose ``forms`` now are words: form, lemma and tag as `pieces.pack_words` joins them; and the
        entities as a table of `FOUND`, in order.

    Raises:
        InputError: the model cannot be loaded, or changes the tokens.
    """
    nlp = _load(model)
    bounds = np.searchsorted(cuts.passage, np.arange(len(texts) + 1))
    spans = [
        (first, min(first + MOST_TOKENS, end))
        for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        for first in range(begin, end, MOST_TOKENS)
    ]
    tag = "TAG" if model.givers(TAG) else "POS"
    attributes, unlearnt = np.zeros((len(cuts.start), 2), np.uint64), np.zeros(len(cuts.start), np.bool_)
    entities: list[tuple[int, int, int, str, str]] = []
    with nlp.memory_zone():  # else spaCy keeps every word it ever saw
        for group in _groups(spans):
            docs = (_doc(nlp, texts, cuts, slice(first, end), unlearnt) for first, end in group)
            for doc, (first, end) in zip(nlp.pipe(docs, batch_size=len(group)), group, strict=True):
                values = doc.to_array(["LEMMA", tag, "IS_SPACE"])
                is_token = values[:, 2] == 0
                if is_token.sum() != end - first:
                    raise InputError(f"{model.folder}: {model.title} changes the tokens; leave out what does that")
                attributes[first:end] = values[is_token, :2]
                place = first + np.concatenate([[0], np.cumsum(is_token)])
                for entity in doc.ents:
                    low, high = int(place[entity.start]), int(place[entity.end])
                    if low < high:
                        at, last = int(cuts.start[low]), int(cuts.start[high - 1] + cuts.length[high - 1])
                        row = int(cuts.passage[low])
                        entities.append((row, at, last, entity.label_, texts[row][at:last]))
        attributes[unlearnt, 0] = 0
        kinds, index = np.unique(attributes, axis=0, return_inverse=True)
        said = [(nlp.vocab.strings[int(lemma)], nlp.vocab.strings[int(tag)]) for lemma, tag in kinds]
    columns = zip(*entities, strict=True) if entities else [[]] * len(FOUND)
    table = pa.table([pa.array(c, f.type) for c, f in zip(columns, FOUND, strict=True)], schema=FOUND)
    return _with_words(model, cuts, index.reshape(-1), said, describe), table


def _groups(spans: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Spans of tokens that go through the model together: what they hold bounds its memory, not how many they are."""
    group: list[tuple[int, int]] = []
    for first, end in spans:
        if group and end - group[0][0] > _AT_ONCE:
            yield group
            group = []
        group.append((first, end))
    if group:
        yield group


def _doc(nlp: Language, texts: Sequence[str], cuts: Cuts, part: slice, unlearnt: NDArray[np.bool_]) -> Doc:
    """The tokens of a part of one text; those that the model's tokenizer does not make are marked as ``unlearnt``."""
    from spacy.tokens import Doc

    text = texts[cuts.passage[part.start]]
    start, length = cuts.start[part], cuts.length[part]
    own: Doc = nlp.tokenizer(text[start[0] : start[-1] + length[-1]])
    made = own.to_array(["IDX", "LENGTH", "IS_SPACE", "NORM"])
    made = made[made[:, 2] == 0]
    own_start, own_length = made[:, 0].astype(np.int64) + start[0], made[:, 1].astype(np.int64)
    if np.array_equal(own_start, start) and np.array_equal(own_length, length):
        return own
    words = [text[at : at + size] for at, size in zip(start.tolist(), length.tolist(), strict=True)]
    spaces = np.append(start[1:] > (start + length)[:-1], [False])
    doc: Doc = Doc(nlp.vocab, words=words, spaces=spaces.tolist())
    at = np.minimum(np.searchsorted(own_start, start), len(own_start) - 1)
    same = (own_start[at] == start) & (own_length[at] == length)
    unlearnt[part] = ~same
    norm = np.where(same, made[at, 3], doc.to_array("NORM"))  # the tokenizer's exceptions have norms of their own
    doc.from_array(["NORM"], norm.reshape(-1, 1))  # type: ignore[arg-type]
    return doc


def _with_words(model: Model, cuts: Cuts, index: Ints, said: Sequence[tuple[str, str]], describe: Describe) -> Cuts:
    """The tokens with words for forms; ``said`` is what the model said of lemma and tag, ``index`` of which token."""
    pairs, pair = np.unique(cuts.form * len(said) + index, return_inverse=True)
    word, order = number_by_first_appearance(pair, len(pairs))
    chosen = [divmod(number, len(said)) for number in pairs[order].tolist()]
    forms = [cuts.forms[form] for form, _ in chosen]
    words = zip(are_words(forms), chosen, strict=True)  # spaCy's German models give "--" for every mark
    lemmas: list[str | None] = [said[i][0] or None if is_word else None for is_word, (_, i) in words]
    tags: list[str | None] = [said[i][1] or None for _, i in chosen]
    no_tags = not model.givers(TAG) and not model.givers(POS)
    asked = forms if no_tags else [form for form, lemma in zip(forms, lemmas, strict=True) if lemma is None]
    distinct = list(dict.fromkeys(asked))
    described = describe(distinct)
    place = pc.index_in(pa.array(forms, pa.string()), value_set=pa.array(distinct, pa.string()))
    lemma = pc.coalesce(pa.array(lemmas, pa.string()), described["lemma"].combine_chunks().take(place))
    tag = described["tag"].combine_chunks().take(place) if no_tags else pa.array(tags, pa.string())
    packed = pack_words(pa.array(forms, pa.string()), lemma, tag).dictionary_encode()
    form = packed.indices.to_numpy().astype(np.int64)[word]
    return Cuts(cuts.passage, cuts.start, cuts.length, form, packed.dictionary.to_pylist())
