from __future__ import annotations

import os
import signal
import time
from functools import partial
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from user_study import FOLDER, run, write_study, write_texts

from pipeline.errors import Unreadable
from pipeline.ingest.isolation import _end_in_time, read_each
from pipeline.ingest.readers import format_of
from pipeline.servers import worker_context
from pipeline.settings import RunSettings

if TYPE_CHECKING:
    from pathlib import Path

NO_SIDECAR = FOLDER.replace('metadata = "metadata.csv"', "")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(params=["processes", "cluster"])
def limits(request: pytest.FixtureRequest) -> RunSettings:
    scheduler = request.getfixturevalue("scheduler") if request.param == "cluster" else None
    return RunSettings(workers=2, seconds_per_file=2.0, megabytes_per_file=600, scheduler=scheduler)


def test_a_task_that_hangs_is_stopped_and_takes_nobody_with_it(limits: RunSettings) -> None:
    ended = [(task, problem and problem.reason) for task, problem in read_each(time.sleep, [0, 60, 0.1, 0], limits)]
    assert ended == [(0, None), (60, "too_slow"), (0.1, None), (0, None)]


def test_a_task_that_kills_its_process_takes_nobody_with_it(limits: RunSettings) -> None:
    problems = [problem for _, problem in read_each(os._exit, [3], limits)]
    assert [problem.reason for problem in problems if problem] == ["crashed"]
    assert "exit code 3" in str(problems[0])


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is limited on Linux only")  # noqa: PTH110
def test_a_task_that_needs_too_much_memory_is_stopped(limits: RunSettings) -> None:
    sizes = [1000, 2 << 30, 1000]
    ended = [getattr(done, "reason", 0) for _, done in read_each(bytearray, sizes, limits)]
    assert ended == [0, "too_big", 0]


def test_a_reader_that_fails_over_one_file_takes_nobody_with_it(limits: RunSettings) -> None:
    ended = list(read_each(int, ["7", "sieben", "8"], limits))
    assert (ended[0], ended[2]) == (("7", 7), ("8", 8))
    assert str(ended[1][1]).startswith("crashed: ValueError: invalid literal")


def test_what_a_reader_says_of_a_file_is_passed_on(limits: RunSettings) -> None:
    ((_, said),) = read_each(partial(format_of, b"text"), ["bild.png"], limits)
    assert isinstance(said, Unreadable)
    assert (said.reason, said.detail) == ("unknown_format", ".png")


def test_a_task_whose_starter_died_ends_by_itself() -> None:
    """Nobody is there any more to stop it: what was started of it here is one that nobody watches."""
    started = time.monotonic()
    process = worker_context().Process(target=_end_in_time, args=(time.sleep, 0.3, 60))
    process.start()
    process.join(20)
    assert process.exitcode == -signal.SIGALRM
    assert time.monotonic() - started < 10


def test_no_task_starts_no_process(limits: RunSettings) -> None:
    assert list(read_each(time.sleep, [], limits)) == []


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is limited on Linux only")  # noqa: PTH110
def test_a_file_that_breaks_a_limit_is_a_reject_and_is_read_again_under_another_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    root = write_texts(tmp_path, {"small.txt": "Die Städtepartnerschaft mit Wuhan besteht seit 1982."}, None)
    (root / "large.txt").write_text("Hafen " * 15_000_000, encoding="utf-8")
    write_study(tmp_path, NO_SIDECAR, more="[run]\nmegabytes_per_file = 600\n")
    assert run(capsys, "corpus").status == 0
    rejects = (tmp_path / "corpora" / "mine" / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert len(rejects) == 2
    assert "large.txt,corpus,too_big" in rejects[1]
    write_study(tmp_path, NO_SIDECAR, more="[run]\nmegabytes_per_file = 4000\n")
    assert run(capsys, "corpus").status == 0
    names = pq.read_table(tmp_path / "corpora" / "mine" / "documents.parquet")["doc_id"].to_pylist()
    assert [name.rpartition("/")[2] for name in names] == ["large.txt", "small.txt"]
