"""Texts that stand in a study in two languages: found by a column, shared by topics, found by the encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from made import TWO_CONCEPTS, build, make_document, make_study
from topic_studies import run, themes, topic_study

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.meaning.translations import find_translations, share_found
from pipeline.analyses.topics.runs import FITS
from pipeline.errors import StudyError
from pipeline.export.bilingual import BILINGUAL_STAGE
from pipeline.stages import bring_up_to_date
from pipeline.store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.study import Study

BY_URL = '[encoder]\ntranslations = "url"\n'


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """A text's vector is that of the number in it."""
    rows = [np.random.default_rng(int("".join(filter(str.isdigit, text)))).normal(size=16) for text in texts]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32)


def study_of(folder: Path, settings: str = BY_URL) -> Study:
    study = make_study(folder, TWO_CONCEPTS, ("zh", "de"), timelines=settings)
    texts = {"zh": "第{}个城市的报告。", "de": "Bericht der Stadt {}."}
    documents = [
        make_document(f"{code}{i}", (code, text.format(i)), url=f"https://example.org/{i}")
        for code, text in texts.items()
        for i in range(5 if code == "zh" else 7)
    ]
    documents += [make_document("zh8", ("zh", "第8个城市。")), make_document("de8", ("de", "Stadt 8."), url="")]
    documents += [make_document("both", ("zh", "第9个城市。"), ("de", "Stadt 9."), url="https://example.org/both")]
    documents[5]["passages"] += (("zh", "城市"),)  # de0: a German page with a Chinese passage, before its translation
    documents[0], documents[5] = documents[5], documents[0]
    build(study, documents)
    return study


def test_texts_with_the_same_value_are_translations_and_the_others_are_none(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    corpus = read_corpus(study)
    found = find_translations(study, corpus)
    assert found is not None
    names = corpus.documents["doc_id"].to_pylist()
    assert sorted((names[a], names[b]) for a, b in zip(found.zh, found.de, strict=True)) == [
        (f"texts/zh{i}", f"texts/de{i}") for i in range(5)
    ]
    # de5 and de6 have no Chinese text, and the text in both languages is a Chinese one
    left_out = {"values_in_one_language": 3, "values_ambiguous": 0}
    shares = {"found_from_zh": 1.0, "found_from_de": 1.0}
    assert share_found(study, corpus, found, encode) == {"pairs": 5} | left_out | shares


def test_a_value_of_several_texts_of_one_language_is_no_pair_and_is_counted(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS, ("zh", "de"), timelines=BY_URL)
    one, other = "https://example.org/1", "https://example.org/2"
    texts = [("zh", "第1个城市。", one), ("zh", "第2个城市。", other)]
    texts += [("de", "Stadt 2.", other), ("de", "Ort 3.", other), ("de", "Stadt 1.", one)]
    build(study, [make_document(f"{i}", (code, text), url=url) for i, (code, text, url) in enumerate(texts)])
    corpus = read_corpus(study)
    found = find_translations(study, corpus)
    assert found is not None
    assert (found.zh.tolist(), found.de.tolist()) == ([0], [4])
    summary = share_found(study, corpus, found, encode)
    assert (summary["pairs"], summary["values_in_one_language"], summary["values_ambiguous"]) == (1, 0, 1)


def test_without_a_column_nothing_is_guessed_and_an_unknown_one_is_an_error(tmp_path: Path) -> None:
    study = study_of(tmp_path, "")
    assert find_translations(study, read_corpus(study)) is None
    wrong = study_of(tmp_path / "b", BY_URL.replace('"url"', '"ulr"'))
    with pytest.raises(StudyError, match=r"translations: .*no column 'ulr'.*'url'"):
        find_translations(wrong, read_corpus(wrong))


@pytest.mark.parametrize(("column", "said"), [("ulr", "no column 'ulr'; did you mean 'url'"), ("flags", "holds lists")])
def test_a_column_that_names_no_translations_is_an_error_before_any_model_is_fitted(
    tmp_path: Path, column: str, said: str
) -> None:
    wrong = topic_study(tmp_path, themes(18), f'seeds = 1\n[encoder]\ntranslations = "{column}"\n')
    with pytest.raises(StudyError, match=rf"translations: .*{said}"):
        find_translations(wrong, read_corpus(wrong))
    with pytest.raises(StudyError, match=rf"translations: .*{said}"):
        run(wrong)
    assert not (wrong.model_folder / FITS).exists()


def test_topics_of_translated_texts_share_them_in_the_table(tmp_path: Path) -> None:
    settings = f"topics = {{ de = 3, zh = 3 }}\nseeds = 1\n{BY_URL}"
    study = topic_study(tmp_path, themes(18), settings)
    run(study)
    summary = bring_up_to_date([BILINGUAL_STAGE], study, lambda *_: None)[0].summary
    assert summary["translations"]["pairs"] == 18
    rows = read_table(study.export_folder / ".bilingual", "topic_pairs").to_pylist()
    assert [row["shared_documents"] for row in rows if row["mutual_best"]] == [1.0] * 3
    assert all(row["shared_documents"] is None for row in rows if None in (row["zh_topic"], row["de_topic"]))
