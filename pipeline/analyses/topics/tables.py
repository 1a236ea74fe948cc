"""The tables of topics, made from the chosen models."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.analyses.intervals import FEW_DOCUMENTS, rate_intervals
from pipeline.analyses.measures import Z_95
from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.timelines import make_groups
from pipeline.analyses.topics import quality
from pipeline.analyses.topics.kept import SCALES, Kept, read_fit
from pipeline.analyses.topics.labels import AMONG, Label, name_topics, read_labels
from pipeline.analyses.topics.runs import CHOSEN, PASSAGES, TOPICS
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import hash_terms
from pipeline.store import corpus as store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PASSAGES_A_TOPIC, OF_A_DOCUMENT = 10, 2
SHOWN = 300
"""Characters of a passage in ``topic_passages.csv``."""
LEAST_WEIGHT = 0.01
"""Smaller shares of a topic in a unit are not in ``topic_documents.parquet``."""

TOPICS_SCHEMA = pa.schema(
    [
        ("model", pa.string()), ("language", pa.string()), ("topic", pa.int64()), ("label", pa.string()),
        ("words", pa.string()), ("exclusive_words", pa.string()), ("prevalence", pa.float64()), ("npmi", pa.float64()),
        ("stability", pa.float64()), ("label_by_hand", pa.bool_()), ("label_overlap", pa.float64()),
        ("c_v", pa.float64()),
        ("exclusivity", pa.float64()), ("stability_jaccard", pa.float64()), ("stability_units", pa.float64()),
        ("concept", pa.string()),
    ]
)  # fmt: skip
"""``concept``: of the model keyatm the concept that led the topic."""

TIMELINES_SCHEMA = pa.schema(
    [
        ("language", pa.string()), ("topic", pa.int64()), ("period", pa.string()), ("prevalence", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("documents", pa.int64()), ("group", pa.string()),
        ("words", pa.int64()), ("interval_note", pa.string()),
    ]
)  # fmt: skip

PASSAGES_SCHEMA = pa.schema(
    [
        ("language", pa.string()), ("topic", pa.int64()), ("rank", pa.int64()), ("weight", pa.float64()),
        ("doc_id", pa.string()), ("title", pa.string()), ("date", pa.date32()), ("source_type", pa.string()),
        ("page", pa.int64()), ("url", pa.string()), ("path", pa.string()), ("passage", pa.int64()),
        ("text", pa.string()),
    ]
)  # fmt: skip

CONCEPTS_SCHEMA = pa.schema(
    [
        ("language", pa.string()), ("concept", pa.string()), ("period", pa.string()), ("topic", pa.int64()),
        ("mentions", pa.int64()), ("share", pa.float64()), ("prevalence", pa.float64()), ("lift", pa.float64()),
    ]
)  # fmt: skip

EFFECTS_SCHEMA = pa.schema(
    [
        ("language", pa.string()), ("topic", pa.int64()), ("covariate", pa.string()), ("effect", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("scale", pa.string()),
    ]
)  # fmt: skip
"""``scale``: ``share``, the topic's share in a document; ``log_prior``, of dmr, the logarithm of its prior."""

