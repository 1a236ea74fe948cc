"""The crawl: the web sources of a study become WARC files, and from then on the study is built from these alone.

``corpora/STUDY/raw/SOURCE_ID/`` holds ``ROUND-NUMBER.warc.gz`` (WARC 1.1; the order of the names is the order of time)
and ``crawl.json``, which says what became of each address. `read_pages` names the pages that belong to the study and
where their records begin, `read_failures` gives the reject of every address that gave no page. The WARC files hold more
than pages: robots.txt, site maps, redirects, error pages, and ``metadata`` records of addresses without a whole answer.
"""

from pipeline.ingest.crawl.outcomes import Outcome, read_failures, read_pages

__all__ = ["Outcome", "read_failures", "read_pages"]
