"""Zotero RDF: items, the journals and books that they are part of, and their attachments.

Read as the XML that Zotero writes: it names attachments by ``<rdf:resource rdf:resource="…"/>``, which is no RDF/XML,
and a library for RDF (rdflib 7.6) refuses the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import StudyError, Unreadable
from pipeline.ingest.bibliography.names import Name, parse_name
from pipeline.ingest.bibliography.record import make_record
from pipeline.ingest.bibliography.tables import csl_type
from pipeline.records import Reject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from pipeline.ingest.bibliography.record import Record

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_Z = "{http://www.zotero.org/namespaces/export#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_BIB = "{http://purl.org/net/biblio#}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_LINK = "{http://purl.org/rss/1.0/modules/link/}"
_PRISM = "{http://prismstandard.org/namespaces/1.2/basic/}"
_VCARD = "{http://nwalsh.com/rdf/vCard#}"

_OWN = {
    "title": _DC + "title", "issued": _DC + "date", "abstract": _TERMS + "abstract", "page": _BIB + "pages",
    "language": _Z + "language", "edition": _PRISM + "edition", "genre": _Z + "type", "keyword": _DC + "subject",
    "accessed": _TERMS + "dateSubmitted", "volume": _PRISM + "volume", "issue": _PRISM + "number",
    "event-title": _Z + "meetingName",
}  # fmt: skip
_ROLES = {
    "author": ("authors", "presenters", "contributors"), "editor": ("editors",), "translator": ("translators",)
}  # fmt: skip


def read_rdf(data: bytes, name: str) -> list[Record | Reject]:
    """The records of a file of Zotero RDF.

    Raises:
        StudyError: it is no XML, or cut off.
    """
    from pipeline.ingest.readers.xml_tree import parse_xml

    try:
        root = parse_xml(data, breaks=True)
    except Unreadable as problem:
        raise StudyError(f"{name}: no whole Zotero RDF ({problem.detail}); export the bibliography again") from None
    known = {about: node for node in root if (about := node.get(_RDF + "about"))}
    read: list[Record | Reject] = []
    for node in root:
        kind = node.findtext(_Z + "itemType", "")
        if kind in {"", "attachment", "note", "annotation"} or node.tag == _Z + "Collection":
            continue
        where = f"{name}, line {node.sourceline}"
        record = _record(node, kind, known, where)
        read.append(
            record or Reject("", f"record at line {node.sourceline}", "corpus", "bad_row", f"{where}: no title")
        )
    return read


def _record(node: _Element, kind: str, known: dict[str, _Element], where: str) -> Record | None:
    fields = {variable: [_text(child) for child in node.iterchildren(tag)] for variable, tag in _OWN.items()}
    whole = list(_linked(node, _TERMS + "isPartOf", known))
    for part in whole:
        variable = "collection-title" if part.tag == _BIB + "Series" else "container-title"
        fields.setdefault(variable, []).extend(_text(child) for child in part.iterchildren(_DC + "title"))
        fields["volume"] += [_text(child) for child in part.iterchildren(_PRISM + "volume")]
        fields["issue"] += [_text(child) for child in part.iterchildren(_PRISM + "number")]
    for event in node.iter(_BIB + "Conference"):
        fields["event-title"] += [_text(child) for child in event.iterchildren(_DC + "title")]
    for body in node.iterfind(f"{_DC}publisher/{_FOAF}Organization"):
        fields["publisher"] = [_text(child) for child in body.iterchildren(_FOAF + "name")]
        fields["publisher-place"] = [_text(child) for child in body.iter(_VCARD + "locality")]
    for one in (node, *whole):
        for identifier in one.iterchildren(_DC + "identifier"):
            scheme, _, number = _text(identifier).partition(" ")
            if scheme in {"DOI", "ISSN", "ISBN"}:
                fields.setdefault(scheme, []).append(number)
            elif one is node:
                fields.setdefault("URL", []).extend(_text(value) for value in identifier.iter(_RDF + "value"))
    attachments = (_attached(child) for child in _linked(node, _LINK + "link", known))
    fields["file"] = [path for path in attachments if path]
    names = {role: [name for tag in tags for name in _names(node, tag)] for role, tags in _ROLES.items()}
    return make_record(csl_type(kind), fields, where, names=names)


def _linked(node: _Element, tag: str, known: dict[str, _Element]) -> Iterator[_Element]:
    """What a property of a node names or holds."""
    for child in node.iterchildren(tag):
        target = known.get(child.get(_RDF + "resource", ""))
        yield from [target] if target is not None else child


def _attached(node: _Element) -> str:
    resource = node.find(_RDF + "resource")
    return "" if resource is None else resource.get(_RDF + "resource", "")


def _names(node: _Element, role: str) -> Iterator[Name]:
    for person in node.iterfind(f"{_BIB}{role}//{_FOAF}Person"):
        family, given = (person.findtext(_FOAF + part, "").strip() for part in ("surname", "givenName"))
        if family and given:
            yield parse_name(f"{family}, {given}")
        else:
            yield parse_name(family or given)


def _text(node: _Element) -> str:
    return " ".join("".join(map(str, node.itertext())).split())
