"""The stage ``tokens``: passages -> words, lemmas, compound parts. It knows no lexicon.

It writes ``cuts.arrow`` and ``cut_types.parquet``: the words as each language's tools cut them. The stage ``mentions``
makes ``tokens.arrow`` and ``types.parquet`` of them, in which the lexicon's Chinese terms are whole, so that a changed
lexicon cuts nothing again (see docs/decisions).
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import pyarrow as pa

from pipeline.executor import map_in_order, open_executor
from pipeline.languages.cuts import Cuts
from pipeline.records import TYPES
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from pipeline.study import Study

TYPES_AT_ONCE = 20_000


class Language(Protocol):
    """What each language module offers."""

    VERSION: str

    def cut(self, texts: Sequence[str]) -> Cuts: ...  # noqa: D102
    def are_words(self, forms: Sequence[str]) -> list[bool]: ...  # noqa: D102
    def lemmatize(self, forms: Sequence[str]) -> list[str]: ...  # noqa: D102
    def split_compounds(self, forms: Sequence[str], lemmas: Sequence[str]) -> list[tuple[str, ...]]: ...  # noqa: D102


def language_module(code: str) -> Language:
    """The module of a language: ``zh``, ``de`` or ``en``."""
    return cast("Language", importlib.import_module(f"pipeline.languages.{code}"))


@dataclass(frozen=True, slots=True)
class _CutBatch:
    """The words of one batch of passages in one language; passages by their number in the corpus."""

    language: str
    cuts: Cuts
    first: np.ndarray


def cut_corpus(study: Study, draft: Path, progress: Progress) -> Summary:
    """Cut all passages of the study's languages into words.

    Returns:
        Tokens, types, and how many passages are in none of the study's languages.
    """
    folder = study.corpus_folder
    batches = corpus.count_batches(folder)
    vocabulary = tokens.Vocabulary()
    total = 0
    with open_executor(study.run.workers, batches) as executor:
        task = partial(_cut_batch, folder, study.languages)
        with tokens.TokenWriter(draft / tokens.CUTS_FILE) as writer:
            for i, parts in enumerate(map_in_order(executor, task, range(batches), under_way=6)):
                total += _write_batch(writer, vocabulary, parts)
                progress("words", i + 1, batches)
        types = _describe(vocabulary, executor, progress)
    tokens.write_types(draft / tokens.CUT_TYPES_FILE, types)
    return {"tokens": total, "types": len(vocabulary)}


def describe_types(language: str, forms: Sequence[str]) -> pa.Table:
    """The columns ``form lemma parts is_word`` of types of one language."""
    module = language_module(language)
    lemmas = module.lemmatize(forms)
    return pa.table(
        {
            "language": pa.array([language] * len(forms), pa.string()),
            "form": pa.array(forms, pa.string()),
            "lemma": pa.array(lemmas, pa.string()),
            "tag": pa.nulls(len(forms), pa.string()),
            "parts": pa.array(module.split_compounds(forms, lemmas), pa.list_(pa.string())),
            "is_word": pa.array(module.are_words(forms), pa.bool_()),
        }
    )


def _cut_batch(folder: Path, languages: Sequence[str], batch: int) -> list[_CutBatch]:
    passages = corpus.read_batch(folder, batch, ["passage", "language", "text"])
    language = passages["language"].to_numpy()
    numbers = passages["passage"].to_numpy()
    texts = passages["text"].to_pylist()
    parts = []
    for code in languages:
        rows = np.flatnonzero(language == code)
        if len(rows):
            cuts = _bounded(language_module(code).cut([texts[row] for row in rows.tolist()]))
            parts.append(_CutBatch(code, cuts, numbers[rows]))
    return parts


def _write_batch(writer: tokens.TokenWriter, vocabulary: tokens.Vocabulary, parts: Sequence[_CutBatch]) -> int:
    passage = [part.first[part.cuts.passage] for part in parts]
    start = [part.cuts.start for part in parts]
    length = [part.cuts.length for part in parts]
    type_ = [vocabulary.number(part.language, part.cuts.forms)[part.cuts.form] for part in parts]
    columns = [np.concatenate(column or [np.empty(0, np.int64)]) for column in (passage, start, length, type_)]
    order = np.argsort(columns[0], kind="stable") if len(parts) > 1 else slice(None)
    dtypes = (np.uint32, np.uint32, np.uint16, np.uint32)
    writer.add(*(column[order].astype(dtype) for column, dtype in zip(columns, dtypes, strict=True)))
    return len(columns[0])


def _describe(vocabulary: tokens.Vocabulary, executor: Executor, progress: Progress) -> pa.Table:
    """The table of types; lemmas and parts are found once per type, in parallel."""
    pairs = vocabulary.pairs()
    language = np.array([code for code, _ in pairs], dtype=object)
    pieces: list[pa.Table] = []
    rows: list[np.ndarray] = []
    for code in dict.fromkeys(language):
        mine = np.flatnonzero(language == code)
        chunks = [mine[i : i + TYPES_AT_ONCE] for i in range(0, len(mine), TYPES_AT_ONCE)]
        tasks = ([pairs[row][1] for row in chunk.tolist()] for chunk in chunks)
        described = map_in_order(executor, partial(describe_types, code), tasks, under_way=6)
        for i, piece in enumerate(described):
            pieces.append(piece)
            progress(f"lemmas ({code})", i + 1, len(chunks))
        rows += chunks
    if not pieces:
        return TYPES.empty_table()
    table = pa.concat_tables(pieces).take(pa.array(np.argsort(np.concatenate(rows))))
    return table.add_column(0, "type", pa.array(range(len(pairs)), pa.uint32()))


def _bounded(cuts: Cuts) -> Cuts:
    """Cut tokens that are longer than a length can be said (65,535 code points) into several."""
    if not len(cuts.length) or cuts.length.max() <= tokens.LONGEST:
        return cuts
    pieces = -(-cuts.length // tokens.LONGEST)
    token = np.repeat(np.arange(len(pieces)), pieces)
    offset = (np.arange(len(token)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) * tokens.LONGEST
    length = np.minimum(cuts.length[token] - offset, tokens.LONGEST)
    number: dict[str, int] = {form: i for i, form in enumerate(cuts.forms)}
    form = cuts.form[token].copy()
    for i in np.flatnonzero(pieces[token] > 1).tolist():
        text = cuts.forms[form[i]][offset[i] : offset[i] + length[i]]
        form[i] = number.setdefault(text, len(number))
    return Cuts(cuts.passage[token], cuts.start[token] + offset, length, form, list(number))


def _settings(study: Study) -> dict[str, object]:
    return {"languages": list(study.languages)}


TOKENS = Stage(
    name="tokens",
    folder=lambda study: study.corpus_folder,
    settings=_settings,
    reads=lambda study: [study.corpus_folder / corpus.PASSAGES_FILE],
    writes=(tokens.CUTS_FILE, tokens.CUT_TYPES_FILE),
    modules=("pipeline.languages", "pipeline.store"),
    tools=("rjieba", "opencc", "spacy", "simplemma", "HanTa", "pyarrow"),
    run=cut_corpus,
)
