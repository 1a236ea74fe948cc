"""Files are read in processes that may die: one that hangs, crashes its parser or eats memory takes nobody with it.

On a cluster it is the same: a worker starts such processes for the files that it is given, and does not die with them.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import CancelledError, wait
from concurrent.futures import TimeoutError as TooLate
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.cluster import allow_children, is_wanted
from pipeline.errors import Unreadable
from pipeline.executor import Workers, begin_worker, map_in_order, open_executor
from pipeline.servers import READERS, start_server, worker_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pebble import ProcessFuture

    from pipeline.settings import RunSettings

Task = TypeVar("Task")
Result = TypeVar("Result")

_MEGABYTE = 1 << 20
_UNDER_WAY = 32
_GROUP = 128
"""A worker of a cluster is given at most so many tasks at a time: starting a process costs as much as sixty pages."""
_SECONDS_BETWEEN_LOOKS = 1.0
_GRACE = 10.0
"""Seconds over its limit after which a process ends itself: whoever should have stopped it is gone."""


def read_each(
    function: Callable[[Task], Result], tasks: Sequence[Task], limits: RunSettings
) -> Iterator[tuple[Task, Result | Unreadable]]:
    """Do each task in a worker with a limit of time and of memory; say in order what became of it.

    The limit of memory holds where the system keeps it (Linux): it is the address space that a worker may take beyond
    what it has when it starts.

    Args:
        function: What a worker does with a task.
        tasks: The tasks.
        limits: ``seconds_per_file``, ``megabytes_per_file``, and ``workers`` or ``scheduler``.

    Yields:
        The task, and its result or why it could not be done: ``too_slow``, ``too_big`` or ``crashed``, or what the
        function itself raised as `Unreadable`.
    """
    if limits.scheduler and tasks:
        with open_executor(None, len(tasks), limits.scheduler) as executor:
            number = executor.number if isinstance(executor, Workers) else 1
            size = max(1, min(_GROUP, len(tasks) // (4 * number)))
            groups = [tasks[at : at + size] for at in range(0, len(tasks), size)]
            read = map_in_order(executor, partial(_read_group, function, limits), groups, _UNDER_WAY)
            for group, ended in zip(groups, read, strict=True):
                yield from zip(group, ended, strict=True)
    elif tasks:
        yield from _read_here(function, tasks, limits, lambda: True)


def _read_group(
    function: Callable[[Task], Result], limits: RunSettings, tasks: Sequence[Task]
) -> list[Result | Unreadable]:
    """Do some tasks in one process beside this one, which is a worker of a cluster."""
    allow_children()
    alone = limits.model_copy(update={"workers": 1})
    # the workers' own program is loaded once, and not again by each process
    return [ended for _, ended in _read_here(function, tasks, alone, is_wanted, ("distributed",))]


def _read_here(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    limits: RunSettings,
    is_wanted: Callable[[], bool],
    preloaded: tuple[str, ...] = (),
) -> Iterator[tuple[Task, Result | Unreadable]]:
    from pebble import ProcessPool

    workers = min(limits.workers or os.cpu_count() or 1, len(tasks))
    modules = (*READERS, *preloaded)
    start_server(modules)  # here, where Ctrl-C can be held back, and not from the pool's thread
    context = worker_context(modules)
    size = limits.megabytes_per_file
    with ProcessPool(workers, initializer=_limit, initargs=(size,), context=context) as pool:
        waiting: deque[tuple[Task, ProcessFuture[Result]]] = deque()
        guarded = partial(_end_in_time, function, limits.seconds_per_file + _GRACE)
        try:
            for task in tasks:
                waiting.append((task, pool.schedule(guarded, args=(task,), timeout=limits.seconds_per_file)))
                if len(waiting) >= _UNDER_WAY:
                    first, future = waiting.popleft()
                    ended = _outcome(future, limits, is_wanted)
                    yield first, ended
            while waiting:
                first, future = waiting.popleft()
                ended = _outcome(future, limits, is_wanted)
                yield first, ended
        finally:
            pool.stop()  # type: ignore[no-untyped-call]


def _end_in_time(function: Callable[[Task], Result], seconds: float, task: Task) -> Result:
    """Do a task; the system ends this process if it takes too long and nobody else did, because it died before.

    The limit of memory holds for the task alone: what became of it must still be handed on.
    """
    if not hasattr(signal, "setitimer"):  # Windows
        return function(task)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _hold_space(_Space.most)
    try:
        return function(task)
    finally:
        _hold_space(None)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _outcome(future: ProcessFuture[Result], limits: RunSettings, is_wanted: Callable[[], bool]) -> Result | Unreadable:
    from pebble import ProcessExpired

    while not wait([future], _SECONDS_BETWEEN_LOOKS).done:
        if not is_wanted():
            raise CancelledError
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


class _Space:
    """What a worker knows of its memory."""

    most: int | None = None
    """Bytes of address space that a task may take it to; None where there is no limit that holds."""


def _limit(megabytes: int) -> None:
    """Set up a worker: deaf to Ctrl-C, and with so much address space for a task beyond what it has now."""
    begin_worker()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # no Linux
        return
    import resource

    _Space.most = pages * resource.getpagesize() + megabytes * _MEGABYTE


def _hold_space(most: int | None) -> None:
    """Let the process have at most so many bytes of address space, or as many as it may."""
    if _Space.most is None:
        return
    import resource

    may = resource.getrlimit(resource.RLIMIT_AS)[1]
    least = min(may, most) if most and may != resource.RLIM_INFINITY else most or may
    resource.setrlimit(resource.RLIMIT_AS, (least, may))
