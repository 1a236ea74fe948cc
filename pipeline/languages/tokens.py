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
from pipeline.languages.context import analyse
from pipeline.languages.cuts import Cuts, no_cuts
from pipeline.languages.trained import Model, find_models, model_files, model_key
from pipeline.memory import without_collections
from pipeline.records import TYPES
from pipeline.servers import is_started, start_server
from pipeline.stages import Progress, Stage, Summary, hash_code, tool_versions
from pipeline.store import corpus, pieces, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.study import Study

TYPES_AT_ONCE = 8_000
PIECES_FOLDER = ".cuts"


LOADED = {"de": ("pipeline.languages.de_loaded",)}
"""Of a language: the modules that load its dictionaries, for a server that workers share them with."""
BY_CUTTERS = frozenset({"zh"})
"""Languages whose types are described with what cutting has loaded, by the same workers. For the others there are new
ones: those that cut still hold what they remember of it, beside which the dictionaries would have to fit."""
_WORTH_LOADING = 8
"""So many new batches have types for all workers."""

SEGMENTERS = {"jieba": "zh", "thulac": "thulac"}
"""The module of each segmenter that `[chinese] segmenter` can name."""


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
    def tag(self, forms: Sequence[str], lemmas: Sequence[str]) -> list[str | None]: ...  # noqa: D102


def language_module(code: str) -> Language:
    """The module of a language: ``zh``, ``de`` or ``en``."""
    return cast("Language", importlib.import_module(f"pipeline.languages.{code}"))


def cutters(study: Study) -> dict[str, str]:
    """For each language of a study the module that cuts it: its own, or that of another Chinese segmenter."""
    segmenter = SEGMENTERS[study.chinese.segmenter]
    return {code: segmenter if code == "zh" else code for code in study.languages}


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
    models = find_models(study)
    cut_by = cutters(study)
    keys = {code: language_key(module) for code, module in cut_by.items()}
    keys |= {code: f"{keys[code]} {model_key(model)}" for code, model in models.items()}
    digests = corpus.batch_digests(folder)
    paths = [{code: pieces.piece_path(kept, code, key, digest) for code, key in keys.items()} for digest in digests]
    missing = [i for i, own in enumerate(paths) if not all(path.exists() for path in own.values())]
    _load_meanwhile(study, len(missing))
    with open_executor(study.run.workers, len(missing), study.run.scheduler) as executor:
        tasks = ((i, paths[i]) for i in missing)
        for i, _ in enumerate(map_in_order(executor, partial(_cut_batch, folder, cut_by, models), tasks, under_way=6)):
            progress("words", i + 1, len(missing))
        new = {path for i in missing for path in paths[i].values()}
        numbers = tokens.read_numbers(folder, [path for own in paths for path in own.values() if path not in new])
        last = folder / tokens.CUT_TYPES_FILE
        before = tokens.read_described(last, keys)
        known, numbered = _number_types(study, draft, paths, before, numbers)
        del numbers

        def describe(code: str, by: Executor) -> pa.Table:
            packed_or_not = describe_words if code in models else describe_types
            told = partial(progress, f"lemmas ({code})")
            return _describe(by, partial(packed_or_not, code), numbered[code], known[code], told)

        described = {code: describe(code, executor) for code in keys if code in BY_CUTTERS}
    for code in [code for code in keys if code not in BY_CUTTERS]:
        number = len(range(0, len(numbered[code].new), TYPES_AT_ONCE))
        with open_executor(study.run.workers, number, study.run.scheduler, loaded=loaded_by((code,))) as by:
            described[code] = describe(code, by)
    table = pa.concat_tables([described[code] for code in keys])
    types = table.add_column(0, TYPES.field("type"), pa.array(np.arange(len(table), dtype=np.uint32)))
    tokens.write_types(draft / tokens.CUT_TYPES_FILE, types, keys, (last, before))
    tokens.write_cuts(draft / tokens.CUTS_FILE, paths, numbered, draft / tokens.CUT_TYPES_FILE)
    in_use = [path for own in paths for path in own.values()]
    pieces.drop_pieces(kept, in_use + [pieces.entities_path(own[code]) for own in paths for code in models])
    if not models:
        (folder / tokens.ENTITIES_FILE).unlink(missing_ok=True)
    number = sum(pieces.read_piece(path).num_rows for own in paths for path in own.values())
    summary = {"tokens": number, "types": len(types), "batches": len(paths), "cut_now": len(missing)}
    return summary | ({"models": {code: model.as_json() for code, model in models.items()}} if models else {})


def _load_meanwhile(study: Study, batches: int) -> None:
    """Have the dictionaries loaded that the types of these new batches will need, while words are cut."""
    if batches >= _WORTH_LOADING and study.run.workers != 1 and not study.run.scheduler:
        spoken = set(corpus.read_documents(study.corpus_folder, ["language"])["language"].unique().to_pylist())
        for code in spoken.intersection(study.languages, LOADED):
            start_server(LOADED[code])


def loaded_by(languages: Iterable[str]) -> tuple[str, ...]:
    """What workers for some languages may find loaded: the dictionaries of which there is a server."""
    loaded = (LOADED[code] for code in languages if code in LOADED)
    return tuple(module for modules in loaded if is_started(modules) for module in modules)


DESCRIBED = [name for name in TYPES.names if name != "type"]


