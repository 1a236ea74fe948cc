"""An SVG file made part of a page: ids of its own, nothing but shapes and links inside the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from pipeline.export.points import Point

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_SHAPES = frozenset({"svg", "defs", "g", "a", "path", "use", "clipPath", "rect", "pattern", "title"})
# What matplotlib draws with; its links' target is not among them, since they stay on the page.
_ATTRIBUTES = frozenset(
    {"width", "height", "viewBox", "version", "style", "clip-path", "transform", "d", "x", "y", "fill", "patternUnits"}
)
_REFERENCE = re.compile(r"""(?:url\(|<use [^>]*?href=")#([^")]+)""")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def embed_svg(svg: str, prefix: str, points: Mapping[str, Point] | None = None) -> str:
    """The SVG for use inside HTML.

    Args:
        svg: a file that matplotlib wrote.
        prefix: makes its ids unlike those of the page's other figures.
        points: what a link to a fragment stands for, by fragment; one without lines is no link any more.

    Returns:
        The same drawing without comments, metadata, scripts and idle groups, coordinates rounded to a hundredth of a
        point, and links only to fragments of the page.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(svg.encode("utf-8"), parser)
    ids = {name: f"{prefix}.{n}" for n, name in enumerate(dict.fromkeys(_REFERENCE.findall(svg)))}
    for element in list(root.iter()):
        parent = element.getparent()
        if not isinstance(element.tag, str) or element.tag.removeprefix(_SVG) not in _SHAPES:
            if parent is not None:
                parent.remove(element)
            continue
        element.text = element.tail = None
        _clean_attributes(element, ids)
        target = element.get(f"{_XLINK}href", "")
        if element.tag == f"{_SVG}a" and points and target[1:] in points:
            _describe(element, points[target[1:]])
    for group in list(root.iter(f"{_SVG}g")):
        parent = group.getparent()
        if not group.attrib and parent is not None:
            parent[parent.index(group) : parent.index(group) + 1] = group[:]
    if "height" in root.attrib:  # the page gives the width, the view box the shape
        del root.attrib["height"]
    root.set("width", "100%")
    return etree.tostring(root, encoding="unicode")


def _describe(link: etree._Element, point: Point) -> None:
    from lxml import etree

    title = etree.Element(f"{_SVG}title")
    title.text = point.title
    link.insert(0, title)
    if not point.href:
        link.tag = f"{_SVG}g"
        del link.attrib[f"{_XLINK}href"]
        link.set("class", "point")
        return
    link.set(f"{_XLINK}href", point.href)
    link.set("data-group", point.group)


def _clean_attributes(element: etree._Element, ids: Mapping[str, str]) -> None:
    link = element.tag == f"{_SVG}a"
    for name, value in list(element.attrib.items()):
        text, key = str(value), str(name)
        if key.endswith("href") and text.startswith("#"):
            element.set(key, text if link else f"#{ids.get(text[1:], '')}")
        elif key == "id" and text in ids:
            element.set(key, ids[text])
        elif key not in _ATTRIBUTES:
            del element.attrib[key]
        elif "url(#" in text:
            element.set(key, _REFERENCE.sub(lambda found: found[0].replace(found[1], ids[found[1]]), text))
        elif key in {"d", "x", "y"}:  # not in transforms: a scale of 0.015 must not become 0.02
            element.set(key, _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), text))
