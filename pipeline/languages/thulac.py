"""Chinese cut by THULAC (Sun et al. 2016) instead of jieba: a second opinion, with a model of its own.

All but the cutting is as in `pipeline.languages.zh`. THULAC is slow (some 60,000 characters a second) and its model
takes 0.8 GB of memory in each process.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.languages.cuts import Cuts, are_words
from pipeline.languages.zh import MODULES as OF_CHINESE
from pipeline.languages.zh import TOOLS as TOOLS_OF_CHINESE
from pipeline.languages.zh import cut_by, lemmatize, split_compounds, tag
from pipeline.stages import tool_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MODULES", "TOOLS", "VERSION", "are_words", "cut", "lemmatize", "split_compounds", "tag"]

MODULES = ("pipeline.languages.thulac", *OF_CHINESE)
"""Our modules whose code shapes the words."""
TOOLS = ("thulac", *TOOLS_OF_CHINESE)
"""The packages that do."""
VERSION: str
"""The packages that shape the words; looked up when first asked for, so that a missing one is said then."""

_AT_ONCE = re.compile(r"\s+|\S{1,999}[。！？!?;]|\S{1,1000}")
"""THULAC fails beyond ten thousand characters without the end of a sentence, and drops or merges whitespace."""


def __getattr__(name: str) -> str:
    if name == "VERSION":
        return "; ".join(f"{tool} {version}" for tool, version in tool_versions(TOOLS).items())
    raise AttributeError(name)


def cut(texts: Sequence[str]) -> Cuts:
    """Cut Chinese texts into words; whitespace is left out.

    Args:
        texts: Passages, a few MB at once, without lone surrogates.
    """
    segmenter = _segmenter()

    def segment(text: str) -> list[str]:
        words: list[str] = []
        for piece in _AT_ONCE.findall(text):
            words += [piece] if piece.isspace() else [word for word, _ in segmenter.cut(piece)]
        return words

    return cut_by(texts, segment)


@cache
def _segmenter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # files that it leaves open
        import thulac

        with contextlib.redirect_stdout(io.StringIO()):  # it says that the model is loaded
            return thulac.thulac(seg_only=True)
