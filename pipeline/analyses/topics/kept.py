"""Fits on disk: a folder each, in formats that any tool reads.

``model.json`` says what the model is; ``words.parquet`` has a row for each word (``word``, then ``topic_1`` and so on:
the probability of the word in the topic); ``units.parquet`` a row for each unit that the model was fitted to
(``doc_id``, ``passage`` and ``words``, then ``topic_1`` and so on: the share of the topic in the unit).
``effects.parquet`` and ``period_words.parquet`` are there where the model has them. A folder appears whole or not at
all.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import __version__
from pipeline.analyses.topics.models import FORMAT, Fitted, transform
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

_ABOUT, _WORDS, _UNITS, _EFFECTS, _PERIODS = (
    "model.json", "words.parquet", "units.parquet", "effects.parquet", "period_words.parquet",
)  # fmt: skip
SCALES = ("share", "log_prior")
"""What effects are measured in; `Fitted.more` has ``share_effects`` and ``share_errors``."""
FILES = frozenset({_ABOUT, _WORDS, _UNITS, _EFFECTS, _PERIODS})
"""What a fit has, the last two where the model has them."""
_DRAFT = re.compile(r"\..+\.[0-9a-f]{8}")
_NEEDED = ("format", "key", "language", "lexicon", "alpha", "names")


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A model that was read."""

    about: Mapping[str, Any]
    """``model.json``: ``language``, ``settings``, ``key``, ``lexicon`` (the sha256 of its terms) and more."""
    vocabulary: list[str]
    fitted: Fitted

    def apply(self, counts: csr_array, vocabulary: Sequence[str]) -> NDArray[np.float32]:
        """The topics of units that the model was not fitted to; words that it does not know are passed over.

        Args:
            counts: Units x words.
            vocabulary: The word of each of its columns.

        Returns:
            Units x topics; rows sum to 1.
        """
        from scipy.sparse import csr_array

        index = {word: i for i, word in enumerate(self.vocabulary)}
        place = np.array([index.get(word, -1) for word in vocabulary], np.int64)
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        column = place[counts.indices]
        known = column >= 0
        shape = (counts.shape[0], len(self.vocabulary))
        return transform(
            self.fitted.topic_word,
            self.fitted.alpha,
            csr_array((counts.data[known], (rows[known], column[known])), shape=shape),
        )


