"""The stage ``entities``: the named entities that a trained model found, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.records import ENTITIES
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, pieces, tokens

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study


def collect_entities(study: Study, draft: Path, progress: Progress) -> Summary:
    """Put the entities of all batches together, in order of passage and start.

    Returns:
        Entities by label.

    Raises:
        InputError: a piece is gone or damaged; ``cuts.arrow`` was removed, so that the stage ``tokens`` runs again.
    """
    folder = study.corpus_folder
    counts: dict[str, int] = {}
    names = tokens.piece_names(folder)
    with pq.ParquetWriter(draft / tokens.ENTITIES_FILE, ENTITIES, compression="zstd", write_statistics=False) as out:
        for batch, first in enumerate(corpus.batch_bounds(folder)[:-1]):
            try:
                found = [pieces.read_piece(pieces.entities_path(folder / names[batch][code])) for code in study.models]
            except InputError:
                (folder / tokens.CUTS_FILE).unlink()
                raise
            table = pa.Table.from_batches(found)
            passage = pc.add(table["row"], pa.scalar(first, pa.uint32()))
            table = table.set_column(0, "passage", passage).cast(ENTITIES)
            out.write_table(table.sort_by([("passage", "ascending"), ("start", "ascending")]))
            for row in table.group_by("label").aggregate([("label", "count")]).to_pylist():
                counts[row["label"]] = counts.get(row["label"], 0) + row["label_count"]
            progress("entities", batch + 1, len(names))
    return {"entities": dict(sorted(counts.items()))}


ENTITIES_STAGE = Stage(
    name="entities",
    folder=lambda study: study.corpus_folder,
    settings=lambda study: {"languages": list(study.models)},
    reads=lambda study: [study.corpus_folder / name for name in (corpus.PASSAGES_FILE, tokens.CUTS_FILE)],
    writes=(tokens.ENTITIES_FILE,),
    modules=("pipeline.languages.entities", "pipeline.store"),
    tools=("pyarrow",),
    run=collect_entities,
)
