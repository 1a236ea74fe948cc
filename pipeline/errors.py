"""What can go wrong, as one small tree.

::

    ZwiespracheError
    ├── StudyError        the command, the study or the lexicon is wrong          exit status 2
    │   └── LexiconError
    ├── InputError        the work cannot go on with what it was given            exit status 1
    │   └── MissingTool   something that is not installed, and how to install it
    └── Unreadable        one input item becomes a reject; never ends the work

A message is one or two lines: the file, the place in it, what is wrong, what would be right.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


_LISTED = 2000
"""Characters of a list of names in a message: a table may have twenty thousand columns."""


class ZwiespracheError(Exception):
    """Anything that the program says to its user instead of a traceback."""

    status = 1


class StudyError(ZwiespracheError):
    """The command, the study or the lexicon is wrong."""

    status = 2


class LexiconError(StudyError):
    """The lexicon is wrong."""


class InputError(ZwiespracheError):
    """The work cannot go on with what it was given."""


class MissingTool(InputError):  # noqa: N818 - it is the tool that is missing
    """A tool or model that is not installed; the message says how to install it."""


class Unreadable(ZwiespracheError):  # noqa: N818 - it is said of one file
    """One input item cannot be used: ``reason`` is a word of `pipeline.records.REASONS`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[Unreadable], tuple[str, str]]:
        """Travel between processes whole."""
        return (type(self), (self.reason, self.detail))


def known_names(name: str, known: Iterable[str]) -> str:
    """Say which names there are, the one nearest to ``name`` first: ``did you mean 'path'? Known: …``."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    listing = "known: " + ", ".join(names)
    if len(listing) > _LISTED:
        listing = listing[:_LISTED] + "…"
    return f"did you mean {near[0]!r}? ({listing})" if near else listing


def show_path(path: Path) -> str:
    """A path as everything that is said to the user writes it: from the working folder where it lies in that."""
    here, whole = Path.cwd(), path.absolute()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(path)


def shorten_paths(text: str) -> str:
    """A message whose paths are written as `show_path` writes them."""
    here = Path.cwd()
    if here == Path(here.anchor):
        return text
    return re.sub(rf"(?<![^\s'\"(]){re.escape(f'{here}{os.sep}')}", "", text)
