"""Which models are fitted, how good they are, and which one is taken: the stage ``models``.

Each fit is a folder under ``models/STUDY/fits/``; an interrupted run goes on with what is missing, and one that came to
its end removes the fits that it has no use for. The first fit of each number of topics starts without chance, where the
model can, and is the one that is taken; the others start at random, and how far they find the same topics is the
topics' stability.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.topics import kept, quality
from pipeline.analyses.topics.given import is_dated, read_given
from pipeline.analyses.topics.models import FORMAT, Fitted, Given, Settings, fit, transform
from pipeline.analyses.topics.units import Units, read_units
from pipeline.concepts.check_names import check_translations
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import hash_terms
from pipeline.errors import StudyError
from pipeline.executor import map_in_order, open_executor
from pipeline.stages import tool_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.counts import Corpus
    from pipeline.stages import Progress, Summary
    from pipeline.study import Study

FITS, CHOSEN, NUMBERS = "fits", "chosen", "topic_numbers.parquet"
PASSAGES, TOPICS, FREQUENCIES = "passages.parquet", "topics.parquet", "frequencies.parquet"
"""Of a chosen model: the unit of each passage, what is measured of each topic, and how often each word stands."""
TOOLS = ("numpy", "scikit-learn", "scipy", "topica")

LEAST_UNITS, LEAST_WORDS = 10, 20
"""A language with less has no model, and its row says so."""
USUAL, UNITS_A_TOPIC = 20, 40
"""Topics of a language for which the study gives no number: 20, and no more than one for forty units."""
TRIED = (5, 10, 15, 20, 30, 40, 60, 80, 100)
"""Numbers that ``auto`` tries, those that fit the units."""
_HELD_OUT = 0.1
_LIKELIHOOD = {"lda", "dmr", "keyatm"}
_SMALL = 200_000_000
"""Words drawn anew in all sweeps of all fits; less is done sooner here than in processes that have to start."""

NUMBERS_SCHEMA = pa.schema(
    [
        ("model", pa.string()), ("language", pa.string()), ("topics", pa.int64()), ("chosen", pa.bool_()),
        ("fits", pa.int64()), ("units", pa.int64()), ("documents", pa.int64()), ("words", pa.int64()),
        ("empty_units", pa.int64()),
        ("npmi", pa.float64()), ("c_v", pa.float64()), ("diversity", pa.float64()), ("exclusivity", pa.float64()),
        ("held_out", pa.float64()), ("stability", pa.float64()), ("stability_jaccard", pa.float64()),
        ("stability_units", pa.float64()), ("score", pa.float64()), ("note", pa.string()),
    ]
)  # fmt: skip
"""``topic_numbers``; ``score`` is the mean of stability times C_v."""


@dataclass(frozen=True, slots=True)
class Task:
    """One fit."""

    folder: Path
    inputs: Path
    """The folder with counts, words and units of its language."""
    key: str
    settings: Settings
    about: dict[str, Any] = field(default_factory=dict)
    held_out: int | None = None
    """The seed of the draw of documents that the fit leaves out; only the likelihood of these is kept then."""


def fit_models(study: Study, draft: Path, progress: Progress) -> Summary:
    """Fit the study's models, measure them and copy the chosen one of each language."""
    corpus = read_corpus(study)
    check_translations(study, corpus.documents)  # read after the models, and these take long
    concepts = load_lexicon(study.lexicon)
    lexicon = hash_terms(term for concept in concepts for term in concept.terms)
    inputs = study.model_folder / ".inputs"
    shutil.rmtree(inputs, ignore_errors=True)
    (draft / CHOSEN).mkdir()
    tasks: list[Task] = []
    plans: dict[str, tuple[Units, Given, dict[int, list[Task]]]] = {}
    rows: list[dict[str, Any]] = []
    said: dict[str, Any] = {}
    try:
        for code, units in read_units(study, corpus).items():
            own = _dated(units, is_dated(study, corpus)) if study.topics.model == "dtm" else units
            said[code] = {"units": own.counts.shape[0], "words": own.counts.shape[1], "merged_passages": own.merged,
                          "empty_units": own.empty}  # fmt: skip
            numbers = numbers_to_try(study, own)
            if not numbers:
                rows.append(
                    _row(study, own, 0, "too_few_units" if own.counts.shape[0] < LEAST_UNITS else "too_few_words")
                )
                continue
            given, periods = read_given(study, corpus, own, concepts)
            about = {
                "language": code,
                "lexicon": lexicon,
                "covariates": list(given.covariate_names),
                "periods": periods,
            }
            plan = {n: _plan(study, own, given, number=n, inputs=inputs / code, about=about) for n in numbers}
            _write_inputs(inputs / code, corpus, own, given)
            plans[code] = (own, given, plan)
            tasks += [task for number in numbers for task in plan[number]]
        missing = [task for task in tasks if not kept.is_kept(task.folder, task.key)]
        sweeps = (
            len(missing)
            * study.topics.iterations
            * max((int(own.counts.sum()) for own, *_ in plans.values()), default=0)
        )
        processes = 1 if sweeps < _SMALL else len(missing)
        with open_executor(study.run.workers, processes, study.run.scheduler) as executor:
            for i, _ in enumerate(map_in_order(executor, run_task, missing, under_way=2)):
                progress("topic models", i + 1, len(missing))
        for code, (own, _, plan) in plans.items():
            rows += _choose(study, own, plan, draft / CHOSEN / code)
    finally:
        shutil.rmtree(inputs, ignore_errors=True)
    table = pa.Table.from_pylist(rows, NUMBERS_SCHEMA)
    pq.write_table(table, draft / NUMBERS, compression="zstd")
    for row in rows:
        if row["chosen"]:
            said[row["language"]] |= {"topics": row["topics"], "stability": row["stability"]}
    removed = kept.remove_fits(study.model_folder / FITS, {task.folder.name for task in tasks})
    return {"model": study.topics.model, "languages": said, "fits": len(missing), "fits_removed": removed}


