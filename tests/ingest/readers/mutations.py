"""Files broken at random: their bytes, and what stands inside them, so that each parser behind another is reached."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable  # noqa: TC003 - named at run time
from typing import TYPE_CHECKING, Any

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.readers.zip_files import open_zip, read_entry

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

LARGEST = 200_000
"""Bytes up to which a file is mutated; larger ones say no more and take longer."""
PARTS = [
    b"<", b">", b"&#x0;", b"]]>", b"<!--", b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"\x00", b"\xff\xfe",
    b"endobj", b"stream\n", b"endstream", b"/Kids[1 0 R]", b"/Count -1", b"99999999999", b"-1", b"1e999", b"<<", b">>",
    b"/Length 0", b"\\u0000", b"\xed\xa0\x80", b'"', b"{", b"}", b"[", b"PK\x03\x04", b"(", b")", b"\r", b"\n\n\n",
]  # fmt: skip
TEXTS = [
    "", " ", "\n", "0", "1", "-1", "99999999999", "1e999", "²", "٣", "a" * 5000, "(" * 300, "[1]", "城市 外交",
    "Müller (SPD):", "\u2028", "\u00ad", "e\u0301", "\u0301", "\ufeff", "\ue1f0", "\U0001d400", "Literatur", "参考文献",
    "../x", "#n", "%00", "https://a.b/c", "2014-05-15", "0000-00-00", "| |", "\u202e", "- ", "-\n",
]  # fmt: skip
CONTROL_WORDS = [
    "\\par", "\\pard", "\\intbl", "\\cell", "\\row", "\\trowd", "\\footnote", "\\chftn", "\\*", "\\bin9", "\\u-1?",
    "\\u99999?", "\\uc0", "\\uc9", "\\'ff", "\\'zz", "\\ansicpg0", "\\ansicpg99999", "\\f99", "\\s1", "\\outlinelevel8",
    "\\line", "\\deleted", "\\v", "{", "}", "{\\*\\x", "{\\field{\\*\\fldinst A}", "{\\fldrslt", "\\nestcell", "\\",
]  # fmt: skip


def mutate(name: str, data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Break a file: its bytes, or more often its inside, as its form allows.

    Args:
        name: the file's name.
        data: its bytes.
        rng: what is drawn from.
        other: the bytes of another file, of which a piece may be put in.
    """
    inside = next((way for start, way in _INSIDES if start(name, data)), None)
    if inside is None or rng.random() < 0.3:
        return mutate_bytes(data, rng, other)
    changed = inside(data, rng, other)
    return mutate_bytes(changed, rng, other) if rng.random() < 0.1 else changed