WORDS_SCHEMA = pa.schema(
    [
        ("language", pa.string()), ("topic", pa.int64()), ("period", pa.string()), ("rank", pa.int64()),
        ("word", pa.string()), ("probability", pa.float64()),
    ]
)  # fmt: skip

ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The chosen model of a language and its units."""

    language: str
    kept: Kept
    document: Ints
    """The document of each unit."""
    passage: Ints
    """The first passage of each unit."""
    words: Ints
    """Words of each unit."""
    unit_of_passage: Ints
    """-1 for passages in no unit."""
    measured: pa.Table

    @property
    def by_document(self) -> tuple[Ints, Floats, Floats]:
        """The documents of the units; their words of each topic (documents x topics), and their words."""
        rows, index = np.unique(self.document, return_inverse=True)
        weight = self.kept.fitted.unit_topic.astype(np.float64) * self.words[:, None]
        sums = np.zeros((len(rows), weight.shape[1]))
        np.add.at(sums, index, weight)
        return rows, sums, np.bincount(index, self.words, minlength=len(rows)).astype(np.float64)


def read_chosen(study: Study, corpus: Corpus) -> list[Chosen]:
    """The chosen models, in order of the study's languages; a language without one is left out.

    Raises:
        InputError: a model is damaged, or was fitted with another lexicon or by another version.
    """
    lexicon = hash_terms(term for concept in load_lexicon(study.lexicon) for term in concept.terms)
    names = {name: i for i, name in enumerate(corpus.documents["doc_id"].to_pylist())}
    found = []
    for code in study.languages:
        folder = study.model_folder / CHOSEN / code
        if not folder.exists():
            continue
        kept = read_fit(folder, lexicon=lexicon)
        units = pq.read_table(folder / "units.parquet", columns=["doc_id", "passage", "words"])
        places = pq.read_table(folder / PASSAGES)
        of_passage = np.full(len(corpus.document), -1, np.int64)
        of_passage[places["passage"].to_numpy()] = places["unit"].to_numpy()
        document = np.array([names[name] for name in units["doc_id"].to_pylist()], np.int64)
        passage, words = (units[name].to_numpy().astype(np.int64) for name in ("passage", "words"))
        found.append(Chosen(code, kept, document, passage, words, of_passage, pq.read_table(folder / TOPICS)))
    return found


def topics(study: Study, chosen: Sequence[Chosen]) -> tuple[pa.Table, list[str]]:
    """``topics``: one row a topic; and the names given by hand that fit no topic."""
    by_hand = read_labels(study)
    rows: list[dict[str, Any]] = []
    lost: list[str] = []
    for own in chosen:
        likely, exclusive = words_of(own.kept)
        labels, unused = name_topics(likely, exclusive, by_hand.get(own.language, []))
        lost += unused
        rows += _topic_rows(own, likely, exclusive, labels)
    return pa.Table.from_pylist(rows, TOPICS_SCHEMA), lost


def words_of(kept: Kept, number: int = AMONG) -> tuple[list[list[str]], list[list[str]]]:
    """The words of each topic by probability and by FREX."""
    likely = quality.top_words(kept.fitted.topic_word, number)
    exclusive = quality.top_words(quality.frex(kept.fitted.topic_word).astype(np.float32), number)
    named = [[[kept.vocabulary[i] for i in row] for row in order.tolist()] for order in (likely, exclusive)]
    return named[0], named[1]


def topic_timelines(study: Study, corpus: Corpus, chosen: Sequence[Chosen]) -> pa.Table:
    """``topic_timelines``: the share of each topic in the words of a period.

    Its interval is that of a bootstrap over documents (`rate_intervals`, on words of the topic among all words).
    """
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    place = period_of(corpus.dates, periods)
    rows: list[dict[str, Any]] = []
    for own in chosen:
        documents, weights, words = own.by_document
        for group in make_groups(study, corpus):
            for i, period in enumerate(periods):
                cell = np.flatnonzero(group.members[documents] & (place[documents] == i))
                rows += _timeline_rows(
                    study,
                    corpus,
                    own,
                    documents[cell],
                    weights=weights[cell],
                    words=words[cell],
                    group=group.name,
                    period=period.name,
                )
    return pa.Table.from_pylist(rows, TIMELINES_SCHEMA)


def topic_documents(study: Study, corpus: Corpus, chosen: Sequence[Chosen]) -> pa.Table:
    """``topic_documents``: the share of each topic in each unit; ``passage`` is its first, null for documents."""
    names = corpus.documents["doc_id"].combine_chunks()
    parts = []
    for own in chosen:
        share = own.kept.fitted.unit_topic
        unit, topic = np.nonzero(share >= LEAST_WEIGHT)
        passage = pa.array(own.passage[unit], pa.uint32())
        if study.topics.unit == "document":
            passage = pa.nulls(len(unit), pa.uint32())
        columns = {
            "doc_id": names.take(pa.array(own.document[unit])), "passage": passage,
            "topic": pa.array(topic + 1, pa.int64()), "weight": pa.array(share[unit, topic].astype(np.float64)),
            "language": pa.array([own.language] * len(unit), pa.string()), "words": pa.array(own.words[unit]),
        }  # fmt: skip
        parts.append(pa.table(columns))
    schema = pa.schema(
        [
            ("doc_id", pa.string()), ("passage", pa.uint32()), ("topic", pa.int64()), ("weight", pa.float64()),
            ("language", pa.string()), ("words", pa.int64()),
        ]
    )  # fmt: skip
    return pa.concat_tables([schema.empty_table(), *parts])


def topic_passages(study: Study, corpus: Corpus, chosen: Sequence[Chosen]) -> pa.Table:
    """``topic_passages``: the ten units in which each topic has the largest share, two of a document at most."""
    picked = [(own, topic, _most_own(own, topic)) for own in chosen for topic in range(len(own.kept.fitted.topic_word))]
    wanted = {int(own.passage[unit]) for own, _, units in picked for unit in units}
    texts = read_texts(study, chosen, wanted)
    pages = store.read_passages(study.corpus_folder, ["page"])["page"].combine_chunks()
    columns = {name: corpus.documents[name] for name in ("doc_id", "title", "date", "source_type", "url", "path")}
    rows = [
        {
            "language": own.language, "topic": topic + 1, "rank": rank,
            "weight": float(own.kept.fitted.unit_topic[unit, topic]),
            **{name: column[int(own.document[unit])].as_py() for name, column in columns.items()},
            "page": pages[int(own.passage[unit])].as_py(), "passage": int(own.passage[unit]),
            "text": texts[int(own.passage[unit])],
        }
        for own, topic, units in picked
        for rank, unit in enumerate(units, 1)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, PASSAGES_SCHEMA)


def topic_concepts(study: Study, corpus: Corpus, chosen: Sequence[Chosen], concepts: Sequence[Concept]) -> pa.Table:
    """``topic_concepts``: the mean share of each topic in the units around a concept's mentions, by period."""
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    place = period_of(corpus.dates, periods)
    rows: list[dict[str, Any]] = []
    names = corpus.mentions["concept"].to_numpy(zero_copy_only=False)
    for own in chosen:
        share = own.kept.fitted.unit_topic.astype(np.float64)
        unit = own.unit_of_passage[corpus.mentions["passage"].to_numpy().astype(np.int64)]
        unit = np.where(corpus.mentions["language"].to_numpy(zero_copy_only=False) == own.language, unit, -1)
        of_unit = place[own.document]
        spans = [(ALL, np.ones(len(of_unit), np.bool_)), *((p.name, of_unit == i) for i, p in enumerate(periods))]
        base = [_weighted(share[inside], own.words[inside]) for _, inside in spans]
        for concept in concepts:
            mine = unit[(names == concept.id) & (unit >= 0)]
            for (name, inside), usual in zip(spans, base, strict=True):
                hits = mine[inside[mine]]
                if len(hits):
                    rows += _concept_rows(
                        own.language, concept.id, name, share=share[hits].mean(axis=0), usual=usual, mentions=len(hits)
                    )
    return pa.Table.from_pylist(rows, CONCEPTS_SCHEMA)


