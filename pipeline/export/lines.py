"""The lines behind the points of the report, as compact JSON in the page; a script shows those that are asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.concordance import group_columns, share_out
from pipeline.export.kwic import TITLE, block_id, cut_end, list_periods, place_lines, web_address
from pipeline.export.series import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

MOST_LINES = 20_000
"""Lines that a page holds; of more it holds a sample."""
MOST_BYTES = 9_000_000
"""Or fewer, so that they take no more than this."""
_FORMS = ("left", "match", "right")
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Block(NamedTuple):
    """The lines of one concept in one language."""

    id: str
    concept: str
    language: str
    json: str
    """An object: ``language``; ``periods``, each ``[name, mentions, {group: mentions}]``, a group by its place in
    ``groups`` of the documents; ``forms``; ``lines``, each ``[document, period, page, left, form, right]``."""


class Lines(NamedTuple):
    """All that the page's script reads."""

    blocks: Sequence[Block]
    documents: str
    """JSON, an object: ``groups``; ``note``, said where not all lines are here; ``documents``, each ``[id, title, date,
    address, other address, number of its reference, groups]``."""
    shown: int
    found: int


def pack_lines(
    concordance: pa.Table,
    timelines: pa.Table,
    pairs: Sequence[tuple[str, str]],
    references: Mapping[str, int],
    *,
    seed: int,
    limit: int = MOST_LINES,
) -> Lines:
    """The lines of each concept and language with mentions; a sample where they are more than ``limit``.

    A sample is drawn at random without replacement in each point (concept, language and period): as many as fit under
    one ceiling, all where there are fewer, so that each point has lines.

    Args:
        concordance: the rows of ``concordance.csv``.
        timelines: the rows of ``timelines.csv``; how many mentions each point has stands there.
        pairs: concepts and languages, in the page's order.
        references: the numbers of the documents that the page cites.
        seed: of the sample.
        limit: lines that the page holds.
    """
    rows = {pair: _of(concordance, pair) for pair in pairs}
    curves = {pair: _of(timelines, pair) for pair in pairs}
    periods = {pair: list_periods(rows[pair], curves[pair]) for pair in pairs}
    places = {pair: place_lines(rows[pair], [name for name, _ in periods[pair]]) for pair in pairs}
    counts = [np.bincount(places[pair], minlength=len(periods[pair])) for pair in pairs]
    limit = min(limit, _lines_that_fit(concordance))
    quota = share_out(np.concatenate([np.empty(0, np.int64), *counts]), limit)
    starts = np.cumsum([0, *map(len, counts)])
    rng = np.random.default_rng(seed)
    kept = {
        pair: _draw(places[pair], quota[starts[n] : starts[n + 1]], rng) for n, pair in enumerate(pairs)
    }  # by point, so that none is without lines
    groups = [group for group in pc.unique(timelines["group"]).to_pylist() if group != ALL]
    taken = pa.concat_tables([rows[pair].take(pa.array(kept[pair])) for pair in pairs] or [concordance.slice(0, 0)])
    documents = taken["doc_id"].combine_chunks().dictionary_encode()
    first = np.unique(documents.indices.to_numpy(), return_index=True)[1]
    members = {group: _members(concordance, group) for group in groups}
    blocks, begin = [], 0
    for pair in pairs:
        end = begin + len(kept[pair])
        found = [
            [name, mentions, of_groups]
            for (name, mentions), of_groups in zip(
                periods[pair], _by_group(rows[pair], curves[pair], periods[pair], members), strict=True
            )
        ]
        lines = _pack(taken.slice(begin, end - begin), documents.indices[begin:end], places[pair][kept[pair]])
        blocks.append(Block(block_id(*pair), *pair, _to_json({"language": pair[1], "periods": found, **lines})))
        begin = end
    whole = sum(mentions for pair in pairs for _, mentions in periods[pair])
    listed = {
        "groups": groups,
        "note": _note(taken.num_rows, concordance.num_rows, whole, seed),
        "documents": _list_documents(taken.take(pa.array(first)), members, references),
    }
    return Lines(blocks, _to_json(listed), taken.num_rows, whole)


