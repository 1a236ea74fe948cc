"""Which captures of a source become documents: decided over all its archives, from what their parts say.

The item is the capture. Of a page that was captured several times the newest capture that can be read is the document:
it is what a reader finds at the address, and one page counts once. An older capture with another text is a reject,
``duplicate_id``, which names its time, so that a changed page is seen; one with the same text, however the markup
changed, is counted as a repeat. The pages of one article are one document under the address of its first page. A page
that was captured only as a repeat of another address is a document too, with that page's text: whether copies count is
said elsewhere (`duplicates`). So each capture ends in exactly one of: a document, a page of one (``pages_joined``), a
reject, or a number in `Captures.left_out`.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.crawl.outcomes import FILE, read_failures, read_pages
from pipeline.ingest.sources import folder
from pipeline.ingest.sources.archive import SITE_FILE, base_of, index_of_part
from pipeline.ingest.sources.archive_index import open_index, page_key
from pipeline.ingest.sources.articles import compose_part, date_by_file
from pipeline.ingest.sources.web import read_page_metadata
from pipeline.records import Reject
from pipeline.stages import path_name
from pipeline.store.parts import make_part, read_part, read_part_documents

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.settings import Source
    from pipeline.store.parts import Part
    from pipeline.study import Study

_HELD = 8
"""Parts that are held at a time; the pages of an article stand near each other."""
_HOPS = 20
"""Redirects in a row after which there is no end."""
_AT_ONCE = 32
"""Copies that make one part."""
_OTHERS = ["kind", "address", "captured", "reason", "about", "digest", "name"]


@dataclass(frozen=True, slots=True)
class _Capture:
    """A row of a part."""

    part: int
    row: int
    key: str
    captured: str
    seen: str
    """When its payload was last seen at the address."""
    digest: str
    text: str
    next: str
    reason: str
    detail: str

    @property
    def place(self) -> tuple[str, str, int, int]:
        """Ordered from the oldest capture to the newest."""
        return (self.seen, self.captured, self.part, self.row)


def settle_parts(
    study: Study, source: Source, targets: Iterable[Path], left_out: Counter[str]
) -> Iterator[tuple[Part, folder.Sidecar]]:
    """The parts of an archive or of a crawl as the corpus takes them, with what the study says of their documents.

    Args:
        study: the study.
        source: the source.
        targets: the parts of its files, in order.
        left_out: is told how many captures are no items.

    Yields:
        A part, and what the sidecar or the list of addresses says of its documents; the last part holds the rejects.

    Raises:
        StudyError: the sidecar or the list cannot be read.
    """
    base = base_of(study, source)
    failures: list[Reject] = []
    wanted: dict[str, str] | None = None
    if source.kind == "web":
        failures = read_failures(base)
        wanted = {page_key(address): address for address in read_pages(base)} if (base / FILE).exists() else None
        said = {page_key(address): cells for address, cells in read_page_metadata(study, source, base).items()}
    else:
        path = base / (source.metadata or "")
        said = folder.read_sidecar(path, "url", page_key, also="file") if source.metadata else {}
    captures = Captures(targets, wanted)
    about = {captures.led_to.get(page, page): cells for page, cells in reversed(said.items())}
    for part in captures.parts():
        rows = part.documents.select(["key", "more"]).to_pylist()
        cells = {}
        for row in rows:
            name = dict(row["more"])["path"]
            own = about.get(page_key(row["key"])) or about.get(name) or {}
            cells[folder.sidecar_key(row["key"])] = own | {"path": path_name(base / name, study.root)}
        yield (date_by_file(part, base) if source.file_dates else part), cells
    known = {*captures.led_to, *captures.names}
    missing = folder.check_sidecar(said, path, known) if source.metadata else []
    done = {page_key(reject.item) for reject in captures.rejects}
    missing += [reject for reject in failures if page_key(reject.item) not in done]
    gone = [address for page, address in (wanted or {}).items() if page not in captures.led_to]
    missing += [
        Reject("", address, "corpus", "missing_file", f"{FILE} names it; no archive holds it") for address in gone
    ]
    left_out.update(captures.left_out)
    yield make_part([], {}, [*captures.rejects, *missing]), {}


class Captures:
    """What becomes of the captures of a source.

    Held in memory are the addresses of the captures, not their texts.
    """

    def __init__(self, targets: Iterable[Path], wanted: Container[str] | None = None) -> None:
        """Decide.

        Args:
            targets: the parts of the source's archives, in order.
            wanted: `page_key` of each page that belongs to the study; None for all. What became of the other addresses
                is then known otherwise, and their captures are counted as ``others``.
        """
        self.targets = list(targets)
        self._wanted = wanted
        self.left_out: Counter[str] = Counter()
        """How many captures are no items, by what they are: ``page_parts`` (images, styles, scripts: they hold no
        text), ``redirects`` (their ends are items), ``repeats`` (the same again), ``site_files`` (feeds, site maps),
        ``answers_without_page`` (errors of an address that has an item), ``others`` (what a crawl does not want)."""
        self.led_to: dict[str, str] = {}
        """By `page_key` of each address captured, that of the document or reject to which it led."""
        self.rejects: list[Reject] = []
        self.names: set[str] = set()
        """Of the files."""
        self._items: set[str] = set()
        self._copies: list[tuple[_Capture, dict[str, Any]]] = []
        others = self._read_others()
        pages = self._read_pages(others["repeat"])
        self._chosen = {key: chosen for key, some in pages.items() if (chosen := self._choose(some))}
        self._take_repeats(others["repeat"], pages)
        for row in sorted(others["broken"] + others["error"], key=lambda row: str(row["captured"]), reverse=True):
            self._take_failure(row)
        self._take_redirects(others["redirect"])
        self._chains = self._join()

    def parts(self) -> Iterator[Part]:
        """Documents and passages as the corpus takes them, part by part."""
        read = functools.lru_cache(_HELD)(lambda number: read_part(self.targets[number]))
        rows: dict[int, list[str]] = defaultdict(list)
        tails = {key for chain in self._chains.values() for key in chain[1:]}
        for key, capture in self._chosen.items():
            if key not in tails:
                rows[capture.part].append(key)
        for number in range(len(self.targets)):
            keys = sorted(rows[number], key=lambda key: self._chosen[key].row)
            if keys:
                yield compose_part([self._article(key) for key in keys], read)
        for start in range(0, len(self._copies), _AT_ONCE):
            some = self._copies[start : start + _AT_ONCE]
            yield compose_part([([capture], changes) for capture, changes in some], read)

    def _read_others(self) -> dict[str, list[dict[str, Any]]]:
        """The captures that are no pages, from the indexes: redirects, repeats, errors and damage."""
        others: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for path in dict.fromkeys(map(index_of_part, self.targets)):
            with open_index(path) as table:
                kinds = table["kind"]
                self.left_out["page_parts"] += pc.sum(pc.equal(kinds, "part")).as_py() or 0
                rest = table.filter(pc.invert(pc.is_in(kinds, pa.array(["part", "page"]))))
                for row in rest.select(_OTHERS).to_pylist():
                    if self._is_wanted(page_key(row["address"])):
                        others[row["kind"]].append(row)
        return others

    def _read_pages(self, repeats: Iterable[Mapping[str, Any]]) -> dict[str, list[_Capture]]:
        """The captures of each page."""
        seen: dict[tuple[str, str], str] = {}
        for repeat in repeats:
            place = (page_key(repeat["address"]), repeat["digest"])
            seen[place] = max(seen.get(place, ""), repeat["captured"])
        pages: dict[str, list[_Capture]] = defaultdict(list)
        for number, target in enumerate(self.targets):
            documents = read_part_documents(target)
            rows = zip(documents["key"].to_pylist(), documents["more"].to_pylist(), strict=True)
            for row, (key, pairs) in enumerate(rows):
                more = dict(pairs)
                self.names.add(more["path"])
                page = page_key(key)
                if more.get("_reason") == SITE_FILE:
                    self.left_out["site_files"] += 1
                    continue
                if not self._is_wanted(page):
                    continue
                captured = more.get("captured", "")
                last = max(captured, seen.get((page, more["_digest"]), ""))
                told = (more.get(name, "") for name in ("_digest", "_text", "_next", "_reason", "_detail"))
                pages[page].append(_Capture(number, row, key, captured, last, *told))
        return pages

    def _is_wanted(self, page: str) -> bool:
        is_wanted = self._wanted is None or page in self._wanted
        self.left_out["others"] += not is_wanted
        return is_wanted

    def _choose(self, some: Sequence[_Capture]) -> _Capture | None:
        """The newest capture of a page that can be read; what becomes of the others is noted."""
        newest_first = sorted(some, key=lambda capture: capture.place, reverse=True)
        readable = [capture for capture in newest_first if not capture.reason]
        chosen = readable[0] if readable else None
        page = page_key(some[0].key)
        self.led_to[page] = page
        if chosen:
            self._items.add(chosen.key)
        texts = {chosen.text} if chosen else set()
        for capture in newest_first:
            if capture.reason:
                self._refuse(capture.key, capture.captured, capture.reason, capture.detail)
            elif capture.text not in texts:
                newer = f"; the capture of {chosen.captured} is the document" if chosen and chosen.captured else ""
                self._refuse(capture.key, capture.captured, "duplicate_id", f"an older capture{newer}")
            elif capture is not chosen:
                self.left_out["repeats"] += 1
            texts.add(capture.text)
        return chosen

    def _take_repeats(self, repeats: Iterable[Mapping[str, Any]], pages: Mapping[str, list[_Capture]]) -> None:
        """A repeat of the same address is no item; one of another address, not captured itself, is a copy of that."""
        by_digest = {capture.digest: capture for some in pages.values() for capture in some if not capture.reason}
        copied: set[str] = set()
        for row in sorted(repeats, key=lambda row: str(row["captured"]), reverse=True):
            page = page_key(row["address"])
            if page in pages or page in copied:
                self.left_out["repeats"] += 1
                continue
            copied.add(page)
            self.led_to[page] = page
            first = by_digest.get(row["digest"]) or self._chosen.get(page_key(row["about"]))
            if first:
                told = {"captured": row["captured"], "path": row["name"]}
                self._items.add(row["address"])
                self._copies.append((first, {"key": row["address"], "url": row["address"], "more": told}))
            elif page_key(row["about"]) in pages:  # what it repeats could not be read, and says so
                self.left_out["repeats"] += 1
            else:
                about = f"seen again; what it repeats is in none of the archives{_colon(row['about'])}"
                self._refuse(row["address"], row["captured"], "missing_file", about)

    def _take_failure(self, row: Mapping[str, Any]) -> None:
        page = page_key(row["address"])
        if row["kind"] == "error" and page in self.led_to:
            self.left_out["answers_without_page"] += 1
            return
        self.led_to.setdefault(page, page)
        self._refuse(row["address"], row["captured"], row["reason"], row["about"])

    def _take_redirects(self, redirects: Iterable[Mapping[str, Any]]) -> None:
        """A redirect whose end was captured is no item; the others are rejects of their own address."""
        rows = sorted(redirects, key=lambda row: str(row["captured"]))
        to = {page_key(row["address"]): page_key(row["about"]) for row in rows}
        known = set(self.led_to)
        for row in rows:
            page = end = page_key(row["address"])
            for _ in range(_HOPS):
                if end in known or end not in to:
                    break
                end = to[end]
            if end in known:
                self.led_to.setdefault(page, self.led_to[end])
                self.left_out["redirects"] += 1
                continue
            about = "redirects without end" if end in to else f"redirects to {row['about']}, which was not captured"
            self.led_to[page] = page
            self._refuse(row["address"], row["captured"], "http_error", about)

    def _refuse(self, item: str, captured: str, reason: str, detail: str) -> None:
        """A reject under a name that no other item has; what has none is counted as a repeat of the one before."""
        names = [item, f"{item} captured {captured}"] if captured else [item]
        name = next((name for name in names if name not in self._items), "")
        if name:
            self._items.add(name)
            self.rejects.append(Reject("", name, "corpus", reason, detail))
        else:
            self.left_out["repeats"] += 1

    def _join(self) -> dict[str, list[str]]:
        """The pages of each article of several, by its first: each page follows one other at most."""
        follows: dict[str, str] = {}
        taken: set[str] = set()
        for key in sorted(self._chosen, key=lambda key: (len(key), key)):
            then = page_key(self._chosen[key].next)
            then = self.led_to.get(then, then)
            if self._chosen[key].next and then in self._chosen and then != key and then not in taken:
                follows[key] = then
                taken.add(then)
        chains: dict[str, list[str]] = {}
        heads = [key for key in follows if key not in taken]
        for head in [*heads, *follows]:  # behind the heads, rings: they begin with the shortest address
            chain, key = [head], head
            while key in follows and follows[key] != head:
                key = follows.pop(key)
                chain.append(key)
            follows.pop(key, None)
            if len(chain) > 1:
                chains[head] = chain
                self.led_to |= dict.fromkeys(chain[1:], head)
        return chains

    def _article(self, key: str) -> tuple[list[_Capture], dict[str, Any]]:
        """The captures of an article in order, and what is said of it beside its first page."""
        chain = [self._chosen[each] for each in self._chains.get(key, [key])]
        joined = {"pages_joined": " ".join(page.key for page in chain[1:])} if len(chain) > 1 else {}
        after = page_key(chain[-1].next)
        is_missing = bool(after) and self._chosen.get(self.led_to.get(after, after)) is None
        return chain, {"more": joined, "flags": ["pages_missing"] if is_missing else []}


def _colon(text: str) -> str:
    return f": {text}" if text else ""
