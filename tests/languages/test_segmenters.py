"""Another Chinese segmenter than jieba, and the words that each finds."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, make_document, make_study
from strategies import mixed_text, zh_text
from true_cuts import check

from pipeline.errors import MissingTool, StudyError
from pipeline.languages import thulac
from pipeline.languages.segmenters import PIECES_FOLDER, count_words
from pipeline.languages.tokens import TOKENS, cutters
from pipeline.store import tokens
from pipeline.study import Study, load_study

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = '[[concept]]\nid = "a"\nzh = ["城市外交"]\nde = ["Diplomatie"]\n'
TEXTS = ("城市外交的发展，二〇一四年。", "Diplomatie ist gut", "中国人民对外友好协会访问了德国城市杜伊斯堡", "！？")


def study_of(folder: Path, segmenter: str) -> Study:
    made = make_study(folder, LEXICON, ["zh", "de"])
    made.path.write_text(made.path.read_text("utf-8") + f'\n[chinese]\nsegmenter = "{segmenter}"\n', "utf-8")
    return load_study(made.path, folder)


def built(study: Study, texts: tuple[str, ...] = TEXTS) -> list[str]:
    """The forms of all tokens, in order."""
    build(study, [make_document(f"{i}", ("de" if text[0] == "D" else "zh", text)) for i, text in enumerate(texts)])
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)["form"].to_pylist()
    return [
        types[i] for b in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE) for i in b["type"].to_pylist()
    ]


def silent(what: str, done: int, whole: int) -> None:
    """Show nothing."""


@pytest.fixture(scope="module")
def _thulac() -> None:
    pytest.importorskip("thulac", reason="the extra 'segmenter' is not installed")
    thulac.cut(["暖"])


@pytest.mark.usefixtures("_thulac")
@given(st.lists(zh_text | mixed_text, max_size=4))
def test_offsets_of_thulac_are_true(texts: list[str]) -> None:
    check(thulac.cut(texts), texts)
    alone = [cuts.forms[i] for text in texts for cuts in [thulac.cut([text])] for i in cuts.form.tolist()]
    cuts = thulac.cut(texts)
    assert [cuts.forms[i] for i in cuts.form.tolist()] == alone


@pytest.mark.usefixtures("_thulac")
def test_thulac_has_no_limit_of_length_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    thulac._segmenter.cache_clear()
    text = "城市外交民间往来" * 3000
    check(thulac.cut([text]), [text])
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_thulac")
def test_numbers_and_hyphens_are_whole_with_thulac_too() -> None:
    cuts = thulac.cut(["TD-LTE增长3.5%，达1,234.5元，二〇一四年"])
    assert {"TD-LTE", "3.5%", "1,234.5", "二〇一四年"} <= set(cuts.forms)


@pytest.mark.usefixtures("_thulac")
def test_the_study_says_who_cuts_and_terms_are_whole_with_either(tmp_path: Path) -> None:
    text = ("他从马上下来", "城市外交官")
    by_jieba, by_thulac = (built(study_of(tmp_path / name, name), text) for name in ("jieba", "thulac"))
    cuts = thulac.cut([text[0]])
    assert by_thulac[: len(cuts.form)] == [cuts.forms[i] for i in cuts.form.tolist()]
    assert by_jieba != by_thulac
    assert "城市外交" in by_jieba
    assert "城市外交" in by_thulac


@pytest.mark.usefixtures("_thulac")
def test_words_are_kept_for_each_segmenter_by_itself(tmp_path: Path) -> None:
    study = study_of(tmp_path, "jieba")
    built(study)
    counts = {name: count_words(study, name, silent) for name in ("jieba", "thulac")}
    kept = {path.name: path.stat().st_mtime_ns for path in (study.corpus_folder / PIECES_FOLDER).iterdir()}
    assert {name.split("-")[0] for name in kept} == {"jieba", "thulac"}
    for name, words in counts.items():
        again = count_words(study, name, silent)
        assert again.dtype == np.int64
        assert again.tolist() == words.tolist()
    assert kept == {path.name: path.stat().st_mtime_ns for path in (study.corpus_folder / PIECES_FOLDER).iterdir()}
    module = thulac
    for i, text in enumerate(TEXTS):
        cuts = module.cut([text])
        words = np.array(module.are_words(cuts.forms), bool)[cuts.form].sum() if text[0] != "D" else 0
        assert counts["thulac"][i] == words


def test_words_by_jieba_are_those_of_the_store_but_for_what_is_held(tmp_path: Path) -> None:
    study = study_of(tmp_path, "jieba")
    built(study)
    stored = tokens.read_words(study.corpus_folder / tokens.WORDS_FILE)
    counted = count_words(study, "jieba", silent)
    assert counted.tolist() == [stored[0] + 1, 0, stored[2], 0]  # 城市|外交 is one word in the store
    built(study, (*TEXTS, "新的文章"))
    assert count_words(study, "jieba", silent).tolist() == [*counted.tolist(), 3]


def test_a_segmenter_that_is_not_installed_is_said_with_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == "thulac":
            raise importlib.metadata.PackageNotFoundError
        return real(name)

    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", version)
    study = study_of(tmp_path, "thulac")
    with pytest.raises(MissingTool, match=r"thulac is not installed; .*pip install"):
        TOKENS.settings(study)
    with pytest.raises(MissingTool, match="thulac"):
        built(study)


def test_the_segmenter_is_of_chinese_alone_and_a_wrong_name_is_an_error(tmp_path: Path) -> None:
    assert cutters(study_of(tmp_path, "jieba")) == {"zh": "zh", "de": "de"}
    assert cutters(study_of(tmp_path, "thulac")) == {"zh": "thulac", "de": "de"}
    with pytest.raises(StudyError, match="segmenter"):
        study_of(tmp_path, "hanlp")
