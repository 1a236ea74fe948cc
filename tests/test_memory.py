"""What keeps processes small."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from typing import TYPE_CHECKING

import pytest

from pipeline.memory import without_collections

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize("chosen", [None, "mimalloc"])
def test_arrow_takes_its_memory_from_the_system_unless_the_user_chose_otherwise(chosen: str | None) -> None:
    script = "from pipeline.memory import take_little\ntake_little()\nimport pyarrow\n"
    script += "import os\nprint(pyarrow.default_memory_pool().backend_name, os.environ['MALLOC_ARENA_MAX'])"
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"ARROW_DEFAULT_MEMORY_POOL", "MALLOC_ARENA_MAX"}
    }
    env |= {"ARROW_DEFAULT_MEMORY_POOL": chosen, "MALLOC_ARENA_MAX": "4"} if chosen else {}
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=env)
    assert done.stdout.split() == ([chosen, "4"] if chosen else ["system", "1"])


@pytest.mark.parametrize("switch", [gc.disable, gc.enable])
def test_pythons_collector_is_left_as_it_was(switch: Callable[[], None]) -> None:
    try:
        switch()
        was_on = gc.isenabled()
        with without_collections():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
        gc.unfreeze()


def test_what_was_garbage_before_does_not_stay() -> None:
    class Cycle:
        def __init__(self) -> None:
            self.own = self

    try:
        before = weakref.ref(Cycle())
        with without_collections():
            assert before() is None
            made = [Cycle()]
            within = weakref.ref(made[0])
        gc.collect()
        assert within() is made[0]
    finally:
        gc.unfreeze()
