"""Finding the model that a study names: what is wrong with it is said, and nothing is ever fetched."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy
from made import make_study
from trained_models import by_rules, install, save

from pipeline.__main__ import main
from pipeline.concepts.check import find_risks
from pipeline.errors import InputError, MissingTool, StudyError
from pipeline.languages import trained
from pipeline.languages.trained import find_models

if TYPE_CHECKING:
    from pipeline.study import Study

PROJECT = Path(__file__).resolve().parents[2]
LEXICON = '[[concept]]\nid = "a"\nde = ["Weiser"]\nzh = ["外交"]\nen = ["wise man"]\n'


def study_with(folder: Path, model: str, table: str = "german", languages: tuple[str, ...] = ("de",)) -> Study:
    return make_study(folder, LEXICON, languages, passages=f'\n[{table}]\nmodel = "{model}"\n')


def said_of(study: Study, error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        find_models(study)
    assert len(str(caught.value).splitlines()) <= 2
    assert str(caught.value).startswith(f"{study.path}: [")
    return str(caught.value)


def test_a_model_is_found_by_a_path_relative_to_the_study_and_as_an_installed_package_that_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(by_rules(), tmp_path / "models" / "mine")
    install(by_rules(), tmp_path / "site", "de_rules")
    monkeypatch.syspath_prepend(tmp_path / "site")
    by_path = find_models(study_with(tmp_path / "a", "../models/mine"))["de"]
    by_name = find_models(study_with(tmp_path / "b", "de_rules"))["de"]
    assert (by_path.title, by_name.title) == ("de_rules 1.0.0", "de_rules 1.0.0")
    assert by_path.folder == tmp_path / "models" / "mine"
    assert by_name.folder == tmp_path / "site" / "de_rules" / "de_rules-1.0.0"
    assert by_path.sha256 == by_name.sha256
    whole = find_models(study_with(tmp_path / "c", "../site/de_rules"))["de"]
    assert whole.folder == by_name.folder


def test_the_digest_hangs_on_every_byte_of_the_model(tmp_path: Path) -> None:
    folder = save(by_rules(), tmp_path / "mine")
    study = study_with(tmp_path / "study", "../mine")
    before = find_models(study)["de"].sha256
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"):
        whole = path.read_bytes()
        path.write_bytes(whole + b"\n")
        assert find_models(study)["de"].sha256 != before, path
        path.write_bytes(whole)
        assert find_models(study)["de"].sha256 == before


def test_a_missing_package_is_said_with_how_to_get_it_and_a_warning_of_the_impostor(tmp_path: Path) -> None:
    for name in ("de_core_news_md", "de-core-news-md"):
        message = said_of(study_with(tmp_path, name), MissingTool)
        assert "'de_core_news_md' is not installed" in message
        assert trained.RELEASES in message
        assert re.search(r"pip install \S*\.whl", message)
        assert "999.9.9" in message
        assert "impostor" in message


@pytest.mark.parametrize(("verb", "status"), [("tokens", 1), ("check", 1), ("status", 1)])
def test_every_command_says_at_once_that_a_model_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, verb: str, status: int
) -> None:
    study = study_with(tmp_path, "de_core_news_md")
    monkeypatch.chdir(tmp_path)
    assert main([verb, "--study", str(study.path)]) == status
    assert "'de_core_news_md' is not installed" in capsys.readouterr().err
    assert not (tmp_path / "corpora").exists()


def test_a_package_without_a_model_is_refused_unrun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "de_core_news_fake"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('the package was run')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    message = said_of(study_with(tmp_path / "study", "de_core_news_fake"), MissingTool)
    assert "holds no model; uninstall it" in message


def offers(text: str) -> list[str]:
    """What a text says to install or download by the name of a model, but for a wheel."""
    said = re.findall(r"\b(?:pip3?|pipx|uv|spacy) (?:install|add|download)\b ?([^`\"'\n]*)", text)
    return [what for what in said if re.search(r"core[-_](?:news|web)", what) and ".whl" not in what]


def test_nobody_is_told_to_take_a_model_from_the_package_index() -> None:
    texts = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "pipeline").rglob("*.py"),
             *PROJECT.glob("*.toml"), *PROJECT.glob("requirements*"), PROJECT / "Makefile"]  # fmt: skip
    assert offers("run `python -m pip install -U de-core-news-md` now") == ["-U de-core-news-md"]
    assert offers("pip install ./de_core_news_md-3.8.0-py3-none-any.whl") == []
    found = {path.name: offers(path.read_text(encoding="utf-8")) for path in texts}
    assert {name: lines for name, lines in found.items() if lines} == {}
    pins = "".join(
        path.read_text(encoding="utf-8") for path in [PROJECT / "pyproject.toml", *PROJECT.glob("requirements*")]
    )
    assert not re.search(r"core[-_](news|web)", pins)


@pytest.mark.parametrize("named", ["../models/none", "./none", "../lexicon.toml"])
def test_a_path_without_a_folder_is_an_error_of_the_study(tmp_path: Path, named: str) -> None:
    assert "there is no folder" in said_of(study_with(tmp_path, named), StudyError)


def test_a_folder_without_a_model_and_a_broken_one_are_errors_of_the_study(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "is no model that spaCy can load" in said_of(study_with(tmp_path / "a", "../empty"), StudyError)
    folder = save(by_rules(), tmp_path / "mine")
    study = study_with(tmp_path / "b", "../mine")
    for name, content in [
        ("config.cfg", "[nlp]\npipeline = [\n"), ("config.cfg", '[nlp]\npipeline = ["tagger"]\n'), ("config.cfg", "x"),
        ("config.cfg", "[nlp]\npipeline = 3\n"), ("meta.json", "{"), ("meta.json", "[]"),
        ("meta.json", '{"lang": "de"}'),
        ("meta.json", '{"lang": "de", "name": "x", "version": "1", "spacy_version": "three"}'),
        ("meta.json", '{"lang": "de", "name": "x", "version": "1", "spacy_version": null}'),
    ]:  # fmt: skip
        whole = (folder / name).read_bytes()
        (folder / name).write_text(content, encoding="utf-8")
        assert "is no model that spaCy can load" in said_of(study, StudyError)
        (folder / name).write_bytes(whole)
    assert find_models(study)


def test_a_model_of_another_language_is_an_error_of_the_study(tmp_path: Path) -> None:
    save(by_rules("en"), tmp_path / "mine")
    message = said_of(study_with(tmp_path / "a", "../mine"), StudyError)
    assert "en_rules 1.0.0 is a model of the language 'en'" in message
    assert find_models(study_with(tmp_path / "b", "../mine", "english", ("en",)))["en"].title == "en_rules 1.0.0"
    assert "[english] model" in said_of(study_with(tmp_path / "c", "../none", "english", ("en",)), StudyError)


def test_a_model_of_a_language_that_is_not_analysed_is_not_looked_for(tmp_path: Path) -> None:
    assert find_models(study_with(tmp_path, "../none", "english", ("de", "zh"))) == {}


@pytest.mark.parametrize("wanted", [">=3.7.0,<3.8.0", ">=4.0.0,<4.1.0", "==2.3.5"])
def test_a_model_made_for_another_spacy_is_refused(tmp_path: Path, wanted: str) -> None:
    save(by_rules(), tmp_path / "mine", spacy_version=wanted)
    message = said_of(study_with(tmp_path / "study", "../mine"), InputError)
    assert f"made for spaCy {wanted}, installed is {spacy.__version__}" in message
    assert trained.RELEASES in message


@pytest.mark.parametrize("wanted", [">=3.8.0,<3.9.0", ">=3.8.999,<3.9.0", ">=3.5.0"])
def test_a_model_made_for_this_spacy_or_its_minor_version_fits(tmp_path: Path, wanted: str) -> None:
    save(by_rules(), tmp_path / "mine", spacy_version=wanted)
    assert find_models(study_with(tmp_path / "study", "../mine"))


def test_what_a_model_does_not_give_is_said_and_one_that_gives_nothing_is_refused(tmp_path: Path) -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    save(nlp, tmp_path / "mine")
    study = study_with(tmp_path / "study", "../mine")
    assert "gives no lemmas, no word classes and no entities" in said_of(study, StudyError)
    nlp.add_pipe("entity_ruler", name="names")
    save(nlp, tmp_path / "mine")
    model = find_models(study)["de"]
    assert model.left_out == ("sentencizer",)
    assert model.as_json() == {
        "model": "de_pipeline 0.0.0", "sha256": model.sha256, "entities": "names",
        "lemma": "none: by form, without context", "tag": "none: by form, without context",
    }  # fmt: skip
    risks = [risk for risk in find_risks(study) if "[german] model" in risk]
    assert [re.search(r"has no (\w+)", risk)[1] for risk in risks] == ["lemmatizer", "tagger"]  # type: ignore[index]
    nlp.disable_pipe("names")
    save(nlp, tmp_path / "mine")
    assert json.loads((tmp_path / "mine" / "meta.json").read_text(encoding="utf-8"))["disabled"] == ["names"]
    assert "gives no lemmas" in said_of(study, StudyError)
