"""What stands under a figure: enough to judge it without the rest of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.phrases import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGE_NAMES = ENGLISH.languages


def write_caption(
    *,
    title: str,
    documents: Mapping[str, int],
    years: tuple[int, int] | None,
    undated: int,
    kinds: Sequence[str],
    duplicates: str,
    draws: int,
    seed: int,
    note: str,
    per: str = "words",
) -> str:
    """The caption of a timeline figure.

    Args:
        title: the study's.
        documents: counted documents by language code.
        years: the first and the last with a document; None where no document is dated.
        undated: documents without a date, which are in no period.
        kinds: kinds of passages that are counted, of `pipeline.records.KINDS`.
        duplicates: ``first`` or ``all``, as the study says.
        draws: of the bootstrap over documents.
        seed: of its random numbers.
        note: the study's own last word.
        per: ``words`` or ``characters``, as the study says.
    """
    by_language = ", ".join(f"{LANGUAGE_NAMES.get(code, code)} {count:,}" for code, count in documents.items())
    total = sum(documents.values())
    corpus = f"{total:,} document{'' if total == 1 else 's'}" + (f" ({by_language})" if len(documents) > 1 else "")
    span = "" if years is None else f", {years[0]}" if years[0] == years[1] else f", {years[0]} to {years[1]}"
    missing = "" if not undated else f"; {undated:,} without a date {'is' if undated == 1 else 'are'} in no period"
    once = ", duplicates counted once" if duplicates == "first" else ", duplicates included"
    sentences = [
        f"{title.rstrip('.')}.",
        f"{corpus}{span}{missing}.",
        f"Mentions per million {per} of {ENGLISH.join([ENGLISH.kinds.get(kind, kind) for kind in kinds])}{once}.",
        f"Band: 95 % interval of a bootstrap over documents ({draws:,} draws, seed {seed}).",
        note.strip(),
    ]
    return " ".join(sentence for sentence in sentences if sentence)
