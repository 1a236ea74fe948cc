"""The stage ``tokens``: passages -> words, lemmas, compound parts. It knows no lexicon.

Each batch of passages is cut by itself and kept as a piece for each language, so that a corpus that grew is cut where
it is new, and a changed language alone is cut again. ``cuts.arrow`` says which pieces the corpus is made of and which
type each of their forms is; ``cut_types.parquet`` holds the types. The stage ``mentions`` makes ``tokens.arrow`` and
``types.parquet`` of them, in which the lexicon's Chinese terms are whole, so that a changed lexicon cuts nothing again
(see docs/decisions).
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.executor import map_in_order, open_executor
from pipeline.languages.cuts import Cuts
from pipeline.records import TYPES
from pipeline.stages import Progress, Stage, Summary, hash_code, tool_versions
from pipeline.store import corpus, pieces, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.study import Study

TYPES_AT_ONCE = 20_000
PIECES_FOLDER = ".cuts"


class Language(Protocol):
    """What each language module offers."""

    VERSION: str
    MODULES: tuple[str, ...]
    """Our modules whose code shapes its words, lemmas and parts."""
    TOOLS: tuple[str, ...]
    """The distributions that do."""

    def cut(self, texts: Sequence[str]) -> Cuts: ...  # noqa: D102
    def are_words(self, forms: Sequence[str]) -> list[bool]: ...  # noqa: D102
    def lemmatize(self, forms: Sequence[str]) -> list[str]: ...  # noqa: D102
    def split_compounds(self, forms: Sequence[str], lemmas: Sequence[str]) -> list[tuple[str, ...]]: ...  # noqa: D102


def language_module(code: str) -> Language:
    """The module of a language: ``zh``, ``de`` or ``en``."""
    return cast("Language", importlib.import_module(f"pipeline.languages.{code}"))


def language_key(code: str) -> str:
    """What a language's words depend on beside the text, as a short string: the code and the tools."""
    module = language_module(code)
    return f"{hash_code((*module.MODULES, 'pipeline.languages.tokens'))} {tool_versions(module.TOOLS)}"


def cut_corpus(study: Study, draft: Path, progress: Progress) -> Summary:
    """Cut all passages of the study's languages into words.

    Returns:
        Tokens, types, and how many batches were cut now, of how many.
    """
    folder = study.corpus_folder
    kept = folder / PIECES_FOLDER
    kept.mkdir(exist_ok=True)
    keys = {code: language_key(code) for code in study.languages}
    digests = corpus.batch_digests(folder)
    paths = [{code: pieces.piece_path(kept, code, key, digest) for code, key in keys.items()} for digest in digests]
    missing = [i for i, own in enumerate(paths) if not all(path.exists() for path in own.values())]
    with open_executor(study.run.workers, len(missing), study.run.scheduler) as executor:
        tasks = ((i, paths[i]) for i in missing)
        for i, _ in enumerate(map_in_order(executor, partial(_cut_batch, folder), tasks, under_way=6)):
            progress("words", i + 1, len(missing))
    types = _describe(study, tokens.number_types(paths, keys, draft / tokens.CUTS_FILE), keys, progress)
    tokens.write_types(draft / tokens.CUT_TYPES_FILE, types, keys)
    pieces.drop_pieces(kept, (path for own in paths for path in own.values()))
    number = sum(pieces.read_piece(path).num_rows for own in paths for path in own.values())
    return {"tokens": number, "types": len(types), "batches": len(paths), "cut_now": len(missing)}


DESCRIBED = [name for name in TYPES.names if name != "type"]


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


def _cut_batch(folder: Path, task: tuple[int, dict[str, Path]]) -> None:
    batch, paths = task
    passages = corpus.read_batch(folder, batch, ["language", "text"])
    language = passages["language"].to_numpy()
    for code, path in paths.items():
        if path.exists():
            continue
        rows = np.flatnonzero(language == code)
        cuts = _bounded(language_module(code).cut(passages["text"].take(pa.array(rows)).to_pylist()))
        columns = {
            "passage": pa.array(rows[cuts.passage].astype(np.uint32)),
            "start": pa.array(cuts.start.astype(np.uint32)),
            "length": pa.array(cuts.length.astype(np.uint16)),
            "form": pa.DictionaryArray.from_arrays(
                pa.array(cuts.form.astype(np.int32)), pa.array(cuts.forms, pa.string())
            ),
        }
        pieces.write_piece(path, pa.table(columns))


def _describe(study: Study, forms: dict[str, pa.Array], keys: dict[str, str], progress: Progress) -> pa.Table:
    """The table of types; lemmas and parts are found once per type, in parallel, those of the last time are taken.

    The workers are new ones: those that cut still hold what they remember of it, beside which the dictionaries of
    lemmas would take half as much memory again.
    """
    known = tokens.read_described(study.corpus_folder / tokens.CUT_TYPES_FILE, keys).select(DESCRIBED)
    tables: list[pa.Table] = []
    for code, own in forms.items():
        old = known.filter(pc.equal(known["language"], code)).combine_chunks()
        place = pc.index_in(own, value_set=old["form"].combine_chunks())
        new = own.filter(place.is_null())
        chunks = [new.slice(at, TYPES_AT_ONCE).to_pylist() for at in range(0, len(new), TYPES_AT_ONCE)]
        described = [old]
        with open_executor(study.run.workers, len(chunks), study.run.scheduler) as executor:
            for i, piece in enumerate(map_in_order(executor, partial(describe_types, code), chunks, under_way=6)):
                described.append(piece.select(DESCRIBED).cast(old.schema))
                progress(f"lemmas ({code})", i + 1, len(chunks))
        row = np.empty(len(own), np.int64)
        is_new = place.is_null().to_numpy(zero_copy_only=False)
        row[~is_new] = place.drop_null().to_numpy()
        row[is_new] = len(old) + np.arange(len(new))
        tables.append(pa.concat_tables(described).combine_chunks().take(pa.array(row)))
    table = pa.concat_tables(tables)
    return table.add_column(0, TYPES.field("type"), pa.array(np.arange(len(table), dtype=np.uint32)))


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
