"""The bootstrap of the timelines against the same bootstrap as a plain loop over documents.

``python -m tests.bench_timelines [FOLDER]``: 50 concepts, three groups, 1,000 draws, on the four collections of real
texts beside the project. FOLDER holds ``corpora/four_collections`` as built by ``zwiesprache tokens``; without it the
study is built first, which takes minutes. The lexicon's concepts are filled up to 50 with planted ones.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.__main__ import stages_for
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.timelines import timelines
from pipeline.concepts.lexicon import load_lexicon
from pipeline.stages import bring_up_to_date
from pipeline.study import load_study

if TYPE_CHECKING:
    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept

STUDY = Path(__file__).resolve().parent / "studies" / "four_collections.toml"
CONCEPTS, DRAWS, DRAWS_OF_LOOP = 50, 1_000, 3


def plant(corpus: Corpus, concepts: tuple[Concept, ...]) -> tuple[Corpus, list[Concept]]:
    """Concepts up to 50, the added ones with mentions in one document of two hundred to one of twenty, in bursts."""
    rng = np.random.default_rng(1)
    more = CONCEPTS - len(concepts)
    added = [dataclasses.replace(concepts[i % len(concepts)], id=f"planted_{i}") for i in range(more)]
    names, languages, places = [], [], []
    for concept in added:
        documents = np.flatnonzero(rng.random(len(corpus.dates)) < rng.uniform(0.005, 0.05))
        documents = np.repeat(documents, rng.geometric(0.5, len(documents)))
        for language in sorted({term.language for term in concept.terms}):
            names += [concept.id] * len(documents)
            languages += [language] * len(documents)
            places += documents.tolist()
    known = corpus.mentions.select(["concept", "language", "document"])
    planted = pa.table([names, languages, places], schema=known.schema)
    return dataclasses.replace(corpus, mentions=pa.concat_tables([known, planted])), [*concepts, *added]


def loop_over_documents(mentions: np.ndarray, words: np.ndarray, draws: int, rng: np.random.Generator) -> list[float]:
    """The rates of one concept in samples of documents, as a script would draw them."""
    rates = []
    for _ in range(draws):
        drawn = rng.choice(len(words), len(words))
        rates.append(1e6 * sum(mentions[i] for i in drawn) / sum(words[i] for i in drawn))
    return rates


def main() -> None:
    """Print seconds of processor time and their ratio."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
        study = load_study(STUDY, root)
        if len(sys.argv) == 1:
            bring_up_to_date(stages_for("tokens"), study, lambda *_: None)
        corpus, concepts = plant(read_corpus(study), load_lexicon(study.lexicon))
        started = time.process_time()
        table = timelines(study, corpus, concepts, lambda *_: None)
        ours = time.process_time() - started
    # A cell of the loop costs what its documents cost; one cell of middling size is timed for all.
    cells = [(r["documents"], r["mentions"]) for r in table.to_pylist() if r["documents"] > 1 and r["mentions"]]
    some, rng = 5_000, np.random.default_rng(1)
    words, mentions = rng.integers(50, 3_000, some), rng.poisson(0.1, some)
    started = time.process_time()
    loop_over_documents(mentions, words, DRAWS_OF_LOOP, rng)
    each = (time.process_time() - started) / DRAWS_OF_LOOP / some
    loop = each * DRAWS * sum(documents for documents, _ in cells)
    print(f"{len(concepts)} concepts, {table.num_rows:,} rows ({len(cells):,} not 0), {DRAWS:,} draws: {ours:.1f} s")
    print(
        f"plain loop, from {DRAWS_OF_LOOP} draws of {some:,} documents: {loop:,.0f} s, {loop / ours:,.0f} times as long"
    )


if __name__ == "__main__":
    main()
