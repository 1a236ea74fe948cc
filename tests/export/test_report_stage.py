"""What the report says of how it was made, and what makes it stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made import TWO_CONCEPTS, make_study

from pipeline.export.report_stage import REPORT_STAGE, _words_from
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study


def with_table(study: Study, text: str) -> Study:
    path = study.path
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")
    return load_study(path, path.parent)


def test_the_words_are_those_of_the_segmenter_that_the_study_names(tmp_path: Path) -> None:
    pytest.importorskip("thulac")
    study = make_study(tmp_path, TWO_CONCEPTS)
    assert _words_from(study, "zh").startswith("rjieba ")
    assert _words_from(with_table(study, '[chinese]\nsegmenter = "thulac"'), "zh").startswith("thulac ")


def test_a_threshold_that_the_page_names_makes_it_stale(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS)
    before = REPORT_STAGE.settings(study)
    assert REPORT_STAGE.settings(with_table(study, "[collocations]\nmin_documents = 7")) != before
