"""The Bundestag's open data: records of its sessions since 2017 speech by speech, older ones as one text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.errors import Unreadable
from pipeline.ingest.dates import parse_date
from pipeline.ingest.readers.bundestag_old import read_text_of_record
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import Markup, read_blocks
from pipeline.ingest.readers.xml_tree import attribute, below, local, parse_xml, reader_name, text_of
from pipeline.records import Extract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element

    from pipeline.records import Block, Kind

MEDIA_TYPE = "application/xml"
PUBLISHER = "Deutscher Bundestag"
PROCEEDINGS = "proceedings"
"""The key of the document that holds all that is no speech."""

_ROLES = {
    **dict.fromkeys(("a", "xref", "redner"), "skip"),
    **dict.fromkeys(("p", "zitat", "anlagen-text"), "block"),
    **dict.fromkeys(("kommentar", "name"), "boilerplate"),
    "fussnote": "note",
    "table": "table",
    "tr": "row",
    "td": "cell",
    "th": "cell",
}
_OUTSIDE = frozenset({"vorspann", "rednerliste"})
_LEAVES = frozenset({"rede", "p", "name", "kommentar", "table", "anlagen-titel", "fussnote", "zitat"})
_TOPIC = re.compile(r"T_fett|T_(?:ZP_)?NaS")
_HEADING = re.compile(r"T_fett|T_(?:ZP_)?NaS|Anlage_\d")
_NAMES = re.compile(r"AL_\w+")
_LONGEST_TITLE = 240

_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?(?:(?!\?>).)*+\?>\s*+|<!--(?:(?!-->).)*+-->\s*+"
    rb"|<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\]\s*+)?>\s*+)*+<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Document:
    metadata: dict[str, str]
    blocks: list[Block] = field(default_factory=list)


def read_bundestag(data: bytes) -> list[tuple[str, Extract | Unreadable]]:
    """Read a record of a session, or another paper of the Bundestag in its old XML.

    A record since 2017 gives one document a speech, under the speech's id, with the speaker's name (``author``), role
    and parliamentary group (``party``); a question that another member asks within it is a document of its own
    (``ID19200700-2``). What the chair says, within speeches too, and what stands between and behind them (agenda,
    appendices) is the document ``proceedings``: each paragraph is in one document. Interjections, applause and the
    lines that name a speaker are ``boilerplate``, lists of names ``table``. Left out are the title pages with the table
    of contents and the list of speakers at the end, which repeat the rest.

    An older record is one document (its key is empty): see `read_text_of_record`.

    Returns:
        Pairs of a document's key within the file and the document; a speech without a word is ``no_text``.

    Raises:
        Unreadable: ``broken``, ``unknown_format`` (other XML) or ``no_text``.
    """
    root = parse_xml(data, breaks=root_name(data) == "DOKUMENT")
    if local(root) == "DOKUMENT":
        return [("", _read_old(root))]
    if local(root) != "dbtplenarprotokoll":
        raise Unreadable("unknown_format", f"XML with the root <{local(root)}>")
    reader = reader_name()
    documents: list[tuple[str, Extract | Unreadable]] = []
    for key, found in _documents(root).items():
        if any(block.kind != "boilerplate" for block in found.blocks):
            documents.append((key, Extract(tuple(found.blocks), reader, MEDIA_TYPE, metadata=found.metadata)))
        elif key != PROCEEDINGS:
            documents.append((key, Unreadable("no_text", "a speaker is named and says nothing")))
    if not any(isinstance(document, Extract) for _, document in documents):
        raise Unreadable("no_text")
    return documents


def root_name(data: bytes) -> str:
    """The name of an XML file's root element, found without parsing the file; empty if there is none."""
    head = data[:65_536]
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            head = head[2:].decode(encoding, errors="ignore").encode()
    found = _ROOT.match(head)
    return found[1].decode("ascii") if found else ""


def _documents(root: _Element) -> dict[str, _Document]:
    """All documents of a record by their key, in the order in which they begin; the proceedings last."""
    common = _common_metadata(root)
    proceedings = _Document(common)
    speeches: dict[str, _Document] = {}
    for part in root:
        if local(part) in _OUTSIDE:
            continue
        for element, topic in _parts(part):
            if local(element) == "rede":
                _read_speech(element, common | ({"agenda_item": topic} if topic else {}), speeches, proceedings)
            else:
                proceedings.blocks.extend(read_blocks(element, _MARKUP, _kind(element)))
    return {**speeches, PROCEEDINGS: proceedings}


