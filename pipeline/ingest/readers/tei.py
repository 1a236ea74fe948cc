"""TEI P5: editions, plays, and records of parliament (GermaParl, ParlaMint)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.dates import parse_date
from pipeline.ingest.readers.text import clean
from pipeline.ingest.readers.xml_blocks import PRINTED_LINE, Markup, mark_lists, read_blocks
from pipeline.ingest.readers.xml_tree import attribute, below, local, parse_xml, reader_name, text_of
from pipeline.records import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element

MEDIA_TYPE = "application/tei+xml"
_TEXTS = ("TEI", "TEI.2")

_ROLES = {
    **dict.fromkeys(("p", "ab", "u", "seg", "lg", "quote", "item", "label", "q", "body", "front", "back", "div", "sp",
                     "titlePart", "byline", "dateline", "opener", "closer", "salute", "signed", "trailer", "argument",
                     "epigraph", "castItem", "address", "list", "group", "text", "floatingText", "docAuthor",
                     "docImprint", "docEdition", "docTitle", "cit"), "block"),
    **dict.fromkeys(("speaker", "stage", "fw", "kinesic", "vocal", "incident", "docDate"), "boilerplate"),
    **dict.fromkeys(("teiHeader", "corr", "reg", "expan", "del", "rdg", "figDesc", "facsimile", "standOff", "graphic",
                     "spanGrp", "linkGrp", "index", "pb", "cb", "gap", "formula"), "skip"),
    "titlePart": "heading",
    "table": "table",
    "row": "row",
    "cell": "cell",
    "bibl": "inline",
    "biblStruct": "reference",
    "listBibl": "reference",
}  # fmt: skip
_PARAGRAPHS = frozenset({"p", "ab", "l", "lg", "head", "item", "cell", "seg", "quote", "note", "bibl"})
_INLINE_SEG = frozenset({"p", "ab", "l", "head", "item", "cell", "s"})
_PLACES = re.compile(r"foot|bottom|end|margin|below|inline", re.IGNORECASE)
_BIBLIOGRAPHY = re.compile(r"bibliograph|references", re.IGNORECASE)
_CONTENTS = re.compile(r"contents|toc$|index", re.IGNORECASE)


def read_tei(data: bytes) -> list[tuple[str, Extract | Unreadable]]:
    """Read a TEI text, or the texts of a corpus in one file.

    Kept are paragraphs, speeches, verse (a stanza is one paragraph), headings, tables as rows, captions, and notes with
    their number behind the paragraph that they hang on. Names of speakers, stage directions, interjections, running
    heads and the notes of a transcript outside its utterances are ``boilerplate``, bibliographies ``reference``. Of two
    readings the printed one is kept (``sic``, ``orig``, ``abbr``). Left out are facsimiles, formulas and what stands
    off the text. Printed line breaks are joined again. The date is that of the text (its creation, setting or source)
    before that of the edition; dates of downloads and changes are not taken.

    Returns:
        One pair with an empty key for a single text. For a corpus one pair a text, under its ``xml:id``, else its
        number; its publisher and language are those of the corpus where it names none of its own.

    Raises:
        Unreadable: ``broken``, ``unknown_format`` (no TEI) or ``no_text`` (also of a corpus whose texts are in other
            files).
    """
    root = parse_xml(data)
    if local(root) not in {*_TEXTS, "teiCorpus", "teiCorpus.2"}:
        raise Unreadable("unknown_format", f"no TEI: the root is <{local(root)}>")
    texts = [each for each in below(root, *_TEXTS) if sum(1 for _ in below(each, *_TEXTS)) == 1]
    if all(_child(each, "text") is None for each in texts):
        elsewhere = next(below(root, "include"), None) is not None
        raise Unreadable("no_text", "its texts are in other files" if elsewhere else "a header without a text")
    if len(texts) == 1:
        return [("", _read_text(texts[0]))]
    found: list[tuple[str, Extract | Unreadable]] = []
    for number, each in enumerate(texts, start=1):
        key = clean(attribute(each, "id")) or str(number)
        try:
            found.append((key, _read_text(each)))
        except Unreadable as problem:
            found.append((key, problem))
    return found


def _read_text(tei: _Element) -> Extract:
    text = _child(tei, "text")
    if text is None:
        raise Unreadable("no_text", "a header without a text")
    for element in below(text, "lb"):
        _mark_line(element)
    for element in below(text, "l"):
        element.tail = f" {element.tail or ''}"  # a stanza's lines may stand in the source without a space
    blocks = mark_lists(read_blocks(text, Markup(_role, _note)))
    if not blocks:
        raise Unreadable("no_text")
    metadata: dict[str, str] = {}
    for above in reversed([tei, *tei.iterancestors()]):
        said = _metadata(above)
        metadata = {**{name: metadata[name] for name in ("publisher", "language") if name in metadata}, **said}
    return Extract(tuple(blocks), reader_name(), MEDIA_TYPE, metadata=metadata)


def _child(element: _Element, name: str) -> _Element | None:
    return next((child for child in element if local(child) == name), None)


def _parent(element: _Element) -> _Element:
    parent = element.getparent()
    return element if parent is None else parent


def _mark_line(element: _Element) -> None:
    """A printed line's end; ``break="no"`` is inside a word, whose hyphen may stand before it or not."""
    if attribute(element, "break") != "no":
        element.text = PRINTED_LINE
        return
    previous = element.getprevious()
    parent = _parent(element)
    before = parent.text if previous is None else previous.tail
    if element.tail:
        element.tail = element.tail.lstrip()
    if not before:
        return
    joined = re.sub(r"[-\u00ad\u2010¬⸗=]?\s*$", "", before)
    if previous is None:
        parent.text = joined
    else:
        previous.tail = joined