def numbers_to_try(study: Study, units: Units) -> list[int]:
    """The numbers of topics to fit; none for a language with too little.

    Raises:
        StudyError: the study wants more topics than there are units.
    """
    count, words = units.counts.shape
    wanted = study.topics.topics.get(units.language)
    if count < LEAST_UNITS or words < LEAST_WORDS:
        return []
    if isinstance(wanted, int):
        if wanted > count:
            raise StudyError(
                f"{study.where}: [topics] topics: {units.language} = {wanted}, and only {count} {study.topics.unit}s "
                f"hold words; take {count} or fewer, and better no more than {max(2, count // UNITS_A_TOPIC)}"
            )
        return [wanted]
    most = max(2, count // UNITS_A_TOPIC)
    if wanted == "auto" and study.topics.model != "hdp":
        return [number for number in TRIED if number <= most] or [most]
    return [min(USUAL, most)]


def run_task(task: Task) -> None:
    """Fit and keep one model."""
    counts, vocabulary, units, given = _read_inputs(task.inputs)
    about = {**task.about, "key": task.key, "settings": asdict(task.settings)}
    if task.held_out is None:
        kept.write_fit(task.folder, fit(counts, vocabulary, task.settings, given), vocabulary, units, about)
    else:
        about["held_out"] = _held_out(counts, vocabulary, units, given, task)
        names = pa.table({"doc_id": pa.array([], pa.string()), "passage": pa.array([], pa.uint32())})
        empty = np.zeros((0, 1), np.float32)
        nothing = Fitted(np.zeros((1, 0), np.float32), empty, np.ones(1, np.float32))
        kept.write_fit(task.folder, nothing, [], names, about)


def _held_out(counts: csr_array, vocabulary: Sequence[str], units: pa.Table, given: Given, task: Task) -> float | None:
    """The likelihood per word of a tenth of the documents; None where nothing is left to fit or to ask."""
    rng = np.random.default_rng(task.held_out)
    names = units["doc_id"].combine_chunks().dictionary_encode()
    document = names.indices.to_numpy()
    out = rng.permutation(len(names.dictionary))[: max(1, round(_HELD_OUT * len(names.dictionary)))]
    left = np.isin(document, out)
    if (~left).sum() <= task.settings.topics or not left.any():
        return None
    known = replace(
        given,
        covariates=None if given.covariates is None else given.covariates[~left],
        document=None if given.document is None else given.document[~left],
    )
    fitted = fit(counts[~left], vocabulary, task.settings, known)
    test = counts[left]
    first = test.copy()
    first.data = rng.binomial(test.data, 0.5).astype(np.int32)
    second = test - first
    first.eliminate_zeros()
    second.eliminate_zeros()
    return quality.held_out_likelihood(fitted.topic_word, transform(fitted.topic_word, fitted.alpha, first), second)


def _plan(study: Study, units: Units, given: Given, *, number: int, inputs: Path, about: dict[str, Any]) -> list[Task]:
    settings = study.topics
    base = study.timelines.seed
    digest = hashlib.sha256(units.digest().encode())
    for part in (given.covariates, given.period):
        digest.update(b"" if part is None else np.ascontiguousarray(part, np.float64).tobytes())
    digest.update(json.dumps([dict(given.keywords), tool_versions(TOOLS), FORMAT], sort_keys=True).encode())
    made_of = digest.hexdigest()
    tasks = []
    anchored = settings.model in {"lda", "nmf", "stm"}
    seeds = [
        Settings(settings.model, number, settings.iterations, base + i, anchored and i == 0)
        for i in range(settings.seeds)
    ]
    for what in seeds:
        name = f"{units.language}-{what.model}-{number}-{what.seed}"
        tasks.append(_task(study, name, what, inputs=inputs, made_of=made_of, about=about, held_out=None))
    if settings.model in _LIKELIHOOD:
        name = f"{units.language}-{settings.model}-{number}-held-out"
        tasks.append(_task(study, name, seeds[0], inputs=inputs, made_of=made_of, about=about, held_out=base))
    return tasks


def _task(
    study: Study, name: str, what: Settings, *, inputs: Path, made_of: str, about: dict[str, Any], held_out: int | None
) -> Task:
    key = hashlib.sha256(json.dumps([made_of, asdict(what), about, held_out], sort_keys=True).encode()).hexdigest()
    return Task(study.model_folder / FITS / name, inputs, key, what, about, held_out)


def _choose(study: Study, units: Units, plan: Mapping[int, list[Task]], folder: Path) -> list[dict[str, Any]]:
    """Measure all numbers, copy the fit of the one that `quality.finest_number` takes by stability times C_v.

    With one fit there is no stability, and C_v alone counts.
    """
    rows, measured, taken, scores = [], [], [], []
    for tasks in plan.values():
        folders = [task.folder for task in tasks if task.held_out is None]
        fits = [kept.read_fit(folder) for folder in folders]
        likelihood = [
            json.loads((t.folder / "model.json").read_bytes())["held_out"] for t in tasks if t.held_out is not None
        ]
        main = fits.pop(0).fitted
        top = quality.top_words(main.topic_word)
        sure = quality.stability(
            main.topic_word, main.unit_topic, [(f.fitted.topic_word, f.fitted.unit_topic) for f in fits]
        )
        good = quality.coherence(units.counts, top)
        exclusive = quality.exclusivity(main.topic_word)
        score = np.nan_to_num(good.c_v) * (np.nan_to_num(sure.overlap) if fits else 1.0)
        scores.append(score)
        row = _row(study, units, len(main.topic_word), "")
        row |= {
            "fits": len(folders), "npmi": _mean(good.npmi), "c_v": _mean(good.c_v), "exclusivity": _mean(exclusive),
            "diversity": quality.diversity(main.topic_word), "held_out": likelihood[0] if likelihood else None,
            "stability": _mean(sure.overlap), "stability_jaccard": _mean(sure.jaccard),
            "stability_units": _mean(sure.units), "score": _mean(score),
        }  # fmt: skip
        rows.append(row)
        taken.append(folders[0])
        measured.append(
            pa.table(
                {
                    "topic": pa.array(np.arange(1, len(top) + 1), pa.int64()),
                    "npmi": pa.array(good.npmi),
                    "c_v": pa.array(good.c_v),
                    "exclusivity": pa.array(exclusive),
                    "stability": pa.array(sure.overlap, from_pandas=True),
                    "stability_jaccard": pa.array(sure.jaccard, from_pandas=True),
                    "stability_units": pa.array(sure.units, from_pandas=True),
                }
            )
        )
    best = quality.finest_number(scores)
    rows[best]["chosen"] = True
    shutil.copytree(taken[best], folder)
    pq.write_table(measured[best], folder / TOPICS, compression="zstd")
    frequency = pa.array(np.asarray(units.counts.sum(axis=0), np.int64).ravel())
    pq.write_table(pa.table({"word": units.vocabulary, "frequency": frequency}), folder / FREQUENCIES)
    passage = np.flatnonzero(units.unit_of_passage >= 0)
    places = {"passage": pa.array(passage, pa.uint32()), "unit": pa.array(units.unit_of_passage[passage], pa.uint32())}
    pq.write_table(pa.table(places), folder / PASSAGES, compression="zstd")
    return rows


def _row(study: Study, units: Units, topics: int, note: str) -> dict[str, Any]:
    return {
        "model": study.topics.model, "language": units.language, "topics": topics, "chosen": False, "fits": 0,
        "units": units.counts.shape[0], "documents": len(np.unique(units.document)), "words": units.counts.shape[1],
        "empty_units": units.empty, "note": note or None, "stability": None, "c_v": None,
    }  # fmt: skip


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _dated(units: Units, dated: NDArray[np.bool_]) -> Units:
    """Those units whose documents have a period, and their words."""
    stays = dated[units.document]
    counts = units.counts[stays]
    words = np.unique(counts.indices)  # a word of undated texts alone would have a probability that no text gave it
    number = np.where(stays, np.cumsum(stays) - 1, -1)
    of_passage = np.where(units.unit_of_passage >= 0, np.append(number, -1)[units.unit_of_passage], -1)
    return replace(
        units, counts=counts[:, words], vocabulary=units.vocabulary.take(pa.array(words)),
        document=units.document[stays], passage=units.passage[stays], unit_of_passage=of_passage,
    )  # fmt: skip


def _write_inputs(folder: Path, corpus: Corpus, units: Units, given: Given) -> None:
    folder.mkdir(parents=True)
    counts = units.counts
    arrays: dict[str, Any] = {name: getattr(counts, name) for name in ("indptr", "indices", "data", "shape")}
    more = {"covariates": given.covariates, "period": given.period, "document": given.document}
    arrays |= {name: value for name, value in more.items() if value is not None}
    np.savez(folder / "counts.npz", **arrays)
    about = {"covariate_names": list(given.covariate_names), "keywords": dict(given.keywords)}
    (folder / "given.json").write_text(json.dumps(about), "utf-8")
    pq.write_table(pa.table({"word": units.vocabulary}), folder / "words.parquet")
    names = corpus.documents["doc_id"].combine_chunks().take(pa.array(units.document))
    table = pa.table(
        {"doc_id": names, "passage": pa.array(units.passage, pa.uint32()), "words": pa.array(units.lengths)}
    )
    pq.write_table(table, folder / "units.parquet")


def _read_inputs(folder: Path) -> tuple[csr_array, list[str], pa.Table, Given]:
    from scipy.sparse import csr_array

    with np.load(folder / "counts.npz") as arrays:
        counts = csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=tuple(arrays["shape"].tolist()))
        more = {name: arrays.get(name) for name in ("covariates", "document", "period")}
    about = json.loads((folder / "given.json").read_bytes())
    given = Given(
        covariates=more["covariates"], covariate_names=about["covariate_names"], document=more["document"],
        period=more["period"], keywords=about["keywords"],
    )  # fmt: skip
    return (
        counts,
        pq.read_table(folder / "words.parquet")["word"].to_pylist(),
        pq.read_table(folder / "units.parquet"),
        given,
    )
