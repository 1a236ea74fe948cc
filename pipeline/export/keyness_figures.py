"""The figure of a comparison: the words that stand out in either part, how strongly, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analyses.parts import REST
from pipeline.export.figures import REPORT
from pipeline.export.names import group_name
from pipeline.export.panels import STYLES
from pipeline.export.word_panels import WordPanel, WordRow, draw_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipeline.export.panels import Page

MOST = 20
"""Words of each part."""


class _Said(NamedTuple):
    axis: str
    words: str
    note: str
    nothing: str
    rest: str


_SAID = {
    "en": _Said(
        "log ratio (1: twice as frequent), 95 % interval", "{} ({} words)",
        "Key words by log-likelihood; at the right the documents that have them; an arrow where the interval has "
        "no end, or a far one, since the other part has (nearly) none of the word.",
        "No word is key in this comparison.", "the other documents",
    ),
    "de": _Said(
        "Log Ratio (1: doppelt so häufig), 95-%-Intervall", "{} ({} Wörter)",
        "Schlüsselwörter nach Log-Likelihood; rechts die Dokumente, die sie enthalten; ein Pfeil, wo das Intervall "
        "kein Ende oder ein sehr fernes hat, weil das Wort im anderen Teil (fast) fehlt.",
        "In diesem Vergleich ist kein Wort ein Schlüsselwort.", "die übrigen Dokumente",
    ),
    "zh": _Said(
        "对数比（1 表示频率为两倍），95% 区间", "{}（{}词）",
        "按对数似然值排列的主题词；右侧为含该词的文献数；箭头表示另一部分中（几乎）没有该词，区间无上限或上限极远。",
        "此比较中没有主题词。", "其余文献",
    ),
}  # fmt: skip


def comparison_rows(keyness: pa.Table, comparison: str, language: str) -> pa.Table:
    """The key words of a comparison in one language that its figure shows."""
    mine = pc.and_(pc.equal(keyness["comparison"], comparison), pc.equal(keyness["language"], language))
    rows = keyness.filter(pc.and_(mine, keyness["key"]))
    positive = pc.greater(rows["log_ratio"], 0)
    over, under = rows.filter(positive), rows.filter(pc.invert(positive))
    return pa.concat_tables([over.slice(0, MOST), under.slice(max(under.num_rows - MOST, 0))])


def draw_keyness(rows: pa.Table, comparison: str, language: str, note: str, *, page: Page = REPORT) -> Figure:
    """The key words of the target on one side, those of the reference on the other, the strongest first.

    Args:
        rows: those of `comparison_rows`.
        comparison: its name.
        language: the code.
        note: what stands under the figure, before what explains it.
        page: its width and language.

    Returns:
        The figure; where no word is key, a page that says so.
    """
    said = _SAID.get(page.phrases.code, _SAID["en"])
    found = rows.to_pylist()
    over = [_row(row, 1, page) for row in found if row["log_ratio"] > 0]
    under = [_row(row, -1, page) for row in reversed(found) if row["log_ratio"] < 0]
    names = {side: found[0][side] if found else "" for side in ("target", "reference")}
    if comparison == " / ".join(names.values()):  # one that the study did not name: groups of its documents
        names = {side: said.rest if name == REST else group_name(name, page.phrases) for side, name in names.items()}
        comparison = " / ".join(names.values())
    made = []
    for side, words, style in (("target", over, STYLES[1]), ("reference", under, STYLES[0])):
        number = page.phrases.number(found[0][f"words_{side}"]) if found else ""
        heading = said.words.format(names[side], number) if found else ""
        made.append(WordPanel(heading, said.axis, words, style))
    title = f"{comparison} ({page.phrases.language(language)})"
    return draw_words(title, made, f"{note} {said.note}".strip(), said.nothing, page=page)


def _row(row: dict[str, Any], sign: int, page: Page) -> WordRow:
    """A word of the target (``sign`` 1) or of the reference (-1), its log ratio turned so that it is positive."""
    side = "target" if sign > 0 else "reference"
    low, high = (np.inf * end if row[name] is None else row[name] for name, end in (("low", -1), ("high", 1)))
    ends = sorted((sign * low, sign * high)) if row["p_value"] is not None else (np.nan, np.nan)
    return WordRow(
        row["lemma"], sign * row["log_ratio"], ends[0], ends[1], beside=page.phrases.number(row[f"documents_{side}"])
    )
