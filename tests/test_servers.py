from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pipeline import servers
from pipeline.servers import start_server, stop_server, worker_context

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="no process is forked there, and none has modules of another loaded"
)
OWN = ("colorsys",)
"""A module that nothing else loads."""


def server_of(_: int) -> tuple[int, bool]:
    return os.getppid(), OWN[0] in sys.modules


def ask(modules: tuple[str, ...]) -> tuple[int, bool]:
    with ProcessPoolExecutor(1, mp_context=worker_context(modules)) as pool:
        return pool.submit(server_of, 0).result()


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    yield
    stop_server(OWN)


def test_workers_have_the_modules_of_their_server_and_no_others() -> None:
    (plain, without), (own, with_module) = ask(()), ask(OWN)
    assert plain != own
    assert (without, with_module) == (False, True)


def test_a_server_that_was_started_before_is_the_one_that_workers_come_from() -> None:
    start_server(OWN)
    started = servers._servers[OWN]._forkserver_pid
    assert ask(OWN)[0] == ask(OWN)[0] == started


def test_a_stopped_server_is_gone_and_the_next_worker_has_a_new_one() -> None:
    first = ask(OWN)[0]
    stop_server(OWN)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert ask(OWN)[0] != first


def test_what_was_never_started_can_be_stopped() -> None:
    stop_server(("no_such_module",))


def test_starting_does_not_wait_for_what_is_loaded() -> None:
    started = time.monotonic()
    start_server(("pandas", *OWN))
    took = time.monotonic() - started
    stop_server(("pandas", *OWN))
    assert took < 0.2
