"""What keeps processes small."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipeline.memory import release_memory

KEPT_OUT = """
import sys
from pipeline.memory import keep_pandas_out
keep_pandas_out()
import pyarrow as pa
assert pa.array([1.0, float("nan"), None], from_pandas=True).null_count == 2
assert "pandas" not in sys.modules
import pandas
assert pandas.Series([1, 2]).sum() == 3
"""


def test_who_imports_pandas_still_gets_it() -> None:
    subprocess.run([sys.executable, "-c", KEPT_OUT], check=True)


def test_memory_can_be_given_back_at_any_time() -> None:
    held = [bytes(1000) for _ in range(1000)]
    release_memory()
    assert all(piece == bytes(1000) for piece in held)


@pytest.mark.parametrize("chosen", [None, "mimalloc"])
def test_arrow_takes_its_memory_from_the_system_unless_the_user_chose_otherwise(chosen: str | None) -> None:
    script = "from pipeline.memory import take_little\ntake_little()\nimport pyarrow\n"
    script += "print(pyarrow.default_memory_pool().backend_name)"
    env = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    env |= {"ARROW_DEFAULT_MEMORY_POOL": chosen} if chosen else {}
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=env)
    assert done.stdout.strip() == (chosen or "system")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such arenas")
def test_what_threads_have_freed_is_given_back() -> None:
    script = """
import threading
from pipeline.memory import release_memory, take_little
take_little()

def memory():
    return sum(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Private_Dirty"))

before = memory()
ready, go = threading.Barrier(9), threading.Event()
def work():
    held = [bytes(20_000) for _ in range(500)]
    ready.wait()
    go.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
ready.wait()
much = memory() - before
go.set()
for thread in threads: thread.join()
release_memory()
print(much, memory() - before)
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    much, left = map(int, done.stdout.split())
    assert much > 70_000
    assert left < 0.2 * much
