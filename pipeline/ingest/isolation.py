"""Files are read in processes that may die: one that hangs, crashes its parser or eats memory takes nobody with it."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.errors import Unreadable
from pipeline.executor import leave_interrupts_to_parent, process_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pebble import ProcessFuture

    from pipeline.study import RunSettings

Task = TypeVar("Task")
Result = TypeVar("Result")

_MEGABYTE = 1 << 20
_UNDER_WAY = 32
_READERS = ("pypdfium2", "trafilatura")
"""What reading takes longest to load."""


def read_each(
    function: Callable[[Task], Result], tasks: Sequence[Task], limits: RunSettings
) -> Iterator[tuple[Task, Result | Unreadable]]:
    """Do each task in a worker with a limit of time and of memory; say in order what became of it.

    The limit of memory holds where the system keeps it (Linux): it is the address space that a worker may take beyond
    what it has when it starts.

    Args:
        function: What a worker does with a task.
        tasks: The tasks.
        limits: ``seconds_per_file``, ``megabytes_per_file`` and ``workers``.

    Yields:
        The task, and its result or why it could not be done: ``too_slow``, ``too_big`` or ``crashed``, or what the
        function itself raised as `Unreadable`.
    """
    if not tasks:
        return
    workers = min(limits.workers or os.cpu_count() or 1, len(tasks))
    size = limits.megabytes_per_file
    with ProcessPool(workers, initializer=_limit, initargs=(size,), context=process_context(_READERS)) as pool:
        waiting: deque[tuple[Task, ProcessFuture[Result]]] = deque()
        try:
            for task in tasks:
                waiting.append((task, pool.schedule(function, args=(task,), timeout=limits.seconds_per_file)))
                if len(waiting) >= _UNDER_WAY:
                    first, future = waiting.popleft()
                    ended = _outcome(future, limits)
                    yield first, ended
            while waiting:
                first, future = waiting.popleft()
                ended = _outcome(future, limits)
                yield first, ended
        finally:
            pool.stop()  # type: ignore[no-untyped-call]


def _outcome(future: ProcessFuture[Result], limits: RunSettings) -> Result | Unreadable:
    try:
        return future.result()
    except Unreadable as problem:
        return problem
    except TooLate:
        seconds = limits.seconds_per_file
        return Unreadable("too_slow", f"more than {seconds:g} s; [run] seconds_per_file allows more")
    except MemoryError:
        size = limits.megabytes_per_file
        return Unreadable("too_big", f"needed more than {size:,} MB; [run] megabytes_per_file allows more")
    except ProcessExpired as problem:
        return Unreadable("crashed", f"exit code {problem.exitcode}")
    except Exception as problem:  # noqa: BLE001 - a reader that fails over one file takes nobody with it, and it is said
        said = str(problem).strip().splitlines()
        return Unreadable("crashed", f"{type(problem).__name__}: {said[-1] if said else ''}"[:300])


def _limit(megabytes: int) -> None:
    """Set up a worker: deaf to Ctrl-C, and with so much address space beyond what it has now."""
    leave_interrupts_to_parent()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # no Linux: there is no limit that holds
        return
    import resource

    most = pages * resource.getpagesize() + megabytes * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
