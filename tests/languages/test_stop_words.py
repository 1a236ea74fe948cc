from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from made import make_study

from pipeline.concepts.check import find_risks
from pipeline.errors import StudyError
from pipeline.languages.stop_words import fold, read_list, read_stop_words, stop_types, stop_word_file
from pipeline.languages.tokens import describe_types, language_module
from pipeline.stages import _sources
from pipeline.study import load_study

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LEXICON = '[[concept]]\nid = "local"\nlabel = { zh = "地", de = "Amt", en = "x" }\nzh = ["当地的"]\nde = ["Amt"]\n'


def study_with(folder: Path, lists: dict[str, str], languages: tuple[str, ...] = ("zh", "de", "en")) -> Study:
    make_study(folder, LEXICON, languages)
    keys = []
    for code, text in lists.items():
        (folder / f"my_{code}.txt").write_text(text, encoding="utf-8")
        keys.append(f'{code} = "my_{code}.txt"')
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[stop_words]\n" + "\n".join(keys), encoding="utf-8")
    return load_study(path, folder)


def stops(study: Study, language: str, forms: list[str]) -> list[str]:
    flags = stop_types(describe_types(language, forms), study)
    return [form for form, flag in zip(forms, flags.tolist(), strict=True) if flag]


def test_closed_classes_stop_and_the_subject_does_not(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, ("zh", "de", "en"))
    german = ["Die", "daß", "muß", "hätten", "z.B.", "MIT", "Stadt", "Jahr", "China", "drei", "sagt"]
    assert stops(study, "de", german) == german[:6]
    chinese = ["的", "我們", "因為", "们", "当地", "中国", "发展", "国际", "社会", "人民", "各国", "表示"]
    assert stops(study, "zh", chinese) == chinese[:4]
    english = ["The", "was", "n’t", "towards", "city", "people", "says", "China"]
    assert stops(study, "en", english) == english[:4]


def test_a_german_noun_is_none_unless_the_list_has_it_with_a_capital(tmp_path: Path) -> None:
    forms = ["würde", "Würde", "WÜRDE", "Macht", "Wille", "herr", "Herr", "Herren", "HERR"]
    assert stops(make_study(tmp_path, LEXICON, ("de",)), "de", forms) == ["würde"]
    own = study_with(tmp_path, {"de": "Herr # in speeches\n"}, ("de",))
    assert stops(own, "de", forms) == ["Herr", "Herren", "HERR"]


def test_an_own_list_replaces_the_packaged_one_of_its_language_alone(tmp_path: Path) -> None:
    study = study_with(tmp_path, {"zh": "\ufeff# 我的\n當地\n\n发展  # why\n"})
    assert read_stop_words(study, "zh") == {"当地", "发展"}
    assert stops(study, "zh", ["的", "当地", "當地", "发展"]) == ["当地", "當地", "发展"]
    assert stops(study, "de", ["und", "Stadt"]) == ["und"]
    assert stop_word_file(study, "zh") == tmp_path / "my_zh.txt"


def test_an_empty_list_stops_nothing(tmp_path: Path) -> None:
    assert stops(study_with(tmp_path, {"de": "# none\n"}), "de", ["und", "der"]) == []


def test_languages_that_are_not_analysed_have_no_stop_words(tmp_path: Path) -> None:
    assert stops(make_study(tmp_path, LEXICON, ("zh",)), "de", ["und"]) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"und\nsowohl als\n", "line 2: 2 words"),
        (b"und\n\n...\n", "line 3: '...' has no letter"),
        ("的\n在\n了\n".encode("gb18030"), "line 1: no UTF-8"),
        (b"und\n\xff\n", "line 2: no UTF-8"),
    ],
)
def test_a_broken_list_is_an_error_that_names_file_and_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=said) as error:
        read_list(path)
    assert str(path) in str(error.value)


def test_a_list_that_is_not_there_is_an_error_of_the_study(tmp_path: Path) -> None:
    study_with(tmp_path, {"de": "und"})
    (tmp_path / "my_de.txt").unlink()
    with pytest.raises(StudyError, match=r"\[stop_words\] de: there is no file .*my_de\.txt"):
        load_study(tmp_path / "study.toml", tmp_path)
    with pytest.raises(StudyError, match="a list of stop words is a text file"):
        read_list(tmp_path)


def test_check_names_terms_and_words_that_can_never_match(tmp_path: Path) -> None:
    study = study_with(tmp_path, {"zh": "当地的\n中国人民解放\n的\n", "de": "Amt\nund/oder\nund\n"}, ("zh", "de"))
    risks = [risk for risk in find_risks(study) if "stop word" in risk]
    assert [risk.split(":")[0].rpartition("/")[2] for risk in risks] == [
        "my_zh.txt",
        "my_zh.txt",
        "my_de.txt",
        "my_de.txt",
    ]
    said = [
        "'当地的' is a term of 'local'",
        "'中国人民解放' can never match",
        "'Amt' is a term",
        "'und/oder' can never",
    ]
    assert [part for part, risk in zip(said, risks, strict=True) if part not in risk] == []


@pytest.mark.parametrize("language", ["zh", "de", "en"])
def test_each_packaged_word_is_one_word_for_the_segmenter_and_is_found(tmp_path: Path, language: str) -> None:
    study = make_study(tmp_path, LEXICON, ("zh", "de", "en"))
    words = read_list(stop_word_file(study, language))
    assert len(words) > 200
    assert len({fold(word, language) for word in words}) == len(words)
    cuts = language_module(language).cut(words)
    assert [words[i] for i in range(len(words)) if cuts.passage.tolist().count(i) != 1] == []
    assert stops(study, language, words) == words
    text = stop_word_file(study, language).read_text(encoding="utf-8")
    assert "left out" in text


def test_the_lists_count_as_code_and_are_in_the_wheel(tmp_path: Path) -> None:
    names = {"zh.txt", "de.txt", "en.txt"}
    assert names <= {path.name for path in _sources("pipeline.languages")}
    root = language_module("de").__file__  # type: ignore[attr-defined]
    folder = root.removesuffix("/pipeline/languages/de.py")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert {f"pipeline/languages/stop_words/{name}" for name in names} <= set(wheel.namelist())
