"""The stage ``mentions``: the lexicon applied to the corpus.

It finds every mention of every term and writes ``mentions.parquet``; and since the lexicon's Chinese terms are words,
it also writes the words as analyses read them: ``tokens.arrow``, ``types.parquet``, ``words.arrow`` (words a passage)
and ``postings.arrow`` (the tokens of each type).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.concepts.asked import Asked, asked_path
from pipeline.concepts.assembly import Tokens, assemble, plan_assembly
from pipeline.concepts.lexicon import load_lexicon, terms_of
from pipeline.concepts.search import HELD, Search, prepare_search, search_batch
from pipeline.concepts.word_lists import distinct, load_words
from pipeline.concepts.words import lemmas_in_context
from pipeline.executor import map_in_order, open_executor
from pipeline.languages.tokens import LOADED, describe_types, loaded_by
from pipeline.records import MENTIONS, Term
from pipeline.servers import stop_server
from pipeline.stages import Progress, Stage, Summary, hash_code, tool_versions
from pipeline.store import corpus, pieces, tokens
from pipeline.store.postings import POSTINGS_FILE, PostingsWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.study import Study

    Ints = NDArray[np.int64]

MENTIONS_FILE = "mentions.parquet"
PIECES_FOLDER = ".mentions"
_SEARCHING = ("pipeline.concepts", "pipeline.languages.han", "pipeline.store.tokens")
"""The code that shapes a piece beside that of the words."""
_TOOLS = ("ahocorasick_rs", "opencc", "spacy", "simplemma", "HanTa", "pyarrow")

Paths = dict[str, "Path"]
"""The pieces of one batch, by language."""


def find_mentions(study: Study, draft: Path, progress: Progress) -> Summary:
    """Find all mentions in the study's languages; hold the Chinese terms whole.

    Returns:
        Mentions, counted ones by concept, and terms that were never found.
    """
    concepts = load_lexicon(study.lexicon)
    terms = {code: found for code in study.languages if (found := terms_of(concepts, code))}
    folder = study.corpus_folder
    types = tokens.read_types(folder / tokens.CUT_TYPES_FILE)
    tags = distinct(load_words(study)) if "zh" in study.languages else {}
    if tags:
        terms.setdefault("zh", [])
    sought = terms | {HELD: [Term("", "zh", word, "form", ()) for word in tags]}
    further = {code: lemmas_in_context(terms[code], types, code) for code in study.models if code in terms}
    paths = _piece_paths(folder, sought, further)
    counted: dict[str, int] = {concept.id: 0 for concept in concepts}
    found_terms: set[tuple[str, str]] = set()
    total = 0
    in_characters, in_words = _missing(paths)
    languages = _spoken(folder, in_words)
    heavy = [code for code in languages if terms[code]]
    with open_executor(study.run.workers, len(paths), study.run.scheduler) as executor:
        # In a process that ends with it, beside the search: the dictionaries that lemmas need take 0.3 GB.
        run, loaded = study.run, loaded_by(heavy)
        with open_executor(run.workers, 2 if heavy else 0, run.scheduler, loaded=loaded) as another:
            preparing = another.submit(_prepare, folder, sought, languages, further, None if heavy else types)
            search = partial(search_batch, prepare_search(folder, sought, (), types))
            for i, _ in enumerate(map_in_order(executor, search, in_characters, under_way=6)):
                progress("mentions in Chinese", i + 1, len(in_characters))
            ready = preparing.result()
        for modules in LOADED.values():
            stop_server(modules)
        held, numbers = _held_types([pieces.read_piece(own[HELD]) for own in paths if HELD in own], types, executor)
        types = _with_tags(pa.concat_tables([types, held.cast(types.schema)]), tags)
        tokens.write_types(draft / tokens.TYPES_FILE, types)
        works = plan_assembly(folder, [own.get(HELD) for own in paths], types, numbers)
        made = map_in_order(executor, partial(assemble, folder), works, under_way=6)
        _write_tokens(draft, made, partial(progress, "tokens"), len(paths))
        searched = map_in_order(executor, partial(search_batch, ready), in_words, under_way=6)
        awaited = {batch for batch, _ in in_words}
        with pq.ParquetWriter(draft / MENTIONS_FILE, MENTIONS, compression="zstd", write_statistics=False) as out:
            for i, first in enumerate(corpus.batch_bounds(folder)[:-1]):
                if i in awaited:
                    next(searched)
                mentions = _mentions(folder, i, first, paths[i])
                out.write_table(mentions)
                total += mentions.num_rows
                _count(mentions, counted, found_terms)
                progress("mentions", i + 1, len(paths))
    answers = [asked_path(folder / PIECES_FOLDER, code) for code in terms]
    pieces.drop_pieces(folder / PIECES_FOLDER, [path for own in paths for path in own.values()] + answers)
    dead = [f"{t.concept}: {t.form}" for code in terms for t in terms[code] if (t.concept, t.form) not in found_terms]
    return {"mentions": total, "counted": counted, "terms_never_found": dead}


def _prepare(
    folder: Path, terms: Mapping[str, Sequence[Term]], languages: Sequence[str],
    further: Mapping[str, Mapping[str, tuple[str, ...]]], types: pa.Table | None,
) -> Search:  # fmt: skip
    types = tokens.read_types(folder / tokens.CUT_TYPES_FILE) if types is None else types
    asked = [Asked(code, folder / PIECES_FOLDER) for code in languages]
    search = prepare_search(folder, terms, asked, types, further)
    for language in asked:
        language.keep()
    return search


def _missing(paths: Sequence[Paths]) -> tuple[list[tuple[int, Paths]], list[tuple[int, Paths]]]:
    """The batches that lack pieces: both of Chinese, found in characters, of those that lack one; those found in words.

    The words of the corpus wait for the first alone, and what is needed for the second is made meanwhile.
    """
    in_characters: list[tuple[int, Paths]] = []
    in_words: list[tuple[int, Paths]] = []
    for i, own in enumerate(paths):
        chinese = {code: path for code, path in own.items() if code in {"zh", HELD}}
        others = {code: path for code, path in own.items() if code not in chinese and not path.exists()}
        if not all(path.exists() for path in chinese.values()):
            in_characters.append((i, chinese))
        if others:
            in_words.append((i, others))
    return in_characters, in_words


def _spoken(folder: Path, batches: Sequence[tuple[int, Paths]]) -> list[str]:
    """The languages in which some batches lack pieces and have passages: none of German where Chinese was added."""
    asked = {code: [batch for batch, own in batches if code in own] for _, own in batches for code in own}
    return [code for code in asked if any(_has(folder, batch, code) for batch in asked[code])]


def _has(folder: Path, batch: int, language: str) -> bool:
    return len(corpus.rows_in(corpus.read_batch(folder, batch, ["language"]), language)) > 0


def _write_tokens(draft: Path, made: Iterator[Tokens], progress: Callable[[int, int], None], number: int) -> None:
    """Write the words as analyses read them."""
    words: list[Ints] = []
    with tokens.TokenWriter(draft / tokens.TOKENS_FILE) as writer, PostingsWriter(draft / POSTINGS_FILE) as postings:
        for batch in made:
            writer.add(batch.passage, batch.start, batch.length, batch.type)
            postings.add(batch.postings)
            words.append(batch.words)
            progress(len(words), number)
    tokens.write_words(draft / tokens.WORDS_FILE, np.concatenate(words or [np.empty(0, np.int64)]))


def read_mentions(folder: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of mentions, in order of passage and start."""
    return pq.read_table(folder / MENTIONS_FILE, columns=columns)


