from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pipeline import servers
from pipeline.errors import InputError
from pipeline.executor import map_in_order, open_executor
from pipeline.servers import is_started, load_usually, start_server, stop_server, worker_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    assert not is_started(OWN)
    start_server(OWN)
    assert is_started(OWN)
    started = servers._servers[OWN]._forkserver_pid
    assert ask(OWN)[0] == ask(OWN)[0] == started


def test_modules_that_the_usual_server_has_need_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_usual", [])
    monkeypatch.setattr(servers, "_servers", {})
    load_usually(["json", *OWN])
    start_server(OWN)
    try:
        assert is_started(())
        assert [*servers._servers] == [()]
        assert ask(OWN) == ask(())
        assert ask(OWN)[1]
    finally:
        stop_server(())


def test_a_server_that_ends_while_it_loads_is_said_like_a_worker_that_was_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ends_at_once.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(InputError, match="most often because memory ran out"),
        open_executor(2, 2, loaded=("ends_at_once",)) as executor,
    ):
        list(map_in_order(executor, server_of, [1, 2], under_way=2))


def test_a_stopped_server_is_gone_and_the_next_worker_has_a_new_one() -> None:
    first = ask(OWN)[0]
    stop_server(OWN)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert ask(OWN)[0] != first


def test_what_was_never_started_can_be_stopped() -> None:
    stop_server(("no_such_module",))


def test_starting_does_not_wait_for_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loads_slowly.py").write_text("import time\ntime.sleep(1.5)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    began = time.monotonic()
    start_server(("loads_slowly",))
    started = time.monotonic() - began
    assert is_started(("loads_slowly",))
    stop_server(("loads_slowly",))
    assert started < 1
    assert time.monotonic() - began > 1.5  # it ends once it has loaded
