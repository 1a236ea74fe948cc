"""Servers that worker processes are forked from: what takes long to load is loaded once, and workers share its memory.

A server forks before it runs any thread, which the main process, with Arrow's threads, may not. multiprocessing has
one server; here each set of modules has its own, so that the dictionaries of German are in no worker that reads PDFs.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager
from functools import cache
from multiprocessing import context, resource_tracker
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.context import BaseContext

_MODULES = ["numpy", "pyarrow", "pyarrow.parquet", "pydantic"]
"""What takes long to load and all workers need."""
_CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
_servers: dict[tuple[str, ...], Any] = {}
"""By the modules that each has loaded beside those."""


def load_in_all(modules: Iterable[str]) -> None:
    """Have all servers that are started from now on load some modules; to be called before the first is."""
    _MODULES.extend(module for module in modules if module not in _MODULES)


@cache
def worker_context(modules: tuple[str, ...] = ()) -> BaseContext:
    """How worker processes are started: by the server that has loaded some modules, where the system can; else spawned.

    A server that `start_server` has not started is started with its first worker.
    """
    return _Context(modules) if _CAN_FORK else multiprocessing.get_context("spawn")


def start_server(modules: tuple[str, ...] = ()) -> None:
    """Start a server now, so that it loads its modules while this process does something else.

    Where there is one core they would only be in each other's way.
    """
    if _CAN_FORK and (os.cpu_count() or 1) > 1:
        with interrupts_held_back():
            _server(modules).ensure_running()


def stop_server(modules: tuple[str, ...]) -> None:
    """End a server, if it was started, whose workers have ended: its memory is free then."""
    if modules in _servers:
        _servers.pop(modules)._stop()  # noqa: SLF001 - no other way is offered


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while processes are started: it comes when they are there.

    A server begins with it held back too, and so do its workers, until they ignore it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # or it is started below, and lets Ctrl-C through before the workers are there
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))  # another thread may be given it
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


if _CAN_FORK:
    from multiprocessing import forkserver, popen_forkserver

    _launching = threading.Lock()

    def _server(modules: tuple[str, ...]) -> Any:
        """The server of some modules beside those that all have; not yet started, if it is new."""
        modules = tuple(module for module in modules if module not in _MODULES)
        if modules not in _servers:
            _servers[modules] = forkserver.ForkServer()
            _servers[modules].set_forkserver_preload([*_MODULES, *modules])
        return _servers[modules]

    class _Forked(popen_forkserver.Popen):
        """A process forked from a server of ours, and not from multiprocessing's own."""

        def _launch(self, process: Any) -> None:
            with _launching:
                own = forkserver.connect_to_new_process
                vars(forkserver)["connect_to_new_process"] = _server(process.modules).connect_to_new_process
                try:
                    super()._launch(process)  # type: ignore[misc]
                finally:
                    vars(forkserver)["connect_to_new_process"] = own

    class _Process(context.ForkServerProcess):
        """Knows by which modules its server is called."""

        modules: tuple[str, ...] = ()

        @staticmethod
        def _Popen(process: Any) -> _Forked:  # noqa: N802 - as multiprocessing calls it
            return _Forked(process)

    class _Context(context.ForkServerContext):
        """Starts processes by the server of some modules."""

        def __init__(self, modules: tuple[str, ...]) -> None:
            super().__init__()
            self._modules = modules

        def Process(self, *args: Any, **named: Any) -> _Process:  # type: ignore[override]  # noqa: N802 - a class there
            process = _Process(*args, **named)
            process.modules = self._modules
            return process
