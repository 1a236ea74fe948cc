"""The stage `keywords`: its files, the same bytes again and with more workers, and what it says."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from made import build, make_document, make_study

from pipeline.export.keywords_stage import KEYWORDS_STAGE, write_keywords
from pipeline.stages import bring_up_to_date

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LEXICON = (
    '[[concept]]\nid = "city"\nlabel = { de = "Städtediplomatie" }\nde = ["Städtediplomatie"]\nzh = ["城市外交"]\n'
)
MORE = """
[collocations]
period = [[2013-01-01, 2014-01-01], [2014-01-01, 2016-01-01]]
[[keywords]]
name = "since 2014"
target = { from = 2014-01-01 }
reference = { to = 2014-06-01 }
"""


def made(folder: Path) -> Study:
    study = make_study(folder, LEXICON, timelines=MORE)
    rng = np.random.default_rng(1)
    documents: list[dict[str, Any]] = []
    for i in range(24):
        year = 2013 + i % 3
        near = "Klima Hafen" if year > 2013 else "Chor Reise"
        text = f"{near} Städtediplomatie Verein Sport. " * 3 + " ".join(rng.choice(["Haus", "Garten", "Tisch"], 30))
        documents.append(
            make_document(f"{i:02d}", ("de", text), ("zh", "城市外交促进合作。" * 4), date=f"{year}-05-01")
        )
    build(study, documents)
    return study


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_stage_writes_its_tables_figures_and_networks_and_the_same_bytes_with_more_workers(tmp_path: Path) -> None:
    study = made(tmp_path)
    (tmp_path / "more").mkdir()
    (outcome,) = bring_up_to_date([KEYWORDS_STAGE], study, lambda *_: None)
    first = files(study.export_folder)
    first.pop("manifest.json")
    write_keywords(
        study.model_copy(update={"run": study.run.model_copy(update={"workers": 2})}), tmp_path / "more", _quiet
    )
    assert files(tmp_path / "more") == first
    assert {"keyness.csv", "collocations.csv", "collocation_changes.csv", "key_terms.csv", "keywords.xlsx"} <= set(
        first
    )
    assert {
        "networks/collocations_de.gexf",
        "networks/collocations_de.graphml",
        "networks/vosviewer_de_map.txt",
    } <= set(first)
    assert {"keywords/keyness_1_de.pdf", "keywords/company_city.png", "keywords/company_city_changes.csv"} <= set(first)
    assert outcome.summary["in_both_parts"] == {"since 2014 (zh)": 8, "since 2014 (de)": 8}
    rows = list(csv.DictReader(io.StringIO(first["collocation_changes.csv"].decode())))
    assert {(row["before"], row["after"]) for row in rows} == {("2013-01-01/2013-12-31", "2014-01-01/2015-12-31")}
    assert bring_up_to_date([KEYWORDS_STAGE], study, lambda *_: None)[0].why is None


def _quiet(what: str, done: int, whole: int) -> None:
    """Show nothing."""
