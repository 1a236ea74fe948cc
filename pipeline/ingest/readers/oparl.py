"""OParl 1.0 and 1.1: papers of city councils as their information systems give them, in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.errors import Unreadable
from pipeline.ingest.dates import parse_date
from pipeline.ingest.encodings import decode
from pipeline.ingest.readers.text import clean, paragraphs
from pipeline.records import Block, Extract

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_TYPE = "application/json"
_SCHEMA = "schema.oparl.org"
_TEXTS = ("mainFile", "auxiliaryFile")


def read_oparl(data: bytes) -> list[tuple[str, Extract | Unreadable]]:
    """Read a paper, a file of a paper, or a list of them.

    A paper's name is its heading; under it stands what text the JSON carries of its files (OParl's ``text``), each
    under the file's name. Most systems give only addresses of PDFs: such a paper has the flag ``title_only`` and the
    names of its files, as ``reference``. The date is the paper's own, never that of a file, which is when the file came
    into the system, and none is taken for a file alone. Meetings, persons and organisations are no texts.

    Returns:
        One pair with an empty key for a single object; for a list one pair an object, the key being the end of its id.

    Raises:
        Unreadable: ``broken``, ``encoding``, ``binary``, ``unknown_format`` (no OParl) or ``no_text`` (deleted).
    """
    text, encoding = decode(data)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Unreadable("broken", f"no whole JSON: {problem}") from None
    reader = f"zwiesprache {__version__} ({encoding})"
    if isinstance(content, dict) and not isinstance(content.get("data"), list):
        return [("", _read_object(content, reader))]
    objects = content["data"] if isinstance(content, dict) else content
    if not isinstance(objects, list) or not any(_type(found) for found in objects):
        raise Unreadable("unknown_format", "JSON that is not OParl; rows of texts are read as a table")
    found: list[tuple[str, Extract | Unreadable]] = []
    for number, each in enumerate(objects, start=1):
        key = _text(each, "id").rstrip("/").rpartition("/")[2] or str(number)
        try:
            found.append((key, _read_object(each, reader)))
        except Unreadable as problem:
            found.append((key, problem))
    return found


def _read_object(content: Any, reader: str) -> Extract:
    kind = _type(content)
    if kind not in {"Paper", "File"}:
        what = f"an OParl {kind}, which is no text" if kind else "JSON that is not OParl; rows of texts are a table"
        raise Unreadable("unknown_format", what)
    if content.get("deleted") is True:
        raise Unreadable("no_text", "deleted by its council")
    return _read_paper(content, reader) if kind == "Paper" else _read_single(content, reader)


def _type(content: Any) -> str:
    """``Paper``, ``File`` or another word of the schema; empty for what is not OParl."""
    address = _text(content, "type")
    return address.rpartition("/")[2] if _SCHEMA in address else ""


def _text(content: Any, name: str) -> str:
    value = content.get(name) if isinstance(content, dict) else None
    return clean(value) if isinstance(value, str) else ""


def _read_paper(paper: dict[str, Any], reader: str) -> Extract:
    name = _text(paper, "name")
    files = list(_files(paper))
    texts = [block for file in files for block in _file_blocks(file, name)]
    names = dict.fromkeys(filter(None, (_text(file, "name") for file in files)))
    blocks = [Block(name, "heading")] if name else []
    blocks += texts or [Block(each, "reference") for each in names if each != name]
    if not blocks:
        raise Unreadable("no_text")
    found = {
        "title": name,
        "date": _date(paper),
        "url": _text(paper, "web") or _text(paper, "id"),
        "reference": _text(paper, "reference"),
        "paper_type": _text(paper, "paperType"),
    }
    flags = () if texts else ("title_only",)
    return Extract(tuple(blocks), reader, MEDIA_TYPE, metadata=_said(found), flags=flags)


def _read_single(file: dict[str, Any], reader: str) -> Extract:
    blocks = _file_blocks(file, "")
    if not blocks:
        raise Unreadable("no_text", "an OParl file that gives the address of its text only")
    found = {"title": _text(file, "name"), "url": _text(file, "accessUrl") or _text(file, "id")}
    return Extract(tuple(blocks), reader, MEDIA_TYPE, metadata=_said(found))


def _files(paper: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in _TEXTS:
        value = paper.get(name)
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict))


def _file_blocks(file: dict[str, Any], above: str) -> list[Block]:
    """A file's text under its name, unless that is the heading above it already."""
    text = file.get("text")
    blocks = [Block(paragraph) for paragraph in paragraphs(text)] if isinstance(text, str) else []
    name = _text(file, "name")
    return [Block(name, "heading"), *blocks] if blocks and name and name != above else blocks


def _date(paper: dict[str, Any]) -> str:
    raw = _text(paper, "date")
    return raw if raw and parse_date(raw) is not None else ""


def _said(found: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in found.items() if value}