def _piece_paths(
    folder: Path, terms: Mapping[str, Sequence[Term]], further: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> list[Paths]:
    kept = folder / PIECES_FOLDER
    kept.mkdir(exist_ok=True)
    code = f"{hash_code(_SEARCHING)} {tool_versions(_TOOLS)}"
    lexicon = {language: repr((found, further.get(language))) for language, found in terms.items()}
    paths: list[Paths] = []
    for words in tokens.piece_names(folder):
        own = {language: pieces.piece_path(kept, language, words[language], lexicon[language], code)
               for language in terms if language != HELD}  # fmt: skip
        if "zh" in terms:
            own[HELD] = pieces.piece_path(kept, HELD, words["zh"], lexicon["zh"], lexicon[HELD], code)
        paths.append(own)
    return paths


def _mentions(folder: Path, batch: int, first: int, own: Paths) -> pa.Table:
    """The mentions of one batch in the contract's columns, in order of passage and start, the longer first."""
    tables: list[pa.Table] = []
    for code, path in own.items():
        if code == HELD:
            continue
        found = pa.Table.from_batches([pieces.read_piece(path)])
        tables.append(found.append_column("language", pa.array([code] * len(found), pa.string())))
    if not sum(map(len, tables)):
        return MENTIONS.empty_table()
    table = pa.concat_tables(tables)
    doc_id = corpus.read_batch(folder, batch, ["doc_id"])["doc_id"].take(table["row"])
    passage = pc.cast(pc.add(table["row"], pa.scalar(first, pa.uint32())), pa.uint32())
    table = table.append_column("doc_id", doc_id).append_column("passage", passage).select(MENTIONS.names)
    order = pc.sort_indices(table, [("passage", "ascending"), ("start", "ascending"), ("end", "descending")])
    return table.take(order).cast(MENTIONS)


def _count(mentions: pa.Table, counted: dict[str, int], found: set[tuple[str, str]]) -> None:
    for row in mentions.group_by(["concept", "term"]).aggregate([("counted", "sum")]).to_pylist():
        counted[row["concept"]] += row["counted_sum"]
        found.add((row["concept"], row["term"]))


def _held_types(held: Sequence[pa.RecordBatch], types: pa.Table, executor: Executor) -> tuple[pa.Table, dict[str, int]]:
    """The words that held terms made: the types of those that the segmenter gave nowhere, and the number of each."""
    forms = list(dict.fromkeys(form for piece in held for form in pieces.decode_forms(piece)[1].to_pylist()))
    chinese = types.filter(pc.equal(types["language"], "zh")).combine_chunks()
    row = pc.index_in(pa.array(forms, pa.string()), value_set=chinese["form"].combine_chunks())
    known = chinese["type"].combine_chunks().take(row).to_pylist()
    new = [form for form, number in zip(forms, known, strict=True) if number is None]
    numbers = dict(zip(forms, known, strict=True)) | {form: len(types) + i for i, form in enumerate(new)}
    described = executor.submit(describe_types, "zh", new).result()
    return described.add_column(0, "type", pa.array(range(len(types), len(types) + len(new)), pa.uint32())), numbers


def _with_tags(types: pa.Table, words: Mapping[str, str | None]) -> pa.Table:
    """The types with the tags that the study's lists give; a list's tag stands for all ways to write its word."""
    tagged = {word: tag for word, tag in words.items() if tag}
    if not tagged:
        return types
    row = pc.index_in(types["lemma"], value_set=pa.array(list(tagged), pa.string()))
    tags = pa.array(list(tagged.values()), pa.string()).take(row.combine_chunks())
    is_ours = pc.and_(pc.equal(types["language"], "zh"), pc.is_valid(row))
    tag = pc.if_else(is_ours, tags, types["tag"].combine_chunks())
    return types.set_column(types.schema.get_field_index("tag"), types.schema.field("tag"), tag)


MENTIONS_STAGE = Stage(
    name="mentions",
    folder=lambda study: study.corpus_folder,
    settings=lambda study: {"languages": list(study.languages)},
    reads=lambda study: [
        study.lexicon,
        *(study.word_lists if "zh" in study.languages else ()),
        *(study.corpus_folder / name for name in (corpus.PASSAGES_FILE, tokens.CUTS_FILE, tokens.CUT_TYPES_FILE)),
    ],
    writes=(MENTIONS_FILE, tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE, POSTINGS_FILE),
    modules=("pipeline.concepts", "pipeline.store", "pipeline.languages"),
    tools=_TOOLS,
    run=find_mentions,
)
