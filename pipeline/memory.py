"""What keeps this process and its workers small."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_M_ARENA_MAX = -8
"""Of glibc's ``mallopt``."""


def take_little() -> None:
    """Have memory taken from the system's allocator, and from one arena of it; to be called before Arrow is loaded.

    Arrow's own allocator and glibc's arenas keep what each thread has freed: 1.19 GB instead of 0.91 while the four
    collections of docs/performance.md were built, in the same time.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if "MALLOC_ARENA_MAX" not in os.environ:
        os.environ["MALLOC_ARENA_MAX"] = "1"  # for workers; this process has read it already
        mallopt = _of_libc("mallopt")
        if mallopt:
            mallopt(_M_ARENA_MAX, 1)


def release_memory() -> None:
    """Give what this process no longer needs back to the system, where its C library can (glibc's ``malloc_trim``).

    What a stage before has freed would otherwise be held beside all that the workers take.
    """
    trim = _of_libc("malloc_trim")
    if trim:
        trim(0)


@contextmanager
def without_collections() -> Iterator[None]:
    """Do something without Python's search for garbage in cycles, where much is made that stays and has no cycles.

    What was made is not gone over afterwards either. Of the start the search takes a seventh, of lemmas a twentieth.
    """
    was_on = gc.isenabled()
    if was_on:
        gc.collect(1)  # what is garbage now would stay
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()


def _of_libc(name: str) -> Callable[..., int] | None:
    """A function that glibc has, and perhaps this system's C library too."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


class _NoPandas(MetaPathFinder):
    """Finds no pandas, though there is one."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:  # noqa: ARG002 - as it is called
        if fullname == "pandas":
            raise ImportError(fullname)


@cache
def keep_pandas_out() -> None:
    """Have Arrow not load pandas, which it does for the first list that it is given, and which we never use.

    It would cost 33 MB and a quarter of a second in each process. Who imports pandas still gets it; Arrow then takes
    and gives no pandas objects.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)
