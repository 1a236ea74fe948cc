"""A study with one web source, and its crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

from pipeline.ingest.crawl.outcomes import Crawled, read_crawled
from pipeline.ingest.crawl.run import crawl_study
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LEXICON = '[[concept]]\nid = "c"\nlabel = { de = "S", zh = "城" }\nzh = ["城市外交"]\nde = ["Städtediplomatie"]\n'
WEB = 'contact = "tests@steinwalde.invalid"\ndelay = 0.0\ntimeout = 5.0\nmegabytes_per_page = 2\nlocal = true\n'


def write_web_study(folder: Path, source: str, web: str = WEB) -> Path:
    """The study ``mine`` with the source ``site``; ``source`` are the lines of its keys."""
    (folder / "lexicon.toml").write_text(LEXICON, encoding="utf-8")
    path = folder / "mine.toml"
    path.write_text(
        '[study]\nname = "mine"\ntitle = "Mine"\nlanguages = ["zh", "de"]\nlexicon = "lexicon.toml"\n'
        f'[[source]]\nid = "site"\nkind = "web"\ntype = "city_website"\n{source}\n[web]\n{web}'
        "[timelines]\nbootstrap = 100\n[run]\nworkers = 1\n",
        encoding="utf-8",
    )
    return path


def web_study(folder: Path, source: str, web: str = WEB) -> Study:
    return load_study(write_web_study(folder, source, web), folder)


def crawl(study: Study, *, refresh: bool = False) -> Crawled:
    """Crawl the study and say what became of the addresses of ``site``."""
    crawl_study(study, lambda *_: None, refresh=refresh)
    return read_crawled(raw(study))


def raw(study: Study) -> Path:
    return study.corpus_folder / "raw" / "site"


def reasons(crawled: Crawled, base: str = "") -> dict[str, str]:
    """By path: the reason of each address, ``page`` or nothing."""
    return {url.removeprefix(base): outcome.reason or ("page" if outcome.file else "")
            for url, outcome in crawled.addresses.items()}  # fmt: skip


def records(study: Study) -> list[tuple[str, str, int, bytes]]:
    """Type, address, status and unpacked content of each record of the WARC files, in the order of their names."""
    found = []
    for path in sorted(raw(study).glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                status = record.http_headers.get_statuscode() if record.http_headers else 0
                address = record.rec_headers.get_header("WARC-Target-URI") or ""
                found.append((record.rec_type, address, int(status), record.content_stream().read()))
    return found
