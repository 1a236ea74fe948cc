"""Intrusion tests: whether people find what does not belong to a topic (Chang et al. 2009), and how often they did.

Word intrusion shows the five likeliest words of a topic and one that is likely in another topic and unlikely in this
one. Passage intrusion shows three units of a topic and one in which it hardly is; the words alone can be clear where
the passages are not. Both are drawn by the library topica.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.measures import wilson
from pipeline.analyses.topics.tables import read_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.topics.tables import Chosen
    from pipeline.study import Study

    Floats = NDArray[np.float64]

WORDS, PASSAGES = "words", "passages"
"""The kinds of questions."""
OWN_WORDS, OWN_PASSAGES = 5, 3
"""How many of the options are the topic's own; there is one more."""
LETTERS = "abcdef"
"""What the options are called."""

SCORES_SCHEMA = pa.schema(
    [
        ("kind", pa.string()), ("language", pa.string()), ("topic", pa.int64()), ("label", pa.string()),
        ("judged", pa.int64()), ("found", pa.int64()), ("precision", pa.float64()), ("low", pa.float64()),
        ("high", pa.float64()), ("chance", pa.float64()), ("agreement", pa.float64()), ("kappa", pa.float64()),
    ]
)  # fmt: skip
"""``intrusion``: a row for each topic that was asked about, and one for all topics of a language, without a topic."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question: which of the options is the intruder?"""

    name: str
    """Of its kind and a number that says nothing of the topic: ``w007``."""
    kind: str
    language: str
    topic: int
    label: str
    options: tuple[str, ...]
    intruder: int
    """Its place among the options."""


def make_items(study: Study, chosen: Sequence[Chosen], labels: Mapping[tuple[str, int], str]) -> list[Item]:
    """The questions about the chosen models, in an order that hides the topics; the study's seed draws them.

    A topic is not asked about where no other topic has a word or a passage to intrude, or where it leads in fewer than
    three documents.
    """
    items: list[Item] = []
    for kind, draw in ((WORDS, _draw_words), (PASSAGES, _draw_passages)):
        number = 0
        for own in chosen:
            seed = _seed(study, kind, own.language)
            drawn = list(draw(study, own, seed))
            for i in np.random.default_rng(seed).permutation(len(drawn)).tolist():
                topic, options, intruder = drawn[i]
                number += 1
                name, label = f"{kind[0]}{number:03}", labels[own.language, topic]
                items.append(Item(name, kind, own.language, topic, label, tuple(options), intruder))
    return items


def find_answer(options: Sequence[str], answer: str) -> int | None:
    """The place of the option that an answer means: the option itself, its letter or its number; None if it is none.

    Width and case of letters do not matter. A word goes before a letter, so of ``C, Java, …`` the answer C is the word.
    """
    for same in (str, _plain):
        meant = [i for i, option in enumerate(options) if same(option) == same(answer)]
        if len(meant) == 1:
            return meant[0]
    plain = _plain(answer)
    names = [*LETTERS[: len(options)], *map(str, range(1, len(options) + 1))]
    return names.index(plain) % len(options) if plain in names else None


def score(items: Sequence[Item], coders: Sequence[Mapping[str, int]]) -> pa.Table:
    """How often intruders were found, by topic and for all topics of a kind and language.

    ``precision`` is the share of judgements that found the intruder (model precision, Chang et al. 2009), with Wilson's
    interval, for which judgements are independent. ``agreement`` is the share of pairs of coders who gave the same
    answer, the mean over items that two or more judged; ``kappa`` the same above chance, ``(a - 1/q) / (1 - 1/q)`` with
    q options (Brennan and Prediger 1981: the options of two questions are not the same categories).

    Args:
        items: All questions.
        coders: Each coder's answers: the place of an option by name of the item, without those not judged.
    """
    rows: list[dict[str, Any]] = []
    for kind, language in dict.fromkeys((item.kind, item.language) for item in items):
        own = sorted((i for i in items if (i.kind, i.language) == (kind, language)), key=lambda item: item.topic)
        for part, name in (*(([item], (item.topic, item.label)) for item in own), (own, (None, None))):
            rows.append(
                {"kind": kind, "language": language, "topic": name[0], "label": name[1], **_count(part, coders)}
            )
    return pa.Table.from_pylist(rows, SCORES_SCHEMA)


def _count(items: Sequence[Item], coders: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    size = len(items[0].options)
    given = [[own[item.name] for own in coders if item.name in own] for item in items]
    judged = sum(map(len, given))
    found = sum(answers.count(item.intruder) for item, answers in zip(items, given, strict=True))
    pairs = [[a == b for a, b in combinations(answers, 2)] for answers in given if len(answers) > 1]
    agreement = float(np.mean([np.mean(same) for same in pairs])) if pairs else None
    low, high = wilson(found, judged) if judged else (None, None)
    return {
        "judged": judged, "found": found, "precision": found / judged if judged else None, "low": low, "high": high,
        "chance": 1 / size, "agreement": agreement,
        "kappa": None if agreement is None else (agreement - 1 / size) / (1 - 1 / size),
    }  # fmt: skip


def _draw_words(study: Study, own: Chosen, seed: int) -> Iterator[tuple[int, list[str], int]]:
    import topica

    del study
    words = _apart(own.kept.fitted.topic_word)
    if len(words) < 2 or words.shape[1] <= OWN_WORDS:
        return
    top = np.argsort(-words, axis=1)[:, :OWN_WORDS]
    place = {word: i for i, word in enumerate(own.kept.vocabulary)}
    for drawn in topica.word_intrusion(words, own.kept.vocabulary, n_words=OWN_WORDS, seed=seed):
        # Where there is no such word the library takes any unlikely one, and whoever knows the topics finds it at once.
        if place[drawn["intruder"]] in np.delete(top, drawn["topic"], axis=0):
            yield drawn["topic"] + 1, drawn["words"], drawn["intruder_index"]


def _draw_passages(study: Study, own: Chosen, seed: int) -> Iterator[tuple[int, list[str], int]]:
    import topica

    share = _apart(own.kept.fitted.unit_topic)
    leads = share.argmax(axis=1)
    # Of the units of a document that a topic leads in the one with most of it: three of one speech would be too easy.
    order = np.argsort(-share[np.arange(len(share)), leads], kind="stable")
    first = np.unique(own.document[order] * share.shape[1] + leads[order], return_index=True)[1]
    units = np.sort(order[first])
    if share.shape[1] < 2 or len(units) <= OWN_PASSAGES:
        return
    kept = []
    for drawn in topica.document_intrusion(share[units], n_docs=OWN_PASSAGES, seed=seed):
        topic, place = drawn["topic"], drawn["intruder_index"]
        shown = units[drawn["doc_indices"]]
        if ((leads[shown] == topic) == (np.arange(len(shown)) != place)).all():
            kept.append((topic + 1, shown, place))
    texts = read_texts(study, [own], {int(own.passage[unit]) for _, shown, _ in kept for unit in shown})
    for topic, shown, place in kept:
        yield topic, [texts[int(own.passage[unit])] for unit in shown], place


def _seed(study: Study, kind: str, language: str) -> int:
    """A seed for each kind and language: with one for all, intruders would stand at the same places everywhere."""
    said = f"{study.timelines.seed} {kind} {language}"
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:3], "big")


def _apart(values: NDArray[np.float32]) -> Floats:
    """The same values, equal ones of a column or row told apart by their place: how they sort is then no chance."""
    rows, columns = values.shape
    place = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)
    told: Floats = values.astype(np.float64) - 1e-9 * place / (rows * columns)
    return told


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
