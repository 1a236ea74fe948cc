"""The figures of changes that lie beside those of the timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from user_study import DE, FOLDER, LEXICON, write_study, write_texts

from pipeline.analyses.decomposition import DECOMPOSITION
from pipeline.analyses.emancipation import EMANCIPATION
from pipeline.analyses.robustness import ROBUSTNESS
from pipeline.export.change_figures import write_change_figures
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path

OTHER = '[[concept]]\nid = "other"\nlabel = { de = "Rest" }\nde = ["Rest"]\n'
PAIRS = '[emancipation]\npairs = [["city_diplomacy", "other"]]\n'


def test_there_are_figures_of_changes_of_choices_and_of_pairs_in_parts_that_fit_a_page(tmp_path: Path) -> None:
    write_texts(tmp_path, {"de.txt": DE})
    study = load_study(write_study(tmp_path, FOLDER, LEXICON + OTHER, PAIRS), root=tmp_path)
    of = {"concept": "city_diplomacy", "language": "zh"}
    change = of | {"group": "all", "stratum": "all", "kind": "step", "period_before": "2004", "period_after": "2024",
                   "before": 50.0, "after": 60.0, "change": 10.0, "within": 10.0}  # fmt: skip
    trend = of | {"ratio": 1.1, "low": 1.0, "high": 1.2, "choice": "main", "setting": ""}
    pair = {"first": "city_diplomacy", "second": "other", "language": "zh", "group": "all"}
    made = {
        "decomposition": pa.Table.from_pylist([change] * 21, DECOMPOSITION),
        "robustness": pa.Table.from_pylist([trend], ROBUSTNESS),
        "emancipation": pa.Table.from_pylist([pair], EMANCIPATION),
    }
    write_change_figures(study, made, tmp_path / "figures")
    stems = ("decomposition_1", "decomposition_2", "robustness_1", "emancipation_city_diplomacy_other")
    wanted = {f"{stem}.{kind}" for stem in stems for kind in ("pdf", "svg", "png", "csv")}
    assert {path.name for path in (tmp_path / "figures").iterdir()} == wanted
    rows = (tmp_path / "figures" / "decomposition_2.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2


def test_without_anything_to_show_a_figure_says_so(tmp_path: Path) -> None:
    write_texts(tmp_path, {"de.txt": DE})
    study = load_study(write_study(tmp_path, FOLDER, LEXICON, ""), root=tmp_path)
    schemas = {"decomposition": DECOMPOSITION, "robustness": ROBUSTNESS, "emancipation": EMANCIPATION}
    write_change_figures(study, {name: of.empty_table() for name, of in schemas.items()}, tmp_path / "figures")
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == {"decomposition_1", "robustness_1"}
