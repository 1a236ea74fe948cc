"""The tables once more as Parquet: a stage behind each stage that writes tables."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.export import bilingual, keywords_stage, stages, topics
from pipeline.export.tables import write_parquet
from pipeline.stages import Progress, Stage, Summary
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.study import Study


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


def _stage(name: str, folder: str, names: Sequence[str]) -> Stage:
    return Stage(
        name=name,
        folder=lambda study: study.export_folder,
        settings=lambda _: {},
        reads=lambda study: [study.export_folder / folder / f"{name}.arrow" for name in names],
        writes=tuple(f"{name}.parquet" for name in names),
        modules=("pipeline.export.parquet", "pipeline.export.tables"),
        tools=("pyarrow",),
        run=partial(write_tables, folder=folder, names=names),
    )


PARQUET_STAGES = {
    stages.TIMELINES_STAGE.name: _stage("parquet", stages.TABLES_FOLDER, stages.TABLES),
    topics.TOPICS_STAGE.name: _stage("topics_parquet", topics.FOLDER, topics.TABLES),
    bilingual.BILINGUAL_STAGE.name: _stage("pairs_parquet", bilingual.FOLDER, bilingual.TABLES),
    keywords_stage.KEYWORDS_STAGE.name: _stage(
        "keywords_parquet", keywords_stage.KEYWORDS_FOLDER, keywords_stage.KEYWORD_TABLES
    ),
}
"""By the name of the stage whose tables they write."""
