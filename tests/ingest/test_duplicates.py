"""Copies over a corpus: who is the original, what is chained, what the search costs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from prose import change, long_prose, prose

from pipeline.ingest import duplicates, meetings
from pipeline.ingest.duplicates import find_copies
from pipeline.ingest.kept import Copies, no_copies
from pipeline.ingest.meetings import MinHashes, Searched, candidates
from pipeline.ingest.resemblance import glance
from pipeline.ingest.shingles import COLUMNS, SLOTS, minhashes, sign
from pipeline.records import DOCUMENTS, PASSAGES
from pipeline.store.corpus import OUTLINES_FILE, CorpusWriter, read_documents
from pipeline.store.outlines import read_outlines
from pipeline.store.parts import make_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Item = tuple[str, str | None]
"""A text, and its date."""


def build(folder: Path, items: Sequence[Item], kind: str = "body", language: str = "zh") -> list[dict[str, Any]]:
    """Write a corpus of documents ``0``, ``1``, … and mark its copies; the documents."""
    return build_on(folder, items, no_copies(), kind, language)[0]


def build_on(
    folder: Path, items: Sequence[Item], before: Copies, kind: str = "body", language: str = "zh"
) -> tuple[list[dict[str, Any]], Copies]:
    """The same, and what was found."""
    folder.mkdir(exist_ok=True)
    texts = [text.split("\n") for text, _ in items]
    document = [i for i, lines in enumerate(texts) for _ in lines]
    columns: dict[str, list[object]] = {
        "document": list(document),
        "ordinal": list(range(len(document))),
        "page": [None] * len(document),
        "kind": [kind] * len(document),
        "language": [language] * len(document),
        "text": [line for lines in texts for line in lines],
    }
    part = sign(make_part([{"key": str(i)} for i in range(len(items))], columns, []))
    rows = [
        {"doc_id": str(i), "source_id": "s", "source_type": "news", "language": language, "sha256": "0",
         "reader": "made", "characters": len(text), "flags": [], "date": date and dt.date.fromisoformat(date)}
        for i, (text, date) in enumerate(items)
    ]  # fmt: skip
    passages = part.passages.drop_columns(["document"]).append_column("doc_id", pa.array(map(str, document)))
    documents = pa.Table.from_pylist(rows, DOCUMENTS)
    for name in COLUMNS:
        documents = documents.append_column(part.documents.schema.field(name), part.documents[name])
    with CorpusWriter(folder) as writer:
        writer.add(documents, passages.select([n for n in PASSAGES.names if n != "passage"]))
        writer.marks, copies = find_copies(folder, writer.finish(), before, lambda *_: None)
    marked: list[dict[str, Any]] = read_documents(folder).to_pylist()
    return marked, copies


def originals(folder: Path, items: Sequence[Item], **how: str) -> list[int | None]:
    """The row of the document that each one is a copy of."""
    return [row["duplicate_of"] and int(row["duplicate_of"]) for row in build(folder, items, **how)]


TEXT, OTHER = prose("zh", 1, 20), prose("zh", 2, 20)


def test_the_original_is_the_earliest_dated_one_and_ties_go_by_the_order_of_the_corpus(tmp_path: Path) -> None:
    near = "【新标题】" + TEXT
    items = [(TEXT, None), (near, "2015-01-01"), (TEXT, "2014-02-01"), (TEXT, "2014-02-01"), (OTHER, "2000-01-01")]
    assert originals(tmp_path, items) == [2, 2, None, 2, None]


def test_kind_and_resemblance_say_how_a_copy_is_one(tmp_path: Path) -> None:
    head = "【新标题】"
    rows = build(tmp_path, [(TEXT, None), (TEXT.replace("。", "．"), None), (head + TEXT, None), (OTHER, None)])
    assert [row["duplicate_kind"] for row in rows] == [None, "exact", "near", None]
    assert rows[1]["duplicate_resemblance"] == 1.0
    letters = TEXT.replace("。", "").replace("\n", "")
    runs = [{text[i : i + 5] for i in range(len(text) - 4)} for text in (letters, "新标题" + letters)]
    assert rows[2]["duplicate_resemblance"] == len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    assert rows[0]["duplicate_resemblance"] is None


def test_nothing_is_chained_to_what_it_does_not_resemble(tmp_path: Path) -> None:
    words = long_prose(7, 900).split(" ")
    whole, part, grown = (" ".join(words[start:end]) for start, end in ((0, 400), (160, 400), (160, 590)))
    items = [(whole, "2014-01-01"), (part, "2014-01-02"), (grown, "2014-01-03"), (grown + " und Ende", "2014-01-04")]
    assert originals(tmp_path / "all", items) == [None, 0, None, 2]
    assert originals(tmp_path / "without the first", items[1:]) == [None, 0, 0]


def test_what_resembles_copies_most_is_compared_with_their_original(tmp_path: Path) -> None:
    misread = change(TEXT, 0.04, 1)
    later = [(f"{misread}（{name}）", f"2014-02-{i + 1:02}") for i, name in enumerate("甲乙丙丁戊己庚辛")]
    items = [(TEXT, "2014-01-01"), *later]
    assert originals(tmp_path, items) == [None] + [0] * 8


def test_a_hundred_near_copies_name_one_original(tmp_path: Path) -> None:
    items = [(TEXT, "2014-01-01"), *((change(TEXT, 0.04, seed), f"2015-01-{seed % 28 + 1:02}") for seed in range(100))]
    assert originals(tmp_path, items) == [None] + [0] * 100


def test_an_exact_copy_of_a_near_copy_names_the_original(tmp_path: Path) -> None:
    near = TEXT.rsplit("\n", 1)[0]
    rows = build(tmp_path, [(TEXT, "2014-01-01"), (near, "2014-01-02"), (near, "2014-01-03")])
    assert [row["duplicate_of"] for row in rows] == [None, "0", "0"]
    assert [row["duplicate_kind"] for row in rows] == [None, "near", "near"]


def test_a_mere_title_is_a_copy_only_on_the_same_day(tmp_path: Path) -> None:
    title = "议会召开秋季会议"
    items = [(title, "2014-01-01"), (title, "2014-05-01"), (title, "2014-05-01"), (title, None), (title, None)]
    assert originals(tmp_path, items) == [None, None, 1, None, 3]


def test_documents_without_letters_are_no_copies_of_each_other(tmp_path: Path) -> None:
    assert originals(tmp_path, [("———", None), ("———", None), ("…", None)]) == [None, None, None]


@pytest.mark.parametrize("kind", ["footnote", "boilerplate", "table", "caption", "reference"])
def test_notes_tables_and_menus_make_no_copies(tmp_path: Path, kind: str) -> None:
    assert originals(tmp_path, [(TEXT, None), (TEXT, None)], kind=kind) == [None, None]


def test_texts_in_words_are_found_whatever_language_was_said(tmp_path: Path) -> None:
    text = prose("de", 5, 24)
    items = [(text, None), (change(text, 0.05, 1), None), (prose("de", 6, 24), None)]
    for i, language in enumerate(("de", "und", "fr")):
        assert originals(tmp_path / str(i), items, language=language) == [None, 0, None]


def test_how_much_is_read_at_once_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [(change(prose("zh", seed % 6, 12), 0.03 * (seed // 6), seed), None) for seed in range(18)]
    whole = build(tmp_path / "whole", items)
    monkeypatch.setattr(duplicates, "_LETTERS", 1)
    monkeypatch.setattr(meetings, "_PAIRS", 3)
    monkeypatch.setattr(meetings, "_HELD", 5)
    assert build(tmp_path / "portions", items) == whole
    assert [row["duplicate_of"] for row in whole].count(None) == 6


def test_two_processes_say_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, [(change(prose("zh", seed % 6, 12), 0.03 * (seed // 6), seed), None) for seed in range(18)])
    monkeypatch.setattr(duplicates, "_LETTERS", 1)
    outlines = read_outlines(tmp_path / OUTLINES_FILE)
    one, two = (find_copies(tmp_path, outlines, no_copies(), lambda *_: None, n) for n in (1, 2))
    assert one == two
    assert one[0]["duplicate_of"].null_count == 6


def test_of_a_text_longer_than_a_thousand_pages_the_beginning_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_MOST", 300)
    text = prose("zh", 4, 60)
    read: list[int] = []
    monkeypatch.setattr(duplicates, "glance", lambda *texts: (read.extend(len(t.codes) for t in texts), True)[1])
    rows = build(tmp_path, [(text, None), (change(text, 0.01, 2), None), (OTHER + TEXT, None)])
    assert [row["duplicate_of"] for row in rows] == [None, "0", None]
    assert 200 < max(read) <= 300 < len(text) / 2


def test_what_was_compared_before_is_not_read_again_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [(change(prose("zh", seed % 6, 12), 0.03 * (seed // 6), seed), None) for seed in range(18)]
    fewer, first = build_on(tmp_path / "fewer", items[:-1], no_copies())
    whole, anew = build_on(tmp_path / "whole", items, no_copies())
    read: list[object] = []
    monkeypatch.setattr(duplicates, "glance", lambda *texts: (read.append(texts), glance(*texts))[1])
    grown, then = build_on(tmp_path / "grown", items, first)
    assert 0 < len(read) < first.compared.num_rows < then.compared.num_rows
    assert (grown, then) == (whole, anew)
    read.clear()
    assert build_on(tmp_path / "again", items[:-1], then) == (fewer, first)
    assert not read


def test_a_text_of_the_same_letters_in_other_words_is_compared_anew(tmp_path: Path) -> None:
    """With spaces elsewhere its letters, and how many shingles it has, are the same; its words are not."""
    whole = long_prose(7, 100)
    apart = list(whole)
    for place in [i for i, letter in enumerate(whole) if letter == " "]:
        if not {apart[place - 1], apart[place + 1]} & {" ", ".", ","}:
            apart[place], apart[place + 1] = apart[place + 1], apart[place]
    moved = "".join(apart).replace("  ", " ")
    items = [(whole, None), *((long_prose(seed, 100), None) for seed in range(20, 32))]
    before, first = build_on(
        tmp_path / "before", [*items, (moved + " und noch ein Wort", None)], no_copies(), language="de"
    )
    now = [*items, (whole + " und noch ein Wort", None)]
    assert before[-1]["duplicate_of"] is None
    assert build_on(tmp_path / "now", now, first, language="de")[0][-1]["duplicate_of"] == "0"


def test_a_corpus_of_one_document_and_one_without_text_have_no_copies(tmp_path: Path) -> None:
    assert originals(tmp_path, [(TEXT, None)]) == [None]
    assert originals(tmp_path, [("", None)]) == [None]


def sets_that_share(share: float, number: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """MinHashes of pairs of sets, rows 2i and 2i + 1, of a resemblance."""
    both = round(2 * size * share / (1 + share))
    rows = []
    for _ in range(number):
        values = rng.integers(0, 2**63, 2 * size - both, dtype=np.uint64)
        rows += [values[:size], values[size - both :]]
    bounds = np.arange(len(rows) + 1) * size
    return minhashes(np.concatenate(rows), bounds)


def lying(slots: np.ndarray) -> MinHashes:
    """MinHashes as a file gives them: in pieces, and not in the order in which they are asked for."""
    order = np.random.default_rng(9).permutation(len(slots))
    rows = pa.array([row.astype("<u2").tobytes() for row in slots[order]], pa.binary(2 * SLOTS))
    cut = len(slots) // 3
    return MinHashes(pa.chunked_array([rows.slice(0, cut), rows.slice(cut)]), np.argsort(order))


@pytest.mark.parametrize(("share", "found"), [(0.5, 1.0), (0.3, 0.995), (0.2, 0.98)])
def test_pairs_that_resemble_each_other_are_candidates(share: float, found: float) -> None:
    number = 500
    slots = sets_that_share(share, number, 300, np.random.default_rng(1))
    pairs = candidates(lying(slots), np.full(2 * number, 300), np.zeros(2 * number, np.bool_))
    right = {(int(later), int(earlier)) for later, earlier in pairs if later == earlier + 1 and later % 2}
    assert len(right) / number >= found
    assert len(pairs) - len(right) < number / 20


def test_the_pairs_are_those_that_meet_in_all_bands_taken_together() -> None:
    rng = np.random.default_rng(4)
    families = rng.integers(0, 2**63, (40, 60), dtype=np.uint64)
    values = np.where(
        rng.random((200, 60)) < 0.6,
        families[rng.integers(0, 40, 200)],
        rng.integers(0, 2**63, (200, 60), dtype=np.uint64),
    )
    slots, shingles = minhashes(values.ravel(), np.arange(201) * 60), rng.integers(40, 90, 200)
    found: dict[int, list[tuple[int, int]]] = {}
    for later in range(200):
        for earlier in range(later):
            a, b = int(shingles[later]), int(shingles[earlier])
            both = np.append(slots[later] == slots[earlier], True)
            meets = any(both[band] and both[band + 1] for band in range(0, SLOTS, 2))
            alike = both[:-1].mean() / (1 + both[:-1].mean()) * (a + b)
            if meets and 6 * a >= b and a <= 2.5 * b and alike / min(a, b) >= 0.2 and not (a > b and alike / a < 0.15):
                found.setdefault(later, []).append((-round(20 * min(1, alike / min(a, b))), earlier))
    wanted = [(later, earlier) for later, own in found.items() for _, earlier in sorted(own)[:4]]
    pairs = candidates(lying(slots), shingles, np.zeros(200, np.bool_))
    assert len(wanted) > 100
    assert list(map(tuple, pairs.tolist())) == wanted
    threads = candidates(lying(slots), shingles, np.zeros(200, np.bool_), None, 3)
    assert threads.tolist() == pairs.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_corpus_that_grew_or_shrank_has_the_pairs_of_one_searched_anew(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    families = rng.integers(0, 2**63, (4, 60), dtype=np.uint64)  # of a hundred, more than are met in a band
    values = np.where(
        rng.random((400, 60)) < 0.7,
        families[rng.integers(0, 4, 400)],
        rng.integers(0, 2**63, (400, 60), dtype=np.uint64),
    )
    slots = minhashes(values.ravel(), np.arange(401) * 60)
    contents, shingles, is_chinese = np.arange(400, dtype=np.uint64), rng.integers(40, 90, 400), rng.random(400) < 0.5

    def searched(rows: np.ndarray) -> Searched:
        return Searched(lying(slots[rows]), contents[rows], shingles[rows], is_chinese[rows])

    anew: list[bool] = []
    search = meetings.candidates
    monkeypatch.setattr(meetings, "candidates", lambda *given: (anew.append(given[3] is None), search(*given))[1])
    then, pairs = searched(np.zeros(0, np.int64)), np.zeros((0, 2), np.int64)
    stays = np.ones(400, np.bool_)
    for step in range(6):
        stays ^= rng.random(400) < 0.01
        if step == 3:
            shingles[rng.integers(400)] += 1
        elif step == 4:
            is_chinese[rng.integers(400)] ^= True
        now = searched(np.flatnonzero(stays) if step < 5 else rng.permutation(400))
        pairs = meetings.candidates_again(now, then, pairs)
        assert pairs.tolist() == search(*now[:1], *now[2:]).tolist()
        then = now
    assert len(pairs) > 500
    assert (anew[0], any(anew[1:-1]), anew[-1]) == (True, False, True)
    assert len(anew) > 2


def test_a_pair_that_meets_in_many_bands_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    form = np.broadcast_to(rng.integers(0, 2**63, 200, dtype=np.uint64), (500, 200))
    values = np.hstack([form, rng.integers(0, 2**63, (500, 10), dtype=np.uint64)]).ravel()
    slots = lying(minhashes(values, np.arange(501) * 210))
    arguments = slots, np.full(500, 210), np.zeros(500, np.bool_)
    wanted = candidates(*arguments)
    seen: list[tuple[int, int]] = []
    look = meetings._promising

    def remember(*given: Any) -> np.ndarray:
        seen.extend(zip(given[3].tolist(), given[4].tolist(), strict=True))
        return look(*given)

    monkeypatch.setattr(meetings, "_promising", remember)
    monkeypatch.setattr(meetings, "_HELD", 1)  # each band's pairs are looked at before the next one's
    assert candidates(*arguments).tolist() == wanted.tolist()
    assert len(seen) == len(set(seen)) > 500
    monkeypatch.setattr(meetings, "_REMEMBERED", 0)
    assert candidates(*arguments).tolist() == wanted.tolist()


def test_a_family_of_like_documents_costs_no_more_for_each_than_a_small_one() -> None:
    rng = np.random.default_rng(2)
    form = rng.integers(0, 2**63, 200, dtype=np.uint64)
    for number in (100, 3_000):
        own = rng.integers(0, 2**63, (number, 40), dtype=np.uint64)
        values = np.hstack([np.broadcast_to(form, (number, 200)), own]).ravel()
        slots = minhashes(values, np.arange(number + 1) * 240)
        pairs = candidates(lying(slots), np.full(number, 240), np.ones(number, np.bool_))
        assert slots.shape == (number, SLOTS)
        assert len(pairs) <= 4 * number
        assert (np.bincount(pairs[:, 0]) <= 4).all()
        assert (pairs[:, 0] > pairs[:, 1]).all()
