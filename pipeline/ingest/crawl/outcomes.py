"""What became of each address of a web source: ``crawl.json`` beside the WARC files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pipeline.records import Reject

if TYPE_CHECKING:
    from pathlib import Path

FILE = "crawl.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one address: a page, which then has a place in a WARC file, or why there is none."""

    status: int = 0
    """Of HTTP; 0 where there was no answer."""
    reason: str = ""
    """A word of `pipeline.records.REASONS`; empty for a page, and for what the study itself leaves out."""
    detail: str = ""
    final: str = ""
    """The address that the page stands at, behind redirects; the key of its document."""
    file: str = ""
    offset: int = 0
    """Where the response record with the page's content begins. Its own address can be another one, where two
    addresses had the same content."""


@dataclass(slots=True)
class Crawled:
    """The state of a source's crawl."""

    settings: str = ""
    """The sha256 of what of the study shapes the crawl."""
    round: int = 0
    done: bool = False
    left: int = 0
    """Addresses that were found and, for the limit, not asked for."""
    addresses: dict[str, Outcome] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    """What became of each robots.txt and site map."""


def read_crawled(folder: Path) -> Crawled:
    """The state of the crawl in a folder; an empty one where there is none or it cannot be read."""
    try:
        said = json.loads((folder / FILE).read_bytes())
        said["addresses"] = {url: Outcome(**outcome) for url, outcome in said["addresses"].items()}
        return Crawled(**said)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return Crawled()


def write_crawled(folder: Path, crawled: Crawled) -> None:
    """Write the state as a whole or not at all."""
    said = asdict(crawled)
    said["addresses"] = {
        url: {name: value for name, value in outcome.items() if value or name == "status"}
        for url, outcome in sorted(said["addresses"].items())
    }
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}"
    draft.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(folder / FILE)


def read_failures(folder: Path) -> list[Reject]:
    """A reject for each address of a crawled source that gave no page, in order of the addresses.

    Args:
        folder: The source's own, ``corpora/STUDY/raw/SOURCE_ID``.
    """
    addresses = read_crawled(folder).addresses
    return [Reject(folder.name, url, "corpus", outcome.reason, outcome.detail)
            for url, outcome in addresses.items() if outcome.reason]  # fmt: skip


def read_pages(folder: Path) -> dict[str, Outcome]:
    """The pages of a crawled source by the address that they stand at, in order of the addresses.

    A WARC file also holds what is no page: robots.txt, site maps, redirects, error pages, older versions of a page, and
    pages that the study has left out since.
    """
    found = {outcome.final: outcome for outcome in read_crawled(folder).addresses.values() if outcome.file}
    return dict(sorted(found.items()))
