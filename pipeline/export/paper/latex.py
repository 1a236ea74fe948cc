"""LaTeX of the paper pack: text that any TeX sets as it reads, booktabs tables, references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.export.tables import escape_latex

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = 30
"""Rows of a table that no page holds as a float."""

_SET = re.compile(
    r"[^\u0020-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2015\u2018-\u201f\u2020\u2022\u2026\u2030\u20ac"
    r"\u2116\u2122\u2212\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
"""Characters that the free fonts of a TeX distribution need not have: emoji, other scripts, private use."""
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”，。；）]+")


def set_text(text: str) -> str:
    r"""Text for TeX: special characters escaped; a character that the fonts lack as its code, ``[U+1F600]``."""
    shown = _SET.sub(lambda found: " " if found[0].isspace() else f"[U+{ord(found[0]):04X}]", text)
    return _HASH.sub(lambda found: r"\allowbreak ".join(re.findall(".{1,8}", found[0])), escape_latex(shown))


def set_reference(text: str) -> str:
    r"""A reference for TeX; its addresses stand in ``\url``, which breaks them where they may be broken."""
    parts: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;)")
        parts += [set_text(text[end : found.start()]), rf"\url{{{_percent(address)}}}"]
        end = found.start() + len(address)
    return "".join([*parts, set_text(text[end:])])


def escape_bibtex(text: str) -> str:
    """Text for a field of a ``.bib`` file, in braces."""
    return escape_latex(text.replace("{", "(").replace("}", ")"))


def set_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], columns: str, caption: str, label: str, *, small: bool = True
) -> str:
    r"""A booktabs table: a float, or a ``longtable`` where it has more than `LONG` rows.

    Args:
        heads: plain text.
        rows: cells as TeX; text goes through `set_text` before.
        columns: the column types, ``lrr``.
        caption: plain text.
        label: of ASCII letters, digits and ``:_-``.
        small: whether it is set in the size of a footnote.
    """
    head = " & ".join(set_text(name) for name in heads) + r" \\"
    body = [" & ".join(row) + r" \\" for row in rows]
    title = rf"\caption{{{set_text(caption)}}}\label{{{label}}}"
    size = [r"\footnotesize"] if small else []
    if len(rows) <= LONG:
        return "\n".join([
            r"\begin{table}[htbp]", r"\centering", *size, title, rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head,
            r"\midrule", *body, r"\bottomrule", r"\end{tabular}", r"\end{table}", "",
        ])  # fmt: skip
    return "\n".join([
        r"\begingroup", *size, rf"\begin{{longtable}}{{{columns}}}", title + r"\\", r"\toprule", head, r"\midrule",
        r"\endfirsthead", r"\toprule", head, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot", *body,
        r"\end{longtable}", r"\endgroup", "",
    ])  # fmt: skip


def _percent(address: str) -> str:
    r"""An address without what ends the argument of ``\url``."""
    return re.sub(r"[{}\\^`|\u0080-\U0010ffff]", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), address)
