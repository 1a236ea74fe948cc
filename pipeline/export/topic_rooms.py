"""The report's rooms of topics: one for each language, and one for the topics of two languages side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc

from pipeline.export.captions import LANGUAGE_NAMES
from pipeline.export.phrases import ENGLISH
from pipeline.export.series import ALL
from pipeline.export.small_figures import draw_timeline
from pipeline.export.topic_map import MapTopic, draw_map, place_topics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from markupsafe import Markup

    from pipeline.export.topics import TopicData

    Row = Mapping[str, Any]

FIRM = 0.5
"""Topics of less stability are drawn hollow: another seed would not have shown them (docs/topics.md)."""
LARGEST = 3
"""Topics named for each concept."""
LIVES = 1.5
"""A concept lives in a topic whose share around its mentions is so many times the topic's share anyway, at least;"""
_MENTIONS = 3
"""and has so many mentions in the language, at least."""
_WORDS = 10
_CANDIDATES = 6
_PAIR = ("zh", "de")
_SCORES = "intrusion"


class Topic(NamedTuple):
    """A topic and all that is shown of it."""

    row: Row
    """Of ``topics.csv``."""
    periods: Sequence[Row]
    """Of ``topic_timelines.csv``, all texts."""
    timeline: Markup
    passages: Sequence[Row]
    concepts: Sequence[Row]
    """Of ``topic_concepts.csv``, all periods: the concepts that live in it, by lift."""
    effects: Sequence[Row]
    moving: Sequence[tuple[str, Sequence[str]]]
    """Its likeliest words by period, where the model has words that move."""
    judged: Sequence[Row] = ()
    """Of ``intrusion.csv``: how often people found the intruders, where somebody judged them."""


class ConceptTopics(NamedTuple):
    """A concept and the topics in which it mostly stands."""

    concept: str
    mentions: int
    topics: Sequence[Row]


class TopicRoom(NamedTuple):
    """The topics of one language."""

    language: str
    numbers: Row
    """Of ``topic_numbers.csv``: the chosen number, or why there is none."""
    topics: Sequence[Topic]
    map: Markup | None
    shown: float
    """The share of the variation of the distances that the map shows."""
    top: float
    """Where the timelines end, a share."""
    concepts: Sequence[ConceptTopics]


class Alone(NamedTuple):
    """A topic without a counterpart, and what it is most like."""

    language: str
    topic: int
    nearest: Row | None


class Candidates(NamedTuple):
    """Words of one language near to a concept's terms in the other."""

    concept: str
    language: str
    rows: Sequence[Row]


class Pairs(NamedTuple):
    """The topics of two languages."""

    figure: str
    """An SVG, or nothing."""
    counterparts: Sequence[Row]
    alone: Sequence[Alone]
    candidates: Sequence[Candidates]


@dataclass(frozen=True, slots=True)
class TopicRooms:
    """What is shown of topics."""

    languages: Sequence[TopicRoom]
    pairs: Pairs | None
    rows: Mapping[tuple[str, int], Row]
    """Of ``topics.csv``, by language and topic: stability and coherence stand wherever a topic does."""
    counterparts: Mapping[tuple[str, int], Row]
    """The row of ``topic_pairs.csv`` of each topic with a counterpart."""


def make_topic_rooms(
    data: TopicData, pairs: Mapping[str, pa.Table], figure: str = "", scores: Sequence[Row] = ()
) -> TopicRooms:
    """The rooms of the topics that were found.

    Args:
        data: the tables and models.
        pairs: ``topic_pairs`` and ``term_candidates``; empty where the study has not both languages.
        figure: the SVG of the pairs.
        scores: the rows of ``intrusion.csv`` about these models, where there are any.
    """
    tables: dict[str, Sequence[Row]] = {
        name: table.to_pylist() for name, table in data.tables.items() if name != "topic_timelines"
    }
    tables[_SCORES] = [row for row in scores if row["judged"]]
    timelines = data.tables["topic_timelines"]
    timelines = timelines.filter(pc.equal(timelines["group"], ALL))
    numbers = [row for row in tables["topic_numbers"] if row["chosen"] or row["note"]]
    rooms = [_room(data, tables, timelines, row) for row in numbers]
    found = tuple(room.language for room in rooms if room.topics)
    both = _pairs(pairs, tables["topics"], figure) if pairs and set(_PAIR) <= set(found) else None
    linked = {(code, row[f"{code}_topic"]): row for row in (both.counterparts if both else ()) for code in _PAIR}
    return TopicRooms(rooms, both, {(row["language"], row["topic"]): row for row in tables["topics"]}, linked)


