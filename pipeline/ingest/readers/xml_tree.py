"""XML that strangers wrote: parsed without entities, external files or the network."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from lxml import etree

from pipeline import __version__
from pipeline.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_CODES = {name.encode(): b"&#%d;" % code for name, code in name2codepoint.items()}
_OWN = (b"amp", b"lt", b"gt", b"quot", b"apos")
_CJK = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BREAK_IN_HAN = re.compile(rf"(?<={_CJK})[ \t]*[\r\n]\s*(?={_CJK})")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile(r"\s*[\r\n]\s*")


def reader_name() -> str:
    """What stands in a document's ``reader`` for all formats that are read from XML."""
    return f"zwiesprache {__version__} (lxml {version('lxml')})"


def parse_xml(data: bytes, *, breaks: bool = False) -> _Element:
    """Parse a whole XML file; HTML's named characters (``&nbsp;``) are read, a file's own entities are refused.

    Args:
        data: all bytes of the file.
        breaks: whether the source's line breaks are the text's own; else each is a space and, between Han, nothing.

    Returns:
        The root; comments and processing instructions are gone.

    Raises:
        Unreadable: ``broken`` where it is no XML or cut off, declares or uses entities of its own, or nests too deeply.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_NAMED.sub(_character, data.lstrip()), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:
        raise Unreadable("broken", f"no whole XML: {problem}") from None
    dtd: Any = root.getroottree().docinfo.internalDTD
    if (dtd is not None and any(True for _ in dtd.iterentities())) or any(True for _ in root.iter(etree.Entity)):
        raise Unreadable("broken", "XML with entities of its own, which are not expanded")
    if not breaks:
        undo_source_lines(root)
    return root


def _character(found: re.Match[bytes]) -> bytes:
    """An HTML character's number; what XML itself names, and what nobody knows, stays."""
    return found[0] if found[1] in _OWN else _CODES.get(found[1], found[0])


def undo_source_lines(root: _Element) -> None:
    """Make a source's line breaks what they mean: a space or, between Han, nothing; controls that XML bars go."""
    for element in root.iter():
        if element.text and "\n" in element.text:
            element.text = _on_one_line(element.text)
        if element.tail and "\n" in element.tail:
            element.tail = _on_one_line(element.tail)


def _on_one_line(text: str) -> str:
    return _CONTROLS.sub("", _BREAK.sub(" ", _BREAK_IN_HAN.sub("", text)))


def local(element: _Element) -> str:
    """An element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: _Element, name: str) -> str:
    """An attribute by its name without a namespace; empty if there is none."""
    value = element.get(name)
    if value is not None:
        return str(value)
    endings = ("}" + name, ":" + name)  # the second from the parser of HTML, which knows no namespaces
    return next((str(value) for key, value in element.items() if str(key).endswith(endings)), "")


def below(root: _Element, *names: str) -> Iterator[_Element]:
    """The elements at or below ``root`` that have one of the names, in any namespace, in order."""
    return root.iter(*(f"{{*}}{name}" for name in names))


def text_of(element: _Element | None) -> str:
    """All text in an element, single-spaced."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())