def describe_types(language: str, forms: Sequence[str]) -> pa.Table:
    """The columns ``form lemma tag parts is_word`` of types of one language."""
    module = language_module(language)
    with without_collections():
        lemmas = module.lemmatize(forms)
        return _describe_as(language, forms, lemmas, module.tag(forms, lemmas))


def describe_words(language: str, words: Sequence[str]) -> pa.Table:
    """The same columns of words whose lemma and tag are known, packed as `pieces.pack_words` does."""
    columns = pieces.unpack_words(pa.array(words, pa.string()))
    return _describe_as(language, *(column.to_pylist() for column in columns))


def _describe_as(language: str, forms: Sequence[str], lemmas: Sequence[str], tags: Sequence[str | None]) -> pa.Table:
    module = language_module(language)
    return pa.table(
        {
            "language": pa.array([language] * len(forms), pa.string()),
            "form": pa.array(forms, pa.string()),
            "lemma": pa.array(lemmas, pa.string()),
            "tag": pa.array(tags, pa.string()),
            "parts": pa.array(module.split_compounds(forms, lemmas), pa.list_(pa.string())),
            "is_word": pa.array(module.are_words(forms), pa.bool_()),
        }
    )


def _cut_batch(
    folder: Path, cut_by: dict[str, str], models: dict[str, Model], task: tuple[int, dict[str, Path]]
) -> None:
    batch, paths = task
    passages = corpus.read_batch(folder, batch, ["language", "text"])
    for code, path in paths.items():
        if path.exists():
            continue
        rows = corpus.rows_in(passages, code)
        texts = passages["text"].take(pa.array(rows)).to_pylist()
        with without_collections():
            cuts = _bounded(language_module(cut_by[code]).cut(texts)) if texts else no_cuts()  # loads no dictionary
        if code in models:
            cuts, found = analyse(models[code], texts, cuts, partial(describe_types, code))
            found = found.set_column(0, "row", pa.array(rows.astype(np.uint32)).take(found["row"]))
            pieces.write_piece(pieces.entities_path(path), found)
        columns = {
            "passage": pa.array(rows[cuts.passage].astype(np.uint32)),
            "start": pa.array(cuts.start.astype(np.uint32)),
            "length": pa.array(cuts.length.astype(np.uint16)),
            "form": pa.DictionaryArray.from_arrays(
                pa.array(cuts.form.astype(np.int32)), pa.array(cuts.forms, pa.string())
            ),
        }
        pieces.write_piece(path, pa.table(columns))


def _number_types(
    study: Study, draft: Path, paths: Sequence[dict[str, Path]], types: pa.Table, numbers: dict[str, NDArray[np.uint32]]
) -> tuple[dict[str, pa.Table], dict[str, tokens.Numbered]]:
    """The types of each language that the last run described in the same way; and the types of now among these."""
    types = types.select(DESCRIBED)
    known: dict[str, pa.Table] = {}
    numbered: dict[str, tokens.Numbered] = {}
    for code in study.languages:
        is_own = pc.equal(types["language"], code)
        first, number = pc.index(is_own, True).as_py(), pc.sum(is_own).as_py() or 0
        known[code] = types.slice(max(first, 0), number)  # types stand language by language
        described_as = [known[code][name].combine_chunks() for name in ("form", "lemma", "tag")]
        forms = pieces.pack_words(*described_as) if code in study.models else described_as[0]
        held = draft / f".numbers-{code}"
        numbered[code] = tokens.number_types([own[code] for own in paths], forms, numbers, held)
    return known, numbered


def _describe(
    executor: Executor, describe: Callable[[Sequence[str]], pa.Table], own: tokens.Numbered, old: pa.Table,
    progress: Callable[[int, int], None],
) -> pa.Table:  # fmt: skip
    """The types of a language; lemmas and parts are found once per type, those of the last time taken."""
    new = own.new
    order = pc.array_sort_indices(new)  # what is remembered of a word serves those beside it, which begin like it
    starts = range(0, len(new), TYPES_AT_ONCE)
    chunks = (new.take(order.slice(at, TYPES_AT_ONCE)).to_pylist() for at in starts)
    described = [old]
    for i, piece in enumerate(map_in_order(executor, describe, chunks, under_way=6)):
        described.append(piece.select(DESCRIBED).cast(old.schema))
        progress(i + 1, len(starts))
    place = np.arange(len(old) + len(new))
    place[len(old) + order.to_numpy()] = np.arange(len(old), len(place))
    row = place[own.rows]
    table = pa.concat_tables(described).combine_chunks()
    return table if np.array_equal(row, np.arange(len(table))) else table.take(pa.array(row))


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
    models = {code: model.as_json() for code, model in find_models(study).items()}
    other = {code: module for code, module in cutters(study).items() if module != code}
    segmenters = {code: language_module(module).VERSION for code, module in other.items()}
    further = {"models": models, "segmenters": segmenters}
    return {"languages": list(study.languages)} | {name: value for name, value in further.items() if value}


TOKENS = Stage(
    name="tokens",
    folder=lambda study: study.corpus_folder,
    settings=_settings,
    reads=lambda study: [study.corpus_folder / corpus.PASSAGES_FILE, *model_files(study)],
    writes=(tokens.CUTS_FILE, tokens.CUT_TYPES_FILE),
    modules=("pipeline.languages", "pipeline.store"),
    tools=("rjieba", "opencc", "spacy", "simplemma", "HanTa", "pyarrow"),
    run=cut_corpus,
)
