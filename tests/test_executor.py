from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError, Unreadable
from pipeline.executor import InProcess, Workers, map_in_order, open_executor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def square(number: int) -> int:
    return number * number


def square_slowly_at_first(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0)
    return number * number


def refuse(number: int) -> int:
    if number == 3:
        raise Unreadable("broken", f"number {number}")
    return number


def load_pandas_by_arrow(number: int) -> bool:
    import pyarrow as pa

    assert pa.array([number, None]).null_count == 1
    return "pandas" in sys.modules


def process_of(_: int) -> int:
    return os.getpid()


def end_this_process(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


class Counting(Executor):
    """Hands tasks out, finishes them when their result is asked for, and remembers how many were open."""

    def __init__(self) -> None:
        self.open = self.most = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.open += 1
        self.most = max(self.most, self.open)
        future: Future[Any] = Future()

        def result(timeout: float | None = None) -> Any:
            self.open -= 1
            return fn(*args, **kwargs)

        future.result = result  # type: ignore[method-assign]
        return future


@given(st.lists(st.integers()), st.integers(1, 9))
def test_results_come_in_the_order_of_the_tasks(tasks: list[int], under_way: int) -> None:
    assert list(map_in_order(InProcess(), square, tasks, under_way)) == [n * n for n in tasks]


@given(st.integers(0, 40), st.integers(1, 9))
def test_no_more_tasks_than_allowed_are_under_way(tasks: int, under_way: int) -> None:
    executor = Counting()
    assert len(list(map_in_order(executor, square, range(tasks), under_way))) == tasks
    assert executor.most <= under_way


def test_tasks_are_made_only_when_there_is_room() -> None:
    made: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    assert next(map_in_order(InProcess(), square, tasks(), under_way=4)) == 0
    assert len(made) == 4


def test_what_a_task_raises_is_raised_where_its_result_is_due() -> None:
    results = map_in_order(InProcess(), refuse, range(10), under_way=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Unreadable, match="number 3"):
        next(results)


@pytest.mark.parametrize(("workers", "tasks"), [(1, 100), (8, 1), (8, 0), (None, 1)])
def test_no_processes_are_started_for_one_worker_or_one_task(workers: int | None, tasks: int) -> None:
    with open_executor(workers, tasks) as executor:
        assert isinstance(executor, InProcess)


def test_no_processes_are_started_for_a_task_that_turns_out_to_be_the_only_one() -> None:
    with open_executor(2, 10) as executor:
        assert list(map_in_order(executor, process_of, iter([1]), under_way=4)) == [os.getpid()]
        assert os.getpid() not in list(map_in_order(executor, process_of, iter([1, 2]), under_way=4))
        assert os.getpid() not in list(map_in_order(executor, process_of, iter([1]), under_way=4))
        with pytest.raises(Unreadable, match="number 3"):
            list(map_in_order(executor, refuse, [3], under_way=4))


def test_processes_give_the_same_in_the_same_order_and_errors_come_whole() -> None:
    with open_executor(2, 10) as executor:
        results = list(map_in_order(executor, square_slowly_at_first, range(10), under_way=4))
        assert results == [n * n for n in range(10)]
        with pytest.raises(Unreadable) as caught:
            list(map_in_order(executor, refuse, range(10), under_way=4))
    assert (caught.value.reason, caught.value.detail) == ("broken", "number 3")


def test_a_worker_that_the_system_ends_is_said_in_a_sentence() -> None:
    with pytest.raises(InputError, match="workers = 1"), open_executor(2, 10) as executor:
        list(map_in_order(executor, end_this_process, range(10), under_way=4))


def test_arrow_does_not_load_pandas_in_workers() -> None:
    with open_executor(2, 10) as executor:
        assert not any(map_in_order(executor, load_pandas_by_arrow, range(10), under_way=4))


class Interrupted(Executor):
    """Ctrl-C is pressed while its workers start."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ARG002 - nothing runs
        self.submitted += 1
        signal.raise_signal(signal.SIGINT)
        return Future()


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be held back here")
def test_an_interrupt_while_workers_start_comes_when_they_are_there() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    pool = Interrupted()
    try:
        with pytest.raises(KeyboardInterrupt):
            Workers(pool, 3, started=False).submit(square, 1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert pool.submitted == 3
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def hears_interrupts(_: int) -> tuple[bool, bool]:
    held_back = hasattr(signal, "pthread_sigmask") and signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return signal.getsignal(signal.SIGINT) is not signal.SIG_IGN, held_back


def test_workers_ignore_interrupts_and_hold_none_back() -> None:
    with open_executor(2, 4) as executor:
        assert set(map_in_order(executor, hears_interrupts, range(4), 4)) == {(False, False)}
