"""Workers on other machines: a Dask scheduler that the study names, as an executor like any other.

Workers read and write the same folders as the program that hands out the tasks, under the same paths: a cluster has a
file system that all its machines share. What a task returns does not depend on where it ran: a worker with another
version of anything that shapes a result is refused. A task whose worker dies is done again elsewhere: pieces and parts
appear whole or not at all.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import logging
import multiprocessing
import re
import secrets
import socket
import sys
import time
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from pipeline.errors import InputError, MissingTool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SECONDS_TO_ANSWER = 10
"""How long a scheduler may take to answer; one that has just started needs some seconds."""
_NAMED = 5
"""Of the versions that differ so many are named."""
_LOOKED_FOR = 16
_LONGEST_GREETING = 1_000_000
_CODE = "code of zwiesprache"

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def open_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a Dask cluster, and how many tasks it can run at a time.

    When it is left by an error, Ctrl-C among them, nothing that was handed out is waited for: it is taken back.

    Args:
        address: The scheduler's: ``tcp://10.0.0.1:8786``.

    Raises:
        MissingTool: Dask is not installed.
        InputError: nobody answers, no worker is there, a worker has another version of something, does not see our
            files, or workers died over a task.
    """
    with _connect(address) as client:
        distributed: Any = importlib.import_module("distributed")
        executor = client.get_executor(pure=False)
        try:
            yield _Cluster(executor), sum(client.nthreads().values())
        except distributed.KilledWorker as problem:
            raise InputError(
                f"[run] scheduler: {problem.allowed_failures + 1} workers died over one task; most often memory ran "
                "out: start workers with more, or with fewer threads"
            ) from problem
        except CancelledError:
            raise InputError(f"[run] scheduler: {address} went away; what was whole is kept, start it again") from None
        finally:
            executor.shutdown(wait=False)


def check_shared(address: str, folder: Path, files: Sequence[Path] = ()) -> None:
    """Make sure that the workers have the same files as this program.

    Args:
        address: The scheduler's.
        folder: One in which results are written: a file that is put there now must be seen by every worker.
        files: Those that are to be read; some of them are looked for, where they are here.

    Raises:
        InputError: as `open_cluster`; or a worker does not see a path, with its machine's name.
    """
    mark = folder / f".seen-{secrets.token_hex(8)}.draft"
    some = [path for path in files[:: max(1, len(files) // _LOOKED_FOR)] if path.exists()]
    mark.touch()
    try:
        with _connect(address) as client:
            for host, unseen in client.run(_unseen, [mark, *some]).values():
                if unseen is not None:
                    raise InputError(_not_shared(host, folder if unseen == mark else unseen))
    finally:
        mark.unlink()


def is_wanted() -> bool:
    """Whether the task that asks is still waited for; it is not when the program that handed it out was stopped."""
    worker: Any = importlib.import_module("distributed").get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state not in {"cancelled", "released", "forgotten"}


def allow_children() -> None:
    """Let this process start others. A nanny marks its worker as a daemon, which Python allows no children."""
    multiprocessing.current_process().daemon = False


class _Cluster(Executor):
    """Hands tasks to the cluster together with what versions they are for."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        return self._executor.submit(partial(_do, _versions(), fn), *args, **kwargs)


def _do(versions: Mapping[str, str | None], function: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """Do a task, on a worker; it may have joined after the others were looked at."""
    _check_versions(socket.gethostname(), _versions(), versions)
    try:
        return function(*args, **kwargs)
    except (FileNotFoundError, PermissionError) as problem:
        raise InputError(_not_shared(socket.gethostname(), problem.filename)) from None


def _connect(address: str) -> Any:
    """A client whose workers have been looked at."""
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise MissingTool(
            "[run] scheduler needs the extra 'cluster'; install it with: python -m pip install 'zwiesprache[cluster]'"
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says, we say
    try:
        _listen(address)
        client = distributed.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as problem:
        raise InputError(
            f"[run] scheduler: no Dask scheduler answers at {address} within {SECONDS_TO_ANSWER} s "
            f"({type(problem).__name__}); start one with 'dask scheduler' and workers with 'dask worker', "
            "or leave the key out"
        ) from None
    try:
        _look_at_workers(client, address)
    except BaseException:
        client.close()
        raise
    return client


def _listen(address: str) -> None:
    """Wait for the first word that a scheduler sends to who calls it; a client would wait for it without end.

    Raises:
        OSError: it does not come in time.
        ValueError: this is no address, or another program answers there.
    """
    place = urlsplit(address)
    if place.scheme == "tls":
        return  # there it is the client that begins
    if place.scheme != "tcp" or place.hostname is None or place.port is None:
        raise ValueError(address)
    latest = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        try:
            with socket.create_connection((place.hostname, place.port), SECONDS_TO_ANSWER) as call:
                size = call.recv(8)  # of the message, the least significant byte first
        except ConnectionError:  # it may be about to start
            if time.monotonic() > latest:
                raise
            time.sleep(0.2)
        else:
            break
    if len(size) < 8 or int.from_bytes(size, "little") > _LONGEST_GREETING:
        raise ValueError(address)


def _look_at_workers(client: Any, address: str) -> None:
    names = [name for name in _versions() if name not in {"Python", _CODE}]
    workers = client.get_versions(packages=names)["workers"]
    if not workers:
        raise InputError(f"[run] scheduler: {address} has no workers; start some with: dask worker {address}")
    for worker, found in sorted(workers.items()):
        packages = found["packages"]
        theirs = {name: packages[name] for name in names} | {"Python": _minor(packages["python"])}
        _check_versions(worker, theirs, {name: ours for name, ours in _versions().items() if name != _CODE})


def _check_versions(worker: str, theirs: Mapping[str, str | None], ours: Mapping[str, str | None]) -> None:
    differing = [name for name in ours if theirs.get(name) != ours[name]]
    if not differing:
        return
    named = [f"{name} {theirs.get(name) or 'missing'} (here {ours[name] or 'missing'})" for name in differing[:_NAMED]]
    more = f" and {len(differing) - _NAMED} more" if len(differing) > _NAMED else ""
    raise InputError(
        f"[run] scheduler: the worker {worker} has {', '.join(named)}{more}; results would depend on who did the work: "
        "start all workers anew with the same installation"
    )


@cache
def _versions() -> dict[str, str | None]:
    """What shapes results: Python, our code, and the distributions that we need; without those of development."""
    is_installed = _version("zwiesprache") is not None
    needed = importlib.metadata.requires("zwiesprache") if is_installed else None
    used = [line for line in needed or () if not re.search(r"extra == ['\"](dev|build)['\"]", line)]
    names = sorted({re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in used})
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return {
        "Python": _minor(".".join(map(str, sys.version_info))),
        **{name: _version(name) for name in ("zwiesprache", *names)},
        _CODE: digest.hexdigest()[:8],
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _minor(version: str) -> str:
    """``3.11`` of ``3.11.9.final.0``: a patch of Python changes no result."""
    return ".".join(version.split(".")[:2])


def _unseen(paths: Sequence[Path]) -> tuple[str, Path | None]:
    return socket.gethostname(), next((path for path in paths if not path.exists()), None)


def _not_shared(host: str, path: object) -> str:
    return (
        f"[run] scheduler: the worker on {host} cannot reach {path}; "
        "all machines need the study's folder and its texts on one file system, under the same path"
    )