def topic_effects(chosen: Sequence[Chosen]) -> pa.Table:
    """``topic_effects``: of dmr and stm the effects of the covariates, with intervals where the model has them.

    Those of shares have the quantiles of Student's t with n - p degrees of freedom, n being the documents and p the
    covariates with the constant: with 1.96 they held the truth in 90 of 100 cases of 12 documents, so in 93.
    """
    from scipy.special import stdtrit

    rows = []
    for own in chosen:
        names = ["constant", *own.kept.about["covariates"]]
        freedom = max(len(np.unique(own.document)) - len(names), 1)
        for scale, quantile in zip(SCALES, (float(stdtrit(freedom, 0.975)), Z_95), strict=True):
            effects = own.kept.fitted.more.get(f"{scale}_effects", np.zeros((0, 0)))
            errors = own.kept.fitted.more.get(f"{scale}_errors")
            for (topic, column), effect in np.ndenumerate(effects.astype(np.float64)):
                spread = quantile * float(np.nan if errors is None else errors[topic, column])
                low, high = (None, None) if np.isnan(spread) else (effect - spread, effect + spread)
                rows.append({"language": own.language, "topic": topic + 1, "covariate": names[column], "effect": effect,
                             "low": low, "high": high, "scale": scale})  # fmt: skip
    return pa.Table.from_pylist(rows, EFFECTS_SCHEMA)


def topic_words(chosen: Sequence[Chosen], number: int = 20) -> pa.Table:
    """``topic_words``: the likeliest words of each topic; of dtm those of each period too."""
    rows: list[dict[str, Any]] = []
    for own in chosen:
        moving = own.kept.fitted.more.get("period_word")
        spans = [(ALL, own.kept.fitted.topic_word)]
        if moving is not None:
            spans += list(zip(own.kept.about["periods"], moving, strict=True))
        for name, topic_word in spans:
            for topic, top in enumerate(quality.top_words(topic_word, number).tolist()):
                rows += [
                    {"language": own.language, "topic": topic + 1, "period": name, "rank": rank,
                     "word": own.kept.vocabulary[word], "probability": float(topic_word[topic, word])}
                    for rank, word in enumerate(top, 1)
                ]  # fmt: skip
    return pa.Table.from_pylist(rows, WORDS_SCHEMA)