def write_fit(
    folder: Path, fitted: Fitted, vocabulary: Sequence[str], units: pa.Table, about: Mapping[str, Any]
) -> None:
    """Write a fit.

    Args:
        folder: Where; what is there is replaced.
        fitted: The fit.
        vocabulary: Its words.
        units: ``doc_id`` and ``passage`` of its units.
        about: What it is; JSON values, with ``key``, ``language`` and ``lexicon``.
    """
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    draft.mkdir(parents=True)
    try:
        said = {
            **about, "format": FORMAT, "zwiesprache": __version__, "alpha": fitted.alpha.tolist(),
            "names": list(fitted.names), "topics": len(fitted.topic_word), "words": len(vocabulary),
        }  # fmt: skip
        (draft / _ABOUT).write_text(json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        words = pa.table({"word": pa.array(vocabulary, pa.string())})
        _write(_with_topics(words, fitted.topic_word.T), draft / _WORDS)
        _write(_with_topics(units, fitted.unit_topic), draft / _UNITS)
        scales = [scale for scale in SCALES if f"{scale}_effects" in fitted.more]
        if scales:
            _write(pa.concat_tables(_effects(fitted, about["covariates"], s) for s in scales), draft / _EFFECTS)
        if "period_word" in fitted.more:
            moving = fitted.more["period_word"]
            table = pa.table(
                {
                    "period": pa.array(np.repeat(np.arange(len(moving)), len(vocabulary)), pa.int32()),
                    "word": pa.array(list(vocabulary) * len(moving), pa.string()),
                }
            )
            _write(_with_topics(table, moving.transpose(0, 2, 1).reshape(-1, moving.shape[1])), draft / _PERIODS)
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read_fit(folder: Path, *, lexicon: str | None = None) -> Kept:
    """Read a fit.

    Args:
        folder: Its folder.
        lexicon: The sha256 of the terms of the lexicon that it is used with; None where that does not matter.

    Raises:
        InputError: there is none, it is damaged, of another version, or of another lexicon.
    """
    about = read_about(folder)
    if about["format"] != FORMAT:
        raise InputError(
            f"{folder / _ABOUT}: a model of format {about['format']}, and this version reads {FORMAT}; "
            "run zwiesprache topics to fit it anew"
        )
    if lexicon is not None and about["lexicon"] != lexicon:
        raise InputError(
            f"{folder / _ABOUT}: fitted with another lexicon, whose terms are words in it; run zwiesprache topics to "
            "fit it anew"
        )
    try:
        words = pq.read_table(folder / _WORDS)
        units = pq.read_table(folder / _UNITS)
        more = _read_more(folder, words.num_rows)
        fitted = Fitted(
            np.ascontiguousarray(_topics(words).T), _topics(units), np.array(about["alpha"], np.float32),
            tuple(about["names"]), more,
        )  # fmt: skip
        vocabulary = words["word"].to_pylist()
    except (OSError, pa.ArrowException, KeyError, ValueError) as problem:
        raise InputError(f"{folder}: the model is damaged ({problem}); remove the folder and fit it anew") from problem
    if len(fitted.topic_word) != about["topics"] or fitted.unit_topic.shape[1] != about["topics"]:
        raise InputError(
            f"{folder}: the model is damaged (tables and {_ABOUT} differ); remove the folder and fit it anew"
        )
    return Kept(about, vocabulary, fitted)


def is_kept(folder: Path, key: str) -> bool:
    """Whether a whole fit of this key lies there."""
    try:
        about = read_about(folder)
    except InputError:
        return False
    return (
        about["key"] == key and about["format"] == FORMAT and (folder / _WORDS).exists() and (folder / _UNITS).exists()
    )


def remove_fits(folder: Path, keep: Collection[str]) -> int:
    """Remove the fits in a folder but some, and what stopped runs left half-written; whatever else lies there stays.

    Returns:
        How many fits were removed.
    """
    removed = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name in keep or path.is_symlink() or not path.is_dir():
            continue
        ours = {entry.name for entry in path.iterdir()} <= FILES
        if _DRAFT.fullmatch(path.name):
            if ours:
                shutil.rmtree(path)
        elif ours and _is_fit(path):
            shutil.rmtree(path)
            removed += 1
    return removed


def _is_fit(folder: Path) -> bool:
    try:
        return "key" in read_about(folder)
    except InputError:
        return False


def read_about(folder: Path) -> dict[str, Any]:
    """``model.json`` of a fit.

    Raises:
        InputError: there is none, or it is not ours.
    """
    path = folder / _ABOUT
    try:
        about = json.loads(path.read_bytes())
    except OSError as problem:
        raise InputError(f"{path}: {problem.strerror}; zwiesprache topics makes it") from problem
    except ValueError as problem:
        raise InputError(f"{path}: no JSON ({problem}); remove the folder and fit the model anew") from problem
    if not isinstance(about, dict) or any(name not in about for name in _NEEDED):
        raise InputError(f"{path}: not written by zwiesprache topics; it should say {', '.join(_NEEDED)}")
    return about


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", write_statistics=False)


def _with_topics(table: pa.Table, values: NDArray[np.float32]) -> pa.Table:
    for i in range(values.shape[1]):
        table = table.append_column(f"topic_{i + 1}", pa.array(np.ascontiguousarray(values[:, i]), pa.float32()))
    return table


def _topics(table: pa.Table) -> NDArray[np.float32]:
    names = [name for name in table.column_names if name.startswith("topic_")]
    return np.column_stack([table[name].to_numpy() for name in names]).astype(np.float32)


def _effects(fitted: Fitted, covariates: Sequence[str], scale: str) -> pa.Table:
    effects = fitted.more[f"{scale}_effects"]
    errors = fitted.more.get(f"{scale}_errors", np.full_like(effects, np.nan))
    names = ["constant", *covariates]
    return pa.table(
        {
            "scale": pa.array([scale] * effects.size, pa.string()),
            "topic": pa.array(np.repeat(np.arange(1, len(effects) + 1), len(names)), pa.int32()),
            "covariate": pa.array(names * len(effects), pa.string()),
            "effect": pa.array(effects.ravel(), pa.float32()),
            "error": pa.array(errors.ravel(), pa.float32(), from_pandas=True),
        }
    )


def _read_more(folder: Path, words: int) -> dict[str, NDArray[np.float32]]:
    more = {}
    if (folder / _EFFECTS).exists():
        whole = pq.read_table(folder / _EFFECTS)
        topics = int(whole["topic"].to_numpy().max())
        for scale in SCALES:
            table = whole.filter(pc.equal(whole["scale"], scale))
            if table.num_rows:
                more[f"{scale}_effects"] = table["effect"].to_numpy().reshape(topics, -1)
                errors = table["error"].to_numpy(zero_copy_only=False).astype(np.float32)
                more[f"{scale}_errors"] = errors.reshape(topics, -1)
    if (folder / _PERIODS).exists():
        values = _topics(pq.read_table(folder / _PERIODS))
        more["period_word"] = np.ascontiguousarray(values.reshape(-1, words, values.shape[1]).transpose(0, 2, 1))
    return more
