"""Servers that worker processes are forked from: what takes long to load is loaded once, and workers share its memory.

A server does nothing but load modules and fork, which the main process, with Arrow's threads at work, may not.
multiprocessing has one server; here each set of modules has its own, so that the dictionaries of German are in no
worker that reads PDFs.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import contextmanager
from functools import cache
from multiprocessing import context, resource_tracker
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.context import BaseContext

_BASE = ("numpy", "pyarrow", "pyarrow.parquet", "pydantic")
"""What takes long to load and all workers need."""
READERS = ("pypdfium2", "trafilatura")
"""What reading files takes longest to load."""
TABLES = ("pipeline.ingest.letters_loaded",)
"""What all workers that read texts ask for."""
_usual: list[str] = []
_CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
_servers: dict[tuple[str, ...], Any] = {}
"""By the modules that each has loaded beside those of `_BASE`; that for all else by none."""


def load_usually(modules: Iterable[str]) -> None:
    """Have the server for all that names no modules of its own load some, and serve those that name only such.

    To be called before it is started.
    """
    _usual.extend(module for module in modules if module not in _usual)


@cache
def worker_context(modules: tuple[str, ...] = ()) -> BaseContext:
    """How worker processes are started: by the server that has loaded some modules, where the system can; else spawned.

    A server that `start_server` has not started is started with its first worker.
    """
    return _Context(modules) if _CAN_FORK else multiprocessing.get_context("spawn")


def start_server(modules: tuple[str, ...] = ()) -> None:
    """Start a server now, so that it loads its modules while this process does something else."""
    if _CAN_FORK:
        with interrupts_held_back():
            _server(modules).ensure_running()


def is_started(modules: tuple[str, ...]) -> bool:
    """Whether `start_server` has started the server of some modules."""
    return _name(modules) in _servers


def stop_server(modules: tuple[str, ...]) -> None:
    """End a server, if it was started; to be called when its workers have ended. Its memory is free then."""
    if is_started(modules):
        _servers.pop(_name(modules))._stop()  # noqa: SLF001 - no other way is offered


def _name(modules: tuple[str, ...]) -> tuple[str, ...]:
    """What a server is called by: nothing if the usual one has all its modules."""
    return () if set(modules) <= set(_usual) else modules


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
        """The server of some modules; not yet started, if it is new."""
        name = _name(modules)
        if name not in _servers:
            _servers[name] = forkserver.ForkServer()
            _servers[name].set_forkserver_preload([*_BASE, *(name or _usual)])
        return _servers[name]

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