def _parts(part: _Element) -> Iterator[tuple[_Element, str]]:
    """The speeches and the paragraphs beside them, each with the item of the agenda that it stands under."""
    item = ""
    topics: dict[str, str] = {}
    is_debated = False
    walk = etree.iterwalk(part, events=("start",))
    for _, element in walk:
        name = local(element)
        if name == "tagesordnungspunkt":
            item, topics = clean(attribute(element, "top-id")), {}
        if name not in _LEAVES:
            continue
        walk.skip_subtree()
        style = attribute(element, "klasse")
        if _TOPIC.fullmatch(style):
            topics = {} if is_debated else topics
            is_debated = False
            topics[style] = clean(f"{topics.get(style, '')} {text_of(element)}")
        is_debated = is_debated or name == "rede"
        topic = topics.get("T_fett") or next(iter(topics.values()), "")
        yield element, _shortened(": ".join(filter(None, (item, topic))))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else text[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"


def _read_speech(speech: _Element, common: dict[str, str], documents: dict[str, _Document], chair: _Document) -> None:
    """Give each paragraph of a speech to the one who has the floor; the chair's words are the proceedings'."""
    key = attribute(speech, "id") or "speech"
    by_person: dict[str, _Document] = {}
    current = chair
    if not any(attribute(element, "klasse") == "redner" for element in speech):  # damaged: it is a speech all the same
        current = documents[_free(key, documents)] = _Document(_with_title(common))
    for element in speech:
        style = attribute(element, "klasse")
        speaker = next(below(element, "redner"), None) if style == "redner" else None
        if speaker is not None:
            person = _person(speaker)
            identity = person.get("speaker_id") or person.get("author", "")
            if identity not in by_person:
                by_person[identity] = _Document(_with_title(common | person))
                wanted = key if len(by_person) == 1 else f"{key}-{len(by_person)}"
                documents[_free(wanted, documents)] = by_person[identity]
            current = by_person[identity]
        elif local(element) == "name" or style == "N":
            current = chair
        current.blocks.extend(read_blocks(element, _MARKUP, _kind(element)))


def _free(key: str, taken: Collection[str]) -> str:
    """A key that no document has: a damaged record may use an id twice."""
    return key if key not in taken else next(free for n in count(2) if (free := f"{key}-{n}") not in taken)


def _kind(element: _Element) -> Kind:
    """The kind of a paragraph of a record, by its element and by its class."""
    name, style = local(element), attribute(element, "klasse")
    if name in {"kommentar", "name"} or style in {"redner", "N"}:
        return "boilerplate"
    if name == "anlagen-titel" or _HEADING.fullmatch(style):
        return "heading"
    if name == "fussnote":
        return "footnote"
    return "table" if _NAMES.fullmatch(style) else "body"


def _role(element: _Element) -> str:
    name = local(element)
    if name == "sup":
        following = element.getnext()
        is_mark = following is not None and local(following) == "fussnote" and not (element.tail or "").strip()
        return "skip" if is_mark else "inline"
    return _ROLES.get(name, "inline")


def _note(note: _Element) -> tuple[str, _Element]:
    previous = note.getprevious()
    return text_of(previous) if previous is not None and local(previous) == "sup" else "", note


_MARKUP = Markup(_role, _note)


def _common_metadata(root: _Element) -> dict[str, str]:
    period, session = attribute(root, "wahlperiode"), attribute(root, "sitzung-nr")
    head = next(below(root, "kopfdaten"), root)
    dates = [attribute(root, "sitzung-datum"), *(attribute(found, "date") for found in below(head, "datum"))]
    number = f"{period}/{session}" if period and session else ""
    found = {
        "title": f"Plenarprotokoll {number}".strip(),
        "publisher": text_of(next(below(head, "herausgeber"), None)) or PUBLISHER,
        "date": next((date for raw in dates if (date := _iso(raw))), ""),
        "language": "de",
        "session": number,
    }
    return {name: value for name, value in found.items() if value}


def _iso(raw: str) -> str:
    dated = parse_date(raw) if raw else None
    return dated.date.isoformat() if dated and dated.precision == "day" else ""


def _person(speaker: _Element) -> dict[str, str]:
    """Who has the floor: name without place, role in government, parliamentary group, and the id of the master data."""
    said = {local(found): clean(text_of(found)) for found in speaker.iter()}
    names = (said.get(part, "") for part in ("titel", "vorname", "namenszusatz", "nachname"))
    found = {
        "author": " ".join(filter(None, names)),
        "party": said.get("fraktion", ""),
        "role": said.get("rolle_lang", "") or said.get("rolle", ""),
        "speaker_id": attribute(speaker, "id"),
    }
    return {name: value for name, value in found.items() if value}


def _with_title(metadata: dict[str, str]) -> dict[str, str]:
    topic = metadata.get("agenda_item") or metadata["title"]
    return metadata | {"title": f"{metadata['author']}: {topic}" if "author" in metadata else topic}


def _read_old(root: _Element) -> Extract:
    said = {local(child): clean(text_of(child)) for child in root if local(child) != "TEXT"}
    old = read_text_of_record(next((str(found.text or "") for found in root if local(found) == "TEXT"), ""))
    if not any(block.kind != "boilerplate" for block in old.blocks):
        raise Unreadable("no_text")
    found = {
        "title": said.get("TITEL", ""),
        "author": said.get("P_AUTOREN", "") or said.get("PERSOENLICHER_URHEBER", ""),
        "publisher": PUBLISHER,
        "date": _iso(said.get("DATUM", "")),
        "language": "de",
        "session": said.get("NR", "").lstrip("0"),
    }
    metadata = {name: value for name, value in found.items() if value}
    repairs = {name: times for name, times in sorted(old.repairs.items()) if times}
    return Extract((*old.blocks, *old.heads), reader_name(), MEDIA_TYPE, metadata=metadata, repairs=repairs)
