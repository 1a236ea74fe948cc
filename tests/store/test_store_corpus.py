from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.records import DOCUMENTS, PASSAGES
from pipeline.store import corpus
from pipeline.store.corpus import CorpusWriter
from pipeline.store.outlines import outline

if TYPE_CHECKING:
    from pathlib import Path

Texts = list[list[str]]


def make_documents(first: int, texts: Texts, **more: str) -> tuple[pa.Table, pa.Table]:
    columns = {"source_id": "s", "source_type": "t", "language": "zh", "sha256": "", "reader": "r", "characters": 0}
    documents = [columns | {"doc_id": f"s/{first + i}", "flags": []} for i in range(len(texts))]
    table = pa.Table.from_pylist(documents, DOCUMENTS)
    for name, value in more.items():
        table = table.append_column(name, pa.array([value] * len(texts)))
    rows = [
        {"doc_id": f"s/{first + i}", "ordinal": j, "kind": "body", "language": "zh", "text": text}
        for i, own in enumerate(texts)
        for j, text in enumerate(own)
    ]
    return table, pa.Table.from_pylist(rows, PASSAGES.remove(0))


def write(folder: Path, *parts: Texts) -> None:
    folder.mkdir(exist_ok=True)
    first = 0
    with CorpusWriter(folder) as writer:
        for part in parts:
            writer.add(*make_documents(first, part))
            first += len(part)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.lists(st.lists(st.text("城a", max_size=9), max_size=3), max_size=4), max_size=4), st.integers(1, 12))
def test_batches_hold_every_passage_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, parts: list[Texts], size: int
) -> None:
    folder = tmp_path_factory.mktemp("corpus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "GROUP_CHARACTERS", size)
        write(folder, *parts)
    wanted = [text for part in parts for own in part for text in own]
    owners = [i for i, own in enumerate(own for part in parts for own in part) for _ in own]
    batches = [corpus.read_batch(folder, i, ["passage", "text"]) for i in range(corpus.count_batches(folder))]
    assert [text for batch in batches for text in batch["text"].to_pylist()] == wanted
    assert [n for batch in batches for n in batch["passage"].to_pylist()] == list(range(len(wanted)))
    assert corpus.batch_bounds(folder)[-1] == len(wanted)
    assert corpus.passage_documents(folder).to_pylist() == owners
    for batch in batches:  # none is longer than twice what is asked for but by its last passage
        assert sum(map(len, batch["text"].to_pylist()[:-1])) < 2 * size
    assert len(set(corpus.batch_digests(folder))) <= len(batches) == len(corpus.batch_digests(folder))


def test_a_document_more_changes_the_digests_of_its_neighbours_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 100)
    texts = [[f"{i:05d} " * 3, "城市" * (i % 7)] for i in range(1000)]

    def digests(name: str, *wanted: range) -> list[str]:
        with CorpusWriter(tmp_path / name) as writer:
            for part in wanted:
                for i in part:
                    writer.add(*make_documents(i, [texts[i]]))
        return corpus.batch_digests(tmp_path / name)

    for name in ("whole", "without"):
        (tmp_path / name).mkdir()
    whole = digests("whole", range(1000))
    without = digests("without", range(500), range(501, 1000))
    assert len(whole) > 100
    assert len(set(whole) - set(without)) <= 3
    assert len(set(without) - set(whole)) <= 3


def test_groups_and_digests_do_not_depend_on_how_the_documents_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 50)
    texts = [["城市外交" * (i % 5), "b" * i] for i in range(60)]
    for name, size in (("one", 1), ("many", 60), ("some", 7)):
        write(tmp_path / name, *(texts[i : i + size] for i in range(0, 60, size)))
    found = {name: corpus.batch_digests(tmp_path / name) for name in ("one", "many", "some")}
    assert found["one"] == found["many"] == found["some"]
    assert corpus.batch_bounds(tmp_path / "one") == corpus.batch_bounds(tmp_path / "many")


def test_the_bytes_do_not_depend_on_how_the_documents_came(tmp_path: Path) -> None:
    rng = random.Random(5)
    texts = [["".join(rng.choices("城市外交友好人民abc ", k=400)) for _ in range(5)] for _ in range(900)]
    for name, size in (("one", 1), ("many", 900), ("some", 7)):
        write(tmp_path / name, *(texts[i : i + size] for i in range(0, 900, size)))
    first, *others = [(tmp_path / name / "passages.parquet").read_bytes() for name in ("one", "many", "some")]
    assert others == [first, first]


