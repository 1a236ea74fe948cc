"""The crawls of a study, before its stages are looked at."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import InputError, StudyError
from pipeline.ingest.crawl.crawl import Crawl
from pipeline.ingest.crawl.fetch import Fetcher
from pipeline.ingest.crawl.outcomes import Crawled, read_crawled, read_pages, write_crawled
from pipeline.ingest.crawl.warc import Journal, newest_round
from pipeline.ingest.sources.web import named_addresses

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.ingest.crawl.fetch import Failure
    from pipeline.ingest.crawl.log import Log
    from pipeline.settings import Source
    from pipeline.stages import Progress
    from pipeline.study import Study


def crawl_folder(study: Study, source: Source) -> Path:
    """Where the WARC files of a web source lie."""
    return study.corpus_folder / "raw" / source.id


def crawl_study(study: Study, progress: Progress, *, refresh: bool = False) -> None:
    """Fetch what the web sources of a study name and is not fetched yet; a finished crawl is left as it is.

    Args:
        study: The study.
        progress: Told of each page.
        refresh: Ask again for what was fetched, on condition that it changed.

    Raises:
        StudyError: a list of addresses or the contact is wrong.
        InputError: there is no network, or a WARC file is damaged or cannot be written.
    """
    sources = [source for source in study.sources if source.kind == "web"]
    if refresh and not sources:
        raise StudyError(f"{study.where}: --refresh asks again for web pages, and no source has kind = 'web'")
    fetcher = Fetcher(study.web, study.path)
    undecided: list[tuple[Crawl, partial[None]]] = []
    known: list[str] = []
    for source, named in [(source, named_addresses(study, source)) for source in sources]:
        folder = crawl_folder(study, source)
        settings = _hash_settings(study, source, named)
        crawled, newest = read_crawled(folder), newest_round(folder)
        is_done = crawled.done and crawled.settings == settings and newest <= crawled.round
        if is_done and not refresh:
            known += [outcome.final for outcome in crawled.addresses.values() if outcome.file][:1]
            continue
        journal = Journal(folder, max(newest, 1) + (refresh and is_done), fetcher.agent)
        crawl = Crawl(source, journal, fetcher)
        try:
            crawl.run(named, read_pages(folder) if journal.round > 1 else (), progress)
        finally:
            journal.close()
        known += journal.answered()
        finish = partial(_finish, folder, source, settings, crawl.log, journal)
        if crawl.unreached:
            undecided.append((crawl, finish))
        else:
            finish()
    if undecided and not _has_network(fetcher, known, [crawl for crawl, _ in undecided]):
        raise InputError(_no_network(study, undecided[0][0].unreached))
    for _, finish in undecided:
        finish()


def _finish(folder: Path, source: Source, settings: str, log: Log, journal: Journal) -> None:
    outcomes = log.outcomes(journal.pages, each_its_own=source.urls is not None)
    helpers = dict(sorted(log.helpers.items()))
    write_crawled(folder, Crawled(settings, journal.round, True, log.left, outcomes, helpers))


def _has_network(fetcher: Fetcher, known: list[str], undecided: list[Crawl]) -> bool:
    """Whether it is the hosts that are down, not the network: does any other host still let us connect?"""
    if any(crawl.is_stopped for crawl in undecided):
        return False
    since = max(crawl.unreached_at for crawl in undecided)
    return any(when > since for when in fetcher.reached.values()) or fetcher.can_connect_to_one(known)


def _no_network(study: Study, unreached: dict[str, Failure]) -> str:
    host, failure = next(iter(unreached.items()))
    others = f", nor from {', '.join(list(unreached)[1:4])}" if len(unreached) > 1 else ""
    return (
        f"{study.where}: nothing comes from {host}{others}: {failure.detail}. Is there a network?\n"
        f"Run the same command again where there is one: what was fetched is kept in {study.corpus_folder / 'raw'}; "
        f"a host that is gone for good must be taken out of the study"
    )


def _hash_settings(study: Study, source: Source, named: tuple[str, ...]) -> str:
    what = source.model_dump(include={"start", "allow", "deny", "sitemap", "limit"})
    what |= {"named": named, "local": study.web.local, "megabytes": study.web.megabytes_per_page}
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
