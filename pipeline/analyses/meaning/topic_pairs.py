"""Which topic of one language is about what a topic of the other is about.

A topic's vector is a mix of two: the mean of the passages that are most its own, each with the topic's share in it, and
the mean of its likeliest words, each with its probability; passages and words are first centred by language
(`matching.centre`). Two topics are as alike as the cosine of their vectors says. What chance does is found by dealing:
in each of `DEALS` draws the passages (and the words) of a language are dealt anew over its topics, and all else is done
again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.meaning.matching import centre, unit
from pipeline.analyses.permutation import adjust_holm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

PASSAGES, WORDS = 15, 20
"""A topic's vector is made of so many of each."""
WORD_SHARE = 0.1
"""Weight of the words in it."""
DEALS = 999
"""So many draws, and as many more as a p-value that is corrected for the number of topics can need."""
LEVEL = 0.05
"""A pair whose corrected p-value is higher is no counterpart."""

TOPIC_PAIRS = pa.schema(
    [
        ("zh_topic", pa.int64()), ("de_topic", pa.int64()), ("similarity", pa.float64()), ("mutual_best", pa.bool_()),
        ("counterpart", pa.bool_()), ("z", pa.float64()), ("p_value", pa.float64()), ("p_adjusted", pa.float64()),
        ("zh_label", pa.string()), ("de_label", pa.string()), ("zh_prevalence", pa.float64()),
        ("de_prevalence", pa.float64()), ("shared_documents", pa.float64()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The topics of one language, as any model gives them."""

    unit_topic: NDArray[np.floating]
    """Units x topics: the share of each topic in each unit."""
    topic_word: NDArray[np.floating]
    """Topics x words."""
    vocabulary: Sequence[str]
    texts: Callable[[Sequence[int]], list[str]]
    """The texts of some units, by row."""
    labels: Sequence[str]
    prevalence: Sequence[float]
    """The share of each topic in the language's words."""

    @property
    def topics(self) -> int:
        """How many there are."""
        return len(self.topic_word)


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What the vectors of one side's topics are made of."""

    passages: Floats
    """Centred vectors of the units that any topic has among its own."""
    passage_weights: Floats
    """Topics x these units."""
    words: Floats
    word_weights: Floats

    def vectors(self, rng: np.random.Generator | None = None) -> Floats:
        """Topics x size; with a generator the passages and words are dealt anew over the topics."""
        passages, words = self.passages, self.words
        if rng is not None:
            passages, words = (rows[rng.permutation(len(rows))] for rows in (passages, words))
        mixed = (1 - WORD_SHARE) * unit(self.passage_weights @ passages)
        return unit(mixed + WORD_SHARE * unit(self.word_weights @ words))


def pair_topics(  # noqa: PLR0917
    zh: Side, de: Side, encode: Encode, seed: int, shared: Floats | None = None, deals: int | None = None
) -> pa.Table:
    """The topics of two languages, each beside the other's that is most like it.

    Args:
        zh: The Chinese topics.
        de: The German ones.
        encode: From texts to unit vectors (`kept.encode_kept`).
        seed: Of the draws.
        shared: zh topics x de topics, how much of their documents they share, where that is known (`share_documents`).
        deals: How many draws; `DEALS` or more where absent.

    Returns:
        The table `TOPIC_PAIRS`, topics numbered from 1: a row for each topic and its most similar topic, the most
        similar pairs first; then a row with one topic alone for each that has no counterpart. ``p_adjusted`` is
        corrected by Holm for the topics of the side that has fewer, since no more mutual pairs can be; ``counterpart``
        is said of a mutual pair in which it is at most `LEVEL`.
    """
    sides = [_read_parts(side, encode) for side in (zh, de)]
    if not zh.topics or not de.topics:
        return pa.Table.from_pylist([*_alone(zh, de, set())], TOPIC_PAIRS)
    vectors = [side.vectors() for side in sides]
    cosines = vectors[0] @ vectors[1].T
    fewer = min(cosines.shape)
    deals = max(DEALS, int(2 * fewer / LEVEL) - 1) if deals is None else deals
    z, p_values = _chance(sides, cosines, np.random.default_rng(seed), deals)
    best_de, best_zh = cosines.argmax(axis=1), cosines.argmax(axis=0)
    bests = list(enumerate(best_de)) if zh.topics == fewer else [(i, j) for j, i in enumerate(best_zh)]
    adjusted = dict(zip(bests, adjust_holm([float(p_values[pair]) for pair in bests]), strict=True))
    pairs = {(i, int(j)) for i, j in enumerate(best_de)} | {(int(i), j) for j, i in enumerate(best_zh)}
    rows: list[dict[str, Any]] = []
    for i, j in sorted(pairs, key=lambda pair: (-cosines[pair], pair)):
        known = bool(vectors[0][i].any() and vectors[1][j].any())
        mutual = known and best_de[i] == j and best_zh[j] == i
        rows.append(
            {
                "zh_topic": i + 1, "de_topic": j + 1, "similarity": round(float(cosines[i, j]), 6) if known else None,
                "mutual_best": bool(mutual), "counterpart": bool(mutual and adjusted[i, j] <= LEVEL),
                "z": round(float(z[i, j]), 4) if known and np.isfinite(z[i, j]) else None,
                "p_value": float(p_values[i, j]) if known else None,
                "p_adjusted": float(adjusted[i, j]) if mutual else None,
                "zh_label": zh.labels[i], "de_label": de.labels[j],
                "zh_prevalence": zh.prevalence[i], "de_prevalence": de.prevalence[j],
                "shared_documents": None if shared is None else float(shared[i, j]),
            }
        )  # fmt: skip
    found = {(code, row[f"{code}_topic"]) for row in rows if row["counterpart"] for code in ("zh", "de")}
    return pa.Table.from_pylist([*rows, *_alone(zh, de, found)], TOPIC_PAIRS)


def share_documents(zh: Floats, de: Floats) -> Floats:
    """How much of their texts two topics share, where each text stands in both languages.

    A text belongs to the topic that has the largest share in it; of two sets of documents the share is Dice's
    coefficient, ``2 |A and B| / (|A| + |B|)``.

    Args:
        zh: Texts x topics, the shares of the Chinese topics.
        de: The same texts x German topics.
    """
    first, second = (np.eye(sides.shape[1])[sides.argmax(axis=1)] for sides in (zh, de))
    both = first.T @ second
    dice: Floats = 2 * both / np.maximum(first.sum(axis=0)[:, None] + second.sum(axis=0), 1)
    return dice


def _read_parts(side: Side, encode: Encode) -> _Parts:
    topics = side.topics
    own = _largest(side.unit_topic.T, PASSAGES)
    units = np.unique(own[own >= 0])
    weights = np.zeros((topics, len(side.unit_topic)))
    for topic in range(topics):
        mine = own[topic][own[topic] >= 0]
        weights[topic, mine] = side.unit_topic[mine, topic]
    likely = _largest(side.topic_word, WORDS)
    used = np.unique(likely[likely >= 0])
    word_weights = np.zeros((topics, len(side.vocabulary)))
    for topic in range(topics):
        mine = likely[topic][likely[topic] >= 0]
        word_weights[topic, mine] = side.topic_word[topic, mine]
    texts = side.texts(units.tolist()) if len(units) else []
    words = [side.vocabulary[word].replace("_", " ") for word in used.tolist()]
    return _Parts(centre(encode(texts)), weights[:, units], centre(encode(words)), word_weights[:, used])


def _largest(shares: NDArray[np.floating], number: int) -> Ints:
    """For each topic the columns with its largest shares; -1 where it has fewer above zero. Of equals the first."""
    order = np.argsort(-shares, axis=1, kind="stable")[:, :number].astype(np.int64)
    largest: Ints = np.where(np.take_along_axis(shares, order, axis=1) > 0, order, -1)
    return largest


def _chance(sides: list[_Parts], cosines: Floats, rng: np.random.Generator, deals: int) -> tuple[Floats, Floats]:
    """How far each cosine is from what chance gives this pair, in its standard deviations; and a p-value.

    The p-value is the share of draws, the observed one among them (Phipson and Smyth 2010), in which one of the two
    topics has a partner as similar as this one: it holds for the best of many.
    """
    total, squares, reached = np.zeros_like(cosines), np.zeros_like(cosines), np.ones_like(cosines)
    for _ in range(deals):
        dealt = sides[0].vectors(rng) @ sides[1].vectors(rng).T
        total += dealt
        squares += dealt * dealt
        best = np.maximum(dealt.max(axis=1)[:, None], dealt.max(axis=0)[None, :])
        reached += best >= cosines - 1e-9
    mean = total / max(deals, 1)
    spread = np.sqrt(np.maximum(squares / max(deals, 1) - mean * mean, 0))
    z = np.where(spread > 1e-9, (cosines - mean) / np.maximum(spread, 1e-9), np.nan)
    return z, reached / (1 + deals)


def _alone(zh: Side, de: Side, found: set[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    """Rows of the topics without a counterpart."""
    for code, side in (("zh", zh), ("de", de)):
        for topic in range(side.topics):
            if (code, topic + 1) not in found:
                yield {
                    f"{code}_topic": topic + 1, "mutual_best": False, "counterpart": False,
                    f"{code}_label": side.labels[topic], f"{code}_prevalence": side.prevalence[topic],
                }  # fmt: skip
