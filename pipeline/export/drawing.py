"""Figures are drawn by several processes, which find matplotlib and its fonts loaded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipeline.executor import map_in_order, open_executor
from pipeline.servers import start_server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.stages import Progress
    from pipeline.study import Study

_LOADED = ("pipeline.export.figures_loaded",)
_WORTH = 4
"""So many tasks are worth a process."""


def load_meanwhile(study: Study, tasks: int) -> None:
    """Have loaded what drawing needs, while this process computes what is drawn.

    Args:
        study: The study.
        tasks: How many `do_all` will be given, about.
    """
    if tasks // _WORTH > 1 and (study.run.workers or os.cpu_count()) != 1:
        start_server(_LOADED)


def do_all(study: Study, tasks: Sequence[Callable[[], None]], progress: Progress, name: str) -> None:
    """Do tasks, most of which draw a figure.

    Args:
        study: The study.
        tasks: Each writes files.
        progress: Told of those done.
        name: What it is told that they are.
    """
    with open_executor(study.run.workers, len(tasks) // _WORTH, loaded=_LOADED) as executor:
        for i, _ in enumerate(map_in_order(executor, _do, tasks, under_way=8)):
            progress(name, i + 1, len(tasks))


def _do(task: Callable[[], None]) -> None:
    task()
