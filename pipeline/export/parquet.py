"""The tables once more as Parquet: a stage behind each stage that writes tables."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.export.tables import write_parquet
from pipeline.stages import Progress, Stage, Summary
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.study import Study


NAMES = {
    "timelines": "parquet",
    "topics": "topics_parquet",
    "topic_pairs": "pairs_parquet",
    "keywords": "keywords_parquet",
}
"""By the name of the stage that writes tables, that of the stage behind it."""


def write_tables(study: Study, draft: Path, progress: Progress, *, folder: str, names: Sequence[str]) -> Summary:
    """Write some tables as Parquet.

    Args:
        study: The study.
        draft: Where to.
        progress: Told of each table.
        folder: Where they lie as Arrow files, under the exports.
        names: Their names.
    """
    for i, name in enumerate(names):
        write_parquet(read_table(study.export_folder / folder, name), draft / f"{name}.parquet")
        progress("parquet", i + 1, len(names))
    return {}


def parquet_stages(stages: Sequence[Stage]) -> list[Stage]:
    """The stages behind those of ``stages`` that write tables; what a stage writes says which tables and where."""
    return [_behind(stage) for stage in stages if stage.name in NAMES]


def _behind(stage: Stage) -> Stage:
    names = [name.removesuffix(".csv") for name in stage.writes if name.endswith(".csv")]
    folder = next(name for name in stage.writes if name.startswith("."))
    return Stage(
        name=NAMES[stage.name],
        folder=lambda study: study.export_folder,
        settings=lambda _: {},
        reads=lambda study: [study.export_folder / folder / f"{name}.arrow" for name in names],
        writes=tuple(f"{name}.parquet" for name in names),
        modules=("pipeline.export.parquet", "pipeline.export.tables"),
        tools=("pyarrow",),
        run=partial(write_tables, folder=folder, names=names),
    )
