from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
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


@settings(deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"zh": st.lists(st.sampled_from("abc")), "de": st.lists(st.sampled_from("bcd"))})),
    st.integers(1, 3),
)
def test_types_are_numbered_by_language_in_the_order_in_which_they_first_appear(
    batches: list[dict[str, list[str]]], at_once: int
) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_PIECES_AT_ONCE", at_once)
        folder = Path(name)
        (folder / "kept").mkdir()
        paths = [{code: folder / "kept" / f"{code}-{i}.arrow" for code in own} for i, own in enumerate(batches)]
        for own, files in zip(batches, paths, strict=True):
            for code, forms in own.items():
                column = pa.array(forms, pa.string()).dictionary_encode()
                numbers = np.zeros(len(forms), np.uint32)
                cut = {"passage": numbers, "start": numbers, "length": numbers.astype(np.uint16), "form": column}
                write_piece(files[code], pa.table(cut))
        forms_of = tokens.number_types(paths, ["zh", "de"], folder / tokens.CUTS_FILE)
        seen = [
            (code, form) for code in ("zh", "de") for form in dict.fromkeys(f for own in batches for f in own[code])
        ]
        assert [(code, form) for code, forms in forms_of.items() for form in forms.to_pylist()] == seen
        for i, own in enumerate(batches):
            cuts = tokens.read_cuts(folder, i)
            for code, cut in cuts.items():
                assert [seen[n] for n in cut.types[cut.form]] == [(code, form) for form in own[code]]


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


def test_words_and_tables_come_back_as_they_were_written(tmp_path: Path) -> None:
    tokens.write_words(tmp_path / "words.arrow", np.array([0, 3, 70_000]))
    assert tokens.read_words(tmp_path / "words.arrow").tolist() == [0, 3, 70_000]
    table = pa.table({"a": pa.array([1, None], pa.int64()), "t": ["城市", None]})
    write_tables(tmp_path / "tables", {"one": table, "none": table.slice(0, 0)})
    assert read_table(tmp_path / "tables", "one").equals(table)
    assert read_table(tmp_path / "tables", "none").equals(table.slice(0, 0))
