from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import TOKENS, TYPES
from pipeline.store import tokens
from pipeline.store.pieces import write_piece
from pipeline.store.tables import read_table, write_tables


def test_tokens_come_back_batch_by_batch_from_a_memory_map(tmp_path: Path) -> None:
    path = tmp_path / tokens.TOKENS_FILE
    passage, start = np.array([0, 0, 1], np.uint32), np.array([0, 2, 0], np.uint32)
    length, type_ = np.array([2, 1, 65_535], np.uint16), np.array([0, 1, 4_000_000_000], np.uint32)
    with tokens.TokenWriter(path) as writer:
        writer.add(passage, start, length, type_)
        writer.add(passage[:0], start[:0], length[:0], type_[:0])
    first, second = tokens.token_batches(path)
    assert first.schema.equals(TOKENS)
    assert [first[name].to_pylist() for name in TOKENS.names] == [c.tolist() for c in (passage, start, length, type_)]
    assert second.num_rows == 0
    before = pa.total_allocated_bytes()
    reader = tokens.open_tokens(path)
    assert reader.get_batch(0).num_rows == 3
    assert pa.total_allocated_bytes() - before < 1000


Batches = list[dict[str, list[str]]]
"""For each batch the forms of each language, as they follow each other."""
BATCHES = st.lists(
    st.fixed_dictionaries({"zh": st.lists(st.sampled_from("abc")), "de": st.lists(st.sampled_from("bcdefg"))})
)
ORDER = ("zh", "de")


def piece_paths(folder: Path, batches: Batches) -> list[dict[str, Path]]:
    """Write a piece for each language of each batch, named by its forms."""
    (folder / "kept").mkdir(exist_ok=True)
    paths = [{code: folder / "kept" / f"{code}-{''.join(own[code])}.arrow" for code in own} for own in batches]
    for own, files in zip(batches, paths, strict=True):
        for code, forms in own.items():
            column = pa.array(forms, pa.string()).dictionary_encode()
            numbers = np.zeros(len(forms), np.uint32)
            cut = {"passage": numbers, "start": numbers, "length": numbers.astype(np.uint16), "form": column}
            write_piece(files[code], pa.table(cut))
    return paths


def number(folder: Path, batches: Batches, known: dict[str, list[str]]) -> dict[str, list[str]]:
    """Number the types of some batches and write both files; the forms of each language, in order of their types."""
    paths = piece_paths(folder, batches)
    numbers = tokens.read_numbers(folder, [path for files in paths for path in files.values()])
    numbered, forms = {}, {}
    for code in ORDER:
        before = known.get(code, []) if numbers else []
        held, known_forms = folder / f"held-{code}", pa.array(before, pa.string())
        own = tokens.number_types([files[code] for files in paths], known_forms, numbers, held)
        assert set(own.new.to_pylist()).isdisjoint(before)
        numbered[code], forms[code] = own, [[*before, *own.new.to_pylist()][row] for row in own.rows.tolist()]
    rows = [
        {"type": 0, "language": code, "form": form, "lemma": "", "parts": [], "is_word": True}
        for code in ORDER
        for form in forms[code]
    ]
    tokens.write_types(folder / tokens.CUT_TYPES_FILE, pa.Table.from_pylist(rows, TYPES))
    tokens.write_cuts(folder / tokens.CUTS_FILE, paths, numbered, folder / tokens.CUT_TYPES_FILE)
    return forms


@given(BATCHES, BATCHES, st.data(), st.integers(1, 3))
def test_types_are_numbered_by_language_in_the_order_in_which_they_first_appear(
    more: Batches, batches: Batches, data: st.DataObject, at_once: int
) -> None:
    before = data.draw(st.permutations([*data.draw(st.lists(st.sampled_from(batches))), *more]) if batches else BATCHES)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_PIECES_AT_ONCE", at_once)
        folder, fresh = Path(name), Path(name) / "fresh"
        fresh.mkdir()
        forms = number(folder, batches, number(folder, before, {}))
        assert forms == number(fresh, batches, {})
        assert (folder / tokens.CUTS_FILE).read_bytes() == (fresh / tokens.CUTS_FILE).read_bytes()
        seen = [(code, form) for code in ORDER for form in dict.fromkeys(f for own in batches for f in own[code])]
        assert [(code, form) for code in ORDER for form in forms[code]] == seen
        for i, own in enumerate(batches):
            cuts = tokens.read_cuts(folder, i)
            for code, cut in cuts.items():
                assert [seen[n] for n in cut.types[cut.form]] == [(code, form) for form in own[code]]


