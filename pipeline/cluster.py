"""Workers on other machines: a Dask scheduler that the study names, as an executor like any other.

Workers read and write the same folders as the program that hands out the tasks, under the same paths: a cluster has a
file system that all its machines share. What a task returns does not depend on where it ran, and a task whose worker
dies is done again elsewhere: pieces and parts appear whole or not at all.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.errors import InputError, MissingTool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

SECONDS_TO_ANSWER = 20
"""How long a scheduler may take to answer; one that has just started needs some seconds."""
_LIVES = 3
"""How often a task is tried again whose worker died: more often it is the task that kills."""


@contextmanager
def open_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a Dask cluster, and how many tasks it can run at a time.

    Args:
        address: The scheduler's: ``tcp://10.0.0.1:8786``.

    Raises:
        MissingTool: Dask is not installed.
        InputError: nobody answers, no worker is there, a worker has another version of us, or workers died over a task.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise MissingTool(
            "[run] scheduler needs the extra 'cluster'; install it with: python -m pip install 'zwiesprache[cluster]'"
        ) from None
    try:
        client = distributed.Client(address, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError) as problem:
        raise InputError(
            f"[run] scheduler: nobody answers at {address} ({type(problem).__name__}); "
            "start one with 'dask scheduler' and workers with 'dask worker', or leave the key out"
        ) from None
    with client:
        threads = client.nthreads()
        if not threads:
            raise InputError(f"[run] scheduler: {address} has no workers; start some with: dask worker {address}")
        for worker, (version, python) in sorted(client.run(_versions).items()):
            if (version, python) != _versions():
                raise InputError(
                    f"[run] scheduler: the worker {worker} has zwiesprache {version} on Python {python}, "
                    f"this is {' on Python '.join(_versions())}; results would depend on who did the work"
                )
        with client.get_executor(pure=False, retries=_LIVES) as executor:
            try:
                yield executor, sum(threads.values())
            except distributed.KilledWorker as problem:
                raise InputError(
                    f"[run] scheduler: workers died over a task {_LIVES + 1} times ({problem.task}); most often memory "
                    "ran out: start workers with more, or with fewer threads"
                ) from problem


def _versions() -> tuple[str, str]:
    return __version__, ".".join(map(str, sys.version_info[:2]))
