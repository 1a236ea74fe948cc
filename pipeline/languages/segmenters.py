"""How many words a Chinese segmenter finds in each passage: by how much does a rate depend on the segmenter?

Counted is what the segmenter alone gives, before the lexicon's terms and the study's word lists are held whole: their
mentions are found on characters and are the same whoever cuts, so what differs is the number that they are divided by.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.errors import MissingTool
from pipeline.executor import map_in_order, open_executor
from pipeline.languages.tokens import SEGMENTERS, language_key, language_module
from pipeline.store import corpus, pieces

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.stages import Progress
    from pipeline.study import Study

PIECES_FOLDER = ".words"


def installed_segmenters(study: Study) -> dict[str, str]:
    """The Chinese segmenters that are installed, with the version of each one's tools; none without Chinese."""
    found: dict[str, str] = {}
    for name, module in SEGMENTERS.items() if "zh" in study.languages else ():
        with suppress(MissingTool):
            found[name] = language_key(module)
    return found


def count_words(study: Study, segmenter: str, progress: Progress) -> NDArray[np.int64]:
    """The words of each Chinese passage by a segmenter; what is a word is what `are_words` says.

    Counts are kept by batch beside the pieces of the words, for each segmenter by itself: asked again, or of a corpus
    that grew, only what is new is cut.

    Args:
        study: A study whose corpus is built.
        segmenter: ``jieba`` or ``thulac``.
        progress: Called after each batch.

    Returns:
        int64, one a passage of the corpus; 0 for passages in another language.

    Raises:
        MissingTool: the segmenter is not installed.
    """
    module = SEGMENTERS[segmenter]
    key = language_key(module)
    folder = study.corpus_folder
    kept = folder / PIECES_FOLDER
    kept.mkdir(exist_ok=True)
    paths = [pieces.piece_path(kept, segmenter, key, digest) for digest in corpus.batch_digests(folder)]
    missing = [(i, path) for i, path in enumerate(paths) if not path.exists()]
    with open_executor(study.run.workers, len(missing), study.run.scheduler) as executor:
        counted = map_in_order(executor, partial(_count_batch, folder, module), missing, under_way=6)
        for i, _ in enumerate(counted):
            progress(f"words ({segmenter})", i + 1, len(missing))
    others = (path for path in kept.iterdir() if not path.name.startswith(f"{segmenter}-"))
    pieces.drop_pieces(kept, [*paths, *others])
    words = [pieces.read_piece(path)["words"].to_numpy().astype(np.int64) for path in paths]
    return np.concatenate([np.empty(0, np.int64), *words])


def _count_batch(folder: Path, module: str, task: tuple[int, Path]) -> None:
    batch, path = task
    passages = corpus.read_batch(folder, batch, ["language", "text"])
    rows = corpus.rows_in(passages, "zh")
    segmenter = language_module(module)
    cuts = segmenter.cut(passages["text"].take(pa.array(rows)).to_pylist())
    is_word = np.array(segmenter.are_words(cuts.forms), np.bool_)[cuts.form]
    words = np.bincount(rows[cuts.passage[is_word]], minlength=len(passages))
    pieces.write_piece(path, pa.table({"words": pa.array(words, pa.uint32())}))
