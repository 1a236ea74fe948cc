"""Topics that are known, and real texts: the default model beside gensim's, tomotopy's and scikit-learn's.

    python -m tests.bench_topics planted
    python -m tests.bench_topics real

Processor time is that of this process and of those that it started. gensim's settings are those, of `GENSIM`, that find
the planted topics best; gensim and scikit-learn's LDA are given the priors that the planted topics were drawn with, or
near them, which the default has to learn.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analyses.topics import quality
from pipeline.analyses.topics.models import Settings, fit
from tests.analyses.planted_topics import plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

SHARED = Path(__file__).resolve().parents[2] / "shared"
SAMPLE = 10_000
ITERATIONS = 300
"""The default of ``[topics] iterations``."""
BEST: dict[str, Any] = {"passes": 10, "chunksize": 500, "eta": 0.01, "alpha": 0.1}
GENSIM = ({"passes": 20}, BEST, {**BEST, "passes": 20}, {**BEST, "offset": 64}, {**BEST, "chunksize": 2000})
"""Settings of `LdaMulticore` that are tried; ``offset`` 64 is tau_0 of Hoffman et al. (2010)."""


def timed(function: Callable[[], Any]) -> tuple[Any, float, float]:
    """What a function gives, its seconds and its processor seconds."""
    wall, used = time.perf_counter(), sum(os.times()[:4])
    made = function()
    return made, time.perf_counter() - wall, sum(os.times()[:4]) - used


def ours(counts: csr_array, topics: int, seed: int, model: str = "lda", *, anchored: bool) -> NDArray[np.float32]:
    vocabulary = [f"w{i}" for i in range(counts.shape[1])]
    return fit(counts, vocabulary, Settings(model, topics, ITERATIONS, seed, anchored)).topic_word


def by_gensim(counts: csr_array, topics: int, seed: int, settings: dict[str, Any]) -> NDArray[np.float32]:
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaMulticore

    words = {i: f"w{i}" for i in range(counts.shape[1])}
    corpus = [list(document) for document in Sparse2Corpus(counts.T.tocsc())]
    model = LdaMulticore(corpus, topics, words, workers=1, random_state=seed, eval_every=None, **settings)
    return np.asarray(model.get_topics(), np.float32)


def by_sklearn(counts: csr_array, topics: int, seed: int) -> NDArray[np.float32]:
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(
        topics, doc_topic_prior=0.1, topic_word_prior=0.01, learning_method="online", batch_size=500, max_iter=10,
        random_state=seed,
    )  # fmt: skip
    found = model.fit(counts).components_
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)


def by_tomotopy(counts: csr_array, topics: int, seed: int) -> NDArray[np.float32]:
    import tomotopy

    model = tomotopy.LDAModel(k=topics, seed=seed, eta=0.01)
    names = np.array([str(i) for i in range(counts.shape[1])], object)
    for row in range(counts.shape[0]):
        cells = slice(counts.indptr[row], counts.indptr[row + 1])
        model.add_doc(np.repeat(names[counts.indices[cells]], counts.data[cells]).tolist())
    model.train(ITERATIONS, workers=1)
    found = np.zeros((topics, counts.shape[1]), np.float32)
    found[:, [int(word) for word in model.used_vocabs]] = [model.get_topic_word_dist(k) for k in range(topics)]
    return found


def bench_planted() -> None:
    planted = plant(6000, 50, 20_000, 100, 1)
    print(f"planted: {planted.counts.shape[0]} documents, 50 topics, {planted.counts.shape[1]} words that occur")
    found, wall, used = timed(lambda: ours(planted.counts, 50, 1, anchored=True))
    print(f"default   cosine {planted.cosine(found):.4f}  {wall:.1f} s, processor {used:.1f} s", flush=True)
    found, wall, random = timed(lambda: ours(planted.counts, 50, 1, anchored=False))
    print(f"at random cosine {planted.cosine(found):.4f}  {wall:.1f} s, processor {random:.1f} s", flush=True)
    with contextlib.suppress(ImportError):
        found, wall, other = timed(lambda: by_tomotopy(planted.counts, 50, 1))
        print(f"tomotopy  cosine {planted.cosine(found):.4f}  {wall:.1f} s, processor {other:.1f} s", flush=True)
    found, wall, other = timed(lambda: by_sklearn(planted.counts, 50, 1))
    print(f"sklearn   cosine {planted.cosine(found):.4f}  {wall:.1f} s, processor {other:.1f} s", flush=True)
    found, wall, other = timed(lambda: ours(planted.counts, 50, 1, "nmf", anchored=True))
    print(f"nmf       cosine {planted.cosine(found):.4f}  {wall:.1f} s, processor {other:.1f} s", flush=True)
    best = (-1.0, 0.0)
    for settings in GENSIM:
        found, wall, other = timed(lambda settings=settings: by_gensim(planted.counts, 50, 1, settings))
        cosine = planted.cosine(found)
        best = max(best, (cosine, other))
        print(f"gensim    cosine {cosine:.4f}  {wall:.1f} s, processor {other:.1f} s, {settings}", flush=True)
    print(f"the default is {best[1] / used:.1f} times as fast as gensim at its best ({best[0]:.4f})")


def read_sample(name: str, language: str, folder: Path) -> csr_array:
    """The units of a sample of a real corpus: documents as units, everything else as in a study without settings."""
    import gzip

    from pipeline.analyses.counts import read_corpus
    from pipeline.analyses.topics.units import read_units
    from pipeline.concepts.mentions import MENTIONS_STAGE
    from pipeline.ingest.corpus import CORPUS
    from pipeline.languages.tokens import TOKENS
    from pipeline.stages import bring_up_to_date
    from pipeline.study import load_study

    with gzip.open(SHARED / "corpora" / f"{name}.jsonl.gz") as file:
        lines = file.readlines()
    picked = np.sort(np.random.default_rng(1).permutation(len(lines))[:SAMPLE])
    (folder / "sample.jsonl").write_bytes(b"".join(lines[i] for i in picked))
    (folder / "lexicon.toml").write_text('[[concept]]\nid = "a"\nzh = ["外交"]\nde = ["Diplomatie"]\n', "utf-8")
    (folder / "study.toml").write_text(
        f'[study]\nname = "sample"\ntitle = "sample"\nlanguages = ["{language}"]\nlexicon = "lexicon.toml"\n'
        '[[source]]\nid = "sample"\nkind = "table"\npath = "sample.jsonl"\ntype = "news"\n'
        'columns = { id = "id", text = "text", title = "title", date = "date" }\n[topics]\nunit = "document"\n',
        "utf-8",
    )
    study = load_study(folder / "study.toml", folder)
    bring_up_to_date([CORPUS, TOKENS, MENTIONS_STAGE], study, lambda *_: None)
    return read_units(study, read_corpus(study))[language].counts


def bench_real(topics: int = 30, seeds: int = 2) -> None:
    for name, language in (("zh_news_2012_2019", "zh"), ("de_parliament_2012_2016", "de")):
        with tempfile.TemporaryDirectory() as folder:
            counts = read_sample(name, language, Path(folder))
        print(f"{name}: {counts.shape[0]} documents, {counts.shape[1]} words, {int(counts.sum())} tokens", flush=True)
        libraries: dict[str, Callable[[int], NDArray[np.float32]]] = {
            "default": lambda seed, counts=counts: ours(counts, topics, seed, anchored=seed == 1),
            "gensim": lambda seed, counts=counts: by_gensim(counts, topics, seed, BEST),
            "sklearn": lambda seed, counts=counts: by_sklearn(counts, topics, seed),
            "nmf": lambda seed, counts=counts: ours(counts, topics, seed, "nmf", anchored=seed == 1),
        }
        for library, function in libraries.items():
            fits, wall, used = timed(lambda function=function: [function(seed) for seed in range(1, seeds + 1)])
            units = [(found, np.zeros((1, topics), np.float32)) for found in fits[1:]]
            sure = quality.stability(fits[0], np.zeros((1, topics), np.float32), units)
            good = quality.coherence(counts, quality.top_words(fits[0]))
            print(
                f"{library:<8} NPMI {good.npmi.mean():.3f}  C_v {good.c_v.mean():.3f}  "
                f"diversity {quality.diversity(fits[0]):.3f}  stability {sure.overlap.mean():.3f}  "
                f"{wall / seeds:.0f} s, processor {used / seeds:.0f} s a fit",
                flush=True,
            )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"planted": bench_planted, "real": bench_real}[(sys.argv[1:] or ["planted"])[0]]()