def _of(table: pa.Table, pair: tuple[str, str]) -> pa.Table:
    both = pc.and_(pc.equal(table["concept"], pair[0]), pc.equal(table["language"], pair[1]))
    return table.filter(both).combine_chunks()


def _lines_that_fit(concordance: pa.Table) -> int:
    if not concordance.num_rows:
        return MOST_LINES
    size = sum(pc.sum(pc.binary_length(concordance[name])).as_py() or 0 for name in _FORMS)
    return int(MOST_BYTES // (size / concordance.num_rows + 20))


def _draw(places: Ints, quota: Ints, rng: np.random.Generator) -> Ints:
    """The lines kept, in their order: of each place as many as its quota."""
    order = np.lexsort((rng.random(len(places)), places))
    rank = np.arange(len(places)) - np.searchsorted(places[order], places[order])
    kept: Ints = np.sort(order[rank < quota[places[order]]])
    return kept


def _members(concordance: pa.Table, group: str) -> tuple[str, str]:
    """The concordance's column that a group looks at, and the value there; an empty column where it has none."""
    column, _, value = group.partition("=")
    name = group_columns([column])[column]
    return (name if name in concordance.column_names else "", value)


def _by_group(
    rows: pa.Table, curves: pa.Table, periods: Sequence[tuple[str, int]], members: Mapping[str, tuple[str, str]]
) -> list[dict[str, int]]:
    """For each period the mentions of each group with any; of lines in no period as many as there are lines."""
    numbers = {group: str(n) for n, group in enumerate(members)}
    at = {name: n for n, (name, _) in enumerate(periods)}
    found: list[dict[str, int]] = [{} for _ in periods]
    for row in curves.filter(pc.not_equal(curves["group"], ALL)).select(["group", "period", "mentions"]).to_pylist():
        if row["mentions"]:
            found[at[row["period"]]][numbers[row["group"]]] = row["mentions"]
    outside = rows.filter(pc.is_null(rows["period"]))
    places = place_lines(outside, [name for name, _ in periods])
    for group, (column, value) in members.items():
        if column:
            mine = pc.equal(outside[column], value).fill_null(False).to_numpy()
            for place, count in zip(*np.unique(places[mine], return_counts=True), strict=True):
                found[int(place)][numbers[group]] = int(count)
    return found


def _pack(rows: pa.Table, documents: pa.Array, places: Ints) -> dict[str, Any]:
    forms = rows["match"].combine_chunks().dictionary_encode()
    columns = [
        documents.to_pylist(),
        places.tolist(),
        rows["page"].fill_null(0).to_pylist(),
        rows["left"].fill_null("").to_pylist(),
        forms.indices.to_pylist(),
        rows["right"].fill_null("").to_pylist(),
    ]
    return {"forms": forms.dictionary.to_pylist(), "lines": list(zip(*columns, strict=True))}


def _list_documents(
    rows: pa.Table, members: Mapping[str, tuple[str, str]], references: Mapping[str, int]
) -> list[list[Any]]:
    return [
        [
            row["doc_id"],
            row["title"] or "",
            row["date"].isoformat() if row["date"] else "",
            href := web_address(row["url"]),
            "" if href else cut_end(row["url"] or "", TITLE),
            references.get(row["doc_id"], 0),
            [n for n, (column, value) in enumerate(members.values()) if column and row[column] == value],
        ]
        for row in rows.to_pylist()
    ]


def _note(shown: int, listed: int, counted: int, seed: int) -> str:
    """Why not all mentions have a line on the page; empty where they have."""
    if shown < listed:
        return (
            f"drawn at random for this page (seed {seed}); concordance.csv has {'all' if listed == counted else 'more'}"
        )
    return "the study asks for a sample" if listed < counted else ""


def _to_json(value: object) -> str:
    """JSON that can stand in a script element: nothing in it ends one, or begins a comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
