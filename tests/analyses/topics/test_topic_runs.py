"""Which fits are made, kept and taken; small and empty corpora; interruptions."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from made import make_document
from topic_studies import run, themed, themes, topic_study

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.topics import runs
from pipeline.analyses.topics.given import read_given
from pipeline.analyses.topics.kept import read_fit
from pipeline.analyses.topics.stage import MODELS_STAGE
from pipeline.analyses.topics.units import read_units
from pipeline.concepts.lexicon import load_lexicon
from pipeline.errors import InputError, StudyError
from pipeline.executor import InProcess
from pipeline.stages import look_at

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study


def numbers_of(study: Study) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(study.model_folder / runs.NUMBERS).to_pylist()
    return rows


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = topic_study(tmp_path_factory.mktemp("made"), themes(), "topics = { zh = 3, de = 3 }")
    run(study)
    return study


def test_three_themes_become_three_stable_topics(made: Study) -> None:
    for row in numbers_of(made):
        assert (row["topics"], row["chosen"], row["fits"], row["documents"]) == (3, True, 3, 24)
        assert row["stability"] > 0.9
        assert row["stability_units"] > 0.9
        assert row["npmi"] > 0
        assert row["held_out"] < 0


def test_the_chosen_model_can_be_read_and_applied_to_new_words(made: Study) -> None:
    kept = read_fit(made.model_folder / runs.CHOSEN / "de")
    from scipy.sparse import csr_array

    new = csr_array(np.array([[3, 2, 1, 0], [0, 0, 0, 4]], np.int32))
    theta = kept.apply(new, ["Hafen", "Schiff", "never seen", "Konzert"])
    harbour = int(np.argmax(kept.fitted.topic_word[:, kept.vocabulary.index("Hafen")]))
    music = int(np.argmax(kept.fitted.topic_word[:, kept.vocabulary.index("Konzert")]))
    assert theta.argmax(axis=1).tolist() == [harbour, music]
    np.testing.assert_allclose(theta.sum(axis=1), 1, atol=1e-5)


def test_what_is_kept_is_read_back_as_it_was(made: Study) -> None:
    kept = read_fit(made.model_folder / runs.CHOSEN / "zh")
    again = read_fit(made.model_folder / runs.FITS / "zh-lda-3-1")
    assert kept.fitted.topic_word.tobytes() == again.fitted.topic_word.tobytes()
    assert kept.fitted.topic_word.shape == (3, len(kept.vocabulary))
    np.testing.assert_allclose(kept.fitted.topic_word.sum(axis=1), 1, atol=1e-4)


def test_one_worker_and_two_give_the_same_bytes(made: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_SMALL", 0)
    study = topic_study(tmp_path, themes(), "topics = { zh = 3, de = 3 }")
    study = study.model_copy(update={"run": study.run.model_copy(update={"workers": 2})})
    run(study)
    assert bytes_of(study.model_folder / runs.CHOSEN) == bytes_of(made.model_folder / runs.CHOSEN)
    for name in ("topics.csv", "topic_timelines.csv", "topic_documents.parquet", "topic_passages.csv"):
        assert (study.export_folder / name).read_bytes() == (made.export_folder / name).read_bytes()


def test_an_interrupted_run_keeps_what_was_whole_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 3 }", ["de"])
    done: list[str] = []
    real = runs.run_task

    def stops(task: runs.Task) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(task.folder.name)
        real(task)

    monkeypatch.setattr(runs, "run_task", stops)
    monkeypatch.setattr(InProcess, "submit", _submit)
    with pytest.raises(KeyboardInterrupt):
        run(study)
    kept = sorted(path.name for path in (study.model_folder / runs.FITS).iterdir())
    assert kept == sorted(done)
    assert not (study.model_folder / runs.CHOSEN).exists()
    assert not (study.model_folder / ".inputs").exists()
    monkeypatch.setattr(runs, "run_task", real)
    outcome = run(study)[0]
    assert outcome.summary["fits"] == 2  # four in all: three seeds and the one for held-out documents


def _submit(self: InProcess, function: Any, /, *args: Any) -> Any:
    from concurrent.futures import Future

    future: Future[Any] = Future()
    future.set_result(function(*args))
    return future


def test_what_did_not_change_is_not_fitted_again(tmp_path: Path) -> None:
    study = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 3 }", ["de"])
    run(study)
    again = run(study)
    assert [outcome.why for outcome in again] == [None, None]
    more = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 3 }\nseeds = 4", ["de"])
    outcome = run(more)[0]
    assert outcome.summary["fits"] == 1


def test_fits_that_are_not_needed_any_more_are_removed_and_nothing_else(tmp_path: Path) -> None:
    settings = "topics = {{ de = {} }}\nseeds = 2"
    run(topic_study(tmp_path, themes(12, ["de"]), settings.format(3), ["de"]))
    study = topic_study(tmp_path, themes(12, ["de"]), settings.format(2), ["de"])
    fits = study.model_folder / runs.FITS
    before = {path.name for path in fits.iterdir()}
    for name, file in ((".de-lda-9-1.0123abcd", "words.parquet"), ("mine", "notes.txt"), (".mine.0123abcd", "a.txt")):
        (fits / name).mkdir()
        (fits / name / file).write_text("{}", "utf-8")
    shutil.copytree(fits / "de-lda-3-1", fits / "copy")
    (fits / "copy" / "notes.txt").write_text("mine", "utf-8")
    outcome = run(study)[0]
    assert outcome.summary["fits_removed"] == len(before) == 3
    after = {path.name for path in fits.iterdir()}
    assert after == {"de-lda-2-1", "de-lda-2-2", "de-lda-2-held-out", "mine", ".mine.0123abcd", "copy"}


def test_a_run_that_failed_removes_no_fit(tmp_path: Path) -> None:
    run(topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 3 }", ["de"]))
    study = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 900 }", ["de"])
    before = sorted(path.name for path in (study.model_folder / runs.FITS).iterdir())
    with pytest.raises(StudyError):
        run(study)
    assert sorted(path.name for path in (study.model_folder / runs.FITS).iterdir()) == before


def test_other_words_are_another_model(tmp_path: Path) -> None:
    study = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 3 }", ["de"])
    run(study)
    grown = topic_study(tmp_path, themes(15, ["de"]), "topics = { de = 3 }", ["de"])
    assert look_at([MODELS_STAGE], grown)[0].stale is not None
    assert run(grown)[0].summary["fits"] == 4


def test_a_model_of_another_lexicon_version_or_damaged_is_refused(tmp_path: Path) -> None:
    study = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 3 }", ["de"])
    run(study)
    folder = study.model_folder / runs.CHOSEN / "de"
    with pytest.raises(InputError, match="another lexicon"):
        read_fit(folder, lexicon="0" * 64)
    about = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps(about | {"format": 0}), "utf-8")
    with pytest.raises(InputError, match="format 0, and this version reads"):
        read_fit(folder)
    (folder / "model.json").write_text(json.dumps(about | {"alpha": [1.0], "topics": 9}), "utf-8")
    with pytest.raises(InputError, match="damaged"):
        read_fit(folder)
    (folder / "model.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="no JSON"):
        read_fit(folder)
    (folder / "model.json").write_text("[]", "utf-8")
    with pytest.raises(InputError, match="not written by"):
        read_fit(folder)
    (folder / "model.json").write_text(json.dumps(about), "utf-8")
    (folder / "words.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="damaged"):
        read_fit(folder)
    with pytest.raises(InputError, match="zwiesprache topics makes it"):
        read_fit(folder.with_name("none"))


def test_a_language_with_too_little_has_a_row_that_says_so_and_no_topics(tmp_path: Path) -> None:
    documents = [*themes(24, ["de"]), *(themed(i, i, "zh", 1) for i in range(3))]
    study = topic_study(tmp_path, documents)
    outcomes = run(study)
    notes = {
        row["language"]: (row["note"], row["topics"], row["units"] + row["empty_units"]) for row in numbers_of(study)
    }
    assert notes["zh"] == ("too_few_units", 0, 3)
    assert notes["de"][0] is None
    assert outcomes[1].summary["languages_without_topics"] == ["zh"]


def test_a_language_of_one_word_has_a_row_that_says_so(tmp_path: Path) -> None:
    documents = [make_document(f"{i}", ("de", "Hafen " * 8)) for i in range(30)]
    study = topic_study(tmp_path, documents, "max_share = 1.0", ["de"])
    run(study)
    assert [(row["note"], row["words"]) for row in numbers_of(study)] == [("too_few_words", 1)]


@pytest.mark.parametrize("documents", [[], [make_document("a", ("de", "und die der"))]])
def test_an_empty_corpus_gives_empty_tables(tmp_path: Path, documents: list[dict[str, Any]]) -> None:
    study = topic_study(tmp_path, documents)
    run(study)
    assert [row["note"] for row in numbers_of(study)] == ["too_few_units"] * 2
    assert (study.export_folder / "topics.csv").read_text("utf-8").count("\n") == 1


def test_more_topics_than_units_are_an_error_that_says_how_many_there_can_be(tmp_path: Path) -> None:
    study = topic_study(tmp_path, themes(12, ["de"]), "topics = { de = 900 }", ["de"])
    with pytest.raises(StudyError, match=r"de = 900, and only (\d+) passages hold words; take \1 or fewer, .* than 2"):
        run(study)
    assert not (study.model_folder / runs.CHOSEN).exists()


def test_auto_tries_several_numbers_and_takes_the_best_by_its_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "TRIED", (2, 3, 8))
    monkeypatch.setattr(runs, "UNITS_A_TOPIC", 3)
    study = topic_study(tmp_path, themes(30, ["de"]), 'topics = { de = "auto" }', ["de"])
    run(study)
    rows = numbers_of(study)
    assert [row["topics"] for row in rows] == [2, 3, 8]
    assert all(0 <= row["score"] <= 1 for row in rows)
    assert next(row["topics"] for row in rows if row["chosen"]) == 3


@pytest.mark.parametrize("model", ["dmr", "stm", "dtm", "hdp", "nmf", "keyatm"])
def test_each_model_gives_the_tables(tmp_path: Path, model: str) -> None:
    study = topic_study(tmp_path, themes(18, ["de"]), f'model = "{model}"\ntopics = {{ de = 3 }}\nseeds = 2', ["de"])
    run(study)
    row = next(row for row in numbers_of(study) if row["chosen"])
    assert row["model"] == model
    assert row["topics"] >= 2
    lines = (study.export_folder / "topics.csv").read_text("utf-8").splitlines()
    assert len(lines) == row["topics"] + 1
    effects = (study.export_folder / "topic_effects.csv").read_text("utf-8")
    assert ("source_type=" in effects) == (model in {"dmr", "stm"})
    assert (",share" in effects, ",log_prior" in effects) == (model in {"dmr", "stm"}, model == "dmr")
    moving = (study.export_folder / "topic_words.csv").read_text("utf-8").splitlines()
    assert any(",2013," in line for line in moving) == (model == "dtm")


def test_words_of_undated_texts_alone_are_not_in_a_model_of_periods(tmp_path: Path) -> None:
    undated = [make_document(f"u{i}", ("de", "Mondfahrt Rakete Hafen Schiff Zoll Fracht")) for i in range(4)]
    settings = 'model = "dtm"\ntopics = { de = 2 }\nseeds = 1'
    study = topic_study(tmp_path, [*themes(12, ["de"]), *undated], settings, ["de"])
    run(study)
    words = set(read_fit(study.model_folder / runs.CHOSEN / "de").vocabulary)
    assert {"Hafen", "Schiff"} <= words
    assert not {"Mondfahrt", "Rakete"} & words
    assert next(row["words"] for row in numbers_of(study)) == len(words)


def test_an_unknown_covariate_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    settings = 'model = "dmr"\ntopics = { de = 3 }\ncovariates = ["source_typ"]'
    study = topic_study(tmp_path, themes(12, ["de"]), settings, ["de"])
    with pytest.raises(StudyError, match="did you mean 'source_type'"):
        run(study)


def test_keywords_are_the_words_of_the_texts_however_the_lexicon_writes_them(tmp_path: Path) -> None:
    lexicon = """
