"""What a host's robots.txt allows (RFC 9309), read by Protego."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

from pipeline.ingest.crawl.fetch import ROBOT, Failure

SIZE = 500 * 1024
"""Bytes of a robots.txt that are read, as the RFC asks for; the rest is left."""
ROBOTS_HOPS = 5
"""Redirects in a row that are followed to a robots.txt; more are as good as none (RFC 9309, 2.3.1.2)."""
_LONGEST_DELAY = 300
"""Seconds between two requests; a host that wants longer ones is left alone."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one host."""

    robots: Protego | None = None
    closed: Failure | None = None
    """Why nothing at all may be fetched."""
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def refusal(self, address: str) -> Failure | None:
        """Why an address may not be fetched, or None."""
        if self.closed is not None:
            return self.closed
        if self.robots is not None and not self.robots.can_fetch(address, ROBOT):
            return Failure("robots", "robots.txt forbids it")
        return None


def read_rules(status: int, content: bytes) -> Rules:
    """The rules that an answer to the request for robots.txt means.

    A host without one (4xx) allows everything; one that fails over it (5xx) or asks for patience (429) allows nothing.
    """
    if status >= 500 or status == 429:
        detail = f"robots.txt answered {status}: until it can be read, nothing may be fetched"
        return Rules(closed=Failure("robots", detail))
    if status >= 300:
        return Rules()
    robots = Protego.parse(content[:SIZE].decode("utf-8-sig", errors="replace"))
    delay = robots.crawl_delay(ROBOT) or 0.0
    closed = None
    if delay > _LONGEST_DELAY:
        closed = Failure("robots", f"robots.txt asks for {delay:g} s between two requests, more than we wait")
    return Rules(robots, closed, delay, tuple(robots.sitemaps))
