"""The one way in which work is spread: tasks in order over an executor, a bounded number of them under way."""

from __future__ import annotations

import gc
import os
import pickle
import signal
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from pipeline.errors import InputError
from pipeline.memory import keep_pandas_out, release_memory
from pipeline.servers import interrupts_held_back, worker_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


class InProcess(Executor):
    """Runs each task at once and here: for one worker, and for work too small to start processes for."""

    number = 1

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run the task now; an exception is kept in the future, as an executor does."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:  # noqa: BLE001 - handed on by Future.result
            future.set_exception(problem)
        return future


class Workers(Executor):
    """An executor that says how many tasks it runs at a time, and whether it has processes to start yet."""

    def __init__(self, executor: Executor, number: int, *, started: bool = True) -> None:
        self._executor = executor
        self.number = number
        self.started = started

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand the task on; the first one starts the processes."""
        if not self.started:
            self.started = True
            _start_workers(self._executor, self.number)
        return self._executor.submit(fn, *args, **kwargs)


@contextmanager
def open_executor(
    workers: int | None, tasks: int, scheduler: str | None = None, *, loaded: tuple[str, ...] = ()
) -> Iterator[InProcess | Workers]:
    """An executor of ``workers`` processes (as many as there are cores where None), fewer where there are fewer tasks.

    Processes start fresh: nothing is inherited but what a task is given. Where a ``scheduler`` is named, the tasks go
    to the workers of its cluster instead, however few they are. Where processes are forked they find the modules
    ``loaded`` there.

    Raises:
        InputError: the system ended a worker, or the cluster cannot be used (`pipeline.cluster.open_cluster`).
    """
    if scheduler and tasks:
        from pipeline.cluster import open_cluster

        with open_cluster(scheduler) as (executor, number):
            yield Workers(executor, number)
        return
    release_memory()
    number = min(workers or os.cpu_count() or 1, tasks)
    if number <= 1:
        yield InProcess()
        return
    with ProcessPoolExecutor(number, mp_context=worker_context(loaded), initializer=begin_worker) as pool:
        try:
            yield Workers(pool, number, started=False)
        except BrokenProcessPool as problem:
            raise InputError(
                "a worker process was ended by the system, most often because memory ran out; "
                "set workers = 1 under [run] in the study, or close other programs"
            ) from problem


def check_shared(scheduler: str | None, folder: Path, files: Sequence[Path]) -> None:
    """Where a cluster does the work: make sure that its workers see the folder of the results and some of the files.

    Raises:
        InputError: one does not, or the cluster cannot be used.
    """
    if scheduler and files:
        from pipeline import cluster

        cluster.check_shared(scheduler, folder, files)


def begin_worker() -> None:
    """Ctrl-C reaches every process of a terminal; only the one that waits for the others has to say something."""
    gc.freeze()  # what is shared with other workers, or was there from the start, is not looked over for garbage
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # as `interrupts_held_back` left it
    keep_pandas_out()


def _start_workers(pool: Executor, number: int) -> None:
    """Start all workers now.

    Raises:
        BrokenProcessPool: their server has ended.
    """
    with interrupts_held_back():
        try:
            for _ in range(number):
                pool.submit(os.getpid)
        except (EOFError, ConnectionError) as problem:
            raise BrokenProcessPool("what worker processes are forked from has ended") from problem


def map_in_order(executor: Executor, function: Callable[[T], R], tasks: Iterable[T], under_way: int) -> Iterator[R]:
    """Results in the order of the tasks, with a bounded number of tasks handed out at a time.

    Memory then depends on the size of a task, not on how many there are. A task that turns out to be the only one is
    done here, where processes would have to be started for it.

    Args:
        executor: Who does the tasks.
        function: What is done with each.
        tasks: Made one by one, when there is room.
        under_way: How many are handed out; more where the executor has more than a third as many workers.
    """
    tasks = iter(tasks)
    if isinstance(executor, Workers) and not executor.started:
        first = list(islice(tasks, 2))
        executor, tasks = (executor if len(first) > 1 else InProcess()), chain(first, tasks)
    room = max(under_way, 3 * getattr(executor, "number", 0))
    work = _Packed(function) if isinstance(executor, Workers) else function
    waiting: deque[Future[R]] = deque()
    try:
        for task in tasks:
            waiting.append(executor.submit(work, task))
            if len(waiting) >= room:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


class _Packed(Generic[T, R]):
    """A function, with what it was given once for all tasks, as bytes: pickled here once, and read once by a worker.

    A lexicon of a thousand concepts would else be pickled and read again for each batch, longer than the search takes.
    """

    def __init__(self, function: Callable[[T], R]) -> None:
        self._pickled = pickle.dumps(function)

    def __call__(self, task: T) -> R:
        result: R = _unpack(self._pickled)(task)
        return result


@lru_cache(maxsize=1)
def _unpack(pickled: bytes) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] = pickle.loads(pickled)  # noqa: S301 - made by our own process
    return function
