"""Vectors by text, kept in ``models/STUDY/vectors/``: a text is encoded once, whatever becomes of the study.

The parts of a folder are Arrow files, each with the vectors of up to some hundred texts beside the digests of these
texts. A part appears whole or not at all, so that a stopped run goes on where it was; a damaged one is made again.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.meaning.encoder import clean, open_encoder
from pipeline.executor import map_in_order, open_executor
from pipeline.store.pieces import write_piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.stages import Progress

    Vectors = NDArray[np.float32]

FOLDER = "vectors"
_TASK = 64
"""Texts that a worker encodes at a time."""
_PART = 512
"""Texts whose vectors are written together."""
_WORTH = 4
"""Tasks for which a process is started: it takes half a second, a task seconds."""


def encode_kept(
    texts: Sequence[str],
    folder: Path,
    model: tuple[str, str],
    *,
    workers: int | None = 1,
    progress: Progress = lambda *_: None,
) -> Vectors:
    """The vectors of texts; those that were encoded before are read.

    Args:
        texts: Any; the same text twice is encoded once.
        folder: Where vectors are kept; made where it is missing.
        model: The encoder's model and prefix (`encoder_of`).
        workers: Processes, as in ``[run] workers``. The vectors do not depend on it.
        progress: Told of the texts that are encoded.

    Returns:
        Texts x size: unit vectors, or zeros for an empty text.

    Raises:
        MissingTool: the encoder is not installed.
    """
    encoder = open_encoder(*model)
    own = folder / hashlib.sha256(encoder.name.encode()).hexdigest()[:16]
    own.mkdir(parents=True, exist_ok=True)
    cleaned = pa.array([clean(text) for text in texts], pa.string()).dictionary_encode()
    distinct: list[str] = cleaned.dictionary.to_pylist()
    keys = pa.array([hashlib.blake2b(text.encode(), digest_size=16).digest() for text in distinct], pa.binary(16))
    found = np.zeros((len(distinct), encoder.size), np.float32)
    missing = np.array([text != "" for text in distinct], bool)
    for path in sorted(own.glob("*.arrow")):
        _read_part(path, keys, found, missing)
    rows = np.flatnonzero(missing)
    tasks = [rows[at : at + _TASK] for at in range(0, len(rows), _TASK)]
    waiting: list[NDArray[np.int64]] = []
    with open_executor(workers, len(tasks) // _WORTH) as executor:
        work = ([distinct[row] for row in task] for task in tasks)
        results = map_in_order(executor, partial(_encode, model), work, under_way=4)
        for done, (task, vectors) in enumerate(zip(tasks, results, strict=True), start=1):
            found[task] = vectors
            waiting.append(task)
            if len(waiting) * _TASK >= _PART or done == len(tasks):
                _write_part(own, keys, found, np.concatenate(waiting))
                waiting = []
            progress("meaning of texts", min(done * _TASK, len(rows)), len(rows))
    return found[cleaned.indices.to_numpy()] if len(distinct) else found


def _encode(model: tuple[str, str], texts: list[str]) -> Vectors:
    return open_encoder(*model).encode(texts)


def _read_part(path: Path, keys: pa.Array, found: Vectors, missing: NDArray[np.bool_]) -> None:
    """Fill in what a part has of the texts that are asked for; a part that cannot be read is removed."""
    try:
        with pa.memory_map(str(path)) as source:
            part = pa.ipc.open_file(source).read_all()
    except (pa.ArrowInvalid, OSError):
        path.unlink(missing_ok=True)
        return
    place = pc.index_in(keys, value_set=part["text"].combine_chunks())
    mine = np.flatnonzero(place.is_valid())
    if len(mine):
        vectors = part["vector"].combine_chunks()
        rows = vectors.flatten().to_numpy().reshape(len(vectors), -1)
        found[mine] = rows[place.take(pa.array(mine)).to_numpy()]
        missing[mine] = False


def _write_part(folder: Path, keys: pa.Array, found: Vectors, rows: NDArray[np.int64]) -> None:
    texts = keys.take(pa.array(rows))
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(found[rows].ravel()), found.shape[1])
    name = hashlib.blake2b(b"".join(texts.to_pylist()), digest_size=16).hexdigest()
    write_piece(folder / f"{name}.arrow", pa.table({"text": texts, "vector": vectors}))
