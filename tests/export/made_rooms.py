"""Tables of topics and keywords, made up: what the rooms of the report are tried on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.collocations import COLLOCATION_CHANGES, COLLOCATIONS
from pipeline.analyses.key_terms import KEY_TERMS
from pipeline.analyses.keyness import KEYNESS
from pipeline.analyses.meaning.terms import TERM_CANDIDATES
from pipeline.analyses.meaning.topic_pairs import TOPIC_PAIRS
from pipeline.analyses.topics import tables
from pipeline.analyses.topics.kept import Kept
from pipeline.analyses.topics.models import Fitted
from pipeline.analyses.topics.runs import NUMBERS_SCHEMA
from pipeline.export.keyness_figures import MOST
from pipeline.export.topics import TopicData

HOSTILE = "</script><script>alert(1)</script><b>&\"'"
WORDS = {
    "zh": ["城市外交", "友城", "港口", "学生", "代表团", "市长"],
    "de": ["Stadt", "Rat", "Verein", "Kind", "Hafen", "Wort"],
}
LABELS = {"zh": ["友城往来", HOSTILE, "港口"], "de": ["Der Rat", "Vereine", "Hafen"]}
STABILITY = {"zh": [0.91, 0.24, None], "de": [0.71, 0.62, 0.13]}
SHARES = [0.5, 0.3, 0.2]
PERIODS = ["2012", "2013", "2014"]


def row_of(schema: pa.Schema, **cells: Any) -> dict[str, Any]:
    """A row with the cells, and with null in all others."""
    unknown = set(cells) - set(schema.names)
    if unknown:
        raise AssertionError(f"no columns {unknown}")
    return dict.fromkeys(schema.names) | cells


def topic_word() -> np.ndarray:
    """Topics x words: the first two alike, the third unlike them."""
    return np.array(
        [[0.4, 0.4, 0.05, 0.05, 0.05, 0.05], [0.3, 0.4, 0.1, 0.1, 0.05, 0.05], [0, 0, 0, 0.1, 0.4, 0.5]], np.float32
    )


def make_topics(**notes: str) -> TopicData:
    """Three topics in each language; none in those with a note."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}
    models = {}
    for code in ("zh", "de"):
        note = notes.get(code)
        rows["topic_numbers"].append(
            {"model": "lda", "language": code, "topics": 3, "chosen": not note, "units": 40, "documents": 9,
             "npmi": 0.1, "stability": 0.57, "note": note}
        )  # fmt: skip
        if note:
            continue
        about = {"settings": {"model": "lda"}}
        fitted = Fitted(topic_word(), np.full((4, 3), 1 / 3, np.float32), np.ones(3, np.float32))
        models[code] = Kept(about, WORDS[code], fitted)
        for i in range(3):
            _add_topic(rows, code, i)
    made = {name: pa.Table.from_pylist(rows[name], schema) for name, schema in _SCHEMAS.items()}
    return TopicData(made, models)


def make_pairs() -> dict[str, pa.Table]:
    """Of each language the first topic has a counterpart; the others have none."""
    alike = {
        "similarity": 0.52,
        "mutual_best": True,
        "counterpart": True,
        "z": 7.3,
        "p_value": 0.001,
        "p_adjusted": 0.019,
    }
    less = alike | {"similarity": 0.25, "mutual_best": False, "counterpart": False, "p_value": 0.3, "p_adjusted": None}
    alone = {"mutual_best": False, "counterpart": False}
    rows = [
        row_of(TOPIC_PAIRS, zh_topic=1, de_topic=2, **alike),
        row_of(TOPIC_PAIRS, zh_topic=2, de_topic=2, **less),
        row_of(TOPIC_PAIRS, zh_topic=1, de_topic=1, **less),
        *(row_of(TOPIC_PAIRS, zh_topic=topic, **alone) for topic in (2, 3)),
        *(row_of(TOPIC_PAIRS, de_topic=topic, **alone) for topic in (1, 3)),
    ]
    candidate = {"concept": "city_diplomacy", "language": "zh", "term": "城市外交", "candidate_language": "de",
                 "similarity": 0.61, "frequency": 9, "documents": 4}  # fmt: skip
    offered = [
        row_of(TERM_CANDIDATES, **candidate, candidate="Städtediplomatie", rank=1, known_as="city_diplomacy"),
        row_of(TERM_CANDIDATES, **candidate, candidate=HOSTILE, rank=2),
    ]
    return {
        "topic_pairs": pa.Table.from_pylist(rows, TOPIC_PAIRS),
        "term_candidates": pa.Table.from_pylist(offered, TERM_CANDIDATES),
    }


