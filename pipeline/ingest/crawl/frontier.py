"""What is still to be asked for, host by host, and when a host may be asked again."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Task:
    """An address to be asked for."""

    url: str
    kind: Literal["robots", "sitemap", "page"]
    host: str
    """Whose turn it takes."""
    origin: str = ""
    """Of robots.txt: for whom it holds, also when it is fetched from elsewhere."""
    hops: int = 0
    """Redirects that led here."""
    tries: int = 0
    is_start: bool = False
    """Whether the study names it, or it was redirected from one that it names."""


class Frontier:
    """Queues of tasks, one a host; the host that may be asked first has its turn."""

    def __init__(self, ready: dict[str, float]) -> None:
        """Prepare; ``ready`` says when each host may be asked again, and is kept up to date."""
        self._waiting: dict[str, deque[Task]] = {}
        self._ready = ready

    def add(self, task: Task, *, first: bool = False) -> None:
        """Put a task at the end of its host's queue, or at its beginning."""
        waiting = self._waiting.setdefault(task.host, deque())
        (waiting.appendleft if first else waiting.append)(task)

    def take(self) -> Task | None:
        """The next task, or None if there is none."""
        hosts = [host for host, waiting in self._waiting.items() if waiting]
        return self._waiting[min(hosts, key=self._ready_at)].popleft() if hosts else None

    def wait(self, host: str) -> None:
        """Sleep until a host may be asked."""
        seconds = self._ready_at(host) - time.monotonic()
        if seconds > 0:
            time.sleep(seconds)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host in peace from now on."""
        self._ready[host] = max(self._ready_at(host), time.monotonic() + seconds)

    def _ready_at(self, host: str) -> float:
        return self._ready.get(host, 0.0)
