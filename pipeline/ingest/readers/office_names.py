"""Names that Word, LibreOffice, WPS and pandoc give: a paragraph's kind by its style, and authors that are nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.records import Kind

_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (
        re.compile(
            r"(?:toc|contents|(?:inhalts)?verzeichnis|目录) ?(?:\d|heading|überschrift|标题)"
            r"|(?:.* )?index(?: heading| \d)?$|(?:abbildungs|tabellen|stichwort)verzeichnis|索引|图表目录"
            r"|table of (?:figures|authorities)",
            re.IGNORECASE,
        ),
        "boilerplate",
    ),
    (
        re.compile(
            r"(?:header|footer|kopfzeile|fußzeile|页眉|页脚)(?: (?:and footer|left|right|first|links|rechts))?$",
            re.IGNORECASE,
        ),
        "boilerplate",
    ),
    (re.compile(r"caption|beschriftung|题注|(?:table|image) caption|(?:illustration|drawing|figure|table)$",
                re.IGNORECASE), "caption"),
    (re.compile(r"(?:foot|end)note(?: block)?(?: text)?$|(?:fu(?:ß|ss)noten|endnoten)text|[脚尾]注文本", re.IGNORECASE),
     "footnote"),
    (re.compile(r"(?:.* )?bibliograph\w* (?:heading|title)", re.IGNORECASE), "heading"),
    (re.compile(r".*bibliograph|literaturverzeichnis|参考文献|书目|references$", re.IGNORECASE), "reference"),
    (re.compile(r"(?:heading|überschrift|标题) ?\d|heading$", re.IGNORECASE), "heading"),
)  # fmt: skip
STYLED: tuple[Kind, ...] = ("boilerplate", "heading", "caption", "reference", "footnote")
"""The kinds that a style can have."""
_NOBODY = frozenset({"administrator", "admin", "user", "unknown", "owner", "python-docx", "微软用户", "windows 用户"})
_TITLE = re.compile(r"(?:sub|unter)?tit(?:le|el)$|副?标题$", re.IGNORECASE)


def style_kind(name: str, *, is_own: bool) -> Kind | None:
    """The kind of block that a style's name stands for; None for a name that says nothing.

    Args:
        name: as shown to the user, or as the file has it (``heading 1``, ``Überschrift 1``, ``标题 1``).
        is_own: whether it is the paragraph's own style and no ancestor of it: templates derive the lines of author and
            date from the style of titles, which are no titles.
    """
    if is_own and _TITLE.match(name):
        return "heading"
    return next((kind for pattern, kind in _KINDS if pattern.match(name)), None)


def person(author: str) -> str:
    """An author's name; empty for what programs put there by themselves."""
    return "" if author.casefold() in _NOBODY else author
