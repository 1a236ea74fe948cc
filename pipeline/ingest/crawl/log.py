"""What happened in a crawl, and what became of each address in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.ingest.crawl.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.ingest.crawl.fetch import Failure
    from pipeline.ingest.crawl.warc import Record

HOPS = 10
"""Redirects in a row that are followed."""


@dataclass(slots=True)
class Log:
    """What happened, address by address."""

    items: dict[str, None] = field(default_factory=dict)
    """The addresses that the study names or that links led to, in order."""
    records: dict[str, Record] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    """Where redirects lead."""
    aside: dict[str, str] = field(default_factory=dict)
    """Addresses that the study leaves out, and why."""
    helpers: dict[str, str] = field(default_factory=dict)
    """What became of each robots.txt and site map."""
    left: int = 0
    """Addresses beyond the limit."""

    def outcomes(self, earlier: Mapping[str, Record], *, each_its_own: bool) -> dict[str, Outcome]:
        """What became of each item, behind its redirects.

        Args:
            earlier: The pages that the WARC files hold; one that was fetched once stays, whatever its address says now.
            each_its_own: Whether every item needs a page of its own: those of a list do, links do not.
        """
        found = {url: self._outcome(url, earlier) for url in self.items}
        if not each_its_own:
            return found
        owners: dict[str, str] = {}
        for url, outcome in found.items():
            owner = owners.setdefault(outcome.final, url) if outcome.final else url
            if owner != url:
                found[url] = Outcome(outcome.status, "duplicate_id", f"the same page as {owner}")
        return found

    def _outcome(self, url: str, earlier: Mapping[str, Record]) -> Outcome:
        way = [url]
        while (target := self.targets.get(way[-1])) is not None and way[-1] not in self.aside:
            way.append(target)
            if target in way[:-1] or len(way) > HOPS + 1:
                said = Outcome(self._status(url), "http_error", f"redirects without end: {' -> '.join(way[:4])}")
                return _kept(said, way, earlier)
        final = way[-1]
        record, failure = self.records.get(final), self.failures.get(final)
        behind = f", behind a redirect to {final}" if len(way) > 1 else ""
        if failure is not None:
            return _kept(Outcome(self._status(final), failure.reason, failure.detail + behind), way, earlier)
        if record is None or final in self.aside:
            return Outcome(self._status(final), detail=self.aside.get(final, "not asked for") + behind)
        if 200 <= record.status < 300:
            return Outcome(record.status, final=final, file=record.file, offset=record.offset)
        return _kept(Outcome(record.status, "http_error", record.detail + behind), way, earlier)

    def _status(self, url: str) -> int:
        return self.records[url].status if url in self.records else 0


def _kept(outcome: Outcome, way: list[str], earlier: Mapping[str, Record]) -> Outcome:
    pages = [earlier[url] for url in reversed(way) if url in earlier]
    if not pages:
        return outcome
    detail = f"asked again: {outcome.detail}; the page as it was before is kept"
    return Outcome(outcome.status, "", detail, pages[0].url, pages[0].file, pages[0].offset)
