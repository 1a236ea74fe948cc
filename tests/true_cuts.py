"""The promise of `Cuts`, checked."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pipeline.languages.cuts import Cuts


def check(cuts: Cuts, texts: list[str]) -> None:
    """The promise of `Cuts`, and that nothing but whitespace is left out."""
    end = cuts.start + cuts.length
    for passage, start, stop, form in zip(cuts.passage, cuts.start, end, cuts.form, strict=True):
        assert texts[passage][start:stop] == cuts.forms[form]
    same = cuts.passage[1:] == cuts.passage[:-1]
    assert (cuts.start[1:][same] == end[:-1][same]).sum() <= same.sum()
    assert (cuts.start[1:][same] >= end[:-1][same]).all()
    assert (np.diff(cuts.passage) >= 0).all()
    assert len(set(cuts.forms)) == len(cuts.forms)
    assert list(dict.fromkeys(cuts.form.tolist())) == list(range(len(cuts.forms)))
    covered = [np.zeros(len(text), np.bool_) for text in texts]
    for passage, start, stop in zip(cuts.passage, cuts.start, end, strict=True):
        covered[passage][start:stop] = True
    for text, seen in zip(texts, covered, strict=True):
        assert not "".join(itertools.compress(text, ~seen)).strip()