@pytest.mark.parametrize("damaged", [False, True])
def test_row_groups_of_the_corpus_before_are_copied_unless_they_are_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, damaged: bool
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 100)
    texts = [[f"{i:05d} " * 3, "城市" * (i % 7)] for i in range(500)]
    for name in ("before", "after", "anew"):
        (tmp_path / name).mkdir()
    write(tmp_path / "before", texts)
    if damaged:
        path = tmp_path / "before" / "passages.parquet"
        data = bytearray(path.read_bytes())
        at = pq.read_metadata(path).row_group(20).column(6).data_page_offset + 30
        data[at] ^= 1
        path.write_bytes(data)
    loaded: list[int] = []

    def load(i: int) -> pa.Table:
        loaded.append(i)
        return make_documents(i, [texts[i]])[1]

    with CorpusWriter(tmp_path / "after", tmp_path / "before") as writer:
        for i in [j for j in range(500) if j != 250]:
            writer.add_outlines(outline(*make_documents(i, [texts[i]])), lambda i=i: load(i))
    with CorpusWriter(tmp_path / "anew") as writer:
        for i in [j for j in range(500) if j != 250]:
            writer.add(*make_documents(i, [texts[i]]))
    for name in ("passages.parquet", "documents.parquet"):
        assert (tmp_path / "after" / name).read_bytes() == (tmp_path / "anew" / name).read_bytes()
    assert 0 < len(loaded) < 60
    assert (min(loaded) < 200) == damaged


def test_a_changed_text_or_language_changes_the_digest(tmp_path: Path) -> None:
    first, second = make_documents(0, [["ab", "c"]])
    for name, passages in (
        ("same", second),
        ("moved", make_documents(0, [["a", "bc"]])[1]),
        ("german", second.set_column(second.column_names.index("language"), "language", pa.array(["zh", "de"]))),
    ):
        (tmp_path / name).mkdir()
        with CorpusWriter(tmp_path / name) as writer:
            writer.add(first, passages)
    found = [corpus.batch_digests(tmp_path / name)[0] for name in ("same", "moved", "german")]
    assert len(set(found)) == 3


def test_the_tables_have_the_types_of_the_contract(tmp_path: Path) -> None:
    write(tmp_path, [["城市"]])
    assert pq.read_schema(tmp_path / "documents.parquet").equals(DOCUMENTS)
    assert pq.read_schema(tmp_path / "passages.parquet").equals(PASSAGES)


def test_further_columns_of_some_documents_are_empty_in_the_others(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path) as writer:
        writer.add(*make_documents(0, [["a"]], party="x"))
        writer.add(*make_documents(1, [["b"]]))
        writer.add(*make_documents(2, [["c"]], province="y"))
    table = corpus.read_documents(tmp_path)
    assert table.column_names == [*DOCUMENTS.names, "party", "province"]
    assert (table["party"].to_pylist(), table["province"].to_pylist()) == (["x", None, None], [None, None, "y"])


def test_a_writer_that_is_left_by_an_error_writes_no_documents(tmp_path: Path) -> None:
    def fail() -> None:
        with CorpusWriter(tmp_path) as writer:
            writer.add(*make_documents(0, [["a"]]))
            raise ValueError("of ours")

    with pytest.raises(ValueError, match="of ours"):
        fail()
    assert not (tmp_path / "documents.parquet").exists()


def test_a_corpus_without_passages_can_be_read(tmp_path: Path) -> None:
    write(tmp_path, [[], []])
    assert (corpus.count_batches(tmp_path), corpus.batch_bounds(tmp_path)) == (0, [0])
    assert corpus.passage_documents(tmp_path).to_pylist() == []
    assert corpus.read_documents(tmp_path).num_rows == 2


def test_texts_are_selected_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 4)
    write(tmp_path, [["aa", "bb", "cc"], ["dd", "ee"]])
    found = list(corpus.select_texts(tmp_path, [4, 0, 1, 4]))
    assert [(rows, texts) for _, rows, texts in found] == [([0, 1], ["aa", "bb"]), ([4], ["ee"])]