def _topic_rows(
    own: Chosen, likely: Sequence[Sequence[str]], exclusive: Sequence[Sequence[str]], labels: Sequence[Label]
) -> Iterator[dict[str, Any]]:
    prevalence = _weighted(own.kept.fitted.unit_topic.astype(np.float64), own.words)
    measured = own.measured.to_pylist()
    names = own.kept.fitted.names
    for i, label in enumerate(labels):
        yield {
            **measured[i], "model": own.kept.about["settings"]["model"], "language": own.language, "topic": i + 1,
            "label": label.text, "words": " ".join(likely[i][: quality.TOP]),
            "exclusive_words": " ".join(exclusive[i][: quality.TOP]), "prevalence": float(prevalence[i]),
            "label_by_hand": label.by_hand, "label_overlap": label.overlap,
            "concept": names[i] if i < len(names) else None,
        }  # fmt: skip


def _timeline_rows(
    study: Study,
    corpus: Corpus,
    own: Chosen,
    documents: Ints,
    *,
    weights: Floats,
    words: Floats,
    group: str,
    period: str,
) -> Iterator[dict[str, Any]]:
    number, whole = len(documents), float(words.sum())
    names = corpus.documents["doc_id"].take(pa.array(documents)).to_pylist()
    key = hashlib.sha256("\n".join([own.language, *names]).encode()).digest()
    rng = np.random.default_rng([study.timelines.seed, *np.frombuffer(key, np.uint32).tolist()])
    # The words of a topic are no whole numbers; the intervals' formulas hold for them as they stand.
    given = cast("Ints", weights), cast("Ints", words)
    found = rate_intervals(*given, np.ones(weights.shape[1]), study.timelines.bootstrap, rng)
    for topic in range(weights.shape[1]):
        low, high = (float(bound[topic]) / 1e6 for bound in (found.low, found.high))
        yield {
            "language": own.language, "topic": topic + 1, "period": period, "group": group, "documents": number,
            "words": int(whole), "prevalence": float(weights[:, topic].sum()) / whole if whole else None,
            "low": None if np.isnan(low) else low, "high": None if np.isnan(high) else min(high, 1.0),
            "interval_note": "few_documents" if 0 < number < FEW_DOCUMENTS else None,
        }  # fmt: skip


def _most_own(own: Chosen, topic: int) -> list[int]:
    """The units with the largest share of a topic, no more than `OF_A_DOCUMENT` of one document."""
    order = np.argsort(-own.kept.fitted.unit_topic[:, topic], kind="stable")
    taken: Counter[int] = Counter()
    units: list[int] = []
    for unit in order.tolist():
        document = int(own.document[unit])
        if taken[document] < OF_A_DOCUMENT:
            taken[document] += 1
            units.append(unit)
        if len(units) == PASSAGES_A_TOPIC:
            break
    return units


def read_texts(study: Study, chosen: Sequence[Chosen], wanted: set[int]) -> dict[int, str]:
    """The beginnings of units, by their first passage; where that is short, with the passages behind it."""
    members: dict[int, list[int]] = {}
    for own in chosen:
        passages = np.flatnonzero(own.unit_of_passage >= 0)
        first = own.passage[own.unit_of_passage[passages]]
        near = (passages - first < 5) & np.isin(first, np.fromiter(wanted, np.int64, len(wanted)))
        for passage, start in zip(passages[near].tolist(), first[near].tolist(), strict=True):
            members.setdefault(start, []).append(passage)
    needed = [passage for start in wanted for passage in members[start]]
    texts: dict[int, str] = {}
    for _, rows, found in store.select_texts(study.corpus_folder, needed):
        texts |= dict(zip(rows, found, strict=True))
    joined = {start: " / ".join(texts[passage] for passage in members[start]) for start in wanted}
    return {start: text if len(text) <= SHOWN else text[:SHOWN] + "…" for start, text in joined.items()}


def _weighted(share: Floats, words: Ints) -> Floats:
    """The mean share of each topic, units weighted by their words; NaN without units."""
    whole = words.sum()
    mean: Floats = (share * words[:, None]).sum(axis=0) / whole if whole else np.full(share.shape[1], np.nan)
    return mean


def _concept_rows(
    language: str, concept: str, period: str, *, share: Floats, usual: Floats, mentions: int
) -> Iterator[dict[str, Any]]:
    for topic, (own, prevalence) in enumerate(zip(share.tolist(), usual.tolist(), strict=True), 1):
        yield {
            "language": language, "concept": concept, "period": period, "topic": topic, "mentions": mentions,
            "share": own, "prevalence": prevalence, "lift": own / prevalence if prevalence > 0 else None,
        }  # fmt: skip
