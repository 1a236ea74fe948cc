"""What a language says of words that are asked for by themselves: those of terms, and types read in another way.

To answer for one word a language loads all its dictionaries. What it answered is kept, so that a corpus that grew asks
for what is new, which mostly is nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.languages.tokens import language_key, language_module
from pipeline.stages import hash_code
from pipeline.store.pieces import piece_path, write_piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_KEPT = pa.schema([("question", pa.string()), ("word", pa.string()), ("answer", pa.list_(pa.string()))])


def asked_path(folder: Path, language: str) -> Path:
    """Where the answers of a language are kept, as its code and its tools are now."""
    return piece_path(folder, f"asked-{language}", language_key(language), hash_code((__name__,)))


class Asked:
    """Asks a language for what it was not asked before."""

    def __init__(self, language: str, folder: Path | None = None) -> None:
        """Begin with the answers that are kept in a folder; with none, and none will be kept, where there is none."""
        self.language = language
        self._module = language_module(language)
        self._path = asked_path(folder, language) if folder else None
        self._kept: dict[tuple[str, str], list[str]] = {}
        self._given: dict[tuple[str, str], list[str]] = {}
        if self._path and self._path.exists():
            self._kept = _read(self._path)

    def cut(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of each text."""
        return self._answers("cut", texts, self._cut)

    def lemmatize(self, forms: Sequence[str]) -> list[str]:
        """The lemma of each form."""
        return [lemma for (lemma,) in self._answers("lemma", forms, lambda new: zip(self._module.lemmatize(new)))]

    def describe(self, forms: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Lemma and parts of each form."""
        lemmas = dict(zip(forms, self.lemmatize(forms), strict=True))
        found = self._answers(
            "parts", forms, lambda new: self._module.split_compounds(new, [lemmas[form] for form in new])
        )
        return [(lemmas[form], tuple(parts)) for form, parts in zip(forms, found, strict=True)]

    def keep(self) -> None:
        """Keep the answers that were given, and no older ones."""
        if self._path and self._given != self._kept:
            rows = [(*asked, answer) for asked, answer in self._given.items()]
            columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
            write_piece(self._path, pa.table(columns, schema=_KEPT))

    def _answers(
        self, question: str, words: Sequence[str], ask: Callable[[Sequence[str]], Iterable[Sequence[str]]]
    ) -> list[list[str]]:
        known = self._kept | self._given
        new = [word for word in dict.fromkeys(words) if (question, word) not in known]
        if new:  # otherwise no dictionary is loaded
            known |= {(question, word): [*said] for word, said in zip(new, ask(new), strict=True)}
        self._given |= {(question, word): known[question, word] for word in words}
        return [known[question, word] for word in words]

    def _cut(self, texts: Sequence[str]) -> list[list[str]]:
        cuts = self._module.cut(texts)
        words: list[list[str]] = [[] for _ in texts]
        for passage, form in zip(cuts.passage.tolist(), cuts.form.tolist(), strict=True):
            words[passage].append(cuts.forms[form])
        return words


def _read(path: Path) -> dict[tuple[str, str], list[str]]:
    """The answers in a file; none where it is damaged: they are asked for again."""
    try:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate(full=True)
        questions, words, answers = (table[name].to_pylist() for name in _KEPT.names)
    except (OSError, ValueError, KeyError, pa.ArrowException):  # of all that damage can do, whatever is read first
        return {}
    return dict(zip(zip(questions, words, strict=True), answers, strict=True))