def make_keywords() -> dict[str, pa.Table]:
    """Key words of either part in Chinese, none in German; terms; the company of one concept, which changed."""
    over = {"language": "zh", "target": "speech", "reference": HOSTILE, "comparison": "speech / rest",
            "words_target": 9000, "words_reference": 21000, "count_target": 40, "count_reference": 4,
            "documents_target": 12, "documents_reference": 3, "log_likelihood": 61.5, "log_ratio": 4.5, "low": 2.5,
            "high": None, "dispersion_target": 0.31, "dispersion_reference": 0.8, "p_value": 0.0001,
            "p_adjusted": 0.002, "key": True}  # fmt: skip
    under = over | {"count_target": 2, "count_reference": 50, "log_ratio": -3.0, "low": -4.0, "high": -2.0}
    keyness = [
        row_of(KEYNESS, **over, lemma="城市外交"),
        *(row_of(KEYNESS, **(over | {"lemma": f"词{n}"})) for n in range(MOST)),
        row_of(KEYNESS, **under, lemma=HOSTILE),
        row_of(KEYNESS, **(over | {"lemma": "少", "key": False})),
        row_of(KEYNESS, **(over | {"lemma": "Rat", "key": False, "language": "de"})),
    ]
    term = {"language": "zh", "group": "all", "score": 0.1, "count": 12, "documents": 5, "documents_of_part": 30}
    terms = [
        row_of(KEY_TERMS, **term, period=period, method=method, rank=rank, term=f"{word}{rank}")
        for period in ("all", "2013")
        for method, word in (("tf_idf", "词"), ("c_value", "对外工作"))
        for rank in range(1, 16)
    ]
    near = {"concept": "city_diplomacy", "window": 5, "o12": 200, "o21": 30, "o22": 9000, "log_likelihood": 22.5,
            "log_dice": 9.1, "mi": 2.25, "t_score": 2.1, "delta_p": 0.01, "documents": 6, "e11": 1.4,
            "delta_p_reverse": 0.2, "p_adjusted": 0.03}  # fmt: skip
    company = [
        row_of(COLLOCATIONS, **near, language="zh", period="all", collocate="市长", o11=17),
        row_of(COLLOCATIONS, **near, language="zh", period="2013", collocate="友城", o11=8),
        row_of(COLLOCATIONS, **near, language="de", period="all", collocate="Stadt", o11=11),
        row_of(COLLOCATIONS, **(near | {"mi": -1.0}), language="de", period="all", collocate="Geld", o11=3),
    ]
    change = {"concept": "city_diplomacy", "language": "zh", "before": "2012", "after": "2013", "o11_before": 1,
              "o11_after": 19, "documents_before": 1, "documents_after": 9, "log_ratio_before": 0.5,
              "log_ratio_after": 4.0, "difference": 3.5, "low": 2.0, "high": 5.0, "p_value": 0.001}  # fmt: skip
    changes = [
        row_of(COLLOCATION_CHANGES, **change, collocate="企业", p_adjusted=0.004),
        row_of(COLLOCATION_CHANGES, **change, collocate="问题", p_adjusted=0.4),
    ]
    return {
        "keyness": pa.Table.from_pylist(keyness, KEYNESS),
        "key_terms": pa.Table.from_pylist(terms, KEY_TERMS),
        "collocations": pa.Table.from_pylist(company, COLLOCATIONS),
        "collocation_changes": pa.Table.from_pylist(changes, COLLOCATION_CHANGES),
    }


def _add_topic(rows: dict[str, list[dict[str, Any]]], code: str, i: int) -> None:
    key = {"language": code, "topic": i + 1}
    rows["topics"].append(
        {**key, "model": "lda", "label": LABELS[code][i], "words": " ".join(WORDS[code]),
         "exclusive_words": f"{WORDS[code][i]} guter_Wille", "prevalence": SHARES[i], "npmi": 0.11,
         "stability": STABILITY[code][i], "label_by_hand": i == 0, "label_overlap": 0.8 if i == 0 else None}
    )  # fmt: skip
    for n, period in enumerate(PERIODS):
        gap = n == 1 and i == 2
        share = None if gap else SHARES[i]
        rows["topic_timelines"] += [
            {**key, "period": period, "group": group, "prevalence": share, "low": share and share - 0.1,
             "high": share and share + 0.1, "documents": 0 if gap else 7, "words": 0 if gap else 900}
            for group in ("all", "source_type=speech")
        ]  # fmt: skip
    rows["topic_passages"] += [
        {**key, "rank": rank, "weight": 0.9 - rank / 100, "doc_id": f"texts/{rank}", "title": HOSTILE,
         "date": dt.date(2013, 1, rank), "page": rank, "passage": rank, "text": f"{HOSTILE} {rank}",
         "url": ["https://example.org/a?b=1&c=2", "javascript:alert(1)"][rank % 2]}
        for rank in range(1, 11)
    ]  # fmt: skip
    rows["topic_concepts"] += [
        {**key, "concept": concept, "period": period, "mentions": mentions, "share": share, "prevalence": SHARES[i],
         "lift": share / SHARES[i]}
        for concept, mentions, shares in (("city_diplomacy", 30, (0.1, 0.8, 0.1)), ("absent", 1, (0.9, 0.05, 0.05)))
        for period in ("all", "2013")
        for share in (shares[i],)
    ]  # fmt: skip


_SCHEMAS = {
    "topics": tables.TOPICS_SCHEMA,
    "topic_timelines": tables.TIMELINES_SCHEMA,
    "topic_passages": tables.PASSAGES_SCHEMA,
    "topic_concepts": tables.CONCEPTS_SCHEMA,
    "topic_effects": tables.EFFECTS_SCHEMA,
    "topic_words": tables.WORDS_SCHEMA,
    "topic_numbers": NUMBERS_SCHEMA,
}