def mutate_bytes(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Change a few places: bytes, cuts, copies, telling parts, or a piece of another file."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(changed) + 1)
        length = min(rng.choice((1, 2, 8, 100, 5000)), len(changed) - at)
        way = rng.randrange(7)
        if way == 0 and length:
            changed[at] = rng.randrange(256)
        elif way == 1:
            del changed[at : at + length]
        elif way == 2:
            changed[at:at] = changed[at : at + length] * rng.choice((1, 1, 50))
        elif way == 3:
            changed[at:at] = rng.choice(PARTS)
        elif way == 4:
            changed[at : at + length] = rng.randbytes(length)
        elif way == 5 and other:
            start = rng.randrange(len(other))
            changed[at : at + length] = other[start : start + length]
        elif rng.random() < 0.2:
            del changed[at:]
        if len(changed) > 2 * LARGEST:
            del changed[2 * LARGEST :]
    return bytes(changed)


def mutate_xml(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Change a tree and write it out again, so that it stays XML."""
    root = _parsed(data)
    if root is None:
        return mutate_bytes(data, rng, other)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        with contextlib.suppress(ValueError):  # a name that the parser let pass and the writer does not
            _change_tree(root, rng)
    written = bytes(etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True))
    return written[: 4 * LARGEST]


def mutate_zip(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Break entries of a ZIP file and pack it again; now and then an entry goes, comes twice or is called otherwise."""
    try:
        file = open_zip(data)
        entries = [(entry.filename, read_entry(file, entry)) for entry in file.infolist()]
    except Unreadable:
        return mutate_bytes(data, rng, other)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if not entries:
            break
        at = rng.randrange(len(entries))
        name, content = entries[at]
        way = rng.randrange(12)
        if way == 0:
            del entries[at]
        elif way == 1:
            entries.insert(rng.randrange(len(entries) + 1), entries[at])
        elif way == 2:
            entries[at] = (rng.choice([*(other_name for other_name, _ in entries), *TEXTS[:16]]), content)
        else:
            entries[at] = (name, mutate(name, content, rng, rng.choice(entries)[1]))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        warnings.simplefilter("ignore")  # that a name comes twice is meant
        for name, content in entries:
            packed.writestr(_entry(name), content)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name or "a")
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def mutate_json(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Change values and keys of a JSON file; it stays JSON."""
    try:
        content = json.loads(data)
    except ValueError:
        return mutate_bytes(data, rng, other)
    values: list[Any] = [None, True, 0, -1, 1e308, [], {}, [[]], "\ud800", {"text": "a"}, *TEXTS]
    for _ in range(rng.choice((1, 1, 2, 4))):
        places = list(_places(content))
        if not places:
            break
        holder, key = rng.choice(places)
        way = rng.randrange(4)
        if way == 0:
            del holder[key]
        elif way == 1:
            holder[key] = json.loads(json.dumps(rng.choice(places)[0]))
        elif way == 2 and isinstance(holder, dict):
            holder[str(rng.choice(places)[1])] = holder.pop(key)
        else:
            holder[key] = rng.choice(values)
    return json.dumps(content).encode()[: 2 * LARGEST]


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Each value of a JSON file by what holds it and under which key."""
    waiting = [content]
    while waiting:
        holder = waiting.pop()
        inner = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for key, value in inner:
            yield holder, key
            waiting.append(value)


def mutate_rtf(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Move, double, drop and add control words and groups."""
    words = re.findall(rb"\\[a-z]+-?\d* ?|\\.|[{}]|[^\\{}]+", data, re.DOTALL)
    if len(words) < 3:
        return mutate_bytes(data, rng, other)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at, to = rng.randrange(1, len(words)), rng.randrange(1, len(words))
        way = rng.randrange(5)
        if way == 0 and len(words) > 3:
            del words[at]
        elif way == 1:
            words.insert(to, words[at])
        elif way == 2:
            words[at], words[to] = words[to], words[at]
        elif way == 3:
            words[at] = re.sub(rb"\d+", lambda _: str(rng.choice((0, 1, 9, 255, 65535, 10**10))).encode(), words[at])
        else:
            words.insert(to, rng.choice(CONTROL_WORDS).encode() + b" ")
    return b"".join(words)


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _change_tree(root: Any, rng: random.Random) -> None:
    elements = list(root.iter(etree.Element))
    rng.choice(_CHANGES)(rng.choice(elements), rng.choice(elements), rng)


def _drop(element: Any, _: Any, __: random.Random) -> None:
    if element.getparent() is not None:
        element.getparent().remove(element)


def _double(element: Any, another: Any, rng: random.Random) -> None:
    if len(element) < MANY:
        another.insert(rng.randrange(len(another) + 1), copy.deepcopy(element))


def _rename(element: Any, another: Any, _: random.Random) -> None:
    element.tag = another.tag


def _change_attribute(element: Any, another: Any, rng: random.Random) -> None:
    keys = sorted(map(str, element.attrib))
    if keys and rng.random() < 0.3:
        del element.attrib[rng.choice(keys)]
    elif keys:
        element.set(rng.choice(keys), rng.choice([*TEXTS, *map(str, another.attrib.values())]))


def _change_text(element: Any, _: Any, rng: random.Random) -> None:
    element.text = rng.choice(TEXTS)


def _change_tail(element: Any, _: Any, rng: random.Random) -> None:
    element.tail = rng.choice(TEXTS)


def _unwrap(element: Any, _: Any, __: random.Random) -> None:
    """The inside comes up, the element goes."""
    parent = element.getparent()
    if parent is not None:
        place = parent.index(element)
        parent[place : place + 1] = list(element)


def _empty(element: Any, _: Any, __: random.Random) -> None:
    for child in list(element):
        element.remove(child)


def _nest(element: Any, _: Any, rng: random.Random) -> None:
    holder = element
    for _ in range(rng.choice((1, 3, 30, 200))):
        holder = etree.SubElement(holder, element.tag, dict(element.attrib))
    holder.text = rng.choice(TEXTS)


MANY = 50
"""Children of an element above which it is not copied."""
_CHANGES: list[Callable[[Any, Any, random.Random], None]] = [
    *(_drop, _double, _double, _rename, _change_attribute, _change_text, _change_tail, _unwrap, _empty, _nest)
]
_INSIDES: list[tuple[Callable[[str, bytes], bool], Callable[[bytes, random.Random, bytes], bytes]]] = [
    (lambda _, data: data.startswith(b"PK\x03\x04"), mutate_zip),
    (lambda _, data: data.lstrip().startswith(b"{\\rtf"), mutate_rtf),
    (lambda name, _: name.endswith(".json"), mutate_json),
    (lambda name, _: name.endswith((".xml", ".tei", ".fodt", ".xhtml", ".opf", ".rels", ".ncx")), mutate_xml),
]
"""How the inside of a file is changed, by what it is."""
