"""CSL-JSON, as Zotero and other programs write it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pipeline.errors import StudyError
from pipeline.ingest.bibliography.names import Name, has_han, parse_name
from pipeline.ingest.bibliography.record import ROLES, TEXTS, make_record
from pipeline.records import Reject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.ingest.bibliography.record import Record


def read_csl(text: str, name: str) -> list[Record | Reject]:
    """The records of a file of CSL-JSON: a list of items, or an object that holds one under ``items``.

    Raises:
        StudyError: it is no JSON, or no list of items.
    """
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise StudyError(f"{name}: no whole JSON ({problem}); export the bibliography again") from None
    if isinstance(items, dict):
        items = items.get("items", [items])
    if not isinstance(items, list):
        raise StudyError(f"{name}: CSL-JSON is a list of items: [{{…}}, {{…}}]")
    return [_record(item, number, name) for number, item in enumerate(items, start=1)]


def _record(item: Any, number: int, name: str) -> Record | Reject:
    where = f"{name}, item {number}"
    if not isinstance(item, dict):
        return Reject("", f"record {number}", "corpus", "bad_row", f"{where}: an item is an object: {{…}}")
    fields = {key: [_text(item.get(key))] for key in (*TEXTS, "abstract")}
    fields |= {key: [_date(item[key])] for key in ("issued", "accessed") if isinstance(item.get(key), dict | str)}
    fields["keyword"] = _texts(item.get("keyword"))
    fields["file"] = _texts(item.get("attachments")) + _texts(item.get("file"))
    names = {role: [_name(person) for person in _list(item.get(role))] for role in ROLES}
    key = _text(item.get("citation-key")) or _text(item.get("id")).rstrip("/").rpartition("/")[2]
    record = make_record(_text(item.get("type")), fields, where, key, names=names)
    return record or Reject("", key or f"record {number}", "corpus", "bad_row", f"{where}: it has no title")


def _name(person: Any) -> Name:
    """A name of CSL-JSON: particles belong to the part that they stand before; Chinese names are of one piece."""
    if not isinstance(person, dict):
        return parse_name(person) if isinstance(person, str) else Name()
    if person.get("literal"):
        return Name(literal=parse_name(_text(person["literal"])).literal or _text(person["literal"]))
    parts = {key: _text(person.get(key)) for key in ("family", "given", "suffix")}
    particle = " ".join(filter(None, (_text(person.get(f"{kind}-particle")) for kind in ("dropping", "non-dropping"))))
    family = f"{particle} {parts['family']}".strip()
    if has_han(family + parts["given"]):
        return parse_name(f"{family}, {parts['given']}" if parts["given"] else family)
    given = ", ".join(filter(None, (parts["given"], parts["suffix"])))
    return Name(family, given) if family and given else Name(literal=family or given)


def _date(value: Mapping[str, Any] | str) -> str:
    if isinstance(value, str):
        return value
    parts = _list(value.get("date-parts"))
    first = _list(parts[0]) if parts else []
    numbers = [_text(part) for part in first[:3]]
    if numbers and all(re.fullmatch(r"\d{1,4}", part) for part in numbers):
        return "-".join([numbers[0].zfill(4), *(part.zfill(2) for part in numbers[1:])])
    return _text(value.get("raw")) or _text(value.get("literal"))


def _texts(value: Any) -> list[str]:
    found = [part.get("path") or part.get("localPath") if isinstance(part, dict) else part for part in _list(value)]
    return [_text(part) for part in found if _text(part)] if found else [text for text in [_text(value)] if text]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
