"""What the links of a book show of its text: notes by the links to them and back, headings by the table of contents."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_tree import attribute, below, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element

    Place = tuple[str, str]
    """The path of a chapter and an id within it."""

_MARK = re.compile(
    r"[\[(]?(?:\d{1,4}|[ivxlcdm]{1,6}|[a-z]|[*†‡§¶]{1,4}|[\u2460-\u2473\u3251-\u325f\u32b1-\u32bf])[\])]?[.:]?",
    re.IGNORECASE,
)
"""What a link to a note says."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset({"li", "p", "aside", "dd", "div", "td", "tr", "blockquote", *_HEADINGS})
_NEAR = 6
"""Steps up from a link within which stands what leads back to it."""
_MANY = 50
"""Links to one place beyond which none of them is a note's."""


def mark_notes(chapters: Sequence[tuple[str, _Element]]) -> None:
    """Write into a book what its links show: ``role`` says which links are marks, which lead back, and what is a note.

    A mark is a link that says so (``noteref``), or a short one (``1``, ``[a]``, ``*``) to a paragraph with a link back.
    A note has the number of its mark before its text; one that is 0, or says nothing, is counted.

    Args:
        chapters: paths and trees in reading order.
    """
    places, leading, links = _gathered(chapters)
    counted = 0
    noted: set[_Element] = set()
    for link, path, target in links:
        if target not in places or "backlink" in attribute(link, "role"):
            continue
        said = clean(text_of(link))
        note = _block(places[target])
        if note is None or note in link.iterancestors():
            continue
        backs = [back for back in _leading_back(link, path, leading) if note in (back, *back.iterancestors())]
        is_told = "noteref" in f"{attribute(link, 'type')} {attribute(link, 'role')}"
        if not is_told and not (backs and _MARK.fullmatch(said) and local(note) not in _HEADINGS):
            continue
        link.set("role", "doc-noteref")
        if note in noted:
            continue
        noted.add(note)
        for back in backs:
            back.set("role", "doc-backlink")
        note.set("role", "doc-footnote")
        number = said.strip("[]().:")
        if number in {"", "0"}:
            counted += 1
            number = str(counted)
        _set_number(note, number)


def _gathered(
    chapters: Sequence[tuple[str, _Element]],
) -> tuple[dict[Place, _Element], dict[Place, list[_Element]], list[tuple[_Element, str, Place]]]:
    """What stands at each place, the links that lead to each, and all links with their path and where they lead."""
    places: dict[Place, _Element] = {}
    leading: dict[Place, list[_Element]] = defaultdict(list)
    links: list[tuple[_Element, str, Place]] = []
    for path, chapter in chapters:
        for element in chapter.iter():
            for name in _names(element):
                places.setdefault((path, name), element)
            if local(element) == "a" and "#" in attribute(element, "href"):
                target = _target(path, attribute(element, "href"))
                links.append((element, path, target))
                leading[target].append(element)
    return places, leading, links


def _names(element: _Element) -> list[str]:
    """What a link may call an element."""
    names = (element.get("id"), element.get("name") if local(element) == "a" else None)
    return [str(name) for name in names if name]


def _target(path: str, href: str) -> Place:
    file, _, fragment = href.partition("#")
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(file))) if file else path
    return whole, unquote(fragment)


def _block(element: _Element) -> _Element | None:
    """The paragraph, or what holds several, that an id stands at."""
    above = (element, *element.iterancestors())
    return next((found for found in above[:_NEAR] if local(found) in _BLOCKS), None)


def _leading_back(link: _Element, path: str, leading: Mapping[Place, Sequence[_Element]]) -> Iterator[_Element]:
    """The links to a link, to what holds it or to what it holds."""
    for element in (*[link, *link.iterancestors()][:_NEAR], *link.iterdescendants()):
        for name in _names(element):
            yield from leading.get((path, name), ())[:_MANY]


def _set_number(note: _Element, number: str) -> None:
    """Put a number before a note's text, unless it has it there."""
    own: Any = note.xpath(".//text()[not(ancestor::*[@role='doc-backlink'])]")
    text = "".join(map(str, own)).strip()
    if not re.match(rf"[\[(]?{re.escape(number)}(?!\w)", text):
        holder = next(below(note, "p"), note)
        holder.text = f"{number} {clean(holder.text or '')}".rstrip() + ("" if holder.text else " ")


def mark_headings(chapters: Sequence[tuple[str, _Element]], contents: _Element | None, path: str, title: str) -> None:
    """Write ``role="heading"`` on paragraphs that are named in the table of contents, in chapters without headings.

    Args:
        chapters: paths and trees.
        contents: the navigation file, of EPUB 3 or 2.
        path: that file's path.
        title: the book's, which is a heading as well.
    """
    labels: dict[str, set[str]] = defaultdict(set)
    for entry in [] if contents is None else below(contents, "a", "navPoint"):
        href = attribute(next(below(entry, "content"), entry), "src") or attribute(entry, "href")
        labels[_target(path, href)[0]].add(clean(text_of(next(below(entry, "navLabel"), entry))))
    for name, chapter in chapters:
        if next(below(chapter, *_HEADINGS), None) is not None:
            continue
        wanted = {label for label in (*labels.get(name, ()), title) if label}
        for paragraph in below(chapter, "p") if wanted else ():
            if clean(text_of(paragraph)) in wanted:
                paragraph.set("role", "heading")
