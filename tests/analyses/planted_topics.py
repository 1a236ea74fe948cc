"""Units drawn from topics that are known, as latent Dirichlet allocation says they come about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pipeline.analyses.topics.quality import match_topics

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Planted:
    counts: csr_array
    topic_word: NDArray[np.float32]
    unit_topic: NDArray[np.float64]

    @property
    def vocabulary(self) -> list[str]:
        return [f"w{i}" for i in range(self.counts.shape[1])]

    def cosine(self, topic_word: NDArray[np.float32]) -> float:
        """The mean cosine of the true topics and those that are matched with them."""
        matched = match_topics(self.topic_word, topic_word)
        a, b = self.topic_word.astype(float), topic_word[matched].astype(float)
        each = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        return float(np.where(matched >= 0, each, 0).mean())


def plant(units: int, topics: int, words: int, length: int, seed: int, *, spread: float = 0.02) -> Planted:
    """Draw units of ``length`` words. Words that are never drawn are left out."""
    rng = np.random.default_rng(seed)
    topic_word = rng.dirichlet(np.full(words, spread), topics)
    unit_topic = rng.dirichlet(np.full(topics, 0.1), units)
    rows, columns = [], []
    for unit, share in enumerate(unit_topic):
        times = rng.multinomial(length, share)
        drawn = np.concatenate([rng.choice(words, n, p=topic_word[k]) for k, n in enumerate(times) if n])
        rows.append(np.full(length, unit))
        columns.append(drawn)
    where = (np.concatenate(rows), np.concatenate(columns))
    counts = csr_array((np.ones(len(where[0]), np.int32), where), shape=(units, words))
    counts.sum_duplicates()
    seen = np.bincount(counts.indices, minlength=words) > 0
    return Planted(counts[:, seen], topic_word[:, seen].astype(np.float32), unit_topic)