[[concept]]
id = "towns"
de = ["Städtepartnerschaften", "kommunale Diplomatie", { form = "Aust[a-z]+", match = "regex" }]
zh = ["國際友城", "人民外交"]
"""
    settings = 'model = "keyatm"\nmin_documents = 1\nmax_share = 1.0\nmin_words = 1'
    documents = [
        make_document("a", ("de", "Die Städtepartnerschaft, kommunale Diplomatie und viel Austausch am Rhein.")),
        make_document("b", ("zh", "国际友城的发展。")),
    ]
    study = topic_study(tmp_path, documents, settings, lexicon=lexicon)
    corpus = read_corpus(study)
    words = {
        code: read_given(study, corpus, units, load_lexicon(study.lexicon))[0].keywords["towns"]
        for code, units in read_units(study, corpus).items()
    }
    assert words == {"de": ["Austausch", "Städtepartnerschaft", "kommunale_Diplomatie"], "zh": ["国际友城"]}


def test_a_lexicon_without_a_word_of_the_texts_cannot_lead_topics(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "moon"\nde = ["Mondfahrt"]\n'
    settings = 'model = "keyatm"\ntopics = { de = 3 }'
    study = topic_study(tmp_path, themes(12, ["de"]), settings, ["de"], lexicon)
    with pytest.raises(StudyError, match=r"study\.toml: .*no term that the lexicon has in de is a word"):
        run(study)
    assert not (study.model_folder / runs.CHOSEN).exists()


@pytest.mark.parametrize("model", ["dmr", "stm", "dtm"])
def test_documents_of_one_date_or_of_none_are_modelled_as_far_as_can_be(tmp_path: Path, model: str) -> None:
    settings = f'model = "{model}"\ntopics = {{ de = 3 }}\nseeds = 1'
    for name, date in (("one", themes(1, ["de"])[0]["date"]), ("none", None)):
        documents = [row | {"date": date} for row in themes(12, ["de"])]
        study = topic_study(tmp_path / name, documents, settings, ["de"])
        run(study)
        assert [row["note"] for row in numbers_of(study)] == [
            "too_few_units" if (model, name) == ("dtm", "none") else None
        ]
        effects = (study.export_folder / "topic_effects.csv").read_text("utf-8")
        assert "year" not in effects
        if model != "dtm":  # a year that is the same everywhere takes the interval from no other covariate
            speech = [row.split(",") for row in effects.splitlines() if "source_type=" in row and "share" in row]
            assert len(speech) == 3
            assert all(float(row[4]) < float(row[3]) < float(row[5]) for row in speech)
