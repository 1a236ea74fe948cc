"""The stage ``pyldavis``: the chosen models as pyLDAvis wants them, one JSON file a language, only where asked for.

``exports/STUDY/pyldavis/zh.json`` holds the arguments of ``pyLDAvis.prepare`` by their names, and nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from pipeline.analyses.topics.kept import read_fit
from pipeline.analyses.topics.runs import CHOSEN, FREQUENCIES
from pipeline.stages import Progress, Stage, Summary

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.study import Study

FOLDER = "pyldavis"
_READ = ("model.json", "words.parquet", "units.parquet", FREQUENCIES)


def write_pyldavis(study: Study, draft: Path, progress: Progress) -> Summary:
    """Write what pyLDAvis needs of each language's model."""
    (draft / FOLDER).mkdir()
    written = []
    for i, code in enumerate(study.languages):
        folder = study.model_folder / CHOSEN / code
        if folder.exists():
            _write_inputs(folder, draft / FOLDER / f"{code}.json")
            written.append(code)
        progress("pyldavis", i + 1, len(study.languages))
    return {"languages": written}


def _write_inputs(folder: Path, path: Path) -> None:
    kept = read_fit(folder)
    words = pq.read_table(folder / "units.parquet", columns=["words"])["words"].to_pylist()
    times = pq.read_table(folder / FREQUENCIES)["frequency"].to_pylist()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for start, values in (('{"topic_term_dists": [', kept.fitted.topic_word), (
            '],\n"doc_topic_dists": [', kept.fitted.unit_topic,
        )):  # fmt: skip
            file.write(start)
            for i in range(len(values)):  # row by row: the whole as text would be many times the array
                file.write((",\n" if i else "\n") + _row(values[i]))
        file.write(
            f'],\n"doc_lengths": {json.dumps(words)},\n"vocab": {json.dumps(kept.vocabulary, ensure_ascii=False)},'
        )
        file.write(f'\n"term_frequency": {json.dumps(times)}}}\n')


def _row(values: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{value:.7g}" for value in values.tolist()) + "]"


PYLDAVIS_STAGE = Stage(
    name="pyldavis",
    folder=lambda study: study.export_folder,
    settings=lambda study: list(study.languages),
    reads=lambda study: [study.model_folder / CHOSEN / code / name for code in study.languages for name in _READ],
    writes=(FOLDER,),
    modules=("pipeline.analyses.topics.kept", "pipeline.export.pyldavis"),
    tools=("numpy", "pyarrow"),
    run=write_pyldavis,
)