def _role(element: _Element) -> str:  # noqa: PLR0911 - one return a kind of element
    name = local(element)
    if name == "note":
        return _note_role(element)
    if name == "head":
        return "caption" if local(_parent(element)) in {"table", "figure"} else "heading"
    if name == "l":
        return "inline" if local(_parent(element)) == "lg" else "block"
    if name == "seg":
        return "inline" if local(_parent(element)) in _INLINE_SEG else "block"
    if name in {"q", "quote", "label", "stage", "list", "incident", "kinesic", "vocal"}:
        inside = local(_parent(element)) in _PARAGRAPHS - {"note", "quote"}
        blocks = inside and next(below(element, "p", "item", "l", "lg"), None) is not None
        if inside and not blocks:
            return "skip" if name in {"incident", "kinesic", "vocal"} else "inline"
        return _ROLES[name]
    if name == "bibl" and local(_parent(element)) in {"listBibl", "div", "back"}:
        return "reference"
    if name == "div":
        return _division_role(attribute(element, "type"))
    return _ROLES.get(name, "inline")


def _division_role(kind: str) -> str:
    if _BIBLIOGRAPHY.search(kind):
        return "reference"
    return "boilerplate" if _CONTENTS.match(kind) else "block"


def _note_role(element: _Element) -> str:
    """A footnote, or what a transcript remarks between utterances: who speaks, that people applaud."""
    if _PLACES.search(attribute(element, "place")):
        return "note"
    inside = any(local(above) in _PARAGRAPHS for above in element.iterancestors())
    return "note" if inside else "boilerplate" if _in_transcript(element) else "footnote"


def _in_transcript(element: _Element) -> bool:
    parent = _parent(element)
    return local(parent) in {"u", "sp"} or any(local(child) in {"u", "sp"} for child in parent)


def _note(note: _Element) -> tuple[str, _Element | None]:
    return attribute(note, "n"), note


def _metadata(root: _Element) -> dict[str, str]:
    """What the header of a text or of a corpus says."""
    header = _child(root, "teiHeader")
    if header is None:
        return {}
    statement = next(below(header, "titleStmt"), None)
    titles = [] if statement is None else [found for found in statement if local(found) == "title"]
    main = next((found for found in titles if attribute(found, "type") == "main"), titles[0] if titles else None)
    language = next((attribute(found, "ident") for found in below(header, "language")), "") or attribute(root, "lang")
    found = {
        "title": " ".join(filter(None, (text_of(main), _session(statement)))),
        "author": "; ".join(map(text_of, [] if statement is None else below(statement, "author"))),
        "publisher": text_of(next((p for s in below(header, "publicationStmt") for p in below(s, "publisher")), None)),
        "date": _date(header),
        "language": re.sub(r"^(?:deu|ger)$", "de", re.sub(r"^(?:zho|chi)$", "zh", language.lower()))[:2],
    }
    return {name: value for name, raw in found.items() if (value := clean(raw))}


def _session(statement: _Element | None) -> str:
    """``13/191`` where a record of parliament names the period and the session, as GermaParl does."""
    if statement is None:
        return ""
    numbers = [text_of(next(below(statement, name), None)) for name in ("legislativePeriod", "sessionNo")]
    return "/".join(numbers) if all(numbers) else ""


def _date(header: _Element) -> str:
    """The first date that can be read, of the places that speak of the text before those that speak of the edition."""
    for path in (
        ".//{*}profileDesc//{*}creation//{*}date",
        ".//{*}profileDesc//{*}setting//{*}date",
        ".//{*}sourceDesc//{*}bibl//{*}date",
        ".//{*}sourceDesc//{*}biblStruct//{*}date",
        ".//{*}sourceDesc//{*}biblFull//{*}publicationStmt//{*}date",
        ".//{*}publicationStmt/{*}date",
    ):
        for element in header.iterfind(path):
            for value in (attribute(element, "when"), text_of(element)):
                if value and parse_date(value) is not None:
                    return value
    return ""
