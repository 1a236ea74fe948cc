"""The crawl of a web source: what is asked for next, and what follows from the answer.

The crawl is a function of the study and of the answers. Answers of this round that the WARC files hold already are
taken from there: so it goes on after a stop, and asks for nothing twice.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import Unreadable
from pipeline.ingest.crawl.addresses import address_key, clean_address, host_of, origin_of, site_of
from pipeline.ingest.crawl.answers import HTML, conditions, pause_before_next_try, refusal_of
from pipeline.ingest.crawl.fetch import Answer, Failure, Request
from pipeline.ingest.crawl.frontier import Frontier, Task
from pipeline.ingest.crawl.links import find_links
from pipeline.ingest.crawl.log import HOPS, Log
from pipeline.ingest.crawl.robots import ROBOTS_HOPS, SIZE, Rules, read_rules
from pipeline.ingest.crawl.sitemaps import read_sitemap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.ingest.crawl.fetch import Fetcher
    from pipeline.ingest.crawl.warc import Journal, Record
    from pipeline.settings import Source
    from pipeline.stages import Progress

_IN_A_ROW = 5
"""Addresses of a host without an answer, one after the other, after which it counts as down."""
_MISSED = 8
"""Hosts that cannot be reached, and no other yet in this run, after which there is no network."""
_SITEMAPS = 500
"""Site maps of a source that are read."""


class Crawl:
    """One source's crawl."""

    def __init__(self, source: Source, journal: Journal, fetcher: Fetcher) -> None:
        """Prepare.

        Args:
            source: What to follow.
            journal: The WARC files.
            fetcher: Who asks.
        """
        self.log = Log()
        self.unreached: dict[str, Failure] = {}
        """By host: what a try brought that looks the same where there is no network."""
        self.unreached_at = 0.0
        self.is_stopped = False
        """Whether the crawl was left off for want of a network."""
        self._source = source
        self._journal = journal
        self._fetcher = fetcher
        self._is_site = source.urls is None
        self._sites: set[str] = set()
        self._allow = [re.compile(pattern) for pattern in source.allow]
        self._deny = [re.compile(pattern) for pattern in source.deny]
        self._frontier = Frontier(fetcher.ready)
        self._rules: dict[str, Rules] = {}
        self._silent: dict[str, int] = {}
        self._keys: dict[str, str] = {}
        self._queued: set[str] = set()
        self._aimed: set[str] = set()
        self._sitemaps = self._asked = 0

    def run(self, named: Sequence[str], before: Iterable[str], progress: Progress) -> None:
        """Ask for all that is not known.

        Args:
            named: The addresses that the source begins with.
            before: The pages that were found when it was crawled before.
            progress: Told how many pages are done.

        Raises:
            StudyError: the contact is still an example.
            InputError: a WARC file cannot be written.
        """
        for written in named:
            self._add_named(written)
        if self._is_site:
            self._add_links(before)
        while not self.is_stopped and (task := self._frontier.take()) is not None:
            self._do(task)
            progress(f"pages of {self._source.id}", self._asked, 0)
        progress(f"pages of {self._source.id}", self._asked, self._asked)

    def _add_named(self, written: str) -> None:
        url = clean_address(written)
        if url is None:
            self._give_up(written, Failure("refused", "no address of http or https"))
        elif self._is_site or address_key(url) not in self._keys:
            self._sites.add(site_of(url))
            self._add(url, is_start=True)
        else:
            self._give_up(url, Failure("duplicate_id", f"the same page as {self._keys[address_key(url)]}"))

    def _add(self, url: str, *, is_start: bool = False) -> None:
        """Queue a page, unless it is known by this or another writing of its address."""
        if self._keys.setdefault(address_key(url), url) == url and url not in self._queued:
            self._queue(Task(url, "page", host_of(url), is_start=is_start))

    def _add_links(self, urls: Iterable[str]) -> None:
        """Queue those of the addresses that may be followed: of this site, allowed and not denied by the study."""
        for url in urls:
            wanted = not self._allow or any(pattern.search(url) for pattern in self._allow)
            if wanted and site_of(url) in self._sites and not self._is_denied(url):
                self._add(url)

    def _is_denied(self, url: str) -> bool:
        return any(pattern.search(url) for pattern in self._deny)

    def _queue(self, task: Task, *, first: bool = False) -> None:
        self._queued.add(task.url)
        self._frontier.add(task, first=first)

    def _do(self, task: Task) -> None:
        """Look at a task: may it be done, is the answer known, or is it to be asked for?"""
        if task.kind != "robots":
            rules = self._rules.get(origin_of(task.url))
            if rules is None:
                self._frontier.add(task, first=True)
                origin = origin_of(task.url)
                self._frontier.add(Task(f"{origin}/robots.txt", "robots", task.host, origin), first=True)
                return
            refusal = rules.refusal(task.url)
            if refusal is not None:
                self._fail(task, refusal)
                return
            if task.kind == "page" and not self._admit(task):
                return
        record = self._journal.known(task.url)
        if record is None or (record.reason == "too_big" and record.megabytes < self._fetcher.web.megabytes_per_page):
            self._ask(task)
        else:
            self._take(task, record, None)

    def _admit(self, task: Task) -> bool:
        """Whether a page is one of the source's: not denied, and within the limit or what another redirects to."""
        if self._is_denied(task.url):
            self.log.aside[task.url] = "the study's deny leaves it out"
            return False
        if task.hops or task.url in self._aimed:
            return True
        if self._asked >= self._source.limit:
            self.log.left += 1
            return False
        self._asked += 1
        self.log.items[task.url] = None
        return True

    def _ask(self, task: Task) -> None:
        web = self._fetcher.web
        self._frontier.wait(task.host)
        headers = conditions(self._journal.pages.get(task.url))
        if task.kind == "page":
            request = Request(task.url, headers, partial(refusal_of, task.url))
        else:
            request = Request(task.url, headers, cut_at=SIZE if task.kind == "robots" else None)
        got = self._fetcher.get(request)
        if isinstance(got, Failure) and got.offline:
            self._note_unreached(task.host, got)
        self._frontier.rest(task.host, max(web.delay, self._rules.get(origin_of(task.url), Rules()).delay))
        pause = pause_before_next_try(got, task.tries, web.delay)
        if pause is not None:
            self._frontier.rest(task.host, pause)
            self._frontier.add(replace(task, tries=task.tries + 1), first=True)
        elif isinstance(got, Answer):
            self._take(task, self._journal.add_answer(task.url, got), got.content if got.status != 304 else None)
        elif got.offline or got.reason == "refused":  # nobody was asked: nothing to keep
            self._fail(task, got)
        else:
            self._take(task, self._journal.add_failure(task.url, got, web.megabytes_per_page), None)

    def _take(self, task: Task, record: Record, content: bytes | None) -> None:
        """Draw the consequences of an answer; ``content`` is read from the WARC file where it is None."""
        if record.reason:
            self._fail(task, Failure(record.reason, record.detail))
            return
        self._silent[origin_of(task.url)] = 0
        if task.kind == "page":
            self.log.records[task.url] = record
        if 300 <= record.status < 400 and record.location:
            self._redirect(task, record.location)
            return
        is_page = 200 <= record.status < 300
        if is_page and content is None and (task.kind != "page" or self._is_site):
            content = self._journal.content(record)
        if task.kind == "robots":
            self._obey(task, read_rules(record.status, content or b""), record.detail)
        elif task.kind == "sitemap":
            self.log.helpers[task.url] = record.detail
            if is_page:
                self._follow_sitemap(task.url, content or b"")
        elif is_page and self._is_site and record.media_type in HTML:
            self._add_links(find_links(content or b"", task.url))

    def _redirect(self, task: Task, location: str) -> None:
        target = clean_address(location, task.url)
        if target is None:
            self._fail(task, Failure("refused", f"it redirects to {location[:200]}, no address of http or https"))
            return
        if task.kind == "robots":
            if task.hops < ROBOTS_HOPS:
                self._frontier.add(replace(task, url=target, hops=task.hops + 1, tries=0), first=True)
            else:
                self._obey(task, Rules(), "redirects without end")
            return
        if task.kind == "page":
            self.log.targets[task.url] = target
            self._aimed.add(target)
            if self._is_site and task.is_start:
                self._sites.add(site_of(target))
            if self._is_site and site_of(target) not in self._sites:
                self.log.aside[task.url] = f"it redirects to {target}, out of the site"
                return
        if task.hops < HOPS and target not in self._queued:
            self._keys.setdefault(address_key(target), target)
            self._queue(replace(task, url=target, host=host_of(target), hops=task.hops + 1, tries=0), first=True)

    def _obey(self, task: Task, rules: Rules, said: str) -> None:
        self._rules[task.origin] = rules
        self.log.helpers[f"{task.origin}/robots.txt"] = said
        if self._is_site and self._source.sitemap and site_of(task.origin) in self._sites and rules.closed is None:
            named = [clean_address(url, f"{task.origin}/") for url in rules.sitemaps]
            self._queue_sitemaps([url for url in named if url] or [f"{task.origin}/sitemap.xml"])

    def _follow_sitemap(self, url: str, content: bytes) -> None:
        try:
            pages, sitemaps = read_sitemap(content, url, self._fetcher.web.megabytes_per_page << 20)
        except Unreadable as problem:
            self.log.helpers[url] = str(problem)
            return
        self._queue_sitemaps(sitemaps)
        self._add_links(pages)

    def _queue_sitemaps(self, urls: list[str]) -> None:
        fresh = [url for url in urls if url not in self._queued][: _SITEMAPS - self._sitemaps]
        self._sitemaps += len(fresh)
        for url in reversed(fresh):
            self._queue(Task(url, "sitemap", host_of(url)), first=True)

    def _fail(self, task: Task, failure: Failure) -> None:
        said = f"{failure.reason}: {failure.detail}"
        if task.kind == "robots":
            self._obey(task, Rules(closed=failure), said)
            return
        if task.kind == "sitemap":
            self.log.helpers[task.url] = said
        elif task.hops:
            self.log.failures[task.url] = failure
        else:
            self._give_up(task.url, failure)
        if failure.reason == "unreachable":
            self._count_silence(origin_of(task.url), failure)

    def _note_unreached(self, host: str, failure: Failure) -> None:
        self.unreached.setdefault(host, failure)
        self.unreached_at = time.monotonic()
        self._fetcher.missed.add(host)
        no_answer = len(self._fetcher.missed) >= _MISSED and not self._fetcher.reached
        self.is_stopped = no_answer and not self._fetcher.can_connect_to_one(self._journal.answered())

    def _count_silence(self, origin: str, failure: Failure) -> None:
        self._silent[origin] = self._silent.get(origin, 0) + 1
        if self._silent[origin] == _IN_A_ROW and self._rules[origin].closed is None:
            detail = f"{_IN_A_ROW} addresses in a row did not answer; the others of the host were not asked for"
            closed = Failure("unreachable", detail, offline=failure.offline)
            self._rules[origin] = replace(self._rules[origin], closed=closed)

    def _give_up(self, url: str, failure: Failure) -> None:
        self.log.items[url] = None
        self.log.failures[url] = failure