def topic_anchor(language: str, topic: int) -> str:
    """The id of a topic's place in the page."""
    return f"topic-{language}-{topic}"


def _room(data: TopicData, tables: Mapping[str, Sequence[Row]], timelines: pa.Table, numbers: Row) -> TopicRoom:
    code = numbers["language"]
    rows = [row for row in tables["topics"] if row["language"] == code]
    if not rows:
        return TopicRoom(code, numbers, (), None, 0.0, 1.0, ())
    mine = timelines.filter(pc.equal(timelines["language"], code)).to_pylist()
    top = min(max([row["prevalence"] or 0.0 for row in mine] or [0.0]) * 1.1 or 1.0, 1.0)  # no share is above one
    concepts = [row for row in tables["topic_concepts"] if row["language"] == code and row["period"] == ALL]
    topics = [_topic(row, tables, [one for one in mine if one["topic"] == row["topic"]], concepts, top) for row in rows]
    drawn, shown = None, 0.0
    if len(rows) > 1:
        places, shown = place_topics(data.models[code].fitted.topic_word)
        drawn = draw_map([_on_map(row) for row in rows], places)
    names = dict.fromkeys(row["concept"] for row in concepts)
    return TopicRoom(code, numbers, topics, drawn, shown, top, [_lives_in(concepts, name) for name in names])


def _topic(
    row: Row, tables: Mapping[str, Sequence[Row]], periods: Sequence[Row], concepts: Sequence[Row], top: float
) -> Topic:
    key = (row["language"], row["topic"])

    def own(name: str) -> list[Row]:
        return [one for one in tables[name] if (one["language"], one["topic"]) == key]

    moving: dict[str, list[str]] = {}
    for one in own("topic_words"):
        if one["period"] != ALL and one["rank"] <= _WORDS:
            moving.setdefault(one["period"], []).append(one["word"])
    at_home = [
        one
        for one in concepts
        if one["topic"] == row["topic"] and (one["lift"] or 0.0) >= LIVES and one["mentions"] >= _MENTIONS
    ]
    return Topic(
        row=row,
        periods=periods,
        timeline=draw_timeline(periods, top, f"shares-{topic_anchor(*key)}"),
        passages=own("topic_passages"),
        concepts=sorted(at_home, key=lambda one: -one["lift"]),
        effects=[one for one in own("topic_effects") if one["covariate"] != "constant"],
        moving=list(moving.items()),
        judged=own(_SCORES),
    )


def _lives_in(concepts: Sequence[Row], name: str) -> ConceptTopics:
    rows = sorted((row for row in concepts if row["concept"] == name), key=lambda row: -row["share"])
    return ConceptTopics(name, rows[0]["mentions"], rows[:LARGEST])


def _on_map(row: Row) -> MapTopic:
    code, topic, label = row["language"], row["topic"], row["label"] or ""
    said = f"topic {topic}, {LANGUAGE_NAMES.get(code, code)}: {label}; share {ENGLISH.share(row['prevalence'])}, "
    said += f"stability {_measure(row['stability'])}, NPMI {_measure(row['npmi'])}"
    firm = row["stability"] is None or row["stability"] >= FIRM
    return MapTopic(topic, label, said, f"#{topic_anchor(code, topic)}", row["prevalence"], firm)


def _measure(value: float | None) -> str:
    return "not measured" if value is None else ENGLISH.number(value, 2)


def _pairs(tables: Mapping[str, pa.Table], topics: Sequence[Row], figure: str) -> Pairs:
    rows = tables["topic_pairs"].to_pylist()
    alike = [row for row in rows if row["similarity"] is not None]
    alone = []
    for code in _PAIR:
        paired = {row[f"{code}_topic"] for row in rows if row["counterpart"]}
        for topic in (row["topic"] for row in topics if row["language"] == code):
            if topic not in paired:
                near = [row for row in alike if row[f"{code}_topic"] == topic]
                alone.append(Alone(code, topic, max(near, key=lambda row: row["similarity"], default=None)))
    offered: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(tables["term_candidates"].to_pylist(), key=lambda row: row["rank"]):
        offered.setdefault((row["concept"], row["candidate_language"]), []).append(row)
    candidates = [Candidates(*key, found[:_CANDIDATES]) for key, found in sorted(offered.items())]
    return Pairs(figure, [row for row in rows if row["counterpart"]], alone, candidates)