def test_pieces_that_were_numbered_are_not_read_unless_the_types_are_others(tmp_path: Path) -> None:
    batches = [{"zh": ["a", "b"], "de": ["c"]}, {"zh": ["b"], "de": ["d", "c"]}]
    forms = number(tmp_path, batches, {})
    paths = piece_paths(tmp_path, batches)
    all_paths = [path for files in paths for path in files.values()]
    numbers = tokens.read_numbers(tmp_path, all_paths)
    assert set(tokens.read_numbers(tmp_path, all_paths[:1])) == {f"kept/{all_paths[0].name}"}
    for path in (tmp_path / "kept").iterdir():
        path.unlink()
    held = tmp_path / "held"
    own = tokens.number_types([files["de"] for files in paths], pa.array(forms["de"]), numbers, held)
    assert (own.rows.tolist(), len(own.new), [found.tolist() for found in own.types]) == ([0, 1], 0, [[0], [1, 0]])
    tokens.write_types(tmp_path / tokens.CUT_TYPES_FILE, TYPES.empty_table())
    assert tokens.read_numbers(tmp_path, all_paths) == {}
    (tmp_path / tokens.CUTS_FILE).write_bytes(b"damaged")
    assert tokens.read_numbers(tmp_path, all_paths) == {}
    (tmp_path / tokens.CUTS_FILE).unlink()
    assert tokens.read_numbers(tmp_path, all_paths) == {}


def test_numbers_that_were_damaged_are_not_taken(tmp_path: Path) -> None:
    batches = [{"zh": ["a", "b"], "de": ["c"]}, {"zh": ["b"], "de": ["d", "c"]}]
    number(tmp_path, batches, {})
    paths = [path for files in piece_paths(tmp_path, batches) for path in files.values()]
    whole = {name: found.tolist() for name, found in tokens.read_numbers(tmp_path, paths).items()}
    assert len(whole) == 4
    data = (tmp_path / tokens.CUTS_FILE).read_bytes()
    refused = 0
    for place in range(len(data)):
        (tmp_path / tokens.CUTS_FILE).write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        found = {name: numbers.tolist() for name, numbers in tokens.read_numbers(tmp_path, paths).items()}
        assert found in ({}, whole)  # some bytes say nothing
        refused += not found
    assert refused > 300


def test_what_was_described_in_the_same_way_is_known_again(tmp_path: Path) -> None:
    rows = [
        {"type": i, "language": code, "form": form, "lemma": form, "parts": [], "is_word": True}
        for i, (code, form) in enumerate([("zh", "城市"), ("de", "Stadt")])
    ]
    path = tmp_path / tokens.CUT_TYPES_FILE
    assert not len(tokens.read_described(path, {"zh": "1"}))
    tokens.write_types(path, pa.Table.from_pylist(rows, TYPES), {"zh": "1", "de": "1"})
    assert tokens.read_types(path).schema.equals(TYPES)
    assert tokens.read_described(path, {"zh": "1", "de": "2", "en": "1"})["form"].to_pylist() == ["城市"]
    tokens.write_types(path, pa.Table.from_pylist(rows, TYPES))
    assert not len(tokens.read_described(path, {"zh": "1"}))


def test_types_that_are_those_of_the_run_before_are_copied(tmp_path: Path) -> None:
    row = {"type": 0, "language": "zh", "form": "城市", "lemma": "城市", "parts": [], "is_word": True}
    types, last, new = pa.Table.from_pylist([row], TYPES), tmp_path / "last", tmp_path / "new"
    tokens.write_types(last, types, {"zh": "1"})
    table = pq.ParquetFile(last).read()
    pq.write_table(table, last, compression="none")  # whose bytes are then its own
    for more, keys, is_copied in (([], {"zh": "1"}, True), ([row], {"zh": "1"}, False), ([], {"zh": "2"}, False)):
        before = tokens.read_described(last, keys)
        written = pa.concat_tables([types, pa.Table.from_pylist(more, TYPES)])
        tokens.write_types(new, written, keys, (last, before))
        assert (new.read_bytes() == last.read_bytes()) == is_copied
        assert tokens.read_types(new).equals(written)
        assert len(tokens.read_described(new, keys)) == len(written)


def test_words_and_tables_come_back_as_they_were_written(tmp_path: Path) -> None:
    tokens.write_words(tmp_path / "words.arrow", np.array([0, 3, 70_000]))
    assert tokens.read_words(tmp_path / "words.arrow").tolist() == [0, 3, 70_000]
    table = pa.table({"a": pa.array([1, None], pa.int64()), "t": ["城市", None]})
    write_tables(tmp_path / "tables", {"one": table, "none": table.slice(0, 0)})
    assert read_table(tmp_path / "tables", "one").equals(table)
    assert read_table(tmp_path / "tables", "none").equals(table.slice(0, 0))
